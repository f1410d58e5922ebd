/* The map: hosts and links, packets as stamps on their way, the mail as an envelope, and every packet that dies seen to
   die with its reason. */
#ifndef POSTROAD_VIZ_DRAW_MAP_VIEW_H
#define POSTROAD_VIZ_DRAW_MAP_VIEW_H

#include "viz/draw/map_plan.h"
#include "viz/draw/view.h"

/* What stays while no host or link goes up or down: links, icons, names. Worth a layer of its own. */
void map_view_draw_still(const struct view *view, const struct map_plan *plan);
/* A number that changes when the still part must be drawn anew. */
uint64_t map_view_still_key(const struct view *view);
/* What moves; also notes what can be pressed, the still things included. */
void map_view_draw_moving(const struct view *view, const struct map_plan *plan);
/* A host's name, on its label. */
void map_view_draw_name(const struct view *view, const struct map_plan *plan, size_t host);
/* What the shapes mean, in one row. */
void map_view_draw_legend(const struct view *view, struct box box);

/* Where a packet's stamp is drawn now; false when it is on no link. For tests and for what hangs on a packet. */
bool map_view_packet_at(const struct view *view, const struct map_plan *plan, size_t hop, struct point *at);

#endif
