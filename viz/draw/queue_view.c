#include "viz/draw/queue_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/shapes.h"
#include "viz/draw/signs.h"
#include "viz/draw/time_axis.h"

static const double least_row_units = 27, most_row_units = 40, name_units = 118, most_name_part = 0.46, axis_units = 20,
                    sign_units = 22; /* sign_units: right of the axis, for the outcome of an attempt at its end */

struct queue_page {
    const struct view *v;
    const struct queue_plan *plan;
    struct box axis; /* where time runs */
    double name_x, name_w, state_x, state_w, row;
};

static bool is_bounce(const struct queue_page *p, const struct queue_row *row)
{
    return story_mail_is_bounce(p->v->story, row->mail);
}

static struct colour end_colour(const struct queue_page *p, const struct queue_row *row)
{
    return row->to_ns > story_now(p->v->story) ? colour_with_alpha(p->v->theme->ghost, 0.5) : p->v->theme->faint;
}

/* ---- Words ---- */

static void state_words(const struct queue_page *p, const struct story_letter *letter, char *text, size_t size)
{
    char time[VIEW_TIME_BYTES];
    int64_t now = story_now(p->v->story);
    if (letter->state == STORY_MAIL_DEFERRED && letter->next_attempt_ns > now)
        snprintf(text, size, tr("next try in %s"), view_countdown(letter->next_attempt_ns - now, time));
    else
        snprintf(text, size, "%s", letter->state == STORY_MAIL_UNKNOWN ? "" : story_mail_state_name(letter->state));
}

/* "451" or "451 4.7.1" of a reply; else why the attempt failed, in the journal's words; shorter: "connection timed out"
   without the name of the host that stands in front. */
static const char *reply_words(const struct story_attempt *a, bool shorter, char *text, size_t size)
{
    size_t code = strspn(a->why, "0123456789");
    if (code != 3) {
        const char *after = shorter ? strstr(a->why, ": ") : NULL;
        snprintf(text, size, "%s", after ? after + 2 : a->why);
        return text;
    }
    size_t enhanced = a->why[3] == ' ' ? strspn(a->why + 4, "0123456789.") : 0;
    bool has_both = enhanced >= 5 && memchr(a->why + 4, '.', enhanced);
    snprintf(text, size, "%.*s", (int)(has_both ? 4 + enhanced : 3), a->why);
    return text;
}

/* Where there is no room for the whole address, who it is: where he is, is told when the mail is looked at. */
static void draw_recipient(const struct view *v, struct box box, struct text_style style, const char *recipient)
{
    const double least = 0.75;
    char text[300];
    for (int shorter = 0; shorter < 2; shorter++) {
        size_t length = shorter ? strcspn(recipient, "@") : strlen(recipient);
        snprintf(text, sizeof text, "→ %.*s", (int)length, recipient);
        struct text_style fitted = view_fitted(v, style, text, box.w, least);
        if (!canvas_text_fits(v->canvas, &fitted, text, box.w)) continue;
        canvas_text(v->canvas, box, &fitted, text);
        return;
    }
}

static void draw_names(const struct queue_page *p, const struct queue_row *row, double y)
{
    const struct view *v = p->v;
    char text[STORY_SENTENCE_BYTES];
    struct story_letter letter = story_letter(v->story, row->letter);
    const struct story_mail *mail = story_mail(v->story, row->mail);
    bool there = row->from_ns <= story_now(v->story);
    struct text_style name = view_text(v, FONT_SMALL), faint = view_faint(v, FONT_SMALL);
    name.bold = true;
    name.down = faint.down = ALIGN_CENTRE;
    if (!there) name.colour = v->theme->ghost;
    double icon = view_units(v, 17), w = p->name_w - icon - view_units(v, 10);
    shape_envelope(v->canvas, v->theme, point_of(p->name_x + icon / 2, y + p->row / 2), icon,
                   view_envelope(v, row->mail), there ? 1 : 0.35);
    double x = p->name_x + icon + view_units(v, 5);
    name = view_fitted(v, name, mail->name, w, 0.6);
    struct point size = canvas_text(v->canvas, box_of(x, y, w, p->row), &name, mail->name);
    double left = x + size.x + view_units(v, 5);
    draw_recipient(v, box_of(left, y, fmax(0, x + w - left), p->row), faint, letter.recipient);
    state_words(p, &letter, text, sizeof text);
    canvas_text(v->canvas, box_of(p->state_x, y, p->state_w, p->row), &faint, text);
    targets_add_box(v->targets, ACT_MAIL, row->mail, box_of(p->name_x, y, p->name_w, p->row));
}

