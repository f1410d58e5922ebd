/* Chance for random worlds: splitmix64, which shares nothing with what it hunts. */
#ifndef POSTROAD_TESTS_HUNT_LUCK_H
#define POSTROAD_TESTS_HUNT_LUCK_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct luck {
    uint64_t state;
};

uint64_t luck_draw(struct luck *luck);
unsigned luck_below(struct luck *luck, unsigned n);
bool luck_odds(struct luck *luck, unsigned percent);
/* One of the choices "a|b|c" as JSON: what begins like an object, a list, a quoted text, a
   number, true or false is one, with ' in the
   place of "; all else is a text. */
cJSON *luck_value(struct luck *luck, const char *choices);
/* The same, added to the object. */
void luck_add(struct luck *luck, cJSON *object, const char *key, const char *choices);

#endif
