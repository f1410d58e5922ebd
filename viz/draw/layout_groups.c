/* A host whose links all lead to one other host is that one's leaf. What is left without the leaves stands on the ring;
   one that most of the others hang on, and that has hardly a leaf, stands in the middle of it. The ring is cut into a
   row above and a row below, in which each gets as much width as it has leaves. Only + - * / and square roots, which
   are the same on every machine. */
#include "viz/draw/layout_groups.h"

#include <math.h>
#include <stdint.h>

#include "sim/journal/memory.h"

enum { FEW_HOSTS = 20, GROUP = 3, MOST_SEARCHED = 40, SWEEPS = 20, LEAVES_OF_CENTRE = 3 };
static const double aspect = 2.3; /* of maps, about */
static const double ring_end = 0.05, ring_rise = 0.06,
                    ring_wider = 0.05; /* half of its height, in heights of the map */

struct groups {
    const struct layout_host *hosts;
    size_t n_hosts;
    size_t *hub_of; /* of a leaf; LAYOUT_NOBODY: stands on the ring */
    size_t *leaves; /* how many, per host */
    size_t *ring;   /* from left to right above, then from right to left below */
    size_t n_ring, n_above;
    size_t centre;             /* LAYOUT_NOBODY */
    bool upright;              /* the rows are columns: on the left and on the right */
    struct layout_link *joins; /* links between those on the ring or in the middle */
    size_t n_joins;
    size_t *arc_of_ray; /* of the router whose hosts are being placed */
    struct point *places;
};

/* ---- Who belongs to whom ---- */

static void find_hubs(struct groups *g, const struct layout_link *links, size_t n_links)
{
    size_t *only = mem_calloc(g->n_hosts, sizeof *only); /* the one neighbour + 1; 0: none yet */
    bool *several = mem_calloc(g->n_hosts, sizeof *several);
    for (size_t i = 0; i < n_links; i++)
        for (int end = 0; end < 2; end++) {
            size_t host = end ? links[i].b : links[i].a, other = end ? links[i].a : links[i].b;
            if (host == other) continue;
            if (only[host] && only[host] != other + 1) several[host] = true;
            only[host] = other + 1;
        }
    for (size_t h = 0; h < g->n_hosts; h++) {
        bool is_leaf = only[h] && !several[h] && (several[only[h] - 1] || only[h] - 1 < h);
        g->hub_of[h] = is_leaf ? only[h] - 1 : LAYOUT_NOBODY;
        if (is_leaf) g->leaves[only[h] - 1]++;
    }
    mem_free(only);
    mem_free(several);
}

static void find_joins(struct groups *g, const struct layout_link *links, size_t n_links)
{
    for (size_t i = 0; i < n_links; i++) {
        bool leads_to_leaf = g->hub_of[links[i].a] != LAYOUT_NOBODY || g->hub_of[links[i].b] != LAYOUT_NOBODY;
        if (links[i].a != links[i].b && !leads_to_leaf) g->joins[g->n_joins++] = links[i];
    }
}

static size_t joins_of(const struct groups *g, size_t host)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_joins; i++)
        n += g->joins[i].a == host || g->joins[i].b == host;
    return n;
}

/* Its leaves stand on the ring, each by itself. */
static void choose_centre(struct groups *g, const struct layout_link *links, size_t n_links)
{
    size_t most = 0, on_ring = 0;
    for (size_t h = 0; h < g->n_hosts; h++)
        on_ring += g->hub_of[h] == LAYOUT_NOBODY;
    for (size_t h = 0; h < g->n_hosts; h++) {
        size_t n = g->hub_of[h] == LAYOUT_NOBODY && g->leaves[h] <= LEAVES_OF_CENTRE ? joins_of(g, h) : 0;
        if (n < 3 || n * 2 < on_ring || n <= most) continue;
        most = n;
        g->centre = h;
    }
    if (g->centre == LAYOUT_NOBODY) return;
    for (size_t h = 0; h < g->n_hosts; h++)
        if (g->hub_of[h] == g->centre) g->hub_of[h] = LAYOUT_NOBODY;
    g->leaves[g->centre] = 0;
    g->n_joins = 0;
    find_joins(g, links, n_links);
}

/* ---- The ring ---- */

/* Those that hang on each other one after the other, so that a tree begins without a crossing. */
static void visit(struct groups *g, size_t host, bool *seen)
{
    seen[host] = true;
    if (host != g->centre) g->ring[g->n_ring++] = host;
    for (size_t i = 0; i < g->n_joins; i++) {
        size_t other = g->joins[i].a == host ? g->joins[i].b : g->joins[i].b == host ? g->joins[i].a : host;
        if (!seen[other]) visit(g, other, seen);
    }
}

