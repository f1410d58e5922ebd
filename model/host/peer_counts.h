/* How often a host has done something with each other host: most have to do with a few, servers with all. */
#ifndef POSTROAD_MODEL_HOST_PEER_COUNTS_H
#define POSTROAD_MODEL_HOST_PEER_COUNTS_H

#include <stddef.h>
#include <stdint.h>

/* All zeros: nothing was counted. */
struct peer_counts {
    struct peer_count *slots; /* open addressing */
    size_t n, room;           /* room: a power of two, or 0 */
};

/* Counts once more, and returns how often it was so far; peer: an id, from 1. */
uint32_t peer_counts_next(struct peer_counts *counts, uint32_t peer);
uint32_t peer_counts_so_far(const struct peer_counts *counts, uint32_t peer);
void peer_counts_free(struct peer_counts *counts);

#endif
