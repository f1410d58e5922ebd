/* Quantiles side by side: the box holds the middle half, the line is the median, the whiskers reach from 5 to 95 %.
   What was not reached goes on as an arrow at the edge. */
#include <math.h>

#include "sim/journal/memory.h"
#include "viz/draw/theme.h"
#include "viz/figures/samples.h"

/* Pixels; what was not reached lies at the edge. */
static double at_quantile(const struct frame *f, double value)
{
    if (isnan(value) || (isinf(value) && value > 0)) return f->plot.y;
    if (isinf(value) || (f->y.scale == FIGURE_LOG && value <= 0)) return f->plot.y + f->plot.h;
    return axis_at(&f->y, value);
}

static void draw_whisker(const struct frame *f, double x, double width, double from, double to, bool ends,
                         struct colour colour)
{
    double u = f->look.unit;
    canvas_line(f->look.canvas, point_of(x, from), point_of(x, to), 1.2 * u, colour);
    if (ends) canvas_line(f->look.canvas, point_of(x - width / 4, to), point_of(x + width / 4, to), 1.2 * u, colour);
}

static void draw_box(const struct frame *f, const struct figure_sample *s, double x, double width)
{
    double u = f->look.unit, y[5];
    struct colour colour = look_colour(s->series);
    for (int i = 0; i < 5; i++)
        y[i] = at_quantile(f, s->quantiles[i]);
    if (isinf(s->quantiles[0])) {
        frame_arrow(f, x, true, colour);
        return;
    }
    draw_whisker(f, x, width, y[1], y[0], true, colour);
    draw_whisker(f, x, width, y[3], y[4], isfinite(s->quantiles[4]), colour);
    if (isinf(s->quantiles[4])) frame_arrow(f, x, true, colour);
    struct box box = box_of(x - width / 2, y[3], width, fmax(1, y[1] - y[3]));
    canvas_fill(f->look.canvas, box, f->look.paper);
    canvas_fill(f->look.canvas, box, colour_with_alpha(colour, 0.22));
    canvas_stroke_round(f->look.canvas, box, 0, 1.3 * u, colour);
    canvas_line(f->look.canvas, point_of(x - width / 2, y[2]), point_of(x + width / 2, y[2]), 2.4 * u, colour);
    look_mark(&f->look, s->series, point_of(x, y[2]), fmin(4.2 * u, width * 0.3), s->censored > 0);
}

void box_draw(const struct look *look, const struct figure *figure)
{
    struct frame f = samples_open(look, figure);
    for (size_t i = 0; i < figure->n_samples; i++)
        draw_box(&f, &figure->samples[i], samples_place(&f, &figure->samples[i]), samples_width(&f));
    samples_draw_names(&f);
}
