#include "viz/draw/help_view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "viz/draw/menu_view.h"
#include "viz/draw/timeline_signs.h"

struct help_row {
    const char *keys, *meaning; /* in English; passed through tr() when drawn */
};

static const struct help_row time_rows[] = {
    {"Space", "play, pause"},
    {"← →", "one event back, forward"},
    {"Shift ← →", "one packet"},
    {"Page Up, Page Down", "one line of the dialogue"},
    {"Ctrl ← →", "one change of a mail"},
    {"↑ ↓", "faster, slower"},
    {"Home, End", "the beginning, the end"},
    {"p", "pace: story, steady, event"},
    {"z, Shift z, w", "less of the time, more, the whole"},
    {"u, n, Shift n", "run until ...; the next, the one before"},
    {"b, [ ]", "bookmark; to the one before, after"},
};

static const struct help_row looking_rows[] = {
    {"Tab, Shift Tab", "to the next thing on the picture"},
    {"Enter", "look at it closely, or press it"},
    {"Ctrl ↑ ↓", "through what is longer than its frame"},
    {"c", "follow the cause"},
    {"l", "only this connection, mail or host; all"},
    {"o", "open the packet in Wireshark"},
    {"e", "a new link: press two hosts"},
    {"Delete", "take away what is looked at"},
    {"Ctrl z, Ctrl s", "take the last change back, save it"},
    {"x", "as it was, as it would have been"},
    {"Alt ← → ↑ ↓", "move the host that is looked at"},
    {"Alt Shift ← → ↑ ↓", "move the bar beside the view"},
};

/* Below the views themselves, each with its key. */
static const struct help_row view_rows[] = {
    {"0", "all of them"},
    {"v, a", "the menu of a view; another arrangement"},
    {"k", "keep hosts where they were dragged to"},
};

static const struct help_row window_rows[] = {
    {"m", "the gallery of scenarios"},
    {". ,", "the next step of a lesson, back"},
    {"g", "guess what comes next; no more"},
    {"y", "captions: all, the scenario's, none"},
    {"Shift p", "projector: large type, few controls"},
    {"j", "less motion: packets step"},
    {"+ −", "larger, smaller"},
    {"t", "light, dark"},
    {"f", "full screen"},
    {"Esc", "close what is on top; then: asks whether to leave"},
    {"q", "quit"},
};

#define LENGTH(rows) (sizeof(rows) / sizeof *(rows))
enum {
    KEYED_VIEWS = VIEW_CLOSELY,
    LEFT_ROWS = LENGTH(time_rows) + LENGTH(looking_rows) + 2, /* with their headings */
    RIGHT_ROWS = KEYED_VIEWS + LENGTH(view_rows) + LENGTH(window_rows) + 2,
    SIGN_ROWS = SIGNS_WITH_WORDS + 2,
    KEY_ROWS = RIGHT_ROWS > LEFT_ROWS ? RIGHT_ROWS : LEFT_ROWS,
    ROWS = SIGN_ROWS > KEY_ROWS ? SIGN_ROWS : KEY_ROWS
};

static const double page_width = 1240, line_height = 21, head_height = 58, foot_height = 56; /* in units */

/* Where the next row goes. */
struct column {
    const struct view *v;
    struct box row;
    double keys, gap; /* how wide the keys are, and how far from what they do */
};

static void write_row(struct column *c, const char *keys_text, const char *meaning_text)
{
    const struct view *v = c->v;
    double w = c->keys, x = c->row.x + w + c->gap;
    struct text_style keys = view_text(v, FONT_PLAIN), meaning = view_text(v, FONT_PLAIN);
    keys.bold = true;
    keys.across = ALIGN_END;
    keys.down = meaning.down = ALIGN_CENTRE;
    keys.colour = v->theme->accent;
    keys = view_fitted(v, keys, keys_text, w, 0.7);
    meaning = view_fitted(v, meaning, meaning_text, c->row.w - w - c->gap, 0.7);
    canvas_text(v->canvas, box_of(c->row.x, c->row.y, w, c->row.h), &keys, keys_text);
    canvas_text(v->canvas, box_of(x, c->row.y, c->row.x + c->row.w - x, c->row.h), &meaning, meaning_text);
    c->row.y += c->row.h;
}

static void write_rows(struct column *c, const struct help_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        write_row(c, tr(rows[i].keys), tr(rows[i].meaning));
}

