#include "tests/viz/figures/sample_figures.h"

#include <math.h>
#include <stdlib.h>

static const char caption[] =
    "Median time from writing to the mailbox; mails that had not ended count as longer (Kaplan-Meier). Bars: 95 % "
    "confidence. Hollow marks: some mails had not ended, at most 6.5 %. Scenario \u201cRetry under loss\u201d, study "
    "retry-under-loss.json: 21 points, 200 runs each, the same luck for all, seed 1. postroad 0.1.0.";

enum { POLICIES = 3, LOSSES = 7, STEPS = 200, VALUES = 300 };
static const double losses[LOSSES] = {0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4};
static const char *const policies[POLICIES] = {"postfix", "exim", "qmail"};

/* Luck enough for a picture. */
static double luck(unsigned n)
{
    n = (n ^ 61) ^ (n >> 16);
    n *= 9;
    n ^= n >> 4;
    n *= 0x27d4eb2d;
    n ^= n >> 15;
    return ((n & 0xffffff) + 0.5) / 0x1000000;
}

static struct figure_point points[POLICIES][LOSSES];
static struct figure_series series[POLICIES];

static const struct figure_series *policies_over_loss(double base, double spread, bool hollow)
{
    for (int p = 0; p < POLICIES; p++) {
        for (int i = 0; i < LOSSES; i++) {
            double value = base * exp(spread * losses[i] * (1 + 0.35 * p)), half = 0.12 * value * (0.3 + losses[i] * 4);
            points[p][i] = (struct figure_point){
                losses[i], value, value - half, value + half, hollow && i > 4 ? 0.02 * p : 0, 0, false};
        }
        series[p] = (struct figure_series){policies[p], points[p], LOSSES, false, (size_t)p, false};
    }
    return series;
}

static const struct figure *curve(void)
{
    static struct figure f = {.kind = FIGURE_CURVE,
                              .title = "Delivery delay against loss, three retry policies",
                              .caption = caption,
                              .x = {"Packet loss on link a-mail", FIGURE_SHARE, FIGURE_AUTO, NULL, 0},
                              .y = {"Delivery delay, median", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0},
                              .n_series = POLICIES,
                              .series_title = "Retry, mail.a.example"};
    f.series = policies_over_loss(1.4, 14, true);
    f.series = series;
    points[2][LOSSES - 1].value = points[2][LOSSES - 1].high = INFINITY; /* not reached */
    points[2][LOSSES - 1].low = 20000;
    return &f;
}

/* Handshake time beside a formula. */
static const struct figure *linear(void)
{
    static struct figure f = {.kind = FIGURE_CURVE,
                              .title = "TCP handshake against loss",
                              .caption = caption,
                              .x = {"Packet loss, each way", FIGURE_SHARE, FIGURE_AUTO, NULL, 0},
                              .y = {"Time to connect, mean", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0},
                              .n_series = 2};
    policies_over_loss(0.3, 4, false);
    for (int i = 0; i < LOSSES; i++)
        points[1][i].value = points[0][i].value * 1.02;
    series[0].name = "simulated";
    series[1].name = "Cardwell et al. 2000";
    series[1].is_reference = true;
    f.series = series;
    return &f;
}

static const struct figure *named(void)
{
    static const char *const places[] = {"none", "postgrey", "greyd", "milter", "sqlgrey"};
    static struct figure f = {.kind = FIGURE_CURVE,
                              .title = "Delay by greylisting",
                              .caption = caption,
                              .x = {"Greylisting", FIGURE_PLAIN, FIGURE_NAMED, places, 5},
                              .y = {"Delivery delay, mean", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0},
                              .n_series = POLICIES,
                              .series_title = "Retry, mail.a.example"};
    policies_over_loss(300, 2, false);
    for (int p = 0; p < POLICIES; p++)
        for (int i = 0; i < 5; i++)
            points[p][i].x = i;
    for (int p = 0; p < POLICIES; p++)
        series[p].n = 5;
    f.series = series;
    return &f;
}

