/* See link_direction.h. */
#include "sim/link_direction.h"

#include <assert.h>

#include "sim/journal/memory.h"

enum { FIRST_ROOM = 16, PACKET_MAX_BYTES = 1 << 30 };

void link_direction_init(struct link_direction *d, struct link_settings settings)
{
    *d = (struct link_direction){.settings = settings, .up = true, .room = FIRST_ROOM};
    d->ring = mem_alloc(d->room * sizeof *d->ring);
}

void link_direction_free(struct link_direction *d)
{
    mem_free(d->ring);
}

static struct transit *place(const struct link_direction *d, uint64_t position)
{
    return &d->ring[position & (d->room - 1)];
}

static void grow(struct link_direction *d)
{
    struct transit *ring = mem_alloc(2 * d->room * sizeof *ring);
    for (uint64_t i = d->first; i < d->end; i++)
        ring[i & (2 * d->room - 1)] = *place(d, i);
    mem_free(d->ring);
    d->ring = ring;
    d->room *= 2;
}

void link_direction_advance(struct link_direction *d, int64_t now_ns)
{
    for (; d->first_queued < d->end && place(d, d->first_queued)->departs_ns <= now_ns; d->first_queued++)
        d->queued_bytes -= place(d, d->first_queued)->size_bytes;
}

bool link_direction_has_room(const struct link_direction *d, uint32_t size_bytes)
{
    return d->settings.queue_bytes == 0 || d->queued_bytes + size_bytes <= d->settings.queue_bytes;
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

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

struct transit *link_direction_put(struct link_direction *d, int64_t now_ns, uint32_t size_bytes,
                                   struct transit_times *times)
{
    if (d->end - d->first == d->room) grow(d);
    times->begins_ns = later(now_ns, d->transmitter_free_ns);
    times->departs_ns = times->begins_ns + link_transmission_ns(size_bytes, d->settings.rate_bps);
    times->arrives_ns = later(times->departs_ns + d->settings.delay_ns, d->last_arrival_ns);
    d->transmitter_free_ns = times->departs_ns;
    d->last_arrival_ns = times->arrives_ns;
    d->queued_bytes += size_bytes;
    struct transit *transit = place(d, d->end++);
    transit->departs_ns = times->departs_ns;
    transit->size_bytes = size_bytes;
    return transit;
}

bool link_direction_take(struct link_direction *d, struct transit *transit)
{
    if (d->first == d->end) return false;
    *transit = *place(d, d->first);
    if (d->first_queued == d->first) {
        d->queued_bytes -= transit->size_bytes;
        d->first_queued++;
    }
    d->first++;
    return true;
}

size_t link_direction_in_flight(const struct link_direction *d)
{
    return (size_t)(d->end - d->first);
}
