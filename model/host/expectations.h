/* What the scenario says must have come true at the end. */
#ifndef POSTROAD_MODEL_HOST_EXPECTATIONS_H
#define POSTROAD_MODEL_HOST_EXPECTATIONS_H

#include "model/host/world_internal.h"

/* Emits an event for each; whether all held. */
bool expectations_check(struct world *world);

#endif
