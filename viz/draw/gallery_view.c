/* The gallery's picture: a heading with the field in which one looks for something, and cards in rows. */
#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "viz/draw/gallery_internal.h"
#include "viz/draw/leave_view.h"
#include "viz/draw/theme.h"

/* In units. */
static const double card_least = 290, gap = 14, edge = 22, inside = 10, picture_ratio = 0.52, picture_least = 40;
static const double field_width = 330, field_height = 34, field_apart = 24;

struct page {
    struct gallery *g;
    struct canvas *canvas;
    const struct theme *theme;
    double u, w, h;
    struct box title, hint, field; /* of the heading */
    double top;                    /* where the cards begin */
    double card_w, card_h, row;
};

/* ---- The heading ---- */

static struct text_style title_style(const struct page *p)
{
    struct text_style title = theme_text(p->theme, FONT_HUGE, p->u);
    title.size *= 1.25;
    title.bold = true;
    title.lines = 2;
    return title;
}

static struct text_style hint_style(const struct page *p)
{
    struct text_style hint = theme_text(p->theme, FONT_PLAIN, p->u);
    hint.colour = p->theme->faint;
    hint.lines = 3;
    return hint;
}

static const char *title_text(void)
{
    return tr("What would you like to see?");
}

static const char *hint_text(void)
{
    return tr("In the order in which they teach best. Arrow keys and Enter, or the mouse; Esc comes back here.");
}

/* The field stands beside the title where there is room for both, and else below. */
static void place_heading(struct page *p)
{
    struct text_style title = title_style(p), hint = hint_style(p);
    double x = edge * p->u, w = p->w - 2 * x, field = fmin(field_width * p->u, w);
    double needed = canvas_measure(p->canvas, &title, title_text(), 0).x + 4;
    bool beside = needed + (field_apart + field_width) * p->u <= w;
    double title_w = beside ? w - field - field_apart * p->u : w;
    p->title = box_of(x, 14 * p->u, title_w, canvas_measure(p->canvas, &title, title_text(), title_w).y);
    double below = p->title.y + p->title.h + 4 * p->u, hint_w = beside && title_w > 700 * p->u ? title_w : w;
    if (beside && hint_w == w) below = fmax(below, (14 + field_height + 6) * p->u);
    p->hint = box_of(x, below, hint_w, canvas_measure(p->canvas, &hint, hint_text(), hint_w).y + 2);
    below = p->hint.y + p->hint.h + 12 * p->u;
    p->field = box_of(beside ? x + w - field : x, beside ? 14 * p->u : below, field, field_height * p->u);
    p->top = beside ? below : below + p->field.h + 12 * p->u;
}

/* A glass to look through. */
static void draw_glass(const struct page *p, struct point at, struct colour colour)
{
    double r = 5.5 * p->u;
    canvas_ring(p->canvas, point_of(at.x - r * 0.3, at.y - r * 0.3), r, 2 * p->u, colour);
    canvas_line(p->canvas, point_of(at.x + r * 0.5, at.y + r * 0.5), point_of(at.x + r * 1.4, at.y + r * 1.4),
                2.5 * p->u, colour);
}

static void draw_key(const struct page *p, struct box box, const char *key)
{
    struct text_style style = theme_mono(p->theme, FONT_SMALL, p->u);
    style.across = style.down = ALIGN_CENTRE;
    style.colour = p->theme->faint;
    canvas_fill_round(p->canvas, box, 4 * p->u, p->theme->paper);
    canvas_stroke_round(p->canvas, box, 4 * p->u, p->u, p->theme->edge);
    canvas_text(p->canvas, box, &style, key);
}

/* How many cards are left, and a cross that clears the field; returns their width. */
static double draw_found(const struct page *p, struct box field)
{
    char text[60];
    double u = p->u;
    struct text_style style = theme_text(p->theme, FONT_SMALL, u);
    struct point cross = {field.x + field.w - 18 * u, field.y + field.h / 2};
    snprintf(text, sizeof text, tr("%zu of %zu"), p->g->search.n, p->g->n);
    style.colour = p->theme->faint;
    style.across = ALIGN_END;
    style.down = ALIGN_CENTRE;
    double w = ceil(canvas_measure(p->canvas, &style, text, 0).x) + 2;
    canvas_text(p->canvas, box_of(cross.x - 14 * u - w, field.y, w, field.h), &style, text);
    for (int way = -1; way <= 1; way += 2)
        canvas_line(p->canvas, point_of(cross.x - 5 * u, cross.y - 5 * u * way),
                    point_of(cross.x + 5 * u, cross.y + 5 * u * way), 2 * u, p->theme->faint);
    targets_add_box(p->g->targets, ACT_CLOSE, 0, box_of(cross.x - 14 * u, field.y, 28 * u, field.h));
    return w + 40 * u;
}

