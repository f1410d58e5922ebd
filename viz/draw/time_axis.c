#include "viz/draw/time_axis.h"

#include <math.h>

#include "sim/journal/vtime.h"
#include "viz/draw/axis_time.h"

/* Round for people: seconds in tenths, minutes in halves, days in quarters. */
static const int64_t steps[] = {
    1,           2,           5,           10,          20,          50,          100,       200,        500,
    1000,        2000,        5000,        10000,       20000,       50000,       100000,    200000,     500000,
    MILLISECOND, 2000000,     5000000,     10000000,    20000000,    50000000,    100000000, 200000000,  500000000,
    SECOND,      2 * SECOND,  5 * SECOND,  10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE,    2 * MINUTE, 5 * MINUTE,
    10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR,        2 * HOUR,    3 * HOUR,    6 * HOUR,  12 * HOUR,  DAY,
    2 * DAY,     5 * DAY,     10 * DAY,    30 * DAY,    100 * DAY,   365 * DAY,   1000 * DAY};

static const double apart_units = 4, before_units = 8; /* labels, at least; the first begins so far before the box */

static int64_t step_for(double least_ns)
{
    size_t i = 0, n = sizeof steps / sizeof steps[0];
    while (i + 1 < n && (double)steps[i] < least_ns)
        i++;
    return steps[i];
}

double time_axis_x(const struct view *v, struct box box, int64_t at_ns)
{
    double length = (double)(v->span.to_ns - v->span.from_ns);
    return box.x + (length > 0 ? (double)(at_ns - v->span.from_ns) / length * box.w : 0);
}

int64_t time_axis_at(struct span span, struct box box, double x)
{
    double part = box.w > 0 ? (x - box.x) / box.w : 0;
    return span.from_ns + (int64_t)(fmax(0, fmin(1, part)) * (double)(span.to_ns - span.from_ns));
}

static double label_width(const struct view *v, const struct text_style *style, const char *text)
{
    return canvas_measure(v->canvas, style, text, 0).x + 2;
}

/* So that no label is missing for want of room: the first cannot stand in the middle of its line, but begins near the
   box's edge. */
static int64_t step_with_room(const struct view *v, struct box box, const struct text_style *style)
{
    double a_unit = (double)(v->span.to_ns - v->span.from_ns) / fmax(1, box.w), w = view_units(v, 86);
    for (;;) {
        char text[VIEW_TIME_BYTES];
        int64_t step = step_for(a_unit * w), last_ns = v->span.to_ns / step * step;
        axis_time_text(axis_time_in(v, last_ns, step), last_ns, text);
        double least = 1.5 * label_width(v, style, text) + view_units(v, apart_units - before_units);
        if ((double)step >= a_unit * least || step == steps[sizeof steps / sizeof *steps - 1]) return step;
        w = fmax(w + 1, least);
    }
}

void time_axis_draw(const struct view *v, struct box box)
{
    struct text_style style = view_mono(v, FONT_SMALL);
    style.colour = v->theme->faint;
    style.across = ALIGN_CENTRE;
    double free = box.x - view_units(v, before_units);
    int64_t step = step_with_room(v, box, &style);
    const struct axis_time form = axis_time_in(v, v->span.to_ns / step * step, step);
    for (int64_t at = (v->span.from_ns + step - 1) / step * step; at <= v->span.to_ns; at += step) {
        char text[VIEW_TIME_BYTES];
        axis_time_text(form, at, text);
        double x = time_axis_x(v, box, at), wide = label_width(v, &style, text);
        double left = fmax(box.x - view_units(v, before_units), fmin(x - wide / 2, box.x + box.w - wide));
        canvas_line(v->canvas, point_of(x, box.y), point_of(x, box.y + box.h), 1, v->theme->grid);
        if (left < free) continue;
        free = left + wide + view_units(v, apart_units);
        canvas_text(v->canvas, box_of(left, box.y + box.h + view_units(v, 3), wide, view_units(v, 15)), &style, text);
    }
    double now = time_axis_x(v, box, story_now(v->story));
    if (now >= box.x - 1 && now <= box.x + box.w + 1)
        canvas_line(v->canvas, point_of(now, box.y), point_of(now, box.y + box.h), view_units(v, 2), v->theme->accent);
    if (v->axis) *v->axis = (struct time_axis){box, v->span};
    targets_add_box(v->targets, ACT_TIME_AXIS, v->id, box_of(box.x, box.y + box.h, box.w, view_units(v, 18)));
}

struct span span_zoomed(struct span span, int64_t around_ns, double factor, int64_t end_ns)
{
    double length = (double)(span.to_ns - span.from_ns), most = (double)(end_ns > 0 ? end_ns : 1);
    double wanted = fmin(most, fmax(SHORTEST_SPAN_NS, length * factor));
    double part = length > 0 ? (double)(around_ns - span.from_ns) / length : 0.5;
    double from = fmax(0, fmin(most - wanted, (double)around_ns - fmax(0, fmin(1, part)) * wanted));
    return (struct span){(int64_t)from, (int64_t)ceil(from + wanted)};
}

struct span span_with(struct span span, int64_t at_ns, int64_t end_ns)
{
    int64_t length = span.to_ns - span.from_ns, from = span.from_ns;
    if (at_ns >= span.from_ns && at_ns <= span.to_ns) return span;
    from = at_ns - length / 4;
    if (from > end_ns - length) from = end_ns - length;
    if (from < 0) from = 0;
    return (struct span){from, from + length};
}
