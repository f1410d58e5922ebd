/* The IPv4 header (RFC 791 3.1) and the UDP header (RFC 768): fields and bytes. No behaviour. */
#ifndef POSTROAD_MODEL_WIRE_IP_WIRE_H
#define POSTROAD_MODEL_WIRE_IP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

enum { IPV4_HEADER_BYTES = 20, UDP_HEADER_BYTES = 8, IP_DEFAULT_TTL = 64 };
enum { IP_PROTOCOL_ICMP = 1, IP_PROTOCOL_TCP = 6, IP_PROTOCOL_UDP = 17, IP_PROTOCOL_ICMPV6 = 58 };

struct ipv4_header {
    uint32_t source, destination; /* addresses in host order: 10.0.0.1 is 0x0a000001 */
    uint16_t total_length;
    uint16_t identification;
    bool dont_fragment, more_fragments;
    uint16_t fragment_offset; /* bytes, a multiple of 8 */
    uint8_t ttl, protocol;
};

struct udp_header {
    uint16_t source_port, destination_port;
    uint16_t length; /* header and payload */
};

/* RFC 1071 sum over bytes, continued from `sum`; finish with inet_checksum_finish. */
uint32_t inet_checksum_add(uint32_t sum, const void *bytes, size_t size);
uint16_t inet_checksum_finish(uint32_t sum);

void ipv4_encode(const struct ipv4_header *header, uint8_t out[IPV4_HEADER_BYTES]); /* checksum included */
/* False when the header is cut short, not version 4, or its lengths contradict each other. The payload need not be
   there (journals keep headers alone). *header_size: with options. */
bool ipv4_decode(const uint8_t *bytes, size_t size, struct ipv4_header *header, size_t *header_size);
/* Why a router or host does not take these bytes as a whole IPv4 packet, in few words; NULL: it does. Bytes behind the
   packet's own length do not matter. */
const char *ipv4_problem(const uint8_t *bytes, size_t size);
/* One off the TTL, and the checksum brought in line (RFC 1624). */
void ipv4_count_down(uint8_t header[IPV4_HEADER_BYTES]);
bool ipv4_checksum_is_good(const uint8_t *bytes, size_t size);

void udp_encode(const struct udp_header *header, struct ip_address source, struct ip_address destination,
                const uint8_t *payload, uint8_t out[UDP_HEADER_BYTES]);
bool udp_decode(const uint8_t *bytes, size_t size, struct udp_header *header);
bool udp_checksum_is_good(const uint8_t *bytes, size_t size, struct ip_address source, struct ip_address destination);

/* "10.0.0.1" */
enum { IPV4_TEXT_BYTES = 16 };
const char *ipv4_text(uint32_t address, char buffer[IPV4_TEXT_BYTES]);
bool ipv4_parse(const char *text, uint32_t *address);

#endif
