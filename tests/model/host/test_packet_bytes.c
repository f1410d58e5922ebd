/* Whole packets to bytes and back; any bytes as a packet; corruption; and payload that is no range of what a peer
 * wrote. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/packets.h"
#include "model/host/receive_copy.h"
#include "model/host/socket.h"
#include "model/wire/wire_bytes.h"
#include "sim/journal/journal_memory.h"

static const char two_hosts[] =
    "{\"postroad\":1,\"title\":\"Two\",\"hosts\":{"
    "\"pc\":{\"client\":{\"user\":\"a@b.example\",\"submits_to\":\"mx.b.example\"}},"
    "\"r\":{\"router\":{}},"
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\"]}}},"
    "\"links\":{\"l\":{\"between\":[\"pc\",\"r\"]},\"m\":{\"between\":[\"r\",\"mx.b.example\"]}}}";

static struct scenario *scenario;
static struct journal *journal;
static struct journal_memory *events;
static struct world *world;
static struct host *pc, *router, *server;

static void open_world(void)
{
    scenario = scenario_parse("test", two_hosts, strlen(two_hosts), NULL, 0, stderr);
    cr_assert(scenario);
    journal = journal_new();
    events = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(events, event_mask_all()));
    struct world_options options = world_options_default();
    world = world_new(scenario, &options, journal);
    for (size_t i = 0; i < world->n_hosts; i++) {
        if (strcmp(world->hosts[i].description->name, "pc") == 0) pc = &world->hosts[i];
        if (strcmp(world->hosts[i].description->name, "r") == 0) router = &world->hosts[i];
        if (strcmp(world->hosts[i].description->name, "mx.b.example") == 0) server = &world->hosts[i];
    }
}

static void close_world(void)
{
    world_free(world);
    journal_free(journal);
    journal_memory_free(events);
    scenario_free(scenario);
}

TestSuite(packet_bytes, .init = open_world, .fini = close_world);

static const uint8_t text[] = "250 bytes are not here, but these are\r\n";

static struct packet *data_packet(void)
{
    struct packet *packet = packets_new(pc, server->address, IP_PROTOCOL_TCP, TCP_HEADER_BYTES + sizeof text);
    struct ip_packet *ip = ip_packet_of(packet);
    ip->tcp = (struct tcp_segment){.source_port = 50000,
                                   .destination_port = 25,
                                   .seq = 1000,
                                   .ack = 2000,
                                   .window = 4096,
                                   .flags = TCP_ACK | TCP_PSH,
                                   .length = sizeof text};
    ip->payload = byte_stream_new((struct stream_id){7});
    ip->payload_offset = byte_stream_append(ip->payload, "before", 6) + 6;
    byte_stream_append(ip->payload, text, sizeof text);
    return packet;
}

static size_t data_bytes(uint8_t *bytes, size_t room)
{
    struct packet *packet = data_packet();
    size_t size = packets_encode(packet, bytes, room);
    packet_drop(world->packets, packet);
    return size;
}

/* As a name server that lies about its port sends it: bytes from there do not say that they are DNS. */
Test(packet_bytes, an_answer_from_another_port_breaks_no_law)
{
    struct dns_message *answer =
        dns_message_new(&(struct dns_message){.id = 77, .is_response = true, .qname = "b.example", .qtype = DNS_MX});
    uint32_t length = UDP_HEADER_BYTES + (uint32_t)dns_wire_size(answer);
    struct packet *packet = packets_new(server, pc->address, IP_PROTOCOL_UDP, length);
    ip_packet_of(packet)->udp =
        (struct udp_header){.source_port = DNS_PORT + 1, .destination_port = 40000, .length = (uint16_t)length};
    ip_packet_of(packet)->dns = answer;
    packets_check(pc, packet);
    cr_expect_not(world->failed);
    cr_expect(ip_packet_of(packet)->dns, "and it stays what it was");
    ip_packet_of(packet)->udp.source_port = DNS_PORT;
    packets_check(pc, packet);
    cr_expect_not(world->failed, "nor from the right one");
    packet_drop(world->packets, packet);
}

