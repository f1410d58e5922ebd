/* The TCP header to bytes and back (RFC 9293 3.1), with the MSS option (3.2). Left out on purpose: the urgent pointer
   (sent as 0) and options other than MSS, which are passed over when reading. */
#include "model/wire/tcp_wire.h"

#include <string.h>

#include "model/wire/ip_wire.h"
#include "model/wire/wire_bytes.h"

enum { OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2, OPTION_MSS_BYTES = 4 };

uint32_t tcp_segment_sequence_length(const struct tcp_segment *segment)
{
    return segment->length + ((segment->flags & TCP_SYN) != 0) + ((segment->flags & TCP_FIN) != 0);
}

static bool carries_mss(const struct tcp_segment *segment)
{
    return segment->mss != 0 && (segment->flags & TCP_SYN); /* RFC 9293 3.7.1: only on SYN */
}

size_t tcp_header_size(const struct tcp_segment *segment)
{
    return TCP_HEADER_BYTES + (carries_mss(segment) ? OPTION_MSS_BYTES : 0);
}

size_t tcp_encode(const struct tcp_segment *segment, uint32_t source_address, uint32_t destination_address,
                  const uint8_t *payload, uint8_t out[TCP_HEADER_MAX_BYTES])
{
    size_t header_size = tcp_header_size(segment);
    wire_put_16(out, segment->source_port);
    wire_put_16(out + 2, segment->destination_port);
    wire_put_32(out + 4, segment->seq);
    wire_put_32(out + 8, segment->ack);
    out[12] = (uint8_t)(header_size / 4 << 4);
    out[13] = segment->flags;
    wire_put_16(out + 14, segment->window);
    memset(out + 16, 0, 4); /* checksum, urgent pointer */
    if (carries_mss(segment)) {
        out[20] = OPTION_MSS;
        out[21] = OPTION_MSS_BYTES;
        wire_put_16(out + 22, segment->mss);
    }
    uint32_t sum =
        inet_pseudo_header_sum(source_address, destination_address, IP_PROTOCOL_TCP, header_size + segment->length);
    sum = inet_checksum_add(sum, out, header_size);
    if (segment->length) sum = inet_checksum_add(sum, payload, segment->length);
    wire_put_16(out + 16, inet_checksum_finish(sum));
    return header_size;
}

/* RFC 9293 3.1: any option may come in any segment, at any alignment; what is not known is passed over by its length
   (MUST-6, MUST-64), and an impossible length ends the reading (MUST-7). */
static uint16_t find_mss(const uint8_t *options, size_t size)
{
    uint16_t mss = 0;
    for (size_t i = 0; i < size && options[i] != OPTION_END;) {
        if (options[i] == OPTION_NOP) {
            i++;
            continue;
        }
        if (i + 1 >= size || options[i + 1] < 2 || options[i + 1] > size - i) break;
        if (options[i] == OPTION_MSS && options[i + 1] == OPTION_MSS_BYTES) mss = wire_get_16(options + i + 2);
        i += options[i + 1];
    }
    return mss;
}

bool tcp_decode(const uint8_t *bytes, size_t size, struct tcp_segment *segment, size_t *header_size)
{
    if (size < TCP_HEADER_BYTES) return false;
    size_t claimed = (size_t)(bytes[12] >> 4) * 4;
    if (claimed < TCP_HEADER_BYTES || claimed > size) return false;
    uint8_t flags = bytes[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK | TCP_URG);
    *segment = (struct tcp_segment){
        .source_port = wire_get_16(bytes),
        .destination_port = wire_get_16(bytes + 2),
        .seq = wire_get_32(bytes + 4),
        .ack = wire_get_32(bytes + 8),
        .window = wire_get_16(bytes + 14),
        .mss = flags & TCP_SYN ? find_mss(bytes + TCP_HEADER_BYTES, claimed - TCP_HEADER_BYTES) : 0,
        .length = (uint32_t)(size - claimed),
        .flags = flags,
    };
    *header_size = claimed;
    return true;
}

bool tcp_checksum_is_good(const uint8_t *bytes, size_t size, uint32_t source_address, uint32_t destination_address)
{
    if (size < TCP_HEADER_BYTES || size > UINT16_MAX) return false;
    uint32_t sum = inet_pseudo_header_sum(source_address, destination_address, IP_PROTOCOL_TCP, size);
    return inet_checksum_finish(inet_checksum_add(sum, bytes, size)) == 0;
}

const char *tcp_flags_text(uint8_t flags, char buffer[32])
{
    static const struct {
        uint8_t flag;
        const char *name;
    } names[] = {{TCP_SYN, "SYN"}, {TCP_FIN, "FIN"}, {TCP_RST, "RST"},
                 {TCP_PSH, "PSH"}, {TCP_URG, "URG"}, {TCP_ACK, "ACK"}};
    char *end = buffer;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (!(flags & names[i].flag)) continue;
        if (end != buffer) *end++ = ',';
        memcpy(end, names[i].name, 3);
        end += 3;
    }
    *end = '\0';
    return buffer;
}
