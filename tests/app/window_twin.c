/* The window's twin, for judges of the window on a screen: the same scene on the same world, drawn into memory, that
   says where things stand, so that a judge presses them there and knows no pixels, and what must be seen afterwards.

     window_twin SCENARIO WIDTHxHEIGHT VIEWS

   A command a line; the answer is some lines, then a line with a dot. Keys have the names that xdotool has.

     key ctrl+s          pressed
     write WORDS         into a line that is open
     move X Y, press X Y the pointer goes there; is pressed and let go there
     play                until it stands still by itself, at a question or at the end
     at X Y              what a press there would reach: ACT ARG
     places ACT          X Y ARG of each target of this act (viz/draw/targets.h), where a press would reach it
     words               X Y WIDTH HEIGHT TEXT of each text on the picture
     state               what is selected, and when it is: "act=packet arg=5 now=2100000000 ..."
     picture FILE        the pixels, three bytes each, row by row */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "tests/viz/draw/rerun_at_once.h"
#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/scene.h"

static struct {
    struct journal_memory *journal;
    struct scene *scene;
    uint32_t *pixels;
    int width, height;
} twin;

static const struct {
    enum act act;
    const char *name;
} acts[] = {{ACT_PACKET, "packet"},       {ACT_HOST, "host"},           {ACT_LINK, "link"},
            {ACT_MAIL, "mail"},           {ACT_EVENT, "event"},         {ACT_GO_TO_EVENT, "go-to-event"},
            {ACT_ATTEMPT, "attempt"},     {ACT_BYTES, "bytes"},         {ACT_INTERVAL, "interval"},
            {ACT_SENDER, "sender"},       {ACT_CLOSE, "close"},         {ACT_PLAY, "play"},
            {ACT_HELP, "help"},           {ACT_ANSWER, "answer"},       {ACT_GO_ON, "go-on"},
            {ACT_FIND_WORD, "find-word"}, {ACT_EDIT, "edit"},           {ACT_WHAT_IF, "what-if"},
            {ACT_SHOW_RUN, "show-run"},   {ACT_VIEW_MENU, "menu"},      {ACT_ENLARGE, "enlarge"},
            {ACT_THEME, "theme"},         {ACT_TIME_LINE, "time-line"}, {ACT_PROJECTOR, "projector"},
            {ACT_STEP_FORWARD, "step"},   {ACT_UNDO, "undo"},           {ACT_GUESS, "guess"}};
enum { ACTS = sizeof acts / sizeof acts[0] };

static void draw(void)
{
    struct canvas *canvas = canvas_new_pixels(twin.pixels, twin.width, twin.height, twin.width * 4);
    scene_draw(twin.scene, canvas);
    canvas_free(canvas);
}

/* What is run again is there at once, and drawn. */
static void handle(struct input in)
{
    scene_handle(twin.scene, &in);
    while (scene_is_running_again(twin.scene))
        scene_poll(twin.scene);
    draw();
}

/* ---- What is done ---- */

static int key_of(const char *name)
{
    static const struct {
        const char *name;
        int key;
    } keys[] = {{"space", ' '},        {"Home", KEY_HOME},     {"End", KEY_END},        {"Left", KEY_LEFT},
                {"Right", KEY_RIGHT},  {"Up", KEY_UP},         {"Down", KEY_DOWN},      {"Tab", KEY_TAB},
                {"Return", KEY_ENTER}, {"Escape", KEY_ESCAPE}, {"period", '.'},         {"comma", ','},
                {"question", '?'},     {"Prior", KEY_PAGE_UP}, {"Next", KEY_PAGE_DOWN}, {"BackSpace", KEY_BACKSPACE}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i].name, name) == 0) return keys[i].key;
    return strlen(name) == 1 ? name[0] : 0;
}

static void press_key(const char *name)
{
    struct input in = {.kind = INPUT_KEY};
    in.ctrl = strncmp(name, "ctrl+", 5) == 0;
    if (in.ctrl) name += 5;
    in.shift = strncmp(name, "shift+", 6) == 0;
    if (in.shift) name += 6;
    in.key = key_of(name);
    if (!in.key) fprintf(stderr, "window_twin: no key \"%s\"\n", name);
    handle(in);
}

/* As SDL tells it: each letter as a key, and as text where text is wanted. */
static void write_words(const char *words)
{
    for (; *words; words++) {
        handle((struct input){.kind = INPUT_KEY, .key = *words});
        struct input in = {.kind = INPUT_TEXT};
        in.text[0] = *words;
        if (scene_wants_text(twin.scene)) handle(in);
    }
}

static void move_to(double x, double y)
{
    handle((struct input){.kind = INPUT_MOVE, .x = x, .y = y});
}

static void press_at(double x, double y)
{
    move_to(x, y);
    handle((struct input){.kind = INPUT_PRESS, .x = x, .y = y});
    handle((struct input){.kind = INPUT_RELEASE, .x = x, .y = y});
}

static void play_until_it_stands(void)
{
    static const int64_t frame_ns = 16000000;
    while (scene_is_playing(twin.scene))
        scene_advance(twin.scene, frame_ns);
    draw();
}

/* ---- What is told ---- */

static const char *name_of(enum act act)
{
    for (size_t i = 0; i < ACTS; i++)
        if (acts[i].act == act) return acts[i].name;
    return "none";
}

