/* One direction of a link: a queue, a transmitter and a wire, without knowledge of journals or chance.

   As a rule, when a packet is put in, it is known when it will have left and when it will arrive, so nothing needs to
   happen in between; how full the queue is at some instant is worked out when somebody asks. Where that cannot be known
   (CoDel may drop what waits; a value has changed while packets wait) the direction goes step by step: packets wait,
   and each begins when it is its turn. Both ways give the same times.

   Packets never overtake each other, except those that are set aside: when the delay is made shorter or varies while
   packets are on the wire, those behind arrive no earlier than those ahead. */
#ifndef POSTROAD_SIM_LINK_DIRECTION_H
#define POSTROAD_SIM_LINK_DIRECTION_H

#include <assert.h>

#include "sim/event_queue.h"
#include "sim/network.h"

/* FATE_OPEN: waits for its turn. */
enum packet_fate { FATE_ARRIVES, FATE_CORRUPTED, FATE_LOST_CHANCE, FATE_LOST_EXACT, FATE_OPEN };

/* A packet between its being sent and its arrival. */
struct transit {
    struct packet *packet; /* NULL: only its place is left, since it was dropped or set aside */
    int64_t arrives_ns;    /* once it has its times; of a place whose packet was set aside: its index there */
    int64_t departs_ns;    /* while it waits for its turn: when it came */
    uint32_t size_bytes;
    uint8_t fate; /* enum packet_fate */
    bool told;    /* it waits for its turn, but had times already when the direction began to go in steps */
};

/* One that others may overtake. */
struct aside {
    struct packet *packet; /* NULL: free */
    size_t next;           /* free */
    struct event_handle arrival;
    uint8_t fate;
};

struct transit_times {
    int64_t begins_ns, departs_ns, arrives_ns;
};

/* What every packet needs comes first. */
struct link_direction {
    int64_t transmitter_free_ns; /* when all whose times are known will have left */
    int64_t last_arrival_ns;     /* of those that keep their order */
    uint64_t queued_bytes;       /* not yet departed, as of the last link_direction_advance */
    uint64_t limit_bytes;        /* of the queue */
    uint32_t limit_packets;      /* of the queue */
    uint32_t limit_packet_bytes; /* of a packet */
    uint32_t timed_bytes;        /* the packet size whose transmission time was worked out last, */
    bool up;
    bool stepped;     /* goes step by step */
    int64_t timed_ns; /* and that time */
    int64_t delay_ns; /* as in the settings */

    /* In order: departed, then with a known departure, then waiting for their turn. Places are counted on and on, their
       index in the ring is taken modulo its room. */
    struct transit *ring;
    uint64_t first, first_queued, first_waiting, end;
    size_t room; /* a power of two */

    struct link_totals totals;
    struct link_settings settings; /* changed by link_direction_set alone */
    struct aside *aside;           /* those that others may overtake */
    size_t n_aside, aside_room, aside_free;
};

void link_direction_init(struct link_direction *direction, struct link_settings settings);
void link_direction_free(struct link_direction *direction);
void link_direction_set(struct link_direction *direction, struct link_settings settings);
/* Lets those depart that have departed by now. */
static inline void link_direction_advance(struct link_direction *direction, int64_t now_ns);
/* The same of the one ahead of all alone, which arrives and so has departed; false when only its place is left. */
static inline bool link_direction_first_departed(struct link_direction *direction);
static inline bool link_direction_has_room(const struct link_direction *direction,
                                           uint32_t size_bytes); /* as of then */
/* When what is put in now will begin to leave. */
static inline int64_t link_direction_begins(const struct link_direction *direction, int64_t now_ns);
/* Puts a packet in; it takes more_delay_ns longer than the delay. The caller schedules its arrival and fills in the
   rest of the transit. */
static inline struct transit *link_direction_put(struct link_direction *direction, int64_t now_ns, uint32_t size_bytes,
                                                 int64_t more_delay_ns, struct transit_times *times);
/* The packet that arrives next of those that keep their order, or NULL; lets go the places before it. */
static inline struct transit *link_direction_first(struct link_direction *direction);
/* Takes it out. */
static inline void link_direction_pass(struct link_direction *direction);
/* Takes out the packet ahead of all others, departed or not, but for those set aside; false when there is none. */
bool link_direction_take(struct link_direction *direction, struct transit *transit);

/* Step by step. */

/* From now on, as of the last advance; those that have not begun wait for their turn, from first_waiting on. */
void link_direction_go_stepped(struct link_direction *direction);
static inline struct transit *link_direction_at(const struct link_direction *direction, uint64_t position);
/* Puts a packet in that waits for its turn. */
struct transit *link_direction_wait(struct link_direction *direction, int64_t now_ns, uint32_t size_bytes);
/* Whose turn it is next; NULL: nobody waits. */
struct transit *link_direction_next(const struct link_direction *direction);
/* It begins to leave; or it is dropped before, and the caller has taken its packet. */
void link_direction_begin(struct link_direction *direction, int64_t now_ns, int64_t more_delay_ns,
                          struct transit_times *times);
