/* Results as tables for other programs: CSV (RFC 4180, but for lines that end with LF) and JSON Lines. Rows are in
   canonical order and hold no clock, no host and no row id: the same bytes whatever made them. Times are in seconds, as
   exact decimals. */
#ifndef POSTROAD_APP_STUDY_RESULTS_EXPORT_H
#define POSTROAD_APP_STUDY_RESULTS_EXPORT_H

#include <stdio.h>

#include "app/study/results_read.h"

enum results_table {
    RESULTS_TABLE_RUNS,
    RESULTS_TABLE_MAILS,
    RESULTS_TABLE_ATTEMPTS, /* empty unless attempts are measured */
    RESULTS_TABLE_QUEUES,   /* empty unless the queue's peak or mean is measured */
    RESULTS_TABLES
};
const char *results_table_name(enum results_table table); /* "runs" */
bool results_table_find(const char *name, enum results_table *table);

enum results_form { RESULTS_CSV, RESULTS_JSONL };

/* False after an error; whether `out` took everything is for the caller to ask. */
bool results_export(struct results_reader *reader, enum results_table table, enum results_form form, FILE *out,
                    char *error, size_t room);

#endif
