/* All labels of an axis have one form, and neighbours differ. */
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
    {90 * SECOND, 500 * MILLISECOND, 500 * MILLISECOND, "0:00.5"},
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
        cr_expect(eq(str,
                     (char *)axis_time_text((struct axis_time){instants[i].most_ns, instants[i].apart_ns},
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
                     (char *)axis_duration_text((struct axis_time){durations[i].most_ns, durations[i].apart_ns},
                                                durations[i].at_ns, text),
                     (char *)durations[i].text));
}

/* Digits replaced by 0, and several of them by one: what is left is the form. */
static void form_of(const char *text, char form[VIEW_TIME_BYTES], bool counts_digits)
{
    size_t n = 0;
    for (const char *c = text; *c; c++) {
        bool is_digit = isdigit((unsigned char)*c);
        if (is_digit && !counts_digits && n && form[n - 1] == '0') continue;
        if (*c == '.' || *c == ':') counts_digits = true;
        form[n++] = is_digit ? '0' : *c;
    }
    form[n] = 0;
}

/* From microseconds to years, wherever the axis begins. */
Test(axis_time, labels_of_one_axis_are_alike_and_neighbours_differ)
{
    for (int64_t apart = 1000; apart < 400 * DAY; apart = apart * 5 / 2)
        for (int64_t from = 0; from < 20 * DAY; from = from * 7 + 59 * SECOND) {
            char first[VIEW_TIME_BYTES], form[VIEW_TIME_BYTES], text[VIEW_TIME_BYTES], before[VIEW_TIME_BYTES] = "";
            const struct axis_time axis = {from + 9 * apart, apart};
            form_of(axis_time_text(axis, from, text), first, false);
            for (int64_t i = 0; i < 10; i++) {
                form_of(axis_time_text(axis, from + i * apart, text), form, false);
                cr_expect(eq(str, form, first), "%s", text);
                cr_expect(ne(str, text, before), "%lld apart", (long long)apart);
                memcpy(before, text, sizeof before);
            }
        }
}
