/* The intervals against answers that others published or that can be worked out by hand. How often they hold:
   test_coverage.c. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>
#include <stdlib.h>

#include "app/study/statistics.h"

static void is_near(const char *what, double actual, double expected, double within)
{
    cr_assert(fabs(actual - expected) <= within, "%s: expected %.10g, got %.10g", what, expected, actual);
}

static void interval_is(const char *what, struct stat_interval i, double value, double low, double high, double within)
{
    is_near(what, i.value, value, within);
    is_near(what, i.low, low, within);
    is_near(what, i.high, high, within);
}

/* NIST/SEMATECH e-Handbook 1.3.6.7.2, the table of Student's t. */
Test(statistics, t_quantiles_are_those_of_the_tables)
{
    is_near("t(0.95, 1)", stat_t_quantile(0.95, 1), 12.706, 5e-4);
    is_near("t(0.95, 9)", stat_t_quantile(0.95, 9), 2.262, 5e-4);
    is_near("t(0.95, 29)", stat_t_quantile(0.95, 29), 2.045, 5e-4);
    is_near("t(0.99, 10)", stat_t_quantile(0.99, 10), 3.169, 5e-4);
    is_near("z(0.95)", stat_t_quantile(0.95, 0), 1.959964, 5e-7);
}

/* "Student" (1908): the additional hours of sleep of ten patients under two drugs. */
static const double first_drug[10] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double second_drug[10] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};

Test(statistics, mean_of_students_sleep)
{
    interval_is("first drug", stat_mean(first_drug, 10, 0.95), 0.75, -0.5297804, 2.0297804, 1e-6);
}

/* The paired comparison that R's documentation shows for these data: t.test(extra ~ group, paired = TRUE). */
Test(statistics, paired_difference_of_students_sleep)
{
    interval_is("paired", stat_paired(first_drug, second_drug, 10, 0.95), -1.58, -2.4598858, -0.7001142, 1e-6);
}

Test(statistics, one_value_has_a_mean_without_bounds_and_none_has_nothing)
{
    const double one = 3;
    struct stat_interval i = stat_mean(&one, 1, 0.95);
    cr_assert(i.value == 3 && isinf(i.low) && isinf(i.high));
    cr_assert(isnan(stat_mean(&one, 0, 0.95).value));
    cr_assert(isnan(stat_quantile(&one, 0, 0.5, 0.95).value));
}

/* Newcombe, "Two-sided confidence intervals for the single proportion", Stat. Med. 17 (1998), table I, method 3. */
Test(statistics, proportions_are_newcombes)
{
    interval_is("81 of 263", stat_proportion(81, 263, 0.95), 0.3080, 0.2553, 0.3662, 5e-5);
    interval_is("15 of 148", stat_proportion(15, 148, 0.95), 0.1014, 0.0624, 0.1605, 5e-5);
    interval_is("0 of 20", stat_proportion(0, 20, 0.95), 0, 0, 0.1611, 5e-5);
    interval_is("1 of 29", stat_proportion(1, 29, 0.95), 0.0345, 0.0061, 0.1718, 5e-5);
    interval_is("20 of 20", stat_proportion(20, 20, 0.95), 1, 1 - 0.1611, 1, 5e-5);
    struct stat_interval none = stat_proportion(0, 0, 0.95);
    cr_assert(isnan(none.value) && none.low == 0 && none.high == 1);
}

/* Conover, "Practical Nonparametric Statistics": for the median, the smallest n with a 95 % interval is 6 (its least
   and greatest value, 1 - 2/64); of 10 values it reaches from the second to the ninth (97.9 %), of 20 from the 6th to
   the 15th (95.9 %), of 50 from the 18th to the 33rd, of 100 from the 40th to the 61st. */
Test(statistics, medians_reach_between_the_order_statistics_of_the_tables)
{
    double x[100];
    for (int i = 0; i < 100; i++)
        x[i] = i + 1;
    cr_assert(stat_quantile(x, 5, 0.5, 0.95).value == 3);
    cr_assert(isinf(stat_quantile(x, 5, 0.5, 0.95).low) && isinf(stat_quantile(x, 5, 0.5, 0.95).high));
    interval_is("6", stat_quantile(x, 6, 0.5, 0.95), 3, 1, 6, 0);
    interval_is("10", stat_quantile(x, 10, 0.5, 0.95), 5, 2, 9, 0);
    interval_is("20", stat_quantile(x, 20, 0.5, 0.95), 10, 6, 15, 0);
    interval_is("50", stat_quantile(x, 50, 0.5, 0.95), 25, 18, 33, 0);
    interval_is("100", stat_quantile(x, 100, 0.5, 0.95), 50, 40, 61, 0);
}

/* Each interval covers at least as often as it says, and would not if an end were moved inwards on both sides. Judged
   by the binomial distribution, summed here. */
