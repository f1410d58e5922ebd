/* postroad plot: a figure of what a study measured, or a page with all of it. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/fonts.h"
#include "app/language.h"
#include "app/options.h"
#include "app/output.h"
#include "app/plot_report.h"
#include "sim/journal/memory.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"

struct plot_options {
    const char *output, *measure, *statistic, *size, *scale, *language;
    struct plot_wish wish;
    struct plot_statistic read_statistic;
    struct plot_words words;
    struct option_list where, formulas;
    struct plot_beside *beside;
    int width, height;
};

enum { MOST_PIXELS = 16384 };

static bool ends_with(const char *text, const char *ending)
{
    size_t n = strlen(text), k = strlen(ending);
    return n > k && strcmp(text + n - k, ending) == 0;
}

static bool read_output(const struct plot_options *o)
{
    static const char *const endings[] = {".svg", ".png", ".pdf", ".html"};
    if (!o->output) {
        fputs(tr("postroad plot: where to? -o FILE is missing\n  hint: -o figure.svg\n"), stderr);
        return false;
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends_with(o->output, endings[i])) return true;
    fprintf(stderr, tr("postroad plot: %s: a figure's name ends in .svg, .png or .pdf, a report's in .html\n"),
            o->output);
    return false;
}

static bool read_size(struct plot_options *o)
{
    char rest;
    o->width = ends_with(o->output, ".png") ? 1500 : 900;
    o->height = ends_with(o->output, ".png") ? 1000 : 600;
    if (!o->size) return true;
    bool plain = !o->size[strspn(o->size, "0123456789x")];
    if (plain && sscanf(o->size, "%5dx%5d%c", &o->width, &o->height, &rest) == 2 && o->width >= FIGURE_LEAST_WIDTH &&
        o->height >= FIGURE_LEAST_HEIGHT && o->width <= MOST_PIXELS && o->height <= MOST_PIXELS)
        return true;
    fprintf(stderr,
            tr("postroad plot: --size: \"%s\" is not a size between %dx%d and %dx%d\n  hint: --size 1200x800\n"),
            o->size, FIGURE_LEAST_WIDTH, FIGURE_LEAST_HEIGHT, MOST_PIXELS, MOST_PIXELS);
    return false;
}

static bool read_statistic(struct plot_options *o)
{
    if (!o->statistic) return true;
    o->wish.statistic = &o->read_statistic;
    return plot_statistic_read(o->statistic, &o->read_statistic);
}

static bool read_scale(struct plot_options *o)
{
    o->words.scale = FIGURE_AUTO;
    if (!o->scale) return true;
    bool is_log = strcmp(o->scale, "log") == 0;
    o->words.scale = is_log ? FIGURE_LOG : FIGURE_LINEAR;
    if (is_log || strcmp(o->scale, "linear") == 0) return true;
    fprintf(stderr, tr("postroad plot: --scale: \"%s\" is neither linear nor log\n"), o->scale);
    return false;
}

/* A report shows every measure as it suits: what is of one figure only would be lost in it. */
static bool suits_report(const struct plot_options *o)
{
    const struct {
        const char *name;
        bool is_given;
    } of_figures[] = {{"--figure", o->wish.figure},
                      {"--measure", o->measure},
                      {"--beside", o->formulas.n > 0},
                      {"--intervals", o->wish.intervals},
                      {"--statistic up to a time", o->wish.statistic && plot_statistic_is_to_time(o->wish.statistic)},
                      {"--scale", o->scale},
                      {"--size", o->size},
                      {"--title", o->words.title},
                      {"--x-title", o->words.x_title},
                      {"--y-title", o->words.y_title}};
    for (size_t i = 0; ends_with(o->output, ".html") && i < sizeof of_figures / sizeof *of_figures; i++) {
        if (!of_figures[i].is_given) continue;
        fprintf(stderr, tr("postroad plot: %s is for a single figure, and %s is a report\n  hint: -o figure.svg\n"),
                of_figures[i].name, o->output);
        return false;
    }
    return true;
}

static bool is_figure(const struct plot_options *o, enum figure_kind kind)
{
    return o->wish.figure && strcmp(o->wish.figure, figure_name(kind)) == 0;
}

static bool read_formulas(struct plot_options *o)
{
    o->beside = mem_calloc(o->formulas.n, sizeof *o->beside);
    o->words.beside = o->beside;
    for (size_t i = 0; i < o->formulas.n; i++)
        if (!plot_beside_read(o->formulas.items[i], &o->beside[o->words.n_beside++])) return false;
    return true;
}

