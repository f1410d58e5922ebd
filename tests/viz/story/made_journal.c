/* See made_journal.h. A small stage: packets wait in a list until their next arrival, and links take time. */
#include "tests/viz/story/made_journal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"

enum { LINKS = 5, CONTENT_BYTES = 7000, MSS = 1448, MOST_FLYING = 64 };

/* link l joins ends[l] with the internet; delays differ */
static const struct {
    const char *name;
    uint32_t host;
    int64_t delay_ns;
} links[LINKS + 1] = {{0},
                      {"alice", MADE_ALICE, 5 * MILLISECOND},
                      {"a-mail", MADE_MAIL_A, 15 * MILLISECOND},
                      {"b-mail", MADE_MX_B, 20 * MILLISECOND},
                      {"bob", MADE_BOB, 5 * MILLISECOND},
                      {"ns", MADE_NS, 2 * MILLISECOND}};

struct flying {
    uint64_t packet;
    uint32_t size, to, link;
    int dir;
    int64_t arrives;
    bool lost;
    uint64_t cause;
};

struct end {
    uint32_t conn, host, address, stream, iss, ack;
    uint16_t port;
    uint64_t offset; /* written so far */
};

struct stage {
    struct made *made;
    struct journal *j;
    int64_t now;
    struct flying flying[MOST_FLYING];
    size_t n_flying;
    int64_t free_at[LINKS + 1][2];
    uint64_t packets, last_deliver, retry_timer;
    uint32_t conns, streams, sessions, attempts, messages;
    uint64_t offered, lost;
};

static void go_to(struct stage *s, int64_t at)
{
    s->now = at;
    journal_set_now(s->j, at);
}

/* ---- Packets ---- */

static uint32_t link_of(uint32_t host)
{
    for (uint32_t l = 1; l <= LINKS; l++)
        if (links[l].host == host) return l;
    assert(!"a host has a link");
    return 0;
}

static void put_on_link(struct stage *s, struct flying f)
{
    int64_t *free_at = &s->free_at[f.link][f.dir];
    int64_t begins = *free_at > s->now ? *free_at : s->now, departs = begins + (int64_t)f.size * 800;
    *free_at = departs;
    f.arrives = departs + links[f.link].delay_ns;
    journal_set_cause(s->j, f.cause);
    f.cause =
        JOURNAL_EMIT(s->j, LINK_SEND, F_INT(LINK, f.link), F_INT(DIR, f.dir), F_INT(PACKET, f.packet),
                     F_INT(QUEUED, f.size), F_INT(BEGINS, begins), F_INT(DEPARTS, departs), F_INT(ARRIVES, f.arrives));
    assert(s->n_flying < MOST_FLYING);
    s->flying[s->n_flying++] = f;
    s->offered++;
}

static void land(struct stage *s, struct flying f)
{
    bool lost = f.lost && f.dir == 1;
    uint32_t host = f.dir == 0 ? MADE_INTERNET : f.to;
    journal_set_cause(s->j, f.cause);
    if (lost) {
        s->lost++;
        s->made->lost_event = JOURNAL_EMIT(s->j, LINK_DROP, F_INT(LINK, f.link), F_INT(DIR, f.dir),
                                           F_INT(PACKET, f.packet), F_TEXT(WHY, "loss"));
        return;
    }
    f.cause = JOURNAL_EMIT(s->j, LINK_DELIVER, F_INT(LINK, f.link), F_INT(DIR, f.dir), F_INT(PACKET, f.packet),
                           F_INT(HOST, host));
    s->last_deliver = f.cause;
    if (f.dir == 1) return;
    f.link = link_of(f.to);
    f.dir = 1;
    put_on_link(s, f);
}

