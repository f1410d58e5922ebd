/* Reading a file of results: see results_read.h. */
#include "app/study/results_read.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/study/results_file.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/story/tables.h"

enum { RUNS, VALUES, MAILS, ATTEMPTS, QUEUE, STATEMENTS };

struct results_reader {
    struct results_file file;
    struct results_about about;
    TABLE_OF(char *) texts; /* of about */
    const char **pointers;
    char *runs_sql;
    sqlite3_stmt *statements[STATEMENTS];
    /* the run that is lent */
    int64_t point;
    char *point_text, **values;
    struct results_run row;
    struct measured_run run;
    TABLE_OF(struct measured_mail) mails;
    TABLE_OF(struct measured_attempt) attempts;
    TABLE_OF(struct measured_queue) queue;
    TABLE_OF(char) here;     /* texts of its mails */
    TABLE_OF(size_t) places; /* in them, two a mail */
};

static void hold(struct results_reader *r, char *error, size_t room)
{
    r->file.error = error;
    r->file.room = room;
}

/* --- columns --- */

static const char *text_at(sqlite3_stmt *row, int at)
{
    const char *text = (const char *)sqlite3_column_text(row, at);
    return text ? text : "";
}

static int64_t time_at(sqlite3_stmt *row, int at)
{
    return sqlite3_column_type(row, at) == SQLITE_NULL ? TIME_NEVER : sqlite3_column_int64(row, at);
}

static const char *keep(struct results_reader *r, const char *text)
{
    return *TABLE_ADD(&r->texts) = mem_strdup(text);
}

/* --- what it is about --- */

static uint64_t measures_of(const char *names)
{
    uint64_t measures = 0;
    for (int m = 0; m < MEASURES; m++) {
        const char *name = measure_name((enum measure)m), *found = names;
        size_t length = strlen(name);
        while ((found = strstr(found, name)) != NULL) {
            bool is_word = (found == names || found[-1] == ' ') && (found[length] == ' ' || found[length] == '\0');
            if (is_word) measures |= MEASURE_BIT(m);
            found += length;
        }
    }
    return measures;
}

static bool read_study(struct results_reader *r)
{
    sqlite3_stmt *row =
        results_file_prepare(&r->file, "SELECT name, study, scenario, version, identity, seed, measures FROM study");
    if (!row) return false;
    int code = sqlite3_step(row);
    bool found = code == SQLITE_ROW;
    if (found)
        r->about = (struct results_about){.name = keep(r, text_at(row, 0)),
                                          .study_text = keep(r, text_at(row, 1)),
                                          .scenario_text = keep(r, text_at(row, 2)),
                                          .version = keep(r, text_at(row, 3)),
                                          .identity = strtoull(text_at(row, 4), NULL, 16),
                                          .seed = strtoull(text_at(row, 5), NULL, 10),
                                          .measures = measures_of(text_at(row, 6))};
    else if (code == SQLITE_DONE)
        results_file_refuse(&r->file, tr("there is no study in it yet"));
    else
        results_file_fail(&r->file, code);
    sqlite3_finalize(row);
    return found;
}

static bool read_pointers(struct results_reader *r)
{
    sqlite3_stmt *row = results_file_prepare(&r->file, "SELECT pointer FROM pointers ORDER BY nth");
    TABLE_OF(const char *) pointers = {0};
    if (!row) return false;
    int code;
    while ((code = sqlite3_step(row)) == SQLITE_ROW)
        *TABLE_ADD(&pointers) = keep(r, text_at(row, 0));
    sqlite3_finalize(row);
    r->pointers = pointers.items;
    r->values = mem_calloc(pointers.count + 1, sizeof *r->values);
    r->about.pointers = r->pointers;
    r->about.n_pointers = pointers.count;
    return code == SQLITE_DONE || results_file_fail(&r->file, code);
}

static bool count_all(struct results_reader *r)
{
    sqlite3_stmt *row = results_file_prepare(
        &r->file, "SELECT (SELECT count(*) FROM points), count(*), total(mails), total(censored) FROM runs");
    if (!row) return false;
    int code = sqlite3_step(row);
    r->about.n_points = (size_t)sqlite3_column_int64(row, 0);
    r->about.n_runs = (size_t)sqlite3_column_int64(row, 1);
    r->about.n_mails = (size_t)sqlite3_column_int64(row, 2);
    r->about.n_censored = (size_t)sqlite3_column_int64(row, 3);
    sqlite3_finalize(row);
    return code == SQLITE_ROW || results_file_fail(&r->file, code);
}

