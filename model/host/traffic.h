/* Generators of mail ("traffic" of a scenario). Each has one event pending: its next mail. What the nth mail of a
   generator is, when it comes after the one before, from whom, to whom, how large, is drawn by its name and n alone. */
#ifndef POSTROAD_MODEL_HOST_TRAFFIC_H
#define POSTROAD_MODEL_HOST_TRAFFIC_H

#include "model/host/world_internal.h"

struct traffic;

/* NULL when the scenario has none. They keep the world going until their last mail is written. */
struct traffic *traffic_new(struct world *world);
void traffic_free(struct traffic *traffic);

/* The instant that lies `wait_ns` of full-time work after at_ns, where hours say which share of the time counts; world
   time 0 is at this time of day. No hours: simply later. TIME_NEVER when it is beyond all time. */
int64_t traffic_after(const struct scenario_arrivals *every, int64_t midnight_ns, int64_t at_ns, int64_t wait_ns);

#endif
