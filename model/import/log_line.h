/* One line of a mail server's log: its date, host, program and the rest. Dates are those of syslog ("Nov  1 10:00:01",
   RFC 3164), of RFC 3339 ("2026-11-01T10:00:01.5+01:00"), or of Exim ("2026-11-01 10:00:01"). */
#ifndef POSTROAD_MODEL_IMPORT_LOG_LINE_H
#define POSTROAD_MODEL_IMPORT_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A part of the log's bytes. */
struct span {
    const char *at;
    size_t n;
};

struct log_line {
    int month;     /* of a date without year, 1 to 12; 0: the date is whole */
    int64_t at_ns; /* since 1970; without a year: of 1972, a leap year */
    bool has_zone;
    struct span host, program, text; /* host and program may be empty */
};

/* False: it does not begin with a date. */
bool log_line_read(struct span line, struct log_line *out);
/* Seconds since 1970 of a day (1 to 31) and month (1 to 12) in the Gregorian calendar. */
int64_t log_days_since_1970(int year, int month, int day);

/* --- for what stands in a line --- */
bool span_is(struct span span, const char *text);
bool span_begins(struct span span, const char *text);
/* Where text begins in the span, or NULL. */
const char *span_find(struct span span, const char *text);
struct span span_from(struct span span, const char *at);          /* at lies within it */
struct span span_until(struct span span, const char *characters); /* up to the first of these */
struct span span_skip(struct span span, size_t n);
/* The next line from *at on, without its end; false behind the last. */
bool span_next_line(struct span all, size_t *at, struct span *line);
/* The first number in it; 0: none. Decimal fractions become nanoseconds of a second. */
uint64_t span_number(struct span span);
int64_t span_seconds_ns(struct span span);
/* A clean copy, cut to room. */
char *span_text(struct span span, char *out, size_t room);

#endif
