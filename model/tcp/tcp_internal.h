/* What the files of the TCP machine share: the connection, and one door for each change. Variables bear the names of
   the RFCs: 9293 (sequence), 5681 and 6582 (congestion), 6298 (timer). */
#ifndef POSTROAD_MODEL_TCP_TCP_INTERNAL_H
#define POSTROAD_MODEL_TCP_TCP_INTERNAL_H

#include "model/tcp/tcp.h"

/* A segment that was sent and is not yet acknowledged whole; it is repeated exactly as it is. */
struct tcp_record {
    uint64_t label;     /* of its latest transmission */
    uint32_t seq;
    uint32_t length;       /* payload bytes */
    uint32_t transmission; /* how often it was sent; 0: it is still to be sent */
    uint8_t flags;         /* SYN, FIN, PSH */
};

enum tcp_timer { TIMER_TIME_WAIT, TIMER_DELAYED_ACK, TIMER_PERSIST, TIMER_RETRANSMISSION, TCP_TIMERS };

struct tcp_timer_state {
    int64_t expiry_ns;  /* TIME_NEVER: off */
    uint64_t set_event; /* its timer.set */
};

/* Data that came out of order: [start, end). */
struct tcp_range {
    uint32_t start, end;
};

enum { TCP_RANGES_MAX = 64, TCP_DEFAULT_SEND_MSS = 536 };
enum tcp_ack_need { ACK_NONE, ACK_DELAYED, ACK_NOW };

struct tcp_conn {
    /* What every segment touches comes first. */
    uint8_t state;                     /* enum tcp_state */
    uint8_t ack_need;                  /* enum tcp_ack_need */
    uint8_t dupacks;                   /* saturates at 255 */
    bool fin_wanted : 1, fin_sent : 1; /* tcp_close was called; our FIN has a record */
    bool fin_known : 1, fin_taken : 1; /* the peer's FIN has been seen at fin_seq; has been processed */
    bool in_recovery : 1, partial_ack_seen : 1, resend_first : 1;
    bool rtt_timing : 1, syn_timed_out : 1, probing : 1, passive : 1, reset_pending : 1;
    bool vars_changed : 1, wants_vars : 1, wants_timers : 1, wants_states : 1;
    uint32_t snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2, max_snd_wnd;
    uint32_t rcv_nxt, rcv_wnd, irs, fin_seq;
    uint32_t smss, cwnd, ssthresh, recover;
    uint32_t ca_bytes_acked; /* RFC 5681 3.1: since cwnd last grew in congestion avoidance */
    uint32_t limited_bytes;  /* RFC 3042: sent on the first two duplicate ACKs, no part of FlightSize for ssthresh */
    uint32_t unacked_bytes;  /* received since our latest ACK */
    uint32_t first, end, at; /* records [first, end) by running number; `at`: the next one to be sent again */
    uint32_t room;           /* of the ring, a power of two, or 0 */
    struct tcp_record *records;
    uint64_t written, segmented, acked; /* our stream: written, given a record, acknowledged */
    uint64_t readable, consumed;        /* the peer's stream */
    struct tcp_timer_state timers[TCP_TIMERS];
    int64_t srtt_ns, rttvar_ns, rto_ns, rtt_started_ns;
    uint32_t rtt_end;  /* RFC 6298 3: the segment being timed ends here */
    uint16_t timeouts; /* in a row, without an acknowledgement of anything new */
    uint16_t n_ranges, range_room;
    struct tcp_range *ranges;          /* sorted, apart from each other */
    int64_t progress_ns;               /* since when the peer owes an answer, for R2 */
    int64_t last_sent_ns;              /* data, for the restart after idle */
    uint32_t bare_ack, bare_ack_count; /* how many bare ACKs carried this ack number */
    uint32_t labelled;                 /* running number of the record given out last, when labelled_is_record */
    bool labelled_is_record;
    uint8_t reset_flags;
    uint8_t challenges; /* sent since challenge_since_ns */
    uint8_t news;
    uint32_t reset_seq, reset_ack;
    int64_t challenge_since_ns;
    const char *ack_why, *resend_why, *vars_why, *reset_why;
    struct tcp_totals totals;
    struct journal *journal;
    struct conn_id conn;
    struct host_id host;
    const struct tcp_config *config; /* shared */
    struct tcp_opening opening;
};

