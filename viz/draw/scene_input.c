/* What keys and pointer mean. docs/window.md and help_view.c tell the user: keep the three alike. */
#include <math.h>

#include "viz/draw/inspector_view.h"
#include "viz/draw/leave_view.h"
#include "viz/draw/scene_internal.h"
#include "viz/draw/time_axis.h"
#include "viz/draw/timeline_view.h"

static const double zoom_step = 2, scale_step = 1.1, least_scale = 0.5, most_scale = 3;

static void change_scale(struct scene *s, double factor)
{
    double scale = factor == 0 ? 1 : s->scale * factor;
    s->scale = scale < least_scale ? least_scale : scale > most_scale ? most_scale : scale;
}

/* ---- Keys ---- */

/* The next target in the order of drawing, around the end; the time line has keys of its own. */
static void move_focus(struct scene *s, int direction)
{
    size_t n = targets_count(s->targets), at = n;
    for (size_t i = 0; i < n && at == n; i++) {
        const struct target *t = targets_at(s->targets, i);
        if (t->act == s->focus.what && t->arg == s->focus.index) at = i;
    }
    if (n == 0) return;
    size_t next = at == n ? (direction > 0 ? n - 1 : 0) : at;
    for (size_t tried = 0; tried < n; tried++) {
        next = direction > 0 ? (next + 1) % n : (next + n - 1) % n;
        const struct target *t = targets_at(s->targets, next);
        bool first_of_its_kind = targets_find_act(s->targets, t->act, t->arg) == t;
        if (t->act == ACT_TIME_LINE || t->act == ACT_TIME_AXIS || t->act == ACT_BYTES || !first_of_its_kind) continue;
        s->focus = (struct selection){t->act, t->arg};
        return;
    }
}

static void press_focus(struct scene *s)
{
    if (s->focus.what != ACT_NONE) scene_activate(s, s->focus.what, s->focus.index);
}

static void leave(struct scene *s, enum leaving where)
{
    if (where == LEAVING_FOR_GALLERY) s->way = WAY_GALLERY;
    if (where == LEAVING_FOR_GOOD) s->quit = true;
}

static void ask_whether_to_leave(struct scene *s, enum leaving where)
{
    s->asked = where;
    s->is_stay_filled = scene_would_lose(s); /* nobody loses anything by one key too many */
    s->focus = s->hover = (struct selection){ACT_NONE, 0};
}

void scene_leave(struct scene *s, enum leaving where)
{
    if (scene_would_lose(s))
        ask_whether_to_leave(s, where);
    else
        leave(s, where);
}

/* The question is what lies on top: nothing is done until it is answered. */
static void answer_whether_to_leave(struct scene *s, enum leave_answer answer)
{
    enum leaving where = s->asked;
    if (answer == LEAVE_NOT_YET) return;
    s->asked = LEAVING_NOT;
    if (answer == LEAVE_YES) leave(s, where);
}

/* The topmost thing, from the inside out: menu, link, message, selection, focus, enlarged view; where nothing is left
   it goes back to the gallery that it was opened from, at once where nothing would be lost; or it asks whether to quit:
   who presses it once too often shall not lose his window. */
static void escape(struct scene *s)
{
    if (s->menu != VIEW_NONE)
        s->menu = VIEW_NONE;
    else if (s->linking.open)
        scene_link_close(s);
    else if (scene_tells_what_if(s))
        s->what_if.message[0] = 0;
    else if (s->enlarged != VIEW_NONE && s->selection.what != ACT_NONE && s->panels.views[VIEW_CLOSELY].w <= 0)
        s->enlarged = VIEW_NONE; /* the segment is what is looked at: no pane of its own lies on top */
    else if (s->selection.what != ACT_NONE)
        s->selection = (struct selection){ACT_NONE, 0};
    else if (s->focus.what != ACT_NONE)
        s->focus = (struct selection){ACT_NONE, 0};
    else if (s->enlarged != VIEW_NONE)
        s->enlarged = VIEW_NONE;
    else if (s->from_gallery)
        scene_leave(s, LEAVING_FOR_GALLERY);
    else
        ask_whether_to_leave(s, LEAVING_FOR_GOOD);
}

