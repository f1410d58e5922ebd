/* The file of results as such: opened, locked, checked, its tables made. For results*.c only. */
#ifndef POSTROAD_APP_STUDY_RESULTS_FILE_H
#define POSTROAD_APP_STUDY_RESULTS_FILE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

struct results_file {
    sqlite3 *db;
    char *path;
    int lock; /* descriptor; -1: none */
    int lock_errno;
    bool is_read; /* and not written: hints are others */
    char *error;
    size_t room; /* of the call that is under way */
};

/* For writing: makes the file with its tables, or checks that it is one of ours, and whole. */
bool results_file_open(struct results_file *file, const char *path, char *error, size_t room);
/* For reading: also where nothing can be written. */
bool results_file_open_to_read(struct results_file *file, const char *path, char *error, size_t room);
void results_file_close(struct results_file *file);

/* One statement, prepared for long; or several, done at once. */
sqlite3_stmt *results_file_prepare(struct results_file *file, const char *sql);
bool results_file_do(struct results_file *file, const char *sql);
/* Steps a statement that gives no rows, and resets it. */
bool results_file_step(struct results_file *file, sqlite3_stmt *statement);
/* Says why SQLite failed, in words that help. Always false. */
bool results_file_fail(struct results_file *file, int code);
/* The same where what was read cannot be: what it is, in words. */
bool results_file_damaged(struct results_file *file, const char *what);
/* "PATH: text", into the error. Always false. */
__attribute__((format(printf, 2, 3))) bool results_file_refuse(struct results_file *file, const char *format, ...);

#endif
