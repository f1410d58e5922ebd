/* Which figure is drawn of what varied: what was asked for, and sensible choices for the rest. */
#ifndef POSTROAD_APP_PLOT_CHOICE_H
#define POSTROAD_APP_PLOT_CHOICE_H

#include "app/plot_data.h"

#define PLOT_NONE SIZE_MAX

struct plot_wish {
    const char *figure, *x, *by, *against, *statistic, *confidence; /* as written; NULL: as it suits */
    const char *const *where;                                       /* POINTER=VALUE */
    size_t n_where;
};

struct plot_choice {
    enum figure_kind kind;
    size_t x, by;    /* factors; PLOT_NONE */
    size_t *fixed;   /* of each factor: its level, or PLOT_NONE where it is free or follows x and by */
    double quantile; /* 0: the mean */
    double confidence;
    bool is_scatter;                 /* more varies between points than x and by: no line leads from one to the next */
    size_t against;                  /* of a difference: the level of `by` that is subtracted */
    const struct plot_point **cells; /* of each level of by, for each level of x; NULL: there is none */
    size_t n_x, n_by;                /* levels, 1 where there is no factor */
};

/* False after a message. */
bool plot_choose(const struct plot_data *data, const struct plot_wish *wish, struct plot_choice *choice);
void plot_choice_free(struct plot_choice *choice);
const struct plot_point *plot_cell(const struct plot_choice *choice, size_t x, size_t by);

struct plot_summary {
    struct stat_interval interval;
    double censored; /* share of its mails that had not ended */
    size_t n_runs, n_mails;
};
/* point NULL: nothing is known of it. */
struct plot_summary plot_summarise(const struct plot_data *data, const struct plot_point *point, double quantile,
                                   double confidence);
/* The same of the differences between runs with the same luck. */
struct plot_summary plot_summarise_difference(const struct plot_data *data, const struct plot_point *point,
                                              const struct plot_point *base, double quantile, double confidence);
/* "median", "mean", "95 % quantile" */
const char *plot_statistic_name(double quantile, char *text, size_t room);
/* What the study or the measure means when nothing was asked for. */
double plot_default_quantile(const struct plot_data *data);

#endif
