#include "tests/sim/journal/sample_journal.h"

#include <string.h>

static const int64_t numbers[] = {0, 1, -1, 127, 128, 16383, 1500000000, INT64_MAX, INT64_MIN, -65};

static struct event_field sample_field(enum field_id field, unsigned which)
{
    static char bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    struct event_field value = {field, numbers[which % (sizeof numbers / sizeof *numbers)], NULL};
    if (field_type(field) == TYPE_TEXT) {
        static const char *const texts[] = {"loss", "", "fünf", "a longer text, as a sentence has it", "250 OK"};
        value.bytes = texts[which % 5];
        value.i = -1;
    } else if (field_type(field) == TYPE_BLOB) {
        value.bytes = bytes;
        value.i = which % 2 ? 300 : which % 40;
    }
    return value;
}

static void emit_kind(struct journal *journal, enum event_kind kind, unsigned which)
{
    const enum field_id *ids;
    size_t n = event_kind_fields(kind, &ids);
    struct event_field fields[EVENT_MAX_FIELDS];
    for (size_t i = 0; i < n; i++)
        fields[i] = sample_field(ids[i], which + (unsigned)i * 3);
    uint64_t id = journal_emit(journal, kind, fields, n);
    if (which % 3 == 0) journal_set_cause(journal, id);
}

void sample_emit_all(struct journal *journal, int rounds)
{
    for (int round = 0; round < rounds; round++)
        for (int kind = 1; kind < EVENT_KINDS; kind++) {
            journal_set_now(journal, journal_now(journal) + (kind % 4) * 777777);
            emit_kind(journal, (enum event_kind)kind, (unsigned)(round * 5 + kind));
        }
}

static bool same_event(const struct event *a, const struct event *b)
{
    if (a->id != b->id || a->cause != b->cause || a->at_ns != b->at_ns || a->kind != b->kind) return false;
    const enum field_id *ids;
    size_t n = event_kind_fields(a->kind, &ids);
    for (size_t i = 0; i < n; i++) {
        if (a->values[i].i != b->values[i].i) return false;
        bool is_bytes = field_type(ids[i]) == TYPE_TEXT || field_type(ids[i]) == TYPE_BLOB;
        if (is_bytes && memcmp(a->values[i].bytes, b->values[i].bytes, (size_t)a->values[i].i) != 0) return false;
    }
    return true;
}

bool sample_same_events(const struct journal_memory *a, const struct journal_memory *b, size_t n)
{
    if (n > journal_memory_count(a) || n > journal_memory_count(b)) return false;
    for (size_t i = 0; i < n; i++)
        if (!same_event(journal_memory_at(a, i), journal_memory_at(b, i))) return false;
    return true;
}
