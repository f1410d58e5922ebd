/* What is sent: when new ones may be made (RFC 9293 3.8.6, 3.8.6.2.1; RFC 5681), acknowledgements
   of their own, resets. Everything leaves through tcp_next_segment, one segment a call, in this order: a reset, what is
   to be sent again, new data and FIN, and, if none of these carried it, a bare ACK. */
#include <assert.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"

/* The earliest record goes again, whatever cwnd says. */
void tcp_send_first_again(struct tcp_conn *c, const char *why)
{
    if (c->first == c->end) return;
    tcp_mark_lost(c, c->first);
    c->resend_now = true;
    c->resend_by_timer = false;
    c->resend_why = why;
}

/* Go back to the first record: all that was sent is taken for lost, and sent again as cwnd allows. */
void tcp_send_from_first_again(struct tcp_conn *c, const char *why)
{
    tcp_mark_all_lost(c);
    c->resend_now = true;
    c->resend_by_timer = false;
    c->resend_why = why;
}

void tcp_ack_now(struct tcp_conn *c, const char *why)
{
    c->ack_need = ACK_NOW;
    c->ack_why = why;
}

/* RFC 9293 3.8.6.3, RFC 5681 4.2: not later than the timer, and at least every second full-sized segment. */
void tcp_ack_later(struct tcp_conn *c, int64_t now_ns)
{
    if (c->ack_need == ACK_NOW) return;
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT || c->config->delayed_ack_ns == 0) {
        tcp_ack_now(c, "data received");
    } else if (c->rcv_nxt - c->last_ack_sent >= 2 * c->smss) {
        tcp_ack_now(c, "second full segment");
    } else {
        c->ack_need = ACK_DELAYED;
        if (!tcp_timer_runs(c, TIMER_DELAYED_ACK)) {
            tcp_timer_set(c, TIMER_DELAYED_ACK, now_ns + c->config->delayed_ack_ns);
        }
    }
}

/* RFC 5961 7: at most ten in five seconds; for what carries nothing, too, so that two ends which have lost each other
   do not answer for ever. */
void tcp_ack_seldom(struct tcp_conn *c, const char *why, int64_t now_ns)
{
    enum { CHALLENGES_MAX = 10 };
    uint32_t now_s = (uint32_t)(now_ns / SECOND);
    if (c->challenges == 0 || now_s - c->challenge_since_s >= 5) {
        c->challenge_since_s = now_s;
        c->challenges = 0;
    }
    if (c->challenges == CHALLENGES_MAX) return;
    c->challenges++;
    tcp_ack_now(c, why);
}

void tcp_challenge_ack(struct tcp_conn *c, int64_t now_ns)
{
    tcp_ack_seldom(c, "challenge ack", now_ns);
}

void tcp_send_reset(struct tcp_conn *c, uint32_t seq, uint8_t flags, const char *why)
{
    c->reset_pending = true;
    c->reset_seq = seq;
    c->reset_flags = flags;
    c->ack_why = why;
}

static void begin_segment(const struct tcp_conn *c, struct tcp_output *out)
{
    *out = (struct tcp_output){
        .segment = {.source_port = c->opening.local_port, .destination_port = c->opening.remote_port},
        .transmission = 1};
}

/* RFC 7323 2.3. What is told is rounded down, so that the right edge may seem to move left by less than one unit; all
   that was ever offered is taken (2.4). Rounding up would let it creep beyond the buffer. */
static uint16_t window_to_tell(struct tcp_conn *c)
{
    tcp_open_window(c);
    return (uint16_t)smaller_of(c->rcv_wnd >> c->rcv_shift, UINT16_MAX);
}

/* RFC 7323 3.2: in every segment but a reset. */
static void put_timestamps(const struct tcp_conn *c, struct tcp_segment *segment, int64_t now_ns)
{
    segment->options |= TCP_TIMESTAMPS;
    segment->ts_val = tcp_timestamp(c, now_ns);
    segment->ts_ecr = segment->flags & TCP_ACK ? c->ts_recent : 0;
}

/* As many blocks as the segment has room for beside its payload; false when there is not enough of it for what has to
   stand together. */
