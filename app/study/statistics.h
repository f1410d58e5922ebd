/* Numbers with their uncertainty, for what a study measured: arrays in, intervals out. Nothing here knows of mail.

   All intervals are two-sided and equal-tailed. Where nothing can be said (no values; one value and a mean), value is
   NAN or the ends are infinite: an end that is infinite means "no bound is known". Values may be INFINITY where only
   order counts (quantiles): an observation beyond the end of the run. Survival times: survival.h. */
#ifndef POSTROAD_APP_STUDY_STATISTICS_H
#define POSTROAD_APP_STUDY_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stat_interval {
    double value, low, high;
};

/* The quantile of Student's t, or of the normal distribution when freedom is 0, beyond which (1 - confidence) / 2 lie.
 */
double stat_t_quantile(double confidence, size_t freedom);

/* The mean of independent values, by Student's t. */
struct stat_interval stat_mean(const double *x, size_t n, double confidence);
/* k of n, by Wilson's score interval (Wilson 1927). */
struct stat_interval stat_proportion(size_t k, size_t n, double confidence);
/* The smallest value that at least a share of q (0 < q < 1) does not exceed. The interval is made of two order
   statistics and needs no assumption but independence (David and Nagaraja 2003, 7.1): it covers at least as often as it
   says. */
struct stat_interval stat_quantile(const double *sorted, size_t n, double q, double confidence);
/* Of values of independent runs, which are put into another order: a quantile (order statistics), or with quantile 0
   the mean (Student's t, or Wilson's where they may be shares of runs, and all are 0 or 1). */
struct stat_interval stat_of_runs(double *x, size_t n, double quantile, bool may_be_share, double confidence);
/* The mean of a[i] - b[i]: the same luck, two policies. */
struct stat_interval stat_paired(const double *a, const double *b, size_t n, double confidence);

/* Any statistic, by the bias-corrected and accelerated bootstrap (Efron 1987) with its own stream of chance, so that
   the same values and seed give the same interval. The function gets n values in no order and must not change them. */
enum { STAT_RESAMPLES = 2000 };
struct stat_interval stat_bootstrap(const double *x, size_t n, double (*of)(const double *x, size_t n, void *user),
                                    void *user, double confidence, uint64_t seed);

/* ---- One long run whose values depend on each other ---- */

/* How many of the first values belong to the warm-up, by MSER-5 (White, Cobb and Spratt 2000): a multiple of five, at
   most half of all. n when the rule finds no end of it in the first half: the run is too short to tell. */
size_t stat_warm_up(const double *x, size_t n);
/* The mean by batch means (Law 2015, 9.5.3); what does not fill a batch is left out at the start. batches >= 2. */
struct stat_interval stat_batch_means(const double *x, size_t n, size_t batches, double confidence);
/* Of the batches' means with each other, at lag one: near 0 when the batches are long enough. */
double stat_batch_correlation(const double *x, size_t n, size_t batches);

#endif
