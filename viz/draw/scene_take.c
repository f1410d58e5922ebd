/* The scene gets something else to show: more of the same run, which another thread has made an index of, or another
   run. What was chosen stays chosen, as far as it is there. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/map_crowd.h"
#include "viz/draw/scene_internal.h"

void scene_order_hosts(struct scene *s)
{
    scene_index_order(s->places, story_host_count(s->story), s->order);
}

void scene_take_known(struct scene *s, struct scene_index *index)
{
    s->journal = index->journal;
    s->own_journal = index->own;
    s->story = index->story;
    s->classics = index->classics;
    s->places = index->places;
    s->order = index->order;
    s->pace = index->pace;
    s->plan = index->plan;
    s->map_layer = index->map;
    s->known_part = index->part;
    mem_free(index);
}

/* ---- Another run ---- */

static void place_hosts(struct scene *s)
{
    size_t n = story_host_count(s->story);
    s->places = mem_realloc(s->places, (n + 1) * sizeof *s->places);
    s->order = mem_realloc(s->order, (n + 1) * sizeof *s->order);
    map_places(s->story, s->places);
    scene_order_hosts(s);
}

/* Of a host, a link or a mail; "" of anything else. */
static const char *selected_name(const struct story *s, struct selection selection)
{
    size_t i = selection.index;
    switch ((int)selection.what) {
    case ACT_HOST:
        return i < story_host_count(s) ? story_host(s, i).name : "";
    case ACT_LINK:
        return i < story_link_count(s) ? story_link(s, i).name : "";
    case ACT_MAIL:
        return i < story_mail_count(s) ? story_mail(s, i)->name : "";
    default:
        return "";
    }
}

/* Another run may have fewer things than the one that something was selected in, and others at their numbers: what had
   a name is found by it. */
static struct selection still_there(const struct story *s, struct selection selection, const char *name)
{
    size_t n = selection.what == ACT_PACKET  ? story_packet_count(s)
               : selection.what == ACT_EVENT ? story_event_count(s)
                                             : 0;
    if (selection.index < n || (*name && !strcmp(selected_name(s, selection), name))) return selection;
    size_t i = !*name                       ? STORY_NONE
               : selection.what == ACT_HOST ? story_host_by_name(s, name)
               : selection.what == ACT_LINK ? story_link_by_name(s, name)
                                            : story_mail_by_name(s, name);
    return i == STORY_NONE ? (struct selection){ACT_NONE, 0} : (struct selection){selection.what, i};
}

/* The same for the same names in the same order. */
static uint64_t key_of_hosts(const struct story *s)
{
    uint64_t key = 1;
    for (size_t i = 0; i < story_host_count(s); i++)
        for (const char *c = story_host(s, i).name;; c++) {
            key = (key ^ (unsigned char)*c) * UINT64_C(0x9e3779b97f4a7c15);
            if (!*c) break;
        }
    return key;
}

/* What is kept between pictures was made of another story. */
static void forget_plans_but_map(struct scene *s)
{
    queue_plan_free(s->queue_plan);
    s->queue_plan = NULL;
    sender_plan_free(s->sender_plan);
    s->sender_plan = NULL;
    why_plan_free(s->why_plan);
    s->why_plan = NULL;
}

static void forget_plans(struct scene *s)
{
    scene_forget_map(s);
    forget_plans_but_map(s);
}

void scene_take_journal(struct scene *s)
{
    char selected[ACT_WORDS_BYTES];
    uint64_t hosts = key_of_hosts(s->story);
    bool whole = s->span.to_ns >= story_end_ns(s->story);
    int64_t now = story_now(s->story);
    snprintf(selected, sizeof selected, "%s", selected_name(s->story, s->selection));
    story_free(s->story);
    s->story = story_new(s->journal);
    classics_free(s->classics);
    s->classics = classics_new(s->story);
    scene_forget_quiz(s);
    story_seek(s->story, now);
    if (key_of_hosts(s->story) != hosts) place_hosts(s);
    forget_plans(s);
    scene_make_pace_anew(s);
    if (whole || s->span.to_ns > story_end_ns(s->story)) s->span = (struct span){0, story_end_ns(s->story)};
    s->selection = still_there(s->story, s->selection, selected);
    scene_link_close(s);
    s->sender = STORY_NONE;
    s->only = (struct only){.n_conns = 0}; /* numbers of connections are another run's */
}

