/* When is it enough? Results of which the intervals are known, and what the rule says to them. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/study/statistics.h"
#include "app/study/study_points.h"
#include "app/study/study_rule.h"
#include "sim/distributions.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"
#include "sim/random.h"

enum { RUNS = 400 };

struct scene {
    struct study *study;
    struct results *results;
    char folder[32], path[64];
};

static struct scene open_scene(const char *precision, const char *vary)
{
    struct scene s = {.folder = "/tmp/postroad-rule-XXXXXX"};
    char study[64], error[RESULTS_ERROR_BYTES];
    cr_assert(mkdtemp(s.folder) != NULL);
    snprintf(s.path, sizeof s.path, "%s/r.db", s.folder);
    snprintf(study, sizeof study, "%s/s.json", s.folder);
    FILE *file = fopen(study, "w");
    fprintf(file,
            "{\"scenario\": \"first-mail\", \"replications\": {\"min\": 50, \"max\": %d}, \"precision\": {%s}, "
            "\"vary\": {%s}, \"measure\": [\"delivery_delay\", \"delivered\", \"attempts\"]}",
            RUNS, precision, vary);
    fclose(file);
    s.study = study_load(study, POSTROAD_SOURCE_DIR "/scenarios", stderr);
    cr_assert(s.study != NULL);
    remove(study);
    const char *pointers[1] = {s.study->n_factors ? s.study->factors[0].pointer : NULL};
    struct results_study about = {.name = "rule",
                                  .study_text = "{}",
                                  .scenario_text = "{}",
                                  .version = "0",
                                  .identity = 1,
                                  .pointers = pointers,
                                  .n_pointers = s.study->n_factors,
                                  .measures = s.study->measures};
    s.results = results_open(s.path, &about, error, sizeof error);
    cr_assert(s.results != NULL, "%s", error);
    return s;
}

static void close_scene(struct scene *s)
{
    results_close(s->results);
    study_free(s->study);
    remove(s->path);
    rmdir(s->folder);
}

/* A run of one mail with this delay; not ended: censored at that time. */
static void put(struct scene *s, uint64_t point, int64_t replication, double delay, bool has_ended)
{
    struct text_buffer text = {0};
    char error[RESULTS_ERROR_BYTES];
    study_point_text(s->study, point, &text);
    const char *values[1] = {s->study->n_factors ? study_value(s->study, 0, point) : NULL};
    struct measured_mail mail = {.message = "m1",
                                 .recipient = "bob@b.example",
                                 .ended_ns = has_ended ? (int64_t)(delay * 1e9) : TIME_NEVER,
                                 .outcome = has_ended ? MEASURED_DELIVERED : MEASURED_QUEUED,
                                 .attempts = 1};
    struct measured_run run = {
        .mails = &mail, .n_mails = 1, .n_censored = !has_ended, .ended_ns = (int64_t)(delay * 1e9)};
    for (int m = 0; m < MEASURES; m++)
        run.values[m] = NAN;
    run.values[MEASURE_DELIVERY_DELAY] = delay;
    run.values[MEASURE_DELIVERED] = has_ended;
    run.values[MEASURE_ATTEMPTS] = 1;
    struct results_run row = {.point = text.text,
                              .point_key = study_point_key(text.text),
                              .values = values,
                              .replication = replication,
                              .run = &run};
    cr_assert(results_put(s->results, &row, error, sizeof error), "%s", error);
    mem_free(text.text);
}

/* Delays of mean 10 and deviation 2, alternating; the half width of the t interval of n of them is about 2 t / sqrt(n).
 */
static void put_alternating(struct scene *s, uint64_t point, double mean)
{
    for (int64_t r = 0; r < RUNS; r++)
        put(s, point, r, mean + (r % 2 ? 2 : -2), true);
}

static bool settled(struct scene *s, int64_t n)
{
    return study_rule_is_settled(s->study, s->results, 0, n);
}

Test(study_rule, it_looks_at_min_times_powers_of_one_and_a_half_and_at_max)
{
    struct scene s = open_scene("\"measure\": \"delivery_delay\", \"relative\": 0.05", "");
    int64_t looks[] = {75, 113, 169, 254, 380, 400, 400}, n = 50;
    for (size_t i = 0; i < 7; i++) {
        n = study_rule_next_look(s.study, n);
        cr_expect_eq(n, looks[i], "%d instead of %d", (int)n, (int)looks[i]);
    }
    close_scene(&s);
}

/* With deviation 2 and 5 % of 10 the half width is 0.5 at about n = (1.97 x 2 / 0.5)^2 = 62. */
Test(study_rule, a_mean_is_settled_when_its_interval_is_narrow_enough)
{
    struct scene s = open_scene("\"measure\": \"delivery_delay\", \"relative\": 0.05", "");
    put_alternating(&s, 0, 10);
    cr_expect(!settled(&s, 50));
    cr_expect(settled(&s, 75));
    close_scene(&s);
    s = open_scene("\"measure\": \"delivery_delay\", \"absolute\": 0.25", "");
    put_alternating(&s, 0, 10);
    cr_expect(!settled(&s, 169));
    cr_expect(settled(&s, 254));
    close_scene(&s);
}