/* Attempts over time are of the attempts, and queues of the queues, whatever was asked for. */
static bool read_measure(const struct plot_options *o, const struct results_about *about, enum measure *m)
{
    const char *names[MEASURES + 1] = {NULL};
    size_t n = 0;
    bool is_attempts = is_figure(o, FIGURE_ATTEMPTS), is_queue = is_figure(o, FIGURE_QUEUE),
         is_fixed = is_attempts || is_queue;
    bool has_peak = about->measures & MEASURE_BIT(MEASURE_PEAK_QUEUE); /* either brings the lengths */
    const char *written = is_attempts ? measure_name(MEASURE_ATTEMPTS)
                          : is_queue  ? measure_name(has_peak ? MEASURE_PEAK_QUEUE : MEASURE_MEAN_QUEUE)
                                      : o->measure;
    *m = plot_main_measure(about);
    if (!written) return true;
    if (measure_find(written, m) && (about->measures & MEASURE_BIT(*m))) return true;
    for (int i = 0; i < MEASURES; i++)
        if (about->measures & MEASURE_BIT(i)) names[n++] = measure_name((enum measure)i);
    fprintf(stderr, tr("postroad plot: %s: \"%s\" was not measured in this study\n"),
            is_fixed ? "--figure" : "--measure", written);
    const char *near = is_fixed ? NULL : near_word_find(written, names);
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
    fputs(near ? "" : tr("  hint: it measured"), stderr);
    for (size_t i = 0; i < n && !near; i++)
        fprintf(stderr, "%s %s", i ? "," : "", names[i]);
    fputs(near ? "" : "\n", stderr);
    return false;
}

static bool refuse(const char *what, const char *hint)
{
    fprintf(stderr, "postroad plot: %s\n", what);
    fprintf(stderr, tr("  hint: %s\n"), hint);
    return false;
}

/* What was asked for and this kind of figure has no use for. */
static bool suits_figure(const struct plot_options *o, const struct plot_data *data, const struct plot_choice *c)
{
    bool is_difference = c->kind == FIGURE_DIFFERENCE;
    if (is_difference && o->words.scale == FIGURE_LOG)
        return refuse(tr("--scale: differences lie around zero, for which a logarithmic axis has no place"),
                      "--scale linear");
    if (!is_difference && o->wish.against)
        return refuse(tr("--against: only a difference is taken against something"), "--figure difference");
    for (size_t i = 0; i < o->words.n_beside; i++)
        if (!plot_beside_fits(&o->words.beside[i], data, c)) return false;
    return true;
}

/* ---- writing ---- */

static int write_figure(const struct plot_options *o, const struct plot_data *data, const struct plot_choice *choice)
{
    char error[FIGURE_ERROR_BYTES];
    struct output_file *file = output_open(o->output);
    if (!file) return EXIT_FAILED;
    struct plot_figure *figure = plot_figure_new(data, choice, &o->words);
    bool good = figure_write(plot_figure_of(figure), o->width, o->height, output_path(file), error);
    plot_figure_free(figure);
    if (good) return output_commit(file) ? EXIT_DONE : EXIT_FAILED;
    fprintf(stderr, "postroad plot: %s\n", error);
    output_abandon(file);
    return EXIT_FAILED;
}

static int plot_figure(struct plot_options *o, struct results_reader *reader)
{
    char error[RESULTS_ERROR_BYTES];
    enum measure measure;
    if (!read_measure(o, results_read_about(reader), &measure)) return EXIT_USAGE;
    struct plot_data *data = plot_data_read(reader, measure, is_figure(o, FIGURE_ATTEMPTS), error, sizeof error);
    struct plot_queue *queues =
        data && is_figure(o, FIGURE_QUEUE) ? plot_queue_read(reader, data, error, sizeof error) : NULL;
    if (!data || (is_figure(o, FIGURE_QUEUE) && !queues)) {
        fprintf(stderr, "postroad plot: %s\n", error);
        plot_data_free(data);
        return EXIT_FAILED;
    }
    o->words.queues = queues;
    struct plot_choice choice;
    bool good = plot_choose(data, &o->wish, &choice) && suits_figure(o, data, &choice);
    int code = good ? write_figure(o, data, &choice) : EXIT_USAGE;
    plot_choice_free(&choice);
    plot_data_free(data);
    mem_free(queues);
    return code;
}

