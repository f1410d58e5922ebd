#include "tests/viz/draw/run_scenario.h"

#include <assert.h>
#include <stdio.h>

#include "model/host/world.h"
#include "model/scenario/scenario.h"

const char *const shipped_scenarios[] = {"first-mail",     "as-the-article-tells-it",
                                         "many-networks",  "lost-segment",
                                         "stop-and-wait",  "unknown-user",
                                         "busy-server",    "backup-mx",
                                         "loss-in-bursts", "full-queue",
                                         "in-disorder",    "five-senders",
                                         "path-mtu",       "black-hole",
                                         "dns-tree",       "moving-house"};
const size_t n_shipped_scenarios = sizeof shipped_scenarios / sizeof shipped_scenarios[0];

struct journal_memory *run_scenario(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/scenarios/%s.json", POSTROAD_SOURCE_DIR, name);
    struct scenario *scenario = scenario_load(path, NULL, 0, stderr);
    assert(scenario);
    struct world_options options = world_options_default();
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    struct world *world = world_new(scenario, &options, journal);
    while (world_run(world, 4096))
        continue;
    world_free(world);
    journal_free(journal);
    scenario_free(scenario);
    return memory;
}
