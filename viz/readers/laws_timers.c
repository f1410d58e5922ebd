/* The laws about TCP's timers: of T6 that time-outs double, of T7 that what is closed has none, and T9. */
#include <string.h>

#include "viz/readers/laws_conn.h"

/* A bit for each sort of timer of TCP; those of the first two make a silent connection go on. */
enum { TIMER_RETRANSMIT = 1, TIMER_PROBE = 2, TIMER_OTHER_TCP = 4, TIMERS_THAT_GO_ON = 3 };

static unsigned timer_bit(const struct event *e)
{
    const char *name = event_text(e, FIELD_NAME);
    if (strcmp(name, "retransmission") == 0) return TIMER_RETRANSMIT;
    static const char *const probes[] = {"persist", "tail loss probe", "reordering"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, probes[i]) == 0) return TIMER_PROBE;
    static const char *const others[] = {"delayed ack", "time-wait", "keep-alive"};
    for (int i = 0; i < 3; i++)
        if (strcmp(name, others[i]) == 0) return TIMER_OTHER_TCP;
    return 0;
}

/* RFC 6298 (5.5): after a timeout that brought no acknowledgement the next one waits at least twice as long, up to a
   cap of a minute or more. The first SYN's timetable is a setting of its own. */
static void on_timer_set(struct laws *laws, const struct event *e, struct law_conn *c)
{
    unsigned bit = timer_bit(e);
    c->waiting |= bit;
    if (bit != TIMER_RETRANSMIT) return;
    int64_t interval_ns = event_int(e, FIELD_AT) - e->at_ns;
    bool again = c->timer_fired && c->una == c->una_at_timeout && c->una > 0;
    if (again && interval_ns < 2 * c->rto_at_timeout_ns && interval_ns < MINUTE)
        law_broken(laws, e, "T6", "a timeout after %lld ms follows an RTO of %lld ms",
                   (long long)(interval_ns / MILLISECOND), (long long)(c->rto_at_timeout_ns / MILLISECOND));
    c->timer_fired = false;
}

void laws_of_timers(struct laws *laws, const struct event *e)
{
    struct law_conn *c = law_conn_of(laws, event_int(e, FIELD_CONN));
    unsigned bit = timer_bit(e);
    if (!c || !bit || c->is_tainted) return;
    if (c->is_closed && e->kind != EVENT_TIMER_CANCEL) law_broken(laws, e, "T7", "a closed connection has a timer");
    if (e->kind == EVENT_TIMER_SET) {
        on_timer_set(laws, e, c);
        return;
    }
    if (c->waiting & bit & TIMERS_THAT_GO_ON) c->untimed_ns = e->at_ns;
    c->waiting &= ~bit;
    if (e->kind == EVENT_TIMER_FIRE) law_of_fired_timers(laws, e, c);
    if (e->kind != EVENT_TIMER_FIRE || bit != TIMER_RETRANSMIT) return;
    c->timer_fired = true;
    c->rto_at_timeout_ns = c->rto_ns;
    c->una_at_timeout = c->una;
}

/* T9: who is closed has not waited without a timer. */
void law_of_closing(struct laws *laws, const struct event *e, const struct law_conn *c)
{
    if (c->una != c->snd_max && !(c->waiting & TIMERS_THAT_GO_ON) && c->untimed_ns < e->at_ns)
        law_broken(laws, e, "T9", "it has waited for an acknowledgement, and no timer ran");
}

/* T9: whoever waits for an acknowledgement has a timer that ends the waiting, and does not wait for ever. */
void laws_of_timers_at_the_end(struct laws *laws)
{
    for (size_t i = 0; i < laws->n_conns; i++) {
        const struct law_conn *c = laws->conns[i];
        if (c->is_closed || c->is_tainted || c->una == c->snd_max) continue;
        if (!(c->waiting & TIMERS_THAT_GO_ON))
            law_broken(laws, NULL, "T9", "connection %lld waits, and no timer runs", (long long)c->id);
        if (laws->last_ns - c->progress_ns > 30 * MINUTE)
            law_broken(laws, NULL, "T9", "connection %lld has had no answer for half an hour", (long long)c->id);
    }
}
