#include "viz/draw/quiz_view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"

/* Of the card, in units. */
static const double card_width = 660, choice_gap = 8, margin = 22;

struct card {
    const struct view *v;
    const struct quiz_question *q;
    size_t answer; /* QUIZ_CHOICES: none yet */
    double width;  /* of what is in it */
};

static struct text_style prompt_style(const struct view *v)
{
    struct text_style style = view_text(v, FONT_LARGE);
    style.bold = true;
    style.lines = 4;
    return style;
}

static struct text_style choice_style(const struct view *v)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    style.size *= 1.1;
    style.lines = 3;
    style.down = ALIGN_CENTRE;
    return style;
}

static double choice_height(const struct card *c, size_t i)
{
    struct text_style style = choice_style(c->v);
    double text = canvas_measure(c->v->canvas, &style, c->q->choices[i], c->width - view_units(c->v, 60)).y;
    return fmax(view_units(c->v, 38), text + view_units(c->v, 16));
}

/* Right and wrong are told by a mark, too, and not by colour alone. */
static void draw_choice(const struct card *c, struct box box, size_t i)
{
    const struct view *v = c->v;
    bool answered = c->answer < QUIZ_CHOICES, right = answered && i == c->q->right;
    bool wrong = answered && i == c->answer && !right;
    struct colour edge = right ? v->theme->good : wrong ? v->theme->lost : v->theme->edge;
    canvas_fill_round(v->canvas, box, view_units(v, 8), v->theme->grid);
    canvas_stroke_round(v->canvas, box, view_units(v, 8), view_units(v, right || wrong ? 2.5 : 1), edge);
    const char digits[2] = {(char)('1' + i), 0};
    struct text_style style = choice_style(v), key = style;
    key.bold = true;
    key.across = ALIGN_CENTRE;
    key.colour = right || wrong ? edge : v->theme->accent;
    if (answered && !right && !wrong) style.colour = v->theme->faint;
    canvas_text(v->canvas, box_of(box.x, box.y, view_units(v, 40), box.h), &key, right ? "✓" : wrong ? "✗" : digits);
    canvas_text(v->canvas, box_of(box.x + view_units(v, 44), box.y, box.w - view_units(v, 56), box.h), &style,
                c->q->choices[i]);
    if (!answered) targets_add_box(v->targets, ACT_ANSWER, i, box);
}

static void verdict_text(const struct card *c, char *text, size_t size)
{
    bool right = c->answer == c->q->right;
    snprintf(text, size, "%s %s", right ? tr("Right.") : tr("Not so."), c->q->explanation);
}

static struct text_style verdict_style(const struct view *v)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    style.size *= 1.1;
    style.lines = 6;
    return style;
}

static void draw_foot(const struct card *c, struct box row, struct scene_score score)
{
    const struct view *v = c->v;
    char text[80];
    struct text_style faint = view_faint(v, FONT_PLAIN), go = view_text(v, FONT_PLAIN);
    faint.down = go.down = go.across = ALIGN_CENTRE;
    bool answered = c->answer < QUIZ_CHOICES;
    snprintf(text, sizeof text, tr("%u of %u right"), score.right, score.asked);
    canvas_text(v->canvas, box_of(row.x, row.y, answered ? row.w * 0.3 : row.w, row.h), &faint,
                score.asked ? text : tr("Press a digit, or an answer."));
    if (!answered) return;
    double w = canvas_measure(v->canvas, &go, tr("Go on"), 0).x + view_units(v, 40);
    struct box button = box_of(row.x + row.w - w, row.y, w, row.h);
    go.bold = true;
    go.colour = v->theme->on_accent;
    canvas_fill_round(v->canvas, button, row.h / 2, v->theme->accent);
    canvas_text(v->canvas, button, &go, tr("Go on"));
    targets_add_box(v->targets, ACT_GO_ON, 0, button);
    faint.across = ALIGN_END;
    canvas_text(v->canvas, box_of(row.x + row.w * 0.3, row.y, row.w * 0.7 - w - view_units(v, 14), row.h), &faint,
                c->q->cite);
}

static double card_height(const struct card *c, const char *verdict)
{
    const struct view *v = c->v;
    struct text_style prompt = prompt_style(v), told = verdict_style(v);
    double h = view_units(v, 2 * margin + 34 + 12) + canvas_measure(v->canvas, &prompt, c->q->prompt, c->width).y;
    for (size_t i = 0; i < c->q->n_choices; i++)
        h += choice_height(c, i) + view_units(v, choice_gap);
    if (*verdict) h += canvas_measure(v->canvas, &told, verdict, c->width).y + view_units(v, 18);
    return h;
}

static void draw_card(const struct card *c, struct box box, const char *verdict, struct scene_score score)
{
    const struct view *v = c->v;
    canvas_fill_round(v->canvas, box, view_units(v, 14), v->theme->panel);
    canvas_stroke_round(v->canvas, box, view_units(v, 14), view_units(v, 2), v->theme->accent);
    struct text_style prompt = prompt_style(v), told = verdict_style(v);
    double x = box.x + view_units(v, margin), y = box.y + view_units(v, margin), bottom = box.y + box.h;
    y += canvas_text(v->canvas, box_of(x, y, c->width, bottom - y), &prompt, c->q->prompt).y + view_units(v, 12);
    for (size_t i = 0; i < c->q->n_choices; i++) {
        double h = choice_height(c, i);
        draw_choice(c, box_of(x, y, c->width, h), i);
        y += h + view_units(v, choice_gap);
    }
    y += view_units(v, 6);
    if (*verdict) canvas_text(v->canvas, box_of(x, y, c->width, bottom - y), &told, verdict);
    double row = view_units(v, 34);
    draw_foot(c, box_of(x, bottom - view_units(v, margin) - row, c->width, row), score);
}

/* While nothing is asked, a pill tells that guessing is on. */
static void draw_score(const struct view *v, struct box middle, struct scene_score score)
{
    char text[100];
    snprintf(text, sizeof text, tr("Guessing: %u of %u right"), score.right, score.asked);
    struct text_style style = view_text(v, FONT_SMALL);
    double w = canvas_measure(v->canvas, &style, text, 0).x + view_units(v, 26);
    view_pill(v, point_of(middle.x + middle.w - w, middle.y + middle.h - view_units(v, 30)), text, v->theme->accent,
              v->theme->on_accent, FONT_SMALL);
}

void quiz_view_draw(const struct view *v, struct box middle, const struct scene *scene)
{
    char verdict[2 * QUIZ_TEXT_BYTES + 40] = "";
    struct card card = {.v = v};
    card.q = scene_question(scene, &card.answer);
    if (!card.q) {
        if (scene_is_guessing(scene)) draw_score(v, middle, scene_score(scene));
        return;
    }
    double w = fmin(view_units(v, card_width), middle.w);
    card.width = w - view_units(v, 2 * margin);
    if (card.answer < QUIZ_CHOICES) verdict_text(&card, verdict, sizeof verdict);
    double h = fmin(card_height(&card, verdict), middle.h);
    canvas_lay_over(v->canvas);
    canvas_fill(v->canvas, middle, colour_with_alpha(v->theme->paper, 0.45));
    targets_clear(v->targets); /* the card alone can be pressed */
    struct box box = box_of(middle.x + (middle.w - w) / 2, middle.y + (middle.h - h) / 2, w, h);
    draw_card(&card, box, verdict, scene_score(scene));
}
