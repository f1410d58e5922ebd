/* The time of day beside the virtual time. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "sim/journal/vtime.h"
#include "viz/story/day_time.h"
#include "viz/story/instant_text.h"

static const int64_t nine_on_a_monday = 1740992400; /* 2025-03-03T09:00:00Z */

Test(day_time, is_counted_from_the_start_of_the_world)
{
    char text[DAY_TIME_BYTES];
    cr_expect_str_eq(day_time_text(nine_on_a_monday, 0, text), "09:00 on Monday");
    cr_expect_str_eq(day_time_text(nine_on_a_monday, 12 * MINUTE + 59 * SECOND, text), "09:12 on Monday");
    cr_expect_str_eq(day_time_text(nine_on_a_monday, 15 * HOUR - 1, text), "23:59 on Monday");
    cr_expect_str_eq(day_time_text(nine_on_a_monday, 15 * HOUR, text), "00:00 on Tuesday");
    cr_expect_str_eq(day_time_text(nine_on_a_monday, 6 * DAY, text), "09:00 on Sunday");
    cr_expect_str_eq(day_time_text(0, 0, text), "00:00 on Thursday");
    cr_expect_str_eq(day_time_short(nine_on_a_monday, DAY, text), "Tue 09:00");
}

Test(day_time, is_told_where_the_scenario_itself_says_when_it_starts)
{
    cr_expect(day_time_is_told("{ \"title\": \"a\", \"starts\" : \"2025-03-03T09:00:00Z\" }"));
    cr_expect(not(day_time_is_told("")));
    cr_expect(not(day_time_is_told("{ \"title\": \"starts\" }")));
    cr_expect(not(day_time_is_told("{ \"hosts\": { \"starts\": {} } }")), "a host of this name");
    cr_expect(not(day_time_is_told("{ \"title\": \"\\\"starts\\\": {\", \"hosts\": {} }")), "within a text");
    cr_expect(not(day_time_is_told("{ \"title\": \"")), "a text that does not end");
}

Test(day_time, an_instant_of_hours_is_told_as_the_time_of_day_and_what_is_counted_has_a_plus)
{
    char text[INSTANT_BYTES];
    cr_expect_str_eq(instant_text_of(true, nine_on_a_monday, 16 * HOUR + 30 * MINUTE, text), "01:30 on Tuesday");
    cr_expect_str_eq(instant_text_of(true, nine_on_a_monday, 90 * SECOND, text), "+00:01:30.000000");
    cr_expect_str_eq(instant_text_of(false, 0, 16 * HOUR + 30 * MINUTE, text), "16:30:00.000000");
}