Test(statistics, quantile_intervals_are_as_wide_as_needed)
{
    static const double quantiles[] = {0.1, 0.25, 0.5, 0.9, 0.95};
    double x[200];
    for (int i = 0; i < 200; i++)
        x[i] = i + 1;
    for (size_t k = 0; k < sizeof quantiles / sizeof *quantiles; k++)
        for (int n = 90; n <= 200; n += 11) {
            double q = quantiles[k], p = pow(1 - q, n), below_low = 0, below_high = 0;
            struct stat_interval i = stat_quantile(x, (size_t)n, q, 0.95);
            int low = isinf(i.low) ? 0 : (int)i.low, high = isinf(i.high) ? n + 1 : (int)i.high;
            for (int b = 0; b < high; b++) {
                if (b < low) below_low += p;
                below_high += p;
                p *= (n - b) / (b + 1.0) * q / (1 - q);
            }
            cr_assert(below_low <= 0.025 && below_high >= 0.975, "q %g, n %d: %g to %g", q, n, below_low, below_high);
            cr_assert(below_high - below_low < 0.995, "q %g, n %d", q, n);
        }
}

Test(statistics, what_never_ended_counts_in_a_quantile_as_longer_than_all)
{
    const double x[8] = {1, 2, 3, 4, 5, 6, INFINITY, INFINITY};
    struct stat_interval i = stat_quantile(x, 8, 0.5, 0.95);
    cr_assert(i.value == 4 && i.low == 1 && isinf(i.high));
}

static double mean_of(const double *x, size_t n, void *user)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    ++*(size_t *)user;
    return sum / (double)n;
}

Test(statistics, bootstrap_of_a_mean_is_near_its_t_interval_and_the_same_each_time)
{
    double x[60];
    size_t asked = 0;
    for (int i = 0; i < 60; i++)
        x[i] = (i * 37 % 60) / 10.0;
    struct stat_interval t = stat_mean(x, 60, 0.95), b = stat_bootstrap(x, 60, mean_of, &asked, 0.95, 1);
    interval_is("bootstrap", b, t.value, t.low, t.high, 0.08);
    struct stat_interval again = stat_bootstrap(x, 60, mean_of, &asked, 0.95, 1);
    struct stat_interval other = stat_bootstrap(x, 60, mean_of, &asked, 0.95, 2);
    cr_assert(b.low == again.low && b.high == again.high && b.low != other.low);
    cr_assert(asked == 3 * (STAT_RESAMPLES + 60 + 1));
}

/* Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), table 14.2 and 14.3: variance (with n, not n - 1) of
   the spatial test data A; 90 % intervals: standard (98.8, 244.2)..., BCa (115.8, 259.6). */
static double variance_of(const double *x, size_t n, void *user)
{
    double mean = mean_of(x, n, user), sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return sum / (double)n;
}

Test(statistics, bootstrap_of_a_variance_is_efrons)
{
    static const double a[26] = {48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6,
                                 0,  33, 28, 34, 4,  32, 24, 47, 41, 24, 26, 30, 41};
    size_t asked = 0;
    struct stat_interval i = stat_bootstrap(a, 26, variance_of, &asked, 0.90, 1);
    is_near("variance", i.value, 171.5, 0.05);
    is_near("low", i.low, 115.8, 5);
    is_near("high", i.high, 259.6, 9);
}

Test(statistics, warm_up_ends_where_the_level_is_reached)
{
    double x[1000];
    for (int i = 0; i < 1000; i++)
        x[i] = 10 + (i * 7919 % 101) / 100.0 - 0.5 + (i < 200 ? 10 * (200 - i) / 200.0 : 0);
    size_t end = stat_warm_up(x, 1000);
    cr_assert(end >= 175 && end <= 205 && end % 5 == 0, "%zu", end);
    cr_assert(stat_warm_up(x + 200, 800) <= 50, "%zu", stat_warm_up(x + 200, 800));
    for (int i = 0; i < 1000; i++)
        x[i] = i; /* never steady */
    cr_assert(stat_warm_up(x, 1000) == 1000);
    cr_assert(stat_warm_up(x, 0) == 0);
}

Test(statistics, batch_means_leave_out_what_fills_no_batch)
{
    const double x[11] = {99, 1, 3, 2, 4, 3, 5, 4, 6, 5, 7}; /* the first is left out; batches 2 3 4 5 6 */
    interval_is("batches", stat_batch_means(x, 11, 5, 0.95), 4, 4 - 2.776445 * sqrt(0.5), 4 + 2.776445 * sqrt(0.5),
                1e-6);
    is_near("correlation", stat_batch_correlation(x, 11, 5), 0.4, 1e-12);
    cr_assert(isnan(stat_batch_correlation(x, 3, 5)));
}
