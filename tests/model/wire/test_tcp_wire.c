/* The TCP header against bytes worked out by hand (RFC 9293 3.1), and options that are broken on purpose (3.2). */
#include <criterion/criterion.h>
#include <string.h>

#include "model/wire/tcp_wire.h"

static uint64_t state = 7;

static uint32_t next_random(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 32);
}

#define SOURCE      ip_of_v4(0x0a000001)
#define DESTINATION ip_of_v4(0x0a000002)

Test(tcp_wire, syn_with_mss_is_byte_for_byte_as_rfc_9293_draws_it)
{
    struct tcp_segment syn = {.source_port = 49152,
                              .destination_port = 25,
                              .seq = 0x01020304,
                              .window = 65535,
                              .mss = 1460,
                              .flags = TCP_SYN};
    const uint8_t expected[] = {0xc0, 0x00, 0x00, 0x19, 0x01, 0x02, 0x03, 0x04, 0x00, 0x00, 0x00, 0x00,
                                0x60, 0x02, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x02, 0x04, 0x05, 0xb4};
    uint8_t bytes[TCP_HEADER_MAX_BYTES];
    cr_assert_eq(tcp_header_size(&syn), 24);
    cr_assert_eq(tcp_segment_sequence_length(&syn), 1);
    cr_assert_eq(tcp_encode(&syn, SOURCE, DESTINATION, NULL, bytes), 24);
    cr_assert_arr_eq(bytes, expected, 16);
    cr_assert_arr_eq(bytes + 18, expected + 18, 6);
    uint32_t sum = 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 6 + 24;
    for (int i = 0; i < 24; i += 2)
        sum += (uint32_t)expected[i] << 8 | expected[i + 1];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    cr_assert_eq((uint32_t)(bytes[16] << 8 | bytes[17]), ~sum & 0xffff);
}

Test(tcp_wire, known_segment_with_odd_payload)
{
    /* 10.0.0.1:5 -> 10.0.0.2:6, seq 1, ack 2, PSH,ACK, window 3, "abc":
       0a00+0001+0a00+0002+0006+0017 + 0005+0006+0000+0001+0000+0002+5018+0003 + 6162+6300 = 128ab -> 28ac -> d753. */
    struct tcp_segment segment = {.source_port = 5,
                                  .destination_port = 6,
                                  .seq = 1,
                                  .ack = 2,
                                  .window = 3,
                                  .length = 3,
                                  .flags = TCP_PSH | TCP_ACK};
    uint8_t bytes[TCP_HEADER_MAX_BYTES];
    cr_assert_eq(tcp_encode(&segment, SOURCE, DESTINATION, (const uint8_t *)"abc", bytes), 20);
    const uint8_t expected[] = {0, 5, 0, 6, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0, 3, 0xd7, 0x53, 0, 0};
    cr_assert_arr_eq(bytes, expected, 20, "checksum %02x%02x", bytes[16], bytes[17]);
}

static struct tcp_segment random_segment(void)
{
    struct tcp_segment segment = {.source_port = (uint16_t)next_random(),
                                  .destination_port = (uint16_t)next_random(),
                                  .seq = next_random(),
                                  .ack = next_random(),
                                  .window = (uint16_t)next_random(),
                                  .length = next_random() % 1500,
                                  .flags = next_random() & 63};
    segment.urgent = (uint16_t)next_random();
    if (segment.flags & TCP_SYN) {
        if (next_random() & 1) segment.mss = (uint16_t)(1 + next_random() % 65535);
        segment.options = next_random() & (TCP_SACK_PERMITTED | TCP_WINDOW_SCALE);
        if (segment.options & TCP_WINDOW_SCALE) segment.window_shift = next_random() % 15;
    }
    if (next_random() & 1) {
        segment.options |= TCP_TIMESTAMPS;
        segment.ts_val = next_random();
        segment.ts_ecr = next_random();
    }
    if (!(segment.flags & TCP_SYN)) {
        segment.n_sack = next_random() % (segment.options & TCP_TIMESTAMPS ? 4 : 5);
        for (int i = 0; i < segment.n_sack; i++)
            segment.sack[i] = (struct tcp_sack_block){next_random(), next_random()};
    }
    return segment;
}