/* In the order of docs/results.md; the measures are named, so that others may be added behind them. */
static bool prepare(struct results_reader *r)
{
    sqlite3_str *runs = sqlite3_str_new(NULL);
    sqlite3_str_appendall(
        runs, "SELECT p.point, p.text, r.replication, r.seed, r.fingerprint, r.ended_ns, r.mails, r.censored");
    for (int m = 0; m < MEASURES; m++)
        sqlite3_str_appendf(runs, ", r.%s", measure_name((enum measure)m));
    sqlite3_str_appendall(runs, " FROM points p CROSS JOIN runs r ON r.point = p.point");
    r->runs_sql = sqlite3_str_finish(runs);
    char *all = sqlite3_mprintf("%s ORDER BY p.text, r.replication", r->runs_sql);
    const char *const sql[STATEMENTS] = {
        [RUNS] = all,
        [VALUES] = "SELECT nth, value FROM point_values WHERE point = ?1",
        [MAILS] = "SELECT message, recipient, outcome, size_bytes, written_ns, first_attempt_ns, ended_ns, attempts,"
                  " duplicates, bounces, queue_ns, dns_ns, connect_ns, transfer_ns, retry_ns, disk_ns, unexplained_ns"
                  " FROM mails WHERE point = ?1 AND replication = ?2 ORDER BY nth",
        [ATTEMPTS] = "SELECT mail, at_ns, until_ns, outcome FROM attempts WHERE point = ?1 AND replication = ?2"
                     " ORDER BY nth",
        [QUEUE] = "SELECT at_ns, length FROM queues WHERE point = ?1 AND replication = ?2 ORDER BY at_ns"};
    bool done = true;
    for (int i = 0; done && i < STATEMENTS; i++)
        done = (r->statements[i] = results_file_prepare(&r->file, sql[i])) != NULL;
    sqlite3_free(all);
    return done;
}

struct results_reader *results_read_open(const char *path, char *error, size_t room)
{
    struct results_reader *r = mem_calloc(1, sizeof *r);
    if (results_file_open_to_read(&r->file, path, error, room) && results_file_do(&r->file, "BEGIN") && read_study(r) &&
        read_pointers(r) && count_all(r) && prepare(r))
        return r;
    results_read_close(r);
    return NULL;
}

void results_read_close(struct results_reader *r)
{
    if (!r) return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(r->statements[i]);
    results_file_close(&r->file);
    for (size_t i = 0; i < r->texts.count; i++)
        mem_free(r->texts.items[i]);
    for (size_t i = 0; i < r->about.n_pointers; i++)
        mem_free(r->values[i]);
    mem_free(r->texts.items);
    mem_free(r->pointers);
    mem_free(r->values);
    mem_free(r->point_text);
    mem_free(r->mails.items);
    mem_free(r->attempts.items);
    mem_free(r->queue.items);
    mem_free(r->here.items);
    mem_free(r->places.items);
    sqlite3_free(r->runs_sql);
    mem_free(r);
}

const struct results_about *results_read_about(const struct results_reader *r)
{
    return &r->about;
}

const char *results_run_name(uint64_t point_key, int64_t replication, char name[RESULTS_NAME_BYTES])
{
    snprintf(name, RESULTS_NAME_BYTES, "%016" PRIx64 "-%" PRId64, point_key, replication);
    return name;
}

/* --- parts of a run --- */

static size_t keep_here(struct results_reader *r, const char *text)
{
    size_t at = r->here.count, size = strlen(text) + 1;
    for (size_t i = 0; i < size; i++)
        *TABLE_ADD(&r->here) = text[i];
    return at;
}

/* Runs a statement about one run, or one point, row by row. */
static bool for_rows(struct results_reader *r, sqlite3_stmt *rows,
                     void (*take)(struct results_reader *, sqlite3_stmt *))
{
    int code;
    sqlite3_bind_int64(rows, 1, r->point);
    if (sqlite3_bind_parameter_count(rows) > 1) sqlite3_bind_int64(rows, 2, r->row.replication);
    while ((code = sqlite3_step(rows)) == SQLITE_ROW)
        take(r, rows);
    if (code != SQLITE_DONE) results_file_fail(&r->file, code);
    sqlite3_reset(rows);
    return code == SQLITE_DONE;
}

static void take_value(struct results_reader *r, sqlite3_stmt *row)
{
    int64_t nth = sqlite3_column_int64(row, 0);
    if (nth < 0 || (size_t)nth >= r->about.n_pointers) return;
    mem_free(r->values[nth]);
    r->values[nth] = mem_strdup(text_at(row, 1));
}

