/* The laws of TCP, T1 to T12. For each end of a connection the checker keeps what it sent, what was delivered to it and
   what it told, from headers, deliveries and totals alone. Numbers are counted from the initial sequence number, so
   that nothing wraps. What was corrupted on the way and accepted all the same (packet.collide) ends the judgement of
   its connection. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_conn.h"

struct law_conn *law_conn_of(struct laws *laws, int64_t id)
{
    size_t index = id ? index_map_get(&laws->conn_index, (uint64_t)id) : SIZE_MAX;
    return index == SIZE_MAX ? NULL : laws->conns[index];
}

static uint64_t key_of(int64_t host, int64_t port, int64_t peer, int64_t peer_port)
{
    return law_hash(law_hash(law_hash(law_hash(17, (uint64_t)host), (uint64_t)port), (uint64_t)peer),
                    (uint64_t)peer_port);
}

/* The number nearest to `near` that is this one modulo 2^32. */
static int64_t unwrapped(uint32_t seq, uint32_t base, int64_t near)
{
    return near + (int32_t)(seq - base - (uint32_t)near);
}

/* ---- what was delivered ---- */

static void join(struct law_conn *c)
{
    size_t n = 0;
    while (n < c->apart.count && c->apart.items[n].left <= c->whole) {
        if (c->apart.items[n].right > c->whole) c->whole = c->apart.items[n].right;
        n++;
    }
    c->apart.count -= n;
    if (n) memmove(c->apart.items, c->apart.items + n, c->apart.count * sizeof *c->apart.items);
}

static void delivered(struct law_conn *c, int64_t left, int64_t right)
{
    if (right <= c->whole || right <= left) return;
    TABLE_ADD(&c->apart);
    size_t low = 0, last = c->apart.count - 1;
    while (low < last && c->apart.items[low].right < left)
        low++;
    size_t high = low;
    for (; high < last && c->apart.items[high].left <= right; high++) {
        if (c->apart.items[high].left < left) left = c->apart.items[high].left;
        if (c->apart.items[high].right > right) right = c->apart.items[high].right;
    }
    memmove(c->apart.items + low + 1, c->apart.items + high, (last - high) * sizeof *c->apart.items);
    c->apart.items[low] = (struct law_range){left, right};
    c->apart.count = low + 1 + (last - high);
    join(c);
}

static bool is_delivered(const struct law_conn *c, int64_t left, int64_t right)
{
    if (right <= c->whole) return true;
    for (size_t i = 0; i < c->apart.count; i++) {
        int64_t from = c->apart.items[i].left;
        if (left >= from && right <= c->apart.items[i].right) return true;
    }
    return false;
}

/* ---- what it sent ---- */

static void note_sent(struct law_conn *c, int64_t left, int64_t right)
{
    for (size_t i = c->sent.count; i-- > 0;) {
        struct law_sent *s = &c->sent.items[i];
        if (s->right <= left) break;
        if (s->left < right) s->times++;
    }
    if (right <= c->snd_max) return;
    *TABLE_ADD(&c->sent) = (struct law_sent){left > c->snd_max ? left : c->snd_max, right, 1};
    c->snd_max = right;
}

/* By what the end says it has processed: the ACK of a segment that is not acceptable, such as a keep-alive, is passed
   over (RFC 9293 3.10.7.4). */
static void note_acked(struct law_conn *c, int64_t ack)
{
    size_t n = 0;
    while (n < c->sent.count && c->sent.items[n].right <= ack)
        c->acked_once |= c->sent.items[n++].times == 1;
    c->sent.count -= n;
    if (n) memmove(c->sent.items, c->sent.items + n, c->sent.count * sizeof *c->sent.items);
}

static uint32_t window_of(const struct law_conn *c, const struct law_segment *s)
{
    bool scaled = c->scales && c->peer_scales && !(s->flags & LAW_SYN);
    return s->window << (scaled ? c->shift : 0);
}