static void begin_ring(struct groups *g)
{
    bool *seen = mem_calloc(g->n_hosts, sizeof *seen);
    for (size_t h = 0; h < g->n_hosts; h++)
        if (g->hub_of[h] == LAYOUT_NOBODY && !seen[h]) visit(g, h, seen);
    mem_free(seen);
}

/* A host by itself has a name, too. */
static double weight_of(const struct groups *g, size_t host)
{
    return fmax(3, 1 + (double)g->leaves[host]);
}

static double weight_between(const struct groups *g, size_t from, size_t to)
{
    double weight = 0;
    for (size_t i = from; i < to; i++)
        weight += weight_of(g, g->ring[i]);
    return weight;
}

/* As many above as come nearest to half of the weight. */
static void cut_ring(struct groups *g)
{
    double all = weight_between(g, 0, g->n_ring), above = 0;
    for (g->n_above = 0; g->n_above < g->n_ring; g->n_above++) {
        double next = above + weight_of(g, g->ring[g->n_above]);
        if (g->n_above > 0 && fabs(next - all / 2) > fabs(above - all / 2)) return;
        above = next;
    }
}

/* Half of the ring's height at this part of its width. */
static double ring_height(const struct groups *g, double x)
{
    double off = 2 * x - 1;
    return ring_end + (g->centre == LAYOUT_NOBODY ? 0 : ring_wider) + ring_rise * (1 - off * off);
}

struct stretch {
    double from, to; /* of the width */
    bool above;
};

static struct stretch stretch_of(const struct groups *g, size_t position)
{
    bool above = position < g->n_above;
    size_t first = above ? 0 : g->n_above, end = above ? g->n_above : g->n_ring;
    double all = weight_between(g, first, end), from = weight_between(g, first, position) / all,
           to = from + weight_of(g, g->ring[position]) / all;
    return above ? (struct stretch){from, to, true} : (struct stretch){1 - to, 1 - from, false};
}

static void place_ring(struct groups *g)
{
    cut_ring(g);
    for (size_t i = 0; i < g->n_ring; i++) {
        struct stretch s = stretch_of(g, i);
        double x = (s.from + s.to) / 2, y = ring_height(g, x);
        g->places[g->ring[i]] = point_of(x, s.above ? 0.5 - y : 0.5 + y);
    }
    if (g->centre != LAYOUT_NOBODY) g->places[g->centre] = point_of(0.5, 0.5);
}

/* Crossings first, then short wires, then who would like to stand on the left or right. */
static int64_t ring_cost(struct groups *g)
{
    place_ring(g);
    int64_t cost = (int64_t)layout_crossings(g->places, g->joins, g->n_joins) * 100000;
    for (size_t i = 0; i < g->n_joins; i++) {
        struct point a = g->places[g->joins[i].a], b = g->places[g->joins[i].b];
        cost += (int64_t)(1000 * (fabs(a.x - b.x) + fabs(a.y - b.y)));
    }
    for (size_t h = 0; h < g->n_hosts; h++) {
        int want = g->hosts[h].want_x;
        if (want == LAYOUT_ANYWHERE) continue;
        size_t at = g->hub_of[h] == LAYOUT_NOBODY ? h : g->hub_of[h];
        cost += (int64_t)(fabs(g->places[at].x * 100 - want) * g->hosts[h].weight_x / 100);
    }
    return cost;
}

static void swap(struct groups *g, size_t i, size_t k)
{
    size_t host = g->ring[i];
    g->ring[i] = g->ring[k];
    g->ring[k] = host;
}

static void order_ring(struct groups *g)
{
    int64_t least = ring_cost(g);
    bool better = g->n_ring <= MOST_SEARCHED;
    for (int sweep = 0; sweep < SWEEPS && better; sweep++) {
        better = false;
        for (size_t i = 0; i < g->n_ring; i++)
            for (size_t k = 0; k < i; k++) {
                swap(g, i, k);
                int64_t cost = ring_cost(g);
                if (cost < least) {
                    least = cost;
                    better = true;
                } else {
                    swap(g, i, k);
                }
            }
    }
    place_ring(g);
}

/* ---- A router's hosts ---- */

enum { MOST_ARCS = 8, CORNERS = 6, BEGINNINGS = 8, MANY = 200 };

struct fan {
    struct point corners[CORNERS]; /* the outermost arc, seen from the router; y grows outwards */
    double length;
    size_t n, n_arcs, per_arc[MOST_ARCS];
    double part[MOST_ARCS]; /* of the outermost arc, per arc */
};

static struct point point_on_arc(const struct fan *f, double part)
{
    double left = part * f->length;
    for (int i = 0; i + 1 < CORNERS; i++) {
        double length = point_distance(f->corners[i], f->corners[i + 1]);
        if (left <= length || i + 2 == CORNERS)
            return point_between(f->corners[i], f->corners[i + 1], length > 0 ? left / length : 0);
        left -= length;
    }
    return f->corners[0];
}