static enum story_step step_of(const struct input *in)
{
    if (in->ctrl) return STORY_STEP_MAIL;
    return in->shift ? STORY_STEP_PACKET : STORY_STEP_EVENT;
}

static bool handle_finding_key(struct scene *s, const struct input *in)
{
    switch (in->key) {
    case 'u':
        scene_find_open(s);
        return true;
    case 'n':
        if (in->shift)
            scene_find_before(s);
        else
            scene_find_next(s);
        return *s->find.text != '\0';
    case 'b':
        scene_toggle_bookmark(s);
        return true;
    case '[':
        scene_go_to_bookmark(s, -1);
        return true;
    case ']':
        scene_go_to_bookmark(s, 1);
        return true;
    }
    return false;
}

static bool handle_time_key(struct scene *s, const struct input *in)
{
    switch (in->key) {
    case ' ':
        scene_toggle_play(s);
        return true;
    case KEY_LEFT:
        scene_step(s, step_of(in), -1);
        return true;
    case KEY_RIGHT:
        scene_step(s, step_of(in), 1);
        return true;
    case KEY_PAGE_UP:
        scene_step(s, STORY_STEP_LINE, -1);
        return true;
    case KEY_PAGE_DOWN:
        scene_step(s, STORY_STEP_LINE, 1);
        return true;
    case KEY_UP:
    case KEY_DOWN:
        if (in->ctrl) return scene_scroll(s, in->key == KEY_UP ? -3 : 3);
        scene_change_speed(s, in->key == KEY_UP ? 1 : -1);
        return true;
    case KEY_HOME:
        scene_seek(s, 0);
        return true;
    case KEY_END:
        scene_seek(s, story_end_ns(s->story));
        return true;
    case 'z':
        if (in->ctrl) return false;
        scene_zoom(s, story_now(s->story), in->shift ? zoom_step : 1 / zoom_step);
        return true;
    case 'w':
        scene_zoom(s, 0, 0);
        return true;
    case 'p':
        scene_activate(s, ACT_PACE, 0);
        return true;
    case 'c':
        scene_follow_cause(s);
        return true;
    default:
        return handle_finding_key(s, in);
    }
}

/* The view that the focus is in, or the first. */
static enum view_id view_of_focus(const struct scene *s)
{
    const struct target *focus = targets_find_act(s->targets, s->focus.what, s->focus.index);
    struct box box = focus ? target_bounds(focus) : box_of(0, 0, 0, 0);
    enum view_id first = VIEW_NONE;
    for (enum view_id view = VIEWS; view-- > 0;) {
        struct box panel = s->panels.views[view];
        if (panel.w <= 0) continue;
        first = view == VIEW_CLOSELY && s->panels.replaced != VIEW_NONE ? s->panels.replaced : view;
        if (focus && box_has(panel, box.x + box.w / 2, box.y + box.h / 2)) break;
    }
    return first;
}

static void open_menu(struct scene *s)
{
    s->menu = s->menu == VIEW_NONE ? view_of_focus(s) : VIEW_NONE;
    s->focus = (struct selection){ACT_NONE, 0};
}

static void next_arrangement(struct scene *s)
{
    s->enlarged = s->menu = VIEW_NONE;
    s->preset = (s->preset + 1) % WORKSPACE_PRESETS;
    workspace_read(&s->workspace, workspace_preset(s->preset));
}

static bool handle_arranging_key(struct scene *s, int key, bool ctrl)
{
    switch (key) {
    case 'e':
        scene_link_open(s);
        return true;
    case 'v':
        open_menu(s);
        return true;
    case 'a':
        next_arrangement(s);
        return true;
    case 'k':
        s->keeps_places = !s->keeps_places;
        return true;
    case 'l':
        only_choose(&s->only, s->story, s->selection.what, s->selection.index);
        return true;
    case 's':
        if (!ctrl || s->what_if.n_acts == 0) return false;
        scene_save_what_if(s);
        return true;
    case KEY_DELETE:
        scene_take_away(s);
        return true;
    case 'z':
        scene_undo_what_if(s);
        return true;
    case 'x':
        scene_show_run(s, !s->what_if.shown);
        return true;
    case 'o':
        return scene_open_elsewhere(s);
    }
    if (key < '1' || key >= '1' + VIEWS) return false;
    s->menu = VIEW_NONE;
    scene_enlarge(s, (enum view_id)(key - '1'));
    return true;
}

