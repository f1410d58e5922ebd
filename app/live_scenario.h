/* The scenario of a live world: one in which there is a way in from outside, and which begins now. */
#ifndef POSTROAD_APP_LIVE_SCENARIO_H
#define POSTROAD_APP_LIVE_SCENARIO_H

#include "app/options.h"
#include "model/scenario/scenario.h"

/* Where the file has no host with the role `outside`, one is added at the first router; where it has no `starts`, the
   world begins at the present date. NULL after a message on stderr. */
struct scenario *live_scenario_load(const char *word, const struct option_list *sets);
/* The host with the role `outside`. */
const struct scenario_host *live_scenario_outside(const struct scenario *scenario);

#endif
