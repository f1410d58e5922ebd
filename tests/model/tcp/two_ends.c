#include "tests/model/tcp/two_ends.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"

enum { WIRE_MAX = 512, SENT_AT_ONCE_MAX = 300, RESENDS = 64 };

/* When a timeout repeated a sequence number, and how long after the transmission before. */
struct resend {
    uint32_t seq;
    int64_t at_ns, gap_ns; /* gap_ns: between two timeouts, 0 when only one is known */
    bool known, timeout;
};

struct end {
    struct tcp_conn *conn;
    struct tcp_config config;
    uint32_t iss;
    uint8_t *has; /* which bytes of the peer's stream were taken, as the bitmap receiver has it */
    uint32_t whole, to_write, written;
    uint64_t consumed, readable, acked;
    int64_t next_read_ns;
    uint32_t una, nxt;        /* T2 */
    uint32_t right_edge;      /* T3: that we told */
    uint32_t peer_right_edge; /* T5: that the peer told us */
    bool edge_known, peer_edge_known, eof, slow_reader;
    bool scales, had_sack, had_loss, had_timestamps; /* its SYN offered to scale; what it has received */
    uint8_t shift;
    enum tcp_state state;
    struct resend resends[RESENDS];
};

struct on_wire {
    int64_t at_ns;
    uint64_t order, offset;
    struct tcp_segment segment;
    int to;
};

struct two_ends {
    struct two_ends_settings settings;
    fate_fn fate;
    void *context;
    int64_t now_ns;
    struct end ends[2];
    struct on_wire wire[WIRE_MAX];
    size_t n_wire;
    uint64_t order;
    bool forged;
    bool is_broken;
    char broken[300];
};

struct two_ends_settings two_ends_settings_default(void)
{
    struct two_ends_settings s = {.to_write = {250, 100}, .delay_ns = 10 * MILLISECOND, .late_ns = 25 * MILLISECOND};
    for (int i = 0; i < 2; i++) {
        s.config[i] = tcp_config_default();
        s.opening[i].mss = 100;
        s.config[i].msl_ns = 1 * HOUR; /* so long that no end is gone before the other has heard it */
        s.config[i].syn_r2_ns = s.config[i].syn_answer_r2_ns = s.config[i].data_r2_ns =
            10 * HOUR; /* the wire is bad, yet not dead */
    }
    s.opening[0].iss = UINT32_MAX - 120; /* both wrap within their text */
    s.opening[1].iss = UINT32_MAX - 40;
    return s;
}

__attribute__((format(printf, 3, 4))) static void broken(struct two_ends *w, const char *law, const char *format, ...)
{
    if (w->is_broken) return;
    w->is_broken = true;
    int n = snprintf(w->broken, sizeof w->broken, "%s at %.6f s: ", law, (double)w->now_ns / 1e9);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(w->broken + n, sizeof w->broken - (size_t)n, format, arguments);
    va_end(arguments);
}

#define MUST(w, condition, law, ...)                                                                                   \
    do {                                                                                                               \
        if (!(condition)) broken(w, law, __VA_ARGS__);                                                                 \
    } while (0)

static void on_the_wire(struct two_ends *w, int to, const struct tcp_segment *segment, uint64_t offset,
                        int64_t delay_ns)
{
    if (w->n_wire == WIRE_MAX) {
        MUST(w, w->forged, "T9", "the wire holds %d packets", WIRE_MAX);
        return;
    }
    w->wire[w->n_wire++] = (struct on_wire){w->now_ns + delay_ns, w->order++, offset, *segment, to};
}

static void put(struct two_ends *w, int to, const struct tcp_segment *segment, uint64_t offset)
{
    int64_t delay_ns = w->settings.delay_ns, late_ns = delay_ns + w->settings.late_ns;
    switch (w->fate(w->context, to, segment)) {
    case FATE_DROP:
        return;
    case FATE_DELAY:
        on_the_wire(w, to, segment, offset, late_ns);
        return;
    case FATE_DUPLICATE:
        on_the_wire(w, to, segment, offset, late_ns);
        on_the_wire(w, to, segment, offset, delay_ns);
        return;
    case FATE_DELIVER:
    case FATES:
        on_the_wire(w, to, segment, offset, delay_ns);
    }
}

