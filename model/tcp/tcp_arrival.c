/* SEGMENT ARRIVES, RFC 9293 3.10.7, in the order of its numbered steps, with the checks of RFC 5961 that it took over.
   Left out on purpose: security (third), urgent data (sixth), data on a SYN (not acknowledged, so it comes again). */
#include <assert.h>

#include "model/tcp/tcp_internal.h"

static bool in_window(const struct tcp_conn *c, uint32_t seq)
{
    return seq - c->rcv_nxt < c->rcv_wnd;
}

/* RFC 9293 3.4, table 6. */
static bool is_acceptable(const struct tcp_conn *c, const struct tcp_segment *seg)
{
    uint32_t length = tcp_segment_sequence_length(seg);
    if (length == 0) return c->rcv_wnd == 0 ? seg->seq == c->rcv_nxt : in_window(c, seg->seq);
    return in_window(c, seg->seq) || in_window(c, seg->seq + length - 1);
}

static void enter_time_wait(struct tcp_conn *c, int64_t now_ns, const char *why)
{
    tcp_enter_state(c, TCP_TIME_WAIT, why);
    tcp_timer_set(c, TIMER_TIME_WAIT, now_ns + 2 * c->config->msl_ns);
}

static void answer_what_is_not_taken(struct tcp_conn *c, const struct tcp_segment *seg, const char *why, int64_t now_ns)
{
    if (tcp_segment_sequence_length(seg) > 0)
        tcp_ack_now(c, why);
    else
        tcp_ack_seldom(c, why, now_ns);
}

/* RFC 7323 3.2 and 5.3: before all else, what lacks its timestamp is dropped, and what is older than what was seen is
   answered and dropped (PAWS). */
static bool check_timestamp(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (!c->timestamps_ok || seg->flags & TCP_RST) return true;
    if (!(seg->options & TCP_TIMESTAMPS)) return false;
    if (!tcp_timestamp_is_old(c, seg, now_ns)) return true;
    answer_what_is_not_taken(c, seg, "old timestamp", now_ns);
    return false;
}

static bool first_check_sequence_number(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (is_acceptable(c, seg)) return true;
    if (seg->flags & TCP_RST) return false;
    if (seg->length && c->sends_sack) tcp_look_for_duplicate(c, seg->seq, seg->seq + seg->length);
    /* A closed window takes no text, yet acknowledgements count (RFC 9293 3.10.7.4: special allowance). */
    if (c->rcv_wnd == 0 && seg->seq == c->rcv_nxt) {
        tcp_ack_now(c, "zero window");
        return !(seg->flags & TCP_SYN);
    }
    if (seg->flags & TCP_SYN && c->state != TCP_SYN_RECEIVED) {
        tcp_challenge_ack(c, now_ns); /* RFC 5961 4: whatever its sequence number */
        return false;
    }
    answer_what_is_not_taken(c, seg, "duplicate", now_ns);
    /* In TIME-WAIT only the peer's FIN can come again: 2 MSL begin anew. */
    if (c->state == TCP_TIME_WAIT && seg->flags & TCP_FIN && seg->seq + seg->length == c->fin_seq) {
        tcp_timer_set(c, TIMER_TIME_WAIT, now_ns + 2 * c->config->msl_ns);
    }
    return false;
}

static void reset_by_peer(struct tcp_conn *c)
{
    switch ((enum tcp_state)c->state) {
    case TCP_SYN_RECEIVED:
        if (!c->passive) {
            tcp_go_closed(c, TCP_NEWS_REFUSED, "refused");
            break;
        }
        /* Back to LISTEN; but this connection was made for one SYN, and its host goes on listening without it. */
        tcp_enter_state(c, TCP_LISTEN, "reset by peer");
        tcp_go_closed(c, TCP_NEWS_RESET, "its host listens on");
        break;
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
        tcp_go_closed(c, TCP_NEWS_RESET, "reset by peer");
        break;
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        tcp_go_closed(c, 0, "reset by peer");
        break;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
        assert(false);
    }
}

