/* SDL2 for window, input and presenting: the picture is drawn by Cairo straight into the memory of a streaming texture.
   Left out on purpose: drawing by the graphics card. */
#include "viz/draw/window.h"

#include <SDL.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"
#include "viz/draw/loading_view.h"
#include "viz/draw/rerun.h"
#include "viz/draw/scene.h"

enum { FRAME_MS = 16, IDLE_WAIT_MS = 250, LONGEST_FRAME_MS = 100 };

struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    SDL_Texture *texture;
    int width, height;             /* of the texture, in pixels */
    struct scene *scene;           /* what is shown; NULL: the gallery */
    struct gallery *gallery;       /* NULL: the scene */
    const struct loading *loading; /* NULL: not any more */
    bool follows;                  /* all was read that there was; the journal grows */
    int64_t wanted_ns;             /* where to go as soon as it is known; TIME_NEVER: nowhere */
    int wanted_moment;             /* enum classic: or to the first of these; -1 */
    const char *wanted;            /* and at what to look; NULL */
    bool closed;
    void (*first_picture)(void);                    /* NULL: there was one, or nobody wants to know */
    const struct window_options *options;           /* of what is shown; NULL: of the window */
    void (*lost)(void *context, const char *saved); /* of the window, when the display is; NULL: nobody wants to know */
    void *lost_context;
};

struct window_options window_options_default(void)
{
    return (struct window_options){.playing = true, .moment = -1};
}

/* ---- Opening ---- */

static void choose_size(const struct window_options *options, int *width, int *height)
{
    SDL_Rect room = {0, 0, 1280, 800};
    SDL_GetDisplayUsableBounds(0, &room);
    *width = options->width > 0 ? options->width : room.w < 1280 ? room.w : 1280;
    *height = options->height > 0 ? options->height : room.h < 800 ? room.h : 800;
}

static bool open_window(struct window *w, const struct window_options *options, const char *title)
{
    int width, height;
    choose_size(options, &width, &height);
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (options->full_screen) flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    w->window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width, height, flags);
    if (!w->window) return false;
    SDL_SetWindowMinimumSize(w->window, 640, 400);
    w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!w->renderer) w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    return w->renderer != NULL;
}

static void close_window(struct window *w)
{
    if (w->texture) SDL_DestroyTexture(w->texture);
    if (w->renderer) SDL_DestroyRenderer(w->renderer);
    if (w->window) SDL_DestroyWindow(w->window);
    SDL_Quit();
}

/* ---- Drawing ---- */

static void set_dirty(struct window *w)
{
    if (w->scene) scene_set_dirty(w->scene);
    if (w->gallery) gallery_set_dirty(w->gallery);
}

static bool fit_texture(struct window *w)
{
    int width = 0, height = 0;
    if (SDL_GetRendererOutputSize(w->renderer, &width, &height) != 0 || width < 1 || height < 1) return false;
    if (w->texture && width == w->width && height == w->height) return true;
    if (w->texture) SDL_DestroyTexture(w->texture);
    w->texture = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_ARGB8888, SDL_TEXTUREACCESS_STREAMING, width, height);
    w->width = width;
    w->height = height;
    set_dirty(w);
    return w->texture != NULL;
}

static struct canvas *begin_picture(struct window *w)
{
    void *pixels;
    int stride;
    if (SDL_LockTexture(w->texture, NULL, &pixels, &stride) != 0) return NULL;
    return canvas_new_pixels(pixels, w->width, w->height, stride);
}

static void end_picture(struct window *w, struct canvas *canvas)
{
    canvas_free(canvas);
    SDL_UnlockTexture(w->texture);
    SDL_RenderCopy(w->renderer, w->texture, NULL, NULL);
    SDL_RenderPresent(w->renderer);
    if (w->first_picture) w->first_picture();
    w->first_picture = NULL;
}

static void draw(struct window *w)
{
    if (!fit_texture(w) || !(w->scene ? scene_is_dirty(w->scene) : gallery_is_dirty(w->gallery))) return;
    struct canvas *canvas = begin_picture(w);
    if (!canvas) return;
    if (w->scene)
        scene_draw(w->scene, canvas);
    else
        gallery_draw(w->gallery, canvas);
    end_picture(w, canvas);
}

/* ---- Input ---- */

