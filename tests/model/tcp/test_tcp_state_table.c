/* The whole state table, state_table.txt: every kind of segment, in every state, at every place of an open or closed
   window, with every sort of acknowledgement. States are reached, and outcomes are judged, from outside: by calls and
   by the segments that are sent; and once more with sequence numbers that wrap in the middle of it. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/tcp/tcp.h"
#include "sim/journal/vtime.h"

#define TABLE POSTROAD_SOURCE_DIR "/tests/model/tcp/state_table.txt"

enum { COLUMNS = 10, ROWS_MAX = 128, LETS_MAX = 32, LINE_BYTES = 320, PEER_WINDOW = 8000, SENT_MAX = 8 };
enum { OPEN_BUFFER = 2000, CLOSED_BUFFER = 1000, WRITTEN = 100, SOME = 50, TEXT = 20 };
enum column { STATE, WINDOW, PLACE, SEGMENT, ACK, NEXT, SENDS, TAKES, NEWS };

struct row {
    char text[LINE_BYTES];
    char *cells[COLUMNS];
    int line, used;
};

struct table {
    struct row rows[ROWS_MAX];
    size_t n_rows;
    struct {
        char name[32], list[200];
    } lets[LETS_MAX];
    size_t n_lets;
};

static const char *const states[] = {
    "CLOSED",      "LISTEN",     "SYN-SENT",   "SYN-RECEIVED.passive", "SYN-RECEIVED.active",
    "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT",           "CLOSING",
    "LAST-ACK",    "TIME-WAIT"};
static const char *const windows[] = {"open", "closed"};
static const char *const places[] = {"left", "straddle", "edge", "around", "inside", "last", "right"};
static const char *const acks[] = {"-", "ancient", "oldest", "old", "una", "some", "all", "future"};
static const struct {
    const char *name;
    uint8_t flags;
    bool text;
} segments[] = {{"ack", TCP_ACK, false},
                {"data", TCP_ACK, true},
                {"fin", TCP_FIN | TCP_ACK, false},
                {"data+fin", TCP_FIN | TCP_ACK, true},
                {"rst+ack", TCP_RST | TCP_ACK, false},
                {"syn+ack", TCP_SYN | TCP_ACK, false},
                {"none", 0, false},
                {"data-", 0, true},
                {"fin-", TCP_FIN, false},
                {"syn", TCP_SYN, false},
                {"syn+fin", TCP_SYN | TCP_FIN, false},
                {"rst", TCP_RST, false}};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* One case, and what it was made of. */
struct play {
    struct tcp_conn *conn;
    const char *state, *window, *place, *ack;
    size_t segment;
    uint32_t iss, irs, una, nxt; /* nxt as it must be: counted here, from what was written and closed */
    uint32_t rcv_nxt, rcv_wnd;   /* as the machine itself told last */
    struct tcp_segment sent[SENT_MAX], arrived;
    size_t n_sent;
    int64_t now_ns, entered_ns;
    const struct row *row;
    char name[200];
};

/* --- The table --- */

static char *trimmed(char *text)
{
    while (*text == ' ')
        text++;
    for (size_t n = strlen(text); n > 0 && isspace((unsigned char)text[n - 1]); n--)
        text[n - 1] = '\0';
    return text;
}

static void read_row(struct table *t, const char *line, int number)
{
    cr_assert_lt(t->n_rows, (size_t)ROWS_MAX);
    struct row *row = &t->rows[t->n_rows++];
    snprintf(row->text, sizeof row->text, "%s", line);
    row->line = number;
    char *at = row->text;
    for (int i = 0; i < COLUMNS; i++) {
        cr_assert(at, "state_table.txt:%d: a row has %d columns", number, COLUMNS);
        char *bar = i + 1 < COLUMNS ? strchr(at, '|') : NULL;
        if (bar) *bar = '\0';
        row->cells[i] = trimmed(at);
        at = bar ? bar + 1 : NULL;
    }
}

static struct table *read_table(void)
{
    struct table *t = calloc(1, sizeof *t);
    FILE *file = fopen(TABLE, "r");
    cr_assert(file);
    char line[LINE_BYTES];
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        if (line[0] == '#' || line[0] == '\n') continue;
        if (strncmp(line, "let ", 4) != 0) {
            read_row(t, line, number);
            continue;
        }
        cr_assert_lt(t->n_lets, (size_t)LETS_MAX);
        cr_assert_eq(sscanf(line, "let %31s %199s", t->lets[t->n_lets].name, t->lets[t->n_lets].list), 2);
        t->n_lets++;
    }
    fclose(file);
    return t;
}

