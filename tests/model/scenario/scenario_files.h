/* Files of a folder, and what the loader says of a text. */
#ifndef POSTROAD_TESTS_MODEL_SCENARIO_SCENARIO_FILES_H
#define POSTROAD_TESTS_MODEL_SCENARIO_SCENARIO_FILES_H

#include <stddef.h>

#include "model/scenario/scenario.h"

/* Calls `each` for every NAME.json of a folder of the source tree in alphabetical order; returns how many. */
size_t each_scenario(const char *folder, void (*each)(const char *path, const char *name));
/* The whole file, ended by a zero byte, to be freed; NULL when it is not there. */
char *read_file(const char *path, size_t *size);
/* Loads a text, and gives back what was said of it, to be freed. *scenario may be NULL when it is refused. */
char *load_text(const char *name, const char *text, size_t size, const struct scenario_override *overrides,
                size_t n_overrides, struct scenario **scenario);

#endif
