/* What the files of the TCP machine share: the connection, and one door for each change. Variables bear the names of
   the RFCs: 9293 (sequence), 5681 and 6582 (congestion), 6298 (timer), 6675 (pipe), 7323 (timestamps), 8985 (RACK). */
#ifndef POSTROAD_MODEL_TCP_TCP_INTERNAL_H
#define POSTROAD_MODEL_TCP_TCP_INTERNAL_H

#include "model/tcp/congestion.h"
#include "model/tcp/tcp.h"

/* What is known of a record. A lost one that was sent again is both LOST and RESENT; a SACKed one is nothing else. */
enum tcp_mark { MARK_SACKED = 1, MARK_LOST = 2, MARK_RESENT = 4 };

/* A segment that was sent and is not yet acknowledged whole; it is repeated exactly as it is. */
struct tcp_record {
    uint64_t label;  /* of its latest transmission */
    int64_t sent_ns; /* when that was */
    uint32_t seq, end;     /* [seq, end), SYN and FIN included */
    uint32_t run;          /* first or last of a run of SACKed records: the number of the run's other end */
    uint16_t transmission; /* how often it was sent, at most UINT16_MAX; 0: it is still to be sent */
    uint8_t flags;         /* SYN, FIN, PSH */
    uint8_t marks;         /* of enum tcp_mark */
};

/* Timers that exclude each other share a place. */
enum tcp_timer {
    TIMER_TIME_WAIT, TIMER_KEEP_ALIVE, TIMER_DELAYED_ACK, TIMER_PERSIST, TIMER_RETRANSMISSION, TIMER_TAIL_LOSS_PROBE,
    TIMER_REORDERING
};
enum { TIMER_PLACES = 3 };

struct tcp_timer_state {
    int64_t expiry_ns;  /* TIME_NEVER: off */
    uint64_t set_event; /* its timer.set */
};

struct tcp_reassembly;

enum { TCP_RANGES_MAX = 64, TCP_DEFAULT_SEND_MSS = 536, TCP_RECORDS_WITHIN = 1, TCP_WINDOW_MAX = 1 << 30 };
enum { TCP_WINDOW_SHIFT_MAX = 14 }; /* RFC 7323 2.3 */
enum tcp_ack_need { ACK_NONE, ACK_DELAYED, ACK_NOW };