static void draw_field(const struct page *p)
{
    const struct gallery_search *search = &p->g->search;
    double u = p->u, in = 34 * u;
    struct box box = p->field;
    struct text_style style = theme_text(p->theme, FONT_PLAIN, u);
    char text[GALLERY_SEARCH_BYTES + 8];
    style.down = ALIGN_CENTRE;
    style.cut_middle = style.may_be_cut = true;
    canvas_fill_round(p->canvas, box, 8 * u, p->theme->panel);
    canvas_stroke_round(p->canvas, box, 8 * u, (search->open ? 2.5 : 1) * u,
                        search->open ? p->theme->accent : p->theme->edge);
    draw_glass(p, point_of(box.x + 18 * u, box.y + box.h / 2), p->theme->faint);
    targets_add_box(p->g->targets, ACT_FIND, 0, box);
    if (!search->open) {
        style.colour = p->theme->faint;
        canvas_text(p->canvas, box_of(box.x + in, box.y, box.w - in - 40 * u, box.h), &style, tr("Find"));
        draw_key(p, box_of(box.x + box.w - 32 * u, box.y + (box.h - 22 * u) / 2, 22 * u, 22 * u), "/");
        return;
    }
    double right = draw_found(p, box);
    snprintf(text, sizeof text, search->all ? "%s" : "%s▏", search->text);
    if (search->all) {
        struct point size = canvas_measure(p->canvas, &style, search->text, box.w - in - right);
        canvas_fill(p->canvas, box_of(box.x + in - u, box.y + (box.h - size.y) / 2, size.x + 2 * u, size.y),
                    colour_mix(p->theme->panel, p->theme->accent, 0.35));
    }
    canvas_text(p->canvas, box_of(box.x + in, box.y, box.w - in - right, box.h), &style, text);
}

static void draw_heading(const struct page *p)
{
    struct text_style title = title_style(p), hint = hint_style(p);
    canvas_text(p->canvas, p->title, &title, title_text());
    canvas_text(p->canvas, p->hint, &hint, hint_text());
    draw_field(p);
}

/* ---- Cards ---- */

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

/* A title is never smaller than that it can be read: it has as many lines as it needs. */
static struct text_style card_title_style(const struct page *p)
{
    struct text_style style = theme_text(p->theme, FONT_LARGE, p->u);
    style.bold = true;
    style.lines = 3;
    return style;
}

static struct text_style card_sentence_style(const struct page *p)
{
    struct text_style style = theme_text(p->theme, FONT_PLAIN, p->u);
    style.colour = p->theme->faint;
    style.lines = 4;
    return style;
}

static void draw_card(const struct page *p, struct box box, size_t i)
{
    struct gallery_item *item = &p->g->items[i];
    const struct gallery_words *words = &p->g->words;
    bool selected = i == p->g->selected;
    double in = inside * p->u;
    canvas_fill_round(p->canvas, box, 10 * p->u, p->theme->panel);
    canvas_stroke_round(p->canvas, box, 10 * p->u, (selected ? 3 : 1) * p->u,
                        selected ? p->theme->accent : p->theme->edge);
    struct box picture = box_inset(box, in);
    picture.h -= words->both;
    if (picture.h >= picture_least * p->u) draw_picture(p, picture, item);
    struct text_style title = card_title_style(p), sentence = card_sentence_style(p);
    double y = box.y + box.h - in - words->both + 7 * p->u, w = picture.w;
    double title_h = canvas_measure(p->canvas, &title, item->card.title, w).y;
    canvas_text(p->canvas, box_of(picture.x, y, w, title_h + 1), &title, item->card.title);
    y += title_h + 3 * p->u;
    canvas_text(p->canvas, box_of(picture.x, y, w, box.y + box.h - y), &sentence, item->card.sentence);
    targets_add_box(p->g->targets, ACT_CHOOSE, i, box);
}

/* All cards have the same room for words, as much as any of them needs, so that pictures in a row are equally high. */
static void measure_words(struct page *p)
{
    struct gallery *g = p->g;
    struct text_style title = card_title_style(p), sentence = card_sentence_style(p);
    double w = p->card_w - 2 * inside * p->u, most = 0;
    if (g->words.width == w && g->words.unit == p->u) return;
    for (size_t i = 0; i < g->n; i++) {
        const struct gallery_card *card = &g->items[i].card;
        most = fmax(most, canvas_measure(p->canvas, &title, card->title, w).y +
                              canvas_measure(p->canvas, &sentence, card->sentence, w).y);
    }
    g->words = (struct gallery_words){w, p->u, ceil(most + 10 * p->u)};
}