Test(packet_bytes, a_segment_comes_back_from_its_bytes_as_it_was)
{
    uint8_t bytes[200];
    const char *why;
    size_t size = data_bytes(bytes, sizeof bytes);
    cr_assert_eq(size, 40 + sizeof text);
    struct packet *packet = packets_decode(pc, bytes, size, &why);
    cr_assert(packet, "%s", why);
    const struct ip_packet *ip = ip_packet_of(packet);
    cr_assert_eq(packet->from.n, pc->id.n);
    cr_assert_eq(packet->to.n, server->id.n);
    cr_assert_eq(packet->size_bytes, size);
    cr_assert_eq(ip->tcp.seq, 1000);
    cr_assert_eq(ip->tcp.length, sizeof text);
    cr_assert(ip->is_foreign);
    cr_assert_arr_eq(byte_stream_at(ip->payload, ip->payload_offset), text, sizeof text);
    uint8_t again[200];
    cr_assert_eq(packets_encode(packet, again, sizeof again), size);
    cr_assert_arr_eq(again, bytes, size);
    packet_drop(world->packets, packet);
}

Test(packet_bytes, a_question_comes_back_from_its_bytes)
{
    struct dns_message *query = dns_message_new(
        &(struct dns_message){.id = 77, .recursion_desired = true, .qname = "b.example", .qtype = DNS_MX});
    uint32_t length = UDP_HEADER_BYTES + (uint32_t)dns_wire_size(query);
    struct packet *sent = packets_new(pc, server->address, IP_PROTOCOL_UDP, length), *packet;
    ip_packet_of(sent)->udp = (struct udp_header){50001, 53, (uint16_t)length};
    ip_packet_of(sent)->dns = query;
    uint8_t bytes[200], again[200];
    const char *why;
    size_t size = packets_encode(sent, bytes, sizeof bytes);
    packet = packets_decode(pc, bytes, size, &why);
    cr_assert(packet, "%s", why);
    cr_assert_str_eq(ip_packet_of(packet)->dns->qname, "b.example");
    cr_assert_eq(packets_encode(packet, again, sizeof again), size);
    cr_assert_arr_eq(again, bytes, size);
    packet_drop(world->packets, packet);
    packet_drop(world->packets, sent);
}

/* Changes bytes of a good packet; sums are made right again up to what `sums` says: 0 none, 1 IP, 2 TCP too. */
static const char *why_refused(size_t place, uint8_t value, int sums, size_t cut)
{
    uint8_t bytes[200];
    size_t size = data_bytes(bytes, sizeof bytes), length;
    const char *why;
    bytes[place] = value;
    if (sums > 0) {
        bytes[10] = bytes[11] = 0;
        wire_put_16(bytes + 10, inet_checksum_finish(inet_checksum_add(0, bytes, 20)));
    }
    if (sums > 1) {
        length = size - 20;
        wire_put_16(bytes + 36, 0);
        uint32_t sum = inet_pseudo_header_sum(pc->address, server->address, bytes[9], length);
        wire_put_16(bytes + 36, inet_checksum_finish(inet_checksum_add(sum, bytes + 20, length)));
    }
    struct packet *packet = packets_decode(pc, bytes, size - cut, &why);
    if (packet) packet_drop(world->packets, packet);
    return packet ? "taken" : why;
}