/* ---- More of the same ---- */

/* Who stood still at the end of what there was goes on. */
static void go_on_from(struct scene *s, size_t event)
{
    if (event != STORY_NONE) story_seek_event(s->story, event);
    if (s->waits) s->playing = true;
    s->waits = false;
}

/* Where the user has put hosts, they stay. */
static void keep_places(struct scene *s, const struct point *before, size_t n)
{
    for (size_t h = 0; h < n && h < story_host_count(s->story); h++)
        s->places[h] = before[h];
    scene_order_hosts(s);
}

static void take_pace(struct scene *s, const struct scene_wish *made_for)
{
    int64_t screen_ns = s->screen_ns;
    if (s->pace_mode != made_for->pace || s->captions != made_for->captions) {
        scene_make_pace_anew(s);
        return;
    }
    bool same = pace_virtual_at(s->pace, screen_ns) == story_now(s->story);
    s->screen_ns = same ? screen_ns : pace_screen_at(s->pace, story_now(s->story));
}

/* Nothing on the map would stand elsewhere. */
static bool has_same_places(const struct scene *s, const struct scene_index *former)
{
    size_t n = story_host_count(s->story);
    if (story_host_count(former->story) != n || story_link_count(former->story) != story_link_count(s->story))
        return false;
    for (size_t h = 0; h < n; h++)
        if (s->places[h].x != former->places[h].x || s->places[h].y != former->places[h].y) return false;
    return true;
}

/* Where everything stands on a map takes long to find out, and to draw. It stays as drawn while that is right, and, so
   that the picture stands still, until the whole is known unless hosts or links have come. Then it is as it was drawn
   with the index; but what has been dragged about is planned anew. */
static void take_map(struct scene *s, struct scene_index *former)
{
    struct map_plan *planned = s->plan, *drawn = former->plan;
    struct layer rehearsed = s->map_layer;
    bool same = story_host_count(former->story) == story_host_count(s->story) &&
                story_link_count(former->story) == story_link_count(s->story);
    if (drawn && (has_same_places(s, former) || (same && s->known_part < 1))) {
        map_crowd_renew(drawn->crowd, s->story);
        s->plan = drawn;
        s->map_layer = former->map;
        former->plan = planned;
        former->map = rehearsed;
    } else if (s->places_are_chosen) {
        scene_forget_map(s);
    }
}

/* Of the same run, what was known keeps its numbers: what was chosen stays chosen. */
struct scene_index *scene_take_index(struct scene *s, struct scene_index *index)
{
    struct scene_index *former = mem_calloc(1, sizeof *former);
    *former = (struct scene_index){.own = s->own_journal,
                                   .story = s->story,
                                   .classics = s->classics,
                                   .pace = s->pace,
                                   .places = s->places,
                                   .order = s->order,
                                   .plan = s->plan,
                                   .map = s->map_layer};
    bool whole = s->span.to_ns >= story_end_ns(s->story);
    int64_t now = story_now(s->story);
    size_t event = story_last_event(s->story);
    const struct scene_wish made_for = index->wish;
    scene_take_known(s, index);
    s->what_if.original = s->journal;
    story_seek(s->story, now);
    take_pace(s, &made_for);
    if (s->places_are_chosen) keep_places(s, former->places, story_host_count(former->story));
    scene_forget_quiz(s);
    take_map(s, former);
    forget_plans_but_map(s);
    canvas_free(s->time_line_layer.canvas);
    s->time_line_layer = (struct layer){NULL, 0};
    if (whole) s->span = (struct span){0, story_end_ns(s->story)};
    s->dirty = true;
    go_on_from(s, event);
    return former;
}

struct scene_wish scene_wish(const struct scene *s)
{
    struct scene_wish wish = {.captions = s->captions, .pace = s->pace_mode};
    if (!s->plan) return wish;
    wish.map = s->panels.views[VIEW_MAP];
    wish.unit = s->plan->unit;
    wish.dark = s->dark;
    wish.calm = s->calm;
    wish.projector = s->projector;
    wish.now_ns = story_now(s->story);
    return wish;
}