static void write_heading(struct column *c, const char *text)
{
    struct text_style style = view_faint(c->v, FONT_SMALL);
    style.bold = true;
    style.down = ALIGN_CENTRE;
    double indent = c->keys + c->gap;
    canvas_text(c->v->canvas, box_of(c->row.x + indent, c->row.y, c->row.w - indent, c->row.h), &style, text);
    c->row.y += c->row.h;
}

static void write_left(struct column c)
{
    write_heading(&c, tr("Time"));
    write_rows(&c, time_rows, LENGTH(time_rows));
    write_heading(&c, tr("What one looks at"));
    write_rows(&c, looking_rows, LENGTH(looking_rows));
}

static void write_right(struct column c)
{
    write_heading(&c, tr("One view alone; once more: all"));
    for (int view = 0; view < KEYED_VIEWS; view++) {
        const char key[2] = {(char)('1' + view), 0};
        write_row(&c, key, view_title((enum view_id)view));
    }
    write_rows(&c, view_rows, LENGTH(view_rows));
    write_heading(&c, tr("The window"));
    write_rows(&c, window_rows, LENGTH(window_rows));
}

static void write_signs(struct column *c, enum sign from, enum sign end)
{
    const struct view *v = c->v;
    for (enum sign sign = from; sign < end; sign++) {
        double x = c->row.x + c->keys + c->gap, w = c->row.x + c->row.w - x;
        struct text_style style = view_text(v, FONT_PLAIN);
        style.down = ALIGN_CENTRE;
        style = view_fitted(v, style, sign_words(sign), w, 0.7);
        timeline_sign_draw(v, sign, point_of(c->row.x + c->keys / 2, c->row.y + c->row.h / 2));
        canvas_text(v->canvas, box_of(x, c->row.y, w, c->row.h), &style, sign_words(sign));
        c->row.y += c->row.h;
    }
}

static void write_all_signs(struct column c)
{
    write_heading(&c, tr("Signs of the time line"));
    write_signs(&c, 0, TIMELINE_SIGNS);
    write_heading(&c, tr("Signs of attempts and hosts"));
    write_signs(&c, TIMELINE_SIGNS, SIGNS_WITH_WORDS);
}

static void write_columns(const struct view *v, struct box box)
{
    double u = v->unit, gap = 12 * u, h = line_height * u, left = 460 * u, right = 424 * u;
    double signs = box.x + left + right + 2 * gap;
    write_left((struct column){v, box_of(box.x, box.y, left, h), 138 * u, 12 * u});
    write_right((struct column){v, box_of(box.x + left + gap, box.y, right, h), 90 * u, 12 * u});
    write_all_signs((struct column){v, box_of(signs, box.y, box.x + box.w - signs, h), 20 * u, 12 * u});
}

/* The whole page in the window: smaller, where the window is. */
static double fitting_unit(const struct view *v, struct box window, double height)
{
    return fmin(v->unit, fmin((window.w - 16) / page_width, (window.h - 16) / height));
}

void help_view_draw(const struct view *view, struct box window)
{
    double height = head_height + line_height * ROWS + foot_height;
    struct view v = *view;
    v.unit = fitting_unit(view, window, height);
    double w = view_units(&v, page_width), h = view_units(&v, height), edge = view_units(&v, 14);
    canvas_lay_over(v.canvas);
    canvas_fill(v.canvas, window, colour_with_alpha(v.theme->paper, 0.8));
    struct box box = box_of(window.x + (window.w - w) / 2, window.y + (window.h - h) / 2, w, h);
    canvas_fill_round(v.canvas, box, view_units(&v, 12), v.theme->panel);
    canvas_stroke_round(v.canvas, box, view_units(&v, 12), view_units(&v, 1.5), v.theme->edge);
    struct text_style title = view_text(&v, FONT_HUGE);
    title.bold = true;
    title.across = title.down = ALIGN_CENTRE;
    canvas_text(v.canvas, box_of(box.x, box.y + view_units(&v, 12), w, view_units(&v, 36)), &title, tr("Keys"));
    write_columns(&v, box_of(box.x + edge, box.y + view_units(&v, head_height), w - 2 * edge,
                             view_units(&v, line_height * ROWS)));
    struct text_style hint = view_faint(&v, FONT_SMALL);
    hint.across = hint.down = ALIGN_CENTRE;
    hint.lines = 2;
    const double foot = view_units(&v, foot_height - 10);
    canvas_text(
        v.canvas, box_of(box.x + edge, box.y + h - foot, w - 2 * edge, foot - view_units(&v, 8)), &hint,
        tr("With the mouse: press anything to look at it, drag the time line, turn the wheel. Esc, ?, q or a press "
           "closes this page; any other key closes it and does what it says."));
}
