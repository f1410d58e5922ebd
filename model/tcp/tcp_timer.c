/* The timers: retransmission after RFC 6298, persist after RFC 9293 3.8.6.1, delayed acknowledgement (3.8.6.3),
   keep-alive (3.8.4) and TIME-WAIT (3.6.1), and giving up (3.8.3, R1 and R2). Those of RFC 8985 are set here and
   answered in tcp_rack.c. */
#include <assert.h>

#include "model/tcp/tcp_internal.h"

enum { CLOCK_GRANULARITY_NS = MILLISECOND }; /* G of RFC 6298 (2) */

enum { PLACE_LONG, PLACE_ACK, PLACE_LOSS };

static const struct {
    const char *name;
    int place;
} timers[] = {
    [TIMER_TIME_WAIT] = {"time-wait", PLACE_LONG},           [TIMER_KEEP_ALIVE] = {"keep-alive", PLACE_LONG},
    [TIMER_DELAYED_ACK] = {"delayed ack", PLACE_ACK},        [TIMER_PERSIST] = {"persist", PLACE_LOSS},
    [TIMER_RETRANSMISSION] = {"retransmission", PLACE_LOSS}, [TIMER_TAIL_LOSS_PROBE] = {"tail loss probe", PLACE_LOSS},
    [TIMER_REORDERING] = {"reordering", PLACE_LOSS},
};

bool tcp_timer_runs(const struct tcp_conn *c, enum tcp_timer timer)
{
    int place = timers[timer].place;
    return c->timers[place].expiry_ns != TIME_NEVER && c->timer_kinds[place] == timer;
}

bool tcp_loss_timer_runs(const struct tcp_conn *c)
{
    return c->timers[PLACE_LOSS].expiry_ns != TIME_NEVER && c->timer_kinds[PLACE_LOSS] != TIMER_PERSIST;
}

static void cancel_place(struct tcp_conn *c, int place)
{
    struct tcp_timer_state *t = &c->timers[place];
    t->expiry_ns = TIME_NEVER;
    if (!c->wants_timers) return;
    JOURNAL_EMIT(c->journal, TIMER_CANCEL, F_INT(ABOUT, t->set_event), F_INT(HOST, c->host.n), F_INT(CONN, c->conn.n),
                 F_TEXT(NAME, timers[c->timer_kinds[place]].name));
}

void tcp_timer_set(struct tcp_conn *c, enum tcp_timer timer, int64_t expiry_ns)
{
    int place = timers[timer].place;
    struct tcp_timer_state *t = &c->timers[place];
    if (c->timer_kinds[place] != timer) {
        if (t->expiry_ns != TIME_NEVER) cancel_place(c, place);
        c->timer_kinds[place] = (uint8_t)timer;
    } else if (t->expiry_ns == expiry_ns) {
        return;
    }
    t->expiry_ns = expiry_ns;
    if (!c->journal) return;
    t->set_event = c->wants_timers ? JOURNAL_EMIT(c->journal, TIMER_SET, F_INT(HOST, c->host.n), F_INT(CONN, c->conn.n),
                                                  F_TEXT(NAME, timers[timer].name), F_INT(AT, expiry_ns))
                                   : journal_cause(c->journal);
}

void tcp_timer_cancel(struct tcp_conn *c, enum tcp_timer timer)
{
    if (tcp_timer_runs(c, timer)) cancel_place(c, timers[timer].place);
}

void tcp_cancel_loss_timer(struct tcp_conn *c)
{
    if (tcp_loss_timer_runs(c)) cancel_place(c, PLACE_LOSS);
}

