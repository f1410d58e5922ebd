/* A packet on its way: pooled, reference counted, with an id of its run. The simulator knows its size, its two hosts and
   its identity for draws; what is inside is the business of whoever made it, behind a table of operations. */
#ifndef POSTROAD_SIM_PACKET_H
#define POSTROAD_SIM_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/journal/ids.h"

enum { PACKET_HEADER_ROOM = 176, PACKET_TAG_BYTES = 96 };

struct packet;

struct packet_ops {
    /* Writes what the packet is into tag ("tcp.syn", "mail m1, body, segment 3"); returns tag. */
    const char *(*tag)(const struct packet *packet, char tag[PACKET_TAG_BYTES]);
    /* Whether the packet is of the kind an exact drop asks for; pattern belongs to the packet's makers. */
    bool (*matches)(const struct packet *packet, const void *pattern);
    /* Releases what the header block refers to; may be NULL. */
    void (*release)(struct packet *packet);
    /* The header block of this packet is a byte copy of another's: takes the further references. NULL: such packets
       cannot be duplicated. */
    void (*copied)(struct packet *copy);
    /* Flips bits of the packet's encoded form, chosen by the draw. NULL: such packets cannot be corrupted. */
    void (*corrupt)(struct packet *packet, uint64_t draw);
};

/* Who a packet is, for draws: never how many packets were sent before it. */
struct packet_identity {
    uint64_t flow;         /* host pair and n-th connection or question of that pair */
    uint64_t unit;         /* sequence number and kind within the flow */
    uint32_t transmission; /* n-th time that unit is sent, from 1 */
    uint32_t copy;         /* 0: as its host sent it; else made of the link that duplicated it */
};

struct packet {
    uint64_t id; /* counted from 1 within a run */
    uint32_t references;
    uint32_t size_bytes; /* of the whole IP packet */
    struct host_id from, to;
    struct packet_identity identity;
    const struct packet_ops *ops;
    uint64_t cause; /* the latest event about this packet */
    _Alignas(16) unsigned char header[PACKET_HEADER_ROOM];
};

struct packet_pool;
struct packet_pool *packet_pool_new(void);
void packet_pool_free(struct packet_pool *pool); /* asserts that no packet is still held */
/* A packet with one reference and the next id; header bytes are not cleared. */
struct packet *packet_new(struct packet_pool *pool);
/* A duplicate with the next id and one reference; its maker gives it an identity of its own. */
struct packet *packet_copy(struct packet_pool *pool, const struct packet *packet);
struct packet *packet_hold(struct packet *packet);
void packet_drop(struct packet_pool *pool, struct packet *packet);
size_t packet_pool_live(const struct packet_pool *pool);

#endif
