/* What can be done, whatever pressed it: a key, a button or a line. */
#include "viz/draw/inspector_view.h"
#include "viz/draw/menu_view.h"
#include "viz/draw/scene_internal.h"
#include "viz/draw/time_axis.h"

/* Goes to an event and looks at what it is about. */
static void go_to_event(struct scene *s, size_t event)
{
    scene_go_to_event(s, event);
    size_t packet = story_event_packet(s->story, event);
    s->selection = packet != STORY_NONE ? (struct selection){ACT_PACKET, packet} : (struct selection){ACT_EVENT, event};
}

/* First where it stands among the others; then nothing but its time, with a little room on both sides. */
static void go_to_attempt(struct scene *s, size_t index)
{
    const struct story_attempt *a = story_attempt(s->story, index);
    size_t event = a->end_event != STORY_NONE ? a->end_event : a->begin_event;
    if (s->selection.what == ACT_EVENT && s->selection.index == event && a->end_ns != TIME_NEVER) {
        /* One that took no time, since nothing was tried, is seen among what else happens in that second. */
        int64_t end = story_end_ns(s->story), room = a->end_ns - a->begin_ns < MILLISECOND ? SECOND : 0;
        struct span span = {a->begin_ns - room / 2, a->end_ns + room / 2};
        s->span = span_zoomed(span, a->begin_ns + (a->end_ns - a->begin_ns) / 2, 1.2, end);
        return;
    }
    go_to_event(s, event);
}

/* With a little of what was before and comes after in sight. */
static void show_time_of(struct scene *s, const struct why_part *part)
{
    s->playing = false;
    scene_seek(s, part->from_ns);
    s->span = span_zoomed((struct span){part->from_ns, part->to_ns}, part->from_ns + (part->to_ns - part->from_ns) / 2,
                          1.2, story_end_ns(s->story));
}

/* What was waited for since the beginning of this part: the packet that was sent there, or what set the timer. */
static size_t beginning_of_wait(const struct story *s, const struct why_part *part)
{
    if (part->packet != STORY_NONE) return story_packet(s, part->packet)->send_event;
    uint64_t cause = part->event == STORY_NONE ? 0 : story_event(s, part->event)->cause;
    return cause ? story_event_by_id(s, cause) : STORY_NONE;
}

/* To its beginning, and into it; what consists of nothing more was waited for, and is looked at. */
static void show_part(struct scene *s, size_t index)
{
    if (!s->why_plan || index >= s->why_plan->n_parts) return;
    const struct why_part part = s->why_plan->parts[index];
    show_time_of(s, &part);
    if (why_plan_open(s->why_plan, s->story, index)) {
        s->scroll[VIEW_WHY_LATE] = 0;
        if (s->focus.what == ACT_INTERVAL) s->focus.index = 0;
        return;
    }
    size_t waited_for = beginning_of_wait(s->story, &part);
    if (waited_for != STORY_NONE) go_to_event(s, waited_for);
}

static bool why_late(struct scene *s, enum act act, size_t arg)
{
    struct why_plan *plan = s->why_plan;
    if (act != ACT_INTERVAL && act != ACT_WHY_LEVEL && act != ACT_WHY_SHORT) return false;
    if (!plan) return true;
    if (act == ACT_INTERVAL) {
        show_part(s, arg);
    } else if (act == ACT_WHY_SHORT) {
        plan->tells_short = !plan->tells_short;
    } else if (arg <= plan->depth) {
        why_plan_close(plan, s->story, arg);
        s->scroll[VIEW_WHY_LATE] = 0;
        if (s->focus.what == ACT_WHY_LEVEL) s->focus = (struct selection){ACT_INTERVAL, 0};
        if (arg) show_time_of(s, &plan->path[arg - 1]);
    }
    return true;
}

/* Of a packet the next cause is what made it be sent, even when we look at one of its hops. */
void scene_follow_cause(struct scene *s)
{
    size_t chain[2], event = inspector_event(s->story, s->selection);
    if (s->selection.what == ACT_NONE) event = story_step_subject(s->story);
    if (event == STORY_NONE) return;
    if (inspector_causes(s->story, event, chain, 2) >= 2) go_to_event(s, chain[1]);
}

