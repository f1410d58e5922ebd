#include "viz/draw/scene_index.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/map_panel.h"
#include "viz/draw/only.h"

/* A steady clock begins with a second that shows 20 ms: the length of a link. */
static const double steady_factor = 0.02;

/* What story pace leaves time for, beside the scenario's own captions. */
static size_t classic_readings(const struct classics *classics, struct pace_reading readings[CLASSICS])
{
    size_t n = 0;
    for (size_t i = 0; i < classics_count(classics) && n < CLASSICS; i++) {
        const struct classic_moment *moment = classics_at(classics, i);
        if (moment->is_told) readings[n++] = (struct pace_reading){moment->event, strlen(classic_text(moment->kind))};
    }
    return n;
}

struct pace *scene_index_pace(const struct journal_memory *journal, const struct classics *classics,
                              enum caption_mode captions, enum pace_mode mode, const struct stop *stop)
{
    struct pace_reading readings[CLASSICS];
    struct pace_settings settings = pace_settings_default();
    settings.mode = mode;
    if (mode == PACE_STEADY) settings.factor = steady_factor;
    size_t n = captions == CAPTIONS_ALL ? classic_readings(classics, readings) : 0;
    return pace_new_with(journal, settings, readings, n, stop);
}

void scene_index_order(const struct point *places, size_t n, size_t *order)
{
    for (size_t h = 0; h < n; h++) {
        size_t i = h;
        for (; i > 0; i--) {
            struct point a = places[order[i - 1]], b = places[h];
            if (a.x < b.x || (a.x == b.x && a.y <= b.y)) break;
            order[i] = order[i - 1];
        }
        order[i] = h;
    }
}

static struct view view_of_map(const struct scene_index *index)
{
    static const struct only everything = {.n_conns = 0};
    return (struct view){.story = index->story,
                         .pace = index->pace,
                         .screen_ns = pace_screen_at(index->pace, index->wish.now_ns),
                         .theme = theme_of(index->wish.dark),
                         .unit = index->wish.unit,
                         .span = {0, story_end_ns(index->story)},
                         .only = &everything,
                         .elsewhere_said = "",
                         .parts_ns = TIME_NEVER,
                         .captions = index->wish.captions,
                         .calm = index->wish.calm,
                         .projector = index->wish.projector,
                         .id = VIEW_NONE};
}

/* As it will be drawn at this instant. */
static void draw_map(struct scene_index *index)
{
    struct box panel = index->wish.map;
    if (index->wish.unit <= 0) return;
    struct canvas *measures = canvas_new_layer(1, 1);
    struct box area = map_panel_area(panel, index->wish.unit);
    index->plan = map_plan_new(index->story, index->places, area, index->wish.unit, measures);
    canvas_free(measures);
    story_seek(index->story, index->wish.now_ns);
    struct view view = view_of_map(index);
    index->map = (struct layer){map_panel_layer(&view, index->plan, panel), map_panel_key(&view, panel)};
    map_panel_rehearse(&view, index->plan, panel);
}

static void place_hosts(struct scene_index *index)
{
    size_t n = story_host_count(index->story);
    index->places = mem_alloc((n + 1) * sizeof *index->places);
    index->order = mem_alloc((n + 1) * sizeof *index->order);
    map_places(index->story, index->places);
    scene_index_order(index->places, n, index->order);
}

/* False when it was asked to leave off. */
static bool look_through(struct scene_index *index, const struct stop *stop)
{
    index->story = story_new_until(index->journal, stop);
    if (!index->story) return false;
    index->classics = classics_new_until(index->story, stop);
    if (!index->classics) return false;
    index->pace = scene_index_pace(index->journal, index->classics, index->wish.captions, index->wish.pace, stop);
    return index->pace != NULL;
}

struct scene_index *scene_index_new(const struct journal_memory *journal, struct scene_wish wish,
                                    const struct stop *stop)
{
    struct scene_index *index = mem_calloc(1, sizeof *index);
    index->journal = journal;
    index->part = 1;
    index->wish = wish;
    if (!look_through(index, stop)) {
        scene_index_free(index);
        return NULL;
    }
    place_hosts(index);
    draw_map(index);
    return index;
}

struct scene_index *scene_index_as_now(const struct journal_memory *journal, struct scene_wish wish, double part,
                                       const struct stop *stop)
{
    struct journal_memory *now = journal_memory_as_now(journal);
    struct scene_index *index = scene_index_new(now, wish, stop);
    if (!index) {
        journal_memory_free(now);
        return NULL;
    }
    index->own = now;
    index->part = part;
    return index;
}

void scene_index_free(struct scene_index *index)
{
    if (!index) return;
    map_plan_free(index->plan);
    canvas_free(index->map.canvas);
    pace_free(index->pace);
    classics_free(index->classics);
    story_free(index->story);
    journal_memory_free(index->own);
    mem_free(index->places);
    mem_free(index->order);
    mem_free(index);
}