/* ---- Bars ---- */

/* Whether an attempt ends where its row does, as far as can be seen. */
static bool is_at_end(const struct queue_page *p, const struct queue_row *row, const struct story_attempt *a)
{
    if (a->end_ns == TIME_NEVER || a->end_ns > row->to_ns) return false;
    return time_axis_x(p->v, p->axis, row->to_ns) - time_axis_x(p->v, p->axis, a->end_ns) < view_units(p->v, 20);
}

static bool is_taken(const struct story_attempt *a)
{
    return !strcmp(a->outcome, "done") || !strcmp(a->outcome, "delivered");
}

/* How an attempt is drawn. What the present does not know yet is told by none of them. */
enum bar_shape { BAR_TALL, BAR_SHORT, BAR_BROKEN, BAR_THIN };
struct bar {
    struct colour colour;
    enum bar_shape shape;
};

/* In a dense row, where there is room for no sign beside it, the shape says the same as the colour: it is whole where
   the mail was taken, short where it shall come again, broken where it was refused, thin where nothing was tried. */
static struct bar bar_of(const struct queue_page *p, const struct story_attempt *a)
{
    const struct theme *t = p->v->theme;
    if (a->begin_ns > story_now(p->v->story)) return (struct bar){t->ghost, BAR_TALL};
    if (a->end_ns > story_now(p->v->story)) return (struct bar){t->accent, BAR_TALL};
    if (is_taken(a)) return (struct bar){t->good, BAR_TALL};
    if (!strcmp(a->outcome, "never")) return (struct bar){t->lost, BAR_BROKEN};
    return a->id ? (struct bar){t->warn, BAR_SHORT} : (struct bar){t->ghost, BAR_THIN};
}

static void draw_bar(const struct queue_page *p, struct box box, const struct bar *bar, double alpha)
{
    static const double heights[] = {[BAR_TALL] = 1, [BAR_SHORT] = 0.55, [BAR_THIN] = 0.25};
    struct colour colour = colour_with_alpha(bar->colour, alpha);
    double radius = fmin(box.w, box.h) * 0.25, part = box.h * 0.38;
    if (box.w <= 0) return;
    if (bar->shape == BAR_BROKEN) {
        canvas_fill_round(p->v->canvas, box_of(box.x, box.y, box.w, part), fmin(radius, part / 4), colour);
        box.y += box.h - part;
        box.h = part;
    } else {
        box.y += box.h * (1 - heights[bar->shape]) / 2;
        box.h *= heights[bar->shape];
    }
    canvas_fill_round(p->v->canvas, box, fmin(radius, box.h / 4), colour);
}

/* Of one that took the mail to its mailbox, that: the end of its row stands too near to it for a sign of its own. */
static enum sign outcome_sign(const struct queue_page *p, const struct queue_row *row, const struct story_attempt *a)
{
    if (!strcmp(a->outcome, "never")) return SIGN_REFUSED;
    if (!is_taken(a)) return SIGN_DEFERRED;
    return row->end == STORY_MARK_DELIVERED && is_at_end(p, row, a) ? SIGN_DELIVERED : SIGN_TAKEN;
}