static void law_of_what_is_told(struct laws *laws, const struct event *e, struct law_conn *c,
                                const struct law_segment *s)
{
    if (!(s->flags & LAW_ACK) || s->flags & LAW_RST || !c->knows_peer) return;
    int64_t ack = unwrapped(s->ack, c->irs, c->told_ack), edge = ack + window_of(c, s);
    if (ack > c->whole)
        law_broken(laws, e, "T4", "%lld is acknowledged, %lld has arrived", (long long)ack, (long long)c->whole);
    if (ack < c->told_ack) law_broken(laws, e, "T2", "the acknowledgement goes back");
    bool scaled = c->scales && c->peer_scales;
    /* RFC 7323 2.4: what is told is rounded down, so the edge may seem to move left by less than a unit; a SYN that
       goes again cannot tell a large window (2.2). */
    if (!(s->flags & LAW_SYN) && edge + (scaled ? (1 << c->shift) - 1 : 0) < c->told_edge)
        law_broken(laws, e, "T3", "the right edge of the window moves left");
    if (!scaled && c->first_window && s->window > c->first_window)
        law_broken(laws, e, "T11", "a window of %u, from a buffer of %u", s->window, c->first_window);
    for (unsigned i = 0; i < s->n_sack; i++) {
        int64_t left = unwrapped(s->sack[i].left, c->irs, ack), right = unwrapped(s->sack[i].right, c->irs, ack);
        if (left >= right || !is_delivered(c, left, right))
            law_broken(laws, e, "T4", "SACK block %u has not arrived", i + 1);
    }
    c->told_ack = ack;
    if (edge > c->told_edge) c->told_edge = edge;
}

static void law_of_new_data(struct laws *laws, const struct event *e, struct law_conn *c, const struct law_segment *s,
                            int64_t left, int64_t right)
{
    if (left > c->snd_max) law_broken(laws, e, "T2", "sequence numbers are passed over");
    if (s->flags & LAW_SYN) return;
    if (right > c->peer_edge + (s->extent == 1)) /* one more: the probe of a closed window */
        law_broken(laws, e, "T5", "%lld beyond the window", (long long)(right - c->peer_edge));
}

/* T6: a segment goes again because a timer ran out, or because something arrived. */
static void law_of_repetition(struct laws *laws, const struct event *e)
{
    size_t root = index_map_get(&laws->roots, e->cause);
    if (root != LAW_ROOT_TIMER && root != LAW_ROOT_ARRIVAL)
        law_broken(laws, e, "T6", "neither a timer nor an arrival is the cause of this retransmission");
}

static void learn_from_own_syn(struct law_conn *c, const struct law_segment *s)
{
    if (!c->knows_own) c->iss = s->seq;
    c->knows_own = true;
    c->scales = s->scales;
    c->shift = s->shift;
    c->timestamps = s->has_timestamps;
    c->first_window = s->window;
    if (s->mss && (!c->mss || s->mss < c->mss)) c->mss = s->mss;
}

/* T8: a stream is sent by one connection, and a connection sends one stream. */
static void law_of_streams(struct laws *laws, const struct event *e, struct law_conn *c)
{
    uint64_t stream = (uint64_t)event_int(e, FIELD_STREAM);
    if (!stream || event_int(e, FIELD_LENGTH) == 0) return;
    size_t owner = index_map_get(&laws->stream_conns, stream);
    if ((c->stream && c->stream != stream) || (owner != SIZE_MAX && owner != (size_t)c->id))
        law_broken(laws, e, "T8", "bytes of another connection");
    c->stream = stream;
    if (owner == SIZE_MAX) index_map_put(&laws->stream_conns, stream, (size_t)c->id);
}

static void on_packet_send(struct laws *laws, const struct event *e)
{
    struct law_segment s;
    bool is_tcp = law_segment_of(e, &s);
    struct law_conn *c = law_conn_of(laws, event_int(e, FIELD_CONN));
    if (!is_tcp || !c || c->is_tainted) return;
    if (s.flags & LAW_SYN) learn_from_own_syn(c, &s);
    law_of_sending(laws, e, c, &s);
    law_of_what_is_told(laws, e, c, &s);
    law_of_streams(laws, e, c);
    if (!c->knows_own || s.flags & LAW_RST || s.extent == 0) return;
    int64_t left = unwrapped(s.seq, c->iss, c->snd_max), right = left + s.extent;
    if (right > c->snd_max) law_of_new_data(laws, e, c, &s, left, right);
    if (left < c->snd_max) law_of_repetition(laws, e);
    if (c->una == c->snd_max) c->progress_ns = e->at_ns;
    note_sent(c, left, right);
}

/* ---- what arrives ---- */

static void on_ack_delivered(struct law_conn *c, const struct law_segment *s, int64_t now_ns)
{
    struct law_conn peer = {.scales = c->peer_scales, .peer_scales = c->scales, .shift = c->peer_shift};
    int64_t ack = unwrapped(s->ack, c->iss, c->una), edge = ack + window_of(&peer, s);
    if (ack > c->snd_max) return; /* it will not be believed */
    if (ack > c->una) {
        c->una = ack;
        c->progress_ns = now_ns;
    }
    if (edge > c->peer_edge) c->peer_edge = edge;
    if (edge - c->una > c->most_window) c->most_window = edge - c->una;
    if (edge == c->una) c->progress_ns = now_ns; /* a closed window that is told is an answer */
}

