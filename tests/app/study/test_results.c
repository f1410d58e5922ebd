/* A file of results: runs are added one by one, and what was added stays. */
#include "app/study/results.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/results-XXXXXX", path[64], error[RESULTS_ERROR_BYTES];

static void make_folder(void)
{
    cr_assert(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/r.db", folder);
}

static void remove_folder(void)
{
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    cr_assert(system(command) == 0);
}

TestSuite(results, .init = make_folder, .fini = remove_folder);

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
                                  .measures = MEASURE_BIT(MEASURE_DELIVERY_DELAY) | MEASURE_BIT(MEASURE_ATTEMPTS)};
}

static struct results *opened(void)
{
    struct results_study s = study();
    struct results *r = results_open(path, &s, error, sizeof error);
    cr_assert(r, "%s", error);
    return r;
}

/* A mail that took so long; 0: it is still on its way. */
static bool put(struct results *r, uint64_t key, int64_t replication, double delay_s)
{
    char point[64];
    static const char *const values[] = {"\"5 %\"", "\"exim\""};
    struct measured_mail mail = {.message = "m1",
                                 .recipient = "bob@b.example",
                                 .written_ns = SECOND,
                                 .first_attempt_ns = 2 * SECOND,
                                 .ended_ns = delay_s > 0 ? SECOND + (int64_t)(delay_s * 1e9) : TIME_NEVER,
                                 .outcome = delay_s > 0 ? MEASURED_DELIVERED : MEASURED_QUEUED,
                                 .attempts = 3};
    struct measured_run run = {
        .mails = &mail, .n_mails = 1, .n_censored = delay_s <= 0, .ended_ns = 10 * SECOND, .fingerprint = 0xabc};
    for (int m = 0; m < MEASURES; m++)
        run.values[m] = NAN;
    run.values[MEASURE_DELIVERY_DELAY] = delay_s > 0 ? delay_s : 9;
    run.values[MEASURE_ATTEMPTS] = 3;
    snprintf(point, sizeof point, "/links/a/loss=\"5 %%\";key=%llu", (unsigned long long)key);
    struct results_run row = {.point = point,
                              .point_key = key,
                              .values = values,
                              .replication = replication,
                              .seed = 100 + (uint64_t)replication,
                              .run = &run};
    return results_put(r, &row, error, sizeof error);
}

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
    struct results *r = opened();
    cr_expect(!results_has(r, 1, 0));
    cr_assert(put(r, 1, 0, 2.5), "%s", error);
    cr_assert(put(r, 1, 70, 0), "%s", error);
    cr_assert(put(r, UINT64_MAX, 0, 4), "%s", error);
    expect_value(r, 1, 70, 9, true);
    results_close(r);
    r = opened();
    cr_expect_eq(results_count(r), 3);
    cr_expect(results_has(r, 1, 0) && results_has(r, 1, 70) && results_has(r, UINT64_MAX, 0));
    cr_expect(!results_has(r, 1, 1) && !results_has(r, 1, 69) && !results_has(r, 1, 1000) && !results_has(r, 2, 0));
    expect_value(r, 1, 0, 2.5, false);
    expect_value(r, UINT64_MAX, 0, 4, false);
    results_close(r);
}

Test(results, a_measure_that_was_not_wanted_has_no_value)
{
    struct results *r = opened();
    double value;
    bool is_censored;
    cr_assert(put(r, 1, 0, 2.5));
    cr_expect(!results_value(r, 1, 0, MEASURE_GOODPUT, &value, &is_censored));
    cr_expect(!results_value(r, 1, 1, MEASURE_ATTEMPTS, &value, &is_censored), "nor has a run that is not there");
    results_close(r);
}

Test(results, another_study_is_refused_and_both_are_shown)
{
    struct results *r = opened();
    cr_assert(put(r, 1, 0, 2.5));
    results_close(r);
    struct results_study other = study();
    other.identity = 1;
    other.scenario_text = "{\"postroad\": 1 }";
    cr_assert_null(results_open(path, &other, error, sizeof error));
    cr_expect(strstr(error, "another scenario") && strstr(error, "feedfacecafebeef") &&
                  strstr(error, "0000000000000001") && strstr(error, "hint: write to another file"),
              "%s", error);
    r = opened();
    cr_expect_eq(results_count(r), 1);
    results_close(r);
}
