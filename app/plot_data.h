/* What a figure is made of: the results of a study for one measure, point by point, and what varies between points. */
#ifndef POSTROAD_APP_PLOT_DATA_H
#define POSTROAD_APP_PLOT_DATA_H

#include "app/study/results_read.h"
#include "app/study/survival.h"
#include "viz/figures/figure.h"

struct plot_level {
    char *json, *text; /* as it was written, and as it is shown */
    double number;     /* of a factor that is a number, in the unit's base: seconds, shares, bytes */
};

/* A value of the scenario that varies. */
struct plot_factor {
    const char *pointer;
    char *name, *title; /* within a line and alone: "loss", "Loss, a-mail" */
    bool is_number;
    bool follows, is_compared; /* it varies only along with another; the study names it in "compare" */
    enum figure_unit unit;
    struct plot_level *levels; /* numbers by size; others as in the study file */
    size_t n_levels;
};

struct plot_run {
    int64_t replication;
    double value; /* NAN: it has none */
    size_t first_mail, n_mails;
};

struct plot_point {
    uint64_t key;
    size_t *levels, n_levels; /* of each factor */
    struct plot_run *runs;
    size_t n_runs;
    /* of measures of mails: each mail; what never comes (it was sent back) is censored at the longest time of all */
    struct stat_observation *mails;  /* group: its run */
    size_t n_mails, n_open, n_never; /* open: its run ended before what is measured did */
    double *later, *done; /* if asked for: times of attempts since the mail was written, that failed and that did not */
    size_t n_later, n_done;
};

struct plot_data {
    struct results_about about;
    char *scenario_title;
    enum measure measure;
    struct plot_factor *factors;
    size_t n_factors;
    struct plot_point *points; /* in the order of their levels */
    size_t n_points, n_runs, n_mails, n_open, n_never;
};

/* The measure that a study means first: that of its precision, or the first that its file names. */
enum measure plot_main_measure(const struct results_about *about);
/* What its precision asks for that measure: 0.5 the median, 0 the mean; negative: it does not say. */
double plot_main_quantile(const struct results_about *about, enum measure measure);

/* Whether its points are a Latin hypercube: all values vary at once. */
bool plot_is_sampled(const struct results_about *about);

/* NULL after an error. The reader must live as long. */
struct plot_data *plot_data_read(struct results_reader *reader, enum measure measure, bool with_attempts, char *error,
                                 size_t room);
void plot_data_free(struct plot_data *data);

/* Whether mails have observations of their own, so that there are curves of them. */
bool plot_has_mails(enum measure measure);
enum figure_unit plot_unit(enum measure measure);

#endif
