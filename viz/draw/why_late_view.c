#include "viz/draw/why_late_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/loss_cost.h"
#include "viz/draw/offers_view.h"
#include "viz/draw/pen.h"
#include "viz/draw/shapes.h"
#include "viz/draw/why_words.h"

static const double bar_units = 30, row_units = 25, time_units = 92;

/* ---- The plan ---- */

struct why_plan *why_plan_new(const struct journal_memory *journal)
{
    struct why_plan *plan = mem_calloc(1, sizeof *plan);
    struct event_mask mask = delay_account_mask();
    plan->account = delay_account_new();
    plan->letter = STORY_NONE;
    for (size_t i = 0, n = journal_memory_count(journal); i < n; i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (event_mask_has(mask, e->kind)) delay_account_hear(plan->account, e);
    }
    return plan;
}

void why_plan_free(struct why_plan *plan)
{
    if (!plan) return;
    delay_account_free(plan->account);
    mem_free(plan);
}

void why_plan_take(struct why_plan *plan, const struct story *story, size_t letter)
{
    struct story_letter l = story_letter(story, letter);
    uint32_t id = story_mail(story, l.mail)->id;
    plan->letter = letter;
    plan->n_all = delay_account_intervals(plan->account, id, l.recipient, 0, plan->intervals, WHY_INTERVALS_MAX);
    plan->n_intervals = plan->n_all < WHY_INTERVALS_MAX ? plan->n_all : WHY_INTERVALS_MAX;
    plan->span = delay_account_span(plan->account, id, l.recipient);
    plan->losses = why_losses_of(story, plan->intervals, plan->n_intervals);
}

/* ---- Which letter ---- */

size_t why_late_letter(const struct view *v, const struct queue_plan *queue)
{
    size_t longest = STORY_NONE, first;
    int64_t most = -1;
    if (v->selection.what == ACT_MAIL && story_mail_letters(v->story, v->selection.index, &first)) return first;
    if (v->selection.what == ACT_EVENT) {
        size_t letter = story_event_letter(v->story, v->selection.index);
        if (letter != STORY_NONE) return letter;
    }
    for (size_t i = 0; i < queue->n_rows; i++) {
        const struct queue_row *row = &queue->rows[i];
        if (row->to_ns - row->from_ns <= most) continue;
        most = row->to_ns - row->from_ns;
        longest = row->letter;
    }
    return longest;
}

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

/* ---- The bar ---- */

struct account_page {
    const struct view *v;
    const struct why_plan *plan;
    const struct compare_page *compared;
    struct box bar;
    int64_t from_ns, to_ns;
};

static double x_at(const struct account_page *p, int64_t at_ns)
{
    double length = (double)(p->to_ns - p->from_ns);
    return p->bar.x + (length > 0 ? (double)(at_ns - p->from_ns) / length * p->bar.w : 0);
}

static void draw_bar(const struct account_page *p)
{
    const struct view *v = p->v;
    canvas_fill_round(v->canvas, p->bar, view_units(v, 4), v->theme->grid);
    for (size_t i = 0; i < p->plan->n_intervals; i++) {
        const struct delay_interval *interval = &p->plan->intervals[i];
        double x = x_at(p, interval->from_ns), w = x_at(p, interval->to_ns) - x;
        struct box box = box_of(x, p->bar.y, fmax(1, w - 1), p->bar.h);
        canvas_fill(v->canvas, box, stage_colour(v, interval->stage));
        targets_add_box(v->targets, ACT_INTERVAL, i, box);
        struct text_style style = view_text(v, FONT_SMALL);
        style.colour = v->theme->panel;
        style.bold = true;
        style.across = style.down = ALIGN_CENTRE;
        if (canvas_measure(v->canvas, &style, why_stage_words(interval->stage), 0).x + view_units(v, 8) < w)
            canvas_text(v->canvas, box, &style, why_stage_words(interval->stage));
        size_t drop = story_drops_after(v->story, interval->from_ns - 1);
        for (size_t lost; (lost = why_next_loss(v->story, interval, &drop)) != STORY_NONE;)
            shape_death(v->canvas, story_drop(v->story, lost)->hop == STORY_NONE,
                        point_of(x_at(p, story_drop(v->story, lost)->at_ns), p->bar.y - view_units(v, 5)),
                        view_units(v, 4), view_units(v, 2), v->theme->lost);
    }
    int64_t now = story_now(v->story);
    if (now < p->from_ns || now > p->to_ns) return;
    double x = x_at(p, now);
    canvas_line(v->canvas, point_of(x, p->bar.y - view_units(v, 4)),
                point_of(x, p->bar.y + p->bar.h + view_units(v, 4)), view_units(v, 2), v->theme->ink);
}

