/* The reference TCP's frame: the order in which an arriving segment is looked at (RFC 9293 3.10.7), and the states.
   Which state an end is in follows from four facts - what of the SYNs and FINs of both ends has come through - and from
   when its application closed; so no table of transitions is needed, and every order in which things may happen is
   right. */
#include "viz/readers/reference_tcp.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"

static const char *const state_names[REFERENCE_STATES] = {"CLOSED",      "LISTEN",     "SYN-SENT",   "SYN-RECEIVED",
                                                          "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
                                                          "CLOSING",     "LAST-ACK",   "TIME-WAIT"};

const char *reference_refuses(struct reference_end *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(r->why, sizeof r->why, format, arguments);
    va_end(arguments);
    return r->why;
}

/* The number nearest to `near` that is this one modulo 2^32. */
static int64_t unwrapped(uint32_t seq, uint32_t base, int64_t near)
{
    return near + (int32_t)(seq - base - (uint32_t)near);
}

int64_t reference_own(const struct reference_end *r, uint32_t seq)
{
    return unwrapped(seq, r->iss, r->snd_max);
}

int64_t reference_peer(const struct reference_end *r, uint32_t seq)
{
    return unwrapped(seq, r->irs, r->rcv_nxt);
}

/* RFC 7323 1.3, RFC 2018 2: an option is in use when both SYNs had it. */
bool reference_scales(const struct reference_end *r)
{
    return r->own_syn.scales && r->peer_syn.scales;
}

bool reference_has_timestamps(const struct reference_end *r)
{
    return r->own_syn.has_timestamps && r->peer_syn.has_timestamps;
}

bool reference_has_sack(const struct reference_end *r)
{
    return r->own_syn.permits_sack && r->peer_syn.permits_sack;
}

void reference_open(struct reference_end *r, bool passive)
{
    *r = (struct reference_end){.passive = passive,
                                .set = {.keeps_out_of_order = true, .limited_transmit = true},
                                .smss_least = 1,
                                .text_waits_ns = TIME_NEVER,
                                .answer_due_ns = TIME_NEVER,
                                .recovery_until = -1};
}

void reference_free(struct reference_end *r)
{
    mem_free(r->held.items);
    mem_free(r->twice.items);
    mem_free(r->sent.items);
    memset(&r->held, 0, sizeof r->held);
    memset(&r->twice, 0, sizeof r->twice);
    memset(&r->sent, 0, sizeof r->sent);
}

/* ---- what arrives ---- */

static void takes_peers_syn(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    r->knows_peer = true;
    r->irs = s->seq;
    r->peer_syn = *s;
    r->rcv_nxt = 1;
    r->ts_recent = s->ts_val;
    r->ts_recent_ns = now_ns;
    sender_learns(r, s);
}

/* RFC 9293 3.10.7.2. A connection of the journal is made for its SYN, so that nothing else arrives in LISTEN. */
static void arrives_in_listen(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    if ((s->flags & (LAW_SYN | LAW_ACK | LAW_RST)) == LAW_SYN) takes_peers_syn(r, s, now_ns);
}

/* RFC 9293 3.10.7.3. */
static void arrives_in_syn_sent(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    int64_t ack = reference_own(r, s->ack);
    if (s->flags & LAW_ACK && ack != r->snd_max) { /* only the SYN was sent */
        r->may_reset |= !(s->flags & LAW_RST);
        r->reset_seq = s->ack;
        return;
    }
    if (s->flags & LAW_RST) {
        r->is_reset |= (s->flags & LAW_ACK) != 0;
        return;
    }
    if (!(s->flags & LAW_SYN)) return;
    takes_peers_syn(r, s, now_ns);
    r->may_ack = true;
    if (!(s->flags & LAW_ACK)) return;
    sender_takes(r, s, now_ns);
    r->answer_due_ns = now_ns;
}

/* RFC 5961 3: a reset is believed at exactly RCV.NXT; 4: a SYN is not. A passive connection that is asked anew begins
   anew (RFC 9293 3.10.7.4, fourth). True: look no further. */
static bool is_reset_or_syn(struct reference_end *r, const struct law_segment *s)
{
    bool opening = r->knows_own && r->snd_una == 0;
    if (!(s->flags & (LAW_RST | LAW_SYN))) return false;
    if (s->flags & LAW_RST ? reference_peer(r, s->seq) == r->rcv_nxt : opening && r->passive)
        r->is_reset = true;
    else
        r->may_ack = true;
    return true;
}