void scene_toggle_play(struct scene *s)
{
    if (s->waits) { /* it looked as if it was playing, and now it is not */
        s->waits = false;
        s->dirty = true;
        return;
    }
    if (!s->playing && s->screen_ns >= pace_total_ns(s->pace)) scene_seek(s, 0);
    s->playing = !s->playing;
}

static void arrange(struct scene *s, enum act act, size_t arg)
{
    switch (act) {
    case ACT_VIEW_MENU:
        s->menu = (enum view_id)arg;
        break;
    case ACT_ENLARGE:
        scene_enlarge(s, (enum view_id)arg);
        break;
    case ACT_CLOSE_VIEW:
        workspace_close(&s->workspace, (enum view_id)arg);
        break;
    case ACT_SHOW_HERE:
        s->what_if.opened_view &= act_view_shown(arg) != VIEW_WHAT_IF;
        workspace_show(&s->workspace, act_view_at(arg), act_view_shown(arg));
        break;
    case ACT_SHOW_BESIDE:
    case ACT_SHOW_BELOW:
        s->what_if.opened_view &= act_view_shown(arg) != VIEW_WHAT_IF;
        workspace_split(&s->workspace, act_view_at(arg), act_view_shown(arg), act == ACT_SHOW_BESIDE);
        break;
    default:
        break;
    }
}

/* What is shown of which run. */
static bool show_other(struct scene *s, enum act act, size_t arg)
{
    switch (act) {
    case ACT_EDIT:
        scene_edit_open(s, arg);
        return true;
    case ACT_WHAT_IF:
        scene_what_if(s, arg);
        return true;
    case ACT_WITHOUT_LOSSES:
        scene_run_without_losses(s);
        return true;
    case ACT_SHOW_RUN:
        scene_show_run(s, (int)arg);
        return true;
    case ACT_UNDO:
        scene_undo_what_if(s);
        return true;
    case ACT_ADD_LINK:
        scene_link_open(s);
        return true;
    case ACT_SAVE:
        scene_save_what_if(s);
        return true;
    case ACT_ONLY:
        s->only = (struct only){.n_conns = 0};
        return true;
    case ACT_SENDER:
        s->sender = arg;
        return true;
    case ACT_FIND_WORD:
        scene_find_take(s, arg);
        return true;
    case ACT_ELSEWHERE:
        return scene_open_elsewhere(s);
    default:
        return false;
    }
}

/* The buttons of the lower edge. */
static bool control(struct scene *s, enum act act)
{
    switch (act) {
    case ACT_PLAY:
        scene_toggle_play(s);
        return true;
    case ACT_STEP_BACK:
        scene_step(s, STORY_STEP_EVENT, -1);
        return true;
    case ACT_STEP_FORWARD:
        scene_step(s, STORY_STEP_EVENT, 1);
        return true;
    case ACT_SLOWER:
        scene_change_speed(s, -1);
        return true;
    case ACT_FASTER:
        scene_change_speed(s, 1);
        return true;
    case ACT_PACE:
        scene_set_pace(s, s->pace_mode == PACE_EVENT ? PACE_STORY : s->pace_mode + 1);
        return true;
    case ACT_WHOLE_TIME:
        scene_zoom(s, 0, 0);
        return true;
    case ACT_THEME:
        s->dark = !s->dark;
        return true;
    case ACT_HELP:
        s->help = true;
        return true;
    case ACT_FIND:
        scene_find_open(s);
        s->find.opening = false; /* no key opened it */
        return true;
    default:
        return false;
    }
}

void scene_activate(struct scene *s, enum act act, size_t arg)
{
    s->menu = VIEW_NONE;
    if (s->linking.open && act == ACT_HOST) {
        scene_link_choose(s, arg);
        return;
    }
    if (scene_teach(s, act, arg)) return;
    switch (act) {
    case ACT_PACKET:
    case ACT_HOST:
    case ACT_LINK:
    case ACT_MAIL:
    case ACT_EVENT:
        s->selection = (struct selection){act, arg};
        s->sender = STORY_NONE;
        break;
    case ACT_GO_TO_EVENT:
        go_to_event(s, arg);
        break;
    case ACT_ATTEMPT:
        go_to_attempt(s, arg);
        break;
    case ACT_CLOSE:
        s->selection = (struct selection){ACT_NONE, 0};
        break;
    default:
        if (!control(s, act) && !show_other(s, act, arg) && !why_late(s, act, arg)) arrange(s, act, arg);
    }
}
