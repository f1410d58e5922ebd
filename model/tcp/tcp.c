/* Life of a connection, and the calls of its user (RFC 9293 3.3.2, 3.9.1, 3.10.1 to 3.10.5). What arrives is in
   tcp_arrival.c. Left out on purpose: urgent data (what is urgent is ordinary data here), security and diffserv. */
#include "model/tcp/tcp.h"

#include <assert.h>

#include "model/tcp/tcp_internal.h"
#include "sim/journal/memory.h"

struct tcp_config tcp_config_default(void)
{
    return (struct tcp_config){
        .flavour = TCP_FLAVOUR_NEWRENO,
        .nagle = true, /* RFC 9293 3.7.4, SHLD-7 */
        .send_buffer = 65535,
        .receive_buffer = 65535,
        .initial_window_segments = 10,      /* RFC 6928 2 */
        .delayed_ack_ns = 40 * MILLISECOND, /* as Linux; at most 500 ms by RFC 9293 3.8.6.3 */
        .rto_initial_ns = 1 * SECOND,       /* RFC 6298 (2.1) */
        .rto_min_ns = 1 * SECOND,           /* (2.4) */
        .rto_max_ns = 60 * SECOND,          /* (2.5) */
        .msl_ns = 2 * MINUTE,               /* RFC 9293 3.4.2 */
        .r1_retransmissions = 3,            /* RFC 9293 3.8.3, SHLD-10 */
        .syn_r2_ns = 3 * MINUTE,            /* MUST-23 */
        .syn_answer_r2_ns = 3 * MINUTE,
        .data_r2_ns = 100 * SECOND,            /* SHLD-11 */
        .keep_alive_interval_ns = 75 * SECOND, /* as Linux, and so is their number */
        .keep_alive_probes = 9,
    };
}

void tcp_config_set_flavour(struct tcp_config *config, enum tcp_flavour flavour)
{
    config->flavour = flavour;
    config->sack = flavour >= TCP_FLAVOUR_SACK;
    config->timestamps = config->window_scaling = config->rack = config->tlp = flavour >= TCP_FLAVOUR_CUBIC;
}

/* Measured: a SYN goes at 0, 1, 2, 3, 4, 5, 7, 11, 19, 35, 68 s and is given up at 134 s; data to a silent peer after
   some 15 minutes, which is what 15 doublings from 200 ms to 120 s come to. */
void tcp_config_set_linux(struct tcp_config *config)
{
    config->syn_linear_timeouts = 4;
    config->syn_r2_ns = 131 * SECOND;
    config->syn_answer_r2_ns = 63 * SECOND;
    config->rto_min_ns = 200 * MILLISECOND;
    config->rto_min_is_of_variance = true;
    config->rto_max_ns = 120 * SECOND;
    config->data_r2_ns = 924600 * MILLISECOND;
    config->msl_ns = 30 * SECOND; /* TIME-WAIT lasts a minute */
}

/* The least shift that lets the whole buffer be told, or nearly the whole: 14 is the most (RFC 7323 2.3). */
static uint8_t window_shift_for(uint32_t receive_buffer)
{
    uint8_t shift = 0;
    while (receive_buffer >> shift > UINT16_MAX && shift < TCP_WINDOW_SHIFT_MAX)
        shift++;
    return shift;
}

