/* Shortest ways through a network, as it was when they were asked for: by sum of delays, then by number of hops, then
   by the lowest number of the next link. Ways to one host are worked out when they are first needed. */
#ifndef POSTROAD_SIM_ROUTES_H
#define POSTROAD_SIM_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction of a usable link. Hosts and links count from 1. */
struct route_edge {
    uint32_t link, from, to;
    int64_t delay_ns;
};

struct routes;

/* forwards[host]: whether ways may lead through this host; entry 0 is not used. All is copied. */
struct routes *routes_new(size_t n_hosts, const bool *forwards, const struct route_edge *edges, size_t n_edges);
void routes_free(struct routes *routes);
/* The link on which to leave `at` towards `to`; 0: there is no way, or they are the same. */
uint32_t routes_next_link(struct routes *routes, uint32_t at, uint32_t to);

#endif
