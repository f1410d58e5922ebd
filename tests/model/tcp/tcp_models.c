#include "tests/model/tcp/tcp_models.h"

#include <math.h>

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

/* The expected window when a loss ends a round (equation 13), and the chance that the loss brings a time-out (24). */
static double window_at_loss(double p, double b)
{
    double c = (2 + b) / (3 * b);
    return c + sqrt(8 * (1 - p) / (3 * b * p) + c * c);
}

static double chance_of_timeout(double p, double w)
{
    double q = 1 - p;
    return smaller(1, (1 - pow(q, 3)) * (1 + pow(q, 3) * (1 - pow(q, w - 3))) / (1 - pow(q, w)));
}

/* Mean length of a run of time-outs, in units of the first (equation 29): 64 times at most. */
static double backoff(double p)
{
    return 1 + p + 2 * pow(p, 2) + 4 * pow(p, 3) + 8 * pow(p, 4) + 16 * pow(p, 5) + 32 * pow(p, 6);
}

double pftk_full(double p, double rtt_s, double t0_s, double b, double w_max)
{
    double w = window_at_loss(p, b), rounds = b * w / 2 + 1;
    if (w >= w_max) {
        w = w_max;
        rounds = b * w_max / 8 + (1 - p) / (p * w_max) + 2;
    }
    double q = chance_of_timeout(p, w);
    return ((1 - p) / p + w + q / (1 - p)) / (rtt_s * rounds + q * backoff(p) * t0_s / (1 - p));
}

double pftk_approximate(double p, double rtt_s, double t0_s, double b, double w_max)
{
    double timeouts = t0_s * smaller(1, 3 * sqrt(3 * b * p / 8)) * p * (1 + 32 * p * p);
    return smaller(w_max / rtt_s, 1 / (rtt_s * sqrt(2 * b * p / 3) + timeouts));
}

double mathis(double p, double rtt_s, double c)
{
    return c / (rtt_s * sqrt(p));
}

double cardwell_handshake_s(double p_forward, double p_reverse, double rtt_s, double ts_s)
{
    double forward = (1 - p_forward) / (1 - 2 * p_forward), reverse = (1 - p_reverse) / (1 - 2 * p_reverse);
    return rtt_s + ts_s * (forward + reverse - 2);
}

/* Mean wait of one end for its first packet that gets through. */
static double chain_s(double p, double ts_s, double cap_s, int transmissions)
{
    double wait_s = 0, at_s = 0, chance = 1 - p, sum_s = 0, sum = 0;
    for (int i = 0; i < transmissions; i++) {
        sum_s += chance * at_s;
        sum += chance;
        wait_s = i == 0 ? ts_s : smaller(2 * wait_s, cap_s);
        at_s += wait_s;
        chance *= p;
    }
    return sum_s / sum;
}

double handshake_chain_s(double p_forward, double p_reverse, double rtt_s, double ts_s, double cap_s, int transmissions)
{
    return rtt_s + chain_s(p_forward, ts_s, cap_s, transmissions) + chain_s(p_reverse, ts_s, cap_s, transmissions);
}