struct tcp_conn *tcp_new(const struct tcp_config *config, struct tcp_opening opening, struct journal *journal,
                         struct conn_id conn, struct host_id host)
{
    assert(opening.mss > 0 && config->receive_buffer > 0 && config->receive_buffer <= TCP_WINDOW_MAX);
    assert(config->delayed_ack_ns <= 500 * MILLISECOND && config->rto_min_ns > 0);
    struct tcp_conn *c = mem_calloc(1, sizeof *c);
    c->config = config;
    c->opening = opening;
    if (!opening.default_send_mss) c->opening.default_send_mss = TCP_DEFAULT_SEND_MSS;
    c->journal = journal;
    c->conn = conn;
    c->host = host;
    c->wants_vars = journal_wants(journal, EVENT_TCP_VARS);
    c->wants_states = journal_wants(journal, EVENT_TCP_STATE);
    c->wants_timers = journal_wants(journal, EVENT_TIMER_SET) || journal_wants(journal, EVENT_TIMER_FIRE) ||
                      journal_wants(journal, EVENT_TIMER_CANCEL);
    c->state = TCP_CLOSED;
    c->snd_una = c->snd_nxt = opening.iss;
    /* RFC 6582 3.2 starts with ISS, by which the loss of the very first byte would have to wait for the timer. */
    c->recover = opening.iss - 1;
    c->rcv_buff = c->rcv_wnd = config->receive_buffer;
    c->rcv_shift = config->window_scaling ? window_shift_for(config->receive_buffer) : 0;
    c->congestion = congestion_of(config->flavour);
    c->cubic.epoch_start_ns = TIME_NEVER;
    c->reo_wnd_mult = 1;
    c->records = c->within;
    c->room = TCP_RECORDS_WITHIN;
    c->smss = smaller_of(opening.mss, c->opening.default_send_mss);
    c->cwnd = c->smss;
    c->ssthresh = UINT16_MAX; /* RFC 5681 3.1: as high as the largest window that can be advertised */
    c->rto_ns = config->rto_initial_ns;
    for (int i = 0; i < TIMER_PLACES; i++)
        c->timers[i].expiry_ns = TIME_NEVER;
    return c;
}

void tcp_free(struct tcp_conn *c)
{
    if (!c) return;
    tcp_records_free(c);
    tcp_reassembly_free(c);
    mem_free(c);
}

void tcp_open_active(struct tcp_conn *c, int64_t now_ns)
{
    assert(c->state == TCP_CLOSED);
    tcp_report_settings(c);
    c->progress_ns = now_ns;
    tcp_push_record(c, 0, TCP_SYN);
    c->resend_why = "open";
    tcp_enter_state(c, TCP_SYN_SENT, "active open");
}

void tcp_listen(struct tcp_conn *c)
{
    assert(c->state == TCP_CLOSED);
    tcp_report_settings(c);
    c->passive = true;
    tcp_enter_state(c, TCP_LISTEN, "passive open");
}

/* The handshake is complete: what follows from the MSS of both ends, and from how hard it was. */
void tcp_established(struct tcp_conn *c, const char *why)
{
    tcp_set_cwnd(c, congestion_initial_window(c), c->ssthresh, "established");
    /* RFC 6298 (5.7): an RTO below three seconds has proved rash. */
    if (c->syn_timed_out && c->config->rto_initial_ns < 3 * SECOND) c->rto_ns = 3 * SECOND;
    tcp_enter_state(c, TCP_ESTABLISHED, why);
    c->news |= TCP_NEWS_ESTABLISHED;
    if (c->fin_wanted) tcp_enter_state(c, TCP_FIN_WAIT_1, "close");
}

void tcp_go_closed(struct tcp_conn *c, unsigned news, const char *why)
{
    for (int i = 0; i < TIMER_PLACES; i++)
        tcp_timer_cancel(c, (enum tcp_timer)c->timer_kinds[i]);
    c->at = c->end;
    c->tlp_due = c->resend_now = c->in_recovery = false; /* nothing goes again, no hole either */
    c->ack_need = ACK_NONE;
    c->probing = false;
    c->news |= (uint16_t)(news | TCP_NEWS_CLOSED);
    tcp_enter_state(c, TCP_CLOSED, why);
}

void tcp_write(struct tcp_conn *c, uint64_t n, int64_t now_ns)
{
    (void)now_ns;
    assert(!c->fin_wanted);
    if (c->state == TCP_CLOSED) return; /* 3.10.2: the connection is gone, as TCP_NEWS_CLOSED has said */
    c->written += n;
}

