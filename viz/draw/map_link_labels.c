/* A place for the label of each link that has room for one. */
#include "viz/draw/map_plan_internal.h"

#include <math.h>

#include "sim/journal/tr.h"
#include "viz/draw/map_lanes.h"

const double map_label_nearer = 2, map_label_from_hosts = 24;
static const double label_gap =
    16; /* a stamp on its lane passes between a link and its label; an envelope needs more */

/* How much stands in the way of a link's label here. The labels of the hosts and of the links before it have their
   places; other links keep `clear` away from it, and however many they are, they are less in the way than one name.
   From `enough` on nobody counts any more. */
static int hindrances(const struct map_planning *p, struct box box, size_t own_link, double clear, int enough)
{
    const struct map_plan *m = p->plan;
    int n = map_is_within(m->area, box) ? 0 : 12, wires = 0;
    for (size_t h = 0; h < m->n_hosts && n < enough; h++) {
        if (box_meets(box, box_inset(m->hosts[h].icon, -2 * m->unit))) n += 9;
        if (box_meets(box, m->hosts[h].label) || map_is_on_leader(m, h, box)) n += 9;
        if (m->hosts[h].rest.w > 0 && box_meets(box, map_pile_with_count(m, h))) n += 9;
    }
    for (size_t i = 0; i < m->n_links && n + wires < enough && wires < MAP_MOST_WIRES; i++) {
        double away = i == own_link ? 3 * m->unit : clear;
        wires += map_line_meets_box(m->links[i].a, m->links[i].b, box_inset(box, -away)) || map_link_passes(m, i, box);
        if (i < own_link && m->links[i].label.w > 0 && box_meets(box_inset(box, -12 * m->unit), m->links[i].label))
            n += 2;
    }
    return n + (wires < MAP_MOST_WIRES ? wires : MAP_MOST_WIRES);
}

/* Away from a link, to the right of its way from a to b; of a length of 1. */
static struct point across(const struct map_link *link)
{
    double length = fmax(1, point_distance(link->a, link->b));
    return point_of(-(link->b.y - link->a.y) / length, (link->b.x - link->a.x) / length);
}

/* Between a link and its label: packets pass, and an envelope. */
static double gap_of_label(const struct map_plan *m, const struct map_link *link)
{
    struct point n = across(link);
    double packets = map_lane_off(m) + (fabs(n.x) + fabs(n.y)) * m->stamp,
           envelope = (fabs(n.x) + 0.72 * fabs(n.y)) * map_moving_width(m) / 2;
    return fmax(label_gap * m->unit, fmax(packets, envelope + 2 * m->unit));
}

/* Beside the line at this part of it, on the left (-1) or right (1) of its direction. */
static struct box box_beside(const struct map_plan *m, const struct map_link *link, double part, int side,
                             struct point size)
{
    struct point n = across(link), at = point_between(link->a, link->b, part);
    double off = side * (gap_of_label(m, link) + fabs(n.x) * size.x / 2 + fabs(n.y) * size.y / 2);
    return box_of(at.x + n.x * off - size.x / 2, at.y + n.y * off - size.y / 2, size.x, size.y);
}

static double distance_to_link(const struct map_link *link, struct point at)
{
    double dx = link->b.x - link->a.x, dy = link->b.y - link->a.y, square = dx * dx + dy * dy;
    double part = square > 0 ? ((at.x - link->a.x) * dx + (at.y - link->a.y) * dy) / square : 0;
    return point_distance(at, point_between(link->a, link->b, fmax(0, fmin(1, part))));
}

/* It must be `nearer` times as near to its own link as to any other. */
static bool could_be_anothers(const struct map_plan *m, size_t own_link, struct box box, double nearer)
{
    struct point middle = {box.x + box.w / 2, box.y + box.h / 2};
    double own = distance_to_link(&m->links[own_link], middle);
    for (size_t i = 0; i < m->n_links; i++)
        if (i != own_link && distance_to_link(&m->links[i], middle) < own * nearer) return true;
    return false;
}

/* How far it keeps from the icons and names of hosts: near to one, it would be taken for that host's. The two hosts
   that its link joins are half as bad. */
