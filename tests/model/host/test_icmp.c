/* ICMP, path MTU discovery, black holes, and fragments, in whole worlds. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/icmp.h"
#include "model/host/packets.h"
#include "model/host/path_mtu.h"
#include "model/host/reassembly.h"
#include "model/wire/wire_bytes.h"
#include "world_runs.h"

#define WORLD(top, pc, west, mtu)                                                                                      \
    "{\"postroad\":1,\"title\":\"Narrow\"," top "\"hosts\":{"                                                          \
    "\"pc\":{" pc "\"client\":{\"user\":\"a@b.example\",\"submits_to\":\"mx.b.example\"}},"                            \
    "\"west\":{\"router\":{" west "}},\"east\":{\"router\":{}},"                                                       \
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\"]}}},"                             \
    "\"links\":{\"l\":{\"between\":[\"pc\",\"west\"]},\"tunnel\":{\"between\":[\"west\",\"east\"],\"mtu\":\"" mtu      \
    " B\"},\"m\":{\"between\":[\"east\",\"mx.b.example\"]}},"                                                          \
    "\"mail\":{\"m1\":{\"at\":\"1 s\",\"from\":\"a@b.example\",\"to\":[\"a@b.example\"],\"size\":\"50 kB\"}}}"

static struct world_run run_world(const char *json)
{
    struct world_run run = world_run_scenario(json, 1, event_mask_all());
    cr_expect_eq(count_events(&run, EVENT_LAW_BROKEN, NULL), 0);
    return run;
}

static void expect_delivered(const struct world_run *run, bool delivered)
{
    cr_expect_eq(count_events(run, EVENT_MAIL_STATE, "delivered"), delivered);
}

static int64_t largest_delivered(const struct world_run *run)
{
    int64_t largest = 0;
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_PACKET_SEND, NULL)) != NULL)
        if (event_int(e, FIELD_SIZE) > largest) largest = event_int(e, FIELD_SIZE);
    return largest;
}

/* --- path MTU discovery --- */

Test(path_mtu, is_found_by_the_first_packet_that_is_too_big)
{
    static const char *const worlds[] = {WORLD("", "", "", "1400"), WORLD("\"ip\":\"v6\",", "", "", "1400")};
    for (size_t w = 0; w < 2; w++) {
        struct world_run run = run_world(worlds[w]);
        expect_delivered(&run, true);
        cr_expect_eq(count_events(&run, EVENT_PATH_MTU, NULL), 1);
        cr_expect(count_events(&run, EVENT_PACKET_SEND, "icmp.too-big") > 0);
        cr_expect_eq(count_events(&run, EVENT_PACKET_SEND, "retransmission timeout"), 0);
        cr_expect_eq(largest_delivered(&run), 1500);
        world_run_free(&run);
    }
}

/* RFC 791: every link takes 68 bytes, and TCP gets along with the 28 of them that are left to it, or, with timestamps,
   with 16. */
Test(path_mtu, the_smallest_link_is_passed)
{
    static const char *const worlds[] = {WORLD("", "\"tcp\":{\"timestamps\":false},", "", "68"),
                                         WORLD("", "", "", "68")};
    for (size_t w = 0; w < 2; w++) {
        struct world_run run = run_world(worlds[w]);
        expect_delivered(&run, true);
        world_run_free(&run);
    }
}

Test(path_mtu, a_router_that_is_silent_is_a_black_hole)
{
    struct world_run run = run_world(WORLD("\"until\":\"1 h\",", "", "\"icmp\":false", "1400"));
    expect_delivered(&run, false);
    cr_expect_eq(count_events(&run, EVENT_PACKET_SEND, "icmp"), 0);
    cr_expect(count_events(&run, EVENT_PACKET_DROP, "in silence") > 3);
    world_run_free(&run);
}

Test(path_mtu, a_black_hole_may_come_and_go)
{
    struct world_run run = run_world(
        WORLD("\"faults\":[{\"at\":\"0 s\",\"for\":\"20 s\",\"mute_icmp\":{\"host\":\"west\"}}],", "", "", "1400"));
    expect_delivered(&run, true);
    cr_expect_eq(count_events(&run, EVENT_HOST_ICMP, "muted"), 1);
    cr_expect_eq(count_events(&run, EVENT_HOST_ICMP, "as before"), 1);
    size_t told = 0;
    for (size_t i = 0; i < journal_memory_count(run.journal); i++) {
        const struct event *e = journal_memory_at(run.journal, i);
        if (e->kind != EVENT_PATH_MTU) continue;
        cr_expect_geq(e->at_ns, 20 * SECOND, "while the router is mute nobody learns of the narrow link");
        told++;
    }
    cr_expect_gt(told, 0);
    world_run_free(&run);
}

