/* Places are tried from near to far, on eight sides; the first where nothing is in the way is taken. */
#include "viz/draw/map_words.h"

#include <math.h>

#include "viz/draw/map_lanes.h"

void map_words_keep_off(struct map_words *words, struct box box)
{
    if (words->n_things < MAP_WORDS_THINGS) words->things[words->n_things++] = box;
}

static bool is_within(struct box area, struct box box)
{
    return box.x >= area.x && box.y >= area.y && box.x + box.w <= area.x + area.w && box.y + box.h <= area.y + area.h;
}

/* How many texts and hosts it would lie on; more than `enough` are not counted. */
static size_t texts_under(const struct map_words *words, const struct map_plan *plan, struct box box, size_t enough)
{
    size_t n = 0;
    struct box wide = box_inset(box, -2 * plan->unit);
    for (size_t i = 0; i < words->n && n < enough; i++)
        n += box_meets(wide, words->taken[i]);
    for (size_t h = 0; h < plan->n_hosts && n < enough; h++) {
        n += box_meets(wide, plan->hosts[h].icon);
        n += plan->hosts[h].label.w > 0 && box_meets(wide, plan->hosts[h].label);
    }
    for (size_t i = 0; i < plan->n_links && n < enough; i++)
        n += plan->links[i].label.w > 0 && box_meets(box, plan->links[i].label);
    return n;
}

static size_t things_under(const struct map_words *words, struct box box)
{
    size_t n = 0;
    for (size_t i = 0; i < words->n_things; i++)
        n += box_meets(box, words->things[i]);
    return n;
}

static void take(struct map_words *words, struct box box)
{
    if (words->n < MAP_WORDS_TAKEN) words->taken[words->n++] = box;
}

bool map_words_take(struct map_words *words, const struct map_plan *plan, struct box box)
{
    if (words->n == MAP_WORDS_TAKEN || !is_within(plan->area, box) || things_under(words, box) ||
        texts_under(words, plan, box, 1))
        return false;
    take(words, box);
    return true;
}

/* ---- Places ---- */

/* On which sides of a place, below first; -1, 0 or 1. */
static const struct {
    double x, y;
} sides[] = {{0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}};
enum { SIDES = sizeof sides / sizeof sides[0] };

static struct box box_at(const struct map_plan *plan, struct point at, struct point size, int side, double off)
{
    double slant = sides[side].x != 0 && sides[side].y != 0 ? 0.5 : 1;
    double x = at.x - size.x / 2 + sides[side].x * (size.x / 2 + off * slant);
    double y = at.y - size.y / 2 + sides[side].y * (size.y / 2 + off * slant);
    struct box area = plan->area;
    return box_of(fmax(area.x, fmin(x, area.x + area.w - size.x)), y, size.x, size.y);
}

static void draw_pill(const struct view *v, struct box box, const struct text_style *style, const char *text)
{
    struct colour edge = style->colour;
    double alpha = edge.a;
    edge.a *= 0.5;
    canvas_fill_round(v->canvas, box, box.h / 2, colour_with_alpha(v->theme->panel, 0.92 * alpha));
    canvas_stroke_round(v->canvas, box, box.h / 2, 1, edge);
    canvas_text(v->canvas, box, style, text);
}

static struct text_style pill_style(const struct view *v, struct colour ink)
{
    struct text_style style = view_text(v, FONT_SMALL);
    style.bold = true;
    style.colour = ink;
    style.across = style.down = ALIGN_CENTRE;
    return style;
}

static struct point pill_size(const struct view *v, const struct text_style *style, const char *text)
{
    struct point size = canvas_measure(v->canvas, style, text, 0);
    return point_of(size.x + 10 * v->unit, size.y + 3 * v->unit);
}

