/* The time line: the whole journey as a strip, with how much happens when, a mark for what matters, and a cursor to drag.
   Its scale is the pace's, so what is idle takes little room; the labels say the true times. */
#ifndef POSTROAD_VIZ_DRAW_TIMELINE_VIEW_H
#define POSTROAD_VIZ_DRAW_TIMELINE_VIEW_H

#include "viz/draw/view.h"

/* What does not move: density, marks, labels. Notes the targets only when it is asked to. */
void timeline_view_draw_still(const struct view *view, struct box box);
void timeline_view_draw_moving(const struct view *view, struct box box);
/* Screen time at this x, clamped; and back. */
int64_t timeline_screen_at(const struct pace *pace, struct box box, double unit, double x);
double timeline_x_at(const struct pace *pace, struct box box, double unit, int64_t screen_ns);

#endif