/* Twice cwnd is what Linux lets the buffer grow to (tcp_sndbuf_expand): what is in flight, and as much again. */
uint64_t tcp_taken(const struct tcp_conn *c)
{
    uint64_t buffer = 2 * (uint64_t)c->cwnd > c->config->send_buffer ? 2 * (uint64_t)c->cwnd : c->config->send_buffer;
    uint64_t taken = tcp_acked(c) + buffer;
    if (taken < c->segmented) taken = c->segmented;
    return taken < c->written ? taken : c->written;
}

bool tcp_cut_off(struct tcp_conn *c)
{
    uint64_t taken = tcp_taken(c);
    bool cuts = taken < c->written;
    c->written = taken;
    return cuts;
}

/* RFC 9293 3.10.4. */
void tcp_close(struct tcp_conn *c, int64_t now_ns)
{
    (void)now_ns;
    if (c->fin_wanted) return;
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
        return;
    case TCP_LISTEN:
    case TCP_SYN_SENT:
        tcp_go_closed(c, 0, "close");
        return;
    case TCP_SYN_RECEIVED: /* waits until ESTABLISHED, as the RFC allows when data is queued: one way for both */
    case TCP_CLOSE_WAIT:   /* LAST-ACK begins when the FIN leaves */
        c->fin_wanted = true;
        return;
    case TCP_ESTABLISHED:
        c->fin_wanted = true;
        tcp_enter_state(c, TCP_FIN_WAIT_1, "close");
        return;
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        assert(false); /* all of them follow a close */
    }
}

/* RFC 9293 3.10.5. */
void tcp_abort(struct tcp_conn *c, int64_t now_ns)
{
    (void)now_ns;
    switch ((enum tcp_state)c->state) {
    case TCP_CLOSED:
        return;
    case TCP_SYN_RECEIVED:
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT_1:
    case TCP_FIN_WAIT_2:
    case TCP_CLOSE_WAIT:
        tcp_send_reset(c, c->snd_nxt, TCP_RST, "abort");
        break;
    case TCP_LISTEN:
    case TCP_SYN_SENT:
    case TCP_CLOSING:
    case TCP_LAST_ACK:
    case TCP_TIME_WAIT:
        break;
    }
    tcp_go_closed(c, 0, "abort");
}

void tcp_consume(struct tcp_conn *c, uint64_t up_to, int64_t now_ns)
{
    (void)now_ns;
    assert(up_to >= c->consumed && up_to <= c->readable);
    c->consumed = up_to;
    bool peer_may_send = c->state == TCP_ESTABLISHED || c->state == TCP_FIN_WAIT_1 || c->state == TCP_FIN_WAIT_2;
    if (peer_may_send && tcp_window_update_is_due(c)) tcp_ack_now(c, "window update");
}

unsigned tcp_take_news(struct tcp_conn *c)
{
    unsigned news = c->news;
    c->news = 0;
    return news;
}

enum tcp_state tcp_state(const struct tcp_conn *c)
{
    return (enum tcp_state)c->state;
}

uint64_t tcp_readable(const struct tcp_conn *c)
{
    return c->readable;
}

uint64_t tcp_acked(const struct tcp_conn *c)
{
    if (c->segmented == 0) return 0;
    return tcp_fin_is_acked(c) ? c->segmented : tcp_offset_of(c, c->snd_una);
}

uint32_t tcp_mss(const struct tcp_conn *c)
{
    return c->smss;
}

struct tcp_totals tcp_totals(const struct tcp_conn *c)
{
    return (struct tcp_totals){.segments_sent = c->segments_sent,
                               .segments_received = c->segments_received,
                               .bytes_sent = c->segmented,
                               .bytes_received = c->readable,
                               .retransmits_rto = c->retransmits_rto,
                               .retransmits_fast = c->retransmits_fast,
                               .retransmits_spurious = c->retransmits_spurious};
}

