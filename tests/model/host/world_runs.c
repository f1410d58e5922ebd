/* Running worlds for tests. */
#include "world_runs.h"
#include "tests/kept_event.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct scenario *load(const char *what, const struct scenario_override *values, size_t n)
{
    if (what[0] == '{') return scenario_parse("test", what, strlen(what), values, n, stderr);
    char path[512];
    snprintf(path, sizeof path, "%s/scenarios/%s.json", POSTROAD_SOURCE_DIR, what);
    return scenario_load(path, values, n, stderr);
}

static struct world_run run_loaded(struct scenario *scenario, uint64_t seed, struct event_mask mask)
{
    struct world_run run = {.scenario = scenario, .journal = journal_memory_new()};
    cr_assert(run.scenario, "the scenario does not load");
    struct journal *journal = journal_new();
    journal_add_reader(journal, journal_memory_reader(run.journal, mask));
    struct world_options options = world_options_default();
    options.has_seed = seed != 0;
    options.seed = seed;
    struct world *world = world_new(run.scenario, &options, journal);
    while (world_run(world, 1000)) {
    }
    run.failed = world_failed(world);
    run.ended_ns = world_now(world);
    world_free(world);
    journal_fingerprint(journal, run.fingerprint);
    journal_free(journal);
    return run;
}

struct world_run world_run_scenario(const char *what, uint64_t seed, struct event_mask mask)
{
    return run_loaded(load(what, NULL, 0), seed, mask);
}

struct world_run world_run_changed(const char *what, const struct scenario_override *values, size_t n,
                                   struct event_mask mask)
{
    return run_loaded(load(what, values, n), 0, mask);
}

void world_run_free(struct world_run *run)
{
    journal_memory_free(run->journal);
    scenario_free(run->scenario);
}

static bool has_word(const struct event *e, const char *word)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (field_type(fields[i]) == TYPE_TEXT && strstr(event_text(e, fields[i]), word)) return true;
    return false;
}

const struct event *find_event(const struct world_run *run, size_t *i, enum event_kind kind, const char *word)
{
    size_t n = journal_memory_count(run->journal);
    while (*i < n) {
        const struct event *e = journal_memory_at(run->journal, (*i)++);
        if (e->kind == kind && (!word || has_word(e, word))) return kept_event(e);
    }
    return NULL;
}

size_t count_events(const struct world_run *run, enum event_kind kind, const char *word)
{
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(run->journal); i++) {
        const struct event *e = journal_memory_at(run->journal, i);
        n += e->kind == kind && (!word || has_word(e, word));
    }
    return n;
}

char *stream_bytes(const struct world_run *run, uint64_t stream, uint64_t offset, uint64_t length)
{
    char *bytes = calloc(length + 1, 1);
    uint64_t found = 0;
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_STREAM_DATA, NULL))) {
        if ((uint64_t)event_int(e, FIELD_STREAM) != stream) continue;
        size_t size;
        const char *data = event_bytes(e, FIELD_BYTES, &size);
        uint64_t begin = (uint64_t)event_int(e, FIELD_OFFSET);
        for (size_t k = 0; k < size; k++)
            if (begin + k >= offset && begin + k < offset + length) {
                bytes[begin + k - offset] = data[k];
                found++;
            }
    }
    cr_assert_eq(found, length, "every byte of a stream is in the journal once");
    return bytes;
}

const char *body_of(const char *content)
{
    const char *blank = strstr(content, "\r\n\r\n");
    return blank ? blank + 4 : content;
}
