/* Adding runs to a file of results: see results.h. */
#include "app/study/results.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/study/results_difference.h"
#include "app/study/results_file.h"
#include "app/study/results_tables.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/random.h"
#include "viz/story/tables.h"

/* Which replications of a point are there: a bit each. */
struct known_point {
    uint64_t *words;
    size_t n_words;
};

enum statement {
    BEGIN,
    COMMIT,
    ROLLBACK,
    PUT_POINT,
    PUT_VALUE,
    PUT_RUN,
    PUT_MAIL,
    PUT_ATTEMPT,
    PUT_QUEUE,
    SAME,
    STATEMENTS
};

struct results {
    struct results_file file;
    sqlite3_stmt *statements[STATEMENTS];
    sqlite3_stmt *get[MEASURES]; /* prepared when asked for */
    size_t n_pointers, count;
    uint64_t measures;
    bool is_begun; /* a transaction of several runs */
    struct index_map point_ids;
    TABLE_OF(struct known_point) points;
};

/* --- what is there --- */

enum { MOST_REPLICATIONS = 1 << 30 }; /* far more than a study may ask for */

static struct known_point *known_of(struct results *r, uint64_t point_key)
{
    size_t at = index_map_get(&r->point_ids, point_key);
    if (at == SIZE_MAX) {
        index_map_put(&r->point_ids, point_key, at = r->points.count);
        TABLE_ADD(&r->points);
    }
    return &r->points.items[at];
}

static void know(struct results *r, uint64_t point_key, int64_t replication)
{
    struct known_point *point = known_of(r, point_key);
    size_t word = (size_t)replication / 64;
    if (word >= point->n_words) {
        size_t n = word + 1 + word / 2;
        point->words = mem_realloc(point->words, n * sizeof *point->words);
        memset(point->words + point->n_words, 0, (n - point->n_words) * sizeof *point->words);
        point->n_words = n;
    }
    point->words[word] |= UINT64_C(1) << (replication % 64);
    r->count++;
}

bool results_has(const struct results *r, uint64_t point_key, int64_t replication)
{
    size_t at = index_map_get(&r->point_ids, point_key), word = (size_t)replication / 64;
    if (at == SIZE_MAX || word >= r->points.items[at].n_words) return false;
    return r->points.items[at].words[word] >> (replication % 64) & 1;
}

size_t results_count(const struct results *r)
{
    return r->count;
}

static bool know_all(struct results *r)
{
    sqlite3_stmt *all = results_file_prepare(&r->file, "SELECT point, replication FROM runs");
    if (!all) return false;
    int code = SQLITE_DONE;
    bool can_be = true;
    while (can_be && (code = sqlite3_step(all)) == SQLITE_ROW) {
        int64_t replication = sqlite3_column_int64(all, 1);
        can_be = replication >= 0 && replication < MOST_REPLICATIONS;
        if (can_be) know(r, (uint64_t)sqlite3_column_int64(all, 0), replication);
    }
    sqlite3_finalize(all);
    if (!can_be) return results_file_damaged(&r->file, tr("a run has a number that no run can have"));
    return code == SQLITE_DONE || results_file_fail(&r->file, code);
}

/* --- whose results these are --- */

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static const char *hex_of(uint64_t number, char text[17])
{
    snprintf(text, 17, "%016" PRIx64, number);
    return text;
}

static char *measure_names(uint64_t measures)
{
    sqlite3_str *names = sqlite3_str_new(NULL);
    for (int m = 0; m < MEASURES; m++)
        if (measures & MEASURE_BIT(m))
            sqlite3_str_appendf(names, "%s%s", sqlite3_str_length(names) ? " " : "", measure_name((enum measure)m));
    char *text = sqlite3_str_finish(names);
    return text ? text : sqlite3_mprintf("");
}

