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

void find_view_draw(const struct view *v, struct box window, const char *question, const char *text, bool told)
{
    double u = v->unit, w = fmin(window.w - 20 * u, 640 * u), h = 92 * u;
    struct box box = box_of((window.w - w) / 2, window.h - h - 140 * u, w, h);
    canvas_lay_over(v->canvas);
    canvas_fill_round(v->canvas, box, 10 * u, v->theme->panel);
    canvas_stroke_round(v->canvas, box, 10 * u, 2 * u, v->theme->accent);
    struct text_style title = view_faint(v, FONT_SMALL), line = view_text(v, FONT_LARGE);
    title.down = line.down = ALIGN_CENTRE;
    if (told) title.colour = v->theme->lost;
    title = view_fitted(v, title, question, w - 32 * u, 0.7);
    canvas_text(v->canvas, box_of(box.x + 16 * u, box.y + 8 * u, w - 32 * u, 24 * u), &title, question);
    char shown[300];
    snprintf(shown, sizeof shown, "%s▏", text);
    struct box field = box_of(box.x + 14 * u, box.y + 38 * u, w - 28 * u, 40 * u);
    canvas_fill_round(v->canvas, field, 6 * u, v->theme->grid);
    line.cut_middle = true;
    canvas_text(v->canvas, box_of(field.x + 10 * u, field.y, field.w - 20 * u, field.h), &line, shown);
}
