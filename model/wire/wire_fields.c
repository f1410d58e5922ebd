/* The tables of header fields: IPv4 (RFC 791 3.1), TCP (RFC 9293 3.1), UDP (RFC 768), DNS (RFC 1035 4.1.1).
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
    if (value == 1) return "ICMP";
    if (value == IP_PROTOCOL_TCP) return "TCP";
    if (value == IP_PROTOCOL_UDP) return "UDP";
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