void map_words_say(const struct view *v, const struct map_plan *plan, struct map_words *words, struct point at,
                   const char *text, struct colour ink)
{
    static const double offs[] = {13, 20, 30};
    struct text_style style = pill_style(v, ink);
    struct point size = pill_size(v, &style, text);
    for (size_t i = 0; i < sizeof offs / sizeof offs[0]; i++)
        for (int side = 0; side < SIDES; side++) {
            struct box box = box_at(plan, at, size, side, offs[i] * v->unit);
            if (!map_words_take(words, plan, box)) continue;
            draw_pill(v, box, &style, text);
            return;
        }
}

/* ---- Why ---- */

static const double on_text = 100, on_thing = 60, on_lanes = 6, is_close = 5;

/* A place off the lanes is worth a longer way, so that the word stays where it is while packets pass. */
static double cost_of(const struct map_words *words, const struct map_plan *plan, struct box box, double off)
{
    double cost =
        off / 15 + on_text * (double)texts_under(words, plan, box, 4) + on_thing * (double)things_under(words, box);
    int lanes = 0;
    for (size_t i = 0; i < plan->n_links && lanes < 2; i++)
        lanes += map_packets_touch(plan, i, box, 0);
    return cost + on_lanes * lanes;
}

static bool is_said_within(const struct map_words *words, struct box near, struct point size)
{
    for (size_t i = 0; i < words->n; i++) /* a word of exactly this size */
        if (words->taken[i].w == size.x && words->taken[i].h == size.y && box_meets(near, words->taken[i])) return true;
    return false;
}

/* From the nearest edge of the word to the place. */
static void draw_leader(const struct view *v, struct box box, struct point at, struct colour ink)
{
    struct point edge = {fmax(box.x + box.h / 2, fmin(at.x, box.x + box.w - box.h / 2)),
                         fmax(box.y, fmin(at.y, box.y + box.h))};
    if (point_distance(edge, at) > 24 * v->unit)
        canvas_line(v->canvas, edge, point_between(at, edge, 11 * v->unit / point_distance(edge, at)),
                    view_units(v, 1.5), colour_with_alpha(ink, ink.a * 0.6));
}

/* The nearest place on the whole map where nothing is. */
static void find_anywhere(const struct map_words *words, const struct map_plan *plan, struct point at,
                          struct point size, struct box *best)
{
    struct box area = plan->area;
    double step = 9 * plan->unit, least = INFINITY;
    for (double y = area.y; y + size.y <= area.y + area.h; y += step)
        for (double x = area.x; x + size.x <= area.x + area.w; x += step) {
            struct box box = box_of(x, y, size.x, size.y);
            double far = box_distance(box, box_of(at.x, at.y, 0, 0));
            if (far >= least || things_under(words, box) || texts_under(words, plan, box, 1)) continue;
            least = far;
            *best = box;
        }
}

void map_words_say_why(const struct view *v, const struct map_plan *plan, struct map_words *words, struct point at,
                       const char *text, double alpha)
{
    static const double offs[] = {13, 20, 30, 42, 58, 80, 110, 150, 200, 260, 330};
    struct text_style style = pill_style(v, colour_with_alpha(v->theme->lost, alpha));
    struct point size = pill_size(v, &style, text);
    struct box best = {0};
    double least = INFINITY;
    if (is_said_within(words, box_inset(box_of(at.x, at.y, 0, 0), -40 * v->unit), size)) return;
    for (size_t i = 0; i < sizeof offs / sizeof offs[0] && offs[i] / 15 < least; i++)
        for (int side = 0; side < SIDES; side++) {
            struct box box = box_at(plan, at, size, side, offs[i] * v->unit);
            if (!is_within(plan->area, box)) continue;
            double cost = cost_of(words, plan, box, offs[i]);
            if (cost < least) least = cost, best = box;
        }
    if (least > is_close && is_said_within(words, plan->area, size)) return; /* its cross says the same there */
    if (least >= on_thing) find_anywhere(words, plan, at, size, &best);
    if (best.w <= 0) return; /* wider than the map */
    take(words, best);
    draw_leader(v, best, at, style.colour);
    draw_pill(v, best, &style, text);
}