static const struct figure *difference(void)
{
    static struct figure f = {.kind = FIGURE_DIFFERENCE,
                              .title = "What exim and qmail cost over postfix",
                              .caption = caption,
                              .x = {"Packet loss on link a-mail", FIGURE_SHARE, FIGURE_AUTO, NULL, 0},
                              .y = {"Delivery delay, mean of paired differences", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0},
                              .n_series = 2,
                              .above = "later than with postfix",
                              .below = "sooner than with postfix"};
    policies_over_loss(200, 3, false);
    for (int p = 0; p < 2; p++)
        for (int i = 0; i < LOSSES; i++) {
            struct figure_point *q = &points[p][i];
            double middle = (p ? 1 : -0.4) * (q->value - 200), half = 0.2 * q->value * losses[i] + 5;
            *q = (struct figure_point){q->x, middle, middle - half, middle + half, 0, 0, false};
        }
    for (int p = 0; p < 2; p++) {
        series[p].name = policies[p + 1];
        series[p].look++; /* as in the figure of all three */
    }
    f.series = series;
    return &f;
}

static struct figure_point steps[POLICIES][STEPS];

static void make_steps(bool falls)
{
    for (int p = 0; p < POLICIES; p++) {
        double at = 0.8;
        for (int i = 0; i < STEPS; i++) {
            at += at * 0.02 * luck((unsigned)(i + 1000 * p)) * (2 + p) + (i % 50 == 49 ? at * 3 : 0);
            double left = 1 - (i + 1.0) / (STEPS + 4 * p), half = 0.06 * sqrt(left * (1 - left)) * 2;
            double value = falls ? left : 1 - left;
            steps[p][i] = (struct figure_point){at,
                                                value,
                                                fmax(0, value - half),
                                                fmin(1, value + half),
                                                0,
                                                (size_t)(STEPS - i),
                                                i > STEPS - 5 && p > 0};
        }
        series[p] = (struct figure_series){policies[p], steps[p], STEPS, false, (size_t)p, false};
    }
}

static const struct figure *survival(void)
{
    static struct figure f = {.kind = FIGURE_SURVIVAL,
                              .title = "Mails still on their way at 20 % loss",
                              .caption = caption,
                              .x = {"Time since the mail was written", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0},
                              .y = {"Share of mails not delivered yet", FIGURE_SHARE, FIGURE_LINEAR, NULL, 0},
                              .n_series = POLICIES,
                              .series_title = "Retry, mail.a.example"};
    make_steps(true);
    f.series = series;
    return &f;
}

static const struct figure *ecdf(void)
{
    static struct figure f = {.kind = FIGURE_ECDF,
                              .title = "Mails delivered at 20 % loss",
                              .caption = caption,
                              .x = {"Time since the mail was written", FIGURE_SECONDS, FIGURE_LINEAR, NULL, 0},
                              .y = {"Share of mails delivered", FIGURE_SHARE, FIGURE_LINEAR, NULL, 0},
                              .n_series = POLICIES,
                              .series_title = "Retry, mail.a.example"};
    make_steps(false);
    f.series = series;
    return &f;
}

static double values[POLICIES * 4][VALUES];
static struct figure_sample samples[POLICIES * 4];

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void make_samples(void)
{
    static const double shares[5] = {0.05, 0.25, 0.5, 0.75, 0.95};
    for (int s = 0; s < POLICIES * 4; s++) {
        for (int i = 0; i < VALUES; i++) {
            double tries = floor(-log(luck((unsigned)(s * VALUES + i))) * (0.4 + s / 3 * 0.6));
            values[s][i] = (1 + tries * 300 * (1 + s % 3)) * (1 + 0.5 * luck((unsigned)(s * VALUES + i + 77777)));
        }
        qsort(values[s], VALUES, sizeof **values, by_value);
        samples[s] = (struct figure_sample){
            .series = (size_t)(s % 3), .x = s / 3, .values = values[s], .n = VALUES, .censored = s == 11 ? 0.08 : 0};
        for (int q = 0; q < 5; q++)
            samples[s].quantiles[q] = values[s][(int)(shares[q] * VALUES)];
        if (s == 11) samples[s].quantiles[4] = INFINITY;
    }
    for (int p = 0; p < POLICIES; p++)
        series[p] = (struct figure_series){policies[p], NULL, 0, false, (size_t)p, false};
}

static const char *const four_losses[] = {"0 %", "10 %", "20 %", "40 %"};