static bool options_equal(const struct tcp_segment *a, const struct tcp_segment *b)
{
    return a->urgent == b->urgent && a->options == b->options && a->window_shift == b->window_shift &&
           a->ts_val == b->ts_val && a->ts_ecr == b->ts_ecr && a->n_sack == b->n_sack &&
           memcmp(a->sack, b->sack, a->n_sack * sizeof a->sack[0]) == 0;
}

Test(tcp_wire, syn_bears_its_options_in_the_order_of_linux)
{
    struct tcp_segment syn = {.mss = 1460,
                              .options = TCP_SACK_PERMITTED | TCP_WINDOW_SCALE | TCP_TIMESTAMPS,
                              .window_shift = 10,
                              .ts_val = 0x01020304,
                              .flags = TCP_SYN};
    const uint8_t expected[] = {2, 4, 0x05, 0xb4, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 10};
    uint8_t bytes[TCP_HEADER_MAX_BYTES];
    cr_assert_eq(tcp_encode(&syn, SOURCE, DESTINATION, NULL, bytes), 40);
    cr_assert_arr_eq(bytes + 20, expected, 20);
    char text[TCP_OPTIONS_TEXT_BYTES];
    cr_assert_str_eq(tcp_options_text(&syn, 0, text), "mss 1460 sackok ts 16909060/0 wscale 10");
    syn.options = TCP_SACK_PERMITTED;
    const uint8_t permitted[] = {2, 4, 0x05, 0xb4, 1, 1, 4, 2};
    cr_assert_eq(tcp_encode(&syn, SOURCE, DESTINATION, NULL, bytes), 28);
    cr_assert_arr_eq(bytes + 20, permitted, 8);
}

Test(tcp_wire, sack_blocks_stand_beside_timestamps)
{
    struct tcp_segment ack = {.options = TCP_TIMESTAMPS,
                              .ts_val = 7,
                              .ts_ecr = 9,
                              .n_sack = 2,
                              .sack = {{0x100, 0x200}, {0x300, 0x400}},
                              .flags = TCP_ACK};
    const uint8_t expected[] = {1, 1, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9, 1, 1, 5, 18,
                                0, 0, 1, 0,  0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0};
    uint8_t bytes[TCP_HEADER_MAX_BYTES];
    char text[TCP_OPTIONS_TEXT_BYTES];
    cr_assert_eq(tcp_encode(&ack, SOURCE, DESTINATION, NULL, bytes), 52);
    cr_assert_arr_eq(bytes + 20, expected, 32);
    cr_assert_str_eq(tcp_options_text(&ack, 0x80, text), "ts 7/9 sack 128:384 640:896");
}

Test(tcp_wire, any_segment_survives_the_wire_and_no_flipped_bit_passes)
{
    for (int round = 0; round < 1000; round++) {
        struct tcp_segment segment = random_segment(), back;
        uint8_t payload[1500], bytes[TCP_HEADER_MAX_BYTES + 1500];
        for (size_t i = 0; i < segment.length; i++)
            payload[i] = (uint8_t)next_random();
        size_t header_size = tcp_encode(&segment, SOURCE, DESTINATION, payload, bytes), back_size;
        memcpy(bytes + header_size, payload, segment.length);
        size_t size = header_size + segment.length;
        cr_assert(tcp_checksum_is_good(bytes, size, SOURCE, DESTINATION));
        cr_assert(tcp_decode(bytes, size, &back, &back_size));
        cr_assert_eq(back_size, header_size);
        cr_assert(back.source_port == segment.source_port && back.destination_port == segment.destination_port);
        cr_assert(back.seq == segment.seq && back.ack == segment.ack && back.window == segment.window);
        cr_assert(back.mss == segment.mss && back.length == segment.length && back.flags == segment.flags);
        cr_assert(options_equal(&back, &segment));
        size_t bit = next_random() % (8 * size);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_assert_not(tcp_checksum_is_good(bytes, size, SOURCE, DESTINATION));
    }
}

