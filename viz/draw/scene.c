/* Time and state. Two clocks: virtual time (the story's) and screen time (the pace's). Playing moves screen time; a
   step moves virtual time; the other one follows. */
#include "viz/draw/scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "viz/draw/scene_internal.h"
#include "viz/draw/time_axis.h"

struct scene_options scene_options_default(void)
{
    return (struct scene_options){.dark = false, .scale = 1, .playing = false};
}

static void place_as_before(struct scene *s, const struct scene_place *places, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t host = story_host_by_name(s->story, places[i].host);
        struct point at = places[i].at;
        if (host == STORY_NONE || !(at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1)) continue;
        s->places[host] = at;
        s->keeps_places = s->places_are_chosen = true;
    }
    if (s->keeps_places) scene_order_hosts(s);
}

static void take_options(struct scene *s, const struct scene_options *options)
{
    s->captions = options->captions;
    s->calm = options->calm;
    s->has_gallery = options->has_gallery || options->from_gallery;
    s->from_gallery = options->from_gallery;
    s->lesson = options->lesson;
    s->dark = options->dark;
    s->scale = options->scale > 0 ? options->scale : 1;
    s->playing = options->playing;
    s->what_if.rerun = options->rerun;
    s->elsewhere.program = options->elsewhere;
    if (!options->arrangement || !workspace_read(&s->workspace, options->arrangement)) {
        const char *instead = scene_arrangement_instead(s->journal, NULL);
        workspace_read(&s->workspace, instead ? instead : workspace_preset(0));
    }
    if (options->projector) scene_set_projector(s, true);
    place_as_before(s, options->places, options->n_places);
    if (s->places_are_chosen) scene_forget_map(s);
}

struct scene *scene_new_indexed(struct scene_index *index, struct scene_options options)
{
    struct scene *s = mem_calloc(1, sizeof *s);
    const struct scene_wish made_for = index->wish;
    scene_take_known(s, index);
    s->guessing.asked = SIZE_MAX;
    s->dirty = true;
    s->targets = targets_new();
    s->enlarged = s->menu = VIEW_NONE;
    s->sign.sign = TIMELINE_SIGNS;
    s->dragged_bar = -1;
    s->dragged_axis = VIEW_NONE;
    s->sender = STORY_NONE;
    s->elsewhere.packet = STORY_NONE;
    s->what_if.original = s->journal;
    s->span.to_ns = story_end_ns(s->story);
    s->dragged_host = s->linking.first = STORY_NONE;
    take_options(s, &options);
    if (made_for.captions != s->captions || made_for.pace != PACE_STORY) scene_set_pace(s, PACE_STORY);
    scene_seek(s, 0);
    return s;
}

struct scene *scene_new(const struct journal_memory *journal, struct scene_options options)
{
    const struct scene_wish wish = {.captions = options.captions};
    return scene_new_indexed(scene_index_new(journal, wish, NULL), options);
}

void scene_set_growing(struct scene *s, bool growing)
{
    s->grows = growing;
    s->waits = growing && !s->playing && story_now(s->story) >= story_end_ns(s->story);
}

void scene_make_pace_anew(struct scene *s)
{
    int64_t screen_ns = s->screen_ns;
    int speed_step = s->speed_step;
    scene_set_pace(s, s->pace_mode);
    s->speed_step = speed_step;
    if (pace_virtual_at(s->pace, screen_ns) == story_now(s->story)) s->screen_ns = screen_ns;
}

void scene_zoom(struct scene *s, int64_t around_ns, double factor)
{
    int64_t end = story_end_ns(s->story);
    s->span = factor > 0 ? span_zoomed(s->span, around_ns, factor, end) : (struct span){0, end};
    s->dirty = true;
}

void scene_set_loading(struct scene *s, const struct loading_progress *progress)
{
    s->is_loading = progress != NULL;
    s->loading = progress ? *progress : (struct loading_progress){.part = 1};
    s->dirty = true;
}