static const struct figure *box(void)
{
    static struct figure f = {.kind = FIGURE_BOX,
                              .title = "Delivery delay by loss and policy",
                              .caption = caption,
                              .x = {"Packet loss on link a-mail", FIGURE_PLAIN, FIGURE_NAMED, four_losses, 4},
                              .y = {"Delivery delay", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0},
                              .series = series,
                              .n_series = POLICIES,
                              .series_title = "Retry, mail.a.example",
                              .samples = samples,
                              .n_samples = POLICIES * 4};
    make_samples();
    return &f;
}

static const struct figure *violin(void)
{
    static struct figure f;
    f = *box();
    f.kind = FIGURE_VIOLIN;
    return &f;
}

static const struct figure *heat(void)
{
    static const char *const outages[] = {"1 min", "10 min", "1 h", "6 h", "1 d", "3 d"};
    static struct figure_point cells[24];
    static struct figure f = {.kind = FIGURE_HEAT,
                              .title = "Delivery delay by loss and length of the outage",
                              .caption = caption,
                              .x = {"Length of the outage", FIGURE_PLAIN, FIGURE_NAMED, outages, 6},
                              .y = {"Packet loss", FIGURE_PLAIN, FIGURE_NAMED, four_losses, 4},
                              .cells = cells,
                              .cell = {"Delivery delay, median", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0}};
    for (int i = 0; i < 24; i++) {
        double value = 60 * pow(5, i % 6) * (1 + 0.4 * (i / 6));
        cells[i] = (struct figure_point){
            0, i == 23 ? INFINITY : value, value * 0.93, value * 1.08, i > 21 ? 0.1 : 0, 0, false};
    }
    return &f;
}

static const struct figure *attempts(void)
{
    static double later[POLICIES][2000], done[POLICIES][200];
    static struct figure_strip strips[POLICIES];
    static struct figure f = {.kind = FIGURE_ATTEMPTS,
                              .title = "When mails are tried again in an outage of 6 hours",
                              .caption = caption,
                              .x = {"Time since the mail was written", FIGURE_SECONDS, FIGURE_AUTO, NULL, 0},
                              .strips = strips,
                              .n_strips = POLICIES};
    for (int p = 0; p < POLICIES; p++) {
        size_t n = 0, m = 0;
        for (int mail = 0; mail < 100; mail++) {
            double at = 1 + luck((unsigned)mail), wait = 300;
            for (int k = 0; at < 21600 && k < 20; k++) {
                later[p][n++] = at;
                at += wait * (1 + 0.2 * luck((unsigned)(mail * 20 + k)));
                wait *= p == 0 ? 2 : p == 1 ? 1.5 : 1.3;
                if (wait > 4000 * (1 + p)) wait = 4000 * (1 + p);
            }
            done[p][m++] = at;
        }
        strips[p] = (struct figure_strip){policies[p], later[p], done[p], n, m, 100, p == 2 ? 0.04 : 0};
    }
    return &f;
}

static const struct figure *queue(void)
{
    static struct figure f = {
        .kind = FIGURE_QUEUE,
        .title = "Queue over time by retry",
        .caption = caption,
        .x = {"Time since the run began", FIGURE_SECONDS, FIGURE_LINEAR, NULL, 0},
        .y = {"Recipients in the queues of all servers, mean over runs", FIGURE_PLAIN, FIGURE_AUTO, NULL, 0},
        .n_series = POLICIES,
        .series_title = "Retry, mail.a.example"};
    for (int p = 0; p < POLICIES; p++) {
        for (int i = 0; i < STEPS; i++) {
            double level = (4 + 3 * p) * (1 - exp(-i / 30.0)) + luck((unsigned)(i + 900 * p)), half = 0.15 * level;
            steps[p][i] = (struct figure_point){i * 108.0, level, level - half, level + half, 0, 0, false};
        }
        series[p] = (struct figure_series){policies[p], steps[p], STEPS, false, (size_t)p, false};
    }
    f.series = series;
    return &f;
}

const char *const sample_names[SAMPLE_FIGURES] = {"curve", "linear", "named", "difference", "survival", "ecdf",
                                                  "box",   "violin", "heat",  "attempts",   "queue"};

const struct figure *sample_figure(int n)
{
    static const struct figure *(*const makers[SAMPLE_FIGURES])(void) = {
        curve, linear, named, difference, survival, ecdf, box, violin, heat, attempts, queue};
    return makers[n]();
}
