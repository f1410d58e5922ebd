/* Cut in steps of a unit: the first place from the end from which on nothing is touched. */
#include "viz/draw/map_lanes.h"

#include <math.h>

const double map_stamp_units = 8, map_short_cut_units = 28;

static const double longest_cut = 0.35; /* of a lane, at each end */

double map_lane_off(const struct map_plan *m)
{
    return 0.75 * m->stamp;
}

struct point map_lane_at(const struct map_lane *lane, double part)
{
    return point_between(lane->from, lane->to, fmax(0, fmin(1, part)));
}

static struct map_lane whole_lane(const struct map_plan *m, struct point a, struct point b)
{
    double length = fmax(1, point_distance(a, b)), off = map_lane_off(m);
    struct map_lane lane = {.right = {-(b.y - a.y) / length, (b.x - a.x) / length}};
    lane.from = point_of(a.x + lane.right.x * off, a.y + lane.right.y * off);
    lane.to = point_of(b.x + lane.right.x * off, b.y + lane.right.y * off);
    return lane;
}

void map_lanes_lay(struct map_plan *m)
{
    for (size_t i = 0; i < m->n_links; i++) {
        m->links[i].lanes[0] = whole_lane(m, m->links[i].a, m->links[i].b);
        m->links[i].lanes[1] = whole_lane(m, m->links[i].b, m->links[i].a);
    }
}

static double reach(const struct map_plan *m)
{
    return m->stamp - 0.5;
}

bool map_packets_touch(const struct map_plan *m, size_t link, struct box box, double from_ends)
{
    const struct map_lane *lanes = m->links[link].lanes;
    struct box wide = box_inset(box, -reach(m));
    if (from_ends <= 0) /* asked for thousands of places in a picture */
        return map_line_meets_box(lanes[0].from, lanes[0].to, wide) ||
               map_line_meets_box(lanes[1].from, lanes[1].to, wide);
    for (int dir = 0; dir < 2; dir++) {
        double length = fmax(1, point_distance(lanes[dir].from, lanes[dir].to));
        double off = fmin(longest_cut, from_ends * m->unit / length);
        if (map_line_meets_box(map_lane_at(&lanes[dir], off), map_lane_at(&lanes[dir], 1 - off), wide)) return true;
    }
    return false;
}

struct box map_moved_over(const struct map_plan *m, struct box box)
{
    double w = map_moving_width(m), h = w * 0.72;
    return box_of(box.x - w / 2, box.y - h / 2, box.w + w, box.h + h);
}

bool map_link_passes(const struct map_plan *m, size_t i, struct box box)
{
    const struct map_link *link = &m->links[i];
    return map_packets_touch(m, i, box, 0) ||
           (link->carries_mail && map_line_meets_box(link->a, link->b, map_moved_over(m, box)));
}

bool map_is_passed(const struct map_plan *m, struct box box)
{
    for (size_t i = 0; i < m->n_links; i++)
        if (map_link_passes(m, i, box)) return true;
    return false;
}

/* The last step, counted from `end`, at which a packet would touch the box; -1 when at none. */
static int last_touch(const struct map_plan *m, struct point end, struct point other, struct box box, int steps)
{
    double r = reach(m), length = fmax(1, point_distance(end, other));
    for (int i = steps; i >= 0; i--) {
        struct point at = point_between(end, other, i * m->unit / length);
        if (box_meets(box_of(at.x - r, at.y - r, 2 * r, 2 * r), box)) return i;
    }
    return -1;
}

/* Where a lane begins or ends at this host. A name that lies along the lane is not worth so long a cut: it is drawn
   over the packets. */
static struct point cut(const struct map_plan *m, const struct map_host *host, struct point end, struct point other)
{
    double length = fmax(1, point_distance(end, other));
    int steps = (int)(length * longest_cut / m->unit);
    int by = last_touch(m, end, other, host->icon, steps) + 1;
    int name = host->label.w > 0 ? last_touch(m, end, other, host->label, steps) + 1 : 0;
    if (name <= steps && name > by) by = name;
    return point_between(end, other, fmin(longest_cut, by * m->unit / length));
}

void map_lanes_cut(struct map_plan *m, const struct story *story)
{
    for (size_t i = 0; i < m->n_links; i++)
        for (int dir = 0; dir < 2; dir++) {
            struct story_link link = story_link(story, i);
            struct map_lane *lane = &m->links[i].lanes[dir], whole = *lane;
            lane->from = cut(m, &m->hosts[link.ends[dir]], whole.from, whole.to);
            lane->to = cut(m, &m->hosts[link.ends[!dir]], whole.to, whole.from);
        }
}
