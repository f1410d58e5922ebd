/* The window itself, under SDL's dummy driver: it opens, takes what is pressed, and closes. */
#include <SDL.h>
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "tests/viz/draw/run_scenario.h"
#include "viz/draw/canvas.h"
#include "viz/draw/window.h"

struct script {
    SDL_Keycode keys[64];
    size_t n;
};

static void push_key(SDL_Keycode key, Uint16 mod)
{
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .state = SDL_PRESSED, .keysym = {.sym = key, .mod = mod}}};
    SDL_PushEvent(&event);
}

static void push_text(const char *text)
{
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT}};
    SDL_strlcpy(event.text.text, text, sizeof event.text.text);
    SDL_PushEvent(&event);
}

static void push_click(int x, int y)
{
    SDL_Event down = {.button = {.type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = x, .y = y}};
    SDL_Event move = {.motion = {.type = SDL_MOUSEMOTION, .x = x + 40, .y = y}};
    SDL_Event up = {.button = {.type = SDL_MOUSEBUTTONUP, .button = SDL_BUTTON_LEFT, .x = x + 40, .y = y}};
    SDL_PushEvent(&down);
    SDL_PushEvent(&move);
    SDL_PushEvent(&up);
}

/* Runs on SDL's timer thread: SDL_PushEvent is the one call of SDL's events that may be made from there. */
static Uint32 press_one(Uint32 interval, void *context)
{
    struct script *script = context;
    static size_t at;
    if (at == 3) push_click(400, 760);
    if (at == script->n) return 0;
    push_key(script->keys[at++], 0);
    return interval;
}

Test(window, opens_takes_every_key_and_closes)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    static struct script script = {
        {SDLK_SPACE, SDLK_RIGHT,  SDLK_LEFT,  SDLK_UP,     SDLK_DOWN, SDLK_END,      SDLK_HOME,  SDLK_t, SDLK_p,
         SDLK_TAB,   SDLK_RETURN, SDLK_c,     SDLK_ESCAPE, SDLK_1,    SDLK_2,        SDLK_3,     SDLK_0, SDLK_F1,
         SDLK_a,     SDLK_PLUS,   SDLK_MINUS, SDLK_f,      SDLK_f,    SDLK_PAGEDOWN, SDLK_SPACE, SDLK_q, SDLK_q},
        27};
    cr_assert(eq(int, SDL_Init(SDL_INIT_TIMER), 0));
    SDL_AddTimer(10, press_one, &script);
    struct journal_memory *journal = run_scenario("first-mail");
    struct window_options options = window_options_default();
    options.width = 1000;
    options.height = 640;
    char why[256] = "";
    cr_expect(eq(int, window_run(journal, &options, why), WINDOW_CLOSED), "%s", why);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

struct growing {
    struct journal_memory *whole, *shown;
    int asked;
};

/* More each time; after the last the window is asked to close. */
static enum loading_state grow(void *context, const struct scene_wish *wish, struct loading_news *news)
{
    struct growing *g = context;
    size_t i = journal_memory_count(g->shown), n = journal_memory_count(g->whole);
    g->asked++;
    for (size_t step = 0; step < n / 3 && i < n; step++)
        journal_memory_append(g->shown, journal_memory_at(g->whole, i++));
    news->index = scene_index_as_now(g->shown, *wish, 1, NULL);
    news->grows = i < n;
    if (i == n) push_key(SDLK_q, 0), push_key(SDLK_q, 0);
    return LOADING_DONE;
}

Test(window, follows_a_journal_that_grows)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    struct growing growing = {run_scenario("first-mail"), journal_memory_new(), 0};
    const struct loading loading = {&growing, grow, NULL};
    for (size_t i = 0; i < 100; i++)
        journal_memory_append(growing.shown, journal_memory_at(growing.whole, i));
    struct window_options options = window_options_default();
    options.loading = &loading;
    char why[256] = "";
    cr_expect(eq(int, window_run(growing.shown, &options, why), WINDOW_CLOSED), "%s", why);
    cr_expect(eq(int, growing.asked, 3), "it is not asked again once the journal is full grown");
    journal_memory_free(growing.shown);
    journal_memory_free(growing.whole);
    canvas_forget_fonts();
}

