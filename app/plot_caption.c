/* What stands below a figure, and makes it one that can be checked. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/plot_done.h"
#include "app/plot_figure.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/figures/value_text.h"

struct words {
    char text[2000];
    size_t n;
};

__attribute__((format(printf, 2, 3))) static void add(struct words *w, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    int n = vsnprintf(w->text + w->n, sizeof w->text - w->n, format, values);
    va_end(values);
    if (n > 0) w->n = w->n + (size_t)n < sizeof w->text ? w->n + (size_t)n : sizeof w->text - 1;
}

/* How the numbers of a curve came about. */
static void add_statistic(struct words *w, const struct plot_data *d, const struct plot_choice *c, bool with_intervals)
{
    char name[60];
    double percent = 100 * c->confidence;
    plot_statistic_name(c->quantile, name, sizeof name);
    bool is_difference = c->kind == FIGURE_DIFFERENCE, is_time = measure_is_censored_by_end(d->measure);
    if (is_difference)
        add(w, tr("Points: %s over runs of the difference between two runs with the same luck. "), name);
    else if (c->quantile > 0 && is_time)
        add(w,
            tr("Points: %s of all mails; one that had not ended counts as one that takes longer (Kaplan and Meier). "),
            name);
    else
        add(w, tr("Points: %s over runs. "), name);
    if (c->quantile == 0 && is_time && d->n_open + d->n_never)
        add(w, tr("The time of what had not arrived counts as far as its run went. "));
    const char *how = c->quantile > 0 ? is_time && !is_difference ? tr("log-log band") : tr("order statistics")
                      : plot_unit(d->measure) == FIGURE_SHARE && !is_difference
                          ? tr("Wilson, or Student's t where a run has several mails")
                          : tr("Student's t");
    bool is_heat = c->kind == FIGURE_HEAT;
    if (!is_heat || with_intervals)
        add(w, is_heat ? tr("Below them: %.3g %% confidence (%s). ") : tr("Bars: %.3g %% confidence (%s). "), percent,
            how);
}

/* Whether a curve has strokes: for who was watched no longer. */
static bool any_ceased(const struct plot_choice *c)
{
    bool any = false;
    for (size_t i = 0; i < c->n_x * c->n_by && !any; i++)
        for (size_t k = 0; c->cells[i] && k < c->cells[i]->n_mails && !any; k++)
            any = c->cells[i]->mails[k].is_censored;
    return any;
}

static void add_reading(struct words *w, const struct plot_data *d, const struct plot_choice *c, bool with_intervals)
{
    double percent = 100 * c->confidence;
    switch (c->kind) {
    case FIGURE_CURVE:
    case FIGURE_DIFFERENCE:
    case FIGURE_HEAT:
        add_statistic(w, d, c, with_intervals);
        break;
    case FIGURE_SURVIVAL:
    case FIGURE_ECDF:
        add(w, tr("Kaplan and Meier's curve over all mails; band: %.3g %% confidence at each time (log-log). "),
            percent);
        if (any_ceased(c)) add(w, tr("Small strokes: mails that were watched no longer. "));
        break;
    case FIGURE_BOX:
        add(w, tr("Box: the middle half; line and mark: the median; whiskers: 5 %% and 95 %%. "));
        break;
    case FIGURE_VIOLIN:
        add(w, tr("Width: how many lie there; mark: the median; bar: the middle half. "));
        break;
    case FIGURE_ATTEMPTS:
        add(w, tr("Attempts to hand a mail to another server, by the time since it was written. "));
        break;
    case FIGURE_QUEUE:
        add(w, tr("Line: mean over runs; band: %.3g %% confidence at each time (Student's t). "), percent);
        break;
    case FIGURES:
        break;
    }
}

/* How much had not ended, and where most of it. */
static void add_censored(struct words *w, const struct plot_data *d, const struct plot_choice *c)
{
    size_t mails = 0, open = 0, never = 0, worst = 0;
    double most = 0;
    char share[VALUE_TEXT_BYTES];
    for (size_t i = 0; i < c->n_x * c->n_by; i++) {
        const struct plot_point *p = c->cells[i];
        if (!p || !p->n_mails) continue;
        mails += p->n_mails;
        open += p->n_open;
        never += p->n_never;
        double here = (double)p->n_open / (double)p->n_mails;
        if (here > most) {
            most = here;
            worst = i;
        }
    }
    if (!mails) return;
    if (!open) add(w, tr("Of %zu mails none was censored: all had ended. "), mails);
    if (open) {
        add(w, tr("Censored: %s of %zu mails had not ended when their run did"),
            value_text(FIGURE_SHARE, (double)open / (double)mails, share), mails);
        const char *x = c->x != PLOT_NONE ? d->factors[c->x].levels[worst / c->n_by].text : "",
                   *by = c->by != PLOT_NONE ? d->factors[c->by].levels[worst % c->n_by].text : "";
        if (*x || *by)
            add(w, tr(" (most: %s at %s%s%s)"), value_text(FIGURE_SHARE, most, share), x, *x && *by ? ", " : "", by);
        add(w, c->kind == FIGURE_QUEUE || c->kind == FIGURE_ATTEMPTS || c->kind == FIGURE_SURVIVAL ||
                       c->kind == FIGURE_ECDF
                   ? ". "
               : c->kind == FIGURE_HEAT ? tr(": ring. ")
                                        : tr(": hollow marks. "));
    }
    if (never)
        add(w, tr("%s were sent back and count as never delivered. "),
            value_text(FIGURE_SHARE, (double)never / (double)mails, share));
}

