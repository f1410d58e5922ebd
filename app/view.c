/* postroad view: the window; without a display, the journey as text and how to open the window. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/commands.h"
#include "app/exit_codes.h"
#include "app/fonts.h"
#include "app/import_file.h"
#include "app/language.h"
#include "app/lesson.h"
#include "app/library.h"
#include "app/opening.h"
#include "app/options.h"
#include "app/picture.h"
#include "app/rerun.h"
#include "app/settings.h"
#include "app/simulate.h"
#include "app/study_run.h"
#include "app/view.h"
#include "app/wireshark.h"
#include "sim/journal/journal_file.h"
#include "sim/journal/journal_sound.h"
#include "sim/journal/near_word.h"
#include "sim/journal/tr.h"
#include "viz/draw/window.h"
#include "viz/readers/outcome.h"
#include "viz/readers/transcript.h"

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

/* SDL would otherwise take a text console for a display. */
static bool display_is_named(void)
{
    return is_set("DISPLAY") || is_set("WAYLAND_DISPLAY") || is_set("SDL_VIDEODRIVER");
}

/* Where the display that is named cannot be reached, SDL would play for ever into memory that nobody sees. */
static void want_display_that_is_seen(void)
{
    if (!is_set("SDL_VIDEODRIVER")) setenv("SDL_VIDEODRIVER", "x11,wayland", 1);
}

static void replay(const struct journal_memory *journal, struct journal_reader reader)
{
    for (size_t i = 0; i < journal_memory_count(journal) && !ferror(stdout); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (event_mask_has(reader.mask, e->kind)) reader.on_event(reader.context, e);
    }
}

static void tell_journal(const struct journal_memory *journal)
{
    struct transcript *transcript = transcript_new(TRANSCRIPT_SMTP, stdout);
    struct outcome *outcome = outcome_new();
    transcript_watch(transcript, event_mask_all());
    replay(journal, transcript_reader(transcript));
    replay(journal, outcome_reader(outcome));
    outcome_write_text(outcome, NULL, stdout);
    outcome_free(outcome);
    transcript_free(transcript);
}

/* A scenario is told as `run` tells it. */
static int tell_as_text(const char *word, const struct journal_memory *journal)
{
    int code = EXIT_DONE;
    char *path = library_find(word), *run[] = {(char *)"run", path};
    if (journal_file_is_journal(path) || import_file_is_recording(path))
        tell_journal(journal);
    else
        code = command_run(2, run);
    free(path);
    fflush(stdout);
    fprintf(stderr,
            tr("\nThis is the journey as text, because there is no display to open a window on.\n"
               "To see it in the window, start the same command in a terminal of a desktop, or by ssh -X from one.\n"
               "A picture of any instant needs no display: postroad view %s --screenshot picture.png --at \"1.2 s\"\n"),
            word);
    return code;
}

/* ---- How long it takes ---- */

static struct timespec begun;

static double seconds_since_begun(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - begun.tv_sec) + (double)(now.tv_nsec - begun.tv_nsec) / 1e9;
}

/* A world that is being opened behind the window. */
struct opened {
    const struct view_world *world;
    const struct journal_memory *journal; /* as far as it is known */
    struct rerun *rerun;                  /* as soon as the whole is known, it can be run again */
    const char *look_at;
    bool tells_times, is_read;
};

/* Worlds without a title share theirs. */
static const char *world_title(const struct journal_memory *journal)
{
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind == EVENT_RUN_BEGIN) return event_text(e, FIELD_TITLE);
    }
    return "";
}

static const char *name_to_look_at(const struct event *e)
{
    bool names = e->kind == EVENT_HOST_ADD || e->kind == EVENT_LINK_ADD || e->kind == EVENT_MAIL_COMPOSE;
    return names ? event_text(e, FIELD_NAME) : "";
}

/* "mx1" for mx1.b.example, or one of nearly the same letters. */
static void suggest_what_to_look_at(const struct journal_memory *journal, const char *name)
{
    const char *one[] = {"", NULL}, *near = NULL;
    for (size_t i = 0; i < journal_memory_count(journal) && !near; i++) {
        one[0] = name_to_look_at(journal_memory_at(journal, i));
        bool begins_so = !strncmp(one[0], name, strlen(name)) && one[0][strlen(name)] == '.';
        if (*one[0]) near = begins_so ? one[0] : near_word_find(name, one);
    }
    if (near) fprintf(stderr, tr("  hint: did you mean \"%s\"?\n"), near);
}

/* Whether the journal has what is to be looked at; false after a message. Numbers are looked up when they are needed.
 */
