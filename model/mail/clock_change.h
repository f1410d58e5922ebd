/* What is kept as a date by a clock comes earlier or later when somebody sets that clock, or when it begins to go
   faster or slower. Times in nanoseconds of true time. */
#ifndef POSTROAD_MODEL_MAIL_CLOCK_CHANGE_H
#define POSTROAD_MODEL_MAIL_CLOCK_CHANGE_H

#include <stdint.h>

struct clock_change {
    int64_t now_ns;
    int64_t ahead_ns;        /* what the clock shows more at once; negative: less */
    int64_t was_ppm, is_ppm; /* how much faster than true time it went before, and goes from now on */
};

/* When the clock shows the date now that it would have shown at this instant; TIME_NEVER stays. Dates that the clock
   has shown are put as far away as the clock was set: how it went before that is not told. Never too early: rounded up.
 */
int64_t clock_change_moved(const struct clock_change *change, int64_t at_ns);

/* For people: "the clock was set back". */
const char *clock_change_text(const struct clock_change *change);

#endif
