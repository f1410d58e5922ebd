#include "viz/draw/inspector_queue.h"

#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { ROWS_SHOWN = 60, WORDS_BYTES = 400 };

static const double line_units = 17;

/* "no. 2, next try in 4.8 min" */
static void say_state(const struct view *v, const struct story_waiting *w, char text[WORDS_BYTES])
{
    char wait[VTIME_TEXT_BYTES], next[80] = "", nth[40] = "";
    int64_t left_ns = w->letter.next_attempt_ns - story_now(v->story);
    if (w->letter.state == STORY_MAIL_DEFERRED && w->letter.next_attempt_ns && left_ns >= 0)
        snprintf(next, sizeof next, tr("next try in %s"), vtime_format_duration(left_ns, wait));
    if (w->attempts) snprintf(nth, sizeof nth, tr("attempts: %u"), w->attempts);
    snprintf(text, WORDS_BYTES, "%s%s%s%s%s", story_mail_state_name(w->letter.state), *nth ? ", " : "", nth,
             *next ? ", " : "", next);
}

/* What the last attempt came to; before there was one, nothing. */
static void say_last(const struct view *v, const struct story_waiting *w, char text[WORDS_BYTES])
{
    text[0] = '\0';
    if (w->last == STORY_NONE) return;
    const struct story_attempt *last = story_attempt(v->story, w->last);
    snprintf(text, WORDS_BYTES, tr("last: %s"), *last->why ? last->why : last->outcome);
}

static void draw_line(const struct view *v, struct box row, int nth, const char *text, struct text_style style)
{
    double line = view_units(v, line_units), edge = view_units(v, 6);
    style.down = ALIGN_CENTRE;
    style = view_fitted(v, style, text, row.w - 2 * edge, 0.85);
    style.may_be_cut = true; /* a press goes to the mail, which tells the whole */
    canvas_text(v->canvas, box_of(row.x + edge, row.y + view_units(v, 2) + nth * line, row.w - 2 * edge, line), &style,
                text);
}

/* Two or three lines on a ground that can be pressed. */
static void draw_row(struct pen *pen, const struct story_waiting *w)
{
    const struct view *v = pen->v;
    char text[WORDS_BYTES];
    int n = w->last == STORY_NONE ? 2 : 3;
    double h = n * view_units(v, line_units) + view_units(v, 4);
    struct box row = box_of(pen->box.x, pen->y, pen->box.w, h);
    if (pen_sees(pen, h)) {
        struct text_style style = view_text(v, FONT_SMALL);
        canvas_fill_round(v->canvas, row, view_units(v, 4), colour_mix(v->theme->panel, v->theme->grid, 0.7));
        snprintf(text, sizeof text, "%s → %s", story_mail(v->story, w->letter.mail)->name, w->letter.recipient);
        style.bold = true;
        draw_line(v, row, 0, text, style);
        style.bold = false;
        say_state(v, w, text);
        draw_line(v, row, 1, text, style);
        say_last(v, w, text);
        if (n == 3) draw_line(v, row, 2, text, view_faint(v, FONT_SMALL));
        targets_add_box(v->targets, ACT_MAIL, w->letter.mail, row);
    }
    pen->y += h + view_units(v, 3);
}

void inspector_queue_draw(struct pen *pen, size_t host)
{
    const struct story *s = pen->v->story;
    struct story_waiting waiting[ROWS_SHOWN];
    size_t n = story_waiting(s, host, waiting, ROWS_SHOWN), all = 0;
    char text[80];
    if (n == 0) return;
    for (enum story_mail_state state = STORY_MAIL_OUTBOX; state <= STORY_MAIL_DEFERRED; state++)
        all += story_queue(s, host, state);
    pen_heading(pen, tr("Mails here, the oldest first"));
    for (size_t i = 0; i < n; i++)
        draw_row(pen, &waiting[i]);
    if (all <= n) return;
    snprintf(text, sizeof text, tr("and %zu more"), all - n);
    pen_write(pen, view_faint(pen->v, FONT_SMALL), text);
}
