/* See small_journal.h. */
#include "tests/viz/readers/small_journal.h"

#include <string.h>

#include "model/wire/dns_wire.h"
#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"

enum {
    CLIENT_PORT = 49152,
    HOP_NS = 1000000,
    STREAM_CLIENT = 1,
    STREAM_SERVER = 2,
    STREAM_QUERY = 3,
    STREAM_ANSWER = 4
};

struct builder {
    struct journal *journal;
    int64_t now_ns;
    uint64_t packets;
    uint32_t seq[2];    /* of the client, of the server */
    uint64_t offset[2]; /* bytes written by each */
};

static void at(struct builder *b, int64_t now_ns)
{
    b->now_ns = now_ns;
    journal_set_now(b->journal, now_ns);
}

static void begin(struct journal *j)
{
    JOURNAL_EMIT(j, RUN_BEGIN, F_TEXT(TITLE, "A small world"), F_TEXT(SEED, "1"), F_INT(STARTS, STARTS));
    static const char *const names[] = {"client", "internet", "mx1.b.example"};
    static const char *const roles[] = {"client", "router", "mail_server"};
    for (uint32_t i = 0; i < 3; i++)
        JOURNAL_EMIT(j, HOST_ADD, F_INT(HOST, i + 1), F_TEXT(NAME, names[i]), F_TEXT(ROLE, roles[i]),
                     F_INT(ADDRESS, 0x0a000001 + i));
    JOURNAL_EMIT(j, LINK_ADD, F_INT(LINK, LINK_ALICE), F_TEXT(NAME, "alice"), F_INT(HOST, CLIENT),
                 F_INT(PEER, INTERNET), F_INT(RATE_OUT, 1000000), F_INT(MTU, 1500));
    JOURNAL_EMIT(j, LINK_ADD, F_INT(LINK, LINK_B_MAIL), F_TEXT(NAME, "b-mail"), F_INT(HOST, SERVER),
                 F_INT(PEER, INTERNET), F_INT(MTU, 1500));
}

/* Over one link: begins half a hop after it was offered, arrives a hop after that. */
static void hop(struct builder *b, int link, int dir, uint64_t packet, int to, const char *lost)
{
    JOURNAL_EMIT(b->journal, LINK_SEND, F_INT(LINK, link), F_INT(DIR, dir), F_INT(PACKET, packet),
                 F_INT(BEGINS, b->now_ns + HOP_NS / 2), F_INT(DEPARTS, b->now_ns + HOP_NS / 2),
                 F_INT(ARRIVES, b->now_ns + HOP_NS));
    at(b, b->now_ns + HOP_NS);
    if (lost)
        JOURNAL_EMIT(b->journal, LINK_DROP, F_INT(LINK, link), F_INT(DIR, dir), F_INT(PACKET, packet),
                     F_TEXT(WHY, lost));
    else
        JOURNAL_EMIT(b->journal, LINK_DELIVER, F_INT(LINK, link), F_INT(DIR, dir), F_INT(PACKET, packet),
                     F_INT(HOST, to));
}

static void travel(struct builder *b, bool from_client, const char *lost)
{
    hop(b, from_client ? LINK_ALICE : LINK_B_MAIL, 0, b->packets, INTERNET, NULL);
    hop(b, from_client ? LINK_B_MAIL : LINK_ALICE, 1, b->packets, from_client ? SERVER : CLIENT, lost);
    at(b, b->now_ns + HOP_NS);
}

static struct ipv4_header ip_header(bool from_client, size_t size, uint8_t protocol)
{
    uint32_t client = 0x0a000000 + CLIENT, server = 0x0a000000 + SERVER;
    return (struct ipv4_header){.source = from_client ? client : server,
                                .destination = from_client ? server : client,
                                .total_length = (uint16_t)(IPV4_HEADER_BYTES + size),
                                .dont_fragment = true,
                                .ttl = IP_DEFAULT_TTL,
                                .protocol = protocol};
}

static void emit_packet(struct builder *b, bool from_client, const uint8_t *header, size_t header_size, uint32_t stream,
                        uint64_t offset, size_t length, uint64_t repeats, const char *tag)
{
    JOURNAL_EMIT(b->journal, PACKET_SEND, F_INT(PACKET, ++b->packets), F_INT(HOST, from_client ? CLIENT : SERVER),
                 F_INT(PEER, from_client ? SERVER : CLIENT), F_INT(REPEATS, repeats), F_TEXT(TAG, tag),
                 F_BLOB(HEADER, header, header_size), F_INT(STREAM, stream), F_INT(OFFSET, offset),
                 F_INT(LENGTH, length), F_INT(SIZE, header_size + length));
}

/* Text is written to the stream in two pieces, so that a packet's payload has to be put together. */
static void write_stream(struct builder *b, bool from_client, const char *text)
{
    size_t length = strlen(text), half = length / 2;
    uint64_t *offset = &b->offset[!from_client];
    uint32_t stream = from_client ? STREAM_CLIENT : STREAM_SERVER;
    JOURNAL_EMIT(b->journal, STREAM_DATA, F_INT(STREAM, stream), F_INT(OFFSET, *offset), F_BLOB(BYTES, text, half));
    JOURNAL_EMIT(b->journal, STREAM_DATA, F_INT(STREAM, stream), F_INT(OFFSET, *offset + half),
                 F_BLOB(BYTES, text + half, length - half));
    *offset += length;
}

