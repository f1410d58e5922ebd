/* Plays a timeline against one end of a connection. */
#include "tests/model/tcp/timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"
#include "tests/model/tcp/timeline_notation.h"
#include "tests/model/tcp/timeline_settings.h"

enum { SENT_MAX = 256, LABELS_MAX = 512 };

struct sent {
    int64_t at_ns;
    struct tcp_output out;
};

struct player {
    struct tcp_conn *conn;
    struct timeline_ends ends;
    int64_t now_ns;
    struct sent sent[SENT_MAX]; /* not yet named by a line */
    size_t n_sent;
    struct {
        uint32_t seq, length; /* of sequence numbers */
        uint64_t label;
    } labels[LABELS_MAX];
    size_t n_labels;
    uint32_t peer_nxt, peer_ack;
    bool listens;
    uint32_t incarnation, iss_beyond;      /* by how much this one's ISS lies beyond the one's before */
    uint32_t ts_base;                      /* of our clock: what it showed at time 0 */
    uint32_t ts_val;                       /* that we sent last, for the peer to echo */
    bool sent_ts, sent_sackok, sent_scale; /* on our SYN, for a peer that agrees to everything */
    bool edge_known;
    uint32_t right_edge;
    const char *name;
    int line;
    char *message;
    size_t message_size;
    bool failed;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct player *p, const char *format, ...)
{
    if (p->failed) return false;
    p->failed = true;
    int n = snprintf(p->message, p->message_size, "%s:%d: ", p->name, p->line);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(p->message + n, p->message_size - (size_t)n, format, arguments);
    va_end(arguments);
    return false;
}

static void flags_text(uint8_t flags, char buffer[32])
{
    tcp_flags_text(flags & (TCP_SYN | TCP_FIN | TCP_RST), buffer);
}

static const char *segment_text(const struct player *p, const struct sent *s, char *buffer, size_t size)
{
    const struct tcp_segment *g = &s->out.segment;
    char flags[32];
    uint32_t from = g->seq - p->ends.opening.iss;
    flags_text(g->flags, flags);
    int n = snprintf(buffer, size, "%s%s%u:%u", flags, flags[0] ? " " : "", from, from + g->length);
    if (g->flags & TCP_ACK) n += snprintf(buffer + n, size - (size_t)n, " ack %u", g->ack - p->ends.peer_iss);
    n += snprintf(buffer + n, size - (size_t)n, " win %u mss %u", g->window, g->mss);
    if (g->options & TCP_SACK_PERMITTED) n += snprintf(buffer + n, size - (size_t)n, " sackok");
    if (g->options & TCP_WINDOW_SCALE) n += snprintf(buffer + n, size - (size_t)n, " wscale %u", g->window_shift);
    if (g->options & TCP_TIMESTAMPS)
        n += snprintf(buffer + n, size - (size_t)n, " ts %u/%u", g->ts_val - p->ts_base, g->ts_ecr);
    for (unsigned i = 0; i < g->n_sack; i++)
        n += snprintf(buffer + n, size - (size_t)n, " sack %u:%u", g->sack[i].left - p->ends.peer_iss,
                      g->sack[i].right - p->ends.peer_iss);
    snprintf(buffer + n, size - (size_t)n, " x%u \"%s\" at %.6f s", s->out.transmission, s->out.why,
             (double)s->at_ns / 1e9);
    return buffer;
}

/* What holds for whatever is sent: the right edge stays or moves right; a repetition names what it repeats. */
static void check_sent(struct player *p, const struct tcp_output *out, uint64_t label)
{
    const struct tcp_segment *g = &out->segment;
    if (g->flags & TCP_ACK && !(g->flags & TCP_RST)) {
        bool scaled = p->conn->scaling_ok && !(g->flags & TCP_SYN);
        unsigned shift = scaled ? p->conn->rcv_shift : 0; /* what is told is rounded down: RFC 7323 2.4 */
        uint32_t edge = g->ack + ((uint32_t)g->window << shift), unit = 1u << shift;
        if (p->edge_known && seq_before(edge + unit - 1, p->right_edge))
            fail(p, "the right edge of the window moves left");
        p->right_edge = edge;
        p->edge_known = true;
    }
    if (tcp_segment_sequence_length(g) == 0) return;
    uint64_t previous = 0;
    for (size_t i = p->n_labels; i-- > 0 && previous == 0;) {
        if (g->seq - p->labels[i].seq < p->labels[i].length) previous = p->labels[i].label;
    }
    if ((out->transmission > 1 || out->repeats) && out->repeats != previous) {
        fail(p, "transmission %u of %u repeats label %lu, not %lu", out->transmission, g->seq - p->ends.opening.iss,
             (unsigned long)out->repeats, (unsigned long)previous);
    }
    if (p->n_labels < LABELS_MAX) {
        p->labels[p->n_labels].seq = g->seq;
        p->labels[p->n_labels].length = tcp_segment_sequence_length(g);
        p->labels[p->n_labels++].label = label;
    }
}

