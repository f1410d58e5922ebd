/* From draws to values that follow a law. One draw, or two, for each value, so that a value keeps its draw by identity.
   The functions are SLEEF's reproducible ones: libm's last bit differs between processors (law 5). */
#ifndef POSTROAD_SIM_DISTRIBUTIONS_H
#define POSTROAD_SIM_DISTRIBUTIONS_H

#include <stdint.h>

/* A draw as a number above 0 and not above 1. */
double draw_unit(uint64_t draw);
/* Each value from least to most, both included, is equally likely. */
int64_t draw_uniform(uint64_t draw, int64_t least, int64_t most);
/* Intervals of a Poisson process. */
int64_t draw_exponential(uint64_t draw, int64_t mean);
/* The logarithm is normal: half of the values lie above the median; sigma is the deviation of the natural logarithm. */
int64_t draw_lognormal(uint64_t draw, uint64_t another, int64_t median, double sigma);
/* Above x values are (least / x)^alpha of all. */
int64_t draw_pareto(uint64_t draw, int64_t least, double alpha);

/* Values of these laws have no bound: none is larger than this. */
#define DRAW_MOST (INT64_C(1) << 62)

#endif
