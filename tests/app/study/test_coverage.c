/* How often the intervals hold: of many repetitions with a known truth, 95 % intervals must cover it in 93 to 97 of a
   hundred. Where a law is discrete or a sample small, theory says something else, and the row says so.

   The judge is judged too: intervals that are known to be wrong must be found out. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/study/survival.h"
#include "sim/random.h"

static double unit(struct random_stream *s)
{
    return ((double)(random_stream_next(s) >> 11) + 0.5) / 9007199254740992.0;
}

static double exponential(struct random_stream *s)
{
    return -log(unit(s));
}

static double normal(struct random_stream *s)
{
    double r = sqrt(2 * exponential(s));
    return r * cos(6.283185307179586 * unit(s));
}

enum { MOST = 400 };

/* Makes an interval from fresh luck; its truth is known to who wrote it. */
typedef struct stat_interval (*one_repetition)(struct random_stream *s);

static double coverage(const char *name, one_repetition repeat, double truth, int repetitions)
{
    struct random_stream s = random_stream_for(20260101, name, "coverage");
    int covered = 0;
    for (int i = 0; i < repetitions; i++) {
        struct stat_interval interval = repeat(&s);
        covered += interval.low <= truth && truth <= interval.high;
    }
    double share = (double)covered / repetitions;
    fprintf(stderr, "%-44s covers in %.1f %% of %d\n", name, 100 * share, repetitions);
    return share;
}

static void covers(const char *name, one_repetition repeat, double truth, int repetitions)
{
    double share = coverage(name, repeat, truth, repetitions);
    cr_assert(share >= 0.93 && share <= 0.97, "%s covers in %.1f %%", name, 100 * share);
}

static void does_not_cover(const char *name, one_repetition repeat, double truth, int repetitions)
{
    double share = coverage(name, repeat, truth, repetitions);
    cr_assert(share < 0.93 || share > 0.97, "%s covers in %.1f %%: this judge sees nothing", name, 100 * share);
}

/* ---- Means ---- */

static struct stat_interval mean_of_five(struct random_stream *s)
{
    double x[5];
    for (int i = 0; i < 5; i++)
        x[i] = 10 + 3 * normal(s);
    return stat_mean(x, 5, 0.95);
}

/* The classic mistake: the normal quantile for so few. */
static struct stat_interval mean_of_five_with_z(struct random_stream *s)
{
    struct stat_interval i = mean_of_five(s);
    double half = (i.high - i.low) / 2 * stat_t_quantile(0.95, 0) / stat_t_quantile(0.95, 4);
    return (struct stat_interval){i.value, i.value - half, i.value + half};
}

/* Two policies on the same luck: the noise of a run is far larger than the difference. */
static void same_luck(struct random_stream *s, double a[20], double b[20])
{
    for (int i = 0; i < 20; i++) {
        double luck = 50 * normal(s);
        a[i] = luck + 2 + normal(s);
        b[i] = luck + normal(s);
    }
}

static struct stat_interval paired(struct random_stream *s)
{
    double a[20], b[20];
    same_luck(s, a, b);
    return stat_paired(a, b, 20, 0.95);
}

Test(coverage, of_means)
{
    covers("mean of five, normal", mean_of_five, 10, 10000);
    covers("paired difference of twenty", paired, 2, 10000);
    does_not_cover("planted: z for t", mean_of_five_with_z, 10, 10000);
}

/* ---- Proportions ---- */

static double planted_chance;

static struct stat_interval proportion(struct random_stream *s)
{
    size_t k = 0;
    for (int i = 0; i < 60; i++)
        k += unit(s) < planted_chance;
    return stat_proportion(k, 60, 0.95);
}

/* Wald's interval, which Wilson's replaces. */
static struct stat_interval wald(struct random_stream *s)
{
    double p = proportion(s).value, half = 1.96 * sqrt(p * (1 - p) / 60);
    return (struct stat_interval){p, p - half, p + half};
}

Test(coverage, of_proportions)
{
    static const double chances[] = {0.05, 0.1, 0.3, 0.5, 0.8};
    for (size_t i = 0; i < sizeof chances / sizeof *chances; i++) {
        planted_chance = chances[i];
        covers("proportion of sixty", proportion, planted_chance, 10000);
    }
    planted_chance = 0.05;
    does_not_cover("planted: Wald for Wilson", wald, planted_chance, 10000);
}

/* ---- Quantiles ---- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sorted_delays(struct random_stream *s, double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = exp(2 * normal(s)); /* heavy-tailed, as delays are */
    qsort(x, n, sizeof *x, by_value);
}

static struct stat_interval median(struct random_stream *s)
{
    double x[200];
    sorted_delays(s, x, 200);
    return stat_quantile(x, 200, 0.5, 0.95);
}

static struct stat_interval ninth_decile(struct random_stream *s)
{
    double x[300];
    sorted_delays(s, x, 300);
    return stat_quantile(x, 300, 0.9, 0.95);
}

static struct stat_interval median_with_an_end_too_near(struct random_stream *s)
{
    double x[200];
    sorted_delays(s, x, 200);
    struct stat_interval i = stat_quantile(x, 200, 0.5, 0.95);
    for (int k = 0; k < 200; k++)
        if (x[k] == i.low) return (struct stat_interval){i.value, x[k + 5], i.high};
    return i;
}

Test(coverage, of_quantiles)
{
    covers("median of two hundred, lognormal", median, 1, 10000);
    covers("90 % quantile of three hundred", ninth_decile, exp(2 * 1.2815515655446004), 10000);
    does_not_cover("planted: an end five places off", median_with_an_end_too_near, 1, 10000);
}

