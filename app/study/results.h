/* The results of a study: one SQLite file, to which runs are added one by one. Its tables are in docs/results.md.

   Each run is one transaction (write-ahead log, synchronous NORMAL): what results_put has said true to is there after
   kill -9, and after a power cut all but perhaps the last of it is. Nobody else may add to the file meanwhile; reading
   it is always allowed. A handle is used by one thread at a time, and by no child of a fork.

   Errors are text for people: "FILE: what is wrong", and lines of hints. */
#ifndef POSTROAD_APP_STUDY_RESULTS_H
#define POSTROAD_APP_STUDY_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "viz/readers/measures.h"

enum { RESULTS_ERROR_BYTES = 1024 };

/* What a file holds the results of. Texts are copied. */
struct results_study {
    const char *name, *study_text, *version;
    const char *scenario_text; /* the JSON in which a point's values are set, what the whole study sets included: with
                                  the values of a point and the seed of a run it makes the world of that run again */
    uint64_t identity;         /* of all that must not change while a study goes on */
    uint64_t seed;
    const char *const *pointers; /* JSON Pointers of what varies; order as in the study file */
    size_t n_pointers;
    uint64_t measures; /* MEASURE_BIT of those wanted */
};

struct results_run {
    const char *point; /* canonical text: "POINTER=VALUE;...", sorted */
    uint64_t point_key;
    const char *const *values; /* JSON texts, one for each pointer of the study */
    int64_t replication;       /* from 0 */
    uint64_t seed;
    const struct measured_run *run;
};

struct results;

/* Makes the file, or goes on with it. NULL after an error: it cannot be written, is damaged or something else, is being
   written by another, or holds the results of another study. A file that was there is then as it was. */
struct results *results_open(const char *path, const struct results_study *study, char *error, size_t room);
bool results_has(const struct results *results, uint64_t point_key, int64_t replication);
/* False after an error; what was put before is kept. A run that is there already stays as it is. */
bool results_put(struct results *results, const struct results_run *run, char *error, size_t room);
/* Makes one transaction of all that is put from here to results_end: quicker, and all of it or nothing. Without
   results_end, nothing of it is kept, and the handle is good for being closed only. */
bool results_begin(struct results *results, char *error, size_t room);
bool results_end(struct results *results, char *error, size_t room);
/* Whether the run, which is there, was the same: its seed, its fingerprint and its end. */
bool results_is_same(struct results *results, const struct results_run *run);
/* False: there is no such run, or it has no such value. is_censored: a mail had not ended when the run did, and the
   value is a lower bound or a share so far. */
bool results_value(const struct results *results, uint64_t point_key, int64_t replication, enum measure m,
                   double *value, bool *is_censored);
size_t results_count(const struct results *results); /* runs that are there */
void results_close(struct results *results);         /* NULL is allowed */

#endif
