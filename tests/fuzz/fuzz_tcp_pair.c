/* Two TCP ends with the fuzzer as the network. The first bytes choose the settings; then each packet's fate is a byte:
   delivered, dropped, duplicated, delayed, flipped in one bit of its encoded form (and dropped where the checksum
   tells), or accompanied by a forgery that aims near what the receiver expects. An honest network (nothing forged) is
   judged by all laws, and once the bytes are used up it is kind, so that both ends must come to their end. */
#include "model/wire/tcp_wire.h"
#include "tests/fuzz/fuzz.h"
#include "tests/model/tcp/two_ends.h"

enum { STEPS_MAX = 20000, LIFE_NS_MAX = INT32_MAX };

struct network {
    struct fuzz_bytes bytes;
    struct two_ends *world;
    bool hostile;
    int forged;
};

static struct tcp_segment forgery(struct network *n, int to)
{
    uint32_t snd_nxt, rcv_nxt;
    two_ends_numbers(n->world, to, &snd_nxt, &rcv_nxt);
    struct tcp_segment s = {.source_port = (uint16_t)(to ? 49152 : 25),
                            .destination_port = (uint16_t)(to ? 25 : 49152)};
    uint8_t how = fuzz_byte(&n->bytes);
    s.flags = fuzz_byte(&n->bytes) & 63;
    s.seq = how & 1 ? fuzz_number(&n->bytes) : rcv_nxt + (uint32_t)(int8_t)fuzz_byte(&n->bytes);
    s.ack = how & 2 ? fuzz_number(&n->bytes) : snd_nxt + (uint32_t)(int8_t)fuzz_byte(&n->bytes);
    s.window = (uint16_t)(how & 4 ? fuzz_byte(&n->bytes) : 65535);
    s.length = how & 8 ? fuzz_byte(&n->bytes) * 8u : 0;
    if (s.flags & TCP_SYN) s.mss = fuzz_byte(&n->bytes);
    s.options = how & 16 ? fuzz_byte(&n->bytes) & 7 : 0;
    if (!(s.flags & TCP_SYN)) s.options &= TCP_TIMESTAMPS;
    s.window_shift = s.options & TCP_WINDOW_SCALE ? fuzz_byte(&n->bytes) : 0;
    if (s.options & TCP_TIMESTAMPS) s.ts_val = fuzz_number(&n->bytes);
    s.n_sack = how & 32 && !(s.flags & TCP_SYN) ? fuzz_byte(&n->bytes) % 4 : 0;
    for (unsigned i = 0; i < s.n_sack; i++) {
        s.sack[i].left = s.ack + (uint32_t)((int8_t)fuzz_byte(&n->bytes) * 20);
        s.sack[i].right = s.sack[i].left + fuzz_byte(&n->bytes) * 4u;
    }
    return s;
}

/* Through its bytes, one bit of which is another. */
static void deliver_flipped(struct network *n, int to, const struct tcp_segment *segment)
{
    uint8_t *bytes = calloc(1, TCP_HEADER_MAX_BYTES + segment->length);
    uint8_t *payload = calloc(1, segment->length + 1);
    size_t header = tcp_encode(segment, ip_of_v4(1), ip_of_v4(2), payload, bytes), size = header + segment->length,
           decoded;
    size_t bit = fuzz_number(&n->bytes) % (size * 8);
    bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    FUZZ_MUST(!tcp_checksum_is_good(bytes, size, ip_of_v4(1), ip_of_v4(2))); /* one bit is always seen */
    struct tcp_segment changed;
    /* And past the checksum, as two flips might come. */
    if (n->hostile && tcp_decode(bytes, size, &changed, &decoded)) two_ends_forge(n->world, to, &changed);
    free(bytes);
    free(payload);
}

static enum fate next_fate(void *context, int to, const struct tcp_segment *segment)
{
    struct network *n = context;
    if (n->bytes.left == 0 || !n->world) return FATE_DELIVER;
    uint8_t choice = fuzz_byte(&n->bytes);
    if (choice < 160) return (enum fate)(choice % FATES);
    if (choice < 180) {
        deliver_flipped(n, to, segment);
        return FATE_DROP;
    }
    if (choice < 250 && n->hostile && n->forged++ < 200) {
        struct tcp_segment s = forgery(n, to);
        two_ends_forge(n->world, to, &s);
    } else if (choice == 255 && n->hostile) {
        two_ends_abort(n->world, to);
    }
    return FATE_DELIVER;
}

static void choose_config(struct fuzz_bytes *b, struct tcp_config *config, struct tcp_opening *opening)
{
    uint8_t bits = fuzz_byte(b);
    opening->iss = bits & 1 ? UINT32_MAX - fuzz_byte(b) : fuzz_number(b);
    opening->mss = (uint16_t)(bits & 2 ? 20 + fuzz_byte(b) : 536);
    config->receive_buffer = bits & 4 ? 50 + fuzz_byte(b) * 10u : 65535;
    config->nagle = bits & 8;
    config->delayed_ack_ns = bits & 16 ? 0 : 40 * MILLISECOND;
    config->initial_window_segments = (uint16_t)(bits & 32 ? 1 : 10);
    tcp_config_set_flavour(config, (enum tcp_flavour)(fuzz_byte(b) % TCP_FLAVOURS));
    uint8_t options = fuzz_byte(b); /* half of the time the flavour's own */
    if (options & 1) {
        config->sack = options & 2;
        config->timestamps = options & 4;
        config->window_scaling = options & 8;
        config->rack = config->sack && options & 16;
        config->tlp = config->sack && options & 32;
        config->mtu_probing = options & 64;
    }
    if (config->window_scaling && bits & 64) config->receive_buffer = fuzz_byte(b) * 1000u + 1000;
    if (options & 128) config->keep_alive_idle_ns = 5 * SECOND;
    config->keep_alive_probes = UINT8_MAX; /* this wire is bad, yet not dead */
    config->rto_min_ns = bits & 128 ? 200 * MILLISECOND : SECOND;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct network n = {.bytes = {bytes, size < 2000 ? size : 2000}};
    struct two_ends_settings s = two_ends_settings_default();
    uint8_t bits = fuzz_byte(&n.bytes);
    n.hostile = bits & 1;
    s.simultaneous = bits & 2;
    s.slow_reader[0] = bits & 4;
    s.slow_reader[1] = bits & 8;
    s.late_ns = bits & 16 ? 1500 * MILLISECOND : 25 * MILLISECOND;
    for (int i = 0; i < 2; i++) {
        choose_config(&n.bytes, &s.config[i], &s.opening[i]);
        s.to_write[i] = fuzz_byte(&n.bytes) * 10u;
    }
    n.world = two_ends_new(&s, next_fate, &n);
    int steps = 0;
    while (steps < STEPS_MAX && two_ends_step(n.world))
        steps++;
    /* A forger can keep a connection busy, or make it wait, for as long as its timers and limits go. */
    if (!n.hostile) FUZZ_MUST(steps < STEPS_MAX);
    if (!n.hostile && !two_ends_broken(n.world)) two_ends_judge_end(n.world);
    if (two_ends_broken(n.world)) fprintf(stderr, "%s\n", two_ends_broken(n.world));
    FUZZ_MUST(!two_ends_broken(n.world));
    two_ends_free(n.world);
    return 0;
}
