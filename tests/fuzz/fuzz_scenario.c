/* Scenario files: loaded, or refused with at least one message. */
#include "model/scenario/scenario.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *said = NULL;
    size_t said_size = 0;
    FILE *errors = open_memstream(&said, &said_size);
    FUZZ_MUST(errors);
    struct scenario *scenario = scenario_parse("fuzz.json", (const char *)bytes, size, NULL, 0, errors);
    fclose(errors);
    FUZZ_MUST((scenario != NULL) == (said_size == 0));
    scenario_free(scenario);
    free(said);
    return 0;
}
