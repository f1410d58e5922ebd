/* Where envelopes lie at a host. */
#include "viz/draw/map_plan_internal.h"

#include <limits.h>
#include <math.h>

#include "viz/draw/map_lanes.h"

double map_envelope_width(const struct map_plan *plan)
{
    return fmax(fmin(16 * plan->unit, plan->icon), plan->icon * 0.62);
}

double map_moving_width(const struct map_plan *plan)
{
    return fmin(map_envelope_width(plan), 26 * plan->unit);
}

/* With the tick or clock at its lower corner, on the side where the pile goes. At the edge of the map a pile is closer:
   nothing reaches beyond. */
struct point map_rest_place(const struct map_plan *plan, size_t host, size_t position)
{
    const struct map_host *h = &plan->hosts[host];
    const struct box area = plan->area;
    double dx = plan->icon * (h->rest_from + h->rest_step * (double)position),
           dy = plan->icon * (0.34 + 0.05 * (double)position);
    double x = h->at.x + (h->rest_left ? -dx : dx), y = h->at.y + (h->rest_below ? dy : -dy);
    double w = map_envelope_width(plan), half = w / 2, badge = 0.7 * w, high = 0.36 * w, low = 0.55 * w;
    double left = area.x + (h->rest_left ? badge : half), right = area.x + area.w - (h->rest_left ? half : badge);
    return point_of(fmax(left, fmin(x, right)), fmax(area.y + high, fmin(y, area.y + area.h - low)));
}

static struct box rest_box(const struct map_plan *plan, size_t host)
{
    double w = map_envelope_width(plan), h = w * 0.7;
    struct point first = map_rest_place(plan, host, 0), last = map_rest_place(plan, host, MAP_SHOWN_AT_HOST - 1);
    return box_of(fmin(first.x, last.x) - w / 2, fmin(first.y, last.y) - h / 2, fabs(last.x - first.x) + w,
                  fabs(last.y - first.y) + h);
}

/* What envelopes here would hide: a name is worse than a wire. From `enough` on nobody counts any more. */
static int hidden_by(const struct map_plan *m, size_t host, struct box box, int enough)
{
    int n = map_is_within(m->area, box) ? 0 : 6;
    for (size_t h = 0; h < m->n_hosts && n < enough; h++) {
        if (box_meets(box, m->hosts[h].label)) n += 9;
        if (h != host && box_meets(box, m->hosts[h].icon)) n += 9;
    }
    for (size_t i = 0; i < m->n_links && n < enough; i++)
        if (map_line_meets_box(m->links[i].a, m->links[i].b, box)) n += 2;
    return n;
}

/* The first of a pile is there most often. */
static int hidden_by_rest(const struct map_plan *m, size_t host, int enough)
{
    double w = map_envelope_width(m), h = w * 0.7;
    struct point first = map_rest_place(m, host, 0);
    int n = hidden_by(m, host, box_of(first.x - w / 2, first.y - h / 2, w, h), enough);
    if (m->n_hosts <= MAP_FEW_HOSTS && map_is_passed(m, map_pile_with_count(m, host))) n++;
    return n >= enough ? n : n + hidden_by(m, host, m->hosts[host].rest, enough - n);
}

/* Rather away from the middle, where the links are, and above. Where there is little room the pile is closer; where it
   hides a name all the same, it stands farther off, or more on its host. */
void map_place_rest(struct map_planning *p, size_t host)
{
    enum { CORNERS = 4, CLOSEST = 4, HIDES_A_NAME = 9 };
    static const double from[] = {0.7, 0.46, 0.32, 0.18};
    struct map_host *h = &p->plan->hosts[host], best = *h;
    bool outwards = map_is_on_the_left(p->plan, host);
    int least = INT_MAX;
    for (int way = 0; way < 4 * CORNERS * CLOSEST; way++) {
        int corner = way % CORNERS, closer = way / CORNERS % CLOSEST, off = way / (CORNERS * CLOSEST);
        if (off > 0 && least < HIDES_A_NAME) break;
        h->rest_from = from[off];
        h->rest_left = (corner % 2 == 0) == outwards;
        h->rest_below = corner >= 2;
        h->rest_step = fmax(0.02, 0.3 - 0.12 * closer);
        h->rest = rest_box(p->plan, host);
        int n = hidden_by_rest(p->plan, host, least);
        if (n >= least) continue;
        least = n;
        best = *h;
    }
    *h = best;
}
