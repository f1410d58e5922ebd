/* Congestion control: slow start, congestion avoidance, fast retransmit and fast recovery (RFC 5681), partial
   acknowledgements (RFC 6582), limited transmit (RFC 3042), initial window (RFC 6928). The stop-and-wait flavour has
   none of it: its window is one segment for ever. Left out on purpose: SACK, pacing, HyStart, CUBIC. */
#include "model/tcp/tcp_internal.h"

static uint32_t smaller(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* RFC 6928 2: min(10*MSS, max(2*MSS, 14600)), with the number of segments as a setting.
   RFC 5681 3.1: one segment when the SYN or its answer was lost. */
uint32_t tcp_initial_window(const struct tcp_conn *c)
{
    uint32_t n = c->config->initial_window_segments;
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT || c->syn_timed_out || n <= 1) return c->smss;
    return smaller(n * c->smss, larger(2 * c->smss, n * 1460));
}

/* How many bytes cwnd lets out with so many in flight. */
uint32_t tcp_cwnd_room(const struct tcp_conn *c, uint32_t in_flight)
{
    uint32_t cwnd = c->cwnd;
    /* RFC 3042: the first and the second duplicate ACK each let out one segment, if it is new. */
    if (!c->in_recovery && c->dupacks && c->at == c->end) cwnd += smaller(c->dupacks, 2) * c->smss;
    return cwnd > in_flight ? cwnd - in_flight : 0;
}

/* RFC 5681 (4), with FlightSize less what limited transmit sent (3.2 step 2). */
static uint32_t ssthresh_after_loss(const struct tcp_conn *c)
{
    return larger((tcp_flight_size(c) - c->limited_bytes) / 2, 2 * c->smss);
}

static void grow_cwnd(struct tcp_conn *c, uint32_t acked_bytes)
{
    if (c->cwnd < c->ssthresh) { /* RFC 5681 (2) */
        tcp_set_cwnd(c, c->cwnd + smaller(acked_bytes, c->smss), c->ssthresh, "slow start");
        c->ca_bytes_acked = 0;
        return;
    }
    /* RFC 5681 3.1: by one SMSS for each cwnd of bytes acknowledged, that is once a round trip. */
    c->ca_bytes_acked += acked_bytes;
    if (c->ca_bytes_acked < c->cwnd) return;
    c->ca_bytes_acked -= c->cwnd;
    tcp_set_cwnd(c, c->cwnd + c->smss, c->ssthresh, "congestion avoidance");
}

/* RFC 6582 3.2 step 3. snd_una has already moved. */
static void on_new_ack_in_recovery(struct tcp_conn *c, uint32_t acked_bytes)
{
    if (seq_before(c->recover, c->snd_una)) { /* full acknowledgement */
        uint32_t flight = larger(tcp_flight_size(c), c->smss) + c->smss;
        c->in_recovery = false;
        tcp_set_cwnd(c, smaller(c->ssthresh, flight), c->ssthresh, "recovered");
        c->ca_bytes_acked = 0;
        return;
    }
    uint32_t cwnd = c->cwnd > acked_bytes ? c->cwnd - acked_bytes : 0;
    if (acked_bytes >= c->smss) cwnd += c->smss;
    tcp_set_cwnd(c, larger(cwnd, c->smss), c->ssthresh, "partial ack");
    tcp_send_record_again(c, "partial ack");
}

void tcp_on_new_ack(struct tcp_conn *c, uint32_t acked_bytes)
{
    c->dupacks = 0;
    c->limited_bytes = 0;
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT) return;
    /* Dragged along, so that it stays comparable modulo 2^32 when 2 GB pass without a loss. */
    if ((int32_t)(c->snd_una - c->recover) > 1 << 30) c->recover = c->snd_una - 2;
    if (c->in_recovery) {
        on_new_ack_in_recovery(c, acked_bytes);
    } else if (acked_bytes) {
        grow_cwnd(c, acked_bytes);
    }
}

/* RFC 5681 3.2 steps 2 and 3. */
static void fast_retransmit(struct tcp_conn *c)
{
    uint32_t ssthresh = ssthresh_after_loss(c);
    c->in_recovery = true;
    c->partial_ack_seen = false;
    c->recover = c->snd_nxt - 1;
    c->limited_bytes = 0;
    tcp_set_cwnd(c, ssthresh + 3 * c->smss, ssthresh, "third duplicate ack");
    tcp_send_record_again(c, "third duplicate ack");
}

void tcp_on_duplicate_ack(struct tcp_conn *c)
{
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT) return;
    if (c->dupacks < UINT8_MAX) c->dupacks++;
    if (c->in_recovery) { /* RFC 5681 3.2 step 4: a segment has left the network. */
        tcp_set_cwnd(c, c->cwnd + c->smss, c->ssthresh, "duplicate ack in recovery");
        return;
    }
    /* RFC 6582 3.2 step 2: not for losses that an earlier recovery or timeout is still about. */
    if (c->dupacks == 3 && seq_before(c->recover, c->snd_una - 1)) fast_retransmit(c);
}

/* RFC 5681 3.1 (4): LW is one segment. ssthresh is held while the same segment times out again. */
void tcp_on_loss_by_timeout(struct tcp_conn *c)
{
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT) return;
    uint32_t ssthresh = c->timeouts == 1 ? ssthresh_after_loss(c) : c->ssthresh;
    c->in_recovery = false;
    c->dupacks = 0;
    c->limited_bytes = 0;
    c->ca_bytes_acked = 0;
    c->recover = c->snd_nxt - 1; /* RFC 6582 4 */
    tcp_set_cwnd(c, c->smss, ssthresh, "retransmission timeout");
}

/* RFC 5681 4.1 */
void tcp_restart_after_idle(struct tcp_conn *c, int64_t now_ns)
{
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT || tcp_flight_size(c) > 0) return;
    if (now_ns - c->last_sent_ns <= c->rto_ns) return;
    uint32_t restart_window = smaller(tcp_initial_window(c), c->cwnd);
    tcp_set_cwnd(c, restart_window, c->ssthresh, "restart after idle");
}
