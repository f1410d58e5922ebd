/* Journals from disk: read, or refused with a message; what was read can be looked at event by event. */
#include <unistd.h>

#include "sim/journal/journal_file.h"
#include "tests/fuzz/fuzz.h"

/* A file that only this process sees, used again and again. */
static const char *file_with(const uint8_t *bytes, size_t size)
{
    static char path[64];
    static FILE *file;
    if (!file) {
        file = tmpfile();
        FUZZ_MUST(file);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(file));
    }
    rewind(file);
    FUZZ_MUST(ftruncate(fileno(file), 0) == 0 && fwrite(bytes, 1, size, file) == size && fflush(file) == 0);
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char error[JOURNAL_ERROR_BYTES] = "";
    bool truncated = false;
    const char *path = file_with(bytes, size);
    journal_file_is_journal(path);
    struct journal_memory *memory = journal_file_read(path, &truncated, error);
    FUZZ_MUST(memory || error[0]);
    if (!memory) return 0;
    for (size_t i = 0; i < journal_memory_count(memory); i++) {
        const struct event *e = journal_memory_at(memory, i);
        FUZZ_MUST(event_kind_name(e->kind) && e->cause < e->id);
    }
    journal_memory_free(memory);
    return 0;
}
