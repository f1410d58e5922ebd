/* The timers: retransmission after RFC 6298, persist after RFC 9293 3.8.6.1, delayed acknowledgement (3.8.6.3) and
   TIME-WAIT (3.6.1), and giving up (3.8.3, R2). R1, the advice to the network layer, is left out: routes do not listen.
 */
#include <assert.h>

#include "model/tcp/tcp_internal.h"

enum { CLOCK_GRANULARITY_NS = MILLISECOND }; /* G of RFC 6298 (2) */

static const char *const timer_names[TCP_TIMERS] = {
    [TIMER_TIME_WAIT] = "time-wait",
    [TIMER_DELAYED_ACK] = "delayed ack",
    [TIMER_PERSIST] = "persist",
    [TIMER_RETRANSMISSION] = "retransmission",
};

bool tcp_timer_runs(const struct tcp_conn *c, enum tcp_timer timer)
{
    return c->timers[timer].expiry_ns != TIME_NEVER;
}

void tcp_timer_set(struct tcp_conn *c, enum tcp_timer timer, int64_t expiry_ns)
{
    struct tcp_timer_state *t = &c->timers[timer];
    if (t->expiry_ns == expiry_ns) return;
    t->expiry_ns = expiry_ns;
    if (!c->journal) return;
    t->set_event = c->wants_timers ? JOURNAL_EMIT(c->journal, TIMER_SET, F_INT(HOST, c->host.n), F_INT(CONN, c->conn.n),
                                                  F_TEXT(NAME, timer_names[timer]), F_INT(AT, expiry_ns))
                                   : journal_cause(c->journal);
}

void tcp_timer_cancel(struct tcp_conn *c, enum tcp_timer timer)
{
    struct tcp_timer_state *t = &c->timers[timer];
    if (t->expiry_ns == TIME_NEVER) return;
    t->expiry_ns = TIME_NEVER;
    if (!c->wants_timers) return;
    JOURNAL_EMIT(c->journal, TIMER_CANCEL, F_INT(ABOUT, t->set_event), F_INT(HOST, c->host.n), F_INT(CONN, c->conn.n),
                 F_TEXT(NAME, timer_names[timer]));
}

static const struct tcp_timer_state *earliest_timer(const struct tcp_conn *c)
{
    const struct tcp_timer_state *earliest = &c->timers[0];
    for (int i = 1; i < TCP_TIMERS; i++) {
        if (c->timers[i].expiry_ns < earliest->expiry_ns) earliest = &c->timers[i];
    }
    return earliest;
}

int64_t tcp_deadline(const struct tcp_conn *c)
{
    return earliest_timer(c)->expiry_ns;
}

uint64_t tcp_deadline_cause(const struct tcp_conn *c)
{
    const struct tcp_timer_state *earliest = earliest_timer(c);
    return earliest->expiry_ns == TIME_NEVER ? 0 : earliest->set_event;
}

static int64_t clamp_rto(const struct tcp_conn *c, int64_t rto_ns)
{
    if (rto_ns < c->config->rto_min_ns) return c->config->rto_min_ns;       /* RFC 6298 (2.4) */
    return rto_ns < c->config->rto_max_ns ? rto_ns : c->config->rto_max_ns; /* (2.5) */
}

static void take_sample(struct tcp_conn *c, int64_t r_ns)
{
    if (c->srtt_ns == 0) { /* RFC 6298 (2.2) */
        c->srtt_ns = r_ns;
        c->rttvar_ns = r_ns / 2;
    } else { /* (2.3): RTTVAR first, with the old SRTT */
        int64_t error_ns = c->srtt_ns > r_ns ? c->srtt_ns - r_ns : r_ns - c->srtt_ns;
        c->rttvar_ns = (3 * c->rttvar_ns + error_ns) / 4;
        c->srtt_ns = (7 * c->srtt_ns + r_ns) / 8;
    }
    int64_t spread_ns = 4 * c->rttvar_ns;
    if (spread_ns < CLOCK_GRANULARITY_NS) spread_ns = CLOCK_GRANULARITY_NS;
    c->rto_ns = clamp_rto(c, c->srtt_ns + spread_ns);
    tcp_changed(c, "round trip measured");
}

/* RFC 6298 3: one segment at a time is timed, and none that was sent twice (Karn). */
void tcp_time_acked(struct tcp_conn *c, uint32_t ack, int64_t now_ns)
{
    if (!c->rtt_timing || seq_before(ack, c->rtt_end)) return;
    c->rtt_timing = false;
    take_sample(c, now_ns - c->rtt_started_ns);
}

/* RFC 6298 (5.5). */
static int64_t backed_off(const struct tcp_conn *c, int64_t rto_ns)
{
    return clamp_rto(c, rto_ns * 2);
}

