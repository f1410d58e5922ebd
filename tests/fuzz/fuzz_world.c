#include "tests/fuzz/fuzz_world.h"

#include "model/host/host.h"

/* More than any input of some kilobytes has needed; a loop has more. */
enum { EVENTS_MAX = 400000, EVENTS_AT_ONCE = 1000 };

struct scenario *fuzz_scenario(const char *json)
{
    struct scenario *scenario = scenario_parse("fuzz", json, strlen(json), NULL, 0, stderr);
    FUZZ_MUST(scenario);
    return scenario;
}

void fuzz_world_begin(struct fuzz_world *w, const struct scenario *scenario, bool live)
{
    struct world_options options = world_options_default();
    options.check_packets = true;
    options.live = live;
    w->journal = journal_new();
    w->laws = laws_new();
    w->memory = journal_memory_new();
    journal_add_reader(w->journal, laws_reader(w->laws, true));
    journal_add_reader(w->journal, journal_memory_reader(w->memory, event_mask_all()));
    w->world = world_new(scenario, &options, w->journal);
}

void fuzz_world_pass(struct fuzz_world *w, int64_t ns)
{
    int64_t to_ns = world_now(w->world) + ns;
    while (!world_advance(w->world, to_ns, EVENTS_AT_ONCE))
        FUZZ_MUST(world_events(w->world) < EVENTS_MAX);
}

void fuzz_world_run(struct fuzz_world *w)
{
    while (world_run(w->world, EVENTS_AT_ONCE))
        FUZZ_MUST(world_events(w->world) < EVENTS_MAX);
}

static bool is_beyond(const char *breach, const char *laws_beyond)
{
    char name[16];
    snprintf(name, sizeof name, " %.*s ", (int)strcspn(breach, " :"), breach);
    return strstr(laws_beyond, name) != NULL;
}

void fuzz_world_end(struct fuzz_world *w, const char *laws_beyond)
{
    world_stop(w->world, "enough");
    FUZZ_MUST(!world_failed(w->world));
    laws_finish(w->laws);
    for (size_t i = 0; i < laws_breaches(w->laws); i++) {
        const char *breach = laws_breach(w->laws, i);
        if (is_beyond(breach, laws_beyond)) continue;
        fprintf(stderr, "%s\n", breach);
        FUZZ_MUST(!"a law is broken");
    }
    world_free(w->world);
    laws_free(w->laws);
    journal_memory_free(w->memory);
    journal_free(w->journal);
}

struct host *fuzz_host(struct world *world, const char *name)
{
    for (size_t i = 0; i < world->n_hosts; i++)
        if (strcmp(world->hosts[i].description->name, name) == 0) return &world->hosts[i];
    FUZZ_MUST(!"a host of this name");
    return NULL;
}
