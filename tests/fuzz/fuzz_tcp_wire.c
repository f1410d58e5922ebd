/* TCP headers: what is read can be written, and reads the same again (law D9's form). */
#include "model/wire/tcp_wire.h"
#include "tests/fuzz/fuzz.h"

static void must_be_same(const struct tcp_segment *a, const struct tcp_segment *b)
{
    FUZZ_MUST(a->source_port == b->source_port && a->destination_port == b->destination_port);
    FUZZ_MUST(a->seq == b->seq && a->ack == b->ack && a->window == b->window && a->flags == b->flags);
    FUZZ_MUST(a->mss == b->mss && a->length == b->length && a->options == b->options && a->urgent == b->urgent);
    FUZZ_MUST(a->window_shift == b->window_shift && a->ts_val == b->ts_val && a->ts_ecr == b->ts_ecr);
    FUZZ_MUST(a->n_sack == b->n_sack && memcmp(a->sack, b->sack, a->n_sack * sizeof a->sack[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct tcp_segment segment, again;
    size_t header_size = 0, size_again = 0;
    char text[TCP_OPTIONS_TEXT_BYTES], flags[32];
    if (size <= UINT16_MAX) tcp_checksum_is_good(bytes, size, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002));
    if (!tcp_decode(bytes, size, &segment, &header_size)) return 0;
    FUZZ_MUST(header_size >= TCP_HEADER_BYTES && header_size <= TCP_HEADER_MAX_BYTES && header_size <= size);
    FUZZ_MUST(segment.length == size - header_size && segment.n_sack <= TCP_SACK_MAX);
    FUZZ_MUST(strlen(tcp_options_text(&segment, 0, text)) < sizeof text &&
              strlen(tcp_flags_text(segment.flags, flags)) < 32);
    if (size > UINT16_MAX) return 0;
    uint8_t *written = malloc(TCP_HEADER_MAX_BYTES + segment.length);
    size_t n = tcp_encode(&segment, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002), bytes + header_size, written);
    FUZZ_MUST(n == tcp_header_size(&segment) && n <= TCP_HEADER_MAX_BYTES);
    memcpy(written + n, bytes + header_size, segment.length);
    FUZZ_MUST(tcp_checksum_is_good(written, n + segment.length, ip_of_v4(0x0a000001), ip_of_v4(0x0a000002)));
    FUZZ_MUST(tcp_decode(written, n + segment.length, &again, &size_again) && size_again == n);
    must_be_same(&segment, &again);
    free(written);
    return 0;
}