/* RFC 4821 */
Test(path_mtu, probing_finds_the_way_out_of_a_black_hole)
{
    struct world_run run =
        run_world(WORLD("\"until\":\"1 h\",", "\"tcp\":{\"mtu_probing\":true},", "\"icmp\":false", "1400"));
    expect_delivered(&run, true);
    world_run_free(&run);
}

/* --- fragments --- */

Test(fragments, segments_that_may_be_cut_arrive_whole)
{
    struct world_run run = run_world(WORLD("", "\"path_mtu_discovery\":false,", "", "600"));
    expect_delivered(&run, true);
    size_t cut = count_events(&run, EVENT_PACKET_FRAGMENT, NULL), whole = count_events(&run, EVENT_PACKET_WHOLE, NULL);
    cr_expect(cut > 30);
    cr_expect_eq(whole, cut);
    size_t pieces = count_events(&run, EVENT_PACKET_SEND, "fragment");
    cr_expect(pieces == 3 * cut || pieces == 3 * cut - 1,
              "1500 bytes through 600 are three pieces, the mail's end two");
    cr_expect_eq(count_events(&run, EVENT_PATH_MTU, NULL), 0);
    world_run_free(&run);
}

/* The journal alone suffices: what each piece carries stands there, where the piece says. */
Test(fragments, the_journal_holds_the_bytes_of_each_piece)
{
    struct world_run run = run_world(WORLD("", "\"path_mtu_discovery\":false,", "", "600"));
    size_t n = 0, i = 0;
    for (const struct event *e; (e = find_event(&run, &i, EVENT_PACKET_SEND, "fragment")) != NULL; n++) {
        uint64_t length = (uint64_t)event_int(e, FIELD_LENGTH);
        char *bytes =
            stream_bytes(&run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET), length);
        free(bytes);
    }
    cr_expect_gt(n, 90);
    world_run_free(&run);
}

/* --- a world to be played with by hand --- */

static struct scenario *scenario;
static struct journal *journal;
static struct journal_memory *events;
static struct world *world;
static struct host *pc, *west, *mx;

static void open_world(void)
{
    static const char json[] = WORLD("\"ip\":\"both\",", "", "", "1400");
    scenario = scenario_parse("test", json, strlen(json), NULL, 0, stderr);
    cr_assert(scenario);
    journal = journal_new();
    events = journal_memory_new();
    journal_add_reader(journal, journal_memory_reader(events, event_mask_all()));
    struct world_options options = world_options_default();
    options.until_ns = 500 * MILLISECOND; /* before the mail is written */
    world = world_new(scenario, &options, journal);
    pc = &world->hosts[0];
    west = &world->hosts[1];
    mx = &world->hosts[3];
    cr_assert_str_eq(mx->description->name, "mx.b.example");
}

static void close_world(void)
{
    world_free(world);
    journal_free(journal);
    journal_memory_free(events);
    scenario_free(scenario);
}

TestSuite(icmp_messages, .init = open_world, .fini = close_world);
TestSuite(reassembly, .init = open_world, .fini = close_world);

static void run_until(int64_t at_ns)
{
    while (engine_run_next(world->engine, at_ns))
        world_settle(world);
}

static size_t count_kind(enum event_kind kind, const char *word)
{
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(events); i++) {
        const struct event *e = journal_memory_at(events, i);
        if (e->kind != kind) continue;
        if (kind == EVENT_PACKET_SEND)
            n += strstr(event_text(e, FIELD_TAG), word) != NULL;
        else if (kind == EVENT_PACKET_DROP)
            n += strstr(event_text(e, FIELD_WHY), word) != NULL;
        else
            n++;
    }
    return n;
}

