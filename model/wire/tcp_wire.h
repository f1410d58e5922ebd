/* The TCP header: what it holds, and its bytes (RFC 9293 3.1, options 3.2; SACK: RFC 2018; window scale and timestamps:
   RFC 7323). No behaviour. */
#ifndef POSTROAD_MODEL_WIRE_TCP_WIRE_H
#define POSTROAD_MODEL_WIRE_TCP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/wire/ip_address.h"

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16, TCP_URG = 32 };
enum { TCP_HEADER_BYTES = 20, TCP_HEADER_MAX_BYTES = 60, TCP_TIMESTAMPS_BYTES = 12, TCP_SACK_MAX = 4 };

/* Options that a segment bears beside MSS and SACK, whose values tell. */
enum tcp_option { TCP_SACK_PERMITTED = 1, TCP_WINDOW_SCALE = 2, TCP_TIMESTAMPS = 4 };

/* Sequence numbers [left, right) that have arrived (RFC 2018 3). */
struct tcp_sack_block {
    uint32_t left, right;
};

struct tcp_segment {
    uint16_t source_port, destination_port;
    uint32_t seq, ack;
    uint16_t window;
    uint16_t mss;         /* MSS option, only on SYN; 0: none */
    uint32_t length;      /* payload bytes */
    uint8_t flags;        /* of enum tcp_flag */
    uint8_t options;      /* of enum tcp_option; the first two only on SYN */
    uint8_t window_shift; /* RFC 7323 2.2 */
    uint8_t n_sack;       /* blocks; not on SYN; at most three beside timestamps */
    uint16_t urgent;      /* urgent pointer, with URG */
    uint32_t ts_val, ts_ecr;
    struct tcp_sack_block sack[TCP_SACK_MAX]; /* the first n_sack are valid */
};

/* Sequence numbers a segment takes up: payload, SYN and FIN (RFC 9293 3.4, SEG.LEN). */
uint32_t tcp_segment_sequence_length(const struct tcp_segment *segment);
size_t tcp_header_size(const struct tcp_segment *segment); /* a multiple of 4 */

/* Writes the header with a valid checksum over pseudo-header, header and payload; returns its size. */
size_t tcp_encode(const struct tcp_segment *segment, struct ip_address source, struct ip_address destination,
                  const uint8_t *payload, uint8_t out[TCP_HEADER_MAX_BYTES]);
/* Reads header and options from the bytes of an IP payload; *header_size gets the offset of the payload. Unknown
   options are passed over; illegal lengths end them. False when the header is cut short or its length is impossible.
   Does not check the checksum. */
bool tcp_decode(const uint8_t *bytes, size_t size, struct tcp_segment *segment, size_t *header_size);
bool tcp_checksum_is_good(const uint8_t *bytes, size_t size, struct ip_address source, struct ip_address destination);
/* "SYN", "SYN,ACK", "PSH,ACK": flags in that order, joined by commas. */
const char *tcp_flags_text(uint8_t flags, char buffer[32]);
/* "mss 1460 sackok ts 5/0 wscale 10", "sack 3001:4001"; "" without options. SACK blocks less sack_base (the initial
   sequence number, or 0). */
enum { TCP_OPTIONS_TEXT_BYTES = 160 };
const char *tcp_options_text(const struct tcp_segment *segment, uint32_t sack_base,
                             char buffer[TCP_OPTIONS_TEXT_BYTES]);

#endif
