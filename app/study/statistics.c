/* Intervals with the distributions of GSL; chance from sim/random.h, so that a figure is the same at every drawing. */
#include "app/study/statistics.h"

#include <assert.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

#include "sim/journal/memory.h"
#include "sim/random.h"

static double upper_tail(double confidence)
{
    assert(confidence > 0 && confidence < 1);
    return (1 - confidence) / 2;
}

double stat_t_quantile(double confidence, size_t freedom)
{
    double tail = upper_tail(confidence);
    return freedom ? gsl_cdf_tdist_Qinv(tail, (double)freedom) : gsl_cdf_ugaussian_Qinv(tail);
}

struct stat_interval stat_mean(const double *x, size_t n, double confidence)
{
    if (n == 0) return (struct stat_interval){NAN, -INFINITY, INFINITY};
    double mean = gsl_stats_mean(x, 1, n);
    if (n == 1 || !isfinite(mean)) return (struct stat_interval){mean, -INFINITY, INFINITY};
    double half = stat_t_quantile(confidence, n - 1) * gsl_stats_sd_m(x, 1, n, mean) / sqrt((double)n);
    return (struct stat_interval){mean, mean - half, mean + half};
}

struct stat_interval stat_proportion(size_t k, size_t n, double confidence)
{
    assert(k <= n);
    if (n == 0) return (struct stat_interval){NAN, 0, 1};
    double z = stat_t_quantile(confidence, 0), count = (double)n, p = (double)k / count;
    double middle = (p + z * z / (2 * count)) / (1 + z * z / count);
    double half = z / (1 + z * z / count) * sqrt(p * (1 - p) / count + z * z / (4 * count * count));
    /* At the ends the formula is exact, but not its rounding. */
    return (struct stat_interval){p, k == 0 ? 0 : middle - half, k == n ? 1 : middle + half};
}

/* The least k with P(B <= k) >= p, B binomial. */
static size_t binomial_quantile(double p, double q, size_t n)
{
    size_t below = 0, above = n;
    while (below < above) {
        size_t middle = below + (above - below) / 2;
        if (gsl_cdf_binomial_P((unsigned)middle, q, (unsigned)n) >= p)
            above = middle;
        else
            below = middle + 1;
    }
    return below;
}

struct stat_interval stat_quantile(const double *sorted, size_t n, double q, double confidence)
{
    assert(q > 0 && q < 1);
    if (n == 0) return (struct stat_interval){NAN, -INFINITY, INFINITY};
    /* The number of values below the true quantile is binomial. Of the places from 1 on, `low` is the last with
       P(B < low) <= tail and `high` the first with P(B >= high) <= tail. */
    double tail = upper_tail(confidence);
    size_t low = binomial_quantile(tail, q, n), high = binomial_quantile(1 - tail, q, n) + 1;
    size_t at = (size_t)ceil((double)n * q * (1 - 1e-12));
    return (struct stat_interval){sorted[at > 0 ? at - 1 : 0], low >= 1 ? sorted[low - 1] : -INFINITY,
                                  high <= n ? sorted[high - 1] : INFINITY};
}

static bool are_shares(const double *x, size_t n, size_t *ones)
{
    *ones = 0;
    for (size_t i = 0; i < n; i++) {
        if (x[i] != 0 && x[i] != 1) return false;
        *ones += x[i] == 1;
    }
    return true;
}

struct stat_interval stat_of_runs(double *x, size_t n, double quantile, bool may_be_share, double confidence)
{
    size_t ones;
    if (quantile > 0) {
        gsl_sort(x, 1, n);
        return stat_quantile(x, n, quantile, confidence);
    }
    return may_be_share && are_shares(x, n, &ones) ? stat_proportion(ones, n, confidence) : stat_mean(x, n, confidence);
}

struct stat_interval stat_paired(const double *a, const double *b, size_t n, double confidence)
{
    double *differences = mem_alloc(n * sizeof *differences);
    for (size_t i = 0; i < n; i++)
        differences[i] = a[i] - b[i];
    struct stat_interval interval = stat_mean(differences, n, confidence);
    mem_free(differences);
    return interval;
}

/* ---- Bootstrap ---- */

/* How far the values leave the middle when one observation is left out: the skewness of the jackknife, a sixth of it.
 */
static double acceleration(const double *x, size_t n, double (*of)(const double *, size_t, void *), void *user)
{
    double *left = mem_alloc(n * sizeof *left), *without = mem_alloc(n * sizeof *without), squares = 0, cubes = 0;
    for (size_t i = 1; i < n; i++)
        left[i - 1] = x[i];
    for (size_t i = 0; i < n; i++) {
        without[i] = of(left, n - 1, user);
        left[i] = x[i];
    }
    double mean = gsl_stats_mean(without, 1, n);
    for (size_t i = 0; i < n; i++) {
        double d = mean - without[i];
        squares += d * d;
        cubes += d * d * d;
    }
    mem_free(left);
    mem_free(without);
    return squares > 0 ? cubes / (6 * pow(squares, 1.5)) : 0;
}