void link_direction_drop_next(struct link_direction *direction);

/* Out of order. */

/* Moves a packet out of the order; returns where it is. Its place in the queue is kept until it has departed. */
size_t link_direction_set_aside(struct link_direction *direction, struct transit *transit);
struct aside link_direction_take_aside(struct link_direction *direction, size_t index);

/* Time on the wire of that many bytes, rounded up to whole nanoseconds. */
int64_t link_transmission_ns(uint32_t size_bytes, int64_t rate_bps);

/* What happens to every packet is inline. */

void link_direction_grow(struct link_direction *direction);

static inline struct transit *link_direction_at(const struct link_direction *d, uint64_t position)
{
    return &d->ring[position & (d->room - 1)];
}

static inline void link_direction_advance(struct link_direction *d, int64_t now_ns)
{
    for (; d->first_queued < d->first_waiting && link_direction_at(d, d->first_queued)->departs_ns <= now_ns;
         d->first_queued++)
        d->queued_bytes -= link_direction_at(d, d->first_queued)->size_bytes;
}

static inline bool link_direction_first_departed(struct link_direction *d)
{
    const struct transit *transit = link_direction_at(d, d->first);
    if (!transit->packet) return false;
    if (d->first_queued == d->first) {
        d->first_queued++;
        d->queued_bytes -= transit->size_bytes;
    }
    return true;
}

static inline bool link_direction_has_room(const struct link_direction *d, uint32_t size_bytes)
{
    return d->queued_bytes + size_bytes <= d->limit_bytes && d->end - d->first_queued < d->limit_packets;
}

static inline int64_t link_direction_begins(const struct link_direction *d, int64_t now_ns)
{
    return now_ns > d->transmitter_free_ns ? now_ns : d->transmitter_free_ns;
}

/* Most packets of a direction have one of few sizes, and a division is dear. */
static inline int64_t link_direction_transmission_ns(struct link_direction *d, uint32_t size_bytes)
{
    if (size_bytes != d->timed_bytes) {
        d->timed_bytes = size_bytes;
        d->timed_ns = link_transmission_ns(size_bytes, d->settings.rate_bps);
    }
    return d->timed_ns;
}

/* Puts a packet on the wire behind those before it. */
static inline void link_direction_put_on_wire(struct link_direction *d, int64_t now_ns, uint32_t size_bytes,
                                              int64_t more_delay_ns, struct transit_times *times)
{
    times->begins_ns = link_direction_begins(d, now_ns);
    times->departs_ns = times->begins_ns + link_direction_transmission_ns(d, size_bytes);
    times->arrives_ns = times->departs_ns + d->delay_ns + more_delay_ns;
    if (times->arrives_ns < d->last_arrival_ns) times->arrives_ns = d->last_arrival_ns;
    d->transmitter_free_ns = times->departs_ns;
    d->last_arrival_ns = times->arrives_ns;
}

static inline struct transit *link_direction_append(struct link_direction *d, int64_t departs_ns, uint32_t size_bytes)
{
    if (d->end - d->first == d->room) link_direction_grow(d);
    d->queued_bytes += size_bytes;
    struct transit *transit = link_direction_at(d, d->end++);
    transit->departs_ns = departs_ns;
    transit->size_bytes = size_bytes;
    transit->told = false;
    return transit;
}

static inline struct transit *link_direction_put(struct link_direction *d, int64_t now_ns, uint32_t size_bytes,
                                                 int64_t more_delay_ns, struct transit_times *times)
{
    assert(d->first_waiting == d->end && "nobody overtakes those that wait for their turn");
    /* An empty ring begins anew, so that a direction that is used little touches little memory. */
    if (d->first == d->end) d->first = d->first_queued = d->first_waiting = d->end = 0;
    link_direction_put_on_wire(d, now_ns, size_bytes, more_delay_ns, times);
    d->first_waiting++;
    struct transit *transit = link_direction_append(d, times->departs_ns, size_bytes);
    transit->arrives_ns = times->arrives_ns;
    return transit;
}

static inline struct transit *link_direction_first(struct link_direction *d)
{
    while (d->first < d->first_queued && !link_direction_at(d, d->first)->packet)
        d->first++;
    for (uint64_t i = d->first; i < d->first_waiting; i++)
        if (link_direction_at(d, i)->packet) return link_direction_at(d, i);
    return NULL;
}

static inline void link_direction_pass(struct link_direction *d)
{
    assert(d->first < d->first_queued && "who arrives has departed");
    d->first++;
}

#endif
