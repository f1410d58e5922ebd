/* The places in a caption, and what the run fills them with. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include <string.h>

#include "sim/journal/journal_memory.h"
#include "sim/journal/vtime.h"
#include "viz/story/caption_text.h"

/* Told at 10 s, of a mail that was written at 4 s and is tried again at this instant. */
static const char *filled(const char *text, int64_t next_ns, char buffer[CAPTION_TEXT_BYTES])
{
    struct journal *journal = journal_new();
    struct journal_memory *memory = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    journal_set_now(journal, 10 * SECOND);
    JOURNAL_EMIT(journal, CAPTION, F_TEXT(TEXT, text), F_INT(AT, next_ns), F_INT(SINCE, 4 * SECOND));
    caption_text_fill(journal_memory_at(memory, 0), 1740992400, text, buffer);
    journal_free(journal);
    journal_memory_free(memory);
    return buffer;
}

Test(caption_text, places_are_filled_from_the_event)
{
    char text[CAPTION_TEXT_BYTES];
    cr_expect_str_eq(filled("in {wait}.", 10 * SECOND + 538800 * MILLISECOND, text), "in 8 min 59 s.");
    cr_expect_str_eq(filled("in {wait}", 10 * SECOND + 107 * MINUTE, text), "in 1 h 47 min");
    cr_expect_str_eq(filled("at {next_attempt}", 10 * MINUTE, text), "at 00:10:00.000000");
    cr_expect_str_eq(filled("{time_of_day}:", 0, text), "09:00 on Monday:");
    cr_expect_str_eq(filled("{age} old, {age}", 0, text), "6 s old, 6 s");
}

/* A caption said 1 h 54 min of a mail to which the outcome gave 1 h 55 min. */
Test(caption_text, an_age_and_a_wait_are_what_the_outcome_says)
{
    static const int64_t ages[] = {1234567890, 115 * MINUTE, 79 * MINUTE + 30 * SECOND, 2 * DAY + 2 * HOUR + 40 * MINUTE};
    char text[CAPTION_TEXT_BYTES], expected[VTIME_TEXT_BYTES];
    for (size_t i = 0; i < sizeof ages / sizeof *ages; i++)
        cr_expect_str_eq(filled("{wait}", 10 * SECOND + ages[i], text), vtime_format_duration(ages[i], expected));
}

Test(caption_text, other_braces_stay_and_what_is_unknown_is_not_invented)
{
    char text[CAPTION_TEXT_BYTES];
    cr_expect_str_eq(filled("{ \"loss\": 1 } {waits} {", 0, text), "{ \"loss\": 1 } {waits} {");
    cr_expect_str_eq(filled("in {wait}", 0, text), "in a while");
}

Test(caption_text, a_long_text_ends_where_there_is_no_more_room)
{
    char text[CAPTION_TEXT_BYTES], longer[CAPTION_TEXT_BYTES + 100];
    for (size_t i = 0; i < sizeof longer; i++)
        longer[i] = 'x';
    longer[sizeof longer - 1] = '\0';
    longer[CAPTION_TEXT_BYTES - 8] = '{';
    memcpy(longer + CAPTION_TEXT_BYTES - 7, "age} and", 8);
    cr_expect_eq(strlen(filled(longer, 0, text)), CAPTION_TEXT_BYTES - 1);
}
