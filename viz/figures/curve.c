/* Values with intervals over x, the same around zero, and queues over time: lines with bands. */
#include <math.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/theme.h"
#include "viz/figures/frame.h"

/* An end at or below zero of what is above zero would forbid a logarithmic axis: it is drawn to the edge. */
static void add_range(struct axis_range *range, const struct figure_point *p)
{
    axis_range_add(range, p->value);
    if (p->low > 0 || p->value <= 0) axis_range_add(range, p->low);
    axis_range_add(range, p->high);
}

static void ranges(const struct figure *figure, struct axis_range *x, struct axis_range *y)
{
    *x = *y = axis_range_none();
    for (size_t s = 0; s < figure->n_series; s++)
        for (size_t i = 0; i < figure->series[s].n; i++) {
            axis_range_add(x, figure->series[s].points[i].x);
            if (figure->series[s].is_reference)
                axis_range_add(y, figure->series[s].points[i].value);
            else
                add_range(y, &figure->series[s].points[i]);
        }
    if (figure->kind == FIGURE_DIFFERENCE) axis_range_add(y, 0);
}

/* Series stand side by side: on a named axis with room between them, on others just so that none hides the next. */
static double place_of(const struct frame *f, size_t series, double x)
{
    double at = axis_at(&f->x, x), n = 0;
    for (size_t i = 0; i < f->figure->n_series; i++)
        n += !f->figure->series[i].is_reference;
    if (n < 2 || f->figure->kind == FIGURE_QUEUE || f->figure->series[series].is_reference) return at;
    double room = f->x.scale == FIGURE_NAMED ? f->plot.w / (double)(f->x.of->n_names + 1) * 0.5
                                             : fmin(3.4 * f->look.unit * (n - 1), f->plot.w * 0.02);
    return at + room * ((double)series / (n - 1) - 0.5);
}

static double within(const struct frame *f, double y)
{
    return fmax(f->plot.y, fmin(y, f->plot.y + f->plot.h));
}

/* Zero and what is below it lie infinitely far down on a logarithmic axis. */
static bool has_place(const struct frame *f, double value)
{
    return isfinite(value) && (f->y.scale != FIGURE_LOG || value > 0);
}

static double edge_or(const struct frame *f, double value, bool upper)
{
    if (isinf(value)) return upper ? f->plot.y : f->plot.y + f->plot.h;
    return has_place(f, value) ? within(f, axis_at(&f->y, value)) : f->plot.y + f->plot.h;
}

/* A stroke says that the interval ends here: not where it only leaves the axis. */
static void draw_cap(const struct frame *f, double x, double end, double at, struct colour colour)
{
    double u = f->look.unit, cap = 3.2 * u;
    if (!has_place(f, end) || fabs(axis_at(&f->y, end) - at) > 0.01 * u) return;
    canvas_line(f->look.canvas, point_of(x - cap, at), point_of(x + cap, at), 1.3 * u, colour);
}

static void draw_interval(const struct frame *f, const struct figure_point *p, double x, struct colour colour)
{
    bool has_bounds = isfinite(p->low) || isfinite(p->high);
    if (isnan(p->low) || isnan(p->high) || isnan(p->value) || !has_bounds) return;
    if (isfinite(p->high) && !has_place(f, p->high)) return;
    double low = edge_or(f, p->low, isinf(p->low) && p->low > 0), high = edge_or(f, p->high, true);
    canvas_line(f->look.canvas, point_of(x, low), point_of(x, high), 1.3 * f->look.unit, colour);
    draw_cap(f, x, p->low, low, colour);
    draw_cap(f, x, p->high, high, colour);
}

/* Many places: a band says what bars would, and marks would hide the line. */
static bool has_band(const struct frame *f)
{
    return f->figure->kind == FIGURE_QUEUE;
}

static void draw_band(const struct frame *f, const struct figure_series *s)
{
    struct point *outline = mem_alloc(2 * s->n * sizeof *outline);
    size_t n = 0;
    for (size_t i = 0; i < s->n; i++)
        if (isfinite(s->points[i].high))
            outline[n++] = point_of(axis_at(&f->x, s->points[i].x), edge_or(f, s->points[i].high, true));
    for (size_t i = s->n; i-- > 0;)
        if (isfinite(s->points[i].low))
            outline[n++] = point_of(axis_at(&f->x, s->points[i].x), edge_or(f, s->points[i].low, false));
    if (n > 2) canvas_polygon(f->look.canvas, outline, n, colour_with_alpha(look_colour(s->look), 0.15));
    mem_free(outline);
}