/* A datagram of `size` bytes of payload, all of one letter, with a good checksum, as bytes. */
static size_t make_datagram(uint8_t *bytes, struct host *from, struct host *to, bool v6, uint16_t port, size_t size,
                            uint8_t ttl)
{
    struct ip_address source = v6 ? from->address6 : from->address, destination = v6 ? to->address6 : to->address;
    struct ip_header ip = {.source = source,
                           .destination = destination,
                           .payload_length = (uint16_t)(UDP_HEADER_BYTES + size),
                           .dont_fragment = v6,
                           .identification = v6 ? 0 : 77,
                           .ttl = ttl,
                           .protocol = IP_PROTOCOL_UDP};
    size_t header = ip_encode(&ip, bytes);
    memset(bytes + header + UDP_HEADER_BYTES, 'x', size);
    struct udp_header udp = {4000, port, (uint16_t)(UDP_HEADER_BYTES + size)};
    udp_encode(&udp, source, destination, bytes + header + UDP_HEADER_BYTES, bytes + header);
    return header + UDP_HEADER_BYTES + size;
}

static void send_bytes(struct host *from, const uint8_t *bytes, size_t size)
{
    const char *why;
    struct packet *packet = packets_decode(from, bytes, size, &why);
    cr_assert(packet, "%s", why);
    packets_send(from, packet, (struct send_reason){.why = "test"});
}

Test(icmp_messages, an_echo_is_answered_by_hosts_and_routers_in_both_versions)
{
    struct host *asked[] = {mx, west};
    for (int v6 = 0; v6 < 2; v6++)
        for (size_t i = 0; i < 2; i++) {
            uint8_t bytes[100];
            struct ip_header ip = {.source = v6 ? pc->address6 : pc->address,
                                   .destination = v6 ? asked[i]->address6 : asked[i]->address,
                                   .payload_length = 20,
                                   .dont_fragment = true,
                                   .ttl = 64,
                                   .protocol = v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP};
            struct icmp_header echo = icmp_of_kind(ICMP_ECHO_REQUEST, v6, 0x00070001);
            size_t header = ip_encode(&ip, bytes);
            memcpy(bytes + header + 8, "twelve bytes", 12);
            icmp_encode(&echo, ip.source, ip.destination, bytes + header + 8, 12, bytes + header);
            send_bytes(pc, bytes, header + 20);
        }
    run_until(400 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "icmp.echo echo request"), 4);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "icmp.echo echo reply"), 4);
}

static void send_large_echo(bool v6)
{
    enum { DATA = 4000 };
    uint8_t bytes[DATA + 100];
    struct ip_header ip = {.source = v6 ? pc->address6 : pc->address,
                           .destination = v6 ? mx->address6 : mx->address,
                           .payload_length = ICMP_HEADER_BYTES + DATA,
                           .dont_fragment = v6,
                           .identification = v6 ? 0 : 9,
                           .ttl = 64,
                           .protocol = v6 ? IP_PROTOCOL_ICMPV6 : IP_PROTOCOL_ICMP};
    struct icmp_header echo = icmp_of_kind(ICMP_ECHO_REQUEST, v6, 0x00070001);
    size_t header = ip_encode(&ip, bytes);
    memset(bytes + header + ICMP_HEADER_BYTES, 'e', DATA);
    icmp_encode(&echo, ip.source, ip.destination, bytes + header + ICMP_HEADER_BYTES, DATA, bytes + header);
    send_bytes(pc, bytes, header + ICMP_HEADER_BYTES + DATA);
}

/* Through links of 1500 and 1400 bytes, there and back: a router cuts what does not fit (RFC 791 3.2). */
Test(icmp_messages, a_large_echo_comes_back_whole_over_ipv4)
{
    send_large_echo(false);
    run_until(200 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "echo reply"), 1);
    cr_expect_eq(count_kind(EVENT_PACKET_WHOLE, NULL), 2);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "icmp.too-big"), 0);
}

/* RFC 8200 5: only the source cuts, once it has heard of the tunnel; each of the two ends hears of it by its first try.
 */
Test(icmp_messages, a_large_echo_comes_back_whole_over_ipv6_at_the_third_try)
{
    for (int try = 1; try <= 3; try++) {
        send_large_echo(true);
        run_until(try * 130 * MILLISECOND);
        cr_expect_eq(count_kind(EVENT_PATH_MTU, NULL), try < 3 ? (size_t) try : 2);
        cr_expect_eq(count_kind(EVENT_PACKET_WHOLE, NULL), try == 1 ? 0 : try == 2 ? 1 : 3);
    }
}

