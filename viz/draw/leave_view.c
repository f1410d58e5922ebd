#include "viz/draw/leave_view.h"

#include <math.h>

#include "sim/journal/tr.h"

enum { LINES = 3 };
/* In units. */
static const double top = 10, title_height = 40, line_height = 26, button_height = 30, edge = 32, gap = 14;

struct lines {
    const char *text[LINES];
    struct text_style style[LINES];
    double height[LINES], w, h;
};

static struct lines lay_out(const struct view *v, const struct leave_question *q, double room)
{
    struct lines l = {.text = {q->title, q->warning, q->keys}};
    for (int i = 0; i < LINES; i++) {
        struct text_style style = i == 2 ? view_faint(v, FONT_SMALL) : view_text(v, i ? FONT_PLAIN : FONT_LARGE);
        style.bold = i == 0;
        style.across = style.down = ALIGN_CENTRE;
        l.style[i] = view_fitted(v, style, l.text[i], room, 0.5);
        l.height[i] = view_units(v, i == 0 ? title_height : *l.text[i] ? line_height : 0);
        l.w = fmax(l.w, canvas_measure(v->canvas, &l.style[i], l.text[i], 0).x);
        l.h += l.height[i];
    }
    return l;
}

void leave_view_draw(const struct view *v, struct box window, const struct leave_question *q)
{
    const char *stay = tr("Stay");
    const struct lines l = lay_out(v, q, window.w - view_units(v, 2 * edge));
    double yes_w = view_button_width(v, q->yes), stay_w = view_button_width(v, stay), between = view_units(v, gap);
    double buttons = yes_w + between + stay_w, h = view_units(v, 2 * top + button_height + gap) + l.h;
    double w = fmin(fmax(l.w, buttons) + view_units(v, 2 * edge), window.w - view_units(v, 16));
    struct box box = box_of(floor((window.w - w) / 2), floor((window.h - h) / 2), w, h);
    targets_clear(v->targets);
    canvas_lay_over(v->canvas);
    canvas_fill_round(v->canvas, box, view_units(v, 12), v->theme->panel);
    canvas_stroke_round(v->canvas, box, view_units(v, 12), view_units(v, 2), v->theme->accent);
    double y = box.y + view_units(v, top), x = box.x + (w - buttons) / 2, high = view_units(v, button_height);
    for (int i = 0; i < 2; y += l.height[i++])
        canvas_text(v->canvas, box_of(box.x, y, w, l.height[i]), &l.style[i], l.text[i]);
    y += view_units(v, gap / 2);
    view_button(v, box_of(x, y, yes_w, high), q->yes, !q->is_stay_filled, ACT_LEAVE, 0);
    view_button(v, box_of(x + yes_w + between, y, stay_w, high), stay, q->is_stay_filled, ACT_STAY, 0);
    y += high + view_units(v, gap / 2);
    canvas_text(v->canvas, box_of(box.x, y, w, l.height[2]), &l.style[2], l.text[2]);
}

enum leave_answer leave_view_key(int key, int again, bool *is_stay_filled)
{
    if (key == KEY_ESCAPE) return LEAVE_NO;
    if (key == again) return LEAVE_YES;
    if (key == KEY_ENTER) return *is_stay_filled ? LEAVE_NO : LEAVE_YES;
    if (key == KEY_TAB || key == KEY_LEFT || key == KEY_RIGHT) *is_stay_filled = !*is_stay_filled;
    return LEAVE_NOT_YET;
}
