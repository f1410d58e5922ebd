/* The words of the ladder: what an arrow carries, along it, and why a packet died, beside its cross. None lies on a
   lifeline, and none on another. */
#ifndef POSTROAD_VIZ_DRAW_LADDER_WORDS_H
#define POSTROAD_VIZ_DRAW_LADDER_WORDS_H

#include "viz/draw/view.h"

enum { LADDER_LABELS_KEPT = 256 };

struct ladder_words {
    const struct view *v;
    struct box chart;
    const double *lines; /* where lifelines are, from left to right */
    size_t n_lines;
    struct box taken[LADDER_LABELS_KEPT]; /* by words that are there already */
    size_t n_taken;
};

extern const double ladder_foot_units; /* below the chart, for the label of what is on its way */

/* Whether nothing is written there yet; then it is taken. */
bool ladder_words_take(struct ladder_words *words, struct box box);
/* Along the whole arrow from end to end, above it, also while only a part of it is there. */
void ladder_words_label(struct ladder_words *words, const struct story_arrow *arrow, struct point from,
                        struct point to);
/* The cross, and why. */
void ladder_words_death(struct ladder_words *words, const struct story_arrow *arrow, struct point from,
                        struct point at);

#endif
