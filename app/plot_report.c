#include "app/plot_report.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "app/exit_codes.h"
#include "app/language.h"
#include "model/smtp/base64.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "viz/figures/value_text.h"

enum { FIGURE_WIDTH = 900, FIGURE_HEIGHT = 600, MOST_ROWS = 400 };

/* ---- HTML ---- */

static void put_text(FILE *out, const char *text)
{
    for (; *text; text++)
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
}

static void put_element(FILE *out, const char *tag, const char *text)
{
    fprintf(out, "<%s>", tag);
    put_text(out, text);
    fprintf(out, "</%s>\n", tag);
}

struct bytes {
    unsigned char *data;
    size_t n, room;
};

static bool take(void *user, const unsigned char *bytes, size_t n)
{
    struct bytes *b = user;
    if (b->n + n > b->room) {
        b->room = 2 * (b->n + n);
        b->data = mem_realloc(b->data, b->room);
    }
    memcpy(b->data + b->n, bytes, n);
    b->n += n;
    return true;
}

/* As a picture of its own: the names within one SVG would meet those of the next. */
static void put_figure(FILE *out, const struct plot_data *data, const struct plot_choice *choice,
                       const struct plot_queue *queues)
{
    const struct plot_words words = {.queues = queues};
    struct plot_figure *f = plot_figure_new(data, choice, &words);
    struct bytes svg = {0};
    figure_give_svg(plot_figure_of(f), FIGURE_WIDTH, FIGURE_HEIGHT, (struct canvas_sink){take, &svg});
    fputs("<figure><img alt=\"", out);
    put_text(out, plot_figure_of(f)->title);
    fputs(". ", out);
    put_text(out, plot_figure_of(f)->caption);
    fprintf(out, "\" width=\"%d\" height=\"%d\" src=\"data:image/svg+xml;base64,", FIGURE_WIDTH, FIGURE_HEIGHT);
    char *letters = mem_alloc(svg.n / 3 * 4 + 8);
    fwrite(letters, 1, base64_encode((const char *)svg.data, svg.n, letters), out);
    mem_free(letters);
    fputs("\"></figure>\n", out);
    mem_free(svg.data);
    plot_figure_free(f);
}

/* ---- tables ---- */

static void put_interval(FILE *out, enum figure_unit unit, struct stat_interval i)
{
    char value[VALUE_TEXT_BYTES], range[VALUE_RANGE_BYTES];
    fputs("<td class=\"n\">", out);
    put_text(out, value_text(unit, i.value, value));
    fputs("</td><td class=\"i\">", out);
    bool is_known = isfinite(i.low) || (isfinite(i.high) && !isnan(i.value));
    put_text(out, is_known ? value_text_range(unit, i.low, i.high, range) : "\u2013");
    fputs("</td>", out);
}

/* The mean always; of times also median and 95 % quantile, which censoring does not bend. */
enum { MOST_STATISTICS = 3 };
static size_t table_statistics(const struct plot_data *d, double confidence, struct plot_statistic s[MOST_STATISTICS])
{
    static const double quantiles[MOST_STATISTICS] = {0, 0.5, 0.95};
    for (size_t i = 0; i < MOST_STATISTICS; i++)
        s[i] = (struct plot_statistic){
            .kind = i ? PLOT_QUANTILE : PLOT_MEAN, .quantile = quantiles[i], .confidence = confidence};
    return measure_is_censored_by_end(d->measure) ? 3 : 2;
}

static void put_head(FILE *out, const struct plot_data *d, double confidence)
{
    struct plot_statistic statistics[MOST_STATISTICS];
    char name[60];
    size_t n = table_statistics(d, confidence, statistics);
    fputs("<thead><tr><th>", out);
    put_text(out, tr("Point"));
    fputs("</th>", out);
    for (size_t i = 0; i < d->n_factors; i++) {
        fputs("<th>", out);
        put_text(out, d->factors[i].title);
        fputs("</th>", out);
    }
    fprintf(out, "<th class=\"n\">%s</th>", tr("Runs"));
    if (plot_has_mails(d->measure))
        fprintf(out, "<th class=\"n\">%s</th><th class=\"n\">%s</th>", tr("Mails"), tr("Censored"));
    for (size_t i = 0; i < n; i++)
        fprintf(out, "<th class=\"n\">%s</th><th class=\"i\">%.3g %%</th>",
                plot_statistic_name(&statistics[i], name, sizeof name), 100 * confidence);
    fputs("</tr></thead>\n", out);
}

