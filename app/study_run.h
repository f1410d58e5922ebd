/* A run of a study, made again from the file of its results: RESULTS.db#5a3c01f2-17 names it wherever a scenario can be
   named, and
   `--run 5a3c01f2-17` beside RESULTS.db makes that word. */
#ifndef POSTROAD_APP_STUDY_RUN_H
#define POSTROAD_APP_STUDY_RUN_H

#include <stdio.h>

#include "model/scenario/scenario.h"
#include "sim/journal/journal.h"

/* To be freed. run NULL: the path as it is. NULL after a message: the path is no file of results. */
char *study_run_word(const char *command, const char *path, const char *run);
/* The file behind a word; NULL: it names neither a run nor a file of results. To be freed. */
char *study_run_file(const char *word);
/* Whether a word names a run, or a file of results. */
bool study_run_is_one(const char *word);
/* Its scenario, with the values of its point and with its seed; these come behind them. NULL after a message. */
struct scenario *study_run_load(const char *word, const struct scenario_override *overrides, size_t n, FILE *errors);
/* Whether what was run to its end came out as in the study; if not, it is told. Words that name no run always did. */
bool study_run_came_out(const char *word, const struct journal *journal, FILE *errors);

#endif