int64_t tcp_payload_offset(const struct tcp_conn *c, const struct tcp_segment *segment)
{
    uint32_t first = segment->seq + ((segment->flags & TCP_SYN) != 0);
    if (c->state == TCP_CLOSED || c->state == TCP_LISTEN || c->state == TCP_SYN_SENT) return 0;
    uint32_t next = c->rcv_nxt - c->fin_taken; /* the sequence number of stream offset `readable` */
    return (int64_t)c->readable + (int32_t)(first - next);
}

/* RFC 1191 6.5: not a matter of congestion, so cwnd stays; but it is never below one segment. */
void tcp_lower_mss(struct tcp_conn *c, uint32_t smss, const char *why)
{
    if (smss >= c->smss) return;
    c->smss = smss;
    c->rtt_timing = false;
    tcp_changed(c, why);
    if (c->first == c->end) return;
    tcp_split_records(c);
    c->resend_now = true;
    c->resend_by_timer = false;
    c->resend_why = why;
}

/* RFC 9293 3.9.2.2; hard errors end the connection (SHLD-26), soft ones never do (MUST-56). */
bool tcp_on_icmp(struct tcp_conn *c, const struct tcp_icmp *icmp, int64_t now_ns)
{
    (void)now_ns;
    enum { MSS_MIN = 28 - TCP_TIMESTAMPS_BYTES }; /* RFC 791: every link takes 68 bytes */
    if (c->state == TCP_CLOSED || c->first == c->end || icmp->seq - c->snd_una >= tcp_flight_size(c)) return false;
    if (icmp->kind == TCP_ICMP_HARD) tcp_go_closed(c, TCP_NEWS_UNREACHABLE, icmp->why);
    if (icmp->kind != TCP_ICMP_TOO_BIG) return true;
    uint32_t headers = icmp->ip_header_bytes + TCP_HEADER_BYTES + (c->timestamps_ok ? TCP_TIMESTAMPS_BYTES : 0);
    uint32_t smss = icmp->mtu_bytes > headers + MSS_MIN ? icmp->mtu_bytes - headers : MSS_MIN;
    tcp_lower_mss(c, smss, "packet too big");
    tcp_report_vars(c);
    return true;
}

/* RFC 6191 2. The last sequence number of the old connection is its FIN's, before RCV.NXT. */
bool tcp_may_be_succeeded(const struct tcp_conn *c, const struct tcp_segment *syn)
{
    if (c->state != TCP_TIME_WAIT || (syn->flags & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) return false;
    bool would_use_timestamps = c->config->timestamps && syn->options & TCP_TIMESTAMPS;
    if (would_use_timestamps && !c->timestamps_ok) return true;
    if (would_use_timestamps && syn->ts_val != c->ts_recent) return seq_before(c->ts_recent, syn->ts_val);
    return seq_not_after(c->rcv_nxt, syn->seq);
}

/* Half of the circle lies beyond SND.NXT; what does not, does when it is turned by the other half. */
uint32_t tcp_succeeding_iss(const struct tcp_conn *c, uint32_t drawn)
{
    return seq_not_after(drawn, c->snd_nxt) ? drawn + (UINT32_C(1) << 31) : drawn;
}

/* RFC 9293 3.10.7.1. */
bool tcp_reset_for(const struct tcp_segment *segment, struct tcp_segment *reset)
{
    if (segment->flags & TCP_RST) return false;
    *reset = (struct tcp_segment){
        .source_port = segment->destination_port, .destination_port = segment->source_port, .flags = TCP_RST};
    if (segment->flags & TCP_ACK) {
        reset->seq = segment->ack;
    } else {
        reset->ack = segment->seq + tcp_segment_sequence_length(segment);
        reset->flags |= TCP_ACK;
    }
    return true;
}
