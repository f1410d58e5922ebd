/* The window: the only place that knows SDL. Everything drawn comes from the scene; everything pressed goes to it. */
#ifndef POSTROAD_VIZ_DRAW_WINDOW_H
#define POSTROAD_VIZ_DRAW_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/journal/journal_memory.h"
#include "viz/draw/gallery.h"
#include "viz/draw/loading.h"
#include "viz/draw/scene.h"

/* What is remembered from one time to the next. */
struct window_memory {
    bool dark;
    bool calm;      /* reduced motion */
    bool projector; /* not kept */
    double scale;
    char arrangement[WORKSPACE_TEXT_BYTES]; /* "": the usual one */
    struct scene_place *places; /* of the hosts of this world; the array and its names are from mem_calloc */
    size_t n_places;
};

void window_memory_forget_places(struct window_memory *memory);

struct window_options {
    bool full_screen;
    struct window_memory *memory;      /* as it begins, and, when it closes, how the user left it; NULL: as it comes */
    int width, height;                 /* 0: 1280x800, or what the display has room for */
    void (*first_picture)(void);       /* called when the first picture is on the screen; NULL: nobody is */
    bool playing;                      /* whether it plays from the first picture on */
    int64_t at_ns;                     /* where it begins */
    int moment;                        /* enum classic: at the first of these instead, if there is one; -1: no */
    const char *look_at;               /* what is looked at closely then (scene_look_at); NULL: nothing */
    const struct elsewhere *elsewhere; /* another program that shows a packet; NULL: none */
    const struct rerun *rerun;         /* for what if; NULL: without */
    bool has_gallery;                  /* there is one to go to */
    bool from_gallery;                 /* Esc goes back to it */
    const struct scene_lesson *lesson; /* a step of a lesson; NULL: none */
    /* More of the journal is being read behind, or it grows; where at_ns or the moment is not known yet, it is gone to
       as soon as it is, unless the user has done anything. NULL: the journal is as it is. */
    const struct loading *loading;
    /* The display is gone (the X server was ended, the connection is cut), and the program is about to be: what is
       remembered is so already, and unsaved acts of what if are a scenario of that name; saved "": there were none.
       Of window_open: while no world is shown. */
    void (*lost)(void *context, const char *saved);
    void *lost_context;
    struct scene_index *index; /* of the journal, made already: the window takes it. NULL: it makes one */
};
struct window_options window_options_default(void);

enum window_end {
    WINDOW_CLOSED,     /* the user has quit */
    WINDOW_NO_DISPLAY, /* there is no display to open it on; *why says what SDL said */
    WINDOW_GALLERY,    /* to the gallery */
    WINDOW_CHOSEN,     /* something in the gallery */
    WINDOW_NEXT,       /* to the next step of the lesson, or the one before */
    WINDOW_BACK
};

/* Shows the journal until the user quits, or goes elsewhere. why: at least 256 bytes. */
enum window_end window_run(struct journal_memory *journal, const struct window_options *options, char why[256]);

/* The same in a window that stays open, so that something else can be shown in it afterwards. Of the options, its size,
   whether it takes the whole screen and who hears of the first picture are of the window, the rest of what is shown. */
struct window;
struct window *window_open(const struct window_options *options, char why[256]); /* NULL: no display */
enum window_end window_show(struct window *window, struct journal_memory *journal,
                            const struct window_options *options);
/* Until the first part is known: a page that says what is being opened. Then WINDOW_CHOSEN, and *first is the caller's;
   or it failed or the user has quit: WINDOW_CLOSED; or gone back to the gallery, where Esc does so: WINDOW_GALLERY. */
enum window_end window_wait(struct window *window, const struct window_options *options, const char *name,
                            struct scene_index **first);
enum window_end window_show_gallery(struct window *window, struct gallery *gallery, size_t *chosen);
void window_close(struct window *window);

/* What is shown just now, for tests; NULL: the gallery, or nothing. */
struct scene *window_scene(const struct window *window);

#endif
