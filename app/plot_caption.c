/* What stands below a figure, and makes it one that can be checked. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/plot_done.h"
#include "app/plot_figure.h"
#include "app/study/cut_short.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/figures/value_text.h"

/* Of twenty batches that are independent, one set in twenty has more. */
static const double most_correlation = 0.35;

struct words {
    char text[6000];
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
static void add_points(struct words *w, const struct plot_data *d, const struct plot_choice *c)
{
    char name[60];
    const struct plot_statistic *s = &c->statistic;
    bool is_difference = c->kind == FIGURE_DIFFERENCE, is_mean = s->kind == PLOT_MEAN;
    plot_statistic_name(s, name, sizeof name);
    if (is_difference)
        add(w, tr("Points: %s over runs of the difference between two runs with the same luck. "), name);
    else if (plot_is_of_mails(d, s))
        add(w,
            tr("Points: %s of all mails; one that had not ended counts as one that takes longer (Kaplan and Meier). "),
            name);
    else
        add(w, tr("Points: %s over runs. "), name);
    if (is_mean && measure_is_censored_by_end(d->measure) && d->n_open + d->n_never)
        add(w, tr("The time of what had not arrived counts as far as its run went. "));
}

static const char *intervals_by(const struct plot_data *d, const struct plot_choice *c)
{
    const struct plot_statistic *s = &c->statistic;
    bool is_difference = c->kind == FIGURE_DIFFERENCE, may_be_share = plot_unit(d->measure) == FIGURE_SHARE;
    if (s->is_bootstrap) return tr("bootstrap, bias-corrected and accelerated");
    if (!is_difference && plot_is_of_mails(d, s))
        return s->kind == PLOT_MEAN_TO ? tr("normal, by the curve's variance") : tr("log-log band");
    if (s->kind == PLOT_QUANTILE) return tr("order statistics");
    return may_be_share && !is_difference ? tr("Wilson, or Student's t where a run has several mails")
                                          : tr("Student's t");
}

static void add_statistic(struct words *w, const struct plot_data *d, const struct plot_choice *c, bool with_intervals)
{
    bool is_heat = c->kind == FIGURE_HEAT;
    add_points(w, d, c);
    if (is_heat && !with_intervals) return;
    add(w, is_heat ? tr("Below them: %.3g %% confidence (%s). ") : tr("Bars: %.3g %% confidence (%s). "),
        100 * c->statistic.confidence, intervals_by(d, c));
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
    double percent = 100 * c->statistic.confidence;
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

static bool is_of_attempts(const struct plot_data *d)
{
    return d->measure == MEASURE_TIME_TO_FIRST_ATTEMPT;
}

/* How much had not ended, and where most of it. */
static void add_censored(struct words *w, const struct plot_data *d, const struct plot_choice *c)
{
    size_t mails = 0, open = 0, never = 0, worst = 0;
    double most = 0;
    char share[VALUE_TEXT_BYTES], all[VALUE_TEXT_BYTES];
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
    if (!open)
        add(w,
            is_of_attempts(d) ? tr("Of %s mails none was censored: an attempt was made at each. ")
                              : tr("Of %s mails none was censored: all had ended. "),
            value_text_count(mails, all));
    if (open) {
        add(w,
            is_of_attempts(d) ? tr("Censored: at %s of %s mails no attempt had been made when their run ended")
                              : tr("Censored: %s of %s mails had not ended when their run did"),
            value_text(FIGURE_SHARE, (double)open / (double)mails, share), value_text_count(mails, all));
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
    char runs[VALUE_TEXT_BYTES], planned[VALUE_TEXT_BYTES];
    if (done.is_unfinished)
        add(w, done.may_be_fewer ? tr("Unfinished: %s of at most %s runs. ") : tr("Unfinished: %s of %s runs. "),
            value_text_count(done.runs, runs), value_text_count(done.planned, planned));
}

static void add_provenance(struct words *w, const struct plot_data *d)
{
    size_t least = SIZE_MAX, most = 0;
    char points[VALUE_TEXT_BYTES], from[VALUE_TEXT_BYTES], to[VALUE_TEXT_BYTES], seed[24], scenario[200], study[200];
    for (size_t i = 0; i < d->n_points; i++) {
        least = d->points[i].n_runs < least ? d->points[i].n_runs : least;
        most = d->points[i].n_runs > most ? d->points[i].n_runs : most;
    }
    value_text_count(least, from);
    value_text_count(most, to);
    snprintf(seed, sizeof seed, "%" PRIu64, d->about.seed);
    add_unfinished(w, d);
    add(w, tr("Scenario \u201c%s\u201d, study \u201c%s\u201d: "),
        cut_short(scenario, sizeof scenario, d->scenario_title), cut_short(study, sizeof study, d->about.name));
    add(w, d->n_points == 1 ? tr("%s point, ") : tr("%s points, "), value_text_count(d->n_points, points));
    if (least != most)
        add(w, tr("%s to %s runs each, "), from, to);
    else
        add(w, most == 1 ? tr("%s run each, ") : tr("%s runs each, "), to);
    add(w, tr("the same luck at each; seed %s; postroad %s."), seed, d->about.version);
}

/* From when on a line is steady, and at what level. Batches that follow one another and are alike make the interval too
   narrow. */
static void add_level(struct words *w, const struct plot_steady *steady)
{
    char from[VALUE_TEXT_BYTES], mean[VALUE_TEXT_BYTES], range[VALUE_RANGE_BYTES];
    add(w, tr("from %s on, %s (%s)"), value_text(FIGURE_SECONDS, steady->from_s, from),
        value_text(FIGURE_PLAIN, steady->mean.value, mean),
        value_text_range(FIGURE_PLAIN, steady->mean.low, steady->mean.high, range));
    if (steady->correlation > most_correlation)
        add(w, tr(", or less precisely: batches still resemble each other, correlation %.1f"), steady->correlation);
}

static void add_steady(struct words *w, const struct plot_data *d, const struct plot_choice *c,
                       const struct plot_queue *queues)
{
    add(w, tr("Steady (MSER-5; batch means): "));
    for (size_t by = 0; by < c->n_by; by++) {
        const struct plot_point *p = plot_cell(c, 0, by);
        struct plot_steady steady;
        if (!p) continue;
        if (c->by != PLOT_NONE) add(w, "%s ", d->factors[c->by].levels[by].text);
        if (plot_queue_steady(&queues[p - d->points], c->statistic.confidence, &steady))
            add_level(w, &steady);
        else
            add(w, "%s", tr("never"));
        add(w, by + 1 < c->n_by ? "; " : ". ");
    }
}

static void add_formula(struct words *w, const struct plot_beside *b)
{
    char rtt[VALUE_TEXT_BYTES], timeout[VALUE_TEXT_BYTES], size[VALUE_TEXT_BYTES];
    value_text_round(FIGURE_SECONDS, b->path.rtt_s, rtt);
    value_text_round(FIGURE_SECONDS, b->path.timeout_s, timeout);
    value_text_round(FIGURE_BYTES, b->size_bytes, size);
    if (b->formula == FORMULA_HANDSHAKE)
        add(w, tr("Thin line: handshake after Cardwell et al. (2000), round trip %s, time-out %s. "), rtt, timeout);
    else if (b->formula == FORMULA_TRANSFER)
        add(w, tr("Thin line: transfer of %s after Cardwell et al. (2000), round trip %s, time-out %s. "), size, rtt,
            timeout);
    else
        add(w, tr("Thin line: rate after Padhye et al. (2000), round trip %s, time-out %s. "), rtt, timeout);
}

/* Whether a unit begins here: "%", "ms", "kB/s". */
static bool begins_unit(const char *text)
{
    static const char *const units[] = {"%",  "\u00b5s", "ms",  "s",    "min",  "h",     "d",      "B",      "kB",
                                        "MB", "GB",      "B/s", "kB/s", "MB/s", "bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
    size_t n = strcspn(text, " ,;.:()");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i]) == n && strncmp(units[i], text, n) == 0) return true;
    return false;
}

/* The caption, in which no line ends between a number and its unit. Allocated. */
static char *finished(const struct words *w)
{
    char *text = mem_alloc(2 * w->n + 1), *out = text;
    for (const char *in = w->text; *in; in++) {
        bool is_bound = *in == ' ' && in > w->text && in[-1] >= '0' && in[-1] <= '9' && begins_unit(in + 1);
        if (is_bound) *out++ = '\xc2';
        *out++ = is_bound ? '\xa0' : *in;
    }
    *out = '\0';
    return text;
}

char *plot_caption(const struct plot_data *d, const struct plot_choice *c, const struct plot_words *words,
                   bool with_intervals)
{
    struct words w = {.n = 0};
    add_reading(&w, d, c, with_intervals);
    for (size_t i = 0; i < words->n_beside; i++)
        add_formula(&w, &words->beside[i]);
    if (c->kind == FIGURE_QUEUE) add_steady(&w, d, c, words->queues);
    add_censored(&w, d, c);
    add_fixed(&w, d, c);
    add_provenance(&w, d);
    return finished(&w);
}

char *plot_provenance(const struct plot_data *d)
{
    struct words w = {.n = 0};
    add_provenance(&w, d);
    return finished(&w);
}
