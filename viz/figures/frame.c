#include "viz/figures/frame.h"

#include <math.h>
#include <stdlib.h>

#include "sim/journal/memory.h"
#include "viz/draw/theme.h"

enum { TITLE_ROOM = 400 };

struct point frame_at(const struct frame *f, double x, double y)
{
    return point_of(axis_at(&f->x, x), axis_at(&f->y, y));
}

/* ---- What stands above and below ---- */

/* Its size; drawn or not. */
static struct point put_text(const struct look *look, struct box box, const struct text_style *style, const char *text,
                             bool only_measured)
{
    return only_measured ? canvas_measure(look->canvas, style, text, box.w)
                         : canvas_text(look->canvas, box, style, text);
}

static double draw_title(const struct look *look, const struct figure *figure, double margin, bool only_measured)
{
    struct text_style style = look_text(look, LOOK_TITLE);
    style.lines = 2;
    struct box box = box_of(margin, margin, canvas_width(look->canvas) - 2 * margin, 60 * look->unit);
    return margin + put_text(look, box, &style, figure->title, only_measured).y;
}

/* Returns its upper edge. */
static double draw_caption(const struct look *look, const struct figure *figure, double margin, bool only_measured)
{
    struct text_style style = look_text(look, LOOK_SMALL);
    style.colour = look->faint;
    style.lines = 8;
    double width = canvas_width(look->canvas) - 2 * margin;
    struct point size = canvas_measure(look->canvas, &style, figure->caption, width);
    double top = canvas_height(look->canvas) - margin * 0.8 - size.y, line = top - 5 * look->unit;
    if (only_measured) return line - 4 * look->unit;
    canvas_text(look->canvas, box_of(margin, top, width, size.y), &style, figure->caption);
    canvas_line(look->canvas, point_of(margin, line), point_of(margin + width, line), 0.6 * look->unit, look->grid);
    return line - 4 * look->unit;
}

static double widest_tick(const struct look *look, const struct axis *axis)
{
    struct text_style style = look_text(look, LOOK_SMALL);
    double widest = 0;
    for (int i = 0; i < axis->n_ticks; i++)
        widest = fmax(widest, canvas_measure(look->canvas, &style, axis->ticks[i].text, 0).x);
    return widest;
}

/* Ticks of the x axis as near as their texts allow. */
static void place_x(struct frame *f)
{
    double gap = (f->x.scale == FIGURE_LINEAR ? 56 : 30) * f->look.unit, left = f->plot.x,
           right = f->plot.x + f->plot.w;
    for (int tries = 0; tries < 6; tries++) {
        axis_place(&f->x, left, right, gap);
        double needed = widest_tick(&f->look, &f->x) + 10 * f->look.unit;
        if (needed <= gap) break;
        gap = needed;
    }
}

struct frame frame_open(const struct look *look, const struct figure *figure, struct axis x, struct axis y,
                        struct frame_wish wish)
{
    struct frame f = {.look = *look, .figure = figure, .x = x, .y = y};
    double u = look->unit, margin = 16 * u, text = look_text(look, LOOK_SMALL).size * 1.3;
    double top = draw_title(look, figure, margin, wish.only_measured) + 4 * u,
           bottom = draw_caption(look, figure, margin, wish.only_measured);
    struct text_style style = look_text(look, LOOK_PLAIN);
    char title[TITLE_ROOM];
    if (!wish.without_y) {
        style.colour = look->faint;
        struct box box = box_of(margin, top, canvas_width(look->canvas) - 2 * margin, 20 * u);
        top += put_text(look, box, &style, axis_title(&y, title, sizeof title), wish.only_measured).y;
    }
    top += 9 * u;
    bottom -= wish.under + text + 8 * u + look_text(look, LOOK_PLAIN).size * 1.4;
    axis_place(&f.y, bottom, top, 34 * u);
    double left = margin + wish.left + (wish.without_y ? 0 : widest_tick(look, &f.y) + 8 * u);
    f.plot = box_of(left, top, canvas_width(look->canvas) - margin - wish.right - left, bottom - top);
    place_x(&f);
    f.under = bottom + text + 8 * u + look_text(look, LOOK_PLAIN).size * 1.4;
    return f;
}

