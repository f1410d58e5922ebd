/* Labels of an axis are written as instants are elsewhere, and neighbours differ. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <ctype.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "viz/draw/axis_time.h"

static const struct {
    int64_t most_ns, apart_ns, at_ns;
    const char *text;
} instants[] = {
    {3 * SECOND, SECOND, 0, "0 s"},
    {3 * SECOND, SECOND, 2 * SECOND, "2 s"},
    {3 * SECOND, 500 * MILLISECOND, 0, "0.0 s"},
    {3 * SECOND, 500 * MILLISECOND, 1500 * MILLISECOND, "1.5 s"},
    {3 * SECOND, 20 * MILLISECOND, SECOND, "1.00 s"},
    {3 * SECOND, 20000, 1500020000, "1.50002 s"},
    {90 * SECOND, 500 * MILLISECOND, 500 * MILLISECOND, "0.5 s"},
    {2 * HOUR, 10 * MILLISECOND, 6300 * MILLISECOND, "6.30 s"},
    {2 * HOUR, SECOND, 11 * MINUTE + 27 * SECOND, "11:27"},
    {90 * SECOND, SECOND, 61 * SECOND, "1:01"},
    {20 * MINUTE, 5 * MINUTE, 0, "0:00 h"},
    {20 * MINUTE, 5 * MINUTE, 15 * MINUTE, "0:15 h"},
    {10 * HOUR, 200 * MILLISECOND, 10 * HOUR + 30 * MINUTE + 200 * MILLISECOND, "10:30:00.2"},
    {24 * HOUR, 2 * HOUR, 24 * HOUR, "24:00 h"},
    {3 * DAY, 6 * HOUR, 6 * HOUR, "0d 06:00"},
    {3 * DAY, 6 * HOUR, 3 * DAY, "3d 00:00"},
    {3 * DAY, 10 * SECOND, DAY + 70 * SECOND, "1d 00:01:10"},
};

Test(axis_time, an_instant_has_the_form_of_its_axis)
{
    char text[VIEW_TIME_BYTES];
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++)
        cr_expect(eq(
            str,
            (char *)axis_time_text((struct axis_time){.most_ns = instants[i].most_ns, .apart_ns = instants[i].apart_ns},
                                   instants[i].at_ns, text),
            (char *)instants[i].text));
}

static const struct {
    int64_t most_ns, apart_ns, at_ns;
    const char *text;
} durations[] = {
    {1500 * MILLISECOND, 500 * MILLISECOND, 0, "0.0 s"},
    {1500 * MILLISECOND, 500 * MILLISECOND, SECOND, "1.0 s"},
    {1500 * MILLISECOND, 500 * MILLISECOND, 500 * MILLISECOND, "0.5 s"},
    {64 * SECOND, 20 * SECOND, 40 * SECOND, "40 s"},
    {80 * MILLISECOND, 20 * MILLISECOND, 60 * MILLISECOND, "60 ms"},
    {80000, 20000, 0, "0 µs"},
};

Test(axis_time, a_duration_has_the_unit_of_the_largest)
{
    char text[VIEW_TIME_BYTES];
    for (size_t i = 0; i < sizeof durations / sizeof *durations; i++)
        cr_expect(eq(str,
                     (char *)axis_duration_text(
                         (struct axis_time){.most_ns = durations[i].most_ns, .apart_ns = durations[i].apart_ns},
                         durations[i].at_ns, text),
                     (char *)durations[i].text));
}

/* Digits behind the point apart, which depend on the neighbours. */
static void without_fraction(const char *text, char whole[VIEW_TIME_BYTES])
{
    size_t n = 0;
    for (const char *c = text; *c; c++) {
        if (*c == '.')
            while (isdigit((unsigned char)c[1]))
                c++;
        else
            whole[n++] = *c;
    }
    whole[n] = 0;
}

Test(axis_time, an_instant_is_written_as_beside_a_line_of_the_dialogue)
{
    static const int64_t in_ms[] = {0, 6937, 59999, 60000, 65300, 3599000, 3600000, 3845000};
    for (size_t i = 0; i < sizeof in_ms / sizeof *in_ms; i++) {
        char text[VIEW_TIME_BYTES], on_axis[VIEW_TIME_BYTES], elsewhere[VIEW_TIME_BYTES];
        int64_t at = in_ms[i] * MILLISECOND;
        without_fraction(axis_time_text((struct axis_time){.most_ns = 2 * HOUR, .apart_ns = MILLISECOND}, at, text),
                         on_axis);
        without_fraction(view_time_text(at, MILLISECOND, text), elsewhere);
        cr_expect(eq(str, on_axis, elsewhere));
    }
}

/* From microseconds to years, wherever the axis begins. */
Test(axis_time, neighbours_differ)
{
    for (int64_t apart = 1000; apart < 400 * DAY; apart = apart * 5 / 2)
        for (int64_t from = 0; from < 20 * DAY; from = from * 7 + 59 * SECOND) {
            char text[VIEW_TIME_BYTES], before[VIEW_TIME_BYTES] = "";
            const struct axis_time axis = {.most_ns = from + 9 * apart, .apart_ns = apart};
            for (int64_t i = 0; i < 10; i++) {
                axis_time_text(axis, from + i * apart, text);
                cr_expect(ne(str, text, before), "%lld apart", (long long)apart);
                memcpy(before, text, sizeof before);
            }
        }
}

/* 2025-03-03T09:00:00Z, a Monday. */
static const int64_t nine_on_a_monday = INT64_C(1740992400);

Test(axis_time, in_a_world_that_has_a_time_of_day_hours_are_its_own_and_what_is_counted_has_a_plus)
{
    char text[VIEW_TIME_BYTES];
    struct axis_time axis = {2 * DAY, HOUR, true, nine_on_a_monday};
    cr_expect(eq(str, (char *)axis_time_text(axis, 16 * HOUR + 2 * MINUTE, text), "Tue 01:02"));
    axis.apart_ns = SECOND;
    axis.most_ns = 20 * HOUR;
    cr_expect(eq(str, (char *)axis_time_text(axis, 16 * HOUR + 2 * MINUTE, text), "+16:02:00"));
}
