/* postroad export: a journal, or a scenario run for the purpose, in another form; the ending of the file says which. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/film.h"
#include "app/fonts.h"
#include "app/language.h"
#include "app/library.h"
#include "app/options.h"
#include "app/output.h"
#include "app/picture.h"
#include "app/simulate.h"
#include "app/study_run.h"
#include "sim/journal/tr.h"
#include "viz/page/page.h"
#include "viz/readers/jsonl.h"
#include "viz/readers/pcapng.h"

struct export_options {
    const char *file, *run, *language;
    const char *host, *link; /* for captures: only the taps there */
    struct picture_options picture;
    struct picture_words words;
    struct film_settings film;
    struct film_words film_words;
};

/* Finds a host or link by its name; false after a message. */
static bool find_number(const struct journal_memory *journal, enum event_kind kind, enum field_id field,
                        const char *name, uint32_t *n)
{
    for (size_t i = 0; name && i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == kind && !strcmp(event_text(e, FIELD_NAME), name)) *n = (uint32_t)event_int(e, field);
    }
    if (name && !*n) fprintf(stderr, tr("postroad export: there is no %s \"%s\"\n"), field_name(field), name);
    return !name || *n;
}

static int export_pcapng(const struct journal_memory *journal, const struct export_options *options)
{
    struct pcapng_options taps = pcapng_options_default();
    if (!find_number(journal, EVENT_HOST_ADD, FIELD_HOST, options->host, &taps.host.n)) return EXIT_USAGE;
    if (!find_number(journal, EVENT_LINK_ADD, FIELD_LINK, options->link, &taps.link.n)) return EXIT_USAGE;
    struct output_file *file = output_open(options->file);
    if (!file) return EXIT_FAILED;
    pcapng_write_chosen(journal, taps, output_stream(file));
    return output_commit(file) ? EXIT_DONE : EXIT_FAILED;
}

static int export_jsonl(const struct journal_memory *journal, const struct export_options *options)
{
    struct output_file *file = output_open(options->file);
    if (!file) return EXIT_FAILED;
    jsonl_write_journal(journal, output_stream(file));
    return output_commit(file) ? EXIT_DONE : EXIT_FAILED;
}

static int export_picture(const struct journal_memory *journal, const struct export_options *options)
{
    return picture_write(journal, options->file, &options->picture) ? EXIT_DONE : EXIT_FAILED;
}

static void tell_what_is_left_out(const char *path, struct page_report report)
{
    if (report.extent == PAGE_WITHOUT_PACKETS)
        fprintf(stderr, tr("postroad export: %s has no packets: with them it would have %zu steps, more than %d\n"),
                path, report.all_steps, PAGE_MOST_STEPS);
    if (report.extent == PAGE_WITHOUT_LINES)
        fprintf(
            stderr,
            tr("postroad export: %s has no packets and no dialogue: with them it would have %zu steps, more than %d\n"),
            path, report.all_steps, PAGE_MOST_STEPS);
}

static int export_page(const struct journal_memory *journal, const struct export_options *options)
{
    struct output_file *file = output_open(options->file);
    if (!file) return EXIT_FAILED;
    struct page_report report = page_write(journal, output_stream(file));
    if (report.extent == PAGE_TOO_BIG) {
        output_abandon(file);
        fprintf(
            stderr,
            tr("postroad export: the run is too long for a page: %zu steps; a page has at most %d, and without "
               "its packets and dialogue it has still more\n  hint: a scenario with fewer mails, or postroad view\n"),
            report.all_steps, PAGE_MOST_STEPS);
        return EXIT_FAILED;
    }
    if (!output_commit(file)) return EXIT_FAILED;
    tell_what_is_left_out(options->file, report);
    return EXIT_DONE;
}

static int export_film(const struct journal_memory *journal, const struct export_options *options)
{
    return film_write(journal, options->file, &options->film) ? EXIT_DONE : EXIT_FAILED;
}

