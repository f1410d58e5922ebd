#include "app/plot_figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/study/cut_short.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { WORDS = 900, FORMULA_POINTS = 121 };

struct plot_figure {
    const struct plot_data *data;
    const struct plot_choice *choice;
    const struct plot_words *words;
    struct figure figure;
    struct figure_series *series;
    struct figure_point *points; /* of all series, or of the cells */
    struct figure_sample *samples;
    double **values; /* of the samples */
    struct figure_strip *strips;
    const char **x_names, **y_names;
    char title[WORDS], y_title[WORDS], above[WORDS], below[WORDS], *caption, *cells_caption;
};

static const struct plot_factor *factor(const struct plot_figure *f, size_t which)
{
    return which == PLOT_NONE ? NULL : &f->data->factors[which];
}

static const char *level_text(const struct plot_figure *f, size_t which, size_t level)
{
    return which == PLOT_NONE ? "" : f->data->factors[which].levels[level].text;
}

static const char **names_of(const struct plot_factor *of)
{
    const char **names = mem_calloc(of ? of->n_levels : 1, sizeof *names);
    names[0] = "";
    for (size_t i = 0; of && i < of->n_levels; i++)
        names[i] = of->levels[i].text;
    return names;
}

static struct figure_axis named_axis(const struct plot_factor *of, const char **names)
{
    return (struct figure_axis){of ? of->title : "", FIGURE_PLAIN, FIGURE_NAMED, names, of ? of->n_levels : 1};
}

/* Numbers on a line of their own; two of them are rather names. */
static struct figure_axis x_axis(struct plot_figure *f)
{
    const struct plot_factor *x = factor(f, f->choice->x);
    if (x && x->is_number && x->n_levels > 2) return (struct figure_axis){x->title, x->unit, FIGURE_AUTO, NULL, 0};
    return named_axis(x, f->x_names);
}

static double x_of(const struct plot_figure *f, size_t level)
{
    return f->figure.x.scale == FIGURE_NAMED ? (double)level : f->data->factors[f->choice->x].levels[level].number;
}

/* ---- curves, differences, cells ---- */

static struct figure_point point_for(double x, struct plot_summary s)
{
    return (struct figure_point){
        .x = x, .value = s.interval.value, .low = s.interval.low, .high = s.interval.high, .censored = s.censored};
}

static struct plot_summary summary(const struct plot_figure *f, size_t x, size_t by)
{
    const struct plot_choice *c = f->choice;
    if (c->kind == FIGURE_DIFFERENCE)
        return plot_summarise_difference(f->data, plot_cell(c, x, by), plot_cell(c, x, c->against), &c->statistic);
    return plot_summarise(f->data, plot_cell(c, x, by), &c->statistic);
}

/* Formulas, from the least x to the most. */
static void add_formulas(struct plot_figure *f, struct figure_point *next)
{
    if (!f->words->n_beside) return; /* else plot_beside_fits has seen that x is a number */
    const struct plot_factor *x = factor(f, f->choice->x);
    double low = x->levels[0].number, high = x->levels[x->n_levels - 1].number;
    for (size_t i = 0; i < f->words->n_beside; i++) {
        const struct plot_beside *b = &f->words->beside[i];
        struct figure_series *s = &f->series[f->figure.n_series++];
        *s = (struct figure_series){.name = plot_beside_name(b), .points = next, .is_reference = true};
        for (int k = 0; k < FORMULA_POINTS; k++) {
            double at = low + (high - low) * k / (FORMULA_POINTS - 1), value = plot_beside_at(b, at);
            if (isfinite(value)) next[s->n++] = (struct figure_point){.x = at, .value = value, .low = NAN, .high = NAN};
        }
        next += s->n;
    }
}

static void make_series(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    size_t n_beside = f->words->n_beside;
    f->series = mem_calloc(c->n_by + n_beside, sizeof *f->series);
    f->points = mem_calloc(c->n_x * c->n_by + n_beside * FORMULA_POINTS, sizeof *f->points);
    struct figure_point *next = f->points;
    for (size_t by = 0; by < c->n_by; by++) {
        if (c->kind == FIGURE_DIFFERENCE && by == c->against) continue;
        struct figure_series *s = &f->series[f->figure.n_series++];
        *s = (struct figure_series){
            .name = level_text(f, c->by, by), .points = next, .look = by, .is_scatter = c->is_scatter};
        for (size_t x = 0; x < c->n_x; x++)
            if (plot_cell(c, x, by)) next[s->n++] = point_for(x_of(f, x), summary(f, x, by));
        next += s->n;
    }
    add_formulas(f, next);
    if (n_beside && c->by == PLOT_NONE) f->series[0].name = tr("measured");
    f->figure.series = f->series;
}

