/* A file of results: runs are added one by one, and what was added stays. */

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/app/study/made_results.h"

TestSuite(results, .init = made_folder_begin, .fini = made_folder_end);

static void expect_value(struct results *r, uint64_t key, int64_t replication, double expected, bool censored)
{
    double value;
    bool is_censored;
    cr_assert(results_value(r, key, replication, MEASURE_DELIVERY_DELAY, &value, &is_censored));
    cr_expect_float_eq(value, expected, 1e-12);
    cr_expect_eq(is_censored, censored);
}

Test(results, what_was_put_is_there_and_comes_back_in_the_next_session)
{
    struct results *r = made_open();
    cr_expect(!results_has(r, 1, 0));
    cr_assert(made_put(r, 1, 0, 2.5), "%s", made_error);
    cr_assert(made_put(r, 1, 70, 0), "%s", made_error);
    cr_assert(made_put(r, UINT64_MAX, 0, 4), "%s", made_error);
    expect_value(r, 1, 70, 9, true);
    results_close(r);
    r = made_open();
    cr_expect_eq(results_count(r), 3);
    cr_expect(results_has(r, 1, 0) && results_has(r, 1, 70) && results_has(r, UINT64_MAX, 0));
    cr_expect(!results_has(r, 1, 1) && !results_has(r, 1, 69) && !results_has(r, 1, 1000) && !results_has(r, 2, 0));
    expect_value(r, 1, 0, 2.5, false);
    expect_value(r, UINT64_MAX, 0, 4, false);
    results_close(r);
}

Test(results, a_measure_that_was_not_wanted_has_no_value)
{
    struct results *r = made_open();
    double value;
    bool is_censored;
    cr_assert(made_put(r, 1, 0, 2.5));
    cr_expect(!results_value(r, 1, 0, MEASURE_GOODPUT, &value, &is_censored));
    cr_expect(!results_value(r, 1, 1, MEASURE_ATTEMPTS, &value, &is_censored), "nor has a run that is not there");
    results_close(r);
}

Test(results, another_study_is_refused_and_both_are_shown)
{
    struct results *r = made_open();
    cr_assert(made_put(r, 1, 0, 2.5));
    results_close(r);
    struct results_study other = made_study();
    other.identity = 1;
    other.scenario_text = "{\"postroad\": 1 }";
    cr_assert_null(results_open(made_path, &other, made_error, sizeof made_error));
    cr_expect(strstr(made_error, "another scenario") && strstr(made_error, "feedfacecafebeef") &&
                  strstr(made_error, "0000000000000001") && strstr(made_error, "hint: write to another file"),
              "%s", made_error);
    r = made_open();
    cr_expect_eq(results_count(r), 1);
    results_close(r);
}

/* How the first difference is told when this study follows that one into the same file. */
static void expect_difference(struct results_study there, struct results_study here, const char *told)
{
    struct results *r = results_open(made_file("d.db"), &there, made_error, sizeof made_error);
    cr_assert(r, "%s", made_error);
    results_close(r);
    here.identity = there.identity + 1;
    cr_assert_null(results_open(made_file("d.db"), &here, made_error, sizeof made_error));
    cr_expect(strstr(made_error, told) != NULL, "no \"%s\" in: %s", told, made_error);
    cr_assert_eq(remove(made_file("d.db")), 0);
}