void scene_forget_map(struct scene *s)
{
    map_plan_free(s->plan);
    canvas_free(s->map_layer.canvas);
    s->plan = NULL;
    s->map_layer = (struct layer){NULL, 0};
}

void scene_forget_layers(struct scene *s)
{
    canvas_free(s->map_layer.canvas);
    canvas_free(s->time_line_layer.canvas);
    s->map_layer = s->time_line_layer = (struct layer){NULL, 0};
}

void scene_free(struct scene *s)
{
    if (!s) return;
    scene_free_what_if(s);
    scene_forget_layers(s);
    map_plan_free(s->plan);
    queue_plan_free(s->queue_plan);
    sender_plan_free(s->sender_plan);
    why_plan_free(s->why_plan);
    targets_free(s->targets);
    mem_free(s->places);
    mem_free(s->order);
    pace_free(s->pace);
    scene_forget_quiz(s);
    classics_free(s->classics);
    story_free(s->story);
    journal_memory_free(s->own_journal);
    mem_free(s);
}

double scene_speed_of_step(int step)
{
    return ldexp(1.0, step);
}

static void keep_now_in_sight(struct scene *s)
{
    s->span = span_with(s->span, story_now(s->story), story_end_ns(s->story));
    s->dirty = true;
}

/* Where the pace stands still, going there by virtual time alone would fall back to the beginning of the stand. */
void scene_seek_screen(struct scene *s, int64_t screen_ns)
{
    int64_t total = pace_total_ns(s->pace);
    s->screen_ns = screen_ns < 0 ? 0 : screen_ns > total ? total : screen_ns;
    story_seek(s->story, pace_virtual_at(s->pace, s->screen_ns));
    keep_now_in_sight(s);
}

void scene_seek(struct scene *s, int64_t at_ns)
{
    int64_t end = story_end_ns(s->story);
    story_seek(s->story, at_ns < 0 ? 0 : at_ns > end ? end : at_ns);
    s->screen_ns = pace_screen_at(s->pace, story_now(s->story));
    s->waits = s->grows && at_ns >= end;
    keep_now_in_sight(s);
}

void scene_seek_event(struct scene *s, size_t event)
{
    story_seek_event(s->story, event);
    s->screen_ns = pace_screen_at(s->pace, story_now(s->story));
    s->waits = false;
    keep_now_in_sight(s);
}

void scene_go_to_event(struct scene *s, size_t event)
{
    size_t begins = story_step_beginning(s->story, event);
    s->playing = false;
    scene_seek_event(s, story_step_end(s->story, begins, STORY_STEP_EVENT));
}

void scene_step(struct scene *s, enum story_step what, int direction)
{
    s->playing = false;
    size_t before = story_cursor(s->story);
    size_t event = story_next_step(s->story, what, direction);
    if (event != STORY_NONE)
        scene_seek_event(s, event);
    else
        scene_seek(s, direction < 0 ? 0 : story_end_ns(s->story));
    scene_stop_at_question(s, before);
}

void scene_set_pace(struct scene *s, enum pace_mode mode)
{
    pace_free(s->pace);
    s->pace = scene_index_pace(s->journal, s->classics, s->captions, mode, NULL);
    s->pace_mode = mode;
    s->speed_step = 0;
    s->screen_ns = pace_screen_at(s->pace, story_now(s->story));
    scene_forget_layers(s);
    s->dirty = true;
}

void scene_change_speed(struct scene *s, int steps)
{
    bool steady = s->pace_mode == PACE_STEADY;
    int least = steady ? -10 : -4, most = steady ? 24 : 6, step = s->speed_step + steps;
    s->speed_step = step < least ? least : step > most ? most : step;
    s->dirty = true;
}

bool scene_asks(const struct scene *s)
{
    return s->asked != LEAVING_NOT;
}