/* RFC 7323 2.3: scaled when both SYNs said so, and never on a SYN. */
static uint32_t told_window(const struct two_ends *w, const struct end *e, const struct tcp_segment *s)
{
    bool agreed = w->forged ? e->conn->scaling_ok : w->ends[0].scales && w->ends[1].scales;
    bool scaled = agreed && !(s->flags & TCP_SYN);
    return (uint32_t)s->window << (scaled ? e->shift : 0);
}

/* T4: a block tells of bytes that are held; all but a first one that tells of a duplicate (RFC 2883) lie above the
   acknowledgement. Our FIN's number may be held too. */
static void check_sack(struct two_ends *w, struct end *e, const struct tcp_segment *s)
{
    const struct end *peer = &w->ends[e == &w->ends[0]];
    for (unsigned i = 0; i < s->n_sack; i++) {
        uint32_t left = s->sack[i].left, right = s->sack[i].right;
        bool duplicate =
            i == 0 && (seq_before(left, s->ack) || (s->n_sack > 1 && seq_not_after(s->sack[1].left, left) &&
                                                    seq_not_after(right, s->sack[1].right)));
        MUST(w, seq_before(left, right), "T4", "a SACK block is empty");
        MUST(w, duplicate || seq_before(s->ack, left), "T4", "SACK block %u begins at or before the ack", i);
        for (uint32_t at = left; at != right && !w->forged && !w->is_broken; at++) {
            uint32_t offset = at - peer->iss - 1;
            bool held = offset < peer->to_write ? e->has[offset] : offset == peer->to_write;
            MUST(w, held, "T4", "SACK block %u names byte %u, which is not there", i, offset);
        }
    }
}

/* T5: FlightSize within cwnd and the two segments of limited transmit; with SACK only until losses make the sender's
   estimate of what is in the pipe differ from it. */
static void check_cwnd(struct two_ends *w, const struct end *e, const struct tcp_segment *s)
{
    const struct tcp_conn *c = e->conn;
    if (s->length == 0 || (e->had_sack && e->had_loss)) return;
    MUST(w, c->snd_nxt - c->snd_una - 1 <= c->cwnd + 2 * c->smss, "T5", "%u in flight, cwnd %u",
         c->snd_nxt - c->snd_una, c->cwnd);
}

/* T3, T4, T11, T12: what a segment says about what we have. */
static void check_what_is_told(struct two_ends *w, struct end *e, const struct tcp_segment *s)
{
    if (!(s->flags & TCP_ACK) || s->flags & TCP_RST) return;
    uint32_t edge = s->ack + told_window(w, e, s), unread = (uint32_t)(e->readable - e->consumed);
    /* RFC 7323 2.4: rounded down, by less than a unit; on a SYN that goes again a large window cannot be told. */
    uint32_t rounding = (1u << e->shift) - 1;
    if (e->edge_known && !(s->flags & TCP_SYN))
        MUST(w, seq_not_after(e->right_edge, edge + rounding), "T3", "the right edge moves left");
    if (!e->edge_known || seq_before(e->right_edge, edge)) e->right_edge = edge;
    e->edge_known = true;
    MUST(w, unread + told_window(w, e, s) <= e->config.receive_buffer, "T11", "%u unread, window %u", unread,
         told_window(w, e, s));
    MUST(w, e->readable <= e->whole || w->forged, "T4", "%u bytes are whole, %u acknowledged", e->whole,
         (unsigned)e->readable);
    check_sack(w, e, s);
}

/* T6: the causes that there are, and RFC 6298 (5.5): each timeout of a segment waits twice as long as the one before.
 */
