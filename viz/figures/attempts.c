/* When attempts were made: a strip for each policy, a bar for each span of time, as high as attempts were made in it
   for each mail. The dark part of a bar succeeded. */
#include <math.h>
#include <stdio.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/draw/theme.h"
#include "viz/figures/frame.h"

enum { BINS = 110, STRIP_NOTE = 200 };

struct bins {
    double later[BINS], done[BINS]; /* attempts a mail */
};

static void count(const struct axis *x, const double *times, size_t n, size_t n_mails, double bins[BINS])
{
    for (size_t i = 0; i < n; i++) {
        double part = times[i] <= x->low ? 0 : (axis_at(x, times[i]) - x->from) / (x->to - x->from);
        int bin = (int)fmin(fmax(part * BINS, 0), BINS - 1);
        bins[bin] += 1.0 / (double)(n_mails ? n_mails : 1);
    }
}

static double most_of(const struct bins *bins, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        for (int k = 0; k < BINS; k++)
            most = fmax(most, bins[i].later[k] + bins[i].done[k]);
    return most > 0 ? most : 1;
}

static const char *strip_note(const struct figure_strip *s, char *text, size_t room)
{
    char censored[VALUE_TEXT_BYTES];
    double mails = s->n_mails ? (double)s->n_mails : 1, attempts = (double)(s->n_later + s->n_done) / mails;
    if (s->censored > 0)
        snprintf(text, room, tr("%.3g attempts a mail,\n%s not ended"), attempts,
                 value_text(FIGURE_SHARE, s->censored, censored));
    else
        snprintf(text, room, tr("%.3g attempts a mail"), attempts);
    return text;
}

static struct text_style note_style(const struct look *look)
{
    struct text_style style = look_text(look, LOOK_SMALL);
    style.colour = look->faint;
    style.down = ALIGN_END;
    style.lines = 2;
    return style;
}

static struct text_style name_style(const struct look *look)
{
    struct text_style style = look_text(look, LOOK_PLAIN);
    style.bold = style.may_be_cut = style.cut_middle = true;
    style.down = ALIGN_END;
    return style;
}

static double words_width(const struct look *look, const struct figure *figure)
{
    char text[STRIP_NOTE];
    double widest = 0;
    struct text_style name = name_style(look), note = note_style(look);
    for (size_t i = 0; i < figure->n_strips; i++) {
        widest = fmax(widest, canvas_measure(look->canvas, &name, figure->strips[i].name, 0).x);
        widest =
            fmax(widest, canvas_measure(look->canvas, &note, strip_note(&figure->strips[i], text, sizeof text), 0).x);
    }
    return fmin(widest + 18 * look->unit, canvas_width(look->canvas) * 0.32);
}

/* Its name and its numbers, to the left of the bars. */
static void draw_strip_words(const struct frame *f, const struct figure_strip *s, struct box strip, double width)
{
    const struct look *look = &f->look;
    char text[STRIP_NOTE];
    struct text_style name = name_style(look), note = note_style(look);
    double room = width - 14 * look->unit, left = strip.x - width, foot = strip.y + strip.h;
    double high =
        canvas_text(look->canvas, box_of(left, strip.y, room, strip.h), &note, strip_note(s, text, sizeof text)).y;
    canvas_text(look->canvas, box_of(left, foot - high - 40 * look->unit, room, 40 * look->unit), &name, s->name);
}

static void draw_bars(const struct frame *f, const struct bins *b, struct box strip, double most)
{
    struct canvas *c = f->look.canvas;
    double w = strip.w / BINS, u = f->look.unit, foot = strip.y + strip.h;
    struct colour dark = look_colour(0), light = colour_hex(0xb9d3e8);
    for (int k = 0; k < BINS; k++) {
        double done = b->done[k] / most * strip.h, later = b->later[k] / most * strip.h, x = strip.x + k * w;
        if (later + done > 0 && later + done < 1.2 * u) later = 1.2 * u - done; /* never so low that it is not seen */
        if (later > 0) canvas_fill(c, box_of(x + 0.1 * w, foot - done - later, 0.8 * w, later), light);
        if (done > 0) canvas_fill(c, box_of(x + 0.1 * w, foot - done, 0.8 * w, done), dark);
    }
    canvas_line(c, point_of(strip.x, foot), point_of(strip.x + strip.w, foot), 0.9 * u, f->look.faint);
}

