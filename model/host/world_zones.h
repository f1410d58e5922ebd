/* The zones of "dns": "simple": made from the scenario's servers, with what the scenario adds. */
#ifndef POSTROAD_MODEL_HOST_WORLD_ZONES_H
#define POSTROAD_MODEL_HOST_WORLD_ZONES_H

#include "model/dns/dns_zones.h"
#include "model/scenario/scenario.h"

struct dns_zones *world_zones_make(const struct scenario *scenario);

#endif
