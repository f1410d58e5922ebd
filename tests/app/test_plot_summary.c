/* What a figure shows of a point's runs, reckoned by hand. */
#include <criterion/criterion.h>
#include <math.h>

#include "app/plot_choice.h"

enum { RUNS = 5 };

/* Five runs of a mail each: after 1, 2 and 4 s; given up on after 3 s, when the run ended; sent back, which is watched
   as long as anything was. Of each run but number 2 there is one with policy b as well, which takes a second longer. */
static struct plot_run runs[RUNS], others[RUNS - 1];
static struct stat_observation mails[RUNS] = {{1, false, 0}, {2, false, 1}, {4, false, 2}, {3, true, 3}, {9, true, 4}};
static struct plot_point point, other;
static struct plot_data data = {.measure = MEASURE_DELIVERY_DELAY, .about = {.seed = 5, .study_text = "{}"}};

static void make_points(void)
{
    size_t n = 0;
    for (int i = 0; i < RUNS; i++) {
        runs[i] = (struct plot_run){i, mails[i].time, (size_t)i, 1};
        if (i != 2) others[n++] = (struct plot_run){i, mails[i].time + 1 + 0.1 * i, 0, 0};
    }
    point =
        (struct plot_point){.runs = runs, .n_runs = RUNS, .mails = mails, .n_mails = RUNS, .n_open = 1, .n_never = 1};
    other = (struct plot_point){.runs = others, .n_runs = RUNS - 1};
    data.points = &point;
    data.n_points = 1;
}

TestSuite(plot_summary, .init = make_points);

static struct stat_interval reckoned(const char *written)
{
    struct plot_statistic s = {.confidence = 0.95};
    cr_assert(plot_statistic_read(written, &s), "%s", written);
    return plot_summarise(&data, &point, &s).interval;
}

static void is_near(double value, double expected)
{
    cr_expect_float_eq(value, expected, 1e-9, "%.12g, expected %.12g", value, expected);
}

/* The curve: 4/5 from 1 s on, 3/5 from 2 s on, 3/5 x 1/2 from 4 s on. */
Test(plot_summary, shares_and_means_up_to_a_time_are_read_from_the_curve)
{
    is_near(reckoned("within 1500 ms").value, 0.2);
    is_near(reckoned("within 3 s").value, 0.4);
    is_near(reckoned("within 5 s").value, 0.7);
    is_near(reckoned("mean to 2 s").value, 1 + 0.8);
    is_near(reckoned("mean to 4 s").value, 1 + 0.8 + 2 * 0.6);
    is_near(reckoned("p30").value, 2);
    is_near(reckoned("mean").value, (1 + 2 + 4 + 3 + 9) / 5.0);
    struct stat_interval within = reckoned("within 3 s");
    cr_expect(within.low > 0 && within.low < 0.4 && within.high > 0.4 && within.high < 1);
}

Test(plot_summary, beyond_what_was_watched_nothing_is_said_of_mails_that_had_not_ended)
{
    is_near(reckoned("within 9 s").value, 0.7);
    cr_expect(isnan(reckoned("within 10 s").value) && isnan(reckoned("mean to 10 s").value));
    point.n_open = 0;
    is_near(reckoned("within 10 s").value, 0.7);
}

Test(plot_summary, where_nothing_is_left_on_the_curve_all_is_over_at_any_time)
{
    struct stat_observation ended[] = {{1, false, 0}, {2, true, 1}, {4, false, 2}};
    point.mails = ended;
    point.n_mails = 3;
    is_near(reckoned("within 10 s").value, 1);
    is_near(reckoned("mean to 10 s").value, 1 + 3 * 2 / 3.0);
}

/* Clopper and Pearson: 0 of 5, and of 3 that end at once 3. */
Test(plot_summary, none_and_all_have_an_interval)
{
    struct stat_interval none = reckoned("within 500 ms"), all;
    cr_expect(none.value == 0 && none.low == 0);
    cr_expect_float_eq(none.high, 0.5218, 5e-5, "%.5f", none.high);
    struct stat_observation ended[] = {{1, false, 0}, {1, false, 1}, {1, false, 2}};
    point.mails = ended;
    point.n_mails = 3;
    all = reckoned("within 1 s");
    cr_expect(all.value == 1 && all.high == 1);
    cr_expect_float_eq(all.low, 0.2924, 5e-5, "%.5f", all.low);
}

Test(plot_summary, differences_are_of_runs_that_both_have)
{
    struct plot_statistic s = {.kind = PLOT_MEAN, .confidence = 0.95};
    struct plot_summary difference = plot_summarise_difference(&data, &other, &point, &s);
    cr_expect_eq(difference.n_runs, RUNS - 1);
    is_near(difference.interval.value, 1 + 0.1 * (0 + 1 + 3 + 4) / 4);
    is_near(difference.interval.high - difference.interval.value,
            stat_t_quantile(0.95, 3) * sqrt((4 + 1 + 1 + 4) / 100.0 / 3 / 4));
    difference = plot_summarise_difference(&data, &point, &other, &s);
    cr_expect_eq(difference.n_runs, RUNS - 1);
    is_near(difference.interval.value, -1.2);
    s.kind = PLOT_QUANTILE;
    s.quantile = 0.5;
    is_near(plot_summarise_difference(&data, &other, &point, &s).interval.value, 1.1);
}

Test(plot_summary, a_bootstrap_is_of_the_same_value_and_the_same_each_time)
{
    struct plot_statistic s = {.kind = PLOT_MEAN, .confidence = 0.95, .is_bootstrap = true};
    struct stat_interval once = plot_summarise(&data, &point, &s).interval,
                         again = plot_summarise(&data, &point, &s).interval, by_formula = reckoned("mean");
    is_near(once.value, by_formula.value);
    cr_expect(once.low == again.low && once.high == again.high);
    cr_expect(once.low > by_formula.low && once.low > 1 && once.high < 9, "never beyond the values themselves");
}

Test(plot_summary, statistics_are_read_as_they_are_written)
{
    static const char *const wrong[] = {"average",    "p",         "p0",   "p100",  "p5x", "within", "within 5",
                                        "within 0 s", "mean to x", "p 95", "p0x32", "p+5", "p5.5.5", "p."};
    struct plot_statistic s;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        cr_expect(!plot_statistic_read(wrong[i], &s), "%s", wrong[i]);
    cr_assert(plot_statistic_read("within 1 h", &s));
    cr_expect(s.kind == PLOT_WITHIN && s.time_s == 3600);
}