/* ---- Axes ---- */

static void draw_y_axis(const struct frame *f, bool with_grid)
{
    const struct look *look = &f->look;
    double u = look->unit, left = f->plot.x, right = f->plot.x + f->plot.w;
    struct text_style style = look_text(look, LOOK_SMALL);
    style.across = ALIGN_END;
    style.down = ALIGN_CENTRE;
    for (int i = 0; i < f->y.n_ticks; i++) {
        const struct axis_tick *t = &f->y.ticks[i];
        double y = axis_at(&f->y, t->value);
        if (!*t->text) {
            canvas_line(look->canvas, point_of(left - 2.5 * u, y), point_of(left, y), 0.7 * u, look->faint);
            continue;
        }
        if (with_grid) canvas_line(look->canvas, point_of(left, y), point_of(right, y), 0.8 * u, look->grid);
        canvas_line(look->canvas, point_of(left - 4 * u, y), point_of(left, y), 0.9 * u, look->ink);
        canvas_text(look->canvas, box_of(0, y - 10 * u, left - 6.5 * u, 20 * u), &style, t->text);
    }
    canvas_line(look->canvas, point_of(left, f->plot.y), point_of(left, f->plot.y + f->plot.h), 0.9 * u, look->ink);
}

static void draw_x_tick(const struct frame *f, const struct axis_tick *t, double room)
{
    const struct look *look = &f->look;
    double u = look->unit, x = axis_at(&f->x, t->value), bottom = f->plot.y + f->plot.h;
    double length = *t->text ? 4 * u : 2.5 * u;
    canvas_line(look->canvas, point_of(x, bottom), point_of(x, bottom + length), 0.9 * u,
                *t->text ? look->ink : look->faint);
    struct text_style style = look_text(look, LOOK_SMALL);
    style.across = ALIGN_CENTRE;
    style.cut_middle = style.may_be_cut = true;
    canvas_text(look->canvas, box_of(x - room / 2, bottom + 5.5 * u, room, 16 * u), &style, t->text);
}

static void draw_x_axis(const struct frame *f)
{
    const struct look *look = &f->look;
    double u = look->unit, bottom = f->plot.y + f->plot.h, text = look_text(look, LOOK_SMALL).size * 1.3;
    double room = f->x.scale == FIGURE_NAMED ? f->plot.w / (double)(f->x.of->n_names + 1) * 1.1 : 120 * u;
    for (int i = 0; i < f->x.n_ticks; i++)
        draw_x_tick(f, &f->x.ticks[i], room);
    canvas_line(look->canvas, point_of(f->plot.x, bottom), point_of(f->plot.x + f->plot.w, bottom), 0.9 * u, look->ink);
    char title[TITLE_ROOM];
    struct text_style style = look_text(look, LOOK_PLAIN);
    style.colour = look->faint;
    style.across = ALIGN_CENTRE;
    canvas_text(look->canvas, box_of(f->plot.x, bottom + text + 7 * u, f->plot.w, 20 * u), &style,
                axis_title(&f->x, title, sizeof title));
}

void frame_draw_axes(struct frame *f, struct frame_wish wish)
{
    if (!wish.without_y) draw_y_axis(f, !wish.without_grid);
    draw_x_axis(f);
}

void frame_arrow(const struct frame *f, double x, bool up, struct colour colour)
{
    double u = f->look.unit, edge = up ? f->plot.y : f->plot.y + f->plot.h, way = up ? -1 : 1;
    canvas_arrow(f->look.canvas, point_of(x, edge - way * 11 * u), point_of(x, edge + way * 2 * u), 1.6 * u, 7 * u,
                 colour);
}

/* ---- Names ---- */

double frame_names_width(const struct look *look, const struct figure *figure)
{
    struct text_style style = look_text(look, LOOK_PLAIN);
    double widest = 0, most = canvas_width(look->canvas) * 0.28;
    for (size_t i = 0; i < figure->n_series && figure->n_series > 1; i++)
        widest = fmax(widest, canvas_measure(look->canvas, &style, figure->series[i].name, 0).x);
    return widest > 0 ? fmin(widest + 2, most) + 46 * look->unit : 10 * look->unit;
}

