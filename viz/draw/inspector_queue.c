#include "viz/draw/inspector_queue.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { ROWS_SHOWN = 60, WORDS_BYTES = 400, MOST_LINES = 12 };

static const double line_units = 17;

/* "no. 2, next try in 4.8 min" */
static void say_state(const struct view *v, const struct story_waiting *w, char text[WORDS_BYTES])
{
    char wait[VIEW_TIME_BYTES], next[80] = "", nth[40] = "";
    int64_t left_ns = w->letter.next_attempt_ns - story_now(v->story);
    if (w->letter.state == STORY_MAIL_DEFERRED && w->letter.next_attempt_ns && left_ns >= 0)
        snprintf(next, sizeof next, tr("next try in %s"), view_countdown(left_ns, wait));
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

struct line {
    char text[WORDS_BYTES];
    struct text_style style;
    double h;
};

/* As high as its text is in this width. */
static void measure(const struct view *v, struct line *line, struct text_style style, double width)
{
    line->style = view_fitted(v, style, line->text, width, 0.85);
    line->style.down = ALIGN_CENTRE;
    line->h = view_units(v, line_units);
    if (canvas_text_fits(v->canvas, &line->style, line->text, width)) return;
    line->style.size = style.size;
    line->style.lines = MOST_LINES;
    line->h = fmax(line->h, canvas_measure(v->canvas, &line->style, line->text, width).y + view_units(v, 3));
}

/* Two or three texts, one below the other, on a ground that can be pressed. */
static void draw_row(struct pen *pen, const struct story_waiting *w)
{
    const struct view *v = pen->v;
    struct line lines[3];
    struct text_style plain = view_text(v, FONT_SMALL), bold = plain;
    double edge = view_units(v, 6), room = pen->box.w - 2 * edge, h = view_units(v, 4);
    int n = w->last == STORY_NONE ? 2 : 3;
    bold.bold = true;
    snprintf(lines[0].text, WORDS_BYTES, "%s → %s", story_mail(v->story, w->letter.mail)->name, w->letter.recipient);
    say_state(v, w, lines[1].text);
    say_last(v, w, lines[2].text);
    const struct text_style styles[3] = {bold, plain, view_faint(v, FONT_SMALL)};
    for (int i = 0; i < n; i++) {
        measure(v, &lines[i], styles[i], room);
        h += lines[i].h;
    }
    struct box row = box_of(pen->box.x, pen->y, pen->box.w, h);
    if (pen_sees(pen, h)) {
        double y = row.y + view_units(v, 2);
        canvas_fill_round(v->canvas, row, view_units(v, 4), colour_mix(v->theme->panel, v->theme->grid, 0.7));
        for (int i = 0; i < n; y += lines[i++].h)
            canvas_text(v->canvas, box_of(row.x + edge, y, room, lines[i].h), &lines[i].style, lines[i].text);
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