/* What the peer will know of us: our options, and our clock, which begins anywhere. */
static void note_options(struct player *p, const struct tcp_segment *g)
{
    if (g->flags & TCP_SYN) {
        p->sent_sackok = g->options & TCP_SACK_PERMITTED;
        p->sent_scale = g->options & TCP_WINDOW_SCALE;
        if (g->options & TCP_TIMESTAMPS && !p->sent_ts) p->ts_base = g->ts_val - (uint32_t)(p->now_ns / MILLISECOND);
        p->sent_ts = g->options & TCP_TIMESTAMPS;
    }
    if (g->options & TCP_TIMESTAMPS) p->ts_val = g->ts_val;
}

static void drain(struct player *p)
{
    struct tcp_output out;
    while (tcp_next_segment(p->conn, p->now_ns, &out)) {
        uint64_t label = p->n_labels + 1;
        tcp_label_sent(p->conn, label);
        check_sent(p, &out, label);
        note_options(p, &out.segment);
        if (p->n_sent == SENT_MAX) {
            fail(p, "more than %d segments are sent and not named", SENT_MAX);
            return;
        }
        p->sent[p->n_sent++] = (struct sent){p->now_ns, out};
    }
}

static void advance(struct player *p, int64_t to_ns)
{
    while (tcp_deadline(p->conn) <= to_ns) {
        p->now_ns = tcp_deadline(p->conn);
        tcp_on_deadline(p->conn, p->now_ns);
        drain(p);
    }
    p->now_ns = to_ns;
}

static size_t read_segments(struct player *p, char **tokens, struct timeline_segment *segments)
{
    const char *not_understood;
    size_t n = timeline_segments(tokens, segments, &not_understood);
    if (not_understood) fail(p, "\"%s\" is no part of a segment", not_understood);
    return n;
}

static bool options_match(const struct player *p, const struct timeline_segment *s, const struct tcp_segment *g)
{
    bool has_ts = g->options & TCP_TIMESTAMPS, has_scale = g->options & TCP_WINDOW_SCALE;
    if (s->has_ts && (!has_ts || g->ts_val - p->ts_base != s->ts_val || g->ts_ecr != s->ts_ecr)) return false;
    if (s->no_ts && has_ts) return false;
    if (s->has_scale && (!has_scale || g->window_shift != s->shift)) return false;
    if (s->has_sackok && !(g->options & TCP_SACK_PERMITTED)) return false;
    if (s->no_sack && (g->n_sack || g->options & TCP_SACK_PERMITTED)) return false;
    if (s->n_sack && g->n_sack != s->n_sack) return false;
    for (unsigned i = 0; i < s->n_sack; i++)
        if (g->sack[i].left - p->ends.peer_iss != s->sack[i][0] || g->sack[i].right - p->ends.peer_iss != s->sack[i][1])
            return false;
    return true;
}

static bool matches(const struct player *p, const struct timeline_segment *s, const struct sent *sent)
{
    const struct tcp_segment *g = &sent->out.segment;
    uint8_t flags = g->flags & (TCP_SYN | TCP_FIN | TCP_RST);
    uint32_t from = g->seq - p->ends.opening.iss;
    if (flags != s->flags || g->length != s->to - s->from || (s->has_range && from != s->from)) return false;
    if (s->has_ack && (!(g->flags & TCP_ACK) || g->ack - p->ends.peer_iss != s->ack)) return false;
    if (s->no_ack && g->flags & TCP_ACK) return false;
    if (s->has_window && g->window != s->window) return false;
    if (s->has_mss && g->mss != s->mss) return false;
    if (s->nth && sent->out.transmission != s->nth) return false;
    if (!options_match(p, s, g)) return false;
    return (s->why[0] == '\0' || strcmp(s->why, sent->out.why) == 0) && sent->at_ns == p->now_ns;
}

