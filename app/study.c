/* postroad study: many runs of a scenario, on all cores of this machine or in parts on others. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/library.h"
#include "app/options.h"
#include "app/simulate.h"
#include "app/study/results.h"
#include "app/study/study_points.h"
#include "app/study/study_pool.h"
#include "app/study_files.h"
#include "app/study_makeflow.h"
#include "app/study_progress.h"
#include "app/times.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { MOST_JOBS = 1024, PATH_BYTES = 4096 };

struct study_options {
    const char *output, *jobs, *shard, *makeflow, *shards;
};

/* What is kept of the scenario has what the study sets in all its runs; so a run can be made again from the results
 * alone. */
static struct results *open_results(const struct study *study, const char *path)
{
    char error[RESULTS_ERROR_BYTES];
    struct results *results = study_open_results(study, path, error, sizeof error);
    if (!results) fprintf(stderr, "postroad study: %s\n", error);
    return results;
}

/* ---- what is told ---- */

static void tell_beginning(const struct study *study, const struct study_pool_options *pool)
{
    char points[PROGRESS_TEXT_BYTES], runs[PROGRESS_TEXT_BYTES];
    progress_count(study_points(study), points);
    progress_count(study_shard_runs(study, pool->shard), runs);
    fprintf(stderr, study_points(study) == 1 ? tr("%s: %s point, ") : tr("%s: %s points, "), study->name, points);
    fprintf(stderr,
            study->precision.is_wanted                  ? tr("at most %s runs, %zu at a time")
            : study_shard_runs(study, pool->shard) == 1 ? tr("%s run, %zu at a time")
                                                        : tr("%s runs, %zu at a time"),
            runs, pool->jobs);
    if (pool->shard.parts > 1)
        fprintf(stderr, tr("; part %llu of %llu"), (unsigned long long)pool->shard.part,
                (unsigned long long)pool->shard.parts);
    fputc('\n', stderr);
}

/* What the pool tells, for the line and for the end. */
struct listener {
    struct progress_line line;
    struct study_progress last;
};

static void listen(void *context, const struct study_progress *progress)
{
    struct listener *listener = context;
    listener->last = *progress;
    progress_line_tell(&listener->line, progress);
}

static void tell_unsettled(const struct study *study, const struct study_progress *p)
{
    char groups[PROGRESS_TEXT_BYTES], most[PROGRESS_TEXT_BYTES];
    if (!p->unsettled) return;
    progress_count(p->unsettled, groups);
    progress_count((uint64_t)study->most_runs, most);
    bool is_group = study_group_size(study) > 1, is_one = p->unsettled == 1;
    printf(is_group ? is_one ? tr("%s group of compared points came to %s replications without the precision that was "
                                  "asked for\n")
                             : tr("%s groups of compared points came to %s replications without the precision that "
                                  "was asked for\n")
           : is_one ? tr("%s point came to %s replications without the precision that was asked for\n")
                    : tr("%s points came to %s replications without the precision that was asked for\n"),
           groups, most);
}

static int tell_end(const struct study *study, enum study_end end, const struct study_progress *p, const char *output)
{
    char made[PROGRESS_TEXT_BYTES], there[PROGRESS_TEXT_BYTES], time[PROGRESS_TEXT_BYTES];
    progress_count(p->made, made);
    progress_count(p->made + p->found, there);
    progress_time(p->seconds, time);
    switch (end) {
    case STUDY_COMPLETE:
        printf(tr("%s: complete with %s runs, %s of them made now in %s\n"), output, there, made, time);
        tell_unsettled(study, p);
        return EXIT_DONE;
    case STUDY_TIME_UP:
        printf(tr("%s: the time limit is up; %s runs were made now in %s\n  the same command goes on from here\n"),
               output, made, time);
        return EXIT_DONE;
    case STUDY_INTERRUPTED:
        fprintf(stderr,
                tr("postroad study: interrupted; %s runs were made now and are kept in %s\n"
                   "  the same command goes on from here\n"),
                made, output);
        return EXIT_FAILED;
    case STUDY_UNWRITTEN:
        fprintf(stderr, tr("  the runs before are kept in %s\n"), output);
        return EXIT_FAILED;
    case STUDY_REFUSED:
        break;
    }
    return EXIT_USAGE;
}

/* ---- running ---- */

static int run_study(const struct study *study, struct study_pool_options *pool, const char *output)
{
    struct listener listener = {.line = progress_line_on(stderr, study)};
    struct results *results = open_results(study, output);
    if (!results) return EXIT_FAILED;
    pool->is_interrupted = simulate_is_interrupted;
    pool->on_progress = listen;
    pool->context = &listener;
    pool->errors = stderr;
    tell_beginning(study, pool);
    simulate_catch_interrupts();
    enum study_end end = study_pool_run(study, results, pool);
    progress_line_close(&listener.line);
    results_close(results);
    return tell_end(study, end, &listener.last, output);
}

