/* A world made at random: routers, servers, clients, links, mails, and of all faults a random part. */
#ifndef POSTROAD_TESTS_HUNT_RANDOM_WORLD_H
#define POSTROAD_TESTS_HUNT_RANDOM_WORLD_H

#include "tests/hunt/luck.h"

enum { RANDOM_KINDS = 160, RANDOM_PLACES = 32 };

struct random_world {
    cJSON *json;              /* the scenario */
    bool drawn[RANDOM_KINDS]; /* of fault_kinds */
    uint32_t
        places[RANDOM_KINDS]; /* bits: on which links ("l0" is the first), or at which hosts, in the order of json */
};

struct random_world random_world_make(uint64_t seed);
void random_world_free(struct random_world *world);

#endif
