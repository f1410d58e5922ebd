/* The names above the ladder's columns: whole, in two lines, smaller, or shorter, as there is room; never so short that
   two hosts are called alike. */
#ifndef POSTROAD_VIZ_DRAW_LADDER_HEADS_H
#define POSTROAD_VIZ_DRAW_LADDER_HEADS_H

#include "viz/draw/view.h"

/* share: how far the column is open, 0 to 1. The style is that of a name with room enough. */
void ladder_head_draw(const struct view *view, size_t host, struct box box, struct text_style style, double share);

#endif
