/* The TCP header to bytes and back (RFC 9293 3.1), with the options MSS (3.2), SACK permitted and SACK (RFC 2018),
   window scale and timestamps (RFC 7323). Others are passed over when reading; ECN's flags are not kept. */
#include "model/wire/tcp_wire.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "model/wire/wire_bytes.h"

enum option_kind {
    OPTION_END,
    OPTION_NOP,
    OPTION_MSS,
    OPTION_WINDOW_SCALE,
    OPTION_SACK_PERMITTED,
    OPTION_SACK,
    OPTION_TIMESTAMPS = 8
};
enum option_size { MSS_BYTES = 4, WINDOW_SCALE_BYTES = 3, SACK_PERMITTED_BYTES = 2, TIMESTAMPS_BYTES = 10 };

uint32_t tcp_segment_sequence_length(const struct tcp_segment *segment)
{
    return segment->length + ((segment->flags & TCP_SYN) != 0) + ((segment->flags & TCP_FIN) != 0);
}

static bool is_syn(const struct tcp_segment *segment)
{
    return segment->flags & TCP_SYN;
}

/* RFC 9293 3.7.1, RFC 2018 2, RFC 7323 2.2: what is agreed on opening stands only on a SYN. */
static bool carries_mss(const struct tcp_segment *segment)
{
    return segment->mss != 0 && is_syn(segment);
}

static bool carries(const struct tcp_segment *segment, enum tcp_option option)
{
    return segment->options & option && (option == TCP_TIMESTAMPS || is_syn(segment));
}

static size_t sack_size(const struct tcp_segment *segment)
{
    return segment->n_sack && !is_syn(segment) ? 4 + 8 * (size_t)segment->n_sack : 0;
}

size_t tcp_header_size(const struct tcp_segment *segment)
{
    size_t size = TCP_HEADER_BYTES;
    if (is_syn(segment)) {
        if (segment->mss) size += MSS_BYTES;
        if (segment->options & TCP_WINDOW_SCALE) size += 1 + WINDOW_SCALE_BYTES;
        if (segment->options & TCP_SACK_PERMITTED && !(segment->options & TCP_TIMESTAMPS)) size += 4;
    }
    if (segment->options & TCP_TIMESTAMPS) size += TCP_TIMESTAMPS_BYTES;
    return size + sack_size(segment);
}

static uint8_t *put_option(uint8_t *at, enum option_kind kind, uint8_t size)
{
    at[0] = (uint8_t)kind;
    at[1] = size;
    return at + 2;
}

static uint8_t *put_nops(uint8_t *at, int n)
{
    while (n-- > 0)
        *at++ = OPTION_NOP;
    return at;
}

/* "SACK permitted" takes the place of the two NOPs that timestamps are padded with. */
static uint8_t *put_timestamps_and_permission(const struct tcp_segment *segment, uint8_t *at)
{
    bool permitted = carries(segment, TCP_SACK_PERMITTED), timestamps = carries(segment, TCP_TIMESTAMPS);
    if (!permitted && !timestamps) return at;
    if (!permitted || !timestamps) at = put_nops(at, 2);
    if (permitted) at = put_option(at, OPTION_SACK_PERMITTED, SACK_PERMITTED_BYTES);
    if (!timestamps) return at;
    at = put_option(at, OPTION_TIMESTAMPS, TIMESTAMPS_BYTES);
    wire_put_32(at, segment->ts_val);
    wire_put_32(at + 4, segment->ts_ecr);
    return at + 8;
}

static void put_sack(const struct tcp_segment *segment, uint8_t *at)
{
    at = put_option(put_nops(at, 2), OPTION_SACK, (uint8_t)(2 + 8 * segment->n_sack));
    for (int i = 0; i < segment->n_sack; i++, at += 8) {
        wire_put_32(at, segment->sack[i].left);
        wire_put_32(at + 4, segment->sack[i].right);
    }
}

/* In Linux's order, aligned to words of 32 bits: MSS, SACK permitted, timestamps, NOP, window scale; SACK. */
static void put_options(const struct tcp_segment *segment, uint8_t *at)
{
    if (carries_mss(segment)) {
        at = put_option(at, OPTION_MSS, MSS_BYTES);
        wire_put_16(at, segment->mss);
        at += 2;
    }
    at = put_timestamps_and_permission(segment, at);
    if (carries(segment, TCP_WINDOW_SCALE)) {
        at = put_option(put_nops(at, 1), OPTION_WINDOW_SCALE, WINDOW_SCALE_BYTES);
        *at++ = segment->window_shift;
    }
    if (sack_size(segment) > 0) put_sack(segment, at);
}

