/* What the parts of `postroad view` share: one world (view.c), the gallery and lessons (gallery.c). */
#ifndef POSTROAD_APP_VIEW_H
#define POSTROAD_APP_VIEW_H

#include "app/opening.h"
#include "app/picture.h"
#include "viz/draw/window.h"

struct view_options {
    const char *screenshot, *run;
    struct picture_words words;
    struct picture_options picture;
    bool full_screen, calm, times;
    bool projector; /* also what a world was left with, for the next */
    const char *language;
};

/* What is particular to one world that is shown. */
struct view_world {
    const char *word; /* by which it was named */
    struct journal_memory *journal;
    bool from_gallery;
    const struct scene_lesson *lesson;
    const char *look_at, *show; /* NULL: as the options have it */
    int64_t at_ns;              /* TIME_NEVER: likewise */
    int moment;                 /* enum classic: to begin at the first of these; -1: as at_ns says */
    bool stands;                /* does not play at once */
    struct opening *opening;    /* that still goes on; then journal is the index's. NULL: journal is the whole */
    struct scene_index *index;  /* NULL: it is made */
};

/* Shows it with what was remembered of it, and remembers how it was left. */
enum window_end view_world(struct window *window, const struct view_world *world, const struct view_options *options);

/* The same as soon as anything is known of a world that is being opened; of it only the journal and index are not
 * there. */
enum window_end view_opening(struct window *window, struct view_world world, const struct view_options *options);

/* The gallery, and what is chosen in it, until the user quits; `selected`: the scenario to begin with, or NULL. */
void gallery_stay(struct window *window, const struct view_options *options, const char *selected);
/* A lesson. False: it was left for the gallery. */
bool gallery_lesson(struct window *window, const struct view_options *options, const char *path);
/* A picture of the gallery. The exit code. */
int gallery_picture(const struct view_options *options);

#endif