/* RFC 9293 3.10.7.3: an answer to another SYN than this end's tells nothing. */
static bool answers_another(const struct law_conn *c, const struct law_segment *s)
{
    return strcmp(c->state, "SYN-SENT") == 0 && s->flags & LAW_ACK && c->knows_own && s->ack != (uint32_t)c->iss + 1;
}

static void on_segment_delivered(struct law_conn *c, const struct law_segment *s, int64_t now_ns)
{
    c->segments_delivered++;
    if (s->flags & LAW_RST) {
        c->was_reset = true;
        return;
    }
    if (answers_another(c, s)) return;
    if (s->flags & LAW_SYN &&
        (!c->knows_peer || strcmp(c->state, "SYN-SENT") == 0 || strcmp(c->state, "LISTEN") == 0)) {
        c->knows_peer = true;
        c->irs = s->seq;
        c->peer_scales = s->scales;
        c->peer_timestamps = s->has_timestamps;
        c->peer_shift = s->shift;
        if (s->mss && (!c->mss || s->mss < c->mss)) c->mss = s->mss;
        c->whole = 1;
        if (c->peer_edge < 1) c->peer_edge = 1 + s->window;
        c->most_window = s->window;
    }
    if (!c->knows_peer) return;
    int64_t left = unwrapped(s->seq, c->irs, c->whole), right = left + s->extent;
    /* What lies before what has come is nothing new: it may be of another connection of these two ports. */
    if (s->flags & LAW_FIN && right > c->whole && !c->fin) c->fin = right;
    delivered(c, left, right);
    if (s->flags & LAW_ACK && c->knows_own) on_ack_delivered(c, s, now_ns);
}

void law_packet_arrives(struct laws *laws, const struct event *e, const struct law_packet *p)
{
    laws->last_arrived = (size_t)(p - laws->packets) + 1; /* the connection that it opens comes next */
    if (p->is_icmp) law_of_icmp(laws, p->to);
    if (p->segment.source_port == 0) return;
    size_t conn =
        index_map_get(&laws->conn_keys, key_of(p->to, p->segment.destination_port, p->from, p->segment.source_port));
    struct law_conn *c = conn == SIZE_MAX ? NULL : laws->conns[conn];
    if (!c || c->is_closed) return;
    law_of_arrivals(laws, e, c, &p->segment);
    on_segment_delivered(c, &p->segment, e->at_ns);
}

/* What was accepted may be anything, and is no longer what was sent. */
void law_packet_collides(struct laws *laws, const struct law_packet *p)
{
    laws->last_arrived = (size_t)(p - laws->packets) + 1; /* a connection that it opens is not what was asked for */
    for (size_t i = 0; i < laws->n_conns; i++) {
        struct law_conn *c = laws->conns[i];
        bool between = (c->host == p->from && c->peer == p->to) || (c->host == p->to && c->peer == p->from);
        bool is_told = p->is_icmp && c->host == p->to; /* by whomever, of any of its connections */
        if (between || is_told) c->is_tainted = true;
    }
}

static void on_conn_open(struct laws *laws, const struct event *e)
{
    struct law_conn *c = mem_calloc(1, sizeof *c);
    c->id = event_int(e, FIELD_CONN);
    c->host = event_int(e, FIELD_HOST);
    c->peer = event_int(e, FIELD_PEER);
    snprintf(c->state, sizeof c->state, "CLOSED");
    reference_open(&c->reference, strcmp(event_text(e, FIELD_ROLE), "passive") == 0);
    laws->conns = table_grow(laws->conns, laws->n_conns, &laws->conn_room, sizeof *laws->conns);
    index_map_put(&laws->conn_index, (uint64_t)c->id, laws->n_conns);
    index_map_put(&laws->conn_keys,
                  key_of(c->host, event_int(e, FIELD_LOCAL_PORT), c->peer, event_int(e, FIELD_REMOTE_PORT)),
                  laws->n_conns);
    laws->conns[laws->n_conns++] = c;
    if (strcmp(event_text(e, FIELD_ROLE), "passive") != 0 || !laws->last_arrived) return;
    const struct law_packet *p = &laws->packets[laws->last_arrived - 1];
    c->is_tainted = p->corrupt; /* its addresses, perhaps */
    if (p->corrupt || p->to != c->host || p->from != c->peer) return;
    law_of_arrivals(laws, e, c, &p->segment);
    on_segment_delivered(c, &p->segment, e->at_ns);
}

