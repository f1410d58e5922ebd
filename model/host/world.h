/* A world made from a scenario, that can be run. One world is one run; worlds share only the scenario. */
#ifndef POSTROAD_MODEL_HOST_WORLD_H
#define POSTROAD_MODEL_HOST_WORLD_H

#include <stdbool.h>

#include "model/scenario/scenario.h"
#include "sim/journal/journal.h"

struct world;

struct world_options {
    uint64_t seed;      /* instead of the scenario's when has_seed */
    bool has_seed;
    int64_t until_ns;   /* TIME_NEVER: the scenario's */
    bool check_packets; /* encode and decode every packet at every hop; a difference is law.broken, and the run failed */
    bool live;          /* real time moves it: it ends only at until_ns, and the scenario's own end means nothing */
    const char *live_text; /* for live.begin: where programs enter */
    const char *live_device; /* packets come and go by a device of this name: outside_packet; NULL: none do */
};
struct world_options world_options_default(void);

/* Readers must already be on the journal: the head is emitted here. The scenario must outlive the world. */
struct world *world_new(const struct scenario *scenario, const struct world_options *options, struct journal *journal);
/* Runs to the end, or for at most n events; true while more is to come. Emits run.end once when it ends. */
bool world_run(struct world *world, uint64_t n_events);
/* For live worlds: runs what is due up to this time, at most n events, and moves the clock there; true once it stands
   there, false while more is due. A world that has ended stays as it is. */
bool world_advance(struct world *world, int64_t to_ns, uint64_t n_events);
int64_t world_next_ns(const struct world *world); /* when the next event is due, or the end; TIME_NEVER: neither */
bool world_has_ended(const struct world *world);
/* Ends it now: emits totals, expectations and run.end with this reason. */
void world_stop(struct world *world, const char *why);
void world_free(struct world *world);

int64_t world_now(const struct world *world);
uint64_t world_events(const struct world *world);
bool world_failed(const struct world *world); /* an expectation did not hold, or a law was broken */

#endif
