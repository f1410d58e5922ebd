/* A value for each cell of a grid: brightness says it, and so do the digits where there is room. */
#include <math.h>

#include "sim/journal/tr.h"
#include "viz/draw/theme.h"
#include "viz/figures/frame.h"

static struct axis_range cells_range(const struct figure *figure)
{
    struct axis_range r = axis_range_none();
    for (size_t i = 0; i < figure->x.n_names * figure->y.n_names; i++)
        axis_range_add(&r, figure->cells[i].value);
    return r;
}

static double part_of(const struct axis *a, double value)
{
    return isinf(value) ? 1 : (axis_at(a, value) - a->from) / (a->to - a->from);
}

static size_t cells_count(const struct figure *figure)
{
    return figure->x.n_names * figure->y.n_names;
}

static struct point cell_size(const struct frame *f)
{
    return point_of(f->plot.w / (double)f->figure->x.n_names, f->plot.h / (double)f->figure->y.n_names);
}

/* Whether all cells have room for their intervals: all or none. */
static bool intervals_fit(const struct frame *f)
{
    double width = cell_size(f).x, height = cell_size(f).y;
    struct text_style small = look_text(&f->look, LOOK_SMALL);
    char text[VALUE_RANGE_BYTES];
    bool fit = height > 3.2 * look_text(&f->look, LOOK_PLAIN).size;
    for (size_t i = 0; fit && i < cells_count(f->figure); i++) {
        const struct figure_point *p = &f->figure->cells[i];
        if (isnan(p->value) || isnan(p->low)) continue;
        fit = canvas_text_fits(f->look.canvas, &small, value_text_range(f->figure->cell.unit, p->low, p->high, text),
                               width - 10 * f->look.unit);
    }
    return fit;
}

/* The value, its interval, and a ring where some had not ended. */
static void draw_cell_text(const struct frame *f, const struct figure_point *p, struct box box, bool with_interval,
                           struct colour colour)
{
    const struct look *look = &f->look;
    char value[VALUE_TEXT_BYTES], text[VALUE_RANGE_BYTES];
    double u = look->unit;
    struct text_style style = look_text(look, LOOK_PLAIN), small = look_text(look, LOOK_SMALL);
    style.across = small.across = style.down = small.down = ALIGN_CENTRE;
    style.colour = small.colour = colour;
    bool has_interval = with_interval && isfinite(p->low) && isfinite(p->high);
    value_text(f->figure->cell.unit, p->value, value);
    double up = has_interval ? small.size * 0.65 : 0, down = style.size * 0.72;
    if (canvas_text_fits(look->canvas, &style, value, box.w - 4 * u))
        canvas_text(look->canvas, box_of(box.x, box.y - up, box.w, box.h), &style, value);
    if (has_interval)
        canvas_text(look->canvas, box_of(box.x, box.y + down, box.w, box.h), &small,
                    value_text_range(f->figure->cell.unit, p->low, p->high, text));
    if (p->censored > 0)
        canvas_ring(look->canvas, point_of(box.x + box.w - 7 * u, box.y + 7 * u), 2.6 * u, 1.2 * u, colour);
}

static void draw_cells(const struct frame *f, const struct axis *bar, bool with_intervals)
{
    const struct figure *figure = f->figure;
    double w = cell_size(f).x, h = cell_size(f).y;
    for (size_t i = 0; i < cells_count(figure); i++) {
        const struct figure_point *p = &figure->cells[i];
        double column = (double)(i % figure->x.n_names), row = (double)(i / figure->x.n_names);
        struct box cell = box_of(f->plot.x + column * w, f->plot.y + f->plot.h - (row + 1) * h, w, h);
        if (isnan(p->value)) continue;
        struct colour colour = look_heat(part_of(bar, p->value));
        cell = box_inset(cell, 0.75 * f->look.unit);
        canvas_fill(f->look.canvas, cell, colour);
        draw_cell_text(f, p, cell, with_intervals, look_on(colour));
    }
}

/* What the brightness means: its name stands above the bar, at the right. */
static void draw_bar(const struct frame *f, const struct axis *bar)
{
    enum { STRIPES = 120 };
    const struct look *look = &f->look;
    double u = look->unit, left = f->plot.x + f->plot.w + 18 * u, width = 12 * u, h = f->plot.h / STRIPES;
    for (int i = 0; i < STRIPES; i++)
        canvas_fill(look->canvas, box_of(left, f->plot.y + f->plot.h - (i + 1) * h, width, h + 0.6),
                    look_heat((i + 0.5) / STRIPES));
    struct text_style style = look_text(look, LOOK_PLAIN);
    char title[200];
    style.colour = look->faint;
    style.across = style.down = ALIGN_END;
    double middle = f->plot.x + f->plot.w / 3;
    canvas_text(look->canvas, box_of(middle, f->plot.y - 35 * u, canvas_width(look->canvas) - 16 * u - middle, 26 * u),
                &style, axis_title(bar, title, sizeof title));
    style = look_text(look, LOOK_SMALL);
    style.down = ALIGN_CENTRE;
    for (int i = 0; i < bar->n_ticks; i++) {
        double y = axis_at(bar, bar->ticks[i].value);
        if (!*bar->ticks[i].text) continue;
        canvas_line(look->canvas, point_of(left + width, y), point_of(left + width + 3 * u, y), 0.9 * u, look->ink);
        canvas_text(look->canvas, box_of(left + width + 5 * u, y - 10 * u, 60 * u, 20 * u), &style, bar->ticks[i].text);
    }
}

/* With the caption of what will be seen: whether intervals have room depends on how long that is. */
void heat_draw(const struct look *look, const struct figure *figure)
{
    struct frame_wish wish = {.right = 80 * look->unit, .without_grid = true, .only_measured = true};
    struct figure shown = *figure;
    struct axis bar = axis_new(&figure->cell, cells_range(figure), true, 0),
                x = axis_new(&figure->x, axis_range_none(), false, 0),
                y = axis_new(&figure->y, axis_range_none(), false, 0);
    if (figure->cells_caption) shown.caption = figure->cells_caption;
    struct frame f = frame_open(look, &shown, x, y, wish);
    bool with_intervals = intervals_fit(&f);
    if (!with_intervals) shown.caption = figure->caption;
    wish.only_measured = false;
    f = frame_open(look, &shown, x, y, wish);
    axis_place(&bar, f.plot.y + f.plot.h, f.plot.y, 26 * look->unit);
    draw_cells(&f, &bar, with_intervals);
    frame_draw_axes(&f, wish);
    draw_bar(&f, &bar);
}
