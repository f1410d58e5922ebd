#include "viz/draw/compare_view.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/loss_cost.h"
#include "viz/draw/pen.h"
#include "viz/draw/shapes.h"

static const double row_units = 24, total_units = 18, button_units = 26;

/* ---- Buttons ---- */

struct button {
    const char *text;
    enum act act;
};

/* In as many rows as they need; returns their height. They are only measured where nothing is to be drawn. Which run is
   seen is chosen in the band above the views. */
static double flow_buttons(const struct view *v, struct box box, bool draw)
{
    const struct button buttons[] = {{tr("take the last back"), ACT_UNDO}, {tr("save as a scenario"), ACT_SAVE}};
    double x = box.x, y = box.y + view_units(v, 2), gap = view_units(v, 7), h = view_units(v, button_units);
    for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++) {
        const struct button *button = &buttons[i];
        double w = view_button_width(v, button->text);
        if (x > box.x && x + w > box.x + box.w) {
            x = box.x;
            y += h + gap * 0.6;
        }
        if (draw) view_button(v, box_of(x, y, w, h), button->text, false, button->act, 0);
        x += w + gap;
    }
    return y + h + view_units(v, 6) - box.y;
}

/* ---- Where they part ---- */

static void draw_first(const struct view *v, struct pen *pen, const struct compare_page *page, int side)
{
    char sentence[STORY_SENTENCE_BYTES], text[STORY_SENTENCE_BYTES + 64];
    size_t event = side == 0 ? page->comparison->first.event_a : page->comparison->first.event_b;
    struct text_style style = view_text(v, FONT_SMALL);
    style.lines = 2;
    double top = pen->y;
    if (event == STORY_NONE)
        snprintf(sentence, sizeof sentence, "%s", tr("nothing more happens"));
    else
        story_sentence(page->stories[side], event, sentence, sizeof sentence);
    snprintf(text, sizeof text, "%s: %s", side == 0 ? tr("as it was") : tr("what if"), sentence);
    pen_write(pen, style, text);
    bool seen = top >= pen->seen_from && pen->y <= pen->seen_to + view_units(v, 3);
    if (seen && event != STORY_NONE && side == page->shown)
        targets_add_box(v->targets, ACT_GO_TO_EVENT, event, box_of(pen->box.x, top, pen->box.w, pen->y - top));
}

static void draw_parting(const struct view *v, struct pen *pen, const struct compare_page *page)
{
    char time[VIEW_TIME_BYTES], text[200];
    const struct difference *first = &page->comparison->first;
    if (first->at_ns == TIME_NEVER) {
        pen_heading(pen, tr("Nothing differs: the act came to nothing."));
        return;
    }
    snprintf(text, sizeof text, tr("Until %s all is as it was. Then:"),
             view_instant_text(v, first->at_ns, MILLISECOND, time));
    pen_heading(pen, text);
    draw_first(v, pen, page, 0);
    draw_first(v, pen, page, 1);
}

/* ---- The mails ---- */

/* Columns from their left edges to the next; the last is bold where it tells the change. */
enum { COLUMNS_MOST = 4 };

static void draw_columns(const struct view *v, struct box row, const double from[], const char *const cells[], size_t n,
                         bool head)
{
    for (size_t i = 0; i < n; i++) {
        struct text_style style = head ? view_faint(v, FONT_SMALL) : view_text(v, FONT_SMALL);
        style.down = ALIGN_CENTRE;
        style.bold = head;
        double w = row.w * (from[i + 1] - from[i]) - view_units(v, 8);
        style = view_fitted(v, style, cells[i], w, 0.6);
        canvas_text(v->canvas, box_of(row.x + row.w * from[i], row.y, w, row.h), &style, cells[i]);
    }
}

/* Below 0: better than it was; above: worse. */
static int change_of(const struct outcome_of_letter *a, const struct outcome_of_letter *b)
{
    bool arrived = a->end == STORY_MARK_DELIVERED, arrives = b->end == STORY_MARK_DELIVERED;
    if (arrived != arrives) return arrives ? -1 : 1;
    return b->end_ns < a->end_ns ? -1 : b->end_ns > a->end_ns;
}

