/* Files of results for tests, each in a folder of its own, with runs of one mail that are made up. */
#ifndef POSTROAD_TESTS_APP_STUDY_MADE_RESULTS_H
#define POSTROAD_TESTS_APP_STUDY_MADE_RESULTS_H

#include "app/study/results_export.h"

extern char made_folder[], made_path[64], made_error[RESULTS_ERROR_BYTES];

/* For TestSuite's init and fini. */
void made_folder_begin(void);
void made_folder_end(void);
/* A path in the folder; to be used before the next one is asked for. */
const char *made_file(const char *name);

struct results_study made_study(void); /* two pointers; delivery_delay and attempts */
struct results *made_open(void);       /* of made_study at made_path; asserts that it can be opened */
/* A run at the point with this key: of a mail that took so long; 0: it is still on its way. The error is in made_error.
 */
bool made_put(struct results *results, uint64_t key, int64_t replication, double delay_s);

/* A table of a file as text; to be freed with free. */
char *made_exported(const char *path, enum results_table table, enum results_form form);

#endif
