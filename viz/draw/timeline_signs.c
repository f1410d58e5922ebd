#include "viz/draw/timeline_signs.h"

#include "sim/journal/tr.h"
#include "viz/draw/shapes.h"

enum timeline_sign timeline_sign_of(const struct story *story, const struct story_mark *mark)
{
    switch (mark->kind) {
    case STORY_MARK_COMPOSED:
        return SIGN_COMPOSED;
    case STORY_MARK_ATTEMPT:
        return SIGN_ATTEMPT;
    case STORY_MARK_DEFERRED:
        return SIGN_DEFERRED;
    case STORY_MARK_DELIVERED:
        return SIGN_DELIVERED;
    case STORY_MARK_PICKED_UP:
        return SIGN_PICKED_UP;
    case STORY_MARK_BOUNCED:
        return SIGN_BOUNCED;
    case STORY_MARK_LOSS:
        return story_event_kind(story, mark->event) == EVENT_PACKET_DROP ? SIGN_NOT_TAKEN : SIGN_LOSS;
    case STORY_MARK_RETRANSMISSION:
        return SIGN_RETRANSMISSION;
    case STORY_MARK_CAPTION:
        return SIGN_CAPTION;
    case STORY_MARK_FAULT:
        return SIGN_FAULT;
    }
    return TIMELINE_SIGNS;
}

const char *timeline_sign_words(enum timeline_sign sign)
{
    switch (sign) {
    case SIGN_COMPOSED:
        return tr("a mail is written");
    case SIGN_ATTEMPT:
        return tr("an attempt to hand a mail on");
    case SIGN_DEFERRED:
        return tr("a mail is put off until later");
    case SIGN_DELIVERED:
        return tr("a mail is delivered");
    case SIGN_PICKED_UP:
        return tr("a mail is picked up");
    case SIGN_BOUNCED:
        return tr("a mail is sent back");
    case SIGN_LOSS:
        return tr("a packet is lost");
    case SIGN_NOT_TAKEN:
        return tr("a host does not take a packet");
    case SIGN_RETRANSMISSION:
        return tr("a packet is sent again");
    case SIGN_FAULT:
        return tr("a fault begins or ends");
    case SIGN_CAPTION:
        return tr("something is explained");
    case SIGN_TIMER:
        return tr("a timer will run out");
    case SIGN_NEXT_ATTEMPT:
        return tr("the next attempt is due");
    case SIGN_BOOKMARK:
        return tr("a bookmark");
    case SIGN_PARTING:
        return tr("what if begins");
    case SIGN_PACKETS:
        return tr("how many packets");
    case SIGN_LINES:
        return tr("how many lines of the dialogue");
    case SIGN_SKIPPED:
        return tr("idle time, gone through fast");
    case TIMELINE_SIGNS:
        break;
    }
    return "";
}

const char *timeline_sign_name(enum timeline_sign sign)
{
    switch ((int)sign) {
    case SIGN_COMPOSED:
        return tr("written");
    case SIGN_ATTEMPT:
        return tr("attempt");
    case SIGN_DEFERRED:
        return tr("put off");
    case SIGN_DELIVERED:
        return tr("delivered");
    case SIGN_PICKED_UP:
        return tr("picked up");
    case SIGN_BOUNCED:
        return tr("sent back");
    case SIGN_LOSS:
        return tr("lost");
    case SIGN_NOT_TAKEN:
        return tr("not taken");
    case SIGN_RETRANSMISSION:
        return tr("sent again");
    case SIGN_FAULT:
        return tr("fault");
    case SIGN_CAPTION:
        return tr("explained");
    }
    return "";
}

static void draw_bolt(const struct view *v, struct point at, double r)
{
    const struct point bolt[4] = {{at.x + r * 0.3, at.y - r},
                                  {at.x - r * 0.5, at.y + r * 0.15},
                                  {at.x + r * 0.5, at.y - r * 0.1},
                                  {at.x - r * 0.3, at.y + r}};
    canvas_polyline(v->canvas, bolt, 4, false, r * 0.4, v->theme->lost);
}