static bool has_what_is_looked_at(const struct journal_memory *journal, const char *name)
{
    if (!name || *name == '#') return true;
    for (size_t i = 0; i < journal_memory_count(journal); i++)
        if (!strcmp(name_to_look_at(journal_memory_at(journal, i)), name)) return true;
    fprintf(stderr, tr("postroad view: --look-at: there is no host, link or mail \"%s\"\n"), name);
    suggest_what_to_look_at(journal, name);
    return false;
}

static void tell_all_is_known(const struct opened *opened)
{
    if (!opened->tells_times) return;
    fprintf(stderr, tr("postroad view: all %zu events were known after %.2f s\n"),
            journal_memory_count(opened->journal), seconds_since_begun());
}

/* What still grows cannot be run again. */
static enum loading_state poll_opening(void *context, const struct scene_wish *wish, struct loading_news *news)
{
    struct opened *opened = context;
    enum loading_state state = opening_poll(opened->world->opening, wish, news);
    if (news->index) opened->journal = news->index->journal;
    if (state != LOADING_DONE) return state;
    if (!opened->is_read) {
        opened->is_read = true;
        has_what_is_looked_at(opened->journal, opened->look_at);
        tell_all_is_known(opened);
    }
    if (opened->rerun && !news->grows) {
        *opened->rerun = rerun_of(opened->journal, opened->world->word);
        opened->rerun = NULL;
    }
    return state;
}

static void give_back(void *context, struct scene_index *former)
{
    const struct opened *opened = context;
    opening_give_back(opened->world->opening, former);
}

/* The window knows no end while a journal is being read: what is later than all is gone to as far as is known. */
static int64_t at_or_later_than_all(int64_t at_ns)
{
    return at_ns == TIME_NEVER ? TIME_NEVER - 1 : at_ns;
}

static struct window_options window_options_of(const struct view_world *world, const struct view_options *options)
{
    struct window_options window = window_options_default();
    window.full_screen = options->full_screen;
    window.look_at = world->look_at ? world->look_at : options->picture.look_at;
    if (options->words.size) window.width = options->picture.width, window.height = options->picture.height;
    if (options->words.at) window.at_ns = at_or_later_than_all(options->picture.at_ns);
    if (world->at_ns != TIME_NEVER) window.at_ns = world->at_ns;
    window.moment = world->moment;
    window.playing = !world->stands;
    window.has_gallery = true;
    window.from_gallery = world->from_gallery;
    window.lesson = world->lesson;
    window.index = world->index;
    return window;
}

/* What is remembered of a world when its window closes, however it does. */
struct leaving {
    const char *title;
    bool is_arranged;                       /* by a lesson, --show, or for a log: the user has not; it is not kept */
    char arrangement[WORKSPACE_TEXT_BYTES]; /* as it was before */
    struct window_memory memory;
};

static void keep_how_it_was_left(struct leaving *l)
{
    if (l->is_arranged) snprintf(l->memory.arrangement, sizeof l->memory.arrangement, "%s", l->arrangement);
    settings_write(l->title, &l->memory);
    window_memory_forget_places(&l->memory);
}

/* context: struct leaving; NULL: nothing is to be kept. */
static void tell_display_is_lost(void *context, const char *saved)
{
    fputs(tr("postroad view: the display is gone, and the window with it\n"), stderr);
    if (context) keep_how_it_was_left(context);
    if (*saved) fprintf(stderr, tr("  what if was not saved yet; it is now: %s\n"), saved);
    fputs(tr("  hint: a picture of any instant needs no display: postroad view SCENARIO --screenshot FILE.png\n"),
          stderr);
}

/* What was remembered holds where the command line says nothing else. */
static struct leaving remembered(const struct view_world *world, const struct view_options *options)
{
    const char *show = world->show ? world->show : options->words.show;
    struct leaving l = {.title = world_title(world->journal), .is_arranged = world->lesson || show};
    settings_read(l.title, &l.memory);
    if (!show) show = scene_arrangement_instead(world->journal, l.memory.arrangement);
    l.is_arranged |= show != NULL;
    snprintf(l.arrangement, sizeof l.arrangement, "%s", l.memory.arrangement);
    if (options->words.theme) l.memory.dark = options->picture.dark;
    if (options->words.scale) l.memory.scale = options->picture.scale;
    l.memory.calm |= options->calm;
    l.memory.projector = options->projector;
    if (show) snprintf(l.memory.arrangement, sizeof l.memory.arrangement, "%s", show);
    return l;
}

