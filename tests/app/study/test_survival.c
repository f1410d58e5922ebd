/* Kaplan and Meier's curve against published answers. */
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <math.h>

#include "app/study/survival.h"

static void is_near(const char *what, double actual, double expected, double within)
{
    cr_assert(fabs(actual - expected) <= within, "%s: expected %.10g, got %.10g", what, expected, actual);
}

/* Freireich et al., Blood 21 (1963): weeks of remission under 6-mercaptopurine; the standard example of the field (Cox
   and Oakes 1984, table 1.1). The curve and its log-log bands as Stata's `sts list` and R's survfit print them. */
static const struct stat_observation remission[21] = {
    {6, false, 0},   {6, false, 1},   {6, false, 2},  {6, true, 3},    {7, false, 4},  {9, true, 5},   {10, false, 6},
    {10, true, 7},   {11, true, 8},   {13, false, 9}, {16, false, 10}, {17, true, 11}, {19, true, 12}, {20, true, 13},
    {22, false, 14}, {23, false, 15}, {25, true, 16}, {32, true, 17},  {32, true, 18}, {34, true, 19}, {35, true, 20}};

Test(survival, freireichs_remissions)
{
    static const struct {
        double time, share, low, high;
        size_t at_risk;
    } rows[] = {{6, 0.8571, 0.6197, 0.9516, 21},  {7, 0.8067, 0.5631, 0.9228, 17},  {10, 0.7529, 0.5032, 0.8894, 15},
                {13, 0.6902, 0.4316, 0.8491, 12}, {16, 0.6275, 0.3675, 0.8049, 11}, {22, 0.5378, 0.2678, 0.7468, 7},
                {23, 0.4482, 0.1881, 0.6801, 6}};
    struct stat_survival s = stat_survival_of(remission, 21, 0.95);
    cr_assert(s.n_censored == 12 && s.n == 21);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stat_interval at = stat_survival_at(&s, rows[i].time);
        is_near("share", at.value, rows[i].share, 5e-5);
        is_near("low", at.low, rows[i].low, 5e-5);
        is_near("high", at.high, rows[i].high, 5e-5);
        for (size_t k = 0; k < s.n_steps; k++)
            if (s.steps[k].time == rows[i].time) cr_assert(s.steps[k].at_risk == rows[i].at_risk);
    }
    cr_assert(stat_survival_at(&s, 5.9).value == 1);
    is_near("beyond", stat_survival_at(&s, 100).value, 0.4482, 5e-5);
    stat_survival_free(&s);
}

/* R: survfit(Surv(time, status) ~ 1, conf.type = "log-log"); print(..., rmean = 35). */
Test(survival, median_and_restricted_mean_of_freireichs_remissions)
{
    struct stat_survival s = stat_survival_of(remission, 21, 0.95);
    struct stat_interval median = stat_survival_quantile(&s, 0.5), mean = stat_survival_restricted_mean(&s, 35);
    cr_assert(median.value == 23 && median.low == 13 && isinf(median.high));
    is_near("restricted mean", mean.value, 23.287, 5e-4);
    is_near("its deviation", (mean.high - mean.low) / 2 / 1.959964, 2.83, 5e-3);
    is_near("up to 6", stat_survival_restricted_mean(&s, 6).value, 6, 1e-12);
    is_near("up to 8", stat_survival_restricted_mean(&s, 8).value, 6 + 0.857143 + 0.806723, 1e-6);
    stat_survival_free(&s);
}

