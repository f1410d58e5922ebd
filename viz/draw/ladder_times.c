/* When things are sent, at the left of the ladder; how much time passes where nothing is; and the present. */
#include "viz/draw/ladder_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* After the first hour there is no room for more than seconds; what comes within the same one shows the part of it. */
static const char *time_label(const struct view *v, int64_t at_ns, int64_t last_ns, char text[VIEW_TIME_BYTES])
{
    bool same = last_ns >= HOUR && at_ns / SECOND == last_ns / SECOND;
    if (!same) return view_instant_text(v, at_ns, MILLISECOND, text);
    snprintf(text, VIEW_TIME_BYTES, ".%03d", (int)(at_ns % SECOND / MILLISECOND));
    return text;
}

enum { MOST_TIMES = 160 };

/* Instants that have a label, from above. */
struct times {
    double apart; /* at least */
    struct ladder_time {
        int64_t at_ns;
        double y;
        struct colour colour;
    } items[MOST_TIMES];
    size_t n;
};

static void add_time(const struct ladder *l, struct times *times, int64_t at_ns, struct colour colour)
{
    size_t place = 0;
    double y = ladder_y_at(l, at_ns);
    if (at_ns > story_now(l->v->story) || y < l->chart.y + times->apart / 2 || times->n == MOST_TIMES) return;
    while (place < times->n && times->items[place].y <= y)
        place++;
    if (place > 0 && y < times->items[place - 1].y + times->apart) return;
    if (place < times->n && y > times->items[place].y - times->apart) return;
    memmove(times->items + place + 1, times->items + place, (times->n - place) * sizeof *times->items);
    times->items[place] = (struct ladder_time){at_ns, y, colour};
    times->n++;
}

/* What was sent again and what was lost have theirs before their neighbours, and the present where nothing is sent. */
static void choose_times(const struct ladder *l, struct times *times, int64_t quiet_ns)
{
    const struct theme *theme = l->v->theme;
    if (quiet_ns >= SECOND) add_time(l, times, story_now(l->v->story), theme->accent);
    for (size_t i = 0; i < l->n_arrows; i++) {
        const struct story_arrow *a = &l->arrows[i];
        if (a->class == STORY_RETRANSMIT) add_time(l, times, a->sent_ns, theme->ink);
        if (a->lost) add_time(l, times, a->end_ns, theme->lost);
    }
    for (size_t i = 0; i < l->n_arrows; i++)
        add_time(l, times, l->arrows[i].sent_ns, theme->faint);
}

void ladder_draw_times(struct ladder *l, struct box gutter, int64_t quiet_ns)
{
    const struct view *v = l->v;
    char text[VIEW_TIME_BYTES];
    struct text_style style = view_mono(v, FONT_SMALL);
    style.across = ALIGN_END;
    style.down = ALIGN_CENTRE;
    struct times times = {.apart = view_units(v, 16)};
    choose_times(l, &times, quiet_ns);
    for (size_t i = 0; i < times.n; i++) {
        const struct ladder_time *t = &times.items[i];
        double w = gutter.w - view_units(v, 6);
        time_label(v, t->at_ns, i ? times.items[i - 1].at_ns : 0, text);
        struct text_style fitted = view_fitted(v, style, text, w, 0.7); /* "+29:43.257" is long */
        fitted.colour = t->colour;
        canvas_text(v->canvas, box_of(gutter.x, t->y - times.apart / 2, w, times.apart), &fitted, text);
    }
}

/* Where words so wide lie on no column, as near to the middle as can be: stamps are on the columns. False: nowhere. */
static bool clear_middle(const struct ladder *l, double w, double *best)
{
    size_t n = story_host_count(l->v->story);
    double middle = l->chart.x + l->chart.w / 2, least = 1e9, away = w / 2 + view_units(l->v, 7);
    *best = middle;
    for (size_t i = 0; i <= 2 * n; i++) { /* in the middle, or beside a column */
        size_t h = i / 2;
        if (i < 2 * n && l->share[h] < ladder_seen_share) continue;
        double x = i == 2 * n ? middle : l->x[h] + (i % 2 ? -away : away);
        bool is_clear = x - w / 2 >= l->chart.x && x + w / 2 <= l->chart.x + l->chart.w;
        for (size_t k = 0; k < n && is_clear; k++)
            is_clear = l->share[k] < ladder_seen_share || fabs(l->x[k] - x) >= away - 1;
        if (!is_clear || fabs(x - middle) >= least) continue;
        least = fabs(x - middle);
        *best = x;
    }
    return least < 1e9;
}

/* How much time passes, on a line across all columns. */
static void say_gap(struct ladder *l, double y, int64_t length_ns)
{
    const struct view *v = l->v;
    char text[96], length[VTIME_TEXT_BYTES];
    double x, h = view_units(v, 18);
    snprintf(text, sizeof text, tr("%s pass"), vtime_format_duration(length_ns, length));
    struct text_style style = view_faint(v, FONT_SMALL);
    style.italic = true;
    style.across = style.down = ALIGN_CENTRE;
    double edge = view_units(v, 12), w = canvas_measure(v->canvas, &style, text, 0).x + edge;
    if (!clear_middle(l, w, &x)) { /* between narrow columns the time alone */
        snprintf(text, sizeof text, "%s", length);
        w = canvas_measure(v->canvas, &style, text, 0).x + edge;
        clear_middle(l, w, &x);
    }
    struct box box = box_of(x - w / 2, y - h / 2, w, h);
    if (!ladder_words_take(&l->words, box)) return;
    canvas_fill(v->canvas, box, v->theme->panel);
    canvas_text(v->canvas, box, &style, text);
}

static void draw_gap(struct ladder *l, int64_t from_ns, int64_t to_ns)
{
    const struct view *v = l->v;
    double stamp = view_units(v, 6); /* of what is sent after it */
    double y = (ladder_y_at(l, from_ns) + ladder_y_at(l, to_ns) - stamp) / 2, h = view_units(v, 18);
    if (y < l->chart.y + h || y > ladder_y_at(l, story_now(v->story)) - h / 2) return;
    canvas_dashed(v->canvas, point_of(l->chart.x, y), point_of(l->chart.x + l->chart.w, y), view_units(v, 1.5),
                  view_units(v, 4), v->theme->ghost);
    say_gap(l, y, to_ns - from_ns);
}

/* Returns since when nothing has been on its way. */
int64_t ladder_draw_gaps(struct ladder *l)
{
    int64_t now = story_now(l->v->story), quiet_since = 0;
    for (size_t i = 0; i < l->n_arrows && l->arrows[i].sent_ns <= now; i++) {
        const struct story_arrow *a = &l->arrows[i];
        if (quiet_since && a->sent_ns - quiet_since >= SECOND) draw_gap(l, quiet_since, a->sent_ns);
        int64_t end = a->end_ns == TIME_NEVER ? a->sent_ns : a->end_ns;
        if (end > quiet_since) quiet_since = end;
    }
    return quiet_since;
}

/* The present, and how long nothing has been on its way there: in whole seconds, which change no faster than a clock.
 */
void ladder_draw_present(struct ladder *l, double y, int64_t quiet_ns)
{
    const struct view *v = l->v;
    canvas_line(v->canvas, point_of(l->chart.x, y), point_of(l->chart.x + l->chart.w, y), 1,
                colour_with_alpha(v->theme->accent, 0.6));
    if (quiet_ns >= SECOND) say_gap(l, y, quiet_ns / SECOND * SECOND);
}