/* Lets everything arrive that is on its way. */
static void settle(struct stage *s)
{
    while (s->n_flying) {
        size_t first = 0;
        for (size_t i = 1; i < s->n_flying; i++)
            if (s->flying[i].arrives < s->flying[first].arrives) first = i;
        struct flying f = s->flying[first];
        memmove(&s->flying[first], &s->flying[first + 1], (s->n_flying - first - 1) * sizeof f);
        s->n_flying--;
        go_to(s, f.arrives);
        land(s, f);
    }
    journal_set_cause(s->j, s->last_deliver);
}

struct segment {
    uint8_t flags;
    uint64_t offset;
    uint32_t length;
    uint64_t repeats;
    bool lost;
    const char *tag, *why;
};

static uint64_t send_segment(struct stage *s, struct end *from, const struct end *to, struct segment g)
{
    uint8_t header[IPV4_HEADER_BYTES + TCP_HEADER_MAX_BYTES], payload[MSS] = {0};
    struct tcp_segment tcp = {.source_port = from->port,
                              .destination_port = to->port,
                              .seq = from->iss + (g.flags & TCP_SYN ? 0 : 1 + (uint32_t)g.offset),
                              .ack = g.flags & TCP_ACK ? from->ack : 0,
                              .window = 65535,
                              .mss = g.flags & TCP_SYN ? MSS : 0,
                              .length = g.length,
                              .flags = g.flags};
    uint32_t size = IPV4_HEADER_BYTES + (uint32_t)tcp_header_size(&tcp) + g.length;
    struct ipv4_header ip = {.source = from->address,
                             .destination = to->address,
                             .total_length = (uint16_t)size,
                             .ttl = IP_DEFAULT_TTL,
                             .protocol = IP_PROTOCOL_TCP};
    ipv4_encode(&ip, header);
    size_t header_size = IPV4_HEADER_BYTES + tcp_encode(&tcp, ip_of_v4(ip.source), ip_of_v4(ip.destination), payload,
                                                        header + IPV4_HEADER_BYTES);
    uint64_t cause = journal_cause(s->j), packet = ++s->packets;
    uint64_t event =
        JOURNAL_EMIT(s->j, PACKET_SEND, F_INT(PACKET, packet), F_INT(HOST, from->host), F_INT(PEER, to->host),
                     F_INT(CONN, from->conn), F_INT(REPEATS, g.repeats), F_TEXT(TAG, g.tag), F_TEXT(WHY, g.why),
                     F_BLOB(HEADER, header, header_size), F_INT(STREAM, g.length ? from->stream : 0),
                     F_INT(OFFSET, g.offset), F_INT(LENGTH, g.length), F_INT(SIZE, size));
    if (g.repeats) {
        s->made->resent_packet = packet;
        s->made->resent_event = event;
    }
    put_on_link(s, (struct flying){.packet = packet,
                                   .size = size,
                                   .to = to->host,
                                   .link = link_of(from->host),
                                   .dir = 0,
                                   .lost = g.lost,
                                   .cause = event});
    journal_set_cause(s->j, cause);
    return packet;
}

static void send_ack(struct stage *s, struct end *from, const struct end *to, const char *why)
{
    send_segment(s, from, to, (struct segment){.flags = TCP_ACK, .offset = from->offset, .tag = "tcp.ack", .why = why});
}

static void report_vars(struct stage *s, const struct end *end, const char *why)
{
    JOURNAL_EMIT(s->j, TCP_VARS, F_INT(CONN, end->conn), F_INT(HOST, end->host),
                 F_INT(SND_NXT, end->iss + 1 + end->offset), F_INT(RCV_NXT, end->ack), F_INT(CWND, 14480),
                 F_INT(SSTHRESH, 65535), F_INT(RTO, SECOND), F_TEXT(WHY, why));
}

/* ---- Connections and dialogue ---- */

static struct end new_end(struct stage *s, uint32_t host, uint16_t port)
{
    struct end end = {.conn = ++s->conns,
                      .host = host,
                      .address = 0x0a000000 + host,
                      .stream = ++s->streams,
                      .iss = 1000 * s->conns,
                      .port = port};
    return end;
}