/* Nothing but the levels compared: each is a place of its own. */
static void make_difference_of_names(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    f->series = mem_calloc(1, sizeof *f->series);
    f->points = mem_calloc(c->n_by, sizeof *f->points);
    size_t n = 0;
    for (size_t by = 0; by < c->n_by; by++) {
        if (by == c->against) continue;
        f->y_names[n] = level_text(f, c->by, by);
        f->points[n] = point_for((double)n, summary(f, 0, by));
        n++;
    }
    f->series[0] = (struct figure_series){"", f->points, n, false, 0, false};
    f->figure.series = f->series;
    f->figure.n_series = 1;
    f->figure.x = (struct figure_axis){factor(f, c->by)->title, FIGURE_PLAIN, FIGURE_NAMED, f->y_names, n};
}

static void make_curve(struct plot_figure *f)
{
    f->figure.x = x_axis(f);
    if (f->choice->kind == FIGURE_DIFFERENCE && f->choice->x == PLOT_NONE)
        make_difference_of_names(f);
    else
        make_series(f);
}

static void make_cells(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    f->points = mem_calloc(c->n_x * c->n_by, sizeof *f->points);
    for (size_t by = 0; by < c->n_by; by++)
        for (size_t x = 0; x < c->n_x; x++)
            f->points[by * c->n_x + x] = point_for(0, summary(f, x, by));
    f->figure.cells = f->points;
    f->figure.cell = f->figure.y;
    f->figure.x = named_axis(factor(f, c->x), f->x_names);
    f->figure.y = named_axis(factor(f, c->by), f->y_names);
}

/* ---- steps ---- */

static size_t steps_of(const struct plot_figure *f, const struct plot_point *p, struct figure_point *points)
{
    struct stat_survival s = stat_survival_of(p->mails, p->n_mails, f->choice->statistic.confidence);
    bool falls = f->choice->kind == FIGURE_SURVIVAL;
    for (size_t i = 0; i < s.n_steps; i++) {
        const struct stat_step *step = &s.steps[i];
        points[i] = (struct figure_point){.x = step->time,
                                          .value = falls ? step->share : 1 - step->share,
                                          .low = falls ? step->low : 1 - step->high,
                                          .high = falls ? step->high : 1 - step->low,
                                          .at_risk = step->at_risk,
                                          .ceased = step->censored > 0};
    }
    size_t n = s.n_steps;
    stat_survival_free(&s);
    return n;
}

static void make_steps(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    size_t most = 0;
    for (size_t by = 0; by < c->n_by; by++)
        most += plot_cell(c, 0, by) ? plot_cell(c, 0, by)->n_mails : 0;
    f->series = mem_calloc(c->n_by, sizeof *f->series);
    f->points = mem_calloc(most, sizeof *f->points);
    struct figure_point *next = f->points;
    for (size_t by = 0; by < c->n_by; by++) {
        const struct plot_point *p = plot_cell(c, 0, by);
        if (!p) continue;
        struct figure_series *s = &f->series[f->figure.n_series++];
        *s = (struct figure_series){level_text(f, c->by, by), next, steps_of(f, p, next), false, by, false};
        next += s->n;
    }
    f->figure.series = f->series;
    f->figure.x =
        (struct figure_axis){tr("Time since the mail was written"), FIGURE_SECONDS, f->figure.y.scale, NULL, 0};
    f->figure.y = (struct figure_axis){f->y_title, FIGURE_SHARE, FIGURE_LINEAR, NULL, 0};
}

/* ---- queues ---- */

static void make_queues(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    f->series = mem_calloc(c->n_by, sizeof *f->series);
    f->points = mem_calloc(c->n_by * QUEUE_SPANS, sizeof *f->points);
    struct figure_point *next = f->points;
    for (size_t by = 0; by < c->n_by; by++) {
        const struct plot_point *p = plot_cell(c, 0, by);
        if (!p) continue;
        const struct plot_queue *q = &f->words->queues[p - f->data->points];
        f->series[f->figure.n_series++] =
            (struct figure_series){level_text(f, c->by, by), next, QUEUE_SPANS, false, by, false};
        for (size_t k = 0; k < QUEUE_SPANS; k++) {
            struct stat_interval i = plot_queue_at(q, k, c->statistic.confidence);
            *next++ = (struct figure_point){
                .x = ((double)k + 0.5) * q->span_s, .value = i.value, .low = i.low, .high = i.high};
        }
    }
    f->figure.series = f->series;
    f->figure.x = (struct figure_axis){tr("Time since the run began"), FIGURE_SECONDS, FIGURE_LINEAR, NULL, 0};
}

/* ---- samples ---- */

static const double quantiles[5] = {0.05, 0.25, 0.5, 0.75, 0.95};

