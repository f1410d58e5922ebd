/* The tables of a file of results: docs/results.md says what is in them. For results*.c only. */
#ifndef POSTROAD_APP_STUDY_RESULTS_TABLES_H
#define POSTROAD_APP_STUDY_RESULTS_TABLES_H

enum { RESULTS_APPLICATION_ID = 0x706f7374, RESULTS_FORM = 1 }; /* "post"; raised when the tables change */

/* Statements; to be freed with sqlite3_free. A run has a column for each measure, named so. */
char *results_tables_make(void);
char *results_tables_insert_run(
    void); /* ?1 point, ?2 replication, ?3 seed, ?4 fingerprint, ?5 ended, ?6 mails, ?7 censored, ?8... measures */

#endif
