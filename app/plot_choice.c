#include "app/plot_choice.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "app/plot_factors.h"
#include "model/scenario/units.h"
#include "sim/journal/memory.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"

/* ---- what was asked for ---- */

static bool read_kind(const char *written, enum figure_kind *kind)
{
    const char *names[FIGURES + 1] = {NULL};
    if (!written || figure_find(written, kind)) return true;
    fprintf(stderr, tr("postroad plot: --figure: \"%s\" is not"), written);
    for (int i = 0; i < FIGURES; i++) {
        names[i] = figure_name((enum figure_kind)i);
        fprintf(stderr, "%s %s", i == 0 ? "" : i == FIGURES - 1 ? tr(" or") : ",", names[i]);
    }
    const char *near = near_word_find(written, names);
    fputc('\n', stderr);
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    return false;
}

static bool read_time(const char *written, double *time_s)
{
    struct unit_problem problem;
    int64_t ns;
    if (!unit_parse(UNIT_DURATION, written, &ns, &problem) || ns <= 0) return false;
    *time_s = (double)ns * 1e-9;
    return true;
}

bool plot_statistic_read(const char *written, struct plot_statistic *s)
{
    static const char mean_to[] = "mean to ", within[] = "within ";
    char *end;
    bool good = true;
    if (strcmp(written, "mean") == 0) {
        s->kind = PLOT_MEAN;
    } else if (strncmp(written, mean_to, strlen(mean_to)) == 0) {
        s->kind = PLOT_MEAN_TO;
        good = read_time(written + strlen(mean_to), &s->time_s);
    } else if (strncmp(written, within, strlen(within)) == 0) {
        s->kind = PLOT_WITHIN;
        good = read_time(written + strlen(within), &s->time_s);
    } else {
        bool is_median = strcmp(written, "median") == 0;
        bool is_percentile = *written == 'p' && !written[1 + strspn(written + 1, "0123456789.")];
        s->kind = PLOT_QUANTILE;
        s->quantile = (is_median ? 50 : is_percentile ? strtod(written + 1, &end) : 0) / 100;
        good = (is_median || (is_percentile && *end == 0)) && s->quantile > 0 && s->quantile < 1;
    }
    if (!good)
        fprintf(stderr,
                tr("postroad plot: --statistic: \"%s\" is not mean, median or a percentile\n"
                   "  hint: p95; of times also \"mean to 6 h\" and \"within 1 h\"\n"),
                written);
    return good;
}

static bool read_confidence(const char *written, double *confidence)
{
    char *end;
    *confidence = 0.95;
    if (!written) return true;
    double value = strtod(written, &end);
    while (*end == ' ')
        end++;
    if (*end == '%' && end[1] == 0)
        value /= 100;
    else if (*end)
        value = 0;
    *confidence = value;
    if (end != written && value >= 0.5 && value < 1) return true;
    fprintf(stderr,
            tr("postroad plot: --confidence: \"%s\" is not between 50 %% and 100 %%\n  hint: --confidence \"95 %%\"\n"),
            written);
    return false;
}

static bool read_intervals(const char *written, bool *is_bootstrap)
{
    *is_bootstrap = written != NULL;
    if (!written || strcmp(written, "bootstrap") == 0) return true;
    fprintf(stderr,
            tr("postroad plot: --intervals: \"%s\" is not bootstrap\n  hint: leave it out for those by formulas\n"),
            written);
    return false;
}

static bool read_factor(const struct plot_data *d, const char *written, const char *option, size_t *into)
{
    if (!written) return true;
    const struct plot_factor *f = plot_find_factor(d, written, option);
    if (f) *into = (size_t)(f - d->factors);
    return f != NULL;
}

