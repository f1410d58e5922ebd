#include "viz/draw/why_late_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/axis_time.h"
#include "viz/draw/loss_cost.h"
#include "viz/draw/offers_view.h"
#include "viz/draw/pen.h"
#include "viz/draw/shapes.h"
#include "viz/draw/signs.h"
#include "viz/draw/waiting_words.h"
#include "viz/draw/why_words.h"

static const double bar_units = 30, row_units = 25, time_units = 92, when_units = 15;

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
    why_plan_close(plan, story, 0);
}

static void take_parts(struct why_plan *plan, const struct story *story)
{
    const struct why_part *opened = plan->depth ? &plan->path[plan->depth - 1] : NULL;
    plan->n_all_parts = why_parts_of(story, plan->intervals, plan->n_intervals, opened, plan->parts, WHY_INTERVALS_MAX);
    plan->n_parts = plan->n_all_parts < WHY_INTERVALS_MAX ? plan->n_all_parts : WHY_INTERVALS_MAX;
    plan->tells_short = false;
}

bool why_plan_open(struct why_plan *plan, const struct story *story, size_t part)
{
    if (part >= plan->n_parts || plan->depth == WHY_DEPTH_MAX) return false;
    if (!why_part_opens(plan->intervals, &plan->parts[part])) return false;
    plan->path[plan->depth++] = plan->parts[part];
    take_parts(plan, story);
    return true;
}

void why_plan_close(struct why_plan *plan, const struct story *story, size_t depth)
{
    if (depth < plan->depth) plan->depth = depth;
    take_parts(plan, story);
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
    size_t told = waiting_letter(v->story);
    if (told != STORY_NONE) return told; /* the headline is about it */
    for (size_t i = 0; i < queue->n_rows; i++) {
        const struct queue_row *row = &queue->rows[i];
        if (row->to_ns - row->from_ns <= most) continue;
        most = row->to_ns - row->from_ns;
        longest = row->letter;
    }
    return longest;
}

/* ---- The rows ---- */

/* What is told in a row: at its left end the mark of a part, a cross, or a tip where it opens or closes. */
struct row {
    const char *text, *when, *length; /* when: before the length, which is at its right end; "": nothing */
    double indent;
    enum act act;
    size_t arg;
    bool open; /* of ACT_WHY_SHORT */
    bool is_longest;
};

/* To the right: it opens. Down: it is open. */
static void draw_tip(const struct view *v, struct point at, double r, bool open)
{
    struct point right[] = {{at.x - r * 0.6, at.y - r}, {at.x - r * 0.6, at.y + r}, {at.x + r, at.y}};
    struct point down[] = {{at.x - r, at.y - r * 0.6}, {at.x + r, at.y - r * 0.6}, {at.x, at.y + r}};
    canvas_polygon(v->canvas, open ? down : right, 3, v->theme->faint);
}

static bool opens(const struct account_page *p, const struct row *row)
{
    return row->act == ACT_INTERVAL && why_part_opens(p->plan->intervals, &p->plan->parts[row->arg]);
}

static void draw_mark(const struct account_page *p, struct box box, const struct row *row)
{
    const struct view *v = p->v;
    double mark = box.w;
    struct point centre = point_of(box.x + mark / 2, box.y + mark / 2);
    if (row->act == ACT_GO_TO_EVENT) {
        sign_draw_death(v->canvas, story_event(v->story, row->arg)->kind == EVENT_PACKET_DROP, centre, mark * 0.4,
                        mark * 0.18, v->theme->lost);
    } else if (row->act == ACT_INTERVAL) {
        why_late_fill_part(p, box, row->arg);
    } else {
        draw_tip(v, centre, mark * 0.4, row->open);
    }
}

/* Where the parts of a row stand, from its left end; when_below: there is no room for it beside the text. */
struct row_plan {
    struct text_style text, when, length;
    double room, when_w, length_w, h;
    bool when_below;
};

