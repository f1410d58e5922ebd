/* What ladder_view.c (columns and arrows) and ladder_times.c (when, and how long nothing is sent) share. */
#ifndef POSTROAD_VIZ_DRAW_LADDER_INTERNAL_H
#define POSTROAD_VIZ_DRAW_LADDER_INTERNAL_H

#include "viz/draw/ladder_scale.h"
#include "viz/draw/ladder_view.h"
#include "viz/draw/ladder_words.h"

extern const double ladder_seen_share; /* of a column, to be drawn */

struct ladder {
    const struct view *v;
    struct box chart;
    struct ladder_scale scale;
    double now_px; /* along the scale; the chart ends there once it is full */
    double top_px;
    struct story_arrow *arrows;
    size_t n_arrows;
    size_t one_of;     /* so many arrows is drawn; of few, each */
    double *share, *x; /* per host */
    double *lines;     /* where lifelines are, from left to right */
    struct ladder_words words;
};

double ladder_y_at(const struct ladder *l, int64_t at_ns);

/* The times of what is drawn, in the gutter at the left. */
void ladder_draw_times(struct ladder *l, struct box gutter, int64_t quiet_ns);
/* Returns since when nothing has been on its way. */
int64_t ladder_draw_gaps(struct ladder *l);
void ladder_draw_present(struct ladder *l, double y, int64_t quiet_ns);

#endif