static double away_from_hosts(const struct map_planning *p, size_t own_link, struct box box)
{
    const struct map_plan *m = p->plan;
    struct story_link link = story_link(p->story, own_link);
    double least = 1e9;
    for (size_t h = 0; h < m->n_hosts; h++) {
        double away = box_distance(box, m->hosts[h].icon);
        if (m->hosts[h].label.w > 0) away = fmin(away, box_distance(box, m->hosts[h].label));
        least = fmin(least, h == link.ends[0] || h == link.ends[1] ? 2 * away : away);
    }
    return least;
}

/* One way to write a label, and how strict we are about what is near it, in units. */
struct label_way {
    struct point size;
    double clear;  /* other links keep so far away */
    double nearer; /* so many times nearer to its own link than to any other, or one could not tell whose it is */
    double apart;  /* from hosts, at least: never nearer than to its link */
};

/* On that side of its link, and at that spot along it, where the hosts are farthest; where they are far enough, in the
   middle. False: there is no such place. */
static bool place_link_label_by(struct map_planning *p, size_t i, const struct label_way *way)
{
    static const double parts[] = {0.5,  0.47, 0.53, 0.44, 0.56, 0.41, 0.59, 0.38, 0.62, 0.35,
                                   0.65, 0.32, 0.68, 0.29, 0.71, 0.26, 0.74, 0.23, 0.77};
    struct map_plan *m = p->plan;
    bool rises = (m->links[i].b.x - m->links[i].a.x) < 0; /* so that "above" comes first */
    double best = -1;
    for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
        for (int side = -1; side <= 1; side += 2) {
            struct box box = box_beside(m, &m->links[i], parts[k], rises ? -side : side, way->size);
            double away = fmin(away_from_hosts(p, i, box), map_label_from_hosts * m->unit);
            if (away < fmax(way->apart * m->unit, gap_of_label(m, &m->links[i])) || away <= best + 0.5) continue;
            if (hindrances(p, box, i, way->clear * m->unit, 1)) continue;
            if (could_be_anothers(m, i, box, way->nearer)) continue;
            m->links[i].label = box;
            m->links[i].align = ALIGN_CENTRE;
            best = away;
        }
    return best >= 0;
}

void map_place_link_label(struct map_planning *p, size_t i)
{
    char text[128];
    struct story_link link = story_link(p->story, i);
    map_link_text(&link, text, sizeof text);
    struct text_style two_lines = p->status;
    two_lines.lines = 2;
    struct point one = canvas_measure(p->canvas, &p->status, text, 0);
    one.x += 2 * p->plan->unit;
    struct point two = canvas_measure(p->canvas, &two_lines, text, one.x * 0.74);
    two.x += 2 * p->plan->unit;
    /* In one line where there is any place for that. */
    const double near = map_label_nearer, far_off = map_label_from_hosts, close = label_gap - 1;
    const struct label_way ways[] = {{one, label_gap * 1.7, near * 1.6, far_off},
                                     {one, label_gap * 1.7, near, far_off},
                                     {one, close, near, far_off},
                                     {one, close, near, label_gap},
                                     {two, close, near, far_off},
                                     {two, close, near, label_gap},
                                     {one, 4, near, far_off},
                                     {one, 4, near, label_gap},
                                     {two, 4, near, far_off},
                                     {two, 4, near, label_gap}};
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
        if (place_link_label_by(p, i, &ways[way])) return;
    enum map_link_says says = *map_link_loss_text(&link, text, sizeof text) ? MAP_LINK_LOSS : MAP_LINK_RATE;
    if (says == MAP_LINK_RATE && !*map_link_rate_text(&link, text, sizeof text)) return;
    struct label_way brief = {canvas_measure(p->canvas, &p->status, text, 0), 4, near, label_gap};
    struct text_style down = p->status; /* what is said while the link is down fits, too, in smaller letters */
    down.bold = true;
    const char *const words[] = {tr("down one way"), tr("link down")};
    for (int k = 0; k < 2; k++)
        brief.size.x = fmax(brief.size.x, 0.65 * canvas_measure(p->canvas, &down, words[k], 0).x);
    brief.size.x += 2 * p->plan->unit;
    if (place_link_label_by(p, i, &brief)) p->plan->links[i].says = says;
}
