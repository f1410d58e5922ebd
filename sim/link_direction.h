/* One direction of a link: a queue, a transmitter and a wire, without knowledge of journals or chance.

   When a packet is put in, it is known when it will have left and when it will arrive, so nothing needs to happen in
   between; how full the queue is at some instant is worked out when somebody asks. Packets never overtake each other:
   when the delay is made shorter while packets are on the wire, those behind arrive no earlier than those ahead. */
#ifndef POSTROAD_SIM_LINK_DIRECTION_H
#define POSTROAD_SIM_LINK_DIRECTION_H

#include "sim/event_queue.h"
#include "sim/network.h"

enum packet_fate { FATE_ARRIVES, FATE_LOST_CHANCE, FATE_LOST_EXACT };

/* A packet between its being sent and its arrival. */
struct transit {
    struct packet *packet;
    int64_t departs_ns;
    uint32_t size_bytes;
    enum packet_fate fate;
    struct event_handle arrival;
};

struct transit_times {
    int64_t begins_ns, departs_ns, arrives_ns;
};

struct link_direction {
    struct link_settings settings;
    bool up;
    struct link_totals totals;

    int64_t transmitter_free_ns; /* when all put in so far will have left */
    int64_t last_arrival_ns;
    uint64_t queued_bytes; /* not yet departed, as of the last link_direction_advance */

    /* In order: departed, then not yet departed. Places are counted from the beginning of time, their index in the ring
       is taken modulo its room. */
    struct transit *ring;
    uint64_t first, first_queued, end;
    size_t room; /* a power of two */
};

void link_direction_init(struct link_direction *direction, struct link_settings settings);
void link_direction_free(struct link_direction *direction);
/* Lets those depart that have departed by now. */
void link_direction_advance(struct link_direction *direction, int64_t now_ns);
bool link_direction_has_room(const struct link_direction *direction, uint32_t size_bytes); /* as of the last advance */
/* Puts a packet in; the caller schedules its arrival and fills in the rest of the transit. */
struct transit *link_direction_put(struct link_direction *direction, int64_t now_ns, uint32_t size_bytes,
                                   struct transit_times *times);
/* Takes out the packet ahead of all others, departed or not; false when there is none. */
bool link_direction_take(struct link_direction *direction, struct transit *transit);
size_t link_direction_in_flight(const struct link_direction *direction);
/* Time on the wire of that many bytes, rounded up to whole nanoseconds. */
int64_t link_transmission_ns(uint32_t size_bytes, int64_t rate_bps);

#endif
