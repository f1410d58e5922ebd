/* Where an instant lies on the time line, and how the wheel changes what of the run it shows.

   The whole run is laid out by screen time, so that the cursor goes evenly. Of a part the stands would be most, in which
   the clock waits until a caption is read: they take no room. And where screen time is too coarse, since half an hour
   passes in a second of it, time runs straight. */
#ifndef POSTROAD_VIZ_DRAW_TIMELINE_SCALE_H
#define POSTROAD_VIZ_DRAW_TIMELINE_SCALE_H

#include "viz/draw/view.h"

/* The strip proper within the box of the time line: between a row of marks above and a row of times below. */
struct box timeline_strip(struct box box, double unit);

/* Screen time at this x, within the view's span; and the instant, which may lie between two that screen time knows. */
int64_t timeline_screen_at(const struct view *view, struct box box, double x);
int64_t timeline_instant_at(const struct view *view, struct box box, double x);
/* And back, which may lie outside. */
double timeline_x_of(const struct view *view, struct box box, int64_t at_ns);
/* Of the present: while the clock stands, it goes on through the whole run. */
double timeline_x_of_cursor(const struct view *view, struct box box);
/* Whether all of the run is shown, with the clock's stands. */
bool timeline_shows_whole(const struct view *view);

/* A longer or shorter span, so that the instant stays at x, where it is; away from it only where the run ends too soon
   for that. factor: 0.5 shows half as much. */
struct span timeline_zoomed(const struct view *view, struct box box, double x, int64_t at_ns, double factor);

#endif