/* ---- states ---- */

static int state_number(const char *state)
{
    static const char *const names[] = {"CLOSED",      "LISTEN",     "SYN-SENT",   "SYN-RECEIVED",
                                        "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",
                                        "CLOSING",     "LAST-ACK",   "TIME-WAIT"};
    for (int i = 0; i < 11; i++)
        if (strcmp(names[i], state) == 0) return i;
    return -1;
}

/* RFC 9293 3.3.2 figure 5, with resets and time-outs, which close from everywhere; a bit for each that may follow. */
static bool is_in_diagram(const char *from, const char *to)
{
    static const unsigned next[] = {
        1u << 1 | 1u << 2,            /* CLOSED: LISTEN, SYN-SENT */
        1u << 3 | 1u << 2,            /* LISTEN: SYN-RECEIVED, SYN-SENT */
        1u << 3 | 1u << 4,            /* SYN-SENT: SYN-RECEIVED, ESTABLISHED */
        1u << 4 | 1u << 5 | 1u << 1,  /* SYN-RECEIVED: ESTABLISHED, FIN-WAIT-1, LISTEN */
        1u << 5 | 1u << 7,            /* ESTABLISHED: FIN-WAIT-1, CLOSE-WAIT */
        1u << 6 | 1u << 8 | 1u << 10, /* FIN-WAIT-1: FIN-WAIT-2, CLOSING, TIME-WAIT */
        1u << 10,                     /* FIN-WAIT-2: TIME-WAIT */
        1u << 9,                      /* CLOSE-WAIT: LAST-ACK */
        1u << 10,                     /* CLOSING: TIME-WAIT */
        0,                            /* LAST-ACK */
        0,                            /* TIME-WAIT */
    };
    int a = state_number(from), b = state_number(to);
    if (a < 0 || b < 0) return false;
    return (next[a] >> b & 1) || (b == 0 && a != 0);
}

static void on_tcp_state(struct laws *laws, const struct event *e)
{
    struct law_conn *c = law_conn_of(laws, event_int(e, FIELD_CONN));
    if (!c || c->is_tainted) return;
    const char *from = event_text(e, FIELD_FROM), *to = event_text(e, FIELD_TO);
    if (strcmp(from, c->state) != 0) law_broken(laws, e, "T7", "it was in %s", c->state);
    if (c->is_closed) law_broken(laws, e, "T7", "it was closed for good");
    if (!is_in_diagram(from, to)) law_broken(laws, e, "T7", "%s does not lead to %s", from, to);
    bool peer_has_ended = strcmp(to, "CLOSE-WAIT") == 0 || strcmp(to, "CLOSING") == 0 || strcmp(to, "TIME-WAIT") == 0;
    if (peer_has_ended && (!c->fin || c->whole < c->fin))
        law_broken(laws, e, "T10", "the peer's stream has not come to its end");
    law_of_states(laws, e, c);
    c->is_closed = strcmp(to, "CLOSED") == 0;
    if (c->is_closed) law_of_closing(laws, e, c);
    if (!c->is_closed) snprintf(c->state, sizeof c->state, "%s", to);
}

/* ---- variables ---- */

static void on_tcp_vars(struct laws *laws, const struct event *e)
{
    struct law_conn *c = law_conn_of(laws, event_int(e, FIELD_CONN));
    if (!c || c->is_tainted) return;
    law_of_variables(laws, e, c);
    if (!c->knows_own) return;
    int64_t una = unwrapped((uint32_t)event_int(e, FIELD_SND_UNA), c->iss, c->una);
    int64_t nxt = unwrapped((uint32_t)event_int(e, FIELD_SND_NXT), c->iss, c->snd_max);
    int64_t srtt_ns = event_int(e, FIELD_SRTT);
    if (una > nxt) law_broken(laws, e, "T2", "SND.UNA is beyond SND.NXT");
    if (una > c->una) law_broken(laws, e, "T2", "SND.UNA is beyond what was acknowledged");
    if (c->has_vars && (una < c->vars_una || nxt < c->vars_nxt))
        law_broken(laws, e, "T2", "SND.UNA or SND.NXT goes back");
    if (c->knows_peer && nxt - una > c->most_window + 2)
        law_broken(laws, e, "T2", "SND.NXT - SND.UNA is beyond every window that was offered");
    if (event_int(e, FIELD_CWND) <= 0) law_broken(laws, e, "T5", "cwnd lets nothing out");
    note_acked(c, una);
    if (srtt_ns != c->srtt_ns && !c->acked_once && !(c->timestamps && c->peer_timestamps))
        law_broken(laws, e, "T6", "a round trip was measured by a segment that was sent twice (Karn)");
    if (c->knows_peer) {
        int64_t rcv = unwrapped((uint32_t)event_int(e, FIELD_RCV_NXT), c->irs, c->whole);
        if (c->has_vars && rcv < c->vars_rcv) law_broken(laws, e, "T2", "RCV.NXT goes back");
        c->vars_rcv = rcv;
    }
    c->has_vars = true;
    c->acked_once = false;
    c->vars_una = una;
    c->vars_nxt = nxt;
    c->srtt_ns = srtt_ns;
    c->rto_ns = event_int(e, FIELD_RTO);
}