static void enter_state(struct stage *s, const struct end *end, const char *from, const char *to)
{
    JOURNAL_EMIT(s->j, TCP_STATE, F_INT(CONN, end->conn), F_INT(HOST, end->host), F_TEXT(FROM, from), F_TEXT(TO, to),
                 F_TEXT(WHY, "a segment arrived"));
}

static void open_end(struct stage *s, const struct end *end, const struct end *other, const char *role)
{
    JOURNAL_EMIT(s->j, CONN_OPEN, F_INT(CONN, end->conn), F_INT(HOST, end->host), F_INT(PEER, other->host),
                 F_INT(LOCAL_PORT, end->port), F_INT(REMOTE_PORT, other->port), F_TEXT(ROLE, role));
}

static void connect(struct stage *s, struct end *client, struct end *server)
{
    open_end(s, client, server, "active");
    enter_state(s, client, "CLOSED", "SYN-SENT");
    send_segment(s, client, server, (struct segment){.flags = TCP_SYN, .tag = "tcp.syn", .why = "active open"});
    settle(s);
    open_end(s, server, client, "passive");
    server->ack = client->iss + 1;
    send_segment(s, server, client,
                 (struct segment){.flags = TCP_SYN | TCP_ACK, .tag = "tcp.syn-ack", .why = "SYN arrived"});
    settle(s);
    client->ack = server->iss + 1;
    enter_state(s, client, "SYN-SENT", "ESTABLISHED");
    send_ack(s, client, server, "SYN,ACK arrived");
    settle(s);
    enter_state(s, server, "SYN-RECEIVED", "ESTABLISHED");
    report_vars(s, client, "established");
}

static void close_conn(struct stage *s, struct end *client, struct end *server)
{
    send_segment(
        s, client, server,
        (struct segment){.flags = TCP_FIN | TCP_ACK, .offset = client->offset, .tag = "tcp.fin", .why = "close"});
    settle(s);
    struct end *ends[] = {server, client};
    for (int i = 0; i < 2; i++)
        JOURNAL_EMIT(s->j, CONN_CLOSE, F_INT(CONN, ends[i]->conn), F_INT(HOST, ends[i]->host), F_TEXT(WHY, "closed"),
                     F_INT(SEGMENTS_SENT, 7), F_INT(RETRANSMITS_FAST, ends[i]->offset > CONTENT_BYTES));
}

struct dialogue {
    struct end *client, *server;
    uint32_t sessions[2];
    bool pop3;
};

static struct dialogue open_dialogue(struct stage *s, struct end *client, struct end *server, bool pop3)
{
    struct dialogue d = {client, server, {s->sessions + 1, s->sessions + 2}, pop3};
    s->sessions += 2;
    for (int i = 0; i < 2; i++)
        JOURNAL_EMIT(s->j, SESSION_OPEN, F_INT(SESSION, d.sessions[i]), F_INT(CONN, (i ? server : client)->conn),
                     F_INT(HOST, (i ? server : client)->host), F_INT(PEER, (i ? client : server)->host),
                     F_TEXT(PROTOCOL, pop3 ? "pop3" : "smtp"), F_TEXT(ROLE, i ? "server" : "client"));
    return d;
}