static void check_repetition(struct two_ends *w, struct end *e, const struct tcp_output *out)
{
    struct resend *r = &e->resends[out->segment.seq % RESENDS];
    bool timeout = strcmp(out->why, "retransmission timeout") == 0 && out->segment.seq == e->una;
    bool again = r->known && r->seq == out->segment.seq;
    int64_t gap_ns = again ? w->now_ns - r->at_ns : 0;
    bool linear = (out->segment.flags & (TCP_SYN | TCP_ACK)) == TCP_SYN && e->config.syn_linear_timeouts; /* Linux */
    if (timeout && again && r->gap_ns && !w->forged && !linear) {
        bool backs_off = gap_ns >= 2 * r->gap_ns || gap_ns >= e->config.rto_max_ns;
        MUST(w, backs_off, "T6", "a timeout after %.3f s follows one after %.3f s", (double)gap_ns / 1e9,
             (double)r->gap_ns / 1e9);
    }
    *r = (struct resend){out->segment.seq, w->now_ns, timeout && again && r->timeout ? gap_ns : 0, true, timeout};
}

/* T5: of new data; beyond the right edge only the probe of a closed window. */
static void check_in_flight(struct two_ends *w, struct end *e, const struct tcp_output *out)
{
    const struct tcp_segment *s = &out->segment;
    uint32_t last = s->seq + tcp_segment_sequence_length(s);
    if (s->flags & (TCP_SYN | TCP_RST) || out->transmission > 1 || last == s->seq || w->forged) return;
    bool probe = s->length <= 1 && strcmp(out->why, "zero window probe") == 0;
    MUST(w, probe || !e->peer_edge_known || seq_not_after(last, e->peer_right_edge), "T5", "sent %u beyond the window",
         last - e->peer_right_edge);
    if (strcmp(out->why, "tail loss probe") != 0) check_cwnd(w, e, s); /* RFC 8985 7.3: whatever cwnd is */
}

static void check_sent(struct two_ends *w, int who, const struct tcp_output *out)
{
    struct end *e = &w->ends[who];
    if (out->segment.flags & TCP_SYN) {
        e->scales = out->segment.options & TCP_WINDOW_SCALE;
        e->shift = out->segment.window_shift;
    }
    if (out->transmission > 1 && tcp_segment_sequence_length(&out->segment)) e->had_loss = true;
    check_what_is_told(w, e, &out->segment);
    check_in_flight(w, e, out);
    if (tcp_segment_sequence_length(&out->segment)) check_repetition(w, e, out);
    if (out->segment.length && !w->forged)
        MUST(w, out->stream_offset + out->segment.length <= e->written, "T1", "more is sent than was written");
}

/* T7: RFC 9293 figure 5; one call may take two steps of it. */
static bool may_follow(enum tcp_state from, enum tcp_state to)
{
    static const uint16_t next[] = {
        [TCP_CLOSED] = 1 << TCP_LISTEN | 1 << TCP_SYN_SENT,
        [TCP_LISTEN] = 1 << TCP_SYN_RECEIVED | 1 << TCP_SYN_SENT | 1 << TCP_CLOSED,
        [TCP_SYN_SENT] = 1 << TCP_SYN_RECEIVED | 1 << TCP_ESTABLISHED | 1 << TCP_CLOSED,
        [TCP_SYN_RECEIVED] = 1 << TCP_ESTABLISHED | 1 << TCP_FIN_WAIT_1 | 1 << TCP_LISTEN | 1 << TCP_CLOSED,
        [TCP_ESTABLISHED] = 1 << TCP_FIN_WAIT_1 | 1 << TCP_CLOSE_WAIT | 1 << TCP_CLOSED,
        [TCP_FIN_WAIT_1] = 1 << TCP_FIN_WAIT_2 | 1 << TCP_CLOSING | 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
        [TCP_FIN_WAIT_2] = 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
        [TCP_CLOSE_WAIT] = 1 << TCP_LAST_ACK | 1 << TCP_CLOSED,
        [TCP_CLOSING] = 1 << TCP_TIME_WAIT | 1 << TCP_CLOSED,
        [TCP_LAST_ACK] = 1 << TCP_CLOSED,
        [TCP_TIME_WAIT] = 1 << TCP_CLOSED,
    };
    return next[from] >> to & 1;
}

