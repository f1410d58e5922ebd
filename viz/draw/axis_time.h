/* How times are written beside an axis: all in one form, with as many digits as tell its neighbours apart. */
#ifndef POSTROAD_VIZ_DRAW_AXIS_TIME_H
#define POSTROAD_VIZ_DRAW_AXIS_TIME_H

#include "viz/draw/view.h"

/* What is on the axis decides for all of it. */
struct axis_time {
    int64_t most_ns;  /* the largest */
    int64_t apart_ns; /* the least distance of two neighbours */
};

/* An instant: "1.89 s" where all is within a minute, "1:00.15" within an hour, "1:02:00.1", "3:15 h" where minutes are
   enough, "26:00 h", "3d 02:15" from two days on. */
const char *axis_time_text(struct axis_time axis, int64_t at_ns, char buffer[VIEW_TIME_BYTES]);
/* A duration, in the unit of the largest: "0.5 s", "20 ms", "5 µs". */
const char *axis_duration_text(struct axis_time axis, int64_t duration_ns, char buffer[VIEW_TIME_BYTES]);

#endif
