/* What can go wrong in a random world, what else may happen in it, and how a journal tells that it did. */
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
    BY_ROUTER, /* a setting of a router */
    BY_TLS,    /* a setting of a mail server's TLS */
    BY_HABIT   /* no fault: what those who make hosts, names or mails ask for by this name, see maker_wants */
};

/* What a world must have so that the fault can strike. A world whose featured fault it is has all of it. */
enum fault_needs {
    NEEDS_LARGE = 1,     /* a mail of many segments */
    NEEDS_SLOW = 2,      /* ... over a slow link */
    NEEDS_MIDDLE = 4,    /* a narrow link in the middle of the way */
    NEEDS_V4 = 8,        /* only IPv4; without it the fault is not drawn */
    NEEDS_STRANGER = 16, /* a recipient whom nobody knows */
    NEEDS_SPAM = 32,     /* a content that is refused */
    NEEDS_MANY = 64,     /* many mails to the same recipient */
    NEEDS_TREE = 128,    /* DNS as a tree; without it the fault is not drawn */
    NEEDS_TLS = 256,     /* TLS everywhere, and whoever demands nothing */
    NEEDS_DEMAND = 512,  /* a server that hands on over TLS only: "required" or, with TLS, "verify" */
    ANYWHERE = 1024,     /* the event is told of another host than the one with the setting */
    NEEDS_GUESSER = 2048 /* a client that asks the receiving server for names, and brings no mail */
};

/* values: choices of luck_value, where $S is a mail server, $A one that hands on, $L a link, $E an end of it, $R a
   router, $H any host, $C a client, $D a name server, $Q a resolver, $M a recipient, $O an octet, $V and $W SMTP commands, $T a kind
   of packet. It has fired when there was an event of this kind with this word in one of its texts; of BY_LINK and
   BY_SET only on the links that have the fault, of BY_SERVER and BY_HOST only at those hosts, but for ANYWHERE. */
struct fault_kind {
    const char *name;
    enum fault_way way;
    const char *what, *values;
    enum event_kind kind;
    const char *word;
    unsigned needs;
};

extern const struct fault_kind fault_kinds[];
extern const size_t n_fault_kinds;

#endif