static void say(struct stage *s, struct dialogue *d, bool by_client, const char *text)
{
    struct end *from = by_client ? d->client : d->server, *to = by_client ? d->server : d->client;
    char bytes[600];
    uint32_t length = (uint32_t)snprintf(bytes, sizeof bytes, "%s\r\n", text);
    JOURNAL_EMIT(s->j, STREAM_DATA, F_INT(STREAM, from->stream), F_INT(HOST, from->host), F_INT(CONN, from->conn),
                 F_INT(OFFSET, from->offset), F_BLOB(BYTES, bytes, length));
    const struct event_field line[] = {F_INT(SESSION, d->sessions[!by_client]),
                                       F_INT(CONN, from->conn),
                                       F_INT(HOST, from->host),
                                       F_TEXT(WHO, by_client ? "C" : "S"),
                                       F_TEXT(TEXT, text),
                                       F_INT(STREAM, from->stream),
                                       F_INT(OFFSET, from->offset),
                                       F_INT(LENGTH, length)};
    uint64_t event =
        journal_emit(s->j, d->pop3 ? EVENT_POP3_LINE : EVENT_SMTP_LINE, line, sizeof line / sizeof line[0]);
    journal_set_cause(s->j, event);
    uint64_t timer = JOURNAL_EMIT(s->j, TIMER_SET, F_INT(HOST, from->host), F_INT(CONN, from->conn),
                                  F_TEXT(NAME, "retransmission"), F_INT(AT, s->now + SECOND));
    send_segment(s, from, to,
                 (struct segment){.flags = TCP_PSH | TCP_ACK,
                                  .offset = from->offset,
                                  .length = length,
                                  .tag = "tcp.data",
                                  .why = "new data"});
    from->offset += length;
    settle(s);
    to->ack += length;
    JOURNAL_EMIT(s->j, TIMER_CANCEL, F_INT(ABOUT, timer), F_INT(HOST, from->host), F_INT(CONN, from->conn),
                 F_TEXT(NAME, "retransmission"));
    report_vars(s, from, "new ack");
}

/* The content of a mail in segments of MSS; the third is lost on its second link and comes back when three duplicate
   acknowledgements have told of it. */
static void send_content(struct stage *s, struct dialogue *d, bool by_client, uint32_t message, bool lossy)
{
    struct end *from = by_client ? d->client : d->server, *to = by_client ? d->server : d->client;
    char bytes[CONTENT_BYTES], tag[64];
    uint64_t begin = from->offset, lost = 0;
    memset(bytes, 'x', sizeof bytes);
    JOURNAL_EMIT(s->j, STREAM_DATA, F_INT(STREAM, from->stream), F_INT(HOST, from->host), F_INT(CONN, from->conn),
                 F_INT(OFFSET, begin), F_BLOB(BYTES, bytes, sizeof bytes));
    const struct event_field content[] = {F_INT(SESSION, d->sessions[!by_client]),
                                          F_INT(CONN, from->conn),
                                          F_INT(HOST, from->host),
                                          F_INT(MESSAGE, message),
                                          F_INT(STREAM, from->stream),
                                          F_INT(OFFSET, begin),
                                          F_INT(LENGTH, CONTENT_BYTES)};
    journal_emit(s->j, d->pop3 ? EVENT_POP3_CONTENT : EVENT_SMTP_CONTENT, content, sizeof content / sizeof content[0]);
    for (uint32_t i = 0, at = 0; at < CONTENT_BYTES; i++, at += MSS) {
        uint32_t length = CONTENT_BYTES - at < MSS ? CONTENT_BYTES - at : MSS;
        snprintf(tag, sizeof tag, "tcp.data mail m%u, body, segment %u", (unsigned)message, (unsigned)i + 1);
        uint64_t packet = send_segment(s, from, to,
                                       (struct segment){.flags = TCP_ACK,
                                                        .offset = begin + at,
                                                        .length = length,
                                                        .lost = lossy && i == 2,
                                                        .tag = tag,
                                                        .why = "new data"});
        lost = i == 2 ? packet : lost;
    }
    settle(s);
    from->offset += CONTENT_BYTES;
    to->ack += lossy ? 2 * MSS : CONTENT_BYTES;
    for (int i = 0; i < (lossy ? 3 : 1); i++)
        send_ack(s, to, from, "data arrived");
    settle(s);
    if (!lossy) return;
    s->made->lost_packet = lost;
    report_vars(s, from, "third duplicate ack");
    send_segment(s, from, to,
                 (struct segment){.flags = TCP_ACK,
                                  .offset = begin + 2 * MSS,
                                  .length = MSS,
                                  .repeats = lost,
                                  .tag = tag,
                                  .why = "third duplicate ack"});
    settle(s);
    s->made->filled_event = s->last_deliver;
    s->made->content_end_ns = s->now;
    to->ack += CONTENT_BYTES - 2 * MSS;
    send_ack(s, to, from, "data arrived");
    settle(s);
}

