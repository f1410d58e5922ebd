#include "app/study/study_rule.h"

#include <math.h>
#include <string.h>

#include "app/study/statistics.h"
#include "app/study/study_points.h"
#include "sim/journal/memory.h"

int64_t study_rule_next_look(const struct study *study, int64_t n)
{
    double look = (double)study->least_runs;
    while (ceil(look) <= (double)n)
        look *= 1.5;
    return ceil(look) < (double)study->most_runs ? (int64_t)ceil(look) : study->most_runs;
}

/* The value of each replication; of a quantile a censored one is longer than any. False when one is missing: a run
   without mails has no delay. */
static bool read_values(const struct study *study, const struct results *results, uint64_t point, int64_t n,
                        double *values)
{
    struct text_buffer text = {0};
    study_point_text(study, point, &text);
    uint64_t key = study_point_key(text.text);
    bool good = true;
    mem_free(text.text);
    for (int64_t i = 0; i < n && good; i++) {
        bool is_censored = false;
        good = results_value(results, key, i, study->precision.measure, &values[i], &is_censored);
        if (study->precision.quantile > 0 && is_censored && measure_is_censored_by_end(study->precision.measure))
            values[i] = INFINITY;
    }
    return good;
}

/* values are put into another order. */
static struct stat_interval interval_of(const struct study_precision *p, double *values, size_t n)
{
    return stat_of_runs(values, n, p->quantile, !p->of_difference, p->confidence);
}

static bool is_precise(const struct study_precision *p, struct stat_interval interval, double beside)
{
    double half = (interval.high - interval.low) / 2;
    return isfinite(half) && half <= (p->relative > 0 ? p->relative * fabs(beside) : p->absolute);
}

/* Differences of a value to the first point's; between two censored ones nothing is known. */
static void subtract(double *values, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        values[i] = isinf(values[i]) && isinf(from[i]) ? INFINITY : values[i] - from[i];
}

bool study_rule_is_precise(const struct study_precision *p, double *const *values, size_t points, size_t n)
{
    struct study_precision of_value = *p;
    double *copy = mem_calloc(n, sizeof *copy);
    of_value.of_difference = false;
    memcpy(copy, values[0], n * sizeof *copy);
    struct stat_interval base = interval_of(&of_value, copy, n);
    bool precise = p->of_difference || is_precise(p, base, base.value);
    for (size_t k = 1; k < points && precise; k++) {
        memcpy(copy, values[k], n * sizeof *copy);
        if (p->of_difference) subtract(copy, values[0], n);
        struct stat_interval interval = interval_of(p, copy, n);
        precise = is_precise(p, interval, p->of_difference ? base.value : interval.value);
    }
    mem_free(copy);
    return precise;
}

bool study_rule_is_settled(const struct study *study, const struct results *results, uint64_t group, int64_t n)
{
    size_t size = (size_t)study_group_size(study);
    double *all = mem_calloc(size * (size_t)n, sizeof *all), **values = mem_calloc(size, sizeof *values);
    bool settled = true;
    for (size_t k = 0; k < size && settled; k++) {
        values[k] = all + k * (size_t)n;
        settled = read_values(study, results, group * size + k, n, values[k]);
    }
    settled = settled && study_rule_is_precise(&study->precision, values, size, (size_t)n);
    mem_free(values);
    mem_free(all);
    return settled;
}