/* RFC 9293 3.10.7.4, fifth. True: its text may be looked at. */
static bool checks_ack(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    if (!(s->flags & LAW_ACK)) return false;
    int64_t ack = reference_own(r, s->ack);
    if (r->snd_una == 0 && (ack <= 0 || ack > r->snd_max)) {
        r->may_reset = true;
        r->reset_seq = s->ack;
        return false;
    }
    if (ack > r->snd_max || ack < r->snd_una - r->max_wnd) { /* RFC 5961 5.2 */
        r->may_ack = true;
        return false;
    }
    return sender_takes(r, s, now_ns);
}

/* RFC 9293 3.10.7.4, in its order. */
static void arrives_otherwise(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    if (!receiver_accepts(r, s, now_ns)) return;
    if (is_reset_or_syn(r, s)) return;
    if (!checks_ack(r, s, now_ns)) return;
    r->fin_acked = r->fin_sent && r->snd_una == r->fin_sent;
    if (r->state == REFERENCE_LAST_ACK && r->fin_acked) return;
    receiver_takes(r, s, now_ns);
}

void reference_arrives(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    r->may_give_up = false;
    r->resend_is_free = r->probe_is_free = r->window_probe_is_due = false;
    if (!r->knows_peer && r->passive)
        arrives_in_listen(r, s, now_ns);
    else if (!r->knows_peer)
        arrives_in_syn_sent(r, s, now_ns);
    else
        arrives_otherwise(r, s, now_ns);
}

/* Whose repetitions are due. What a timer alone may lead to is remembered until the end does it. */
void reference_timer(struct reference_end *r, const char *name, int64_t now_ns)
{
    bool retransmission = strcmp(name, "retransmission") == 0, persist = strcmp(name, "persist") == 0;
    r->resend_is_free = retransmission || persist;
    r->may_give_up |= retransmission || persist || strcmp(name, "keep-alive") == 0;
    r->time_wait_is_over |= strcmp(name, "time-wait") == 0;
    r->may_ack |= strcmp(name, "delayed ack") == 0;
    r->keep_alive_due |= strcmp(name, "keep-alive") == 0;
    r->probe_is_free = strcmp(name, "tail loss probe") == 0;
    r->window_probe_is_due = persist;
    if (strcmp(name, "reordering") == 0) sender_has_waited_for_reordering(r, now_ns);
    if (retransmission) {
        sender_holds_all_for_lost(r, true);
        r->dupacks = 0;
        r->recovery_until = -1;
        r->smss_least = 1; /* RFC 4821: it may try smaller segments */
    }
    if (persist) sender_holds_all_for_lost(r, false);
}

/* RFC 1191 6.4: what was too big is cut and goes again. */
void reference_icmp(struct reference_end *r)
{
    r->resend_is_free = true;
    r->smss_least = 1;
    sender_holds_all_for_lost(r, false);
    r->may_give_up = true; /* port unreachable (RFC 9293 3.9.2.2, SHLD-26) */
}

/* ---- states ---- */

static enum reference_state state_of(const char *name)
{
    for (int i = 0; i < REFERENCE_STATES; i++)
        if (strcmp(state_names[i], name) == 0) return (enum reference_state)i;
    return REFERENCE_STATES;
}

/* An abort of the application needs no cause (RFC 9293 3.10.5); see is_abort for those that tell the peer. In TIME-WAIT
   there is rarely an application any more, so that it has to say so. */
static bool may_close(const struct reference_end *r, bool is_aborted)
{
    switch (r->state) {
    case REFERENCE_TIME_WAIT:
        return r->time_wait_is_over || r->is_reset || is_aborted;
    case REFERENCE_CLOSING:
    case REFERENCE_LAST_ACK:
    case REFERENCE_LISTEN:
    case REFERENCE_SYN_SENT:
    case REFERENCE_SYN_RECEIVED:
    case REFERENCE_ESTABLISHED:
    case REFERENCE_FIN_WAIT_1:
    case REFERENCE_FIN_WAIT_2:
    case REFERENCE_CLOSE_WAIT:
    case REFERENCE_CLOSED:
    case REFERENCE_STATES:
        return true;
    }
    return true;
}