/* ---- Names ---- */

static void send_datagram(struct stage *s, uint32_t from, uint32_t to, const char *tag)
{
    uint64_t cause = journal_cause(s->j), packet = ++s->packets;
    uint64_t event = JOURNAL_EMIT(s->j, PACKET_SEND, F_INT(PACKET, packet), F_INT(HOST, from), F_INT(PEER, to),
                                  F_TEXT(TAG, tag), F_TEXT(WHY, "asked"), F_INT(LENGTH, 31), F_INT(SIZE, 59));
    put_on_link(s, (struct flying){packet, 59, to, link_of(from), 0, 0, false, event});
    journal_set_cause(s->j, cause);
    settle(s);
}

static void look_up(struct stage *s, const char *qname, const char *qtype, const char *rcode, const char *text)
{
    char tag[96];
    JOURNAL_EMIT(s->j, DNS_QUERY, F_INT(HOST, MADE_MAIL_A), F_INT(PEER, MADE_NS), F_TEXT(QNAME, qname),
                 F_TEXT(QTYPE, qtype), F_INT(ID, 7), F_INT(NTH, 1));
    snprintf(tag, sizeof tag, "dns.query %s %s", qtype, qname);
    send_datagram(s, MADE_MAIL_A, MADE_NS, tag);
    snprintf(tag, sizeof tag, "dns.answer %s %s", qtype, qname);
    send_datagram(s, MADE_NS, MADE_MAIL_A, tag);
    JOURNAL_EMIT(s->j, DNS_ANSWER, F_INT(HOST, MADE_MAIL_A), F_INT(PEER, MADE_NS), F_TEXT(QNAME, qname),
                 F_TEXT(QTYPE, qtype), F_INT(ID, 7), F_TEXT(RCODE, rcode), F_TEXT(TEXT, text));
}

/* ---- Mail ---- */

static uint64_t mail_state(struct stage *s, uint32_t message, uint32_t host, const char *recipient, const char *from,
                           const char *to, int64_t at, const char *why)
{
    uint64_t event =
        JOURNAL_EMIT(s->j, MAIL_STATE, F_INT(MESSAGE, message), F_INT(HOST, host), F_TEXT(RECIPIENT, recipient),
                     F_TEXT(QUEUE_ID, strcmp(to, "queued") == 0 ? "4F1" : ""), F_TEXT(FROM, from), F_TEXT(TO, to),
                     F_INT(AT, at), F_TEXT(WHY, why));
    journal_set_cause(s->j, event);
    return event;
}

static uint32_t compose(struct stage *s, uint32_t host, const char *from, const char *to, const char *subject,
                        uint32_t parent)
{
    char name[32];
    uint32_t message = ++s->messages;
    snprintf(name, sizeof name, parent ? "bounce%u" : "m%u", (unsigned)message);
    JOURNAL_EMIT(s->j, MAIL_COMPOSE, F_INT(MESSAGE, message), F_INT(PARENT, parent), F_INT(HOST, host),
                 F_TEXT(NAME, name), F_TEXT(FROM, from), F_TEXT(TO, to), F_TEXT(SUBJECT, subject),
                 F_INT(SIZE, CONTENT_BYTES));
    return message;
}

