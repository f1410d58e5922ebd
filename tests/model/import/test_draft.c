/* A draft brings events into the order of time. */
#include <criterion/criterion.h>

#include "model/import/draft.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/vtime.h"

Test(draft, events_come_out_in_the_order_of_time_and_causes_before_effects)
{
    struct draft *draft = draft_new();
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    uint64_t late = DRAFT_ADD(draft, CAPTION, 2 * SECOND, RANK_LAST, 0, F_TEXT(TEXT, "late"));
    DRAFT_ADD(draft, CAPTION, -SECOND, RANK_LAST, late, F_TEXT(TEXT, "before its cause"));
    uint64_t first = DRAFT_ADD(draft, TIMER_SET, 1 * SECOND, RANK_LAST, 0, F_TEXT(NAME, "x"), F_INT(AT, 2 * SECOND));
    DRAFT_ADD(draft, CAPTION, 2 * SECOND, RANK_WORLD, first, F_TEXT(TEXT, "of a lower rank"));
    draft_set(draft, first, (struct event_field)F_TEXT(NAME, "another"));
    cr_expect_eq(draft_first_second_ns(draft), -SECOND);
    draft_emit(draft, SECOND, journal);
    cr_assert_eq(journal_memory_count(memory), 4);
    cr_expect_str_eq(event_text(journal_memory_at(memory, 0), FIELD_TEXT), "before its cause");
    cr_expect_eq(journal_memory_at(memory, 0)->cause, 0);
    cr_expect_eq(journal_memory_at(memory, 0)->at_ns, 0);
    cr_expect_str_eq(event_text(journal_memory_at(memory, 1), FIELD_NAME), "another");
    cr_expect_eq(event_int(journal_memory_at(memory, 1), FIELD_AT), 3 * SECOND);
    cr_expect_str_eq(event_text(journal_memory_at(memory, 2), FIELD_TEXT), "of a lower rank");
    cr_expect_eq(journal_memory_at(memory, 2)->cause, journal_memory_at(memory, 1)->id);
    cr_expect_str_eq(event_text(journal_memory_at(memory, 3), FIELD_TEXT), "late");
    journal_memory_free(memory);
    journal_free(journal);
    draft_free(draft);
}
