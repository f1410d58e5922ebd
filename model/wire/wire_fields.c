/* The tables of header fields: IPv4 (RFC 791 3.1), IPv6 (RFC 8200 3) and its fragment header (4.5), TCP (RFC 9293 3.1),
   UDP (RFC 768), ICMP (RFC 792), ICMPv6 (RFC 4443), DNS (RFC 1035 4.1.1).
   To add a layer: one table here, its name in wire_fields.h, and one row in tests/model/wire/test_wire_fields.c. */
#include "model/wire/wire_fields.h"

#include <assert.h>
#include <stdio.h>

#include "model/wire/ip_wire.h"
#include "sim/journal/tr.h"

enum { MEANING_BYTES = 64 };

uint32_t wire_field_value(const struct wire_field *field, const uint8_t *header)
{
    assert(field->width >= 1 && field->width <= 32);
    uint64_t value = 0;
    size_t first = field->bit / 8u, last = (field->bit + field->width - 1u) / 8u;
    for (size_t i = first; i <= last; i++)
        value = value << 8 | header[i];
    unsigned below = (unsigned)(8 * (last + 1) - (field->bit + field->width));
    return (uint32_t)(value >> below & ((UINT64_C(1) << field->width) - 1));
}

static const char *as_address(uint32_t value, char buffer[MEANING_BYTES])
{
    return ipv4_text(value, buffer);
}

static const char *as_hex_16(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, "0x%04x", value);
    return buffer;
}

static const char *as_bytes(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, tr("%u bytes"), value);
    return buffer;
}

static const char *as_words(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, tr("%u words of 32 bits: %u bytes"), value, value * 4);
    return buffer;
}

static const char *as_hops(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, tr("may pass %u more routers"), value ? value - 1 : 0);
    return buffer;
}

static const char *as_fragment_offset(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, tr("%u bytes"), value * 8);
    return buffer;
}

static const char *as_protocol(uint32_t value, char buffer[MEANING_BYTES])
{
    if (value == IP_PROTOCOL_ICMP) return "ICMP";
    if (value == IP_PROTOCOL_ICMPV6) return "ICMPv6";
    if (value == 44) return "Fragment";
    if (value == IP_PROTOCOL_TCP) return "TCP";
    if (value == IP_PROTOCOL_UDP) return "UDP";
    snprintf(buffer, MEANING_BYTES, "%u", value);
    return buffer;
}

static const char *as_groups(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, "%04x:%04x", value >> 16, value & 0xffff);
    return buffer;
}

static const char *as_option(uint32_t value, char buffer[MEANING_BYTES])
{
    static const char *const names[] = {"EOL", "NOP", "MSS", "WScale", "SACK ok", "SACK", NULL, NULL, "TS"};
    if (value < sizeof names / sizeof *names && names[value]) return names[value];
    snprintf(buffer, MEANING_BYTES, "%u", value);
    return buffer;
}

static const char *as_shift(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, "%u", value);
    return buffer;
}

static const char *as_port(uint32_t value, char buffer[MEANING_BYTES])
{
    static const struct {
        uint32_t port;
        const char *name;
    } known[] = {{25, "smtp"}, {53, "dns"}, {110, "pop3"}, {587, "submission"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].port != value) continue;
        snprintf(buffer, MEANING_BYTES, "%u (%s)", value, known[i].name);
        return buffer;
    }
    snprintf(buffer, MEANING_BYTES, "%u", value);
    return buffer;
}

static const char *as_bit(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, "%s", value ? tr("set") : tr("not set"));
    return buffer;
}

static const char *as_query_or_response(uint32_t value, char buffer[MEANING_BYTES])
{
    snprintf(buffer, MEANING_BYTES, "%s", value ? tr("response") : tr("query"));
    return buffer;
}

static const char *as_opcode(uint32_t value, char buffer[MEANING_BYTES])
{
    static const char *const names[] = {"QUERY", "IQUERY", "STATUS"};
    if (value < 3) return names[value];
    snprintf(buffer, MEANING_BYTES, "%u", value);
    return buffer;
}

static const char *as_rcode(uint32_t value, char buffer[MEANING_BYTES])
{
    static const char *const names[] = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};
    if (value < 6) return names[value];
    snprintf(buffer, MEANING_BYTES, "%u", value);
    return buffer;
}

#define IPV4_RFC "RFC 791 3.1"
static const struct wire_field ipv4_fields[] = {
    {"Version", 0, 4, IPV4_RFC, NULL},
    {"IHL", 4, 4, IPV4_RFC, as_words},
    {"Type of Service", 8, 8, IPV4_RFC, NULL},
    {"Total Length", 16, 16, IPV4_RFC, as_bytes},
    {"Identification", 32, 16, IPV4_RFC, as_hex_16},
    {"Reserved", 48, 1, IPV4_RFC, as_bit},
    {"DF", 49, 1, IPV4_RFC, as_bit},
    {"MF", 50, 1, IPV4_RFC, as_bit},
    {"Fragment Offset", 51, 13, IPV4_RFC, as_fragment_offset},
    {"Time to Live", 64, 8, IPV4_RFC, as_hops},
    {"Protocol", 72, 8, IPV4_RFC, as_protocol},
    {"Header Checksum", 80, 16, IPV4_RFC, as_hex_16},
    {"Source Address", 96, 32, IPV4_RFC, as_address},
    {"Destination Address", 128, 32, IPV4_RFC, as_address},
};