static bool expect_sent(struct player *p, char **tokens)
{
    struct timeline_segment patterns[TIMELINE_TOKENS_MAX];
    char expected[256], actual[256];
    if (tokens[0] && strcmp(tokens[0], "...") == 0 && !tokens[1]) {
        if (p->n_sent == 0) return fail(p, "expected something to be sent, got nothing");
        p->n_sent = 0;
        return true;
    }
    size_t n = read_segments(p, tokens, patterns);
    if (n == 0) return fail(p, "a segment must follow >");
    timeline_joined(tokens, expected, sizeof expected);
    for (size_t i = 0; i < n; i++) {
        if (i >= p->n_sent) return fail(p, "expected %s, got nothing for number %zu", expected, i + 1);
        if (matches(p, &patterns[i], &p->sent[i])) continue;
        segment_text(p, &p->sent[i], actual, sizeof actual);
        return fail(p, "expected %s at %.6f s, got for number %zu: %s", expected, (double)p->now_ns / 1e9, i + 1,
                    actual);
    }
    memmove(p->sent, p->sent + n, (p->n_sent - n) * sizeof p->sent[0]);
    p->n_sent -= n;
    return true;
}

static bool expect_nothing_more(struct player *p)
{
    char actual[256];
    if (p->n_sent == 0) return true;
    return fail(p, "expected nothing to be sent, got %s", segment_text(p, &p->sent[0], actual, sizeof actual));
}

/* Where timestamps were agreed the peer's are its clock, milliseconds since time 0, and what we sent last. */
static void put_options(const struct player *p, const struct timeline_segment *s, struct tcp_segment *g)
{
    bool agreed = tcp_state(p->conn) >= TCP_SYN_RECEIVED && p->sent_ts && p->conn->timestamps_ok;
    if (s->has_sackok) g->options |= TCP_SACK_PERMITTED;
    if (s->has_scale) g->options |= TCP_WINDOW_SCALE;
    g->window_shift = (uint8_t)s->shift;
    if (s->has_ts || (agreed && !s->no_ts && !(g->flags & TCP_RST))) {
        g->options |= TCP_TIMESTAMPS;
        g->ts_val = s->has_ts ? s->ts_val : (uint32_t)(p->now_ns / MILLISECOND);
        g->ts_ecr = s->has_ts ? s->ts_ecr + p->ts_base : p->ts_val;
    }
    if (s->has_urgent) {
        g->flags |= TCP_URG;
        g->urgent = (uint16_t)s->urgent;
    }
    for (g->n_sack = 0; g->n_sack < s->n_sack; g->n_sack++)
        g->sack[g->n_sack] = (struct tcp_sack_block){p->ends.opening.iss + s->sack[g->n_sack][0],
                                                     p->ends.opening.iss + s->sack[g->n_sack][1]};
}

/* As a host does that listens: a SYN that may succeed the connection in TIME-WAIT makes a new one in its place, and all
   numbers count anew. */
static void let_succeed(struct player *p, const struct tcp_segment *syn)
{
    if (!p->listens || !tcp_may_be_succeeded(p->conn, syn)) return;
    uint32_t before = p->ends.opening.iss, iss = tcp_succeeding_iss(p->conn, p->ends.next_iss);
    if (seq_before(iss, p->conn->snd_nxt)) fail(p, "the old connection has used the new one's ISS");
    tcp_free(p->conn);
    p->ends.opening.iss = iss;
    p->ends.peer_iss = syn->seq;
    p->peer_nxt = p->peer_ack = 0;
    p->n_labels = 0;
    p->edge_known = false;
    p->incarnation++;
    p->iss_beyond = iss - before;
    p->conn = tcp_new(&p->ends.config, p->ends.opening, NULL, (struct conn_id){p->incarnation}, (struct host_id){1});
    tcp_listen(p->conn);
}

