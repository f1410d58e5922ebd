#include "viz/figures/samples.h"

#include <math.h>

#include "sim/journal/memory.h"

static void ranges(const struct figure *figure, struct axis_range *x, struct axis_range *y)
{
    *x = *y = axis_range_none();
    for (size_t i = 0; i < figure->n_samples; i++) {
        const struct figure_sample *s = &figure->samples[i];
        axis_range_add(x, s->x);
        for (int q = 0; q < 5; q++)
            axis_range_add(y, s->quantiles[q]);
        if (figure->kind != FIGURE_VIOLIN || !s->n) continue;
        axis_range_add(y, s->values[0]);
        axis_range_add(y, s->values[s->n - 1]);
    }
}

/* The least distance between two places, in pixels. */
static double least_gap(const struct frame *f)
{
    const struct figure *figure = f->figure;
    double least = f->plot.w * 0.5;
    for (size_t i = 0; i < figure->n_samples; i++)
        for (size_t k = 0; k < i; k++) {
            double gap = fabs(axis_at(&f->x, figure->samples[i].x) - axis_at(&f->x, figure->samples[k].x));
            if (gap > 0.5) least = fmin(least, gap);
        }
    return least;
}

static double series_count(const struct figure *figure)
{
    return figure->n_series > 1 ? (double)figure->n_series : 1;
}

double samples_width(const struct frame *f)
{
    return fmin(least_gap(f) * 0.8 / series_count(f->figure), 46 * f->look.unit) * 0.86;
}

double samples_place(const struct frame *f, const struct figure_sample *s)
{
    return axis_at(&f->x, s->x) + ((double)s->series - (series_count(f->figure) - 1) / 2) * samples_width(f) / 0.86;
}

struct frame samples_open(const struct look *look, const struct figure *figure)
{
    struct axis_range x, y;
    ranges(figure, &x, &y);
    const struct frame_wish wish = {.right = frame_names_width(look, figure)};
    struct axis across = axis_new(&figure->x, x, false, 0.09),
                up = axis_new(&figure->y, y, true, figure->kind == FIGURE_VIOLIN ? 0.09 : 0.04);
    struct frame f = frame_open(look, figure, across, up, wish);
    frame_draw_axes(&f, wish);
    return f;
}

/* In their order, from the top. */
void samples_draw_names(const struct frame *f)
{
    size_t n = f->figure->n_series;
    struct frame_name *names = mem_alloc((n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = (struct frame_name){.text = f->figure->series[i].name, .series = i, .y = f->plot.y};
    frame_draw_names(f, names, n);
    mem_free(names);
}
