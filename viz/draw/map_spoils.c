/* What is in the way of a label: lines, links, icons, other names. */
#include "viz/draw/map_plan_internal.h"

#include <math.h>

#include "viz/draw/map_lanes.h"

/* Most lines lie all on one side of a box. */
static bool is_beside(struct point a, struct point b, struct box box)
{
    return (a.x < box.x && b.x < box.x) || (a.x > box.x + box.w && b.x > box.x + box.w) ||
           (a.y < box.y && b.y < box.y) || (a.y > box.y + box.h && b.y > box.y + box.h);
}

/* By clipping the line to the box (Liang and Barsky). */
bool map_line_meets_box(struct point a, struct point b, struct box box)
{
    if (is_beside(a, b, box)) return false;
    double from = 0, to = 1;
    double d[2] = {b.x - a.x, b.y - a.y}, s[2] = {a.x, a.y}, low[2] = {box.x, box.y},
           high[2] = {box.x + box.w, box.y + box.h};
    for (int k = 0; k < 2; k++) {
        if (fabs(d[k]) < 1e-9) {
            if (s[k] < low[k] || s[k] > high[k]) return false;
            continue;
        }
        double t0 = (low[k] - s[k]) / d[k], t1 = (high[k] - s[k]) / d[k];
        double first = t0 < t1 ? t0 : t1, last = t0 < t1 ? t1 : t0; /* the library's fmin and fmax are calls */
        from = first > from ? first : from;
        to = last < to ? last : to;
    }
    return from <= to;
}

static double turn(struct point a, struct point b, struct point c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

bool map_lines_cross(struct point a, struct point b, struct point c, struct point d)
{
    return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
}

enum { ON_A_LINK = 60 };

bool map_is_within(struct box area, struct box box)
{
    return box.x >= area.x && box.y >= area.y && box.x + box.w <= area.x + area.w && box.y + box.h <= area.y + area.h;
}

/* A pile, with the number of those that do not show. */
struct box map_pile_with_count(const struct map_plan *m, size_t host)
{
    struct box box = m->hosts[host].rest;
    double more = 26 * m->unit;
    return box_of(m->hosts[host].rest_left ? box.x - more : box.x, box.y - 3 * m->unit, box.w + more,
                  box.h + 6 * m->unit);
}

/* What a link does to a name here: its wire runs through it, its packets pass over it, or the envelope does. */
static int spoiled_by_link(const struct map_plan *m, size_t link, struct box box)
{

    const struct map_link *l = &m->links[link];
    struct box wide = map_moved_over(m, box);
    if (!map_line_meets_box(l->a, l->b, box_inset(wide, -m->stamp))) return 0;
    if (map_line_meets_box(l->a, l->b, box_inset(box, -3 * m->unit))) return ON_A_LINK;
    if (map_packets_touch(m, link, box, map_short_cut_units)) return ON_A_LINK;
    return l->carries_mail && map_line_meets_box(l->a, l->b, wide) ? ON_A_LINK : 0;
}

int map_spoiled_by_links(const struct map_plan *m, struct box box, int enough)
{
    int n = 0;
    for (size_t i = 0; i < m->n_links && n < enough && n < ON_A_LINK * MAP_MOST_WIRES; i++)
        n += spoiled_by_link(m, i, box);
    return n < ON_A_LINK * MAP_MOST_WIRES ? n : ON_A_LINK * MAP_MOST_WIRES;
}

bool map_is_on_the_left(const struct map_plan *m, size_t host)
{
    return m->hosts[host].at.x < m->area.x + m->area.w * 0.45;
}

/* Where envelopes would lie at a host that holds mail, had they the choice: above, away from the middle. */
static struct box wanted_for_rest(const struct map_plan *m, size_t host)
{
    struct point at = m->hosts[host].at;
    double w = map_envelope_width(m), r = m->icon, far = r * 1.06 + w / 2;
    return box_of(map_is_on_the_left(m, host) ? at.x - far : at.x + r * 0.46 - w / 2, at.y - r * 0.44 - w * 0.35,
                  far - r * 0.46 + w / 2, r * 0.1 + w * 0.7);
}

/* A line from the nearest edge of a label to the icon's edge. */
void map_leader_of(const struct map_plan *m, size_t h, struct box label, struct point *from, struct point *to)
{
    struct box icon = m->hosts[h].icon;
    *from = point_of(fmax(label.x, fmin(m->hosts[h].at.x, label.x + label.w)),
                     fmax(label.y, fmin(m->hosts[h].at.y, label.y + label.h)));
    *to = point_of(fmax(icon.x, fmin(from->x, icon.x + icon.w)), fmax(icon.y, fmin(from->y, icon.y + icon.h)));
}

bool map_is_on_leader(const struct map_plan *m, size_t host, struct box box)
{
    struct point from, to;
    if (!m->hosts[host].afar) return false;
    map_leader_of(m, host, m->hosts[host].label, &from, &to);
    return map_line_meets_box(from, to, box);
}

/* How bad a place is for the name of this host, beside those that have theirs. However many links there are, they are
   less in the way than one icon or name. From `enough` on nobody counts any more. */
int map_spoiled(const struct map_planning *p, size_t own, struct box box, int enough)
{
    enum {
        HIDDEN = ON_A_LINK * MAP_MOST_WIRES + 10,
        ANOTHERS = 24,
        ON_LEADER = 12,
        ENVELOPES = 5,
        ENVELOPES_ABOVE = 15
    };
    const struct map_plan *m = p->plan;
    double near = 1.2 * box_distance(box, m->hosts[own].icon) + 2 * m->unit; /* one nearer would seem to be its host */
    int n = map_is_within(m->area, box) ? 0 : HIDDEN + 30;
    bool is_nearest = true;
    for (size_t h = 0; h < m->n_hosts && n < enough; h++) {
        if (box_meets(box, box_inset(m->hosts[h].icon, -(h == own ? 2 : 4) * m->unit))) n += HIDDEN;
        if (h != own && is_nearest && box_distance(box, m->hosts[h].icon) < near) n += ANOTHERS, is_nearest = false;
        if (map_holds_mail(p->story, h) && box_meets(box, wanted_for_rest(m, h)))
            n += p->roof ? ENVELOPES_ABOVE : ENVELOPES; /* below they would lie on the wire */
        if (h != own && box_meets(box, m->hosts[h].label)) n += HIDDEN;
        if (h != own && map_is_on_leader(m, h, box)) n += ON_LEADER;
    }
    return n < enough ? n + map_spoiled_by_links(m, box, enough - n) : n;
}