#define IPV6_RFC "RFC 8200 3"
static const struct wire_field ipv6_fields[] = {
    {"Version", 0, 4, IPV6_RFC, NULL},
    {"Traffic Class", 4, 8, IPV6_RFC, NULL},
    {"Flow Label", 12, 20, IPV6_RFC, NULL},
    {"Payload Length", 32, 16, IPV6_RFC, as_bytes},
    {"Next Header", 48, 8, IPV6_RFC, as_protocol},
    {"Hop Limit", 56, 8, IPV6_RFC, as_hops},
    {"Source Address", 64, 32, IPV6_RFC, as_groups},
    {"Source Address", 96, 32, IPV6_RFC, as_groups},
    {"Source Address", 128, 32, IPV6_RFC, as_groups},
    {"Source Address", 160, 32, IPV6_RFC, as_groups},
    {"Destination Address", 192, 32, IPV6_RFC, as_groups},
    {"Destination Address", 224, 32, IPV6_RFC, as_groups},
    {"Destination Address", 256, 32, IPV6_RFC, as_groups},
    {"Destination Address", 288, 32, IPV6_RFC, as_groups},
};

#define FRAGMENT_RFC "RFC 8200 4.5"
static const struct wire_field ipv6_fragment_fields[] = {
    {"Next Header", 0, 8, FRAGMENT_RFC, as_protocol},
    {"Reserved", 8, 8, FRAGMENT_RFC, NULL},
    {"Fragment Offset", 16, 13, FRAGMENT_RFC, as_fragment_offset},
    {"Res", 29, 2, FRAGMENT_RFC, NULL},
    {"M", 31, 1, FRAGMENT_RFC, as_bit},
    {"Identification", 32, 32, FRAGMENT_RFC, NULL},
};

#define ICMP_RFC "RFC 792"
static const struct wire_field icmp_fields[] = {
    {"Type", 0, 8, ICMP_RFC, NULL},
    {"Code", 8, 8, ICMP_RFC, NULL},
    {"Checksum", 16, 16, ICMP_RFC, as_hex_16},
    {"Identifier, unused", 32, 16, ICMP_RFC, NULL},
    {"Sequence Number, Next-Hop MTU", 48, 16, ICMP_RFC, NULL},
};

#define ICMPV6_RFC "RFC 4443 2.1"
static const struct wire_field icmpv6_fields[] = {
    {"Type", 0, 8, ICMPV6_RFC, NULL},
    {"Code", 8, 8, ICMPV6_RFC, NULL},
    {"Checksum", 16, 16, ICMPV6_RFC, as_hex_16},
    {"Message Body, MTU", 32, 32, ICMPV6_RFC, NULL},
};

#define TCP_RFC "RFC 9293 3.1"
static const struct wire_field tcp_fields[] = {
    {"Source Port", 0, 16, TCP_RFC, as_port},   {"Destination Port", 16, 16, TCP_RFC, as_port},
    {"Sequence Number", 32, 32, TCP_RFC, NULL}, {"Acknowledgment Number", 64, 32, TCP_RFC, NULL},
    {"Data Offset", 96, 4, TCP_RFC, as_words},  {"Reserved", 100, 4, TCP_RFC, NULL},
    {"CWR", 104, 1, TCP_RFC, as_bit},           {"ECE", 105, 1, TCP_RFC, as_bit},
    {"URG", 106, 1, TCP_RFC, as_bit},           {"ACK", 107, 1, TCP_RFC, as_bit},
    {"PSH", 108, 1, TCP_RFC, as_bit},           {"RST", 109, 1, TCP_RFC, as_bit},
    {"SYN", 110, 1, TCP_RFC, as_bit},           {"FIN", 111, 1, TCP_RFC, as_bit},
    {"Window", 112, 16, TCP_RFC, as_bytes},     {"Checksum", 128, 16, TCP_RFC, as_hex_16},
    {"Urgent Pointer", 144, 16, TCP_RFC, NULL},
};

#define UDP_RFC "RFC 768"
static const struct wire_field udp_fields[] = {
    {"Source Port", 0, 16, UDP_RFC, as_port},
    {"Destination Port", 16, 16, UDP_RFC, as_port},
    {"Length", 32, 16, UDP_RFC, as_bytes},
    {"Checksum", 48, 16, UDP_RFC, as_hex_16},
};

