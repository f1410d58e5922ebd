/* What one process tells another through a pipe: whole, also where it is more than a pipe takes at once. */
#ifndef POSTROAD_TESTS_HUNT_PIPES_H
#define POSTROAD_TESTS_HUNT_PIPES_H

#include <stdbool.h>
#include <stddef.h>

/* False when nobody reads any more. */
bool pipe_send(int to, const void *what, size_t size);
/* False when the pipe has come to its end before that. */
bool pipe_take(int from, void *what, size_t size);

#endif