/* What options a form understands. */
enum {
    TAKES_TAPS = 1,
    TAKES_INSTANT = 2,
    TAKES_WORDS = 4,
    TAKES_LOOK = 8,
    TAKES_FILM = 16,
    PICTURE = TAKES_INSTANT | TAKES_WORDS | TAKES_LOOK,
    FILM = TAKES_WORDS | TAKES_LOOK | TAKES_FILM
};

/* To add a form: a row here. */
static const struct form {
    const char *ending, *what;
    unsigned takes;
    int (*export)(const struct journal_memory *journal, const struct export_options *options);
} forms[] = {
    {".pcapng", "a capture of every packet on every link", TAKES_TAPS, export_pcapng},
    {".jsonl", "every event as a line of JSON", 0, export_jsonl},
    {".html", "a page for any browser, to be stepped through and played", TAKES_WORDS, export_page},
    {".png", "a picture of the map, or of the views that --show names", PICTURE, export_picture},
    {".svg", "the same, which can be enlarged", PICTURE, export_picture},
    {".pdf", "the same, to be printed", PICTURE, export_picture},
    {".gif", "a film of the window that plays everywhere (films are made by ffmpeg)", FILM, export_film},
    {".webm", "a film for the web", FILM, export_film},
    {".mp4", "a film for everything else", FILM, export_film},
    {"/", "a folder with the frames of a film", FILM, export_film},
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static const struct form *form_of(const char *path)
{
    size_t n = strlen(path);
    for (int i = 0; i < FORMS; i++) {
        size_t k = strlen(forms[i].ending);
        if (n > k && !strcmp(path + n - k, forms[i].ending)) return &forms[i];
    }
    fprintf(stderr, tr("postroad export: the ending of %s does not say what to make; known are:\n"), path);
    for (int i = 0; i < FORMS; i++)
        fprintf(stderr, "  %-8s %s\n", forms[i].ending, tr(forms[i].what));
    return NULL;
}

/* An option that would change nothing was a slip. */
static bool options_fit(const struct form *form, const struct export_options *options)
{
    const struct {
        unsigned takes;
        const char *name, *value;
    } rows[] = {
        {TAKES_TAPS, "--host", options->host},
        {TAKES_TAPS, "--link", options->link},
        {TAKES_INSTANT, "--at", options->words.at},
        {TAKES_WORDS, "--language", options->language},
        {TAKES_LOOK, "--show", options->words.show},
        {TAKES_LOOK, "--size", options->words.size},
        {TAKES_LOOK, "--theme", options->words.theme},
        {TAKES_LOOK, "--scale", options->words.scale},
        {TAKES_FILM, "--from", options->film_words.from},
        {TAKES_FILM, "--to", options->film_words.to},
        {TAKES_FILM, "--fps", options->film_words.fps},
        {TAKES_FILM, "--pace", options->film_words.pace},
        {TAKES_FILM, "--speed", options->film_words.speed},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!rows[i].value || (form->takes & rows[i].takes)) continue;
        fprintf(stderr, tr("postroad export: %s means nothing for %s\n"), rows[i].name, form->ending);
        return false;
    }
    return true;
}

static bool is_another_file(const char *word, const char *path)
{
    char *read = study_run_file(word);
    if (!read) read = library_find(word);
    bool same = output_is_same(read, path);
    if (same) fprintf(stderr, tr("postroad export: %s is what is to be exported; name another file\n"), path);
    free(read);
    return !same;
}

static int export_word(const char *word, const struct export_options *options)
{
    if (!options->file) {
        fputs(tr("postroad export: -o FILE is missing\n  see: postroad export --help\n"), stderr);
        return EXIT_USAGE;
    }
    const struct form *form = form_of(options->file);
    if (!form || !options_fit(form, options) || !is_another_file(word, options->file)) return EXIT_USAGE;
    if ((form->takes & TAKES_LOOK) && !fonts_check("export")) return EXIT_FAILED;
    int code;
    struct journal_memory *journal = simulate_or_read(word, &code, NULL);
    if (!journal) return code;
    if (journal_memory_count(journal) == 0) {
        fprintf(stderr, tr("postroad export: %s holds no events\n"), word);
        code = EXIT_USAGE;
    } else {
        code = form->export(journal, options);
    }
    journal_memory_free(journal);
    return code;
}