/* ---- The rows ---- */

/* length: what stands at its right end; "": nothing. */
static bool draw_row(struct pen *pen, const char *text, const char *length, struct colour colour, double indent,
                     enum act act, size_t arg)
{
    const struct view *v = pen->v;
    double h = view_units(v, row_units), mark = view_units(v, 10);
    struct text_style style = view_text(v, FONT_SMALL),
                      number = act == ACT_GO_TO_EVENT ? view_faint(v, FONT_SMALL) : view_mono(v, FONT_SMALL);
    double w = fmax(view_units(v, time_units), canvas_measure(v->canvas, &number, length, 0).x + view_units(v, 12));
    double room = pen->box.w - indent - mark * 1.6 - w;
    if (!canvas_text_fits(v->canvas, &style, text, room)) {
        style.lines = 3;
        h = fmax(h, canvas_measure(v->canvas, &style, text, room).y + view_units(v, 8));
    }
    if (pen->y + h > pen->box.y + pen->box.h) return false;
    if (!pen_sees(pen, h - view_units(v, 2))) return pen_skip(pen, h);
    struct box row = box_of(pen->box.x + indent, pen->y, pen->box.w - indent, h - view_units(v, 2));
    style.down = number.down = ALIGN_CENTRE;
    number.across = ALIGN_END;
    style.may_be_cut = true; /* three lines are not enough in a narrow pane; a press goes there */
    if (act == ACT_GO_TO_EVENT)
        shape_death(v->canvas, story_event(v->story, arg)->kind == EVENT_PACKET_DROP,
                    point_of(row.x + mark / 2, row.y + row.h / 2), mark * 0.4, mark * 0.18, colour);
    else
        canvas_fill_round(v->canvas, box_of(row.x, row.y + (row.h - mark) / 2, mark, mark), 2 * v->unit, colour);
    canvas_text(v->canvas, box_of(row.x + mark * 1.6, row.y, room, row.h), &style, text);
    canvas_text(v->canvas, box_of(row.x + row.w - w, row.y, w, row.h), &number, length);
    targets_add_box(v->targets, act, arg, row);
    pen->y += h;
    return true;
}

static bool draw_loss(struct pen *pen, size_t index)
{
    const struct view *v = pen->v;
    char text[WHY_LOSS_BYTES], time[VIEW_TIME_BYTES], again[100] = "";
    int64_t again_ns = why_resent_after_ns(v->story, index);
    why_loss_words(v->story, index, text, sizeof text);
    if (again_ns > 0) /* else it was never sent again */
        snprintf(again, sizeof again, tr("sent again after %s"),
                 loss_cost_time_text(again_ns, loss_cost_grain_of(again_ns), time));
    return draw_row(pen, text, again, v->theme->lost, view_units(v, 22), ACT_GO_TO_EVENT,
                    story_drop(v->story, index)->event);
}

/* The longest first: a view may have room for a few only. */
static void sort_by_length(const struct why_plan *plan, size_t *order)
{
    for (size_t i = 0; i < plan->n_intervals; i++) {
        size_t k = i;
        int64_t length = plan->intervals[i].to_ns - plan->intervals[i].from_ns;
        for (; k > 0; k--) {
            const struct delay_interval *before = &plan->intervals[order[k - 1]];
            if (before->to_ns - before->from_ns >= length) break;
            order[k] = order[k - 1];
        }
        order[k] = i;
    }
}

