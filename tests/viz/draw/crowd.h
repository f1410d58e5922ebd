/* Large worlds, made: routers that are all joined with each other, and around them mail servers with one client each.
   The first server's user writes to all the others. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_CROWD_H
#define POSTROAD_TESTS_VIZ_DRAW_CROWD_H

#include <stddef.h>

#include "sim/journal/journal_memory.h"

struct crowd {
    size_t hosts, routers; /* hosts: all of them, the routers and the name server included */
    size_t mails;          /* each to all users */
    size_t is_off;         /* the first so many of the other servers are off for the first minute */
};

/* Runs it. Ends the test when it cannot be run. */
struct journal_memory *run_crowd(struct crowd crowd);

#endif