#define DNS_RFC "RFC 1035 4.1.1"
static const struct wire_field dns_fields[] = {
    {"ID", 0, 16, DNS_RFC, as_hex_16},     {"QR", 16, 1, DNS_RFC, as_query_or_response},
    {"Opcode", 17, 4, DNS_RFC, as_opcode}, {"AA", 21, 1, DNS_RFC, as_bit},
    {"TC", 22, 1, DNS_RFC, as_bit},        {"RD", 23, 1, DNS_RFC, as_bit},
    {"RA", 24, 1, DNS_RFC, as_bit},        {"Z", 25, 3, DNS_RFC, NULL},
    {"RCODE", 28, 4, DNS_RFC, as_rcode},   {"QDCOUNT", 32, 16, DNS_RFC, NULL},
    {"ANCOUNT", 48, 16, DNS_RFC, NULL},    {"NSCOUNT", 64, 16, DNS_RFC, NULL},
    {"ARCOUNT", 80, 16, DNS_RFC, NULL},
};

#define LAYER(name, fields)                                                                                            \
    {                                                                                                                  \
        name, fields, sizeof(fields) / sizeof((fields)[0])                                                             \
    }
const struct wire_layer wire_ipv4 = LAYER("IPv4", ipv4_fields);
const struct wire_layer wire_tcp = LAYER("TCP", tcp_fields);
const struct wire_layer wire_udp = LAYER("UDP", udp_fields);
const struct wire_layer wire_dns = LAYER("DNS", dns_fields);
const struct wire_layer wire_ipv6 = LAYER("IPv6", ipv6_fields);
const struct wire_layer wire_ipv6_fragment = LAYER("IPv6 fragment", ipv6_fragment_fields);
const struct wire_layer wire_icmp = LAYER("ICMP", icmp_fields);
const struct wire_layer wire_icmpv6 = LAYER("ICMPv6", icmpv6_fields);

/* --- TCP options --- */

enum { TCP_FIXED_BITS = 160, EOL = 0, NOP = 1, MSS = 2, WINDOW_SCALE = 3, SACK = 5, TIMESTAMPS = 8 };
#define OPTIONS_RFC "RFC 9293 3.2"
#define SACK_RFC "RFC 2018 3"
#define SCALE_RFC "RFC 7323 2.2"
#define STAMPS_RFC "RFC 7323 3.2"

struct option_writer {
    struct wire_field *out;
    size_t n, room;
};

static void add_field(struct option_writer *w, struct wire_field field)
{
    if (w->n < w->room) w->out[w->n++] = field;
}

/* A value in words of 32 bits where it lies on their borders, as it does in nearly every segment; else byte by byte. */
static void add_value(struct option_writer *w, size_t at, size_t size, const char *name, const char *rfc,
                      const char *(*meaning)(uint32_t, char *))
{
    for (size_t done = 0; done < size;) {
        size_t left = size - done, in_word = 4 - (at + done) % 4, n = left < in_word ? left : in_word;
        add_field(w, (struct wire_field){name, (uint16_t)((at + done) * 8), (uint16_t)(n * 8), rfc,
                                         n == size ? meaning : NULL});
        done += n;
    }
}

static void add_option(struct option_writer *w, const uint8_t *header, size_t at, size_t length)
{
    add_value(w, at, 1, "Kind", OPTIONS_RFC, as_option);
    add_value(w, at + 1, 1, "Length", OPTIONS_RFC, NULL);
    size_t value = at + 2, size = length - 2;
    if (header[at] == MSS && size == 2) {
        add_value(w, value, 2, "Maximum Segment Size", OPTIONS_RFC, as_bytes);
    } else if (header[at] == WINDOW_SCALE && size == 1) {
        add_value(w, value, 1, "shift.cnt", SCALE_RFC, as_shift);
    } else if (header[at] == TIMESTAMPS && size == 8) {
        add_value(w, value, 4, "TS Value", STAMPS_RFC, NULL);
        add_value(w, value + 4, 4, "TS Echo Reply", STAMPS_RFC, NULL);
    } else if (header[at] == SACK && size % 8 == 0) {
        for (size_t i = 0; i < size; i += 4)
            add_value(w, value + i, 4, i % 8 ? "Right Edge of Block" : "Left Edge of Block", SACK_RFC, NULL);
    } else {
        add_value(w, value, size, "Data", OPTIONS_RFC, NULL);
    }
}

size_t wire_tcp_option_fields(const uint8_t *header, size_t size, struct wire_field *out, size_t room)
{
    struct option_writer w = {out, 0, room};
    size_t end = size > 12 ? (size_t)(header[12] >> 4) * 4 : 0;
    if (end > size) end = size;
    for (size_t at = TCP_FIXED_BITS / 8; at < end;) {
        size_t left = end - at;
        if (header[at] == EOL || header[at] == NOP) {
            add_value(&w, at++, 1, "Kind", OPTIONS_RFC, as_option);
            continue;
        }
        if (left < 2 || header[at + 1] < 2 || header[at + 1] > left) {
            add_value(&w, at, left, "Data", OPTIONS_RFC, NULL);
            break;
        }
        add_option(&w, header, at, header[at + 1]);
        at += header[at + 1];
    }
    return w.n;
}
