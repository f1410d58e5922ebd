/* Scenario files: loaded, or refused with at least one message; and of each that is loaded a world can be built, which
   then runs a while. */
#include "model/host/world.h"
#include "model/scenario/scenario.h"
#include "sim/journal/journal.h"
#include "tests/fuzz/fuzz.h"

enum { EVENTS_MAX = 2000 };

static void build_and_run(const struct scenario *scenario)
{
    struct journal *journal = journal_new();
    struct world_options options = world_options_default();
    struct world *world = world_new(scenario, &options, journal);
    world_run(world, EVENTS_MAX);
    world_free(world);
    journal_free(journal);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *said = NULL;
    size_t said_size = 0;
    FILE *errors = open_memstream(&said, &said_size);
    FUZZ_MUST(errors);
    struct scenario *scenario = scenario_parse("fuzz.json", (const char *)bytes, size, NULL, 0, errors);
    fclose(errors);
    FUZZ_MUST((scenario != NULL) == (said_size == 0));
    if (scenario) build_and_run(scenario);
    scenario_free(scenario);
    free(said);
    return 0;
}