static int key_of(const SDL_Keysym *key)
{
    static const struct {
        SDL_Keycode sdl;
        int key;
    } keys[] = {{SDLK_LEFT, KEY_LEFT},
                {SDLK_RIGHT, KEY_RIGHT},
                {SDLK_UP, KEY_UP},
                {SDLK_DOWN, KEY_DOWN},
                {SDLK_HOME, KEY_HOME},
                {SDLK_END, KEY_END},
                {SDLK_PAGEUP, KEY_PAGE_UP},
                {SDLK_PAGEDOWN, KEY_PAGE_DOWN},
                {SDLK_TAB, KEY_TAB},
                {SDLK_RETURN, KEY_ENTER},
                {SDLK_KP_ENTER, KEY_ENTER},
                {SDLK_ESCAPE, KEY_ESCAPE},
                {SDLK_BACKSPACE, KEY_BACKSPACE},
                {SDLK_KP_PLUS, '+'},
                {SDLK_KP_MINUS, '-'},
                {SDLK_F1, '?'},
                {SDLK_F11, 'f'}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].sdl == key->sym) return keys[i].key;
    return key->sym > 0 && key->sym < 128 ? key->sym : 0;
}

/* Pixels of the picture for a place in the window: they differ on screens of high density. */
static void place_of(const struct window *w, int x, int y, struct input *in)
{
    int width = 1, height = 1;
    SDL_GetWindowSize(w->window, &width, &height);
    in->x = width > 0 ? (double)x * w->width / width : x;
    in->y = height > 0 ? (double)y * w->height / height : y;
}

/* Where the pointer is while the wheel turns. */
static void place_of_wheel(const struct window *w, const SDL_MouseWheelEvent *wheel, struct input *in)
{
    int x, y;
#if SDL_VERSION_ATLEAST(2, 26, 0)
    x = wheel->mouseX;
    y = wheel->mouseY;
#else
    (void)wheel;
    SDL_GetMouseState(&x, &y);
#endif
    place_of(w, x, y, in);
}

static bool input_of(const struct window *w, const SDL_Event *event, struct input *in)
{
    SDL_Keymod held = SDL_GetModState();
    *in = (struct input){.shift = (held & KMOD_SHIFT) != 0, .ctrl = (held & KMOD_CTRL) != 0};
    switch (event->type) {
    case SDL_KEYDOWN:
        in->kind = INPUT_KEY;
        in->key = key_of(&event->key.keysym);
        in->shift = (event->key.keysym.mod & KMOD_SHIFT) != 0;
        in->ctrl = (event->key.keysym.mod & KMOD_CTRL) != 0;
        in->alt = (event->key.keysym.mod & KMOD_ALT) != 0;
        if (in->key == '/' && in->shift) in->key = '?';
        return in->key != 0;
    case SDL_TEXTINPUT: /* Ctrl and a key writes nothing, whatever SDL says */
        in->kind = INPUT_TEXT;
        SDL_strlcpy(in->text, event->text.text, sizeof in->text);
        return !in->ctrl && (w->gallery || (w->scene && scene_wants_text(w->scene)));
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        if (event->button.button != SDL_BUTTON_LEFT) return false;
        in->kind = event->type == SDL_MOUSEBUTTONDOWN ? INPUT_PRESS : INPUT_RELEASE;
        place_of(w, event->button.x, event->button.y, in);
        return true;
    case SDL_MOUSEMOTION:
        in->kind = INPUT_MOVE;
        place_of(w, event->motion.x, event->motion.y, in);
        return true;
    case SDL_MOUSEWHEEL:
        in->kind = INPUT_WHEEL;
        in->wheel = event->wheel.y;
        place_of_wheel(w, &event->wheel, in);
        return event->wheel.y != 0;
    }
    return false;
}

static void forget_where(struct window *w)
{
    w->wanted_ns = TIME_NEVER;
    w->wanted_moment = -1;
}