static void put_row(FILE *out, const struct plot_data *d, const struct plot_point *p, double confidence)
{
    struct plot_statistic statistics[MOST_STATISTICS];
    char share[VALUE_TEXT_BYTES];
    size_t n = table_statistics(d, confidence, statistics);
    fprintf(out, "<tr><td><code>%08" PRIx64 "</code></td>", p->key >> 32);
    for (size_t i = 0; i < d->n_factors; i++) {
        fputs("<td>", out);
        put_text(out, d->factors[i].levels[p->levels[i]].text);
        fputs("</td>", out);
    }
    fprintf(out, "<td class=\"n\">%zu</td>", p->n_runs);
    if (plot_has_mails(d->measure))
        fprintf(out, "<td class=\"n\">%zu</td><td class=\"n\">%s</td>", p->n_mails,
                value_text(FIGURE_SHARE, p->n_mails ? (double)p->n_open / (double)p->n_mails : NAN, share));
    for (size_t i = 0; i < n; i++)
        put_interval(out, plot_unit(d->measure), plot_summarise(d, p, &statistics[i]).interval);
    fputs("</tr>\n", out);
}

static void put_table(FILE *out, const struct plot_data *d, double confidence)
{
    fputs("<details open><summary>", out);
    put_text(out, tr("Numbers"));
    fputs("</summary><div class=\"wide\"><table>", out);
    put_head(out, d, confidence);
    fputs("<tbody>\n", out);
    for (size_t i = 0; i < d->n_points && i < MOST_ROWS; i++)
        put_row(out, d, &d->points[i], confidence);
    fputs("</tbody></table></div>\n", out);
    if (d->n_points > MOST_ROWS)
        fprintf(out, tr("<p>The first %d of %zu points; <code>postroad study export</code> gives all.</p>\n"),
                MOST_ROWS, d->n_points);
    fputs("</details>\n", out);
}

/* ---- the page ---- */

static const char style[] =
    "body{font:16px/1.5 system-ui,sans-serif;color:#1a1f24;background:#fff;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem}\n"
    "h1{font-size:1.7rem;line-height:1.2}h2{margin-top:3rem;border-top:1px solid #d3dae1;padding-top:1rem}\n"
    "figure{margin:1rem 0}img{max-width:100%;height:auto}.wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}\n"
    "th,td{padding:.25rem .7rem;text-align:left;white-space:nowrap;border-bottom:1px solid #e3e7ea}thead "
    "th{border-bottom:2px solid #1a1f24}\n"
    ".n,th.n{text-align:right}.i{color:#59636b}summary{cursor:pointer;font-weight:600;margin:.5rem 0}\n"
    "pre{background:#f4f6f8;padding:1rem;overflow-x:auto;font-size:.8rem}code{font-size:.9em}.says{color:#59636b}\n"
    "@media print{details>summary{list-style:none}h2{break-before:page}}\n";

static void put_begin(FILE *out, const struct plot_data *d)
{
    char *provenance = plot_provenance(d);
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
            "content=\"width=device-width\">\n<title>",
            language_chosen());
    put_text(out, d->about.name);
    fprintf(out, "</title>\n<style>%s</style></head><body>\n", style);
    put_element(out, "h1", d->about.name);
    put_element(out, "p", provenance);
    mem_free(provenance);
}

static void put_factors(FILE *out, const struct plot_data *d)
{
    if (!d->n_factors) return;
    put_element(out, "h2", tr("What varied"));
    fprintf(out,
            "<div class=\"wide\"><table><thead><tr><th>%s</th><th>%s</th><th "
            "class=\"n\">%s</th><th>%s</th></tr></thead><tbody>\n",
            tr("Value"), tr("Pointer"), tr("Levels"), tr("Which"));
    for (size_t i = 0; i < d->n_factors; i++) {
        const struct plot_factor *f = &d->factors[i];
        fputs("<tr><td>", out);
        put_text(out, f->title);
        fputs("</td><td><code>", out);
        put_text(out, f->pointer);
        fprintf(out, "</code></td><td class=\"n\">%zu</td><td>", f->n_levels);
        for (size_t k = 0; k < f->n_levels; k++) {
            if (f->n_levels > 12 && k == 3) fputs(", \u2026", out);
            if (f->n_levels > 12 && k >= 3 && k + 1 < f->n_levels) continue;
            fputs(k ? ", " : "", out);
            put_text(out, f->levels[k].text);
        }
        fputs("</td></tr>\n", out);
    }
    fputs("</tbody></table></div>\n", out);
}

/* One more figure of a kind, where it can be. */
static void put_other(FILE *out, const struct plot_data *d, struct plot_wish wish, enum figure_kind kind,
                      const struct plot_queue *queues)
{
    struct plot_choice c;
    wish.figure = figure_name(kind);
    if (plot_choose(d, &wish, &c)) put_figure(out, d, &c, queues);
    plot_choice_free(&c);
}

