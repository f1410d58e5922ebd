/* Packets in chunks that stay for the life of the pool; free ones in a list. */
#include "sim/packet.h"

#include <assert.h>

#include "sim/journal/memory.h"

enum { CHUNK_PACKETS = 256 };

/* A packet, or a link of the list of free ones. */
union place {
    struct packet packet;
    union place *next;
};

struct chunk {
    struct chunk *next;
    union place places[CHUNK_PACKETS];
};

struct packet_pool {
    struct chunk *chunks;
    union place *free;
    uint64_t last_id;
    size_t live;
};

struct packet_pool *packet_pool_new(void)
{
    return mem_calloc(1, sizeof(struct packet_pool));
}

void packet_pool_free(struct packet_pool *pool)
{
    if (!pool) return;
    assert(pool->live == 0 && "somebody still holds a packet");
    for (struct chunk *chunk = pool->chunks; chunk;) {
        struct chunk *next = chunk->next;
        mem_free(chunk);
        chunk = next;
    }
    mem_free(pool);
}

static void grow(struct packet_pool *pool)
{
    struct chunk *chunk = mem_alloc(sizeof *chunk);
    chunk->next = pool->chunks;
    pool->chunks = chunk;
    for (int i = CHUNK_PACKETS - 1; i >= 0; i--) {
        chunk->places[i].next = pool->free;
        pool->free = &chunk->places[i];
    }
}

struct packet *packet_new(struct packet_pool *pool)
{
    if (!pool->free) grow(pool);
    union place *place = pool->free;
    pool->free = place->next;
    struct packet *packet = &place->packet;
    packet->id = ++pool->last_id;
    packet->references = 1;
    packet->size_bytes = 0;
    packet->from = packet->to = (struct host_id){0};
    packet->identity = (struct packet_identity){0};
    packet->ops = NULL;
    packet->cause = 0;
    pool->live++;
    return packet;
}

struct packet *packet_copy(struct packet_pool *pool, const struct packet *packet)
{
    assert(packet->ops && packet->ops->copied);
    struct packet *copy = packet_new(pool);
    uint64_t id = copy->id;
    *copy = *packet;
    copy->id = id;
    copy->references = 1;
    copy->ops->copied(copy);
    return copy;
}

struct packet *packet_hold(struct packet *packet)
{
    assert(packet->references > 0);
    packet->references++;
    return packet;
}

void packet_drop(struct packet_pool *pool, struct packet *packet)
{
    assert(packet->references > 0);
    if (--packet->references > 0) return;
    if (packet->ops && packet->ops->release) packet->ops->release(packet);
    union place *place = (union place *)packet;
    place->next = pool->free;
    pool->free = place;
    pool->live--;
}

size_t packet_pool_live(const struct packet_pool *pool)
{
    return pool->live;
}