static size_t rows_of(const struct gallery *g)
{
    return (g->search.n + g->columns - 1) / g->columns;
}

/* Where fewer cards are left than fill a window, they stay as large as they were among all. */
static void measure(struct page *p)
{
    struct gallery *g = p->g;
    double room = p->w - 2 * edge * p->u;
    g->columns = (size_t)fmax(1, floor((room + gap * p->u) / ((card_least + gap) * p->u)));
    p->card_w = floor((room + gap * p->u) / (double)g->columns - gap * p->u);
    measure_words(p);
    double sight = p->h - p->top, all = ceil((double)g->n / (double)g->columns);
    p->row = floor(p->card_w * picture_ratio + g->words.both + gap * p->u);
    double fit = fmax(1, floor(sight / p->row));
    if (all > fit) p->row = floor(sight / fit); /* whole rows fill the window: no card is cut by its edge */
    p->card_h = p->row - gap * p->u;
    g->rows_in_sight = (size_t)fit;
    g->scroll_most = fmax(0, (double)rows_of(g) - fit);
    if (g->follows) {
        double row = (double)(gallery_search_place(g, g->selected) / g->columns);
        g->scroll = fmax(fmin(g->scroll, row), row + 1 - fit);
    }
    g->scroll = fmin(fmax(0, g->scroll), g->scroll_most);
}

static void draw_cards(const struct page *p)
{
    const struct gallery *g = p->g;
    canvas_clip(p->canvas, box_of(0, p->top - 4 * p->u, p->w, p->h - p->top + 4 * p->u));
    for (size_t k = 0; k < g->search.n; k++) {
        double x = edge * p->u + (double)(k % g->columns) * (p->card_w + gap * p->u);
        double y = p->top + ((double)(k / g->columns) - round(g->scroll)) * p->row;
        if (y > p->top - 1 && y < p->top + p->row * (double)g->rows_in_sight - 1)
            draw_card(p, box_of(x, y, p->card_w, p->card_h), g->search.found[k]);
    }
    canvas_unclip(p->canvas);
}

static void draw_nothing_found(const struct page *p)
{
    char text[GALLERY_SEARCH_BYTES + 300];
    struct text_style style = theme_text(p->theme, FONT_LARGE, p->u);
    style.across = ALIGN_CENTRE;
    style.lines = 5;
    snprintf(text, sizeof text,
             tr("Nothing here has this in its title, its name or its sentence: %s\nEsc shows all again."),
             p->g->search.text);
    canvas_text(p->canvas, box_of(edge * p->u, p->top + 60 * p->u, p->w - 2 * edge * p->u, 140 * p->u), &style, text);
}

static void draw_bar(const struct page *p)
{
    double top = p->top, sight = p->h - top - 8 * p->u, all = sight + p->g->scroll_most * p->row;
    if (p->g->scroll_most <= 0) return;
    double h = fmax(24 * p->u, sight * sight / all), at = (sight - h) * round(p->g->scroll) / p->g->scroll_most;
    canvas_fill_round(p->canvas, box_of(p->w - 10 * p->u, top + at, 5 * p->u, h), 2.5 * p->u, p->theme->ghost);
}

static void draw_quit_question(const struct page *p)
{
    const struct view view = {.canvas = p->canvas, .targets = p->g->targets, .theme = p->theme, .unit = p->u};
    const struct leave_question question = {.title = tr("Quit?"),
                                            .warning = "",
                                            .keys = tr("Enter quits, Esc stays."),
                                            .yes = tr("Quit"),
                                            .is_stay_filled = p->g->is_stay_filled};
    leave_view_draw(&view, box_of(0, 0, p->w, p->h), &question);
}

void gallery_draw(struct gallery *g, struct canvas *canvas)
{
    struct page p = {.g = g,
                     .canvas = canvas,
                     .theme = theme_of(g->dark),
                     .u = theme_unit(canvas_width(canvas), canvas_height(canvas), g->scale),
                     .w = canvas_width(canvas),
                     .h = canvas_height(canvas)};
    targets_clear(g->targets);
    place_heading(&p);
    measure(&p);
    canvas_fill(canvas, box_of(0, 0, p.w, p.h), p.theme->paper);
    draw_cards(&p);
    if (g->search.n == 0 && *g->search.text) draw_nothing_found(&p);
    draw_heading(&p);
    draw_bar(&p);
    if (g->quit_asked) draw_quit_question(&p);
    g->dirty = false;
}
