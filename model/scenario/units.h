/* Values with units as people write them: "20 ms", "10 Mbit/s", "40 kB", "1.5 %". Decimals are read by integer
   arithmetic alone, and what does not come out whole is refused. The space before the unit may be left out. */
#ifndef POSTROAD_MODEL_SCENARIO_UNITS_H
#define POSTROAD_MODEL_SCENARIO_UNITS_H

#include <stdbool.h>
#include <stdint.h>

enum unit_kind {
    UNIT_DURATION, /* ns us ms s min h d: nanoseconds */
    UNIT_RATE,     /* bit/s kbit/s Mbit/s Gbit/s: bit/s; "unlimited": 0 */
    UNIT_SIZE,     /* B kB MB GB (of 1000) KiB MiB GiB (of 1024): bytes */
    UNIT_QUEUE,    /* like UNIT_SIZE, and "unlimited": 0 */
    UNIT_PACKETS,  /* packets, packet */
    UNIT_PERCENT   /* %: a chance of 2^32, to the nearest; at most six decimals */
};

enum { UNIT_TEXT_BYTES = 160 };

/* Why a text is refused: a clause that follows the text found, and what to type instead. */
struct unit_problem {
    char what[UNIT_TEXT_BYTES]; /* "is not a duration" */
    char hint[UNIT_TEXT_BYTES]; /* "did you mean \"20 ms\"?" */
};

/* False and a problem when it is refused. Beyond 100 % is left to the caller, who knows the range. */
bool unit_parse(enum unit_kind kind, const char *text, int64_t *value, struct unit_problem *problem);

/* The value in the largest unit in which it is whole: "90 s", "1500 B", "unlimited". Returns buffer. */
const char *unit_format(enum unit_kind kind, int64_t value, char buffer[UNIT_TEXT_BYTES]);
const char *unit_kind_text(enum unit_kind kind); /* "a duration" */
const char *unit_example(enum unit_kind kind);   /* "20 ms" */

#endif