/* The median of 0 to 49 lies between the 18th and the 33rd: half the width is 7.5, which is no more than 7.5. */
Test(study_rule, just_as_narrow_as_was_asked_for_is_enough)
{
    double values[50], *point[1] = {values};
    struct study_precision p = {.quantile = 0.5, .absolute = 7.5, .confidence = 0.95};
    for (int i = 0; i < 50; i++)
        values[i] = i;
    cr_expect(study_rule_is_precise(&p, point, 1, 50));
    p.absolute = 7.499;
    cr_expect(!study_rule_is_precise(&p, point, 1, 50));
}

/* A difference of 1 with half a width of 0.14: 14 % of itself, and one part in 700 of what it is a difference to. */
Test(study_rule, a_relative_precision_of_a_difference_is_a_share_of_the_first_value)
{
    double first[50], second[50], *points[2] = {first, second};
    struct study_precision p = {.relative = 0.05, .confidence = 0.95, .of_difference = true};
    for (int i = 0; i < 50; i++) {
        first[i] = 100 + (i % 2 ? 2 : -2);
        second[i] = first[i] + 1 + (i % 4 < 2 ? 0.5 : -0.5);
    }
    cr_expect(study_rule_is_precise(&p, points, 2, 50));
    p.relative = 0.001;
    cr_expect(!study_rule_is_precise(&p, points, 2, 50));
}

/* No mail of fifty is lost: a t interval would have no width. */
Test(study_rule, a_share_of_which_no_exception_was_seen_is_not_taken_for_certain)
{
    struct scene s = open_scene("\"measure\": \"delivered\", \"absolute\": 0.02", "");
    put_alternating(&s, 0, 10);
    cr_expect(!settled(&s, 50));
    cr_expect(settled(&s, 254));
    close_scene(&s);
}

Test(study_rule, a_quantile_that_reaches_into_censored_ones_is_not_settled)
{
    struct scene s = open_scene("\"measure\": \"delivery_delay\", \"quantile\": 0.9, \"relative\": 0.5", "");
    for (int64_t r = 0; r < RUNS; r++)
        put(&s, 0, r, r % 10 ? 10 + (double)(r % 7) : 1, r % 10 != 0); /* a tenth is censored, and early */
    cr_expect(!settled(&s, RUNS));
    close_scene(&s);
    s = open_scene("\"measure\": \"delivery_delay\", \"quantile\": 0.5, \"relative\": 0.5", "");
    for (int64_t r = 0; r < RUNS; r++)
        put(&s, 0, r, r % 10 ? 10 + (double)(r % 7) : 1, r % 10 != 0);
    cr_expect(settled(&s, RUNS));
    close_scene(&s);
}

/* The same luck: both vary much, and their difference not at all. */
Test(study_rule, paired_differences_are_settled_long_before_the_values)
{
    static const char vary[] = "\"/hosts/mail.a.example/mail_server/retry\": [\"postfix\", \"exim\"]";
    struct scene s = open_scene("\"measure\": \"delivery_delay\", \"absolute\": 0.1, \"of\": \"difference\"", vary);
    put_alternating(&s, 0, 10);
    put_alternating(&s, 1, 13);
    cr_expect(settled(&s, 50));
    close_scene(&s);
    s = open_scene("\"measure\": \"delivery_delay\", \"absolute\": 0.1", vary);
    put_alternating(&s, 0, 10);
    put_alternating(&s, 1, 13);
    cr_expect(!settled(&s, RUNS));
    close_scene(&s);
}

Test(study_rule, all_of_a_group_have_to_be_precise)
{
    static const char vary[] = "\"/hosts/mail.a.example/mail_server/retry\": [\"postfix\", \"exim\", \"qmail\"]";
    struct scene s = open_scene("\"measure\": \"delivery_delay\", \"relative\": 0.05", vary);
    put_alternating(&s, 0, 10);
    put_alternating(&s, 1, 10);
    put_alternating(&s, 2, 4);
    cr_expect(!settled(&s, 75), "the third needs more");
    cr_expect(settled(&s, RUNS));
    close_scene(&s);
}

/* To look several times and to stop when it looks good makes intervals cover less often than they say; starting with
   fifty it must not be by much. Exponential values of mean 1, until they are known to 20 %: some 100 runs. */
Test(study_rule, intervals_at_the_stop_cover_about_as_often_as_they_say)
{
    enum { TRIALS = 2000, MOST = 400 };
    struct scene s = open_scene("\"measure\": \"delivery_delay\", \"relative\": 0.2", "");
    static double values[MOST];
    double *point[1] = {values}, runs = 0;
    size_t covered = 0, stopped = 0;
    for (uint64_t trial = 0; trial < TRIALS; trial++) {
        int64_t n = 50;
        for (uint64_t i = 0; i < MOST; i++)
            values[i] = -log(draw_unit(random_draw(1, trial, 0, i)));
        while (n < MOST && !study_rule_is_precise(&s.study->precision, point, 1, (size_t)n))
            n = study_rule_next_look(s.study, n);
        struct stat_interval mean = stat_mean(values, (size_t)n, 0.95);
        covered += mean.low <= 1 && 1 <= mean.high;
        stopped += n < MOST;
        runs += (double)n / TRIALS;
    }
    cr_expect(stopped == TRIALS && runs > 75 && runs < 150, "%zu stopped, after %.0f runs", stopped, runs);
    cr_expect(covered > TRIALS * 0.92 && covered < TRIALS * 0.97, "%zu of %d intervals cover", covered, TRIALS);
    close_scene(&s);
}
