/* See link_direction.h. */
#include "sim/link_direction.h"

#include <assert.h>

#include "sim/journal/memory.h"

enum { FIRST_ROOM = 16, PACKET_MAX_BYTES = 1 << 30 };
#define NOWHERE SIZE_MAX

void link_direction_init(struct link_direction *d, struct link_settings settings)
{
    *d = (struct link_direction){.up = true, .room = FIRST_ROOM, .aside_free = NOWHERE};
    d->ring = mem_alloc(d->room * sizeof *d->ring);
    link_direction_set(d, settings);
}

void link_direction_set(struct link_direction *d, struct link_settings settings)
{
    d->settings = settings;
    d->timed_bytes = 0;
    d->timed_ns = 0;
    d->delay_ns = settings.delay_ns;
    d->limit_packet_bytes = settings.mtu_bytes;
    d->limit_bytes = settings.queue_bytes ? settings.queue_bytes : UINT64_MAX;
    d->limit_packets = settings.queue_packets ? settings.queue_packets : UINT32_MAX;
}

void link_direction_free(struct link_direction *d)
{
    mem_free(d->ring);
    mem_free(d->aside);
}

void link_direction_grow(struct link_direction *d)
{
    struct transit *ring = mem_alloc(2 * d->room * sizeof *ring);
    for (uint64_t i = d->first; i < d->end; i++)
        ring[i & (2 * d->room - 1)] = *link_direction_at(d, i);
    mem_free(d->ring);
    d->ring = ring;
    d->room *= 2;
}

int64_t link_transmission_ns(uint32_t size_bytes, int64_t rate_bps)
{
    if (rate_bps == 0) return 0;
    assert(rate_bps > 0 && size_bytes <= PACKET_MAX_BYTES);
    uint64_t rate = (uint64_t)rate_bps, bits = (uint64_t)size_bytes * 8;
    uint64_t seconds = 0;
    if (bits > UINT64_MAX / SECOND - SECOND) { /* bits * SECOND must not overflow */
        seconds = bits / rate;
        bits %= rate;
    }
    uint64_t part = bits * SECOND;
    return (int64_t)(seconds * SECOND + part / rate + (part % rate != 0));
}

/* Of those ahead of all, lets go the places that are of no more use. */
static void forget_places(struct link_direction *d)
{
    while (d->first < d->first_queued && !link_direction_at(d, d->first)->packet)
        d->first++;
}

bool link_direction_take(struct link_direction *d, struct transit *transit)
{
    do {
        if (d->first == d->end) return false;
        *transit = *link_direction_at(d, d->first);
        if (d->first_waiting == d->first) d->first_waiting++;
        if (d->first_queued == d->first) {
            d->queued_bytes -= transit->size_bytes;
            d->first_queued++;
        }
        d->first++;
    } while (!transit->packet);
    return true;
}

/* Step by step */

void link_direction_go_stepped(struct link_direction *d)
{
    assert(!d->stepped);
    if (d->first_waiting > d->first_queued + 1) d->first_waiting = d->first_queued + 1;
    if (d->first_queued < d->first_waiting) d->transmitter_free_ns = link_direction_at(d, d->first_queued)->departs_ns;
    d->stepped = true;
}

struct transit *link_direction_wait(struct link_direction *d, int64_t now_ns, uint32_t size_bytes)
{
    return link_direction_append(d, now_ns, size_bytes);
}

struct transit *link_direction_next(const struct link_direction *d)
{
    return d->first_waiting < d->end ? link_direction_at(d, d->first_waiting) : NULL;
}

void link_direction_begin(struct link_direction *d, int64_t now_ns, int64_t more_delay_ns, struct transit_times *times)
{
    struct transit *transit = link_direction_at(d, d->first_waiting++);
    link_direction_put_on_wire(d, now_ns, transit->size_bytes, more_delay_ns, times);
    transit->departs_ns = times->departs_ns;
    transit->arrives_ns = times->arrives_ns;
    transit->told = false;
}

void link_direction_drop_next(struct link_direction *d)
{
    assert(d->first_waiting == d->first_queued && "whoever drops has nothing on the transmitter");
    struct transit *transit = link_direction_at(d, d->first_waiting++);
    d->first_queued++;
    d->queued_bytes -= transit->size_bytes;
    transit->packet = NULL;
    forget_places(d);
}

/* Out of order */

size_t link_direction_set_aside(struct link_direction *d, struct transit *transit)
{
    size_t index = d->aside_free;
    if (index != NOWHERE) {
        d->aside_free = d->aside[index].next;
    } else {
        if (d->n_aside == d->aside_room) {
            d->aside_room = d->aside_room ? 2 * d->aside_room : FIRST_ROOM;
            d->aside = mem_realloc(d->aside, d->aside_room * sizeof *d->aside);
        }
        index = d->n_aside++;
    }
    d->aside[index] = (struct aside){.packet = transit->packet, .fate = transit->fate};
    transit->packet = NULL;
    transit->arrives_ns = (int64_t)index;
    return index;
}

struct aside link_direction_take_aside(struct link_direction *d, size_t index)
{
    struct aside taken = d->aside[index];
    d->aside[index] = (struct aside){.next = d->aside_free};
    d->aside_free = index;
    forget_places(d);
    return taken;
}