/* RFC 5961 3: only a reset at exactly RCV.NXT is believed; elsewhere in the window it is asked for once more. */
static bool second_check_rst(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (!(seg->flags & TCP_RST)) return true;
    if (seg->seq == c->rcv_nxt) {
        reset_by_peer(c);
    } else {
        tcp_challenge_ack(c, now_ns);
    }
    return false;
}

/* RFC 5961 4: in a synchronized state a SYN changes nothing. */
static bool fourth_check_syn(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (!(seg->flags & TCP_SYN)) return true;
    if (c->state == TCP_SYN_RECEIVED && c->passive) {
        tcp_enter_state(c, TCP_LISTEN, "another syn");
        tcp_go_closed(c, TCP_NEWS_RESET, "its host listens on");
    } else {
        tcp_challenge_ack(c, now_ns);
    }
    return false;
}

/* RFC 7323 2.3: SND.WND = SEG.WND << Snd.Wind.Shift. */
static uint32_t window_of(const struct tcp_conn *c, const struct tcp_segment *seg)
{
    return (uint32_t)seg->window << c->snd_shift;
}

static void take_window(struct tcp_conn *c, const struct tcp_segment *seg)
{
    uint32_t window = window_of(c, seg);
    if (c->snd_wnd != window) tcp_changed(c, "window told");
    c->snd_wnd = window;
    c->snd_wl1 = seg->seq;
    c->snd_wl2 = seg->ack;
    if (c->snd_wnd > c->max_snd_wnd) c->max_snd_wnd = c->snd_wnd;
}

/* RFC 9293 3.10.7.4: only from a segment that is not older than the one it was last taken from. What acknowledges
   something new was sent later than all that did not, even a repetition with an old sequence number; were its window
   not taken, the one of before would count from the new SND.UNA, beyond the edge that the peer has told. */
static void update_send_window(struct tcp_conn *c, const struct tcp_segment *seg, bool acks_new, int64_t now_ns)
{
    bool newer =
        acks_new || seq_before(c->snd_wl1, seg->seq) || (c->snd_wl1 == seg->seq && seq_not_after(c->snd_wl2, seg->ack));
    if (newer) take_window(c, seg);
    if (c->snd_wnd == 0) c->progress_ns = now_ns; /* MUST-37: whoever answers at a closed window is not given up */
    if (!c->probing || c->snd_wnd == 0) return;
    /* The window has opened: a probe that was not taken goes as an ordinary segment. */
    c->probing = false;
    tcp_timer_cancel(c, TIMER_PERSIST);
    c->timeouts = 0;
    c->progress_ns = now_ns;
    if (c->first != c->end) tcp_send_from_first_again(c, "window update");
}

/* RFC 6298 (5.2), (5.3); RFC 6582 3.2 step 3: of the partial acknowledgements only the first restarts the timer. */
static void restart_retransmission_timer(struct tcp_conn *c, bool partial, int64_t now_ns)
{
    if (c->first == c->end) {
        tcp_cancel_loss_timer(c);
        return;
    }
    if (c->probing || (partial && c->partial_ack_seen)) return;
    c->partial_ack_seen = partial;
    tcp_arm_retransmission(c, now_ns);
}

/* SND.UNA moves; returns how many payload bytes it moved over. */
static uint32_t take_ack(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    uint32_t ack = seg->ack, acked = ack - c->snd_una;
    bool syn = c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
    bool fin = c->fin_sent && ack == c->snd_nxt;
    uint32_t bytes = acked - syn - fin;
    tcp_time_acked(c, seg, now_ns);
    tcp_records_acked(c, ack, now_ns);
    c->snd_una = ack;
    c->timeouts = 0;
    c->progress_ns = now_ns;
    if (bytes) c->news |= TCP_NEWS_ACKED;
    tcp_changed(c, "ack");
    if (c->probing && c->first == c->end) {
        c->probing = false;
        tcp_timer_cancel(c, TIMER_PERSIST);
    }
    /* Dragged along, so that it stays comparable modulo 2^32 when 2 GB pass without a loss. */
    if ((int32_t)(c->snd_una - c->recover) > 1 << 30) c->recover = c->snd_una - 2;
    return bytes;
}

