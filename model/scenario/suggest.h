/* "Did you mean ...?": the nearest of several words, by the number of letters that differ. */
#ifndef POSTROAD_MODEL_SCENARIO_SUGGEST_H
#define POSTROAD_MODEL_SCENARIO_SUGGEST_H

#include <stddef.h>

struct suggest {
    const char *word; /* what was written */
    const char *best; /* the nearest word offered so far that is near enough, or NULL */
    size_t distance;
};

struct suggest suggest_for(const char *word);
void suggest_offer(struct suggest *suggest, const char *candidate);

#endif
