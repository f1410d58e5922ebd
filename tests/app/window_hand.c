/* A hand for a window that nobody sees: preloaded into `postroad view`, it presses and drags what POSTROAD_HAND says, a
   word each 60 ms, whenever the window looks for its events.

     space Home q ...     a key, by SDL's name of it; ctrl+s with Ctrl held
     click:82,619         the left button, pressed and let go
     drag:98,339,218,349  pressed here, moved there in steps, let go
     wait:1500            so many milliseconds */
#define _GNU_SOURCE
#include <SDL.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

enum { STEP_MS = 60, DRAG_STEPS = 10 };

static struct {
    const char *next; /* NULL: not begun */
    Uint32 due_ms;
} hand;

static void push_button(Uint32 type, int x, int y)
{
    SDL_Event event = {.button = {.type = type, .button = SDL_BUTTON_LEFT, .x = x, .y = y}};
    SDL_PushEvent(&event);
}

static void push_drag(int x0, int y0, int x1, int y1)
{
    push_button(SDL_MOUSEBUTTONDOWN, x0, y0);
    for (int i = 1; i <= DRAG_STEPS; i++) {
        SDL_Event move = {.motion = {.type = SDL_MOUSEMOTION, .state = SDL_BUTTON_LMASK}};
        move.motion.x = x0 + (x1 - x0) * i / DRAG_STEPS;
        move.motion.y = y0 + (y1 - y0) * i / DRAG_STEPS;
        SDL_PushEvent(&move);
    }
    push_button(SDL_MOUSEBUTTONUP, x1, y1);
}

static void push_key(const char *name)
{
    SDL_bool ctrl = strncmp(name, "ctrl+", 5) == 0;
    SDL_Keycode key = SDL_GetKeyFromName(ctrl ? name + 5 : name);
    if (key == SDLK_UNKNOWN) abort(); /* the script is wrong */
    SDL_Event event = {.key = {.type = SDL_KEYDOWN,
                               .state = SDL_PRESSED,
                               .keysym = {.sym = key, .mod = ctrl ? KMOD_LCTRL : KMOD_NONE}}};
    SDL_PushEvent(&event);
}

static void do_next_word(void)
{
    char word[64];
    size_t length = strcspn(hand.next, " ");
    int x0, y0, x1, y1, ms;
    SDL_snprintf(word, sizeof word, "%.*s", (int)length, hand.next);
    hand.next += length + strspn(hand.next + length, " ");
    if (SDL_sscanf(word, "wait:%d", &ms) == 1)
        hand.due_ms += (Uint32)ms;
    else if (SDL_sscanf(word, "drag:%d,%d,%d,%d", &x0, &y0, &x1, &y1) == 4)
        push_drag(x0, y0, x1, y1);
    else if (SDL_sscanf(word, "click:%d,%d", &x0, &y0) == 2)
        push_drag(x0, y0, x0, y0);
    else
        push_key(word);
}

static void move_hand(void)
{
    Uint32 now = SDL_GetTicks();
    if (!hand.next) {
        const char *script = getenv("POSTROAD_HAND");
        hand.next = script ? script : "";
        hand.due_ms = now;
    }
    if (!*hand.next || (Sint32)(now - hand.due_ms) < 0) return;
    hand.due_ms = now + STEP_MS;
    do_next_word();
}

/* The window looks for events so once a picture. */
int SDL_WaitEventTimeout(SDL_Event *event, int timeout)
{
    int (*wait)(SDL_Event *, int);
    *(void **)&wait = dlsym(RTLD_NEXT, "SDL_WaitEventTimeout");
    move_hand();
    return wait(event, *hand.next && timeout > STEP_MS / 2 ? STEP_MS / 2 : timeout);
}
