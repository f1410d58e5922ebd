/* A journal of a shipped scenario, made by running it. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_RUN_SCENARIO_H
#define POSTROAD_TESTS_VIZ_DRAW_RUN_SCENARIO_H

#include <stddef.h>

#include "sim/journal/journal_memory.h"

enum { MOST_SCENARIOS = 80 };

/* The names of all in scenarios/, such as "first-mail", in the order of the alphabet; how many. They stay. */
size_t shipped_scenarios(const char *names[MOST_SCENARIOS]);

/* Its JSON, by its name or, in a folder, "lessons/NAME"; to be freed by mem_free. Ends the test when there is none. */
char *shipped_text(const char *name);

/* By its name. Ends the test when it cannot be run. */
struct journal_memory *run_scenario(const char *name);
/* The same from JSON; NULL, with the reason on stderr, when it does not load. */
struct journal_memory *run_scenario_text(const char *json);

#endif
