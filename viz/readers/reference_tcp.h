/* A reference TCP (law T12): one end of a connection, slow and plain, written from the RFCs and not from model/tcp. It is
   fed with what the end it stands for was fed with - the segments that arrived, the timers that ran out - and accepts or
   refuses what that end then did: each segment sent, each report of its variables, each change of state. Sequence
   numbers are counted from the initial ones, so that nothing wraps.

   Where a right TCP has a choice it accepts every right one, as netsem does: it keeps all that may be the case and drops
   what the end's own doings contradict. Choices are: when an ACK is delayed, and for how long (at most 500 ms); which of
   two windows is the newer one, when an old segment acknowledges something new; when within the RFCs' bounds a segment
   is held for lost; when an application calls. What one end has no right to choose is exact: RCV.NXT, SND.UNA, SND.NXT,
   the window, ACK and SACK fields, the timestamp that is echoed, and the state that follows from what has arrived. */
#ifndef POSTROAD_VIZ_READERS_REFERENCE_TCP_H
#define POSTROAD_VIZ_READERS_REFERENCE_TCP_H

#include "viz/readers/laws_internal.h"

enum reference_state {
    REFERENCE_CLOSED, REFERENCE_LISTEN, REFERENCE_SYN_SENT, REFERENCE_SYN_RECEIVED, REFERENCE_ESTABLISHED,
    REFERENCE_FIN_WAIT_1, REFERENCE_FIN_WAIT_2, REFERENCE_CLOSE_WAIT, REFERENCE_CLOSING, REFERENCE_LAST_ACK,
    REFERENCE_TIME_WAIT, REFERENCE_STATES
};

struct reference_range {
    int64_t left, right;
};

/* What a stretch in flight may be to its sender, as bits (RFC 6675 4): in the network; lost; the same, and sent once
   more; SACKed. Each counts a number of times in pipe. */
enum { FRESH = 1, LOST = 2, FRESH_AND_AGAIN = 4, LOST_AND_AGAIN = 8, SACKED = 16 };

/* SND.WL1, SND.WL2 */
struct reference_wl {
    int64_t wl1, wl2;
};

struct reference_sent {
    int64_t left, right;             /* SYN and FIN included */
    int64_t segment_left, segment_right; /* of the segment that it is a part of */
    int64_t sent_ns;                 /* for the last time */
    uint32_t times;
    uint8_t may_be;
};

/* What the end is told of itself before it begins (tcp.settings). */
struct reference_settings {
    bool keeps_out_of_order, uses_sack, rack, limited_transmit, tahoe;
    uint32_t receive_buffer;
};

/* A report of its variables (tcp.vars), sequence numbers as on the wire. */
struct reference_vars {
    uint32_t snd_una, snd_nxt, rcv_nxt;
    int64_t snd_wnd, rcv_wnd, cwnd, flight_size, pipe, srtt_ns;
};

enum { REFERENCE_WHY_BYTES = 160 };

