/* ICMP (RFC 792) and ICMPv6 (RFC 4443): eight bytes of header, then what is echoed or quoted. No behaviour. */
#ifndef POSTROAD_MODEL_WIRE_ICMP_WIRE_H
#define POSTROAD_MODEL_WIRE_ICMP_WIRE_H

#include <stddef.h>

#include "model/wire/ip_wire.h"

enum { ICMP_HEADER_BYTES = 8 };

/* What the messages of both versions mean. */
enum icmp_kind {
    ICMP_OTHER,
    ICMP_ECHO_REQUEST,
    ICMP_ECHO_REPLY,
    ICMP_NO_ROUTE,       /* network unreachable; no route to destination */
    ICMP_HOST_DOWN,      /* host unreachable; address unreachable */
    ICMP_BAD_PROTOCOL,   /* protocol unreachable; unrecognized next header */
    ICMP_PORT_CLOSED,    /* port unreachable */
    ICMP_TOO_BIG,        /* fragmentation needed and DF set; packet too big */
    ICMP_TTL_EXCEEDED,   /* TTL or hop limit exceeded in transit */
    ICMP_REASSEMBLY_TIME /* fragment reassembly time exceeded */
};

struct icmp_header {
    uint8_t type, code;
    uint32_t rest; /* identifier and sequence number, MTU, pointer, or unused */
};

struct icmp_header icmp_of_kind(enum icmp_kind kind, bool v6, uint32_t rest); /* not ICMP_OTHER */
enum icmp_kind icmp_kind_of(const struct icmp_header *header, bool v6);
bool icmp_is_error(const struct icmp_header *header, bool v6);
/* The next hop's MTU in ICMP_TOO_BIG; 0: an old router did not say (RFC 1191 4). */
uint32_t icmp_mtu(const struct icmp_header *header, bool v6);
/* "echo request", "port unreachable", "packet too big" */
const char *icmp_text(const struct icmp_header *header, bool v6);

/* source and destination: for the pseudo-header of ICMPv6, and to tell the version. */
void icmp_encode(const struct icmp_header *header, struct ip_address source, struct ip_address destination,
                 const uint8_t *payload, size_t payload_size, uint8_t out[ICMP_HEADER_BYTES]);
bool icmp_decode(const uint8_t *bytes, size_t size, struct icmp_header *header); /* false: cut short */
bool icmp_checksum_is_good(const uint8_t *bytes, size_t size, struct ip_address source, struct ip_address destination);

#endif