static bool handle_view_key(struct scene *s, const struct input *in)
{
    switch (in->key) {
    case KEY_TAB:
        move_focus(s, in->shift ? -1 : 1);
        return true;
    case KEY_ENTER:
        press_focus(s);
        return true;
    case KEY_ESCAPE:
        escape(s);
        return true;
    case '+':
    case '=':
        change_scale(s, scale_step);
        return true;
    case '-':
        change_scale(s, 1 / scale_step);
        return true;
    case '0':
        if (in->ctrl) change_scale(s, 0);
        s->enlarged = VIEW_NONE;
        return true;
    case 't':
        s->dark = !s->dark;
        return true;
    case 'f':
        s->full_screen_wish = true;
        return true;
    case '?':
    case 'h':
        s->help = true;
        return true;
    case 'q':
        scene_leave(s, LEAVING_FOR_GOOD);
        return true;
    }
    return false;
}

/* True for the keys that do nothing else; the others do, besides, what the page says of them. */
static bool closes_help(struct scene *s, int key)
{
    s->help = false;
    return key == KEY_ESCAPE || key == '?' || key == 'h' || key == 'q';
}

/* The host that the focus is on, or that is looked at, steps aside, over others that stand in its way. */
static void step_host(struct scene *s, struct point step)
{
    enum { STEPS = 8 };
    struct selection host = s->focus.what == ACT_HOST ? s->focus : s->selection;
    if (host.what != ACT_HOST || !s->plan || host.index >= s->plan->n_hosts) return;
    struct point at = s->plan->hosts[host.index].at;
    for (int i = 0; i < STEPS && s->plan; i++) {
        at = point_of(at.x + step.x, at.y + step.y);
        if (!box_has(box_inset(s->panels.views[VIEW_MAP], 24 * s->unit), at.x, at.y)) return;
        scene_move_host(s, host.index, at);
    }
}

/* What the mouse drags: Alt and an arrow moves a host, with Shift the bar nearest to a view. */
static bool handle_moving_key(struct scene *s, const struct input *in)
{
    const double step = 24 * s->unit, part = 0.05;
    bool across = in->key == KEY_LEFT || in->key == KEY_RIGHT, back = in->key == KEY_LEFT || in->key == KEY_UP;
    if (!in->alt || (!across && in->key != KEY_UP && in->key != KEY_DOWN)) return false;
    if (!in->shift)
        step_host(s, point_of(!across ? 0 : back ? -step : step, across ? 0 : back ? -step : step));
    else if (s->enlarged == VIEW_NONE && !s->panels.fewer)
        workspace_move_bar(&s->workspace, view_of_focus(s), across, back ? -part : part);
    return true;
}

static bool handle_key(struct scene *s, const struct input *in)
{
    if (scene_find_key(s, in)) return true;
    bool saves = in->ctrl && in->key == 's'; /* as the question says that one can */
    if (s->asked != LEAVING_NOT && !saves) {
        int again = s->asked == LEAVING_FOR_GALLERY ? 'm' : 'q';
        answer_whether_to_leave(s, leave_view_key(in->key, again, &s->is_stay_filled));
        return true;
    }
    bool helped = s->help;
    if (helped && closes_help(s, in->key)) return true;
    if (scene_teach_key(s, in) || handle_moving_key(s, in)) return true;
    return handle_time_key(s, in) || handle_view_key(s, in) || handle_arranging_key(s, in->key, in->ctrl) || helped;
}

/* ---- Pointer ---- */

