#include "viz/draw/scene_index.h"

#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/map_plan.h"

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
                              enum caption_mode captions, enum pace_mode mode)
{
    struct pace_reading readings[CLASSICS];
    struct pace_settings settings = pace_settings_default();
    settings.mode = mode;
    if (mode == PACE_STEADY) settings.factor = steady_factor;
    size_t n = captions == CAPTIONS_ALL ? classic_readings(classics, readings) : 0;
    return pace_new_with(journal, settings, readings, n);
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

struct scene_index *scene_index_new(const struct journal_memory *journal, enum caption_mode captions)
{
    struct scene_index *index = mem_calloc(1, sizeof *index);
    index->journal = journal;
    index->part = 1;
    index->story = story_new(journal);
    index->classics = classics_new(index->story);
    index->captions = captions;
    index->pace = scene_index_pace(journal, index->classics, captions, PACE_STORY);
    size_t n = story_host_count(index->story);
    index->places = mem_alloc((n + 1) * sizeof *index->places);
    index->order = mem_alloc((n + 1) * sizeof *index->order);
    map_places(index->story, index->places);
    scene_index_order(index->places, n, index->order);
    return index;
}

struct scene_index *scene_index_as_now(const struct journal_memory *journal, enum caption_mode captions, double part)
{
    struct journal_memory *now = journal_memory_as_now(journal);
    struct scene_index *index = scene_index_new(now, captions);
    index->own = now;
    index->part = part;
    return index;
}

void scene_index_free(struct scene_index *index)
{
    if (!index) return;
    pace_free(index->pace);
    classics_free(index->classics);
    story_free(index->story);
    journal_memory_free(index->own);
    mem_free(index->places);
    mem_free(index->order);
    mem_free(index);
}
