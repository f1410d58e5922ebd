/* Running a recorded live world again: see replay.h. */
#include "app/replay.h"

#include <stdio.h>
#include <string.h>

#include "model/host/outside.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { EVENTS_BETWEEN_LOOKS = 4096 };

struct replay {
    struct journal_memory *recorded;
    struct scenario *scenario;
    struct world_options options;
    const char *path;
};

/* The first event of a kind; false when there is none. */
static bool first_of(const struct journal_memory *recorded, enum event_kind kind, struct event *first)
{
    for (size_t i = 0; i < journal_memory_count(recorded); i++) {
        if (journal_memory_kind(recorded, i) != kind) continue;
        *first = *journal_memory_at(recorded, i);
        return true;
    }
    return false;
}

static bool refuse(const char *path, const char *why)
{
    fprintf(stderr, "postroad run: --replay: %s: %s\n", path, why);
    return false;
}

/* The scenario in the journal is the effective one; the seed may have been another. */
static bool make_ready(struct replay *replay)
{
    struct event first, outside, *begin = &first, *live = &outside;
    if (!first_of(replay->recorded, EVENT_RUN_BEGIN, begin))
        return refuse(replay->path, tr("the journal has no beginning"));
    if (!first_of(replay->recorded, EVENT_LIVE_BEGIN, live))
        return refuse(replay->path, tr("nothing came from outside in this run\n  hint: run its scenario again"));
    const char *json = event_text(begin, FIELD_SCENARIO), *seed = event_text(begin, FIELD_SEED);
    replay->scenario = scenario_parse(replay->path, json, strlen(json), NULL, 0, stderr);
    if (!replay->scenario) return false;
    replay->options = world_options_default();
    replay->options.live = true;
    replay->options.live_text = event_text(live, FIELD_TEXT);
    if (*event_text(live, FIELD_NAME)) replay->options.live_device = event_text(live, FIELD_NAME);
    replay->options.has_seed = strcmp(seed, replay->scenario->seed_text) != 0;
    if (replay->options.has_seed) replay->options.seed = scenario_seed_from_text(seed);
    return true;
}

struct replay *replay_open(const char *path)
{
    struct journal_memory *recorded = simulate_read_journal(path, NULL);
    if (!recorded) return NULL;
    struct replay *replay = mem_calloc(1, sizeof *replay);
    replay->recorded = recorded;
    replay->path = path;
    if (make_ready(replay)) return replay;
    replay_free(replay);
    return NULL;
}

void replay_free(struct replay *replay)
{
    if (!replay) return;
    journal_memory_free(replay->recorded);
    scenario_free(replay->scenario);
    mem_free(replay);
}

/* False when it was interrupted. */
static bool bring_to(struct world *world, int64_t at_ns, enum simulate_end *end)
{
    while (!world_advance(world, at_ns, EVENTS_BETWEEN_LOOKS)) {
        if (simulate_is_interrupted()) *end = SIMULATE_INTERRUPTED;
        if (ferror(stdout)) *end = SIMULATE_POINTLESS;
        if (*end != SIMULATE_HELD) return false;
    }
    return true;
}

static void do_again(const struct replay *replay, struct world *world, enum simulate_end *end)
{
    size_t n = journal_memory_count(replay->recorded);
    for (size_t i = 0; i < n; i++) {
        const struct event *e = journal_memory_at(replay->recorded, i);
        bool is_last = e->kind == EVENT_RUN_END || i + 1 == n;
        if (!is_last && !outside_is_input(e->kind)) continue;
        if (!bring_to(world, e->at_ns, end)) return;
        if (!outside_replay(world, e)) {
            fprintf(stderr, tr("postroad run: --replay: event %llu (%s) does not fit what happened now\n"),
                    (unsigned long long)e->id, event_kind_name(e->kind));
            *end = SIMULATE_FAILED;
            return;
        }
        if (e->kind == EVENT_RUN_END) {
            world_stop(world, event_text(e, FIELD_WHY));
            return;
        }
    }
    world_stop(world, "the record ends here");
}

enum simulate_end replay_run(struct replay *replay, struct journal *journal, bool check_packets)
{
    replay->options.check_packets = check_packets;
    simulate_catch_interrupts();
    struct world *world = world_new(replay->scenario, &replay->options, journal);
    enum simulate_end end = SIMULATE_HELD;
    do_again(replay, world, &end);
    if (end == SIMULATE_HELD && world_failed(world)) end = SIMULATE_FAILED;
    world_stop(world, end == SIMULATE_FAILED ? "the record does not fit" : "interrupted by the user");
    world_free(world);
    return end;
}
