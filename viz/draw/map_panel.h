/* The map in its panel, and what of it is kept from one picture to the next. All of that can be made by another thread,
   before anybody sees it, so that a large map that is another than before makes no picture late. */
#ifndef POSTROAD_VIZ_DRAW_MAP_PANEL_H
#define POSTROAD_VIZ_DRAW_MAP_PANEL_H

#include "viz/draw/map_plan.h"
#include "viz/draw/view.h"

/* Where hosts stand in the panel. */
struct box map_panel_area(struct box panel, double unit);
/* The part that stands still, and a number that changes when it must be drawn anew. */
void map_panel_draw_still(const struct view *view, const struct map_plan *plan, struct box panel);
uint64_t map_panel_key(const struct view *view, struct box panel);
/* The same on a layer of its own. */
struct canvas *map_panel_layer(const struct view *view, const struct map_plan *plan, struct box panel);
/* Draws what moves for nobody: what the plan keeps of it is there then. */
void map_panel_rehearse(const struct view *view, const struct map_plan *plan, struct box panel);

#endif
