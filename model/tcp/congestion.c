/* What the flavours share: slow start and congestion avoidance (RFC 5681 3.1), the initial window (RFC 6928), limited
   transmit (RFC 3042), timeouts (RFC 5681 3.1) and the restart after idle (4.1). Left out on purpose: pacing, HyStart,
   the validation of an unused window (RFC 7661), explicit congestion notification. */
#include "model/tcp/tcp_internal.h"

#include <assert.h>

static const struct tcp_congestion *const flavours[TCP_FLAVOURS] = {
    [TCP_FLAVOUR_STOP_AND_WAIT] = &flavour_stop_and_wait,
    [TCP_FLAVOUR_GO_BACK_N] = &flavour_go_back_n,
    [TCP_FLAVOUR_TAHOE] = &flavour_tahoe,
    [TCP_FLAVOUR_RENO] = &flavour_reno,
    [TCP_FLAVOUR_NEWRENO] = &flavour_newreno,
    [TCP_FLAVOUR_SACK] = &flavour_sack,
    [TCP_FLAVOUR_CUBIC] = &flavour_cubic,
};

const struct tcp_congestion *congestion_of(enum tcp_flavour flavour)
{
    assert((size_t)flavour < TCP_FLAVOURS);
    return flavours[flavour];
}

const char *tcp_flavour_text(enum tcp_flavour flavour)
{
    return congestion_of(flavour)->name;
}

/* RFC 6928 2: min(10*MSS, max(2*MSS, 14600)), with the number of segments as a setting.
   RFC 5681 3.1: one segment when the SYN or its answer was lost. */
uint32_t congestion_initial_window(const struct tcp_conn *c)
{
    uint32_t n = c->config->initial_window_segments;
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT || c->syn_timed_out || n <= 1) return c->smss;
    return smaller_of(n * c->smss, larger_of(2 * c->smss, n * 1460));
}

uint32_t congestion_room(const struct tcp_conn *c)
{
    uint32_t cwnd = c->cwnd, pipe = tcp_pipe(c);
    /* RFC 3042: the first and the second duplicate ACK each let out one new segment. With SACK they do so by
       themselves, since what is SACKed has left the pipe. */
    if (c->dupacks && !c->sack_ok && !c->in_recovery && c->congestion->limited_transmit)
        cwnd += smaller_of(c->dupacks, 2) * c->smss;
    return cwnd > pipe ? cwnd - pipe : 0;
}

void congestion_slow_start(struct tcp_conn *c, uint32_t acked_bytes)
{
    tcp_set_cwnd(c, c->cwnd + smaller_of(acked_bytes, c->smss), c->ssthresh, "slow start"); /* RFC 5681 (2) */
    c->ca_bytes_acked = 0;
}

void congestion_grow(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    (void)now_ns;
    if (c->cwnd >= TCP_WINDOW_MAX) return;
    if (c->cwnd < c->ssthresh) {
        congestion_slow_start(c, acked_bytes);
        return;
    }
    /* RFC 5681 3.1: by one SMSS for each cwnd of bytes acknowledged, that is once a round trip. */
    c->ca_bytes_acked += acked_bytes;
    if (c->ca_bytes_acked < c->cwnd) return;
    c->ca_bytes_acked -= c->cwnd;
    tcp_set_cwnd(c, c->cwnd + c->smss, c->ssthresh, "congestion avoidance");
}

/* RFC 5681 (4), with FlightSize less what limited transmit sent (3.2 step 2). */
uint32_t congestion_half(struct tcp_conn *c)
{
    return larger_of((tcp_flight_size(c) - c->limited_bytes) / 2, 2 * c->smss);
}

/* RFC 5681 3.1 (4): LW is one segment. ssthresh is held while the same segment times out again. */
void congestion_on_rto(struct tcp_conn *c, int64_t now_ns)
{
    (void)now_ns;
    uint32_t ssthresh = c->timeouts == 1 ? c->congestion->reduced(c) : c->ssthresh;
    c->in_recovery = false;
    c->dupacks = 0;
    c->limited_bytes = 0;
    c->ca_bytes_acked = 0;
    c->recover = c->snd_nxt - 1; /* RFC 6582 4 */
    tcp_set_cwnd(c, c->smss, ssthresh, "retransmission timeout");
}

void congestion_restart_after_idle(struct tcp_conn *c, int64_t now_ns)
{
    if (!c->congestion->restarts_after_idle || tcp_flight_size(c) > 0) return;
    if (now_ns - c->last_sent_ns <= c->rto_ns) return;
    c->cubic.epoch_start_ns = TIME_NEVER; /* RFC 9438 5.8: time in which nothing was sent does not count */
    uint32_t restart_window = smaller_of(congestion_initial_window(c), c->cwnd);
    tcp_set_cwnd(c, restart_window, c->ssthresh, "restart after idle");
}

bool congestion_loss_is_new(const struct tcp_conn *c)
{
    return seq_before(c->recover, c->snd_una - 1);
}

/* A window that stays as it is. */

void fixed_on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    (void)acked_bytes;
    (void)now_ns;
    c->dupacks = 0;
}

void fixed_on_duplicate_ack(struct tcp_conn *c, int64_t now_ns)
{
    (void)c;
    (void)now_ns;
}

void fixed_on_loss(struct tcp_conn *c, const char *why, int64_t now_ns)
{
    (void)c;
    (void)why;
    (void)now_ns;
}

void fixed_on_rto(struct tcp_conn *c, int64_t now_ns)
{
    (void)c;
    (void)now_ns;
}

uint32_t fixed_reduced(struct tcp_conn *c)
{
    return c->ssthresh;
}
