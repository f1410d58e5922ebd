/* Hosts joined by links, and the shortest ways between them.

   A link has two directions, each with its own rate, propagation delay, queue and chance of loss. A packet that is sent
   on a link leaves when those before it have left, and arrives one propagation delay later: both are known when it is
   sent, so a hop is one event. */
#ifndef POSTROAD_SIM_NETWORK_H
#define POSTROAD_SIM_NETWORK_H

#include "sim/engine.h"
#include "sim/link_settings.h"
#include "sim/packet.h"

/* A packet has arrived at a host over a link; the callee owns the reference. */
typedef void (*network_arrival_fn)(void *host_context, struct packet *packet, struct link_id link);

struct network;

struct network *network_new(struct engine *engine, struct packet_pool *pool);
void network_free(struct network *network); /* before its engine and pool; drops what is still on its way */

/* Hosts get ids 1, 2, ... in order. forwards: whether ways may lead through it (a router). The name must outlive the
   network. Emits nothing. */
struct host_id network_add_host(struct network *network, const char *name, bool forwards, network_arrival_fn arrival,
                                void *host_context);
/* out: from a to b. back: from b to a. Links get ids 1, 2, ... in order. */
struct link_id network_add_link(struct network *network, const char *name, struct host_id a, struct host_id b,
                                struct link_settings out, struct link_settings back);

/* Shortest ways by sum of delays, then hops, then link order; links that are down both ways are no way, and nor is a
   host that is down. Emits EVENT_ROUTES unless why is NULL. */
void network_compute_routes(struct network *network, const char *why);
/* The link on which `at` sends what is for `to`; {0} if there is no way. */
struct link_id network_next_link(const struct network *network, struct host_id at, struct host_id to);
/* The host at the other end of a link that ends at `host`. */
struct host_id network_other_end(const struct network *network, struct link_id link, struct host_id host);
uint32_t network_link_mtu(const struct network *network, struct link_id link, struct host_id from);
/* Smallest MTU and sum of propagation delays along the present way; false if there is none. */
bool network_path(const struct network *network, struct host_id from, struct host_id to, uint32_t *mtu_bytes,
                  int64_t *delay_ns);

/* Sends over a link, from the host at one of its ends; takes over the reference. Emits link.send and, one event later,
   link.deliver, or link.drop; wire.c tells what else. The packet's cause is moved along and is the journal's cause when
   it arrives. */
void network_send(struct network *network, struct link_id link, struct host_id from, struct packet *packet);

/* dir: 0 out, 1 back, 2 both. A link that goes down loses what is on it. Each emits its event. */
void network_set_link_up(struct network *network, struct link_id link, int dir, bool up, const char *why);
void network_set_host_up(struct network *network, struct host_id host, bool up); /* for routes only */
/* What is on its way keeps the old values, and so does the packet being sent; what waits for its turn gets the new. */
void network_set_settings(struct network *network, struct link_id link, int dir, struct link_settings settings,
                          const char *name, const char *text); /* name, text: for link.value */
struct link_settings network_settings(const struct network *network, struct link_id link, int dir);

/* Drops exactly, or spares from being lost or corrupted by chance and from being dropped exactly: of the packets
   matching `pattern` (packet_ops.matches) that are offered to this link in this direction (2: either), the nth (from 1)
   and the `count` - 1 after it. With link {0} a packet is offered once, to the first link of its way. With a packet's
   id, that packet and no other, and pattern, nth and count do not matter. Who spares is stronger than who drops. */
struct exact_drop {
    struct link_id link;
    int dir;
    const void *pattern; /* outlives the network */
    uint32_t nth, count;
    uint64_t packet; /* 0: by pattern */
    bool spares;
};
void network_add_exact_drop(struct network *network, struct exact_drop drop);

/* Conservation (law N1), in packets and in bytes: offered + duplicated = delivered + lost for each reason + on its way.
   What was reordered or corrupted is counted under delivered or lost too. */
struct link_totals {
    uint64_t offered, delivered;
    uint64_t bytes_offered, bytes_delivered, bytes_lost; /* offered: duplicates included */
    uint64_t duplicated, reordered, corrupted;
    uint64_t lost_chance, lost_exact, lost_queue, lost_codel, lost_down, lost_mtu;
};
struct link_totals network_totals(const struct network *network, struct link_id link, int dir);
void network_emit_totals(struct network *network); /* link.totals, both directions of each link */
size_t network_in_flight(const struct network *network);

#endif
