/* The gallery: lessons and scenarios of the library, and what is chosen there. The order and the sentences stand in
   gallery/gallery.json beside the scenarios; what is not in it comes last. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/exit_codes.h"
#include "app/lesson.h"
#include "app/library.h"
#include "app/output.h"
#include "app/rerun.h"
#include "app/settings.h"
#include "app/view.h"
#include "model/scenario/json.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/export.h"

enum { MOST_CARDS = 400, LARGEST_FILE = 4 << 20, PATH_BYTES = 4096 };

struct shelf {
    struct gallery_card cards[MOST_CARDS];
    char *paths[MOST_CARDS], *texts[MOST_CARDS]; /* texts: the scenarios' JSON */
    cJSON *roots[MOST_CARDS];                    /* hold titles and sentences */
    size_t n;
    cJSON *order;
};

static char *read_text(const char *path)
{
    FILE *f = fopen(path, "r");
    if (!f) return NULL;
    char *text = mem_calloc(1, LARGEST_FILE + 1);
    size_t n = fread(text, 1, LARGEST_FILE, f);
    fclose(f);
    return mem_realloc(text, n + 1);
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
    return text ? text : "";
}

static bool is_there(const struct shelf *shelf, const char *path)
{
    for (size_t i = 0; i < shelf->n; i++)
        if (!strcmp(shelf->paths[i], path)) return true;
    return false;
}

/* A scenario or a lesson that is well-formed; what else is wrong with it is told when it is chosen. */
static void put(struct shelf *shelf, const char *folder, const char *name, const char *sentence)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s.json", folder, name);
    if (shelf->n == MOST_CARDS || is_there(shelf, path)) return;
    char *text = read_text(path);
    cJSON *root = text ? cJSON_Parse(text) : NULL;
    const cJSON *steps = cJSON_GetObjectItemCaseSensitive(root, "steps");
    bool is_lesson = cJSON_HasObjectItem(root, "lesson");
    if (!is_lesson && !cJSON_HasObjectItem(root, "hosts")) {
        cJSON_Delete(root);
        mem_free(text);
        return;
    }
    if (!sentence) sentence = text_of(root, is_lesson ? "sentence" : "description");
    const char *title = text_of(root, "title");
    char *own_name = mem_strdup(name);
    shelf->cards[shelf->n] = (struct gallery_card){.title = *title ? tr(title) : own_name,
                                                   .sentence = tr(sentence),
                                                   .scenario = is_lesson ? NULL : text,
                                                   .steps = (size_t)cJSON_GetArraySize(steps),
                                                   .name = own_name};
    shelf->paths[shelf->n] = mem_strdup(path);
    shelf->texts[shelf->n] = text;
    shelf->roots[shelf->n++] = root;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static void put_folder(struct shelf *shelf, const char *folder)
{
    struct dirent **found;
    int n = scandir(folder, &found, NULL, by_name);
    for (int i = 0; i < n; i++) {
        char *ending = strstr(found[i]->d_name, ".json");
        if (ending && !ending[strlen(".json")] && !strstr(found[i]->d_name, ".schema.")) {
            *ending = 0;
            put(shelf, folder, found[i]->d_name, NULL);
        }
        free(found[i]);
    }
    if (n >= 0) free(found);
}

/* Lessons first, then the scenarios in teaching order. */
static struct shelf *shelf_read(void)
{
    char path[PATH_BYTES];
    struct shelf *shelf = mem_calloc(1, sizeof *shelf);
    snprintf(path, sizeof path, "%s/lessons", library_folder());
    put_folder(shelf, path);
    snprintf(path, sizeof path, "%s/gallery/gallery.json", library_folder());
    char *text = read_text(path);
    shelf->order = text ? cJSON_Parse(text) : NULL;
    mem_free(text);
    const cJSON *entry;
    cJSON_ArrayForEach(entry, cJSON_GetObjectItemCaseSensitive(shelf->order, "scenarios"))
        put(shelf, library_folder(), text_of(entry, "file"), text_of(entry, "sentence"));
    put_folder(shelf, library_folder());
    return shelf;
}

static void shelf_free(struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->n; i++) {
        mem_free((char *)shelf->cards[i].name);
        mem_free(shelf->paths[i]);
        mem_free(shelf->texts[i]);
        cJSON_Delete(shelf->roots[i]);
    }
    cJSON_Delete(shelf->order);
    mem_free(shelf);
}

/* Where nothing is wanted, the first scenario: it is there for those who see all this for the first time. */
static size_t card_called(const struct shelf *shelf, const char *word)
{
    for (size_t i = 0; i < shelf->n; i++) {
        const char *name = strrchr(shelf->paths[i], '/') + 1;
        size_t n = strlen(name) - strlen(".json");
        if (word ? strlen(word) == n && !strncmp(name, word, n) : shelf->cards[i].scenario != NULL) return i;
    }
    return word ? card_called(shelf, NULL) : 0;
}

