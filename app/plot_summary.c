/* From runs to a number with its interval. Times by Kaplan and Meier over mails, where more than a mean is asked for;
   everything else over runs. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/plot_choice.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/figures/value_text.h"

/* ---- which ---- */

struct plot_statistic plot_statistic_default(const struct plot_data *d)
{
    double asked = plot_main_quantile(&d->about, d->measure);
    double quantile = asked >= 0 ? asked : measure_is_censored_by_end(d->measure) ? 0.5 : 0;
    return (struct plot_statistic){
        .kind = quantile > 0 ? PLOT_QUANTILE : PLOT_MEAN, .quantile = quantile, .confidence = 0.95};
}

const char *plot_statistic_name(const struct plot_statistic *s, char *text, size_t room)
{
    char time[VALUE_TEXT_BYTES];
    if (s->kind == PLOT_MEAN)
        snprintf(text, room, "%s", tr("mean"));
    else if (s->kind == PLOT_MEAN_TO)
        snprintf(text, room, tr("mean up to %s"), value_text_round(FIGURE_SECONDS, s->time_s, time));
    else if (s->kind == PLOT_WITHIN)
        snprintf(text, room, tr("share within %s"), value_text_round(FIGURE_SECONDS, s->time_s, time));
    else if (s->quantile == 0.5)
        snprintf(text, room, "%s", tr("median"));
    else
        snprintf(text, room, tr("%.4g %% quantile"), 100 * s->quantile);
    return text;
}

bool plot_statistic_is_to_time(const struct plot_statistic *s)
{
    return s->kind == PLOT_MEAN_TO || s->kind == PLOT_WITHIN;
}

enum figure_unit plot_statistic_unit(const struct plot_data *d, const struct plot_statistic *s)
{
    return s->kind == PLOT_WITHIN ? FIGURE_SHARE : plot_unit(d->measure);
}

bool plot_is_of_mails(const struct plot_data *d, const struct plot_statistic *s)
{
    return s->kind != PLOT_MEAN && measure_is_censored_by_end(d->measure);
}

/* ---- of runs ---- */

static double mean_of(const double *x, size_t n, void *user)
{
    double sum = 0;
    (void)user;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

static double quantile_of(const double *x, size_t n, void *user)
{
    double *copy = mem_alloc(n * sizeof *copy), quantile = *(const double *)user;
    memcpy(copy, x, n * sizeof *copy);
    double value = stat_of_runs(copy, n, quantile, false, 0.5).value;
    mem_free(copy);
    return value;
}

/* Values may be put into another order. */
static struct stat_interval interval_of(const struct plot_data *d, double *x, size_t n, const struct plot_statistic *s,
                                        bool may_be_share)
{
    double quantile = s->kind == PLOT_QUANTILE ? s->quantile : 0;
    if (s->is_bootstrap)
        return stat_bootstrap(x, n, quantile > 0 ? quantile_of : mean_of, &quantile, s->confidence, d->about.seed);
    return stat_of_runs(x, n, quantile, may_be_share, s->confidence);
}

/* ---- of mails ---- */

/* Up to a time that is longer than anything was watched, nothing can be said: unless nobody was left then. */
static bool is_known(const struct stat_survival *survival, const struct plot_point *p, double time_s)
{
    const struct stat_step *last = &survival->steps[survival->n_steps - 1];
    return p->n_open == 0 || last->share <= 0 || time_s <= last->time;
}

static struct stat_interval of_mails(const struct plot_point *p, const struct plot_statistic *s)
{
    struct stat_interval i = {NAN, -INFINITY, INFINITY};
    if (p->n_mails == 0) return i;
    struct stat_survival survival = stat_survival_of(p->mails, p->n_mails, s->confidence);
    if (s->kind == PLOT_QUANTILE) {
        i = stat_survival_quantile(&survival, s->quantile);
    } else if (is_known(&survival, p, s->time_s)) {
        struct stat_interval left = stat_survival_at(&survival, s->time_s);
        i = s->kind == PLOT_MEAN_TO ? stat_survival_restricted_mean(&survival, s->time_s)
                                    : (struct stat_interval){1 - left.value, 1 - left.high, 1 - left.low};
    }
    stat_survival_free(&survival);
    return i;
}

/* ---- of a point ---- */

struct plot_summary plot_summarise(const struct plot_data *d, const struct plot_point *p,
                                   const struct plot_statistic *statistic)
{
    if (!p) return (struct plot_summary){.interval = {NAN, NAN, NAN}};
    struct plot_summary s = {.n_runs = p->n_runs, .n_mails = p->n_mails};
    if (p->n_mails) s.censored = (double)p->n_open / (double)p->n_mails;
    if (plot_is_of_mails(d, statistic)) {
        s.interval = of_mails(p, statistic);
        return s;
    }
    double *x = mem_alloc(p->n_runs * sizeof *x);
    size_t n = 0;
    for (size_t i = 0; i < p->n_runs; i++)
        if (!isnan(p->runs[i].value)) x[n++] = p->runs[i].value;
    s.interval = interval_of(d, x, n, statistic, plot_unit(d->measure) == FIGURE_SHARE);
    mem_free(x);
    return s;
}

/* The runs that both points have, pair by pair; how many. */
static size_t pairs_of(const struct plot_point *p, const struct plot_point *base, double *a, double *b)
{
    size_t n = 0;
    for (size_t i = 0, k = 0; i < p->n_runs; i++) {
        while (k < base->n_runs && base->runs[k].replication < p->runs[i].replication)
            k++;
        if (k == base->n_runs || base->runs[k].replication != p->runs[i].replication) continue;
        if (isnan(p->runs[i].value) || isnan(base->runs[k].value)) continue;
        a[n] = p->runs[i].value;
        b[n++] = base->runs[k].value;
    }
    return n;
}

struct plot_summary plot_summarise_difference(const struct plot_data *d, const struct plot_point *p,
                                              const struct plot_point *base, const struct plot_statistic *statistic)
{
    if (!p || !base) return (struct plot_summary){.interval = {NAN, NAN, NAN}};
    double *a = mem_alloc(p->n_runs * sizeof *a), *b = mem_alloc(p->n_runs * sizeof *b);
    struct plot_summary s = {.n_runs = pairs_of(p, base, a, b), .n_mails = p->n_mails};
    if (statistic->kind == PLOT_MEAN && !statistic->is_bootstrap) {
        s.interval = stat_paired(a, b, s.n_runs, statistic->confidence);
    } else {
        for (size_t i = 0; i < s.n_runs; i++)
            a[i] -= b[i];
        s.interval = interval_of(d, a, s.n_runs, statistic, false);
    }
    if (p->n_mails + base->n_mails)
        s.censored = (double)(p->n_open + base->n_open) / (double)(p->n_mails + base->n_mails);
    mem_free(a);
    mem_free(b);
    return s;
}