Test(icmp_messages, a_closed_port_a_ttl_that_runs_out_and_a_host_that_is_down_are_told)
{
    uint8_t bytes[200];
    for (int v6 = 0; v6 < 2; v6++) {
        size_t size = make_datagram(bytes, pc, mx, v6, 9, 20, 64);
        send_bytes(pc, bytes, size);
        size = make_datagram(bytes, pc, mx, v6, 9, 20, 1);
        send_bytes(pc, bytes, size);
    }
    run_until(200 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "port unreachable"), 2);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "icmp.time-exceeded"), 2);
    host_set_up(mx, false, "test");
    send_bytes(pc, bytes, make_datagram(bytes, pc, mx, false, 9, 20, 64));
    run_until(400 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "host unreachable"), 1);
}

/* RFC 4443 2.4 (f): ten at once, then ten a second. */
Test(icmp_messages, errors_are_limited_in_rate)
{
    uint8_t bytes[200];
    for (int i = 0; i < 50; i++)
        send_bytes(pc, bytes, make_datagram(bytes, pc, mx, false, 9, 20, 1));
    run_until(100 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "icmp.time-exceeded"), 10);
}

/* RFC 1122 3.2.2 */
Test(icmp_messages, there_is_no_error_about_an_error)
{
    uint8_t bytes[200], inner[100];
    size_t inner_size = make_datagram(inner, mx, pc, false, 9, 20, 64);
    struct ip_header ip = {.source = pc->address,
                           .destination = mx->address,
                           .payload_length = (uint16_t)(8 + inner_size),
                           .dont_fragment = true,
                           .ttl = 1,
                           .protocol = IP_PROTOCOL_ICMP};
    struct icmp_header error = icmp_of_kind(ICMP_PORT_CLOSED, false, 0);
    size_t header = ip_encode(&ip, bytes);
    memcpy(bytes + header + 8, inner, inner_size);
    icmp_encode(&error, ip.source, ip.destination, bytes + header + 8, inner_size, bytes + header);
    send_bytes(pc, bytes, header + 8 + inner_size);
    run_until(400 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "ttl exceeded"), 1);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "icmp.time-exceeded"), 0);
}

/* RFC 5927: what quotes nothing that was sent changes nothing. */
Test(icmp_messages, a_forged_too_big_is_not_believed)
{
    uint8_t bytes[200] = {0};
    struct ip_header ip = {.source = mx->address,
                           .destination = pc->address,
                           .payload_length = 8 + 28,
                           .dont_fragment = true,
                           .ttl = 64,
                           .protocol = IP_PROTOCOL_ICMP};
    struct ip_header quoted = {.source = pc->address,
                               .destination = mx->address,
                               .payload_length = 1480,
                               .dont_fragment = true,
                               .ttl = 60,
                               .protocol = IP_PROTOCOL_TCP};
    struct icmp_header error = icmp_of_kind(ICMP_TOO_BIG, false, 296);
    size_t header = ip_encode(&ip, bytes);
    ip_encode(&quoted, bytes + header + 8);
    icmp_encode(&error, ip.source, ip.destination, bytes + header + 8, 28, bytes + header);
    send_bytes(mx, bytes, header + 36);
    run_until(400 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PATH_MTU, NULL), 0);
    cr_expect_eq(path_mtu_of(pc, mx->address), 1500);
}

/* RFC 1191 4, 6.3, 7.1; RFC 8201 4. */
Test(icmp_messages, a_path_mtu_is_believed_remembered_and_forgotten)
{
    cr_expect_eq(path_mtu_believed(pc, mx->address, 1400, 1500), 1400);
    cr_expect_eq(path_mtu_believed(pc, mx->address, 0, 1500), 1492, "the next plateau");
    cr_expect_eq(path_mtu_believed(pc, mx->address, 0, 1492), 1006);
    cr_expect_eq(path_mtu_believed(pc, mx->address, 1500, 1500), 0, "no news");
    cr_expect_eq(path_mtu_believed(pc, mx->address, 67, 1500), 0, "less than any link takes");
    cr_expect_eq(path_mtu_believed(pc, mx->address6, 1279, 1500), 0, "less than IPv6 needs");
    cr_expect_eq(path_mtu_believed(pc, mx->address6, 1280, 1500), 1280);
    path_mtu_lower(pc, mx->address, 1400);
    cr_expect_eq(path_mtu_of(pc, mx->address), 1400);
    cr_expect_eq(path_mtu_believed(pc, mx->address, 1450, 1500), 0, "more than is known");
    cr_expect_eq(path_mtu_of(pc, west->address), 1500, "another path");
    world->engine->now_ns += 10 * MINUTE;
    cr_expect_eq(path_mtu_of(pc, mx->address), 1500, "ten minutes later");
}

