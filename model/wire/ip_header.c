/* IPv6 (RFC 8200) here, IPv4 by ip_wire.c, and one door to both. Left out on purpose: traffic class and flow label,
   sent as zero; the meaning of options, which are passed over (no host here knows any); jumbograms (RFC 2675). */
#include "model/wire/ip_header.h"

#include <string.h>

#include "model/wire/ip_wire.h"
#include "model/wire/wire_bytes.h"

enum { HOP_BY_HOP = 0, ROUTING = 43, FRAGMENT = 44, DESTINATION_OPTIONS = 60 };

bool ip_is_v6(const struct ip_header *header)
{
    return !ip_is_v4(header->source);
}

bool ip_is_fragment(const struct ip_header *header)
{
    return header->fragment_offset > 0 || header->more_fragments;
}

size_t ip_header_size(const struct ip_header *header)
{
    if (!ip_is_v6(header)) return IPV4_HEADER_BYTES;
    return IPV6_HEADER_BYTES + (ip_is_fragment(header) ? IPV6_FRAGMENT_HEADER_BYTES : 0);
}

/* --- to bytes --- */

static size_t encode_v4(const struct ip_header *header, uint8_t *out)
{
    struct ipv4_header v4 = {.source = ip_v4(header->source),
                             .destination = ip_v4(header->destination),
                             .total_length = (uint16_t)(IPV4_HEADER_BYTES + header->payload_length),
                             .identification = (uint16_t)header->identification,
                             .dont_fragment = header->dont_fragment,
                             .more_fragments = header->more_fragments,
                             .fragment_offset = header->fragment_offset,
                             .ttl = header->ttl,
                             .protocol = header->protocol};
    ipv4_encode(&v4, out);
    return IPV4_HEADER_BYTES;
}

static size_t encode_v6(const struct ip_header *header, uint8_t *out)
{
    size_t size = ip_header_size(header);
    bool fragment = size > IPV6_HEADER_BYTES;
    wire_put_32(out, UINT32_C(6) << 28);
    wire_put_16(out + 4, (uint16_t)(header->payload_length + size - IPV6_HEADER_BYTES));
    out[6] = fragment ? FRAGMENT : header->protocol;
    out[7] = header->ttl;
    ip_put_16_bytes(header->source, out + 8);
    ip_put_16_bytes(header->destination, out + 24);
    if (!fragment) return size;
    out[40] = header->protocol;
    out[41] = 0;
    wire_put_16(out + 42, (uint16_t)(header->fragment_offset | header->more_fragments));
    wire_put_32(out + 44, header->identification);
    return size;
}

size_t ip_encode(const struct ip_header *header, uint8_t out[IP_HEADER_MAX_BYTES])
{
    return ip_is_v6(header) ? encode_v6(header, out) : encode_v4(header, out);
}

/* --- from bytes --- */

static bool decode_v4(const uint8_t *bytes, size_t size, struct ip_header *header, size_t *header_size)
{
    struct ipv4_header v4;
    if (!ipv4_decode(bytes, size, &v4, header_size)) return false;
    *header = (struct ip_header){.source = ip_of_v4(v4.source),
                                 .destination = ip_of_v4(v4.destination),
                                 .identification = v4.identification,
                                 .payload_length = (uint16_t)(v4.total_length - *header_size),
                                 .fragment_offset = v4.fragment_offset,
                                 .more_fragments = v4.more_fragments,
                                 .dont_fragment = v4.dont_fragment,
                                 .ttl = v4.ttl,
                                 .protocol = v4.protocol};
    return true;
}

static bool is_extension(uint8_t protocol)
{
    return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == DESTINATION_OPTIONS;
}

/* RFC 8200 4: the first byte names what follows, the second the length in units of 8 bytes beyond the first. */
size_t ipv6_skip_extensions(const uint8_t *bytes, size_t size, uint8_t *protocol)
{
    size_t at = 0;
    while (is_extension(*protocol)) {
        if (size - at < 8 || size - at < ((size_t)bytes[at + 1] + 1) * 8) return SIZE_MAX;
        *protocol = bytes[at];
        at += ((size_t)bytes[at + 1] + 1) * 8;
    }
    return at;
}

static bool decode_fragment_header(const uint8_t *bytes, size_t size, struct ip_header *header)
{
    if (size < IPV6_FRAGMENT_HEADER_BYTES) return false;
    header->protocol = bytes[0];
    header->fragment_offset = wire_get_16(bytes + 2) & 0xfff8;
    header->more_fragments = bytes[3] & 1;
    header->identification = wire_get_32(bytes + 4);
    return true;
}

static bool decode_v6(const uint8_t *bytes, size_t size, struct ip_header *header, size_t *header_size)
{
    if (size < IPV6_HEADER_BYTES) return false;
    size_t claimed = wire_get_16(bytes + 4), at = IPV6_HEADER_BYTES;
    *header = (struct ip_header){.source = ip_get_16_bytes(bytes + 8),
                                 .destination = ip_get_16_bytes(bytes + 24),
                                 .dont_fragment = true,
                                 .ttl = bytes[7],
                                 .protocol = bytes[6]};
    size_t extensions = ipv6_skip_extensions(bytes + at, size - at, &header->protocol);
    if (extensions == SIZE_MAX) return false;
    at += extensions;
    if (header->protocol == FRAGMENT) {
        if (!decode_fragment_header(bytes + at, size - at, header)) return false;
        at += IPV6_FRAGMENT_HEADER_BYTES;
        if (!ip_is_fragment(header)) { /* RFC 6946: whole all the same */
            extensions = ipv6_skip_extensions(bytes + at, size - at, &header->protocol);
            if (extensions == SIZE_MAX || header->protocol == FRAGMENT) return false; /* a second one makes no sense */
            at += extensions;
        }
    }
    if (claimed + IPV6_HEADER_BYTES < at) return false;
    header->payload_length = (uint16_t)(claimed + IPV6_HEADER_BYTES - at);
    *header_size = at;
    /* One address of each version in a packet is nobody's. */
    return !ip_is_v4(header->source) && !ip_is_v4(header->destination);
}

bool ip_decode(const uint8_t *bytes, size_t size, struct ip_header *header, size_t *header_size)
{
    if (size == 0) return false;
    return bytes[0] >> 4 == 6 ? decode_v6(bytes, size, header, header_size)
                              : decode_v4(bytes, size, header, header_size);
}

static const char *problem_v6(const uint8_t *bytes, size_t size)
{
    struct ip_header header;
    size_t header_size;
    if (size < IPV6_HEADER_BYTES || (size_t)wire_get_16(bytes + 4) + IPV6_HEADER_BYTES > size) return "cut short";
    return decode_v6(bytes, size, &header, &header_size) ? NULL : "bad ip header";
}

const char *ip_problem(const uint8_t *bytes, size_t size)
{
    if (size > 0 && bytes[0] >> 4 == 6) return problem_v6(bytes, size);
    return ipv4_problem(bytes, size);
}

void ip_count_down(uint8_t *bytes)
{
    if (bytes[0] >> 4 == 6)
        bytes[7]--;
    else
        ipv4_count_down(bytes);
}
