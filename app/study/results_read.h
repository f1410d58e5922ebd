/* Reading a file of results, for figures, exports and for running one of its runs again. All rows come in canonical
   order: by the text of the point, the replication, and the place within the run; so it does not show what made the
   file.

   A reader sees the file as it was when it was opened, also while a study adds to it. */
#ifndef POSTROAD_APP_STUDY_RESULTS_READ_H
#define POSTROAD_APP_STUDY_RESULTS_READ_H

#include "app/study/results.h"

struct results_reader;

struct results_about {
    const char *name, *study_text, *scenario_text, *version;
    uint64_t identity, seed;
    const char *const *pointers; /* what varies, as in the study file */
    size_t n_pointers;
    uint64_t measures;
    size_t n_points, n_runs, n_mails, n_censored; /* that there are; censored: mails that had not ended */
};

/* NULL after an error. */
struct results_reader *results_read_open(const char *path, char *error, size_t room);
void results_read_close(struct results_reader *reader);                              /* NULL is allowed */
const struct results_about *results_read_about(const struct results_reader *reader); /* lent until it is closed */

/* What of a run is read beside its measures. What was not asked for, or was not wanted by the study, is empty. */
enum results_parts { RESULTS_MAILS = 1, RESULTS_ATTEMPTS = 2, RESULTS_QUEUE = 4 };

/* Called for each run, which is lent for the call. False: that is enough. */
typedef bool (*results_run_fn)(void *context, const struct results_run *run);
/* False after an error; being told that it is enough is none. */
bool results_read_runs(struct results_reader *reader, unsigned parts, results_run_fn each, void *context, char *error,
                       size_t room);

/* A run by its name: the point's key in hexadecimal digits, or as many of them as tell it from the others, a dash, and
   the replication: "5a3c01f2-17". Calls back once. False after an error: there is none such, or several. */
bool results_read_one(struct results_reader *reader, const char *name, unsigned parts, results_run_fn each,
                      void *context, char *error, size_t room);
/* The full name: 16 digits, which no other point can lengthen. */
enum { RESULTS_NAME_BYTES = 40 };
const char *results_run_name(uint64_t point_key, int64_t replication, char name[RESULTS_NAME_BYTES]);

#endif