static int put_measure(FILE *out, const struct plot_data *d, const struct plot_wish *wish, bool is_main)
{
    struct plot_choice c;
    if (!plot_choose(d, wish, &c)) {
        plot_choice_free(&c);
        return EXIT_USAGE;
    }
    put_element(out, "h2", measure_title(d->measure));
    fprintf(out, "<p class=\"says\"><code>%s</code>: ", measure_name(d->measure));
    put_text(out, measure_says(d->measure));
    fputs(plot_has_mails(d->measure) ? tr("; of mails") : tr("; of runs"), out);
    fputs("</p>\n", out);
    put_figure(out, d, &c, NULL);
    bool is_compared = c.by != PLOT_NONE && c.kind == FIGURE_CURVE && c.n_by <= 8;
    if (is_main && measure_is_censored_by_end(d->measure) && c.kind != FIGURE_ECDF &&
        (c.by == PLOT_NONE ? c.n_x : c.n_by) <= 8)
        put_other(out, d, *wish, FIGURE_ECDF, NULL);
    if (is_main && is_compared) put_other(out, d, *wish, FIGURE_DIFFERENCE, NULL);
    put_table(out, d, c.statistic.confidence);
    plot_choice_free(&c);
    return EXIT_DONE;
}

static int say(const char *error)
{
    fprintf(stderr, "postroad plot: %s\n", error);
    return EXIT_FAILED;
}

/* Either brings the lengths of the queues; they are shown once. */
static bool brings_queues(const struct plot_data *d)
{
    return d->measure == MEASURE_MEAN_QUEUE ||
           (d->measure == MEASURE_PEAK_QUEUE && !(d->about.measures & MEASURE_BIT(MEASURE_MEAN_QUEUE)));
}

/* With what each run knows of its queues, which is read for it alone. */
static int put_queues(FILE *out, struct results_reader *reader, const struct plot_data *d, const struct plot_wish *wish)
{
    char error[RESULTS_ERROR_BYTES];
    struct plot_queue *queues = plot_queue_read(reader, d, error, sizeof error);
    if (!queues) return say(error);
    put_other(out, d, *wish, FIGURE_QUEUE, queues);
    mem_free(queues);
    return EXIT_DONE;
}

/* All about one measure. */
static int put_part(FILE *out, struct results_reader *reader, const struct plot_data *d, const struct plot_wish *wish,
                    bool is_main)
{
    int code = put_measure(out, d, wish, is_main);
    return code == EXIT_DONE && brings_queues(d) ? put_queues(out, reader, d, wish) : code;
}

static void put_end(FILE *out, const struct plot_data *d, const char *path)
{
    char name[RESULTS_NAME_BYTES];
    put_element(out, "h2", tr("How the numbers are made"));
    put_element(out, "p",
                tr("A mail that had not ended when its run did is not left out: its time so far is known, and it is "
                   "censored. Medians and other "
                   "quantiles of times are Kaplan and Meier's, with log-log bands; where several mails share a run, "
                   "the bands count runs and not "
                   "mails. Means of times are restricted to the end of the run. Means have Student's t intervals over "
                   "runs, shares of runs Wilson's, "
                   "other quantiles those of order statistics. Run number r has the same luck at every point, so "
                   "differences are taken run by run."));
    put_element(out, "h2", tr("How to see it again"));
    fputs("<p>", out);
    put_text(out,
             tr("Any run of a point opens in the window, by the point's name and the number of the run, from 0 on:"));
    fprintf(out, "</p>\n<pre>postroad view ");
    put_text(out, path);
    const struct plot_point *p = &d->points[0];
    fprintf(out, " --run %s</pre>\n", results_run_name(p->key, p->runs[0].replication, name)); /* a shard may lack 0 */
    fputs("<details><summary>", out);
    put_text(out, tr("The study"));
    fputs("</summary><pre>", out);
    put_text(out, d->about.study_text);
    fputs("</pre></details>\n<details><summary>", out);
    put_text(out, tr("The scenario"));
    fputs("</summary><pre>", out);
    put_text(out, d->about.scenario_text);
    fputs("</pre></details>\n</body></html>\n", out);
}

int plot_report_write(struct results_reader *reader, const struct plot_wish *wish, const char *path, FILE *out)
{
    const struct results_about *about = results_read_about(reader);
    enum measure main_one = plot_main_measure(about);
    char error[RESULTS_ERROR_BYTES];
    struct plot_data *first =
        plot_data_read(reader, main_one, about->measures & MEASURE_BIT(MEASURE_ATTEMPTS), error, sizeof error);
    if (!first) return say(error);
    put_begin(out, first);
    put_factors(out, first);
    int code = put_part(out, reader, first, wish, true);
    for (int m = 0; m < MEASURES && code == EXIT_DONE; m++) {
        if ((enum measure)m == main_one || !(about->measures & MEASURE_BIT(m))) continue;
        struct plot_data *d = plot_data_read(reader, (enum measure)m, false, error, sizeof error);
        code = d ? put_part(out, reader, d, wish, false) : say(error);
        plot_data_free(d);
    }
    if (code == EXIT_DONE) put_end(out, first, path);
    plot_data_free(first);
    return code;
}