static const struct tcp_timer_state *earliest_timer(const struct tcp_conn *c)
{
    const struct tcp_timer_state *earliest = &c->timers[0];
    for (int i = 1; i < TIMER_PLACES; i++) {
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

/* RFC 6298 (5.1) to (5.3). RFC 8985 7.2: a probe of the tail comes first, if it comes earlier. */
void tcp_arm_retransmission(struct tcp_conn *c, int64_t now_ns)
{
    int64_t pto_ns = tcp_tlp_may_be_armed(c) ? tcp_tlp_timeout(c) : TIME_NEVER;
    if (pto_ns < c->rto_ns)
        tcp_timer_set(c, TIMER_TAIL_LOSS_PROBE, now_ns + pto_ns);
    else
        tcp_timer_set(c, TIMER_RETRANSMISSION, now_ns + c->rto_ns);
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
    int64_t spread_ns = 4 * c->rttvar_ns, least_ns = CLOCK_GRANULARITY_NS;
    if (c->config->rto_min_is_of_variance) least_ns = c->config->rto_min_ns;
    if (spread_ns < least_ns) spread_ns = least_ns;
    c->rto_ns = clamp_rto(c, c->srtt_ns + spread_ns);
    tcp_changed(c, "round trip measured");
}

/* RFC 6298 3: one segment at a time is timed, and none that was sent twice (Karn), unless the echoed timestamp tells
   which transmission is answered (RFC 7323 4). */
void tcp_time_acked(struct tcp_conn *c, const struct tcp_segment *seg, int64_t now_ns)
{
    if (!c->rtt_timing) return;
    const struct tcp_record *timed = tcp_record_at(c, c->rtt_record);
    if (seq_before(seg->ack, timed->end)) return;
    c->rtt_timing = false;
    if (!c->rtt_by_timestamp)
        take_sample(c, now_ns - timed->sent_ns);
    else if (seg->options & TCP_TIMESTAMPS && seg->ts_ecr)
        take_sample(c, (int64_t)(tcp_timestamp(c, now_ns) - seg->ts_ecr) * MILLISECOND);
}

/* RFC 6298 (5.5). */
static int64_t backed_off(const struct tcp_conn *c, int64_t rto_ns)
{
    return clamp_rto(c, rto_ns * 2);
}

static bool is_opening(const struct tcp_conn *c)
{
    return c->state == TCP_SYN_SENT || c->state == TCP_SYN_RECEIVED;
}

/* RFC 9293 3.8.3: R2 is an age here, of the oldest segment that lacks an answer. */
static bool give_up(struct tcp_conn *c, int64_t now_ns)
{
    int64_t r2_ns = c->config->data_r2_ns;
    if (c->state == TCP_SYN_SENT) r2_ns = c->config->syn_r2_ns;
    if (c->state == TCP_SYN_RECEIVED) r2_ns = c->config->syn_answer_r2_ns;
    if (now_ns - c->progress_ns < r2_ns) return false;
    tcp_go_closed(c, TCP_NEWS_TIMED_OUT, "no answer");
    return true;
}

/* RFC 4821 7.7: large segments that vanish without a word may be too large for the path. 1024 bytes at first, then
   half of what was in use. */
static void probe_smaller_mss(struct tcp_conn *c)
{
    enum { FIRST_TRY = 1024, LEAST = 216 };
    uint32_t smss = c->smss > FIRST_TRY ? FIRST_TRY : larger_of(c->smss / 2, LEAST);
    tcp_lower_mss(c, smss, "path mtu probed");
}

/* RFC 9293 3.8.3: from R1 on the way itself is in doubt. */
static void doubt_the_way(struct tcp_conn *c)
{
    if (c->timeouts < c->config->r1_retransmissions) return;
    if (c->timeouts == c->config->r1_retransmissions) c->news |= TCP_NEWS_R1;
    if (c->config->mtu_probing && !is_opening(c)) probe_smaller_mss(c);
}

/* RFC 6298 (5.4) to (5.7). */
static void on_retransmission_timer(struct tcp_conn *c, int64_t now_ns)
{
    assert(c->first != c->end);
    if (give_up(c, now_ns)) return;
    if (c->timeouts < UINT16_MAX) c->timeouts++;
    /* As in Linux of the SYN alone; its answer backs off at once. */
    bool linear = c->state == TCP_SYN_SENT && c->timeouts <= c->config->syn_linear_timeouts;
    if (!linear) c->rto_ns = backed_off(c, c->rto_ns);
    tcp_changed(c, "retransmission timeout");
    if (is_opening(c)) {
        c->syn_timed_out = true;
    } else {
        c->congestion->on_rto(c, now_ns);
    }
    doubt_the_way(c);
    tcp_send_from_first_again(c, "retransmission timeout");
    c->resend_by_timer = true;
    c->tlp_out = false;
    tcp_timer_set(c, TIMER_RETRANSMISSION, now_ns + c->rto_ns);
}

/* RFC 8985 6.3: what could not be judged before is judged now. */
static void on_reordering_timer(struct tcp_conn *c, int64_t now_ns)
{
    if (tcp_rack_find_lost(c, now_ns)) c->congestion->on_loss(c, "rack: reordering waited for", now_ns);
    if (c->first != c->end && !tcp_loss_timer_runs(c)) tcp_arm_retransmission(c, now_ns);
}

/* RFC 9293 3.8.4. Data in flight asks the same question, and more urgently. */
static void on_keep_alive_timer(struct tcp_conn *c, int64_t now_ns)
{
    if (c->first != c->end) {
        tcp_timer_set(c, TIMER_KEEP_ALIVE, now_ns + c->config->keep_alive_idle_ns);
        return;
    }
    if (c->keep_alive_sent == c->config->keep_alive_probes) {
        tcp_go_closed(c, TCP_NEWS_TIMED_OUT, "keep-alive unanswered");
        return;
    }
    c->keep_alive_sent++;
    c->keep_alive_owed = true;
    tcp_ack_now(c, "keep-alive");
    tcp_timer_set(c, TIMER_KEEP_ALIVE, now_ns + c->config->keep_alive_interval_ns);
}

void tcp_heard_from_peer(struct tcp_conn *c, int64_t now_ns)
{
    if (c->state < TCP_ESTABLISHED || c->state == TCP_TIME_WAIT) return;
    c->keep_alive_sent = 0;
    tcp_timer_set(c, TIMER_KEEP_ALIVE, now_ns + c->config->keep_alive_idle_ns);
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
    int64_t wait_ns = c->rto_ns;
    /* RFC 9293 3.8.6.2.1: the override that ends silly window avoidance comes after 0.1 to 1 s. */
    if (c->snd_wnd > 0 && wait_ns > SECOND) wait_ns = SECOND;
    if (c->snd_wnd > 0 && wait_ns < 100 * MILLISECOND) wait_ns = 100 * MILLISECOND;
    c->timeouts = 0;
    tcp_timer_set(c, TIMER_PERSIST, now_ns + wait_ns);
}

static void on_timer(struct tcp_conn *c, enum tcp_timer timer, int64_t now_ns)
{
    switch (timer) {
    case TIMER_TIME_WAIT:
        tcp_go_closed(c, 0, "time-wait is over");
        break;
    case TIMER_KEEP_ALIVE:
        on_keep_alive_timer(c, now_ns);
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
    case TIMER_TAIL_LOSS_PROBE:
        tcp_on_tail_loss_probe(c, now_ns);
        break;
    case TIMER_REORDERING:
        on_reordering_timer(c, now_ns);
        break;
    }
}

void tcp_on_deadline(struct tcp_conn *c, int64_t now_ns)
{
    for (int i = 0; i < TIMER_PLACES; i++) {
        struct tcp_timer_state *t = &c->timers[i];
        if (t->expiry_ns > now_ns) continue;
        t->expiry_ns = TIME_NEVER;
        enum tcp_timer timer = (enum tcp_timer)c->timer_kinds[i];
        if (c->journal) journal_set_cause(c->journal, t->set_event);
        if (c->wants_timers) {
            uint64_t fired = JOURNAL_EMIT(c->journal, TIMER_FIRE, F_INT(HOST, c->host.n), F_INT(CONN, c->conn.n),
                                          F_TEXT(NAME, timers[timer].name));
            journal_set_cause(c->journal, fired); /* what follows is due to it */
        }
        on_timer(c, timer, now_ns);
    }
    tcp_report_vars(c);
}
