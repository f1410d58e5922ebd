/* Timelines: what an application and a peer do to one end of a connection, what it must send and be, and when.
   timelines/README.md has the notation. */
#ifndef POSTROAD_TESTS_MODEL_TCP_TIMELINE_H
#define POSTROAD_TESTS_MODEL_TCP_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>

/* Plays `text`. True when all held; otherwise message says "name:line: expected ..., got ...". */
bool timeline_play(const char *name, const char *text, char *message, size_t size);

#endif
