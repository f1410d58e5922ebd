/* How times are written beside an axis: as elsewhere (view_time_text), with as many digits as tell its neighbours
 * apart. */
#ifndef POSTROAD_VIZ_DRAW_AXIS_TIME_H
#define POSTROAD_VIZ_DRAW_AXIS_TIME_H

#include "viz/draw/view.h"

/* What is on the axis decides for all of it. */
struct axis_time {
    int64_t most_ns;   /* the largest */
    int64_t apart_ns;  /* the least distance of two neighbours */
    bool tells_starts; /* the world has a time of day, and begins then */
    int64_t starts_unix_s;
};

/* An instant by its own size: "1.89 s" within the first minute, "1:00.15" within the first hour, "1:02:00.1" later. Of
   an axis on which minutes are enough all in one form: "0:15 h", "26:00 h"; "3d 02:15" where it is two days long. In a
   world that has a time of day "Tue 01:02" there; where seconds count "+1:00.15", so that it is not taken for one. */
struct axis_time axis_time_in(const struct view *view, int64_t most_ns, int64_t apart_ns);
const char *axis_time_text(struct axis_time axis, int64_t at_ns, char buffer[VIEW_TIME_BYTES]);
/* A duration, in the unit of the largest: "0.5 s", "20 ms", "5 µs". */
const char *axis_duration_text(struct axis_time axis, int64_t duration_ns, char buffer[VIEW_TIME_BYTES]);

#endif
