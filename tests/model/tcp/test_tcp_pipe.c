/* Two machines back to back over a pipe that loses, delays, reorders and repeats segments in both directions. Whatever
   it does: all bytes arrive in order, both ends reach CLOSED, and the laws hold at every step:
   T1 the bytes read are a prefix of the bytes written; T2 sequence variables only grow; T3 the right edge of a window
   never moves left; T4 an ACK never runs ahead of what is there; T5 what is in flight stays within cwnd and window. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"

enum { STREAM_MAX = 60000, PIPE_MAX = 4096 };

struct end {
    struct tcp_conn *conn;
    struct tcp_config config;
    uint8_t has[STREAM_MAX + 1]; /* which bytes of the peer's stream have arrived */
    uint64_t to_write, written;
    int64_t next_write_ns, next_read_ns;
    uint32_t last_una, last_nxt, last_rcv, right_edge;
    bool edge_known, closed, eof, slow_reader;
    uint32_t whole; /* all bytes before this one have arrived */
};

struct in_pipe {
    int64_t at_ns;
    uint64_t order;
    struct tcp_segment segment;
    uint64_t offset;
    int to;
};

struct pipe_world {
    unsigned seed;
    uint64_t random;
    int64_t now_ns, base_delay_ns, jitter_ns;
    uint32_t loss_percent, repeat_percent;
    struct end ends[2];
    struct in_pipe pipe[PIPE_MAX];
    size_t n_pipe;
    uint64_t order, sent, lost, retransmitted;
};

static struct pipe_world world;

static uint64_t next_random(struct pipe_world *w)
{
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return w->random >> 33;
}

static bool chance(struct pipe_world *w, uint32_t percent)
{
    return next_random(w) % 100 < percent;
}

static void put(struct pipe_world *w, int to, const struct tcp_segment *segment, uint64_t offset)
{
    w->sent++;
    if (chance(w, w->loss_percent)) {
        w->lost++;
        return;
    }
    cr_assert_lt(w->n_pipe, (size_t)PIPE_MAX, "seed %u", w->seed);
    int64_t delay_ns = w->base_delay_ns + (int64_t)(next_random(w) % (uint64_t)(w->jitter_ns + 1));
    w->pipe[w->n_pipe++] = (struct in_pipe){w->now_ns + delay_ns, w->order++, *segment, offset, to};
}

/* T4: everything before the acknowledged number is really there. */
static void check_ack_is_honest(struct pipe_world *w, struct end *e, const struct tcp_segment *s)
{
    const struct tcp_conn *c = e->conn;
    if (!(s->flags & TCP_ACK) || s->flags & TCP_RST) return;
    uint32_t bytes = s->ack - tcp_irs(c) - 1 - c->fin_taken;
    cr_assert_eq(bytes, tcp_readable(c), "T4, seed %u", w->seed);
    while (e->has[e->whole])
        e->whole++;
    cr_assert_leq(bytes, e->whole, "T4, seed %u: byte %u is not there", w->seed, e->whole);
}

/* T3; a scaled window is told rounded down, by less than one unit (RFC 7323 2.4); that of a SYN is cut off at 65535. */
static void check_right_edge(struct pipe_world *w, struct end *e, const struct tcp_segment *s)
{
    if (!(s->flags & TCP_ACK) || s->flags & TCP_RST) return;
    uint32_t edge = s->ack + (s->flags & TCP_SYN ? s->window : (uint32_t)s->window << e->conn->rcv_shift);
    uint32_t unit = UINT32_C(1) << e->conn->rcv_shift;
    if (e->edge_known && !(s->flags & TCP_SYN))
        cr_assert(seq_before(e->right_edge, edge + unit), "T3, seed %u", w->seed);
    if (!e->edge_known || seq_before(e->right_edge, edge)) e->right_edge = edge;
    e->edge_known = true;
}

/* T5: of new data, with two segments of limited transmit, the FIN, and the probe of a closed window. */
static void check_in_flight(struct pipe_world *w, const struct tcp_conn *c, const struct tcp_output *out)
{
    cr_assert_geq(c->cwnd, c->smss, "T5, seed %u", w->seed);
    if (out->segment.length == 0 || out->transmission > 1 || c->probing) return;
    cr_assert_leq(tcp_pipe(c) - c->fin_sent, c->cwnd + 2 * c->smss, "T5, seed %u", w->seed);
    cr_assert_leq(tcp_flight_size(c), c->snd_wnd, "T5, seed %u", w->seed);
    if (c->config->flavour == TCP_FLAVOUR_STOP_AND_WAIT) cr_assert_eq(c->end - c->first, 1);
}

