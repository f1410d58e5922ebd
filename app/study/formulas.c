#include "app/study/formulas.h"

#include <math.h>

struct formula_path formula_path_default(void)
{
    return (struct formula_path){.rtt_s = 0.1, .timeout_s = 1, .acked = 2, .most_window = 44, .initial_window = 10};
}

double formula_handshake(double p, const struct formula_path *path)
{
    if (p >= 0.5) return INFINITY;
    return path->rtt_s + path->timeout_s * (2 * (1 - p) / (1 - 2 * p) - 2);
}

/* The chance that a loss in a window of w segments ends in a time-out. */
static double chance_of_timeout(double p, double w)
{
    double q = 1 - p, q3 = q * q * q;
    if (w <= 3 || p >= 1) return 1;
    return fmin(1, (1 - q3) * (1 + q3 * (1 - pow(q, w - 3))) / (1 - pow(q, w)));
}

/* Doubled up to 64 times: the mean length of a series of time-outs, in T0. */
static double series_of_timeouts(double p)
{
    return (1 + p * (1 + p * (2 + p * (4 + p * (8 + p * (16 + p * 32)))))) / (1 - p);
}

double formula_rate(double p, const struct formula_path *path)
{
    double b = path->acked, rtt = path->rtt_s, most = path->most_window;
    if (p <= 0) return most / rtt;
    double base = (2 + b) / (3 * b), w = base + sqrt(8 * (1 - p) / (3 * b * p) + base * base);
    double window = fmin(w, most), q = chance_of_timeout(p, window),
           timeouts = q * series_of_timeouts(p) * path->timeout_s;
    double rounds = w < most ? b * w / 2 + 1 : b * most / 8 + (1 - p) / (p * most) + 2;
    return ((1 - p) / p + window + q / (1 - p)) / (rtt * rounds + timeouts);
}

double formula_transfer(double p, double segments, const struct formula_path *path)
{
    double ends = p > 0 ? 1 - pow(1 - p, segments) : 0; /* the chance that slow start ends by a loss */
    double in_slow_start = p > 0 ? fmin(segments, ends * (1 - p) / p + 1) : segments;
    double growth = 1 + 1 / path->acked, first = path->initial_window, most = path->most_window;
    double window = in_slow_start * (growth - 1) / growth + first / growth;
    double rounds = log(in_slow_start * (growth - 1) / first + 1) / log(growth);
    if (window > most)
        rounds = log(most / first) / log(growth) + 1 + (in_slow_start - (growth * most - first) / (growth - 1)) / most;
    double q = p > 0 ? chance_of_timeout(p, fmin(window, most)) : 0;
    double loss = p > 0 ? ends * (q * series_of_timeouts(p) * path->timeout_s + (1 - q) * path->rtt_s) : 0;
    return path->rtt_s * rounds + loss + (segments - in_slow_start) / formula_rate(p, path);
}