/* Mails that ended, where mails are watched; runs otherwise. */
static void sample_of(struct plot_figure *f, const struct plot_point *p, struct figure_sample *s, double *values)
{
    struct stat_observation *o = mem_alloc((p->n_runs + 1) * sizeof *o);
    const struct stat_observation *all = p->mails;
    size_t n = p->n_mails;
    if (!plot_has_mails(f->data->measure)) {
        n = 0;
        for (size_t i = 0; i < p->n_runs; i++)
            if (isfinite(p->runs[i].value)) o[n++] = (struct stat_observation){p->runs[i].value, false, i};
        all = o;
    }
    struct stat_survival survival = stat_survival_of(all, n, f->choice->statistic.confidence);
    for (int q = 0; q < 5; q++)
        s->quantiles[q] = stat_survival_quantile(&survival, quantiles[q]).value;
    for (size_t i = 0; i < n; i++)
        if (!survival.sorted[i].is_censored) values[s->n++] = survival.sorted[i].time;
    s->values = values;
    if (p->n_mails) s->censored = (double)p->n_open / (double)p->n_mails;
    stat_survival_free(&survival);
    mem_free(o);
}

static void make_samples(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    f->series = mem_calloc(c->n_by, sizeof *f->series);
    f->samples = mem_calloc(c->n_x * c->n_by, sizeof *f->samples);
    f->values = mem_calloc(c->n_x * c->n_by, sizeof *f->values);
    size_t n = 0;
    for (size_t by = 0; by < c->n_by; by++)
        f->series[by] = (struct figure_series){.name = level_text(f, c->by, by)};
    for (size_t x = 0; x < c->n_x; x++)
        for (size_t by = 0; by < c->n_by; by++) {
            const struct plot_point *p = plot_cell(c, x, by);
            if (!p) continue;
            f->values[n] = mem_alloc((p->n_mails + p->n_runs) * sizeof **f->values);
            f->samples[n] = (struct figure_sample){.series = by, .x = (double)x};
            sample_of(f, p, &f->samples[n], f->values[n]);
            n++;
        }
    f->figure.series = f->series;
    f->figure.n_series = c->n_by;
    f->figure.samples = f->samples;
    f->figure.n_samples = n;
    f->figure.x = named_axis(factor(f, c->x), f->x_names);
}

static void make_strips(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    f->strips = mem_calloc(c->n_by, sizeof *f->strips);
    for (size_t by = 0; by < c->n_by; by++) {
        const struct plot_point *p = plot_cell(c, 0, by);
        if (!p) continue;
        double censored = p->n_mails ? (double)p->n_open / (double)p->n_mails : 0;
        f->strips[f->figure.n_strips++] = (struct figure_strip){
            level_text(f, c->by, by), p->later, p->done, p->n_later, p->n_done, p->n_mails, censored};
    }
    f->figure.strips = f->strips;
    f->figure.x =
        (struct figure_axis){tr("Time since the mail was written"), FIGURE_SECONDS, f->figure.y.scale, NULL, 0};
}

/* ---- words ---- */

static bool is_delay(const struct plot_figure *f)
{
    return f->data->measure == MEASURE_DELIVERY_DELAY;
}

static void make_subject(const struct plot_figure *f, char subject[WORDS])
{
    const char *measure = measure_title(f->data->measure);
    enum figure_kind kind = f->choice->kind;
    if (kind == FIGURE_DIFFERENCE)
        snprintf(subject, WORDS, tr("%s, difference"), measure);
    else
        snprintf(subject, WORDS, "%s",
                 kind == FIGURE_ATTEMPTS ? tr("Attempts over time")
                 : kind == FIGURE_QUEUE  ? tr("Queue over time")
                                         : measure);
}

/* "Delivery delay by loss and retry", and what of the rest is shown: ", rate 10 Mbit/s". */
static void make_title(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    const struct plot_factor *x = factor(f, c->x), *by = factor(f, c->by);
    char subject[WORDS], one[200], other[200];
    make_subject(f, subject);
    if (x || by) cut_short(one, sizeof one, (x ? x : by)->name);
    if (x && by)
        snprintf(f->title, WORDS, tr("%s by %s and %s"), subject, one, cut_short(other, sizeof other, by->name));
    else if (x || by)
        snprintf(f->title, WORDS, tr("%s by %s"), subject, one);
    else
        snprintf(f->title, WORDS, "%s", subject);
    for (size_t i = 0; i < f->data->n_factors; i++) {
        const struct plot_factor *rest = &f->data->factors[i];
        char more[2 * WORDS];
        if (c->fixed[i] == PLOT_NONE || rest->n_levels < 2) continue;
        snprintf(more, sizeof more, "%s, %s %s", f->title, rest->name, rest->levels[c->fixed[i]].text);
        cut_short(f->title, WORDS, more);
    }
}

