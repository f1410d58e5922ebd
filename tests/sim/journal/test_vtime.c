/* How instants, durations and dates read. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "sim/journal/vtime.h"

Test(vtime, instants_have_a_fixed_width_up_to_a_day)
{
    static const struct {
        int64_t at_ns;
        const char *text;
    } cases[] = {
        {0, "00:00:00.000000"},      {1023456789, "00:00:01.023456"},
        {999, "00:00:00.000000"},    {DAY - 1, "23:59:59.999999"},
        {DAY, "1d 00:00:00.000000"}, {2 * DAY + 3 * HOUR + 15 * MINUTE, "2d 03:15:00.000000"},
        {-1, "-00:00:00.000001"},    {TIME_NEVER - 1, "106751d 23:47:16.854775"},
        {TIME_NEVER, "never"},
    };
    char buffer[VTIME_TEXT_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(vtime_format_instant(cases[i].at_ns, buffer), cases[i].text);
}

Test(vtime, durations_read_in_their_natural_unit_with_at_most_four_digits)
{
    static const struct {
        int64_t duration_ns;
        const char *text;
    } cases[] = {
        {0, "0 s"},
        {1, "1 ns"},
        {999, "999 ns"},
        {1500, "1.5 us"},
        {20 * MILLISECOND, "20 ms"},
        {1500 * MILLISECOND, "1.5 s"},
        {1023456789, "1.023 s"},
        {12345678, "12.35 ms"},
        {123456789, "123.5 ms"},
        {999949999, "999.9 ms"},
        {999950000, "1 s"},
        {59999999999, "1 min"},
        {5 * MINUTE, "5 min"},
        {90 * SECOND, "1 min 30 s"},
        {539460 * MILLISECOND, "8 min 59 s"},
        {HOUR - MILLISECOND, "1 h"},
        {2 * HOUR - MILLISECOND, "2 h"},
        {2 * HOUR + 18 * MINUTE, "2 h 18 min"},
        {3 * DAY + 4 * HOUR + 10 * MINUTE, "3 d 4 h"},
        {-90 * SECOND, "-1 min 30 s"},
        {DAY - 1, "1 d"},
        {5 * DAY, "5 d"},
        {12345 * DAY, "12345 d"},
        {-20 * MILLISECOND, "-20 ms"},
        {1050 * MILLISECOND, "1.05 s"},
        {1005 * MILLISECOND, "1.005 s"},
        {TIME_NEVER, "never"},
    };
    char buffer[VTIME_TEXT_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(vtime_format_duration(cases[i].duration_ns, buffer), cases[i].text, "%s instead of %s", buffer,
                         cases[i].text);
    /* The ends of what an integer holds fit, too. */
    cr_assert_str_eq(vtime_format_duration(INT64_MIN, buffer), "-106752 d");
}

Test(vtime, dates_are_rfc_5322_in_utc)
{
    char buffer[VTIME_TEXT_BYTES], expected[VTIME_TEXT_BYTES];
    cr_assert_str_eq(vtime_format_rfc5322(1740992400, SECOND + 1, buffer), "Mon, 3 Mar 2025 09:00:01 +0000");
    cr_assert_str_eq(vtime_format_rfc5322(0, 0, buffer), "Thu, 1 Jan 1970 00:00:00 +0000");
    cr_assert_str_eq(vtime_format_rfc5322(0, -1, buffer), "Wed, 31 Dec 1969 23:59:59 +0000");
    cr_assert_str_eq(vtime_format_rfc5322(951782400, 0, buffer), "Tue, 29 Feb 2000 00:00:00 +0000");
    /* Against the C library, over a hundred years in uneven steps. */
    for (int64_t day = -20000; day < 40000; day += 13) {
        time_t at = (time_t)(day * 86400 + (day & 0xffff));
        struct tm tm;
        gmtime_r(&at, &tm);
        strftime(expected, sizeof expected, "%a, %e %b %Y %H:%M:%S +0000", &tm);
        if (expected[5] == ' ') memmove(expected + 5, expected + 6, strlen(expected + 6) + 1);
        cr_assert_str_eq(vtime_format_rfc5322(at, 0, buffer), expected);
    }
}

/* ---- Reading ---- */

Test(vtime, what_is_written_is_read_back)
{
    static const struct {
        const char *text;
        int64_t ns;
    } cases[] = {{"20 ms", 20 * MILLISECOND},
                 {"1.5 s", 1500 * MILLISECOND},
                 {"1.891843 s", 1891843 * MICROSECOND},
                 {"3 us", 3 * MICROSECOND},
                 {"3 \xC2\xB5s", 3 * MICROSECOND},
                 {"0 s", 0},
                 {"1 min 50 s", 110 * SECOND},
                 {"2 h 18 min", 138 * MINUTE},
                 {"2 d 3 h", 51 * HOUR},
                 {"5d", 5 * DAY},
                 {"00:01:50", 110 * SECOND},
                 {"00:01:50.000001", 110 * SECOND + MICROSECOND},
                 {"2d 03:15:00.000000", 2 * DAY + 195 * MINUTE},
                 {"6.937 s", 6937 * MILLISECOND},
                 {"1:05.300", 65300 * MILLISECOND},
                 {"1:05", 65 * SECOND},
                 {"1:04:05", 3845 * SECOND},
                 {"0:15 h", 15 * MINUTE},
                 {"26:05 h", 26 * HOUR + 5 * MINUTE},
                 {"3d 02:15", 3 * DAY + 135 * MINUTE}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ns = -1;
        cr_expect(vtime_parse(cases[i].text, &ns), "%s", cases[i].text);
        cr_expect_eq(ns, cases[i].ns, "%s is read as %lld", cases[i].text, (long long)ns);
    }
}

Test(vtime, instants_and_durations_go_there_and_back)
{
    static const int64_t times[] = {0,           1,        999,  20 * MILLISECOND,       SECOND,    61 * SECOND,
                                    10 * MINUTE, HOUR - 1, HOUR, DAY + 17 * MICROSECOND, 400 * DAY, 99999 * DAY};
    char text[VTIME_TEXT_BYTES], again[VTIME_TEXT_BYTES];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ns = -1;
        cr_expect(vtime_parse(vtime_format_instant(times[i], text), &ns), "%s", text);
        cr_expect_eq(ns, times[i] / MICROSECOND * MICROSECOND, "%s", text);
        cr_expect(vtime_parse(vtime_format_duration(times[i], text), &ns), "%s", text);
        cr_expect_str_eq(vtime_format_duration(ns, again), text);
    }
}

Test(vtime, what_is_no_time_is_not_read)
{
    static const char *const none[] = {
        "",        "7",        "never",    "-1 s",           "1 s 50 min",  "1.5 min 3 s",
        "1:60",    "1:2:3:4",  "00:01:",   "1 min 50",       "1 min 1 min", "1..5 s",
        "1. s",    "2d 24:00", "200000 d", "1.0000000001 s", "1 fortnight", "2x 03:15",
        "1:05.3 h"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        int64_t ns = -1;
        bool is_read = vtime_parse(none[i], &ns);
        cr_expect(!is_read, "%s is read as %lld", none[i], (long long)ns);
    }
}
