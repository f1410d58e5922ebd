/* CoDel, "controlled delay": a queue drops from its head when packets have been waiting too long for too long (RFC 8289
   section 5, in integer arithmetic). A pure machine: it is told the time and how long a packet has waited. */
#ifndef POSTROAD_SIM_CODEL_H
#define POSTROAD_SIM_CODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/link_settings.h"

/* The variables bear the RFC's names. All zero to begin with. */
struct codel {
    int64_t first_above_time_ns; /* when the delay will have stood above target for an interval; 0: it is below */
    int64_t drop_next_ns;
    uint32_t count, lastcount; /* drops since dropping began; and at its beginning */
    bool dropping;
    bool dropped; /* the packet before was dropped by the schedule: the next drop is still to be set */
};

/* The packet at the head of a queue, about to be sent. */
struct codel_head {
    int64_t sojourn_ns;    /* since it came */
    uint64_t behind_bytes; /* waiting behind it */
    uint32_t mtu_bytes;
};

/* Whether the head is to be dropped. Asked of each head in turn until the answer is no. */
bool codel_should_drop(struct codel *codel, const struct link_codel *settings, int64_t now_ns, struct codel_head head);
/* The sender found nothing to send. */
void codel_on_empty(struct codel *codel);
/* RFC 8289 5.3: t + interval / sqrt(count), rounded down. */
int64_t codel_control_law(int64_t t_ns, int64_t interval_ns, uint32_t count);

#endif
