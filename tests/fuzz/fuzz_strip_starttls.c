/* Any segment through a router that writes over STARTTLS: as long as before, changed only where the word stood, and
   what the journal says of the change is the change (tried with a router that forgets the checksum in what it tells).
   The first byte chooses direction, port and options; the rest is the payload. */
#include <strings.h>

#include "model/host/packets.h"
#include "model/host/strip_starttls.h"
#include "model/wire/ip_wire.h"
#include "tests/fuzz/fuzz_world.h"

enum { WORD_BYTES = 8, PAYLOAD_MAX_BYTES = 1400, PACKET_MAX_BYTES = 1600 };

static const char world_text[] =
    "{\"postroad\":1,\"hosts\":{\"pc\":{\"client\":{\"user\":\"a@b.example\","
    "\"submits_to\":\"mx.b.example\"}},\"r\":{\"router\":{\"strips_starttls\":true}},"
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\"]}}},"
    "\"links\":{\"l\":{\"between\":[\"pc\",\"r\"]},\"m\":{\"between\":[\"r\",\"mx.b.example\"]}}}";

/* The plainest way to say where the word counts; SIZE_MAX: nowhere. */
static size_t where(const uint8_t *bytes, size_t size, bool by_server)
{
    static const char *const offers[] = {"250-STARTTLS", "250 STARTTLS"};
    for (size_t at = 0; by_server && at + 12 <= size; at++)
        for (size_t i = 0; i < 2 && (at == 0 || bytes[at - 1] == '\n'); i++)
            if (strncasecmp((const char *)bytes + at, offers[i], 12) == 0) return at + 4;
    return !by_server && size >= WORD_BYTES && strncasecmp((const char *)bytes, "STARTTLS", WORD_BYTES) == 0 ? 0
                                                                                                             : SIZE_MAX;
}

static struct packet *segment(struct host *from, struct host *to, uint8_t choice, const uint8_t *bytes, size_t size)
{
    static const uint16_t ports[] = {25, 587, 465, 110};
    uint16_t port = ports[choice >> 1 & 3];
    struct packet *packet = packets_new(from, to->address, IP_PROTOCOL_TCP, 0);
    struct ip_packet *ip = ip_packet_of(packet);
    ip->tcp = (struct tcp_segment){.source_port = choice & 1 ? port : 50000,
                                   .destination_port = choice & 1 ? 50000 : port,
                                   .flags = TCP_ACK,
                                   .seq = 1,
                                   .ack = 1,
                                   .window = 1000,
                                   .options = choice & 8 ? TCP_TIMESTAMPS : 0,
                                   .length = (uint32_t)size};
    if (size > 0) packets_own_payload(ip, bytes, size);
    packets_fit(packet);
    return packet;
}

/* What the journal says of the change, done to the bytes from before. */
static bool apply_rewrite(const struct journal_memory *memory, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < journal_memory_count(memory); i++) {
        const struct event *e = journal_memory_at(memory, i);
        if (e->kind != EVENT_PACKET_REWRITE) continue;
        size_t place = (size_t)event_int(e, FIELD_PLACE), n;
        const char *change = event_bytes(e, FIELD_BYTES, &n);
        FUZZ_MUST(place + n <= size);
        memcpy(bytes + place, change, n);
        return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static struct scenario *scenario;
    static uint8_t before[PACKET_MAX_BYTES], after[PACKET_MAX_BYTES];
    if (size == 0) return 0;
    if (!scenario) scenario = fuzz_scenario(world_text);
    uint8_t choice = bytes[0];
    size_t n = size - 1 < PAYLOAD_MAX_BYTES ? size - 1 : PAYLOAD_MAX_BYTES;
    struct fuzz_world w;
    fuzz_world_begin(&w, scenario, true);
    struct packet *packet = segment(fuzz_host(w.world, "pc"), fuzz_host(w.world, "mx.b.example"), choice, bytes + 1, n);
    size_t length = packets_encode(packet, before, sizeof before);
    strip_starttls(fuzz_host(w.world, "r"), packet);
    FUZZ_MUST(packets_encode(packet, after, sizeof after) == length && length > n);
    bool is_mail = (choice >> 1 & 3) < 2;
    size_t at = is_mail ? where(bytes + 1, n, choice & 1) : SIZE_MAX;
    FUZZ_MUST(apply_rewrite(w.memory, before, length) == (at != SIZE_MAX));
    FUZZ_MUST(memcmp(before, after, length) == 0);
    const uint8_t *payload = after + length - n;
    if (at != SIZE_MAX) {
        FUZZ_MUST(memcmp(payload + at, "XXXXXXXA", WORD_BYTES) == 0);
        FUZZ_MUST(memcmp(payload, bytes + 1, at) == 0);
        FUZZ_MUST(memcmp(payload + at + WORD_BYTES, bytes + 1 + at + WORD_BYTES, n - at - WORD_BYTES) == 0);
    } else if (n > 0) {
        FUZZ_MUST(memcmp(payload, bytes + 1, n) == 0);
    }
    packet_drop(w.world->packets, packet);
    fuzz_world_end(&w, " N4 ");
    return 0;
}