/* The line goes on over what has a value; places without one break it. */
static void draw_line(const struct frame *f, const struct figure_series *s, size_t number)
{
    if (f->x.scale == FIGURE_NAMED || s->is_scatter) return;
    struct point *points = mem_alloc((s->n + 1) * sizeof *points);
    size_t n = 0;
    for (size_t i = 0; i <= s->n; i++) {
        if (i < s->n && has_place(f, s->points[i].value)) {
            points[n++] = point_of(place_of(f, number, s->points[i].x), axis_at(&f->y, s->points[i].value));
            continue;
        }
        if (n > 1 && s->is_reference)
            canvas_polyline(f->look.canvas, points, n, false, 1.1 * f->look.unit, f->look.faint);
        if (n > 1 && !s->is_reference) look_stroke(&f->look, s->look, points, n, 1.8 * f->look.unit);
        n = 0;
    }
    mem_free(points);
}

static void draw_marks(const struct frame *f, const struct figure_series *s, size_t number)
{
    for (size_t i = 0; i < s->n && !s->is_reference; i++) {
        const struct figure_point *p = &s->points[i];
        double x = place_of(f, number, p->x);
        if (!isnan(p->value) && !has_place(f, p->value)) frame_arrow(f, x, p->value > 0, look_colour(s->look));
        if (has_place(f, p->value))
            look_mark(&f->look, s->look, point_of(x, axis_at(&f->y, p->value)), 4.2 * f->look.unit, p->censored > 0);
    }
}

static void draw_names(const struct frame *f)
{
    const struct figure *figure = f->figure;
    struct frame_name *names = mem_alloc(figure->n_series * sizeof *names);
    size_t n = 0;
    for (size_t s = 0; s < figure->n_series; s++) {
        const struct figure_series *series = &figure->series[s];
        if (!series->n) continue;
        const struct figure_point *last = &series->points[series->n - 1];
        double y = isfinite(last->value) ? edge_or(f, last->value, false) : f->plot.y;
        names[n++] = (struct frame_name){.text = series->name,
                                         .series = series->look,
                                         .y = y,
                                         .is_reference = series->is_reference,
                                         .with_line = true,
                                         .from_x = place_of(f, s, last->x)};
    }
    frame_draw_names(f, names, n);
    mem_free(names);
}

/* What lies above and below zero means. */
static void draw_zero(const struct frame *f)
{
    const struct look *look = &f->look;
    double u = look->unit, zero = axis_at(&f->y, 0), left = f->plot.x, right = left + f->plot.w;
    canvas_line(look->canvas, point_of(left, zero), point_of(right, zero), 1.2 * u, look->ink);
    struct text_style style = look_text(look, LOOK_SMALL);
    style.italic = true;
    style.colour = look->faint;
    char text[200];
    struct box box = box_of(left + 8 * u, f->plot.y, f->plot.w - 16 * u, 16 * u);
    snprintf(text, sizeof text, "\u2191 %s", f->figure->above ? f->figure->above : "");
    if (f->figure->above && zero - f->plot.y > 30 * u) canvas_text(look->canvas, box, &style, text);
    box.y = f->plot.y + f->plot.h - 17 * u;
    snprintf(text, sizeof text, "\u2193 %s", f->figure->below ? f->figure->below : "");
    if (f->figure->below && box.y - zero > 14 * u) canvas_text(look->canvas, box, &style, text);
}

static void draw_intervals(const struct frame *f, const struct figure_series *s, size_t number)
{
    if (has_band(f)) draw_band(f, s);
    for (size_t i = 0; i < s->n && !s->is_reference && !has_band(f); i++)
        draw_interval(f, &s->points[i], place_of(f, number, s->points[i].x), look_colour(s->look));
}

/* Intervals lie below lines, and lines below marks. */
static void draw_series(const struct frame *f)
{
    const struct figure_series *series = f->figure->series;
    for (size_t s = 0; s < f->figure->n_series; s++)
        draw_intervals(f, &series[s], s);
    for (size_t s = 0; s < f->figure->n_series; s++)
        draw_line(f, &series[s], s);
    for (size_t s = 0; s < f->figure->n_series && !has_band(f); s++)
        draw_marks(f, &series[s], s);
}

void curve_draw(const struct look *look, const struct figure *figure)
{
    struct axis_range x, y;
    ranges(figure, &x, &y);
    const struct frame_wish wish = {.right = frame_names_width(look, figure)};
    bool is_difference = figure->kind == FIGURE_DIFFERENCE;
    struct axis across = axis_new(&figure->x, x, false, 0.025), up = axis_new(&figure->y, y, !is_difference, 0.04);
    struct frame f = frame_open(look, figure, across, up, wish);
    frame_draw_axes(&f, wish);
    if (is_difference && up.scale != FIGURE_LOG) draw_zero(&f);
    draw_series(&f);
    draw_names(&f);
}