/* ---- Lessons ---- */

/* A world that the next step shows, too, is not run again. What is there at once is waited for. */
static struct opening *opening_of_step(struct opening *former, const char *scenario, const char *former_scenario)
{
    enum { AT_ONCE_MS = 100 };
    struct opening *opening = former;
    if (former && !strcmp(scenario, former_scenario)) {
        opening_again(former);
    } else {
        opening_end(former);
        opening = opening_begin(scenario);
    }
    opening_wait(opening, AT_ONCE_MS);
    return opening;
}

static bool play(struct window *window, const struct view_options *options, struct lesson *lesson)
{
    struct opening *opening = NULL;
    size_t at = 0, before = 0;
    enum window_end end = WINDOW_NEXT;
    bool failed = false;
    while (!failed && (end == WINDOW_NEXT || end == WINDOW_BACK)) {
        const struct lesson_step *step = &lesson->steps[at];
        opening = opening_of_step(opening, step->scenario, lesson->steps[before].scenario);
        const struct view_world world = {.word = step->scenario,
                                         .opening = opening,
                                         .from_gallery = true,
                                         .lesson = &step->page,
                                         .look_at = step->look_at,
                                         .show = step->show,
                                         .at_ns = step->at_ns == TIME_NEVER ? 0 : step->at_ns,
                                         .moment = step->moment,
                                         .stands = !step->plays};
        end = view_opening(window, world, options);
        failed = opening_wait(opening, 0) == LOADING_FAILED;
        before = at;
        if (end == WINDOW_NEXT && at + 1 < lesson->n) at++;
        if (end == WINDOW_BACK && at > 0) at--;
    }
    opening_end(opening);
    return end != WINDOW_GALLERY && !failed;
}

bool gallery_lesson(struct window *window, const struct view_options *options, const char *path)
{
    struct lesson *lesson = lesson_load(path, stderr);
    bool quit = lesson && play(window, options, lesson);
    lesson_free(lesson);
    return quit;
}

/* ---- The gallery ---- */

/* True when the user has quit. */
static bool open_card(struct window *window, struct gallery *gallery, const struct shelf *shelf, size_t card,
                      const struct view_options *options)
{
    if (!shelf->cards[card].scenario) return gallery_lesson(window, options, shelf->paths[card]);
    struct view_world world = {.word = shelf->paths[card],
                               .journal = gallery_journal(gallery, card),
                               .from_gallery = true,
                               .at_ns = TIME_NEVER,
                               .moment = -1};
    if (world.journal) return view_world(window, &world, options) == WINDOW_CLOSED;
    world.opening = opening_begin(world.word);
    bool failed = opening_wait(world.opening, 0) == LOADING_FAILED;
    enum window_end end = failed ? WINDOW_GALLERY : view_opening(window, world, options);
    failed = opening_wait(world.opening, 0) == LOADING_FAILED;
    opening_end(world.opening);
    return end == WINDOW_CLOSED && !failed;
}

static struct gallery_options look_of(const struct view_options *options, const struct rerun *rerun, size_t selected)
{
    struct window_memory memory;
    settings_read("", &memory);
    window_memory_forget_places(&memory);
    return (struct gallery_options){.dark = options->words.theme ? options->picture.dark : memory.dark,
                                    .scale = options->words.scale ? options->picture.scale : memory.scale,
                                    .selected = selected,
                                    .rerun = rerun};
}

void gallery_stay(struct window *window, const struct view_options *options, const char *selected)
{
    struct rerun rerun = rerun_of_scenarios();
    struct shelf *shelf = shelf_read();
    struct gallery *gallery =
        gallery_new(shelf->cards, shelf->n, look_of(options, &rerun, card_called(shelf, selected)));
    size_t card;
    while (window_show_gallery(window, gallery, &card) == WINDOW_CHOSEN)
        if (open_card(window, gallery, shelf, card, options)) break;
    gallery_free(gallery);
    shelf_free(shelf);
}

int gallery_picture(const struct view_options *options)
{
    char error[DRAW_ERROR_BYTES];
    struct rerun rerun = rerun_of_scenarios();
    struct shelf *shelf = shelf_read();
    struct gallery_options look = look_of(options, &rerun, card_called(shelf, NULL));
    look.dark = options->picture.dark;
    look.scale = options->picture.scale;
    struct gallery *gallery = gallery_new(shelf->cards, shelf->n, look);
    struct output_file *file = output_open(options->screenshot);
    bool good =
        file && gallery_export(gallery, options->picture.width, options->picture.height, output_path(file), error);
    if (good)
        good = output_commit(file);
    else if (file) {
        fprintf(stderr, tr("postroad: cannot draw %s: %s\n"), options->screenshot, error);
        output_abandon(file);
    }
    gallery_free(gallery);
    shelf_free(shelf);
    return good ? EXIT_DONE : EXIT_FAILED;
}
