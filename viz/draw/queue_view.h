/* The queues over hours and days: a row for each mail and recipient, from its writing to its end; each attempt a bar
   with its outcome and reply, the next one marked. What the present does not know yet is pale. */
#ifndef POSTROAD_VIZ_DRAW_QUEUE_VIEW_H
#define POSTROAD_VIZ_DRAW_QUEUE_VIEW_H

#include "viz/draw/queue_plan.h"
#include "viz/draw/view.h"

/* Scrolled by the view's rows; below 0: so that what is under way now is in sight. Returns how many rows are above. */
size_t queue_view_draw(const struct view *view, struct box box, const struct queue_plan *plan);

#endif
