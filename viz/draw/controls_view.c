#include "viz/draw/controls_view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/shapes.h"
#include "viz/story/instant_text.h"

const char *controls_pace_name(enum pace_mode mode)
{
    switch (mode) {
    case PACE_STORY:
        return tr("story pace");
    case PACE_STEADY:
        return tr("steady pace");
    case PACE_EVENT:
        return tr("event pace");
    }
    return "";
}

static double button(const struct view *v, double x, struct box row, enum button_shape shape, enum act act, bool main)
{
    double side = view_units(v, main ? 40 : 32);
    struct box box = box_of(x, row.y + (row.h - side) / 2, side, side);
    struct point at = {x + side / 2, row.y + row.h / 2};
    canvas_fill_round(v->canvas, box, side / 2, main ? v->theme->accent : v->theme->grid);
    shape_button(v->canvas, shape, at, side * (main ? 0.24 : 0.22), main ? v->theme->on_accent : v->theme->ink);
    targets_add_box(v->targets, act, 0, box);
    return x + side + view_units(v, 7);
}

/* "slow motion: 25 ms in a second": how the clock in the picture goes against the one on the wall. What the buttons
   double and halve is the pace, which is another thing. */
static void rate_text(const struct view *v, const struct controls_state *state, char *text, size_t size)
{
    char length[VTIME_TEXT_BYTES];
    double ns = pace_speed_at(v->pace, v->screen_ns) * state->speed * 1e9;
    if (!state->playing || ns < 1) { /* not 1: while something is read, or much happens at one instant */
        snprintf(text, size, "%s", state->playing ? tr("the clock waits a moment") : tr("paused"));
        return;
    }
    vtime_format_duration((int64_t)fmin(ns, 9e18), length);
    if (pace_is_skipping(v->pace, v->screen_ns))
        snprintf(text, size, tr("skipping ahead: %s in a second"), length);
    else
        snprintf(text, size, ns < 1e9 ? tr("slow motion: %s in a second") : tr("%s in a second"), length);
}

/* Not all that happens at the instant of the clock has happened: "1 of 3". */
static double draw_place(const struct view *v, struct box box)
{
    char text[64];
    const struct story_place place = story_place(v->story);
    if (place.steps == 0) return 0;
    struct text_style style = view_text(v, FONT_PLAIN);
    style.across = ALIGN_END;
    style.down = ALIGN_CENTRE;
    style.bold = true;
    style.colour = v->theme->accent;
    snprintf(text, sizeof text, tr("%zu of %zu"), place.done, place.steps);
    return canvas_text(v->canvas, box, &style, text).x + view_units(v, 10);
}

/* A remark, left out where it has no room. */
static void draw_rate(const struct view *v, struct box room, int lines, const struct controls_state *state)
{
    char text[80];
    struct text_style style = view_faint(v, FONT_SMALL);
    style.across = ALIGN_END;
    style.down = ALIGN_CENTRE;
    style.lines = lines;
    rate_text(v, state, text, sizeof text);
    if (canvas_text_fits(v->canvas, &style, text, room.w)) canvas_text(v->canvas, room, &style, text);
}

/* The time of day, of a world that has one, at the left of the clock, or else below it. */
static void draw_clock(const struct view *v, struct box box, const struct controls_state *state)
{
    char text[INSTANT_BYTES], of_day[DAY_TIME_BYTES] = "";
    struct text_style style = view_mono(v, FONT_HUGE), day = view_text(v, FONT_PLAIN);
    box.w -= draw_place(v, box);
    style.bold = day.bold = true;
    style.across = day.across = ALIGN_END;
    style.down = day.down = ALIGN_CENTRE;
    instant_text_elapsed(v->story, story_now(v->story), text);
    if (story_tells_starts(v->story)) day_time_text(story_starts(v->story), story_now(v->story), of_day);
    style = view_fitted(v, style, text, box.w, 0.5);
    double beside = box.w - canvas_measure(v->canvas, &style, text, 0).x - view_units(v, 14);
    struct box left = box_of(box.x, box.y, beside, *of_day ? box.h / 2 : box.h);
    if (!*of_day || canvas_text_fits(v->canvas, &day, of_day, beside)) {
        canvas_text(v->canvas, box, &style, text);
        if (*of_day) canvas_text(v->canvas, left, &day, of_day);
        if (*of_day) left.y += left.h;
        draw_rate(v, left, *of_day ? 1 : 2, state);
        return;
    }
    style.size = fmin(style.size, box.h * 0.5);
    day = view_fitted(v, day, of_day, box.w, 0.6);
    canvas_text(v->canvas, box_of(box.x, box.y, box.w, box.h * 0.58), &style, text);
    canvas_text(v->canvas, box_of(box.x, box.y + box.h * 0.58, box.w, box.h * 0.42), &day, of_day);
}