/* --- reassembly --- */

enum { PAYLOAD = 3000 };

struct piece {
    uint16_t from, to;
    bool more;
};

/* Sends pieces of a datagram to the closed port 9, so that a whole one is told of. */
static void send_pieces(bool v6, const struct piece *pieces, size_t n)
{
    uint8_t whole[PAYLOAD + 100], bytes[PAYLOAD + 100];
    size_t size = make_datagram(whole, pc, mx, v6, 9, PAYLOAD - UDP_HEADER_BYTES, 64), header;
    struct ip_header ip;
    cr_assert(ip_decode(whole, size, &ip, &header));
    for (size_t i = 0; i < n; i++) {
        ip.identification = 77;
        ip.dont_fragment = v6;
        ip.fragment_offset = pieces[i].from;
        ip.more_fragments = pieces[i].more;
        ip.payload_length = (uint16_t)(pieces[i].to - pieces[i].from);
        size_t at = ip_encode(&ip, bytes);
        memcpy(bytes + at, whole + header + pieces[i].from, ip.payload_length);
        const char *why;
        struct packet *packet = packets_decode(pc, bytes, at + ip.payload_length, &why);
        cr_assert(packet, "%s", why);
        struct packet *rebuilt = reassembly_take(mx, packet);
        if (!rebuilt) continue;
        cr_expect_eq(ip_packet_of(rebuilt)->udp.length, PAYLOAD);
        packets_discard(mx, rebuilt, "port closed");
    }
}

static size_t wholes(void)
{
    return count_kind(EVENT_PACKET_WHOLE, NULL);
}

Test(reassembly, in_any_order_the_whole_comes_back)
{
    static const struct piece pieces[] = {{0, 800, true}, {800, 1600, true}, {1600, 2400, true}, {2400, 3000, false}};
    size_t n = 0;
    for (int v6 = 0; v6 < 2; v6++)
        for (unsigned order = 0; order < 256; order++) {
            struct piece shuffled[4];
            unsigned used = 0;
            for (unsigned i = 0; i < 4; i++) {
                shuffled[i] = pieces[order >> 2 * i & 3];
                used |= 1u << (order >> 2 * i & 3);
            }
            if (used != 15) continue;
            send_pieces(v6, shuffled, 4);
            n++;
        }
    cr_expect_eq(n, 48);
    cr_expect_eq(wholes(), 48);
}

Test(reassembly, a_piece_that_comes_twice_does_no_harm)
{
    static const struct piece pieces[] = {{0, 1600, true}, {0, 1600, true}, {1600, 3000, false}};
    send_pieces(false, pieces, 3);
    cr_expect_eq(wholes(), 1);
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "the same fragment again"), 1);
}

/* RFC 5722, law N7: the original or nothing. */
Test(reassembly, overlapping_pieces_give_nothing)
{
    static const struct piece cases[][3] = {
        {{0, 1600, true}, {800, 2400, true}, {1600, 3000, false}},
        {{0, 1600, true}, {0, 800, true}, {1600, 3000, false}},
        {{1600, 3000, false}, {2400, 2800, true}, {0, 1600, true}},
        {{800, 1600, false}, {1600, 3000, false}, {0, 800, true}},
        {{1600, 2400, false}, {2400, 3000, true}, {0, 1600, true}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        send_pieces(true, cases[i], 3);
        cr_expect_eq(wholes(), 0, "case %zu", i);
        reassembly_free(mx);
    }
}

Test(reassembly, impossible_pieces_are_dropped)
{
    static const struct piece cases[] = {{0, 1601, true}, {0, 0, true}};
    send_pieces(false, cases, 2);
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "bad fragment"), 2);
}

/* RFC 8200 4.5 knows one fragment header: what is still a fragment when all its pieces are there is nobody's packet. */
Test(reassembly, a_fragment_within_fragments_is_dropped)
{
    enum { SIZE = 64, IPV6_FRAGMENT = 44 };
    struct ip_header ip = {.source = pc->address6,
                           .destination = mx->address6,
                           .payload_length = SIZE / 2,
                           .identification = 5,
                           .dont_fragment = true,
                           .ttl = 64,
                           .protocol = IPV6_FRAGMENT};
    uint8_t bytes[IP_HEADER_MAX_BYTES + SIZE], inner[SIZE] = {IP_PROTOCOL_TCP, 0, 0, 9}; /* from byte 8, more to come */
    for (int i = 0; i < 2; i++) {
        ip.fragment_offset = (uint16_t)(i * SIZE / 2);
        ip.more_fragments = i == 0;
        size_t header = ip_encode(&ip, bytes);
        memcpy(bytes + header, inner + ip.fragment_offset, SIZE / 2);
        send_bytes(pc, bytes, header + SIZE / 2);
    }
    run_until(400 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "a fragment within fragments"), 1);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "tcp"), 0, "nobody takes it for a segment");
}