Test(packet_bytes, bad_bytes_are_refused_with_their_reason)
{
    cr_expect_str_eq(why_refused(0, 0x45, 0, 0), "taken");
    cr_expect_str_eq(why_refused(0, 0x45, 0, 1), "cut short");
    cr_expect_str_eq(why_refused(0, 0x45, 0, 30 + sizeof text), "cut short");
    cr_expect_str_eq(why_refused(0, 0x55, 0, 0), "bad ip version");
    cr_expect_str_eq(why_refused(0, 0x44, 0, 0), "bad ip header length");
    cr_expect_str_eq(why_refused(8, 9, 0, 0), "bad ip checksum");
    cr_expect_str_eq(why_refused(3, 10, 1, 0), "bad ip length");
    cr_expect_str_eq(why_refused(12, 0xff, 1, 0), "bad source address");
    cr_expect_str_eq(why_refused(9, 99, 1, 0), "unknown protocol");
    cr_expect_str_eq(why_refused(32, 0x40, 2, 0), "bad tcp header");
    cr_expect_str_eq(why_refused(24, 0xaa, 1, 0), "bad checksum");
    cr_expect_str_eq(why_refused(24, 0xaa, 2, 0), "taken");
    cr_expect_str_eq(why_refused(50, 0xaa, 1, 0), "bad checksum");
    cr_expect_str_eq(why_refused(9, IP_PROTOCOL_UDP, 1, 0), "bad udp length");
}

Test(packet_bytes, every_single_bit_is_covered_by_a_checksum)
{
    uint8_t bytes[200];
    const char *why;
    size_t size = data_bytes(bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        cr_expect_null(packets_decode(pc, bytes, size, &why), "bit %zu", bit);
        bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

Test(packet_bytes, any_bytes_at_all_are_taken_or_refused)
{
    uint8_t bytes[160];
    const char *why;
    size_t taken = 0;
    for (uint64_t n = 0; n < 20000; n++) {
        size_t size = random_draw(1, n, 1, 0) % sizeof bytes;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)random_draw(1, n, 2, (uint32_t)i);
        if (size >= 20) { /* past the first gates */
            bytes[0] = 0x45;
            bytes[6] = bytes[7] = 0;
            bytes[9] = n % 3 == 0 ? IP_PROTOCOL_TCP : IP_PROTOCOL_UDP;
            wire_put_16(bytes + 2, (uint16_t)size);
            wire_put_16(bytes + 10, 0);
            wire_put_16(bytes + 10, inet_checksum_finish(inet_checksum_add(0, bytes, 20)));
            if (size >= 28 && n % 3 == 1) wire_put_16(bytes + 26, 0); /* RFC 768: no checksum */
            if (size >= 28 && n % 3 == 1) wire_put_16(bytes + 24, (uint16_t)(size - 20));
            if (size >= 28 && n % 6 == 1) wire_put_16(bytes + 20, 53);
        }
        struct packet *packet = packets_decode(pc, bytes, size, &why);
        taken += packet != NULL;
        if (packet) packet_drop(world->packets, packet);
    }
    cr_expect_gt(taken, 1000);
}

/* --- corruption --- */

static const char *end_of(uint64_t packet)
{
    for (size_t i = 0; i < journal_memory_count(events); i++) {
        const struct event *e = journal_memory_at(events, i);
        if (e->kind != EVENT_PACKET_DROP && e->kind != EVENT_PACKET_COLLIDE) continue;
        if ((uint64_t)event_int(e, FIELD_PACKET) != packet) continue;
        if (e->kind == EVENT_PACKET_DROP) return event_text(e, FIELD_WHY);
        if (e->kind == EVENT_PACKET_COLLIDE) return "collides";
    }
    return "";
}

Test(packet_bytes, a_corrupted_packet_dies_at_a_checksum_or_is_flagged)
{
    size_t at_router = 0, at_end = 0, collided = 0;
    enum { TRIES = 3000 };
    for (uint64_t n = 0; n < TRIES; n++) {
        struct packet *packet = data_packet(), *kept;
        uint64_t id = packet->id;
        packets_corrupt(packet, random_draw(3, n, 0, 0));
        kept = packet_hold(packet);
        bool passes = packets_receive_raw(router, packet);
        if (passes && packet->to.n == server->id.n) {
            if (packets_receive_raw(server, packet)) packet_drop(world->packets, packet);
        } else if (passes) {
            packet_drop(world->packets, packet);
        } else {
            cr_expect_neq(end_of(id)[0], '\0');
            at_router++;
        }
        packet_drop(world->packets, kept);
        at_end += strcmp(end_of(id), "bad checksum") == 0;
        collided += strcmp(end_of(id), "collides") == 0;
    }
    cr_expect_gt(at_router, TRIES / 10); /* 20 of 80 bytes are IP's, and what hits both parts */
    cr_expect_gt(at_end, TRIES / 2);
    cr_expect(collided > 0 && collided < TRIES / 50, "%zu", collided);
}

Test(packet_bytes, a_duplicate_of_a_corrupted_packet_ages_on_its_own)
{
    struct packet *packet = data_packet();
    packets_corrupt(packet, UINT64_C(40) * 8 << 8);
    struct packet *copy = packet_copy(world->packets, packet);
    packets_age_raw(packet);
    uint8_t one[200], other[200];
    size_t size = packets_encode(packet, one, sizeof one);
    cr_assert_eq(packets_encode(copy, other, sizeof other), size);
    cr_expect_eq(one[8], other[8] - 1);
    cr_expect(ipv4_checksum_is_good(one, size) && ipv4_checksum_is_good(other, size));
    packet_drop(world->packets, packet);
    packet_drop(world->packets, copy);
}

/* --- the checking mode --- */

static size_t count_broken(void)
{
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(events); i++)
        n += journal_memory_at(events, i)->kind == EVENT_LAW_BROKEN;
    return n;
}

