#include "viz/draw/controls_view.h"

#include <math.h>
#include <stdio.h>

#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/shapes.h"
#include "viz/story/day_time.h"

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

static double word_button(const struct view *v, double x, struct box row, const char *text, enum act act)
{
    struct text_style style = view_text(v, FONT_PLAIN);
    double h = view_units(v, 30), w = canvas_measure(v->canvas, &style, text, 0).x + view_units(v, 24);
    struct box box = box_of(x, row.y + (row.h - h) / 2, w, h);
    canvas_fill_round(v->canvas, box, h / 2, v->theme->grid);
    style.across = style.down = ALIGN_CENTRE;
    canvas_text(v->canvas, box, &style, text);
    targets_add_box(v->targets, act, 0, box);
    return x + w + view_units(v, 7);
}

static double draw_speed(const struct view *v, double x, struct box row, double speed)
{
    char text[32];
    struct text_style style = view_text(v, FONT_PLAIN);
    style.across = style.down = ALIGN_CENTRE;
    x = button(v, x, row, BUTTON_SLOWER, ACT_SLOWER, false);
    snprintf(text, sizeof text, "× %.4g", speed);
    double w = view_units(v, 62);
    canvas_text(v->canvas, box_of(x, row.y, w, row.h), &style, text);
    return button(v, x + w + view_units(v, 7), row, BUTTON_FASTER, ACT_FASTER, false);
}

/* "1 s shows 25 ms": how the clock in the picture goes against the one on the wall. */
static void rate_text(const struct view *v, const struct controls_state *state, char *text, size_t size)
{
    char length[VTIME_TEXT_BYTES];
    double ns = pace_speed_at(v->pace, v->screen_ns) * state->speed * 1e9;
    if (pace_is_skipping(v->pace, v->screen_ns))
        snprintf(text, size, tr("skipping ahead: %s in a second"),
                 vtime_format_duration((int64_t)fmin(ns, 9e18), length));
    else if (ns < 1)
        snprintf(text, size, "%s", tr("the clock stands still"));
    else
        snprintf(text, size, tr("a second shows %s"), vtime_format_duration((int64_t)fmin(ns, 9e18), length));
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
    char text[VTIME_TEXT_BYTES], of_day[DAY_TIME_BYTES] = "";
    struct text_style style = view_mono(v, FONT_HUGE), day = view_text(v, FONT_PLAIN);
    box.w -= draw_place(v, box);
    style.bold = day.bold = true;
    style.across = day.across = ALIGN_END;
    style.down = day.down = ALIGN_CENTRE;
    vtime_format_instant(story_now(v->story), text);
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
    x = draw_speed(v, x, row, state->speed) + view_units(v, 10);
    x = word_button(v, x, row, controls_pace_name(state->pace), ACT_PACE);
    x = word_button(v, x, row, v->theme->dark ? tr("light") : tr("dark"), ACT_THEME);
    x = word_button(v, x, row, "?", ACT_HELP);
    x += view_units(v, 10);
    draw_clock(v, box_of(x, row.y, row.x + row.w - x, row.h), state);
}