/* RFC 5681 3.1: a SYN's acknowledgement, of no bytes, does not open cwnd. */
static void new_data_acked(struct tcp_conn *c, uint32_t bytes, int64_t now_ns)
{
    c->congestion->on_ack(c, bytes, now_ns);
    restart_retransmission_timer(c, c->in_recovery && !c->sack_ok, now_ns);
}

/* RFC 5681 2: outstanding data, no text, no SYN or FIN, the greatest ack so far, the same window. */
static bool is_duplicate_ack(const struct tcp_conn *c, const struct tcp_segment *seg)
{
    return seg->ack == c->snd_una && c->first != c->end && tcp_segment_sequence_length(seg) == 0 &&
           window_of(c, seg) == c->snd_wnd && !c->probing;
}

static void duplicate_acked(struct tcp_conn *c, int64_t now_ns)
{
    if (c->dupacks < UINT8_MAX) c->dupacks++;
    c->congestion->on_duplicate_ack(c, now_ns);
}

/* An acknowledgement that is neither too old nor of something never sent: the cumulative part first, then what SACK
   tells (RFC 6675 5: only news by SACK make a duplicate, once it is in use), then what must therefore be lost. */
static void acknowledged(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    bool advances = seq_before(c->snd_una, seg->ack), duplicate = is_duplicate_ack(c, seg);
    bool dsack = c->sack_ok && seg->n_sack && tcp_is_dsack(seg);
    if (dsack) c->retransmits_spurious++;
    if (dsack && c->rack_ok) tcp_rack_on_dsack(c);
    if (c->tlp_out) tcp_tlp_on_ack(c, seg, dsack);
    uint32_t bytes = advances ? take_ack(c, seg, now_ns) : 0;
    if (c->sack_ok) duplicate = seg->n_sack && tcp_take_sack(c, seg, now_ns);
    if (advances)
        new_data_acked(c, bytes, now_ns);
    else if (duplicate)
        duplicate_acked(c, now_ns);
    if (c->rack_ok && (advances || duplicate) && tcp_rack_find_lost(c, now_ns))
        c->congestion->on_loss(c, "rack: sent before what has arrived", now_ns);
    c->holes_due = true;
}

/* RFC 5961 5.2: what lies too far back, or ahead of what was sent, is answered and forgotten. */
static bool ack_is_plausible(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    uint32_t oldest = c->snd_una - c->max_snd_wnd;
    if (seq_not_after(oldest, seg->ack) && seq_not_after(seg->ack, c->snd_nxt)) return true;
    tcp_challenge_ack(c, now_ns);
    return false;
}

static bool handshake_acked(struct tcp_conn *c, const struct tcp_segment *seg)
{
    if (seq_not_after(seg->ack, c->snd_una) || seq_before(c->snd_nxt, seg->ack)) {
        tcp_send_reset(c, seg->ack, TCP_RST, "ack of nothing sent");
        return false;
    }
    take_window(c, seg);
    return true;
}

/* What the acknowledgement of our FIN does (RFC 9293 3.10.7.4, fifth). */
static bool our_fin_acked(struct tcp_conn *c, int64_t now_ns)
{
    switch ((enum tcp_state)c->state) {
    case TCP_FIN_WAIT_1:
        tcp_enter_state(c, TCP_FIN_WAIT_2, "fin acknowledged");
        return true;
    case TCP_CLOSING:
        enter_time_wait(c, now_ns, "fin acknowledged");
        return true;
    case TCP_LAST_ACK:
        tcp_go_closed(c, 0, "fin acknowledged");
        return false;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_TIME_WAIT:
        return true;
    }
    return true;
}

static bool fifth_check_ack(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (!(seg->flags & TCP_ACK)) return false;
    bool opening = c->state == TCP_SYN_RECEIVED, acks_new = seq_before(c->snd_una, seg->ack);
    if (opening ? !handshake_acked(c, seg) : !ack_is_plausible(c, seg, now_ns)) return false;
    acknowledged(c, seg, now_ns);
    if (opening) tcp_established(c, "handshake complete");
    if (seq_not_after(c->snd_una, seg->ack)) update_send_window(c, seg, acks_new, now_ns);
    return tcp_fin_is_acked(c) ? our_fin_acked(c, now_ns) : true;
}

