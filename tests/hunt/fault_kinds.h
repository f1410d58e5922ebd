/* What can go wrong in a random world, and how a journal tells that it did. */
#ifndef POSTROAD_TESTS_HUNT_FAULT_KINDS_H
#define POSTROAD_TESTS_HUNT_FAULT_KINDS_H

#include <stddef.h>

#include "sim/journal/journal.h"

enum fault_way {
    BY_LINK,   /* a value of a link for as long as the world lasts: what is the key */
    BY_SET,    /* the same for a while */
    BY_FAULT,  /* one of "faults", with "at" and "for": what is the verb */
    BY_STEP,   /* the same with "for" only: it comes when a condition holds */
    BY_COUNT,  /* the same with neither */
    BY_SERVER, /* a setting of a mail server: what is the key */
    BY_HOST,   /* a setting of any host but routers */
    BY_ROUTER  /* a setting of a router */
};

/* values: choices of luck_value, where $S is a mail server, $L a link, $E an end of it, $R a router, $H any host, $C a
   client. It has fired when there was an event of this kind with this word in one of its texts; of BY_LINK and BY_SET
   only on the links that have the fault, of BY_SERVER and BY_HOST only at those hosts. */
struct fault_kind {
    const char *name;
    enum fault_way way;
    const char *what, *values;
    enum event_kind kind;
    const char *word;
};

extern const struct fault_kind fault_kinds[];
extern const size_t n_fault_kinds;

#endif
