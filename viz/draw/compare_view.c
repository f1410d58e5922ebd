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

static const double row_units = 24, button_units = 26;

/* ---- Buttons ---- */

struct button {
    const char *text;
    enum act act;
    size_t arg;
    bool pressed, there;
};

/* In as many rows as they need; returns their height. They are only measured where nothing is to be drawn. */
static double flow_buttons(const struct view *v, struct box box, const struct compare_page *page, bool draw)
{
    const struct button buttons[] = {
        {tr("as it was"), ACT_SHOW_RUN, 0, page->shown == 0, page->comparison != NULL},
        {tr("as it would have been"), ACT_SHOW_RUN, 1, page->shown == 1, page->comparison != NULL},
        {tr("take the last back"), ACT_UNDO, 0, false, true},
        {tr("save as a scenario"), ACT_SAVE, 0, false, true}};
    double x = box.x, y = box.y + view_units(v, 2), gap = view_units(v, 7), h = view_units(v, button_units);
    for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++) {
        const struct button *button = &buttons[i];
        double w = view_button_width(v, button->text);
        if (!button->there) continue;
        if (x > box.x && x + w > box.x + box.w) {
            x = box.x;
            y += h + gap * 0.6;
        }
        if (draw) view_button(v, box_of(x, y, w, h), button->text, button->pressed, button->act, button->arg);
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
    char time[VTIME_TEXT_BYTES], text[200];
    const struct difference *first = &page->comparison->first;
    if (first->at_ns == TIME_NEVER) {
        pen_heading(pen, tr("Nothing differs: the act came to nothing."));
        return;
    }
    snprintf(text, sizeof text, tr("Until %s all is as it was. Then:"), vtime_format_instant(first->at_ns, time));
    pen_heading(pen, text);
    draw_first(v, pen, page, 0);
    draw_first(v, pen, page, 1);
}

/* ---- The mails ---- */

/* As exactly as one would say it: milliseconds of seconds, seconds of minutes. */
static const char *rounded(int64_t ns, char text[VTIME_TEXT_BYTES])
{
    int64_t unit = ns >= 10 * MINUTE ? SECOND : ns >= SECOND ? MILLISECOND : 10000;
    return vtime_format_duration((ns + unit / 2) / unit * unit, text);
}

static void outcome_words(const struct outcome_of_letter *o, char *text, size_t size)
{
    char time[VTIME_TEXT_BYTES];
    if (!o->composed)
        snprintf(text, size, "%s", tr("there is none"));
    else if (o->end == STORY_MARK_COMPOSED)
        snprintf(text, size, "%s", tr("does not arrive"));
    else
        snprintf(text, size, o->end == STORY_MARK_DELIVERED ? tr("after %s") : tr("back after %s"),
                 rounded(o->end_ns - o->composed_ns, time));
}

/* "1.02 s sooner", where both arrive. */
static void sooner_words(const struct outcome_of_letter *a, const struct outcome_of_letter *b, char *text, size_t size)
{
    char time[VTIME_TEXT_BYTES];
    bool both = a->composed && b->composed && a->end != STORY_MARK_COMPOSED && a->end == b->end;
    int64_t later_ns = (b->end_ns - b->composed_ns) - (a->end_ns - a->composed_ns);
    if (!both)
        snprintf(text, size, "%s", a->end == b->end && a->composed == b->composed ? tr("the same") : tr("another end"));
    else if (later_ns == 0)
        snprintf(text, size, "%s", tr("the same"));
    else
        snprintf(text, size, later_ns > 0 ? tr("%s later") : tr("%s sooner"),
                 rounded(later_ns > 0 ? later_ns : -later_ns, time));
}

static void draw_columns(const struct view *v, struct box row, const char *const cells[4], bool head, int change)
{
    static const double from[5] = {0, 0.30, 0.54, 0.78, 1};
    for (int i = 0; i < 4; i++) {
        struct text_style style = head ? view_faint(v, FONT_SMALL) : view_text(v, FONT_SMALL);
        style.down = ALIGN_CENTRE;
        style.bold = head || i == 3;
        if (i == 3 && !head) style.colour = change < 0 ? v->theme->good : change > 0 ? v->theme->lost : v->theme->faint;
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
    int64_t later_ns = (b->end_ns - b->composed_ns) - (a->end_ns - a->composed_ns);
    return later_ns < 0 ? -1 : later_ns > 0;
}

static void draw_mails(const struct view *v, struct pen *pen, const struct compare_page *page)
{
    const struct comparison *c = page->comparison;
    const char *const heads[4] = {tr("mail"), tr("as it was"), tr("what if"), tr("that is")};
    double h = view_units(v, row_units);
    if (pen_sees(pen, h)) draw_columns(v, box_of(pen->box.x, pen->y, pen->box.w, h), heads, true, 0);
    pen->y += h;
    for (size_t i = 0; i < c->n_letters; i++, pen->y += h) {
        if (!pen_sees(pen, h)) continue;
        char name[200], was[100], would[100], change[100];
        const struct outcome_of_letter *a = &c->letters[0][i], *b = &c->letters[1][i];
        snprintf(name, sizeof name, "%s → %s", a->mail, a->recipient);
        outcome_words(a, was, sizeof was);
        outcome_words(b, would, sizeof would);
        sooner_words(a, b, change, sizeof change);
        const char *const cells[4] = {name, was, would, change};
        draw_columns(v, box_of(pen->box.x, pen->y, pen->box.w, h), cells, false, change_of(a, b));
    }
}

/* ---- What it comes to ---- */

/* What became of the mail that tells most, and of its difference what the loss itself took. */
static void draw_result(const struct view *v, struct pen *pen, const struct compare_page *page)
{
    char text[LOSS_COST_WORDS_BYTES];
    if (page->told == STORY_NONE) return;
    const struct outcome_of_letter *was = &page->comparison->letters[0][page->told],
                                   *would = &page->comparison->letters[1][page->told];
    int change = change_of(was, would);
    struct text_style style = view_text(v, FONT_PLAIN), plain = view_text(v, FONT_SMALL);
    style.bold = true;
    style.lines = 3;
    plain.lines = 7;
    style.colour = change < 0 ? v->theme->good : change > 0 ? v->theme->lost : v->theme->ink;
    pen_write(pen, style, loss_cost_change_words(was, would, text));
    if (page->cost)
        pen_write(
            pen, plain,
            loss_cost_words(page->cost, page->stories[page->cost->lost_in], loss_cost_grain_ns(was, would), text));
    if (*loss_cost_fetched_words(was, would, text)) pen_write(pen, plain, text);
}

static void draw_totals(const struct view *v, struct pen *pen, const struct compare_page *page)
{
    char text[2][160], line[360];
    for (int i = 0; i < 2; i++) {
        const struct outcome_totals *t = &page->comparison->totals[i];
        snprintf(text[i], sizeof text[i],
                 tr("%" PRIu64 " packets, %" PRIu64 " lost, %" PRIu64 " not taken, %" PRIu64 " sent again, %" PRIu64
                    " attempts"),
                 t->packets, t->lost, t->not_taken, t->retransmitted, t->attempts);
    }
    snprintf(line, sizeof line, tr("As it was: %s. What if: %s."), text[0], text[1]);
    struct text_style style = view_faint(v, FONT_SMALL);
    style.lines = 2;
    pen_write(pen, style, line);
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
    double buttons = flow_buttons(v, inner, page, false);
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
    flow_buttons(v, box_of(inner.x, below, inner.w, 0), page, true);
    canvas_unclip(v->canvas);
}
