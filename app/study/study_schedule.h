/* Who does what next: the runs of a study, handed out in pieces to whoever asks. It knows nothing of threads; one lock
   around it is the caller's.

   Groups are begun in their order, and few are open at a time, so that memory does not grow with the study. All points
   of a group are brought to the same number of replications, a stage; when a stage is complete, `next_stage` says how
   many there are to be (the same number: enough). What is run thus depends on results alone, and on no clock and no
   order in which pieces come back. */
#ifndef POSTROAD_APP_STUDY_STUDY_SCHEDULE_H
#define POSTROAD_APP_STUDY_STUDY_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct study_plan {
    uint64_t groups, group_size; /* in points */
    uint64_t first_group, every; /* groups first, first + every, ...: a shard; every is 1 or more */
    int64_t first_stage;
    /* After so many replications of each point of the group. Called from within schedule_done. */
    int64_t (*next_stage)(void *context, uint64_t group, int64_t replications);
    void *context;
    size_t most_open; /* groups at a time; about as many as there are threads */
};

/* Replications first to end - 1 of a point. */
struct study_piece {
    uint64_t point;
    int64_t first, end;
};

struct study_schedule;

struct study_schedule *schedule_new(const struct study_plan *plan);
void schedule_free(struct study_schedule *schedule);
/* A piece of at most so many runs, of this point if it can be (a thread has its scenario at hand), else of one that
   nobody works at. False: there is none now; perhaps there will be when others are done, unless it is over. */
bool schedule_take(struct study_schedule *schedule, uint64_t wanted_point, int64_t most, struct study_piece *piece);
/* All runs of the piece are there. */
void schedule_done(struct study_schedule *schedule, const struct study_piece *piece);
bool schedule_is_over(const struct study_schedule *schedule);

#endif
