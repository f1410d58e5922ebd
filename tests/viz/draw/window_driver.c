#define _GNU_SOURCE
#include "tests/viz/draw/window_driver.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 1280, HEIGHT = 800 };

static struct window *window;
static struct drive *driven; /* NULL: nobody drives */
static int turn;

/* ---- Pushing ---- */

void push_key(SDL_Keycode key, Uint16 mod)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .state = SDL_PRESSED, .keysym = {.sym = key, .mod = mod}}};
    SDL_PushEvent(&event);
}

void push_text(const char *text)
{
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT}};
    SDL_strlcpy(event.text.text, text, sizeof event.text.text);
    SDL_PushEvent(&event);
}

static void push_button(Uint32 type, double x, double y)
{
    SDL_Event event = {.button = {.type = type, .button = SDL_BUTTON_LEFT, .x = (int)x, .y = (int)y}};
    SDL_PushEvent(&event);
}

void push_press(double x, double y)
{
    push_button(SDL_MOUSEBUTTONDOWN, x, y);
}

void push_release(double x, double y)
{
    push_button(SDL_MOUSEBUTTONUP, x, y);
}

void push_move(double x, double y)
{
    SDL_Event event = {.motion = {.type = SDL_MOUSEMOTION, .x = (int)x, .y = (int)y}};
    SDL_PushEvent(&event);
}

void push_wheel(double x, double y, int turns)
{
    SDL_Event event = {.wheel = {.type = SDL_MOUSEWHEEL, .y = turns}};
#if SDL_VERSION_ATLEAST(2, 26, 0)
    event.wheel.mouseX = (int)x;
    event.wheel.mouseY = (int)y;
#else
    SDL_WarpMouseInWindow(SDL_GetWindowFromID(1), (int)x, (int)y);
#endif
    SDL_PushEvent(&event);
}

/* Whole pixels, since that is what SDL tells. */
static bool reaches(const struct scene *scene, const struct target *t, struct point at)
{
    const struct target *found = targets_find(scene_targets(scene), at.x, at.y);
    return found && found->act == t->act && found->arg == t->arg;
}

bool place_of(const struct scene *scene, enum act act, struct point *place)
{
    static const double parts[] = {0.5, 0.25, 0.75, 0.1, 0.9};
    const struct targets *targets = scene_targets(scene);
    for (size_t i = 0; i < targets_count(targets); i++) {
        const struct target *t = targets_at(targets, i);
        for (size_t k = 0; t->act == act && k < sizeof parts / sizeof *parts; k++) {
            struct box b = target_bounds(t);
            struct point at =
                t->reach > 0 ? point_between(t->a, t->b, parts[k]) : point_of(b.x + b.w * parts[k], b.y + b.h / 2);
            *place = point_of((int)at.x, (int)at.y);
            if (reaches(scene, t, *place)) return true;
        }
    }
    return false;
}

/* ---- Seeing ---- */

static uint64_t sum_of_pixels(void)
{
    static uint32_t pixels[WIDTH * HEIGHT];
    SDL_Renderer *renderer = SDL_GetRenderer(SDL_GetWindowFromID(1));
    uint64_t sum = 14695981039346656037u;
    if (SDL_RenderReadPixels(renderer, NULL, SDL_PIXELFORMAT_ARGB8888, pixels, WIDTH * 4) != 0) return 0;
    for (size_t i = 0; i < WIDTH * HEIGHT; i++)
        sum = (sum ^ (pixels[i] & 0xffffff)) * 1099511628211u;
    return sum;
}

static size_t answer_of(const struct scene *s)
{
    size_t answer = SIZE_MAX;
    return scene_question(s, &answer) ? answer : SIZE_MAX;
}

static struct seen see(const struct scene *s)
{
    struct seen seen = {.now_ns = scene_now(s),
                        .screen_ns = s->screen_ns,
                        .cursor = story_cursor(s->story),
                        .playing = s->playing,
                        .dark = s->dark,
                        .calm = s->calm,
                        .projector = s->projector,
                        .guessing = s->guessing.on,
                        .help = s->help,
                        .finding = s->find.open,
                        .asks_to_quit = s->asked != LEAVING_NOT,
                        .linking = s->linking.open,
                        .keeps_places = s->keeps_places,
                        .full_screen = SDL_GetWindowFlags(SDL_GetWindowFromID(1)) & SDL_WINDOW_FULLSCREEN_DESKTOP,
                        .speed = scene_speed(s),
                        .scale = s->scale,
                        .pace = s->pace_mode,
                        .captions = s->captions,
                        .span = s->span,
                        .enlarged = s->enlarged,
                        .menu = s->menu,
                        .selection = s->selection,
                        .focus = s->focus,
                        .hover = s->hover,
                        .bookmarks = s->n_bookmarks,
                        .acts = s->what_if.n_acts,
                        .sender = s->sender,
                        .levels = s->why_plan ? s->why_plan->depth : 0,
                        .tells_short = s->why_plan && s->why_plan->tells_short,
                        .only = s->only.n_conns + s->only.n_hosts,
                        .answer = answer_of(s),
                        .run = s->what_if.shown,
                        .host = s->places[0]};
    for (enum view_id view = 0; view < VIEWS; view++)
        seen.scrolled += s->scroll[view];
    scene_arrangement(s, seen.arrangement);
    SDL_strlcpy(seen.find, s->find.text, sizeof seen.find);
    seen.pixels = sum_of_pixels();
    return seen;
}

/* ---- Driving ---- */

enum { FIRST_PICTURE = 1, SECOND_PICTURE, PUSHED, SETTLED };

/* Between two turns of the loop. A run again comes within the turn in which it was asked for. */
static void drive_on(void)
{
    struct scene *scene = window_scene(window);
    if (!scene) return;
    turn++;
    if (turn == FIRST_PICTURE && driven->prepare) driven->prepare(scene);
    if (turn == SECOND_PICTURE && driven->prepare_more) driven->prepare_more(scene);
    if (turn <= SECOND_PICTURE) scene_set_dirty(scene);
    if (turn == PUSHED) {
        driven->before = see(scene);
        driven->push(scene, driven->what);
    }
    if (turn != SETTLED) return;
    driven->after = see(scene);
    driven->is_over = false;
    scene->quit = true; /* not SDL_QUIT: the window stays for the next */
}

int SDL_WaitEventTimeout(SDL_Event *event, int timeout)
{
    int (*wait)(SDL_Event *, int);
    *(void **)&wait = dlsym(RTLD_NEXT, "SDL_WaitEventTimeout");
    if (driven) drive_on();
    return wait(event, driven ? 0 : timeout);
}

void driver_open(void)
{
    char why[256] = "";
    struct window_options options = window_options_default();
    options.width = WIDTH;
    options.height = HEIGHT;
    window = window_open(&options, why);
    assert(window);
}

void driver_close(void)
{
    window_close(window);
    canvas_forget_fonts();
}

void driver_run(struct journal_memory *journal, const struct window_options *options, struct drive *drive)
{
    SDL_FlushEvents(SDL_FIRSTEVENT, SDL_LASTEVENT);
    driven = drive;
    turn = 0;
    drive->is_over = true;
    drive->end = window_show(window, journal, options);
    driven = NULL;
}
