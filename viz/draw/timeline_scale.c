#include "viz/draw/timeline_scale.h"

#include <math.h>

#include "sim/journal/vtime.h"
#include "viz/draw/time_axis.h"

/* Shorter, in screen time or in virtual time: time runs straight. Where a line is to be read that is said a nanosecond
   after another, that nanosecond would fill the strip. */
static const int64_t coarse_ns = MILLISECOND, short_ns = 10 * MICROSECOND;

struct scale {
    enum { SCALE_WHOLE, SCALE_MOVING, SCALE_STRAIGHT } kind;
    struct span span; /* in screen time, in that without stands, in virtual time */
};

struct box timeline_strip(struct box box, double u)
{
    return box_of(box.x + 14 * u, box.y + 20 * u, box.w - 28 * u, box.h - 40 * u);
}

static int64_t moving_of(const struct pace *pace, int64_t at_ns)
{
    return pace_moving_at(pace, pace_screen_at(pace, at_ns));
}

static struct span moving_span(const struct pace *pace, struct span span)
{
    return (struct span){moving_of(pace, span.from_ns), moving_of(pace, span.to_ns)};
}

static double length_of(struct span span)
{
    return (double)(span.to_ns - span.from_ns);
}

static bool is_straight(const struct view *v, struct span span)
{
    return length_of(span) < (double)short_ns || length_of(moving_span(v->pace, span)) < (double)coarse_ns;
}

static struct scale scale_of(const struct view *v)
{
    if (timeline_shows_whole(v)) return (struct scale){SCALE_WHOLE, {0, pace_total_ns(v->pace)}};
    if (is_straight(v, v->span)) return (struct scale){SCALE_STRAIGHT, v->span};
    return (struct scale){SCALE_MOVING, moving_span(v->pace, v->span)};
}

static double x_within(struct box strip, struct span span, int64_t at)
{
    double total = (double)(span.to_ns - span.from_ns);
    return strip.x + (total > 0 ? (double)(at - span.from_ns) / total * strip.w : 0);
}

static double part_at(struct box strip, double x)
{
    return strip.w > 0 ? fmax(0, fmin(1, (x - strip.x) / strip.w)) : 0;
}

static int64_t at_within(struct box strip, struct span span, double x)
{
    return span.from_ns + (int64_t)(part_at(strip, x) * (double)(span.to_ns - span.from_ns));
}

int64_t timeline_screen_at(const struct view *v, struct box box, double x)
{
    struct scale scale = scale_of(v);
    int64_t at = at_within(timeline_strip(box, v->unit), scale.span, x);
    return scale.kind == SCALE_WHOLE    ? at
           : scale.kind == SCALE_MOVING ? pace_screen_of_moving(v->pace, at)
                                        : pace_screen_at(v->pace, at);
}

int64_t timeline_instant_at(const struct view *v, struct box box, double x)
{
    struct scale scale = scale_of(v);
    if (scale.kind == SCALE_STRAIGHT) return at_within(timeline_strip(box, v->unit), scale.span, x);
    return pace_virtual_at(v->pace, timeline_screen_at(v, box, x));
}

double timeline_x_of(const struct view *v, struct box box, int64_t at_ns)
{
    struct scale scale = scale_of(v);
    int64_t at = scale.kind == SCALE_STRAIGHT ? at_ns
                 : scale.kind == SCALE_MOVING ? moving_of(v->pace, at_ns)
                                              : pace_screen_at(v->pace, at_ns);
    return x_within(timeline_strip(box, v->unit), scale.span, at);
}

double timeline_x_of_cursor(const struct view *v, struct box box)
{
    struct scale scale = scale_of(v);
    if (scale.kind != SCALE_WHOLE) return timeline_x_of(v, box, story_now(v->story));
    return x_within(timeline_strip(box, v->unit), scale.span, v->screen_ns);
}

bool timeline_shows_whole(const struct view *v)
{
    return v->span.from_ns <= 0 && v->span.to_ns >= story_end_ns(v->story);
}

/* ---- The wheel ---- */

/* Of this length, with the instant at that part of it, as far as it lies within 0 to most. */
static struct span around(double at, double part, double length, double most)
{
    double from = fmax(0, fmin(most - length, at - part * length));
    return (struct span){(int64_t)from, (int64_t)ceil(from + length)};
}

