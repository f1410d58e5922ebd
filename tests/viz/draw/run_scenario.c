#include "tests/viz/draw/run_scenario.h"

#include <assert.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "model/host/world.h"
#include "model/scenario/scenario.h"
#include "sim/journal/memory.h"

size_t shipped_scenarios(const char *names[MOST_SCENARIOS])
{
    static char texts[MOST_SCENARIOS][64];
    glob_t found;
    size_t n = 0;
    int failed = glob(POSTROAD_SOURCE_DIR "/scenarios/*.json", 0, NULL, &found);
    assert(!failed);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *file = strrchr(found.gl_pathv[i], '/') + 1;
        if (strcmp(file, "scenario.schema.json") == 0) continue;
        assert(n < MOST_SCENARIOS);
        snprintf(texts[n], sizeof texts[n], "%.*s", (int)(strlen(file) - strlen(".json")), file);
        names[n] = texts[n];
        n++;
    }
    globfree(&found);
    return n;
}

static struct journal_memory *run(struct scenario *scenario)
{
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

struct journal_memory *run_scenario(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/scenarios/%s.json", POSTROAD_SOURCE_DIR, name);
    struct scenario *scenario = scenario_load(path, NULL, 0, stderr);
    assert(scenario);
    return run(scenario);
}

char *shipped_text(const char *name)
{
    enum { MOST_BYTES = 1 << 20 };
    char path[512], *text = mem_calloc(1, MOST_BYTES);
    snprintf(path, sizeof path, "%s/scenarios/%s.json", POSTROAD_SOURCE_DIR, name);
    FILE *f = fopen(path, "r");
    assert(f);
    size_t n = fread(text, 1, MOST_BYTES - 1, f);
    assert(n > 0);
    fclose(f);
    return mem_realloc(text, n + 1);
}

struct journal_memory *run_scenario_text(const char *json)
{
    struct scenario *scenario = scenario_parse("text", json, strlen(json), NULL, 0, stderr);
    return scenario ? run(scenario) : NULL;
}