static void seventh_process_text(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    bool receiving = c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 || c->state == TCP_FIN_WAIT_2;
    if (seg->length == 0 || !receiving) return;
    switch (tcp_take_text(c, seg->seq, seg->length)) {
    case TEXT_NONE:
        break;
    case TEXT_IN_ORDER:
        tcp_ack_later(c, now_ns);
        break;
    case TEXT_GAP_FILLED: /* RFC 5681 4.2: both at once */
        tcp_ack_now(c, "gap filled");
        break;
    case TEXT_OUT_OF_ORDER:
        tcp_ack_now(c, "out of order");
        break;
    }
}

/* RFC 9293 3.10.7.4 eighth. The FIN may have come before text that it follows; it is processed when it is next. One
   behind the window, a closed one too, is cut off as text would be (3.4, table 6). */
static void eighth_check_fin(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    /* Text has come that stands behind it: it was no FIN of this stream, and must not hide the real one. */
    if (c->fin_known && !c->fin_taken && seq_before(c->fin_seq, c->rcv_nxt)) c->fin_known = false;
    if (seg->flags & TCP_FIN && !c->fin_known && in_window(c, seg->seq + seg->length)) {
        c->fin_known = true;
        c->fin_seq = seg->seq + seg->length;
        if (c->fin_seq != c->rcv_nxt) tcp_ack_now(c, "out of order");
    }
    if (!c->fin_known || c->fin_taken || c->fin_seq != c->rcv_nxt) return;
    c->fin_taken = true;
    c->rcv_nxt++;
    c->bare_ack_count = 0;
    if (c->rcv_wnd) c->rcv_wnd--;
    c->news |= TCP_NEWS_EOF;
    tcp_changed(c, "fin");
    tcp_ack_now(c, "fin received");
    switch ((enum tcp_state)c->state) {
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
        tcp_enter_state(c, TCP_CLOSE_WAIT, "fin received");
        break;
    case TCP_FIN_WAIT_1: /* had our FIN been acknowledged, the fifth step would have made it FIN-WAIT-2 */
        tcp_enter_state(c, TCP_CLOSING, "fin received");
        break;
    case TCP_FIN_WAIT_2:
        enter_time_wait(c, now_ns, "fin received");
        break;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        break;
    }
}

/* RFC 9293 3.10.7.4, states other than CLOSED, LISTEN and SYN-SENT.
   A step returns false when the segment is finished with. */
static void segment_arrives_otherwise(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (!check_timestamp(c, seg, now_ns)) return;
    if (!first_check_sequence_number(c, seg, now_ns)) return;
    if (c->timestamps_ok && seg->options & TCP_TIMESTAMPS) tcp_keep_timestamp(c, seg, now_ns);
    if (!second_check_rst(c, seg, now_ns)) return;
    if (!fourth_check_syn(c, seg, now_ns)) return;
    if (!fifth_check_ack(c, seg, now_ns)) return;
    seventh_process_text(c, seg, now_ns);
    eighth_check_fin(c, seg, now_ns);
}

/* What is used of the options: what both ends have offered. */
static void agree_on_options(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    const struct tcp_config *config = c->config;
    c->sends_sack = config->sack && seg->options & TCP_SACK_PERMITTED;
    c->sack_ok = c->sends_sack && c->congestion->uses_sack;
    c->rack_ok = c->sack_ok && config->rack;
    c->tlp_ok = c->sack_ok && config->tlp;
    if (c->rack_ok) tcp_rack_init(c);
    c->timestamps_ok = config->timestamps && seg->options & TCP_TIMESTAMPS;
    if (c->timestamps_ok) {
        c->ts_recent = seg->ts_val;
        c->ts_recent_at_s = (uint32_t)(now_ns / SECOND);
    }
    c->scaling_ok = config->window_scaling && seg->options & TCP_WINDOW_SCALE;
    if (c->scaling_ok) {
        /* RFC 7323 2.3: more is taken for 14. */
        c->snd_shift = (uint8_t)smaller_of(seg->window_shift, TCP_WINDOW_SHIFT_MAX);
        c->ssthresh = TCP_WINDOW_MAX;
    } else {
        c->rcv_shift = 0;
        c->rcv_buff = c->rcv_wnd = smaller_of(c->rcv_buff, UINT16_MAX);
    }
}