static void peer_sends(struct player *p, const struct timeline_segment *s)
{
    struct tcp_segment g = {.source_port = p->ends.opening.remote_port, .destination_port = p->ends.opening.local_port};
    if (s->has_ack) p->peer_ack = s->ack;
    if (s->has_window) p->ends.peer_window = s->window;
    g.seq = p->ends.peer_iss + (s->has_range ? s->from : p->peer_nxt);
    g.length = s->to - s->from;
    g.flags = s->flags;
    g.window = (uint16_t)p->ends.peer_window;
    bool bare = !s->has_ack && (s->no_ack || s->flags & (TCP_SYN | TCP_RST));
    if (!bare) {
        g.flags |= TCP_ACK;
        g.ack = p->ends.opening.iss + p->peer_ack;
    }
    if (g.flags & TCP_SYN) g.mss = (uint16_t)(s->has_mss ? s->mss : p->ends.peer_mss);
    put_options(p, s, &g);
    let_succeed(p, &g);
    uint32_t end = g.seq + tcp_segment_sequence_length(&g) - p->ends.peer_iss;
    if (!(s->flags & TCP_RST) && seq_before(p->peer_nxt, end)) p->peer_nxt = end;
    tcp_segment_arrives(p->conn, &g, p->now_ns);
    drain(p);
}

static bool peer_line(struct player *p, char **tokens)
{
    struct timeline_segment patterns[TIMELINE_TOKENS_MAX];
    size_t n = read_segments(p, tokens, patterns);
    if (n == 0) return fail(p, "a segment must follow <");
    for (size_t i = 0; i < n; i++)
        peer_sends(p, &patterns[i]);
    return true;
}

static bool app_line(struct player *p, char **tokens)
{
    const char *verb = tokens[0] ? tokens[0] : "";
    uint32_t n = 0;
    bool has_number = tokens[0] && timeline_number(tokens[1], &n);
    if (strcmp(verb, "opens") == 0) {
        tcp_open_active(p->conn, p->now_ns);
    } else if (strcmp(verb, "writes") == 0 && has_number) {
        tcp_write(p->conn, n, p->now_ns);
    } else if (strcmp(verb, "reads") == 0 && (has_number || (tokens[1] && strcmp(tokens[1], "all") == 0))) {
        uint64_t up_to = has_number ? p->conn->consumed + n : tcp_readable(p->conn);
        if (up_to > tcp_readable(p->conn)) return fail(p, "expected %u bytes to read, got fewer", n);
        tcp_consume(p->conn, up_to, p->now_ns);
    } else if (strcmp(verb, "closes") == 0) {
        tcp_close(p->conn, p->now_ns);
    } else if (strcmp(verb, "aborts") == 0) {
        tcp_abort(p->conn, p->now_ns);
    } else {
        return fail(p, "an application opens, writes N, reads N or all, closes, aborts; got \"%s\"", verb);
    }
    drain(p);
    return true;
}

/* An ICMP error about the segment at a sequence number: "soft 1", "hard 1", "too-big 1 800". */
static bool icmp_line(struct player *p, char **tokens)
{
    static const char *const kinds[] = {
        [TCP_ICMP_SOFT] = "soft", [TCP_ICMP_HARD] = "hard", [TCP_ICMP_TOO_BIG] = "too-big"};
    struct tcp_icmp icmp = {.ip_header_bytes = 20, .why = "unreachable"};
    uint32_t seq = 0;
    for (int kind = 0; kind < 3 && tokens[0] && timeline_number(tokens[1], &seq); kind++) {
        if (strcmp(kinds[kind], tokens[0]) != 0) continue;
        icmp.kind = (enum tcp_icmp_kind)kind;
        if (icmp.kind == TCP_ICMP_TOO_BIG && !timeline_number(tokens[2], &icmp.mtu_bytes)) break;
        icmp.seq = p->ends.opening.iss + seq;
        tcp_on_icmp(p->conn, &icmp, p->now_ns);
        drain(p);
        return true;
    }
    return fail(p, "an ICMP error is \"soft SEQ\", \"hard SEQ\" or \"too-big SEQ MTU\"");
}

