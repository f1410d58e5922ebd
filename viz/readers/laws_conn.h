/* What the law checker keeps of each end of a connection, shared by the files about TCP. */
#ifndef POSTROAD_VIZ_READERS_LAWS_CONN_H
#define POSTROAD_VIZ_READERS_LAWS_CONN_H

#include "viz/readers/laws_internal.h"
#include "viz/readers/reference_tcp.h"

/* [left, right) of sequence numbers, as told from the first. */
struct law_range {
    int64_t left, right;
};

struct law_sent {
    int64_t left, right;
    uint32_t times;
};

struct law_conn {
    int64_t id, host, peer;
    char state[16];
    bool is_closed, is_tainted, was_reset, knows_own, knows_peer;
    bool scales, peer_scales, timestamps, peer_timestamps;
    uint8_t shift, peer_shift;
    uint32_t iss, irs, mss, first_window;
    uint64_t stream;
    /* what it sent */
    int64_t snd_max, una, peer_edge, most_window, progress_ns;
    TABLE_OF(struct law_sent) sent;
    /* what was delivered to it, and what it told */
    int64_t whole, fin, told_ack, told_edge;
    TABLE_OF(struct law_range) apart;
    uint64_t segments_delivered;
    /* tcp.vars */
    bool has_vars, acked_once;
    int64_t vars_una, vars_nxt, vars_rcv, srtt_ns;
    /* timers: those by which it may go on, and how the last timeout was */
    unsigned waiting;
    bool timer_fired;
    int64_t untimed_ns;                                /* since when none of them runs */
    int64_t rto_ns, rto_at_timeout_ns, una_at_timeout; /* RTO as tcp.vars told it last */
    struct reference_end reference;                    /* T12 */
    bool is_refused;                                   /* by the reference, which then follows it no longer */
};

struct law_conn *law_conn_of(struct laws *laws, int64_t id); /* or NULL */

/* laws_reference.c: T12, and of T5 what keeps within cwnd and the window. */
void law_of_settings(struct law_conn *c, const struct event *e);
void law_of_arrivals(struct laws *laws, const struct event *e, struct law_conn *c, const struct law_segment *s);
void law_of_sending(struct laws *laws, const struct event *e, struct law_conn *c, const struct law_segment *s);
void law_of_variables(struct laws *laws, const struct event *e, struct law_conn *c);
void law_of_states(struct laws *laws, const struct event *e, struct law_conn *c);
void law_of_fired_timers(struct laws *laws, const struct event *e, struct law_conn *c);
void law_of_the_end(struct laws *laws, const struct event *e, struct law_conn *c);
void law_of_icmp(struct laws *laws, int64_t host);

/* laws_timers.c: of T6 that time-outs double, and T9. */
void laws_of_timers(struct laws *laws, const struct event *e);
void law_of_closing(struct laws *laws, const struct event *e, const struct law_conn *c);
void laws_of_timers_at_the_end(struct laws *laws);

#endif