static double part_of_arc(size_t arc, size_t arcs)
{
    double nearest = 0.3 + 0.5 / (double)arcs;
    return arcs == 1 ? 1 : nearest + (1 - nearest) * (double)arc / (double)(arcs - 1);
}

static void use_arcs(struct fan *f, size_t arcs)
{
    double all = 0;
    size_t given = 0;
    f->n_arcs = arcs;
    for (size_t i = 0; i < arcs; i++)
        all += f->part[i] = part_of_arc(i, arcs);
    for (size_t i = 0; i + 1 < arcs; i++)
        given += f->per_arc[i] = (size_t)((double)f->n * f->part[i] / all);
    f->per_arc[arcs - 1] = f->n - given;
}

static struct fan fan_of(const struct groups *g, size_t hub, double width, double height)
{
    struct fan f = {.n = g->leaves[hub]};
    double half = width * 0.5 - fmin(width * 0.09, 0.06), low = 0.38 * height;
    const struct point corners[CORNERS] = {{-half, low},         {-half, 0.8 * height}, {-0.7 * half, height},
                                           {0.7 * half, height}, {half, 0.8 * height},  {half, low}};
    for (int i = 0; i < CORNERS; i++) {
        f.corners[i] = corners[i];
        if (i > 0) f.length += point_distance(corners[i - 1], corners[i]);
    }
    return f;
}

static bool stands_before(const struct layout_host *hosts, size_t a, size_t b, bool by_arc)
{
    if (by_arc && hosts[a].away != hosts[b].away) return hosts[a].away < hosts[b].away;
    if (hosts[a].kin != hosts[b].kin) return hosts[a].kin < hosts[b].kin;
    return a < b;
}

static void sort_leaves(const struct groups *g, size_t *leaves, size_t n, bool by_arc)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && stands_before(g->hosts, leaves[k], leaves[k - 1], by_arc); k--) {
            size_t leaf = leaves[k];
            leaves[k] = leaves[k - 1];
            leaves[k - 1] = leaf;
        }
}

/* Each host has a ray of its own, so that no wire runs through a host of an arc within. The arcs take turns, each as
   often as it has hosts, and begin in one of several ways. */
static void take_turns(const struct fan *f, size_t way, size_t *arc_of_ray)
{
    size_t left[MOST_ARCS];
    double due[MOST_ARCS];
    for (size_t i = 0; i < f->n_arcs; i++) {
        left[i] = f->per_arc[i];
        due[i] = (double)(f->per_arc[i] * (way * (i + 1) % BEGINNINGS)) / BEGINNINGS;
    }
    for (size_t ray = 0; ray < f->n; ray++) {
        size_t arc = MOST_ARCS;
        for (size_t i = 0; i < f->n_arcs; i++) {
            due[i] += (double)f->per_arc[i];
            if (left[i] > 0 && (arc == MOST_ARCS || due[i] >= due[arc])) arc = i;
        }
        left[arc]--;
        due[arc] -= (double)f->n;
        arc_of_ray[ray] = arc;
    }
}

/* Rays keep farther from each other where a host stands near the router. */
static double step_after(const struct fan *f, const size_t *arc_of_ray, size_t ray)
{
    double part = f->part[arc_of_ray[ray]], next = ray + 1 < f->n ? f->part[arc_of_ray[ray + 1]] : 1;
    return 1 + 0.5 / fmin(part, next);
}

static void spread_fan(struct groups *g, const struct fan *f, const size_t *leaves, struct point at, bool above)
{
    const size_t *next[MOST_ARCS];
    double steps = 0.5, gone = 0.5;
    for (size_t i = 0; i < f->n_arcs; leaves += f->per_arc[i++])
        next[i] = leaves;
    for (size_t ray = 0; ray < f->n; ray++)
        steps += ray + 1 < f->n ? step_after(f, g->arc_of_ray, ray) : 0.5;
    for (size_t ray = 0; ray < f->n; gone += step_after(f, g->arc_of_ray, ray++)) {
        size_t arc = g->arc_of_ray[ray];
        struct point off = point_on_arc(f, gone / steps);
        double y = off.y * f->part[arc];
        g->places[*next[arc]++] =
            point_of(at.x + off.x * f->part[arc] / (g->upright ? 1 / aspect : aspect), above ? at.y - y : at.y + y);
    }
}

/* From p to the wire that leads from nought to end, where it passes beside it. */
static double distance_to_wire(struct point end, struct point p)
{
    double square = end.x * end.x + end.y * end.y, along = square > 0 ? (end.x * p.x + end.y * p.y) / square : 0;
    return along <= 0 || along >= 1 ? 10 : point_distance(p, point_of(end.x * along, end.y * along));
}

