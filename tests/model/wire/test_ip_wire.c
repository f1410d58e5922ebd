/* IPv4 and UDP headers and the Internet checksum, against bytes worked out by hand (RFC 1071 3, RFC 791, RFC 768). */
#include <criterion/criterion.h>
#include <string.h>

#include "model/wire/ip_wire.h"

static uint64_t state = 1;

/* A small generator of its own, so that this floor's tests need no other. */
static uint32_t next_random(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 32);
}

static void fill_random(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)next_random();
}

/* The definition itself: 16-bit words in network order, an odd byte padded with zero. */
static uint16_t plain_checksum(const uint8_t *bytes, size_t size)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < size; i += 2) {
        sum += (uint32_t)bytes[i] << 8 | (i + 1 < size ? bytes[i + 1] : 0u);
        sum = (sum & 0xffff) + (sum >> 16);
    }
    return (uint16_t)~sum;
}

Test(inet_checksum, sums_as_rfc_1071_says)
{
    /* The example of RFC 1071 3: 0001 f203 f4f5 f6f7 sums to ddf2. */
    const uint8_t example[] = {0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
    cr_assert_eq(inet_checksum_add(0, example, sizeof example), 0xddf2);
    cr_assert_eq(inet_checksum_finish(0xddf2), 0x220d);

    uint8_t bytes[300];
    for (int round = 0; round < 2000; round++) {
        size_t size = next_random() % sizeof bytes;
        fill_random(bytes, size);
        if (round % 5 == 0) memset(bytes, 0xff, size);
        cr_assert_eq(inet_checksum_finish(inet_checksum_add(0, bytes, size)), plain_checksum(bytes, size));
        size_t cut = size / 2 & ~(size_t)1;
        uint32_t in_two = inet_checksum_add(inet_checksum_add(0, bytes, cut), bytes + cut, size - cut);
        cr_assert_eq(inet_checksum_finish(in_two), plain_checksum(bytes, size), "in two parts, size %zu", size);
    }
}

Test(ipv4, header_is_byte_for_byte_as_rfc_791_draws_it)
{
    struct ipv4_header header = {.source = 0xc0a80001,
                                 .destination = 0xc0a800c7,
                                 .total_length = 0x73,
                                 .dont_fragment = true,
                                 .ttl = 64,
                                 .protocol = IP_PROTOCOL_UDP};
    const uint8_t expected[] = {0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
                                0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7};
    uint8_t bytes[IPV4_HEADER_BYTES];
    ipv4_encode(&header, bytes);
    cr_assert_arr_eq(bytes, expected, sizeof expected);
    cr_assert(ipv4_checksum_is_good(bytes, sizeof bytes));
    for (size_t i = 0; i < 8 * sizeof bytes; i++) {
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        cr_assert_not(ipv4_checksum_is_good(bytes, sizeof bytes), "bit %zu flipped", i);
        bytes[i / 8] ^= (uint8_t)(1 << i % 8);
    }
}

Test(ipv4, any_header_survives_the_wire)
{
    for (int round = 0; round < 2000; round++) {
        struct ipv4_header header = {.source = next_random(),
                                     .destination = next_random(),
                                     .total_length = (uint16_t)(20 + next_random() % 65516),
                                     .identification = (uint16_t)next_random(),
                                     .dont_fragment = next_random() & 1,
                                     .ttl = (uint8_t)next_random(),
                                     .protocol = (uint8_t)next_random()};
        uint8_t bytes[IPV4_HEADER_BYTES];
        ipv4_encode(&header, bytes);
        struct ipv4_header back;
        size_t header_size;
        cr_assert(ipv4_decode(bytes, sizeof bytes, &back, &header_size));
        cr_assert(ipv4_checksum_is_good(bytes, sizeof bytes));
        cr_assert_eq(header_size, 20);
        cr_assert(back.source == header.source && back.destination == header.destination);
        cr_assert(back.total_length == header.total_length && back.identification == header.identification);
        cr_assert(back.dont_fragment == header.dont_fragment && back.ttl == header.ttl);
        cr_assert_eq(back.protocol, header.protocol);
    }
}

/* Each input lies in memory of exactly its size, so that the sanitizer sees every byte read too far. */
Test(ipv4, truncated_and_illegal_headers_are_refused_without_reading_beyond_them)
{
    for (int round = 0; round < 3000; round++) {
        size_t size = next_random() % 64;
        uint8_t *bytes = malloc(size ? size : 1);
        fill_random(bytes, size);
        if (size && round % 2) bytes[0] = (uint8_t)(0x40 | (next_random() & 15));
        struct ipv4_header header;
        size_t header_size = 0;
        bool good = size > 0 && ipv4_decode(bytes, size, &header, &header_size);
        if (good) {
            cr_assert(size >= 20 && header_size >= 20 && header_size <= size);
            cr_assert(bytes[0] >> 4 == 4 && header.total_length >= header_size);
        }
        if (size) ipv4_checksum_is_good(bytes, size);
        free(bytes);
    }
    uint8_t bytes[24] = {0x46, 0, 0, 24};
    struct ipv4_header header;
    size_t header_size;
    cr_assert(ipv4_decode(bytes, 24, &header, &header_size), "a header with options is passed over");
    cr_assert_eq(header_size, 24);
    cr_assert_not(ipv4_decode(bytes, 23, &header, &header_size), "options cut short");
    bytes[0] = 0x65;
    cr_assert_not(ipv4_decode(bytes, 24, &header, &header_size), "version 6");
    bytes[0] = 0x44;
    cr_assert_not(ipv4_decode(bytes, 24, &header, &header_size), "header of 16 bytes");
    bytes[0] = 0x45;
    bytes[3] = 19;
    cr_assert_not(ipv4_decode(bytes, 24, &header, &header_size), "total length below header length");
}

Test(udp, datagram_is_byte_for_byte_as_rfc_768_draws_it)
{
    /* 10.0.0.1:1000 -> 10.0.0.2:53 "hi!": 0a00 0001 0a00 0002 0011 000b 03e8 0035 000b 0000 6869 2100 sums to a1b0. */
    struct udp_header header = {1000, 53, UDP_HEADER_BYTES + 3};
    uint8_t bytes[11];
    memcpy(bytes + 8, "hi!", 3);
    udp_encode(&header, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002), bytes + 8, bytes);
    const uint8_t expected[] = {0x03, 0xe8, 0x00, 0x35, 0x00, 0x0b, 0x5e, 0x4f};
    cr_assert_arr_eq(bytes, expected, 8, "checksum %02x%02x", bytes[6], bytes[7]);
    cr_assert(udp_checksum_is_good(bytes, sizeof bytes, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002)));
    cr_assert_not(udp_checksum_is_good(bytes, sizeof bytes, ip_of_v4(0x0a000001), ip_of_v4(0x0a000003)),
                  "another address");
    bytes[9] ^= 1;
    cr_assert_not(udp_checksum_is_good(bytes, sizeof bytes, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002)),
                  "a flipped bit");
    bytes[6] = bytes[7] = 0;
    cr_assert(udp_checksum_is_good(bytes, sizeof bytes, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002)),
              "zero: none was made");
    struct udp_header back;
    for (size_t size = 0; size < 8; size++)
        cr_assert_not(udp_decode(bytes, size, &back));
    cr_assert(udp_decode(bytes, sizeof bytes, &back));
    cr_assert(back.source_port == 1000 && back.destination_port == 53 && back.length == 11);
    bytes[5] = 7;
    cr_assert_not(udp_decode(bytes, sizeof bytes, &back), "length below the header's");
    bytes[5] = 12;
    cr_assert_not(udp_checksum_is_good(bytes, sizeof bytes, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002)),
                  "longer than what is there");
}

