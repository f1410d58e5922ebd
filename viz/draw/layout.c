/* Local search on a grid. A cell is CELL_W by CELL_H in units that are about pixels of a small window, so that "too
   close" means the same in both directions. The cost of a state is recomputed whole, since a map has some tens of
   hosts; what has hundreds gets a map, too, but as good as a fixed effort can make it. */
#include "viz/draw/layout.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "sim/journal/memory.h"
#include "viz/draw/layout_groups.h"
#include "viz/draw/layout_star.h"

enum { CELL_W = 170, CELL_H = 120, ROOM_AROUND_HOST = 62 };
/* Comparisons of a link with a link or host, over all: a second or two, and far more than maps need that can be looked
   at. Counted, not timed, so that the same network gets the same map everywhere. */
#define EFFORT INT64_C(400000000)
enum { COST_CROSSING = 60000, COST_THROUGH_HOST = 30000, COST_NARROW_ANGLE = 2500, MAX_SWEEPS = 40 };

struct spot {
    int64_t x, y;
};

struct problem {
    const struct layout_host *hosts;
    size_t n_hosts;
    const struct layout_link *links;
    size_t n_links;
    int columns, rows;
    int *cell_of;   /* host -> cell, or -1 */
    int *host_at;   /* cell -> host, or -1 */
    int64_t effort; /* still to be spent */
};

static struct spot spot_of(const struct problem *p, size_t host)
{
    int cell = p->cell_of[host];
    return (struct spot){(int64_t)(cell % p->columns) * CELL_W, (int64_t)(cell / p->columns) * CELL_H};
}

static bool is_placed(const struct problem *p, struct layout_link link)
{
    return link.a != link.b && p->cell_of[link.a] >= 0 && p->cell_of[link.b] >= 0;
}

