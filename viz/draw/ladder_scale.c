#include "viz/draw/ladder_scale.h"

#include <math.h>
#include <stdlib.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

/* A stretch of time that takes more room than the pace gives it. */
struct ladder_opening {
    int64_t from_ns, to_ns;
    double more_px, before_px; /* before_px: of all earlier ones together */
};

/* Made so many times as long as it was, all is opened that has to be; twice that, nothing is. */
static const double most_of_whole = 5;
static const size_t too_many = 4000; /* at once: it would come to nothing, and take long */

struct ladder_scale ladder_scale_of(const struct pace *pace, double px_per_ns)
{
    struct ladder_scale scale = {.pace = pace, .px_per_ns = px_per_ns};
    scale.n_stands = pace_stands(pace, &scale.stands);
    return scale;
}

void ladder_scale_end(struct ladder_scale *scale)
{
    mem_free(scale->openings);
    scale->openings = NULL;
    scale->n_openings = 0;
}

/* ---- Where an instant is ---- */

static size_t stands_before(const struct ladder_scale *scale, int64_t at_ns)
{
    size_t low = 0, high = scale->n_stands;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scale->stands[middle].at_ns < at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int64_t length_of_stands(const struct ladder_scale *scale, size_t n)
{
    return n ? scale->stands[n - 1].before_ns + scale->stands[n - 1].length_ns : 0;
}

static double closed_px(const struct ladder_scale *scale, int64_t at_ns)
{
    int64_t stood = length_of_stands(scale, stands_before(scale, at_ns));
    return (double)(pace_screen_at(scale->pace, at_ns) - stood) * scale->px_per_ns;
}

int64_t ladder_scale_at(const struct ladder_scale *scale, double px)
{
    int64_t screen_ns = (int64_t)(fmax(0, px) / scale->px_per_ns);
    size_t low = 0, high = scale->n_stands; /* stands that begin above it */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (closed_px(scale, scale->stands[middle].at_ns) < px)
            low = middle + 1;
        else
            high = middle;
    }
    return pace_virtual_at(scale->pace, screen_ns + length_of_stands(scale, low));
}

/* Openings that begin before an instant. */
static size_t openings_before(const struct ladder_scale *scale, int64_t at_ns)
{
    size_t low = 0, high = scale->n_openings;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scale->openings[middle].from_ns < at_ns)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

double ladder_scale_px(const struct ladder_scale *scale, int64_t at_ns)
{
    double px = closed_px(scale, at_ns);
    size_t n = openings_before(scale, at_ns);
    if (n == 0) return px;
    const struct ladder_opening *last = &scale->openings[n - 1];
    double part = fmin(1, (double)(at_ns - last->from_ns) / (double)(last->to_ns - last->from_ns));
    return px + last->before_px + last->more_px * part;
}

/* ---- Opening ---- */

/* A packet leaves or arrives. */
struct moment {
    size_t from, to;
    int arrives;
    int64_t at_ns;
};

static int compare_moments(const void *a, const void *b)
{
    const struct moment *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->to != y->to) return x->to < y->to ? -1 : 1;
    if (x->arrives != y->arrives) return x->arrives - y->arrives;
    return (x->at_ns > y->at_ns) - (x->at_ns < y->at_ns);
}

static int compare_times(const void *a, const void *b)
{
    const struct ladder_opening *x = a, *y = b;
    return (x->from_ns > y->from_ns) - (x->from_ns < y->from_ns);
}

static size_t collect(const struct story_arrow *arrows, size_t n, struct moment *moments)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        const struct story_arrow *a = &arrows[i];
        moments[count++] = (struct moment){a->from, a->to, 0, a->sent_ns};
        if (a->end_ns != TIME_NEVER) moments[count++] = (struct moment){a->from, a->to, 1, a->end_ns};
    }
    qsort(moments, count, sizeof *moments, compare_moments);
    return count;
}

/* The stretches between all instants at which something leaves or arrives, in the order of time. */
static size_t stretches(const struct moment *moments, size_t n, struct ladder_opening *out)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        out[i] = (struct ladder_opening){.from_ns = moments[i].at_ns};
    qsort(out, n, sizeof *out, compare_times);
    for (size_t i = 0; i + 1 < n; i++)
        if (out[i].from_ns < out[i + 1].from_ns)
            out[count++] = (struct ladder_opening){.from_ns = out[i].from_ns, .to_ns = out[i + 1].from_ns};
    return count;
}

/* Between two neighbours time is as long as it must be; where others are there too, as long as the closest need it. */
static void open_between(const struct ladder_scale *scale, struct ladder_opening *all, size_t n, int64_t from_ns,
                         int64_t to_ns, double apart_px)
{
    double begin = closed_px(scale, from_ns), is = closed_px(scale, to_ns) - begin;
    if (is >= apart_px) return;
    const struct ladder_opening key = {.from_ns = from_ns};
    struct ladder_opening *at = bsearch(&key, all, n, sizeof *all, compare_times);
    for (; at && at < all + n && at->from_ns < to_ns; at++) {
        double part = (double)(at->to_ns - at->from_ns) / (double)(to_ns - from_ns);
        at->more_px = fmax(at->more_px, (apart_px - is) * part);
    }
}

/* 1: all of it is opened; 0: nothing is. */
static double how_much(double more_px, double whole_px)
{
    double times = more_px / (whole_px * (most_of_whole - 1));
    return fmax(0, fmin(1, 2 - times));
}

void ladder_scale_open(struct ladder_scale *scale, const struct story_arrow *arrows, size_t n, double apart_px,
                       double whole_px)
{
    if (n > too_many) return;
    struct moment *moments = mem_calloc(2 * n + 1, sizeof *moments);
    size_t n_moments = collect(arrows, n, moments), kept = 0;
    struct ladder_opening *all = mem_calloc(n_moments + 1, sizeof *all);
    size_t n_all = stretches(moments, n_moments, all);
    double more_px = 0;
    for (size_t i = 0; i + 1 < n_moments; i++) {
        const struct moment *a = &moments[i], *b = &moments[i + 1];
        bool is_one_way = a->from == b->from && a->to == b->to && a->arrives == b->arrives;
        if (is_one_way && a->at_ns < b->at_ns) open_between(scale, all, n_all, a->at_ns, b->at_ns, apart_px);
    }
    for (size_t i = 0; i < n_all; i++)
        more_px += all[i].more_px;
    double part = how_much(more_px, whole_px), before_px = 0;
    for (size_t i = 0; i < n_all && part > 0; i++) {
        if (all[i].more_px <= 0) continue;
        all[kept] = all[i];
        all[kept].more_px *= part;
        all[kept].before_px = before_px;
        before_px += all[kept++].more_px;
    }
    mem_free(moments);
    scale->openings = all;
    scale->n_openings = kept;
}
