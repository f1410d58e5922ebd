/* Which faults are in force, by kind and host: what a host asks of those in force here takes no longer however many
   faults the scenario has. Of those that are told of a host (scenario_fault.host), in the order of the scenario. */
#ifndef POSTROAD_MODEL_HOST_FAULT_INDEX_H
#define POSTROAD_MODEL_HOST_FAULT_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "model/scenario/scenario.h"

struct fault_index;

/* None is in force yet. The scenario must outlive the index; its faults stay where they are. */
struct fault_index *fault_index_new(const struct scenario *scenario);
void fault_index_free(struct fault_index *index); /* also NULL */

/* fault: its place in the scenario. */
void fault_index_set(struct fault_index *index, size_t fault, bool is_in_force);

/* Of this kind on this host, the first one in force behind `after`, a fault of the same kind and host; NULL: the first
   of all. NULL when there is none. `after` itself may have ended meanwhile. */
const struct scenario_fault *fault_index_next(const struct fault_index *index, enum fault_verb verb, int host,
                                              const struct scenario_fault *after);
const struct scenario_fault *fault_index_last(const struct fault_index *index, enum fault_verb verb, int host);

#endif