static int64_t turn_of(struct spot a, struct spot b, struct spot c)
{
    int64_t t = (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
    return t > 0 ? 1 : t < 0 ? -1 : 0;
}

static bool spots_cross(struct spot a, struct spot b, struct spot c, struct spot d)
{
    return turn_of(a, b, c) * turn_of(a, b, d) < 0 && turn_of(c, d, a) * turn_of(c, d, b) < 0;
}

/* Whether s lies within reach of the segment from a to b, its ends not counted. */
static bool is_near_segment(struct spot a, struct spot b, struct spot s, int64_t reach)
{
    int64_t dx = b.x - a.x, dy = b.y - a.y, length2 = dx * dx + dy * dy;
    if (length2 == 0) return false;
    int64_t along = (s.x - a.x) * dx + (s.y - a.y) * dy;
    if (along <= 0 || along >= length2) return false;
    int64_t across = (s.x - a.x) * dy - (s.y - a.y) * dx;
    return across * across < reach * reach * length2;
}

/* Two links that leave one host nearly in the same direction: squared cosine above 0.884, some 20 degrees. */
static bool is_narrow(struct spot at, struct spot b, struct spot c)
{
    int64_t bx = b.x - at.x, by = b.y - at.y, cx = c.x - at.x, cy = c.y - at.y;
    int64_t dot = bx * cx + by * cy;
    if (dot <= 0) return false;
    return dot * dot * 1000 > (bx * bx + by * by) * (cx * cx + cy * cy) * 884;
}

static int64_t pair_cost(const struct problem *p, struct layout_link m, struct layout_link n)
{
    size_t at = m.a == n.a || m.a == n.b ? m.a : m.b == n.a || m.b == n.b ? m.b : LAYOUT_NOBODY;
    if (at == LAYOUT_NOBODY) {
        bool cross = spots_cross(spot_of(p, m.a), spot_of(p, m.b), spot_of(p, n.a), spot_of(p, n.b));
        return cross ? COST_CROSSING : 0;
    }
    size_t m_far = m.a == at ? m.b : m.a, n_far = n.a == at ? n.b : n.a;
    if (m_far == n_far) return 0;
    return is_narrow(spot_of(p, at), spot_of(p, m_far), spot_of(p, n_far)) ? COST_NARROW_ANGLE : 0;
}

static int64_t link_cost(const struct problem *p, size_t i)
{
    struct layout_link link = p->links[i];
    struct spot a = spot_of(p, link.a), b = spot_of(p, link.b);
    int64_t cost = ((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y)) / 250;
    for (size_t h = 0; h < p->n_hosts; h++)
        if (h != link.a && h != link.b && p->cell_of[h] >= 0 && is_near_segment(a, b, spot_of(p, h), ROOM_AROUND_HOST))
            cost += COST_THROUGH_HOST;
    for (size_t j = 0; j < i; j++)
        if (is_placed(p, p->links[j])) cost += pair_cost(p, link, p->links[j]);
    return cost;
}

static int64_t wish_cost(int cell, int cells, int want, int weight)
{
    if (want == LAYOUT_ANYWHERE || cells < 2) return 0;
    int64_t off = 100 * cell / (cells - 1) - want;
    return off * off * weight / 25;
}

static int64_t host_cost(const struct problem *p, size_t h)
{
    const struct layout_host *host = &p->hosts[h];
    int column = p->cell_of[h] % p->columns, row = p->cell_of[h] / p->columns;
    int64_t cost = wish_cost(column, p->columns, host->want_x, host->weight_x);
    cost += wish_cost(row, p->rows, host->want_y, host->weight_y);
    if (host->near == LAYOUT_NOBODY || p->cell_of[host->near] < 0) return cost;
    struct spot a = spot_of(p, h), b = spot_of(p, host->near);
    return cost + (a.x - b.x) * (a.x - b.x) / 100 + (a.y - b.y) * (a.y - b.y) / 500;
}

static int64_t total_cost(struct problem *p)
{
    int64_t cost = 0;
    p->effort -= (int64_t)(p->n_links * (p->n_hosts + p->n_links / 2) + p->n_hosts);
    for (size_t i = 0; i < p->n_links; i++)
        if (is_placed(p, p->links[i])) cost += link_cost(p, i);
    for (size_t h = 0; h < p->n_hosts; h++)
        if (p->cell_of[h] >= 0) cost += host_cost(p, h);
    return cost;
}

/* Puts a host into a cell; who stood there goes to the host's old place (nowhere if it had none). */
static void put(struct problem *p, size_t host, int cell)
{
    int old = p->cell_of[host], other = p->host_at[cell];
    p->cell_of[host] = cell;
    p->host_at[cell] = (int)host;
    if (old >= 0) p->host_at[old] = other;
    if (other >= 0 && (size_t)other != host) p->cell_of[other] = old;
}

/* Without effort: the free cell that is nearest to a neighbour who stands already. */
static void place_anywhere(struct problem *p, size_t host)
{
    int beside = 0, best = -1;
    for (size_t i = 0; i < p->n_links; i++) {
        if (p->links[i].a == host && p->cell_of[p->links[i].b] >= 0) beside = p->cell_of[p->links[i].b];
        if (p->links[i].b == host && p->cell_of[p->links[i].a] >= 0) beside = p->cell_of[p->links[i].a];
    }
    int64_t best_far = INT64_MAX;
    for (int cell = 0; cell < p->columns * p->rows; cell++) {
        int64_t x = cell % p->columns - beside % p->columns, y = cell / p->columns - beside / p->columns;
        if (p->host_at[cell] < 0 && x * x + y * y < best_far) best_far = x * x + y * y, best = cell;
    }
    p->cell_of[host] = best;
    p->host_at[best] = (int)host;
}

/* The best free cell for a host that stands nowhere yet. */
static void place_first(struct problem *p, size_t host)
{
    int best = -1;
    if (p->effort <= 0) {
        place_anywhere(p, host);
        return;
    }
    int64_t best_cost = INT64_MAX;
    for (int cell = 0; cell < p->columns * p->rows; cell++) {
        if (p->host_at[cell] >= 0) continue;
        p->cell_of[host] = cell;
        int64_t cost = total_cost(p);
        if (cost < best_cost) best_cost = cost, best = cell;
    }
    p->cell_of[host] = best;
    p->host_at[best] = (int)host;
}

/* Three ways to begin, of which the best result is taken: hosts with many links first, so that the others hang around
   them; hosts with strong wishes first, so that the others come between them; and as the scenario names them. */
enum beginning { MANY_LINKS_FIRST, STRONG_WISHES_FIRST, AS_NAMED, BEGINNINGS };

static int *make_ranks(const struct problem *p, enum beginning beginning)
{
    int *ranks = mem_calloc(p->n_hosts, sizeof *ranks);
    for (size_t h = 0; h < p->n_hosts; h++) {
        const struct layout_host *host = &p->hosts[h];
        bool wishes = beginning == STRONG_WISHES_FIRST && host->want_x != LAYOUT_ANYWHERE;
        ranks[h] = 1 + (wishes ? host->weight_x : 0);
    }
    for (size_t i = 0; beginning == MANY_LINKS_FIRST && i < p->n_links; i++) {
        ranks[p->links[i].a]++;
        if (p->links[i].b != p->links[i].a) ranks[p->links[i].b]++;
    }
    return ranks;
}

static void place_all(struct problem *p, enum beginning beginning)
{
    int *ranks = make_ranks(p, beginning);
    for (size_t placed = 0; placed < p->n_hosts; placed++) {
        size_t best = LAYOUT_NOBODY;
        int best_rank = 0;
        for (size_t h = 0; h < p->n_hosts; h++)
            if (p->cell_of[h] < 0 && ranks[h] > best_rank) best_rank = ranks[h], best = h;
        place_first(p, best);
    }
    mem_free(ranks);
}

static bool improve_host(struct problem *p, size_t host, int64_t *cost)
{
    bool better = false;
    for (int cell = 0; cell < p->columns * p->rows && p->effort > 0; cell++) {
        int home = p->cell_of[host];
        if (cell == home) continue;
        put(p, host, cell);
        int64_t moved = total_cost(p);
        if (moved < *cost) {
            *cost = moved;
            better = true;
        } else {
            put(p, host, home);
        }
    }
    return better;
}

static int64_t improve(struct problem *p)
{
    int64_t cost = total_cost(p);
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
        bool better = false;
        for (size_t h = 0; h < p->n_hosts; h++)
            better = improve_host(p, h, &cost) || better;
        if (!better || p->effort <= 0) break;
    }
    return cost;
}