/* A post where the row ends, and how, unless the attempt that ends there says it. */
static void draw_end(const struct queue_page *p, const struct queue_row *row, double x, double y)
{
    const struct view *v = p->v;
    double h = p->row * 0.25, r = view_units(v, 5);
    canvas_line(v->canvas, point_of(x, y + p->row / 2 - h), point_of(x, y + p->row / 2 + h), view_units(v, 2.5),
                end_colour(p, row));
    if (row->to_ns > story_now(v->story)) return;
    for (size_t i = 0; i < row->n_attempts; i++)
        if (is_at_end(p, row, story_attempt(v->story, row->attempts[i]))) return;
    enum sign sign = row->end == STORY_MARK_BOUNCED    ? SIGN_BOUNCED
                     : row->end == STORY_MARK_NOT_SENT ? SIGN_NOT_SENT
                                                       : SIGN_DELIVERED;
    sign_draw(v->canvas, v->theme, sign, point_of(x + view_units(v, 5) + 1.4 * r, y + p->row / 2), r);
}

static void draw_life(const struct queue_page *p, const struct queue_row *row, double y)
{
    const struct view *v = p->v;
    double from = fmax(p->axis.x, time_axis_x(v, p->axis, row->from_ns));
    double to = fmin(p->axis.x + p->axis.w, time_axis_x(v, p->axis, row->to_ns));
    double now = fmax(from, fmin(to, time_axis_x(v, p->axis, story_now(v->story)))), h = p->row * 0.34;
    if (to < from) return;
    struct colour lived = colour_mix(v->theme->panel, is_bounce(p, row) ? v->theme->bounce : v->theme->mail, 0.75);
    canvas_fill_round(v->canvas, box_of(from, y + (p->row - h) / 2, fmax(2, to - from), h), h / 2,
                      colour_mix(v->theme->panel, v->theme->grid, 0.8));
    if (now > from) canvas_fill_round(v->canvas, box_of(from, y + (p->row - h) / 2, now - from, h), h / 2, lived);
    if (row->end == STORY_MARK_COMPOSED || row->to_ns > v->span.to_ns || row->to_ns < v->span.from_ns) return;
    draw_end(p, row, to, y);
}

/* It may lie across a bar's end. */
static void draw_on_ground(const struct queue_page *p, struct box box, double h, const struct text_style *style,
                           const char *text)
{
    const struct view *v = p->v;
    const struct box ground = {box.x, box.y + (box.h - h) / 2, box.w, h};
    canvas_fill_round(v->canvas, box_inset(ground, -v->unit), 3 * v->unit, colour_with_alpha(v->theme->panel, 0.8));
    canvas_text(v->canvas, box, style, text);
}

static void draw_attempt(const struct queue_page *p, const struct queue_row *row, size_t nth, double y)
{
    const struct view *v = p->v;
    const struct story_attempt *a = story_attempt(v->story, row->attempts[nth]);
    int64_t end_ns = a->end_ns == TIME_NEVER ? story_end_ns(v->story) : a->end_ns;
    if (end_ns < v->span.from_ns || a->begin_ns > v->span.to_ns) return;
    bool begun = a->begin_ns <= story_now(v->story), ended = a->end_ns <= story_now(v->story);
    double x = fmax(p->axis.x, time_axis_x(v, p->axis, a->begin_ns)), least = view_units(v, 3);
    double w = fmax(least, fmin(p->axis.x + p->axis.w, time_axis_x(v, p->axis, end_ns)) - x);
    double axis_end = p->axis.x + p->axis.w + view_units(v, sign_units + 4);
    struct bar how = bar_of(p, a);
    struct box bar = box_of(x, y + p->row * 0.14, w, p->row * 0.72);
    double now = ended ? x + w : fmax(x, fmin(x + w, time_axis_x(v, p->axis, story_now(v->story))));
    draw_bar(p, box_of(x, bar.y, now - x, bar.h), &how, 1);
    draw_bar(p, box_of(now, bar.y, x + w - now, bar.h), &how, 0.35);
    size_t event = a->end_event != STORY_NONE ? a->end_event : a->begin_event;
    if (view_is_selected(v, ACT_EVENT, event))
        canvas_stroke_round(v->canvas, box_inset(bar, -view_units(v, 2)), view_units(v, 3), view_units(v, 2),
                            v->theme->accent);
    targets_add_box(v->targets, ACT_ATTEMPT, row->attempts[nth],
                    box_inset(bar, w < view_units(v, 8) ? -view_units(v, 3) : 0));
    double next = nth + 1 < row->n_attempts
                      ? time_axis_x(v, p->axis, story_attempt(v->story, row->attempts[nth + 1])->begin_ns)
                      : axis_end;
    double left = x + w + view_units(v, 4), room = fmin(next, axis_end) - left - view_units(v, 4);
    if (!begun || !ended || room < view_units(v, 14)) return;
    sign_draw(v->canvas, v->theme, outcome_sign(p, row, a), point_of(left + view_units(v, 6), y + p->row / 2),
              view_units(v, 5));
    char text[160];
    struct text_style style = view_text(v, FONT_SMALL);
    style.down = ALIGN_CENTRE;
    left += view_units(v, 16);
    room -= view_units(v, 16);
    for (int shorter = 0; shorter < 2; shorter++) {
        reply_words(a, shorter, text, sizeof text);
        struct text_style fitted = view_fitted(v, style, text, room, 0.85);
        if (!canvas_text_fits(v->canvas, &fitted, text, room)) continue; /* a crumb says nothing; a press tells all */
        struct point size = canvas_measure(v->canvas, &fitted, text, 0);
        draw_on_ground(p, box_of(left, y, fmin(room, size.x + 1), p->row), size.y, &fitted, text);
        return;
    }
}

