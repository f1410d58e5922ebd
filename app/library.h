/* The scenarios that come with postroad, and how a name on the command line becomes a scenario. */
#ifndef POSTROAD_APP_LIBRARY_H
#define POSTROAD_APP_LIBRARY_H

#include "model/scenario/scenario.h"

/* The folder of the scenarios that come along (places.h). */
const char *library_folder(void);

/* The file that a word names: itself, with or without ".json", or a scenario of the library ("first-mail"). To be
   freed. */
char *library_find(const char *word);

/* The same for a study ("policies-under-loss"). */
char *library_find_study(const char *word);
/* When that cannot be read: a hint on stderr, the study that is called nearly so, or where they are. */
void library_suggest_study(const char *word, const char *path);

/* scenario_load on what library_find found, or a run of a study (app/study_run.h), with the errors on stderr. NULL after
   them. */
struct scenario *library_load_scenario(const char *word, const struct scenario_override *overrides, size_t n);

#endif
