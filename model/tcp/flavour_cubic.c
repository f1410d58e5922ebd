/* CUBIC (RFC 9438) in fixed point: the window is a cube of the time since the last congestion, flat around the size at
   which that happened, and never below what Reno would have. Losses are found and repaired as by SACK.

   Windows are bytes here and segments in the RFC; time is nanoseconds here and seconds there. K and the cube are worked
   out in 1024ths of a second. Left out on purpose: HyStart++ (RFC 9406), which is a slow start of its own. */
#include "model/tcp/tcp_internal.h"
#include "sim/journal/vtime.h"

/* 4.1: C = 0.4, beta = 0.7, alpha = 3(1 - beta)/(1 + beta) = 9/17. */
enum { C_NUMERATOR = 2, C_DENOMINATOR = 5, BETA_OF_10 = 7, ALPHA_NUMERATOR = 9, ALPHA_DENOMINATOR = 17 };
enum { TICKS = 1024, TICKS_MAX = 1 << 17 }; /* two minutes; a window that waited longer is not limited by this */

/* The largest integer whose cube is not above x. */
static uint32_t cube_root(uint64_t x)
{
    uint64_t root = 0;
    for (int bit = 21; bit >= 0; bit--) {
        uint64_t larger = root | UINT64_C(1) << bit;
        if (larger <= 2642245 && larger * larger * larger <= x) root = larger;
    }
    return (uint32_t)root;
}

/* 4.2 (2): K = cbrt((W_max - cwnd_epoch) / C), in ticks. */
static uint32_t ticks_to_w_max(uint32_t w_max, uint32_t cwnd, uint32_t smss)
{
    if (w_max <= cwnd) return 0;
    uint64_t segments_of_2_20 = ((uint64_t)(w_max - cwnd) << 20) / smss;
    return cube_root((segments_of_2_20 * C_DENOMINATOR / C_NUMERATOR) << 10);
}

/* 4.2 (1): W_cubic(t) = C(t - K)^3 + W_max, in bytes. */
static int64_t w_cubic(const struct tcp_conn *c, int64_t t_ns)
{
    int64_t ticks = t_ns / (SECOND / TICKS) - c->cubic.k_of_1024_s;
    if (ticks > TICKS_MAX) ticks = TICKS_MAX;
    if (ticks < -TICKS_MAX) ticks = -TICKS_MAX;
    int64_t segments_of_1024 = ticks * ticks * ticks / (TICKS * TICKS) * C_NUMERATOR / C_DENOMINATOR;
    return (int64_t)c->cubic.w_max + segments_of_1024 * c->smss / 1024;
}

static void begin_epoch(struct tcp_conn *c, int64_t now_ns)
{
    struct cubic *b = &c->cubic;
    b->epoch_start_ns = now_ns;
    if (b->w_max < c->cwnd) b->w_max = c->cwnd; /* 4.10: no congestion yet, or a timeout long ago */
    b->k_of_1024_s = ticks_to_w_max(b->w_max, c->cwnd, c->smss);
    b->w_est_of_1024 = (uint64_t)c->cwnd * 1024;
}

/* 4.3: W_est += alpha * acked / cwnd segments; alpha is 1 once it has reached the window before the congestion. */
static uint32_t reno_friendly(struct tcp_conn *c, uint32_t acked_bytes)
{
    struct cubic *b = &c->cubic;
    uint64_t step = (uint64_t)c->smss * acked_bytes * 1024 / c->cwnd;
    if (b->w_est_of_1024 < (uint64_t)c->cwnd_prior * 1024) step = step * ALPHA_NUMERATOR / ALPHA_DENOMINATOR;
    b->w_est_of_1024 += step;
    return (uint32_t)(b->w_est_of_1024 / 1024);
}

/* 4.4 and 4.5: toward W_cubic(t + RTT), by its distance for each window acknowledged, and by half at most. */
static uint32_t cubic_step(const struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    int64_t target = w_cubic(c, now_ns - c->cubic.epoch_start_ns + c->srtt_ns), cwnd = c->cwnd;
    if (target <= cwnd) return 0;
    if (target > cwnd + cwnd / 2) target = cwnd + cwnd / 2;
    return (uint32_t)((target - cwnd) * acked_bytes / cwnd);
}

/* 5.8: a window that is not made use of does not grow. In slow start it runs ahead by as much as it doubles. */
static bool is_made_use_of(const struct tcp_conn *c, uint32_t acked_bytes)
{
    uint32_t used = tcp_flight_size(c) + acked_bytes;
    return c->cwnd < (c->cwnd < c->ssthresh ? 2 * used : used + 2 * c->smss);
}

static void grow(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    if (c->cwnd >= TCP_WINDOW_MAX || !is_made_use_of(c, acked_bytes)) return;
    if (c->cwnd < c->ssthresh) {
        congestion_slow_start(c, acked_bytes);
        return;
    }
    if (c->cubic.epoch_start_ns == TIME_NEVER) begin_epoch(c, now_ns);
    uint32_t w_est = reno_friendly(c, acked_bytes);
    uint32_t cwnd = c->cwnd + cubic_step(c, acked_bytes, now_ns);
    if (w_cubic(c, now_ns - c->cubic.epoch_start_ns) < w_est) cwnd = larger_of(c->cwnd, w_est);
    tcp_set_cwnd(c, cwnd, c->ssthresh, "congestion avoidance");
}

/* 4.6 and 4.7: beta of FlightSize, and with fast convergence a W_max that leaves room to newcomers. */
static uint32_t reduced(struct tcp_conn *c)
{
    struct cubic *b = &c->cubic;
    uint64_t cwnd = c->cwnd, flight = tcp_flight_size(c) - c->limited_bytes;
    b->w_max = (uint32_t)(cwnd < b->w_max ? cwnd * (10 + BETA_OF_10) / 20 : cwnd);
    c->cwnd_prior = c->cwnd;
    b->epoch_start_ns = TIME_NEVER;
    return larger_of((uint32_t)(flight * BETA_OF_10 / 10), 2 * c->smss);
}

/* 4.8: what follows a timeout begins with K = 0 and the window of then. */
static void on_rto(struct tcp_conn *c, int64_t now_ns)
{
    congestion_on_rto(c, now_ns);
    c->cubic.w_max = 0;
    c->cubic.epoch_start_ns = TIME_NEVER;
}

const struct tcp_congestion flavour_cubic = {.name = "cubic",
                                             .limited_transmit = true,
                                             .restarts_after_idle = true,
                                             .uses_sack = true,
                                             .keeps_out_of_order = true,
                                             .on_ack = sack_on_ack,
                                             .on_duplicate_ack = sack_on_duplicate_ack,
                                             .on_loss = sack_on_loss,
                                             .on_rto = on_rto,
                                             .grow = grow,
                                             .reduced = reduced};