enum window_end view_world(struct window *w, const struct view_world *world, const struct view_options *options)
{
    struct window_options window = window_options_of(world, options);
    struct leaving leaving = remembered(world, options);
    struct rerun rerun = rerun_of(world->journal, world->word);
    struct opened opened = {world, world->journal, &rerun, window.look_at, options->times, false};
    const struct loading loading = {&opened, poll_opening, give_back};
    struct wireshark *wireshark = wireshark_new();
    struct elsewhere elsewhere = wireshark_elsewhere(wireshark);
    if (world->opening) {
        rerun.why_not = tr("The run is not known to its end yet.");
        window.loading = &loading;
    }
    window.memory = &leaving.memory;
    window.rerun = &rerun;
    window.elsewhere = &elsewhere;
    window.lost = tell_display_is_lost;
    window.lost_context = &leaving;
    enum window_end end = window_show(w, world->journal, &window);
    keep_how_it_was_left(&leaving);
    wireshark_free(wireshark);
    return end;
}

/* Waits for the first that is known of it. */
enum window_end view_opening(struct window *w, struct view_world world, const struct view_options *options)
{
    struct window_memory memory;
    const struct loading loading = {world.opening, opening_poll, opening_give_back};
    settings_read("", &memory);
    if (options->words.theme) memory.dark = options->picture.dark;
    const struct window_options wait = {.loading = &loading, .memory = &memory, .from_gallery = world.from_gallery};
    enum window_end end = window_wait(w, &wait, world.word, &world.index);
    window_memory_forget_places(&memory);
    if (!world.index) return end;
    world.journal = (struct journal_memory *)world.index->journal; /* only read */
    return view_world(w, &world, options);
}

static void tell_first_picture(void)
{
    fprintf(stderr, tr("postroad view: the first picture was there after %.2f s\n"), seconds_since_begun());
}

static struct window *open_window(const struct view_options *options)
{
    char why[256] = "";
    struct window_options window = window_options_default();
    window.full_screen = options->full_screen;
    if (options->times) window.first_picture = tell_first_picture;
    window.lost = tell_display_is_lost;
    if (options->words.size) window.width = options->picture.width, window.height = options->picture.height;
    if (!display_is_named()) return NULL;
    simulate_release_interrupts();
    want_display_that_is_seen();
    struct window *opened = window_open(&window, why);
    if (!opened) fprintf(stderr, tr("postroad view: no window could be opened: %s\n"), why);
    return opened;
}

/* The display may be slower to open than the journal. */
static int show(const char *word, struct opening *opening, const struct view_options *options)
{
    struct window *window = open_window(options);
    if (!window) {
        if (opening_wait(opening, -1) == LOADING_FAILED) return opening_code(opening);
        return tell_as_text(word, opening_journal(opening));
    }
    const struct view_world world = {.word = word, .opening = opening, .at_ns = TIME_NEVER, .moment = -1};
    if (view_opening(window, world, options) == WINDOW_GALLERY) gallery_stay(window, options, word);
    window_close(window);
    return opening_wait(opening, 0) == LOADING_FAILED ? opening_code(opening) : EXIT_DONE;
}

/* What is wrong at once, or done at once, is told before any window opens. */
static int view(const char *word, const struct view_options *options)
{
    enum { AT_ONCE_MS = 100 };
    struct opening *opening = opening_begin(word);
    enum loading_state state = opening_wait(opening, AT_ONCE_MS);
    int code;
    if (state == LOADING_FAILED)
        code = opening_code(opening);
    else if (state == LOADING_DONE && !has_what_is_looked_at(opening_journal(opening), options->picture.look_at))
        code = EXIT_USAGE;
    else
        code = show(word, opening, options);
    opening_end(opening);
    return code;
}

static int draw_picture(const char *word, const struct view_options *options)
{
    int code;
    struct journal_memory *journal = simulate_or_read(word, &code, NULL);
    if (!journal) return code;
    code = EXIT_USAGE;
    if (journal_memory_count(journal) == 0)
        fprintf(stderr, tr("postroad view: %s holds no events\n"), word);
    else if (has_what_is_looked_at(journal, options->picture.look_at))
        code = picture_write(journal, options->screenshot, &options->picture) ? EXIT_DONE : EXIT_FAILED;
    journal_memory_free(journal);
    return code;
}

/* Without a display, what the newcomer would choose is told as text. */
static int view_gallery(const struct view_options *options)
{
    if (options->screenshot) return gallery_picture(options);
    struct window *window = open_window(options);
    if (!window) return view("first-mail", options);
    gallery_stay(window, options, NULL);
    window_close(window);
    return EXIT_DONE;
}

