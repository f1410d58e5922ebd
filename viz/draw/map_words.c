/* Places are tried from near to far, on eight sides; the first where nothing is in the way is taken. */
#include "viz/draw/map_words.h"

#include <math.h>
#include <stdio.h>

#include "viz/draw/map_lanes.h"

void map_words_keep_off(struct map_words *words, struct box box)
{
    if (words->n_things < MAP_WORDS_THINGS) words->things[words->n_things++] = box;
}

static bool is_within(struct box area, struct box box)
{
    return box.x >= area.x && box.y >= area.y && box.x + box.w <= area.x + area.w && box.y + box.h <= area.y + area.h;
}

void map_words_stand(struct map_words *words, struct box box)
{
    if (words->n < MAP_WORDS_TAKEN) words->taken[words->n++] = box;
}

static bool is_on_names_leader(const struct map_plan *plan, size_t host, struct box box)
{
    struct point from, to;
    if (!plan->hosts[host].afar || plan->hosts[host].label.w <= 0) return false;
    map_leader_of(plan, host, plan->hosts[host].label, &from, &to);
    return map_line_meets_box(from, to, box);
}

/* How many texts, leaders and hosts it would lie on; more than `enough` are not counted. */
static size_t texts_under(const struct map_words *words, const struct map_plan *plan, struct box box, size_t enough)
{
    size_t n = 0;
    struct box wide = box_inset(box, -2 * plan->unit);
    for (size_t i = 0; i < words->n && n < enough; i++)
        n += box_meets(wide, words->taken[i]);
    for (size_t h = 0; h < plan->n_hosts && n < enough; h++) {
        n += box_meets(wide, plan->hosts[h].icon);
        n += plan->hosts[h].label.w > 0 && box_meets(wide, plan->hosts[h].label);
        n += is_on_names_leader(plan, h, wide);
    }
    for (size_t i = 0; i < words->n_leaders && n < enough; i++)
        n += map_line_meets_box(words->leaders[i].from, words->leaders[i].to, wide);
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

bool map_words_take(struct map_words *words, const struct map_plan *plan, struct box box)
{
    if (words->n == MAP_WORDS_TAKEN || !is_within(plan->area, box) || things_under(words, box) ||
        texts_under(words, plan, box, 1))
        return false;
    map_words_stand(words, box);
    return true;
}

/* ---- Places ---- */

/* On which sides of a place, below first; from -1 to 1. A reason is also said with its middle aside. */
static const struct {
    double x, y;
} sides[] = {{0, 1},  {0, -1},  {1, 0},   {-1, 0},   {1, 1},    {-1, 1},
             {1, -1}, {-1, -1}, {0.5, 1}, {-0.5, 1}, {0.5, -1}, {-0.5, -1}};
enum { SIDES = 8, WHY_SIDES = sizeof sides / sizeof sides[0] };

static struct box box_at(const struct map_plan *plan, struct point at, struct point size, int side, double off)
{
    double slant = fabs(sides[side].x) == 1 && fabs(sides[side].y) == 1 ? 0.5 : 1;
    double x = at.x - size.x / 2 + sides[side].x * (size.x / 2 + off * slant);
    double y = at.y - size.y / 2 + sides[side].y * (size.y / 2 + off * slant);
    struct box area = plan->area;
    return box_of(fmax(area.x, fmin(x, area.x + area.w - size.x)), y, size.x, size.y);
}

/* No wire shows through, until the letters are gone. */
static void draw_pill(const struct view *v, struct box box, const struct text_style *style, const char *text)
{
    struct colour edge = style->colour;
    double alpha = edge.a;
    edge.a *= 0.5;
    canvas_fill_round(v->canvas, box, box.h / 2, colour_with_alpha(v->theme->panel, fmin(1, 3 * alpha)));
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

/* ---- Leaders ---- */

static bool cross(struct map_leader a, struct map_leader b)
{
    return map_lines_cross(a.from, a.to, b.from, b.to);
}

/* What a leader costs, by what it runs through: texts, hosts and other leaders are out of the question where there is
   any other way; a thing is borne, a wire easily. From `enough` on nobody counts any more. */
static const double through_text = 100, through_thing = 4, through_wire = 0.5;

static double cost_of_texts_crossed(const struct map_words *words, const struct map_plan *plan, struct map_leader l,
                                    double enough)
{
    double cost = 0, near = -2 * plan->unit;
    for (size_t i = 0; i < words->n && cost < enough; i++)
        cost += through_text * map_line_meets_box(l.from, l.to, box_inset(words->taken[i], near));
    for (size_t i = 0; i < words->n_leaders && cost < enough; i++)
        cost += through_text * cross(l, words->leaders[i]);
    for (size_t i = 0; i < plan->n_links && cost < enough; i++)
        cost += through_text *
                (plan->links[i].label.w > 0 && map_line_meets_box(l.from, l.to, box_inset(plan->links[i].label, near)));
    return cost;
}

/* A packet that a host did not take dies on the host's icon. */
static double cost_of_hosts_crossed(const struct map_plan *plan, struct map_leader l, struct point at, double enough)
{
    double cost = 0;
    for (size_t h = 0; h < plan->n_hosts && cost < enough; h++) {
        const struct map_host *host = &plan->hosts[h];
        struct map_leader names;
        if (!box_has(host->icon, at.x, at.y)) cost += through_text * map_line_meets_box(l.from, l.to, host->icon);
        if (host->label.w <= 0) continue;
        cost += through_text * map_line_meets_box(l.from, l.to, box_inset(host->label, -2 * plan->unit));
        if (!host->afar) continue;
        map_leader_of(plan, h, host->label, &names.from, &names.to);
        cost += through_text * cross(l, names);
    }
    return cost;
}

static double cost_of_leader(const struct map_words *words, const struct map_plan *plan, struct map_leader l,
                             struct point at, double enough)
{
    double cost = point_distance(l.from, at) / (15 * plan->unit);
    if (cost < enough) cost += cost_of_hosts_crossed(plan, l, at, enough - cost);
    if (cost < enough) cost += cost_of_texts_crossed(words, plan, l, enough - cost);
    for (size_t i = 0; i < words->n_things && cost < enough; i++)
        cost += through_thing * map_line_meets_box(l.from, l.to, words->things[i]);
    for (size_t i = 0; i < plan->n_links && cost < enough; i++)
        cost += through_wire * cross(l, (struct map_leader){plan->links[i].a, plan->links[i].b});
    return cost;
}

/* ---- Why ---- */

/* On a text, on a thing, on lanes: a place off the lanes is worth a longer way, so that the word stays where it is
   while packets pass. With a leader: so close that none is needed is better. */
static const double on_text = 100, on_thing = 60, on_lanes = 6, with_leader = 3, is_close = 5;

/* A place for a reason, and its leader. */
struct reason {
    struct box box;
    struct map_leader leader;
    bool is_led;
    double cost;
};

/* A leader begins at the edge of the word: where it is nearest, at either end, or in the middle. */
static void lead(const struct map_words *words, const struct map_plan *plan, struct point at, struct reason *reason,
                 double enough)
{
    struct box box = reason->box;
    double left = box.x + box.h / 2, right = box.x + box.w - box.h / 2, y = fmax(box.y, fmin(at.y, box.y + box.h));
    const double ways[] = {fmax(left, fmin(at.x, right)), left, box.x + box.w / 2, right};
    bool is_beside = at.y >= box.y && at.y <= box.y + box.h;
    double least = enough;
    for (size_t i = 0; i < (is_beside ? 1 : sizeof ways / sizeof ways[0]); i++) {
        struct point edge = {is_beside ? fmax(box.x, fmin(at.x, box.x + box.w)) : ways[i], y};
        double length = point_distance(edge, at);
        if (i == 0 && length <= 24 * plan->unit) {
            reason->cost += length / (15 * plan->unit);
            return;
        }
        struct map_leader leader = {edge, point_between(at, edge, 11 * plan->unit / length)};
        double cost = with_leader + cost_of_leader(words, plan, leader, at, least);
        if (cost >= least) continue;
        least = cost;
        reason->leader = leader;
        reason->is_led = true;
    }
    reason->cost = reason->is_led ? reason->cost + least : INFINITY;
}

/* On how many links' lanes a place lies, at most two. Places are tried one beside the other, so that those on which the
   last one lay are asked first: on a map of a thousand links that spares most of the others. */
struct links_near {
    size_t links[2];
};

static int lanes_under(const struct map_plan *plan, struct box box, struct links_near *near)
{
    size_t a = near->links[0], b = near->links[1];
    int lanes = 0;
    if (a != b && b < plan->n_links && map_packets_touch(plan, a, box, 0) && map_packets_touch(plan, b, box, 0))
        return 2;
    for (size_t i = 0; i < plan->n_links && lanes < 2; i++)
        if (map_packets_touch(plan, i, box, 0)) near->links[lanes++] = i;
    return lanes;
}

/* Keeps whichever of the two is better. */
static void try_place(const struct map_words *words, const struct map_plan *plan, struct point at, struct box box,
                      struct links_near *near, struct reason *best)
{
    struct reason reason = {.box = box};
    double far = box_distance(box, box_of(at.x, at.y, 0, 0)) / (15 * plan->unit);
    if (!is_within(plan->area, box) || far >= best->cost) return;
    reason.cost = on_thing * (double)things_under(words, box);
    if (far + reason.cost >= best->cost) return;
    reason.cost += on_lanes * lanes_under(plan, box, near);
    if (far + reason.cost >= best->cost) return;
    reason.cost += on_text * (double)texts_under(words, plan, box, 4);
    if (far + reason.cost >= best->cost) return;
    lead(words, plan, at, &reason, best->cost - reason.cost);
    if (reason.cost < best->cost) *best = reason;
}

static uint64_t key_of(const char *why)
{
    uint64_t key = 0;
    for (const char *c = why; *c; c++)
        key = (key ^ (unsigned char)*c) * UINT64_C(0x9e3779b97f4a7c15);
    return key;
}

static bool is_said_within(const struct map_words *words, struct box near, uint64_t key)
{
    for (size_t i = 0; i < words->n_reasons; i++)
        if (words->reasons[i].key == key && box_meets(near, words->reasons[i].box)) return true;
    return false;
}

static struct reason find_close(const struct map_words *words, const struct map_plan *plan, struct point at,
                                struct point size)
{
    static const double offs[] = {13, 20, 30, 42, 58, 80, 110, 150, 200, 260, 330};
    struct reason best = {.cost = INFINITY};
    struct links_near near = {{0, 0}};
    for (size_t i = 0; i < sizeof offs / sizeof offs[0] && offs[i] / 15 < best.cost; i++)
        for (int side = 0; side < WHY_SIDES; side++)
            try_place(words, plan, at, box_at(plan, at, size, side, offs[i] * plan->unit), &near, &best);
    return best;
}

/* Anywhere on the map. Among hundreds of links each place costs so much, and none is so much better than its
   neighbours, that fewer are tried. */
enum { LINKS_TO_TRY_FEWER = 300 };
static const double step_units = 9, step_units_among_many = 27;

static void find_anywhere(const struct map_words *words, const struct map_plan *plan, struct point at,
                          struct point size, struct reason *best)
{
    struct box area = plan->area;
    double step = (plan->n_links > LINKS_TO_TRY_FEWER ? step_units_among_many : step_units) * plan->unit;
    struct links_near near = {{0, 0}};
    for (double y = area.y; y + size.y <= area.y + area.h; y += step)
        for (double x = area.x; x + size.x <= area.x + area.w; x += step)
            try_place(words, plan, at, box_of(x, y, size.x, size.y), &near, best);
}

static void draw_reason(const struct view *v, struct map_words *words, const struct reason *reason,
                        const struct text_style *style, const char *text)
{
    map_words_stand(words, reason->box);
    if (reason->is_led && reason->cost < through_text) { /* a line through a name is worse than none */
        if (words->n_leaders < MAP_WORDS_LEADERS) words->leaders[words->n_leaders++] = reason->leader;
        canvas_leader(v->canvas, reason->leader.from, reason->leader.to, view_units(v, 1.5),
                      colour_with_alpha(style->colour, style->colour.a * 0.6));
    }
    draw_pill(v, reason->box, style, text);
}

void map_words_say_why(const struct view *v, const struct map_plan *plan, struct map_words *words, struct point at,
                       const char *why, size_t times, double alpha)
{
    char text[128];
    uint64_t key = key_of(why);
    struct text_style style = pill_style(v, colour_with_alpha(v->theme->lost, alpha));
    int length = snprintf(text, sizeof text, "%s", why);
    if (times > 1 && length < (int)sizeof text) snprintf(text + length, sizeof text - (size_t)length, " × %zu", times);
    struct point size = pill_size(v, &style, text);
    if (is_said_within(words, box_inset(box_of(at.x, at.y, 0, 0), -40 * v->unit), key)) return;
    if (plan->n_links > LINKS_TO_TRY_FEWER && is_said_within(words, plan->area, key)) return;
    struct reason best = find_close(words, plan, at, size);
    if (best.cost > is_close && is_said_within(words, plan->area, key)) return; /* its cross says the same there */
    if (best.cost > is_close) find_anywhere(words, plan, at, size, &best);
    if (best.box.w <= 0) return; /* wider than the map */
    if (words->n_reasons < MAP_WORDS_LEADERS) words->reasons[words->n_reasons++] = (struct map_reason){best.box, key};
    draw_reason(v, words, &best, &style, text);
}