/* Without censoring the curve is 1 - ECDF, the mean is the mean, and a quantile an order statistic. */
Test(survival, without_censoring_it_is_the_plain_sample)
{
    struct stat_observation o[40];
    double sum = 0;
    for (size_t i = 0; i < 40; i++) {
        o[i] = (struct stat_observation){(double)(i * 17 % 40) + 1, false, i};
        sum += o[i].time;
    }
    struct stat_survival s = stat_survival_of(o, 40, 0.95);
    for (size_t i = 0; i < 40; i++)
        is_near("share", s.steps[i].share, 1 - (double)(i + 1) / 40, 1e-12);
    is_near("mean", stat_survival_restricted_mean(&s, 1000).value, sum / 40, 1e-9);
    cr_assert(stat_survival_quantile(&s, 0.5).value == 20);
    cr_assert(stat_survival_quantile(&s, 0.25).value == 10);
    cr_assert(s.steps[39].share == 0 && s.steps[39].low == 0);
    stat_survival_free(&s);
}

/* Twins that are exact copies carry no more than one of them: the bands must be those of half the observations, though
   there are twice as many. With t for z, and Greenwood's Y (Y - d) for Y Y, both of which vanish in large samples. */
Test(survival, copies_within_a_group_do_not_narrow_the_bands)
{
    struct stat_observation one[400], two[800];
    for (size_t i = 0; i < 400; i++) {
        one[i] = (struct stat_observation){(double)(i * 37 % 400) + 1, i % 7 == 0, i};
        two[2 * i] = two[2 * i + 1] = one[i];
    }
    struct stat_survival a = stat_survival_of(one, 400, 0.95), b = stat_survival_of(two, 800, 0.95);
    for (double t = 20; t < 340; t += 10) {
        struct stat_interval x = stat_survival_at(&a, t), y = stat_survival_at(&b, t);
        is_near("share", y.value, x.value, 1e-12);
        is_near("width", (y.high - y.low) / (x.high - x.low), 1, 0.02);
    }
    struct stat_interval x = stat_survival_restricted_mean(&a, 390), y = stat_survival_restricted_mean(&b, 390);
    is_near("mean", y.value, x.value, 1e-9);
    is_near("width of the mean", (y.high - y.low) / (x.high - x.low), 1, 0.02);
    stat_survival_free(&a);
    stat_survival_free(&b);
}

Test(survival, nothing_all_censored_and_all_at_once)
{
    struct stat_survival none = stat_survival_of(NULL, 0, 0.95);
    cr_assert(none.n_steps == 0 && isinf(stat_survival_quantile(&none, 0.5).value));
    cr_assert(isnan(stat_survival_restricted_mean(&none, 1).value));
    stat_survival_free(&none);
    const struct stat_observation watched[3] = {{5, true, 0}, {6, true, 1}, {6, true, 2}};
    struct stat_survival all = stat_survival_of(watched, 3, 0.95);
    cr_assert(stat_survival_at(&all, 6).value == 1 && isinf(stat_survival_quantile(&all, 0.5).value));
    cr_assert(stat_survival_restricted_mean(&all, 6).value == 6);
    stat_survival_free(&all);
    const struct stat_observation at_once[3] = {{5, false, 0}, {5, false, 1}, {5, false, 2}};
    all = stat_survival_of(at_once, 3, 0.95);
    cr_assert(stat_survival_quantile(&all, 0.5).value == 5 && stat_survival_at(&all, 5).value == 0);
    is_near("of three none went on", stat_survival_at(&all, 5).high, 0.7076, 5e-5); /* Clopper and Pearson: 0 of 3 */
    stat_survival_free(&all);
    struct stat_observation many[100]; /* without loss all mails take the same time: so does their median */
    for (size_t i = 0; i < 100; i++)
        many[i] = (struct stat_observation){0.9, false, i};
    all = stat_survival_of(many, 100, 0.95);
    struct stat_interval median = stat_survival_quantile(&all, 0.5);
    cr_assert(median.value == 0.9 && median.low == 0.9 && median.high == 0.9);
    stat_survival_free(&all);
    for (size_t i = 0; i < 100; i++)
        many[i].group = i / 50; /* two runs are not a hundred */
    all = stat_survival_of(many, 100, 0.95);
    is_near("of two groups none went on", stat_survival_at(&all, 0.9).high, 1, 0.01);
    stat_survival_free(&all);
}