/* How far the two that are closest stand from each other, a name being wider than high; or how closely a wire passes by
   a host that it does not lead to. */
static double closest_of(const struct groups *g, const size_t *leaves, size_t n, struct point at)
{
    double wide = g->upright ? 1 : aspect, high = g->upright ? aspect : 1, least = 10;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            if (i == k) continue;
            struct point a = g->places[leaves[i]], b = g->places[leaves[k]];
            double apart = g->upright ? fmax(fabs(a.x - b.x) * wide, fabs(a.y - b.y) * high * 0.55)
                                      : fmax(fabs(a.x - b.x) * wide * 0.55, fabs(a.y - b.y) * high);
            double beside = distance_to_wire(point_of((a.x - at.x) * wide, (a.y - at.y) * high),
                                             point_of((b.x - at.x) * wide, (b.y - at.y) * high));
            least = fmin(least, fmin(apart, beside * 8));
        }
    return least;
}

static void try_fan(struct groups *g, struct fan *f, size_t arcs, size_t way, size_t *leaves, struct point at,
                    bool above)
{
    use_arcs(f, arcs);
    take_turns(f, way, g->arc_of_ray);
    sort_leaves(g, leaves, f->n, true);
    for (size_t arc = 0, from = 0; arc < arcs; from += f->per_arc[arc++])
        sort_leaves(g, leaves + from, f->per_arc[arc], false);
    spread_fan(g, f, leaves, at, above);
}

/* Then they need more than one arc. */
static bool is_mixed(const struct layout_host *hosts, const size_t *leaves, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (hosts[leaves[i]].away != hosts[leaves[0]].away) return true;
    return false;
}

/* On as many arcs as give the closest the most room; where there are very many, with one beginning each. */
static void place_leaves(struct groups *g, size_t position, size_t *leaves)
{
    size_t hub = g->ring[position], n = 0, best = 0;
    double most = -1;
    for (size_t h = 0; h < g->n_hosts; h++)
        if (g->hub_of[h] == hub) leaves[n++] = h;
    if (n == 0) return;
    struct stretch s = stretch_of(g, position);
    struct point at = g->places[hub];
    struct fan f = fan_of(g, hub, (s.to - s.from) * (g->upright ? 1 / aspect : aspect), s.above ? at.y : 1 - at.y);
    size_t ways = BEGINNINGS * (n < MOST_ARCS ? n : MOST_ARCS);
    for (size_t way = is_mixed(g->hosts, leaves, n) ? BEGINNINGS : 0; way<ways; way += n> MANY ? BEGINNINGS : 1) {
        try_fan(g, &f, way / BEGINNINGS + 1, way % BEGINNINGS, leaves, at, s.above);
        double closest = closest_of(g, leaves, n, at);
        if (closest > most) most = closest, best = way;
    }
    try_fan(g, &f, best / BEGINNINGS + 1, best % BEGINNINGS, leaves, at, s.above);
}

/* ---- All ---- */

static bool has_groups(const struct groups *g)
{
    size_t groups = 0;
    for (size_t h = 0; h < g->n_hosts; h++)
        groups += g->leaves[h] >= GROUP;
    return g->n_hosts > FEW_HOSTS && groups > 1;
}

static void place_groups(struct groups *g)
{
    size_t *leaves = mem_calloc(g->n_hosts, sizeof *leaves);
    begin_ring(g);
    g->upright = g->n_ring == 2;
    order_ring(g);
    for (size_t i = 0; i < g->n_ring; i++)
        place_leaves(g, i, leaves);
    for (size_t h = 0; h < g->n_hosts && g->upright; h++)
        g->places[h] = point_of(g->places[h].y, g->places[h].x);
    mem_free(leaves);
}

bool layout_groups(const struct layout_host *hosts, size_t n_hosts, const struct layout_link *links, size_t n_links,
                   struct point *places)
{
    struct groups g = {.hosts = hosts, .n_hosts = n_hosts, .centre = LAYOUT_NOBODY, .places = places};
    g.hub_of = mem_calloc(n_hosts + 1, sizeof *g.hub_of);
    g.leaves = mem_calloc(n_hosts + 1, sizeof *g.leaves);
    g.ring = mem_calloc(n_hosts + 1, sizeof *g.ring);
    g.arc_of_ray = mem_calloc(n_hosts + 1, sizeof *g.arc_of_ray);
    g.joins = mem_calloc(n_links + 1, sizeof *g.joins);
    find_hubs(&g, links, n_links);
    bool grouped = has_groups(&g);
    if (grouped) {
        find_joins(&g, links, n_links);
        choose_centre(&g, links, n_links);
        place_groups(&g);
    }
    mem_free(g.hub_of);
    mem_free(g.leaves);
    mem_free(g.ring);
    mem_free(g.arc_of_ray);
    mem_free(g.joins);
    return grouped;
}
