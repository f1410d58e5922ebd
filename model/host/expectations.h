/* What the scenario says must have come true at the end. */
#ifndef POSTROAD_MODEL_HOST_EXPECTATIONS_H
#define POSTROAD_MODEL_HOST_EXPECTATIONS_H

#include "model/host/world_internal.h"

/* NULL when no event is expected. Must be made before the first event. */
struct event_counts *expectations_new(struct world *world);
/* Emits an event for each; whether all held. */
bool expectations_check(struct world *world);
void expectations_free(struct event_counts *counts);

#endif
