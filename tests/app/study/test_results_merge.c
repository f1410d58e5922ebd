/* Files of results of one study become one: the same bytes as if one had made it. */
#include "app/study/results_merge.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/app/study/made_results.h"

TestSuite(results_merge, .init = made_folder_begin, .fini = made_folder_end);

enum { PLACES = 4 };
static char places[PLACES][64];
static const char *paths[PLACES];

/* Part i of n of forty runs at five points; a part of none: all of them. */
static const char *make_part(int place, int i, int n, double longer_s)
{
    snprintf(places[place], sizeof places[place], "%s/%d.db", made_folder, place);
    memcpy(made_path, places[place], sizeof made_path);
    struct results *r = made_open();
    for (int run = 0; run < 40; run++)
        if (run % n == i) cr_assert(made_put(r, (uint64_t)run % 5, run / 5, run % 3 + longer_s), "%s", made_error);
    results_close(r);
    return paths[place] = places[place];
}

static void expect_same_tables(const char *a, const char *b)
{
    for (int table = 0; table < RESULTS_TABLES; table++) {
        char *of_a = made_exported(a, (enum results_table)table, RESULTS_CSV),
             *of_b = made_exported(b, (enum results_table)table, RESULTS_CSV);
        cr_expect_str_eq(of_a, of_b);
        free(of_a), free(of_b);
    }
}

static struct results_merged expect_merged(const char *const *files, size_t n, const char *into)
{
    struct results_merged merged;
    cr_assert(results_merge(files, n, into, &merged, made_error, sizeof made_error), "%s", made_error);
    return merged;
}

Test(results_merge, gives_the_same_tables_as_one_file_in_whatever_order)
{
    const char *whole = make_part(3, 0, 1, 0);
    for (int i = 0; i < 3; i++)
        make_part(i, i, 3, 0);
    struct results_merged merged = expect_merged(paths, 3, made_file("all.db"));
    cr_expect(merged.files == 3 && merged.runs == 40 && merged.added == 40);
    expect_same_tables(whole, made_file("all.db"));
    expect_merged((const char *const[]){paths[2], paths[0], paths[1]}, 3, made_file("other.db"));
    expect_same_tables(whole, made_file("other.db"));
}

Test(results_merge, takes_what_is_in_two_files_once_and_can_be_done_again)
{
    const char *whole = make_part(3, 0, 1, 0);
    make_part(0, 0, 2, 0);
    make_part(1, 0, 3, 0);
    char all[128];
    snprintf(all, sizeof all, "%s", made_file("all.db"));
    expect_merged(paths, 2, all);
    struct results_merged merged = expect_merged((const char *const[]){paths[0], whole, all}, 3, all);
    cr_expect_lt(merged.added, 40);
    expect_same_tables(whole, all);
}

static void expect_unmerged(size_t n, const char *what)
{
    struct results_merged merged;
    cr_expect(!results_merge(paths, n, made_file("all.db"), &merged, made_error, sizeof made_error));
    cr_expect(strstr(made_error, what), "\"%s\" is not in:\n%s", what, made_error);
}

Test(results_merge, refuses_a_run_that_came_out_differently_and_keeps_what_was_there)
{
    make_part(0, 0, 2, 0);
    char *before = NULL;
    expect_merged(paths, 1, made_file("all.db"));
    before = made_exported(made_file("all.db"), RESULTS_TABLE_MAILS, RESULTS_CSV);
    make_part(1, 0, 2, 0.5);
    make_part(2, 1, 2, 0);
    cr_assert_eq(rename(paths[2], made_file("2-only.db")), 0);
    expect_unmerged(2, "came out differently");
    char *after = made_exported(made_file("all.db"), RESULTS_TABLE_MAILS, RESULTS_CSV);
    cr_expect_str_eq(before, after);
    free(before), free(after);
}

static const char *make_other(int place, const char *scenario)
{
    struct results_study study = made_study();
    study.identity++;
    study.scenario_text = scenario;
    snprintf(places[place], sizeof places[place], "%s/%d.db", made_folder, place);
    struct results *r = results_open(places[place], &study, made_error, sizeof made_error);
    cr_assert(r, "%s", made_error);
    results_close(r);
    return paths[place] = places[place];
}

Test(results_merge, refuses_files_of_different_studies_before_it_writes)
{
    make_part(0, 0, 2, 0);
    make_other(1, "{}");
    expect_unmerged(2, "another scenario");
    expect_unmerged(2, "first difference: /postroad is 1 there, and nothing in this");
    make_other(2, made_study().scenario_text);
    paths[1] = paths[2];
    expect_unmerged(2, "another study");
    cr_expect_neq(access(made_file("all.db"), F_OK), 0);
}

Test(results_merge, tells_which_file_cannot_be_read)
{
    make_part(0, 0, 2, 0);
    paths[1] = "/nowhere/at/all.db";
    expect_unmerged(2, "/nowhere/at/all.db: No such file");
    cr_expect_neq(access(made_file("all.db"), F_OK), 0);
}
