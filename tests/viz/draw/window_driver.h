/* The window as it runs, under SDL's dummy driver: events are pushed to SDL, the window's own loop takes them and
   draws, and what they did is seen before and after, in the scene and in the pixels of the window.

   The loop is got hold of where it looks for events: SDL_WaitEventTimeout is ours first. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_WINDOW_DRIVER_H
#define POSTROAD_TESTS_VIZ_DRAW_WINDOW_DRIVER_H

#include <SDL.h>

#include "viz/draw/scene_internal.h"
#include "viz/draw/window.h"

/* The scene between two turns of the loop. */
struct seen {
    int64_t now_ns, screen_ns;
    size_t cursor; /* of the story */
    bool playing, dark, calm, projector, guessing, help, finding, asks_to_quit, linking, keeps_places, full_screen;
    bool tells_short; /* why late tells the short parts, too */
    double speed, scale;
    enum pace_mode pace;
    enum caption_mode captions;
    struct span span;
    enum view_id enlarged, menu;
    struct selection selection, focus, hover;
    size_t bookmarks, acts, sender, only, answer, levels; /* levels: of why late, that are open */
    int run;           /* of what if: 0 as it was */
    double scrolled;   /* of all views together */
    struct point host; /* the place of the first */
    char arrangement[WORKSPACE_TEXT_BYTES], find[EDIT_VALUE_BYTES];
    uint64_t pixels; /* a sum of those of the window */
};

/* What is done to a window that has just been opened, and what it says then. */
struct drive {
    void (*prepare)(struct scene *scene);                /* before the first picture; NULL: nothing */
    void (*prepare_more)(struct scene *scene);           /* after it, when there are targets; NULL */
    void (*push)(struct scene *scene, const void *what); /* the events */
    const void *what;
    struct seen before, after; /* after: all zero when it ended the window */
    bool is_over;              /* it ended the window */
    enum window_end end;
};

/* Opens the window at 1280x800; the same one for all drives. */
void driver_open(void);
void driver_close(void);
void driver_run(struct journal_memory *journal, const struct window_options *options, struct drive *drive);

void push_key(SDL_Keycode key, Uint16 mod);
void push_text(const char *text);
void push_press(double x, double y);
void push_move(double x, double y);
void push_release(double x, double y);
void push_wheel(double x, double y, int turns);
/* A place where a press would reach a target of this act; false when there is none. */
bool place_of(const struct scene *scene, enum act act, struct point *place);

#endif