struct option_case {
    const char *what;
    uint8_t options[12];
    uint16_t mss;
};

Test(tcp_wire, options_are_found_anywhere_and_illegal_ones_end_the_reading)
{
    static const struct option_case cases[] = {
        {"alone", {2, 4, 5, 0xb4, 0, 0, 0, 0, 0, 0, 0, 0}, 1460},
        {"after NOPs, at an odd place", {1, 1, 1, 2, 4, 5, 0xb4, 0, 0, 0, 0, 0}, 1460},
        {"after an unknown option", {253, 5, 9, 9, 9, 2, 4, 5, 0xb4, 1, 1, 1}, 1460},
        {"after the end", {0, 2, 4, 5, 0xb4, 0, 0, 0, 0, 0, 0, 0}, 0},
        {"length 0", {253, 0, 2, 4, 5, 0xb4, 0, 0, 0, 0, 0, 0}, 0},
        {"length 1", {253, 1, 2, 4, 5, 0xb4, 0, 0, 0, 0, 0, 0}, 0},
        {"beyond the header", {253, 13, 2, 4, 5, 0xb4, 0, 0, 0, 0, 0, 0}, 0},
        {"MSS of wrong length", {2, 3, 5, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0},
        {"MSS cut off by the end", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4}, 0},
        {"kind without length", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2}, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t bytes[32] = {[12] = 8 << 4, [13] = TCP_SYN};
        memcpy(bytes + 20, cases[i].options, 12);
        struct tcp_segment segment;
        size_t header_size;
        cr_assert(tcp_decode(bytes, sizeof bytes, &segment, &header_size));
        cr_assert_eq(segment.mss, cases[i].mss, "%s: %u", cases[i].what, segment.mss);
        cr_assert_eq(header_size, 32);
        bytes[13] = TCP_ACK;
        cr_assert(tcp_decode(bytes, sizeof bytes, &segment, &header_size));
        cr_assert_eq(segment.mss, 0, "MSS counts only on a SYN");
    }
}

/* Each input lies in memory of exactly its size, so that the sanitizer sees every byte read too far. */
static void decode_exactly(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    memcpy(copy, bytes, size);
    struct tcp_segment segment;
    size_t header_size = 0;
    if (tcp_decode(copy, size, &segment, &header_size)) {
        cr_assert(header_size >= 20 && header_size <= size && header_size % 4 == 0);
        cr_assert_eq(segment.length, size - header_size);
    } else {
        cr_assert(size < 20 || copy[12] >> 4 < 5 || (size_t)(copy[12] >> 4) * 4 > size);
    }
    tcp_checksum_is_good(copy, size, SOURCE, DESTINATION);
    free(copy);
}

Test(tcp_wire, truncated_and_random_bytes_are_never_read_beyond_their_end)
{
    uint8_t bytes[80] = {0};
    for (int round = 0; round < 400; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)next_random();
        if (round % 2) bytes[12] |= 0x50;
        bytes[13] |= TCP_SYN;
        for (size_t i = 20; i < sizeof bytes && round % 4 == 3; i++)
            bytes[i] = (uint8_t)(bytes[i] % 6);
        for (size_t size = 0; size <= sizeof bytes; size++)
            decode_exactly(bytes, size);
    }
}

Test(tcp_wire, flags_are_named_in_a_fixed_order)
{
    static const struct {
        uint8_t flags;
        const char *text;
    } cases[] = {{0, ""},
                 {TCP_SYN, "SYN"},
                 {TCP_SYN | TCP_ACK, "SYN,ACK"},
                 {TCP_PSH | TCP_ACK, "PSH,ACK"},
                 {TCP_FIN | TCP_ACK, "FIN,ACK"},
                 {TCP_RST | TCP_ACK, "RST,ACK"},
                 {63, "SYN,FIN,RST,PSH,URG,ACK"}};
    char buffer[32];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        cr_assert_str_eq(tcp_flags_text(cases[i].flags, buffer), cases[i].text);
    }
    struct tcp_segment both = {.flags = TCP_SYN | TCP_FIN, .length = 5};
    cr_assert_eq(tcp_segment_sequence_length(&both), 7);
}