/* A thread that reads, as slowly as the test likes: a part first, the whole once a picture of the part was drawn. */
struct reading {
    struct journal_memory *whole, *so_far;
    pthread_t thread;
    pthread_mutex_t lock;
    struct scene_index *index;
    struct scene_wish wish;
    bool done, goes_on;
    size_t asked, given_back;
};

static void hand_over(struct reading *r, struct scene_index *index, bool done)
{
    pthread_mutex_lock(&r->lock);
    scene_index_free(r->index);
    r->index = index;
    r->done = done;
    pthread_mutex_unlock(&r->lock);
}

static struct scene_wish wish_of(struct reading *r)
{
    pthread_mutex_lock(&r->lock);
    struct scene_wish wish = r->wish;
    pthread_mutex_unlock(&r->lock);
    return wish;
}

static void append_up_to(struct reading *r, size_t n)
{
    while (journal_memory_count(r->so_far) < n)
        journal_memory_append(r->so_far, journal_memory_at(r->whole, journal_memory_count(r->so_far)));
}

/* However slow the machine is: the window has seen a part before the next one comes. */
static void wait_until_taken(struct reading *r)
{
    bool taken = false;
    for (int i = 0; i < 4000 && !taken; i++) {
        SDL_Delay(5);
        pthread_mutex_lock(&r->lock);
        taken = r->index == NULL;
        pthread_mutex_unlock(&r->lock);
    }
}

static void *read_behind(void *context)
{
    struct reading *r = context;
    size_t n = journal_memory_count(r->whole);
    for (size_t part = 1; part <= 8; part++) {
        append_up_to(r, n * part / 9);
        hand_over(r, scene_index_as_now(r->so_far, wish_of(r), (double)part / 9, NULL), false);
        append_up_to(r, n * part / 9 + n / 20); /* while the window may be drawing what was handed over */
        wait_until_taken(r);
    }
    append_up_to(r, n);
    hand_over(r, scene_index_new(r->so_far, wish_of(r), NULL), true);
    return NULL;
}

static enum loading_state poll_reading(void *context, const struct scene_wish *wish, struct loading_news *news)
{
    struct reading *r = context;
    pthread_mutex_lock(&r->lock);
    if (wish) r->wish = *wish;
    news->index = r->index;
    r->index = NULL;
    bool done = r->done;
    pthread_mutex_unlock(&r->lock);
    news->progress.part = 0.5;
    r->asked += !done;
    if (done && news->index) push_key(SDLK_q, 0), push_key(SDLK_q, 0);
    return done ? LOADING_DONE : LOADING_GOES_ON;
}

static void take_back(void *context, struct scene_index *former)
{
    struct reading *r = context;
    r->given_back++;
    scene_index_free(former);
}

Test(window, shows_what_is_read_so_far_while_a_thread_reads_on)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    struct reading reading = {.whole = run_scenario("lost-segment"), .so_far = journal_memory_new()};
    const struct loading loading = {&reading, poll_reading, take_back};
    struct window_options options = window_options_default();
    char why[256] = "";
    pthread_mutex_init(&reading.lock, NULL);
    struct window *window = window_open(&options, why);
    cr_assert(window != NULL, "%s", why);
    cr_assert(eq(int, pthread_create(&reading.thread, NULL, read_behind, &reading), 0));
    options.loading = &loading;
    cr_assert(eq(int, window_wait(window, &options, "lost-segment", &options.index), WINDOW_CHOSEN));
    cr_expect(eq(int, window_show(window, NULL, &options), WINDOW_CLOSED));
    cr_expect(reading.asked > 3, "pictures were drawn before all was read");
    cr_expect(reading.given_back > 0, "what was known before is freed where nobody waits for it");
    cr_expect(reading.wish.unit > 0, "and what is on the screen is told for the next");
    pthread_join(reading.thread, NULL);
    pthread_mutex_destroy(&reading.lock);
    scene_index_free(reading.index);
    window_close(window);
    journal_memory_free(reading.so_far);
    journal_memory_free(reading.whole);
    canvas_forget_fonts();
}

