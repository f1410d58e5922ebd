/* What becomes of dates when somebody sets the clock that they go by, or it goes at another pace. */
#include <criterion/criterion.h>

#include "model/mail/clock_change.h"
#include "sim/journal/vtime.h"

static const int64_t now_ns = 2 * HOUR;

static struct clock_change set_ahead(int64_t ahead_ns, int64_t ppm)
{
    return (struct clock_change){.now_ns = now_ns, .ahead_ns = ahead_ns, .was_ppm = ppm, .is_ppm = ppm};
}

Test(clock_change, a_date_comes_later_by_as_much_as_the_clock_was_set_back)
{
    struct clock_change back = set_ahead(-365 * DAY, 0), ahead = set_ahead(30 * MINUTE, 0);
    cr_assert_eq(clock_change_moved(&back, now_ns + HOUR), now_ns + HOUR + 365 * DAY);
    cr_assert_eq(clock_change_moved(&back, now_ns - HOUR), now_ns - HOUR + 365 * DAY);
    cr_assert_eq(clock_change_moved(&ahead, now_ns + HOUR), now_ns + 30 * MINUTE);
}

Test(clock_change, a_slow_clock_takes_longer_to_get_there)
{
    struct clock_change back = set_ahead(-9 * DAY, -100000);
    cr_assert_eq(clock_change_moved(&back, now_ns + HOUR), now_ns + HOUR + 10 * DAY);
}

Test(clock_change, what_is_set_back_and_ahead_again_is_where_it_was)
{
    for (int64_t ppm = -100000; ppm <= 100000; ppm += 7300) {
        struct clock_change back = set_ahead(-365 * DAY, ppm), ahead = set_ahead(365 * DAY, ppm);
        int64_t found_ns = clock_change_moved(&ahead, clock_change_moved(&back, now_ns + HOUR));
        cr_assert_geq(found_ns, now_ns + HOUR, "not too early");
        cr_assert_leq(found_ns, now_ns + HOUR + 1, "%lld", (long long)ppm);
    }
}

Test(clock_change, another_pace_stretches_what_is_ahead_and_leaves_what_has_been)
{
    struct clock_change slower = {.now_ns = now_ns, .was_ppm = 0, .is_ppm = -100000};
    struct clock_change faster = {.now_ns = now_ns, .was_ppm = -100000, .is_ppm = 0};
    cr_assert_eq(clock_change_moved(&slower, now_ns + 9 * HOUR), now_ns + 10 * HOUR);
    cr_assert_eq(clock_change_moved(&faster, now_ns + 10 * HOUR), now_ns + 9 * HOUR);
    cr_assert_eq(clock_change_moved(&slower, now_ns - HOUR), now_ns - HOUR);
}

Test(clock_change, never_stays_never)
{
    struct clock_change back = set_ahead(-365 * DAY, -100000);
    cr_assert_eq(clock_change_moved(&back, TIME_NEVER), TIME_NEVER);
}

Test(clock_change, is_told)
{
    struct clock_change change = {.ahead_ns = -1};
    cr_assert_str_eq(clock_change_text(&change), "the clock was set back");
    change.ahead_ns = 1;
    cr_assert_str_eq(clock_change_text(&change), "the clock was set ahead");
    change = (struct clock_change){.is_ppm = -1};
    cr_assert_str_eq(clock_change_text(&change), "the clock goes slower");
    change.is_ppm = 1;
    cr_assert_str_eq(clock_change_text(&change), "the clock goes faster");
}
