/* Which panel stands where, and what is kept from one picture to the next. */
#include <math.h>

#include "sim/journal/tr.h"
#include "viz/draw/caption_view.h"
#include "viz/draw/controls_view.h"
#include "viz/draw/dialogue_view.h"
#include "viz/draw/help_view.h"
#include "viz/draw/inspector_view.h"
#include "viz/draw/ladder_view.h"
#include "viz/draw/map_view.h"
#include "viz/draw/scene_internal.h"
#include "viz/draw/timeline_view.h"

static const struct box nowhere = {0, 0, 0, 0};
static const double enlargement = 1.4; /* of what is in a panel that has all the room */

/* The three panels of the middle; one alone when it is enlarged, with the inspector below it when there is something
   to inspect. */
static void place_middle(struct panels *p, struct box middle, double gap, enum panel enlarged, bool inspecting)
{
    p->map = p->talk = p->ladder = nowhere;
    if (inspecting && (enlarged == PANEL_MAP || enlarged == PANEL_LADDER)) {
        double upper = floor(middle.h * 0.56);
        p->talk = box_of(middle.x, middle.y + upper + gap, middle.w, middle.h - upper - gap);
        middle.h = upper;
    }
    switch (enlarged) {
    case PANEL_MAP:
        p->map = middle;
        return;
    case PANEL_TALK:
        p->talk = middle;
        return;
    case PANEL_LADDER:
        p->ladder = middle;
        return;
    case PANEL_ALL:
        break;
    }
    double left = floor(middle.w * 0.615), top = floor(middle.h * 0.55);
    p->map = box_of(middle.x, middle.y, left, top);
    p->talk = box_of(middle.x, middle.y + top + gap, left, middle.h - top - gap);
    p->ladder = box_of(middle.x + left + gap, middle.y, middle.w - left - gap, middle.h);
}

static struct panels place_panels(double w, double h, double u, enum panel enlarged, bool inspecting)
{
    struct panels p;
    double gap = floor(8 * u), wide = w - 2 * gap;
    double caption = floor((h > 640 * u ? 88 : 66) * u), bottom = floor((h > 640 * u ? 118 : 104) * u);
    p.caption = box_of(gap, gap, wide, caption);
    p.bottom = box_of(gap, h - gap - bottom, wide, bottom);
    double row = floor(48 * u);
    p.controls = box_of(p.bottom.x + 12 * u, p.bottom.y + 3 * u, wide - 24 * u, row);
    p.time_line = box_of(p.bottom.x, p.bottom.y + row, wide, bottom - row);
    double y = gap + caption + gap;
    place_middle(&p, box_of(gap, y, wide, fmax(40, h - gap - bottom - gap - y)), gap, enlarged, inspecting);
    return p;
}

static struct view view_of(struct scene *s, struct canvas *canvas)
{
    return (struct view){.canvas = canvas,
                         .targets = s->targets,
                         .story = s->story,
                         .pace = s->pace,
                         .screen_ns = s->screen_ns,
                         .theme = theme_of(s->dark),
                         .unit = s->unit,
                         .selection = s->selection};
}

/* ---- Layers ---- */

static uint64_t key_of(const struct scene *s, struct box box, uint64_t more)
{
    const double parts[] = {box.x, box.y, box.w, box.h, s->unit * 1024, s->dark ? 1 : 2};
    uint64_t key = more;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        key = (key ^ (uint64_t)(int64_t)(parts[i] * 16)) * UINT64_C(0x9e3779b97f4a7c15);
    return key;
}

/* Draws through a layer where that helps; `draw` must depend on nothing but the key. */
static void draw_layer(struct scene *s, struct layer *layer, struct canvas *canvas, double unit, struct box box,
                       uint64_t key, void (*draw)(struct scene *, const struct view *, struct box))
{
    struct view view = view_of(s, canvas);
    view.unit = unit;
    view.targets = NULL;
    view.selection = (struct selection){ACT_NONE, 0};
    if (!canvas_likes_layers(canvas)) {
        draw(s, &view, box);
        return;
    }
    if (!layer->canvas || layer->key != key) {
        canvas_free(layer->canvas);
        layer->canvas = canvas_new_layer((int)ceil(box.w), (int)ceil(box.h));
        layer->key = key;
        view.canvas = layer->canvas;
        canvas_set_origin(layer->canvas, box.x, box.y);
        draw(s, &view, box);
    }
    canvas_paint_layer(canvas, layer->canvas, box.x, box.y);
}

/* ---- The map ---- */

static struct box map_area(struct box panel, double u)
{
    return box_of(panel.x + 8 * u, panel.y + 28 * u, panel.w - 16 * u, panel.h - 34 * u);
}