/* T4: what SACK tells is there. */
static void check_sack_is_honest(struct pipe_world *w, const struct end *e, const struct tcp_segment *s)
{
    for (int i = 0; i < s->n_sack; i++)
        for (uint32_t seq = s->sack[i].left; seq != s->sack[i].right; seq++)
            cr_assert(e->has[seq - tcp_irs(e->conn) - 1], "T4, seed %u: byte %u is told and not there", w->seed,
                      seq - tcp_irs(e->conn) - 1);
}

/* What pipe is made of agrees with the marks of the records. */
static void check_sums(struct pipe_world *w, const struct tcp_conn *c)
{
    uint32_t sacked = 0, lost = 0, resent = 0, length = 0;
    for (uint32_t i = c->first; i != c->end; i++) {
        const struct tcp_record *r = tcp_record_at(c, i);
        length += tcp_record_length(r);
        if (r->marks & MARK_SACKED) sacked += tcp_record_length(r);
        if (r->marks & MARK_LOST) lost += tcp_record_length(r);
        if (r->marks & MARK_RESENT) resent += tcp_record_length(r);
    }
    cr_assert(sacked == c->sacked_bytes && lost == c->lost_bytes && resent == c->resent_bytes, "seed %u", w->seed);
    cr_assert_eq(length, tcp_flight_size(c), "seed %u", w->seed);
}

static void drain(struct pipe_world *w, int who)
{
    struct end *e = &w->ends[who];
    struct tcp_output out;
    while (tcp_next_segment(e->conn, w->now_ns, &out)) {
        check_ack_is_honest(w, e, &out.segment);
        check_sack_is_honest(w, e, &out.segment);
        check_sums(w, e->conn);
        check_right_edge(w, e, &out.segment);
        check_in_flight(w, e->conn, &out);
        if (out.segment.length) cr_assert_leq(out.stream_offset + out.segment.length, e->written);
        if (out.transmission > 1 && tcp_segment_sequence_length(&out.segment)) w->retransmitted++;
        tcp_label_sent(e->conn, ++w->order);
        put(w, 1 - who, &out.segment, out.stream_offset);
        if (chance(w, w->repeat_percent)) put(w, 1 - who, &out.segment, out.stream_offset);
    }
    const struct tcp_conn *c = e->conn;
    cr_assert(seq_not_after(c->snd_una, c->snd_nxt), "T2, seed %u", w->seed);
    cr_assert(seq_not_after(e->last_una, c->snd_una) && seq_not_after(e->last_nxt, c->snd_nxt), "T2, seed %u", w->seed);
    if (c->state > TCP_SYN_SENT && e->last_rcv) cr_assert(seq_not_after(e->last_rcv, c->rcv_nxt), "T2");
    e->last_una = c->snd_una;
    e->last_nxt = c->snd_nxt;
    e->last_rcv = c->state > TCP_SYN_SENT ? c->rcv_nxt : 0;
}

/* Some read at once, some much later; the window closes meanwhile. */
static void read_some(struct pipe_world *w, struct end *e)
{
    uint64_t unread = tcp_readable(e->conn) - e->conn->consumed;
    e->next_read_ns = TIME_NEVER;
    if (unread == 0) return;
    uint64_t take = e->slow_reader ? 1 + next_random(w) % unread : unread;
    tcp_consume(e->conn, e->conn->consumed + take, w->now_ns);
    if (take < unread) e->next_read_ns = w->now_ns + (int64_t)(next_random(w) % (300 * MILLISECOND));
}

static void take_news(struct pipe_world *w, int who)
{
    struct end *e = &w->ends[who];
    unsigned news = tcp_take_news(e->conn);
    cr_assert_not(news & (TCP_NEWS_TIMED_OUT | TCP_NEWS_REFUSED | TCP_NEWS_RESET), "seed %u: news %u", w->seed, news);
    cr_assert_not(news & TCP_NEWS_EOF && e->eof, "seed %u: end of stream told twice", w->seed);
    if (news & TCP_NEWS_EOF) {
        e->eof = true;
        cr_assert_eq(tcp_readable(e->conn), w->ends[1 - who].to_write, "seed %u", w->seed);
    }
    if (news & TCP_NEWS_READABLE && e->next_read_ns == TIME_NEVER) {
        e->next_read_ns = w->now_ns + (e->slow_reader ? (int64_t)(next_random(w) % SECOND) : 0);
    }
    if (news & TCP_NEWS_ESTABLISHED) e->next_write_ns = w->now_ns;
    drain(w, who);
}

