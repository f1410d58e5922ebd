/* What the scenario does to its world: stops hosts, cuts links, sets values, drops packets. */
#ifndef POSTROAD_MODEL_HOST_FAULTS_H
#define POSTROAD_MODEL_HOST_FAULTS_H

#include "model/host/world_internal.h"

/* Schedules them all; before the world's first event. */
void faults_schedule(struct world *world);

/* Whether a fault stops the host at this very step of this mail. Then the host stops before anything else happens, and
   the caller goes no further: what it would have done next is not done. */
bool faults_stop_at(struct host *host, struct message_id message, enum mail_step step);
/* By how much a host's clock is ahead just now, and how long it needs to go on by so much. */
int64_t faults_clock_error_ns(const struct host *host);
/* An instant on the scale of a clock that goes as this one does just now but was right at time 0: the true instant at
   which it shows that. Steps do not count. */
int64_t faults_true_instant_ns(const struct host *host, int64_t clock_ns);
int64_t faults_span_ns(const struct host *host, int64_t clock_ns);

static inline bool host_stops_at(struct host *host, struct message_id message, enum mail_step step)
{
    return host->stops_armed && faults_stop_at(host, message, step);
}

#endif