/* ---- the end of a connection ---- */

static void on_conn_close(struct laws *laws, const struct event *e)
{
    struct law_conn *c = law_conn_of(laws, event_int(e, FIELD_CONN));
    if (!c) return;
    law_counts(laws, LAWS_COUNT_T12, c->is_tainted ? LAWS_EXCUSE_DECEIVED : LAWS_JUDGED);
    law_of_the_end(laws, e, c);
    bool orderly =
        c->is_closed && !c->was_reset && (strcmp(c->state, "LAST-ACK") == 0 || strcmp(c->state, "TIME-WAIT") == 0);
    int64_t received = event_int(e, FIELD_BYTES_RECEIVED), arrived = c->whole - 1 - (c->fin && c->whole >= c->fin);
    bool judged = !c->is_tainted && c->knows_peer;
    if (judged && received > arrived)
        law_broken(laws, e, "T1", "%lld bytes were read, %lld have arrived", (long long)received, (long long)arrived);
    if (judged && orderly && received != c->fin - 2)
        law_broken(laws, e, "T1", "%lld bytes were read of %lld", (long long)received, (long long)c->fin - 2);
    size_t written = c->stream ? index_map_get(&laws->stream_ends, c->stream) : SIZE_MAX;
    if (judged && written != SIZE_MAX && event_int(e, FIELD_BYTES_SENT) > (int64_t)written)
        law_broken(laws, e, "T1", "more was sent than was written");
    c->is_closed = true;
    c->waiting = 0;
    mem_free(c->sent.items);
    mem_free(c->apart.items);
    reference_free(&c->reference);
    memset(&c->sent, 0, sizeof c->sent);
    memset(&c->apart, 0, sizeof c->apart);
    if (c->stream) law_stream_forget(laws, c->stream);
}

/* Of what an event comes in the end: a timer, something that arrived, or neither. */
static void remember_root(struct laws *laws, const struct event *e)
{
    size_t root = e->cause ? index_map_get(&laws->roots, e->cause) : SIZE_MAX;
    if (e->kind == EVENT_TIMER_FIRE) root = LAW_ROOT_TIMER;
    if (e->kind == EVENT_LINK_DELIVER || e->kind == EVENT_PACKET_WHOLE) root = LAW_ROOT_ARRIVAL;
    if (root != SIZE_MAX) index_map_put(&laws->roots, e->id, root);
}

void laws_of_tcp(struct laws *laws, const struct event *e)
{
    if (!laws->full) return;
    struct law_conn *c = e->kind == EVENT_TCP_SETTINGS ? law_conn_of(laws, event_int(e, FIELD_CONN)) : NULL;
    remember_root(laws, e);
    switch (e->kind) {
    case EVENT_CONN_OPEN:
        on_conn_open(laws, e);
        break;
    case EVENT_CONN_CLOSE:
        on_conn_close(laws, e);
        break;
    case EVENT_PACKET_SEND:
        on_packet_send(laws, e);
        break;
    case EVENT_TCP_STATE:
        on_tcp_state(laws, e);
        break;
    case EVENT_TCP_VARS:
        on_tcp_vars(laws, e);
        break;
    case EVENT_TCP_SETTINGS:
        if (c) law_of_settings(c, e);
        break;
    case EVENT_TIMER_SET:
    case EVENT_TIMER_FIRE:
    case EVENT_TIMER_CANCEL:
        laws_of_timers(laws, e);
        break;
    default:
        break;
    }
}

void laws_tcp_free(struct laws *laws)
{
    for (size_t i = 0; i < laws->n_conns; i++) {
        mem_free(laws->conns[i]->sent.items);
        mem_free(laws->conns[i]->apart.items);
        reference_free(&laws->conns[i]->reference);
        mem_free(laws->conns[i]);
    }
    mem_free(laws->conns);
}
