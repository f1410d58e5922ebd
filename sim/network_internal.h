/* What network.c and wire.c share. */
#ifndef POSTROAD_SIM_NETWORK_INTERNAL_H
#define POSTROAD_SIM_NETWORK_INTERNAL_H

#include <assert.h>

#include "sim/codel.h"
#include "sim/gilbert.h"
#include "sim/link_direction.h"
#include "sim/network.h"
#include "sim/routes.h"

struct host {
    const char *name;
    bool forwards, up;
    network_arrival_fn arrival;
    void *context;
};

/* One direction of a link, with what link_direction does without: the journal, chance, and the order of events. What
   every packet needs comes first here, too. */
struct wire {
    struct network *network;
    struct link_id link;
    int dir;
    struct host_id from, to;
    bool plain;   /* it is up, and nothing but a rate, a delay, a queue and even loss */
    bool loses;   /* has a chance of loss, evenly */
    bool expects; /* an arrival in order, namely */
    struct event_handle arrival;
    uint64_t loss_key; /* of the draws for loss */
    struct link_direction direction;
    uint64_t luck; /* whose draws these are: hash of the link's name and direction */
    struct gilbert gilbert;
    struct codel codel;
    struct event_handle turn; /* stepped: when the transmitter will be free */
};

struct exact {
    struct exact_drop drop;
    uint64_t seen;
};

struct network {
    struct engine *engine;
    struct packet_pool *pool;
    struct host *hosts; /* [id - 1] */
    size_t n_hosts, hosts_room;
    struct wire **wires; /* [2 * (id - 1) + dir]; do not move, since arrivals point to them */
    size_t n_wires, wires_room;
    struct exact *exacts;
    size_t n_exacts;
    struct routes *routes;
    size_t in_flight;
};

static inline struct host *host_of(const struct network *network, struct host_id host)
{
    assert(host.n >= 1 && host.n <= network->n_hosts);
    return &network->hosts[host.n - 1];
}

static inline struct wire *wire_of(const struct network *network, struct link_id link, int dir)
{
    assert(link.n >= 1 && link.n <= network->n_wires / 2 && (dir == 0 || dir == 1));
    return network->wires[2 * (link.n - 1) + (size_t)dir];
}

static inline struct wire *wire_from(const struct network *network, struct link_id link, struct host_id from)
{
    struct wire *out = wire_of(network, link, 0);
    if (out->from.n == from.n) return out;
    assert(out->to.n == from.n && "a host sends on its own links");
    return wire_of(network, link, 1);
}

/* New values from now on; the journal's cause is what changed them. */
void wire_set(struct wire *wire, struct link_settings settings);
/* All that is on it dies, for a reason; NULL: nobody is told. */
void wire_empty(struct wire *wire, const char *why);

#endif
