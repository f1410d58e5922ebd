/* Which view stands where, and what is kept from one picture to the next. */
#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "viz/draw/caption_view.h"
#include "viz/draw/compare_view.h"
#include "viz/draw/controls_view.h"
#include "viz/draw/dialogue_view.h"
#include "viz/draw/find_view.h"
#include "viz/draw/help_view.h"
#include "viz/draw/inspector_view.h"
#include "viz/draw/ladder_view.h"
#include "viz/draw/leave_view.h"
#include "viz/draw/lesson_view.h"
#include "viz/draw/loading_view.h"
#include "viz/draw/map_panel.h"
#include "viz/draw/map_view.h"
#include "viz/draw/menu_view.h"
#include "viz/draw/names_view.h"
#include "viz/draw/queue_view.h"
#include "viz/draw/quiz_view.h"
#include "viz/draw/scene_internal.h"
#include "viz/draw/segment_view.h"
#include "viz/draw/timeline_view.h"

static const struct box nowhere = {0, 0, 0, 0};
static const double projector_scale = 1.35;
static const double enlargement = 1.4; /* of what is in a panel that has all the room */

/* What is looked at closely stands in the place of another view, unless it has one of its own. */
static enum view_id stand_in_for(const struct workspace *w)
{
    static const enum view_id order[] = {VIEW_DIALOGUE, VIEW_SEGMENT, VIEW_LADDER, VIEW_MAP,
                                         VIEW_QUEUE,    VIEW_NAMES,   VIEW_SENDER, VIEW_WHY_LATE};
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (workspace_has(w, order[i])) return order[i];
    return VIEW_NONE;
}

/* What is looked at closely gets the lower part of a view's pane. */
static void share_pane(struct panels *p, enum view_id view, double gap)
{
    struct box all = p->views[view], *upper = &p->views[view];
    upper->h = floor(all.h * 0.56);
    p->views[VIEW_CLOSELY] = box_of(all.x, all.y + upper->h + gap, all.w, all.h - upper->h - gap);
}

/* One view alone, with what is looked at closely below it. */
static void place_alone(struct panels *p, enum view_id view, double gap, bool inspecting)
{
    bool both = inspecting && view != VIEW_DIALOGUE && view != VIEW_SEGMENT && view != VIEW_CLOSELY;
    for (enum view_id other = 0; other < VIEWS; other++)
        p->views[other] = nowhere;
    p->views[inspecting && view == VIEW_DIALOGUE ? VIEW_CLOSELY : view] = p->middle;
    if (both) share_pane(p, view, gap);
}

/* In units. What is large to be read from afar leaves less room: then fewer views are shown. A pane that somebody made
   small in a large window stays. */
static const struct point roomy = {1000, 300}, least_pane = {370, 165};
static const double shared_units = 400; /* the least height of a pane that two views can share */

/* Who asked for a view, and has no dialogue that gives way, sees it beside what is looked at, where there is room for
   both. */
static bool may_share(const struct panels *p, const struct workspace *w, enum view_id view, double u)
{
    bool gives_way = (view == VIEW_DIALOGUE || view == VIEW_SEGMENT) && w->panes[w->root].view == VIEW_NONE;
    return !gives_way && p->views[view].h >= shared_units * u;
}

static void place_views(struct panels *p, const struct scene *s, double u, bool inspecting)
{
    double gap = p->gap;
    struct workspace fitting = s->workspace;
    if (s->enlarged != VIEW_NONE) {
        place_alone(p, s->enlarged, gap, inspecting);
        return;
    }
    if (p->middle.w < roomy.x * u || p->middle.h < roomy.y * u)
        p->fewer = workspace_fit(&fitting, p->middle, gap, point_of(least_pane.x * u, least_pane.y * u));
    workspace_place(&fitting, p->middle, gap, p->views);
    enum view_id replaced = stand_in_for(&fitting);
    bool shown = workspace_has(&fitting, VIEW_CLOSELY) ||
                 (s->selection.what == ACT_PACKET && workspace_has(&fitting, VIEW_SEGMENT));
    if (!inspecting || shown || replaced == VIEW_NONE) return;
    if (may_share(p, &fitting, replaced, u)) {
        share_pane(p, replaced, gap);
        return;
    }
    p->views[VIEW_CLOSELY] = p->views[replaced];
    p->views[replaced] = nowhere;
    p->replaced = replaced;
}