static bool lists(const struct table *t, const char *cell, const char *word)
{
    if (strcmp(cell, "any") == 0) return true;
    for (const char *at = cell; *at;) {
        size_t n = strcspn(at, ",");
        if (strlen(word) == n && strncmp(at, word, n) == 0) return true;
        for (size_t i = 0; i < t->n_lets; i++) {
            if (strlen(t->lets[i].name) == n && strncmp(at, t->lets[i].name, n) == 0 && lists(t, t->lets[i].list, word))
                return true;
        }
        at += n + (at[n] == ',');
    }
    return false;
}

static struct row *row_for(struct table *t, const struct play *p)
{
    const char *const words[] = {p->state, p->window, p->place, segments[p->segment].name, p->ack};
    for (size_t i = 0; i < t->n_rows; i++) {
        bool fits = true;
        for (int k = STATE; k <= ACK && fits; k++)
            fits = lists(t, t->rows[i].cells[k], words[k]);
        if (fits) return &t->rows[i];
    }
    return NULL;
}

/* --- How a state is reached --- */

static void drain(struct play *p)
{
    struct tcp_output out;
    p->n_sent = 0;
    while (tcp_next_segment(p->conn, p->now_ns, &out)) {
        cr_assert_lt(p->n_sent, (size_t)SENT_MAX, "%s: it does not stop sending", p->name);
        p->sent[p->n_sent++] = out.segment;
        if (!(out.segment.flags & TCP_ACK) || out.segment.flags & TCP_RST) continue;
        p->rcv_nxt = out.segment.ack;
        p->rcv_wnd = out.segment.window;
    }
}

/* The peer's segment at an offset of its stream; everything up to `acked` sequence numbers after SND.UNA arrived. */
static void arrives(struct play *p, uint8_t flags, uint32_t seq, uint32_t length, uint32_t ack)
{
    p->arrived = (struct tcp_segment){.source_port = 25,
                                      .destination_port = 49152,
                                      .seq = seq,
                                      .ack = ack,
                                      .window = PEER_WINDOW,
                                      .length = length,
                                      .flags = flags};
    if (flags & TCP_SYN) p->arrived.mss = 1460;
    tcp_segment_arrives(p->conn, &p->arrived, p->now_ns);
    drain(p);
}

static void close_it(struct play *p)
{
    tcp_close(p->conn, p->now_ns);
    p->nxt++;
    drain(p);
}

static bool state_is(const struct play *p, const char *name)
{
    return strcmp(p->state, name) == 0;
}

static bool is_closed_window(const struct play *p)
{
    return strcmp(p->window, "closed") == 0;
}

/* In ESTABLISHED, with the window as wanted: a FIN that will follow takes the last number of a closed one. */
static void establish(struct play *p, bool fin_follows)
{
    tcp_open_active(p->conn, p->now_ns);
    drain(p);
    arrives(p, TCP_SYN | TCP_ACK, p->irs, 0, p->nxt);
    p->una = p->nxt;
    if (is_closed_window(p)) arrives(p, TCP_ACK, p->irs + 1, CLOSED_BUFFER - fin_follows, p->nxt);
    tcp_write(p->conn, WRITTEN, p->now_ns);
    p->nxt += WRITTEN;
    drain(p);
}

static void our_fin_is_acked(struct play *p)
{
    arrives(p, TCP_ACK, p->rcv_nxt, 0, p->nxt);
    p->una = p->nxt;
}

static void peer_closes(struct play *p)
{
    arrives(p, TCP_FIN | TCP_ACK, p->rcv_nxt, 0, p->una);
}

static void go_to_opening(struct play *p)
{
    if (state_is(p, "LISTEN") || state_is(p, "SYN-RECEIVED.passive")) {
        tcp_listen(p->conn);
        p->nxt = p->iss;
    } else if (!state_is(p, "CLOSED")) {
        tcp_open_active(p->conn, p->now_ns);
        drain(p);
    }
    if (strncmp(p->state, "SYN-RECEIVED", 12) != 0) return;
    arrives(p, TCP_SYN, p->irs, 0, 0);
    p->nxt = p->iss + 1;
}

