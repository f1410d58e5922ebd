/* A smaller world that breaks the same law. */
#ifndef POSTROAD_TESTS_HUNT_SHRINK_H
#define POSTROAD_TESTS_HUNT_SHRINK_H

#include "tests/hunt/hunted.h"

/* Takes parts out of the scenario, as long as the law that was found broken first, by its letters, is still broken. */
void shrink_world(cJSON *json, const char *law);

#endif