Test(packet_bytes, checking_finds_no_difference_in_a_good_packet_and_delivers_what_its_bytes_say)
{
    struct packet *packet = data_packet();
    packets_check(router, packet);
    cr_expect_not(ip_packet_of(packet)->is_foreign, "a router only looks");
    packets_check(server, packet);
    const struct ip_packet *ip = ip_packet_of(packet);
    cr_expect(ip->is_foreign);
    cr_expect_arr_eq(byte_stream_at(ip->payload, ip->payload_offset), text, sizeof text);
    cr_expect_eq(count_broken(), 0);
    packet_drop(world->packets, packet);
}

Test(packet_bytes, checking_finds_what_bytes_cannot_say)
{
    struct packet *packet = data_packet();
    ip_packet_of(packet)->tcp.mss = 1460; /* RFC 9293 3.7.1: only a SYN tells it */
    packets_check(router, packet);
    cr_expect_eq(count_broken(), 1);
    ip_packet_of(packet)->tcp.mss = 0;
    ip_packet_of(packet)->ip.payload_length++;
    packets_check(router, packet);
    cr_expect_eq(count_broken(), 2);
    cr_expect(world_failed(world));
    packet_drop(world->packets, packet);
}

/* --- what a receiver keeps of foreign payload --- */

struct receiver {
    struct tcp_conn *tcp;
    struct byte_stream *copy;
};

static void arrives(struct receiver *r, uint32_t seq, uint32_t ack, uint8_t flags, const char *payload)
{
    struct tcp_segment segment = {.source_port = 1,
                                  .destination_port = 25,
                                  .seq = seq,
                                  .ack = ack,
                                  .window = 1000,
                                  .flags = flags,
                                  .length = (uint32_t)strlen(payload)};
    receive_copy_segment_arrives(r->copy, r->tcp, &segment, (const uint8_t *)payload, 0);
}

static struct receiver receiver_new(void)
{
    static struct tcp_config config;
    struct tcp_opening opening = {.local_port = 25, .remote_port = 1, .iss = 500, .mss = 1460};
    struct tcp_output out;
    config = tcp_config_default();
    config.receive_buffer = 20;
    struct receiver r = {tcp_new(&config, opening, NULL, (struct conn_id){1}, (struct host_id){1}),
                         receive_copy_new(NULL, 0, 20)};
    tcp_listen(r.tcp);
    arrives(&r, UINT32_MAX - 3, 0, TCP_SYN, "");
    while (tcp_next_segment(r.tcp, 0, &out)) {
    }
    arrives(&r, UINT32_MAX - 2, 501, TCP_ACK, "");
    return r;
}