/* Sequence numbers are compared modulo 2^32 (RFC 9293 3.4). */
static inline bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

static inline bool seq_not_after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) <= 0;
}

static inline struct tcp_record *tcp_record_at(const struct tcp_conn *c, uint32_t number)
{
    return &c->records[number & (c->room - 1)];
}

static inline uint32_t tcp_record_end(const struct tcp_record *r)
{
    return r->seq + r->length + ((r->flags & TCP_SYN) != 0) + ((r->flags & TCP_FIN) != 0);
}

/* RFC 5681 2: sent and not yet cumulatively acknowledged. */
static inline uint32_t tcp_flight_size(const struct tcp_conn *c)
{
    return c->snd_nxt - c->snd_una;
}

static inline bool tcp_fin_is_acked(const struct tcp_conn *c)
{
    return c->fin_sent && c->snd_una == c->snd_nxt;
}

/* tcp_report.c: the doors, and what the journal is told. */
void tcp_enter_state(struct tcp_conn *c, enum tcp_state next, const char *why);
void tcp_set_cwnd(struct tcp_conn *c, uint32_t cwnd, uint32_t ssthresh, const char *why);
void tcp_changed(struct tcp_conn *c, const char *why); /* a variable of tcp.vars has changed */
void tcp_report_vars(struct tcp_conn *c);              /* once, if something has changed */

/* tcp.c */
void tcp_go_closed(struct tcp_conn *c, unsigned news, const char *why);
void tcp_established(struct tcp_conn *c, const char *why);

/* tcp_send.c */
void tcp_push_record(struct tcp_conn *c, uint32_t length, uint8_t flags);
void tcp_send_record_again(struct tcp_conn *c, const char *why); /* the earliest */
void tcp_send_from_first_again(struct tcp_conn *c, const char *why);
void tcp_ack_now(struct tcp_conn *c, const char *why);
void tcp_ack_later(struct tcp_conn *c, int64_t now_ns);
void tcp_challenge_ack(struct tcp_conn *c, int64_t now_ns);
void tcp_send_reset(struct tcp_conn *c, uint32_t seq, uint32_t ack, uint8_t flags, const char *why);
void tcp_records_acked(struct tcp_conn *c, uint32_t ack);

/* tcp_timer.c: RFC 6298. */
void tcp_timer_set(struct tcp_conn *c, enum tcp_timer timer, int64_t expiry_ns);
void tcp_timer_cancel(struct tcp_conn *c, enum tcp_timer timer);
bool tcp_timer_runs(const struct tcp_conn *c, enum tcp_timer timer);
void tcp_time_acked(struct tcp_conn *c, uint32_t ack, int64_t now_ns); /* takes a round-trip sample if one is due */
void tcp_arrange_persist(struct tcp_conn *c, int64_t now_ns);

/* tcp_congestion.c: RFC 5681, 6582, 6928. */
uint32_t tcp_initial_window(const struct tcp_conn *c);
uint32_t tcp_cwnd_room(const struct tcp_conn *c, uint32_t in_flight);
void tcp_on_new_ack(struct tcp_conn *c, uint32_t acked_bytes);
void tcp_on_duplicate_ack(struct tcp_conn *c);
void tcp_on_loss_by_timeout(struct tcp_conn *c);
void tcp_restart_after_idle(struct tcp_conn *c, int64_t now_ns);

/* tcp_reassembly.c */
/* Takes [start, end), trimmed to the window; returns what it was: in order, filling a gap, or out of order. */
enum tcp_text { TEXT_NONE, TEXT_IN_ORDER, TEXT_GAP_FILLED, TEXT_OUT_OF_ORDER };
enum tcp_text tcp_take_text(struct tcp_conn *c, uint32_t start, uint32_t length);
/* The window to be told now (RFC 9293 3.8.6.2.2), and whether it is worth a segment of its own. */
void tcp_open_window(struct tcp_conn *c);
bool tcp_window_update_is_due(const struct tcp_conn *c);

#endif
