/* RACK-TLP (RFC 8985). RACK: what was sent well before something that has arrived is lost, however few acknowledgements
   tell of it, retransmissions included. TLP: when the tail of a flight may be lost, one probe brings an acknowledgement
   that shows it, long before the retransmission timer. Section numbers are the RFC's. */
#include "model/tcp/tcp_internal.h"

static const int64_t worst_delayed_ack_ns = 200 * MILLISECOND; /* WCDelAckT, 7.2 */

void tcp_rack_init(struct tcp_conn *c)
{
    c->rack_xmit_ns = INT64_MIN; /* before whatever will be sent, were it at 0 s */
    c->rack_fack = c->snd_una;
    c->min_rtt_ns = -1;
}

/* 6.2 step 2: RACK_sent_after. Without a branch that losses would keep from being foretold. */
static bool sent_after(int64_t sent_ns, uint32_t end_seq, int64_t other_ns, uint32_t other_end_seq)
{
    return (sent_ns > other_ns) | ((sent_ns == other_ns) & seq_before(other_end_seq, end_seq));
}

/* 6.2 step 3: something that was sent once arrives after something sent later. */
static void note_reordering(struct tcp_conn *c, const struct tcp_record *r)
{
    uint32_t end_seq = r->end;
    if (seq_before(c->rack_fack, end_seq))
        c->rack_fack = end_seq;
    else if (seq_before(end_seq, c->rack_fack) && r->transmission == 1)
        c->reordering_seen = true;
}

/* 6.2 steps 1 to 3, for each record that is newly known to have arrived. */
void tcp_rack_delivered(struct tcp_conn *c, const struct tcp_record *r, int64_t now_ns)
{
    int64_t rtt_ns = now_ns - r->sent_ns;
    note_reordering(c, r);
    /* Step 2: an answer faster than any before is one to the transmission before. */
    if (r->transmission > 1 && rtt_ns < c->min_rtt_ns) return;
    if (r->transmission == 1 && (c->min_rtt_ns < 0 || rtt_ns < c->min_rtt_ns)) c->min_rtt_ns = rtt_ns;
    if (!sent_after(r->sent_ns, r->end, c->rack_xmit_ns, c->rack_end_seq)) return;
    c->rack_xmit_ns = r->sent_ns;
    c->rack_end_seq = r->end;
    c->rack_rtt_ns = rtt_ns;
}

/* 6.2 step 4: once a round trip the window for reordering grows by a quarter of the least round-trip time. */
void tcp_rack_on_dsack(struct tcp_conn *c)
{
    if (c->rack_round_open && seq_before(c->snd_una, c->rack_dsack_round)) return;
    c->rack_round_open = true;
    c->rack_dsack_round = c->snd_nxt;
    if (c->reo_wnd_mult < UINT8_MAX) c->reo_wnd_mult++;
    c->reo_wnd_persist = 16;
}

void tcp_rack_recovered(struct tcp_conn *c)
{
    if (c->reo_wnd_persist && --c->reo_wnd_persist == 0) c->reo_wnd_mult = 1;
}

static int64_t reordering_window(const struct tcp_conn *c)
{
    if (!c->reordering_seen && (c->in_recovery || c->sacked_bytes >= 3 * c->smss)) return 0;
    int64_t window_ns = c->reo_wnd_mult * (c->min_rtt_ns / 4);
    return window_ns < c->srtt_ns ? window_ns : c->srtt_ns;
}

/* 6.2 step 5. Records that were sent once are in order of time, so that the first of them that was sent too late to
   judge ends the walk. */
bool tcp_rack_find_lost(struct tcp_conn *c, int64_t now_ns)
{
    bool any = false;
    int64_t wait_ns = 0, allowed_ns = -1;
    for (uint32_t i = c->first; i != c->end && tcp_next_unsacked(c, &i); i++) {
        const struct tcp_record *r = tcp_record_at(c, i);
        if (r->marks == MARK_LOST) continue; /* still to be sent again */
        if (!sent_after(c->rack_xmit_ns, c->rack_end_seq, r->sent_ns, r->end)) {
            if (r->transmission == 1) break;
            continue;
        }
        if (allowed_ns < 0) allowed_ns = c->rack_rtt_ns + reordering_window(c);
        int64_t remaining_ns = r->sent_ns + allowed_ns - now_ns;
        if (remaining_ns <= 0) {
            tcp_mark_lost(c, i);
            any = true;
        } else if (remaining_ns > wait_ns) {
            wait_ns = remaining_ns;
        }
    }
    if (wait_ns)
        tcp_timer_set(c, TIMER_REORDERING, now_ns + wait_ns);
    else if (tcp_timer_runs(c, TIMER_REORDERING) || (tcp_timer_runs(c, TIMER_TAIL_LOSS_PROBE) && c->sacked_bytes > 0))
        tcp_arm_retransmission(c, now_ns); /* 7.2: no probe of the tail once something behind a hole has arrived */
    return any;
}

/* 7.2: when all in flight is new and nothing is known to be missing. */
bool tcp_tlp_may_be_armed(const struct tcp_conn *c)
{
    return c->tlp_ok && !c->tlp_out && !c->in_recovery && c->sacked_bytes == 0 && c->lost_bytes == 0 &&
           c->timeouts == 0 && c->first != c->end && !c->probing;
}

int64_t tcp_tlp_timeout(const struct tcp_conn *c)
{
    if (c->srtt_ns == 0) return SECOND;
    int64_t pto_ns = 2 * c->srtt_ns;
    return tcp_flight_size(c) <= c->smss ? pto_ns + worst_delayed_ack_ns : pto_ns;
}

/* 7.3: a new segment if there is one, else the last one again; then the retransmission timer is what is left. */
void tcp_on_tail_loss_probe(struct tcp_conn *c, int64_t now_ns)
{
    c->tlp_due = true;
    tcp_timer_set(c, TIMER_RETRANSMISSION, now_ns + c->rto_ns);
}

/* 7.4: was the probe needed? If it repaired a loss, the network is to be spared as after any other. */
void tcp_tlp_on_ack(struct tcp_conn *c, const struct tcp_segment *seg, bool dsack)
{
    if (seq_before(seg->ack, c->tlp_end_seq)) return;
    bool is_bare = tcp_segment_sequence_length(seg) == 0 && seg->n_sack == 0;
    bool duplicate = is_bare && seg->ack == c->tlp_end_seq && seg->ack == c->snd_una;
    if (!c->tlp_is_retrans || dsack || duplicate) {
        c->tlp_out = false; /* nothing was lost */
    } else if (seq_before(c->tlp_end_seq, seg->ack)) {
        c->tlp_out = false;
        uint32_t ssthresh = c->congestion->reduced(c);
        tcp_set_cwnd(c, ssthresh, ssthresh, "probe repaired a loss");
    }
}