static void handle_event(struct window *w, const SDL_Event *event)
{
    struct input in;
    if (event->type == SDL_QUIT) w->closed = true;
    if (event->type == SDL_WINDOWEVENT || event->type == SDL_RENDER_TARGETS_RESET) set_dirty(w);
    if (event->type == SDL_RENDER_DEVICE_RESET && w->texture) {
        SDL_DestroyTexture(w->texture);
        w->texture = NULL;
    }
    bool meant = input_of(w, event, &in);
    if (meant && in.kind != INPUT_MOVE) forget_where(w);
    if (meant && w->scene) scene_handle(w->scene, &in);
    if (meant && w->gallery) gallery_handle(w->gallery, &in);
    if (w->scene ? scene_take_full_screen_wish(w->scene) : gallery_take_full_screen_wish(w->gallery)) {
        bool is_full = (SDL_GetWindowFlags(w->window) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
        SDL_SetWindowFullscreen(w->window, is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
    }
}

/* ---- A journal that is still being read ---- */

/* Where the window was asked to begin, as far as that is known. */
static void go_where_wanted(struct window *w)
{
    if (w->wanted && scene_look_at(w->scene, w->wanted)) w->wanted = NULL;
    int64_t moment_ns = w->wanted_moment < 0 ? TIME_NEVER : scene_moment(w->scene, (enum classic)w->wanted_moment);
    if (moment_ns != TIME_NEVER) {
        w->wanted_ns = moment_ns;
        w->wanted_moment = -1;
    }
    if (w->wanted_ns == TIME_NEVER) return;
    scene_seek(w->scene, w->wanted_ns);
    if (w->wanted_ns <= story_end_ns(scene_story(w->scene))) w->wanted_ns = TIME_NEVER;
}

/* A journal that others still write begins at its end. */
static void all_is_read(struct window *w, bool grows)
{
    scene_set_loading(w->scene, NULL);
    scene_set_growing(w->scene, grows);
    w->follows = grows;
    if (grows && w->wanted_ns != TIME_NEVER) scene_seek(w->scene, story_end_ns(scene_story(w->scene)));
    forget_where(w);
}

static void take_index(struct window *w, struct scene_index *index)
{
    struct scene_index *former = scene_take_index(w->scene, index);
    if (w->loading->give_back)
        w->loading->give_back(w->loading->context, former);
    else
        scene_index_free(former);
    go_where_wanted(w);
}

static void look_what_is_read(struct window *w)
{
    struct loading_news news = {.index = NULL};
    if (!w->loading) return;
    const struct scene_wish wish = scene_wish(w->scene);
    enum loading_state state = w->loading->poll(w->loading->context, &wish, &news);
    if (news.index) take_index(w, news.index);
    if (state == LOADING_GOES_ON) scene_set_loading(w->scene, &news.progress);
    if (state == LOADING_DONE && !w->follows) all_is_read(w, news.grows);
    if (state == LOADING_DONE && w->follows && !news.grows) scene_set_growing(w->scene, w->follows = false);
    if (state == LOADING_DONE && !news.grows) w->loading = NULL;
    if (state == LOADING_FAILED) w->closed = true, w->loading = NULL;
}

static void handle_events(struct window *w, SDL_Event *event)
{
    do
        handle_event(w, event);
    while (SDL_PollEvent(event));
}

/* While nothing moves, the loop sleeps until somebody does something. */
static void loop(struct window *w)
{
    uint64_t last = SDL_GetTicks64();
    while (!w->closed && !scene_wants_quit(w->scene) && scene_way(w->scene) == WAY_STAY) {
        SDL_Event event;
        bool moves = scene_is_playing(w->scene);
        uint64_t used = SDL_GetTicks64() - last;
        bool awaits = scene_is_running_again(w->scene) || (w->loading && !w->follows);
        int wait = moves ? (used < FRAME_MS ? (int)(FRAME_MS - used) : 0) : awaits ? FRAME_MS : IDLE_WAIT_MS;
        if (SDL_WaitEventTimeout(&event, wait)) handle_events(w, &event);
        scene_poll(w->scene);
        look_what_is_read(w);
        if (w->closed) return;
        uint64_t now = SDL_GetTicks64(), passed = now - last;
        last = now;
        if (passed > LONGEST_FRAME_MS) passed = moves ? LONGEST_FRAME_MS : 0;
        scene_advance(w->scene, (int64_t)passed * 1000000);
        draw(w);
    }
}

static struct scene_options scene_options_of(const struct window_options *options)
{
    struct scene_options chosen = scene_options_default();
    const struct window_memory *memory = options->memory;
    chosen.playing = options->playing;
    chosen.rerun = options->rerun;
    chosen.elsewhere = options->elsewhere;
    chosen.has_gallery = options->has_gallery;
    chosen.from_gallery = options->from_gallery;
    chosen.lesson = options->lesson;
    if (!memory) return chosen;
    chosen.dark = memory->dark;
    chosen.calm = memory->calm;
    chosen.projector = memory->projector;
    chosen.scale = memory->scale;
    chosen.arrangement = memory->arrangement;
    chosen.places = memory->places;
    chosen.n_places = memory->n_places;
    return chosen;
}

void window_memory_forget_places(struct window_memory *memory)
{
    for (size_t i = 0; i < memory->n_places; i++)
        mem_free(memory->places[i].host);
    mem_free(memory->places);
    memory->places = NULL;
    memory->n_places = 0;
}

static void remember(const struct scene *scene, struct window_memory *memory)
{
    memory->dark = scene_is_dark(scene);
    memory->calm = scene_is_calm(scene);
    memory->projector = scene_is_for_projector(scene);
    memory->scale = scene_scale(scene);
    scene_arrangement(scene, memory->arrangement);
    window_memory_forget_places(memory);
    if (scene_keeps_places(scene)) memory->places = scene_places(scene, &memory->n_places);
}

/* ---- A display that is lost ---- */

static struct window *opened; /* Xlib hands its last word no context */

/* Called by Xlib in the middle of a call of SDL's, from the loop: what is shown is whole. Xlib ends the program after
   it, with 1; SDL could do nothing with the window any more. */
static int on_lost_display(void *display)
{
    struct window *w = opened;
    char saved[RERUN_WHY_BYTES] = "";
    (void)display;
    if (!w) return 0;
    opened = NULL;
    if (w->scene && w->options->memory) remember(w->scene, w->options->memory);
    if (w->scene && !scene_save_unsaved(w->scene, saved)) saved[0] = 0;
    if (w->options && w->options->lost)
        w->options->lost(w->options->lost_context, saved);
    else if (w->lost)
        w->lost(w->lost_context, saved);
    return 0;
}

/* SDL has no event for it under X11: Xlib says one line of its own and ends the program. So Xlib is asked to tell us
   before, by the library that SDL has loaded already. Under Wayland SDL asks the window to close. */
static void watch_display(struct window *w)
{
    typedef int (*last_word)(void *display);
    last_word (*set_last_word)(last_word);
    const char *driver = SDL_GetCurrentVideoDriver();
    if (!driver || strcmp(driver, "x11") != 0) return;
    void *xlib = SDL_LoadObject("libX11.so.6");
    *(void **)&set_last_word = xlib ? SDL_LoadFunction(xlib, "XSetIOErrorHandler") : NULL;
    if (!set_last_word) return;
    set_last_word(on_lost_display);
    opened = w;
}

/* ---- What is shown ---- */

/* A title with a dash in it reaches the window manager only where characters are UTF-8. Not the user's locale: in a
   Turkish one capital letters have other small ones, which worlds that are run again would hear of. */
static void want_utf8(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8")) setlocale(LC_CTYPE, "en_US.UTF-8");
}

struct window *window_open(const struct window_options *options, char why[256])
{
    struct window *w = mem_calloc(1, sizeof *w);
    w->first_picture = options->first_picture;
    w->lost = options->lost;
    w->lost_context = options->lost_context;
    want_utf8();
    if (SDL_Init(SDL_INIT_VIDEO) == 0) {
        watch_display(w);
        if (open_window(w, options, "postroad")) return w;
        snprintf(why, 256, "%s", SDL_GetError());
        opened = NULL;
        close_window(w);
    } else {
        snprintf(why, 256, "%s", SDL_GetError());
    }
    mem_free(w);
    return NULL;
}

void window_close(struct window *w)
{
    if (!w) return;
    close_window(w);
    opened = NULL;
    mem_free(w);
}

struct scene *window_scene(const struct window *w)
{
    return w->scene;
}

static void set_title(struct window *w, const char *of)
{
    char title[300];
    snprintf(title, sizeof title, tr("%s – postroad"), of);
    SDL_SetWindowTitle(w->window, title);
}

static enum window_end end_of(const struct window *w)
{
    if (w->closed || scene_wants_quit(w->scene)) return WINDOW_CLOSED;
    switch (scene_way(w->scene)) {
    case WAY_GALLERY:
        return WINDOW_GALLERY;
    case WAY_NEXT:
        return WINDOW_NEXT;
    case WAY_BACK:
        return WINDOW_BACK;
    case WAY_STAY:
        break;
    }
    return WINDOW_CLOSED;
}

/* What is not known yet is gone to later. */
static void begin_where_wanted(struct window *w, const struct window_options *options)
{
    w->wanted = options->look_at;
    w->wanted_ns = options->at_ns;
    w->wanted_moment = options->moment;
    go_where_wanted(w);
    if (w->loading) return;
    w->wanted = NULL;
    forget_where(w);
}

enum window_end window_show(struct window *w, struct journal_memory *journal, const struct window_options *options)
{
    w->gallery = NULL;
    w->options = options;
    w->scene = options->index ? scene_new_indexed(options->index, scene_options_of(options))
                              : scene_new(journal, scene_options_of(options));
    w->loading = options->loading;
    w->follows = false;
    scene_set_growing(w->scene, w->loading != NULL);
    begin_where_wanted(w, options);
    look_what_is_read(w);
    set_title(w, story_title(scene_story(w->scene)));
    loop(w);
    enum window_end end = end_of(w);
    if (options->memory) remember(w->scene, options->memory);
    scene_free(w->scene);
    w->scene = NULL;
    w->loading = NULL;
    w->options = NULL;
    return end;
}

static void draw_waiting(struct window *w, const struct window_options *options, const char *name,
                         const struct loading_progress *progress)
{
    struct canvas *canvas = fit_texture(w) ? begin_picture(w) : NULL;
    if (!canvas) return;
    loading_view_draw(canvas, options->memory && options->memory->dark, name, progress);
    end_picture(w, canvas);
}

static bool takes_leave(const SDL_Event *event, bool *for_gallery)
{
    if (event->type == SDL_QUIT) return true;
    if (event->type != SDL_KEYDOWN) return false;
    *for_gallery = event->key.keysym.sym == SDLK_ESCAPE;
    return *for_gallery || event->key.keysym.sym == SDLK_q;
}

/* What is long comes with a large map, perhaps, of which the first picture takes its time: the page is there before. */
enum window_end window_wait(struct window *w, const struct window_options *options, const char *name,
                            struct scene_index **first)
{
    *first = NULL;
    for (;;) {
        SDL_Event event;
        bool for_gallery = false;
        struct loading_news news = {.index = NULL};
        enum loading_state state = options->loading->poll(options->loading->context, NULL, &news);
        *first = news.index;
        if (state == LOADING_GOES_ON) draw_waiting(w, options, name, &news.progress);
        if (news.index) return WINDOW_CHOSEN;
        if (state != LOADING_GOES_ON) return WINDOW_CLOSED;
        if (!SDL_WaitEventTimeout(&event, FRAME_MS)) continue;
        do
            if (takes_leave(&event, &for_gallery))
                return for_gallery && options->from_gallery ? WINDOW_GALLERY : WINDOW_CLOSED;
        while (SDL_PollEvent(&event));
    }
}

/* Sleeps while nothing moves and no picture is being made. */
enum window_end window_show_gallery(struct window *w, struct gallery *gallery, size_t *chosen)
{
    uint64_t last = SDL_GetTicks64();
    w->gallery = gallery;
    set_title(w, tr("Gallery"));
    set_dirty(w);
    *chosen = SIZE_MAX;
    while (!w->closed && !gallery_wants_quit(gallery) && *chosen == SIZE_MAX) {
        SDL_Event event;
        draw(w);
        if (SDL_WaitEventTimeout(&event, gallery_is_busy(gallery) ? FRAME_MS : IDLE_WAIT_MS)) handle_events(w, &event);
        uint64_t now = SDL_GetTicks64(), passed = now - last;
        last = now;
        gallery_poll(gallery);
        gallery_advance(gallery, (int64_t)(passed > LONGEST_FRAME_MS ? LONGEST_FRAME_MS : passed) * 1000000);
        *chosen = gallery_take_choice(gallery);
    }
    gallery_rest(gallery);
    w->gallery = NULL;
    return *chosen == SIZE_MAX ? WINDOW_CLOSED : WINDOW_CHOSEN;
}

enum window_end window_run(struct journal_memory *journal, const struct window_options *options, char why[256])
{
    struct window *w = window_open(options, why);
    if (!w) return WINDOW_NO_DISPLAY;
    enum window_end end = window_show(w, journal, options);
    window_close(w);
    return end;
}
