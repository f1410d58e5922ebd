/* postroad bench study: what a study costs, results in a file included. Runs of the smallest world, more and more of
   them, to see that time grows with their number and memory does not; and a grid of cells with a server down for two
   days. */
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "app/bench.h"
#include "app/library.h"
#include "app/study/study_points.h"
#include "app/study/study_pool.h"
#include "app/study_progress.h"
#include "sim/journal/tr.h"

enum { USUAL_RUNS = 100000, PATH_BYTES = 256 };

/* A folder for the study and its results. */
struct workshop {
    char folder[PATH_BYTES], study[PATH_BYTES + 16], results[PATH_BYTES + 16];
};

static bool open_workshop(struct workshop *w)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(w->folder, sizeof w->folder, "%s/postroad-bench-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(w->folder)) {
        perror("postroad bench");
        return false;
    }
    snprintf(w->study, sizeof w->study, "%s/study.json", w->folder);
    snprintf(w->results, sizeof w->results, "%s/results.db", w->folder);
    return true;
}

static void close_workshop(const struct workshop *w)
{
    remove(w->study);
    remove(w->results);
    rmdir(w->folder);
}

static struct study *make_study(const struct workshop *w, const char *text)
{
    FILE *file = fopen(w->study, "w");
    if (!file) {
        perror("postroad bench");
        return NULL;
    }
    fputs(text, file);
    fclose(file);
    return study_load(w->study, library_folder(), stderr);
}

static bool never(void)
{
    return false;
}

static void ignore(void *context, const struct study_progress *progress)
{
    *(struct study_progress *)context = *progress;
}

static double megabytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024;
}

static bool run(const struct workshop *w, const struct study *study, struct study_progress *progress)
{
    char error[RESULTS_ERROR_BYTES];
    struct study_pool_options options = {.jobs = study_cores(),
                                         .shard = {1, 1},
                                         .is_interrupted = never,
                                         .on_progress = ignore,
                                         .context = progress,
                                         .errors = stderr};
    struct results *results = study_open_results(study, w->results, error, sizeof error);
    if (!results) {
        fprintf(stderr, "postroad bench: %s\n", error);
        return false;
    }
    bool complete = study_pool_run(study, results, &options) == STUDY_COMPLETE;
    results_close(results);
    remove(w->results);
    return complete;
}

static void measure(FILE *out, const char *text)
{
    struct workshop w;
    struct study_progress progress = {0};
    char runs[PROGRESS_TEXT_BYTES], rate[PROGRESS_TEXT_BYTES];
    if (!open_workshop(&w)) return;
    struct study *study = make_study(&w, text);
    double began = bench_now_ns();
    if (study && run(&w, study, &progress)) {
        double cpu_ns = bench_now_ns() - began, made = (double)progress.made;
        fprintf(
            out,
            tr("  %9s runs  %7.2f s by the clock (%s a second)  %7.2f s of processor time, %.1f us a run  %.0f MB at "
               "most\n"),
            progress_count(progress.made, runs), progress.seconds,
            progress_count((uint64_t)(made / progress.seconds), rate), cpu_ns / 1e9, cpu_ns / 1e3 / made, megabytes());
        fflush(out);
    }
    study_free(study);
    close_workshop(&w);
}

void bench_study(FILE *out, uint64_t runs)
{
    char text[256];
    runs = runs ? runs : USUAL_RUNS;
    fprintf(out, tr("one mail in a world of its own (first-mail) at 5 %% loss, %zu threads, results written\n"),
            study_cores());
    for (uint64_t n = runs >= 1000 ? runs / 100 : runs; n <= runs; n *= 10) {
        snprintf(text, sizeof text,
                 "{\"scenario\": \"first-mail\", \"set\": {\"/links/a-mail/loss\": \"5 %%\"}, \"replications\": %llu}",
                 (unsigned long long)n);
        measure(out, text);
    }
    fprintf(
        out, "%s\n",
        tr("five mails to a server that is down for two days (retry-side-by-side), by five retry policies, in 60 cells "
           "of 200 replications"));
    measure(out,
            "{\"scenario\": \"retry-side-by-side\", \"vary\": {\"/links/b-mail/loss\": {\"from\": \"0 %\", \"to\": "
            "\"11 %\", \"step\": \"1 %\"}, \"/links/b-mail/delay\": [\"5 ms\", \"20 ms\", \"50 ms\", \"100 ms\", "
            "\"200 ms\"]}, \"replications\": 200}");
    fprintf(out, "%s\n", tr("a thousand points of one run each: the scenario is loaded for each"));
    measure(out,
            "{\"scenario\": \"first-mail\", \"replications\": 1, \"vary\": {\"/links/a-mail/loss\": {\"from\": \"0 "
            "%\", \"to\": \"10 %\", \"points\": 1000}}}");
}
