#include "viz/draw/map_panel.h"

#include <math.h>

#include "sim/journal/tr.h"
#include "viz/draw/map_view.h"

/* Then the hosts need all of it. */
static bool is_low(struct box panel, double u)
{
    return panel.h < 150 * u;
}

struct box map_panel_area(struct box panel, double u)
{
    double top = is_low(panel, u) ? 6 * u : 28 * u;
    return box_of(panel.x + 8 * u, panel.y + top, panel.w - 16 * u, panel.h - top - 6 * u);
}

void map_panel_draw_still(const struct view *still, const struct map_plan *plan, struct box panel)
{
    struct view map = *still, *view = &map;
    map.id = VIEW_MAP;
    map.targets = NULL;
    map.selection = (struct selection){ACT_NONE, 0};
    bool low = is_low(panel, view->unit);
    double left = view_units(view, 76);
    view_panel(view, panel, low ? NULL : tr("Map"));
    if (!low)
        map_view_draw_legend(view, box_of(panel.x + left, panel.y + view_units(view, 6),
                                          panel.w - left - view_units(view, 10), view_units(view, 18)));
    map_view_draw_still(view, plan);
}

uint64_t map_panel_key(const struct view *v, struct box panel)
{
    const double parts[] = {panel.x, panel.y,        panel.w,
                            panel.h, v->unit * 1024, (v->theme->dark ? 1 : 2) + (v->projector ? 4 : 0)};
    uint64_t key = map_view_still_key(v);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        key = (key ^ (uint64_t)(int64_t)(parts[i] * 16)) * UINT64_C(0x9e3779b97f4a7c15);
    return key * 4 + story_has_class(v->story, STORY_ICMP) * 2 +
           story_has_class(v->story, STORY_FRAGMENT); /* in the legend */
}

static struct canvas *new_layer(const struct view *v, struct box panel)
{
    struct canvas *layer = canvas_new_layer((int)ceil(panel.w), (int)ceil(panel.h));
    canvas_set_origin(layer, panel.x, panel.y);
    canvas_set_line_factor(layer, v->projector ? THEME_PROJECTOR_LINES : 1);
    return layer;
}

struct canvas *map_panel_layer(const struct view *v, const struct map_plan *plan, struct box panel)
{
    struct view still = *v;
    still.canvas = new_layer(v, panel);
    map_panel_draw_still(&still, plan, panel);
    return still.canvas;
}

void map_panel_rehearse(const struct view *v, const struct map_plan *plan, struct box panel)
{
    struct view moving = *v;
    moving.canvas = new_layer(v, panel);
    moving.targets = targets_new();
    map_view_draw_moving(&moving, plan);
    targets_free(moving.targets);
    canvas_free(moving.canvas);
}