static bool put_sack(struct tcp_conn *c, struct tcp_segment *segment)
{
    enum { PADDING_AND_HEAD = 4, BLOCK = 8 };
    uint32_t room = segment->length < c->smss ? c->smss - segment->length : 0;
    unsigned most = c->timestamps_ok ? TCP_SACK_MAX - 1 : TCP_SACK_MAX;
    if (segment->length == 0) room = PADDING_AND_HEAD + BLOCK * most;
    if (room < PADDING_AND_HEAD + BLOCK * tcp_least_sack(c)) return false;
    unsigned fits = smaller_of((room - PADDING_AND_HEAD) / BLOCK, most);
    segment->n_sack = (uint8_t)tcp_put_sack(c, segment->sack, fits);
    return true;
}

/* Every segment carries the acknowledgement, and so settles any that is owed; unless it had no room for what SACK has
   to tell, which then goes in a segment of its own. */
static void put_ack(struct tcp_conn *c, struct tcp_segment *segment, int64_t now_ns)
{
    segment->flags |= TCP_ACK;
    segment->ack = c->rcv_nxt;
    segment->window = window_to_tell(c);
    c->last_ack_sent = c->rcv_nxt;
    if (c->timestamps_ok) put_timestamps(c, segment, now_ns);
    if (c->sends_sack && tcp_has_sack(c) && !put_sack(c, segment)) return;
    c->ack_need = ACK_NONE;
    tcp_timer_cancel(c, TIMER_DELAYED_ACK);
}

/* What a SYN offers; one that answers offers only what it was offered (RFC 2018 2, RFC 7323 2.2 and 3.2). */
static void put_syn(struct tcp_conn *c, struct tcp_segment *segment, int64_t now_ns)
{
    const struct tcp_config *config = c->config;
    bool answers = c->state != TCP_SYN_SENT;
    segment->mss = c->opening.mss;
    segment->window = (uint16_t)smaller_of(c->rcv_wnd, UINT16_MAX);
    if (answers ? c->sends_sack : config->sack) segment->options |= TCP_SACK_PERMITTED;
    if (answers ? c->scaling_ok : config->window_scaling) {
        segment->options |= TCP_WINDOW_SCALE;
        segment->window_shift = c->rcv_shift;
    }
    if (answers ? c->timestamps_ok : config->timestamps) put_timestamps(c, segment, now_ns);
}

/* RFC 6298 3 and (5.1): only segments sent once are timed (Karn), unless timestamps tell which one is answered. */
static void time_transmission(struct tcp_conn *c, uint32_t number, int64_t now_ns)
{
    bool again = tcp_record_at(c, number)->transmission > 1, in_order = number + 1 == c->end;
    if (again && !c->timestamps_ok) {
        c->rtt_timing = false;
    } else if (again && c->rtt_timing) {
        c->rtt_by_timestamp = true;
    } else if (!c->rtt_timing && (c->timestamps_ok || (in_order && !c->in_recovery))) {
        c->rtt_timing = true;
        c->rtt_by_timestamp = again;
        c->rtt_record = number;
    }
    if (c->probing) return;
    if (tcp_loss_timer_runs(c)) {
        if (!again && tcp_timer_runs(c, TIMER_TAIL_LOSS_PROBE)) tcp_arm_retransmission(c, now_ns);
        return;
    }
    if (!again) c->progress_ns = now_ns;
    tcp_arm_retransmission(c, now_ns);
}

/* A probe, and the SYN that goes again with an acknowledgement when both ends open at once, repair nothing. */
static void count_retransmission(struct tcp_conn *c)
{
    if (c->probing || (c->state == TCP_SYN_RECEIVED && !c->resend_by_timer)) return;
    if (c->resend_by_timer) {
        c->retransmits_rto++;
    } else {
        c->retransmits_fast++;
    }
}

static void transmit_record(struct tcp_conn *c, uint32_t number, const char *why, int64_t now_ns,
                            struct tcp_output *out)
{
    struct tcp_record *r = tcp_record_at(c, number);
    begin_segment(c, out);
    out->segment.seq = r->seq;
    out->segment.length = tcp_record_payload(r);
    out->segment.flags = r->flags;
    if (c->state != TCP_SYN_SENT) put_ack(c, &out->segment, now_ns);
    if (r->flags & TCP_SYN) {
        put_syn(c, &out->segment, now_ns);
    } else {
        out->stream_offset = tcp_offset_of(c, r->seq);
    }
    if (r->transmission < UINT16_MAX) r->transmission++;
    out->transmission = r->transmission;
    out->repeats = r->label;
    out->why = why;
    r->sent_ns = now_ns;
    time_transmission(c, number, now_ns);
    c->last_sent_ns = now_ns;
    c->segments_sent++;
    c->labelled = number;
    c->labelled_is_record = true;
}