static void segment(struct builder *b, bool from_client, uint8_t flags, const char *text, uint64_t repeats)
{
    int me = !from_client;
    size_t length = strlen(text);
    uint64_t offset = b->offset[me] - length;
    uint32_t again = repeats ? (uint32_t)length : 0;
    struct tcp_segment tcp = {.source_port = from_client ? CLIENT_PORT : 25,
                              .destination_port = from_client ? 25 : CLIENT_PORT,
                              .seq = b->seq[me] - again,
                              .ack = flags & TCP_ACK ? b->seq[!me] : 0,
                              .window = 65535,
                              .mss = flags & TCP_SYN ? 1460 : 0,
                              .length = (uint32_t)length,
                              .flags = flags};
    struct ipv4_header ip = ip_header(from_client, tcp_header_size(&tcp) + length, IP_PROTOCOL_TCP);
    uint8_t header[IPV4_HEADER_BYTES + TCP_HEADER_MAX_BYTES];
    ipv4_encode(&ip, header);
    size_t size = IPV4_HEADER_BYTES + tcp_encode(&tcp, ip_of_v4(ip.source), ip_of_v4(ip.destination),
                                                 (const uint8_t *)text, header + IPV4_HEADER_BYTES);
    emit_packet(b, from_client, header, size, from_client ? STREAM_CLIENT : STREAM_SERVER, offset, length, repeats,
                length ? "smtp line" : "tcp");
    if (!repeats) b->seq[me] += tcp_segment_sequence_length(&tcp);
}

static void say(struct builder *b, bool from_client, const char *text)
{
    write_stream(b, from_client, text);
    segment(b, from_client, TCP_PSH | TCP_ACK, text, 0);
    travel(b, from_client, NULL);
}

static void signal(struct builder *b, bool from_client, uint8_t flags)
{
    segment(b, from_client, flags, "", 0);
    travel(b, from_client, NULL);
}

static void datagram(struct builder *b, bool from_client, struct dns_message *message, uint32_t stream)
{
    uint8_t bytes[DNS_UDP_MAX_BYTES], header[IPV4_HEADER_BYTES + UDP_HEADER_BYTES];
    size_t length = dns_encode(message, bytes, sizeof bytes);
    struct ipv4_header ip = ip_header(from_client, UDP_HEADER_BYTES + length, IP_PROTOCOL_UDP);
    struct udp_header udp = {.source_port = from_client ? 40000 : 53,
                             .destination_port = from_client ? 53 : 40000,
                             .length = (uint16_t)(UDP_HEADER_BYTES + length)};
    ipv4_encode(&ip, header);
    udp_encode(&udp, ip_of_v4(ip.source), ip_of_v4(ip.destination), bytes, header + IPV4_HEADER_BYTES);
    JOURNAL_EMIT(b->journal, STREAM_DATA, F_INT(STREAM, stream), F_BLOB(BYTES, bytes, length));
    emit_packet(b, from_client, header, sizeof header, stream, 0, length, 0, "dns");
    travel(b, from_client, NULL);
}

static void resolve(struct builder *b)
{
    static const struct dns_rr mx = {
        .name = "b.example", .type = DNS_MX, .ttl_s = 300, .preference = 10, .target = "mx1.b.example"};
    struct dns_message query = {.id = 7, .recursion_desired = true, .qname = "b.example", .qtype = DNS_MX};
    struct dns_message answer = query;
    answer.is_response = answer.authoritative = true;
    answer.n_answer = 1;
    answer.rrs = &mx;
    datagram(b, true, &query, STREAM_QUERY);
    datagram(b, false, &answer, STREAM_ANSWER);
}

static void talk(struct builder *b)
{
    signal(b, true, TCP_SYN);
    signal(b, false, TCP_SYN | TCP_ACK);
    signal(b, true, TCP_ACK);
    say(b, false, "220 mx1.b.example ESMTP\r\n");
    signal(b, true, TCP_ACK);
    write_stream(b, true, "EHLO a.example\r\n"); /* 8 is lost on its second link, 9 repeats it */
    segment(b, true, TCP_PSH | TCP_ACK, "EHLO a.example\r\n", 0);
    travel(b, true, "loss");
    at(b, b->now_ns + 1000 * HOP_NS);
    segment(b, true, TCP_PSH | TCP_ACK, "EHLO a.example\r\n", SMALL_LOST);
    travel(b, true, NULL);
    say(b, false, "250 mx1.b.example\r\n");
    say(b, true, "QUIT\r\n");
    say(b, false, "221 2.0.0 Bye\r\n");
    signal(b, true, TCP_RST | TCP_ACK);
}

/* 14 finds the first link's queue full. */
static void be_refused(struct builder *b)
{
    segment(b, true, TCP_RST, "", 0);
    JOURNAL_EMIT(b->journal, LINK_DROP, F_INT(LINK, LINK_ALICE), F_INT(DIR, 0), F_INT(PACKET, b->packets),
                 F_TEXT(WHY, "queue full"));
}

struct journal_memory *small_journal_new(struct event_mask mask)
{
    struct journal_memory *memory = journal_memory_new();
    struct builder b = {.journal = journal_new(), .seq = {1000, 500000}};
    journal_add_reader(b.journal, journal_memory_reader(memory, mask));
    begin(b.journal);
    at(&b, 10 * HOP_NS);
    resolve(&b);
    talk(&b);
    be_refused(&b);
    journal_free(b.journal);
    return memory;
}
