/* A run of a study, made again: see study_run.h. */
#include "app/study_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/study/results_read.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

static bool is_database(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char head[sizeof magic] = "";
    FILE *file = fopen(path, "rb");
    bool is = file && fread(head, 1, sizeof head, file) == sizeof head && memcmp(head, magic, sizeof magic) == 0;
    if (file) fclose(file);
    return is;
}

/* The file of a word; *run is behind its last "#", or NULL. To be freed. */
static char *file_of(const char *word, const char **run)
{
    char *path = mem_strdup(word), *hash = is_database(word) ? NULL : strrchr(path, '#');
    *run = NULL;
    if (!hash) return path;
    *run = word + (hash - path) + 1;
    *hash = '\0';
    return path;
}

bool study_run_is_one(const char *word)
{
    const char *run;
    char *path = file_of(word, &run);
    bool is = is_database(path);
    mem_free(path);
    return is;
}

char *study_run_file(const char *word)
{
    const char *run;
    char *path = file_of(word, &run);
    if (is_database(path)) return path;
    mem_free(path);
    return NULL;
}

char *study_run_word(const char *command, const char *path, const char *run)
{
    if (!run) return mem_strdup(path);
    if (!is_database(path)) {
        fprintf(stderr,
                tr("postroad %s: --run: %s is no file of results\n"
                   "  hint: postroad %s RESULTS.db --run %s\n"),
                command, path, command, run);
        return NULL;
    }
    size_t size = strlen(path) + strlen(run) + 2;
    char *word = mem_alloc(size);
    snprintf(word, size, "%s#%s", path, run);
    return word;
}

/* ---- the scenario ---- */

struct wanted {
    const char *word;
    const struct results_about *about;
    const struct scenario_override *overrides;
    size_t n;
    FILE *errors;
    struct scenario *scenario;
};

static bool load(void *context, const struct results_run *run)
{
    struct wanted *w = context;
    char seed[24];
    size_t n = 0, n_pointers = w->about->n_pointers;
    struct scenario_override *all = mem_calloc(n_pointers + 1 + w->n, sizeof *all);
    for (size_t i = 0; i < n_pointers; i++)
        all[n++] = (struct scenario_override){w->about->pointers[i], run->values[i]};
    snprintf(seed, sizeof seed, "%" PRIu64, run->seed);
    all[n++] = (struct scenario_override){"/seed", seed};
    for (size_t i = 0; i < w->n; i++)
        all[n++] = w->overrides[i];
    const char *json = w->about->scenario_text;
    w->scenario = scenario_parse(w->word, json, strlen(json), all, n, w->errors);
    mem_free(all);
    return true;
}

static bool name_first(void *context, const struct results_run *run)
{
    results_run_name(run->point_key, run->replication, context);
    return false;
}

/* A file of results without a run: what can be said instead. */
static void ask_for_run(struct results_reader *reader, const char *path, FILE *errors)
{
    char name[RESULTS_NAME_BYTES] = "", error[RESULTS_ERROR_BYTES];
    results_read_runs(reader, 0, name_first, name, error, sizeof error);
    fprintf(errors, tr("postroad: %s holds the results of a study, and no run is named\n"), path);
    if (*name)
        fprintf(errors, tr("  hint: such as --run %s; postroad study export %s -o RUNS.csv lists all of them\n"), name,
                path);
    else
        fputs(tr("  hint: there are no runs in it yet\n"), errors);
}

static bool load_run(struct results_reader *reader, const char *path, const char *run, struct wanted *wanted)
{
    char error[RESULTS_ERROR_BYTES];
    wanted->about = results_read_about(reader);
    if (!run) {
        ask_for_run(reader, path, wanted->errors);
        return false;
    }
    bool found = results_read_one(reader, run, 0, load, wanted, error, sizeof error);
    if (!found) fprintf(wanted->errors, "postroad: %s\n", error);
    return found;
}

struct scenario *study_run_load(const char *word, const struct scenario_override *overrides, size_t n, FILE *errors)
{
    char error[RESULTS_ERROR_BYTES];
    const char *run;
    struct wanted wanted = {.word = word, .overrides = overrides, .n = n, .errors = errors};
    char *path = file_of(word, &run);
    struct results_reader *reader = results_read_open(path, error, sizeof error);
    if (reader)
        load_run(reader, path, run, &wanted);
    else
        fprintf(errors, "postroad: %s\n", error);
    results_read_close(reader);
    mem_free(path);
    return wanted.scenario;
}

/* ---- whether it is the same ---- */

static bool take_fingerprint(void *context, const struct results_run *run)
{
    *(uint64_t *)context = run->run->fingerprint;
    return true;
}

/* A fingerprint of 0 was not kept. */
bool study_run_came_out(const char *word, const struct journal *journal, FILE *errors)
{
    char error[RESULTS_ERROR_BYTES], is[FINGERPRINT_TEXT_BYTES];
    const char *run;
    uint64_t was = 0;
    char *path = file_of(word, &run);
    bool is_run = run && is_database(path);
    struct results_reader *reader = is_run ? results_read_open(path, error, sizeof error) : NULL;
    if (reader) results_read_one(reader, run, 0, take_fingerprint, &was, error, sizeof error);
    journal_fingerprint(journal, is);
    bool same = was == 0 || was == strtoull(is, NULL, 16);
    if (!same)
        fprintf(errors,
                tr("postroad: this is not what the study saw: the run's fingerprint was %016" PRIx64 ", and is %s\n"
                   "  hint: the study was run by postroad %s; this is %s\n"),
                was, is, results_read_about(reader)->version, POSTROAD_VERSION);
    results_read_close(reader);
    mem_free(path);
    return same;
}
