/* Runs a study on the cores of this machine: threads that share a lock, the schedule and the results, and nothing of a
   run. Each has its own scenario, which it loads once for each point that it works at. */
#ifndef POSTROAD_APP_STUDY_STUDY_POOL_H
#define POSTROAD_APP_STUDY_STUDY_POOL_H

#include <stdio.h>

#include "app/study/results.h"
#include "app/study/study_shard.h"

struct study_progress {
    uint64_t made;      /* runs of this session */
    uint64_t found;     /* runs that were there before */
    uint64_t planned;   /* all that there can be in the end; with a precision asked for they may be fewer */
    uint64_t unsettled; /* groups that reached the most runs without the precision that was asked for */
    double seconds;     /* since the beginning */
};

enum study_end {
    STUDY_COMPLETE,
    STUDY_INTERRUPTED, /* by is_interrupted */
    STUDY_TIME_UP,     /* the study's own limit */
    STUDY_UNWRITTEN,   /* results could not be written; told on errors */
    STUDY_REFUSED      /* the scenario refuses a point; told on errors */
};

struct study_pool_options {
    size_t jobs; /* threads, 1 or more */
    struct study_shard shard;
    bool (*is_interrupted)(void); /* asked some times a second, and by each thread after some milliseconds of a run */
    /* About ten times a second, and once at the end. */
    void (*on_progress)(void *context, const struct study_progress *progress);
    void *context;
    FILE *errors;
};

/* The file that the runs of this study go to, new or old; NULL after an error. */
struct results *study_open_results(const struct study *study, const char *path, char *error, size_t room);
/* Whatever the end, all runs that were made are in results. */
enum study_end study_pool_run(const struct study *study, struct results *results,
                              const struct study_pool_options *options);

size_t study_cores(void); /* that this process may use */

#endif
