/* Many worlds, by several processes at once. */
#ifndef POSTROAD_TESTS_HUNT_WORKERS_H
#define POSTROAD_TESTS_HUNT_WORKERS_H

#include <signal.h>

#include "tests/hunt/hunted.h"

struct hunted_seed {
    uint64_t seed;
    struct hunted hunted;
    bool drawn[RANDOM_KINDS]; /* of fault_kinds */
    double cpu_s;             /* that it took */
};

struct hunt_order {
    uint64_t first, count;       /* seeds */
    unsigned jobs;               /* processes, of which each takes every jobs-th seed: 1 to MOST_JOBS */
    double longest_s;            /* no seed is begun later */
    volatile sig_atomic_t *stop; /* nor once this is set */
    void (*on_hunted)(void *context, const struct hunted_seed *world); /* called for each, as they end */
    void (*on_tick)(void *context);                                    /* and this some times a second */
    void *context;
};

enum { MOST_JOBS = 64 };

/* A world that crashes, or does not end, ends the process that hunts it, and another one goes on behind it. */
void hunt_seeds(const struct hunt_order *order);

#endif
