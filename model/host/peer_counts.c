#include "model/host/peer_counts.h"

#include <assert.h>

#include "sim/journal/memory.h"

enum { FIRST_ROOM = 4 };

struct peer_count {
    uint32_t peer, count; /* peer 0: empty */
};

static struct peer_count *find(struct peer_count *slots, size_t room, uint32_t peer)
{
    size_t i = peer * UINT32_C(0x9e3779b9) >> 7 & (room - 1);
    while (slots[i].peer && slots[i].peer != peer)
        i = (i + 1) & (room - 1);
    return &slots[i];
}

static void grow(struct peer_counts *counts)
{
    size_t room = counts->room ? 2 * counts->room : FIRST_ROOM;
    struct peer_count *slots = mem_calloc(room, sizeof *slots);
    for (size_t i = 0; i < counts->room; i++)
        if (counts->slots[i].peer) *find(slots, room, counts->slots[i].peer) = counts->slots[i];
    mem_free(counts->slots);
    counts->slots = slots;
    counts->room = room;
}

uint32_t peer_counts_next(struct peer_counts *counts, uint32_t peer)
{
    assert(peer > 0);
    if (2 * (counts->n + 1) > counts->room) grow(counts);
    struct peer_count *slot = find(counts->slots, counts->room, peer);
    if (!slot->peer) counts->n++;
    slot->peer = peer;
    return ++slot->count;
}

uint32_t peer_counts_so_far(const struct peer_counts *counts, uint32_t peer)
{
    return counts->n ? find(counts->slots, counts->room, peer)->count : 0;
}

void peer_counts_free(struct peer_counts *counts)
{
    mem_free(counts->slots);
    *counts = (struct peer_counts){0};
}