static struct colour change_colour(const struct theme *t, int change, struct colour otherwise)
{
    return change < 0 ? t->good : change > 0 ? t->lost : otherwise;
}

static void draw_mail(const struct view *v, struct box row, const double from[COLUMNS_MOST + 1],
                      const struct outcome_of_letter *was, const struct outcome_of_letter *would)
{
    char name[200], ends[2][LOSS_COST_END_BYTES], change[LOSS_COST_END_BYTES];
    int64_t grain_ns = loss_cost_grain_ns(was, would);
    snprintf(name, sizeof name, "%s → %s", was->mail, was->recipient);
    const char *const cells[] = {name, loss_cost_end_words(was, grain_ns, ends[0]),
                                 loss_cost_end_words(would, grain_ns, ends[1])};
    draw_columns(v, row, from, cells, 3, false);
    struct text_style style = view_text(v, FONT_SMALL);
    style.down = ALIGN_CENTRE;
    style.bold = true;
    style.colour = change_colour(v->theme, change_of(was, would), v->theme->faint);
    double x = row.w * from[3], w = row.w - x - view_units(v, 8);
    loss_cost_difference_words(was, would, change);
    style = view_fitted(v, style, change, w, 0.6);
    canvas_text(v->canvas, box_of(row.x + x, row.y, w, row.h), &style, change);
}

static void draw_mails(const struct view *v, struct pen *pen, const struct compare_page *page)
{
    static const double from[COLUMNS_MOST + 1] = {0, 0.26, 0.52, 0.78, 1};
    const struct comparison *c = page->comparison;
    const char *const heads[COLUMNS_MOST] = {tr("mail"), tr("as it was"), tr("what if"), tr("that is")};
    double h = view_units(v, row_units);
    if (pen_sees(pen, h)) draw_columns(v, box_of(pen->box.x, pen->y, pen->box.w, h), from, heads, COLUMNS_MOST, true);
    pen->y += h;
    for (size_t i = 0; i < c->n_letters; i++, pen->y += h)
        if (pen_sees(pen, h))
            draw_mail(v, box_of(pen->box.x, pen->y, pen->box.w, h), from, &c->letters[0][i], &c->letters[1][i]);
}

/* ---- What it comes to ---- */

/* A sentence with a dot before it: what belongs together stands in lines of their own. */
static void write_point(struct pen *pen, struct text_style style, const char *text)
{
    const struct view *v = pen->v;
    double indent = view_units(v, 13), r = view_units(v, 2);
    struct pen hanging = *pen;
    const struct pen before = *pen;
    hanging.box.x += indent;
    hanging.box.w -= indent;
    pen_write(&hanging, style, text);
    pen->y = hanging.y;
    if (pen_sees(&before, pen->y - before.y - view_units(v, 3)))
        canvas_disc(v->canvas, point_of(before.box.x + r * 2, before.y + style.size * 0.66), r, v->theme->faint);
}

void compare_view_write_cost(struct pen *pen, const struct compare_page *page)
{
    char lines[LOSS_COST_LINES][LOSS_COST_LINE_BYTES];
    struct text_style style = view_text(pen->v, FONT_SMALL);
    style.lines = 3;
    if (page->told == STORY_NONE || !page->cost) return;
    int64_t grain_ns =
        loss_cost_grain_ns(&page->comparison->letters[0][page->told], &page->comparison->letters[1][page->told]);
    size_t n = loss_cost_lines(page->cost, page->stories[page->cost->lost_in], grain_ns, lines);
    for (size_t i = 0; i < n; i++)
        write_point(pen, style, lines[i]);
}

/* What became of the mail that tells most, and of its difference what the loss itself took. */
static void draw_result(const struct view *v, struct pen *pen, const struct compare_page *page)
{
    char text[LOSS_COST_WORDS_BYTES];
    if (page->told == STORY_NONE) return;
    const struct outcome_of_letter *was = &page->comparison->letters[0][page->told],
                                   *would = &page->comparison->letters[1][page->told];
    struct text_style style = view_text(v, FONT_PLAIN), plain = view_text(v, FONT_SMALL);
    style.bold = true;
    style.lines = 3;
    plain.lines = 3;
    style.colour = change_colour(v->theme, change_of(was, would), v->theme->ink);
    pen_write(pen, style, loss_cost_change_words(was, would, text));
    compare_view_write_cost(pen, page);
    if (*loss_cost_fetched_words(was, would, text)) write_point(pen, plain, text);
}

