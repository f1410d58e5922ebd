/* Values that follow a law: known answers, which must be the same on every processor, and the law itself, by a
   Kolmogorov-Smirnov test with the bound of one false alarm in a million, sqrt(ln(2e6) / 2) / sqrt(n). */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "sim/distributions.h"
#include "sim/random.h"

enum { DRAWS = 100000 };

static uint64_t draw(uint64_t which, uint64_t nth)
{
    return random_draw(1, random_hash_text("test"), which, nth);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Largest distance between the share of values up to x and what the law says it should be. */
static double distance(int64_t *values, size_t n, double (*law)(double x))
{
    double most = 0;
    qsort(values, n, sizeof *values, by_value);
    for (size_t i = 0; i < n; i++) {
        double expected = law((double)values[i]);
        most = fmax(most, fmax(fabs(expected - (double)i / (double)n), fabs(expected - (double)(i + 1) / (double)n)));
    }
    return most;
}

static double bound(size_t n)
{
    return sqrt(log(2e6) / 2) / sqrt((double)n);
}

static double law_exponential(double x)
{
    return 1 - exp(-x / 1e9);
}

static double law_uniform(double x)
{
    return (x - 1e6) / 1e6;
}

static double law_lognormal(double x)
{
    return 0.5 * erfc(-log(x / 1e9) / (1.5 * sqrt(2)));
}

static double law_pareto(double x)
{
    return 1 - pow(1e6 / x, 1.2);
}

static void follows(double (*law)(double x), int64_t (*value)(uint64_t nth))
{
    static int64_t values[DRAWS];
    for (uint64_t i = 0; i < DRAWS; i++)
        values[i] = value(i);
    double d = distance(values, DRAWS, law);
    cr_expect_lt(d, bound(DRAWS), "distance %f", d);
}

static int64_t exponential(uint64_t nth)
{
    return draw_exponential(draw(0, nth), 1000000000);
}

static int64_t uniform(uint64_t nth)
{
    return draw_uniform(draw(1, nth), 1000000, 2000000);
}

static int64_t lognormal(uint64_t nth)
{
    return draw_lognormal(draw(2, nth), draw(3, nth), 1000000000, 1.5);
}

static int64_t pareto(uint64_t nth)
{
    return draw_pareto(draw(4, nth), 1000000, 1.2);
}

Test(distributions, values_follow_their_law)
{
    follows(law_exponential, exponential);
    follows(law_uniform, uniform);
    follows(law_lognormal, lognormal);
    follows(law_pareto, pareto);
}

/* The check can fail: a mean that is 3 % off, a deviation that is 5 % off. */
static int64_t long_exponential(uint64_t nth)
{
    return draw_exponential(draw(0, nth), 1030000000);
}

static int64_t wide_lognormal(uint64_t nth)
{
    return draw_lognormal(draw(2, nth), draw(3, nth), 1000000000, 1.58);
}

Test(distributions, what_is_a_little_off_is_noticed)
{
    static int64_t values[DRAWS];
    for (uint64_t i = 0; i < DRAWS; i++)
        values[i] = long_exponential(i);
    cr_expect_gt(distance(values, DRAWS, law_exponential), bound(DRAWS));
    for (uint64_t i = 0; i < DRAWS; i++)
        values[i] = wide_lognormal(i);
    cr_expect_gt(distance(values, DRAWS, law_lognormal), bound(DRAWS));
}

Test(distributions, the_ends_of_what_can_be_drawn_are_no_trouble)
{
    cr_expect_eq(draw_uniform(0, 3, 5), 3);
    cr_expect_eq(draw_uniform(UINT64_MAX, 3, 5), 5);
    cr_expect_eq(draw_uniform(UINT64_MAX, 7, 7), 7);
    cr_expect_eq(draw_exponential(UINT64_MAX, 1000), 0);
    cr_expect_eq(draw_exponential(0, 1000), 36737); /* 53 ln 2 = 36.7368 */
    cr_expect_eq(draw_pareto(UINT64_MAX, 1000, 2), 1000);
    cr_expect_eq(draw_pareto(0, 1000, 0.1), DRAW_MOST);
    cr_expect_eq(draw_lognormal(0, UINT64_MAX, 1000000000, 10), DRAW_MOST);
}

/* Pinned, because golden journals depend on them; x86-64 with and without FMA, gcc and clang agree. */
Test(distributions, known_answers)
{
    uint64_t hash = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        hash = random_hash_mix(hash, (uint64_t)exponential(i));
        hash = random_hash_mix(hash, (uint64_t)lognormal(i));
        hash = random_hash_mix(hash, (uint64_t)pareto(i));
        hash = random_hash_mix(hash, (uint64_t)uniform(i));
    }
    cr_expect_eq(hash, UINT64_C(0xfa45ac882ec01fb7), "%" PRIx64, hash);
}
