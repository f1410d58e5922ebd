/* The gallery's picture: a heading, and cards in rows. */
#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "viz/draw/gallery_internal.h"
#include "viz/draw/theme.h"

/* In units. */
static const double card_least = 290, gap = 14, edge = 22, heading = 88, words = 96, picture_ratio = 0.52;

struct page {
    struct gallery *g;
    struct canvas *canvas;
    const struct theme *theme;
    double u, w, h;
    double card_w, card_h, row;
};

static void draw_heading(const struct page *p)
{
    struct text_style title = theme_text(p->theme, FONT_HUGE, p->u), hint = theme_text(p->theme, FONT_PLAIN, p->u);
    title.size *= 1.25;
    title.bold = true;
    hint.colour = p->theme->faint;
    double x = edge * p->u, w = p->w - 2 * x;
    canvas_text(p->canvas, box_of(x, 14 * p->u, w, 36 * p->u), &title, tr("What would you like to see?"));
    canvas_text(p->canvas, box_of(x, 50 * p->u, w, 26 * p->u), &hint,
                tr("In the order in which they teach best. Arrow keys and Enter, or the mouse; Esc comes back here."));
}

/* A lesson has no map: its steps are beads on a thread. */
static void draw_lesson_picture(const struct page *p, struct box box, size_t steps)
{
    size_t shown = steps < 12 ? steps : 12;
    double y = box.y + box.h / 2, step = box.w / (double)(shown + 1);
    canvas_line(p->canvas, point_of(box.x + step, y), point_of(box.x + step * (double)shown, y), 3 * p->u,
                p->theme->wire);
    struct text_style style = theme_text(p->theme, FONT_PLAIN, p->u);
    style.bold = true;
    style.across = style.down = ALIGN_CENTRE;
    style.colour = p->theme->on_accent;
    for (size_t i = 0; i < shown; i++) {
        char number[8];
        struct point at = {box.x + step * (double)(i + 1), y};
        double r = fmin(13 * p->u, step * 0.42);
        snprintf(number, sizeof number, "%u", (unsigned)(i + 1) % 1000);
        canvas_disc(p->canvas, at, r, p->theme->accent);
        canvas_text(p->canvas, box_of(at.x - r, at.y - r, 2 * r, 2 * r), &style, number);
    }
}

static void draw_picture(const struct page *p, struct box box, struct gallery_item *item)
{
    canvas_fill_round(p->canvas, box, 6 * p->u, p->theme->paper);
    if (item->card.steps) {
        draw_lesson_picture(p, box, item->card.steps);
    } else if (item->thumbnail) {
        thumbnail_draw(item->thumbnail, p->canvas, box_inset(box, 4 * p->u), p->theme);
    } else {
        struct text_style style = theme_text(p->theme, FONT_SMALL, p->u);
        style.colour = p->theme->ghost;
        style.across = style.down = ALIGN_CENTRE;
        canvas_text(p->canvas, box, &style, item->failed ? tr("no picture") : "…");
    }
}

static void draw_card(const struct page *p, struct box box, size_t i)
{
    struct gallery_item *item = &p->g->items[i];
    bool selected = i == p->g->selected;
    double in = 10 * p->u;
    canvas_fill_round(p->canvas, box, 10 * p->u, p->theme->panel);
    canvas_stroke_round(p->canvas, box, 10 * p->u, (selected ? 3 : 1) * p->u,
                        selected ? p->theme->accent : p->theme->edge);
    struct box picture = box_of(box.x + in, box.y + in, box.w - 2 * in, box.h - words * p->u - in);
    draw_picture(p, picture, item);
    struct text_style title = theme_text(p->theme, FONT_LARGE, p->u), sentence = theme_text(p->theme, FONT_PLAIN, p->u);
    title.bold = true;
    sentence.colour = p->theme->faint;
    sentence.lines = 3;
    double y = picture.y + picture.h + 7 * p->u;
    struct box line = box_of(box.x + in, y, box.w - 2 * in, 24 * p->u);
    double needed = canvas_measure(p->canvas, &title, item->card.title, 0).x;
    if (needed > line.w) title.size *= fmax(0.6, 0.96 * line.w / needed);
    canvas_text(p->canvas, line, &title, item->card.title);
    canvas_text(p->canvas, box_of(line.x, y + 26 * p->u, line.w, words * p->u - 36 * p->u), &sentence,
                item->card.sentence);
    targets_add_box(p->g->targets, ACT_CHOOSE, i, box);
}