/* Without a display a lesson can be read, and its scenarios be run. */
static int tell_lesson(const char *path)
{
    struct lesson *lesson = lesson_load(path, stderr);
    if (!lesson) return EXIT_USAGE;
    printf("%s\n", lesson->title);
    for (size_t i = 0; i < lesson->n; i++) {
        const struct lesson_step *step = &lesson->steps[i];
        printf("\n%zu. %s (%s)\n%s\n", i + 1, step->page.title, step->scenario, step->page.text);
        if (step->page.question) printf("%s %s\n", step->question.prompt, step->question.explanation);
    }
    lesson_free(lesson);
    return EXIT_DONE;
}

/* A lesson that is wrong is told before any window opens. */
static int view_lesson(const char *path, const struct view_options *options)
{
    struct lesson *lesson = lesson_load(path, stderr);
    if (!lesson) return EXIT_USAGE;
    lesson_free(lesson);
    struct window *window = open_window(options);
    if (!window) return tell_lesson(path);
    if (!gallery_lesson(window, options, path)) gallery_stay(window, options, NULL);
    window_close(window);
    return EXIT_DONE;
}

/* A scenario, a journal or a lesson. */
static int view_word(const char *word, const struct view_options *options)
{
    char *path = library_find(word);
    bool is_lesson = !options->screenshot && lesson_is_one(path);
    int code = is_lesson             ? view_lesson(path, options)
               : options->screenshot ? draw_picture(word, options)
                                     : view(word, options);
    free(path);
    return code;
}

int command_view(int argc, char **argv)
{
    struct view_options options = {.picture = picture_options_default()};
    clock_gettime(CLOCK_MONOTONIC, &begun);
    const struct option_row rows[] = {
        {"at", 0, "TIME",
         "the instant to begin at, or of the picture, such as \"1.2 s\", \"1 min 50 s\" or 00:01:50, or begin, or end",
         OPTION_TEXT, &options.words.at},
        {"size", 0, "WxH", "the size of the window or picture, such as 1920x1080", OPTION_TEXT, &options.words.size},
        {"look-at", 0, "NAME",
         "look closely at this host, link or mail, or at an event by its number, such as \"#736\"", OPTION_TEXT,
         &options.picture.look_at},
        {"theme", 0, "THEME", "light or dark", OPTION_TEXT, &options.words.theme},
        {"scale", 0, "PERCENT", "the size of text and shapes, such as \"150 %\"", OPTION_TEXT, &options.words.scale},
        {"show", 0, "VIEWS", "a view alone, such as ladder, or how several are arranged", OPTION_TEXT,
         &options.words.show},
        {"language", 0, "LANGUAGE", "en, de, es, fr or hi; otherwise as LANG says", OPTION_TEXT, &options.language},
        {"projector", 0, NULL, "large type, thick lines and few controls", OPTION_FLAG, &options.projector},
        {"reduced-motion", 0, NULL, "packets do not fly but step", OPTION_FLAG, &options.calm},
        {"full-screen", 0, NULL, "begin with the whole screen", OPTION_FLAG, &options.full_screen},
        {"times", 0, NULL, "say when the first picture was there, and when all was known", OPTION_FLAG, &options.times},
        {"run", 0, "K", "of the results of a study: this one, such as 5a3c01f2-17", OPTION_TEXT, &options.run},
        {"screenshot", 0, "FILE", "draw one picture to this .png, .svg or .pdf, and need no display", OPTION_TEXT,
         &options.screenshot},
    };
    const struct option_table table = {
        .command = "view",
        .operands = "[SCENARIO|JOURNAL|CAPTURE|LESSON|RESULTS.db]",
        .summary = "Opens the window, in which the mail's journey can be watched; with no argument, the gallery.",
        .rows = rows,
        .n_rows = sizeof rows / sizeof rows[0],
        .max_operands = 1,
    };
    size_t n;
    enum options_verdict verdict = options_parse(&table, argc, argv, &n);
    if (verdict != OPTIONS_GO) return verdict == OPTIONS_HELPED ? EXIT_DONE : EXIT_USAGE;
    if (!language_begin("view", options.language)) return EXIT_USAGE;
    if (!picture_options_read("view", &options.words, &options.picture)) return EXIT_USAGE;
    options.picture.projector = options.projector;
    options.picture.calm = options.calm;
    if (options.screenshot && !picture_path_check("view", options.screenshot)) return EXIT_USAGE;
    if ((options.screenshot || display_is_named()) && !fonts_check("view")) return EXIT_FAILED;
    if (!n) return view_gallery(&options);
    char *word = study_run_word("view", argv[1], options.run);
    int code = word ? view_word(word, &options) : EXIT_USAGE;
    free(word);
    return code;
}
