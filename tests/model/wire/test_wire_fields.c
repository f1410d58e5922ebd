/* The tables of fields agree with the encoders, cover their header bit by bit, and say what a value means. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/wire/ip_wire.h"
#include "model/wire/tcp_wire.h"
#include "model/wire/wire_fields.h"

static const struct wire_field *field_of(const struct wire_layer *layer, const char *name)
{
    for (size_t i = 0; i < layer->n_fields; i++) {
        if (strcmp(layer->fields[i].name, name) == 0) return &layer->fields[i];
    }
    cr_assert_fail("%s has no field %s", layer->name, name);
    return NULL;
}

static void assert_field(const struct wire_layer *layer, const uint8_t *header, const char *name, uint32_t value,
                         const char *meaning)
{
    const struct wire_field *field = field_of(layer, name);
    char buffer[64];
    cr_assert_eq(wire_field_value(field, header), value, "%s: %u", name, wire_field_value(field, header));
    cr_assert_eq(field->meaning != NULL, meaning != NULL, "%s", name);
    if (meaning) cr_assert_str_eq(field->meaning(value, buffer), meaning);
}

Test(wire_fields, each_table_covers_its_header_without_gaps_and_extracts_every_bit)
{
    const struct {
        const struct wire_layer *layer;
        unsigned bits;
    } layers[] = {{&wire_ipv4, 160}, {&wire_tcp, 160},          {&wire_udp, 64},  {&wire_dns, 96},
                  {&wire_ipv6, 320}, {&wire_ipv6_fragment, 64}, {&wire_icmp, 64}, {&wire_icmpv6, 64}};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
        unsigned bit = 0;
        for (size_t f = 0; f < layers[i].layer->n_fields; f++) {
            const struct wire_field *field = &layers[i].layer->fields[f];
            cr_assert_eq(field->bit, bit, "%s: %s", layers[i].layer->name, field->name);
            cr_assert(field->rfc && field->rfc[0]);
            for (unsigned b = 0; b < field->width; b++) {
                uint8_t header[40] = {0};
                header[(bit + b) / 8] = (uint8_t)(0x80 >> (bit + b) % 8);
                cr_assert_eq(wire_field_value(field, header), UINT32_C(1) << (field->width - 1 - b));
            }
            uint8_t ones[40];
            memset(ones, 0xff, sizeof ones);
            cr_assert_eq(wire_field_value(field, ones), (uint32_t)((UINT64_C(1) << field->width) - 1));
            char buffer[64];
            if (field->meaning) cr_assert_gt(strlen(field->meaning(wire_field_value(field, ones), buffer)), 0);
            bit += field->width;
        }
        cr_assert_eq(bit, layers[i].bits);
    }
}

Test(wire_fields, an_encoded_packet_reads_as_it_was_written)
{
    uint8_t ip[IPV4_HEADER_BYTES], tcp[TCP_HEADER_MAX_BYTES], udp[UDP_HEADER_BYTES];
    ipv4_encode(&(struct ipv4_header){.source = 0x0a000001,
                                      .destination = 0x0a000005,
                                      .total_length = 44,
                                      .identification = 0x1234,
                                      .dont_fragment = true,
                                      .ttl = 64,
                                      .protocol = IP_PROTOCOL_TCP},
                ip);
    assert_field(&wire_ipv4, ip, "Version", 4, NULL);
    assert_field(&wire_ipv4, ip, "IHL", 5, "5 words of 32 bits: 20 bytes");
    assert_field(&wire_ipv4, ip, "Total Length", 44, "44 bytes");
    assert_field(&wire_ipv4, ip, "Identification", 0x1234, "0x1234");
    assert_field(&wire_ipv4, ip, "DF", 1, "set");
    assert_field(&wire_ipv4, ip, "MF", 0, "not set");
    assert_field(&wire_ipv4, ip, "Protocol", 6, "TCP");
    assert_field(&wire_ipv4, ip, "Source Address", 0x0a000001, "10.0.0.1");
    assert_field(&wire_ipv4, ip, "Destination Address", 0x0a000005, "10.0.0.5");

    struct tcp_segment segment = {.source_port = 49152,
                                  .destination_port = 25,
                                  .seq = 4000000000,
                                  .ack = 17,
                                  .window = 1000,
                                  .mss = 1460,
                                  .flags = TCP_SYN | TCP_ACK};
    tcp_encode(&segment, ip_of_v4(1), ip_of_v4(2), NULL, tcp);
    assert_field(&wire_tcp, tcp, "Source Port", 49152, "49152");
    assert_field(&wire_tcp, tcp, "Destination Port", 25, "25 (smtp)");
    assert_field(&wire_tcp, tcp, "Sequence Number", 4000000000, NULL);
    assert_field(&wire_tcp, tcp, "Acknowledgment Number", 17, NULL);
    assert_field(&wire_tcp, tcp, "Data Offset", 6, "6 words of 32 bits: 24 bytes");
    assert_field(&wire_tcp, tcp, "SYN", 1, "set");
    assert_field(&wire_tcp, tcp, "ACK", 1, "set");
    assert_field(&wire_tcp, tcp, "FIN", 0, "not set");
    assert_field(&wire_tcp, tcp, "Window", 1000, "1000 bytes");

    udp_encode(&(struct udp_header){1000, 53, 8}, ip_of_v4(1), ip_of_v4(2), NULL, udp);
    assert_field(&wire_udp, udp, "Destination Port", 53, "53 (dns)");
    assert_field(&wire_udp, udp, "Length", 8, "8 bytes");

    const uint8_t dns[12] = {0xab, 0xcd, 0x85, 0x83, 0, 1, 0, 2, 0, 3, 0, 4};
    assert_field(&wire_dns, dns, "ID", 0xabcd, "0xabcd");
    assert_field(&wire_dns, dns, "QR", 1, "response");
    assert_field(&wire_dns, dns, "Opcode", 0, "QUERY");
    assert_field(&wire_dns, dns, "AA", 1, "set");
    assert_field(&wire_dns, dns, "RD", 1, "set");
    assert_field(&wire_dns, dns, "RA", 1, "set");
    assert_field(&wire_dns, dns, "RCODE", 3, "NXDOMAIN");
    assert_field(&wire_dns, dns, "ANCOUNT", 2, NULL);
}