/* ---- Buttons with words ---- */

/* What is filled does what it says. What only has an edge, the pace, says how it is, and a press makes it otherwise. */
struct word_button {
    const char *text; /* NULL: a half disc, for light and dark */
    enum act act;
    size_t arg;
    bool pressed;
    int rank; /* where there is no room for all, the highest go first */
    double w;
};

enum { WORD_BUTTONS = 6, NOWHERE = WORD_BUTTONS + 1 /* a rank for which there is never room */ };

static void measure_word_buttons(const struct view *v, struct word_button buttons[WORD_BUTTONS])
{
    struct text_style style = view_text(v, FONT_PLAIN);
    for (int i = 0; i < WORD_BUTTONS; i++) {
        const char *text = buttons[i].text;
        buttons[i].w =
            text ? ceil(canvas_measure(v->canvas, &style, text, 0).x) + view_units(v, 24) : view_units(v, 32);
    }
}

/* Up to which rank there is room. */
static int rank_that_fits(const struct view *v, const struct word_button buttons[WORD_BUTTONS], double room)
{
    for (int rank = WORD_BUTTONS; rank > 0; rank--) {
        double w = 0;
        for (int i = 0; i < WORD_BUTTONS; i++)
            if (buttons[i].rank <= rank) w += buttons[i].w + view_units(v, 7);
        if (w <= room) return rank;
    }
    return 0;
}

static void draw_word_button(const struct view *v, struct box box, const struct word_button *button)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    struct colour ink = button->pressed ? v->theme->on_accent : v->theme->ink;
    style.across = style.down = ALIGN_CENTRE;
    style.colour = ink;
    canvas_fill_round(v->canvas, box, box.h / 2, button->pressed ? v->theme->accent : v->theme->grid);
    if (button->text)
        canvas_text(v->canvas, box, &style, button->text);
    else
        shape_button(v->canvas, BUTTON_THEME, point_of(box.x + box.w / 2, box.y + box.h / 2), box.h * 0.24, ink);
    targets_add_box(v->targets, button->act, button->arg, box);
}

/* Of the pace by its longest name, so that the button beside it stays where it is. */
static double room_of_pace(const struct view *v)
{
    char text[120];
    double w = 0;
    struct text_style style = view_text(v, FONT_PLAIN);
    for (enum pace_mode mode = PACE_STORY; mode <= PACE_EVENT; mode++) {
        snprintf(text, sizeof text, "%s × 2", controls_pace_name(mode));
        w = fmax(w, canvas_measure(v->canvas, &style, text, 0).x);
    }
    return fmin(ceil(w) + view_units(v, 20), view_units(v, 150)); /* the longest name of a language is smaller there */
}