struct reference_end {
    struct reference_settings set;
    char why[REFERENCE_WHY_BYTES]; /* the last refusal */
    enum reference_state state;    /* as it has said */
    bool passive, knows_own, knows_peer;
    uint32_t iss, irs;
    struct law_segment own_syn, peer_syn; /* what each end has offered */
    /* what must or may follow from what has arrived */
    bool is_reset, may_give_up, time_wait_is_over, owes_fin, owes_reset, fin_taken, fin_acked;
    bool may_reset;
    uint32_t reset_seq;
    /* reference_receiver.c */
    int64_t rcv_nxt, fin_at;    /* where the peer's FIN stands; 0: it has not come */
    int64_t edge, edge_most;    /* RCV.NXT + RCV.WND lies between; equal when tcp.vars has told it */
    int64_t edge_was;           /* when that was last so; 0: it is so */
    TABLE_OF(struct reference_range) held; /* out of order: sorted, apart */
    TABLE_OF(struct reference_range) twice; /* what has come again since a D-SACK was told */
    int64_t newest;             /* a number of the range that came last; 0: none */
    uint32_t ts_recent, ts_val; /* RFC 7323; the last that was sent */
    int64_t ts_recent_ns, last_ack;
    int64_t told_rcv_nxt;
    bool may_ack, keep_alive_due, sent_ts;
    int64_t text_waits_ns, answer_due_ns; /* since when; TIME_NEVER: nothing does */
    /* reference_sender.c */
    int64_t snd_una, snd_max, fin_sent; /* where our FIN ends; 0: not sent */
    int64_t wnd, wnd_other, max_wnd;    /* SND.WND is one of the first two */
    int64_t told_una, told_wnd;
    struct reference_wl wl_least, wl_most;
    int64_t cwnd, srtt_ns, smss_least;
    unsigned dupacks;
    int64_t recovery_until; /* without SACK: what was sent when the third duplicate came */
    bool resend_is_free, probe_is_free, window_probe_is_due;
    int64_t rack_sent_ns, rack_right, rack_rtt_ns; /* of what was sent last of all that has arrived */
    bool rack_is_sure;
    int64_t measured_ns; /* the longest round trip that the last acknowledgement can have told; 0: none */
    TABLE_OF(struct reference_sent) sent; /* in flight, sorted, without a gap */
};

void reference_open(struct reference_end *r, bool passive);
void reference_free(struct reference_end *r);

/* What goes in. */
void reference_arrives(struct reference_end *r, const struct law_segment *s, int64_t now_ns);
void reference_timer(struct reference_end *r, const char *name, int64_t now_ns);
void reference_icmp(struct reference_end *r); /* its host was told something about the network */

/* What comes out: NULL, or why no right TCP does this. */
const char *reference_enters(struct reference_end *r, const char *from, const char *to, const char *why);
const char *reference_sends(struct reference_end *r, const struct law_segment *s, int64_t now_ns);
const char *reference_tells(struct reference_end *r, const struct reference_vars *v);
/* What only stands still: that it has entered the states that it must be in, and answered what must be answered. Asked
   before anything new goes in. */
const char *reference_is_idle(struct reference_end *r, int64_t now_ns);
/* The connection is gone. */
const char *reference_ends(struct reference_end *r);
/* T5: before reference_sends. What is sent keeps within the peer's window; pipe within cwnd. */
const char *reference_keeps_within(struct reference_end *r, const struct law_segment *s);
/* T5: pipe as it is told. */
const char *reference_pipe(struct reference_end *r, const struct reference_vars *v);

/* ---- shared by the reference's own files ---- */

const char *reference_refuses(struct reference_end *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
int64_t reference_own(const struct reference_end *r, uint32_t seq);  /* of our stream, counted from ISS */
int64_t reference_peer(const struct reference_end *r, uint32_t seq); /* of the peer's, from IRS */
bool reference_scales(const struct reference_end *r);
bool reference_has_timestamps(const struct reference_end *r);
bool reference_has_sack(const struct reference_end *r);

bool receiver_accepts(struct reference_end *r, const struct law_segment *s, int64_t now_ns);
void receiver_takes(struct reference_end *r, const struct law_segment *s, int64_t now_ns);
const char *receiver_sends(struct reference_end *r, const struct law_segment *s, int64_t now_ns);
const char *receiver_tells(struct reference_end *r, const struct reference_vars *v);
const char *receiver_has_told(struct reference_end *r);
void receiver_must_answer(struct reference_end *r, const struct law_segment *s, int64_t now_ns);

void sender_learns(struct reference_end *r, const struct law_segment *syn);
bool sender_takes(struct reference_end *r, const struct law_segment *s, int64_t now_ns);
const char *sender_sends(struct reference_end *r, const struct law_segment *s, int64_t now_ns);
const char *sender_tells(struct reference_end *r, const struct reference_vars *v);
const char *sender_has_told(struct reference_end *r);
void sender_has_waited_for_reordering(struct reference_end *r, int64_t now_ns);
void sender_holds_all_for_lost(struct reference_end *r, bool surely);

#endif