/* At most this long, so that the instant can stay at its part of it. */
static double longest_around(double at, double part, double most)
{
    return fmin(part > 0 ? at / part : most, part < 1 ? (most - at) / (1 - part) : most);
}

/* Of screen time without stands. */
static int64_t virtual_of(const struct pace *pace, double moving_ns)
{
    return pace_virtual_at(pace, pace_screen_of_moving(pace, (int64_t)moving_ns));
}

/* So long in virtual time, or shorter, so that time runs straight. */
static struct span straight_around(const struct view *v, int64_t at_ns, double part, double length)
{
    double end = (double)story_end_ns(v->story);
    for (;; length /= 2) {
        double possible = fmin(end, fmax(SHORTEST_SPAN_NS, length));
        struct span span = around((double)at_ns, part, possible, end);
        if (possible > length || is_straight(v, span)) return span;
    }
}

/* How far it moves the instant. */
static double moves(const struct view *v, struct box box, double x, int64_t at_ns, struct span span)
{
    struct view seen = *v;
    seen.span = span;
    return fabs(timeline_x_of(&seen, box, at_ns) - x);
}

/* So long in screen time without stands; where that is too short, as long in virtual time, straight. An end that fell
   between two nanoseconds, each of which may take much of the strip, has the other end follow. */
static struct span span_around(const struct view *v, struct box box, double x, int64_t at_ns, double moving_ns)
{
    double part = part_at(timeline_strip(box, v->unit), x), at = (double)moving_of(v->pace, at_ns);
    double total = (double)moving_of(v->pace, story_end_ns(v->story));
    struct span moving = around(at, part, moving_ns, total);
    struct span span = {virtual_of(v->pace, (double)moving.from_ns), virtual_of(v->pace, (double)moving.to_ns)};
    if (is_straight(v, span)) return straight_around(v, at_ns, part, length_of(span));
    struct span best = span, tries[2] = {span, span};
    moving = moving_span(v->pace, span);
    if (part > 0)
        tries[0].to_ns = virtual_of(v->pace, fmin(total, at + (at - (double)moving.from_ns) * (1 - part) / part));
    if (part < 1) tries[1].from_ns = virtual_of(v->pace, fmax(0, at - ((double)moving.to_ns - at) * part / (1 - part)));
    for (int i = 0; i < 2; i++)
        if (!is_straight(v, tries[i]) && moves(v, box, x, at_ns, tries[i]) < moves(v, box, x, at_ns, best))
            best = tries[i];
    return best;
}

/* Longer, as far as the instant can stay; from there on it moves, as little as can be. */
static struct span zoom_out(const struct view *v, struct box box, double x, int64_t at_ns, double shown, double wanted)
{
    const struct span whole = {0, story_end_ns(v->story)};
    double part = part_at(timeline_strip(box, v->unit), x), total = (double)moving_of(v->pace, whole.to_ns);
    double longest = longest_around((double)moving_of(v->pace, at_ns), part, total);
    if (wanted > 0.99 * total && moves(v, box, x, at_ns, whole) < 2) return whole;
    if (longest >= wanted) return span_around(v, box, x, at_ns, fmin(wanted, total));
    if (longest > shown * 1.01) return span_around(v, box, x, at_ns, longest);
    struct span span = span_around(v, box, x, at_ns, fmin(total, wanted));
    return wanted >= total || moves(v, box, x, at_ns, whole) <= moves(v, box, x, at_ns, span) ? whole : span;
}

struct span timeline_zoomed(const struct view *v, struct box box, double x, int64_t at_ns, double factor)
{
    double part = part_at(timeline_strip(box, v->unit), x), total = (double)moving_of(v->pace, story_end_ns(v->story));
    double shown = length_of(moving_span(v->pace, v->span)), wanted = shown * factor;
    if (scale_of(v).kind == SCALE_STRAIGHT) {
        double end = (double)story_end_ns(v->story), length = fmax(SHORTEST_SPAN_NS, length_of(v->span) * factor);
        struct span span = around((double)at_ns, part, fmin(end, length), end);
        if (is_straight(v, span)) return span;
        wanted = fmax(2 * (double)coarse_ns, length_of(moving_span(v->pace, span))); /* no longer straight */
    }
    if (factor > 1) return zoom_out(v, box, x, at_ns, shown, wanted);
    double longest = longest_around((double)moving_of(v->pace, at_ns), part, total);
    return span_around(v, box, x, at_ns, longest > 0 ? fmin(wanted, longest) : wanted);
}