Test(results, the_first_difference_to_another_study_is_named)
{
    struct results_study there = made_study(), here = made_study();
    there.scenario_text = "{\"links\": {\"a/b\": {\"delay\": \"15 ms\"}}, \"mail\": [1, 2]}";
    here.scenario_text = "{\"mail\": [1, 2], \"links\": {\"a/b\": {\"delay\": \"16 ms\"}}}";
    expect_difference(
        there, here,
        "another scenario\n  first difference: /links/a~1b/delay is \"15 ms\" there, and \"16 ms\" in this\n");
    here.scenario_text = "{\"links\": {\"a/b\": {\"delay\": \"15 ms\"}}, \"mail\": [1]}";
    expect_difference(there, here, "/mail/1 is 2 there, and nothing in this");
    here.scenario_text = "{\"links\": {\"a/b\": {\"delay\":   \"15 ms\"}}, \"mail\": [1, 2]}";
    expect_difference(there, here, "another scenario\n  they differ in how they are written");
    here.study_text = "{\"seed\": 8}";
    there.study_text = "{\"seed\": 9}";
    expect_difference(there, here, "another study\n  first difference: /seed is 9 there, and 8 in this\n");
    here.scenario_text = there.scenario_text;
    there.study_text =
        "{\"title\": \"a\", \"vary\": {\"/x\": [1, 2]}, \"replications\": 5, \"measure\": [\"attempts\"]}";
    here.study_text = "{\"title\": \"b\", \"vary\": {\"/x\": [3]}, \"replications\": 9, \"measure\": [\"bounced\"]}";
    expect_difference(there, here,
                      "another study\n  first difference: /measure/0 is \"attempts\" there, and \"bounced\" in");
    here.study_text = "{\"vary\": {\"/y\": [3]}, \"measure\": [\"attempts\"]}";
    expect_difference(there, here, "/vary is [\"/x\"] there, and [\"/y\"] in this");
    here.study_text = "{\"vary\": {\"/x\": [3]}, \"measure\": [\"attempts\"], \"seed\": 8}";
    expect_difference(there, here, "/seed is nothing there, and 8 in this");
    here.study_text = "{\"measure\": [\"attempts\"], \"vary\": {\"/x\": [1]}, \"title\": \"b\"}";
    expect_difference(there, here, "another study\n  they differ in how they are written");
}

/* --- reading --- */

static void put_some(const int *order, size_t n)
{
    struct results *r = made_open();
    for (size_t i = 0; i < n; i++)
        cr_assert(
            made_put(r, (uint64_t)order[i] / 10 * UINT64_C(0x4000000000000001), order[i] % 10, order[i] % 3 * 0.5),
            "%s", made_error);
    results_close(r);
}

Test(results, are_exported_in_canonical_order_whatever_made_them)
{
    put_some((const int[]){0, 1, 2, 10, 11, 20, 30, 31}, 8);
    char *csv = made_exported(made_path, RESULTS_TABLE_MAILS, RESULTS_CSV),
         *jsonl = made_exported(made_path, RESULTS_TABLE_RUNS, RESULTS_JSONL);
    cr_assert(remove(made_path) == 0);
    put_some((const int[]){31, 11, 2}, 3);
    put_some((const int[]){1, 0, 20, 10, 30}, 5);
    char *csv_again = made_exported(made_path, RESULTS_TABLE_MAILS, RESULTS_CSV),
         *jsonl_again = made_exported(made_path, RESULTS_TABLE_RUNS, RESULTS_JSONL);
    cr_expect_str_eq(csv, csv_again);
    cr_expect_str_eq(jsonl, jsonl_again);
    free(csv), free(jsonl), free(csv_again), free(jsonl_again);
}

Test(results, as_csv_have_a_head_and_exact_times)
{
    struct results *r = made_open();
    cr_assert(made_put(r, 5, 2, 0.000000001) && made_put(r, 5, 1, 0));
    results_close(r);
    char *csv = made_exported(made_path, RESULTS_TABLE_MAILS, RESULTS_CSV);
    cr_expect_str_eq(csv, "run,/links/a/loss,/hosts/m/retry,replication,mail,recipient,outcome,censored,size_bytes,"
                          "written_s,first_attempt_s,ended_s,delay_s,attempts,duplicates,bounces\n"
                          "0000000000000005-1,5 %,exim,1,m1,bob@b.example,queued,1,0,1.0,2.0,,9.0,3,0,0\n"
                          "0000000000000005-2,5 %,exim,2,m1,bob@b.example,delivered,0,0,1.0,2.0,1.000000001,"
                          "0.000000001,3,0,0\n");
    free(csv);
}

