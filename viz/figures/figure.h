/* Figures of what many runs measured: plain data in, a picture out, as a journal would print it. They know nothing of
   studies, of files of results or of mail.

   The theme is that of paper. Series are told apart by colour (Okabe and Ito), by the shape of their marks and by their
   strokes, so that a grey print says the same; their names stand beside them. Below stands a caption, without which no
   figure is drawn: what was run, how often, with which seed and version, and how much of it had not ended.

   All that a figure points to is lent until it is drawn. */
#ifndef POSTROAD_VIZ_FIGURES_FIGURE_H
#define POSTROAD_VIZ_FIGURES_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "viz/draw/canvas.h"

enum figure_kind {
    FIGURE_CURVE,      /* values with intervals over x */
    FIGURE_DIFFERENCE, /* the same around a line at zero */
    FIGURE_SURVIVAL,   /* steps: the share that has not ended yet, with bands */
    FIGURE_ECDF,       /* steps: the share that has ended */
    FIGURE_BOX,        /* quantiles */
    FIGURE_VIOLIN,     /* densities */
    FIGURE_HEAT,       /* a value for each cell of a grid */
    FIGURE_QUEUE,      /* lines with bands over time */
    FIGURE_ATTEMPTS,   /* when attempts were made, and which succeeded */
    FIGURES
};
const char *figure_name(enum figure_kind kind); /* "curve" */
bool figure_find(const char *name, enum figure_kind *kind);

enum figure_unit {
    FIGURE_PLAIN,
    FIGURE_SECONDS,
    FIGURE_SHARE, /* 0 to 1, shown in percent */
    FIGURE_BYTES,
    FIGURE_BYTES_PER_S,
    FIGURE_BITS_PER_S
};

enum figure_scale {
    FIGURE_AUTO, /* linear or logarithmic, as the values lie */
    FIGURE_LINEAR,
    FIGURE_LOG,
    FIGURE_NAMED /* 0, 1, 2... are the names */
};

struct figure_axis {
    const char *title; /* without its unit */
    enum figure_unit unit;
    enum figure_scale scale;
    const char *const *names; /* of FIGURE_NAMED */
    size_t n_names;
};

/* An infinite value was not reached: it is drawn as an arrow at the edge. An infinite end of an interval has no bound.
 */
struct figure_point {
    double x, value, low, high; /* low and high NAN: no interval */
    double censored;            /* share of what it is made of that had not ended; its mark is hollow when above 0 */
    size_t at_risk;             /* of steps: still watched just before x */
    bool ceased;                /* of steps: some ceased to be watched at x */
};

struct figure_series {
    const char *name;
    const struct figure_point *points; /* in order of x */
    size_t n;
    bool is_reference; /* a formula: a thin line without marks */
    size_t look;       /* its colour, mark and stroke: the same number in all figures of a study */
    bool is_scatter;   /* marks without a line: more than x varies between them */
};

/* What lies at one place of the x axis, for boxes and violins. */
struct figure_sample {
    size_t series; /* index of its name */
    double x;
    double quantiles[5];  /* 5, 25, 50, 75 and 95 %; INFINITY: not reached */
    const double *values; /* sorted; of those that ended */
    size_t n;
    double censored; /* share */
};

struct figure_strip {
    const char *name;
    const double *later, *done; /* times of attempts that failed, and of those that succeeded */
    size_t n_later, n_done;
    size_t n_mails;
    double censored;
};

struct figure {
    enum figure_kind kind;
    const char *title;
    struct figure_axis x, y;
    const struct figure_series *series; /* of samples: their names, without points */
    size_t n_series;
    const char *series_title; /* what tells them apart: stands above their names; NULL: nothing */
    const struct figure_sample *samples;
    size_t n_samples;
    const struct figure_strip *strips; /* of attempts; y is not used */
    size_t n_strips;
    const struct figure_point *cells; /* of the heat map: a row of x.n_names for each of y.n_names; x not used */
    struct figure_axis cell;          /* what the cells hold */
    const char *above, *below;        /* of a difference: what it means; NULL: nothing */
    const char *caption;              /* must be there */
    const char *cells_caption; /* of a heat map: in its place where cells have room for their intervals, or NULL */
};

enum { FIGURE_LEAST_WIDTH = 320, FIGURE_LEAST_HEIGHT = 240, FIGURE_ERROR_BYTES = 256 };

void figure_draw(struct canvas *canvas, const struct figure *figure);
/* PNG, SVG or PDF by the ending of the path. False and a message when it could not be written. */
bool figure_write(const struct figure *figure, int width, int height, const char *path, char error[FIGURE_ERROR_BYTES]);
/* SVG for a part of another file. */
bool figure_give_svg(const struct figure *figure, int width, int height, struct canvas_sink sink);

#endif
