/* Law M17, recipients are independent: a calm form of a world is run twice, the second time with the fate of one
   recipient changed, and the fates of all others must be the same. */
#ifndef POSTROAD_TESTS_HUNT_PAIR_H
#define POSTROAD_TESTS_HUNT_PAIR_H

#include "sim/journal/journal.h"
#include "tests/hunt/hunted.h"

struct pair {
    cJSON *calm, *changed;                 /* the two scenarios; NULL: no mail of the world goes to a user */
    char mail[32], recipient[64], how[64]; /* whose fate was changed, and to what */
};

struct pair pair_make(const cJSON *world);
void pair_free(struct pair *pair);
/* Adds a breach to what was found of the world, where there is one. */
void hunt_pair(const cJSON *world, struct hunted *hunted);
/* The same with a lie about the second run, for tests: may change its events before they are read. */
typedef void (*pair_lie_fn)(struct event *e, const struct pair *pair);
void hunt_pair_with(const cJSON *world, pair_lie_fn lie, struct hunted *hunted);

#endif
