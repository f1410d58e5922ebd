/* The length of the queues over time, on average over the runs of a point: what is drawn by `--figure queue`, and
   whether it has become steady. */
#ifndef POSTROAD_APP_PLOT_QUEUE_H
#define POSTROAD_APP_PLOT_QUEUE_H

#include "app/plot_data.h"

enum { QUEUE_SPANS = 400 }; /* of equal length, from the beginning to the longest run's end */

struct plot_queue {
    double mean[QUEUE_SPANS], square[QUEUE_SPANS]; /* over runs: of the mean within a span, and of its square */
    size_t n_runs;
    double span_s;
};

/* One for each point of the data, in its order; to be freed. NULL after an error. */
struct plot_queue *plot_queue_read(struct results_reader *reader, const struct plot_data *data, char *error,
                                   size_t room);
/* The mean over runs within a span, with Student's t. */
struct stat_interval plot_queue_at(const struct plot_queue *queue, size_t span, double confidence);

/* From where on it is steady (MSER-5), and its mean from there on by batch means of the curve. False: it is not. */
struct plot_steady {
    double from_s;
    struct stat_interval mean;
    double correlation; /* of each batch with the next */
};
bool plot_queue_steady(const struct plot_queue *queue, double confidence, struct plot_steady *steady);

#endif
