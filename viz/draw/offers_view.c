#include "viz/draw/offers_view.h"

#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "viz/draw/edits.h"
#include "viz/draw/settings_words.h"
#include "viz/draw/what_if.h"

static const double button_units = 24;

/* Buttons beside each other, in as many lines as they need. */
struct flow {
    struct pen *pen;
    double x;
    struct text_style style;
};

static struct flow flow_begin(struct pen *pen, bool bold)
{
    struct flow flow = {pen, pen->box.x, view_text(pen->v, FONT_SMALL)};
    flow.style.across = flow.style.down = ALIGN_CENTRE;
    flow.style.colour = pen->v->rerun->why_not ? pen->v->theme->ghost : pen->v->theme->accent;
    flow.style.bold = bold;
    pen->y += view_units(pen->v, 2);
    return flow;
}

static bool flow_button(struct flow *f, const char *text, enum act act, size_t arg)
{
    const struct view *v = f->pen->v;
    struct pen *pen = f->pen;
    double h = view_units(v, button_units), gap = view_units(v, 6), edge = view_units(v, 10);
    double w = canvas_measure(v->canvas, &f->style, text, 0).x + 2 * edge;
    if (w > pen->box.w) w = pen->box.w;
    const struct text_style style = view_fitted(v, f->style, text, w - edge, 0.5);
    if (f->x > pen->box.x && f->x + w > pen->box.x + pen->box.w) {
        f->x = pen->box.x;
        pen->y += h + gap;
    }
    if (pen->y + h > pen->box.y + pen->box.h) return false;
    struct box box = box_of(f->x, pen->y, w, h);
    f->x += w + gap;
    if (!pen_sees(pen, h)) return true;
    canvas_stroke_round(v->canvas, box_inset(box, 0.5), h / 2, view_units(v, 1.4), f->style.colour);
    canvas_text(v->canvas, box, &style, text);
    if (!v->rerun->why_not) targets_add_box(v->targets, act, arg, box);
    return true;
}

static void flow_end(struct flow *f)
{
    f->pen->y += view_units(f->pen->v, button_units + 6);
}

void offers_draw_button(struct pen *pen, const char *text, enum act act, size_t arg)
{
    struct flow flow = flow_begin(pen, true);
    if (flow_button(&flow, text, act, arg)) flow_end(&flow);
}

static bool any_edit(const struct edit_row *rows, size_t n, bool from_now)
{
    for (size_t i = 0; i < n; i++)
        if (!*rows[i].at != from_now) return true;
    return false;
}

static void draw_edits_of(struct pen *pen, const struct edit_row *rows, size_t n, bool from_now)
{
    if (!any_edit(rows, n, from_now)) return;
    pen_heading(pen, from_now ? tr("From now on, another ...") : tr("From the beginning on, another ..."));
    struct flow flow = flow_begin(pen, false);
    for (size_t i = 0; i < n; i++) {
        char text[EDIT_WORDS_BYTES + 64], words[EDIT_WORDS_BYTES], value[EDIT_VALUE_BYTES];
        if (!*rows[i].at == from_now) continue;
        settings_value_words(rows[i].value, value, sizeof value);
        snprintf(text, sizeof text, *value ? "%s: %.60s" : "%s", edit_words(&rows[i], words), value);
        if (!flow_button(&flow, text, ACT_EDIT, i)) return;
    }
    flow_end(&flow);
}

static void draw_edits(struct pen *pen)
{
    struct edit_row rows[EDITS_MAX];
    size_t n = edits_of(pen->v->story, pen->v->selection, rows);
    draw_edits_of(pen, rows, n, true);
    draw_edits_of(pen, rows, n, false);
}

static bool takes_away(const struct act_line *offer)
{
    return !strcmp(offer->line, "null");
}

void offers_draw_removal(const struct view *v, struct box panel, const char *heading)
{
    struct act_line offers[OFFERS_MAX];
    size_t n = v->rerun ? what_if_offers(v->story, v->selection, offers) : 0;
    if (n == 0 || !takes_away(&offers[n - 1]) || v->rerun->why_not) return;
    const char *text = tr("take it away");
    struct text_style style = view_text(v, FONT_SMALL);
    style.across = style.down = ALIGN_CENTRE;
    style.colour = v->theme->accent;
    struct box head = view_heading_box(v, panel, heading);
    double w = canvas_measure(v->canvas, &style, text, 0).x + view_units(v, 20), h = view_units(v, 20);
    struct box box = box_of(panel.x + panel.w - view_units(v, 36) - w, panel.y + view_units(v, 6), w, h);
    if (box.x < head.x + head.w + view_units(v, 8)) return;
    canvas_stroke_round(v->canvas, box_inset(box, 0.5), h / 2, view_units(v, 1.4), style.colour);
    canvas_text(v->canvas, box, &style, text);
    targets_add_box(v->targets, ACT_WHAT_IF, n - 1, box);
}

void offers_draw(struct pen *pen)
{
    const struct view *v = pen->v;
    struct act_line offers[OFFERS_MAX];
    size_t n = v->rerun ? what_if_offers(v->story, v->selection, offers) : 0;
    if (!v->rerun) return;
    if (n > 0 && takes_away(&offers[n - 1]) && !v->rerun->why_not) n--; /* it has its place in the heading */
    if (n > 0) {
        pen_heading(pen, v->rerun->why_not ? v->rerun->why_not : tr("What if ..."));
        struct flow flow = flow_begin(pen, true);
        for (size_t i = 0; i < n; i++)
            if (!flow_button(&flow, offers[i].words, ACT_WHAT_IF, i)) return;
        flow_end(&flow);
    }
    draw_edits(pen);
}
