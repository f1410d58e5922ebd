/* Feeds the reference TCP at the side of each connection's end (T12, T5), and says what it refuses. After its first
   refusal an end is followed no longer: one bug is told once. */
#include <string.h>

#include "viz/readers/laws_conn.h"

static void refuse(struct laws *laws, const struct event *e, struct law_conn *c, const char *why)
{
    if (!why || c->is_refused) return;
    c->is_refused = true;
    law_broken(laws, e, "T12", "conn %lld: %s", (long long)c->id, why);
}

static bool has_reference(const struct law_conn *c)
{
    return c && !c->is_closed && !c->is_tainted && !c->is_refused;
}

void law_of_settings(struct law_conn *c, const struct event *e)
{
    const char *flavour = event_text(e, FIELD_NAME), *options = event_text(e, FIELD_TEXT);
    bool go_back_n = strcmp(flavour, "go-back-n") == 0, uncontrolled = go_back_n || !strcmp(flavour, "stop-and-wait");
    bool by_sack = strcmp(flavour, "sack") == 0 || strcmp(flavour, "cubic") == 0, tahoe = !strcmp(flavour, "tahoe");
    c->reference.set = (struct reference_settings){.keeps_out_of_order = !go_back_n,
                                                   .uses_sack = by_sack,
                                                   .rack = by_sack && strstr(options, "rack"),
                                                   .limited_transmit = !uncontrolled && !tahoe,
                                                   .tahoe = tahoe,
                                                   .receive_buffer = (uint32_t)event_int(e, FIELD_RECEIVE_BUFFER)};
}

void law_of_arrivals(struct laws *laws, const struct event *e, struct law_conn *c, const struct law_segment *s)
{
    if (!has_reference(c)) return;
    refuse(laws, e, c, reference_is_idle(&c->reference, e->at_ns));
    reference_arrives(&c->reference, s, e->at_ns);
}

void law_of_sending(struct laws *laws, const struct event *e, struct law_conn *c, const struct law_segment *s)
{
    if (!c || c->is_tainted || c->is_refused) return; /* a reset is sent by what is closed already */
    const char *beyond = reference_keeps_within(&c->reference, s);
    if (beyond) law_broken(laws, e, "T5", "conn %lld: %s", (long long)c->id, beyond);
    refuse(laws, e, c, reference_sends(&c->reference, s, e->at_ns));
}

void law_of_variables(struct laws *laws, const struct event *e, struct law_conn *c)
{
    struct reference_vars v = {.snd_una = (uint32_t)event_int(e, FIELD_SND_UNA),
                               .snd_nxt = (uint32_t)event_int(e, FIELD_SND_NXT),
                               .rcv_nxt = (uint32_t)event_int(e, FIELD_RCV_NXT),
                               .snd_wnd = event_int(e, FIELD_SND_WND),
                               .rcv_wnd = event_int(e, FIELD_RCV_WND),
                               .cwnd = event_int(e, FIELD_CWND),
                               .flight_size = event_int(e, FIELD_FLIGHT_SIZE),
                               .pipe = event_int(e, FIELD_PIPE),
                               .srtt_ns = event_int(e, FIELD_SRTT)};
    if (!has_reference(c)) return;
    refuse(laws, e, c, reference_tells(&c->reference, &v));
    const char *pipe = c->is_refused ? NULL : reference_pipe(&c->reference, &v);
    if (pipe) law_broken(laws, e, "T5", "conn %lld: %s", (long long)c->id, pipe);
}

/* A host that hears of the network may act on it in any of its connections. */
void law_of_icmp(struct laws *laws, int64_t host)
{
    for (size_t i = 0; i < laws->n_conns; i++)
        if (laws->conns[i]->host == host && has_reference(laws->conns[i])) reference_icmp(&laws->conns[i]->reference);
}

void law_of_states(struct laws *laws, const struct event *e, struct law_conn *c)
{
    const char *why = event_text(e, FIELD_WHY);
    refuse(laws, e, c, reference_enters(&c->reference, event_text(e, FIELD_FROM), event_text(e, FIELD_TO), why));
}

/* A host that is off tells nobody. */
void law_of_the_end(struct laws *laws, const struct event *e, struct law_conn *c)
{
    bool is_off = strcmp(event_text(e, FIELD_WHY), "host stopped") == 0;
    if (!c->is_tainted && !is_off) refuse(laws, e, c, reference_ends(&c->reference));
}

void law_of_fired_timers(struct laws *laws, const struct event *e, struct law_conn *c)
{
    if (!has_reference(c)) return;
    refuse(laws, e, c, reference_is_idle(&c->reference, e->at_ns));
    reference_timer(&c->reference, event_text(e, FIELD_NAME), e->at_ns);
}
