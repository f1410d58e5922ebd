/* Lanes: packets keep to the right of their link, as on a road, begin and end at the edges of the icons, and cover no
   name there. A name that lies along a lane is drawn over the packets (map_host.on_link). */
#ifndef POSTROAD_VIZ_DRAW_MAP_LANES_H
#define POSTROAD_VIZ_DRAW_MAP_LANES_H

#include "viz/draw/map_plan.h"

extern const double map_stamp_units;     /* half a packet, where there is room (map_plan.stamp) */
extern const double map_short_cut_units; /* a lane may be so much shorter at an end, and nobody minds */

/* From a link to the middles of the packets on its lane. */
double map_lane_off(const struct map_plan *plan);
/* From end to end of the links. */
void map_lanes_lay(struct map_plan *plan);
/* Shorter, where they touch the icon or the name of the host at their end; when those have their places. */
void map_lanes_cut(struct map_plan *plan, const struct story *story);
/* Where a packet is that has come so far, 0 to 1. */
struct point map_lane_at(const struct map_lane *lane, double part);
/* Does a packet on this link touch the box, so many units from both ends or more? */
bool map_packets_touch(const struct map_plan *plan, size_t link, struct box box, double from_ends);
/* May a packet, or an envelope on its way, touch the box at some time? */
bool map_is_passed(const struct map_plan *plan, struct box box);
bool map_link_passes(const struct map_plan *plan, size_t link, struct box box); /* those on this link */
/* Where the middle of an envelope on its way may not be, so that the envelope does not touch this box. */
struct box map_moved_over(const struct map_plan *plan, struct box box);

#endif
