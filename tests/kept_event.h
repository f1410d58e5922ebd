/* A journal in memory lends its events for a while only; a test may look at what it has found as long as it likes. */
#ifndef POSTROAD_TESTS_KEPT_EVENT_H
#define POSTROAD_TESTS_KEPT_EVENT_H

#include <assert.h>
#include <stdlib.h>

#include "sim/journal/journal.h"

/* A copy that stays until the process ends; NULL of NULL. */
static inline const struct event *kept_event(const struct event *e)
{
    static struct found {
        struct found *before;
        struct event event;
    } * last;
    if (!e) return NULL;
    struct found *found = calloc(1, sizeof *found);
    assert(found);
    found->before = last;
    found->event = *e;
    last = found;
    return &found->event;
}

#endif