struct tcp_conn {
    /* What every segment touches comes first. */
    uint8_t state;                     /* enum tcp_state */
    uint8_t ack_need;                  /* enum tcp_ack_need */
    uint8_t dupacks;                   /* saturates at 255 */
    uint8_t timer_kinds[TIMER_PLACES]; /* enum tcp_timer */
    uint16_t news;
    bool fin_wanted : 1, fin_sent : 1; /* tcp_close was called; our FIN has a record */
    bool fin_known : 1, fin_taken : 1; /* the peer's FIN has been seen at fin_seq; has been processed */
    bool in_recovery : 1, partial_ack_seen : 1;
    bool resend_now : 1, resend_by_timer : 1; /* the next resending goes whatever cwnd says; what made it necessary */
    bool rtt_timing : 1, rtt_by_timestamp : 1, syn_timed_out : 1, probing : 1, passive : 1, reset_pending : 1;
    bool vars_changed : 1, wants_vars : 1, wants_timers : 1, wants_states : 1;
    bool sends_sack : 1, timestamps_ok : 1, scaling_ok : 1; /* agreed with the peer */
    bool sack_ok : 1, rack_ok : 1, tlp_ok : 1; /* and this end's flavour makes use of it */
    bool reordering_seen : 1, rack_round_open : 1, tlp_due : 1, tlp_out : 1, tlp_is_retrans : 1;
    bool rescued : 1, holes_due : 1; /* see tcp_next_hole; an ACK has come, so that holes may go again */
    bool keep_alive_owed : 1, labelled_is_record : 1;
    uint8_t snd_shift, rcv_shift; /* Snd.Wind.Shift, Rcv.Wind.Shift */
    uint32_t snd_una, snd_nxt, snd_wnd, snd_wl1, snd_wl2, max_snd_wnd;
    uint32_t rcv_nxt, rcv_wnd, rcv_buff;
    uint32_t smss, cwnd, ssthresh, recover;
    uint32_t sacked_bytes, lost_bytes, resent_bytes; /* sequence numbers of records so marked; see tcp_pipe */
    uint32_t ca_bytes_acked; /* RFC 5681 3.1: since cwnd last grew in congestion avoidance */
    uint32_t first, end;     /* records [first, end) by running number */
    uint32_t at;             /* no record before this one waits to be sent again */
    uint32_t room;           /* of the ring, a power of two */
    struct tcp_record *records;
    uint64_t written, segmented; /* our stream: written, given a record */
    uint64_t readable, consumed;        /* the peer's stream */
    struct tcp_timer_state timers[TIMER_PLACES];
    int64_t srtt_ns, rttvar_ns, rto_ns;
    uint32_t rtt_record; /* RFC 6298 3: the record being timed, while rtt_timing */
    uint32_t ts_recent, ts_recent_at_s, last_ack_sent; /* RFC 7323 4.3 */
    uint16_t timeouts;                 /* in a row, without an acknowledgement of anything new */
    uint8_t challenges;                /* sent since challenge_since_s */
    uint8_t reset_flags;
    int64_t rack_xmit_ns, rack_rtt_ns, min_rtt_ns; /* RFC 8985 5.2; min_rtt < 0: none yet */
    uint32_t rack_dsack_round;
    union {
        struct { /* rack_ok */
            uint32_t rack_end_seq, rack_fack;
        };
        struct { /* else, RFC 6675 */
            uint32_t lost_below; /* records before this number have been judged by tcp_find_lost */
            uint32_t hole_at;    /* HighRxt: records before this number are not repeated by NextSeg (3) */
        };
    };
    uint8_t reo_wnd_mult, reo_wnd_persist;
    uint8_t keep_alive_sent; /* probes without an answer */
    uint32_t tlp_end_seq; /* of the probe that is out; meaningless unless tlp_out */
    uint32_t sacked_high; /* number of the highest SACKed record, while sacked_bytes */
    struct cubic {        /* RFC 9438; flavour_cubic.c */
        int64_t epoch_start_ns;      /* TIME_NEVER: congestion avoidance has not begun */
        uint64_t w_est_of_1024;      /* bytes / 1024 */
        uint32_t w_max, k_of_1024_s; /* bytes; seconds / 1024 */
    } cubic;
    struct tcp_reassembly *reassembly; /* NULL while nothing is out of order */
    int64_t progress_ns;               /* since when the peer owes an answer, for R2 */
    int64_t last_sent_ns;              /* data, for the restart after idle */
    uint32_t bare_ack_count; /* how many bare ACKs carried RCV.NXT as it is */
    uint32_t labelled;                 /* running number of the record given out last, when labelled_is_record */
    uint32_t limited_bytes; /* RFC 3042: sent on the first two duplicate ACKs, no part of FlightSize for ssthresh */
    uint32_t fin_seq;
    uint32_t reset_seq;
    uint32_t cwnd_prior; /* RFC 9438 4.1.2: before the last reduction */
    const char *ack_why, *resend_why, *vars_why;
    uint32_t challenge_since_s;
    uint32_t segments_sent, segments_received;
    uint32_t retransmits_rto, retransmits_fast, retransmits_spurious;
    struct conn_id conn;
    struct host_id host;
    struct journal *journal;
    const struct tcp_config *config; /* shared */
    const struct tcp_congestion *congestion;
    struct tcp_opening opening;
    struct tcp_record within[TCP_RECORDS_WITHIN]; /* the ring's first room */
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

static inline uint32_t smaller_of(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

static inline uint32_t larger_of(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static inline struct tcp_record *tcp_record_at(const struct tcp_conn *c, uint32_t number)
{
    return &c->records[number & (c->room - 1)];
}

/* In sequence numbers. */
static inline uint32_t tcp_record_length(const struct tcp_record *r)
{
    return r->end - r->seq;
}

static inline uint32_t tcp_record_payload(const struct tcp_record *r)
{
    return r->end - r->seq - ((r->flags & TCP_SYN) != 0) - ((r->flags & TCP_FIN) != 0);
}

/* RFC 5681 2: sent and not yet cumulatively acknowledged. */
static inline uint32_t tcp_flight_size(const struct tcp_conn *c)
{
    return c->snd_nxt - c->snd_una;
}

/* RFC 6675 4: what is held to be still in the network. Without SACK it is FlightSize less what a timeout has given up.
 */
static inline uint32_t tcp_pipe(const struct tcp_conn *c)
{
    return tcp_flight_size(c) - c->sacked_bytes - c->lost_bytes + c->resent_bytes;
}

/* IRS, RFC 9293 3.3.1: worked out, since nothing needs it once the handshake is over. */
static inline uint32_t tcp_irs(const struct tcp_conn *c)
{
    return c->rcv_nxt - c->fin_taken - (uint32_t)c->readable - 1;
}

/* Offset in our stream of a sequence number that is in flight, or acknowledged just now. */
static inline uint64_t tcp_offset_of(const struct tcp_conn *c, uint32_t seq)
{
    return c->segmented - (c->snd_nxt - c->fin_sent - seq);
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
void tcp_report_settings(const struct tcp_conn *c);

/* tcp.c */
void tcp_go_closed(struct tcp_conn *c, unsigned news, const char *why);
void tcp_established(struct tcp_conn *c, const char *why);
void tcp_lower_mss(struct tcp_conn *c, uint32_t smss, const char *why); /* what is in flight is cut and goes again */

/* tcp_records.c: what is in flight. */
void tcp_push_record(struct tcp_conn *c, uint32_t length, uint8_t flags);
void tcp_records_acked(struct tcp_conn *c, uint32_t ack, int64_t now_ns);
void tcp_records_free(struct tcp_conn *c);
void tcp_mark_lost(struct tcp_conn *c, uint32_t number);
void tcp_mark_all_lost(struct tcp_conn *c); /* and forget what was SACKed (RFC 2018 8) */
void tcp_mark_resent(struct tcp_conn *c, struct tcp_record *r);
void tcp_split_records(struct tcp_conn *c); /* so that none is longer than SMSS */

/* tcp_send.c */
void tcp_send_first_again(struct tcp_conn *c, const char *why);      /* the earliest record, whatever cwnd says */
void tcp_send_from_first_again(struct tcp_conn *c, const char *why); /* it, and then the rest as cwnd allows */
void tcp_ack_now(struct tcp_conn *c, const char *why);
void tcp_ack_later(struct tcp_conn *c, int64_t now_ns);
void tcp_ack_seldom(struct tcp_conn *c, const char *why, int64_t now_ns);
void tcp_challenge_ack(struct tcp_conn *c, int64_t now_ns);
void tcp_send_reset(struct tcp_conn *c, uint32_t seq, uint8_t flags, const char *why);

/* tcp_timer.c: RFC 6298, and the other timers. */
void tcp_timer_set(struct tcp_conn *c, enum tcp_timer timer, int64_t expiry_ns);
void tcp_timer_cancel(struct tcp_conn *c, enum tcp_timer timer);
void tcp_cancel_loss_timer(struct tcp_conn *c); /* whichever of the three it is */
bool tcp_loss_timer_runs(const struct tcp_conn *c);
bool tcp_timer_runs(const struct tcp_conn *c, enum tcp_timer timer);
void tcp_arm_retransmission(struct tcp_conn *c, int64_t now_ns); /* or the tail loss probe instead */
/* Takes a round-trip sample if one is due. */
void tcp_time_acked(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns);
void tcp_arrange_persist(struct tcp_conn *c, int64_t now_ns);
void tcp_heard_from_peer(struct tcp_conn *c, int64_t now_ns); /* for keep-alive */

/* tcp_reassembly.c */
/* Takes [start, end), trimmed to the window; returns what it was: in order, filling a gap, or out of order. */
enum tcp_text { TEXT_NONE, TEXT_IN_ORDER, TEXT_GAP_FILLED, TEXT_OUT_OF_ORDER };
enum tcp_text tcp_take_text(struct tcp_conn *c, uint32_t start, uint32_t length);
void tcp_look_for_duplicate(struct tcp_conn *c, uint32_t start, uint32_t end); /* for a D-SACK (RFC 2883) */
/* Blocks for an ACK, at most so many (RFC 2018 4): tells how many there are. Takes the D-SACK with it. */
unsigned tcp_put_sack(struct tcp_conn *c, struct tcp_sack_block *blocks, unsigned room);
bool tcp_has_sack(const struct tcp_conn *c);
/* Of a connection that has some: how many blocks tell nothing without each other. */
unsigned tcp_least_sack(const struct tcp_conn *c);
size_t tcp_ranges(const struct tcp_conn *c); /* how many stretches are held out of order */
void tcp_reassembly_free(struct tcp_conn *c);
/* The window to be told now (RFC 9293 3.8.6.2.2), and whether it is worth a segment of its own. */
void tcp_open_window(struct tcp_conn *c);
bool tcp_window_update_is_due(const struct tcp_conn *c);

/* tcp_timestamps.c: RFC 7323. */
uint32_t tcp_timestamp(const struct tcp_conn *c, int64_t now_ns);
bool tcp_timestamp_is_old(const struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns); /* PAWS, 5.3 */
void tcp_keep_timestamp(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns);         /* 4.3 */

/* tcp_scoreboard.c: RFC 2018 and RFC 6675. */
bool tcp_is_dsack(const struct tcp_segment *seg); /* RFC 2883 4; of a segment with blocks */
bool tcp_take_sack(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns); /* whether it told anything new */
bool tcp_find_lost(struct tcp_conn *c);           /* IsLost: marks; whether any is new */
bool tcp_next_unsacked(const struct tcp_conn *c, uint32_t *number); /* from *number on; false at the end */
bool tcp_next_hole(struct tcp_conn *c, uint32_t *number); /* NextSeg (3) and (4): repeated without being held for lost */

/* tcp_rack.c: RFC 8985. */
void tcp_rack_init(struct tcp_conn *c); /* once it is agreed on */
void tcp_rack_delivered(struct tcp_conn *c, const struct tcp_record *r, int64_t now_ns);
void tcp_rack_on_dsack(struct tcp_conn *c);
bool tcp_rack_find_lost(struct tcp_conn *c, int64_t now_ns); /* marks; whether any is new; arms the reordering timer */
void tcp_rack_recovered(struct tcp_conn *c);
bool tcp_tlp_may_be_armed(const struct tcp_conn *c);
int64_t tcp_tlp_timeout(const struct tcp_conn *c); /* PTO */
void tcp_on_tail_loss_probe(struct tcp_conn *c, int64_t now_ns);
void tcp_tlp_on_ack(struct tcp_conn *c, const struct tcp_segment *seg, bool dsack);

#endif