void scene_advance(struct scene *s, int64_t passed_ns)
{
    if (!s->playing || s->dragging || s->help || scene_asks(s)) return;
    size_t before = story_cursor(s->story);
    double moved = (double)passed_ns * scene_speed_of_step(s->speed_step);
    double left = (double)(pace_total_ns(s->pace) - s->screen_ns);
    scene_seek_screen(s, s->screen_ns + (int64_t)fmin(moved, left));
    scene_stop_at_question(s, before);
    if (s->screen_ns < pace_total_ns(s->pace)) return;
    s->playing = false;
    s->waits = s->grows;
}

void scene_select(struct scene *s, struct selection selection)
{
    s->selection = selection;
    s->dirty = true;
}

/* Not onto another host, where neither could be seen. */
void scene_move_host(struct scene *s, size_t host, struct point to)
{
    if (!s->plan) return;
    for (size_t h = 0; h < s->plan->n_hosts; h++)
        if (h != host && point_distance(s->plan->hosts[h].at, to) < 48 * s->unit) return;
    s->places[host] = map_place_of(s->plan, to);
    s->places_are_chosen = true;
    scene_order_hosts(s);
    map_plan_free(s->plan);
    s->plan = NULL;
    scene_forget_layers(s);
    s->dirty = true;
}

bool scene_scroll_view(struct scene *s, enum view_id view, double rows)
{
    double most = s->scroll_most[view], to = s->scroll[view] + (view == VIEW_DIALOGUE ? -rows : rows);
    if (s->panels.views[view].w <= 0 || most <= 0) return false;
    s->scroll[view] = fmax(0, fmin(most, to));
    s->queue_is_scrolled |= view == VIEW_QUEUE;
    s->dirty = true;
    return true;
}

/* What is looked at closely is what one reads just now. */
bool scene_scroll(struct scene *s, double rows)
{
    const struct target *focus = targets_find_act(s->targets, s->focus.what, s->focus.index);
    struct box box = focus ? target_bounds(focus) : box_of(0, 0, 0, 0);
    for (enum view_id id = 0; focus && id < VIEWS; id++)
        if (box_has(s->panels.views[id], box.x + box.w / 2, box.y + box.h / 2) && scene_scroll_view(s, id, rows))
            return true;
    for (enum view_id id = VIEWS; id-- > 0;)
        if (scene_scroll_view(s, id, rows)) return true;
    return false;
}

void scene_enlarge(struct scene *s, enum view_id view)
{
    s->enlarged = view == s->enlarged ? VIEW_NONE : view;
    s->dirty = true;
}

static bool has_attempts_alone(const struct journal_memory *journal)
{
    bool has_attempts = false;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        enum event_kind kind = journal_memory_at(journal, i)->kind;
        if (kind == EVENT_PACKET_SEND || kind == EVENT_SMTP_LINE || kind == EVENT_POP3_LINE) return false;
        has_attempts |= kind == EVENT_ATTEMPT_END;
    }
    return has_attempts;
}

/* Whether a mail waits so long for its next attempt that days matter more than what is said; of a long journal only the
   beginning is looked at, before the first picture. */
static bool has_long_waits(const struct journal_memory *journal)
{
    enum { MOST = 200000 };
    size_t n = journal_memory_count(journal);
    for (size_t i = 0; i < n && i < MOST; i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind != EVENT_MAIL_STATE || strcmp(event_text(e, FIELD_TO), "deferred") != 0) continue;
        if (event_int(e, FIELD_AT) - e->at_ns >= HOUR) return true;
    }
    return false;
}

const char *scene_arrangement_instead(const struct journal_memory *journal, const char *chosen)
{
    struct workspace workspace;
    bool has_queue = chosen && workspace_read(&workspace, chosen) && workspace_has(&workspace, VIEW_QUEUE);
    bool is_usual = !chosen || !*chosen || strcmp(chosen, workspace_preset(0)) == 0;
    if (has_queue) return NULL;
    if (has_attempts_alone(journal)) return workspace_of_attempts();
    return is_usual && has_long_waits(journal) ? workspace_of_days() : NULL;
}

