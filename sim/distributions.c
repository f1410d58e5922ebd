/* The inverse of the distribution function where there is one, Box and Muller's method for the normal one. Sums,
   products and square roots are the same everywhere by IEEE 754. */
#include "sim/distributions.h"

#include <math.h>
#include <sleef.h>

double draw_unit(uint64_t draw)
{
    return (double)((draw >> 11) + 1) * 0x1p-53;
}

/* To the nearest integer; all laws here are of values that are not negative. */
static int64_t whole(double value)
{
    return value < (double)DRAW_MOST ? (int64_t)(value + 0.5) : DRAW_MOST;
}

int64_t draw_uniform(uint64_t draw, int64_t least, int64_t most)
{
    double steps = (double)(most - least) + 1;
    int64_t value = least + (int64_t)((double)(draw >> 11) * 0x1p-53 * steps);
    return value < most ? value : most; /* the product may have been rounded up */
}

int64_t draw_exponential(uint64_t draw, int64_t mean)
{
    return whole((double)mean * -Sleef_cinz_logd1_u10purec(draw_unit(draw)));
}

int64_t draw_lognormal(uint64_t draw, uint64_t another, int64_t median, double sigma)
{
    static const double two_pi = 0x1.921fb54442d18p+2;
    double radius = sqrt(-2 * Sleef_cinz_logd1_u10purec(draw_unit(draw)));
    double normal = radius * Sleef_cinz_cosd1_u10purec(two_pi * draw_unit(another));
    return whole((double)median * Sleef_cinz_expd1_u10purec(sigma * normal));
}

int64_t draw_pareto(uint64_t draw, int64_t least, double alpha)
{
    return whole((double)least * Sleef_cinz_expd1_u10purec(-Sleef_cinz_logd1_u10purec(draw_unit(draw)) / alpha));
}