/* Eff.snd.MSS of RFC 9293 3.7.1: what both ends and the path take, less the options of every segment. */
static uint32_t effective_send_mss(const struct tcp_conn *c, const struct tcp_segment *seg)
{
    uint32_t mss = smaller_of(seg->mss ? seg->mss : c->opening.default_send_mss, c->opening.mss);
    if (c->opening.path_mss) mss = smaller_of(mss, c->opening.path_mss);
    if (!c->timestamps_ok) return mss;
    return mss > TCP_TIMESTAMPS_BYTES ? mss - TCP_TIMESTAMPS_BYTES : 1;
}

/* What both ways of opening learn from the peer's SYN. Its window is never scaled (RFC 7323 2.2). */
static void learn_from_syn(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    c->rcv_nxt = seg->seq + 1;
    agree_on_options(c, seg, now_ns);
    c->smss = effective_send_mss(c, seg);
    tcp_set_cwnd(c, c->smss, c->ssthresh, "mss agreed");
    c->snd_wnd = c->max_snd_wnd = seg->window;
    c->snd_wl1 = seg->seq;
    c->snd_wl2 = seg->ack;
    tcp_changed(c, "syn");
}

/* RFC 9293 3.10.7.2. */
static void segment_arrives_in_listen(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (seg->flags & TCP_RST) return;
    if (seg->flags & TCP_ACK) {
        tcp_send_reset(c, seg->ack, TCP_RST, "ack of nothing sent");
        return;
    }
    if (!(seg->flags & TCP_SYN)) return;
    learn_from_syn(c, seg, now_ns);
    c->progress_ns = now_ns;
    tcp_push_record(c, 0, TCP_SYN);
    c->resend_why = "open answered";
    tcp_enter_state(c, TCP_SYN_RECEIVED, "syn received");
}

static void syn_acked_by_syn(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    new_data_acked(c, take_ack(c, seg, now_ns), now_ns);
    tcp_ack_now(c, "handshake complete");
    tcp_established(c, "syn answered");
}

/* RFC 9293 3.10.7.3. */
static void segment_arrives_in_syn_sent(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    bool ack = seg->flags & TCP_ACK;
    if (ack && (seq_not_after(seg->ack, c->opening.iss) || seq_before(c->snd_nxt, seg->ack))) {
        if (!(seg->flags & TCP_RST)) tcp_send_reset(c, seg->ack, TCP_RST, "ack of nothing sent");
        return;
    }
    if (seg->flags & TCP_RST) {
        if (ack) tcp_go_closed(c, TCP_NEWS_REFUSED, "refused");
        return;
    }
    if (!(seg->flags & TCP_SYN)) return;
    learn_from_syn(c, seg, now_ns);
    if (ack) {
        syn_acked_by_syn(c, seg, now_ns);
        return;
    }
    /* Both ends have opened at once: our SYN goes again, now with an acknowledgement. */
    tcp_enter_state(c, TCP_SYN_RECEIVED, "syn received");
    tcp_send_first_again(c, "open answered");
}

void tcp_segment_arrives(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    c->segments_received++;
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
        return; /* the host answers for what is not connected: tcp_reset_for */
    case TCP_LISTEN:
        segment_arrives_in_listen(c, seg, now_ns);
        break;
    case TCP_SYN_SENT:
        segment_arrives_in_syn_sent(c, seg, now_ns);
        break;
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        segment_arrives_otherwise(c, seg, now_ns);
        break;
    }
    if (c->config->keep_alive_idle_ns) tcp_heard_from_peer(c, now_ns);
    tcp_report_vars(c);
}
