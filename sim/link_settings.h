/* The values of one direction of a link, plain numbers that may change while it runs. Chances are of 2^32, see
   random_chance. */
#ifndef POSTROAD_SIM_LINK_SETTINGS_H
#define POSTROAD_SIM_LINK_SETTINGS_H

#include <stdint.h>

/* Loss in bursts after Gilbert (1960) and Elliott (1963): the direction is in a good or a bad state, each with its own
   chance of loss, and goes from one to the other by chance: after each packet, or after each step of time. */
enum burst_kind { BURST_NONE, BURST_PER_PACKET, BURST_PER_TIME };
struct link_burst {
    enum burst_kind kind;
    uint64_t bad_loss_of_2_32;
    uint64_t good_to_bad_of_2_32, bad_to_good_of_2_32;
    int64_t step_ns; /* per time: how long a step is */
};

/* RFC 8289: target is the delay in the queue that may stand, interval the time it may stand for longer. */
struct link_codel {
    int64_t target_ns;
    int64_t interval_ns; /* 0: no CoDel */
};
enum { CODEL_INTERVAL_MAX_S = 4 };

struct link_settings {
    int64_t rate_bps;       /* bit/s; 0: no limit */
    int64_t delay_ns;       /* propagation */
    int64_t jitter_ns;      /* up to this much is added to the delay; packets still do not overtake each other */
    uint32_t mtu_bytes;     /* a larger packet is dropped */
    uint32_t queue_packets; /* drop-tail limits, the packet being sent included; 0: no limit */
    uint64_t queue_bytes;
    struct link_codel codel;
    uint64_t loss_of_2_32;  /* of each packet; with bursts, in the good state */
    struct link_burst burst;
    uint64_t duplicate_of_2_32;
    uint64_t reorder_of_2_32; /* such a packet is held up on its way, and others overtake it */
    int64_t reorder_by_ns;    /* for so long */
    uint64_t corrupt_of_2_32;
};
struct link_settings link_settings_default(void); /* no limits, 0 ns, 1500, no faults */

#endif