static void make_difference_titles(struct plot_figure *f, const char *measure, const char *statistic)
{
    const struct plot_choice *c = f->choice;
    char base[100], only[100];
    cut_short(base, sizeof base, level_text(f, c->by, c->against));
    if (c->n_by == 2) /* one line, which has no name at its end */
        snprintf(f->y_title, WORDS, tr("%s, %s of the difference of %s to %s"), measure, statistic,
                 cut_short(only, sizeof only, level_text(f, c->by, 1 - c->against)), base);
    else
        snprintf(f->y_title, WORDS, tr("%s, %s of the difference to %s"), measure, statistic, base);
    snprintf(f->above, WORDS, tr("more than with %s"), base);
    snprintf(f->below, WORDS, tr("less than with %s"), base);
}

static void make_titles(struct plot_figure *f)
{
    const struct plot_choice *c = f->choice;
    const char *measure = measure_title(f->data->measure);
    char statistic[60];
    plot_statistic_name(&c->statistic, statistic, sizeof statistic);
    snprintf(f->y_title, WORDS, "%s", measure);
    bool is_share = plot_unit(f->data->measure) == FIGURE_SHARE && c->statistic.kind == PLOT_MEAN;
    if ((c->kind == FIGURE_CURVE || c->kind == FIGURE_HEAT) && !is_share)
        snprintf(f->y_title, WORDS, "%s, %s", measure, statistic);
    if (c->kind == FIGURE_SURVIVAL)
        snprintf(f->y_title, WORDS, "%s",
                 is_delay(f) ? tr("Mails not delivered yet") : tr("Mails of which it lasts longer"));
    if (c->kind == FIGURE_ECDF)
        snprintf(f->y_title, WORDS, "%s", is_delay(f) ? tr("Mails delivered") : tr("Mails of which it is over"));
    if (c->kind == FIGURE_QUEUE)
        snprintf(f->y_title, WORDS, "%s", tr("Recipients in the queues of all servers, mean over runs"));
    if (c->kind == FIGURE_DIFFERENCE) make_difference_titles(f, measure, statistic);
    make_title(f);
}

static void take_words(struct plot_figure *f, const struct plot_words *words)
{
    f->figure.title = words->title ? words->title : f->title;
    if (words->x_title) f->figure.x.title = words->x_title;
    struct figure_axis *measured = f->choice->kind == FIGURE_HEAT ? &f->figure.cell : &f->figure.y;
    if (words->y_title) measured->title = words->y_title;
    f->caption = plot_caption(f->data, f->choice, words, false);
    f->figure.caption = f->caption;
    if (f->choice->kind == FIGURE_HEAT) f->cells_caption = plot_caption(f->data, f->choice, words, true);
    f->figure.cells_caption = f->cells_caption;
    if (f->choice->by != PLOT_NONE) f->figure.series_title = factor(f, f->choice->by)->title;
    f->figure.above = f->above;
    f->figure.below = f->below;
}

struct plot_figure *plot_figure_new(const struct plot_data *data, const struct plot_choice *choice,
                                    const struct plot_words *words)
{
    static void (*const make[FIGURES])(struct plot_figure *) = {
        [FIGURE_CURVE] = make_curve, [FIGURE_DIFFERENCE] = make_curve, [FIGURE_SURVIVAL] = make_steps,
        [FIGURE_ECDF] = make_steps,  [FIGURE_BOX] = make_samples,      [FIGURE_VIOLIN] = make_samples,
        [FIGURE_HEAT] = make_cells,  [FIGURE_ATTEMPTS] = make_strips,  [FIGURE_QUEUE] = make_queues};
    struct plot_figure *f = mem_calloc(1, sizeof *f);
    f->data = data;
    f->choice = choice;
    f->words = words;
    f->x_names = names_of(factor(f, choice->x));
    f->y_names = names_of(factor(f, choice->by));
    make_titles(f);
    f->figure.kind = choice->kind;
    bool is_of_statistic = choice->kind == FIGURE_CURVE || choice->kind == FIGURE_HEAT;
    enum figure_unit unit = is_of_statistic ? plot_statistic_unit(data, &choice->statistic) : plot_unit(data->measure);
    f->figure.y = (struct figure_axis){f->y_title, unit, words->scale, NULL, 0};
    make[choice->kind](f);
    take_words(f, words);
    return f;
}

const struct figure *plot_figure_of(const struct plot_figure *f)
{
    return &f->figure;
}

void plot_figure_free(struct plot_figure *f)
{
    for (size_t i = 0; i < f->figure.n_samples; i++)
        mem_free(f->values[i]);
    mem_free(f->values);
    mem_free(f->series);
    mem_free(f->points);
    mem_free(f->samples);
    mem_free(f->strips);
    mem_free(f->x_names);
    mem_free(f->y_names);
    mem_free(f->caption);
    mem_free(f->cells_caption);
    mem_free(f);
}
