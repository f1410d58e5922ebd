/* The scenario's captions: each is told when the event it waits for has happened. */
#ifndef POSTROAD_MODEL_HOST_CAPTIONS_H
#define POSTROAD_MODEL_HOST_CAPTIONS_H

#include "model/host/world_internal.h"

/* NULL when nobody reads captions. Must be made before the first event. */
struct captions *captions_new(struct world *world);
/* Emits what became due; called between events. */
void captions_settle(struct captions *captions);
void captions_free(struct captions *captions);

#endif
