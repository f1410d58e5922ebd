/* Survival curves and distributions: steps with bands, small strokes where some ceased to be watched, and below, as
   medical journals have it, how many were still watched. */
#include <math.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/theme.h"
#include "viz/figures/frame.h"

enum { MOST_ROWS = 6 };

/* Corners of the steps of one of value, low and high; what would move by less than a fraction of a pixel is left out.
 */
struct corners {
    struct point *points;
    size_t n;
};

static double y_of(const struct frame *f, double share)
{
    return axis_at(&f->y, share);
}

static double part_of(const struct figure_point *p, int part)
{
    double value = part == 0 ? p->value : part < 0 ? p->low : p->high;
    return isnan(value) ? p->value : value;
}

static double x_of(const struct frame *f, double x)
{
    return x <= f->x.low ? f->plot.x : axis_at(&f->x, x);
}

static struct corners steps_of(const struct frame *f, const struct figure_series *s, int part)
{
    struct corners c = {mem_alloc((2 * s->n + 3) * sizeof *c.points), 0};
    double y = y_of(f, f->figure->kind == FIGURE_SURVIVAL ? 1 : 0), last = f->plot.x;
    c.points[c.n++] = point_of(f->plot.x, y);
    for (size_t i = 0; i < s->n; i++) {
        double x = x_of(f, s->points[i].x), to = y_of(f, part_of(&s->points[i], part));
        if (i + 1 < s->n && x - c.points[c.n - 1].x < 0.3 && fabs(to - y) < 0.3) continue;
        if (to != y) {
            c.points[c.n++] = point_of(x, y);
            c.points[c.n++] = point_of(x, to);
        }
        y = to;
        last = x;
    }
    c.points[c.n++] = point_of(last, y);
    return c;
}

static void draw_band(const struct frame *f, const struct figure_series *s)
{
    struct corners low = steps_of(f, s, -1), high = steps_of(f, s, 1);
    struct point *outline = mem_alloc((low.n + high.n) * sizeof *outline);
    for (size_t i = 0; i < high.n; i++)
        outline[i] = high.points[i];
    for (size_t i = 0; i < low.n; i++)
        outline[high.n + i] = low.points[low.n - 1 - i];
    canvas_polygon(f->look.canvas, outline, high.n + low.n, colour_with_alpha(look_colour(s->look), 0.13));
    mem_free(outline);
    mem_free(low.points);
    mem_free(high.points);
}

static void draw_ceased(const struct frame *f, const struct figure_series *s)
{
    double u = f->look.unit, last = -INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        double x = x_of(f, s->points[i].x), y = y_of(f, s->points[i].value);
        if (!s->points[i].ceased || x - last < 2.5 * u) continue;
        canvas_line(f->look.canvas, point_of(x, y - 4 * u), point_of(x, y + 4 * u), 1.1 * u, look_colour(s->look));
        last = x;
    }
}

/* A mark where half have ended, so that a curve is known also in grey. */
static void draw_half(const struct frame *f, const struct figure_series *s)
{
    bool falls = f->figure->kind == FIGURE_SURVIVAL;
    for (size_t i = 0; i < s->n; i++) {
        if (falls ? s->points[i].value > 0.5 : s->points[i].value < 0.5) continue;
        look_mark(&f->look, s->look, point_of(x_of(f, s->points[i].x), y_of(f, 0.5)), 4.2 * f->look.unit, false);
        return;
    }
}

static void draw_series(const struct frame *f, const struct figure_series *s)
{
    struct corners c = steps_of(f, s, 0);
    if (s->is_reference)
        canvas_polyline(f->look.canvas, c.points, c.n, false, 1.1 * f->look.unit, f->look.faint);
    else
        look_stroke(&f->look, s->look, c.points, c.n, 1.8 * f->look.unit);
    mem_free(c.points);
    if (s->is_reference) return;
    draw_ceased(f, s);
    draw_half(f, s);
}

static size_t at_risk(const struct figure_series *s, double x)
{
    size_t below = 0, above = s->n;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        if (s->points[middle].x >= x)
            above = middle;
        else
            below = middle + 1;
    }
    return below < s->n ? s->points[below].at_risk : 0;
}

static double row_height(const struct look *look)
{
    return look_text(look, LOOK_SMALL).size * 1.35;
}

static void draw_at_risk(const struct frame *f)
{
    const struct look *look = &f->look;
    double u = look->unit, height = row_height(look), y = f->under + 2 * u;
    struct text_style style = look_text(look, LOOK_SMALL);
    style.colour = look->faint;
    canvas_text(look->canvas, box_of(f->plot.x, y, f->plot.w, height), &style, tr("Not ended, and still watched:"));
    style.across = ALIGN_CENTRE;
    for (size_t s = 0; s < f->figure->n_series; s++) {
        y += height;
        look_mark(look, f->figure->series[s].look, point_of(f->plot.x - 22 * u, y + height / 2), 3 * u, false);
        style.colour = look_colour(f->figure->series[s].look);
        for (int i = 0; i < f->x.n_ticks; i++) {
            char text[24];
            snprintf(text, sizeof text, "%zu", at_risk(&f->figure->series[s], f->x.ticks[i].value));
            if (*f->x.ticks[i].text)
                canvas_text(look->canvas, box_of(axis_at(&f->x, f->x.ticks[i].value) - 30 * u, y, 60 * u, height),
                            &style, text);
        }
    }
}

static struct axis_range times_of(const struct figure *figure)
{
    struct axis_range x = axis_range_none();
    for (size_t s = 0; s < figure->n_series; s++)
        for (size_t i = 0; i < figure->series[s].n; i++)
            if (figure->x.scale != FIGURE_AUTO || figure->series[s].points[i].x > 0)
                axis_range_add(&x, figure->series[s].points[i].x);
    return x;
}

static void draw_names(const struct frame *f)
{
    const struct figure *figure = f->figure;
    struct frame_name *names = mem_alloc(figure->n_series * sizeof *names);
    for (size_t s = 0; s < figure->n_series; s++) {
        const struct figure_series *series = &figure->series[s];
        const struct figure_point *last = series->n ? &series->points[series->n - 1] : NULL;
        names[s] = (struct frame_name){.text = series->name,
                                       .series = series->look,
                                       .y = y_of(f, last ? last->value : 1),
                                       .is_reference = series->is_reference,
                                       .with_line = true,
                                       .from_x = last ? x_of(f, last->x) : f->plot.x};
    }
    frame_draw_names(f, names, figure->n_series);
    mem_free(names);
}

void steps_draw(const struct look *look, const struct figure *figure)
{
    struct axis_range y = {0, 1, 1, false, false};
    bool has_rows = figure->n_series <= MOST_ROWS && canvas_height(look->canvas) > 300;
    const struct frame_wish wish = {
        .right = frame_names_width(look, figure),
        .under = has_rows ? row_height(look) * (double)(figure->n_series + 1) + 6 * look->unit : 0};
    struct axis across = axis_new(&figure->x, times_of(figure), true, 0.02), up = axis_new(&figure->y, y, true, 0);
    struct frame f = frame_open(look, figure, across, up, wish);
    frame_draw_axes(&f, wish);
    for (size_t s = 0; s < figure->n_series; s++)
        if (!figure->series[s].is_reference) draw_band(&f, &figure->series[s]);
    for (size_t s = 0; s < figure->n_series; s++)
        draw_series(&f, &figure->series[s]);
    draw_names(&f);
    if (has_rows) draw_at_risk(&f);
}
