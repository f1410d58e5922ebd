/* From what was chosen to a figure with its words. */
#ifndef POSTROAD_APP_PLOT_FIGURE_H
#define POSTROAD_APP_PLOT_FIGURE_H

#include "app/plot_beside.h"
#include "app/plot_choice.h"
#include "app/plot_queue.h"

struct plot_words {
    const char *title, *x_title, *y_title; /* NULL: made from what varies */
    enum figure_scale scale;               /* of the measure */
    const struct plot_queue *queues;       /* of `--figure queue`: of each point */
    const struct plot_beside *beside;
    size_t n_beside;
};

/* A figure that owns what it points to; data and choice must outlive it. */
struct plot_figure;
struct plot_figure *plot_figure_new(const struct plot_data *data, const struct plot_choice *choice,
                                    const struct plot_words *words);
const struct figure *plot_figure_of(const struct plot_figure *figure);
void plot_figure_free(struct plot_figure *figure);

/* The caption: how to read it, what had not ended, what was run, how often, with which seed and version. Allocated.
   with_intervals: of a heat map, whether its cells have room for them. */
char *plot_caption(const struct plot_data *data, const struct plot_choice *choice, const struct plot_words *words,
                   bool with_intervals);
/* Only what was run, how often, with which seed and version. Allocated. */
char *plot_provenance(const struct plot_data *data);

#endif