static bool read_jobs(const char *text, size_t *jobs)
{
    uint64_t number = study_cores();
    if (!number_parse("study", "--jobs", text, MOST_JOBS, &number)) return false;
    if (number == 0) fputs(tr("postroad study: --jobs: nothing is done by none; write 1 or more\n"), stderr);
    *jobs = number < MOST_JOBS ? (size_t)number : MOST_JOBS;
    return number > 0;
}

static bool read_shard(const char *text, struct study_shard *shard)
{
    char problem[256];
    *shard = (struct study_shard){1, 1};
    if (!text || study_shard_parse(text, shard, problem, sizeof problem)) return true;
    fprintf(stderr, "postroad study: --shard: %s\n", problem);
    return false;
}

/* This program, as another may call it. */
static const char *own_path(char path[PATH_BYTES])
{
    ssize_t length = readlink("/proc/self/exe", path, PATH_BYTES - 1);
    if (length <= 0) return "postroad";
    path[length] = '\0';
    return path;
}

static int write_makeflow(const struct study *study, const struct study_options *o)
{
    char program[PATH_BYTES];
    uint64_t parts = makeflow_usual_parts(study), jobs = 1;
    if (!number_parse("study", "--shards", o->shards, STUDY_MOST_SHARDS, &parts) ||
        !number_parse("study", "--jobs", o->jobs, MOST_JOBS, &jobs))
        return EXIT_USAGE;
    const struct makeflow_plan plan = {.path = o->makeflow,
                                       .output = o->output,
                                       .program = own_path(program),
                                       .parts = parts ? parts : 1,
                                       .jobs = jobs ? (size_t)jobs : 1};
    if (!makeflow_write(study, &plan)) return EXIT_FAILED;
    printf(tr("%s: %llu parts, merged into %s; run it with: makeflow -T local %s\n"), plan.path,
           (unsigned long long)plan.parts, plan.output, plan.path);
    return EXIT_DONE;
}

/* Options that say nothing beside one another. */
static bool options_agree(const struct study_options *o)
{
    const char *alone = o->makeflow && o->shard ? "--shard" : !o->makeflow && o->shards ? "--shards" : NULL;
    if (!o->output)
        fputs(tr("postroad study: where the results go is not said\n  hint: add -o RESULTS.db\n"), stderr);
    else if (alone && o->makeflow)
        fputs(tr("postroad study: --shard beside --makeflow, which makes all parts\n  hint: leave it out\n"), stderr);
    else if (alone)
        fputs(tr("postroad study: --shards says into how many parts a workflow is cut\n"
                 "  hint: add --makeflow FILE, or write --shard I/N for one part\n"),
              stderr);
    return o->output && !alone;
}

static int study(const char *word, const struct study_options *o)
{
    struct study_pool_options pool = {0};
    if (!options_agree(o) || !read_jobs(o->jobs, &pool.jobs) || !read_shard(o->shard, &pool.shard)) return EXIT_USAGE;
    char *path = library_find_study(word);
    struct study *study = study_load(path, library_folder(), stderr);
    if (!study) library_suggest_study(word, path);
    free(path);
    if (!study) return EXIT_USAGE;
    int code = o->makeflow ? write_makeflow(study, o) : run_study(study, &pool, o->output);
    study_free(study);
    return code;
}

int command_study(int argc, char **argv)
{
    struct study_options o = {0};
    const struct option_row rows[] = {
        {"output", 'o', "RESULTS.db", "where the results go; if it is there, the study goes on where it stopped",
         OPTION_TEXT, &o.output},
        {"jobs", 'j', "N", "runs at a time (all cores)", OPTION_TEXT, &o.jobs},
        {"shard", 0, "I/N", "only the I-th of N parts, to be merged afterwards", OPTION_TEXT, &o.shard},
        {"makeflow", 0, "FILE",
         "run nothing; write a workflow of parts for Makeflow, which runs it here or on a cluster", OPTION_TEXT,
         &o.makeflow},
        {"shards", 0, "N", "into how many parts a workflow is cut (32 at most)", OPTION_TEXT, &o.shards},
    };
    const struct option_table table = {
        .command = "study",
        .operands = "STUDY -o RESULTS.db",
        .summary = "Runs a scenario again and again, as a study file says, and keeps what is measured.\n"
                   "Beside it: postroad study merge RESULTS.db... -o ALL.db, postroad study export RESULTS.db -o FILE",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .min_operands = 1,
        .max_operands = 1,
    };
    size_t n;
    if (argc > 1 && !strcmp(argv[1], "merge")) return study_merge(argc - 1, argv + 1);
    if (argc > 1 && !strcmp(argv[1], "export")) return study_export(argc - 1, argv + 1);
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    return study(argv[1], &o);
}
