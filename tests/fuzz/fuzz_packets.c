/* Packets from elsewhere into a small world, one after the other: refused with a reason, or carried to a host that
   copes with them; and each that is carried means the same when it is encoded and decoded at every hop. Each begins
   with two bytes: how long it is, and, in the highest bit, whether its checksums are to be made good, which no fuzzer
   guesses. */
#include "model/host/host.h"
#include "model/host/packets.h"
#include "model/wire/ip_wire.h"
#include "tests/fuzz/fuzz.h"

enum { PACKETS_MAX = 16, EVENTS_MAX = 400 };

static const char two_hosts[] =
    "{\"postroad\":1,\"title\":\"Two\",\"hosts\":{"
    "\"pc\":{\"client\":{\"user\":\"a@b.example\",\"submits_to\":\"mx.b.example\"}},"
    "\"r\":{\"router\":{}},"
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\"]}}},"
    "\"links\":{\"l\":{\"between\":[\"pc\",\"r\"]},\"m\":{\"between\":[\"r\",\"mx.b.example\"],\"mtu\":\"600 B\"}}}";

static void put_checksum(uint8_t *at, uint32_t sum, const uint8_t *bytes, size_t size)
{
    at[0] = at[1] = 0;
    uint16_t checksum = inet_checksum_finish(inet_checksum_add(sum, bytes, size));
    at[0] = (uint8_t)(checksum >> 8);
    at[1] = (uint8_t)checksum;
}

/* Of TCP, UDP, ICMP and ICMPv6, over the pseudo-header (RFC 9293 3.1, RFC 8200 8.1) where there is one. */
static void mend_transport(uint8_t protocol, const uint8_t *addresses, size_t addresses_size, uint8_t *bytes,
                           size_t size)
{
    size_t at = protocol == 6 ? 16 : protocol == 17 ? 6 : 2;
    if ((protocol != 6 && protocol != 17 && protocol != 1 && protocol != 58) || size < at + 2) return;
    const uint8_t rest[] = {0, protocol, (uint8_t)(size >> 8), (uint8_t)size};
    uint32_t sum = inet_checksum_add(0, addresses, addresses_size);
    put_checksum(bytes + at, protocol == 1 ? 0 : inet_checksum_add(sum, rest, sizeof rest), bytes, size);
}

static void mend_checksums(uint8_t *bytes, size_t size)
{
    size_t header = size ? (size_t)(bytes[0] & 15) * 4 : 0;
    if (size >= 20 && bytes[0] >> 4 == 4 && header >= 20 && header <= size) {
        bytes[2] = (uint8_t)(size >> 8);
        bytes[3] = (uint8_t)size;
        put_checksum(bytes + 10, 0, bytes, header);
        mend_transport(bytes[9], bytes + 12, 8, bytes + header, size - header);
    } else if (size >= 40 && bytes[0] >> 4 == 6) {
        bytes[4] = (uint8_t)((size - 40) >> 8);
        bytes[5] = (uint8_t)(size - 40);
        mend_transport(bytes[6], bytes + 8, 32, bytes + 40, size - 40);
    }
}

static void enter(struct host *at, const uint8_t *input, size_t size, bool mend)
{
    uint8_t *bytes = malloc(size ? size : 1);
    memcpy(bytes, input, size);
    if (mend) mend_checksums(bytes, size);
    const char *why = NULL;
    struct packet *packet = packets_decode(at, bytes, size, &why);
    FUZZ_MUST((packet == NULL) == (why != NULL));
    if (packet) packets_send(at, packet, (struct send_reason){.why = "from elsewhere"});
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct scenario *scenario;
    if (!scenario) scenario = scenario_parse("fuzz", two_hosts, sizeof two_hosts - 1, NULL, 0, stderr);
    FUZZ_MUST(scenario);
    struct journal *journal = journal_new();
    struct world_options options = world_options_default();
    options.check_packets = true;
    options.live = true; /* else the world ends when the first packet has arrived */
    options.until_ns = HOUR;
    struct world *world = world_new(scenario, &options, journal);
    for (int n = 0; n < PACKETS_MAX && size > 2; n++) {
        size_t length = (size_t)(bytes[0] & 127) << 8 | bytes[1];
        if (length > size - 2) length = size - 2;
        enter(&world->hosts[n % 2], bytes + 2, length, bytes[0] >> 7);
        world_advance(world, world_now(world) + 100 * MILLISECOND, EVENTS_MAX);
        bytes += 2 + length;
        size -= 2 + length;
    }
    while (world_run(world, EVENTS_MAX) && world_events(world) < 100000)
        continue;
    FUZZ_MUST(!world_failed(world));
    world_free(world);
    journal_free(journal);
    return 0;
}
