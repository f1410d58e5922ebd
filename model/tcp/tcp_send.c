/* What is sent: records of segments, when new ones may be made (RFC 9293 3.8.6, 3.8.6.2.1; RFC 5681), acknowledgements
   of their own, resets. Everything leaves through tcp_next_segment, one segment a call, in this order: a reset, what is
   to be sent again, new data and FIN, and, if none of these carried it, a bare ACK. */
#include <assert.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"
#include "sim/journal/memory.h"

static void grow_ring(struct tcp_conn *c)
{
    uint32_t room = c->room ? c->room * 2 : 4;
    struct tcp_record *records = mem_alloc(room * sizeof *records);
    for (uint32_t i = c->first; i != c->end; i++)
        records[i & (room - 1)] = *tcp_record_at(c, i);
    mem_free(c->records);
    c->records = records;
    c->room = room;
}

/* Numbers the next sequence numbers as one segment; it leaves with the next tcp_next_segment. */
void tcp_push_record(struct tcp_conn *c, uint32_t length, uint8_t flags)
{
    if (c->end - c->first == c->room) grow_ring(c);
    assert(c->at == c->end);
    struct tcp_record *r = tcp_record_at(c, c->end++);
    *r = (struct tcp_record){.seq = c->snd_nxt, .length = length, .flags = flags};
    c->snd_nxt = tcp_record_end(r);
    c->segmented += length;
    if (flags & TCP_FIN) c->fin_sent = true;
    c->totals.bytes_sent += length;
    tcp_changed(c, "new data");
}

/* Removes what is acknowledged whole; a segment acknowledged in part keeps its rest. */
void tcp_records_acked(struct tcp_conn *c, uint32_t ack)
{
    while (c->first != c->end && seq_not_after(tcp_record_end(tcp_record_at(c, c->first)), ack)) {
        if (c->at == c->first) c->at++;
        c->first++;
    }
    if (c->first == c->end) return;
    struct tcp_record *r = tcp_record_at(c, c->first);
    if (!seq_before(r->seq, ack)) return;
    r->length -= ack - r->seq;
    r->seq = ack;
}

/* Go back to the first record: after a timeout all that was sent is taken for lost, and sent again as cwnd allows. */
void tcp_send_from_first_again(struct tcp_conn *c, const char *why)
{
    c->at = c->first;
    c->resend_first = false;
    c->resend_why = why;
}

void tcp_send_record_again(struct tcp_conn *c, const char *why)
{
    c->resend_first = true;
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
    } else if (c->unacked_bytes >= 2 * c->smss) {
        tcp_ack_now(c, "second full segment");
    } else {
        c->ack_need = ACK_DELAYED;
        if (!tcp_timer_runs(c, TIMER_DELAYED_ACK)) {
            tcp_timer_set(c, TIMER_DELAYED_ACK, now_ns + c->config->delayed_ack_ns);
        }
    }
}

/* RFC 5961 7: at most ten in five seconds. */
void tcp_challenge_ack(struct tcp_conn *c, int64_t now_ns)
{
    enum { CHALLENGES_MAX = 10 };
    if (c->challenges == 0 || now_ns - c->challenge_since_ns >= 5 * SECOND) {
        c->challenge_since_ns = now_ns;
        c->challenges = 0;
    }
    if (c->challenges == CHALLENGES_MAX) return;
    c->challenges++;
    tcp_ack_now(c, "challenge ack");
}

void tcp_send_reset(struct tcp_conn *c, uint32_t seq, uint32_t ack, uint8_t flags, const char *why)
{
    c->reset_pending = true;
    c->reset_seq = seq;
    c->reset_ack = ack;
    c->reset_flags = flags;
    c->reset_why = why;
}

static void begin_segment(const struct tcp_conn *c, struct tcp_output *out)
{
    *out = (struct tcp_output){
        .segment = {.source_port = c->opening.local_port, .destination_port = c->opening.remote_port},
        .stream_offset = c->segmented,
        .transmission = 1};
}

/* The acknowledgement and the window, which every segment but the first SYN carries. */
static void put_ack(struct tcp_conn *c, struct tcp_segment *segment)
{
    tcp_open_window(c);
    segment->flags |= TCP_ACK;
    segment->ack = c->rcv_nxt;
    segment->window = (uint16_t)(c->rcv_wnd < UINT16_MAX ? c->rcv_wnd : UINT16_MAX);
    c->ack_need = ACK_NONE;
    c->unacked_bytes = 0;
    tcp_timer_cancel(c, TIMER_DELAYED_ACK);
}

/* RFC 6298 (5.1), and Karn: what is sent again makes the running measurement ambiguous. */
static void time_transmission(struct tcp_conn *c, const struct tcp_record *r, bool in_order, int64_t now_ns)
{
    if (r->transmission > 1) {
        c->rtt_timing = false;
    } else if (!c->rtt_timing && in_order && !c->in_recovery) {
        c->rtt_timing = true;
        c->rtt_end = tcp_record_end(r);
        c->rtt_started_ns = now_ns;
    }
    if (c->probing || tcp_timer_runs(c, TIMER_RETRANSMISSION)) return;
    if (r->transmission == 1) c->progress_ns = now_ns;
    tcp_timer_set(c, TIMER_RETRANSMISSION, now_ns + c->rto_ns);
}

