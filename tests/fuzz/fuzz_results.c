/* Files of results, as somebody else may hand them over: a good one is changed by the input, which is SQL, and then
   read, exported, merged, and gone on with. Each is done, or refused with a reason, attempts belong to mails, and what
   is exported has a row for each run (tried with a reader that does not look whether an attempt belongs to a mail).
   That the file itself is damaged is SQLite's to find out. */
#include <math.h>
#include <sqlite3.h>
#include <unistd.h>

#include "app/study/results_export.h"
#include "app/study/results_merge.h"
#include "sim/journal/vtime.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_file.h"

enum { LENGTH_MAX = 20000, STEPS_MAX = 200000, RUNS = 3, FILE_MAX_BYTES = 1 << 20 };

static const char *const pointers[] = {"/links/a/loss", "/hosts/m/retry"};

static struct results_study study(void)
{
    return (struct results_study){.name = "loss",
                                  .study_text = "{}",
                                  .scenario_text = "{\"postroad\": 1}",
                                  .version = "0.1",
                                  .identity = 0xfeedfacecafebeef,
                                  .seed = 7,
                                  .pointers = pointers,
                                  .n_pointers = 2,
                                  .measures = MEASURE_BIT(MEASURE_DELIVERY_DELAY) | MEASURE_BIT(MEASURE_ATTEMPTS) |
                                              MEASURE_BIT(MEASURE_PEAK_QUEUE)};
}

static void put_run(struct results *results, int64_t replication)
{
    static const char *const values[] = {"\"5 %\"", "\"exim\""};
    char error[RESULTS_ERROR_BYTES];
    struct measured_mail mail = {.message = "m1",
                                 .recipient = "bob@b.example",
                                 .written_ns = SECOND,
                                 .first_attempt_ns = 2 * SECOND,
                                 .ended_ns = replication ? 3 * SECOND : TIME_NEVER,
                                 .outcome = replication ? MEASURED_DELIVERED : MEASURED_QUEUED,
                                 .attempts = 1};
    struct measured_attempt attempt = {.at_ns = 2 * SECOND, .until_ns = 3 * SECOND};
    struct measured_queue queue = {SECOND, 1};
    struct measured_run run = {.mails = &mail,
                               .n_mails = 1,
                               .attempts = &attempt,
                               .n_attempts = 1,
                               .queue = &queue,
                               .n_queue = 1,
                               .n_censored = !replication,
                               .ended_ns = 10 * SECOND,
                               .fingerprint = 1};
    for (int m = 0; m < MEASURES; m++)
        run.values[m] = NAN;
    run.values[MEASURE_DELIVERY_DELAY] = 2;
    run.values[MEASURE_ATTEMPTS] = run.values[MEASURE_PEAK_QUEUE] = 1;
    struct results_run row = {.point = "/hosts/m/retry=\"exim\";/links/a/loss=\"5 %\"",
                              .point_key = 12,
                              .values = values,
                              .replication = replication,
                              .seed = 100,
                              .run = &run};
    FUZZ_MUST(results_put(results, &row, error, sizeof error));
}

/* The good file, as bytes. */
static const uint8_t *good_file(size_t *size)
{
    static uint8_t bytes[FILE_MAX_BYTES];
    static size_t known;
    char error[RESULTS_ERROR_BYTES];
    if (!known) {
        const char *path = fuzz_file("good.db", "", 0);
        const struct results_study s = study();
        unlink(path);
        struct results *results = results_open(path, &s, error, sizeof error);
        FUZZ_MUST(results);
        for (int64_t i = 0; i < RUNS; i++)
            put_run(results, i);
        results_close(results);
        FILE *file = fopen(path, "rb");
        FUZZ_MUST(file);
        known = fread(bytes, 1, sizeof bytes, file);
        fclose(file);
    }
    *size = known;
    return bytes;
}

/* No other file is touched. */
static int allow(void *context, int what, const char *a, const char *b, const char *c, const char *d)
{
    (void)context;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return what == SQLITE_ATTACH || what == SQLITE_DETACH || what == SQLITE_PRAGMA || what == SQLITE_CREATE_VTABLE
               ? SQLITE_DENY
               : SQLITE_OK;
}

static int enough(void *context)
{
    (void)context;
    return 1;
}

static void change(const char *path, const uint8_t *bytes, size_t size)
{
    sqlite3 *db;
    char *sql = calloc(1, size + 1);
    memcpy(sql, bytes, size);
    FUZZ_MUST(sqlite3_open(path, &db) == SQLITE_OK);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_set_authorizer(db, allow, NULL);
    sqlite3_progress_handler(db, STEPS_MAX, enough, NULL);
    sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_close(db);
    free(sql);
}

static size_t lines_of(struct results_reader *reader, enum results_table table, enum results_form form)
{
    char error[RESULTS_ERROR_BYTES] = "", *text = NULL;
    size_t size = 0, lines = 0;
    FILE *out = open_memstream(&text, &size);
    bool good = results_export(reader, table, form, out, error, sizeof error);
    fclose(out);
    FUZZ_MUST(good || error[0]);
    for (size_t i = 0; good && i < size; i++)
        lines += text[i] == '\n';
    free(text);
    return good ? lines : SIZE_MAX;
}

static bool count_run(void *context, const struct results_run *run)
{
    FUZZ_MUST(run->point && run->values[0] && run->run->n_attempts < 100000);
    for (size_t i = 0; i < run->run->n_attempts; i++)
        FUZZ_MUST(run->run->attempts[i].mail < run->run->n_mails);
    ++*(size_t *)context;
    return true;
}

static void read_all(const char *path)
{
    char error[RESULTS_ERROR_BYTES] = "";
    size_t runs = 0;
    struct results_reader *reader = results_read_open(path, error, sizeof error);
    FUZZ_MUST(reader || error[0]);
    if (!reader) return;
    bool good = results_read_runs(reader, RESULTS_MAILS | RESULTS_ATTEMPTS | RESULTS_QUEUE, count_run, &runs, error,
                                  sizeof error);
    FUZZ_MUST(good || error[0]);
    for (int table = 0; table < RESULTS_TABLES; table++)
        lines_of(reader, (enum results_table)table, RESULTS_CSV);
    size_t lines = lines_of(reader, RESULTS_TABLE_RUNS, RESULTS_JSONL);
    if (good && lines != SIZE_MAX)
        FUZZ_MUST(lines >= runs); /* values come as they are, and may have lines of their own */
    results_read_close(reader);
}

static void merge(const char *path)
{
    char error[RESULTS_ERROR_BYTES] = "";
    struct results_merged merged;
    const char *into = fuzz_file("merged.db", "", 0);
    const char *const paths[] = {path, path};
    unlink(into);
    FUZZ_MUST(results_merge(paths, 2, into, &merged, error, sizeof error) || error[0]);
}

static void go_on(const char *path)
{
    char error[RESULTS_ERROR_BYTES] = "";
    const struct results_study s = study();
    double value;
    bool is_censored;
    struct results *results = results_open(path, &s, error, sizeof error);
    FUZZ_MUST(results || error[0]);
    if (!results) return;
    FUZZ_MUST(results_count(results) < 100000);
    results_value(results, 12, 1, MEASURE_ATTEMPTS, &value, &is_censored);
    results_close(results);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t good_size;
    const uint8_t *good = good_file(&good_size);
    const char *path = fuzz_file("results.db", good, good_size);
    change(path, bytes, size);
    read_all(path);
    merge(path);
    go_on(path);
    return 0;
}