/* A small flag, its foot below. */
static void draw_flag(const struct view *v, struct point at)
{
    double h = view_units(v, 12), w = view_units(v, 9), y = at.y + h / 2;
    const struct point flag[3] = {{at.x, y - h}, {at.x + w, y - h * 0.7}, {at.x, y - h * 0.4}};
    canvas_line(v->canvas, point_of(at.x, y - h), point_of(at.x, y), view_units(v, 1.6), v->theme->accent);
    canvas_polygon(v->canvas, flag, 3, v->theme->accent);
}

/* The upper end of the dashed line. */
static void draw_fork(const struct view *v, struct point at)
{
    double fork = view_units(v, 7), thick = view_units(v, 2);
    canvas_line(v->canvas, at, point_of(at.x, at.y + fork), thick, v->theme->accent);
    canvas_line(v->canvas, at, point_of(at.x + fork, at.y - fork), thick, v->theme->accent);
    canvas_line(v->canvas, at, point_of(at.x - fork, at.y - fork), thick, v->theme->accent);
}

static void draw_bars(const struct view *v, struct point at, struct colour colour)
{
    static const double heights[] = {7, 12, 9};
    double u = v->unit;
    for (int i = 0; i < 3; i++)
        canvas_fill_round(v->canvas, box_of(at.x + (i * 4 - 6) * u, at.y + (6 - heights[i]) * u, 3 * u, heights[i] * u),
                          u, colour);
}

static void draw_skip(const struct view *v, struct point at)
{
    double u = v->unit;
    for (int i = -4; i < 4; i++)
        canvas_fill(v->canvas, box_of(at.x + i * 2 * u, at.y - 2 * u, 1.2 * u, 4 * u), v->theme->ghost);
}

struct colour timeline_packets_colour(const struct theme *theme)
{
    return colour_mix(theme->panel, theme->class[STORY_DATA], theme -> dark ? 0.55 : 0.42);
}

struct colour timeline_lines_colour(const struct theme *theme)
{
    return colour_mix(theme->panel, theme->server, 0.75);
}

/* Of the strip, and the user's own. */
static void draw_other(const struct view *v, enum timeline_sign sign, struct point at)
{
    switch ((int)sign) {
    case SIGN_BOOKMARK:
        draw_flag(v, at);
        break;
    case SIGN_PARTING:
        draw_fork(v, at);
        break;
    case SIGN_PACKETS:
        draw_bars(v, at, timeline_packets_colour(v->theme));
        break;
    case SIGN_LINES:
        draw_bars(v, at, timeline_lines_colour(v->theme));
        break;
    case SIGN_SKIPPED:
        draw_skip(v, at);
        break;
    }
}

void timeline_sign_draw(const struct view *v, enum timeline_sign sign, struct point at)
{
    const struct theme *t = v->theme;
    double r = view_units(v, 5), small = view_units(v, 3);
    switch ((int)sign) {
    case SIGN_COMPOSED:
    case SIGN_BOUNCED:
        shape_envelope(v->canvas, t, at, r * 2.8, sign == SIGN_BOUNCED, 1);
        break;
    case SIGN_ATTEMPT:
        canvas_arrow(v->canvas, point_of(at.x - r, at.y), point_of(at.x + r, at.y), r * 0.35, r, t->faint);
        break;
    case SIGN_DEFERRED:
        shape_clock(v->canvas, at, r, t->panel, t->warn);
        break;
    case SIGN_DELIVERED:
    case SIGN_PICKED_UP:
        shape_tick(v->canvas, at, r, t->good);
        break;
    case SIGN_LOSS:
    case SIGN_NOT_TAKEN:
        shape_death(v->canvas, sign == SIGN_NOT_TAKEN, at, r * 0.8, r * 0.4, t->lost);
        break;
    case SIGN_RETRANSMISSION: /* as on the map */
        shape_packet(v->canvas, t, STORY_RETRANSMIT, at, r * 0.75, 1);
        break;
    case SIGN_CAPTION:
        canvas_disc(v->canvas, at, r * 0.5, t->ghost);
        break;
    case SIGN_FAULT:
        draw_bolt(v, at, r);
        break;
    case SIGN_TIMER:
        canvas_ring(v->canvas, at, small, view_units(v, 1.2), t->faint);
        break;
    case SIGN_NEXT_ATTEMPT:
        shape_clock(v->canvas, at, small * 1.5, t->panel, t->warn);
        break;
    default:
        draw_other(v, sign, at);
    }
}
