/* Running a scenario on behalf of a subcommand: the world, its journal, and ctrl-C. */
#ifndef POSTROAD_APP_SIMULATE_H
#define POSTROAD_APP_SIMULATE_H

#include "model/host/world.h"
#include "sim/journal/journal_memory.h"

enum simulate_end {
    SIMULATE_HELD,        /* the end was reached, and all expectations held */
    SIMULATE_FAILED,      /* an expectation did not hold, or a law was broken */
    SIMULATE_INTERRUPTED, /* ctrl-C; the journal still ends with run.end */
    SIMULATE_POINTLESS    /* nobody reads standard output any more */
};

/* Runs to the end. The readers are already on the journal. */
enum simulate_end simulate(const struct scenario *scenario, const struct world_options *options,
                           struct journal *journal);

/* The same, keeping every event; to be freed. word: what named the scenario. end may be NULL. */
struct journal_memory *simulate_to_memory(const char *word, const struct scenario *scenario,
                                          const struct world_options *options, enum simulate_end *end);

/* A journal from a file, or made by running the scenario that the word names. NULL after a message on stderr; the
   exit code is then in *code. has_end as below. */
struct journal_memory *simulate_or_read(const char *word, int *code, bool *has_end);

/* A sound journal from a file, or NULL after a message on stderr. has_end may be NULL: whether it is whole, and neither
   cut off nor still being written, which is told. */
struct journal_memory *simulate_read_journal(const char *path, bool *has_end);

/* Ctrl-C sets a flag from now on; the second one ends the program. */
void simulate_catch_interrupts(void);
bool simulate_is_interrupted(void);
/* Ctrl-C ends the program again, as before simulate was called; for whoever goes on for long, such as the window. */
void simulate_release_interrupts(void);

#endif