static void repeat_record(struct tcp_conn *c, uint32_t number, const char *why, int64_t now_ns, struct tcp_output *out)
{
    count_retransmission(c);
    tcp_mark_resent(c, tcp_record_at(c, number));
    transmit_record(c, number, why, now_ns, out);
}

/* The next record that is held for lost, as cwnd and the peer's window let it out (RFC 6675 4, NextSeg (1)). */
static bool send_lost(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    while (c->at != c->end && tcp_record_at(c, c->at)->transmission && tcp_record_at(c, c->at)->marks != MARK_LOST)
        c->at++;
    if (c->at == c->end) return false;
    const struct tcp_record *r = tcp_record_at(c, c->at);
    bool cwnd_allows =
        c->cwnd >= tcp_pipe(c) + (r->transmission ? tcp_record_payload(r) : 0); /* one never sent is in it already */
    bool window_allows = c->at == c->first || c->snd_wnd >= r->seq - c->snd_una + tcp_record_payload(r);
    if (!c->resend_now && !(cwnd_allows && window_allows)) return false;
    c->resend_now = false;
    if (r->transmission == 0)
        transmit_record(c, c->at++, c->resend_why, now_ns, out);
    else
        repeat_record(c, c->at++, c->resend_why, now_ns, out);
    return true;
}

static bool may_send_data(const struct tcp_conn *c)
{
    switch ((enum tcp_state)c->state) {
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_CLOSE_WAIT:
    case TCP_CLOSING:
        return true;
    case TCP_CLOSED:
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_SYN_RECEIVED:
    case TCP_FIN_WAIT_2:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        return false;
    }
    return false;
}

/* U of RFC 9293 3.8.6.2.1: SND.UNA + SND.WND - SND.NXT; below zero when the peer has shrunk its window. */
static uint32_t usable_window(const struct tcp_conn *c)
{
    uint32_t in_flight = tcp_flight_size(c);
    return c->snd_wnd > in_flight ? c->snd_wnd - in_flight : 0;
}

/* RFC 9293 3.8.6.2.1: how long a new segment may be, with D bytes waiting and U usable; 0: none. What an application
   writes is pushed. */
static uint32_t sender_sws_length(const struct tcp_conn *c, uint64_t d, uint32_t u)
{
    uint32_t n = d < u ? (uint32_t)d : u;
    if (n >= c->smss) return c->smss; /* (1) */
    bool may = !c->config->nagle || tcp_flight_size(c) == 0;
    if (may && d <= u) return n;                           /* (2) */
    if (may && n > 0 && n >= c->max_snd_wnd / 2) return n; /* (3) */
    return 0;
}

static bool send_new_data(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    uint64_t d = c->written - c->segmented;
    if (d == 0) return false;
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT && c->first != c->end) return false;
    uint32_t in_flight = tcp_flight_size(c);
    if (in_flight && congestion_room(c) == 0 && !c->tlp_due) return false;
    uint32_t u = usable_window(c), length = sender_sws_length(c, d, u);
    if (length == 0) return false;
    congestion_restart_after_idle(c, now_ns);
    if (congestion_room(c) < length && !c->tlp_due) return false;
    if (in_flight + length > c->cwnd && !c->in_recovery) c->limited_bytes += length;
    bool last = length == d;
    bool fin = last && c->fin_wanted && u > length;
    tcp_push_record(c, length, (uint8_t)((last ? TCP_PSH : 0) | (fin ? TCP_FIN : 0)));
    transmit_record(c, c->at++, c->tlp_due ? "tail loss probe" : "new data", now_ns, out);
    return true;
}

static bool send_fin(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (!c->fin_wanted || c->fin_sent || c->written != c->segmented || usable_window(c) == 0) return false;
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT && c->first != c->end) return false;
    tcp_push_record(c, 0, TCP_FIN);
    transmit_record(c, c->at++, "close", now_ns, out);
    return true;
}

