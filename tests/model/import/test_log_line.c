/* Lines of logs: their dates in all three forms, and who wrote them. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/import/log_line.h"
#include "sim/journal/vtime.h"

static struct log_line read_line(const char *text)
{
    struct log_line line;
    cr_assert(log_line_read((struct span){text, strlen(text)}, &line), "%s", text);
    return line;
}

Test(log_line, a_date_of_rfc_3339_has_its_zone)
{
    struct log_line line = read_line("2026-11-01T10:00:01.25+01:00 mail postfix/smtp[7]: A1B2C3: removed");
    cr_expect_eq(line.at_ns, INT64_C(1793523601) * SECOND + 250 * MILLISECOND);
    cr_expect(line.has_zone && !line.month);
    cr_expect(span_is(line.host, "mail") && span_is(line.program, "postfix/smtp"));
    cr_expect(span_is(line.text, "A1B2C3: removed"));
}

Test(log_line, a_date_of_syslog_has_a_month_and_no_year)
{
    struct log_line line = read_line("<22>Feb 29 23:59:60 mx1.b.example postfix/qmgr[9]: text: more");
    cr_expect_eq(line.month, 2);
    cr_expect_eq(line.at_ns, log_days_since_1970(1972, 2, 29) * DAY + DAY);
    cr_expect(span_is(line.host, "mx1.b.example") && span_is(line.text, "text: more"));
}

Test(log_line, a_line_of_exim_has_neither_host_nor_program)
{
    struct log_line line = read_line("2026-11-01 10:00:01.5 +0100 1t6Xyz-000AbC-2D Completed");
    cr_expect_eq(line.at_ns, INT64_C(1793523601) * SECOND + 500 * MILLISECOND);
    cr_expect(line.host.n == 0 && span_is(line.text, "1t6Xyz-000AbC-2D Completed"));
}

Test(log_line, what_begins_with_no_date_is_no_line_of_a_log)
{
    static const char *const lines[] = {"",
                                        "hello world, this is a text",
                                        "2026-13-01T10:00:01 mail x[1]: y",
                                        "Nov 32 10:00:00 a b: c",
                                        "Nov  1 25:00:00 mail x[1]: y",
                                        "{ \"postroad\": 1 }",
                                        "2026-11-01",
                                        "Received: from a by b"};
    struct log_line line;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_expect_not(log_line_read((struct span){lines[i], strlen(lines[i])}, &line), "%s", lines[i]);
}

Test(log_line, days_are_those_of_the_calendar)
{
    cr_expect_eq(log_days_since_1970(1970, 1, 1), 0);
    cr_expect_eq(log_days_since_1970(2000, 3, 1), 11017);
    cr_expect_eq(log_days_since_1970(2026, 11, 1), 20758);
    cr_expect_eq(log_days_since_1970(2100, 3, 1) - log_days_since_1970(2100, 2, 28), 1);
}

Test(log_line, seconds_with_a_fraction_are_nanoseconds)
{
    cr_expect_eq(span_seconds_ns((struct span){"0.02/x", 6}), 20 * MILLISECOND);
    cr_expect_eq(span_seconds_ns((struct span){"4241", 4}), 4241 * SECOND);
    cr_expect_eq(span_seconds_ns((struct span){"", 0}), 0);
}