static uint32_t begin_attempt(struct stage *s, uint32_t message, uint32_t host, const char *to, int nth)
{
    mail_state(s, message, host, to, nth > 1 ? "deferred" : "queued", "active", 0, "an attempt begins");
    JOURNAL_EMIT(s->j, ATTEMPT_BEGIN, F_INT(ATTEMPT, ++s->attempts), F_INT(MESSAGE, message), F_INT(HOST, host),
                 F_TEXT(RECIPIENT, to), F_INT(NTH, nth));
    return s->attempts;
}

static void end_attempt(struct stage *s, uint32_t attempt, uint32_t message, uint32_t host, const char *to,
                        uint32_t peer, const char *outcome, const char *why)
{
    JOURNAL_EMIT(s->j, ATTEMPT_END, F_INT(ATTEMPT, attempt), F_INT(MESSAGE, message), F_INT(HOST, host),
                 F_TEXT(RECIPIENT, to), F_INT(PEER, peer), F_TEXT(OUTCOME, outcome), F_TEXT(WHY, why));
}

static void submit(struct stage *s, uint32_t message, const char *to)
{
    struct end client = new_end(s, MADE_ALICE, (uint16_t)(49152 + s->conns)), server = new_end(s, MADE_MAIL_A, 587);
    connect(s, &client, &server);
    struct dialogue d = open_dialogue(s, &client, &server, false);
    say(s, &d, false, "220 mail.a.example ESMTP");
    say(s, &d, true, "MAIL FROM:<alice@a.example>");
    say(s, &d, false, "250 2.1.0 ok");
    send_content(s, &d, true, message, false);
    say(s, &d, true, ".");
    mail_state(s, message, MADE_MAIL_A, to, "", "queued", 0, "accepted");
    say(s, &d, false, "250 2.0.0 queued as 4F1");
    mail_state(s, message, MADE_ALICE, to, "outbox", "handed on", 0, "250 2.0.0 queued as 4F1");
    close_conn(s, &client, &server);
}

static void refused_once(struct stage *s, uint32_t message)
{
    uint32_t attempt = begin_attempt(s, message, MADE_MAIL_A, "bob@b.example", 1);
    look_up(s, "b.example", "MX", "NOERROR", "10 mx1.b.example.");
    struct end client = new_end(s, MADE_MAIL_A, (uint16_t)(49152 + s->conns)), server = new_end(s, MADE_MX_B, 25);
    connect(s, &client, &server);
    struct dialogue d = open_dialogue(s, &client, &server, false);
    say(s, &d, false, "451 4.3.2 busy, try again later");
    end_attempt(s, attempt, message, MADE_MAIL_A, "bob@b.example", MADE_MX_B, "later",
                "451 4.3.2 busy, try again later");
    s->made->deferred_ns = s->now;
    s->made->next_ns = s->now + 300 * SECOND;
    mail_state(s, message, MADE_MAIL_A, "bob@b.example", "active", "deferred", s->made->next_ns,
               "451 4.3.2 busy, try again later");
    s->retry_timer = JOURNAL_EMIT(s->j, TIMER_SET, F_INT(HOST, MADE_MAIL_A), F_INT(MESSAGE, message),
                                  F_TEXT(NAME, "next attempt"), F_INT(AT, s->made->next_ns));
    close_conn(s, &client, &server);
}

static void relay(struct stage *s, uint32_t message)
{
    uint32_t attempt = begin_attempt(s, message, MADE_MAIL_A, "bob@b.example", 2);
    struct end client = new_end(s, MADE_MAIL_A, (uint16_t)(49152 + s->conns)), server = new_end(s, MADE_MX_B, 25);
    connect(s, &client, &server);
    struct dialogue d = open_dialogue(s, &client, &server, false);
    say(s, &d, false, "220 mx1.b.example ESMTP");
    s->made->content_begin_ns = s->now;
    send_content(s, &d, true, message, true);
    mail_state(s, message, MADE_MX_B, "bob@b.example", "", "queued", 0, "accepted");
    say(s, &d, false, "250 2.0.0 queued as 4F1");
    end_attempt(s, attempt, message, MADE_MAIL_A, "bob@b.example", MADE_MX_B, "delivered", "250 2.0.0 queued as 4F1");
    mail_state(s, message, MADE_MAIL_A, "bob@b.example", "active", "handed on", 0, "250 2.0.0 queued as 4F1");
    attempt = begin_attempt(s, message, MADE_MX_B, "bob@b.example", 1);
    end_attempt(s, attempt, message, MADE_MX_B, "bob@b.example", MADE_MX_B, "delivered", "into the mailbox");
    s->made->delivered_event =
        mail_state(s, message, MADE_MX_B, "bob@b.example", "active", "delivered", 0, "into the mailbox");
    close_conn(s, &client, &server);
}