static void write_some(struct pipe_world *w, struct end *e)
{
    e->next_write_ns = w->now_ns + (int64_t)(next_random(w) % (200 * MILLISECOND));
    if (e->written < e->to_write) {
        uint64_t n = 1 + next_random(w) % (e->to_write - e->written);
        tcp_write(e->conn, n, w->now_ns);
        e->written += n;
    } else {
        tcp_close(e->conn, w->now_ns);
        e->next_write_ns = TIME_NEVER;
    }
}

static void arrive(struct pipe_world *w, size_t i)
{
    struct in_pipe p = w->pipe[i];
    w->pipe[i] = w->pipe[--w->n_pipe];
    struct end *e = &w->ends[p.to];
    struct tcp_segment reset;
    if (tcp_state(e->conn) == TCP_CLOSED) {
        if (tcp_reset_for(&p.segment, &reset)) put(w, 1 - p.to, &reset, 0);
        return;
    }
    if (p.segment.length && tcp_state(e->conn) > TCP_SYN_SENT) {
        int64_t offset = tcp_payload_offset(e->conn, &p.segment);
        cr_assert_eq(offset, (int64_t)p.offset, "T1, seed %u: %ld is not %lu", w->seed, (long)offset, (long)p.offset);
        memset(e->has + offset, 1, p.segment.length);
    }
    tcp_segment_arrives(e->conn, &p.segment, w->now_ns);
}