static void measure(struct page *p)
{
    struct gallery *g = p->g;
    double room = p->w - 2 * edge * p->u;
    g->columns = (size_t)fmax(1, floor((room + gap * p->u) / ((card_least + gap) * p->u)));
    p->card_w = floor((room + gap * p->u) / (double)g->columns - gap * p->u);
    double sight = p->h - heading * p->u, rows = (double)((g->n + g->columns - 1) / g->columns);
    p->row = floor(p->card_w * picture_ratio + (words + gap) * p->u);
    double fit = fmax(1, floor(sight / p->row));
    if (rows > fit) p->row = floor(sight / fit); /* whole rows fill the window: no card is cut by its edge */
    p->card_h = p->row - gap * p->u;
    g->rows_in_sight = (size_t)fit;
    g->scroll_most = fmax(0, rows - fit);
    if (g->follows) {
        double row = (double)(g->selected / g->columns);
        g->scroll = fmax(fmin(g->scroll, row), row + 1 - fit);
    }
    g->scroll = fmin(fmax(0, g->scroll), g->scroll_most);
}

static void draw_bar(const struct page *p)
{
    double top = heading * p->u, sight = p->h - top - 8 * p->u, all = sight + p->g->scroll_most * p->row;
    if (p->g->scroll_most <= 0) return;
    double h = fmax(24 * p->u, sight * sight / all), at = (sight - h) * round(p->g->scroll) / p->g->scroll_most;
    canvas_fill_round(p->canvas, box_of(p->w - 10 * p->u, top + at, 5 * p->u, h), 2.5 * p->u, p->theme->ghost);
}

static void draw_quit_question(const struct page *p)
{
    char text[120];
    snprintf(text, sizeof text, "%s  %s", tr("Quit?"), tr("Enter quits, Esc stays."));
    struct text_style style = theme_text(p->theme, FONT_LARGE, p->u);
    style.bold = true;
    style.across = style.down = ALIGN_CENTRE;
    style.colour = p->theme->panel;
    double w = canvas_measure(p->canvas, &style, text, 0).x + 48 * p->u, h = 48 * p->u;
    struct box box = box_of((p->w - w) / 2, (p->h - h) / 2, w, h);
    canvas_lay_over(p->canvas);
    canvas_fill_round(p->canvas, box, h / 2, p->theme->ink);
    canvas_text(p->canvas, box, &style, text);
}

void gallery_draw(struct gallery *g, struct canvas *canvas)
{
    struct page p = {g,
                     canvas,
                     theme_of(g->dark),
                     theme_unit(canvas_width(canvas), canvas_height(canvas), g->scale),
                     canvas_width(canvas),
                     canvas_height(canvas),
                     0,
                     0,
                     0};
    targets_clear(g->targets);
    measure(&p);
    canvas_fill(canvas, box_of(0, 0, p.w, p.h), p.theme->paper);
    double top = heading * p.u;
    canvas_clip(canvas, box_of(0, top - 4 * p.u, p.w, p.h - top + 4 * p.u));
    for (size_t i = 0; i < g->n; i++) {
        double x = edge * p.u + (double)(i % g->columns) * (p.card_w + gap * p.u);
        double y = top + ((double)(i / g->columns) - round(g->scroll)) * p.row;
        if (y > top - 1 && y < top + p.row * (double)g->rows_in_sight - 1)
            draw_card(&p, box_of(x, y, p.card_w, p.card_h), i);
    }
    canvas_unclip(canvas);
    draw_heading(&p);
    draw_bar(&p);
    if (g->quit_asked) draw_quit_question(&p);
    g->dirty = false;
}