static const char *news_text(unsigned news, char *buffer, size_t size)
{
    static const char *const names[] = {"ESTABLISHED", "READABLE",  "EOF",    "ACKED", "REFUSED",
                                        "RESET",       "TIMED_OUT", "CLOSED", "R1",    "UNREACHABLE"};
    size_t n = 0;
    news &= ~(unsigned)(TCP_NEWS_READABLE | TCP_NEWS_ACKED);
    for (unsigned i = 0; i < 10; i++) {
        if (news & 1u << i) n += (size_t)snprintf(buffer + n, size - n, "%s%s", n ? "," : "", names[i]);
    }
    if (n == 0) snprintf(buffer, size, "none");
    return buffer;
}

static bool number_by_name(const struct player *p, const char *name, int64_t *number)
{
    const struct tcp_conn *c = p->conn;
    const struct {
        const char *name;
        int64_t number;
    } numbers[] = {{"cwnd", c->cwnd},
                   {"ssthresh", c->ssthresh},
                   {"flight", tcp_flight_size(c)},
                   {"readable", (int64_t)tcp_readable(c)},
                   {"acked", (int64_t)tcp_acked(c)},
                   {"snd_wnd", c->snd_wnd},
                   {"rcv_wnd", c->rcv_wnd},
                   {"ranges", (int64_t)tcp_ranges(c)},
                   {"pipe", tcp_pipe(c)},
                   {"recovery", c->in_recovery},
                   {"retransmits_spurious", c->retransmits_spurious},
                   {"retransmits_rto", c->retransmits_rto},
                   {"w_max", c->cubic.w_max},
                   {"retransmits_fast", c->retransmits_fast},
                   {"incarnation", p->incarnation},
                   {"iss_beyond", p->iss_beyond}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(numbers[i].name, name) != 0) continue;
        *number = numbers[i].number;
        return true;
    }
    return false;
}

static bool time_by_name(const struct player *p, const char *name, int64_t *ns)
{
    const struct tcp_conn *c = p->conn;
    if (strcmp(name, "srtt") == 0) return (*ns = c->srtt_ns, true);
    if (strcmp(name, "rttvar") == 0) return (*ns = c->rttvar_ns, true);
    if (strcmp(name, "rto") == 0) return (*ns = c->rto_ns, true);
    if (strcmp(name, "deadline") != 0) return false;
    *ns = tcp_deadline(c) == TIME_NEVER ? TIME_NEVER : tcp_deadline(c) - p->now_ns;
    return true;
}

static bool expect_one(struct player *p, const char *name, const char *value)
{
    int64_t number = 0, wanted_ns = 0;
    uint32_t wanted = 0;
    char buffer[128];
    const char *actual = NULL;
    if (strcmp(name, "state") == 0) actual = tcp_state_text(tcp_state(p->conn));
    if (strcmp(name, "news") == 0) actual = news_text(tcp_take_news(p->conn), buffer, sizeof buffer);
    if (actual) return strcmp(actual, value) == 0 || fail(p, "expected %s %s, got %s", name, value, actual);
    if (time_by_name(p, name, &number)) {
        if (strcmp(value, "never") == 0) wanted_ns = TIME_NEVER;
        if (wanted_ns != TIME_NEVER && !timeline_time(value, &wanted_ns)) return fail(p, "\"%s\" is no time", value);
        return number == wanted_ns || fail(p, "expected %s %s, got %.9f s", name, value, (double)number / 1e9);
    }
    if (!number_by_name(p, name, &number)) return fail(p, "\"%s\" is nothing that can be asked", name);
    const char *dots = strstr(value, "..");
    if (dots && dots != value) {
        uint32_t least = (uint32_t)strtoul(value, NULL, 10), most = 0;
        if (!timeline_number(dots + 2, &most)) return fail(p, "\"%s\" is no range", value);
        return (number >= least && number <= most) || fail(p, "expected %s %s, got %ld", name, value, (long)number);
    }
    if (!timeline_number(value, &wanted)) return fail(p, "\"%s\" is no number", value);
    return number == wanted || fail(p, "expected %s %u, got %ld", name, wanted, (long)number);
}

static bool expect_line(struct player *p, char **tokens)
{
    if (!tokens[0]) return fail(p, "a name must follow =");
    for (size_t i = 0; tokens[i]; i += 2) {
        if (!tokens[i + 1]) return fail(p, "\"%s\" lacks a value", tokens[i]);
        if (!expect_one(p, tokens[i], tokens[i + 1])) return false;
    }
    return true;
}