Test(results, as_json_lines_are_objects_with_the_values_of_the_scenario)
{
    struct results *r = made_open();
    cr_assert(made_put(r, UINT64_MAX, 2, 0.1));
    results_close(r);
    char *jsonl = made_exported(made_path, RESULTS_TABLE_RUNS, RESULTS_JSONL);
    cr_expect_str_eq(jsonl,
                     "{\"run\": \"ffffffffffffffff-2\", \"/links/a/loss\": \"5 %\", \"/hosts/m/retry\": \"exim\","
                     " \"replication\": 2, \"seed\": 102, \"fingerprint\": \"000000000abc0064\","
                     " \"ended_s\": 10.0, \"mails\": 1, \"censored\": 0, \"delivery_delay\": 0.1,"
                     " \"attempts\": 3}\n");
    free(jsonl);
}

static bool see(void *context, const struct results_run *run)
{
    *(int64_t *)context = run->replication;
    cr_expect_eq(run->run->n_mails, 1);
    cr_expect_eq(run->run->mails[0].written_ns, SECOND);
    return true;
}

Test(results, a_run_is_found_by_as_many_digits_as_tell_it_from_others)
{
    struct results *r = made_open();
    cr_assert(made_put(r, UINT64_C(0xabcd000000000000), 7, 1) && made_put(r, UINT64_C(0xabce000000000000), 7, 1));
    results_close(r);
    struct results_reader *reader = results_read_open(made_path, made_error, sizeof made_error);
    int64_t seen = -1;
    cr_assert(reader, "%s", made_error);
    cr_expect(results_read_one(reader, "abcd-7", RESULTS_MAILS, see, &seen, made_error, sizeof made_error), "%s",
              made_error);
    cr_expect_eq(seen, 7);
    cr_expect(!results_read_one(reader, "abc-7", 0, see, &seen, made_error, sizeof made_error));
    cr_expect(strstr(made_error, "several runs"), "%s", made_error);
    cr_expect(!results_read_one(reader, "abcd-8", 0, see, &seen, made_error, sizeof made_error));
    cr_expect(strstr(made_error, "there is no run"), "%s", made_error);
    static const char *const wrong[] = {
        "", "-", "abcd", "abcd-", "-7", "abcd-x", "abcd-7x", "xyz-7", "11112222333344445-7"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        cr_expect(!results_read_one(reader, wrong[i], 0, see, &seen, made_error, sizeof made_error), "%s", wrong[i]);
        cr_expect(strstr(made_error, "no name of a run"), "%s: %s", wrong[i], made_error);
    }
    results_read_close(reader);
}

Test(results, a_reader_sees_what_was_there_when_it_was_opened_while_a_study_goes_on)
{
    struct results *r = made_open();
    cr_assert(made_put(r, 1, 0, 1));
    struct results_reader *reader = results_read_open(made_path, made_error, sizeof made_error);
    cr_assert(reader, "%s", made_error);
    cr_assert(made_put(r, 1, 1, 1), "%s", made_error);
    int64_t seen = -1;
    cr_assert(results_read_runs(reader, RESULTS_MAILS, see, &seen, made_error, sizeof made_error));
    cr_expect_eq(seen, 0);
    cr_expect_eq(results_read_about(reader)->n_runs, 1);
    results_read_close(reader);
    results_close(r);
}

/* --- the page about it --- */

static char *page(void)
{
    static char text[1 << 16];
    FILE *file = fopen(POSTROAD_SOURCE_DIR "/docs/results.md", "r");
    cr_assert(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void expect_on_page(const char *text, const char *word)
{
    char quoted[64];
    snprintf(quoted, sizeof quoted, "`%s`", word);
    cr_expect(strstr(text, quoted), "%s is not in docs/results.md", quoted);
}

Test(results, have_all_their_measures_and_columns_on_their_page)
{
    const char *text = page();
    for (int m = 0; m < MEASURES; m++)
        expect_on_page(text, measure_name((enum measure)m));
    struct results *r = made_open();
    cr_assert(made_put(r, 1, 0, 1));
    results_close(r);
    for (int table = 0; table < RESULTS_TABLES; table++) {
        char *head = made_exported(made_path, (enum results_table)table, RESULTS_CSV), *save = NULL;
        *strchr(head, '\n') = '\0';
        for (char *name = strtok_r(head, ",", &save); name; name = strtok_r(NULL, ",", &save))
            if (*name != '/') expect_on_page(text, name);
        free(head);
    }
}