/* Whether the facts are those of the state that is entered; the edges of the diagram are T7's. */
static bool is_justified(const struct reference_end *r, enum reference_state to, const char *why)
{
    bool open = r->knows_peer && r->snd_una > 0;
    switch (to) {
    case REFERENCE_CLOSED:
        return may_close(r, strcmp(why, "abort") == 0);
    case REFERENCE_LISTEN:
        return r->passive;
    case REFERENCE_SYN_SENT:
        return !r->knows_peer;
    case REFERENCE_SYN_RECEIVED:
        return r->knows_peer && r->snd_una == 0;
    case REFERENCE_ESTABLISHED:
        return open;
    case REFERENCE_FIN_WAIT_1:
        return r->state == REFERENCE_ESTABLISHED || r->state == REFERENCE_SYN_RECEIVED;
    case REFERENCE_FIN_WAIT_2:
        return open && r->fin_acked;
    case REFERENCE_CLOSE_WAIT:
    case REFERENCE_CLOSING:
        return open && r->fin_taken;
    case REFERENCE_LAST_ACK:
        return open && r->fin_taken && !r->fin_acked;
    case REFERENCE_TIME_WAIT:
        return open && r->fin_taken && r->fin_acked;
    case REFERENCE_STATES:
        return false;
    }
    return false;
}

/* RFC 9293 3.10.5: what closes for nothing that has come was aborted, and the peer is told. */
static bool is_abort(const struct reference_end *r)
{
    if (r->is_reset || r->may_give_up) return false;
    switch (r->state) {
    case REFERENCE_SYN_RECEIVED:
    case REFERENCE_ESTABLISHED:
    case REFERENCE_FIN_WAIT_1:
    case REFERENCE_FIN_WAIT_2:
    case REFERENCE_CLOSE_WAIT:
        return true;
    case REFERENCE_CLOSED:
    case REFERENCE_LISTEN:
    case REFERENCE_SYN_SENT:
    case REFERENCE_CLOSING:
    case REFERENCE_LAST_ACK:
    case REFERENCE_TIME_WAIT:
    case REFERENCE_STATES:
        return false;
    }
    return false;
}

const char *reference_ends(struct reference_end *r)
{
    if (!r->owes_reset) return NULL;
    return reference_refuses(r, "it closed for nothing that has come, and told nobody");
}

const char *reference_enters(struct reference_end *r, const char *from, const char *to, const char *why)
{
    enum reference_state next = state_of(to);
    if (state_of(from) != r->state) return reference_refuses(r, "it was in %s, not in %s", state_names[r->state], from);
    bool justified = next != REFERENCE_STATES && is_justified(r, next, why);
    if (r->state == REFERENCE_CLOSE_WAIT && next == REFERENCE_LAST_ACK) r->owes_fin = !r->fin_sent;
    if (next == REFERENCE_CLOSED) r->owes_reset = is_abort(r);
    r->state = next;
    return justified ? NULL : reference_refuses(r, "nothing has come that leads to %s", to);
}

/* The state that the facts demand, as far as it does not depend on whether the application has closed. */
static bool state_lags(const struct reference_end *r)
{
    bool open = r->knows_peer && r->snd_una > 0;
    switch (r->state) {
    case REFERENCE_SYN_SENT:
        return r->knows_peer;
    case REFERENCE_LISTEN:
        return r->knows_peer;
    case REFERENCE_SYN_RECEIVED:
        return open;
    case REFERENCE_ESTABLISHED:
        return r->fin_taken;
    case REFERENCE_FIN_WAIT_1:
        return r->fin_taken || r->fin_acked;
    case REFERENCE_FIN_WAIT_2:
        return r->fin_taken;
    case REFERENCE_CLOSING:
    case REFERENCE_LAST_ACK:
        return r->fin_acked;
    case REFERENCE_CLOSED:
    case REFERENCE_CLOSE_WAIT:
    case REFERENCE_TIME_WAIT:
    case REFERENCE_STATES:
        return false;
    }
    return false;
}

