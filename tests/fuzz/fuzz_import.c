/* What may be handed to `postroad import`: captures, logs, mails. Each is made a journal that makes sense, or refused
   with a reason. */
#include "model/import/import.h"
#include "model/import/scenario_draft.h"
#include "model/scenario/scenario.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/journal_sound.h"
#include "tests/fuzz/fuzz.h"

/* Whatever was recorded: a scenario that is written of it is valid, or none is written, with a reason. */
static void draft_is_valid(const struct journal_memory *memory)
{
    char *text = NULL, *said = NULL, error[DRAFT_ERROR_BYTES] = "";
    size_t text_size = 0, said_size = 0;
    FILE *out = open_memstream(&text, &text_size), *errors = open_memstream(&said, &said_size);
    FUZZ_MUST(out && errors);
    bool written = scenario_draft_write(memory, out, error);
    fclose(out);
    struct scenario *scenario = written ? scenario_parse("import.json", text, text_size, NULL, 0, errors) : NULL;
    fclose(errors);
    if (written && !scenario) fprintf(stderr, "%s\n%s\n", said, text);
    FUZZ_MUST(written ? scenario != NULL : error[0] && text_size == 0);
    scenario_free(scenario);
    free(text);
    free(said);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char why[JOURNAL_SOUND_ERROR_BYTES];
    struct import_report report;
    struct import_options options = import_options_default();
    options.all = size % 2;
    options.year = 2026;
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    bool good = import_bytes(bytes, size, &options, journal, &report);
    FUZZ_MUST(good || report.error[0]);
    FUZZ_MUST(good || journal_memory_count(memory) == 0);
    bool sound = journal_is_sound(memory, why);
    if (!sound) fprintf(stderr, "%s\n", why);
    FUZZ_MUST(sound);
    for (size_t i = 0; i < journal_memory_count(memory); i++)
        FUZZ_MUST(journal_memory_at(memory, i)->cause < journal_memory_at(memory, i)->id);
    if (good) draft_is_valid(memory);
    journal_memory_free(memory);
    journal_free(journal);
    return 0;
}
