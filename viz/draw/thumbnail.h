/* A small picture of a run: its map without words, which nobody could read at this size, at a telling instant or
   playing. It owns the run's journal. */
#ifndef POSTROAD_VIZ_DRAW_THUMBNAIL_H
#define POSTROAD_VIZ_DRAW_THUMBNAIL_H

#include "sim/journal/journal_memory.h"
#include "viz/draw/theme.h"

struct thumbnail;

struct thumbnail *thumbnail_new(struct journal_memory *journal);
void thumbnail_free(struct thumbnail *thumbnail);
struct journal_memory *thumbnail_journal(struct thumbnail *thumbnail); /* stays the thumbnail's */

/* Goes on by so much of the user's time, and begins again at the end. */
void thumbnail_play(struct thumbnail *thumbnail, int64_t passed_ns);
void thumbnail_rest(struct thumbnail *thumbnail); /* at its telling instant */
void thumbnail_draw(struct thumbnail *thumbnail, struct canvas *canvas, struct box box, const struct theme *theme);

#endif
