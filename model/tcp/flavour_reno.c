/* Reno: fast recovery (RFC 5681 3.2). The first acknowledgement of anything new ends it, so that of several losses in
   one window mostly one is repaired without the timer. */
#include "model/tcp/tcp_internal.h"

/* Steps 2 and 3. */
void reno_enter_recovery(struct tcp_conn *c, const char *why, int64_t now_ns)
{
    (void)now_ns;
    uint32_t ssthresh = c->congestion->reduced(c);
    c->in_recovery = true;
    c->partial_ack_seen = false;
    c->recover = c->snd_nxt - 1;
    c->limited_bytes = 0;
    tcp_set_cwnd(c, ssthresh + 3 * c->smss, ssthresh, why);
    tcp_send_first_again(c, why);
}

/* Step 4: a segment has left the network; whoever sends duplicates without end does not make cwnd wrap. */
static void inflate(struct tcp_conn *c)
{
    if (c->cwnd >= TCP_WINDOW_MAX) return;
    tcp_set_cwnd(c, c->cwnd + c->smss, c->ssthresh, "duplicate ack in recovery");
}

void reno_on_duplicate_ack(struct tcp_conn *c, int64_t now_ns)
{
    if (c->in_recovery)
        inflate(c);
    else if (c->dupacks == 3 && congestion_loss_is_new(c))
        reno_enter_recovery(c, "third duplicate ack", now_ns);
}

/* Step 6. */
static void on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    c->dupacks = 0;
    c->limited_bytes = 0;
    if (c->in_recovery) {
        c->in_recovery = false;
        c->recover = c->snd_una - 2; /* what follows may be another loss */
        c->ca_bytes_acked = 0;
        tcp_set_cwnd(c, c->ssthresh, c->ssthresh, "recovered");
    } else if (acked_bytes) {
        congestion_grow(c, acked_bytes, now_ns);
    }
}

const struct tcp_congestion flavour_reno = {.name = "reno",
                                            .limited_transmit = true,
                                            .restarts_after_idle = true,
                                            .keeps_out_of_order = true,
                                            .on_ack = on_ack,
                                            .on_duplicate_ack = reno_on_duplicate_ack,
                                            .on_loss = reno_enter_recovery,
                                            .on_rto = congestion_on_rto,
                                            .grow = congestion_grow,
                                            .reduced = congestion_half};
