/* The journal in memory: what was told is there, and is found by place, id and time. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/sim/journal/sample_journal.h"

Test(journal_memory, holds_copies_of_what_was_told)
{
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    char text[] = "loss", bytes[] = {1, 0, 2};
    JOURNAL_EMIT(journal, LINK_DROP, F_TEXT(WHY, text), F_INT(PACKET, 8));
    JOURNAL_EMIT(journal, STREAM_DATA, F_BLOB(BYTES, bytes, 3));
    memset(text, 'x', 4);
    memset(bytes, 'x', 3);
    cr_assert_str_eq(event_text(journal_memory_at(memory, 0), FIELD_WHY), "loss");
    size_t size;
    const char *kept = event_bytes(journal_memory_at(memory, 1), FIELD_BYTES, &size);
    cr_assert_eq(size, 3);
    cr_assert_eq(memcmp(kept, (char[]){1, 0, 2}, 3), 0);
    struct event whole = *journal_memory_at(memory, 1); /* events may be copied by value */
    cr_assert_eq(event_int(&whole, FIELD_HOST), 0);
    journal_memory_free(memory);
    journal_free(journal);
}

Test(journal_memory, finds_events_by_id_and_time)
{
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_group(GROUP_PACKET)));
    cr_assert_eq(journal_memory_end_ns(memory), 0);
    cr_assert_eq(journal_memory_after(memory, 0), 0);
    sample_emit_all(journal, 100);
    size_t n = journal_memory_count(memory);
    cr_assert_gt(n, 400);
    size_t place = 0;
    for (uint64_t id = 0; id <= journal_memory_at(memory, n - 1)->id + 1; id++) {
        const struct event *e = journal_memory_by_id(memory, id);
        bool kept = place < n && journal_memory_at(memory, place)->id == id;
        cr_assert(kept ? e && e->id == id && e->at_ns == journal_memory_time(memory, place) : !e);
        cr_assert_eq(journal_memory_find(memory, id), kept ? place : SIZE_MAX);
        place += kept;
    }
    cr_assert_eq(place, n);
    for (size_t i = 0; i < n; i++) {
        int64_t at_ns = journal_memory_at(memory, i)->at_ns;
        size_t after = journal_memory_after(memory, at_ns);
        cr_assert(after > i && (after == n || journal_memory_at(memory, after)->at_ns > at_ns));
        cr_assert_eq(journal_memory_at(memory, after - 1)->at_ns, at_ns);
    }
    cr_assert_eq(journal_memory_after(memory, -1), 0);
    cr_assert_eq(journal_memory_after(memory, journal_memory_end_ns(memory)), n);
    journal_memory_free(memory);
    journal_free(journal);
}