const char *scene_arrangement(const struct scene *s, char text[WORKSPACE_TEXT_BYTES])
{
    struct workspace users = s->projector ? s->kept : s->workspace;
    if (s->what_if.opened_view) workspace_close(&users, VIEW_WHAT_IF);
    return workspace_write(&users, text);
}

bool scene_keeps_places(const struct scene *s)
{
    return s->keeps_places;
}

struct scene_place *scene_places(const struct scene *s, size_t *n)
{
    *n = story_host_count(s->story);
    struct scene_place *places = mem_calloc(*n + 1, sizeof *places);
    for (size_t h = 0; h < *n; h++)
        places[h] = (struct scene_place){mem_strdup(story_host(s->story, h).name), s->places[h]};
    return places;
}

double scene_scale(const struct scene *s)
{
    return s->scale;
}

enum caption_mode scene_captions(const struct scene *s)
{
    return s->captions;
}

static struct selection event_numbered(const struct story *story, const char *number)
{
    char *end;
    unsigned long long id = strtoull(number, &end, 10);
    size_t event = *number >= '0' && *number <= '9' && !*end ? story_event_by_id(story, id) : STORY_NONE;
    if (event == STORY_NONE) return (struct selection){ACT_NONE, 0};
    size_t packet = story_event_packet(story, event);
    return packet == STORY_NONE ? (struct selection){ACT_EVENT, event} : (struct selection){ACT_PACKET, packet};
}

static struct selection thing_called(const struct story *story, const char *name)
{
    size_t host = story_host_by_name(story, name), link = story_link_by_name(story, name);
    size_t mail = story_mail_by_name(story, name);
    if (*name == '#') return event_numbered(story, name + 1);
    if (host != STORY_NONE) return (struct selection){ACT_HOST, host};
    if (link != STORY_NONE) return (struct selection){ACT_LINK, link};
    return mail != STORY_NONE ? (struct selection){ACT_MAIL, mail} : (struct selection){ACT_NONE, 0};
}

bool scene_look_at(struct scene *s, const char *what)
{
    struct selection found = thing_called(s->story, what);
    if (found.what == ACT_NONE) return false;
    scene_select(s, found);
    return true;
}

bool scene_is_dirty(const struct scene *s)
{
    return s->dirty;
}

void scene_set_dirty(struct scene *s)
{
    s->dirty = true;
}

bool scene_wants_quit(const struct scene *s)
{
    return s->quit;
}

enum scene_way scene_way(const struct scene *s)
{
    return s->way;
}

bool scene_take_full_screen_wish(struct scene *s)
{
    bool wish = s->full_screen_wish;
    s->full_screen_wish = false;
    return wish;
}

int64_t scene_moment(const struct scene *s, enum classic kind)
{
    for (size_t i = 0; i < classics_count(s->classics); i++)
        if (classics_at(s->classics, i)->kind == kind) return classics_at(s->classics, i)->at_ns;
    return TIME_NEVER;
}

const struct story *scene_story(const struct scene *s)
{
    return s->story;
}

int64_t scene_now(const struct scene *s)
{
    return story_now(s->story);
}

bool scene_is_playing(const struct scene *s)
{
    return s->playing;
}

bool scene_is_dark(const struct scene *s)
{
    return s->dark;
}

double scene_speed(const struct scene *s)
{
    return scene_speed_of_step(s->speed_step);
}

enum pace_mode scene_pace_mode(const struct scene *s)
{
    return s->pace_mode;
}

struct selection scene_selection(const struct scene *s)
{
    return s->selection;
}

const struct targets *scene_targets(const struct scene *s)
{
    return s->targets;
}

const struct pace *scene_pace(const struct scene *s)
{
    return s->pace;
}