static void expect_text(struct receiver *r, const char *expected)
{
    cr_expect_eq(tcp_readable(r->tcp), strlen(expected));
    if (tcp_readable(r->tcp) == strlen(expected))
        cr_expect_arr_eq(byte_stream_at(r->copy, 0), expected, strlen(expected));
    byte_stream_drop(r->copy);
    tcp_free(r->tcp);
}

/* The first byte of data has the number 2^32 - 3: what follows wraps. */
enum { FIRST = -3 };

Test(receive_copy, out_of_order_segments_come_to_their_places)
{
    struct receiver r = receiver_new();
    arrives(&r, (uint32_t)FIRST + 6, 501, TCP_ACK, "ghi");
    arrives(&r, (uint32_t)FIRST + 3, 501, TCP_ACK, "def");
    arrives(&r, (uint32_t)FIRST, 501, TCP_ACK, "abc");
    expect_text(&r, "abcdefghi");
}

Test(receive_copy, of_overlapping_segments_what_came_first_stays)
{
    struct receiver r = receiver_new();
    arrives(&r, (uint32_t)FIRST + 4, 501, TCP_ACK, "ef");
    arrives(&r, (uint32_t)FIRST + 8, 501, TCP_ACK, "ij");
    arrives(&r, (uint32_t)FIRST + 3, 501, TCP_ACK, "dXXgh");
    arrives(&r, (uint32_t)FIRST, 501, TCP_ACK, "abcY");
    expect_text(&r, "abcdefghij");
}

Test(receive_copy, bytes_behind_the_window_are_cut_off)
{
    struct receiver r = receiver_new();
    arrives(&r, (uint32_t)FIRST, 501, TCP_ACK, "0123456789abcdefghijKLMN");
    cr_expect_eq(r.copy->size, 20);
    expect_text(&r, "0123456789abcdefghij");
}

/* RFC 5961 5: an acknowledgement far off makes a segment one that is not believed. */
Test(receive_copy, a_segment_that_is_not_accepted_leaves_no_trace)
{
    struct receiver r = receiver_new();
    arrives(&r, (uint32_t)FIRST + 3, 501, TCP_ACK, "def");
    arrives(&r, (uint32_t)FIRST, 0x40000000, TCP_ACK, "xxxxxx");
    arrives(&r, (uint32_t)FIRST, 501, TCP_ACK, "abc");
    expect_text(&r, "abcdef");
}

Test(receive_copy, begins_with_what_the_shared_stream_has_not_yet_given)
{
    struct byte_stream *shared = byte_stream_new((struct stream_id){1});
    byte_stream_append(shared, "0123456789", 10);
    struct byte_stream *copy = receive_copy_new(shared, 4, 3);
    cr_expect_eq(copy->size, 3);
    cr_expect_arr_eq(byte_stream_at(copy, 4), "456", 3);
    byte_stream_drop(copy);
    byte_stream_drop(shared);
}

/* A packet that was sent needlessly, or a twin, may be cut or corrupted when both ends have done with its bytes. */
Test(packet_bytes, a_stream_keeps_what_a_packet_on_its_way_carries)
{
    static uint8_t bytes[200000], read[1000];
    memset(bytes, 7, sizeof bytes);
    struct byte_stream *stream = byte_stream_new((struct stream_id){1});
    byte_stream_append(stream, bytes, sizeof bytes);
    uint8_t early = byte_stream_carry(stream);
    byte_stream_carry_twin(stream, early);
    stream->read = 150000;
    byte_stream_forget(stream, 150000);
    byte_stream_drop_carried(stream, early);
    byte_stream_forget(stream, 150000);
    cr_expect(byte_stream_holds(stream, 0, 1000), "the twin is still on its way");
    uint8_t late = byte_stream_carry(stream);
    byte_stream_drop_carried(stream, early);
    byte_stream_forget(stream, 150000);
    byte_stream_read(stream, 0, read, sizeof read);
    cr_expect_eq(read[999], 0, "what was sent later carries nothing of that");
    cr_expect(byte_stream_holds(stream, 150000, 50000));
    byte_stream_drop_carried(stream, late);
    byte_stream_drop(stream);
}