/* The first '=' divides: a text may hold more; a pointer hardly does. */
static bool read_where(const struct plot_data *d, const char *written, size_t *fixed)
{
    const char *equals = strchr(written, '=');
    if (!equals) {
        fprintf(stderr,
                tr("postroad plot: --where: \"%s\" has no \"=\"\n  hint: --where \"/links/a-mail/loss=5 %%\"\n"),
                written);
        return false;
    }
    size_t n = (size_t)(equals - written);
    char *pointer = mem_alloc(n + 1);
    memcpy(pointer, written, n);
    pointer[n] = 0;
    const struct plot_factor *f = plot_find_factor(d, pointer, "--where");
    mem_free(pointer);
    if (!f) return false;
    size_t level = plot_find_level(f, equals + 1, "--where");
    fixed[f - d->factors] = level;
    return level < f->n_levels;
}

/* ---- what suits ---- */

static bool matches(const struct plot_choice *c, const struct plot_point *p, size_t n_factors)
{
    for (size_t i = 0; i < n_factors; i++)
        if (c->fixed[i] != PLOT_NONE && p->levels[i] != c->fixed[i]) return false;
    return true;
}

static size_t level_of(const struct plot_point *p, size_t factor)
{
    return factor == PLOT_NONE ? 0 : p->levels[factor];
}

static size_t levels(const struct plot_data *d, size_t factor)
{
    return factor == PLOT_NONE ? 1 : d->factors[factor].n_levels;
}

/* Whether a factor has one level wherever x and by have theirs: it goes along with them. */
static bool goes_along(const struct plot_data *d, const struct plot_choice *c, size_t factor)
{
    size_t n = levels(d, c->x) * levels(d, c->by), *seen = mem_alloc(n * sizeof *seen);
    bool along = true;
    for (size_t i = 0; i < n; i++)
        seen[i] = PLOT_NONE;
    for (size_t i = 0; i < d->n_points && along; i++) {
        const struct plot_point *p = &d->points[i];
        if (!matches(c, p, d->n_factors)) continue;
        size_t *at = &seen[level_of(p, c->x) * levels(d, c->by) + level_of(p, c->by)];
        along = *at == PLOT_NONE || *at == p->levels[factor];
        *at = p->levels[factor];
    }
    mem_free(seen);
    return along;
}

static bool is_free(const struct plot_data *d, const struct plot_choice *c, size_t factor)
{
    return factor != c->x && factor != c->by && c->fixed[factor] == PLOT_NONE && !goes_along(d, c, factor);
}

/* Whether a suits better than b: what the study compares tells lines apart; what varies along with another says less.
 */
static bool suits_better(const struct plot_factor *a, const struct plot_factor *b, bool numbers, bool most)
{
    if (!numbers && a->is_compared != b->is_compared) return a->is_compared;
    if (a->follows != b->follows) return b->follows;
    return most ? a->n_levels > b->n_levels : a->n_levels < b->n_levels;
}

/* The free factor with most levels, or fewest; numbers or names. */
static size_t pick(const struct plot_data *d, const struct plot_choice *c, bool numbers, bool most)
{
    size_t best = PLOT_NONE;
    for (size_t i = 0; i < d->n_factors; i++) {
        const struct plot_factor *f = &d->factors[i];
        if (f->is_number != numbers || f->n_levels < 2 || !is_free(d, c, i)) continue;
        if (best == PLOT_NONE || suits_better(f, &d->factors[best], numbers, most)) best = i;
    }
    return best;
}

static size_t pick_any(const struct plot_data *d, const struct plot_choice *c, bool numbers_first, bool most)
{
    size_t found = pick(d, c, numbers_first, most);
    return found != PLOT_NONE ? found : pick(d, c, !numbers_first, most);
}

/* Of a heat map: from how many levels on each side it is drawn unasked, and up to how many; and the most rows that are
   drawn at all. */
enum { MOST_SERIES = 8, LEAST_HEAT = 4, USUAL_HEAT = 24, MOST_ROWS = 48 };

/* Of which axes a kind has use: distributions over time need only names. */
static bool has_x(enum figure_kind kind)
{
    return kind != FIGURE_SURVIVAL && kind != FIGURE_ECDF && kind != FIGURE_ATTEMPTS && kind != FIGURE_QUEUE;
}

