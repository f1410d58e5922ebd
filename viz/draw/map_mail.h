/* The mail on the map: an envelope that rests at the host that has it and travels along the links while it is handed
   over; and under each host's name what it holds. */
#ifndef POSTROAD_VIZ_DRAW_MAP_MAIL_H
#define POSTROAD_VIZ_DRAW_MAP_MAIL_H

#include "viz/draw/map_plan.h"
#include "viz/draw/map_words.h"
#include "viz/draw/view.h"

/* The ways that mails are taking now, as a soft shine under everything that moves. */
void map_mail_draw_ways(const struct view *view, const struct map_plan *plan);
/* Envelopes, and what each host holds, except where a link passes the label: map_mail_draw_words does that later.
   words keep off what is drawn. */
void map_mail_draw(const struct view *view, const struct map_plan *plan, struct map_words *words);
void map_mail_draw_words(const struct view *view, const struct map_plan *plan, size_t host);
/* Ground under a text in a host's label, so that links do not disturb. */
void map_label_ground(const struct view *view, const struct map_host *place, const struct text_style *style,
                      const char *text);
/* What a host holds, or what is wrong with it, in a few words. */
enum { MAP_WORDS_BYTES = 96 };
void map_mail_words(const struct story *story, size_t host, char text[MAP_WORDS_BYTES]);

#endif
