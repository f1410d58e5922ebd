/* Addresses and headers of both versions of IP, and ICMP. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/icmp_wire.h"
#include "model/wire/ip_header.h"
#include "model/wire/wire_bytes.h"
#include "model/wire/wire_fields.h"

static struct ip_address address(const char *text)
{
    struct ip_address parsed;
    cr_assert(ip_parse(text, &parsed), "%s", text);
    return parsed;
}

Test(ip_address, both_versions_are_read_and_written)
{
    static const char *const good[] = {"10.0.0.1", "255.255.255.255",     "2001:db8::1", "fe80::1:2:3", "::1",
                                       "::",       "2001:db8:1:2:3:4:5:6"};
    char buffer[IP_TEXT_BYTES];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        cr_expect_str_eq(ip_text(address(good[i]), buffer), good[i]);
    static const char *const bad[] = {"",     "10.0.0",           "10.0.0.256", "2001:db8", "2001:db8::1::2",
                                      "g::1", "1:2:3:4:5:6:7:8:9"};
    struct ip_address parsed;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(ip_parse(bad[i], &parsed), "%s", bad[i]);
}

Test(ip_address, an_ipv4_address_is_the_ipv6_address_that_maps_it)
{
    cr_expect(ip_equals(address("::ffff:10.0.0.1"), ip_of_v4(0x0a000001)));
    cr_expect(ip_is_v4(address("10.0.0.1")));
    cr_expect_not(ip_is_v4(address("2001:db8::1")));
    cr_expect_eq(ip_v4(address("10.0.0.1")), 0x0a000001);
}

Test(ip_address, what_no_host_can_have)
{
    static const char *const nobody[] = {"0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255",
                                         "::",      "::1",       "ff02::1"};
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
        cr_expect(ip_is_no_host(address(nobody[i])), "%s", nobody[i]);
    cr_expect_not(ip_is_no_host(address("10.0.0.1")));
    cr_expect_not(ip_is_no_host(address("2001:db8::1")));
}

static struct ip_header some_header(bool v6)
{
    return (struct ip_header){.source = v6 ? address("2001:db8::1") : address("10.0.0.1"),
                              .destination = v6 ? address("2001:db8::2") : address("10.0.0.2"),
                              .payload_length = 64,
                              .dont_fragment = true,
                              .ttl = 61,
                              .protocol = IP_PROTOCOL_TCP};
}

static void expect_same(const struct ip_header *a, const struct ip_header *b)
{
    cr_expect(ip_equals(a->source, b->source) && ip_equals(a->destination, b->destination));
    cr_expect_eq(a->payload_length, b->payload_length);
    cr_expect_eq(a->identification, b->identification);
    cr_expect_eq(a->fragment_offset, b->fragment_offset);
    cr_expect_eq(a->more_fragments, b->more_fragments);
    cr_expect_eq(a->dont_fragment, b->dont_fragment);
    cr_expect_eq(a->ttl, b->ttl);
    cr_expect_eq(a->protocol, b->protocol);
}

Test(ip_header, comes_back_from_its_bytes_as_it_was)
{
    for (int v6 = 0; v6 < 2; v6++)
        for (int fragment = 0; fragment < 2; fragment++) {
            uint8_t bytes[200] = {0};
            size_t header_size;
            struct ip_header header = some_header(v6), back;
            if (fragment) {
                header.dont_fragment = v6;
                header.identification = 0x1234;
                header.fragment_offset = 1480;
                header.more_fragments = true;
            }
            size_t size = ip_encode(&header, bytes);
            cr_expect_eq(size, ip_header_size(&header));
            cr_expect_eq(size, v6 ? (fragment ? 48 : 40) : 20);
            cr_assert(ip_decode(bytes, size, &back, &header_size));
            cr_expect_eq(header_size, size);
            expect_same(&header, &back);
            cr_expect_null(ip_problem(bytes, size + 64));
            cr_expect_str_eq(ip_problem(bytes, size + 63), "cut short");
            ip_count_down(bytes);
            cr_assert(ip_decode(bytes, size, &back, &header_size));
            cr_expect_eq(back.ttl, 60);
            cr_expect_null(ip_problem(bytes, size + 64), "the checksum follows");
        }
}

/* RFC 8200 4: hop-by-hop options, routing header, destination options; then what they say follows. */
Test(ip_header, extension_headers_are_passed_over)
{
    uint8_t bytes[200] = {0};
    size_t header_size;
    struct ip_header header = some_header(true), back;
    header.payload_length = 8 + 16 + 8 + 20;
    header.protocol = 0;
    ip_encode(&header, bytes);
    bytes[40] = 43; /* hop-by-hop, 8 bytes, then routing */
    bytes[48] = 60;
    bytes[49] = 1; /* 16 bytes, then destination options */
    bytes[64] = IP_PROTOCOL_TCP;
    cr_assert(ip_decode(bytes, 40 + header.payload_length, &back, &header_size));
    cr_expect_eq(header_size, 72);
    cr_expect_eq(back.protocol, IP_PROTOCOL_TCP);
    cr_expect_eq(back.payload_length, 20);
    cr_expect_not(ip_decode(bytes, 60, &back, &header_size), "cut short within them");
    bytes[49] = 200;
    cr_expect_not(ip_decode(bytes, 40 + header.payload_length, &back, &header_size), "longer than the packet");
}

