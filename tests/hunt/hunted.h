/* One world under all laws. */
#ifndef POSTROAD_TESTS_HUNT_HUNTED_H
#define POSTROAD_TESTS_HUNT_HUNTED_H

#include "tests/hunt/random_world.h"
#include "viz/readers/laws_tally.h"

struct hunted {
    bool loaded;
    size_t n_broken;
    char first[260];             /* breach */
    char laws[120];              /* that were broken, each once: "M7 T6"; or "CRASH", "HANG" */
    unsigned mails, mails_ended; /* (message, recipient) pairs, reports included, and those that have come to an end */
    uint64_t events;
    unsigned pairs; /* runs of law M17 that were compared: pair.h */
    bool fired[RANDOM_KINDS];
    struct laws_tally tally;
};

/* places: of each kind of fault, as random_world has them; check_packets: that bytes say what packets are. */
struct hunted hunt_world(const cJSON *json, const uint32_t *places, bool check_packets);
/* The same in a process of its own: a crash, and a run without end, are breaches too. */
struct hunted hunt_world_apart(const cJSON *json, const uint32_t *places, bool check_packets, unsigned longest_s);

#endif