static void choose_grid(struct problem *p)
{
    static const int grids[][3] = {{7, 5, 3}, {13, 7, 3}, {20, 8, 4}, {30, 9, 5}};
    for (size_t i = 0; i < sizeof grids / sizeof grids[0]; i++) {
        p->columns = grids[i][1];
        p->rows = grids[i][2];
        if (p->n_hosts <= (size_t)grids[i][0]) return;
    }
    while ((size_t)(p->columns * p->rows) < p->n_hosts * 2) {
        p->columns += 3;
        p->rows += 2;
    }
}

/* Which columns (or rows) anybody stands in; the others are left out of the picture. */
static int number_used(const struct problem *p, int *number, int n, bool columns)
{
    int used = 0;
    for (int i = 0; i < n; i++)
        number[i] = 0;
    for (size_t h = 0; h < p->n_hosts; h++)
        number[columns ? p->cell_of[h] % p->columns : p->cell_of[h] / p->columns] = 1;
    for (int i = 0; i < n; i++)
        number[i] = number[i] ? used++ : -1;
    return used;
}

static void read_places(const struct problem *p, struct point *places)
{
    int *column = mem_calloc((size_t)p->columns, sizeof *column);
    int *row = mem_calloc((size_t)p->rows, sizeof *row);
    int columns = number_used(p, column, p->columns, true), rows = number_used(p, row, p->rows, false);
    for (size_t h = 0; h < p->n_hosts; h++) {
        places[h].x = (column[p->cell_of[h] % p->columns] + 0.5) / columns;
        places[h].y = (row[p->cell_of[h] / p->columns] + 0.5) / rows;
    }
    mem_free(column);
    mem_free(row);
}

static void clear(struct problem *p, size_t cells)
{
    for (size_t h = 0; h < p->n_hosts; h++)
        p->cell_of[h] = -1;
    for (size_t cell = 0; cell < cells; cell++)
        p->host_at[cell] = -1;
}

void layout_solve(const struct layout_host *hosts, size_t n_hosts, const struct layout_link *links, size_t n_links,
                  struct point *places)
{
    if (n_hosts == 0 || layout_groups(hosts, n_hosts, links, n_links, places)) return;
    if (layout_star(hosts, n_hosts, links, n_links, places)) return;
    struct problem p = {.hosts = hosts, .n_hosts = n_hosts, .links = links, .n_links = n_links, .effort = EFFORT};
    choose_grid(&p);
    size_t cells = (size_t)(p.columns * p.rows);
    p.cell_of = mem_calloc(n_hosts, sizeof *p.cell_of);
    p.host_at = mem_calloc(cells, sizeof *p.host_at);
    int64_t best = INT64_MAX;
    for (enum beginning beginning = MANY_LINKS_FIRST; beginning < BEGINNINGS && p.effort > 0; beginning++) {
        clear(&p, cells);
        place_all(&p, beginning);
        int64_t cost = improve(&p);
        if (cost < best) read_places(&p, places);
        if (cost < best) best = cost;
    }
    mem_free(p.cell_of);
    mem_free(p.host_at);
}

static struct spot spot_on_page(struct point place)
{
    return (struct spot){(int64_t)(place.x * 100000), (int64_t)(place.y * 100000)};
}

size_t layout_crossings(const struct point *places, const struct layout_link *links, size_t n_links)
{
    size_t crossings = 0;
    for (size_t i = 0; i < n_links; i++)
        for (size_t j = 0; j < i; j++) {
            struct spot a = spot_on_page(places[links[i].a]), b = spot_on_page(places[links[i].b]);
            struct spot c = spot_on_page(places[links[j].a]), d = spot_on_page(places[links[j].b]);
            crossings += spots_cross(a, b, c, d);
        }
    return crossings;
}
