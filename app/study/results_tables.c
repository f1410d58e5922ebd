/* The tables of a file of results: see results_tables.h. */
#include "app/study/results_tables.h"

#include <sqlite3.h>

#include "viz/readers/measures.h"

static const char fixed[] =
    "CREATE TABLE study (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL, study TEXT NOT NULL,"
    " scenario TEXT NOT NULL, version TEXT NOT NULL, identity TEXT NOT NULL, seed TEXT NOT NULL,"
    " measures TEXT NOT NULL) STRICT;"
    "CREATE TABLE pointers (nth INTEGER PRIMARY KEY, pointer TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE points (point INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, text TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE point_values (point INTEGER NOT NULL, nth INTEGER NOT NULL, value TEXT NOT NULL,"
    " PRIMARY KEY (point, nth)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE mails (point INTEGER NOT NULL, replication INTEGER NOT NULL, nth INTEGER NOT NULL,"
    " message TEXT NOT NULL, recipient TEXT NOT NULL, outcome TEXT NOT NULL, size_bytes INTEGER NOT NULL,"
    " written_ns INTEGER NOT NULL, first_attempt_ns INTEGER, ended_ns INTEGER, attempts INTEGER NOT NULL,"
    " duplicates INTEGER NOT NULL, bounces INTEGER NOT NULL, queue_ns INTEGER, dns_ns INTEGER, connect_ns INTEGER,"
    " transfer_ns INTEGER, retry_ns INTEGER, disk_ns INTEGER, unexplained_ns INTEGER,"
    " PRIMARY KEY (point, replication, nth)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE attempts (point INTEGER NOT NULL, replication INTEGER NOT NULL, nth INTEGER NOT NULL,"
    " mail INTEGER NOT NULL, at_ns INTEGER NOT NULL, until_ns INTEGER, outcome TEXT NOT NULL,"
    " PRIMARY KEY (point, replication, nth)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE queues (point INTEGER NOT NULL, replication INTEGER NOT NULL, at_ns INTEGER NOT NULL,"
    " length INTEGER NOT NULL, PRIMARY KEY (point, replication, at_ns)) STRICT, WITHOUT ROWID;";

char *results_tables_make(void)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, fixed);
    sqlite3_str_appendall(sql, "CREATE TABLE runs (point INTEGER NOT NULL, replication INTEGER NOT NULL,"
                               " seed TEXT NOT NULL, fingerprint TEXT NOT NULL, ended_ns INTEGER NOT NULL,"
                               " mails INTEGER NOT NULL, censored INTEGER NOT NULL");
    for (int m = 0; m < MEASURES; m++)
        sqlite3_str_appendf(sql, ", %s REAL", measure_name((enum measure)m));
    sqlite3_str_appendall(sql, ", PRIMARY KEY (point, replication)) STRICT, WITHOUT ROWID;");
    sqlite3_str_appendf(sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;", RESULTS_APPLICATION_ID,
                        RESULTS_FORM);
    return sqlite3_str_finish(sql);
}

char *results_tables_insert_run(void)
{
    sqlite3_str *sql = sqlite3_str_new(NULL);
    sqlite3_str_appendall(sql, "INSERT INTO runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7");
    for (int m = 0; m < MEASURES; m++)
        sqlite3_str_appendf(sql, ", ?%d", m + 8);
    sqlite3_str_appendall(sql, ")");
    return sqlite3_str_finish(sql);
}