static void go_to_state(struct play *p)
{
    bool after_fin =
        state_is(p, "CLOSE-WAIT") || state_is(p, "CLOSING") || state_is(p, "LAST-ACK") || state_is(p, "TIME-WAIT");
    bool established = after_fin || state_is(p, "ESTABLISHED") || strncmp(p->state, "FIN-WAIT", 8) == 0;
    if (!established) {
        go_to_opening(p);
        return;
    }
    establish(p, after_fin);
    if (state_is(p, "ESTABLISHED")) return;
    if (state_is(p, "CLOSE-WAIT") || state_is(p, "LAST-ACK")) {
        peer_closes(p);
        if (state_is(p, "LAST-ACK")) close_it(p);
        return;
    }
    close_it(p);
    if (state_is(p, "FIN-WAIT-2") || state_is(p, "TIME-WAIT")) our_fin_is_acked(p);
    if (state_is(p, "CLOSING") || state_is(p, "TIME-WAIT")) peer_closes(p);
}

static void begin(struct play *p)
{
    static struct tcp_config config; /* outlives the connection */
    config = tcp_config_default();
    config.receive_buffer = is_closed_window(p) ? CLOSED_BUFFER : OPEN_BUFFER;
    config.delayed_ack_ns = 0;
    config.nagle = false;
    p->conn = tcp_new(&config, (struct tcp_opening){.iss = p->iss, .mss = 1460}, NULL, (struct conn_id){1},
                      (struct host_id){1});
    p->una = p->iss;
    p->nxt = p->iss + 1;
    p->rcv_nxt = p->irs + 1;
    p->rcv_wnd = config.receive_buffer;
    go_to_state(p);
    size_t n = strcspn(p->state, ".");
    const char *reached = tcp_state_text(tcp_state(p->conn));
    cr_assert(strlen(reached) == n && strncmp(reached, p->state, n) == 0, "%s: reached %s", p->name, reached);
    cr_assert_eq(p->rcv_wnd == 0, is_closed_window(p), "%s", p->name);
    tcp_take_news(p->conn);
    p->entered_ns = p->now_ns;
    p->now_ns += 100 * MILLISECOND;
}

/* --- The segment --- */

static bool has_text(const struct play *p)
{
    return segments[p->segment].text;
}

static bool is_place(const struct play *p, const char *place)
{
    return strcmp(p->place, place) == 0;
}

/* Not everything goes together. */
static bool makes_sense(const struct play *p)
{
    bool has_ack = segments[p->segment].flags & TCP_ACK, closed = is_closed_window(p);
    if (has_ack == (strcmp(p->ack, "-") == 0)) return false;
    bool unconnected = state_is(p, "CLOSED") || state_is(p, "LISTEN") || state_is(p, "SYN-SENT");
    bool opening = unconnected || strncmp(p->state, "SYN-RECEIVED", 12) == 0;
    if (unconnected && !is_place(p, "edge")) return false; /* there is no window yet */
    if (opening && closed) return false;
    bool all_acked = opening || state_is(p, "FIN-WAIT-2") || state_is(p, "TIME-WAIT");
    if (all_acked && strcmp(p->ack, "some") == 0) return false;
    if (all_acked && !opening && strcmp(p->ack, "all") == 0) return false; /* is una */
    if ((is_place(p, "straddle") || is_place(p, "around")) && !has_text(p)) return false;
    return !closed || is_place(p, "left") || is_place(p, "edge") || is_place(p, "around") || is_place(p, "right");
}

static uint32_t ack_number(const struct play *p)
{
    if (strcmp(p->ack, "ancient") == 0) return p->una - PEER_WINDOW - 1;
    if (strcmp(p->ack, "oldest") == 0) return p->una - PEER_WINDOW;
    if (strcmp(p->ack, "old") == 0) return p->una - 1;
    if (strcmp(p->ack, "una") == 0) return p->una;
    if (strcmp(p->ack, "some") == 0) return p->una + SOME;
    if (strcmp(p->ack, "all") == 0) return p->nxt;
    return strcmp(p->ack, "future") == 0 ? p->nxt + 1 : 0;
}

static uint32_t sequence_number(const struct play *p, uint32_t *length)
{
    uint8_t flags = segments[p->segment].flags;
    uint32_t nxt = p->rcv_nxt, all;
    *length = has_text(p) ? TEXT : 0;
    all = *length + (flags & TCP_FIN ? 1 : 0) + (flags & TCP_SYN ? 1 : 0);
    if (is_place(p, "left")) return nxt - (all ? all : 1);
    if (is_place(p, "straddle")) return nxt - TEXT / 2;
    if (is_place(p, "inside")) return nxt + 500;
    if (is_place(p, "last")) return nxt + p->rcv_wnd - 1;
    if (is_place(p, "right")) return nxt + p->rcv_wnd + is_closed_window(p);
    if (!is_place(p, "around")) return nxt;
    *length = p->rcv_wnd + 2 * TEXT;
    return nxt - TEXT;
}