static void drag_to(struct scene *s, double x)
{
    const struct view view = scene_view(s, NULL);
    if (s->dragged_axis == VIEW_NONE) {
        int64_t at_ns = timeline_instant_at(&view, s->panels.time_line, x);
        scene_seek_screen(s, timeline_screen_at(&view, s->panels.time_line, x));
        if (story_now(s->story) != at_ns) scene_seek(s, at_ns); /* screen time is coarser */
    } else
        scene_seek(s, time_axis_at(s->axes[s->dragged_axis].span, s->axes[s->dragged_axis].box, x));
}

/* Its event just happens then; a time of the line beside it would come before or after. */
static bool go_to_mark(struct scene *s, struct point at)
{
    const struct view view = scene_view(s, NULL);
    const struct story_mark *mark = timeline_mark_at(&view, s->panels.time_line, at);
    if (!mark) return false;
    scene_go_to_event(s, mark->event);
    return true;
}

static bool close_menu(struct scene *s)
{
    bool open = s->menu != VIEW_NONE;
    s->menu = VIEW_NONE;
    return open;
}

/* Views can be given more or less room when all are there. */
static bool grip_bar(struct scene *s)
{
    if (s->enlarged != VIEW_NONE || s->panels.fewer) return false;
    s->dragged_bar = workspace_bar_at(&s->workspace, s->panels.middle, s->panels.gap, s->grip, s->panels.gap);
    return s->dragged_bar >= 0;
}

/* A host follows the pointer once it has really moved: a click shall not shift it. */
static bool drag_host(struct scene *s, double x, double y)
{
    struct point to = {x, y};
    if (s->dragged_host == STORY_NONE) return false;
    if (!s->dragging_host && point_distance(to, s->grip) < 5 * s->unit) return false;
    s->dragging_host = true;
    scene_move_host(s, s->dragged_host, to);
    return true;
}

static bool release(struct scene *s)
{
    bool meant = s->dragging || s->dragged_bar >= 0 || s->dragging_host;
    s->dragging = s->dragging_host = false;
    s->dragged_axis = VIEW_NONE;
    s->dragged_bar = -1;
    s->dragged_host = STORY_NONE;
    return meant;
}

static bool handle_press(struct scene *s, const struct input *in)
{
    const struct target *t = targets_find(s->targets, in->x, in->y);
    if (s->asked != LEAVING_NOT) {
        enum act act = t ? t->act : ACT_NONE;
        answer_whether_to_leave(s, act == ACT_LEAVE ? LEAVE_YES : act == ACT_STAY ? LEAVE_NO : LEAVE_NOT_YET);
        return true;
    }
    if (s->help) {
        s->help = false;
        return true;
    }
    s->grip = point_of(in->x, in->y);
    if (!t) return close_menu(s) || grip_bar(s);
    if (t->act == ACT_HOST && !s->linking.open && box_has(s->panels.views[VIEW_MAP], in->x, in->y))
        s->dragged_host = t->arg;
    if (t->act == ACT_TIME_LINE && go_to_mark(s, s->grip)) return true;
    if (t->act == ACT_TIME_LINE || t->act == ACT_TIME_AXIS) {
        s->dragging = true;
        s->dragged_axis = t->act == ACT_TIME_AXIS ? (enum view_id)t->arg : VIEW_NONE;
        s->playing = false;
        drag_to(s, in->x);
        return true;
    }
    s->focus = (struct selection){ACT_NONE, 0};
    scene_activate(s, t->act, t->arg);
    return true;
}

static struct timeline_found sign_under(struct scene *s, struct point at)
{
    const struct view view = scene_view(s, NULL);
    if (s->hover.what != ACT_TIME_LINE) return (struct timeline_found){TIMELINE_SIGNS, STORY_NONE, 0};
    return timeline_sign_at(&view, s->panels.time_line, at);
}