static bool may_come_to(enum tcp_state from, enum tcp_state to)
{
    if (from == to || may_follow(from, to)) return true;
    for (int between = 0; between <= TCP_TIME_WAIT; between++) {
        enum tcp_state middle = (enum tcp_state)between;
        if (may_follow(from, middle) && may_follow(middle, to)) return true;
        /* The handshake's end, close, and the peer's FIN in one segment. */
        if (middle == TCP_ESTABLISHED && may_follow(from, middle) && to == TCP_CLOSING) return true;
    }
    return false;
}

static void check_end(struct two_ends *w, int who)
{
    struct end *e = &w->ends[who];
    const struct tcp_conn *c = e->conn;
    enum tcp_state state = tcp_state(c);
    MUST(w, may_come_to(e->state, state), "T7", "%s follows %s", tcp_state_text(state), tcp_state_text(e->state));
    e->state = state;
    MUST(w, seq_not_after(c->snd_una, c->snd_nxt), "T2", "SND.UNA is beyond SND.NXT");
    MUST(w, seq_not_after(e->una, c->snd_una), "T2", "SND.UNA goes back");
    MUST(w, seq_not_after(e->nxt, c->snd_nxt), "T2", "SND.NXT goes back");
    e->una = c->snd_una;
    e->nxt = c->snd_nxt;
    MUST(w, tcp_readable(c) >= e->readable && tcp_acked(c) >= e->acked, "T2", "an offset goes back");
    MUST(w, tcp_acked(c) <= e->written, "T2", "more is acknowledged than was written");
    e->readable = tcp_readable(c);
    e->acked = tcp_acked(c);
    MUST(w, c->cwnd >= c->smss, "T5", "cwnd is %u", c->cwnd);
    MUST(w, tcp_ranges(c) <= TCP_RANGES_MAX, "T11", "%zu ranges", tcp_ranges(c));
    if (w->forged || state < TCP_ESTABLISHED) return;
    while (e->whole < w->ends[1 - who].to_write && e->has[e->whole])
        e->whole++;
    /* PAWS (RFC 7323 5) may refuse a new segment that was overtaken by its predecessor's repetition. */
    MUST(w, e->readable == e->whole || (e->had_timestamps && e->readable < e->whole), "T12",
         "%u bytes are whole, %u readable", e->whole, (unsigned)e->readable);
}

static void drain(struct two_ends *w, int who)
{
    struct end *e = &w->ends[who];
    struct tcp_output out;
    check_end(w, who);
    for (int n = 0; tcp_next_segment(e->conn, w->now_ns, &out) && !w->is_broken; n++) {
        MUST(w, n < SENT_AT_ONCE_MAX, "T9", "it does not stop sending");
        check_sent(w, who, &out);
        tcp_label_sent(e->conn, ++w->order);
        put(w, 1 - who, &out.segment, out.stream_offset);
    }
    check_end(w, who);
}

static void take_news(struct two_ends *w, int who)
{
    struct end *e = &w->ends[who];
    unsigned news = tcp_take_news(e->conn);
    unsigned bad = TCP_NEWS_TIMED_OUT | TCP_NEWS_REFUSED | TCP_NEWS_RESET;
    MUST(w, w->forged || !(news & bad), "T9", "the connection fails (news %u)", news & bad);
    if (news & TCP_NEWS_EOF) {
        MUST(w, !e->eof, "T10", "the end is told twice");
        MUST(w, w->forged || tcp_readable(e->conn) == w->ends[1 - who].to_write, "T10", "the end is told too early");
        e->eof = true;
    }
    if (news & TCP_NEWS_ESTABLISHED) {
        e->written = e->to_write;
        if (e->to_write) tcp_write(e->conn, e->to_write, w->now_ns);
        tcp_close(e->conn, w->now_ns);
    }
    if (news & TCP_NEWS_READABLE) {
        if (!e->slow_reader) tcp_consume(e->conn, e->consumed = tcp_readable(e->conn), w->now_ns);
        if (e->slow_reader && e->next_read_ns == TIME_NEVER) e->next_read_ns = w->now_ns + 300 * MILLISECOND;
    }
    drain(w, who);
}