/* What the two shades mean, and how high the highest bar is. */
static void draw_key(const struct frame *f, double most)
{
    const struct look *look = &f->look;
    double u = look->unit, y = f->plot.y - 14 * u, x = f->plot.x;
    char text[120];
    struct text_style style = look_text(look, LOOK_SMALL);
    style.down = ALIGN_CENTRE;
    const struct {
        const char *text;
        struct colour colour;
    } keys[] = {{tr("succeeded"), look_colour(0)}, {tr("failed, tried again later"), colour_hex(0xb9d3e8)}};
    for (int i = 0; i < 2; i++) {
        canvas_fill(look->canvas, box_of(x, y - 4 * u, 9 * u, 9 * u), keys[i].colour);
        x += 13 * u +
             canvas_text(look->canvas, box_of(x + 13 * u, y - 8 * u, 220 * u, 16 * u), &style, keys[i].text).x + 18 * u;
    }
    style.colour = look->faint;
    style.across = ALIGN_END;
    snprintf(text, sizeof text, tr("highest bar: %.2g attempts a mail"), most);
    double right = f->plot.x + f->plot.w;
    if (canvas_text_fits(look->canvas, &style, text, right - x))
        canvas_text(look->canvas, box_of(x, y - 8 * u, right - x, 16 * u), &style, text);
}

static struct axis_range times_of(const struct figure *figure)
{
    struct axis_range r = axis_range_none();
    for (size_t i = 0; i < figure->n_strips; i++) {
        const struct figure_strip *s = &figure->strips[i];
        for (size_t k = 0; k < s->n_later; k++)
            if (s->later[k] > 0) axis_range_add(&r, s->later[k]);
        for (size_t k = 0; k < s->n_done; k++)
            if (s->done[k] > 0) axis_range_add(&r, s->done[k]);
    }
    return r;
}

void attempts_draw(const struct look *look, const struct figure *figure)
{
    double u = look->unit, width = words_width(look, figure);
    const struct frame_wish wish = {.left = width, .right = 10 * u, .without_y = true};
    static const struct figure_axis none = {"", FIGURE_PLAIN, FIGURE_LINEAR, NULL, 0};
    struct axis x = axis_new(&figure->x, times_of(figure), false, 0.02),
                y = axis_new(&none, axis_range_none(), false, 0);
    struct frame f = frame_open(look, figure, x, y, wish);
    f.plot.y += 22 * u; /* the key */
    f.plot.h -= 22 * u;
    struct bins *bins = mem_calloc(figure->n_strips + 1, sizeof *bins);
    for (size_t i = 0; i < figure->n_strips; i++) {
        const struct figure_strip *s = &figure->strips[i];
        count(&f.x, s->later, s->n_later, s->n_mails, bins[i].later);
        count(&f.x, s->done, s->n_done, s->n_mails, bins[i].done);
    }
    double most = most_of(bins, figure->n_strips),
           height = f.plot.h / (double)(figure->n_strips ? figure->n_strips : 1);
    for (size_t i = 0; i < figure->n_strips; i++) {
        struct box strip = box_of(f.plot.x, f.plot.y + (double)i * height + 6 * u, f.plot.w, height - 6 * u);
        draw_bars(&f, &bins[i], strip, most);
        draw_strip_words(&f, &figure->strips[i], strip, width);
    }
    frame_draw_axes(&f, wish);
    draw_key(&f, most);
    mem_free(bins);
}