/* A picture is of the map, unless it is said how the window is to look; of a GIF smaller and slower is enough. */
static bool read_words(struct export_options *options)
{
    struct picture_options *picture = &options->picture;
    const struct picture_words *words = &options->words;
    size_t n = options->file ? strlen(options->file) : 0;
    options->film = film_settings_default();
    if (n > 4 && !strcmp(options->file + n - 4, ".gif")) {
        options->film.fps = 10;
        if (!words->size) picture->width = 960, picture->height = 600;
    }
    if (!picture_options_read("export", words, picture) ||
        !film_settings_read("export", &options->film_words, &options->film))
        return false;
    picture->map_only = !words->show && !words->size && !words->theme && !words->scale;
    options->film.width = picture->width;
    options->film.height = picture->height;
    options->film.scale = picture->scale;
    options->film.dark = picture->dark;
    options->film.arrangement = picture->arrangement;
    return true;
}

int command_export(int argc, char **argv)
{
    struct export_options options = {.picture = picture_options_default()};
    struct picture_words *look = &options.words;
    struct film_words *film = &options.film_words;
    const struct option_row rows[] = {
        {"output", 'o', "FILE", "what to make: .html .pcapng .jsonl .png .svg .pdf .gif .webm .mp4 frames/",
         OPTION_TEXT, &options.file},
        {"run", 0, "K", "of the results of a study: run this one again, such as 5a3c01f2-17", OPTION_TEXT,
         &options.run},
        {"host", 0, "NAME", "a capture only at this host's ends of its links", OPTION_TEXT, &options.host},
        {"link", 0, "NAME", "a capture only at the ends of this link", OPTION_TEXT, &options.link},
        {"at", 0, "TIME", "the instant that a picture shows, such as \"1.2 s\", or 00:01:50, or begin (end)",
         OPTION_TEXT, &look->at},
        {"show", 0, "VIEWS", "the views in a picture or film, such as ladder, or how several are arranged", OPTION_TEXT,
         &look->show},
        {"size", 0, "WxH", "its size (1280x800; of a .gif 960x600)", OPTION_TEXT, &look->size},
        {"theme", 0, "NAME", "light or dark (light)", OPTION_TEXT, &look->theme},
        {"scale", 0, "PERCENT", "the size of text and shapes, such as \"150 %\"", OPTION_TEXT, &look->scale},
        {"language", 0, "LANGUAGE", "of a page, picture or film: en, de, es, fr or hi; otherwise as LANG says",
         OPTION_TEXT, &options.language},
        {"from", 0, "TIME", "where a film begins (0 s)", OPTION_TEXT, &film->from},
        {"to", 0, "TIME", "where it ends (the end)", OPTION_TEXT, &film->to},
        {"fps", 0, "N", "its frames a second (25; of a .gif 10)", OPTION_TEXT, &film->fps},
        {"pace", 0, "NAME", "story, steady or event (story)", OPTION_TEXT, &film->pace},
        {"speed", 0, "N", "2 is twice as fast (1)", OPTION_TEXT, &film->speed},
    };
    const struct option_table table = {
        .command = "export",
        .operands = "JOURNAL|SCENARIO|RESULTS.db",
        .summary = "Makes a page, a capture, a picture, a film or JSON Lines out of a journal or a scenario.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .min_operands = 1,
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (!language_begin("export", options.language) || !read_words(&options)) return EXIT_USAGE;
    char *word = study_run_word("export", argv[1], options.run);
    int code = word ? export_word(word, &options) : EXIT_USAGE;
    free(word);
    return code;
}
