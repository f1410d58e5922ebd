#include "model/wire/icmp_wire.h"

#include "model/wire/wire_bytes.h"

/* RFC 792, RFC 1122 3.2.2, RFC 1191 4; RFC 4443 3 and 4. */
static const struct icmp_row {
    enum icmp_kind kind;
    uint8_t type, code, type6, code6;
    const char *text, *text6;
} rows[] = {
    {ICMP_ECHO_REQUEST, 8, 0, 128, 0, "echo request", "echo request"},
    {ICMP_ECHO_REPLY, 0, 0, 129, 0, "echo reply", "echo reply"},
    {ICMP_NO_ROUTE, 3, 0, 1, 0, "network unreachable", "no route to destination"},
    {ICMP_HOST_DOWN, 3, 1, 1, 3, "host unreachable", "address unreachable"},
    {ICMP_BAD_PROTOCOL, 3, 2, 4, 1, "protocol unreachable", "unrecognized next header"},
    {ICMP_PORT_CLOSED, 3, 3, 1, 4, "port unreachable", "port unreachable"},
    {ICMP_TOO_BIG, 3, 4, 2, 0, "fragmentation needed", "packet too big"},
    {ICMP_TTL_EXCEEDED, 11, 0, 3, 0, "TTL exceeded", "hop limit exceeded"},
    {ICMP_REASSEMBLY_TIME, 11, 1, 3, 1, "reassembly time exceeded", "reassembly time exceeded"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static const struct icmp_row *row_of(const struct icmp_header *header, bool v6)
{
    for (size_t i = 0; i < ROWS; i++)
        if (header->type == (v6 ? rows[i].type6 : rows[i].type) && header->code == (v6 ? rows[i].code6 : rows[i].code))
            return &rows[i];
    return NULL;
}

struct icmp_header icmp_of_kind(enum icmp_kind kind, bool v6, uint32_t rest)
{
    const struct icmp_row *row = rows;
    while (row->kind != kind)
        row++;
    return (struct icmp_header){v6 ? row->type6 : row->type, v6 ? row->code6 : row->code, rest};
}

enum icmp_kind icmp_kind_of(const struct icmp_header *header, bool v6)
{
    const struct icmp_row *row = row_of(header, v6);
    return row ? row->kind : ICMP_OTHER;
}

/* RFC 1122 3.2.2: unreachable, redirect, source quench, time exceeded, parameter problem; RFC 4443 2.1: types below
 * 128. */
bool icmp_is_error(const struct icmp_header *header, bool v6)
{
    if (v6) return header->type < 128;
    return header->type == 3 || header->type == 4 || header->type == 5 || header->type == 11 || header->type == 12;
}

uint32_t icmp_mtu(const struct icmp_header *header, bool v6)
{
    return v6 ? header->rest : header->rest & 0xffff;
}

const char *icmp_text(const struct icmp_header *header, bool v6)
{
    const struct icmp_row *row = row_of(header, v6);
    if (!row) return icmp_is_error(header, v6) ? "another error" : "another message";
    return v6 ? row->text6 : row->text;
}

static uint32_t beginning_of_sum(struct ip_address source, struct ip_address destination, size_t size)
{
    return ip_is_v4(source) ? 0 : inet_pseudo_header_sum(source, destination, IP_PROTOCOL_ICMPV6, size);
}

void icmp_encode(const struct icmp_header *header, struct ip_address source, struct ip_address destination,
                 const uint8_t *payload, size_t payload_size, uint8_t out[ICMP_HEADER_BYTES])
{
    out[0] = header->type;
    out[1] = header->code;
    wire_put_16(out + 2, 0);
    wire_put_32(out + 4, header->rest);
    uint32_t sum = beginning_of_sum(source, destination, ICMP_HEADER_BYTES + payload_size);
    sum = inet_checksum_add(sum, out, ICMP_HEADER_BYTES);
    if (payload_size > 0) sum = inet_checksum_add(sum, payload, payload_size);
    wire_put_16(out + 2, inet_checksum_finish(sum));
}

bool icmp_decode(const uint8_t *bytes, size_t size, struct icmp_header *header)
{
    if (size < ICMP_HEADER_BYTES) return false;
    *header = (struct icmp_header){bytes[0], bytes[1], wire_get_32(bytes + 4)};
    return true;
}

bool icmp_checksum_is_good(const uint8_t *bytes, size_t size, struct ip_address source, struct ip_address destination)
{
    uint32_t sum = beginning_of_sum(source, destination, size);
    return size >= ICMP_HEADER_BYTES && inet_checksum_finish(inet_checksum_add(sum, bytes, size)) == 0;
}
