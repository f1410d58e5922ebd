#include "viz/draw/find_view.h"

#include <math.h>
#include <stdio.h>

void find_view_hint(const struct view *v, struct box box, const char *text, bool told)
{
    double u = v->unit;
    struct text_style style = view_text(v, FONT_LARGE);
    style.across = style.down = ALIGN_CENTRE;
    style.lines = 2;
    if (told) style.colour = v->theme->lost;
    canvas_fill_round(v->canvas, box, 10 * u, v->theme->panel);
    canvas_stroke_round(v->canvas, box, 10 * u, 2 * u, v->theme->accent);
    canvas_text(v->canvas, box_inset(box, 10 * u), &style, text);
}

/* As many as there is room for. */
static void draw_words(const struct view *v, struct box row, const struct find_line *line)
{
    double u = v->unit, x = row.x;
    struct text_style key = view_faint(v, FONT_SMALL), style = view_text(v, FONT_PLAIN);
    key.down = style.down = style.across = ALIGN_CENTRE;
    double wide = canvas_measure(v->canvas, &key, "Tab", 0).x + 2;
    canvas_text(v->canvas, box_of(x, row.y, wide, row.h), &key, "Tab");
    x += wide + 8 * u;
    for (size_t i = 0; i < line->n_words; i++) {
        double w = ceil(canvas_measure(v->canvas, &style, line->words[i], 0).x) + 18 * u;
        if (x + w > row.x + row.w) return;
        struct box box = box_of(x, row.y + 2 * u, w, row.h - 4 * u);
        canvas_fill_round(v->canvas, box, box.h / 2, v->theme->grid);
        if (i == line->next) canvas_stroke_round(v->canvas, box, box.h / 2, 1.5 * u, v->theme->accent);
        canvas_text(v->canvas, box, &style, line->words[i]);
        targets_add_box(v->targets, ACT_FIND_WORD, i, box);
        x += w + 8 * u;
    }
}

void find_view_draw(const struct view *v, struct box window, const struct find_line *line)
{
    double u = v->unit, w = fmin(window.w - 20 * u, 720 * u), words = line->n_words ? 36 * u : 0, h = 92 * u + words;
    struct box box = box_of((window.w - w) / 2, fmax(4 * u, window.h - h - 140 * u), w, h);
    canvas_lay_over(v->canvas);
    canvas_fill_round(v->canvas, box, 10 * u, v->theme->panel);
    canvas_stroke_round(v->canvas, box, 10 * u, 2 * u, v->theme->accent);
    struct text_style title = view_faint(v, line->told ? FONT_PLAIN : FONT_SMALL), text = view_text(v, FONT_LARGE);
    title.down = text.down = ALIGN_CENTRE;
    if (line->told) title.colour = v->theme->lost;
    title.may_be_cut = line->told; /* it says what was written, which stands below */
    title = view_fitted(v, title, line->question, w - 32 * u, 0.7);
    canvas_text(v->canvas, box_of(box.x + 16 * u, box.y + 8 * u, w - 32 * u, 24 * u), &title, line->question);
    char shown[300];
    snprintf(shown, sizeof shown, "%s▏", line->text);
    struct box field = box_of(box.x + 14 * u, box.y + 38 * u, w - 28 * u, 40 * u);
    canvas_fill_round(v->canvas, field, 6 * u, v->theme->grid);
    text.cut_middle = true;
    canvas_text(v->canvas, box_of(field.x + 10 * u, field.y, field.w - 20 * u, field.h), &text, shown);
    if (words > 0)
        draw_words(v, box_of(field.x + 4 * u, field.y + field.h + 6 * u, field.w - 8 * u, words - 4 * u), line);
}
