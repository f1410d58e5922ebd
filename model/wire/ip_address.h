/* Addresses of either version of IP in one type: an IPv4 address is held as the IPv6 address that maps it (RFC 4291
   2.5.5.2, "::ffff:10.0.0.1"). No behaviour. */
#ifndef POSTROAD_MODEL_WIRE_IP_ADDRESS_H
#define POSTROAD_MODEL_WIRE_IP_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

struct ip_address {
    uint64_t high, low; /* the 128 bits; all zero ("::"): none */
};

static inline struct ip_address ip_of_v4(uint32_t address)
{
    return (struct ip_address){0, UINT64_C(0xffff00000000) | address};
}
static inline bool ip_is_v4(struct ip_address address)
{
    return address.high == 0 && address.low >> 32 == 0xffff;
}
static inline uint32_t ip_v4(struct ip_address address)
{
    return (uint32_t)address.low;
}
static inline bool ip_equals(struct ip_address a, struct ip_address b)
{
    return a.high == b.high && a.low == b.low;
}
static inline bool ip_is_none(struct ip_address address)
{
    return (address.high | address.low) == 0;
}
/* What can never be the sender of anything, nor one host: no address, this host, everybody (RFC 1122 3.2.1.3, RFC 4291
   2.5 and 2.7). */
bool ip_is_no_host(struct ip_address address);

/* "10.0.0.1", "2001:db8::1" (RFC 5952) */
enum { IP_TEXT_BYTES = 46 };
const char *ip_text(struct ip_address address, char buffer[IP_TEXT_BYTES]);
bool ip_parse(const char *text, struct ip_address *address);

void ip_put_16_bytes(struct ip_address address, uint8_t out[16]); /* in the order of the wire */
struct ip_address ip_get_16_bytes(const uint8_t bytes[16]);

#endif