static enum figure_kind kind_that_suits(const struct plot_data *d, struct plot_choice *c)
{
    bool is_time = measure_is_censored_by_end(d->measure);
    if (c->x == PLOT_NONE) c->x = pick(d, c, true, true);
    if (c->x == PLOT_NONE)
        return c->by == PLOT_NONE && pick(d, c, false, true) != PLOT_NONE ? FIGURE_CURVE
               : is_time                                                  ? FIGURE_ECDF
                                                                          : FIGURE_BOX;
    if (c->by == PLOT_NONE && pick(d, c, false, true) == PLOT_NONE) {
        size_t second = pick(d, c, true, true);
        if (second != PLOT_NONE && levels(d, second) >= LEAST_HEAT && levels(d, c->x) >= LEAST_HEAT &&
            levels(d, second) <= USUAL_HEAT && levels(d, c->x) <= USUAL_HEAT)
            return FIGURE_HEAT;
    }
    return FIGURE_CURVE;
}

static void choose_axes(const struct plot_data *d, struct plot_choice *c)
{
    if (!has_x(c->kind)) {
        if (c->by == PLOT_NONE) c->by = c->x != PLOT_NONE ? c->x : pick_any(d, c, false, true);
        c->x = PLOT_NONE;
        return;
    }
    if (c->kind == FIGURE_DIFFERENCE && c->by == PLOT_NONE) c->by = pick_any(d, c, false, false);
    if (c->x == PLOT_NONE) c->x = pick_any(d, c, true, true);
    if (c->by == PLOT_NONE) c->by = pick_any(d, c, c->kind == FIGURE_HEAT, c->kind == FIGURE_HEAT);
}

/* What is left over stands at its last value: that of most loss, the longest outage. */
static void fix_the_rest(const struct plot_data *d, struct plot_choice *c)
{
    for (size_t i = 0; i < d->n_factors; i++)
        if (is_free(d, c, i)) c->fixed[i] = d->factors[i].is_number ? d->factors[i].n_levels - 1 : 0;
}

static bool fill_cells(const struct plot_data *d, struct plot_choice *c)
{
    size_t found = 0;
    c->n_x = levels(d, c->x);
    c->n_by = levels(d, c->by);
    c->cells = mem_calloc(c->n_x * c->n_by, sizeof *c->cells);
    for (size_t i = 0; i < d->n_points; i++) {
        const struct plot_point *p = &d->points[i];
        if (!matches(c, p, d->n_factors)) continue;
        c->cells[level_of(p, c->x) * c->n_by + level_of(p, c->by)] = p;
        found++;
    }
    if (!found) fputs(tr("postroad plot: no runs have these values together\n  hint: fewer --where\n"), stderr);
    return found > 0;
}

const struct plot_point *plot_cell(const struct plot_choice *c, size_t x, size_t by)
{
    return c->cells[x * c->n_by + by];
}

/* ---- what cannot be ---- */

static bool refuse(const char *what, const char *hint)
{
    fprintf(stderr, "postroad plot: %s\n", what);
    if (hint) fprintf(stderr, tr("  hint: %s\n"), hint);
    return false;
}

enum { MOST_BOOTSTRAPPED = 5000 }; /* runs of a point: it takes the square of them */

/* Whether a kind shows one number for each point, and not what all mails or runs look like. */
static bool has_statistic(enum figure_kind kind)
{
    return kind == FIGURE_CURVE || kind == FIGURE_DIFFERENCE || kind == FIGURE_HEAT;
}

static bool can_be_reckoned(const struct plot_data *d, const struct plot_wish *wish, const struct plot_choice *c)
{
    const struct plot_statistic *s = &c->statistic;
    if (wish->statistic && !wish->is_of_report && !has_statistic(c->kind))
        return refuse(tr("--statistic: this kind of figure shows more than one number for each point"),
                      "--figure curve");
    bool has_time = plot_statistic_is_to_time(s);
    if (has_time && !measure_is_censored_by_end(d->measure))
        return refuse(tr("--statistic: up to a time are only times, and this measure is none"),
                      "--measure delivery_delay");
    if (has_time && c->kind == FIGURE_DIFFERENCE)
        return refuse(tr("--statistic: a difference is taken run by run"), "--statistic mean");
    if (s->is_bootstrap && !has_statistic(c->kind))
        return refuse(tr("--intervals: this kind of figure has intervals of its own"), "--figure curve");
    if (s->is_bootstrap && c->kind != FIGURE_DIFFERENCE && plot_is_of_mails(d, s))
        return refuse(tr("--intervals: what is read from the curve of all mails has the intervals of that curve"),
                      "--statistic mean");
    for (size_t i = 0; i < d->n_points && s->is_bootstrap; i++)
        if (d->points[i].n_runs > MOST_BOOTSTRAPPED)
            return refuse(tr("--intervals: of more than 5000 runs a bootstrap takes too long"),
                          tr("with so many the formulas are as good"));
    return true;
}

