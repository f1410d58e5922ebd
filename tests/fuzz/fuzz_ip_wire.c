/* IPv4 and UDP headers, and addresses as text. */
#include "model/wire/ip_wire.h"
#include "tests/fuzz/fuzz.h"

static void ipv4(const uint8_t *bytes, size_t size)
{
    struct ipv4_header header, again;
    size_t header_size = 0, size_again = 0;
    uint8_t written[IPV4_HEADER_BYTES];
    ipv4_checksum_is_good(bytes, size);
    if (!ipv4_decode(bytes, size, &header, &header_size)) return;
    FUZZ_MUST(header_size >= IPV4_HEADER_BYTES && header_size <= 60 && header_size <= header.total_length);
    ipv4_encode(&header, written);
    FUZZ_MUST(ipv4_checksum_is_good(written, sizeof written));
    FUZZ_MUST(ipv4_decode(written, sizeof written, &again, &size_again) && size_again == IPV4_HEADER_BYTES);
    FUZZ_MUST(header.source == again.source && header.destination == again.destination && header.ttl == again.ttl &&
              header.protocol == again.protocol && header.total_length == again.total_length);
}

static void udp(const uint8_t *bytes, size_t size)
{
    struct udp_header header, again;
    uint8_t *written = malloc(size + UDP_HEADER_BYTES);
    if (size <= UINT16_MAX) udp_checksum_is_good(bytes, size, ip_of_v4(1), ip_of_v4(2));
    if (size <= UINT16_MAX && udp_decode(bytes, size, &header)) {
        FUZZ_MUST(header.length >= UDP_HEADER_BYTES);
        if (header.length <= size) {
            udp_encode(&header, ip_of_v4(1), ip_of_v4(2), bytes + UDP_HEADER_BYTES, written);
            memcpy(written + UDP_HEADER_BYTES, bytes + UDP_HEADER_BYTES, header.length - UDP_HEADER_BYTES);
            FUZZ_MUST(udp_decode(written, header.length, &again) &&
                      udp_checksum_is_good(written, header.length, ip_of_v4(1), ip_of_v4(2)));
            FUZZ_MUST(header.source_port == again.source_port && header.destination_port == again.destination_port);
        }
    }
    free(written);
}

static void text(const uint8_t *bytes, size_t size)
{
    char word[64], back[IPV4_TEXT_BYTES];
    uint32_t address, again;
    if (size >= sizeof word) return;
    memcpy(word, bytes, size);
    word[size] = '\0';
    if (ipv4_parse(word, &address)) FUZZ_MUST(ipv4_parse(ipv4_text(address, back), &again) && address == again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    ipv4(bytes, size);
    udp(bytes, size);
    text(bytes, size);
    return 0;
}