/* Texts move while they are read: places first, and addresses when all are there. */
static void take_mail(struct results_reader *r, sqlite3_stmt *row)
{
    enum measured_outcome outcome;
    struct measured_mail *mail = TABLE_ADD(&r->mails);
    *TABLE_ADD(&r->places) = keep_here(r, text_at(row, 0));
    *TABLE_ADD(&r->places) = keep_here(r, text_at(row, 1));
    mail->outcome = measured_outcome_find(text_at(row, 2), &outcome) ? outcome : MEASURED_QUEUED;
    mail->size_bytes = sqlite3_column_int64(row, 3);
    mail->written_ns = sqlite3_column_int64(row, 4);
    mail->first_attempt_ns = time_at(row, 5);
    mail->ended_ns = time_at(row, 6);
    mail->attempts = sqlite3_column_int64(row, 7);
    mail->duplicates = sqlite3_column_int64(row, 8);
    mail->bounces = sqlite3_column_int64(row, 9);
    for (int i = 0; i < DELAY_STAGES; i++)
        mail->stage_ns[i] = sqlite3_column_int64(row, 10 + i);
}

static void take_attempt(struct results_reader *r, sqlite3_stmt *row)
{
    enum measured_try outcome;
    struct measured_attempt *attempt = TABLE_ADD(&r->attempts);
    attempt->mail = (size_t)sqlite3_column_int64(row, 0);
    attempt->at_ns = sqlite3_column_int64(row, 1);
    attempt->until_ns = time_at(row, 2);
    attempt->outcome = measured_try_find(text_at(row, 3), &outcome) ? outcome : TRY_OPEN;
}

static void take_queue(struct results_reader *r, sqlite3_stmt *row)
{
    *TABLE_ADD(&r->queue) = (struct measured_queue){sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1)};
}

/* Others reckon with times; a run has none before its beginning. */
static bool are_times_good(const struct results_reader *r)
{
    bool good = r->run.ended_ns >= 0;
    for (size_t i = 0; i < r->mails.count; i++) {
        const struct measured_mail *mail = &r->mails.items[i];
        good &= mail->written_ns >= 0 && mail->first_attempt_ns >= 0 && mail->ended_ns >= 0;
        for (int stage = 0; stage < DELAY_STAGES; stage++)
            good &= mail->stage_ns[stage] >= 0;
    }
    for (size_t i = 0; i < r->attempts.count; i++)
        good &= r->attempts.items[i].at_ns >= 0 && r->attempts.items[i].until_ns >= 0;
    for (size_t i = 0; i < r->queue.count; i++)
        good &= r->queue.items[i].at_ns >= 0;
    return good;
}

static bool read_parts(struct results_reader *r, unsigned parts)
{
    r->mails.count = r->attempts.count = r->queue.count = r->places.count = r->here.count = 0;
    if (parts & RESULTS_MAILS && !for_rows(r, r->statements[MAILS], take_mail)) return false;
    if (parts & RESULTS_ATTEMPTS && !for_rows(r, r->statements[ATTEMPTS], take_attempt)) return false;
    if (parts & RESULTS_QUEUE && !for_rows(r, r->statements[QUEUE], take_queue)) return false;
    if (parts & RESULTS_MAILS && r->mails.count != r->run.n_mails)
        return results_file_damaged(&r->file, tr("a run lacks mails"));
    for (size_t i = 0; i < r->attempts.count; i++)
        if (r->attempts.items[i].mail >= r->run.n_mails)
            return results_file_damaged(&r->file, tr("an attempt belongs to no mail"));
    if (!are_times_good(r)) return results_file_damaged(&r->file, tr("a time lies before the beginning"));
    for (size_t i = 0; i < r->mails.count; i++) {
        r->mails.items[i].message = r->here.items + r->places.items[2 * i];
        r->mails.items[i].recipient = r->here.items + r->places.items[2 * i + 1];
    }
    r->run.mails = r->mails.items;
    r->run.attempts = r->attempts.items;
    r->run.n_attempts = r->attempts.count;
    r->run.queue = r->queue.items;
    r->run.n_queue = r->queue.count;
    return true;
}

/* --- runs --- */

