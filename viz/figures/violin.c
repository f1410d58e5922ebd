/* Densities, mirrored: where values gather the shape is wide, so that several attempts show as several bellies.
   Gaussian kernels on the axis' own scale, with half of Silverman's width, which would blur the bellies into one. */
#include <math.h>

#include "sim/journal/memory.h"
#include "viz/draw/theme.h"
#include "viz/figures/samples.h"

enum { LEVELS = 160, MOST_KERNELS = 3000 };

/* On the axis, in pixels from its foot. */
static double height_of(const struct frame *f, double value)
{
    if (f->y.scale == FIGURE_LOG && value <= 0) return 0;
    return f->plot.y + f->plot.h - axis_at(&f->y, value);
}

struct shape {
    double from, step, widths[LEVELS]; /* widths up to 1 */
};

static double kernel_width(const double *at, size_t n)
{
    double mean = 0, squares = 0;
    for (size_t i = 0; i < n; i++)
        mean += at[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (at[i] - mean) * (at[i] - mean);
    double deviation = sqrt(squares / (double)n), middle = at[n * 3 / 4] - at[n / 4];
    double spread = middle > 0 ? fmin(deviation, middle / 1.349) : deviation;
    return 0.5 * 0.9 * spread * pow((double)n, -0.2);
}

static struct shape shape_of(const struct frame *f, const struct figure_sample *s)
{
    size_t n = s->n < MOST_KERNELS ? s->n : MOST_KERNELS;
    double *at = mem_alloc(n * sizeof *at), most = 0;
    for (size_t i = 0; i < n; i++)
        at[i] = height_of(f, s->values[i * s->n / n]);
    double width = fmax(kernel_width(at, n), 2 * f->look.unit);
    double from = fmax(0, at[0] - 2.5 * width), to = fmin(f->plot.h, at[n - 1] + 2.5 * width);
    struct shape shape = {.from = from, .step = (to - from) / (LEVELS - 1)};
    for (int k = 0; k < LEVELS; k++) {
        for (size_t i = 0; i < n; i++) {
            double d = (from + k * shape.step - at[i]) / width;
            if (fabs(d) < 4) shape.widths[k] += exp(-d * d / 2);
        }
        most = fmax(most, shape.widths[k]);
    }
    for (int k = 0; k < LEVELS && most > 0; k++)
        shape.widths[k] /= most;
    mem_free(at);
    return shape;
}

static void draw_shape(const struct frame *f, const struct figure_sample *s, double x, double width)
{
    struct shape shape = shape_of(f, s);
    struct point outline[2 * LEVELS];
    for (int k = 0; k < LEVELS; k++) {
        double y = f->plot.y + f->plot.h - shape.from - k * shape.step, half = shape.widths[k] * width / 2;
        outline[k] = point_of(x - half, y);
        outline[2 * LEVELS - 1 - k] = point_of(x + half, y);
    }
    struct colour colour = look_colour(s->series);
    canvas_polygon(f->look.canvas, outline, 2 * LEVELS, colour_with_alpha(colour, 0.28));
    canvas_polyline(f->look.canvas, outline, 2 * LEVELS, true, 1.1 * f->look.unit, colour);
}

static void draw_violin(const struct frame *f, const struct figure_sample *s, double x, double width)
{
    double u = f->look.unit;
    struct colour colour = look_colour(s->series);
    if (s->n) draw_shape(f, s, x, width);
    double low = height_of(f, s->quantiles[1]), high = height_of(f, s->quantiles[3]), foot = f->plot.y + f->plot.h;
    bool is_open = isinf(s->quantiles[3]);
    if (isfinite(s->quantiles[1]))
        canvas_line(f->look.canvas, point_of(x, foot - low), point_of(x, is_open ? f->plot.y : foot - high), 2.2 * u,
                    colour);
    if (isinf(s->quantiles[4])) frame_arrow(f, x, true, colour);
    if (isfinite(s->quantiles[2]))
        look_mark(&f->look, s->series, point_of(x, foot - height_of(f, s->quantiles[2])), fmin(4.2 * u, width * 0.3),
                  s->censored > 0);
}

void violin_draw(const struct look *look, const struct figure *figure)
{
    struct frame f = samples_open(look, figure);
    for (size_t i = 0; i < figure->n_samples; i++)
        draw_violin(&f, &figure->samples[i], samples_place(&f, &figure->samples[i]), samples_width(&f));
    samples_draw_names(&f);
}