static double plain_mean(const double *x, size_t n, void *user)
{
    (void)user;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

static struct stat_interval bootstrapped_mean(struct random_stream *s)
{
    double x[60];
    for (int i = 0; i < 60; i++)
        x[i] = exponential(s);
    return stat_bootstrap(x, 60, plain_mean, NULL, 0.95, random_stream_next(s));
}

Test(coverage, of_the_bootstrap)
{
    covers("bootstrapped mean of sixty, exponential", bootstrapped_mean, 1, 1500);
}

/* ---- Survival ---- */

/* Exponential ends of mean 1, watched for a uniform time up to 4: a quarter is censored. */
static struct stat_survival watched(struct random_stream *s, size_t n, bool count_censored_as_ended)
{
    struct stat_observation o[MOST];
    for (size_t i = 0; i < n; i++) {
        double end = exponential(s), until = 4 * unit(s);
        o[i] = (struct stat_observation){fmin(end, until), end > until && !count_censored_as_ended, i};
    }
    return stat_survival_of(o, n, 0.95);
}

static struct stat_interval share_left_after_one(struct random_stream *s)
{
    struct stat_survival survival = watched(s, 100, false);
    struct stat_interval i = stat_survival_at(&survival, 1);
    stat_survival_free(&survival);
    return i;
}

static struct stat_interval censored_median(struct random_stream *s)
{
    struct stat_survival survival = watched(s, 150, false);
    struct stat_interval i = stat_survival_quantile(&survival, 0.5);
    stat_survival_free(&survival);
    return i;
}

static struct stat_interval censored_mean(struct random_stream *s)
{
    struct stat_survival survival = watched(s, 150, false);
    struct stat_interval i = stat_survival_restricted_mean(&survival, 2);
    stat_survival_free(&survival);
    return i;
}

static struct stat_interval median_as_if_all_had_ended(struct random_stream *s)
{
    struct stat_survival survival = watched(s, 150, true);
    struct stat_interval i = stat_survival_quantile(&survival, 0.5);
    stat_survival_free(&survival);
    return i;
}

Test(coverage, of_survival)
{
    covers("share not ended, a quarter censored", share_left_after_one, exp(-1), 6000);
    covers("median, a quarter censored", censored_median, log(2), 6000);
    covers("restricted mean, a quarter censored", censored_mean, 1 - exp(-2), 6000);
    does_not_cover("planted: censored taken for ended", median_as_if_all_had_ended, log(2), 3000);
}

/* Runs of eight mails that share their luck: a run is fast or slow as a whole. The share left after 1 is the mean of
   exp(-rate) over the two rates. */
static struct stat_survival runs_of_mails(struct random_stream *s, bool as_if_independent)
{
    struct stat_observation o[MOST];
    for (size_t run = 0; run < 50; run++) {
        double rate = unit(s) < 0.5 ? 0.3 : 3;
        for (size_t i = 0; i < 8; i++) {
            double end = exponential(s) / rate;
            o[run * 8 + i] = (struct stat_observation){fmin(end, 5), end > 5, as_if_independent ? run * 8 + i : run};
        }
    }
    return stat_survival_of(o, 400, 0.95);
}

static struct stat_interval share_of_runs(struct random_stream *s)
{
    struct stat_survival survival = runs_of_mails(s, false);
    struct stat_interval i = stat_survival_at(&survival, 1);
    stat_survival_free(&survival);
    return i;
}

static struct stat_interval mean_of_runs(struct random_stream *s)
{
    struct stat_survival survival = runs_of_mails(s, false);
    struct stat_interval i = stat_survival_restricted_mean(&survival, 5);
    stat_survival_free(&survival);
    return i;
}

static struct stat_interval share_as_if_independent(struct random_stream *s)
{
    struct stat_survival survival = runs_of_mails(s, true);
    struct stat_interval i = stat_survival_at(&survival, 1);
    stat_survival_free(&survival);
    return i;
}

Test(coverage, of_survival_where_mails_share_a_run)
{
    double share = (exp(-0.3) + exp(-3)) / 2;
    covers("share not ended, eight mails a run", share_of_runs, share, 4000);
    covers("restricted mean, eight mails a run", mean_of_runs, ((1 - exp(-1.5)) / 0.3 + (1 - exp(-15)) / 3) / 2, 4000);
    does_not_cover("planted: mails of a run as independent", share_as_if_independent, share, 2000);
}

/* ---- One long run ---- */

/* An autoregressive series of mean 5 that starts far off: after the warm-up is cut, batch means cover. */
static void long_run(struct random_stream *s, double *x, size_t n)
{
    double level = 400;
    for (size_t i = 0; i < n; i++) {
        level = 0.9 * level + normal(s);
        x[i] = 5 + level;
    }
}

enum { LONG = 6000 };

static struct stat_interval steady_mean(struct random_stream *s)
{
    static double x[LONG];
    long_run(s, x, LONG);
    size_t skipped = stat_warm_up(x, LONG);
    return stat_batch_means(x + skipped, LONG - skipped, 20, 0.95);
}

/* Its first batch is so far off that the interval is far too wide: it covers always. */
static struct stat_interval mean_with_the_warm_up(struct random_stream *s)
{
    static double x[LONG / 4];
    long_run(s, x, LONG / 4);
    return stat_batch_means(x, LONG / 4, 20, 0.95);
}

static struct stat_interval mean_as_if_independent(struct random_stream *s)
{
    static double x[LONG];
    long_run(s, x, LONG);
    return stat_mean(x + LONG / 2, LONG / 2, 0.95);
}

Test(coverage, of_a_steady_state)
{
    covers("batch means after MSER-5", steady_mean, 5, 3000);
    does_not_cover("planted: values of a run as independent", mean_as_if_independent, 5, 1000);
    does_not_cover("planted: warm-up not cut", mean_with_the_warm_up, 5, 1000);
}
