#include "viz/draw/help_view.h"

#include <math.h>

#include "sim/journal/tr.h"

struct help_row {
    const char *keys, *meaning; /* in English; passed through tr() when drawn */
};

static const struct help_row rows[] = {
    {"Space", "play, pause"},
    {"← →", "one event back, forward"},
    {"Shift ← →", "one packet"},
    {"Page Up, Page Down", "one line of the dialogue"},
    {"Ctrl ← →", "one change of a mail"},
    {"↑ ↓", "faster, slower"},
    {"Home, End", "the beginning, the end"},
    {"p", "pace: story, steady, event"},
    {"z, Shift z, w", "less of the time, more, the whole"},
    {"Tab, Shift Tab", "to the next thing on the picture"},
    {"Enter", "look at it closely, or press it"},
    {"c", "follow the cause"},
    {"1 to 9, 0", "only the map, the dialogue, ...; all"},
    {"8", "why a mail was late"},
    {"l", "only this connection, mail or host; all"},
    {"u, n", "run until ..., and on to the next"},
    {"b, [ ]", "bookmark; to the one before, after"},
    {"x", "as it was, as it would have been"},
    {"e", "a new link: press two hosts"},
    {"Delete", "take away what is looked at"},
    {"Ctrl z, Ctrl s", "take the last change back, save it"},
    {"v, a", "the menu of a view; another arrangement"},
    {"k", "keep hosts where they were dragged to"},
    {"o", "open the packet in Wireshark"},
    {"g", "guess what comes next; no more"},
    {"y", "captions: all, the scenario's, none"},
    {"m", "the gallery of scenarios"},
    {". ,", "the next step of a lesson, back"},
    {"Shift p", "projector: large type, few controls"},
    {"j", "less motion: packets step"},
    {"+ −", "larger, smaller"},
    {"t", "light, dark"},
    {"f", "full screen"},
    {"Esc", "close; twice: quit"},
    {"q", "quit"},
};

enum { N_ROWS = sizeof rows / sizeof rows[0] };

static void draw_row(const struct view *v, struct box row, const struct help_row *help)
{
    double w = view_units(v, 190);
    struct text_style keys = view_text(v, FONT_PLAIN), meaning = view_text(v, FONT_PLAIN);
    keys.bold = true;
    keys.across = ALIGN_END;
    keys.down = meaning.down = ALIGN_CENTRE;
    keys.colour = v->theme->accent;
    canvas_text(v->canvas, box_of(row.x, row.y, w, row.h), &keys, tr(help->keys));
    double x = row.x + w + view_units(v, 20);
    canvas_text(v->canvas, box_of(x, row.y, row.x + row.w - x, row.h), &meaning, tr(help->meaning));
}

void help_view_draw(const struct view *v, struct box window)
{
    canvas_lay_over(v->canvas);
    canvas_fill(v->canvas, window, colour_with_alpha(v->theme->paper, 0.8));
    double line = fmin(view_units(v, 30), (window.h - view_units(v, 130)) / N_ROWS);
    double w = fmin(view_units(v, 580), window.w - 20), h = line * N_ROWS + view_units(v, 100);
    struct box box = box_of(window.x + (window.w - w) / 2, window.y + (window.h - h) / 2, w, h);
    canvas_fill_round(v->canvas, box, view_units(v, 12), v->theme->panel);
    canvas_stroke_round(v->canvas, box, view_units(v, 12), view_units(v, 1.5), v->theme->edge);
    struct text_style title = view_text(v, FONT_HUGE);
    title.bold = true;
    title.across = title.down = ALIGN_CENTRE;
    canvas_text(v->canvas, box_of(box.x, box.y + view_units(v, 12), w, view_units(v, 40)), &title, tr("Keys"));
    for (size_t i = 0; i < N_ROWS; i++)
        draw_row(v, box_of(box.x, box.y + view_units(v, 56) + line * (double)i, w - view_units(v, 20), line), &rows[i]);
    struct text_style hint = view_faint(v, FONT_SMALL);
    hint.across = hint.down = ALIGN_CENTRE;
    hint.lines = 2;
    canvas_text(v->canvas, box_of(box.x + 8, box.y + h - view_units(v, 40), w - 16, view_units(v, 36)), &hint,
                tr("With the mouse: press anything to look at it, drag the time line. Any key closes this page."));
}