/* What there was of it in neither run is not told. */
static void draw_total(const struct view *v, struct pen *pen, const char *what, uint64_t was, uint64_t would)
{
    static const double from[] = {0, 0.5, 0.75, 1};
    char counts[2][24];
    double h = view_units(v, total_units);
    if (was == 0 && would == 0) return;
    snprintf(counts[0], sizeof counts[0], "%" PRIu64, was);
    snprintf(counts[1], sizeof counts[1], "%" PRIu64, would);
    const char *const cells[] = {what, counts[0], counts[1]};
    if (pen_sees(pen, h)) draw_columns(v, box_of(pen->box.x, pen->y, pen->box.w, h), from, cells, 3, false);
    pen->y += h;
}

static void draw_totals(const struct view *v, struct pen *pen, const struct compare_page *page)
{
    static const double from[] = {0, 0.5, 0.75, 1};
    const char *const heads[] = {tr("in all"), tr("as it was"), tr("what if")};
    const struct outcome_totals *was = &page->comparison->totals[0], *would = &page->comparison->totals[1];
    double h = view_units(v, row_units);
    if (pen_sees(pen, h)) draw_columns(v, box_of(pen->box.x, pen->y, pen->box.w, h), from, heads, 3, true);
    pen->y += h;
    draw_total(v, pen, tr("packets"), was->packets, would->packets);
    draw_total(v, pen, tr("packets lost"), was->lost, would->lost);
    draw_total(v, pen, tr("packets not taken"), was->not_taken, would->not_taken);
    draw_total(v, pen, tr("packets sent again"), was->retransmitted, would->retransmitted);
    draw_total(v, pen, tr("attempts to hand a mail on"), was->attempts, would->attempts);
}

static void draw_hint(const struct view *v, struct box inner, const struct compare_page *page)
{
    struct text_style style = view_faint(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    style.lines = 4;
    canvas_text(
        v->canvas, inner, &style,
        *page->message ? page->message
        : page->running
            ? tr("The world is run once more ...")
            : tr("Look at a packet, a link or a host, and choose what if. The world is then run again on the same "
                 "luck, and what changes is shown here."));
}

void compare_view_draw(const struct view *v, struct box box, const struct compare_page *page)
{
    struct box inner = view_panel(v, box, tr("What if"));
    if (!page->comparison && !page->n_acts) {
        draw_hint(v, inner, page);
        return;
    }
    struct box frame = inner; /* what is longer can be scrolled; the buttons stay in sight, below it */
    double buttons = flow_buttons(v, inner, false);
    frame.h = fmax(0, inner.h - buttons);
    struct pen_page words = pen_page_begin(v, frame);
    struct pen pen = pen_page_column(&words, frame.x, frame.w);
    for (size_t i = 0; i < page->n_acts; i++) {
        char text[ACT_QUESTION_BYTES];
        pen_heading(&pen, what_if_question(&page->acts[i], text));
    }
    if (*page->message) pen_paragraph(&pen, page->message, 3); /* of the last press: where it was saved, or why not */
    if (page->running) pen_paragraph(&pen, tr("The world is run once more ..."), 1);
    if (page->comparison && !page->running) {
        draw_result(v, &pen, page);
        draw_parting(v, &pen, page);
        draw_totals(v, &pen, page);
        if (page->comparison->n_letters > 1) draw_mails(v, &pen, page); /* one has been told */
    }
    pen_page_column_end(&words, &pen);
    pen_page_end(&words);
    double below = frame.y + fmin(frame.h, words.height + view_units(v, 6));
    canvas_clip(v->canvas, inner);
    flow_buttons(v, box_of(inner.x, below, inner.w, 0), true);
    canvas_unclip(v->canvas);
}
