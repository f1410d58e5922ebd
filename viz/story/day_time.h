/* The time of day in a world whose scenario says when it starts: "09:12 on Monday", beside the virtual time. UTC, as
   the Date of its mails. A world of which nothing is said starts at an instant that means nothing; there it is not
   told. */
#ifndef POSTROAD_VIZ_STORY_DAY_TIME_H
#define POSTROAD_VIZ_STORY_DAY_TIME_H

#include <stdbool.h>
#include <stdint.h>

enum { DAY_TIME_BYTES = 64 };

/* Whether a scenario, as JSON, says when it starts. */
bool day_time_is_told(const char *scenario);

/* "09:12 on Monday"; starts_unix_s: as in run.begin. Returns buffer. */
const char *day_time_text(int64_t starts_unix_s, int64_t at_ns, char buffer[DAY_TIME_BYTES]);
/* "Mon 09:12", for a column. */
const char *day_time_short(int64_t starts_unix_s, int64_t at_ns, char buffer[DAY_TIME_BYTES]);

/* The same in the language of the window: "Di 09:12". */
const char *day_time_column(int64_t starts_unix_s, int64_t at_ns, char buffer[DAY_TIME_BYTES]);

#endif