static void draw_next(const struct queue_page *p, const struct queue_row *row, double y)
{
    const struct view *v = p->v;
    struct story_letter letter = story_letter(v->story, row->letter);
    if (letter.state != STORY_MAIL_DEFERRED || letter.next_attempt_ns <= story_now(v->story)) return;
    double x = time_axis_x(v, p->axis, letter.next_attempt_ns), r = view_units(v, 5.5);
    if (x < p->axis.x || x > p->axis.x + p->axis.w) return;
    canvas_dashed(v->canvas, point_of(x, y + 1), point_of(x, y + p->row - 1), view_units(v, 1.5), view_units(v, 3),
                  v->theme->warn);
    sign_draw(v->canvas, v->theme, SIGN_NEXT_ATTEMPT, point_of(x, y + p->row / 2), r);
}

/* ---- Rows ---- */

/* What a row must have to be there: something within the span; a host or mail that is selected narrows it down. */
static bool is_shown(const struct queue_page *p, const struct queue_row *row)
{
    const struct view *v = p->v;
    if (row->to_ns < v->span.from_ns || row->from_ns > v->span.to_ns) return false;
    if (v->selection.what != ACT_HOST) return true;
    for (size_t i = 0; i < row->n_attempts; i++)
        if (story_attempt(v->story, row->attempts[i])->host == v->selection.index) return true;
    return story_mail(v->story, row->mail)->host == v->selection.index;
}

static void draw_row(const struct queue_page *p, const struct queue_row *row, double y)
{
    const struct view *v = p->v;
    if (view_is_selected(v, ACT_MAIL, row->mail))
        canvas_fill_round(v->canvas, box_of(p->name_x, y, p->state_x + p->state_w - p->name_x, p->row),
                          view_units(v, 4), colour_with_alpha(v->theme->accent, 0.14));
    draw_names(p, row, y);
    canvas_clip(v->canvas, box_of(p->axis.x - view_units(v, 5), p->axis.y - view_units(v, 5),
                                  p->axis.w + view_units(v, 5 + sign_units), p->axis.h + view_units(v, 10)));
    draw_life(p, row, y);
    for (size_t i = 0; i < row->n_attempts; i++)
        draw_attempt(p, row, i, y);
    draw_next(p, row, y);
    canvas_unclip(v->canvas);
}

