#include "viz/draw/lesson_view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"

static double button_width(const struct view *v, const char *text)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    style.bold = true;
    return canvas_measure(v->canvas, &style, text, 0).x + view_units(v, 36);
}

/* At the ends of a lesson one of them leads nowhere, and is grey. */
static void draw_button(const struct view *v, struct box box, const char *text, enum act act, bool leads, bool main)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    style.bold = true;
    style.across = style.down = ALIGN_CENTRE;
    style.colour = !leads ? v->theme->ghost : main ? v->theme->on_accent : v->theme->ink;
    canvas_fill_round(v->canvas, box, box.h / 2, main && leads ? v->theme->accent : v->theme->grid);
    canvas_text(v->canvas, box, &style, text);
    if (leads) targets_add_box(v->targets, act, 0, box);
}

static void draw_progress(const struct view *v, struct box box, const struct scene_lesson *lesson)
{
    canvas_fill_round(v->canvas, box, box.h / 2, v->theme->grid);
    double part = (double)lesson->number / (double)lesson->count;
    canvas_fill_round(v->canvas, box_of(box.x, box.y, fmax(box.h, box.w * part), box.h), box.h / 2, v->theme->accent);
}

/* The text is as large as fits. */
static void draw_text(const struct view *v, struct box box, const char *text)
{
    struct text_style style = view_text(v, FONT_LARGE);
    style.lines = 6;
    style.down = ALIGN_CENTRE;
    for (int i = 0; i < 6 && canvas_measure(v->canvas, &style, text, box.w).y > box.h; i++)
        style.size *= 0.92;
    canvas_text(v->canvas, box, &style, text);
}

void lesson_view_draw(const struct view *v, struct box box, const struct scene_lesson *lesson)
{
    char where[80];
    const char *back = tr("Back"), *next = tr("Next");
    canvas_fill_round(v->canvas, box, view_units(v, 8), v->theme->panel);
    canvas_stroke_round(v->canvas, box_inset(box, 0.5), view_units(v, 8), view_units(v, 1.5), v->theme->accent);
    struct box inner = box_of(box.x + view_units(v, 16), box.y + view_units(v, 8), box.w - view_units(v, 32),
                              box.h - view_units(v, 16));
    double left = view_units(v, 190), h = view_units(v, 34), gap = view_units(v, 10);
    double next_w = button_width(v, next), back_w = button_width(v, back);
    snprintf(where, sizeof where, tr("step %zu of %zu"), lesson->number, lesson->count);
    struct text_style title = view_text(v, FONT_LARGE), faint = view_faint(v, FONT_PLAIN);
    title.bold = true;
    title.lines = 2;
    struct point used = canvas_text(v->canvas, box_of(inner.x, inner.y, left, inner.h), &title, lesson->title);
    canvas_text(v->canvas, box_of(inner.x, inner.y + used.y + view_units(v, 2), left, view_units(v, 20)), &faint,
                where);
    draw_progress(v, box_of(inner.x, inner.y + inner.h - view_units(v, 5), left, view_units(v, 5)), lesson);
    double x = inner.x + inner.w - next_w, y = inner.y + (inner.h - h) / 2;
    draw_button(v, box_of(x, y, next_w, h), next, ACT_LESSON_NEXT, lesson->number < lesson->count, true);
    x -= gap + back_w;
    draw_button(v, box_of(x, y, back_w, h), back, ACT_LESSON_BACK, lesson->number > 1, false);
    double from = inner.x + left + view_units(v, 20);
    draw_text(v, box_of(from, inner.y, x - gap - from, inner.h), lesson->text);
}