static void resample(const double *x, size_t n, double (*of)(const double *, size_t, void *), void *user, uint64_t seed,
                     double results[STAT_RESAMPLES])
{
    struct random_stream stream = random_stream_for(seed, "statistics", "bootstrap");
    double *chosen = mem_alloc(n * sizeof *chosen);
    for (int r = 0; r < STAT_RESAMPLES; r++) {
        for (size_t i = 0; i < n; i++)
            chosen[i] = x[random_stream_below(&stream, n)];
        results[r] = of(chosen, n, user);
    }
    mem_free(chosen);
    gsl_sort(results, 1, STAT_RESAMPLES);
}

/* Where the corrected level of a normal quantile z lies among the resampled values. */
static double corrected(const double results[STAT_RESAMPLES], double z, double bias, double accelerated)
{
    double level = gsl_cdf_ugaussian_P(bias + (bias + z) / (1 - accelerated * (bias + z)));
    return gsl_stats_quantile_from_sorted_data(results, 1, STAT_RESAMPLES, level);
}

struct stat_interval stat_bootstrap(const double *x, size_t n, double (*of)(const double *x, size_t n, void *user),
                                    void *user, double confidence, uint64_t seed)
{
    if (n == 0) return (struct stat_interval){NAN, -INFINITY, INFINITY};
    double value = of(x, n, user);
    if (n == 1) return (struct stat_interval){value, -INFINITY, INFINITY};
    double results[STAT_RESAMPLES];
    resample(x, n, of, user, seed, results);
    if (results[0] == results[STAT_RESAMPLES - 1]) return (struct stat_interval){value, results[0], results[0]};
    double below = 0;
    for (int r = 0; r < STAT_RESAMPLES; r++)
        below += results[r] < value ? 1 : results[r] == value ? 0.5 : 0;
    double share = fmin(fmax(below / STAT_RESAMPLES, 0.5 / STAT_RESAMPLES), 1 - 0.5 / STAT_RESAMPLES);
    double bias = gsl_cdf_ugaussian_Pinv(share), a = acceleration(x, n, of, user), z = stat_t_quantile(confidence, 0);
    return (struct stat_interval){value, corrected(results, -z, bias, a), corrected(results, z, bias, a)};
}

/* ---- One long run ---- */

enum { MSER_BATCH = 5 };

size_t stat_warm_up(const double *x, size_t n)
{
    size_t batches = n / MSER_BATCH, best = n;
    double *means = mem_alloc((batches + 1) * sizeof *means), sum = 0, squares = 0, least = INFINITY;
    for (size_t i = 0; i < batches; i++)
        means[i] = gsl_stats_mean(x + i * MSER_BATCH, 1, MSER_BATCH);
    double shift = batches ? gsl_stats_mean(means, 1, batches) : 0; /* so that the squares stay small */
    /* From the end on, so that each step adds one batch; the last few, which by chance are alike, do not count. */
    for (size_t first = batches; first-- > 0;) {
        double y = means[first] - shift, kept = (double)(batches - first);
        sum += y;
        squares += y * y;
        double spread = (squares - sum * sum / kept) / (kept * kept);
        if (batches - first < MSER_BATCH || spread > least) continue;
        least = spread;
        best = first * MSER_BATCH;
    }
    mem_free(means);
    return best <= n / 2 ? best : n;
}

/* The batches' means; NULL when there are too few values. */
static double *means_of_batches(const double *x, size_t n, size_t batches)
{
    assert(batches >= 2);
    size_t length = n / batches, skipped = n - length * batches;
    if (length == 0) return NULL;
    double *means = mem_alloc(batches * sizeof *means);
    for (size_t i = 0; i < batches; i++)
        means[i] = gsl_stats_mean(x + skipped + i * length, 1, length);
    return means;
}

struct stat_interval stat_batch_means(const double *x, size_t n, size_t batches, double confidence)
{
    double *means = means_of_batches(x, n, batches);
    if (!means) return stat_mean(x, n ? 1 : 0, confidence);
    struct stat_interval interval = stat_mean(means, batches, confidence);
    mem_free(means);
    return interval;
}

double stat_batch_correlation(const double *x, size_t n, size_t batches)
{
    double *means = means_of_batches(x, n, batches);
    double correlation = means ? gsl_stats_lag1_autocorrelation(means, 1, batches) : NAN;
    mem_free(means);
    return correlation;
}
