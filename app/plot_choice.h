/* Which figure is drawn of what varied: what was asked for, and sensible choices for the rest. */
#ifndef POSTROAD_APP_PLOT_CHOICE_H
#define POSTROAD_APP_PLOT_CHOICE_H

#include "app/plot_data.h"

#define PLOT_NONE SIZE_MAX

/* What is reckoned of the runs of a point, or of their mails. */
struct plot_statistic {
    enum { PLOT_MEAN, PLOT_QUANTILE, PLOT_MEAN_TO, PLOT_WITHIN } kind;
    double quantile; /* of PLOT_QUANTILE */
    double time_s;   /* of times: the mean up to then, or the share that is over by then */
    bool is_bootstrap;
    double confidence; /* of its interval */
};

struct plot_wish {
    const char *figure, *x, *by, *against, *confidence, *intervals; /* as written; NULL: as it suits */
    const struct plot_statistic *statistic;                         /* its kind and what belongs to that; NULL */
    const char *const *where;                                       /* POINTER=VALUE */
    size_t n_where;
    bool is_of_report; /* for figures of all measures: a statistic is of those that have use for one */
};

struct plot_choice {
    enum figure_kind kind;
    size_t x, by;  /* factors; PLOT_NONE */
    size_t *fixed; /* of each factor: its level, or PLOT_NONE where it is free or follows x and by */
    struct plot_statistic statistic;
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
struct plot_summary plot_summarise(const struct plot_data *data, const struct plot_point *point,
                                   const struct plot_statistic *statistic);
/* The same of the differences between runs with the same luck: a mean or a quantile. */
struct plot_summary plot_summarise_difference(const struct plot_data *data, const struct plot_point *point,
                                              const struct plot_point *base, const struct plot_statistic *statistic);
/* Whether it is made of the curve of all mails (Kaplan and Meier), and not of a value for each run. */
bool plot_is_of_mails(const struct plot_data *data, const struct plot_statistic *statistic);
/* "median", "mean", "95 % quantile" */
const char *plot_statistic_name(const struct plot_statistic *statistic, char *text, size_t room);
/* What is shown in: a share that is over by some time is no time. */
enum figure_unit plot_statistic_unit(const struct plot_data *data, const struct plot_statistic *statistic);
/* "mean", "p95", "mean to 6 h", "within 1 h", as written. False after a message. */
bool plot_statistic_read(const char *written, struct plot_statistic *statistic);
/* Of times alone: the mean up to then, or the share within. */
bool plot_statistic_is_to_time(const struct plot_statistic *statistic);
/* What the study or the measure means when nothing was asked for. */
struct plot_statistic plot_statistic_default(const struct plot_data *data);

#endif