static struct panels place_panels(double w, double h, double u, const struct scene *s, bool inspecting)
{
    struct panels p = {.replaced = VIEW_NONE};
    double gap = floor(8 * u), wide = w - 2 * gap;
    bool is_tight = h < 340 * u; /* then there is no room for the time line, and the views get what there is */
    double caption = floor((h > 640 * u ? 88 : is_tight ? 56 : 66) * u), bottom = floor((h > 640 * u ? 118 : 104) * u);
    p.gap = gap;
    p.caption = box_of(gap, gap, wide, caption);
    p.bottom = box_of(gap, h - gap - bottom, wide, bottom);
    double row = floor((is_tight ? 42 : 48) * u);
    if (is_tight) p.bottom = box_of(gap, h - gap - row - 2 * u, wide, bottom = floor(row + 2 * u));
    p.controls = box_of(p.bottom.x + 12 * u, p.bottom.y + (is_tight ? 1 : 3) * u, wide - 24 * u, row);
    p.time_line = is_tight ? nowhere : box_of(p.bottom.x, p.bottom.y + row, wide, bottom - row);
    if (s->is_loading && !is_tight) p.unread = loading_view_cut(&p.time_line, s->known_part);
    double y = gap + caption + gap;
    if (s->lesson) {
        p.lesson = box_of(gap, y, wide, floor(92 * u));
        y += p.lesson.h + gap;
    }
    if (s->what_if.n_acts > 0) { /* there are two runs, or will be */
        p.band = box_of(gap, y, wide, floor((is_tight ? 28 : 40) * u));
        y += p.band.h + gap;
    }
    p.middle = box_of(gap, y, wide, fmax(40, h - gap - bottom - gap - y));
    place_views(&p, s, u, inspecting);
    return p;
}

struct view scene_view(struct scene *s, struct canvas *canvas)
{
    return (struct view){.canvas = canvas,
                         .targets = s->targets,
                         .story = s->story,
                         .pace = s->pace,
                         .screen_ns = s->screen_ns,
                         .theme = theme_of(s->dark),
                         .unit = s->unit,
                         .span = s->span,
                         .rerun = s->what_if.rerun,
                         .elsewhere = s->elsewhere.program,
                         .elsewhere_said = s->elsewhere.packet != STORY_NONE && s->selection.what == ACT_PACKET &&
                                                   s->elsewhere.packet == s->selection.index
                                               ? s->elsewhere.said
                                               : "",
                         .parts_ns = s->what_if.comparison ? s->what_if.comparison->first.at_ns : TIME_NEVER,
                         .is_what_if = s->what_if.shown == 1,
                         .selection = s->selection,
                         .captions = s->captions,
                         .calm = s->calm,
                         .projector = s->projector,
                         .classics = s->captions == CAPTIONS_ALL ? s->classics : NULL,
                         .hover = s->hover,
                         .only = &s->only,
                         .bookmarks = s->bookmarks,
                         .n_bookmarks = s->n_bookmarks,
                         .id = VIEW_NONE};
}

/* ---- Layers ---- */

static uint64_t key_of(const struct scene *s, struct box box, uint64_t more)
{
    const double parts[] = {box.x,
                            box.y,
                            box.w,
                            box.h,
                            s->unit * 1024,
                            (s->dark ? 1 : 2) + (s->projector ? 4 : 0),
                            (double)s->span.from_ns,
                            (double)s->span.to_ns};
    uint64_t key = more;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        key = (key ^ (uint64_t)(int64_t)(parts[i] * 16)) * UINT64_C(0x9e3779b97f4a7c15);
    return key;
}

/* Draws through a layer where that helps; `draw` must depend on nothing but the key. */
static void draw_layer(struct scene *s, struct layer *layer, struct canvas *canvas, double unit, struct box box,
                       uint64_t key, void (*draw)(struct scene *, const struct view *, struct box))
{
    struct view view = scene_view(s, canvas);
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
        canvas_set_line_factor(layer->canvas, s->projector ? THEME_PROJECTOR_LINES : 1);
        draw(s, &view, box);
    }
    canvas_paint_layer(canvas, layer->canvas, box.x, box.y);
}