/* The rows of a point come together. */
static bool enter_point(struct results_reader *r, sqlite3_stmt *row)
{
    int64_t point = sqlite3_column_int64(row, 0);
    if (r->point_text && r->point == point) return true;
    r->point = point;
    mem_free(r->point_text);
    r->point_text = NULL; /* known once it is good */
    for (size_t i = 0; i < r->about.n_pointers; i++) {
        mem_free(r->values[i]);
        r->values[i] = NULL;
    }
    if (!for_rows(r, r->statements[VALUES], take_value)) return false;
    for (size_t i = 0; i < r->about.n_pointers; i++)
        if (!r->values[i]) return results_file_damaged(&r->file, tr("a point lacks a value"));
    r->point_text = mem_strdup(text_at(row, 1));
    return true;
}

static bool take_run(struct results_reader *r, sqlite3_stmt *row, unsigned parts)
{
    enum { MEASURES_AT = 8 };
    if (!enter_point(r, row)) return false;
    r->row = (struct results_run){.point = r->point_text,
                                  .point_key = (uint64_t)r->point,
                                  .values = (const char *const *)r->values,
                                  .replication = sqlite3_column_int64(row, 2),
                                  .seed = strtoull(text_at(row, 3), NULL, 10),
                                  .run = &r->run};
    r->run = (struct measured_run){.fingerprint = strtoull(text_at(row, 4), NULL, 16),
                                   .ended_ns = sqlite3_column_int64(row, 5),
                                   .n_mails = (size_t)sqlite3_column_int64(row, 6),
                                   .n_censored = (size_t)sqlite3_column_int64(row, 7)};
    for (int m = 0; m < MEASURES; m++) {
        bool has = sqlite3_column_type(row, MEASURES_AT + m) == SQLITE_FLOAT;
        r->run.values[m] = has ? sqlite3_column_double(row, MEASURES_AT + m) : NAN;
    }
    return read_parts(r, parts);
}

static bool read_all(struct results_reader *r, sqlite3_stmt *rows, unsigned parts, results_run_fn each, void *context)
{
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        if (!take_run(r, rows, parts)) break;
        if (!each(context, &r->row)) code = SQLITE_DONE;
        if (code == SQLITE_DONE) break;
    }
    if (code != SQLITE_ROW && code != SQLITE_DONE) results_file_fail(&r->file, code);
    sqlite3_reset(rows);
    return code == SQLITE_DONE;
}

bool results_read_runs(struct results_reader *r, unsigned parts, results_run_fn each, void *context, char *error,
                       size_t room)
{
    hold(r, error, room);
    return read_all(r, r->statements[RUNS], parts, each, context);
}

/* --- one run --- */

/* Cuts "5a3c01f2-17" in two. */
static bool cut_name(struct results_reader *r, const char *name, char digits[17], int64_t *replication)
{
    const char *hexadecimal = "0123456789abcdef", *dash = strrchr(name, '-');
    size_t n = dash ? (size_t)(dash - name) : 0;
    char *end = NULL;
    if (n > 0 && n <= 16 && strspn(name, hexadecimal) >= n && strchr("0123456789", dash[1]) && dash[1]) {
        snprintf(digits, 17, "%.*s", (int)n, name);
        *replication = strtoll(dash + 1, &end, 10);
    }
    return (end && *end == '\0') ||
           results_file_refuse(&r->file,
                               tr("\"%s\" is no name of a run\n"
                                  "  hint: such as 5a3c01f2-17: the column \"run\" of postroad study export"),
                               name);
}

bool results_read_one(struct results_reader *r, const char *name, unsigned parts, results_run_fn each, void *context,
                      char *error, size_t room)
{
    char digits[17];
    int64_t replication = 0, n = 0;
    hold(r, error, room);
    if (!cut_name(r, name, digits, &replication)) return false;
    char *sql =
        sqlite3_mprintf("%s WHERE substr(p.key, 1, length(?1)) = ?1 AND r.replication = ?2 LIMIT 2", r->runs_sql);
    sqlite3_stmt *found = results_file_prepare(&r->file, sql);
    sqlite3_free(sql);
    if (!found) return false;
    sqlite3_bind_text(found, 1, digits, -1, SQLITE_STATIC);
    sqlite3_bind_int64(found, 2, replication);
    while (sqlite3_step(found) == SQLITE_ROW)
        n++;
    sqlite3_reset(found);
    bool done = n == 1 && read_all(r, found, parts, each, context);
    sqlite3_finalize(found);
    if (n == 0)
        return results_file_refuse(&r->file,
                                   tr("there is no run \"%s\" in it\n"
                                      "  hint: the column \"run\" of postroad study export names all of them"),
                                   name);
    if (n > 1)
        return results_file_refuse(&r->file, tr("several runs are named \"%s\"; more digits tell them apart"), name);
    return done;
}
