/* The headers as tables of fields, bit by bit as the RFC draws them, so that one description serves the picture of a
   header, the text of a packet and the tests. */
#ifndef POSTROAD_MODEL_WIRE_WIRE_FIELDS_H
#define POSTROAD_MODEL_WIRE_WIRE_FIELDS_H

#include <stddef.h>
#include <stdint.h>

struct wire_field {
    const char *name;                                        /* as in the RFC: "Sequence Number" */
    uint16_t bit, width;                                     /* from the first bit of the header; width at most 32 */
    const char *rfc;                                         /* "RFC 9293 3.1" */
    const char *(*meaning)(uint32_t value, char buffer[64]); /* "20 bytes", "SYN,ACK", "10.0.0.1"; NULL: the number */
};

struct wire_layer {
    const char *name; /* "IPv4", "TCP", "UDP", "DNS" */
    const struct wire_field *fields;
    size_t n_fields;
};

extern const struct wire_layer wire_ipv4, wire_ipv6, wire_ipv6_fragment, wire_tcp, wire_udp, wire_icmp, wire_icmpv6,
    wire_dns;

/* The options of a TCP header, in order, as fields; bits are counted from the header's first. Any bytes will do. */
enum { WIRE_TCP_OPTION_FIELDS_MAX = 48 };
size_t wire_tcp_option_fields(const uint8_t *header, size_t size, struct wire_field *out, size_t room);

uint32_t wire_field_value(const struct wire_field *field, const uint8_t *header);

#endif