/* ---- The map ---- */

static void plan_map(struct scene *s, const struct view *view)
{
    struct box area = map_panel_area(s->panels.views[VIEW_MAP], view->unit);
    const struct map_plan *p = s->plan;
    if (p && p->area.x == area.x && p->area.y == area.y && p->area.w == area.w && p->area.h == area.h &&
        p->unit == view->unit)
        return;
    map_plan_free(s->plan);
    s->plan = map_plan_new(s->story, s->places, area, view->unit, view->canvas);
}

static void draw_map_still(struct scene *s, const struct view *view, struct box box)
{
    map_panel_draw_still(view, s->plan, box);
}

static void draw_map(struct scene *s, const struct view *view)
{
    if (s->panels.views[VIEW_MAP].w <= 0) return;
    plan_map(s, view);
    draw_layer(s, &s->map_layer, view->canvas, view->unit, s->panels.views[VIEW_MAP],
               map_panel_key(view, s->panels.views[VIEW_MAP]), draw_map_still);
    targets_add_box(view->targets, ACT_VIEW_MENU, VIEW_MAP,
                    view_heading_box(view, s->panels.views[VIEW_MAP], tr("Map")));
    canvas_clip(view->canvas, box_inset(s->panels.views[VIEW_MAP], 2));
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
    bool is_zoomed = s->span.from_ns > 0 || s->span.to_ns < story_end_ns(s->story);
    const struct controls_state state = {s->playing || s->waits, scene_speed(s), s->pace_mode, s->enlarged, is_zoomed};
    view_panel(view, s->panels.bottom, NULL);
    controls_view_draw(view, s->panels.controls, &state);
    struct box box = s->panels.time_line;
    if (box.w <= 0) return;
    draw_layer(s, &s->time_line_layer, view->canvas, view->unit, box, key_of(s, box, (uint64_t)s->pace_mode + 1),
               draw_time_line_still);
    timeline_view_draw_moving(view, box);
    if (s->is_loading) loading_view_draw_unread(view, s->panels.unread, &s->loading);
}

