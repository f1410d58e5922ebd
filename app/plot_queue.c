#include "app/plot_queue.h"

#include <math.h>
#include <stdlib.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { BATCHES = 20, LEAST_STEADY = 5 * BATCHES };

struct filling {
    const struct plot_data *data;
    struct plot_queue *queues;
    size_t last; /* the point of the run before */
    int64_t longest_ns;
};

static bool find_longest(void *context, const struct results_run *row)
{
    struct filling *f = context;
    if (row->run->ended_ns > f->longest_ns) f->longest_ns = row->run->ended_ns;
    return true;
}

/* Adds a length that lasts from one instant to another to the spans that it touches. */
static void add_length(double spans[QUEUE_SPANS], double from, double to, double length)
{
    for (int k = (int)from; k < QUEUE_SPANS && k < to; k++)
        spans[k] += length * (fmin(to, k + 1) - fmax(from, k));
}

static size_t point_with(struct filling *f, uint64_t key)
{
    const struct plot_data *d = f->data;
    if (d->points[f->last].key != key)
        for (f->last = 0; f->last < d->n_points - 1 && d->points[f->last].key != key;)
            f->last++;
    return f->last;
}

static bool fill(void *context, const struct results_run *row)
{
    struct filling *f = context;
    double spans[QUEUE_SPANS] = {0}, unit = (double)f->longest_ns / QUEUE_SPANS;
    const struct measured_run *run = row->run;
    for (size_t i = 0; i < run->n_queue; i++) {
        int64_t until = i + 1 < run->n_queue ? run->queue[i + 1].at_ns : f->longest_ns; /* as it is when its run ends */
        add_length(spans, (double)run->queue[i].at_ns / unit, (double)until / unit, (double)run->queue[i].length);
    }
    struct plot_queue *q = &f->queues[point_with(f, row->point_key)];
    q->n_runs++;
    for (int k = 0; k < QUEUE_SPANS; k++) {
        q->mean[k] += spans[k];
        q->square[k] += spans[k] * spans[k];
    }
    return true;
}

struct plot_queue *plot_queue_read(struct results_reader *reader, const struct plot_data *d, char *error, size_t room)
{
    struct filling f = {.data = d, .queues = mem_calloc(d->n_points, sizeof *f.queues), .longest_ns = 1};
    if (!results_read_runs(reader, 0, find_longest, &f, error, room) ||
        !results_read_runs(reader, RESULTS_QUEUE, fill, &f, error, room)) {
        mem_free(f.queues);
        return NULL;
    }
    for (size_t i = 0; i < d->n_points; i++) {
        struct plot_queue *q = &f.queues[i];
        double n = q->n_runs ? (double)q->n_runs : 1;
        q->span_s = (double)f.longest_ns / SECOND / QUEUE_SPANS;
        for (int k = 0; k < QUEUE_SPANS; k++) {
            q->mean[k] /= n;
            q->square[k] /= n;
        }
    }
    return f.queues;
}

struct stat_interval plot_queue_at(const struct plot_queue *q, size_t k, double confidence)
{
    if (q->n_runs < 2) return (struct stat_interval){q->mean[k], NAN, NAN};
    double n = (double)q->n_runs, variance = fmax(0, q->square[k] - q->mean[k] * q->mean[k]) * n / (n - 1);
    double half = stat_t_quantile(confidence, q->n_runs - 1) * sqrt(variance / n);
    return (struct stat_interval){q->mean[k], fmax(0, q->mean[k] - half), q->mean[k] + half};
}

bool plot_queue_steady(const struct plot_queue *q, double confidence, struct plot_steady *steady)
{
    size_t from = stat_warm_up(q->mean, QUEUE_SPANS), left = QUEUE_SPANS - from;
    if (left < LEAST_STEADY) return false;
    *steady = (struct plot_steady){.from_s = (double)from * q->span_s,
                                   .mean = stat_batch_means(q->mean + from, left, BATCHES, confidence),
                                   .correlation = stat_batch_correlation(q->mean + from, left, BATCHES)};
    return true;
}