Test(udp, checksum_is_never_sent_as_zero)
{
    bool seen = false;
    for (uint32_t i = 0; i < 65536; i++) {
        uint8_t payload[2] = {(uint8_t)(i >> 8), (uint8_t)i}, bytes[10];
        struct udp_header header = {7, 8, 10};
        udp_encode(&header, ip_of_v4(1), ip_of_v4(2), payload, bytes);
        memcpy(bytes + 8, payload, 2);
        cr_assert(bytes[6] || bytes[7]);
        seen = seen || (bytes[6] == 0xff && bytes[7] == 0xff);
        cr_assert(udp_checksum_is_good(bytes, 10, ip_of_v4(1), ip_of_v4(2)));
    }
    cr_assert(seen);
}

Test(ipv4_text, addresses_are_written_and_read)
{
    static const char *const good[] = {"0.0.0.0", "10.0.0.1", "255.255.255.255", "192.168.100.9"};
    static const uint32_t values[] = {0, 0x0a000001, 0xffffffff, 0xc0a86409};
    char buffer[IPV4_TEXT_BYTES];
    for (size_t i = 0; i < 4; i++) {
        uint32_t value = 1;
        cr_assert(ipv4_parse(good[i], &value));
        cr_assert_eq(value, values[i]);
        cr_assert_str_eq(ipv4_text(value, buffer), good[i]);
    }
    static const char *const bad[] = {"",         "1",         "1.2.3",     "1.2.3.",
                                      "1.2.3.4.", "1.2.3.4.5", "256.0.0.1", "1.2.3.400",
                                      "01.2.3.4", "1.2.3.04",  " 1.2.3.4",  "1.2.3.4 ",
                                      "a.b.c.d",  "1..2.3",    "-1.2.3.4",  "1.2.3.99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint32_t value;
        cr_assert_not(ipv4_parse(bad[i], &value), "\"%s\"", bad[i]);
    }
}
