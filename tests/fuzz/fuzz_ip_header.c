/* IP headers of both versions with options, extension headers and fragments, and ICMP of both. */
#include "model/wire/icmp_wire.h"
#include "model/wire/ip_header.h"
#include "model/wire/ip_wire.h"
#include "tests/fuzz/fuzz.h"

static bool same_address(struct ip_address a, struct ip_address b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void header(const uint8_t *bytes, size_t size)
{
    struct ip_header read, again;
    size_t at = 0, at_again = 0;
    uint8_t written[IP_HEADER_MAX_BYTES];
    ip_problem(bytes, size);
    if (!ip_decode(bytes, size, &read, &at)) return;
    FUZZ_MUST(at <= size && at >= 20);
    size_t n = ip_encode(&read, written);
    FUZZ_MUST(n == ip_header_size(&read) && n <= sizeof written);
    FUZZ_MUST(ip_decode(written, n, &again, &at_again) && at_again == n);
    FUZZ_MUST(same_address(read.source, again.source) && same_address(read.destination, again.destination));
    FUZZ_MUST(read.protocol == again.protocol && read.ttl == again.ttl && read.payload_length == again.payload_length);
    FUZZ_MUST(read.fragment_offset == again.fragment_offset && read.more_fragments == again.more_fragments);
    uint8_t protocol = read.protocol;
    size_t skipped = ipv6_skip_extensions(bytes + at, size - at, &protocol);
    FUZZ_MUST(skipped == SIZE_MAX || skipped <= size - at);
}

static void icmp(const uint8_t *bytes, size_t size)
{
    struct icmp_header read, again;
    if (size > 2000 || !icmp_decode(bytes, size, &read)) return;
    for (int v6 = 0; v6 < 2; v6++) {
        FUZZ_MUST(icmp_text(&read, v6)[0]);
        icmp_kind_of(&read, v6);
        icmp_mtu(&read, v6);
        icmp_is_error(&read, v6);
    }
    uint8_t *written = malloc(size);
    memcpy(written, bytes, size);
    icmp_encode(&read, ip_of_v4(1), ip_of_v4(2), bytes + ICMP_HEADER_BYTES, size - ICMP_HEADER_BYTES, written);
    FUZZ_MUST(icmp_checksum_is_good(written, size, ip_of_v4(1), ip_of_v4(2)));
    FUZZ_MUST(icmp_decode(written, size, &again) && read.type == again.type && read.code == again.code &&
              read.rest == again.rest);
    free(written);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    header(bytes, size);
    icmp(bytes, size);
    return 0;
}
