#include "viz/draw/elsewhere_view.h"

#include <stdio.h>

#include "sim/journal/tr.h"

void elsewhere_draw(struct pen *pen, size_t packet)
{
    const struct view *v = pen->v;
    const struct elsewhere *program = v->elsewhere;
    double h = view_units(v, 22);
    if (!program || pen->y + h > pen->box.y + pen->box.h) return;
    char text[160];
    if (program->why_not)
        snprintf(text, sizeof text, tr("Open in %s: %s"), program->name, program->why_not);
    else
        snprintf(text, sizeof text, tr("Open in %s (O)"), program->name);
    struct text_style style = view_text(v, FONT_SMALL);
    style.bold = true;
    style.across = style.down = ALIGN_CENTRE;
    style.colour = program->why_not ? v->theme->ghost : v->theme->accent;
    double w = canvas_measure(v->canvas, &style, text, 0).x + view_units(v, 20);
    if (w > pen->box.w) w = pen->box.w;
    struct box box = box_of(pen->box.x, pen->y + view_units(v, 2), w, h - view_units(v, 2));
    if (pen_sees(pen, h)) {
        canvas_stroke_round(v->canvas, box_inset(box, 0.5), box.h / 2, view_units(v, 1.4), style.colour);
        canvas_text(v->canvas, box, &style, text);
        if (!program->why_not) targets_add_box(v->targets, ACT_ELSEWHERE, packet, box);
    }
    pen->y += h + view_units(v, 4);
    if (*v->elsewhere_said) pen_paragraph(pen, v->elsewhere_said, 2);
}