/* --- The judgement --- */

static bool takes(const struct play *p, const char *what)
{
    const char *cell = p->row->cells[TAKES], *at = strstr(cell, what);
    size_t n = strlen(what);
    return at && (at == cell || at[-1] == '+') && (at[n] == '\0' || at[n] == '+');
}

static const char *sent_text(const struct play *p, const struct tcp_segment *s, uint32_t rcv_nxt)
{
    bool rst = s->seq == p->arrived.ack && s->ack == 0;
    bool rst_ack = s->seq == 0 && s->ack == p->arrived.seq + tcp_segment_sequence_length(&p->arrived);
    switch (s->flags) {
    case TCP_ACK:
        return s->length == 0 && s->seq == p->nxt && s->ack == rcv_nxt ? "ack" : "a wrong ack";
    case TCP_RST:
        return rst ? "rst" : "a wrong rst";
    case TCP_RST | TCP_ACK:
        return rst_ack ? "rst+ack" : "a wrong rst+ack";
    case TCP_SYN | TCP_ACK:
        return s->seq == p->iss && s->ack == rcv_nxt ? "syn+ack" : "a wrong syn+ack";
    default:
        return "something else";
    }
}

static const char *news_text(unsigned news, char *buffer, size_t size)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{TCP_NEWS_ESTABLISHED, "ESTABLISHED"}, {TCP_NEWS_REFUSED, "REFUSED"}, {TCP_NEWS_RESET, "RESET"},
                 {TCP_NEWS_TIMED_OUT, "TIMED_OUT"},     {TCP_NEWS_EOF, "EOF"},         {TCP_NEWS_CLOSED, "CLOSED"}};
    size_t n = 0;
    snprintf(buffer, size, "-");
    for (size_t i = 0; i < COUNT(names); i++)
        if (news & names[i].bit) n += (size_t)snprintf(buffer + n, size - n, "%s%s", n ? "," : "", names[i].name);
    return buffer;
}

static void check_cell(const struct play *p, const char *what, const char *expected, const char *actual)
{
    cr_expect_str_eq(actual, expected, "%s\n  state_table.txt:%d: %s is \"%s\", expected \"%s\"", p->name, p->row->line,
                     what, actual, expected);
}

/* New bytes of the segment's text that lie inside the window and at its beginning. */
static uint32_t new_text(const struct play *p)
{
    return is_place(p, "straddle") ? TEXT / 2 : TEXT;
}

/* What waited is there as soon as the gap before it is filled. */
static void check_kept(struct play *p, uint64_t readable)
{
    uint32_t gap = p->arrived.seq - p->rcv_nxt, text = is_place(p, "last") && has_text(p) ? 1 : p->arrived.length;
    bool fin = p->arrived.flags & TCP_FIN && text == p->arrived.length;
    uint32_t ack = p->una;
    if (takes(p, "ack") && (strcmp(p->ack, "some") == 0 || strcmp(p->ack, "all") == 0)) ack = p->arrived.ack;
    tcp_take_news(p->conn);
    arrives(p, TCP_ACK, p->rcv_nxt, gap, ack);
    cr_expect_eq(tcp_readable(p->conn) - readable, gap + text, "%s\n  state_table.txt:%d: kept %d of %u", p->name,
                 p->row->line, (int)(tcp_readable(p->conn) - readable) - (int)gap, text);
    cr_expect_eq((tcp_take_news(p->conn) & TCP_NEWS_EOF) != 0, fin, "%s\n  state_table.txt:%d: the FIN", p->name,
                 p->row->line);
}

/* 2 MSL begin anew where the table says so, and where TIME-WAIT is entered. */
static void check_two_msl(struct play *p)
{
    if (tcp_state(p->conn) != TCP_TIME_WAIT) return;
    bool anew = takes(p, "restart") || !state_is(p, "TIME-WAIT");
    int64_t from_ns = anew ? p->now_ns : p->entered_ns;
    cr_expect_eq(tcp_deadline(p->conn), from_ns + 4 * MINUTE, "%s\n  state_table.txt:%d: 2 MSL begin %s", p->name,
                 p->row->line, anew ? "anew" : "when TIME-WAIT is entered, and only then");
}

