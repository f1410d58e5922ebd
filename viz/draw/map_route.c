#include "viz/draw/map_route.h"

#include <assert.h>

#include "sim/journal/memory.h"

enum { KEPT = 64 };

/* From a host over a link to another. */
struct step {
    size_t link, there;
    int dir; /* in which `there` sends to here */
};

struct map_routes {
    const struct story *story;
    uint64_t key;
    size_t n_hosts;
    size_t *first; /* of each host in steps, and one more */
    struct step *steps;
    bool (*up)[2];
    size_t *reached;
    struct spread {
        size_t to;
        bool down_too;
        size_t *next; /* of each host on its way there; STORY_NONE */
    } kept[KEPT];
    size_t n_kept, oldest;
};

/* The steps of a host are in the order of the links. */
static void note_steps(struct map_routes *r)
{
    size_t n_links = story_link_count(r->story);
    r->first = mem_calloc(r->n_hosts + 2, sizeof *r->first);
    r->steps = mem_calloc(2 * n_links + 1, sizeof *r->steps);
    for (size_t l = 0; l < n_links; l++) {
        struct story_link link = story_link(r->story, l);
        for (int end = 0; end < 2; end++)
            r->first[link.ends[end] + 2]++;
    }
    for (size_t h = 2; h < r->n_hosts + 2; h++)
        r->first[h] += r->first[h - 1];
    for (size_t l = 0; l < n_links; l++) {
        struct story_link link = story_link(r->story, l);
        for (int end = 0; end < 2; end++)
            r->steps[r->first[link.ends[end] + 1]++] = (struct step){l, link.ends[1 - end], 1 - end};
    }
}

struct map_routes *map_routes_new(const struct story *story)
{
    struct map_routes *r = mem_calloc(1, sizeof *r);
    r->story = story;
    r->n_hosts = story_host_count(story);
    r->up = mem_calloc(story_link_count(story) + 1, sizeof *r->up);
    r->reached = mem_calloc(r->n_hosts + 1, sizeof *r->reached);
    note_steps(r);
    map_routes_look(r);
    return r;
}

static void forget(struct map_routes *r)
{
    for (size_t i = 0; i < r->n_kept; i++)
        mem_free(r->kept[i].next), r->kept[i].next = NULL;
    r->n_kept = r->oldest = 0;
}

void map_routes_free(struct map_routes *r)
{
    if (!r) return;
    forget(r);
    mem_free(r->first);
    mem_free(r->steps);
    mem_free(r->up);
    mem_free(r->reached);
    mem_free(r);
}

void map_routes_look(struct map_routes *r)
{
    uint64_t key = story_world_key(r->story);
    if (key == r->key) return;
    forget(r);
    r->key = key;
    for (size_t l = 0; l < story_link_count(r->story); l++) {
        struct story_link link = story_link(r->story, l);
        r->up[l][0] = link.up[0];
        r->up[l][1] = link.up[1];
    }
}

static void spread_from(struct map_routes *r, size_t to, bool down_too, size_t *next)
{
    for (size_t h = 0; h < r->n_hosts; h++)
        next[h] = STORY_NONE;
    next[to] = to;
    size_t n_reached = 1;
    r->reached[0] = to;
    for (size_t i = 0; i < n_reached; i++) {
        size_t here = r->reached[i];
        for (size_t s = r->first[here]; s < r->first[here + 1]; s++) {
            const struct step *step = &r->steps[s];
            if (next[step->there] != STORY_NONE || !(down_too || r->up[step->link][step->dir])) continue;
            next[step->there] = here;
            r->reached[n_reached++] = step->there;
        }
    }
}

static const size_t *spread(struct map_routes *r, size_t to, bool down_too)
{
    for (size_t i = 0; i < r->n_kept; i++)
        if (r->kept[i].to == to && r->kept[i].down_too == down_too) return r->kept[i].next;
    size_t i = r->n_kept < KEPT ? r->n_kept++ : r->oldest++ % KEPT;
    r->kept[i].to = to;
    r->kept[i].down_too = down_too;
    if (!r->kept[i].next) r->kept[i].next = mem_calloc(r->n_hosts + 1, sizeof *r->kept[i].next);
    spread_from(r, to, down_too, r->kept[i].next);
    return r->kept[i].next;
}

static size_t way(struct map_routes *r, size_t from, size_t to, bool down_too, size_t *hosts, size_t room)
{
    assert(from < r->n_hosts && to < r->n_hosts);
    const size_t *next = spread(r, to, down_too);
    size_t n = 0;
    if (next[from] == STORY_NONE) return 0;
    for (size_t at = from; n < room; at = next[at]) {
        hosts[n++] = at;
        if (at == to) break;
    }
    return n;
}

size_t map_routes_way(struct map_routes *r, size_t from, size_t to, size_t *hosts, size_t room)
{
    return way(r, from, to, false, hosts, room);
}

size_t map_routes_old_way(struct map_routes *r, size_t from, size_t to, size_t *hosts, size_t room)
{
    size_t n = way(r, from, to, false, hosts, room);
    return n ? n : way(r, from, to, true, hosts, room);
}
