/* The gallery: what there is to be seen, each with a picture and a sentence, to be chosen by mouse or keyboard. It is
   there at once; the pictures are made behind, by running the worlds one after the other. Like the scene it is
   everything but the window: the same gallery drawn at the same size gives the same picture. */
#ifndef POSTROAD_VIZ_DRAW_GALLERY_H
#define POSTROAD_VIZ_DRAW_GALLERY_H

#include "viz/draw/canvas.h"
#include "viz/draw/input.h"
#include "viz/draw/rerun.h"
#include "viz/draw/targets.h"

/* The texts must outlive the gallery. */
struct gallery_card {
    const char *title, *sentence;
    const char *scenario; /* JSON, for the picture; NULL: a lesson */
    size_t steps;         /* of a lesson */
    const char *name;     /* of its file, for who looks for it; may be NULL */
};

struct gallery;

struct gallery_options {
    bool dark;
    double scale;
    size_t selected;           /* to begin with */
    const struct rerun *rerun; /* runs the worlds; NULL: no pictures. Must outlive the gallery. */
};

/* Cards are copied, their texts are not. */
struct gallery *gallery_new(const struct gallery_card *cards, size_t n, struct gallery_options options);
void gallery_free(struct gallery *gallery);

void gallery_draw(struct gallery *gallery, struct canvas *canvas);
bool gallery_handle(struct gallery *gallery, const struct input *input); /* true when the input meant something */
/* Looks whether a picture is ready, and begins the next. */
void gallery_poll(struct gallery *gallery);
/* Stops what runs behind; gallery_poll begins again. */
void gallery_rest(struct gallery *gallery);
void gallery_advance(struct gallery *gallery, int64_t passed_ns); /* of the user's time: the selected picture plays */
bool gallery_is_dirty(const struct gallery *gallery);
void gallery_set_dirty(struct gallery *gallery);
bool gallery_is_busy(const struct gallery *gallery); /* it moves, or a picture is being made */

bool gallery_makes_pictures(const struct gallery *gallery);

/* What was chosen; asking takes the choice away. SIZE_MAX: nothing. */
size_t gallery_take_choice(struct gallery *gallery);
bool gallery_wants_quit(const struct gallery *gallery);
bool gallery_take_full_screen_wish(struct gallery *gallery);
/* The run of a card, if it was made for its picture; it stays the gallery's. NULL: it was not. */
struct journal_memory *gallery_journal(struct gallery *gallery, size_t card);

size_t gallery_selected(const struct gallery *gallery);
size_t gallery_found(const struct gallery *gallery); /* how many cards have what was written; all, when nothing was */
size_t gallery_pictures(const struct gallery *gallery); /* how many there are by now */
bool gallery_is_dark(const struct gallery *gallery);
double gallery_scale(const struct gallery *gallery);
const struct targets *gallery_targets(const struct gallery *gallery); /* for tests */

#endif