static bool handle_move(struct scene *s, const struct input *in)
{
    s->pointer = point_of(in->x, in->y);
    if (s->dragging) {
        drag_to(s, in->x);
        return true;
    }
    if (s->dragged_bar >= 0) {
        workspace_drag_bar(&s->workspace, s->panels.middle, s->panels.gap, s->dragged_bar, point_of(in->x, in->y));
        return true;
    }
    if (drag_host(s, in->x, in->y)) return true;
    const struct target *t = targets_find(s->targets, in->x, in->y);
    struct selection hover = t ? (struct selection){t->act, t->arg} : (struct selection){ACT_NONE, 0};
    bool changed = hover.what != s->hover.what || hover.index != s->hover.index;
    s->hover = hover;
    struct timeline_found sign = sign_under(s, s->pointer);
    changed |= sign.sign != s->sign.sign || sign.at_ns != s->sign.at_ns;
    s->sign = sign;
    return changed;
}

/* What the wheel turns around: the sign under the pointer, which would soon be led away from a little beside it. It
   stays the same while the pointer does: others come near when captions take no room any more. */
static struct wheel_grip grip_of_wheel(const struct scene *s, const struct view *view, struct point at)
{
    struct box box = s->panels.time_line;
    const struct wheel_grip *last = &s->wheel;
    if (last->is_held && last->pointer.x == at.x && last->pointer.y == at.y &&
        fabs(timeline_x_of(view, box, last->at_ns) - last->x) < 2 * view->unit)
        return *last;
    struct timeline_found found = timeline_sign_at(view, box, at);
    if (found.sign == TIMELINE_SIGNS) return (struct wheel_grip){true, at, at.x, timeline_instant_at(view, box, at.x)};
    return (struct wheel_grip){true, at, timeline_x_of(view, box, found.at_ns), found.at_ns};
}

static void zoom_time_line(struct scene *s, struct point at, double factor)
{
    const struct view view = scene_view(s, NULL);
    s->wheel = grip_of_wheel(s, &view, at);
    s->span = timeline_zoomed(&view, s->panels.time_line, s->wheel.x, s->wheel.at_ns, factor);
    s->dirty = true;
}

/* The instant under the pointer, where there is an axis of time, which runs straight. */
static bool is_over_axis(struct scene *s, const struct input *in, int64_t *at_ns)
{
    for (enum view_id id = 0; id < VIEWS; id++) {
        if (s->panels.views[id].w <= 0 || !box_has(s->axes[id].box, in->x, in->y)) continue;
        *at_ns = time_axis_at(s->axes[id].span, s->axes[id].box, in->x);
        s->span = s->axes[id].span;
        return true;
    }
    return false;
}

/* A view with more rows than it has room for. */
static bool wheel_scrolls(struct scene *s, const struct input *in)
{
    for (enum view_id id = 0; id < VIEWS; id++)
        if (box_has(s->panels.views[id], in->x, in->y) && scene_scroll_view(s, id, in->wheel > 0 ? -3 : 3)) return true;
    return false;
}

static bool handle_wheel(struct scene *s, const struct input *in)
{
    if (s->asked != LEAVING_NOT) return true;
    if (in->ctrl) {
        change_scale(s, in->wheel > 0 ? scale_step : 1 / scale_step);
        return true;
    }
    const double factor = in->wheel > 0 ? 1 / zoom_step : zoom_step;
    int64_t at_ns;
    if (box_has(s->panels.time_line, in->x, in->y)) {
        zoom_time_line(s, point_of(in->x, in->y), factor);
        return true;
    }
    if (is_over_axis(s, in, &at_ns)) {
        scene_zoom(s, at_ns, factor);
        return true;
    }
    if (wheel_scrolls(s, in)) return true;
    scene_step(s, STORY_STEP_EVENT, in->wheel > 0 ? -1 : 1);
    return true;
}

bool scene_handle(struct scene *s, const struct input *in)
{
    bool meant = false;
    switch (in->kind) {
    case INPUT_KEY:
        meant = handle_key(s, in);
        break;
    case INPUT_PRESS:
        meant = handle_press(s, in);
        break;
    case INPUT_MOVE:
        meant = handle_move(s, in);
        break;
    case INPUT_RELEASE:
        meant = release(s);
        break;
    case INPUT_TEXT:
        meant = scene_find_text(s, in);
        break;
    case INPUT_WHEEL:
        meant = handle_wheel(s, in);
        break;
    }
    if (meant) s->dirty = true;
    return meant;
}
