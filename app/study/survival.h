/* Times of which some are only known to be longer than was watched: a mail that had not ended when its run ended is an
   observation, not a gap (Kaplan and Meier 1958).

   Mails of one run share its luck, so they are no independent observations. Give them one group: where groups have more
   than one member, the bands come from the groups' influence (Ying and Wei 1994; Williams 1995) instead of Greenwood's
   formula, which would be too narrow. (Of one group alone nothing can be said about groups: Greenwood's it is.) */
#ifndef POSTROAD_APP_STUDY_SURVIVAL_H
#define POSTROAD_APP_STUDY_SURVIVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "app/study/statistics.h"

struct stat_observation {
    double time;      /* finite, not negative: of its end, or as long as it was watched */
    bool is_censored; /* had not ended then */
    size_t group;     /* its run, counted from 0 in any order */
};

/* One for each time at which anything ended or ceased to be watched. */
struct stat_step {
    double time;
    size_t at_risk;          /* just before it */
    size_t ended, censored;  /* at it; what ends does so before what ceases to be watched */
    double share, low, high; /* that has not ended after it: log-log band (Kalbfleisch and Prentice 2002, 1.4) */
};

struct stat_survival {
    struct stat_step *steps; /* in order of time */
    size_t n_steps;
    size_t n, n_censored, n_groups;
    double confidence;
    struct stat_observation *sorted; /* a copy of what was given */
};

struct stat_survival stat_survival_of(const struct stat_observation *observations, size_t n, double confidence);
void stat_survival_free(struct stat_survival *survival);

/* The share that has not ended after that time. Beyond the last time the last share stands, though nobody was watching.
   Before the first end it is 1, and its interval that of none among those who were watched so long. */
struct stat_interval stat_survival_at(const struct stat_survival *survival, double time);
/* The first time at which at least a share of q has ended; INFINITY: not reached. The interval has all times whose band
   holds 1 - q (Brookmeyer and Crowley 1982). */
struct stat_interval stat_survival_quantile(const struct stat_survival *survival, double q);
/* The mean time until the end or the horizon, whichever is first: the area under the curve (Irwin 1949). The horizon
   should not lie beyond the longest time that was watched. */
struct stat_interval stat_survival_restricted_mean(const struct stat_survival *survival, double horizon);

#endif
