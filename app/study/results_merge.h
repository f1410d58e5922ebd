/* Several files of results of one study, made by its shards or by chance in several places, become one. */
#ifndef POSTROAD_APP_STUDY_RESULTS_MERGE_H
#define POSTROAD_APP_STUDY_RESULTS_MERGE_H

#include "app/study/results.h"

struct results_merged {
    bool are_good;             /* the files can be read, and are of one study; else nothing was written */
    size_t files, runs, added; /* runs: that were read, doubles included; added: that were not there before */
};

/* Adds the runs of the files to `into`, which is made, or had been made before. All of them are looked at before
   anything is written, and each is added whole or not at all. False after an error: a file cannot be read, they are not
   of the same study, or a run that is in two files came out differently. In that case all that was there stays. */
bool results_merge(const char *const *paths, size_t n, const char *into, struct results_merged *merged, char *error,
                   size_t room);

#endif
