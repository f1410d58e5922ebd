/* IPv4 (RFC 791 3.1) and UDP (RFC 768) headers to bytes and back, and the Internet checksum (RFC 1071). Left out on
   purpose: options (passed over when reading), type of service, which no host here makes. */
#include "model/wire/ip_wire.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/wire_bytes.h"
#include "sim/journal/put.h"

static uint32_t fold_to_16_bits(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint32_t)sum;
}

/* RFC 1071 2(B): the sum may be formed in either byte order and swapped once, so that whole words can be added. */
uint32_t inet_checksum_add(uint32_t sum, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    uint64_t native = 0;
    size_t words = size / 4;
    for (size_t i = 0; i < words; i++) {
        uint32_t word;
        memcpy(&word, at + 4 * i, sizeof word);
        native += word;
    }
    uint8_t rest[4] = {0};
    if (size % 4) memcpy(rest, at + 4 * words, size % 4);
    uint32_t last;
    memcpy(&last, rest, sizeof last);
    native += last;
    return fold_to_16_bits((uint64_t)sum + ntohs((uint16_t)fold_to_16_bits(native)));
}

uint16_t inet_checksum_finish(uint32_t sum)
{
    return (uint16_t)~fold_to_16_bits(sum);
}

uint32_t inet_pseudo_header_sum(struct ip_address source, struct ip_address destination, uint8_t protocol, size_t size)
{
    uint64_t sum = (uint64_t)protocol + size;
    if (ip_is_v4(source)) {
        sum += (uint64_t)ip_v4(source) + ip_v4(destination);
    } else {
        sum += (source.high >> 32) + (source.high & UINT32_MAX) + (source.low >> 32) + (source.low & UINT32_MAX);
        sum += (destination.high >> 32) + (destination.high & UINT32_MAX);
        sum += (destination.low >> 32) + (destination.low & UINT32_MAX);
    }
    return fold_to_16_bits(sum);
}

void ipv4_encode(const struct ipv4_header *header, uint8_t out[IPV4_HEADER_BYTES])
{
    enum { DONT_FRAGMENT = 0x4000, MORE_FRAGMENTS = 0x2000 };
    unsigned flags = (header->dont_fragment ? DONT_FRAGMENT : 0u) | (header->more_fragments ? MORE_FRAGMENTS : 0u);
    out[0] = 0x45; /* version 4, five 32-bit words */
    out[1] = 0;
    wire_put_16(out + 2, header->total_length);
    wire_put_16(out + 4, header->identification);
    wire_put_16(out + 6, (uint16_t)(flags | header->fragment_offset / 8u));
    out[8] = header->ttl;
    out[9] = header->protocol;
    wire_put_16(out + 10, 0);
    wire_put_32(out + 12, header->source);
    wire_put_32(out + 16, header->destination);
    wire_put_16(out + 10, inet_checksum_finish(inet_checksum_add(0, out, IPV4_HEADER_BYTES)));
}

/* Size in bytes that the first byte claims, or 0 when it is not the beginning of a whole IPv4 header. */
static size_t claimed_header_size(const uint8_t *bytes, size_t size)
{
    if (size < IPV4_HEADER_BYTES || bytes[0] >> 4 != 4) return 0;
    size_t claimed = (size_t)(bytes[0] & 15) * 4;
    return claimed >= IPV4_HEADER_BYTES && claimed <= size ? claimed : 0;
}

bool ipv4_decode(const uint8_t *bytes, size_t size, struct ipv4_header *header, size_t *header_size)
{
    size_t claimed = claimed_header_size(bytes, size);
    if (claimed == 0 || wire_get_16(bytes + 2) < claimed) return false;
    *header = (struct ipv4_header){
        .source = wire_get_32(bytes + 12),
        .destination = wire_get_32(bytes + 16),
        .total_length = wire_get_16(bytes + 2),
        .identification = wire_get_16(bytes + 4),
        .dont_fragment = (bytes[6] & 0x40) != 0,
        .more_fragments = (bytes[6] & 0x20) != 0,
        .fragment_offset = (uint16_t)((wire_get_16(bytes + 6) & 0x1fff) * 8),
        .ttl = bytes[8],
        .protocol = bytes[9],
    };
    *header_size = claimed;
    return true;
}