size_t tcp_encode(const struct tcp_segment *segment, struct ip_address source, struct ip_address destination,
                  const uint8_t *payload, uint8_t out[TCP_HEADER_MAX_BYTES])
{
    uint8_t options[MSS_BYTES + TCP_TIMESTAMPS_BYTES + 1 + WINDOW_SCALE_BYTES + 4 + 8 * TCP_SACK_MAX]; /* all at once */
    size_t header_size = tcp_header_size(segment);
    assert(header_size <= TCP_HEADER_MAX_BYTES && segment->n_sack <= TCP_SACK_MAX);
    wire_put_16(out, segment->source_port);
    wire_put_16(out + 2, segment->destination_port);
    wire_put_32(out + 4, segment->seq);
    wire_put_32(out + 8, segment->ack);
    out[12] = (uint8_t)(header_size / 4 << 4);
    out[13] = segment->flags;
    wire_put_16(out + 14, segment->window);
    wire_put_16(out + 16, 0); /* checksum */
    wire_put_16(out + 18, segment->urgent);
    put_options(segment, options);
    memcpy(out + TCP_HEADER_BYTES, options, header_size - TCP_HEADER_BYTES);
    uint32_t sum = inet_pseudo_header_sum(source, destination, IP_PROTOCOL_TCP, header_size + segment->length);
    sum = inet_checksum_add(sum, out, header_size);
    if (segment->length) sum = inet_checksum_add(sum, payload, segment->length);
    wire_put_16(out + 16, inet_checksum_finish(sum));
    return header_size;
}

/* RFC 2018 3: as many whole blocks as the length holds. */
static void take_sack(struct tcp_segment *segment, const uint8_t *blocks, size_t size)
{
    for (; size >= 8 && segment->n_sack < TCP_SACK_MAX; size -= 8, blocks += 8)
        segment->sack[segment->n_sack++] = (struct tcp_sack_block){wire_get_32(blocks), wire_get_32(blocks + 4)};
}

/* What counts only on a SYN is passed over elsewhere (MUST-65, RFC 7323 2.2), and so is a known kind of a wrong size.
 */
static void take_option(struct tcp_segment *segment, const uint8_t *option, size_t size)
{
    bool syn = is_syn(segment);
    switch (option[0]) {
    case OPTION_MSS:
        if (syn && size == MSS_BYTES) segment->mss = wire_get_16(option + 2);
        break;
    case OPTION_WINDOW_SCALE:
        if (!syn || size != WINDOW_SCALE_BYTES) break;
        segment->options |= TCP_WINDOW_SCALE;
        segment->window_shift = option[2];
        break;
    case OPTION_SACK_PERMITTED:
        if (syn && size == SACK_PERMITTED_BYTES) segment->options |= TCP_SACK_PERMITTED;
        break;
    case OPTION_SACK:
        if (!syn) take_sack(segment, option + 2, size - 2);
        break;
    case OPTION_TIMESTAMPS:
        if (size != TIMESTAMPS_BYTES) break;
        segment->options |= TCP_TIMESTAMPS;
        segment->ts_val = wire_get_32(option + 2);
        segment->ts_ecr = wire_get_32(option + 6);
        break;
    default:
        break;
    }
}

/* RFC 9293 3.1: any option may come in any segment, at any alignment; what is not known is passed over by its length
   (MUST-6, MUST-64), and an impossible length ends the reading (MUST-7). */
static void take_options(struct tcp_segment *segment, const uint8_t *options, size_t size)
{
    for (size_t i = 0; i < size && options[i] != OPTION_END;) {
        if (options[i] == OPTION_NOP) {
            i++;
            continue;
        }
        if (i + 1 >= size || options[i + 1] < 2 || options[i + 1] > size - i) break;
        take_option(segment, options + i, options[i + 1]);
        i += options[i + 1];
    }
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
        .length = (uint32_t)(size - claimed),
        .flags = flags,
        .urgent = wire_get_16(bytes + 18),
    };
    take_options(segment, bytes + TCP_HEADER_BYTES, claimed - TCP_HEADER_BYTES);
    *header_size = claimed;
    return true;
}

bool tcp_checksum_is_good(const uint8_t *bytes, size_t size, struct ip_address source, struct ip_address destination)
{
    if (size < TCP_HEADER_BYTES || size > UINT16_MAX) return false;
    uint32_t sum = inet_pseudo_header_sum(source, destination, IP_PROTOCOL_TCP, size);
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

__attribute__((format(printf, 3, 4))) static size_t add_words(char *buffer, size_t used, const char *format, ...)
{
    if (used > 0 && used + 1 < TCP_OPTIONS_TEXT_BYTES) buffer[used++] = ' ';
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(buffer + used, TCP_OPTIONS_TEXT_BYTES - used, format, arguments);
    va_end(arguments);
    size_t room = TCP_OPTIONS_TEXT_BYTES - 1 - used;
    return used + (n < 0 ? 0 : (size_t)n < room ? (size_t)n : room);
}

const char *tcp_options_text(const struct tcp_segment *segment, uint32_t sack_base, char buffer[TCP_OPTIONS_TEXT_BYTES])
{
    size_t n = 0;
    buffer[0] = '\0';
    if (carries_mss(segment)) n = add_words(buffer, n, "mss %u", (unsigned)segment->mss);
    if (carries(segment, TCP_SACK_PERMITTED)) n = add_words(buffer, n, "sackok");
    if (carries(segment, TCP_TIMESTAMPS)) n = add_words(buffer, n, "ts %u/%u", segment->ts_val, segment->ts_ecr);
    if (carries(segment, TCP_WINDOW_SCALE)) n = add_words(buffer, n, "wscale %u", (unsigned)segment->window_shift);
    for (int i = 0; i < (is_syn(segment) ? 0 : segment->n_sack); i++) {
        const struct tcp_sack_block *b = &segment->sack[i];
        n = add_words(buffer, n, i ? "%u:%u" : "sack %u:%u", b->left - sack_base, b->right - sack_base);
    }
    return buffer;
}