static int64_t earliest(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static size_t next_in_pipe(const struct pipe_world *w)
{
    size_t best = PIPE_MAX;
    for (size_t i = 0; i < w->n_pipe; i++) {
        if (best == PIPE_MAX || w->pipe[i].at_ns < w->pipe[best].at_ns ||
            (w->pipe[i].at_ns == w->pipe[best].at_ns && w->pipe[i].order < w->pipe[best].order)) {
            best = i;
        }
    }
    return best;
}

static bool step(struct pipe_world *w)
{
    size_t next = next_in_pipe(w);
    int64_t at_ns = next < PIPE_MAX ? w->pipe[next].at_ns : TIME_NEVER;
    for (int i = 0; i < 2; i++) {
        at_ns = earliest(at_ns, tcp_deadline(w->ends[i].conn));
        at_ns = earliest(at_ns, earliest(w->ends[i].next_write_ns, w->ends[i].next_read_ns));
    }
    if (at_ns == TIME_NEVER) return false;
    cr_assert_geq(at_ns, w->now_ns, "seed %u: time runs backwards", w->seed);
    w->now_ns = at_ns;
    if (next < PIPE_MAX && w->pipe[next].at_ns == at_ns) {
        int to = w->pipe[next].to;
        arrive(w, next);
        take_news(w, to);
        return true;
    }
    for (int i = 0; i < 2; i++) {
        struct end *e = &w->ends[i];
        if (tcp_deadline(e->conn) <= at_ns) tcp_on_deadline(e->conn, at_ns);
        if (e->next_read_ns <= at_ns) read_some(w, e);
        if (e->next_write_ns <= at_ns) write_some(w, e);
        take_news(w, i);
    }
    return true;
}

static struct tcp_config random_config(struct pipe_world *w, bool stop_and_wait)
{
    struct tcp_config config = tcp_config_default();
    config.receive_buffer = chance(w, 50) ? 65535 : 200 + (uint32_t)(next_random(w) % 20000);
    config.flavour = stop_and_wait ? TCP_FLAVOUR_STOP_AND_WAIT : (enum tcp_flavour)(next_random(w) % TCP_FLAVOURS);
    config.sack = chance(w, 70);
    config.timestamps = chance(w, 50);
    config.window_scaling = chance(w, 50);
    config.rack = chance(w, 50);
    config.tlp = chance(w, 50);
    config.mtu_probing = chance(w, 20);
    if (config.window_scaling && chance(w, 50)) config.receive_buffer = 65535 + (uint32_t)(next_random(w) % 1000000);
    config.initial_window_segments = (uint16_t)(1 + next_random(w) % 10);
    config.delayed_ack_ns = chance(w, 30) ? 0 : (int64_t)(next_random(w) % (500 * MILLISECOND));
    config.rto_min_ns = chance(w, 50) ? 1 * SECOND : 200 * MILLISECOND;
    config.msl_ns = 1 * HOUR; /* so long that no end is gone before the other has heard it */
    config.syn_r2_ns = config.syn_answer_r2_ns = config.data_r2_ns = 10 * HOUR; /* this pipe is bad, yet not dead */
    config.nagle = chance(w, 50);
    return config;
}

static struct tcp_opening random_opening(struct pipe_world *w)
{
    struct tcp_opening opening = {0};
    opening.iss = chance(w, 50) ? UINT32_MAX - (uint32_t)(next_random(w) % 20000) : (uint32_t)next_random(w) * 2;
    opening.mss = (uint16_t)(100 + next_random(w) % 1361);
    opening.ts_epoch = opening.iss & 1 ? UINT16_MAX : 0; /* clocks that wrap after a minute, too */
    return opening;
}

static void begin(struct pipe_world *w, unsigned seed)
{
    memset(w, 0, sizeof *w);
    w->seed = seed;
    w->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    w->loss_percent = (uint32_t)(next_random(w) % 4) * 7;
    w->repeat_percent = (uint32_t)(next_random(w) % 3) * 5;
    w->base_delay_ns = 10 * MILLISECOND;
    w->jitter_ns = chance(w, 50) ? 0 : (int64_t)(next_random(w) % (60 * MILLISECOND));
    bool stop_and_wait = chance(w, 15);
    for (uint32_t i = 0; i < 2; i++) {
        struct end *e = &w->ends[i];
        struct tcp_opening opening = random_opening(w);
        e->config = random_config(w, stop_and_wait);
        e->conn = tcp_new(&e->config, opening, NULL, (struct conn_id){i + 1}, (struct host_id){i + 1});
        e->to_write = chance(w, 20) ? 0 : next_random(w) % STREAM_MAX;
        if (stop_and_wait) e->to_write /= 10;
        e->next_write_ns = e->next_read_ns = TIME_NEVER;
        e->slow_reader = chance(w, 40);
        e->last_una = e->last_nxt = opening.iss;
    }
    tcp_open_active(w->ends[0].conn, 0);
    if (chance(w, 10)) {
        tcp_open_active(w->ends[1].conn, 0); /* both ends at once */
    } else {
        tcp_listen(w->ends[1].conn);
    }
    drain(w, 0);
    drain(w, 1);
}

Test(tcp_pipe, all_bytes_arrive_in_order_and_both_ends_close_whatever_the_pipe_does)
{
    uint64_t sent = 0, lost = 0, retransmitted = 0;
    for (unsigned seed = 1; seed <= 1500; seed++) {
        struct pipe_world *w = &world;
        begin(w, seed);
        uint64_t steps = 0;
        while (step(w))
            cr_assert_lt(++steps, UINT64_C(2000000), "seed %u does not end", seed);
        for (int i = 0; i < 2; i++) {
            struct end *e = &w->ends[i];
            cr_assert_eq(tcp_state(e->conn), TCP_CLOSED, "seed %u: end %d is %s", seed, i,
                         tcp_state_text(tcp_state(e->conn)));
            cr_assert_eq(tcp_readable(e->conn), w->ends[1 - i].to_write, "T1, seed %u", seed);
            cr_assert_eq(tcp_acked(e->conn), e->to_write, "seed %u", seed);
            cr_assert(e->eof, "seed %u: end %d was not told the end of the stream", seed, i);
            for (uint64_t b = 0; b < tcp_readable(e->conn); b++)
                cr_assert(e->has[b], "T1, seed %u", seed);
            tcp_free(e->conn);
        }
        sent += w->sent;
        lost += w->lost;
        retransmitted += w->retransmitted;
    }
    cr_log_info("%lu segments sent, %lu lost, %lu retransmissions\n", (unsigned long)sent, (unsigned long)lost,
                (unsigned long)retransmitted);
    cr_assert_gt(lost, 1000u);
    cr_assert_gt(retransmitted, 1000u);
}
