/* A world for the targets that play a session in one: built from a scenario in memory, judged by all laws, bounded in
   work. */
#ifndef POSTROAD_TESTS_FUZZ_FUZZ_WORLD_H
#define POSTROAD_TESTS_FUZZ_FUZZ_WORLD_H

#include "model/host/world_internal.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/vtime.h"
#include "tests/fuzz/fuzz.h"
#include "viz/readers/laws.h"

struct fuzz_world {
    struct journal *journal;
    struct laws *laws;
    struct journal_memory *memory; /* every event */
    struct world *world;
};

/* The scenario must be good; kept by the caller for as long as the process lives. */
struct scenario *fuzz_scenario(const char *json);
void fuzz_world_begin(struct fuzz_world *w, const struct scenario *scenario, bool live);
/* Lets so much time pass in a live world. */
void fuzz_world_pass(struct fuzz_world *w, int64_t ns);
/* Runs a world that is not live to its end. */
void fuzz_world_run(struct fuzz_world *w);
/* Ends the world, and judges it: no law may be broken but those listed, names with blanks around (" M12 M14 "), which
   cannot be judged where one end is no machine of ours. Then it is gone. */
void fuzz_world_end(struct fuzz_world *w, const char *laws_beyond);

struct host *fuzz_host(struct world *world, const char *name);

#endif