static bool send_new(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (c->at != c->end || !may_send_data(c) || c->probing) return false;
    if (!send_new_data(c, now_ns, out) && !send_fin(c, now_ns, out)) return false;
    tcp_timer_cancel(c, TIMER_PERSIST);
    return true;
}

/* RFC 8985 7.3: a new segment, whatever cwnd says, or else the last one again. */
static bool send_tail_loss_probe(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (!c->tlp_due) return false;
    if (c->first == c->end) {
        c->tlp_due = false;
        return false;
    }
    bool is_new = send_new(c, now_ns, out);
    c->tlp_due = false;
    if (!is_new) repeat_record(c, c->end - 1, "tail loss probe", now_ns, out);
    c->tlp_out = true;
    c->tlp_is_retrans = !is_new;
    c->tlp_end_seq = c->snd_nxt;
    return true;
}

/* RFC 6675 4, NextSeg (3) and (4): when cwnd allows more and there is nothing new, holes that are not yet held for
 * lost. It is asked for each ACK that comes (5, A to C), and not when the application writes or closes: what has gone out
 * just then would be sent twice. */
static bool send_hole(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    uint32_t number;
    if (!c->holes_due || congestion_room(c) < c->smss || !tcp_next_hole(c, &number)) return false;
    repeat_record(c, number, "hole shown by sack", now_ns, out);
    return true;
}

static bool send_bare_ack(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (c->ack_need != ACK_NOW) return false;
    begin_segment(c, out);
    /* A probe's byte lies beyond a closed window; an ACK behind it would not be acceptable there (RFC 9293 3.4). */
    out->segment.seq = c->probing ? c->snd_una : c->snd_nxt;
    if (c->keep_alive_owed) out->segment.seq = c->snd_una - 1; /* RFC 9293 3.8.4: what the peer must answer */
    c->keep_alive_owed = false;
    put_ack(c, &out->segment, now_ns);
    out->transmission = ++c->bare_ack_count;
    out->why = c->ack_why;
    c->labelled_is_record = false;
    c->segments_sent++;
    return true;
}

static bool send_reset(struct tcp_conn *c, struct tcp_output *out)
{
    if (!c->reset_pending) return false;
    c->reset_pending = false;
    begin_segment(c, out);
    out->segment.seq = c->reset_seq;
    out->segment.flags = c->reset_flags;
    out->why = c->ack_why;
    c->labelled_is_record = false;
    c->segments_sent++;
    return true;
}

/* In CLOSE-WAIT the FIN is what moves the state on (RFC 9293 3.10.4). */
static void enter_last_ack_with_fin(struct tcp_conn *c)
{
    if (c->state == TCP_CLOSE_WAIT && c->fin_sent) tcp_enter_state(c, TCP_LAST_ACK, "close");
}

/* Something waits, nothing is in flight, and the window does not let it go: only a probe can help. */
static bool waits_for_window(const struct tcp_conn *c)
{
    bool waiting = c->written != c->segmented || (c->fin_wanted && !c->fin_sent);
    return waiting && may_send_data(c) && c->first == c->end;
}

/* What most calls find: nothing to repeat, nothing new, nothing to acknowledge. Only a look at what decides. */
static bool is_silent(const struct tcp_conn *c)
{
    return c->written == c->segmented && c->at == c->end && c->ack_need != ACK_NOW && !c->fin_wanted &&
           !c->reset_pending && !c->tlp_due && !c->in_recovery;
}

bool tcp_next_segment(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (is_silent(c)) {
        tcp_report_vars(c);
        return false;
    }
    if (send_reset(c, out) || send_lost(c, now_ns, out) || send_tail_loss_probe(c, now_ns, out) ||
        send_new(c, now_ns, out) || send_hole(c, now_ns, out)) {
        enter_last_ack_with_fin(c);
        return true;
    }
    if (send_bare_ack(c, now_ns, out)) return true;
    c->holes_due = false;
    if (waits_for_window(c)) tcp_arrange_persist(c, now_ns);
    tcp_report_vars(c);
    return false;
}

void tcp_label_sent(struct tcp_conn *c, uint64_t label)
{
    if (c->labelled_is_record && c->labelled - c->first < c->end - c->first)
        tcp_record_at(c, c->labelled)->label = label;
}
