/* Kaplan and Meier's curve in one pass over the sorted times.

   With Y at risk and d ending at a time u, log S falls by log(1 - d/Y). Greenwood's variance of log S is the sum of
   d / (Y (Y - d)). For groups, an observation's influence on log S at time t is, with L(t) the sum of d / Y^2 up to t,
       -(1/Y(T) if it ended at T <= t) + L(min(T, t)),
   so a group's influence is A + m L(t): A of those of its members that are done, m the number still at risk. The sum of
   its squares over all groups is kept by three sums, so that a step costs nothing but who ends at it. */
#include "app/study/survival.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "sim/journal/memory.h"

static int by_time(const void *a, const void *b)
{
    const struct stat_observation *x = a, *y = b;
    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (int)x->is_censored - (int)y->is_censored;
}

struct group {
    double done;    /* A */
    size_t at_risk; /* m */
};

struct spread {
    struct group *groups;
    double done_squares, done_at_risk, at_risk_squares; /* over all groups: A^2, A m, m^2 */
    double per_risk;                                    /* L */
    double greenwood;
    size_t groups_at_risk;
};

static void group_count(struct spread *s, const struct group *g, double sign)
{
    double m = (double)g->at_risk;
    s->done_squares += sign * g->done * g->done;
    s->done_at_risk += sign * g->done * m;
    s->at_risk_squares += sign * m * m;
}

static size_t count_groups(const struct stat_observation *o, size_t n)
{
    size_t groups = 0;
    for (size_t i = 0; i < n; i++)
        if (o[i].group >= groups) groups = o[i].group + 1;
    return groups;
}

static struct spread spread_new(const struct stat_observation *o, size_t n, size_t n_groups)
{
    struct spread s = {.groups = mem_calloc(n_groups, sizeof *s.groups)};
    for (size_t i = 0; i < n; i++)
        s.groups[o[i].group].at_risk++;
    for (size_t i = 0; i < n_groups; i++) {
        group_count(&s, &s.groups[i], 1);
        s.groups_at_risk += s.groups[i].at_risk > 0;
    }
    return s;
}

/* Some that are done at a step: those who ended there, then those who were last seen there. */
static void spread_step(struct spread *s, const struct stat_observation *o, const struct stat_step *step)
{
    double y = (double)step->at_risk, d = (double)step->ended;
    s->per_risk += d / (y * y);
    if (step->ended < step->at_risk) s->greenwood += d / (y * (y - d));
    for (size_t i = 0; i < step->ended + step->censored; i++) {
        struct group *g = &s->groups[o[i].group];
        group_count(s, g, -1);
        g->done += s->per_risk - (o[i].is_censored ? 0 : 1 / y);
        g->at_risk--;
        s->groups_at_risk -= g->at_risk == 0;
        group_count(s, g, 1);
    }
}

static double variance_of_groups(const struct spread *s)
{
    double l = s->per_risk, sum = s->done_squares + 2 * l * s->done_at_risk + l * l * s->at_risk_squares;
    return sum > 0 ? sum : 0;
}

static bool is_grouped(const struct stat_survival *s)
{
    return s->n_groups > 1 && s->n_groups < s->n;
}

static double quantile_of(const struct stat_survival *s)
{
    return stat_t_quantile(s->confidence, is_grouped(s) ? s->n_groups - 1 : 0);
}

/* A band of log(-log S) never leaves 0 to 1. When all that were left have ended it has no width: then the share of
   those `watched` (observations, or groups of them) that might have gone on is bounded by that of which none of so many
   would be seen, (1 - share)^watched = tail (Clopper and Pearson 1934). */
static void set_band(struct stat_step *step, const struct stat_step *before, double variance, double z, size_t watched)
{
    step->low = step->high = step->share;
    if (step->share >= 1) return;
    if (step->share <= 0) {
        double tail = gsl_cdf_ugaussian_Q(z);
        step->low = 0;
        step->high = (before ? before->high : 1) * (1 - pow(tail, 1 / (double)watched));
        return;
    }
    double hazard = -log(step->share), half = z * sqrt(variance) / hazard;
    step->low = exp(-hazard * exp(half));
    step->high = exp(-hazard * exp(-half));
}

/* The step at the observations from o[0] on. */
static struct stat_step step_at(const struct stat_observation *o, size_t left, double share_before)
{
    struct stat_step step = {.time = o[0].time, .at_risk = left};
    for (size_t i = 0; i < left && o[i].time == step.time; i++)
        o[i].is_censored ? step.censored++ : step.ended++;
    step.share = share_before * ((double)(step.at_risk - step.ended) / (double)step.at_risk);
    return step;
}

