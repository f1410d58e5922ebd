/* Dijkstra's algorithm, run backwards from the destination, so that one run serves all who send to it. */
#include "sim/routes.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

struct distance {
    int64_t delay_ns; /* TIME_NEVER: no way known */
    uint32_t hops;
};

struct candidate {
    struct distance distance;
    uint32_t host;
};

/* A host to which one link leads: all ways to it are ways to its neighbour, and then that link. */
struct stub {
    uint32_t neighbour, link; /* link 0: it is none */
};

struct routes {
    size_t n_hosts;
    struct stub *stubs; /* by host */
    bool *forwards;
    struct route_edge *edges; /* sorted by to, and then as given */
    size_t *first_edge;       /* of those that lead to a host; one more entry closes the last */
    uint32_t **next;          /* [to][at]: link; NULL: not yet worked out */
    struct distance *distances;
    struct candidate *heap;
    size_t n_heap;
};

static void sort_edges(struct routes *r, const struct route_edge *edges, size_t n_edges)
{
    size_t *place = mem_calloc(r->n_hosts + 2, sizeof *place);
    for (size_t i = 0; i < n_edges; i++)
        place[edges[i].to + 1]++;
    for (size_t host = 1; host < r->n_hosts + 2; host++)
        place[host] += place[host - 1];
    memcpy(r->first_edge, place, (r->n_hosts + 2) * sizeof *place);
    for (size_t i = 0; i < n_edges; i++)
        r->edges[place[edges[i].to]++] = edges[i];
    mem_free(place);
}

/* Most hosts are stubs. What a hop asks of one stands together, since with thousands of hosts each look is a cache
 * miss. */
static void find_stubs(struct routes *r)
{
    r->stubs = mem_calloc(r->n_hosts + 1, sizeof *r->stubs);
    for (size_t host = 1; host <= r->n_hosts; host++) {
        const struct route_edge *last = &r->edges[r->first_edge[host]];
        if (r->first_edge[host + 1] - r->first_edge[host] == 1) r->stubs[host] = (struct stub){last->from, last->link};
    }
}

struct routes *routes_new(size_t n_hosts, const bool *forwards, const struct route_edge *edges, size_t n_edges)
{
    struct routes *r = mem_calloc(1, sizeof *r);
    r->n_hosts = n_hosts;
    r->forwards = mem_alloc((n_hosts + 1) * sizeof *r->forwards);
    memcpy(r->forwards, forwards, (n_hosts + 1) * sizeof *r->forwards);
    r->edges = mem_alloc(n_edges * sizeof *r->edges);
    r->first_edge = mem_alloc((n_hosts + 2) * sizeof *r->first_edge);
    r->next = mem_calloc(n_hosts + 1, sizeof *r->next);
    r->distances = mem_alloc((n_hosts + 1) * sizeof *r->distances);
    r->heap = mem_alloc((n_edges + 1) * sizeof *r->heap);
    sort_edges(r, edges, n_edges);
    find_stubs(r);
    return r;
}

void routes_free(struct routes *r)
{
    if (!r) return;
    for (size_t host = 0; host <= r->n_hosts; host++)
        mem_free(r->next[host]);
    mem_free(r->forwards);
    mem_free(r->stubs);
    mem_free(r->edges);
    mem_free(r->first_edge);
    mem_free(r->next);
    mem_free(r->distances);
    mem_free(r->heap);
    mem_free(r);
}

static bool is_shorter(struct distance a, struct distance b)
{
    return a.delay_ns != b.delay_ns ? a.delay_ns < b.delay_ns : a.hops < b.hops;
}

static void heap_push(struct routes *r, struct candidate candidate)
{
    size_t i = r->n_heap++;
    for (; i > 0 && is_shorter(candidate.distance, r->heap[(i - 1) / 2].distance); i = (i - 1) / 2)
        r->heap[i] = r->heap[(i - 1) / 2];
    r->heap[i] = candidate;
}

static struct candidate heap_pop(struct routes *r)
{
    struct candidate top = r->heap[0], last = r->heap[--r->n_heap];
    size_t i = 0;
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= r->n_heap) break;
        if (child + 1 < r->n_heap && is_shorter(r->heap[child + 1].distance, r->heap[child].distance)) child++;
        if (!is_shorter(r->heap[child].distance, last.distance)) break;
        r->heap[i] = r->heap[child];
        i = child;
    }
    r->heap[i] = last;
    return top;
}

static struct distance behind(struct distance distance, const struct route_edge *edge)
{
    assert(edge->delay_ns >= 0 && edge->delay_ns < TIME_NEVER - distance.delay_ns);
    return (struct distance){distance.delay_ns + edge->delay_ns, distance.hops + 1};
}

static void relax_edges_to(struct routes *r, uint32_t host, uint32_t *next)
{
    for (size_t i = r->first_edge[host]; i < r->first_edge[host + 1]; i++) {
        const struct route_edge *edge = &r->edges[i];
        struct distance distance = behind(r->distances[host], edge), *known = &r->distances[edge->from];
        bool shorter = is_shorter(distance, *known);
        bool as_short = !shorter && !is_shorter(*known, distance);
        if (shorter || (as_short && edge->link < next[edge->from])) next[edge->from] = edge->link;
        if (!shorter) continue;
        *known = distance;
        heap_push(r, (struct candidate){distance, edge->from});
    }
}

static uint32_t *ways_to(struct routes *r, uint32_t to)
{
    uint32_t *next = mem_calloc(r->n_hosts + 1, sizeof *next);
    for (size_t host = 0; host <= r->n_hosts; host++)
        r->distances[host] = (struct distance){TIME_NEVER, 0};
    r->distances[to] = (struct distance){0, 0};
    r->n_heap = 0;
    heap_push(r, (struct candidate){{0, 0}, to});
    while (r->n_heap) {
        struct candidate nearest = heap_pop(r);
        bool is_old = is_shorter(r->distances[nearest.host], nearest.distance);
        if (is_old || (nearest.host != to && !r->forwards[nearest.host])) continue;
        relax_edges_to(r, nearest.host, next);
    }
    return next;
}

static uint32_t next_link(struct routes *r, uint32_t at, uint32_t to)
{
    if (!r->next[to]) r->next[to] = ways_to(r, to);
    return r->next[to][at];
}

/* What is worked out for a router serves all stubs that are joined to it. */
uint32_t routes_next_link(struct routes *r, uint32_t at, uint32_t to)
{
    assert(at >= 1 && at <= r->n_hosts && to >= 1 && to <= r->n_hosts);
    if (at == to) return 0;
    struct stub stub = r->stubs[to];
    if (!stub.link) return next_link(r, at, to);
    if (at == stub.neighbour) return stub.link;
    return r->forwards[stub.neighbour] ? next_link(r, at, stub.neighbour) : 0;
}
