/* SACK (RFC 6675): the receiver tells what it has, so that the sender knows each hole and how much is still in the
   network (pipe). All holes can be repaired within one round trip. With a peer that does not permit SACK it is NewReno.
 */
#include "model/tcp/tcp_internal.h"

/* With SACK a loss is known to be another one as soon as all of the last recovery, or timeout, is acknowledged (5.1). */
static bool is_beyond_recovery_point(const struct tcp_conn *c)
{
    return seq_before(c->recover, c->snd_una);
}

/* 5 step (4). What is lost is marked; the first of it goes whatever pipe says (4.3). Where an earlier recovery or
   timeout has reacted already, it only goes again. */
void sack_on_loss(struct tcp_conn *c, const char *why, int64_t now_ns)
{
    if (!c->sack_ok) {
        reno_enter_recovery(c, why, now_ns);
        return;
    }
    c->resend_why = why;
    c->resend_by_timer = false;
    if (c->in_recovery || !is_beyond_recovery_point(c)) return;
    uint32_t ssthresh = c->congestion->reduced(c);
    c->in_recovery = true;
    c->recover = c->snd_nxt - 1; /* RecoveryPoint */
    c->limited_bytes = 0;
    c->rescued = false;
    if (!c->rack_ok) c->hole_at = c->first;
    c->resend_now = true;
    tcp_set_cwnd(c, ssthresh, ssthresh, why);
    /* RFC 8985 7.2: no probe while losses are being repaired. */
    if (tcp_timer_runs(c, TIMER_TAIL_LOSS_PROBE)) tcp_arm_retransmission(c, now_ns);
}

/* 5 steps (1) to (3). RACK has its own way to tell what is lost. */
void sack_on_duplicate_ack(struct tcp_conn *c, int64_t now_ns)
{
    if (!c->sack_ok) {
        reno_on_duplicate_ack(c, now_ns);
        return;
    }
    if (c->rack_ok) return;
    if (tcp_find_lost(c)) {
        sack_on_loss(c, "sack shows a loss", now_ns);
        return;
    }
    /* The very first may be SACKed by a receiver that has changed its mind, or by nonsense. */
    uint32_t earliest = c->first;
    if (c->in_recovery || c->dupacks < 3 || !is_beyond_recovery_point(c) || !tcp_next_unsacked(c, &earliest)) return;
    tcp_mark_lost(c, earliest);
    sack_on_loss(c, "third duplicate ack", now_ns);
}

/* 5 steps (A) and (B). */
void sack_on_ack(struct tcp_conn *c, uint32_t acked_bytes, int64_t now_ns)
{
    if (!c->sack_ok) {
        newreno_on_ack(c, acked_bytes, now_ns);
        return;
    }
    c->dupacks = 0;
    c->limited_bytes = 0;
    if (!c->in_recovery) {
        if (acked_bytes) c->congestion->grow(c, acked_bytes, now_ns);
    } else if (seq_before(c->recover, c->snd_una)) {
        c->in_recovery = false;
        c->ca_bytes_acked = 0;
        tcp_rack_recovered(c);
        tcp_set_cwnd(c, c->ssthresh, c->ssthresh, "recovered");
        tcp_changed(c, "recovered");
    }
    if (c->sacked_bytes && !c->rack_ok && tcp_find_lost(c)) sack_on_loss(c, "sack shows a loss", now_ns);
}

const struct tcp_congestion flavour_sack = {.name = "sack",
                                            .limited_transmit = true,
                                            .restarts_after_idle = true,
                                            .uses_sack = true,
                                            .keeps_out_of_order = true,
                                            .on_ack = sack_on_ack,
                                            .on_duplicate_ack = sack_on_duplicate_ack,
                                            .on_loss = sack_on_loss,
                                            .on_rto = congestion_on_rto,
                                            .grow = congestion_grow,
                                            .reduced = congestion_half};
