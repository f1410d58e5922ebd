/* Two hosts, one link, and a record of what became of each packet. */
#ifndef POSTROAD_TESTS_SIM_LINK_WORLD_H
#define POSTROAD_TESTS_SIM_LINK_WORLD_H

#include "sim/journal/journal_memory.h"
#include "sim/network.h"
#include "sim/random.h"

enum { LINK_WORLD_ARRIVALS = 250000 };

struct link_world {
    struct journal *journal;
    struct journal_memory *memory;
    struct engine *engine;
    struct packet_pool *pool;
    struct network *network;
    struct host_id a, b;
    struct link_id link;
    uint64_t sent; /* packets so far; each has the unit of its number */
    struct arrival {
        int64_t at_ns;
        uint64_t packet, unit, cause;
        bool corrupted, copy;
    } * arrivals; /* at b */
    size_t n_arrivals;
};

/* Both directions have these settings. */
struct link_world *link_world_new(uint64_t seed, struct link_settings settings);
/* The same, recorded by nobody. */
struct link_world *link_world_new_silent(uint64_t seed, struct link_settings settings);
void link_world_free(struct link_world *world);
/* Sends from a to b now; returns the packet's id. */
uint64_t link_world_send(struct link_world *world, uint32_t size_bytes);
/* Lets the clock reach this time. */
void link_world_run_until(struct link_world *world, int64_t at_ns);
void link_world_run(struct link_world *world); /* to the end */

/* The n-th event of the kind (from 0), or NULL. */
const struct event *link_world_event(const struct link_world *world, enum event_kind kind, size_t n);
size_t link_world_count(const struct link_world *world, enum event_kind kind);
/* offered = delivered + lost for every reason + on its way. */
bool link_world_conserves(const struct link_world *world);

#endif
