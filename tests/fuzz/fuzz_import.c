/* What may be handed to `postroad import`: captures, logs, mails. Each is made a journal that makes sense, or refused
   with a reason. */
#include "model/import/import.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/journal_sound.h"
#include "tests/fuzz/fuzz.h"

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
    journal_memory_free(memory);
    journal_free(journal);
    return 0;
}
