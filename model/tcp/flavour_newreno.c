/* NewReno (RFC 6582): an acknowledgement of something, but not of all that was in flight when the loss was found, shows
   the next hole, and recovery goes on. One hole is repaired each round trip. */
#include "model/tcp/tcp_internal.h"

/* 3.2 step 3, full acknowledgement. */
static void recovered(struct tcp_conn *c)
{
    uint32_t flight = larger_of(tcp_flight_size(c), c->smss) + c->smss;
    c->in_recovery = false;
    tcp_set_cwnd(c, smaller_of(c->ssthresh, flight), c->ssthresh, "recovered");
    c->ca_bytes_acked = 0;
}

/* 3.2 step 3, partial acknowledgement. */
static void partial_ack(struct tcp_conn *c, uint32_t acked_bytes)
{
    uint32_t cwnd = c->cwnd > acked_bytes ? c->cwnd - acked_bytes : 0;
    if (acked_bytes >= c->smss) cwnd += c->smss;
    tcp_set_cwnd(c, larger_of(cwnd, c->smss), c->ssthresh, "partial ack");
    tcp_send_first_again(c, "partial ack");
}

/* SND.UNA has already moved. */
void newreno_on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    c->dupacks = 0;
    c->limited_bytes = 0;
    if (!c->in_recovery) {
        if (acked_bytes) c->congestion->grow(c, acked_bytes, now_ns);
    } else if (seq_before(c->recover, c->snd_una)) {
        recovered(c);
    } else {
        partial_ack(c, acked_bytes);
    }
}

const struct tcp_congestion flavour_newreno = {.name = "newreno",
                                               .limited_transmit = true,
                                               .restarts_after_idle = true,
                                               .keeps_out_of_order = true,
                                               .on_ack = newreno_on_ack,
                                               .on_duplicate_ack = reno_on_duplicate_ack,
                                               .on_loss = reno_enter_recovery,
                                               .on_rto = congestion_on_rto,
                                               .grow = congestion_grow,
                                               .reduced = congestion_half};
