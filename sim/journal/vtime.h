/* Virtual time: integer nanoseconds since the world began. No wall clock anywhere below app/. */
#ifndef POSTROAD_SIM_JOURNAL_VTIME_H
#define POSTROAD_SIM_JOURNAL_VTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NANOSECOND INT64_C(1)
#define MICROSECOND (1000 * NANOSECOND)
#define MILLISECOND (1000 * MICROSECOND)
#define SECOND (1000 * MILLISECOND)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define TIME_NEVER INT64_MAX

enum { VTIME_TEXT_BYTES = 40 };

/* Instant as a person reads it, fixed width up to a day: "00:00:01.023456", "2d 03:15:00.000000". Rounds down to
   microseconds. Writes at most VTIME_TEXT_BYTES including the end; returns buffer. */
const char *vtime_format_instant(int64_t at_ns, char buffer[VTIME_TEXT_BYTES]);

/* Duration in its natural unit, at most four digits that matter: "20 ms", "1.5 s"; from a minute on in two: "8 min 59 s",
   "2 h 18 min", "5 d". */
const char *vtime_format_duration(int64_t duration_ns, char buffer[VTIME_TEXT_BYTES]);

/* Reads an instant or a duration in any form in which this program writes one, English or of the language chosen:
   "1.5 s", "1 min 50 s", "00:01:50.000000", "2d 03:15:00", and as axes have it "1:50.3" (minutes), "1:04:05", "0:15 h",
   "3d 02:15". False: it is none, or before the beginning; ns stays. */
bool vtime_parse(const char *text, int64_t *ns);

/* Calendar date of an instant, given the second since 1970 at which the world began: RFC 5322 date-time in UTC,
   "Mon, 3 Mar 2025 09:00:01 +0000". */
const char *vtime_format_rfc5322(int64_t starts_unix_s, int64_t at_ns, char buffer[VTIME_TEXT_BYTES]);

#endif
