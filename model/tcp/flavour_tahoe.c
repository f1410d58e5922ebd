/* Tahoe (Jacobson, Congestion Avoidance and Control, 1988): slow start, congestion avoidance, fast retransmit. A loss
   costs the whole window: it starts again from one segment, and so does what is sent. */
#include "model/tcp/tcp_internal.h"

static void on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    c->dupacks = 0;
    if (acked_bytes) congestion_grow(c, acked_bytes, now_ns);
}

/* Everything in flight is sent again, and what the receiver has had already is answered by duplicate ACKs: `recover`
   keeps these from being taken for another loss. */
static void on_loss(struct tcp_conn *c, const char *why, int64_t now_ns)
{
    (void)now_ns;
    uint32_t ssthresh = congestion_half(c);
    c->recover = c->snd_nxt - 1;
    c->ca_bytes_acked = 0;
    tcp_set_cwnd(c, c->smss, ssthresh, why);
    tcp_send_from_first_again(c, why);
}

static void on_duplicate_ack(struct tcp_conn *c, int64_t now_ns)
{
    if (c->dupacks == 3 && congestion_loss_is_new(c)) on_loss(c, "third duplicate ack", now_ns);
}

const struct tcp_congestion flavour_tahoe = {.name = "tahoe",
                                             .restarts_after_idle = true,
                                             .keeps_out_of_order = true,
                                             .on_ack = on_ack,
                                             .on_duplicate_ack = on_duplicate_ack,
                                             .on_loss = on_loss,
                                             .on_rto = congestion_on_rto,
                                             .grow = congestion_grow,
                                             .reduced = congestion_half};
