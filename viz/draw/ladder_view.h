/* The ladder: a sequence chart with time downwards. Each host that takes part has its line; a packet is a slanted arrow
   from end to end; a lost one ends in a cross. The scale is the pace's, so idle time takes little room and is said in
   words. */
#ifndef POSTROAD_VIZ_DRAW_LADDER_VIEW_H
#define POSTROAD_VIZ_DRAW_LADDER_VIEW_H

#include "viz/draw/view.h"

/* order: host indices from left to right as on the map; those that never send are left out by themselves. */
void ladder_view_draw(const struct view *view, struct box box, const size_t *order, size_t n_hosts);

#endif