/* Law N6: a router may cut what a link has corrupted. Two words of the datagram change places, which its checksum does
   not see. */
Test(reassembly, bits_that_flipped_before_the_cut_are_told_of)
{
    uint8_t bytes[1500];
    const char *why;
    size_t size = make_datagram(bytes, pc, mx, false, 9, 1430, 64), header = IPV4_HEADER_BYTES;
    struct packet *packet = packets_decode(pc, bytes, size, &why);
    packets_corrupt(packet, 0);
    memcpy(bytes + header, "xx", 2);
    wire_put_16(bytes + header + UDP_HEADER_BYTES, 4000);
    memcpy(ip_packet_of(packet)->raw->bytes, bytes, size);
    packets_send(pc, packet, (struct send_reason){.why = "test"});
    run_until(400 * MILLISECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_FRAGMENT, NULL), 1);
    cr_expect_eq(wholes(), 1);
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "port closed"), 1);
    cr_expect_eq(count_kind(EVENT_PACKET_COLLIDE, NULL), 1);
}

/* The "ping of death": an end beyond the largest packet. */
Test(reassembly, an_end_beyond_the_largest_packet_is_dropped)
{
    uint8_t bytes[200] = {0};
    struct ip_header ip = {.source = pc->address,
                           .destination = mx->address,
                           .payload_length = 100,
                           .identification = 5,
                           .fragment_offset = 65528,
                           .ttl = 64,
                           .protocol = IP_PROTOCOL_UDP};
    const char *why;
    size_t header = ip_encode(&ip, bytes);
    struct packet *packet = packets_decode(pc, bytes, header + 100, &why);
    cr_expect_null(reassembly_take(mx, packet));
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "bad fragment"), 1);
}

/* RFC 8200 4.5: sixty seconds; the sender is told where the first piece has come. */
Test(reassembly, what_stays_incomplete_is_given_up_after_a_minute)
{
    static const struct piece first = {0, 1600, true}, second = {1600, 2400, true};
    send_pieces(false, &first, 1);
    send_pieces(true, &second, 1);
    run_until(59 * SECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "reassembly time-out"), 0);
    run_until(61 * SECOND);
    cr_expect_eq(count_kind(EVENT_PACKET_DROP, "reassembly time-out"), 2);
    cr_expect_eq(count_kind(EVENT_PACKET_SEND, "reassembly time exceeded"), 1);
}

Test(reassembly, what_waits_is_bounded)
{
    size_t live = packet_pool_live(world->packets);
    for (uint32_t id = 1; id <= 5000; id++) {
        uint8_t bytes[1500] = {0};
        struct ip_header ip = {.source = pc->address,
                               .destination = mx->address,
                               .payload_length = 1400,
                               .identification = id % 65535 + 1,
                               .more_fragments = true,
                               .ttl = 64,
                               .protocol = IP_PROTOCOL_UDP};
        const char *why;
        size_t header = ip_encode(&ip, bytes);
        cr_expect_null(reassembly_take(mx, packets_decode(pc, bytes, header + 1400, &why)));
    }
    cr_expect_leq(packet_pool_live(world->packets) - live, 64);
}

/* Any pieces whatever: what is rebuilt is the original (every byte is checked by the sum of UDP). */
Test(reassembly, random_pieces_give_the_original_or_nothing)
{
    for (uint64_t n = 0; n < 500; n++) {
        struct piece pieces[12];
        for (size_t i = 0; i < 12; i++) {
            uint16_t from = (uint16_t)(random_draw(7, n, i, 0) % 8 * 376);
            uint16_t length = (uint16_t)((random_draw(7, n, i, 1) % 3 + 1) * 376);
            bool last = from + length >= PAYLOAD;
            pieces[i] = (struct piece){from, last ? PAYLOAD : (uint16_t)(from + length), !last};
        }
        send_pieces(n % 2, pieces, 12);
        reassembly_free(mx);
    }
    cr_expect_gt(wholes(), 0);
}
