/* Running a world once more, changed: what the window asks for and cannot do itself, since it knows no model. The program
   around it does it, in a thread of its own. */
#ifndef POSTROAD_VIZ_DRAW_RERUN_H
#define POSTROAD_VIZ_DRAW_RERUN_H

#include <stdbool.h>

#include "sim/journal/journal_memory.h"

enum rerun_state { RERUN_GOES_ON, RERUN_DONE, RERUN_FAILED };
enum { RERUN_WHY_BYTES = 512 };

struct rerun_job;

struct rerun {
    void *context;
    const char *why_not; /* why this world cannot be run again, in a sentence; NULL: it can */
    /* Begins to run this scenario, JSON as run.begin has it, with this seed; NULL: with its own. Never NULL. */
    struct rerun_job *(*begin)(void *context, const char *scenario, const char *seed);
    /* Done: *journal is the caller's. Failed: why says so. */
    enum rerun_state (*poll)(struct rerun_job *job, struct journal_memory **journal, char why[RERUN_WHY_BYTES]);
    void (*end)(struct rerun_job *job); /* cancels what still runs; frees */
    /* Keeps a scenario as a file, JSON as for begin; what is as it was when it was opened stays as it was written. where
       tells the file's name, or why it could not. */
    bool (*save)(void *context, const char *scenario, char where[RERUN_WHY_BYTES]);
};

#endif
