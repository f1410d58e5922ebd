/* "20 ms", "10 Mbit/s", "40 kB", "1.5 %": exact, or refused with what to write instead. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/scenario/units.h"
#include "sim/journal/vtime.h"

struct good_unit {
    enum unit_kind kind;
    const char *text;
    int64_t value;
};

Test(units, values_are_exact)
{
    static const struct good_unit good[] = {
        {UNIT_DURATION, "0 s", 0},
        {UNIT_DURATION, "20 ms", 20 * MILLISECOND},
        {UNIT_DURATION, "20ms", 20 * MILLISECOND},
        {UNIT_DURATION, "1.5 h", 90 * MINUTE},
        {UNIT_DURATION, "5 d", 5 * DAY},
        {UNIT_DURATION, "0.1 s", 100 * MILLISECOND},
        {UNIT_DURATION, "0.000000001 s", 1},
        {UNIT_DURATION, "1.250 us", 1250},
        {UNIT_DURATION, "0.00000000005 min", 3},
        {UNIT_DURATION, "007 ns", 7},
        {UNIT_DURATION, "2.0 ns", 2},
        {UNIT_RATE, "10 Mbit/s", 10000000},
        {UNIT_RATE, "1.544 Mbit/s", 1544000},
        {UNIT_RATE, "56 kbit/s", 56000},
        {UNIT_RATE, "2.5 Gbit/s", INT64_C(2500000000)},
        {UNIT_RATE, "300 bit/s", 300},
        {UNIT_RATE, "unlimited", 0},
        {UNIT_SIZE, "40 kB", 40000},
        {UNIT_SIZE, "1500 B", 1500},
        {UNIT_SIZE, "64 KiB", 65536},
        {UNIT_SIZE, "0.5 KiB", 512},
        {UNIT_SIZE, "1.25 MiB", 1310720},
        {UNIT_QUEUE, "unlimited", 0},
        {UNIT_PACKETS, "20 packets", 20},
        {UNIT_PACKETS, "1 packet", 1},
        {UNIT_PERCENT, "0 %", 0},
        {UNIT_PERCENT, "100 %", INT64_C(1) << 32},
        {UNIT_PERCENT, "50%", INT64_C(1) << 31},
        {UNIT_PERCENT, "2 %", 85899346}, /* 85899345.92 */
        {UNIT_PERCENT, "0.5 %", 21474836},
        {UNIT_PERCENT, "0.000001 %", 43},
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct unit_problem problem;
        int64_t value = -1;
        cr_expect(unit_parse(good[i].kind, good[i].text, &value, &problem), "\"%s\" %s", good[i].text, problem.what);
        cr_expect(value == good[i].value, "%s: %lld", good[i].text, (long long)value);
    }
}

Test(units, what_is_refused_says_why_and_what_to_write)
{
    static const struct {
        enum unit_kind kind;
        const char *text, *what, *hint;
    } bad[] = {
        {UNIT_DURATION, "", "is not a duration", "write it like \"20 ms\""},
        {UNIT_DURATION, "soon", "is not a duration", "write it like \"20 ms\""},
        {UNIT_DURATION, "20", "has no unit", "did you mean \"20 s\" or \"20 ms\"?"},
        {UNIT_DURATION, "20 sec", "is not a duration", "did you mean \"20 s\"?"},
        {UNIT_DURATION, "20 minutes", "is not a duration", "did you mean \"20 min\"?"},
        {UNIT_DURATION, "20 MS", "is not a duration", "did you mean \"20 ms\"?"},
        {UNIT_DURATION, "20 \xC2\xB5s", "is not a duration", "did you mean \"20 us\"?"},
        {UNIT_DURATION, "20 ms ", "is not a duration", "units are ns, us, ms, s, min, h, d"},
        {UNIT_DURATION, " 20 ms", "is not a duration", "write it like \"20 ms\""},
        {UNIT_DURATION, "1,5 s", "is not a duration", "decimals follow a point: \"1.5 s\""},
        {UNIT_DURATION, ".5 s", "is not a duration", "write it like \"20 ms\""},
        {UNIT_DURATION, "5. s", "is not a duration", "write it like \"20 ms\""},
        {UNIT_DURATION, "1e3 s", "is not a duration", "units are ns, us, ms, s, min, h, d"},
        {UNIT_DURATION, "-1 s", "is less than nothing, and so not a duration", "write it like \"20 ms\""},
        {UNIT_DURATION, "0.5 ns", "is not a whole number of nanoseconds", "time counts in nanoseconds here"},
        {UNIT_DURATION, "106752 d", "is too large", ""},
        {UNIT_DURATION, "99999999999999999999 s", "is too large", ""},
        {UNIT_DURATION, "unlimited", "is not a duration", "write it like \"20 ms\""},
        {UNIT_RATE, "10 Mbps", "is not a rate", "did you mean \"10 Mbit/s\"?"},
        {UNIT_RATE, "10 mbit/s", "is not a rate", "did you mean \"10 Mbit/s\"?"},
        {UNIT_RATE, "10", "has no unit", "did you mean \"10 kbit/s\" or \"10 Mbit/s\"?"},
        {UNIT_RATE, "0.5 bit/s", "is not a whole number of bit/s", ""},
        {UNIT_SIZE, "40 KB", "is not a size", "did you mean \"40 kB\"?"},
        {UNIT_SIZE, "1500 bytes", "is not a size", "did you mean \"1500 B\"?"},
        {UNIT_SIZE, "0.3 B", "is not a whole number of bytes", ""},
        {UNIT_PERCENT, "2", "has no unit", "did you mean \"2 %\"?"},
        {UNIT_PERCENT, "0.02", "has no unit", "did you mean \"2 %\"?"},
        {UNIT_PERCENT, "0.005", "has no unit", "did you mean \"0.5 %\"?"},
        {UNIT_PERCENT, "2 percent", "is not a percentage", "did you mean \"2 %\"?"},
        {UNIT_PERCENT, "0.0000001 %", "has more than six decimals", ""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct unit_problem problem;
        int64_t value;
        cr_expect(!unit_parse(bad[i].kind, bad[i].text, &value, &problem), "accepted: %s", bad[i].text);
        cr_expect_str_eq(problem.what, bad[i].what, "\"%s\" %s", bad[i].text, problem.what);
        cr_expect_str_eq(problem.hint, bad[i].hint, "\"%s\": %s", bad[i].text, problem.hint);
    }
}

Test(units, what_is_printed_reads_back_the_same)
{
    static const struct good_unit printed[] = {
        {UNIT_DURATION, "0 s", 0},         {UNIT_DURATION, "90 s", 90 * SECOND}, {UNIT_DURATION, "1500 us", 1500000},
        {UNIT_DURATION, "5 d", 5 * DAY},   {UNIT_RATE, "unlimited", 0},          {UNIT_RATE, "10 Mbit/s", 10000000},
        {UNIT_SIZE, "64 KiB", 65536},      {UNIT_SIZE, "1500 B", 1500},          {UNIT_PERCENT, "2 %", 85899346},
        {UNIT_PERCENT, "0.5 %", 21474836}, {UNIT_PERCENT, "0.000001 %", 43},     {UNIT_PERCENT, "0 %", 0}};
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        char text[UNIT_TEXT_BYTES];
        struct unit_problem problem;
        int64_t again = -1;
        unit_format(printed[i].kind, printed[i].value, text);
        cr_expect_str_eq(text, printed[i].text);
        cr_expect(unit_parse(printed[i].kind, text, &again, &problem) && again == printed[i].value, "%s", text);
    }
}
