/* What the scenario does to its world: stops hosts, cuts links, sets values, drops packets. */
#ifndef POSTROAD_MODEL_HOST_FAULTS_H
#define POSTROAD_MODEL_HOST_FAULTS_H

#include "model/host/world_internal.h"

/* Schedules them all; before the world's first event. */
void faults_schedule(struct world *world);

#endif