static struct row_plan plan_row(const struct pen *pen, const struct row *row, double mark, double right)
{
    const struct view *v = pen->v;
    double gap = view_units(v, 12);
    struct row_plan plan = {.text = view_text(v, FONT_SMALL),
                            .when = view_mono(v, FONT_SMALL),
                            .length =
                                row->act == ACT_GO_TO_EVENT ? view_faint(v, FONT_SMALL) : view_mono(v, FONT_SMALL),
                            .h = view_units(v, row_units)};
    plan.when.colour = v->theme->faint;
    plan.text.bold = plan.length.bold = row->is_longest;
    plan.text.down = plan.when.down = plan.length.down = ALIGN_CENTRE;
    plan.length.across = ALIGN_END;
    plan.length_w = fmax(view_units(v, time_units), canvas_measure(v->canvas, &plan.length, row->length, 0).x + gap);
    plan.when_w = *row->when ? canvas_measure(v->canvas, &plan.when, row->when, 0).x + gap : 0;
    plan.room = pen->box.w - row->indent - right - mark * 1.5 - plan.length_w;
    plan.when_below = plan.when_w > plan.room * 0.4;
    if (!plan.when_below) plan.room -= plan.when_w;
    if (!canvas_text_fits(v->canvas, &plan.text, row->text, plan.room)) {
        plan.text.lines = 12; /* as many as it needs: the page goes on below */
        plan.h = fmax(plan.h, canvas_measure(v->canvas, &plan.text, row->text, plan.room).y + view_units(v, 8));
    }
    if (plan.when_below && plan.when_w > 0) plan.h += view_units(v, when_units);
    plan.when.may_be_cut = true; /* a pane of a finger's width */
    return plan;
}

/* In the time column, or in a line of its own below the text. */
static void draw_when(const struct view *v, const struct row_plan *plan, const struct row *row, struct box text)
{
    if (!*row->when) return;
    struct box beside = box_of(text.x + text.w, text.y, plan->when_w, text.h);
    struct box below = box_of(text.x, text.y + text.h, text.w, view_units(v, when_units));
    canvas_text(v->canvas, plan->when_below ? below : beside, &plan->when, row->when);
}

static bool draw_row(struct pen *pen, const struct account_page *p, struct row row)
{
    const struct view *v = pen->v;
    double mark = view_units(v, 12), tip = view_units(v, 4), right = 4 * tip;
    struct row_plan plan = plan_row(pen, &row, mark, right);
    if (pen->y + plan.h > pen->box.y + pen->box.h) return false;
    if (!pen_sees(pen, plan.h - view_units(v, 2))) return pen_skip(pen, plan.h);
    struct box whole = box_of(pen->box.x + row.indent, pen->y, pen->box.w - row.indent, plan.h - view_units(v, 2));
    double below = plan.when_below && *row.when ? view_units(v, when_units) : 0;
    struct box box = box_of(whole.x, whole.y, whole.w - right, whole.h - below);
    struct box text = box_of(box.x + mark * 1.5, box.y, plan.room, box.h);
    draw_mark(p, box_of(box.x, box.y + (box.h - mark) / 2, mark, mark), &row);
    canvas_text(v->canvas, text, &plan.text, row.text);
    draw_when(v, &plan, &row, text);
    canvas_text(v->canvas, box_of(box.x + box.w - plan.length_w, box.y, plan.length_w, box.h), &plan.length,
                row.length);
    if (opens(p, &row)) draw_tip(v, point_of(whole.x + whole.w - 2 * tip, whole.y + whole.h / 2), tip, false);
    targets_add_box(v->targets, row.act, row.arg, whole);
    pen->y += plan.h;
    return true;
}

static bool draw_loss(struct pen *pen, const struct account_page *p, size_t index)
{
    const struct view *v = pen->v;
    char text[WHY_LOSS_BYTES], time[VIEW_TIME_BYTES], again[100] = "";
    const struct story_packet *lost = story_packet(v->story, story_drop(v->story, index)->packet);
    int64_t again_ns = why_resent_after_ns(v->story, index), sent_ns = lost->sent_ns;
    why_loss_words(v->story, index, text, sizeof text);
    if (again_ns > 0) /* else it was never sent again */
        snprintf(again, sizeof again,
                 lost->repeats == STORY_NONE ? tr("%s after its first sending") : tr("%s after this sending"),
                 loss_cost_time_text(loss_cost_between(sent_ns, sent_ns + again_ns, loss_cost_grain_of(again_ns)),
                                     loss_cost_grain_of(again_ns), time));
    return draw_row(pen, p,
                    (struct row){text, "", again, view_units(v, 22), ACT_GO_TO_EVENT,
                                 story_drop(v->story, index)->event, .open = false});
}