static void pick_up(struct stage *s, uint32_t message)
{
    struct end client = new_end(s, MADE_BOB, (uint16_t)(49152 + s->conns)), server = new_end(s, MADE_MX_B, 110);
    connect(s, &client, &server);
    struct dialogue d = open_dialogue(s, &client, &server, true);
    say(s, &d, false, "+OK ready");
    say(s, &d, true, "RETR 1");
    send_content(s, &d, false, message, false);
    mail_state(s, message, MADE_BOB, "bob@b.example", "", "picked up", 0, "fetched by POP3");
    say(s, &d, true, "QUIT");
    mail_state(s, message, MADE_MX_B, "bob@b.example", "delivered", "handed on", 0, "fetched and deleted");
    close_conn(s, &client, &server);
}

static void come_back(struct stage *s)
{
    uint32_t message = compose(s, MADE_ALICE, "alice@a.example", "eve@c.example", "Anybody?", 0);
    mail_state(s, message, MADE_ALICE, "eve@c.example", "", "outbox", 0, "written");
    submit(s, message, "eve@c.example");
    uint32_t attempt = begin_attempt(s, message, MADE_MAIL_A, "eve@c.example", 1);
    look_up(s, "c.example", "MX", "NXDOMAIN", "");
    end_attempt(s, attempt, message, MADE_MAIL_A, "eve@c.example", 0, "never", "there is no domain c.example");
    uint32_t bounce = compose(s, MADE_MAIL_A, "", "alice@a.example", "Undelivered mail", message);
    mail_state(s, bounce, MADE_MAIL_A, "alice@a.example", "", "queued", 0, "made here");
    mail_state(s, message, MADE_MAIL_A, "eve@c.example", "active", "bounced", 0, "there is no domain c.example");
    attempt = begin_attempt(s, bounce, MADE_MAIL_A, "alice@a.example", 1);
    end_attempt(s, attempt, bounce, MADE_MAIL_A, "alice@a.example", MADE_MAIL_A, "delivered", "into the mailbox");
    mail_state(s, bounce, MADE_MAIL_A, "alice@a.example", "active", "delivered", 0, "into the mailbox");
}

/* ---- The whole ---- */

static void head(struct stage *s)
{
    static const char *const names[] = {"alice-pc", "mail.a.example", "internet", "mx1.b.example", "bob-pc", "ns"};
    static const char *const roles[] = {"client", "mail_server", "router", "mail_server", "client", "name_server"};
    static const char *const texts[] = {"alice@a.example", "a.example", "", "b.example", "bob@b.example", ""};
    JOURNAL_EMIT(s->j, RUN_BEGIN, F_TEXT(TITLE, "Made by hand"), F_TEXT(SEED, "7"), F_TEXT(VERSION, "0"),
                 F_INT(STARTS, 1740992400));
    for (int i = 0; i < 6; i++)
        JOURNAL_EMIT(s->j, HOST_ADD, F_INT(HOST, i + 1), F_TEXT(NAME, names[i]), F_TEXT(ROLE, roles[i]),
                     F_INT(ADDRESS, 0x0a000001 + i), F_TEXT(TEXT, texts[i]));
    for (int l = 1; l <= LINKS; l++)
        JOURNAL_EMIT(s->j, LINK_ADD, F_INT(LINK, l), F_TEXT(NAME, links[l].name), F_INT(HOST, links[l].host),
                     F_INT(PEER, MADE_INTERNET), F_INT(RATE_OUT, 10000000), F_INT(RATE_BACK, 10000000),
                     F_INT(DELAY_OUT, links[l].delay_ns), F_INT(DELAY_BACK, links[l].delay_ns), F_INT(MTU, 1500));
}