bool ipv4_checksum_is_good(const uint8_t *bytes, size_t size)
{
    size_t claimed = claimed_header_size(bytes, size);
    return claimed != 0 && inet_checksum_finish(inet_checksum_add(0, bytes, claimed)) == 0;
}

/* RFC 791 3.1, RFC 1812 5.2.2. */
const char *ipv4_problem(const uint8_t *bytes, size_t size)
{
    if (size < IPV4_HEADER_BYTES) return "cut short";
    if (bytes[0] >> 4 != 4) return "bad ip version";
    if (claimed_header_size(bytes, size) == 0) return "bad ip header length";
    if (!ipv4_checksum_is_good(bytes, size)) return "bad ip checksum";
    if (wire_get_16(bytes + 2) < claimed_header_size(bytes, size)) return "bad ip length";
    return wire_get_16(bytes + 2) > size ? "cut short" : NULL;
}

void ipv4_count_down(uint8_t header[IPV4_HEADER_BYTES])
{
    uint32_t before = wire_get_16(header + 8);
    header[8]--;
    uint32_t sum = (uint32_t)(uint16_t)~wire_get_16(header + 10) + (uint16_t)~before + wire_get_16(header + 8);
    wire_put_16(header + 10, inet_checksum_finish(sum));
}

void udp_encode(const struct udp_header *header, struct ip_address source, struct ip_address destination,
                const uint8_t *payload, uint8_t out[UDP_HEADER_BYTES])
{
    assert(header->length >= UDP_HEADER_BYTES);
    wire_put_16(out, header->source_port);
    wire_put_16(out + 2, header->destination_port);
    wire_put_16(out + 4, header->length);
    wire_put_16(out + 6, 0);
    uint32_t sum = inet_pseudo_header_sum(source, destination, IP_PROTOCOL_UDP, header->length);
    sum = inet_checksum_add(sum, out, UDP_HEADER_BYTES);
    size_t payload_size = (size_t)header->length - UDP_HEADER_BYTES;
    if (payload_size) sum = inet_checksum_add(sum, payload, payload_size);
    uint16_t checksum = inet_checksum_finish(sum);
    /* RFC 768: zero means that none was made, so a sum of zero travels as all ones. */
    wire_put_16(out + 6, checksum ? checksum : 0xffff);
}

bool udp_decode(const uint8_t *bytes, size_t size, struct udp_header *header)
{
    if (size < UDP_HEADER_BYTES || wire_get_16(bytes + 4) < UDP_HEADER_BYTES) return false;
    header->source_port = wire_get_16(bytes);
    header->destination_port = wire_get_16(bytes + 2);
    header->length = wire_get_16(bytes + 4);
    return true;
}

bool udp_checksum_is_good(const uint8_t *bytes, size_t size, struct ip_address source, struct ip_address destination)
{
    struct udp_header header;
    if (!udp_decode(bytes, size, &header) || header.length > size) return false;
    if (wire_get_16(bytes + 6) == 0) return true;
    uint32_t sum = inet_pseudo_header_sum(source, destination, IP_PROTOCOL_UDP, header.length);
    return inet_checksum_finish(inet_checksum_add(sum, bytes, header.length)) == 0;
}

const char *ipv4_text(uint32_t address, char buffer[IPV4_TEXT_BYTES])
{
    struct put p = put_into(buffer, IPV4_TEXT_BYTES);
    for (int shift = 24; shift >= 0; shift -= 8) {
        put_number(&p, address >> shift & 255, 1);
        if (shift > 0) put_text(&p, ".");
    }
    return buffer;
}

/* One decimal number of 0 to 255 without leading zeros (which some programs read as octal). */
static const char *parse_octet(const char *text, uint32_t *octet)
{
    if (*text < '0' || *text > '9') return NULL;
    if (text[0] == '0' && text[1] >= '0' && text[1] <= '9') return NULL;
    *octet = 0;
    while (*text >= '0' && *text <= '9' && *octet <= 255)
        *octet = *octet * 10 + (uint32_t)(*text++ - '0');
    return *octet <= 255 ? text : NULL;
}

bool ipv4_parse(const char *text, uint32_t *address)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++) {
        uint32_t octet;
        if (i > 0 && *text++ != '.') return false;
        text = parse_octet(text, &octet);
        if (!text) return false;
        value = value << 8 | octet;
    }
    if (*text) return false;
    *address = value;
    return true;
}