static void add_fixed(struct words *w, const struct plot_data *d, const struct plot_choice *c)
{
    bool any = false;
    for (size_t i = 0; i < d->n_factors; i++) {
        if (c->fixed[i] == PLOT_NONE) continue;
        add(w, "%s%s: %s", any ? "; " : tr("Only "), d->factors[i].title, d->factors[i].levels[c->fixed[i]].text);
        any = true;
    }
    if (any) add(w, ". ");
}

static void add_unfinished(struct words *w, const struct plot_data *d)
{
    struct plot_done done = plot_done_of(d);
    if (done.is_unfinished)
        add(w,
            done.may_be_fewer ? tr("Unfinished: %" PRIu64 " of at most %" PRIu64 " runs. ")
                              : tr("Unfinished: %" PRIu64 " of %" PRIu64 " runs. "),
            done.runs, done.planned);
}

static void add_provenance(struct words *w, const struct plot_data *d)
{
    size_t least = SIZE_MAX, most = 0;
    for (size_t i = 0; i < d->n_points; i++) {
        least = d->points[i].n_runs < least ? d->points[i].n_runs : least;
        most = d->points[i].n_runs > most ? d->points[i].n_runs : most;
    }
    add_unfinished(w, d);
    add(w, tr("Scenario \u201c%.200s\u201d, study \u201c%.200s\u201d: "), d->scenario_title, d->about.name);
    add(w, d->n_points == 1 ? tr("one point, ") : tr("%zu points, "), d->n_points);
    if (least == most)
        add(w, tr("%zu runs each, "), most);
    else
        add(w, tr("%zu to %zu runs each, "), least, most);
    add(w, tr("the same luck at each; seed %" PRIu64 "; postroad %s."), d->about.seed, d->about.version);
}

char *plot_provenance(const struct plot_data *d)
{
    struct words w = {.n = 0};
    add_provenance(&w, d);
    return mem_strdup(w.text);
}

/* Of each line: from when on it is steady, and at what level. */
static void add_steady(struct words *w, const struct plot_data *d, const struct plot_choice *c,
                       const struct plot_queue *queues)
{
    char from[VALUE_TEXT_BYTES], mean[VALUE_TEXT_BYTES], range[VALUE_RANGE_BYTES];
    add(w, tr("Steady (MSER-5; batch means): "));
    for (size_t by = 0; by < c->n_by; by++) {
        const struct plot_point *p = plot_cell(c, 0, by);
        struct plot_steady steady;
        if (!p) continue;
        if (c->by != PLOT_NONE) add(w, "%s ", d->factors[c->by].levels[by].text);
        if (plot_queue_steady(&queues[p - d->points], c->confidence, &steady))
            add(w, tr("from %s on, %s (%s)"), value_text(FIGURE_SECONDS, steady.from_s, from),
                value_text(FIGURE_PLAIN, steady.mean.value, mean),
                value_text_range(FIGURE_PLAIN, steady.mean.low, steady.mean.high, range));
        else
            add(w, "%s", tr("never"));
        add(w, by + 1 < c->n_by ? "; " : ". ");
    }
}

char *plot_caption(const struct plot_data *d, const struct plot_choice *c, const struct plot_words *words,
                   bool with_intervals)
{
    struct words w = {.n = 0};
    char formula[200];
    add_reading(&w, d, c, with_intervals);
    for (size_t i = 0; i < words->n_beside; i++)
        add(&w, tr("Thin line: %s. "), plot_beside_says(&words->beside[i], formula, sizeof formula));
    if (c->kind == FIGURE_QUEUE) add_steady(&w, d, c, words->queues);
    add_censored(&w, d, c);
    add_fixed(&w, d, c);
    add_provenance(&w, d);
    return mem_strdup(w.text);
}