Test(window, says_why_when_there_is_no_display)
{
    setenv("SDL_VIDEODRIVER", "no-such-driver", 1);
    struct journal_memory *journal = run_scenario("first-mail");
    struct window_options options = window_options_default();
    char why[256] = "";
    cr_expect(eq(int, window_run(journal, &options, why), WINDOW_NO_DISPLAY));
    cr_expect(why[0] != 0);
    journal_memory_free(journal);
}

Test(window, stays_open_from_the_gallery_to_a_world_and_back)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    const struct gallery_card cards[] = {{"First", "One mail.", NULL, 3, "first"},
                                         {"Second", "Another.", NULL, 4, "second"}};
    struct gallery *gallery = gallery_new(cards, 2, (struct gallery_options){.scale = 1});
    struct journal_memory *journal = run_scenario("first-mail");
    struct window_options options = window_options_default();
    char why[256] = "";
    size_t chosen;
    struct window *window = window_open(&options, why);
    cr_assert(window != NULL, "%s", why);
    push_key(SDLK_RIGHT, 0);
    push_key(SDLK_RETURN, 0);
    cr_expect(eq(int, window_show_gallery(window, gallery, &chosen), WINDOW_CHOSEN));
    cr_expect(eq(sz, chosen, 1));
    options.from_gallery = true;
    push_key(SDLK_ESCAPE, 0);
    push_key(SDLK_RETURN, 0);
    cr_expect(eq(int, window_show(window, journal, &options), WINDOW_GALLERY));
    push_text("/"); /* what is written comes as text; its keys, which mean something else, are not heard then */
    push_text("fir");
    push_key(SDLK_f, 0);
    push_key(SDLK_RETURN, 0);
    cr_expect(eq(int, window_show_gallery(window, gallery, &chosen), WINDOW_CHOSEN));
    cr_expect(eq(sz, chosen, 0));
    push_key(SDLK_ESCAPE, 0);
    push_key(SDLK_q, 0);
    cr_expect(eq(int, window_show_gallery(window, gallery, &chosen), WINDOW_CLOSED));
    window_close(window);
    gallery_free(gallery);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

static void show_at(int width, int height, int least)
{
    struct journal_memory *journal = run_scenario("first-mail");
    struct window_options options = window_options_default();
    char why[256] = "";
    options.width = width;
    options.height = height;
    options.at_ns = 1500000000;
    struct window *window = window_open(&options, why);
    cr_assert(window != NULL, "%s", why);
    SDL_Window *shown = SDL_GetWindowFromID(1);
    int w, h;
    SDL_GetWindowSize(shown, &w, &h);
    cr_expect(w == (width > 640 ? width : 640) && h == (height > 400 ? height : 400), "it opens with %dx%d", w, h);
    if (least > 0) { /* as a window manager may have it, whatever a program asks for */
        SDL_SetWindowMinimumSize(shown, least, least);
        SDL_SetWindowSize(shown, width, height);
        SDL_GetWindowSize(shown, &w, &h);
        cr_expect(w == width && h == height, "it is %dx%d", w, h);
    }
    static const SDL_Keycode keys[] = {SDLK_RIGHT, SDLK_TAB,    SDLK_RETURN, SDLK_v, SDLK_ESCAPE,
                                       SDLK_F1,    SDLK_ESCAPE, SDLK_a,      SDLK_q};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        push_key(keys[i], 0);
    push_click(w / 2, h / 2);
    cr_expect(eq(int, window_show(window, journal, &options), WINDOW_CLOSED));
    window_close(window);
    journal_memory_free(journal);
    canvas_forget_fonts();
}

/* Smaller than is of any use: it opens with the least size that is; where it is made smaller still, it lives. */
Test(window, is_as_large_or_small_as_can_be)
{
    setenv("SDL_VIDEODRIVER", "dummy", 1);
    setenv("SDL_RENDER_DRIVER", "software", 1);
    show_at(8192, 8192, 0);
    show_at(1, 1, 1);
    show_at(1, 8192, 1);
}