/* What is shorter than a part of the whole that could be seen is told as one. */
static void draw_intervals(struct pen *pen, const struct account_page *p)
{
    const struct view *v = p->v;
    size_t order[WHY_INTERVALS_MAX], n = p->plan->n_intervals, i = 0;
    char text[STORY_SENTENCE_BYTES], time[VTIME_TEXT_BYTES];
    sort_by_length(p->plan, order);
    for (; i < n; i++) {
        const struct delay_interval *interval = &p->plan->intervals[order[i]];
        int64_t length = interval->to_ns - interval->from_ns;
        if ((double)length < why_least_part * (double)(p->to_ns - p->from_ns)) break;
        why_interval_words(v->story, interval, text, sizeof text);
        vtime_format_duration(length, time);
        if (!draw_row(pen, text, time, stage_colour(v, interval->stage), 0, ACT_INTERVAL, order[i])) return;
        size_t drop = story_drops_after(v->story, interval->from_ns - 1);
        for (size_t lost; (lost = why_next_loss(v->story, interval, &drop)) != STORY_NONE;)
            if (!draw_loss(pen, lost)) return;
    }
    int64_t short_ns = 0;
    for (size_t k = i; k < n; k++)
        short_ns += p->plan->intervals[order[k]].to_ns - p->plan->intervals[order[k]].from_ns;
    if (i == n) return;
    snprintf(text, sizeof text, tr("%zu shorter ones, together"), n - i);
    draw_row(pen, text, vtime_format_duration(short_ns, time), v->theme->ghost, 0, ACT_NONE, 0);
}

static void draw_sums(struct pen *pen, const struct account_page *p)
{
    int64_t sums[DELAY_STAGES];
    char text[400] = "", time[VTIME_TEXT_BYTES];
    size_t n = 0;
    delay_account_sum(p->plan->intervals, p->plan->n_intervals, sums);
    for (enum delay_stage stage = 0; stage < DELAY_STAGES; stage++) {
        if (sums[stage] == 0) continue;
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s %s", n ? "  +  " : "", why_stage_words(stage),
                              vtime_format_duration(sums[stage], time));
        if (n >= sizeof text) break;
    }
    if (p->plan->n_all > p->plan->n_intervals)
        snprintf(text, sizeof text, tr("the first %zu of %zu parts"), p->plan->n_intervals, p->plan->n_all);
    struct text_style style = view_faint(p->v, FONT_SMALL);
    style.lines = 2;
    pen_write(pen, style, text);
}

static void draw_title(struct pen *pen, const struct account_page *p)
{
    char text[400], time[VTIME_TEXT_BYTES];
    const struct view *v = p->v;
    struct story_letter letter = story_letter(v->story, p->plan->letter);
    const char *name = story_mail(v->story, letter.mail)->name;
    vtime_format_duration(p->to_ns - p->from_ns, time);
    if (p->plan->span.delivered_ns != TIME_NEVER)
        snprintf(text, sizeof text, tr("%s reached %s after %s"), name, letter.recipient, time);
    else
        snprintf(text, sizeof text, tr("%s has not reached %s in %s"), name, letter.recipient, time);
    struct text_style style = view_text(v, FONT_PLAIN);
    style.bold = true;
    style.lines = 2;
    style.may_be_cut = true; /* it names a recipient */
    pen_write(pen, style, text);
}

/* ---- Without the losses ---- */

/* The row of the letter in the comparison; STORY_NONE: the world was not run again, or the letter is not in both. */
static size_t row_in_both_runs(const struct account_page *p)
{
    const struct comparison *c = p->compared ? p->compared->comparison : NULL;
    struct story_letter letter = story_letter(p->v->story, p->plan->letter);
    const char *name = story_mail(p->v->story, letter.mail)->name;
    for (size_t i = 0; c && i < c->n_letters; i++) {
        const struct outcome_of_letter *a = &c->letters[0][i], *b = &c->letters[1][i];
        if (!strcmp(a->mail, name) && !strcmp(a->recipient, letter.recipient) && a->composed && b->composed) return i;
    }
    return STORY_NONE;
}

