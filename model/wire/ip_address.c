#include "model/wire/ip_address.h"

#include <arpa/inet.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "model/wire/wire_bytes.h"

bool ip_is_no_host(struct ip_address address)
{
    if (ip_is_v4(address)) {
        uint32_t first = ip_v4(address) >> 24;
        return first == 0 || first == 127 || first >= 224;
    }
    return ip_is_none(address) || (address.high == 0 && address.low <= UINT32_MAX) || address.high >> 56 == 0xff;
}

void ip_put_16_bytes(struct ip_address address, uint8_t out[16])
{
    wire_put_32(out, (uint32_t)(address.high >> 32));
    wire_put_32(out + 4, (uint32_t)address.high);
    wire_put_32(out + 8, (uint32_t)(address.low >> 32));
    wire_put_32(out + 12, (uint32_t)address.low);
}

struct ip_address ip_get_16_bytes(const uint8_t bytes[16])
{
    return (struct ip_address){(uint64_t)wire_get_32(bytes) << 32 | wire_get_32(bytes + 4),
                               (uint64_t)wire_get_32(bytes + 8) << 32 | wire_get_32(bytes + 12)};
}

const char *ip_text(struct ip_address address, char buffer[IP_TEXT_BYTES])
{
    uint8_t bytes[16];
    if (ip_is_v4(address)) return ipv4_text(ip_v4(address), buffer);
    ip_put_16_bytes(address, bytes);
    if (!inet_ntop(AF_INET6, bytes, buffer, IP_TEXT_BYTES)) buffer[0] = '\0';
    return buffer;
}

bool ip_parse(const char *text, struct ip_address *address)
{
    uint32_t v4;
    uint8_t bytes[16];
    if (ipv4_parse(text, &v4)) {
        *address = ip_of_v4(v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) != 1) return false;
    *address = ip_get_16_bytes(bytes);
    return true;
}