const char *reference_is_idle(struct reference_end *r, int64_t now_ns)
{
    static const int64_t longest_delay_ns = 500 * MILLISECOND; /* RFC 9293 3.8.6.3, MUST-58 */
    if (r->state == REFERENCE_CLOSED) return NULL;
    if (r->is_reset) {
        r->is_reset = false; /* said once */
        return reference_refuses(r, "it was reset, and is still in %s", state_names[r->state]);
    }
    const char *why = sender_has_told(r);
    if (!why) why = receiver_has_told(r);
    if (why) return why;
    if (state_lags(r)) return reference_refuses(r, "what has come leads on from %s", state_names[r->state]);
    int64_t text_ns = r->text_waits_ns, answer_ns = r->answer_due_ns;
    if (answer_ns != TIME_NEVER && answer_ns < now_ns) {
        r->answer_due_ns = TIME_NEVER;
        return reference_refuses(r, "no answer to what came at %lld ms", (long long)(answer_ns / MILLISECOND));
    }
    if (text_ns == TIME_NEVER || now_ns - text_ns <= longest_delay_ns) return NULL;
    r->text_waits_ns = TIME_NEVER;
    return reference_refuses(r, "text has waited for its acknowledgement for more than 500 ms");
}

/* ---- what is sent ---- */

/* RFC 9293 3.10.5, 3.10.7.3 and 3.10.7.4: an abort's number is SND.NXT, that of an answer the acknowledged one. */
static const char *sends_reset(struct reference_end *r, const struct law_segment *s)
{
    bool answers = r->may_reset && s->seq == r->reset_seq;
    bool aborts = r->state == REFERENCE_CLOSED && r->knows_own && reference_own(r, s->seq) == r->snd_max;
    r->may_reset = r->owes_reset = false;
    return answers || aborts ? NULL : reference_refuses(r, "a reset with a number that none would believe");
}

static const char *sends_syn(struct reference_end *r, const struct law_segment *s)
{
    uint32_t window = r->set.receive_buffer && r->set.receive_buffer < 65535 ? r->set.receive_buffer : 65535;
    if (r->knows_own && s->seq != r->iss) return reference_refuses(r, "another initial sequence number than before");
    if (!(s->flags & LAW_ACK) != !r->knows_peer)
        return reference_refuses(r, "a SYN with ACK answers one, and no other");
    if (r->set.receive_buffer && s->window != window)
        return reference_refuses(r, "a SYN tells of a window of %u, with a buffer of %u", s->window,
                                 r->set.receive_buffer);
    if (r->knows_own) return NULL;
    r->iss = s->seq;
    r->own_syn = *s;
    r->knows_own = true;
    if (!r->knows_peer) return NULL;
    bool unasked = (s->scales && !r->peer_syn.scales) || (s->has_timestamps && !r->peer_syn.has_timestamps) ||
                   (s->permits_sack && !r->peer_syn.permits_sack);
    return unasked ? reference_refuses(r, "an option in answer to a SYN without it") : NULL;
}

/* RFC 9293 3.10.4: the FIN is what a close sends. */
static const char *sends_fin(struct reference_end *r)
{
    r->owes_fin = false;
    if (r->state == REFERENCE_FIN_WAIT_1 || r->state == REFERENCE_CLOSING || r->state == REFERENCE_LAST_ACK)
        return NULL;
    return reference_refuses(r, "a FIN in %s", state_names[r->state]);
}

const char *reference_sends(struct reference_end *r, const struct law_segment *s, int64_t now_ns)
{
    const char *why = NULL;
    if (s->flags & LAW_RST) return sends_reset(r, s);
    if (r->state == REFERENCE_CLOSED || r->state == REFERENCE_LISTEN)
        return reference_refuses(r, "a segment in %s", state_names[r->state]);
    if (s->flags & LAW_SYN) why = sends_syn(r, s);
    if (s->flags & LAW_FIN) why = sends_fin(r);
    if (!why && r->owes_fin && s->extent) why = reference_refuses(r, "it is in LAST-ACK, and has sent no FIN");
    if (!why && !(s->flags & (LAW_SYN | LAW_ACK)))
        why = reference_refuses(r, "no acknowledgement in %s", state_names[r->state]);
    if (!why && s->flags & LAW_ACK) why = receiver_sends(r, s, now_ns);
    return why ? why : sender_sends(r, s, now_ns);
}

const char *reference_tells(struct reference_end *r, const struct reference_vars *v)
{
    const char *why = receiver_tells(r, v);
    if (!why) why = sender_tells(r, v);
    return why;
}