static int64_t length_of(const struct why_part *part)
{
    return part->to_ns - part->from_ns;
}

enum { WHEN_BYTES = 2 * VIEW_TIME_BYTES + 8 };

static struct axis_time form_between(const struct view *v, int64_t from_ns, int64_t to_ns)
{
    int64_t apart_ns = (to_ns - from_ns) / 1000;
    return axis_time_in(v, to_ns, apart_ns > MICROSECOND ? apart_ns : MICROSECOND);
}

/* From when to when, in a form that tells the parts of this level apart. */
static const char *when_text(const struct account_page *p, const struct why_part *part, char text[WHEN_BYTES])
{
    char from[VIEW_TIME_BYTES], to[VIEW_TIME_BYTES];
    const struct axis_time form = form_between(p->v, p->from_ns, p->to_ns);
    snprintf(text, WHEN_BYTES, "%s – %s", axis_time_text(form, part->from_ns, from),
             axis_time_text(form, part->to_ns, to));
    return text;
}

/* What took longest is what one looks for; of equal ones the first. Of one part alone there is nothing to compare. */
static bool is_longest(const struct why_plan *plan, size_t index)
{
    for (size_t i = 0; i < plan->n_parts; i++) {
        int64_t more_ns = length_of(&plan->parts[i]) - length_of(&plan->parts[index]);
        if (more_ns > 0 || (more_ns == 0 && i < index)) return false;
    }
    return plan->n_parts > 1;
}

static bool draw_part(struct pen *pen, const struct account_page *p, size_t index)
{
    const struct view *v = p->v;
    const struct why_part *part = &p->plan->parts[index];
    char text[STORY_SENTENCE_BYTES] = "", when[WHEN_BYTES], time[VTIME_TEXT_BYTES];
    struct why_walk walk = {0};
    if (pen_sees(pen, view_units(v, row_units - 2)))
        why_part_words(v->story, p->plan->intervals, part, text, sizeof text);
    why_length_text(length_of(part), time);
    if (!draw_row(pen, p,
                  (struct row){text, when_text(p, part, when), time, 0, ACT_INTERVAL, index,
                               .is_longest = is_longest(p->plan, index)}))
        return false;
    for (size_t lost; (lost = why_part_next_loss(v->story, p->plan->intervals, part, &walk)) != STORY_NONE;)
        if (!draw_loss(pen, p, lost)) return false;
    return true;
}

/* ---- Which rows ---- */

enum { FEW = 12 };

/* What was lost is looked for, and told however short its part is. */
static bool is_short(const struct account_page *p, const struct why_part *part)
{
    struct why_walk walk = {0};
    return (double)length_of(part) < why_least_part * (double)(p->to_ns - p->from_ns) &&
           why_part_next_loss(p->v->story, p->plan->intervals, part, &walk) == STORY_NONE;
}

/* The short ones of many are one row, which opens: then they follow, in the order of time. */
static void draw_short(struct pen *pen, const struct account_page *p, size_t n, int64_t together_ns)
{
    char text[120], time[VTIME_TEXT_BYTES];
    bool open = p->plan->tells_short;
    snprintf(text, sizeof text, tr_count("%zu shorter one", "%zu shorter ones, together", n), n);
    why_length_text(together_ns, time);
    if (!draw_row(pen, p, (struct row){text, "", time, 0, ACT_WHY_SHORT, 0, .open = open})) return;
    for (size_t i = 0; open && i < p->plan->n_parts; i++)
        if (is_short(p, &p->plan->parts[i]) && !draw_part(pen, p, i)) return;
}