static void draw_nothing(const struct view *v, struct box inner, const char *text)
{
    struct text_style style = view_faint(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    style.lines = 2;
    canvas_text(v->canvas, inner, &style, text);
}

/* As wide as what any mail could be doing, so that it never changes. */
static double states_width(const struct view *v)
{
    char text[80];
    struct text_style style = view_faint(v, FONT_SMALL);
    snprintf(text, sizeof text, tr("next try in %s"), "23 h 59 min");
    double w = canvas_measure(v->canvas, &style, text, 0).x;
    for (enum story_mail_state state = 0; state < STORY_MAIL_STATES; state++)
        w = fmax(w, canvas_measure(v->canvas, &style, story_mail_state_name(state), 0).x);
    return w + 1;
}

/* As wide as the widest names, if there is room. */
static double names_width(const struct view *v, const struct queue_plan *plan, double room)
{
    char text[STORY_SENTENCE_BYTES];
    struct text_style name = view_text(v, FONT_SMALL), faint = view_faint(v, FONT_SMALL);
    double least = view_units(v, name_units), most = fmax(least, room * most_name_part), w = least;
    name.bold = true;
    for (size_t i = 0; i < plan->n_long_rows && w < most; i++) {
        const struct queue_row *row = &plan->rows[plan->long_rows[i]];
        snprintf(text, sizeof text, "→ %s", story_letter(v->story, row->letter).recipient);
        double both = canvas_measure(v->canvas, &name, story_mail(v->story, row->mail)->name, 0).x +
                      canvas_measure(v->canvas, &faint, text, 0).x;
        w = fmax(w, both + view_units(v, 34));
    }
    return fmin(w, most);
}

static struct queue_page page_of(const struct view *v, const struct queue_plan *plan, struct box inner)
{
    struct queue_page p = {.v = v, .plan = plan, .name_x = inner.x, .state_w = states_width(v)};
    double gap = view_units(v, 8), states = p.state_w + gap;
    p.name_w = names_width(v, plan, inner.w);
    if (inner.w < p.name_w + states + view_units(v, 80)) states = 0;
    if (states == 0) p.state_w = 0;
    p.state_x = inner.x + inner.w - p.state_w;
    p.axis = box_of(inner.x + p.name_w, inner.y, inner.w - p.name_w - states - view_units(v, sign_units),
                    inner.h - view_units(v, axis_units));
    return p;
}

/* So that the rows of what is under way now are in sight, or, of more, the latest, with a few of those to come. */
static size_t first_at_now(const struct queue_page *p, size_t fit)
{
    size_t n = 0, under_way = STORY_NONE, latest = 0, written = 0;
    int64_t now = story_now(p->v->story);
    for (size_t i = 0; i < p->plan->n_rows; i++) {
        const struct queue_row *row = &p->plan->rows[i];
        if (!is_shown(p, row)) continue;
        bool is_under_way = row->from_ns <= now && row->to_ns >= now;
        if (is_under_way && under_way == STORY_NONE) under_way = n;
        if (is_under_way) latest = n;
        n++;
        if (row->from_ns <= now) written = n;
    }
    size_t last = written + fit / 4 < n ? written + fit / 4 : n, first = last > fit ? last - fit : 0;
    bool has_room = under_way != STORY_NONE && latest - under_way < fit;
    return has_room && under_way < first ? under_way : first;
}

size_t queue_view_draw(const struct view *v, struct box box, const struct queue_plan *plan)
{
    struct box inner = view_panel(v, box, tr("Queues"));
    struct queue_page p = page_of(v, plan, inner);
    p.row = fmax(view_units(v, least_row_units),
                 fmin(view_units(v, most_row_units), p.axis.h / (double)(plan->n_rows + 1)));
    if (plan->n_rows == 0) {
        draw_nothing(v, inner, tr("Nobody writes a mail in this run."));
        return 0;
    }
    time_axis_draw(v, p.axis);
    size_t fit = (size_t)fmax(1, floor(p.axis.h / p.row)), shown = 0, skipped = 0;
    size_t first = v->scroll < 0 ? first_at_now(&p, fit) : (size_t)v->scroll;
    canvas_clip(v->canvas, inner);
    for (size_t i = 0; i < plan->n_rows; i++) {
        if (!is_shown(&p, &plan->rows[i]) || skipped++ < first || shown == fit) continue;
        draw_row(&p, &plan->rows[i], p.axis.y + p.row * (double)shown++);
    }
    canvas_unclip(v->canvas);
    struct view scrolled = *v;
    scrolled.scroll = (double)first;
    view_tell_scroll(&scrolled, inner, (double)skipped, (double)fit);
    if (!skipped) draw_nothing(v, p.axis, tr("No mail is under way in this part of the time."));
    return first;
}
