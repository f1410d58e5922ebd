/* The bar of the parts of a mail's time: their colours and patterns, what they are called, and the losses in them. */
#include "viz/draw/why_late_internal.h"

#include <math.h>

#include "viz/draw/signs.h"
#include "viz/draw/why_words.h"

/* ---- Colours ---- */

static struct colour stage_colour(const struct view *v, enum delay_stage stage)
{
    const struct theme *t = v->theme;
    switch (stage) {
    case DELAY_QUEUE:
        return t->ghost;
    case DELAY_DNS:
        return t->class[STORY_DNS];
    case DELAY_CONNECT:
        return t->class[STORY_CONTROL];
    case DELAY_TRANSFER:
        return t->class[STORY_DATA];
    case DELAY_RETRY:
        return t->warn;
    case DELAY_DISK:
        return t->faint;
    case DELAY_UNEXPLAINED:
    case DELAY_STAGES:
        break;
    }
    return t->lost;
}

static double x_at(const struct account_page *p, int64_t at_ns)
{
    double length = (double)(p->to_ns - p->from_ns);
    return p->bar.x + (length > 0 ? (double)(at_ns - p->from_ns) / length * p->bar.w : 0);
}

/* ---- Patterns ---- */

enum pattern { PLAIN = 0, UPRIGHT = 1, LYING = 2, RISING = 4, FALLING = 8 };

/* So that what takes the time is told apart without colours. */
static int stage_pattern(enum delay_stage stage)
{
    switch (stage) {
    case DELAY_QUEUE:
        return LYING;
    case DELAY_DNS:
        return UPRIGHT;
    case DELAY_CONNECT:
        return RISING;
    case DELAY_TRANSFER:
        return PLAIN;
    case DELAY_RETRY:
        return FALLING;
    case DELAY_DISK:
        return UPRIGHT | LYING;
    case DELAY_UNEXPLAINED:
    case DELAY_STAGES:
        break;
    }
    return RISING | FALLING;
}

static void draw_pattern(const struct view *v, struct box box, int pattern)
{
    double step = view_units(v, 5), width = fmax(1, view_units(v, 1));
    struct colour ink = colour_with_alpha(v->theme->panel, 0.55);
    canvas_clip(v->canvas, box);
    for (double x = box.x + step / 2; (pattern & UPRIGHT) && x < box.x + box.w; x += step)
        canvas_line(v->canvas, point_of(x, box.y), point_of(x, box.y + box.h), width, ink);
    for (double y = box.y + step / 2; (pattern & LYING) && y < box.y + box.h; y += step)
        canvas_line(v->canvas, point_of(box.x, y), point_of(box.x + box.w, y), width, ink);
    for (double x = box.x - box.h; (pattern & RISING) && x < box.x + box.w; x += step * 1.4)
        canvas_line(v->canvas, point_of(x, box.y + box.h), point_of(x + box.h, box.y), width, ink);
    for (double x = box.x - box.h; (pattern & FALLING) && x < box.x + box.w; x += step * 1.4)
        canvas_line(v->canvas, point_of(x, box.y), point_of(x + box.h, box.y + box.h), width, ink);
    canvas_unclip(v->canvas);
}

/* Of an attempt, that of what it does in the end: it hands over. Neighbours of one kind take turns in their shade. */
static struct colour part_colour(const struct account_page *p, size_t index)
{
    const struct why_part *part = &p->plan->parts[index];
    enum delay_stage stage = part->level == WHY_ATTEMPT ? DELAY_TRANSFER : p->plan->intervals[part->interval].stage;
    struct colour colour = stage_colour(p->v, stage);
    bool lighter = part->level != WHY_STAGE && index % 2;
    return lighter ? colour_mix(colour, p->v->theme->panel, 0.3) : colour;
}

void why_late_fill_part(const struct account_page *p, struct box box, size_t index)
{
    const struct why_part *part = &p->plan->parts[index];
    canvas_fill(p->v->canvas, box, part_colour(p, index));
    if (part->level == WHY_STAGE && box.w >= 4)
        draw_pattern(p->v, box, stage_pattern(p->plan->intervals[part->interval].stage));
}

/* ---- The bar ---- */

static void draw_losses_above(const struct account_page *p, const struct why_part *part)
{
    const struct view *v = p->v;
    struct why_walk walk = {0};
    for (size_t lost; (lost = why_part_next_loss(v->story, p->plan->intervals, part, &walk)) != STORY_NONE;)
        sign_draw_death(v->canvas, story_drop(v->story, lost)->hop == STORY_NONE,
                        point_of(x_at(p, story_drop(v->story, lost)->at_ns), p->bar.y - view_units(v, 5)),
                        view_units(v, 4), view_units(v, 2), v->theme->lost);
}

/* On its own ground: letters and patterns would disturb each other. */
static void draw_label(const struct account_page *p, struct box box, size_t index)
{
    const struct view *v = p->v;
    char label[80];
    struct text_style style = view_text(v, FONT_SMALL);
    style.colour = v->theme->panel;
    style.bold = true;
    style.across = style.down = ALIGN_CENTRE;
    why_part_label(v->story, p->plan->intervals, &p->plan->parts[index], label, sizeof label);
    double w = canvas_measure(v->canvas, &style, label, 0).x + view_units(v, 8);
    if (!*label || w > box.w) return;
    struct box ground = box_of(box.x + (box.w - w) / 2, box.y, w, box.h);
    canvas_fill(v->canvas, ground, part_colour(p, index));
    canvas_text(v->canvas, ground, &style, label);
}

void why_late_draw_bar(const struct account_page *p)
{
    const struct view *v = p->v;
    canvas_fill_round(v->canvas, p->bar, view_units(v, 4), v->theme->grid);
    for (size_t i = 0; i < p->plan->n_parts; i++) {
        const struct why_part *part = &p->plan->parts[i];
        double x = x_at(p, part->from_ns), w = x_at(p, part->to_ns) - x;
        struct box box = box_of(x, p->bar.y, fmax(1, w - 1), p->bar.h);
        why_late_fill_part(p, box, i);
        targets_add_box(v->targets, ACT_INTERVAL, i, box);
        draw_label(p, box, i);
        draw_losses_above(p, part);
    }
    int64_t now = story_now(v->story);
    if (now < p->from_ns || now > p->to_ns) return;
    double x = x_at(p, now);
    canvas_line(v->canvas, point_of(x, p->bar.y - view_units(v, 4)),
                point_of(x, p->bar.y + p->bar.h + view_units(v, 4)), view_units(v, 2), v->theme->ink);
}
