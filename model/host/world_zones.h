/* What the name servers of a world answer from: zones made from the scenario's servers, with what the scenario adds, or has
   put in their place since. */
#ifndef POSTROAD_MODEL_HOST_WORLD_ZONES_H
#define POSTROAD_MODEL_HOST_WORLD_ZONES_H

#include "model/host/world_internal.h"

/* Gives each name server its zones: in "dns": "simple" all of them, in "tree" those that it serves, with delegations and
   glue for those below. */
void world_zones_make(struct world *world);
/* The zone has changed: who serves it gets it anew. */
void world_zones_renew(struct world *world, const char *apex);
void world_zones_free(struct world *world);

#endif