/* A probe, and the SYN that goes again with an acknowledgement when both ends open at once, repair nothing. */
static void count_retransmission(struct tcp_conn *c, bool by_timer)
{
    if (c->probing || (c->state == TCP_SYN_RECEIVED && !by_timer)) return;
    if (by_timer) {
        c->totals.retransmits_rto++;
    } else {
        c->totals.retransmits_fast++;
    }
}

static void transmit_record(struct tcp_conn *c, uint32_t number, const char *why, int64_t now_ns,
                            struct tcp_output *out)
{
    struct tcp_record *r = tcp_record_at(c, number);
    begin_segment(c, out);
    out->segment.seq = r->seq;
    out->segment.length = r->length;
    out->segment.flags = r->flags;
    if (c->state != TCP_SYN_SENT) put_ack(c, &out->segment);
    if (r->flags & TCP_SYN) {
        out->segment.mss = c->opening.mss;
        uint32_t window = c->config->receive_buffer;
        out->segment.window = (uint16_t)(window < UINT16_MAX ? window : UINT16_MAX);
    } else {
        out->stream_offset = c->acked + (r->seq - c->snd_una);
    }
    out->transmission = ++r->transmission;
    out->repeats = r->label;
    out->why = why;
    time_transmission(c, r, number + 1 == c->end, now_ns);
    c->last_sent_ns = now_ns;
    c->totals.segments_sent++;
    c->labelled = number;
    c->labelled_is_record = true;
}

/* After a timeout, everything from the first record on, as cwnd lets it out; the first one always. */
static bool send_next_record(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (c->at == c->end) return false;
    const struct tcp_record *r = tcp_record_at(c, c->at);
    if (c->at != c->first) {
        uint32_t in_flight = r->seq - c->snd_una;
        if (tcp_cwnd_room(c, in_flight) < r->length || c->snd_wnd < in_flight + r->length) return false;
    }
    if (r->transmission > 0) count_retransmission(c, true);
    transmit_record(c, c->at++, c->resend_why, now_ns, out);
    return true;
}

static bool send_first_again(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (!c->resend_first) return false;
    c->resend_first = false;
    if (c->first == c->end) return false;
    count_retransmission(c, false);
    if (c->at == c->first) c->at++;
    transmit_record(c, c->first, c->resend_why, now_ns, out);
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
    uint32_t u = usable_window(c), length = sender_sws_length(c, d, u), in_flight = tcp_flight_size(c);
    if (length == 0) return false;
    tcp_restart_after_idle(c, now_ns);
    if (tcp_cwnd_room(c, in_flight) < length) return false;
    if (in_flight + length > c->cwnd && !c->in_recovery) c->limited_bytes += length;
    bool last = length == d;
    bool fin = last && c->fin_wanted && u > length;
    tcp_push_record(c, length, (uint8_t)((last ? TCP_PSH : 0) | (fin ? TCP_FIN : 0)));
    transmit_record(c, c->at++, "new data", now_ns, out);
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

static bool send_bare_ack(struct tcp_conn *c, struct tcp_output *out)
{
    if (c->ack_need != ACK_NOW) return false;
    begin_segment(c, out);
    out->segment.seq = c->snd_nxt;
    put_ack(c, &out->segment);
    if (c->bare_ack != c->rcv_nxt) c->bare_ack_count = 0;
    c->bare_ack = c->rcv_nxt;
    out->transmission = ++c->bare_ack_count;
    out->why = c->ack_why;
    c->labelled_is_record = false;
    c->totals.segments_sent++;
    return true;
}

static bool send_reset(struct tcp_conn *c, struct tcp_output *out)
{
    if (!c->reset_pending) return false;
    c->reset_pending = false;
    begin_segment(c, out);
    out->segment.seq = c->reset_seq;
    out->segment.ack = c->reset_ack;
    out->segment.flags = c->reset_flags;
    out->why = c->reset_why;
    c->labelled_is_record = false;
    c->totals.segments_sent++;
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

bool tcp_next_segment(struct tcp_conn *c, int64_t now_ns, struct tcp_output *out)
{
    if (send_reset(c, out) || send_first_again(c, now_ns, out) || send_next_record(c, now_ns, out) ||
        send_new(c, now_ns, out)) {
        enter_last_ack_with_fin(c);
        return true;
    }
    if (send_bare_ack(c, out)) return true;
    if (waits_for_window(c)) tcp_arrange_persist(c, now_ns);
    tcp_report_vars(c);
    return false;
}

void tcp_label_sent(struct tcp_conn *c, uint64_t label)
{
    if (c->labelled_is_record && c->labelled - c->first < c->end - c->first)
        tcp_record_at(c, c->labelled)->label = label;
}