static void draw_closely(const struct view *view, struct box box)
{
    if (view->selection.what != ACT_NONE) {
        inspector_view_draw(view, box);
        return;
    }
    struct box inner = view_panel(view, box, tr("Looked at closely"));
    struct text_style style = view_faint(view, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    style.lines = 3;
    canvas_text(view->canvas, inner, &style, tr("Press a packet, a host, a link, a mail or a line to look at it."));
}

static void draw_sender(struct scene *s, const struct view *view, struct box box)
{
    size_t conn = s->sender != STORY_NONE ? s->sender : sender_view_conn(view);
    if (s->sender_plan && s->sender_plan->conn != conn) {
        sender_plan_free(s->sender_plan);
        s->sender_plan = NULL;
    }
    if (!s->sender_plan && conn != STORY_NONE) s->sender_plan = sender_plan_new(s->story, conn);
    sender_view_draw(view, box, s->sender_plan);
}

static void draw_why_late(struct scene *s, const struct view *of_window, struct box box)
{
    struct view another = *of_window;
    const struct view *view = &another;
    if (!s->queue_plan) s->queue_plan = queue_plan_new(s->story);
    if (!s->why_plan) s->why_plan = why_plan_new(s->journal);
    size_t letter = why_late_letter(view, s->queue_plan);
    /* Looking at what lies on a mail's way shall not put another in its place. */
    if (view->selection.what == ACT_PACKET || view->selection.what == ACT_EVENT) {
        bool says_which = view->selection.what == ACT_EVENT &&
                          event_has(story_event(s->story, view->selection.index)->kind, FIELD_MESSAGE);
        if (!says_which && s->why_plan->letter != STORY_NONE) letter = s->why_plan->letter;
    }
    if (view->selection.what == ACT_NONE && s->why_plan->depth > 0)
        letter = s->why_plan->letter; /* what is open stays */
    if (letter != STORY_NONE && letter != s->why_plan->letter) {
        why_plan_take(s->why_plan, s->story, letter);
        another.scroll = s->scroll[VIEW_WHY_LATE] = 0;
    }
    const struct compare_page compared = scene_compare_page(s);
    why_late_view_draw(view, box, s->why_plan, &compared);
}

/* A pane may be too low for what a view must show, as when letters are three times as large: then that view is drawn
   smaller, and no smaller than it must be. */
static double fitting_unit(const struct view *view, enum view_id id, struct box box)
{
    static const double least_height[VIEWS] = {
        [VIEW_LADDER] = 250,  [VIEW_QUEUE] = 200,    [VIEW_NAMES] = 220,   [VIEW_SENDER] = 330,
        [VIEW_SEGMENT] = 300, [VIEW_WHY_LATE] = 190, [VIEW_WHAT_IF] = 200, [VIEW_CLOSELY] = 240};
    return least_height[id] > 0 ? fmin(view->unit, box.h / least_height[id]) : view->unit;
}

static void draw_what_if(const struct scene *s, const struct view *view, struct box box)
{
    const struct compare_page page = scene_compare_page(s);
    compare_view_draw(view, box, &page);
}

static bool is_alone(const struct scene *s)
{
    int n = 0;
    for (enum view_id id = 0; id < VIEWS; id++)
        n += s->panels.views[id].w > 0;
    return n == 1;
}

/* What is new is shown from its beginning, or, of what is said, its end. */
static void forget_scroll(struct scene *s)
{
    size_t lines = story_lines_so_far(s->story);
    if (s->selection.what != s->scrolled.what || s->selection.index != s->scrolled.index) s->scroll[VIEW_CLOSELY] = 0;
    if (lines != s->scrolled_lines) s->scroll[VIEW_DIALOGUE] = 0;
    s->scrolled = s->selection;
    s->scrolled_lines = lines;
}

/* True when a view had become shorter than it was scrolled by: it is to be drawn once more. */
static bool limit_scroll(struct scene *s)
{
    bool limited = false;
    for (enum view_id id = 0; id < VIEWS; id++) {
        if (s->panels.views[id].w <= 0 || s->scroll[id] <= s->scroll_most[id]) continue;
        s->scroll[id] = s->scroll_most[id];
        limited = true;
    }
    return limited;
}

static void draw_view(struct scene *s, struct view view, enum view_id id)
{
    struct box box = s->panels.views[id];
    if (box.w <= 0) return;
    if (is_alone(s)) view.unit = fitting_unit(&view, id, box);
    s->axes[id] = (struct time_axis){nowhere, s->span};
    s->scroll_most[id] = 0;
    view.axis = &s->axes[id];
    view.scroll = s->scroll[id];
    view.scroll_most = &s->scroll_most[id];
    view.id = id == VIEW_CLOSELY && s->panels.replaced != VIEW_NONE ? s->panels.replaced : id;
    switch (id) {
    case VIEW_MAP:
        draw_map(s, &view);
        return;
    case VIEW_DIALOGUE:
        dialogue_view_draw(&view, box);
        return;
    case VIEW_LADDER:
        ladder_view_draw(&view, box, s->order, story_host_count(s->story));
        return;
    case VIEW_QUEUE:
        if (!s->queue_plan) s->queue_plan = queue_plan_new(s->story);
        if (!s->queue_is_scrolled) view.scroll = -1;
        s->scroll[id] = (double)queue_view_draw(&view, box, s->queue_plan);
        return;
    case VIEW_NAMES:
        names_view_draw(&view, box);
        return;
    case VIEW_SENDER:
        draw_sender(s, &view, box);
        return;
    case VIEW_SEGMENT:
        segment_view_draw(&view, box);
        return;
    case VIEW_WHY_LATE:
        draw_why_late(s, &view, box);
        return;
    case VIEW_WHAT_IF:
        draw_what_if(s, &view, box);
        return;
    case VIEW_CLOSELY:
        draw_closely(&view, box);
        return;
    case VIEWS:
        return;
    }
}

static void draw_menu(struct scene *s, const struct view *view, struct box window)
{
    struct box panel = s->panels.views[s->menu];
    if (panel.w <= 0) panel = s->panels.views[VIEW_CLOSELY];
    targets_clear(s->targets); /* the menu alone can be pressed */
    menu_view_draw(view, window, panel, s->menu, &s->workspace);
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

/* Above the views, where it hides no host. */
static void draw_hint(const struct scene *s, const struct view *view)
{
    const struct linking *l = &s->linking;
    const struct map_plan *plan = s->plan;
    if (!l->open) {
        if (scene_tells_what_if(s)) find_view_hint(view, s->panels.caption, s->what_if.message, true);
        return;
    }
    find_view_hint(view, s->panels.caption, scene_link_hint(s), l->refused != LINK_FINE);
    if (l->first == STORY_NONE) return;
    draw_ring(s, view, (struct selection){ACT_HOST, l->first}, 1);
    if (plan && s->hover.what == ACT_HOST && l->first < plan->n_hosts && s->hover.index < plan->n_hosts)
        canvas_line(view->canvas, plan->hosts[l->first].at, plan->hosts[s->hover.index].at, view_units(view, 3),
                    colour_with_alpha(view->theme->accent, 0.6));
}

/* The sign that now is where the pointer is: the time line may have moved below it. */
static void draw_tip(struct scene *s, const struct view *view)
{
    if (s->menu == VIEW_NONE && !s->dragging) controls_view_draw_tip(view, s->panels.controls, s->hover);
    if (s->hover.what != ACT_TIME_LINE || s->dragging || s->menu != VIEW_NONE || s->panels.time_line.w <= 0) return;
    s->sign = timeline_sign_at(view, s->panels.time_line, s->pointer);
    if (s->sign.sign != TIMELINE_SIGNS) timeline_view_draw_tip(view, s->panels.time_line, s->panels.bottom.y, &s->sign);
}

static void draw_band(const struct scene *s, const struct view *view)
{
    if (s->panels.band.w <= 0) return;
    const struct what_if_band band = scene_what_if_band(s);
    what_if_band_frame(view, s->panels.middle, s->panels.gap, &band);
    what_if_band_draw(view, s->panels.band, &band);
}

/* What would be lost, and what the keys do: always the same ones. */
static void draw_question_whether_to_leave(const struct scene *s, const struct view *view, struct box window)
{
    bool for_gallery = s->asked == LEAVING_FOR_GALLERY;
    const struct leave_question question = {
        .title = for_gallery ? tr("Leave for the gallery?") : tr("Quit?"),
        .warning = !scene_would_lose(s)     ? ""
                   : s->what_if.rerun->save ? tr("The changes of what if are not saved. Ctrl S saves them.")
                                            : tr("The changes of what if will be gone."),
        .keys = for_gallery ? tr("Enter leaves, Esc stays.") : tr("Enter quits, Esc stays."),
        .yes = for_gallery ? tr("Leave") : tr("Quit"),
        .is_stay_filled = s->is_stay_filled};
    leave_view_draw(view, window, &question);
}

void scene_draw(struct scene *s, struct canvas *canvas)
{
    double w = canvas_width(canvas), h = canvas_height(canvas);
    struct box window = box_of(0, 0, w, h);
    double scale = s->scale * (s->projector ? projector_scale : 1);
    s->unit = theme_unit(canvas_width(canvas), canvas_height(canvas), scale);
    canvas_set_line_factor(canvas, s->projector ? THEME_PROJECTOR_LINES : 1);
    s->panels = place_panels(w, h, s->unit, s, s->selection.what != ACT_NONE);
    struct view view = scene_view(s, canvas);
    targets_clear(s->targets);
    canvas_fill(canvas, window, view.theme->paper);
    struct view middle = view;
    if (s->enlarged != VIEW_NONE && s->selection.what == ACT_NONE) middle.unit *= enlargement;
    forget_scroll(s);
    draw_band(s, &view);
    for (enum view_id id = 0; id < VIEWS; id++)
        draw_view(s, middle, id);
    bool limited = limit_scroll(s);
    caption_view_draw(&view, s->panels.caption);
    if (s->lesson) lesson_view_draw(&view, s->panels.lesson, s->lesson);
    draw_bottom(s, &view);
    quiz_view_draw(&view, s->panels.middle, s);
    if (s->menu != VIEW_NONE) draw_menu(s, &view, window);
    if (s->find.open) scene_find_draw(s, &view, window);
    draw_hint(s, &view);
    draw_tip(s, &view);
    draw_ring(s, &view, s->hover, 0.45);
    draw_ring(s, &view, s->focus, 1);
    if (s->help) help_view_draw(&view, window);
    if (s->asked != LEAVING_NOT) draw_question_whether_to_leave(s, &view, window);
    s->dirty = limited;
}