static void read_slowly(struct two_ends *w, int who)
{
    struct end *e = &w->ends[who];
    uint64_t unread = tcp_readable(e->conn) - e->consumed;
    e->consumed += (unread + 1) / 2;
    e->next_read_ns = unread > 1 ? w->now_ns + 300 * MILLISECOND : TIME_NEVER;
    tcp_consume(e->conn, e->consumed, w->now_ns);
    take_news(w, who);
}

/* The bitmap receiver takes what lies in the window that its end has told (with go-back-n only what comes in order),
   unless the acknowledgement beside it is too old to be believed (RFC 5961 5.2). */
static void shadow_takes(struct two_ends *w, struct end *e, const struct on_wire *p, uint32_t rcv_nxt)
{
    if (seq_before(p->segment.ack, e->una - e->conn->max_snd_wnd)) return;
    if (e->config.flavour == TCP_FLAVOUR_GO_BACK_N && p->offset > tcp_readable(e->conn)) return;
    uint32_t room = e->right_edge - rcv_nxt;
    uint64_t edge = tcp_readable(e->conn) + room;
    uint32_t peer_total = w->ends[1 - p->to].to_write;
    for (uint64_t i = p->offset; i < p->offset + p->segment.length && i < edge && i < peer_total; i++)
        e->has[i] = 1;
}

static void arrive(struct two_ends *w, const struct on_wire *p)
{
    struct end *e = &w->ends[p->to];
    struct tcp_segment reset;
    if (p->segment.n_sack) e->had_sack = e->had_loss = true;
    if (p->segment.options & TCP_TIMESTAMPS) e->had_timestamps = true;
    if (p->segment.flags & TCP_ACK && !(p->segment.flags & TCP_RST)) {
        uint32_t edge = p->segment.ack + told_window(w, &w->ends[1 - p->to], &p->segment);
        if (!e->peer_edge_known || seq_before(e->peer_right_edge, edge)) e->peer_right_edge = edge;
        e->peer_edge_known = true;
    } else if (p->segment.flags & TCP_SYN && !e->peer_edge_known) {
        e->peer_right_edge = e->iss + 1 + p->segment.window;
        e->peer_edge_known = true;
    }
    if (tcp_state(e->conn) == TCP_CLOSED) {
        if (tcp_reset_for(&p->segment, &reset)) put(w, 1 - p->to, &reset, 0);
        return;
    }
    bool receives = tcp_state(e->conn) >= TCP_SYN_RECEIVED && e->edge_known;
    if (p->segment.length && receives && !w->forged) {
        int64_t offset = tcp_payload_offset(e->conn, &p->segment);
        MUST(w, offset == (int64_t)p->offset, "T1", "%ld is taken for %ld", (long)p->offset, (long)offset);
        if (e->state != TCP_TIME_WAIT) shadow_takes(w, e, p, e->conn->rcv_nxt);
    }
    tcp_segment_arrives(e->conn, &p->segment, w->now_ns);
    take_news(w, p->to);
}

static size_t next_on_wire(const struct two_ends *w)
{
    size_t best = WIRE_MAX;
    for (size_t i = 0; i < w->n_wire; i++) {
        const struct on_wire *p = &w->wire[i], *b = &w->wire[best < WIRE_MAX ? best : i];
        if (best == WIRE_MAX || p->at_ns < b->at_ns || (p->at_ns == b->at_ns && p->order < b->order)) best = i;
    }
    return best;
}