static int plot_report(struct plot_options *o, struct results_reader *reader, const char *path)
{
    struct output_file *file = output_open(o->output);
    if (!file) return EXIT_FAILED;
    o->wish.is_of_report = true;
    int code = plot_report_write(reader, &o->wish, path, output_stream(file));
    if (code == EXIT_DONE) return output_commit(file) ? EXIT_DONE : EXIT_FAILED;
    output_abandon(file);
    return code;
}

static int plot(struct plot_options *o, const char *path)
{
    char error[RESULTS_ERROR_BYTES];
    o->wish.where = o->where.items;
    o->wish.n_where = o->where.n;
    if (!read_output(o) || !read_statistic(o) || !suits_report(o) || !read_size(o) || !read_scale(o) ||
        !read_formulas(o))
        return EXIT_USAGE;
    if (output_is_same(o->output, path)) {
        fputs(tr("postroad plot: -o names the results themselves\n"), stderr);
        return EXIT_USAGE;
    }
    if (!fonts_check("plot")) return EXIT_FAILED;
    /* The environment is not asked: the same results give the same figure everywhere. */
    if (o->language && !language_begin("plot", o->language)) return EXIT_USAGE;
    struct results_reader *reader = results_read_open(path, error, sizeof error);
    if (!reader) {
        fprintf(stderr, "postroad plot: %s\n", error);
        return EXIT_USAGE;
    }
    int code = ends_with(o->output, ".html") ? plot_report(o, reader, path) : plot_figure(o, reader);
    results_read_close(reader);
    return code;
}

int command_plot(int argc, char **argv)
{
    struct plot_options o = {0};
    const struct option_row rows[] = {
        {"output", 'o', "FILE", "where it goes: .svg, .png or .pdf, or .html for a report of all measures", OPTION_TEXT,
         &o.output},
        {"figure", 'f', "KIND", "curve, difference, survival, ecdf, box, violin, heat, queue or attempts (as it suits)",
         OPTION_TEXT, &o.wish.figure},
        {"measure", 'm', "M", "what is shown (what the study's precision names, or its first)", OPTION_TEXT,
         &o.measure},
        {"x", 'x', "POINTER", "what varies along the figure; the end of a pointer will do", OPTION_TEXT, &o.wish.x},
        {"by", 'b', "POINTER", "what tells its lines apart", OPTION_TEXT, &o.wish.by},
        {"where", 'w', "P=VALUE", "only points with this value; may be repeated", OPTION_LIST, &o.where},
        {"statistic", 's', "S", "mean, median, p95; of times also \"within 1 h\" and \"mean to 6 h\" (as it suits)",
         OPTION_TEXT, &o.statistic},
        {"against", 0, "VALUE", "of a difference: what is subtracted (the first value of --by)", OPTION_TEXT,
         &o.wish.against},
        {"beside", 0, "FORMULA",
         "a formula over loss: handshake, transfer or rate, as in handshake:rtt=70ms,timeout=1s", OPTION_LIST,
         &o.formulas},
        {"confidence", 0, "SHARE", "of the intervals (95 %)", OPTION_TEXT, &o.wish.confidence},
        {"intervals", 0, "KIND", "bootstrap: of values of runs, instead of formulas", OPTION_TEXT, &o.wish.intervals},
        {"scale", 0, "SCALE", "of the measure's axis: linear or log (as it suits)", OPTION_TEXT, &o.scale},
        {"size", 0, "WxH", "in pixels, or points of a PDF (900x600; .png 1500x1000)", OPTION_TEXT, &o.size},
        {"language", 0, "LANGUAGE", "of titles and captions: en, de, es, fr or hi (en)", OPTION_TEXT, &o.language},
        {"title", 0, "TEXT", "instead of the one that is made", OPTION_TEXT, &o.words.title},
        {"x-title", 0, "TEXT", "instead of the pointer's name", OPTION_TEXT, &o.words.x_title},
        {"y-title", 0, "TEXT", "instead of the measure's name", OPTION_TEXT, &o.words.y_title},
    };
    const struct option_table table = {
        .command = "plot",
        .operands = "RESULTS.db -o FILE",
        .summary = "Draws figures of a study, with their intervals and a caption that says what was run.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof *rows,
        .min_operands = 1,
        .max_operands = 1};
    size_t operands;
    enum options_verdict verdict = options_parse(&table, argc, argv, &operands);
    int code = verdict == OPTIONS_GO ? plot(&o, argv[1]) : verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    option_list_free(&o.where);
    option_list_free(&o.formulas);
    mem_free(o.beside);
    return code;
}
