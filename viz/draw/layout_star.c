/* Hosts change their seats as long as anything is gained: who belongs together above each other, and each where a
   reader expects it. No wires can cross. Integers only, as in layout.c. */
#include "viz/draw/layout_star.h"

#include <stdint.h>

enum { FEWEST = 10, MOST = 18, SEATS_IN_ROWS = 12, SWEEPS = 40, MOST_SEATS = MOST + 2 };

struct seat {
    int x, y; /* percent of the width and height */
    size_t host;
};

struct star {
    const struct layout_host *hosts;
    size_t n_hosts, hub, n_seats;
    struct seat seats[MOST_SEATS];
    size_t seat_of[MOST + 1]; /* of a host */
};

/* The one that all links lead to; LAYOUT_NOBODY where there is none. */
static size_t find_hub(size_t n_hosts, const struct layout_link *links, size_t n_links)
{
    size_t linked[MOST + 1] = {0}, hub = LAYOUT_NOBODY;
    for (size_t end = 0; n_links > 0 && end < 2; end++) {
        size_t host = end ? links[0].b : links[0].a, n = 0;
        for (size_t i = 0; i < n_links; i++)
            n += links[i].a != links[i].b && (links[i].a == host || links[i].b == host);
        if (n == n_links) hub = host;
    }
    for (size_t i = 0; i < n_links; i++)
        linked[links[i].a] = linked[links[i].b] = 1;
    for (size_t h = 0; h < n_hosts; h++)
        if (!linked[h]) return LAYOUT_NOBODY;
    return hub;
}

static void set_seats(struct star *s)
{
    size_t leaves = s->n_hosts - 1, sides = leaves > SEATS_IN_ROWS ? 2 : 0, columns = (leaves - sides + 1) / 2;
    for (size_t i = 0; i < 2 * columns; i++) {
        int x = (int)(100 * (i % columns) / (columns - 1));
        s->seats[s->n_seats++] = (struct seat){x, i < columns ? 0 : 100, LAYOUT_NOBODY};
    }
    for (size_t i = 0; i < sides; i++)
        s->seats[s->n_seats++] = (struct seat){i ? 100 : 0, 50, LAYOUT_NOBODY};
    for (size_t h = 0, seat = 0; h < s->n_hosts; h++) {
        if (h == s->hub) continue;
        s->seats[seat].host = h;
        s->seat_of[h] = seat++;
    }
}

static int64_t wish_cost(int at, int want, int weight)
{
    return want == LAYOUT_ANYWHERE ? 0 : (int64_t)(at - want) * (at - want) * weight / 25;
}

static int64_t cost_of(const struct star *s)
{
    int64_t cost = 0;
    for (size_t i = 0; i < s->n_seats; i++) {
        const struct seat *seat = &s->seats[i];
        if (seat->host == LAYOUT_NOBODY) continue;
        const struct layout_host *host = &s->hosts[seat->host];
        cost += wish_cost(seat->x, host->want_x, host->weight_x) + wish_cost(seat->y, host->want_y, host->weight_y);
        if (host->near == LAYOUT_NOBODY || host->near == s->hub) continue;
        const struct seat *near = &s->seats[s->seat_of[host->near]];
        int64_t dx = seat->x - near->x, dy = seat->y - near->y;
        cost += 8 * dx * dx + dy * dy / 50;
    }
    return cost;
}

static void swap(struct star *s, size_t i, size_t k)
{
    size_t host = s->seats[i].host;
    s->seats[i].host = s->seats[k].host;
    s->seats[k].host = host;
    if (s->seats[i].host != LAYOUT_NOBODY) s->seat_of[s->seats[i].host] = i;
    if (s->seats[k].host != LAYOUT_NOBODY) s->seat_of[s->seats[k].host] = k;
}

static bool keep_if_better(struct star *s, int64_t *least)
{
    int64_t cost = cost_of(s);
    if (cost >= *least) return false;
    *least = cost;
    return true;
}

/* One alone changes places with another, or with the one that it is near to: whole columns do. */
static bool improve(struct star *s, int64_t *least)
{
    bool better = false;
    size_t columns = s->n_seats / 2 - (s->n_hosts - 1 > SEATS_IN_ROWS);
    for (size_t i = 0; i < s->n_seats; i++)
        for (size_t k = 0; k < i; k++) {
            swap(s, i, k);
            if (keep_if_better(s, least))
                better = true;
            else
                swap(s, i, k);
        }
    for (size_t i = 0; i < columns; i++)
        for (size_t k = 0; k < i; k++) {
            swap(s, i, k), swap(s, columns + i, columns + k);
            if (keep_if_better(s, least))
                better = true;
            else
                swap(s, i, k), swap(s, columns + i, columns + k);
        }
    return better;
}

bool layout_star(const struct layout_host *hosts, size_t n_hosts, const struct layout_link *links, size_t n_links,
                 struct point *places)
{
    if (n_hosts <= FEWEST || n_hosts > MOST + 1) return false;
    struct star s = {.hosts = hosts, .n_hosts = n_hosts, .hub = find_hub(n_hosts, links, n_links)};
    if (s.hub == LAYOUT_NOBODY) return false;
    set_seats(&s);
    int64_t least = cost_of(&s);
    for (int sweep = 0; sweep < SWEEPS && improve(&s, &least); sweep++)
        ;
    places[s.hub] = point_of(0.5, 0.5);
    for (size_t i = 0; i < s.n_seats; i++)
        if (s.seats[i].host != LAYOUT_NOBODY)
            places[s.seats[i].host] = point_of(0.05 + s.seats[i].x * 0.009, 0.05 + s.seats[i].y * 0.009);
    return true;
}
