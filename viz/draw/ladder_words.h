/* The words of the ladder: what an arrow carries, along the part of it that is there, and why a packet died, beside its
   cross. None lies on a lifeline, none on another, none below the present, and no arrow goes through one: what has no
   such place is not said. */
#ifndef POSTROAD_VIZ_DRAW_LADDER_WORDS_H
#define POSTROAD_VIZ_DRAW_LADDER_WORDS_H

#include "viz/draw/view.h"

enum { LADDER_LABELS_KEPT = 256 };

/* An arrow as far as it is there; those of a bundle are one. */
struct ladder_stroke {
    size_t packet;
    struct point from, tip;
};

/* Where words stand: w long and h high, turned around their middle. */
struct ladder_place {
    struct point middle, along; /* along: of a length of 1 */
    double w, h;
};

struct ladder_words {
    const struct view *v;
    struct box chart;
    double now_y;        /* the present: below it nothing is written */
    const double *lines; /* where lifelines are, from left to right */
    size_t n_lines;
    struct ladder_stroke *strokes; /* all that are drawn; the caller's */
    size_t n_strokes;
    struct ladder_place taken[LADDER_LABELS_KEPT]; /* by words that are there already */
    size_t n_taken;
};

/* Whether nothing is written there yet; then it is taken. */
bool ladder_words_take(struct ladder_words *words, struct box box);
/* ... and no arrow goes through it, and it is in sight. */
bool ladder_words_take_clear(struct ladder_words *words, struct box box);
/* Above the part of the arrow that is there, from its beginning to its tip, in the middle where that can be; from end
   to end it goes to `to`. */
void ladder_words_label(struct ladder_words *words, const struct story_arrow *arrow, struct point from, struct point to,
                        struct point tip);
/* The cross, and why. */
void ladder_words_death(struct ladder_words *words, const struct story_arrow *arrow, struct point from,
                        struct point at);

#endif
