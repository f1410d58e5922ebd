/* From runs to a number with its interval. Delays by Kaplan and Meier over mails; everything else over runs. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/plot_choice.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

const char *plot_statistic_name(double quantile, char *text, size_t room)
{
    if (quantile == 0)
        snprintf(text, room, "%s", tr("mean"));
    else if (quantile == 0.5)
        snprintf(text, room, "%s", tr("median"));
    else
        snprintf(text, room, tr("%.4g %% quantile"), 100 * quantile);
    return text;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Values of runs. All 0 or 1: a share of runs. */
static struct stat_interval interval_of(double *x, size_t n, double quantile, double confidence, bool may_be_share)
{
    size_t ones = 0;
    if (quantile > 0) {
        qsort(x, n, sizeof *x, by_size);
        return stat_quantile(x, n, quantile, confidence);
    }
    for (size_t i = 0; i < n; i++) {
        may_be_share = may_be_share && (x[i] == 0 || x[i] == 1);
        ones += x[i] == 1;
    }
    return may_be_share ? stat_proportion(ones, n, confidence) : stat_mean(x, n, confidence);
}

static struct stat_interval quantile_of_mails(const struct plot_point *p, double quantile, double confidence)
{
    if (p->n_mails == 0) return (struct stat_interval){NAN, -INFINITY, INFINITY};
    struct stat_survival s = stat_survival_of(p->mails, p->n_mails, confidence);
    struct stat_interval interval = stat_survival_quantile(&s, quantile);
    stat_survival_free(&s);
    return interval;
}

struct plot_summary plot_summarise(const struct plot_data *d, const struct plot_point *p, double quantile,
                                   double confidence)
{
    if (!p) return (struct plot_summary){.interval = {NAN, NAN, NAN}};
    struct plot_summary s = {.n_runs = p->n_runs, .n_mails = p->n_mails};
    if (p->n_mails) s.censored = (double)p->n_open / (double)p->n_mails;
    if (quantile > 0 && measure_is_censored_by_end(d->measure)) {
        s.interval = quantile_of_mails(p, quantile, confidence);
        return s;
    }
    double *x = mem_alloc(p->n_runs * sizeof *x);
    size_t n = 0;
    for (size_t i = 0; i < p->n_runs; i++)
        if (!isnan(p->runs[i].value)) x[n++] = p->runs[i].value;
    s.interval = interval_of(x, n, quantile, confidence, plot_unit(d->measure) == FIGURE_SHARE);
    mem_free(x);
    return s;
}

struct plot_summary plot_summarise_difference(const struct plot_data *d, const struct plot_point *p,
                                              const struct plot_point *base, double quantile, double confidence)
{
    (void)d;
    if (!p || !base) return (struct plot_summary){.interval = {NAN, NAN, NAN}};
    double *x = mem_alloc(p->n_runs * sizeof *x);
    size_t n = 0;
    for (size_t i = 0, k = 0; i < p->n_runs; i++) {
        while (k < base->n_runs && base->runs[k].replication < p->runs[i].replication)
            k++;
        if (k == base->n_runs || base->runs[k].replication != p->runs[i].replication) continue;
        double difference = p->runs[i].value - base->runs[k].value;
        if (!isnan(difference)) x[n++] = difference;
    }
    struct plot_summary s = {
        .n_runs = n, .n_mails = p->n_mails, .interval = interval_of(x, n, quantile, confidence, false)};
    if (p->n_mails + base->n_mails)
        s.censored = (double)(p->n_open + base->n_open) / (double)(p->n_mails + base->n_mails);
    mem_free(x);
    return s;
}