static void plan_map(struct scene *s, const struct view *view)
{
    struct box area = map_area(s->panels.map, view->unit);
    const struct map_plan *p = s->plan;
    if (p && p->area.x == area.x && p->area.y == area.y && p->area.w == area.w && p->area.h == area.h &&
        p->unit == view->unit)
        return;
    map_plan_free(s->plan);
    s->plan = map_plan_new(s->story, s->places, area, view->unit, view->canvas);
}

static void draw_map_still(struct scene *s, const struct view *view, struct box box)
{
    bool low = box.h < view_units(view, 150); /* the hosts need all of it */
    double left = view_units(view, 62);
    view_panel(view, box, low ? NULL : tr("Map"));
    if (!low)
        map_view_draw_legend(view, box_of(box.x + left, box.y + view_units(view, 6),
                                          box.w - left - view_units(view, 10), view_units(view, 18)));
    map_view_draw_still(view, s->plan);
}

static void draw_map(struct scene *s, const struct view *view)
{
    if (s->panels.map.w <= 0) return;
    plan_map(s, view);
    draw_layer(s, &s->map_layer, view->canvas, view->unit, s->panels.map,
               key_of(s, s->panels.map, map_view_still_key(view)), draw_map_still);
    canvas_clip(view->canvas, box_inset(s->panels.map, 2));
    map_view_draw_moving(view, s->plan);
    canvas_unclip(view->canvas);
}

/* ---- The rest ---- */

static void draw_time_line_still(struct scene *s, const struct view *view, struct box box)
{
    (void)s;
    timeline_view_draw_still(view, box);
}

static void draw_bottom(struct scene *s, const struct view *view)
{
    const struct controls_state state = {s->playing || s->waits, scene_speed(s), s->pace_mode};
    view_panel(view, s->panels.bottom, NULL);
    controls_view_draw(view, s->panels.controls, &state);
    struct box box = s->panels.time_line;
    draw_layer(s, &s->time_line_layer, view->canvas, view->unit, box, key_of(s, box, (uint64_t)s->pace_mode + 1),
               draw_time_line_still);
    timeline_view_draw_moving(view, box);
}

static void draw_talk(struct scene *s, const struct view *view)
{
    if (s->panels.talk.w <= 0) return;
    if (s->selection.what != ACT_NONE)
        inspector_view_draw(view, s->panels.talk);
    else
        dialogue_view_draw(view, s->panels.talk);
}

static void draw_ring(const struct scene *s, const struct view *view, struct selection what, double alpha)
{
    const struct target *t = what.what == ACT_NONE ? NULL : targets_find_act(s->targets, what.what, what.index);
    if (!t || t->act == ACT_TIME_LINE) return;
    struct colour colour = colour_with_alpha(view->theme->accent, alpha);
    if (t->reach > 0)
        canvas_line(view->canvas, t->a, t->b, view_units(view, 7), colour_with_alpha(view->theme->accent, alpha * 0.5));
    else
        canvas_stroke_round(view->canvas, box_inset(t->box, -view_units(view, 3)), view_units(view, 7),
                            view_units(view, 2.5), colour);
}

static void draw_quit_question(const struct view *view, struct box window)
{
    const char *text = tr("Press Esc once more to quit.");
    struct text_style style = view_text(view, FONT_LARGE);
    style.bold = true;
    style.across = style.down = ALIGN_CENTRE;
    style.colour = view->theme->panel;
    double w = canvas_measure(view->canvas, &style, text, 0).x + view_units(view, 48), h = view_units(view, 48);
    struct box box = box_of((window.w - w) / 2, (window.h - h) / 2, w, h);
    canvas_fill_round(view->canvas, box, h / 2, view->theme->ink);
    canvas_text(view->canvas, box, &style, text);
}

void scene_draw(struct scene *s, struct canvas *canvas)
{
    double w = canvas_width(canvas), h = canvas_height(canvas);
    struct box window = box_of(0, 0, w, h);
    s->unit = theme_unit(canvas_width(canvas), canvas_height(canvas), s->scale);
    s->panels = place_panels(w, h, s->unit, s->enlarged, s->selection.what != ACT_NONE);
    struct view view = view_of(s, canvas);
    targets_clear(s->targets);
    canvas_fill(canvas, window, view.theme->paper);
    struct view middle = view;
    if (s->enlarged != PANEL_ALL && s->selection.what == ACT_NONE) middle.unit *= enlargement;
    draw_map(s, &middle);
    if (s->panels.ladder.w > 0) ladder_view_draw(&middle, s->panels.ladder, s->order, story_host_count(s->story));
    draw_talk(s, &middle);
    caption_view_draw(&view, s->panels.caption);
    draw_bottom(s, &view);
    draw_ring(s, &view, s->hover, 0.45);
    draw_ring(s, &view, s->focus, 1);
    if (s->help) help_view_draw(&view, window);
    if (s->quit_asked) draw_quit_question(&view, window);
    s->dirty = false;
}
