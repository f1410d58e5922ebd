/* Stamps: what is drawn thousands of times in a picture is drawn once, kept as pixels, and pressed where it is needed;
   and where one stands already, another of the same sort is not pressed over it. Only crowds are drawn so: a stamp
   stands on whole pixels. */
#ifndef POSTROAD_VIZ_DRAW_STAMPS_H
#define POSTROAD_VIZ_DRAW_STAMPS_H

#include "viz/draw/canvas.h"
#include "viz/draw/theme.h"
#include "viz/story/story.h"

struct stamps;

struct stamps *stamps_new(void);
void stamps_free(struct stamps *stamps);
/* A new picture: nothing stands anywhere. Of another theme or unit than the one before, stamps are cut anew. */
void stamps_begin(struct stamps *stamps, const struct canvas *canvas, const struct theme *theme, double unit);

/* Whether there is room for one more of this sort, which then is taken. Sorts are few: there are sixteen bits for them.
   Envelopes have one for each look of theirs (shapes.h) that occurs. */
enum { STAMP_ENVELOPE = STORY_CLASSES, STAMP_WAY = STAMP_ENVELOPE + 7, STAMP_SORTS };
bool stamps_take_room(struct stamps *stamps, size_t sort, struct point at);
/* As shape_packet and shape_envelope do it. */
void stamps_packet(struct stamps *stamps, struct canvas *canvas, enum story_class class, struct point at, double r);
void stamps_envelope(struct stamps *stamps, struct canvas *canvas, struct point at, double width, unsigned kind);

#endif
