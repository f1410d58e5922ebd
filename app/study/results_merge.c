/* Merging files of results: see results_merge.h. */
#include "app/study/results_merge.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "app/study/results_difference.h"
#include "app/study/results_read.h"
#include "sim/journal/tr.h"

struct merge {
    struct results *into;
    struct results_merged *merged;
    const char *path; /* of the file that is being read */
    char *error;
    size_t room;
};

/* --- before anything is written --- */

static bool has_same_pointers(const struct results_about *a, const struct results_about *b)
{
    bool same = a->n_pointers == b->n_pointers;
    for (size_t i = 0; same && i < a->n_pointers; i++)
        same = strcmp(a->pointers[i], b->pointers[i]) == 0;
    return same;
}

static bool is_of(struct merge *m, const struct results_about *this, const struct results_about *first,
                  const char *first_path)
{
    char what_first[RESULTS_DIFFERENCE_BYTES];
    const char *const what[] = {[RESULTS_OTHER_SCENARIO] = tr("its results are of another scenario than those of %s"),
                                [RESULTS_OTHER_VERSION] =
                                    tr("its results are of another version of postroad than those of %s"),
                                [RESULTS_OTHER_STUDY] = tr("its results are of another study than those of %s")};
    if (this->identity == first->identity && this->measures == first->measures && has_same_pointers(this, first))
        return true;
    struct results_difference d =
        results_difference((struct results_side){first->study_text, first->scenario_text, first->version},
                           (struct results_side){this->study_text, this->scenario_text, this->version});
    char *than = sqlite3_mprintf(what[d.what], first_path);
    snprintf(m->error, m->room,
             tr("%s: %s%s\n"
                "  hint: only files of one study, made by one version of postroad, can be merged"),
             m->path, than, results_difference_text(&d, what_first));
    sqlite3_free(than);
    return false;
}

/* --- adding --- */

static bool refuse_difference(struct merge *m, const struct results_run *run)
{
    char name[RESULTS_NAME_BYTES];
    snprintf(m->error, m->room,
             tr("%s: the run %s came out differently than in another file (fingerprint here %016" PRIx64 ")\n"
                "  hint: the same run is the same everywhere; one of the files was changed, or made by another build"),
             m->path, results_run_name(run->point_key, run->replication, name), run->run->fingerprint);
    return false;
}

static bool add(void *context, const struct results_run *run)
{
    struct merge *m = context;
    m->merged->runs++;
    if (results_has(m->into, run->point_key, run->replication))
        return results_is_same(m->into, run) || refuse_difference(m, run);
    m->merged->added++;
    return results_put(m->into, run, m->error, m->room);
}

/* The error tells whether it was stopped in its midst. */
static bool add_file(struct merge *m, struct results_reader *reader)
{
    const unsigned all = RESULTS_MAILS | RESULTS_ATTEMPTS | RESULTS_QUEUE;
    m->error[0] = '\0';
    return results_begin(m->into, m->error, m->room) && results_read_runs(reader, all, add, m, m->error, m->room) &&
           m->error[0] == '\0' && results_end(m->into, m->error, m->room);
}

static bool add_path(struct merge *m, const char *path)
{
    m->path = path;
    struct results_reader *reader = results_read_open(path, m->error, m->room);
    bool done = reader && add_file(m, reader);
    results_read_close(reader);
    return done;
}

static struct results *open_into(const struct results_about *about, const char *into, char *error, size_t room)
{
    const struct results_study study = {.name = about->name,
                                        .study_text = about->study_text,
                                        .scenario_text = about->scenario_text,
                                        .version = about->version,
                                        .identity = about->identity,
                                        .seed = about->seed,
                                        .pointers = about->pointers,
                                        .n_pointers = about->n_pointers,
                                        .measures = about->measures};
    return results_open(into, &study, error, room);
}

bool results_merge(const char *const *paths, size_t n, const char *into, struct results_merged *merged, char *error,
                   size_t room)
{
    struct merge m = {.merged = merged, .error = error, .room = room};
    struct results_reader *first = results_read_open(paths[0], error, room);
    bool done = first != NULL;
    *merged = (struct results_merged){.files = n};
    for (size_t i = 1; done && i < n; i++) {
        struct results_reader *reader = results_read_open(m.path = paths[i], error, room);
        done = reader && is_of(&m, results_read_about(reader), results_read_about(first), paths[0]);
        results_read_close(reader);
    }
    merged->are_good = done;
    if (done) m.into = open_into(results_read_about(first), into, error, room);
    results_read_close(first);
    done = done && m.into;
    for (size_t i = 0; done && i < n; i++)
        done = add_path(&m, paths[i]);
    results_close(m.into);
    return done;
}