static void draw_parts(struct pen *pen, const struct account_page *p)
{
    size_t order[WHY_INTERVALS_MAX], n_parts = p->plan->n_parts, n = 0;
    int64_t short_ns = 0;
    for (size_t i = 0; i < n_parts; i++) {
        if (n_parts > FEW && is_short(p, &p->plan->parts[i]))
            short_ns += length_of(&p->plan->parts[i]);
        else
            order[n++] = i;
    }
    bool below = n <= FEW; /* else nobody would find them */
    if (n < n_parts && !below) draw_short(pen, p, n_parts - n, short_ns);
    for (size_t i = 0; i < n; i++)
        if (!draw_part(pen, p, order[i])) return;
    if (n < n_parts && below) draw_short(pen, p, n_parts - n, short_ns);
}

/* ---- Where one is ---- */

/* The mail and what was opened, one after the other: each leads back to itself. */
static void draw_path(struct pen *pen, const struct account_page *p)
{
    const struct view *v = p->v;
    const struct why_plan *plan = p->plan;
    struct text_style style = view_text(v, FONT_SMALL);
    double h = view_units(v, 20), x = pen->box.x, gap = view_units(v, 16);
    if (plan->depth == 0) return;
    style.down = ALIGN_CENTRE;
    for (size_t i = 0; i <= plan->depth; i++) {
        char text[120];
        if (i == 0)
            snprintf(text, sizeof text, "%s", story_mail(v->story, story_letter(v->story, plan->letter).mail)->name);
        else
            why_part_label(v->story, plan->intervals, &plan->path[i - 1], text, sizeof text);
        style.bold = i == plan->depth;
        style.colour = i < plan->depth ? v->theme->accent : v->theme->ink;
        double w = fmin(canvas_measure(v->canvas, &style, text, 0).x + 1, pen->box.x + pen->box.w - x);
        struct text_style fitted = view_fitted(v, style, text, w, 0.7);
        fitted.may_be_cut = true; /* a pane of a finger's width */
        if (w <= 0 || !pen_sees(pen, h)) break;
        canvas_text(v->canvas, box_of(x, pen->y, w, h), &fitted, text);
        if (i < plan->depth) targets_add_box(v->targets, ACT_WHY_LEVEL, i, box_of(x, pen->y, w, h));
        x += w;
        if (i < plan->depth) canvas_text(v->canvas, box_of(x + gap * 0.3, pen->y, gap, h), &fitted, "›");
        x += gap;
    }
    pen->y += h;
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
                              why_length_text(sums[stage], time));
        if (n >= sizeof text) break;
    }
    if (p->plan->n_all > p->plan->n_intervals)
        snprintf(text, sizeof text, tr("the first %zu of %zu parts"), p->plan->n_intervals, p->plan->n_all);
    if (p->plan->n_all_parts > p->plan->n_parts)
        snprintf(text, sizeof text, tr("the first %zu of %zu parts"), p->plan->n_parts, p->plan->n_all_parts);
    else if (p->plan->depth)
        snprintf(text, sizeof text, tr_count("%zu part, %s", "%zu parts, together %s", p->plan->n_parts),
                 p->plan->n_parts, why_length_text(p->to_ns - p->from_ns, time));
    struct text_style style = view_faint(p->v, FONT_SMALL);
    style.lines = 2;
    pen_write(pen, style, text);
}

/* How long it took from one instant to another as both are written in this form. */
static int64_t length_as_written(struct axis_time form, int64_t from_ns, int64_t to_ns)
{
    int64_t grain_ns = SECOND;
    while (grain_ns > 1 && grain_ns > form.apart_ns)
        grain_ns /= 10;
    return loss_cost_between(from_ns, to_ns, grain_ns);
}

/* When, as the rows below have it, and how long that took: the clock had run before the mail was written. */
static void draw_title(struct pen *pen, const struct account_page *p)
{
    char text[400], at[VIEW_TIME_BYTES], time[VTIME_TEXT_BYTES];
    const struct view *v = p->v;
    struct story_letter letter = story_letter(v->story, p->plan->letter);
    const char *name = story_mail(v->story, letter.mail)->name;
    const struct delay_interval *intervals = p->plan->intervals;
    int64_t from_ns = intervals[0].from_ns, to_ns = intervals[p->plan->n_intervals - 1].to_ns;
    const struct axis_time form = form_between(v, from_ns, to_ns);
    why_length_text(length_as_written(form, from_ns, to_ns), time);
    if (p->plan->span.delivered_ns != TIME_NEVER)
        snprintf(text, sizeof text, tr("%s reached %s at %s, %s after it was written"), name, letter.recipient,
                 axis_time_text(form, to_ns, at), time);
    else
        snprintf(text, sizeof text, tr("%s has not reached %s, %s after it was written"), name, letter.recipient, time);
    struct text_style style = view_text(v, FONT_PLAIN);
    style.bold = true;
    style.lines = 2;
    style.may_be_cut = true; /* it names a recipient */
    pen_write(pen, style, text);
}