static void faults(struct stage *s)
{
    JOURNAL_EMIT(s->j, HOST_STATE, F_INT(HOST, MADE_MX_B), F_INT(UP, 0), F_TEXT(WHY, "the scenario stops it"));
    JOURNAL_EMIT(s->j, LINK_STATE, F_INT(LINK, 4), F_INT(DIR, 1), F_INT(UP, 0), F_TEXT(WHY, "cut"));
    JOURNAL_EMIT(s->j, LINK_VALUE, F_INT(LINK, 3), F_INT(DIR, 0), F_TEXT(NAME, "loss"), F_TEXT(TEXT, "20 %"));
    go_to(s, s->now + 10 * SECOND);
    JOURNAL_EMIT(s->j, HOST_STATE, F_INT(HOST, MADE_MX_B), F_INT(UP, 1), F_TEXT(WHY, "it is started again"));
    JOURNAL_EMIT(s->j, LINK_STATE, F_INT(LINK, 4), F_INT(DIR, 1), F_INT(UP, 1), F_TEXT(WHY, "repaired"));
}

static void play_round(struct stage *s)
{
    journal_set_cause(s->j, 0);
    go_to(s, s->now + SECOND);
    uint32_t message = compose(s, MADE_ALICE, "alice@a.example", "bob@b.example", "Lunch?", 0);
    mail_state(s, message, MADE_ALICE, "bob@b.example", "", "outbox", 0, "written");
    JOURNAL_EMIT(s->j, CAPTION, F_INT(ABOUT, 1), F_TEXT(TEXT, "A mail travels as clear text."),
                 F_TEXT(CITE, "RFC 5321"));
    submit(s, message, "bob@b.example");
    refused_once(s, message);
    faults(s);
    go_to(s, s->made->next_ns);
    journal_set_cause(s->j, s->retry_timer);
    JOURNAL_EMIT(s->j, TIMER_FIRE, F_INT(HOST, MADE_MAIL_A), F_INT(MESSAGE, message), F_TEXT(NAME, "next attempt"));
    relay(s, message);
    go_to(s, s->now + 60 * SECOND);
    pick_up(s, message);
    come_back(s);
}

struct made made_journal(unsigned rounds, const struct journal_reader *readers, size_t n_readers)
{
    struct made made = {.journal = journal_new(), .memory = journal_memory_new()};
    struct stage s = {.made = &made, .j = made.journal};
    journal_add_reader(made.journal, journal_memory_reader(made.memory, event_mask_all()));
    for (size_t i = 0; i < n_readers; i++)
        journal_add_reader(made.journal, readers[i]);
    head(&s);
    for (unsigned i = 0; i < rounds; i++)
        play_round(&s);
    JOURNAL_EMIT(s.j, EXPECTATION, F_TEXT(TEXT, "m1 is delivered"), F_INT(HELD, 1));
    JOURNAL_EMIT(s.j, LINK_TOTALS, F_INT(LINK, 1), F_INT(DIR, 0), F_INT(OFFERED, s.offered),
                 F_INT(DELIVERED, s.offered - s.lost), F_INT(LOST_CHANCE, s.lost));
    JOURNAL_EMIT(s.j, RUN_END, F_TEXT(WHY, "nothing is left to do"));
    made.end_ns = s.now;
    return made;
}

void made_free(struct made *made)
{
    journal_free(made->journal);
    journal_memory_free(made->memory);
}