/* RFC 6946: a fragment header on a whole packet does not make it a fragment. */
Test(ip_header, an_atomic_fragment_is_a_whole_packet)
{
    uint8_t bytes[100] = {0};
    size_t header_size;
    struct ip_header header = some_header(true), back;
    header.more_fragments = true;
    ip_encode(&header, bytes);
    bytes[43] = 0;
    cr_assert(ip_decode(bytes, sizeof bytes, &back, &header_size));
    cr_expect_not(ip_is_fragment(&back));
    cr_expect_eq(header_size, 48);
    cr_expect_eq(back.payload_length, 64);
}

/* RFC 4291 2.5.5.2 addresses are for programs, not for wires. */
Test(ip_header, a_mapped_address_in_an_ipv6_header_is_refused)
{
    uint8_t bytes[104] = {0};
    struct ip_header header = some_header(true);
    ip_encode(&header, bytes);
    ip_put_16_bytes(ip_of_v4(0x0a000001), bytes + 8);
    cr_expect_str_eq(ip_problem(bytes, sizeof bytes), "bad ip header");
}

Test(icmp, messages_of_both_versions_come_back)
{
    for (int v6 = 0; v6 < 2; v6++)
        for (enum icmp_kind kind = ICMP_ECHO_REQUEST; kind <= ICMP_REASSEMBLY_TIME; kind++) {
            uint8_t bytes[11] = {0};
            struct icmp_header header = icmp_of_kind(kind, v6, 1400), back;
            struct ip_header ip = some_header(v6);
            memcpy(bytes + ICMP_HEADER_BYTES, "abc", 3);
            icmp_encode(&header, ip.source, ip.destination, bytes + ICMP_HEADER_BYTES, 3, bytes);
            cr_assert(icmp_decode(bytes, sizeof bytes, &back));
            cr_expect_eq(icmp_kind_of(&back, v6), kind);
            cr_expect_eq(icmp_mtu(&back, v6), 1400);
            cr_expect_eq(icmp_is_error(&back, v6), kind > ICMP_ECHO_REPLY);
            cr_expect(icmp_checksum_is_good(bytes, sizeof bytes, ip.source, ip.destination));
            struct ip_address other = v6 ? address("2001:db8::3") : address("10.0.0.3");
            /* RFC 4443 2.3: the pseudo-header is part of the sum; RFC 792: it is not. */
            cr_expect_eq(icmp_checksum_is_good(bytes, sizeof bytes, ip.source, other), !v6);
            bytes[9] ^= 4;
            cr_expect_not(icmp_checksum_is_good(bytes, sizeof bytes, ip.source, ip.destination));
        }
}

/* RFC 4443 2.3, worked by hand: an echo request from 2001:db8::1 to 2001:db8::2, identifier 1, number 2, no data. */
Test(icmp, the_sum_of_an_echo_over_ipv6)
{
    uint8_t bytes[8];
    struct icmp_header echo = icmp_of_kind(ICMP_ECHO_REQUEST, true, 0x00010002);
    icmp_encode(&echo, address("2001:db8::1"), address("2001:db8::2"), NULL, 0, bytes);
    uint32_t sum = 2 * (0x2001 + 0x0db8) + 1 + 2 + 8 + 58 + 0x8000 + 1 + 2;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    cr_expect_eq(wire_get_16(bytes + 2), (uint16_t)~sum);
}

static const char *fields_text(const uint8_t *header, size_t size, char *text, size_t room)
{
    struct wire_field fields[WIRE_TCP_OPTION_FIELDS_MAX];
    size_t n = wire_tcp_option_fields(header, size, fields, WIRE_TCP_OPTION_FIELDS_MAX), used = 0;
    char meaning[64];
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        uint32_t value = wire_field_value(&fields[i], header);
        cr_assert_leq((size_t)(fields[i].bit + fields[i].width), 8 * size);
        cr_assert_eq(fields[i].bit / 32, (fields[i].bit + fields[i].width - 1) / 32, "a field lies in one row");
        used += (size_t)snprintf(text + used, room - used, "%s=%s ", fields[i].name,
                                 fields[i].meaning ? fields[i].meaning(value, meaning)
                                                   : (snprintf(meaning, sizeof meaning, "%u", value), meaning));
    }
    return text;
}

Test(tcp_options, lie_in_the_diagram_in_their_order)
{
    char text[1000];
    uint8_t header[40] = {[12] = 0xa0, [20] = 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0, 0, 0, 7, 0, 0, 0, 9, 1, 3, 3, 10};
    cr_expect_str_eq(fields_text(header, sizeof header, text, sizeof text),
                     "Kind=MSS Length=4 Maximum Segment Size=1460 bytes Kind=SACK ok Length=2 Kind=TS Length=10 "
                     "TS Value=7 TS Echo Reply=9 Kind=NOP Kind=WScale Length=3 shift.cnt=10 ");
    uint8_t sack[32] = {[12] = 0x80, [20] = 1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2};
    cr_expect_str_eq(fields_text(sack, sizeof sack, text, sizeof text),
                     "Kind=NOP Kind=NOP Kind=SACK Length=10 Left Edge of Block=1 Right Edge of Block=2 ");
}

Test(tcp_options, any_bytes_have_fields_within_the_header)
{
    char text[4000];
    uint32_t state = 1;
    for (int n = 0; n < 5000; n++) {
        uint8_t header[60];
        for (size_t i = 0; i < sizeof header; i++)
            header[i] = (uint8_t)((state = state * 1664525 + 1013904223) >> (n % 2 ? 29 : 24));
        size_t size = 20 + (state >> 8) % 41;
        header[12] = (uint8_t)(state >> 16);
        fields_text(header, size, text, sizeof text);
    }
}