static void judge(struct play *p, uint64_t readable, uint64_t acked, uint32_t rcv_nxt)
{
    uint32_t text = takes(p, "text") ? new_text(p) : 0;
    rcv_nxt += text + takes(p, "fin");
    if (p->arrived.flags & TCP_SYN && p->row->cells[NEXT][0] != '=') rcv_nxt = p->arrived.seq + 1;
    char sends[100] = "-", news[100];
    size_t n = 0;
    for (size_t i = 0; i < p->n_sent; i++)
        n += (size_t)snprintf(sends + n, sizeof sends - n, "%s%s", n ? "," : "", sent_text(p, &p->sent[i], rcv_nxt));
    const char *next = p->row->cells[NEXT];
    char same[32];
    snprintf(same, sizeof same, "%.*s", (int)strcspn(p->state, "."), p->state);
    check_cell(p, "next", next[0] == '=' ? same : next, tcp_state_text(tcp_state(p->conn)));
    check_cell(p, "sends", p->row->cells[SENDS], sends);
    check_cell(p, "news", p->row->cells[NEWS], news_text(tcp_take_news(p->conn), news, sizeof news));
    cr_expect_eq(tcp_readable(p->conn) - readable, text, "%s\n  state_table.txt:%d: %d bytes of text are new", p->name,
                 p->row->line, (int)(tcp_readable(p->conn) - readable));
    uint64_t newly = strcmp(p->ack, "some") == 0 ? SOME : strcmp(p->ack, "all") == 0 ? WRITTEN : 0;
    if (!takes(p, "ack") || strncmp(p->state, "SYN", 3) == 0) newly = 0;
    cr_expect_eq(tcp_acked(p->conn) - acked, newly, "%s\n  state_table.txt:%d: %d bytes are newly acknowledged",
                 p->name, p->row->line, (int)(tcp_acked(p->conn) - acked));
    check_two_msl(p);
    p->rcv_nxt = rcv_nxt;
    if (takes(p, "kept")) check_kept(p, readable);
}

static void play(struct table *t, struct play *p)
{
    struct row *row = row_for(t, p);
    cr_assert(row, "%s: no row", p->name);
    row->used++;
    p->row = row;
    begin(p);
    uint32_t length, seq = sequence_number(p, &length), rcv_nxt = p->rcv_nxt;
    uint64_t readable = tcp_readable(p->conn), acked = tcp_acked(p->conn);
    struct tcp_segment reset;
    arrives(p, segments[p->segment].flags, seq, length, ack_number(p));
    /* The host answers for what is not connected. */
    if (state_is(p, "CLOSED") && tcp_reset_for(&p->arrived, &reset)) p->sent[p->n_sent++] = reset;
    judge(p, readable, acked, rcv_nxt);
    tcp_free(p->conn);
}

static size_t play_all(struct table *t, uint32_t iss, uint32_t irs)
{
    size_t n = 0;
    size_t all = COUNT(states) * COUNT(windows) * COUNT(places) * COUNT(segments) * COUNT(acks);
    for (size_t i = 0; i < all; i++) {
        struct play p = {.iss = iss, .irs = irs};
        size_t rest = i;
        p.ack = acks[rest % COUNT(acks)], rest /= COUNT(acks);
        p.segment = rest % COUNT(segments), rest /= COUNT(segments);
        p.place = places[rest % COUNT(places)], rest /= COUNT(places);
        p.window = windows[rest % COUNT(windows)], rest /= COUNT(windows);
        p.state = states[rest];
        if (!makes_sense(&p)) continue;
        snprintf(p.name, sizeof p.name, "%s, window %s, %s, %s, ack %s, iss %u", p.state, p.window, p.place,
                 segments[p.segment].name, p.ack, iss);
        play(t, &p);
        n++;
    }
    return n;
}

Test(tcp_state_table, every_segment_in_every_state_does_what_the_rfc_says)
{
    struct table *t = read_table();
    size_t n = play_all(t, 1000, 700000);
    cr_assert_gt(n, 2500u, "%zu", n);
    cr_assert_eq(play_all(t, UINT32_MAX - 20, UINT32_MAX - CLOSED_BUFFER - 4), n); /* wraps in text and window */
    for (size_t i = 0; i < t->n_rows; i++)
        cr_expect(t->rows[i].used, "state_table.txt:%d is never the first that fits", t->rows[i].line);
    free(t);
}
