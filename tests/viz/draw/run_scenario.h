/* A journal of a shipped scenario, made by running it. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_RUN_SCENARIO_H
#define POSTROAD_TESTS_VIZ_DRAW_RUN_SCENARIO_H

#include <stddef.h>

#include "sim/journal/journal_memory.h"

extern const char *const shipped_scenarios[];
extern const size_t n_shipped_scenarios;

/* By its name, such as "first-mail". Ends the test when it cannot be run. */
struct journal_memory *run_scenario(const char *name);

#endif
