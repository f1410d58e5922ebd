/* The IP header of either version (RFC 791 3.1, RFC 8200 3), fragments included (RFC 8200 4.5): fields and bytes. No
   behaviour. */
#ifndef POSTROAD_MODEL_WIRE_IP_HEADER_H
#define POSTROAD_MODEL_WIRE_IP_HEADER_H

#include <stddef.h>

#include "model/wire/ip_address.h"

enum { IPV6_HEADER_BYTES = 40, IPV6_FRAGMENT_HEADER_BYTES = 8, IP_HEADER_MAX_BYTES = 48, IPV6_MIN_MTU = 1280 };

struct ip_header {
    struct ip_address source, destination; /* both of one version */
    uint32_t identification;               /* of a fragment; IPv4: of every packet */
    uint16_t payload_length;               /* bytes behind the header, a fragment header being part of the header */
    uint16_t fragment_offset;              /* bytes, a multiple of 8 */
    bool more_fragments;
    bool dont_fragment; /* always so with IPv6: routers do not fragment it */
    uint8_t ttl;        /* hop limit */
    uint8_t protocol;   /* next header */
};

bool ip_is_v6(const struct ip_header *header);
bool ip_is_fragment(const struct ip_header *header);
size_t ip_header_size(const struct ip_header *header);

size_t ip_encode(const struct ip_header *header, uint8_t out[IP_HEADER_MAX_BYTES]); /* its size; checksum included */
/* Reads a header; IPv4 options and IPv6 extension headers are passed over (RFC 8200 4; not those behind a fragment
   header, which belong to the whole), and *header_size gets where the payload begins. False when it is cut short, of
   another version, or its lengths contradict each other. The payload need not be there (journals keep headers alone).
 */
bool ip_decode(const uint8_t *bytes, size_t size, struct ip_header *header, size_t *header_size);
/* Passes over extension headers at the beginning of a reassembled IPv6 payload; *protocol becomes what follows. Returns
   their size, or SIZE_MAX when they are cut short. */
size_t ipv6_skip_extensions(const uint8_t *bytes, size_t size, uint8_t *protocol);
/* Why a router or host does not take these bytes as a whole packet, in few words; NULL: it does. Bytes behind the
   packet's own length do not matter. */
const char *ip_problem(const uint8_t *bytes, size_t size);
/* One off the TTL or hop limit in bytes that hold a header. */
void ip_count_down(uint8_t *bytes);

#endif
