#include "app/study_files.h"

#include <stdio.h>
#include <string.h>

#include "app/exit_codes.h"
#include "app/options.h"
#include "app/output.h"
#include "app/study/results_export.h"
#include "app/study/results_merge.h"
#include "app/study_progress.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"

static int say(const char *what, int code)
{
    fprintf(stderr, "postroad study: %s\n", what);
    return code;
}

static bool output_is_given(const char *output, const char *example)
{
    if (output) return true;
    fprintf(stderr, tr("postroad study: where the results go is not said\n  hint: add -o %s\n"), example);
    return false;
}

static void tell_merged(const char *output, const struct results_merged *merged)
{
    char runs[PROGRESS_TEXT_BYTES], added[PROGRESS_TEXT_BYTES];
    printf("%s: ", output);
    printf(merged->runs == 1 ? tr("%s run of ") : tr("%s runs of "), progress_count(merged->runs, runs));
    printf(merged->files == 1 ? tr("%zu file, ") : tr("%zu files, "), merged->files);
    printf(tr("%s of them new\n"), progress_count(merged->added, added));
}

int study_merge(int argc, char **argv)
{
    const char *output = NULL;
    const struct option_row rows[] = {
        {"output", 'o', "ALL.db", "the file that they become; if it is there, they are added to it", OPTION_TEXT,
         &output},
    };
    const struct option_table table = {
        .command = "study merge",
        .operands = "RESULTS.db... -o ALL.db",
        .summary = "Puts the parts of a study together.",
        .rows = rows,
        .n_rows = 1,
        .min_operands = 1,
        .max_operands = (size_t)argc,
    };
    size_t n;
    char error[RESULTS_ERROR_BYTES];
    struct results_merged merged;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (!output_is_given(output, "ALL.db")) return EXIT_USAGE;
    for (size_t i = 1; i <= n; i++) {
        if (!output_is_same(argv[i], output)) continue;
        fprintf(stderr,
                tr("postroad study merge: %s is a part and the whole\n  hint: name it after -o only; what is in it "
                   "stays\n"),
                output);
        return EXIT_USAGE;
    }
    if (!results_merge((const char *const *)argv + 1, n, output, &merged, error, sizeof error))
        return say(error, merged.are_good ? EXIT_FAILED : EXIT_USAGE);
    tell_merged(output, &merged);
    return EXIT_DONE;
}

/* By the ending of the file. */
static bool find_form(const char *path, enum results_form *form)
{
    const char *dot = strrchr(path, '.');
    if (dot && !strcmp(dot, ".csv")) return *form = RESULTS_CSV, true;
    if (dot && !strcmp(dot, ".jsonl")) return *form = RESULTS_JSONL, true;
    fprintf(stderr, tr("postroad study: %s is neither .csv nor .jsonl\n"), path);
    return false;
}

static bool find_table(const char *name, enum results_table *found)
{
    const char *names[RESULTS_TABLES + 1] = {0};
    if (results_table_find(name, found)) return true;
    for (int t = 0; t < RESULTS_TABLES; t++)
        names[t] = results_table_name((enum results_table)t);
    const char *near = near_word_find(name, names);
    fprintf(stderr, tr("postroad study: --table: \"%s\" is none of runs, mails, attempts, queues\n"), name);
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    return false;
}

static int export_to(struct results_reader *reader, enum results_table table, enum results_form form,
                     const char *output)
{
    char error[RESULTS_ERROR_BYTES];
    struct output_file *file = output_open(output);
    if (!file) return EXIT_FAILED;
    if (results_export(reader, table, form, output_stream(file), error, sizeof error))
        return output_commit(file) ? EXIT_DONE : EXIT_FAILED;
    output_abandon(file);
    return say(error, EXIT_FAILED);
}

int study_export(int argc, char **argv)
{
    const char *output = NULL, *table_name = "runs";
    const struct option_row rows[] = {
        {"output", 'o', "FILE", "a table for other programs: .csv or .jsonl, by the ending", OPTION_TEXT, &output},
        {"table", 0, "NAME", "runs, mails, attempts or queues (runs)", OPTION_TEXT, &table_name},
    };
    const struct option_table options = {
        .command = "study export",
        .operands = "RESULTS.db -o FILE",
        .summary = "Writes results as a table, in an order that does not depend on how they were made.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .min_operands = 1,
        .max_operands = 1,
    };
    size_t n;
    enum results_form form;
    enum results_table table;
    char error[RESULTS_ERROR_BYTES];
    enum options_verdict verdict = options_parse(&options, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (output && output_is_same(argv[1], output)) {
        fprintf(stderr, tr("postroad study: %s is what is to be exported; name another file\n"), output);
        return EXIT_USAGE;
    }
    if (!output_is_given(output, "FILE.csv") || !find_form(output, &form) || !find_table(table_name, &table))
        return EXIT_USAGE;
    struct results_reader *reader = results_read_open(argv[1], error, sizeof error);
    if (!reader) return say(error, EXIT_USAGE);
    int code = export_to(reader, table, form, output);
    results_read_close(reader);
    return code;
}
