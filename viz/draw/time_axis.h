/* An axis of virtual time, straight as a ruler, for the views of days and of microseconds alike: it shows the view's span.
   Pressed and dragged it seeks, the wheel over it zooms. */
#ifndef POSTROAD_VIZ_DRAW_TIME_AXIS_H
#define POSTROAD_VIZ_DRAW_TIME_AXIS_H

#include "viz/draw/view.h"

enum { SHORTEST_SPAN_NS = 1000 };

/* Within the box, left to right. */
double time_axis_x(const struct view *view, struct box box, int64_t at_ns);
int64_t time_axis_at(struct span span, struct box box, double x);

/* Lines at round times through the box, their times below it (view_units(v, 18) high), and a line for the present; notes
   the axis for the pointer. */
void time_axis_draw(const struct view *view, struct box box);

/* The span made longer or shorter around an instant, which stays where it is; never outside 0 to end_ns, never shorter
   than SHORTEST_SPAN_NS. factor: 0.5 shows half as much. */
struct span span_zoomed(struct span span, int64_t around_ns, double factor, int64_t end_ns);
/* The same length, so that the instant is in sight. */
struct span span_with(struct span span, int64_t at_ns, int64_t end_ns);

#endif