/* The pace between slower and faster, which make it "story pace × 2": a factor of the pace, not of the clock. */
static double draw_pace(const struct view *v, double x, struct box row, const struct controls_state *state)
{
    char text[120];
    double w = room_of_pace(v), h = view_units(v, 30);
    struct text_style style = view_text(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    if (fabs(state->speed - 1) < 1e-9)
        snprintf(text, sizeof text, "%s", controls_pace_name(state->pace));
    else
        snprintf(text, sizeof text, "%s × %.4g", controls_pace_name(state->pace), state->speed);
    x = button(v, x, row, BUTTON_SLOWER, ACT_SLOWER, false);
    struct box box = box_of(x, row.y + (row.h - h) / 2, w, h);
    canvas_stroke_round(v->canvas, box_inset(box, 0.5), h / 2, view_units(v, 1.2), v->theme->ghost);
    style = view_fitted(v, style, text, w - view_units(v, 12), 0.6);
    canvas_text(v->canvas, box, &style, text);
    targets_add_box(v->targets, ACT_PACE, 0, box);
    return button(v, x + w + view_units(v, 7), row, BUTTON_FASTER, ACT_FASTER, false);
}

static double draw_word_buttons(const struct view *v, double x, struct box row, double end,
                                const struct controls_state *state)
{
    struct word_button buttons[WORD_BUTTONS] = {
        {tr("Why late"), ACT_ENLARGE, VIEW_WHY_LATE, state->enlarged == VIEW_WHY_LATE, 3, 0},
        {tr("What if"), ACT_ENLARGE, VIEW_WHAT_IF, state->enlarged == VIEW_WHAT_IF, 5, 0},
        {tr("Run until"), ACT_FIND, 0, false, 2, 0},
        {NULL, ACT_THEME, 0, false, 4, 0},
        {"?", ACT_HELP, 0, false, 1, 0},
        {tr("the whole time (w)"), ACT_WHOLE_TIME, 0, false, state->is_zoomed ? 1 : NOWHERE, 0}};
    double h = view_units(v, 30);
    measure_word_buttons(v, buttons);
    int most = rank_that_fits(v, buttons, end - x);
    for (int i = 0; i < WORD_BUTTONS; i++) {
        if (buttons[i].rank > most) continue;
        draw_word_button(v, box_of(x, row.y + (row.h - h) / 2, buttons[i].w, h), &buttons[i]);
        x += buttons[i].w + view_units(v, 7);
    }
    return x;
}

/* As the clock will be at the end, with a remark beside it: what is there must not come and go while the clock runs. */
static double room_of_clock(const struct view *v)
{
    char text[INSTANT_BYTES];
    struct text_style style = view_mono(v, FONT_HUGE);
    style.bold = true;
    instant_text_elapsed(v->story, story_end_ns(v->story), text);
    return canvas_measure(v->canvas, &style, text, 0).x + view_units(v, 110);
}

void controls_view_draw(const struct view *v, struct box row, const struct controls_state *state)
{
    double x = row.x;
    x = button(v, x, row, BUTTON_BACK, ACT_STEP_BACK, false);
    x = button(v, x, row, state->playing ? BUTTON_PAUSE : BUTTON_PLAY, ACT_PLAY, true);
    x = button(v, x, row, BUTTON_FORWARD, ACT_STEP_FORWARD, false) + view_units(v, 10);
    if (v->projector || row.w < view_units(v, 700)) { /* the keys do the rest */
        draw_clock(v, box_of(x, row.y, row.x + row.w - x, row.h), state);
        return;
    }
    x = draw_pace(v, x, row, state) + view_units(v, 10);
    x = draw_word_buttons(v, x, row, row.x + row.w - room_of_clock(v), state) + view_units(v, 10);
    draw_clock(v, box_of(x, row.y, row.x + row.w - x, row.h), state);
}

/* ---- Tips ---- */

/* In the words of the page of keys. */
static bool tip_of(struct selection button, const char **keys, const char **meaning)
{
    static const struct {
        struct selection button;
        const char *keys, *meaning; /* in English */
    } tips[] = {{{ACT_STEP_BACK, 0}, "← →", "one event back, forward"},
                {{ACT_STEP_FORWARD, 0}, "← →", "one event back, forward"},
                {{ACT_PLAY, 0}, "Space", "play, pause"},
                {{ACT_SLOWER, 0}, "↑ ↓", "faster, slower"},
                {{ACT_FASTER, 0}, "↑ ↓", "faster, slower"},
                {{ACT_PACE, 0}, "p", "pace: story, steady, event"},
                {{ACT_ENLARGE, VIEW_WHY_LATE}, "8", "where the time of a mail went; once more: all"},
                {{ACT_ENLARGE, VIEW_WHAT_IF}, "9", "as it was, as it would have been"},
                {{ACT_FIND, 0}, "u, n, Shift n", "run until ...; the next, the one before"},
                {{ACT_THEME, 0}, "t", "light, dark"},
                {{ACT_WHOLE_TIME, 0}, "z, Shift z, w", "less of the time, more, the whole"},
                {{ACT_HELP, 0}, "?", "all keys and signs"}};
    for (size_t i = 0; i < sizeof tips / sizeof tips[0]; i++) {
        if (tips[i].button.what != button.what || tips[i].button.index != button.index) continue;
        *keys = tr(tips[i].keys);
        *meaning = tr(tips[i].meaning);
        return true;
    }
    return false;
}

void controls_view_draw_tip(const struct view *v, struct box row, struct selection button)
{
    const char *keys, *meaning;
    char text[200];
    const struct target *t = targets_find_act(v->targets, button.what, button.index);
    struct box of = t ? target_bounds(t) : box_of(0, 0, 0, 0);
    if (!t || !box_has(row, of.x + of.w / 2, of.y + of.h / 2) || !tip_of(button, &keys, &meaning)) return;
    snprintf(text, sizeof text, "%s (%s)", meaning, keys);
    struct text_style style = view_text(v, FONT_PLAIN);
    double w = ceil(canvas_measure(v->canvas, &style, text, 0).x) + view_units(v, 24), h = view_units(v, 28);
    double x = fmax(row.x, fmin(of.x + of.w / 2 - w / 2, row.x + row.w - w));
    struct box box = box_of(x, row.y - h - view_units(v, 6), fmin(w, row.w), h);
    style.across = style.down = ALIGN_CENTRE;
    style = view_fitted(v, style, text, box.w - view_units(v, 12), 0.5);
    canvas_lay_over(v->canvas);
    canvas_fill_round(v->canvas, box, view_units(v, 8), v->theme->panel);
    canvas_stroke_round(v->canvas, box, view_units(v, 8), view_units(v, 1.5), v->theme->accent);
    canvas_text(v->canvas, box, &style, text);
}
