#include "viz/draw/offers_view.h"

#include "sim/journal/tr.h"
#include "viz/draw/what_if.h"

static const double button_units = 24;

void offers_draw(struct pen *pen)
{
    const struct view *v = pen->v;
    struct act_line offers[OFFERS_MAX];
    size_t n = v->rerun ? what_if_offers(v->story, v->selection, offers) : 0;
    if (n == 0) return;
    double h = view_units(v, button_units), gap = view_units(v, 6), x = pen->box.x, bottom = pen->box.y + pen->box.h;
    pen_heading(pen, v->rerun->why_not ? v->rerun->why_not : tr("What if ..."));
    pen->y += view_units(v, 2);
    struct text_style style = view_text(v, FONT_SMALL);
    style.across = style.down = ALIGN_CENTRE;
    style.colour = v->rerun->why_not ? v->theme->ghost : v->theme->accent;
    style.bold = true;
    for (size_t i = 0; i < n; i++) {
        double w = canvas_measure(v->canvas, &style, offers[i].words, 0).x + view_units(v, 20);
        if (w > pen->box.w) w = pen->box.w;
        if (x > pen->box.x && x + w > pen->box.x + pen->box.w) {
            x = pen->box.x;
            pen->y += h + gap;
        }
        if (pen->y + h > bottom) return;
        struct box box = box_of(x, pen->y, w, h);
        canvas_stroke_round(v->canvas, box_inset(box, 0.5), h / 2, view_units(v, 1.4), style.colour);
        canvas_text(v->canvas, box, &style, offers[i].words);
        if (!v->rerun->why_not) targets_add_box(v->targets, ACT_WHAT_IF, i, box);
        x += w + gap;
    }
    pen->y += h + gap;
}