/* RFC 9293 3.8.3: R2 is an age here, of the oldest segment that lacks an answer. */
static bool give_up(struct tcp_conn *c, int64_t now_ns)
{
    bool opening = c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
    int64_t r2_ns = opening ? c->config->syn_r2_ns : c->config->data_r2_ns;
    if (now_ns - c->progress_ns < r2_ns) return false;
    tcp_go_closed(c, TCP_NEWS_TIMED_OUT, "no answer");
    return true;
}

/* RFC 6298 (5.4) to (5.7). */
static void on_retransmission_timer(struct tcp_conn *c, int64_t now_ns)
{
    assert(c->first != c->end);
    if (give_up(c, now_ns)) return;
    if (c->timeouts < UINT16_MAX) c->timeouts++;
    c->rto_ns = backed_off(c, c->rto_ns);
    tcp_changed(c, "retransmission timeout");
    if (c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED) {
        c->syn_timed_out = true;
    } else {
        tcp_on_loss_by_timeout(c);
    }
    tcp_send_from_first_again(c, "retransmission timeout");
    tcp_timer_set(c, TIMER_RETRANSMISSION, now_ns + c->rto_ns);
}

static int64_t persist_interval(const struct tcp_conn *c)
{
    int64_t interval_ns = c->rto_ns;
    for (unsigned i = 0; i < c->timeouts && interval_ns < c->config->rto_max_ns; i++) {
        interval_ns = backed_off(c, interval_ns);
    }
    return interval_ns;
}

/* RFC 9293 3.8.6.1: the first probe one RTO after the window closed, then ever more slowly, and without end as long as
   probes are answered (MUST-36, MUST-37; progress_ns moves with each answer). */
static void on_persist_timer(struct tcp_conn *c, int64_t now_ns)
{
    if (c->probing) {
        if (give_up(c, now_ns)) return;
        if (c->timeouts < UINT16_MAX) c->timeouts++;
        tcp_send_from_first_again(c, "zero window probe");
        tcp_timer_set(c, TIMER_PERSIST, now_ns + persist_interval(c));
        return;
    }
    assert(c->first == c->end);
    c->progress_ns = now_ns;
    uint64_t unsent = c->written - c->segmented;
    uint32_t length = unsent < c->smss ? (uint32_t)unsent : c->smss;
    if (c->snd_wnd == 0) {
        c->probing = true;
        if (length) length = 1;
        c->timeouts = 1;
        tcp_timer_set(c, TIMER_PERSIST, now_ns + persist_interval(c));
    } else if (length > c->snd_wnd) { /* 3.8.6.2.1 (4): the override that ends sender silly window avoidance */
        length = c->snd_wnd;
    }
    tcp_push_record(c, length, length == unsent ? (length ? TCP_PSH : TCP_FIN) : 0);
    c->resend_why = c->probing ? "zero window probe" : "small window, waited long enough";
}

void tcp_arrange_persist(struct tcp_conn *c, int64_t now_ns)
{
    if (tcp_timer_runs(c, TIMER_PERSIST)) return;
    c->timeouts = 0;
    tcp_timer_set(c, TIMER_PERSIST, now_ns + c->rto_ns);
}

static void on_timer(struct tcp_conn *c, enum tcp_timer timer, int64_t now_ns)
{
    switch (timer) {
    case TIMER_TIME_WAIT:
        tcp_go_closed(c, 0, "time-wait is over");
        break;
    case TIMER_DELAYED_ACK:
        tcp_ack_now(c, "delayed ack");
        break;
    case TIMER_PERSIST:
        on_persist_timer(c, now_ns);
        break;
    case TIMER_RETRANSMISSION:
        on_retransmission_timer(c, now_ns);
        break;
    case TCP_TIMERS:
        assert(false);
    }
}

void tcp_on_deadline(struct tcp_conn *c, int64_t now_ns)
{
    for (int i = 0; i < TCP_TIMERS; i++) {
        struct tcp_timer_state *t = &c->timers[i];
        if (t->expiry_ns > now_ns) continue;
        t->expiry_ns = TIME_NEVER;
        if (c->journal) journal_set_cause(c->journal, t->set_event);
        if (c->wants_timers) {
            uint64_t fired = JOURNAL_EMIT(c->journal, TIMER_FIRE, F_INT(HOST, c->host.n), F_INT(CONN, c->conn.n),
                                          F_TEXT(NAME, timer_names[i]));
            journal_set_cause(c->journal, fired); /* what follows is due to it */
        }
        on_timer(c, (enum tcp_timer)i, now_ns);
    }
    tcp_report_vars(c);
}
