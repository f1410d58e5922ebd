/* The sequential rule: how many replications are enough.

   It looks when the first n replications of all points of a group are there, for n = min, then min x 1.5^k rounded up,
   and at last max; never in between, so that its verdict depends on those n alone. It stops when for each point (or,
   "of": "difference", for each compared point against the first one, replication by replication) half the width of the
   interval is no more than was asked for.

   Means have t intervals, shares of runs (a measure that is 0 or 1 in all of them) Wilson's, quantiles order
   statistics. A censored value counts as longer than any other: a quantile whose interval reaches into these is not
   settled, and a mean is the restricted one. What is relative is so to the value itself, and in a difference to the
   value of the first point. */
#ifndef POSTROAD_APP_STUDY_STUDY_RULE_H
#define POSTROAD_APP_STUDY_STUDY_RULE_H

#include "app/study/results.h"
#include "app/study/study_file.h"

/* After n replications: the next number at which to look, at most the study's max. */
int64_t study_rule_next_look(const struct study *study, int64_t n);
/* Whether the first n replications of all points of the group, which are in results, settle it. */
bool study_rule_is_settled(const struct study *study, const struct results *results, uint64_t group, int64_t n);
/* The rule itself: values[k][r] of replication r at point k of a group, INFINITY where it is censored and a quantile is
   judged. */
bool study_rule_is_precise(const struct study_precision *precision, double *const *values, size_t points, size_t n);

#endif