struct stat_survival stat_survival_of(const struct stat_observation *observations, size_t n, double confidence)
{
    struct stat_survival s = {.n = n, .n_groups = count_groups(observations, n), .confidence = confidence};
    s.sorted = mem_alloc(n * sizeof *s.sorted);
    s.steps = mem_alloc(n * sizeof *s.steps);
    for (size_t i = 0; i < n; i++)
        s.sorted[i] = observations[i];
    qsort(s.sorted, n, sizeof *s.sorted, by_time);
    struct spread spread = spread_new(s.sorted, n, s.n_groups);
    double share = 1, z = quantile_of(&s);
    for (size_t i = 0; i < n;) {
        struct stat_step *step = &s.steps[s.n_steps];
        *step = step_at(s.sorted + i, n - i, share);
        size_t watched = is_grouped(&s) ? spread.groups_at_risk : step->at_risk;
        spread_step(&spread, s.sorted + i, step);
        double variance = is_grouped(&s) ? variance_of_groups(&spread) : spread.greenwood;
        set_band(step, s.n_steps ? step - 1 : NULL, variance, z, watched);
        share = step->share;
        s.n_censored += step->censored;
        i += step->ended + step->censored;
        s.n_steps++;
    }
    mem_free(spread.groups);
    return s;
}

void stat_survival_free(struct stat_survival *s)
{
    mem_free(s->steps);
    mem_free(s->sorted);
    *s = (struct stat_survival){0};
}

/* How many observations, or groups of them, were watched up to then; where none had ended before. */
static size_t watched_until(const struct stat_survival *s, double time)
{
    size_t n = 0;
    bool *seen = mem_calloc(s->n_groups + 1, sizeof *seen);
    for (size_t i = s->n; i-- > 0 && s->sorted[i].time >= time;) {
        bool *is_seen = &seen[s->sorted[i].group];
        n += !is_grouped(s) || !*is_seen;
        *is_seen = true;
    }
    mem_free(seen);
    return n;
}

/* Where none has ended, the share that might have is bounded as in set_band. */
static struct stat_interval whole(const struct stat_survival *s, double time)
{
    size_t watched = watched_until(s, time);
    double tail = gsl_cdf_ugaussian_Q(quantile_of(s));
    return (struct stat_interval){1, watched ? pow(tail, 1 / (double)watched) : 0, 1};
}

struct stat_interval stat_survival_at(const struct stat_survival *s, double time)
{
    size_t below = 0, above = s->n_steps;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        if (s->steps[middle].time <= time)
            below = middle + 1;
        else
            above = middle;
    }
    if (below == 0 || s->steps[below - 1].share >= 1) return whole(s, time);
    const struct stat_step *step = &s->steps[below - 1];
    return (struct stat_interval){step->share, step->low, step->high};
}

struct stat_interval stat_survival_quantile(const struct stat_survival *s, double q)
{
    struct stat_interval found = {INFINITY, INFINITY, INFINITY};
    double left = 1 - q + 1e-12; /* a product of shares is rounded */
    for (size_t i = s->n_steps; i-- > 0;) {
        const struct stat_step *step = &s->steps[i];
        if (step->share <= left) found.value = step->time;
        if (step->low <= left) found.low = step->time;
        if (step->high <= left) found.high = step->time;
    }
    return found;
}

/* The area under the curve from each step on to the horizon. */
static double *areas_after(const struct stat_survival *s, double horizon, double *whole)
{
    double *areas = mem_calloc(s->n_steps + 1, sizeof *areas), area = 0, until = horizon;
    for (size_t i = s->n_steps; i-- > 0;) {
        const struct stat_step *step = &s->steps[i];
        if (step->time < until) {
            area += step->share * (until - step->time);
            until = step->time;
        }
        areas[i] = area;
    }
    *whole = area + until;
    return areas;
}

/* Each group's influence on the area, squared: the same as above with the area after each step as its weight. */
static double area_variance_of_groups(const struct stat_survival *s, const double *areas)
{
    double *influence = mem_calloc(s->n_groups, sizeof *influence), passed = 0, sum = 0;
    const struct stat_observation *o = s->sorted;
    for (size_t i = 0; i < s->n_steps; i++) {
        const struct stat_step *step = &s->steps[i];
        double y = (double)step->at_risk;
        passed += areas[i] * (double)step->ended / (y * y);
        for (size_t k = 0; k < step->ended + step->censored; k++, o++)
            influence[o->group] += passed - (o->is_censored ? 0 : areas[i] / y);
    }
    for (size_t g = 0; g < s->n_groups; g++)
        sum += influence[g] * influence[g];
    mem_free(influence);
    return sum;
}

static double area_variance(const struct stat_survival *s, const double *areas)
{
    if (is_grouped(s)) return area_variance_of_groups(s, areas);
    double sum = 0;
    for (size_t i = 0; i < s->n_steps; i++) {
        double y = (double)s->steps[i].at_risk, d = (double)s->steps[i].ended;
        if (y > d) sum += areas[i] * areas[i] * d / (y * (y - d));
    }
    return sum;
}

struct stat_interval stat_survival_restricted_mean(const struct stat_survival *s, double horizon)
{
    if (s->n == 0) return (struct stat_interval){NAN, -INFINITY, INFINITY};
    double mean, *areas = areas_after(s, horizon, &mean), half = quantile_of(s) * sqrt(area_variance(s, areas));
    mem_free(areas);
    return (struct stat_interval){mean, mean - half, mean + half};
}