/* The peer agrees to every option. The handshake takes no time and leaves no round-trip time behind, unless one is
   given. */
static void establish(struct player *p)
{
    tcp_open_active(p->conn, p->now_ns);
    drain(p);
    p->now_ns += p->ends.rtt_ns;
    struct timeline_segment answer = {.flags = TCP_SYN, .has_ack = true, .ack = 1, .has_sackok = p->sent_sackok};
    answer.has_scale = p->sent_scale;
    answer.shift = p->ends.peer_shift;
    answer.has_ts = p->sent_ts;
    answer.ts_val = (uint32_t)(p->now_ns / MILLISECOND);
    peer_sends(p, &answer);
    p->n_sent = 0;
    tcp_take_news(p->conn);
    if (p->ends.rtt_ns == 0) {
        p->conn->srtt_ns = p->conn->rttvar_ns = 0;
        p->conn->rto_ns = p->ends.config.rto_initial_ns;
    }
    if (p->ends.cwnd) p->conn->cwnd = p->ends.cwnd;
    if (p->ends.ssthresh) p->conn->ssthresh = p->ends.ssthresh;
}

static bool given_line(struct player *p, char **tokens)
{
    if (!tokens[0] || p->conn) return fail(p, "one line says what is given");
    for (size_t i = 1; tokens[i]; i += 2) {
        if (!tokens[i + 1] || !timeline_setting(&p->ends, tokens[i], tokens[i + 1])) {
            return fail(p, "\"%s %s\" is no setting", tokens[i], tokens[i + 1] ? tokens[i + 1] : "");
        }
    }
    p->conn = tcp_new(&p->ends.config, p->ends.opening, NULL, (struct conn_id){++p->incarnation}, (struct host_id){1});
    p->listens = strcmp(tokens[0], "listening") == 0;
    if (p->listens) {
        tcp_listen(p->conn);
    } else if (strcmp(tokens[0], "established") == 0) {
        establish(p);
    } else if (strcmp(tokens[0], "closed") != 0) {
        return fail(p, "given closed, listening or established; got \"%s\"", tokens[0]);
    }
    return true;
}

static bool play_line(struct player *p, char **tokens)
{
    int64_t after_ns;
    if (strcmp(tokens[0], "given") == 0) return given_line(p, tokens + 1);
    if (!p->conn) return fail(p, "the first line says what is given");
    if (tokens[0][0] != '+' || !timeline_time(tokens[0] + 1, &after_ns) || !tokens[1]) {
        return fail(p, "a line begins with a time: +0, +40ms, +1s; got \"%s\"", tokens[0]);
    }
    if (after_ns > 0 && !expect_nothing_more(p)) return false;
    advance(p, p->now_ns + after_ns);
    if (p->failed) return false;
    if (strcmp(tokens[1], ">") == 0) return expect_sent(p, tokens + 2);
    if (!expect_nothing_more(p)) return false;
    if (strcmp(tokens[1], "<") == 0) return peer_line(p, tokens + 2);
    if (strcmp(tokens[1], "=") == 0) return expect_line(p, tokens + 2);
    if (strcmp(tokens[1], "app") == 0) return app_line(p, tokens + 2);
    if (strcmp(tokens[1], "icmp") == 0) return icmp_line(p, tokens + 2);
    return fail(p, "after the time comes app, icmp, <, > or =; got \"%s\"", tokens[1]);
}

bool timeline_play(const char *name, const char *text, char *message, size_t size)
{
    struct player *p = calloc(1, sizeof *p);
    p->name = name;
    p->message = message;
    p->message_size = size;
    message[0] = '\0';
    p->ends = timeline_ends_default();
    while (*text && !p->failed) {
        size_t length = strcspn(text, "\n");
        char line[512], *tokens[TIMELINE_TOKENS_MAX];
        p->line++;
        if (length >= sizeof line) {
            fail(p, "a line is at most %zu bytes long", sizeof line - 1);
            break;
        }
        memcpy(line, text, length);
        line[length] = '\0';
        text += length + (text[length] == '\n');
        timeline_tokenize(line, tokens);
        if (tokens[0]) play_line(p, tokens);
    }
    if (!p->failed) expect_nothing_more(p);
    bool good = !p->failed;
    tcp_free(p->conn);
    free(p);
    return good;
}
