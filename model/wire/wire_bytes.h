/* Big-endian numbers in bytes, and the sum over the pseudo-header, shared by the formats of this folder. */
#ifndef POSTROAD_MODEL_WIRE_WIRE_BYTES_H
#define POSTROAD_MODEL_WIRE_WIRE_BYTES_H

#include <stddef.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

static inline uint16_t wire_get_16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static inline uint32_t wire_get_32(const uint8_t *at)
{
    return (uint32_t)wire_get_16(at) << 16 | wire_get_16(at + 2);
}

static inline void wire_put_16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static inline void wire_put_32(uint8_t *at, uint32_t value)
{
    wire_put_16(at, (uint16_t)(value >> 16));
    wire_put_16(at + 2, (uint16_t)value);
}

/* RFC 9293 3.1, RFC 768, RFC 8200 8.1: source, destination, zero, protocol, length of header and payload. */
uint32_t inet_pseudo_header_sum(struct ip_address source, struct ip_address destination, uint8_t protocol, size_t size);

#endif