/* The newest wording is kept: what is varied, and how often, may grow. */
static bool write_study(struct results *r, const struct results_study *study)
{
    char identity[17], seed[24], *names = measure_names(study->measures);
    snprintf(seed, sizeof seed, "%" PRIu64, study->seed);
    sqlite3_stmt *put =
        results_file_prepare(&r->file, "INSERT OR REPLACE INTO study VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    bool done = put != NULL;
    if (done) {
        bind_text(put, 1, study->name);
        bind_text(put, 2, study->study_text);
        bind_text(put, 3, study->scenario_text);
        bind_text(put, 4, study->version);
        bind_text(put, 5, hex_of(study->identity, identity));
        bind_text(put, 6, seed);
        bind_text(put, 7, names);
        done = results_file_step(&r->file, put);
    }
    sqlite3_finalize(put);
    sqlite3_free(names);
    put = done ? results_file_prepare(&r->file, "INSERT OR REPLACE INTO pointers VALUES (?1, ?2)") : NULL;
    for (size_t i = 0; done && put && i < study->n_pointers; i++) {
        sqlite3_bind_int64(put, 1, (int64_t)i);
        bind_text(put, 2, study->pointers[i]);
        done = results_file_step(&r->file, put);
    }
    done = done && put;
    sqlite3_finalize(put);
    return done;
}

static const char *column(sqlite3_stmt *row, int at)
{
    const char *text = (const char *)sqlite3_column_text(row, at);
    return text ? text : "";
}

/* What differs first, and what either is. */
static bool refuse_other(struct results *r, sqlite3_stmt *there, const struct results_study *study)
{
    char identity[17], first[RESULTS_DIFFERENCE_BYTES];
    const char *const what[] = {[RESULTS_OTHER_SCENARIO] = tr("another scenario"),
                                [RESULTS_OTHER_VERSION] = tr("another version of postroad"),
                                [RESULTS_OTHER_STUDY] = tr("another study")};
    const struct results_side here = {study->study_text, study->scenario_text, study->version};
    struct results_difference d =
        results_difference((struct results_side){column(there, 1), column(there, 2), column(there, 3)}, here);
    return results_file_refuse(&r->file,
                               tr("it holds results of %s%s\n"
                                  "  there: study \"%s\", seed %s, postroad %s, identity %s\n"
                                  "  this:  study \"%s\", seed %" PRIu64 ", postroad %s, identity %s\n"
                                  "  hint: write to another file with -o, or go on with the files as they were then"),
                               what[d.what], results_difference_text(&d, first), column(there, 0), column(there, 5),
                               column(there, 3), column(there, 4), study->name, study->seed, study->version,
                               hex_of(study->identity, identity));
}

static bool is_same_study(struct results *r, const struct results_study *study, bool *is_new)
{
    char identity[17];
    sqlite3_stmt *there =
        results_file_prepare(&r->file, "SELECT name, study, scenario, version, identity, seed FROM study");
    if (!there) return false;
    int code = sqlite3_step(there);
    *is_new = code == SQLITE_DONE;
    bool same = *is_new;
    if (code == SQLITE_ROW)
        same = strcmp(column(there, 4), hex_of(study->identity, identity)) == 0 || refuse_other(r, there, study);
    else if (!*is_new)
        results_file_fail(&r->file, code);
    sqlite3_finalize(there);
    return same;
}

static bool has_same_pointers(struct results *r, const struct results_study *study)
{
    sqlite3_stmt *all = results_file_prepare(&r->file, "SELECT pointer FROM pointers ORDER BY nth");
    size_t n = 0;
    bool same = all != NULL;
    while (same && sqlite3_step(all) == SQLITE_ROW) {
        same = n < study->n_pointers && strcmp(column(all, 0), study->pointers[n]) == 0;
        if (!same)
            results_file_refuse(&r->file,
                                tr("it holds results of a study that varies other values: \"%s\" there\n"
                                   "  hint: write to another file with -o"),
                                column(all, 0));
        n++;
    }
    if (same && n < study->n_pointers)
        same = results_file_refuse(&r->file,
                                   tr("it holds results of a study that does not vary \"%s\"\n"
                                      "  hint: write to another file with -o"),
                                   study->pointers[n]);
    sqlite3_finalize(all);
    return same;
}

static bool take_up(struct results *r, const struct results_study *study)
{
    bool is_new = false;
    if (!is_same_study(r, study, &is_new) || (!is_new && !has_same_pointers(r, study))) return false;
    if (!results_file_do(&r->file, "BEGIN IMMEDIATE")) return false;
    if (!write_study(r, study) || !results_file_do(&r->file, "COMMIT")) {
        sqlite3_exec(r->file.db, "ROLLBACK", NULL, NULL, NULL);
        return false;
    }
    return is_new || know_all(r);
}

/* --- opening and closing --- */

static bool prepare(struct results *r)
{
    char *run = results_tables_insert_run();
    const char *const sql[STATEMENTS] = {
        [BEGIN] = "BEGIN IMMEDIATE",
        [COMMIT] = "COMMIT",
        [ROLLBACK] = "ROLLBACK",
        [PUT_POINT] = "INSERT INTO points VALUES (?1, ?2, ?3)",
        [PUT_VALUE] = "INSERT INTO point_values VALUES (?1, ?2, ?3)",
        [PUT_RUN] = run,
        [PUT_MAIL] = "INSERT INTO mails VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
                     " ?17, ?18, ?19, ?20)",
        [PUT_ATTEMPT] = "INSERT INTO attempts VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        [PUT_QUEUE] = "INSERT INTO queues VALUES (?1, ?2, ?3, ?4)",
        [SAME] = "SELECT 1 FROM runs WHERE point = ?1 AND replication = ?2 AND seed = ?3 AND fingerprint = ?4"
                 " AND ended_ns = ?5",
    };
    bool done = true;
    for (int i = 0; done && i < STATEMENTS; i++)
        done = (r->statements[i] = results_file_prepare(&r->file, sql[i])) != NULL;
    sqlite3_free(run);
    return done;
}

struct results *results_open(const char *path, const struct results_study *study, char *error, size_t room)
{
    struct results *r = mem_calloc(1, sizeof *r);
    r->n_pointers = study->n_pointers;
    r->measures = study->measures;
    if (results_file_open(&r->file, path, error, room) && take_up(r, study) && prepare(r)) return r;
    results_close(r);
    return NULL;
}

void results_close(struct results *r)
{
    if (!r) return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(r->statements[i]);
    for (int m = 0; m < MEASURES; m++)
        sqlite3_finalize(r->get[m]);
    results_file_close(&r->file);
    for (size_t i = 0; i < r->points.count; i++)
        mem_free(r->points.items[i].words);
    mem_free(r->points.items);
    index_map_free(&r->point_ids);
    mem_free(r);
}

/* --- adding --- */

static sqlite3_stmt *row_for(struct results *r, enum statement s, const struct results_run *run, size_t nth)
{
    sqlite3_stmt *row = r->statements[s];
    sqlite3_bind_int64(row, 1, (int64_t)run->point_key);
    sqlite3_bind_int64(row, 2, run->replication);
    sqlite3_bind_int64(row, 3, (int64_t)nth);
    return row;
}

static void bind_time(sqlite3_stmt *row, int at, int64_t at_ns)
{
    if (at_ns == TIME_NEVER)
        sqlite3_bind_null(row, at);
    else
        sqlite3_bind_int64(row, at, at_ns);
}

static bool put_values(struct results *r, const struct results_run *run)
{
    sqlite3_stmt *row = r->statements[PUT_VALUE];
    bool done = true;
    for (size_t i = 0; done && i < r->n_pointers; i++) {
        sqlite3_bind_int64(row, 1, (int64_t)run->point_key);
        sqlite3_bind_int64(row, 2, (int64_t)i);
        bind_text(row, 3, run->values[i]);
        done = results_file_step(&r->file, row);
    }
    return done;
}

/* The first run of a point brings it along. */
static bool put_point(struct results *r, const struct results_run *run)
{
    char key[17];
    if (index_map_get(&r->point_ids, run->point_key) != SIZE_MAX) return true;
    sqlite3_stmt *row = r->statements[PUT_POINT];
    sqlite3_bind_int64(row, 1, (int64_t)run->point_key);
    bind_text(row, 2, hex_of(run->point_key, key));
    bind_text(row, 3, run->point);
    return results_file_step(&r->file, row) && put_values(r, run);
}

static bool put_run(struct results *r, const struct results_run *run)
{
    char seed[24], fingerprint[17];
    sqlite3_stmt *row = row_for(r, PUT_RUN, run, 0);
    snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    bind_text(row, 3, seed);
    bind_text(row, 4, hex_of(run->run->fingerprint, fingerprint));
    sqlite3_bind_int64(row, 5, run->run->ended_ns);
    sqlite3_bind_int64(row, 6, (int64_t)run->run->n_mails);
    sqlite3_bind_int64(row, 7, (int64_t)run->run->n_censored);
    for (int m = 0; m < MEASURES; m++) /* not a number is NULL to SQLite */
        sqlite3_bind_double(row, 8 + m, run->run->values[m]);
    return results_file_step(&r->file, row);
}

static bool put_mail(struct results *r, const struct results_run *run, size_t nth)
{
    static const enum delay_stage stages[DELAY_STAGES] = {DELAY_QUEUE, DELAY_DNS,  DELAY_CONNECT,    DELAY_TRANSFER,
                                                          DELAY_RETRY, DELAY_DISK, DELAY_UNEXPLAINED};
    const struct measured_mail *mail = &run->run->mails[nth];
    sqlite3_stmt *row = row_for(r, PUT_MAIL, run, nth);
    bind_text(row, 4, mail->message);
    bind_text(row, 5, mail->recipient);
    bind_text(row, 6, measured_outcome_name(mail->outcome));
    sqlite3_bind_int64(row, 7, mail->size_bytes);
    sqlite3_bind_int64(row, 8, mail->written_ns);
    bind_time(row, 9, mail->first_attempt_ns);
    bind_time(row, 10, mail->ended_ns);
    sqlite3_bind_int64(row, 11, mail->attempts);
    sqlite3_bind_int64(row, 12, mail->duplicates);
    sqlite3_bind_int64(row, 13, mail->bounces);
    for (int i = 0; i < DELAY_STAGES; i++)
        bind_time(row, 14 + i, r->measures & MEASURES_OF_STAGES ? mail->stage_ns[stages[i]] : TIME_NEVER);
    return results_file_step(&r->file, row);
}

static bool put_attempt(struct results *r, const struct results_run *run, size_t nth)
{
    const struct measured_attempt *attempt = &run->run->attempts[nth];
    sqlite3_stmt *row = row_for(r, PUT_ATTEMPT, run, nth);
    sqlite3_bind_int64(row, 4, (int64_t)attempt->mail);
    sqlite3_bind_int64(row, 5, attempt->at_ns);
    bind_time(row, 6, attempt->until_ns);
    bind_text(row, 7, measured_try_name(attempt->outcome));
    return results_file_step(&r->file, row);
}

static bool put_queue(struct results *r, const struct results_run *run, size_t nth)
{
    sqlite3_stmt *row = row_for(r, PUT_QUEUE, run, 0);
    sqlite3_bind_int64(row, 3, run->run->queue[nth].at_ns);
    sqlite3_bind_int64(row, 4, run->run->queue[nth].length);
    return results_file_step(&r->file, row);
}

static bool put_all(struct results *r, const struct results_run *run)
{
    bool done =
        (r->is_begun || results_file_step(&r->file, r->statements[BEGIN])) && put_point(r, run) && put_run(r, run);
    for (size_t i = 0; done && i < run->run->n_mails; i++)
        done = put_mail(r, run, i);
    for (size_t i = 0; done && i < run->run->n_attempts; i++)
        done = put_attempt(r, run, i);
    for (size_t i = 0; done && i < run->run->n_queue; i++)
        done = put_queue(r, run, i);
    return done && (r->is_begun || results_file_step(&r->file, r->statements[COMMIT]));
}

bool results_put(struct results *r, const struct results_run *run, char *error, size_t room)
{
    r->file.error = error;
    r->file.room = room;
    if (results_has(r, run->point_key, run->replication)) return true;
    if (!put_all(r, run)) {
        sqlite3_step(r->statements[ROLLBACK]); /* fails where SQLite has done so itself */
        sqlite3_reset(r->statements[ROLLBACK]);
        return false;
    }
    know(r, run->point_key, run->replication);
    return true;
}

bool results_begin(struct results *r, char *error, size_t room)
{
    r->file.error = error;
    r->file.room = room;
    r->is_begun = results_file_step(&r->file, r->statements[BEGIN]);
    return r->is_begun;
}

bool results_end(struct results *r, char *error, size_t room)
{
    r->file.error = error;
    r->file.room = room;
    r->is_begun = false;
    return results_file_step(&r->file, r->statements[COMMIT]);
}

/* --- looking up --- */

bool results_is_same(struct results *r, const struct results_run *run)
{
    char error[RESULTS_ERROR_BYTES], seed[24], fingerprint[17];
    r->file.error = error;
    r->file.room = sizeof error;
    sqlite3_stmt *row = row_for(r, SAME, run, 0);
    snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    bind_text(row, 3, seed);
    bind_text(row, 4, hex_of(run->run->fingerprint, fingerprint));
    sqlite3_bind_int64(row, 5, run->run->ended_ns);
    bool same = sqlite3_step(row) == SQLITE_ROW;
    sqlite3_reset(row);
    return same;
}

bool results_value(const struct results *results, uint64_t point_key, int64_t replication, enum measure m,
                   double *value, bool *is_censored)
{
    struct results *r = (struct results *)results; /* statements are prepared at first use */
    char error[RESULTS_ERROR_BYTES];
    r->file.error = error;
    r->file.room = sizeof error;
    if (!results_has(r, point_key, replication)) return false;
    if (!r->get[m]) {
        char *sql =
            sqlite3_mprintf("SELECT %s, censored FROM runs WHERE point = ?1 AND replication = ?2", measure_name(m));
        r->get[m] = results_file_prepare(&r->file, sql);
        sqlite3_free(sql);
    }
    if (!r->get[m]) return false;
    sqlite3_bind_int64(r->get[m], 1, (int64_t)point_key);
    sqlite3_bind_int64(r->get[m], 2, replication);
    bool found = sqlite3_step(r->get[m]) == SQLITE_ROW && sqlite3_column_type(r->get[m], 0) == SQLITE_FLOAT;
    if (found) {
        *value = sqlite3_column_double(r->get[m], 0);
        *is_censored = measure_is_of_mails(m) && sqlite3_column_int64(r->get[m], 1) > 0;
    }
    sqlite3_reset(r->get[m]);
    return found;
}