static int by_y(const void *a, const void *b)
{
    const struct frame_name *p = a, *q = b;
    if (p->y != q->y) return p->y < q->y ? -1 : 1;
    return p->series < q->series ? -1 : 1;
}

/* Moves the places apart until each has its height, as little as may be: neighbours that touch move as one block, whose
   middle is the mean of what they want. */
static void spread(double *at, size_t n, double height, double top, double bottom)
{
    struct block {
        double wanted; /* sum of places, each less its offset in the block */
        size_t n;
        double start;
    } *blocks = mem_alloc(n * sizeof *blocks);
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        blocks[used++] = (struct block){at[i], 1, at[i]};
        for (;;) {
            struct block *b = &blocks[used - 1];
            b->start = b->wanted / (double)b->n;
            b->start = fmax(top, fmin(b->start, bottom - (double)(b->n - 1) * height));
            if (used == 1 || (b - 1)->start + (double)(b - 1)->n * height <= b->start) break;
            (b - 1)->wanted += b->wanted - (double)(b->n * (b - 1)->n) * height;
            (b - 1)->n += b->n;
            used--;
        }
    }
    for (size_t k = 0, i = 0; k < used; k++)
        for (size_t j = 0; j < blocks[k].n; j++, i++)
            at[i] = blocks[k].start + (double)j * height;
    mem_free(blocks);
}

static void draw_name(const struct frame *f, const struct frame_name *name, double y)
{
    const struct look *look = &f->look;
    double u = look->unit, left = f->plot.x + f->plot.w + 12 * u;
    struct colour colour = name->is_reference ? look->faint : look_colour(name->series);
    const struct point sample[2] = {{left, y}, {left + 24 * u, y}};
    if (name->with_line)
        canvas_line(look->canvas, point_of(name->from_x + 5 * u, name->y), point_of(left - 3 * u, y), 0.7 * u,
                    colour_mix(look->grid, look->faint, 0.35));
    if (name->is_reference)
        canvas_polyline(look->canvas, sample, 2, false, 1.1 * u, colour);
    else
        look_stroke(look, name->series, sample, 2, 1.8 * u);
    if (!name->is_reference) look_mark(look, name->series, point_of(left + 12 * u, y), 3.8 * u, false);
    struct text_style style = look_text(look, LOOK_PLAIN);
    style.down = ALIGN_CENTRE;
    style.may_be_cut = style.cut_middle = true;
    style.colour = look->ink;
    double text = left + 29 * u;
    canvas_text(look->canvas, box_of(text, y - 12 * u, canvas_width(look->canvas) - text - 3 * u, 24 * u), &style,
                name->text);
}

/* Right above the plot, if the title of the y axis leaves room. */
static void draw_names_title(const struct frame *f)
{
    const struct look *look = &f->look;
    struct text_style style = look_text(look, LOOK_PLAIN);
    char title[TITLE_ROOM];
    double u = look->unit, margin = 16 * u, right = canvas_width(look->canvas) - margin;
    double left = margin * 2 + canvas_measure(look->canvas, &style, axis_title(&f->y, title, sizeof title), 0).x;
    style.colour = look->faint;
    style.across = style.down = ALIGN_END;
    const char *text = f->figure->series_title;
    if (text && canvas_text_fits(look->canvas, &style, text, right - left))
        canvas_text(look->canvas, box_of(left, f->plot.y - 35 * u, right - left, 26 * u), &style, text);
}

void frame_draw_names(const struct frame *f, struct frame_name *names, size_t n)
{
    if (n < 2) return;
    draw_names_title(f);
    double *at = mem_alloc(n * sizeof *at), height = look_text(&f->look, LOOK_PLAIN).size * 1.35;
    qsort(names, n, sizeof *names, by_y);
    for (size_t i = 0; i < n; i++)
        at[i] = names[i].y;
    spread(at, n, height, f->plot.y + height / 2, f->plot.y + f->plot.h - height / 2);
    for (size_t i = 0; i < n; i++)
        draw_name(f, &names[i], at[i]);
    mem_free(at);
}