/* ---- Another mail ---- */

static bool has_letters(const struct story *s, size_t mail)
{
    size_t first;
    return story_mail_letters(s, mail, &first) > 0;
}

static void draw_way(const struct view *v, struct box box, const char *text, size_t mail)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    style.bold = true;
    style.colour = mail == STORY_NONE ? v->theme->ghost : v->theme->accent;
    canvas_text(v->canvas, box, &style, text);
    if (mail != STORY_NONE) targets_add_box(v->targets, ACT_MAIL, mail, box);
}

/* "‹ 2 of 5 ›" at the right of the heading: each mail is looked at by a press. Returns its width; 0: there is one mail.
 */
static double draw_chooser(const struct pen *pen, const struct account_page *p)
{
    const struct view *v = p->v;
    char text[60];
    size_t mail = story_letter(v->story, p->plan->letter).mail, nth = 0, n = 0, back = STORY_NONE, on = STORY_NONE;
    for (size_t i = 0; i < story_mail_count(v->story); i++) {
        if (!has_letters(v->story, i)) continue;
        n++;
        if (i < mail) back = i;
        if (i == mail) nth = n;
        if (i > mail && on == STORY_NONE) on = i;
    }
    if (n < 2) return 0;
    struct text_style style = view_faint(v, FONT_SMALL);
    style.across = style.down = ALIGN_CENTRE;
    snprintf(text, sizeof text, tr("%zu of %zu"), nth, n);
    double h = view_units(v, 20), way = view_units(v, 22), w = ceil(canvas_measure(v->canvas, &style, text, 0).x) + 2;
    double all = w + 2 * way, x = pen->box.x + pen->box.w - all;
    if (pen_sees(pen, h)) {
        draw_way(v, box_of(x, pen->y, way, h), "‹", back);
        canvas_text(v->canvas, box_of(x + way, pen->y, w, h), &style, text);
        draw_way(v, box_of(x + way + w, pen->y, way, h), "›", on);
    }
    return all + view_units(v, 8);
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
    if (row == compared->told) compare_view_write_cost(pen, compared);
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
    if (plan->letter == STORY_NONE || plan->n_parts == 0) {
        struct text_style style = view_faint(v, FONT_PLAIN);
        style.across = style.down = ALIGN_CENTRE;
        canvas_text(v->canvas, inner, &style, tr("There is no mail whose time could be told."));
        return;
    }
    struct account_page page = {.v = v,
                                .plan = plan,
                                .compared = compared,
                                .from_ns = plan->parts[0].from_ns,
                                .to_ns = plan->parts[plan->n_parts - 1].to_ns};
    struct pen_page scrolled = pen_page_begin(v, inner);
    struct pen pen = pen_page_column(&scrolled, inner.x, inner.w);
    double chooser = draw_chooser(&pen, &page);
    pen.box.w -= chooser;
    draw_title(&pen, &page);
    pen.box.w += chooser;
    draw_path(&pen, &page);
    page.bar = box_of(inner.x, pen.y + view_units(v, 14), inner.w, view_units(v, bar_units));
    if (pen_sees(&pen, page.bar.y + page.bar.h - pen.y)) why_late_draw_bar(&page);
    pen.y = page.bar.y + page.bar.h + view_units(v, 8);
    draw_sums(&pen, &page);
    if (plan->depth == 0) draw_without_losses(&pen, &page);
    pen.y += view_units(v, 4);
    draw_parts(&pen, &page);
    pen.y += view_units(v, 4); /* so that the last row can be scrolled into sight as a whole */
    pen_page_column_end(&scrolled, &pen);
    pen_page_end(&scrolled);
}