static bool can_be(const struct plot_data *d, const struct plot_choice *c)
{
    bool is_time = measure_is_censored_by_end(d->measure);
    if ((c->kind == FIGURE_SURVIVAL || c->kind == FIGURE_ECDF) && !is_time)
        return refuse(tr("survival and ecdf show times, and this measure is none"), "--measure delivery_delay");
    if (c->kind == FIGURE_HEAT && (c->x == PLOT_NONE || c->by == PLOT_NONE))
        return refuse(tr("a heat map needs two values that vary"), "--figure curve");
    if (c->kind == FIGURE_DIFFERENCE && c->by == PLOT_NONE)
        return refuse(tr("a difference needs a value that varies, to compare with its first one"), NULL);
    if (c->x != PLOT_NONE && c->x == c->by) return refuse(tr("--x and --by name the same value"), NULL);
    if (c->by != PLOT_NONE && c->kind == FIGURE_HEAT && levels(d, c->by) > MOST_ROWS)
        return refuse(tr("a heat map has room for 48 rows, and there are more"),
                      tr("--by a value with fewer levels, and --x this one"));
    if (c->by != PLOT_NONE && c->kind != FIGURE_HEAT && levels(d, c->by) > MOST_SERIES)
        return refuse(tr("there are too many lines to tell apart: at most 8"),
                      tr("--by another value, or --where POINTER=VALUE"));
    return true;
}

static bool read_wish(const struct plot_data *d, const struct plot_wish *wish, struct plot_choice *c)
{
    c->statistic = wish->statistic ? *wish->statistic : plot_statistic_default(d);
    bool good = read_kind(wish->figure, &c->kind) && read_confidence(wish->confidence, &c->statistic.confidence) &&
                read_intervals(wish->intervals, &c->statistic.is_bootstrap) && read_factor(d, wish->x, "--x", &c->x) &&
                read_factor(d, wish->by, "--by", &c->by);
    for (size_t i = 0; i < wish->n_where && good; i++)
        good = read_where(d, wish->where[i], c->fixed);
    return good;
}

bool plot_choose(const struct plot_data *d, const struct plot_wish *wish, struct plot_choice *c)
{
    *c = (struct plot_choice){
        .x = PLOT_NONE, .by = PLOT_NONE, .fixed = mem_alloc((d->n_factors + 1) * sizeof *c->fixed)};
    for (size_t i = 0; i < d->n_factors; i++)
        c->fixed[i] = PLOT_NONE;
    if (!read_wish(d, wish, c)) return false;
    if (!wish->figure) c->kind = kind_that_suits(d, c);
    if (c->kind == FIGURE_DIFFERENCE && !wish->statistic) c->statistic.kind = PLOT_MEAN;
    choose_axes(d, c);
    if (!can_be(d, c) || !can_be_reckoned(d, wish, c)) return false;
    fix_the_rest(d, c);
    if (c->kind == FIGURE_DIFFERENCE && wish->against) {
        c->against = plot_find_level(&d->factors[c->by], wish->against, "--against");
        if (c->against == levels(d, c->by)) return false;
    }
    c->is_scatter = plot_is_sampled(&d->about);
    return fill_cells(d, c);
}

void plot_choice_free(struct plot_choice *c)
{
    mem_free(c->fixed);
    mem_free(c->cells);
    *c = (struct plot_choice){0};
}