bool two_ends_step(struct two_ends *w)
{
    if (w->is_broken) return false;
    size_t next = next_on_wire(w);
    int64_t at_ns = next < WIRE_MAX ? w->wire[next].at_ns : TIME_NEVER;
    int who = -1;
    for (int i = 0; i < 2; i++) {
        int64_t due_ns = tcp_deadline(w->ends[i].conn);
        if (w->ends[i].next_read_ns < due_ns) due_ns = w->ends[i].next_read_ns;
        if (due_ns >= at_ns) continue;
        at_ns = due_ns;
        who = i;
    }
    if (at_ns == TIME_NEVER) return false;
    MUST(w, at_ns >= w->now_ns, "T9", "a deadline lies in the past");
    w->now_ns = at_ns;
    if (who < 0) {
        struct on_wire p = w->wire[next];
        w->wire[next] = w->wire[--w->n_wire];
        arrive(w, &p);
    } else if (w->ends[who].next_read_ns <= at_ns) {
        read_slowly(w, who);
    } else {
        tcp_on_deadline(w->ends[who].conn, at_ns);
        take_news(w, who);
    }
    return !w->is_broken;
}

struct two_ends *two_ends_new(const struct two_ends_settings *settings, fate_fn fate, void *context)
{
    struct two_ends *w = calloc(1, sizeof *w);
    w->settings = *settings;
    w->fate = fate;
    w->context = context;
    for (uint32_t i = 0; i < 2; i++) {
        struct end *e = &w->ends[i];
        e->config = settings->config[i];
        struct tcp_opening opening = settings->opening[i];
        opening.local_port = (uint16_t)(i ? 25 : 49152);
        opening.remote_port = (uint16_t)(i ? 49152 : 25);
        opening.ts_epoch = opening.iss & 1 ? UINT16_MAX : 0; /* clocks that wrap after a minute, too */
        e->iss = opening.iss;
        e->conn = tcp_new(&e->config, opening, NULL, (struct conn_id){i + 1}, (struct host_id){i + 1});
        e->has = calloc(1, settings->to_write[1 - i] + 1);
        e->to_write = settings->to_write[i];
        e->next_read_ns = TIME_NEVER;
        e->slow_reader = settings->slow_reader[i];
        e->una = e->nxt = e->iss;
    }
    tcp_open_active(w->ends[0].conn, 0);
    if (settings->simultaneous)
        tcp_open_active(w->ends[1].conn, 0);
    else
        tcp_listen(w->ends[1].conn);
    for (int i = 0; i < 2; i++)
        drain(w, i);
    return w;
}

void two_ends_free(struct two_ends *w)
{
    for (int i = 0; i < 2; i++) {
        tcp_free(w->ends[i].conn);
        free(w->ends[i].has);
    }
    free(w);
}

int64_t two_ends_now(const struct two_ends *w)
{
    return w->now_ns;
}

void two_ends_forge(struct two_ends *w, int to, const struct tcp_segment *segment)
{
    w->forged = true;
    on_the_wire(w, to, segment, 0, 0);
}

void two_ends_numbers(const struct two_ends *w, int end, uint32_t *snd_nxt, uint32_t *rcv_nxt)
{
    *snd_nxt = w->ends[end].conn->snd_nxt;
    *rcv_nxt = w->ends[end].conn->rcv_nxt;
}

void two_ends_abort(struct two_ends *w, int end)
{
    w->forged = true; /* both streams end before their ends */
    tcp_abort(w->ends[end].conn, w->now_ns);
    take_news(w, end);
}

void two_ends_judge_end(struct two_ends *w)
{
    for (int i = 0; i < 2; i++) {
        const struct end *e = &w->ends[i];
        MUST(w, tcp_state(e->conn) == TCP_CLOSED, "T9", "end %d stays in %s", i, tcp_state_text(tcp_state(e->conn)));
        if (w->forged) continue;
        MUST(w, e->eof, "T10", "end %d was not told the end", i);
        MUST(w, e->readable == w->ends[1 - i].to_write, "T1", "end %d has %u bytes of %u", i, (unsigned)e->readable,
             w->ends[1 - i].to_write);
        MUST(w, e->acked == e->to_write, "T9", "%u bytes of end %d are acknowledged", (unsigned)e->acked, i);
    }
}

const char *two_ends_broken(const struct two_ends *w)
{
    return w->is_broken ? w->broken : NULL;
}
