/* The state of loss in bursts: good or bad (link_settings.h).

   Per packet it moves with each packet, so that a burst of losses ends only as packets are sent. Per time it is a
   trajectory of time, in the good state at time 0, and the same in every run, whatever packets are sent and whenever
   somebody asks. */
#ifndef POSTROAD_SIM_GILBERT_H
#define POSTROAD_SIM_GILBERT_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/link_settings.h"

/* All zero to begin with, and when the chances change. */
struct gilbert {
    bool bad;
    int64_t since_ns, until_ns; /* per time: the stay in this state that was looked at last; until 0: none yet */
    uint64_t nth;               /* stays before it */
};

/* Per packet: whether the packet finds it bad; afterwards it moves by the draw. */
bool gilbert_meets_bad(struct gilbert *gilbert, const struct link_burst *burst, uint64_t draw);
/* Per time. Times may go back, which costs more. seed, who: whose trajectory it is. */
bool gilbert_is_bad_at(struct gilbert *gilbert, const struct link_burst *burst, uint64_t seed, uint64_t who,
                       int64_t at_ns);

#endif