/* The same words as in what if. */
static void draw_compared(struct pen *pen, const struct compare_page *compared, size_t row, struct text_style style)
{
    char words[LOSS_COST_WORDS_BYTES], text[LOSS_COST_WORDS_BYTES + 40];
    const struct outcome_of_letter *was = &compared->comparison->letters[0][row],
                                   *would = &compared->comparison->letters[1][row];
    snprintf(text, sizeof text, tr("What if: %s"), loss_cost_change_words(was, would, words));
    pen_write(pen, style, text);
    if (row != compared->told || !compared->cost) return;
    style.bold = false;
    style.lines = 7;
    pen_write(pen, style,
              loss_cost_words(compared->cost, compared->stories[compared->cost->lost_in],
                              loss_cost_grain_ns(was, would), words));
}

static bool can_run_without(const struct account_page *p)
{
    const struct rerun *rerun = p->v->rerun;
    const struct why_losses *losses = &p->plan->losses;
    bool all = losses->n > 0 && losses->can_be_spared == losses->n && losses->n <= ACTS_MAX;
    return all && rerun && !rerun->why_not && p->compared && !p->compared->n_acts;
}

/* Two runs are compared; or an estimate, with a button to have it exactly. */
static void draw_without_losses(struct pen *pen, const struct account_page *p)
{
    char text[300], time[VTIME_TEXT_BYTES];
    size_t row = row_in_both_runs(p);
    const struct why_losses *losses = &p->plan->losses;
    struct text_style style = view_text(p->v, FONT_SMALL), faint = view_faint(p->v, FONT_SMALL);
    style.bold = true;
    style.lines = faint.lines = 2;
    if (row != STORY_NONE) {
        draw_compared(pen, p->compared, row, style);
        return;
    }
    bool delivered = p->plan->span.delivered_ns != TIME_NEVER;
    if (losses->n_timed > 0 && losses->waited_ns > 0 && delivered) {
        vtime_format_duration(p->to_ns - p->from_ns - losses->waited_ns, time);
        if (losses->n_timed == 1)
            snprintf(text, sizeof text, tr("without the loss that only a timer noticed about %s: an estimate"), time);
        else
            snprintf(text, sizeof text, tr("without the %zu losses that only timers noticed about %s: an estimate"),
                     losses->n_timed, time);
        pen_write(pen, style, text);
    }
    if (losses->n > 0) pen_write(pen, faint, tr("What a loss cost in all, only a run without it tells: what if."));
    if (can_run_without(p)) offers_draw_button(pen, tr("What if nothing had been lost?"), ACT_WITHOUT_LOSSES, 0);
}

void why_late_view_draw(const struct view *v, struct box box, const struct why_plan *plan,
                        const struct compare_page *compared)
{
    struct box inner = view_panel(v, box, tr("Why late"));
    if (plan->letter == STORY_NONE || plan->n_intervals == 0) {
        struct text_style style = view_faint(v, FONT_PLAIN);
        style.across = style.down = ALIGN_CENTRE;
        canvas_text(v->canvas, inner, &style, tr("There is no mail whose time could be told."));
        return;
    }
    struct account_page page = {.v = v,
                                .plan = plan,
                                .compared = compared,
                                .from_ns = plan->intervals[0].from_ns,
                                .to_ns = plan->intervals[plan->n_intervals - 1].to_ns};
    struct pen_page scrolled = pen_page_begin(v, inner);
    struct pen pen = pen_page_column(&scrolled, inner.x, inner.w);
    draw_title(&pen, &page);
    page.bar = box_of(inner.x, pen.y + view_units(v, 14), inner.w, view_units(v, bar_units));
    if (pen_sees(&pen, page.bar.y + page.bar.h - pen.y)) draw_bar(&page);
    pen.y = page.bar.y + page.bar.h + view_units(v, 8);
    draw_sums(&pen, &page);
    draw_without_losses(&pen, &page);
    pen.y += view_units(v, 4);
    draw_intervals(&pen, &page);
    pen_page_column_end(&scrolled, &pen);
    pen_page_end(&scrolled);
}