static bool reaches(const struct target *t, struct point at)
{
    const struct target *found = targets_find(scene_targets(twin.scene), at.x, at.y);
    return found && found->act == t->act && found->arg == t->arg;
}

static void tell_place(const struct target *t)
{
    static const double parts[] = {0.5, 0.3, 0.7, 0.1, 0.9};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        struct box b = target_bounds(t);
        struct point at = t->reach > 0
                              ? point_of(t->a.x + (t->b.x - t->a.x) * parts[i], t->a.y + (t->b.y - t->a.y) * parts[i])
                              : point_of(b.x + b.w * parts[i], b.y + b.h / 2);
        at = point_of((int)at.x, (int)at.y);
        if (!reaches(t, at)) continue;
        printf("%.0f %.0f %zu\n", at.x, at.y, t->arg);
        return;
    }
}

static void tell_places(const char *name)
{
    const struct targets *targets = scene_targets(twin.scene);
    size_t act = 0;
    while (act < ACTS && strcmp(acts[act].name, name) != 0)
        act++;
    if (act == ACTS) fprintf(stderr, "window_twin: no act \"%s\"\n", name);
    for (size_t i = 0; act < ACTS && i < targets_count(targets); i++)
        if (targets_at(targets, i)->act == acts[act].act) tell_place(targets_at(targets, i));
}

static void tell_what_is_at(double x, double y)
{
    const struct target *t = targets_find(scene_targets(twin.scene), x, y);
    if (t) printf("%s %zu\n", name_of(t->act), t->arg);
}

static void hear(void *user, const struct canvas_part *part)
{
    (void)user;
    if (part->what != CANVAS_TEXT || part->colour.a < 0.3) return;
    double x0 = part->corners[0].x, y0 = part->corners[0].y, x1 = x0, y1 = y0;
    for (int i = 1; i < 4; i++) {
        x0 = part->corners[i].x < x0 ? part->corners[i].x : x0, x1 = part->corners[i].x > x1 ? part->corners[i].x : x1;
        y0 = part->corners[i].y < y0 ? part->corners[i].y : y0, y1 = part->corners[i].y > y1 ? part->corners[i].y : y1;
    }
    printf("%.0f %.0f %.0f %.0f %s\n", x0, y0, x1 - x0, y1 - y0, part->text);
}

static void tell_words(void)
{
    struct canvas *ear = canvas_new_listener(twin.width, twin.height, (struct canvas_listener){hear, NULL});
    scene_draw(twin.scene, ear);
    canvas_free(ear);
    draw(); /* a press refers to what was drawn last */
}

static void tell_state(void)
{
    struct selection selected = scene_selection(twin.scene);
    const struct story *story = scene_story(twin.scene);
    printf("act=%s arg=%zu now=%lld lost=%zu drops=%zu\n", name_of(selected.what), selected.index,
           (long long)scene_now(twin.scene), story_drop_count(story) ? story_drop(story, 0)->packet : SIZE_MAX,
           story_drop_count(story));
}

static void write_picture(const char *path)
{
    FILE *f = fopen(path, "wb");
    for (int i = 0; f && i < twin.width * twin.height; i++) {
        uint32_t p = twin.pixels[i];
        const unsigned char rgb[] = {(unsigned char)(p >> 16), (unsigned char)(p >> 8), (unsigned char)p};
        fwrite(rgb, 1, sizeof rgb, f);
    }
    if (f) fclose(f);
}

/* ---- Commands ---- */

static void obey(char *line)
{
    int x, y;
    line[strcspn(line, "\n")] = 0;
    if (strncmp(line, "key ", 4) == 0)
        press_key(line + 4);
    else if (strncmp(line, "write ", 6) == 0)
        write_words(line + 6);
    else if (sscanf(line, "move %d %d", &x, &y) == 2)
        move_to(x, y);
    else if (sscanf(line, "press %d %d", &x, &y) == 2)
        press_at(x, y);
    else if (strcmp(line, "play") == 0)
        play_until_it_stands();
    else if (sscanf(line, "at %d %d", &x, &y) == 2)
        tell_what_is_at(x, y);
    else if (strncmp(line, "places ", 7) == 0)
        tell_places(line + 7);
    else if (strcmp(line, "words") == 0)
        tell_words();
    else if (strcmp(line, "state") == 0)
        tell_state();
    else if (strncmp(line, "picture ", 8) == 0)
        write_picture(line + 8);
    else
        fprintf(stderr, "window_twin: what is \"%s\"?\n", line);
    printf(".\n");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char line[1000];
    const struct elsewhere elsewhere = {.name = "Wireshark", .why_not = "it is not installed"};
    struct scene_options options = scene_options_default();
    if (argc != 4 || sscanf(argv[2], "%dx%d", &twin.width, &twin.height) != 2) return EXIT_FAILURE;
    options.arrangement = argv[3];
    options.rerun = &rerun_at_once;
    options.elsewhere = &elsewhere;
    options.has_gallery = true;
    twin.journal = run_scenario(argv[1]);
    twin.scene = scene_new(twin.journal, options);
    twin.pixels = mem_calloc((size_t)twin.width * (size_t)twin.height, sizeof *twin.pixels);
    draw();
    while (fgets(line, sizeof line, stdin))
        obey(line);
    scene_free(twin.scene);
    journal_memory_free(twin.journal);
    mem_free(twin.pixels);
    canvas_forget_fonts();
    return EXIT_SUCCESS;
}
