/* A host's stub resolver and what ICMP tells it of its name server (RFC 1122 4.1.3.3), in worlds played by hand. */
#include "model/host/resolver.h"

#include <criterion/criterion.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/packets.h"
#include "model/wire/wire_bytes.h"
#include "world_runs.h"

static const char json[] =
    "{\"postroad\":1,\"title\":\"Questions\",\"ip\":\"both\",\"hosts\":{"
    "\"pc\":{\"client\":{\"user\":\"a@b.example\",\"submits_to\":\"mx.b.example\"}},"
    "\"internet\":{\"router\":{}},\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\"]}},"
    "\"ns\":{\"name_server\":{}}},"
    "\"links\":{\"p\":{\"between\":[\"pc\",\"internet\"]},\"m\":{\"between\":[\"mx.b.example\",\"internet\"]},"
    "\"n\":{\"between\":[\"ns\",\"internet\"]}}}";

static struct world_run run;
static struct journal *journal;
static struct world *world;
static struct host *pc, *mx, *ns;
static int answers;
static enum dns_outcome outcome;

static void open_world(void)
{
    run = (struct world_run){.scenario = scenario_parse("test", json, strlen(json), NULL, 0, stderr),
                             .journal = journal_memory_new()};
    cr_assert(run.scenario);
    journal = journal_new();
    journal_add_reader(journal, journal_memory_reader(run.journal, event_mask_all()));
    struct world_options options = world_options_default();
    options.until_ns = MINUTE;
    world = world_new(run.scenario, &options, journal);
    pc = &world->hosts[0];
    mx = &world->hosts[2];
    ns = &world->hosts[3];
    answers = 0;
}

static void close_world(void)
{
    world_free(world);
    journal_free(journal);
    world_run_free(&run);
}

TestSuite(resolver, .init = open_world, .fini = close_world);

static void run_until(int64_t at_ns)
{
    while (engine_run_next(world->engine, at_ns))
        world_settle(world);
}

static void on_answer(void *context, enum dns_outcome how, const struct dns_message *answer)
{
    (void)context;
    cr_expect_null(answer);
    outcome = how;
    answers++;
}

static void expect_given_up_at_once(const char *why)
{
    resolver_ask(pc->resolver, "mx.b.example", DNS_A, on_answer, NULL);
    run_until(SECOND);
    cr_expect_eq(answers, 1, "ten seconds would have been waited in silence");
    cr_expect_eq(outcome, DNS_TEMPORARY_ERROR);
    cr_expect_eq(count_events(&run, EVENT_DNS_QUERY, NULL), 2, "as often as ever, but at once");
    cr_expect_eq(count_events(&run, EVENT_DNS_UNREACHABLE, why), 2);
    cr_expect_eq(count_events(&run, EVENT_DNS_FAILURE, why), 1);
    size_t i = 0;
    const struct event *told = find_event(&run, &i, EVENT_DNS_UNREACHABLE, why);
    const struct event *again = find_event(&run, &i, EVENT_DNS_QUERY, NULL);
    cr_expect_eq(again->at_ns, told->at_ns);
    cr_expect_eq(again->cause, told->id);
    const struct event *arrival = journal_memory_by_id(run.journal, told->cause);
    cr_expect(arrival && arrival->kind == EVENT_LINK_DELIVER, "what told it is the cause");
}

Test(resolver, does_not_wait_for_a_server_whose_port_is_closed)
{
    pc->name_server = mx;
    expect_given_up_at_once("port unreachable");
}

Test(resolver, does_not_wait_for_a_server_that_is_down_where_a_router_tells)
{
    host_set_up(ns, false, "test");
    expect_given_up_at_once("address unreachable");
}

Test(resolver, waits_where_nobody_tells)
{
    host_set_up(ns, false, "test");
    world->hosts[1].icmp_muted = true;
    resolver_ask(pc->resolver, "mx.b.example", DNS_A, on_answer, NULL);
    run_until(9 * SECOND);
    cr_expect_eq(answers, 0);
    run_until(11 * SECOND);
    cr_expect_eq(answers, 1);
    cr_expect_eq(count_events(&run, EVENT_DNS_FAILURE, "no answer from the name server"), 1);
}

/* An ICMPv6 error from mx that quotes a datagram of pc's. */
static void tell(uint16_t from_port, struct ip_address to, uint16_t to_port)
{
    uint8_t bytes[200] = {0};
    struct ip_header quoted = {
        .source = pc->address6, .destination = to, .payload_length = 8, .ttl = 64, .protocol = IP_PROTOCOL_UDP};
    struct ip_header ip = {.source = mx->address6,
                           .destination = pc->address6,
                           .payload_length = ICMP_HEADER_BYTES + IPV6_HEADER_BYTES + 8,
                           .ttl = 64,
                           .protocol = IP_PROTOCOL_ICMPV6};
    uint8_t *icmp_at = bytes + ip_encode(&ip, bytes), *quote = icmp_at + ICMP_HEADER_BYTES;
    uint8_t *udp = quote + ip_encode(&quoted, quote);
    wire_put_16(udp, from_port);
    wire_put_16(udp + 2, to_port);
    wire_put_16(udp + 4, 8);
    struct icmp_header icmp = icmp_of_kind(ICMP_PORT_CLOSED, true, 0);
    icmp_encode(&icmp, ip.source, ip.destination, quote, IPV6_HEADER_BYTES + 8, icmp_at);
    const char *why;
    struct packet *packet = packets_decode(mx, bytes, IPV6_HEADER_BYTES + ip.payload_length, &why);
    cr_assert(packet, "%s", why);
    packets_send(mx, packet, (struct send_reason){.why = "test"});
}

Test(resolver, believes_only_what_quotes_its_question_to_its_server)
{
    host_set_up(ns, false, "test");
    world->hosts[1].icmp_muted = true;
    uint16_t port = pc->next_port;
    resolver_ask(pc->resolver, "mx.b.example", DNS_A, on_answer, NULL);
    tell(port, mx->address6, DNS_PORT);
    tell((uint16_t)(port + 1), ns->address6, DNS_PORT);
    tell(port, ns->address6, DNS_PORT + 1);
    run_until(SECOND);
    cr_expect_eq(count_events(&run, EVENT_DNS_UNREACHABLE, NULL), 0);
    tell(port, ns->address6, DNS_PORT);
    run_until(2 * SECOND);
    cr_expect_eq(count_events(&run, EVENT_DNS_UNREACHABLE, NULL), 1);
    cr_expect_eq(count_events(&run, EVENT_DNS_QUERY, NULL), 2);
}

/* A checksum that is deceived lets any letter into an answer, and a host then asks for what it was told. */
Test(resolver, nobody_is_asked_for_what_is_no_host_name)
{
    resolver_ask(pc->resolver, "`x.b.example", DNS_A, on_answer, NULL);
    cr_expect_eq(answers, 0, "not within the question");
    run_until(0);
    cr_expect_eq(answers, 1);
    cr_expect_eq(outcome, DNS_NO_NAME);
    cr_expect_eq(count_events(&run, EVENT_DNS_QUERY, NULL), 0);
    cr_expect_eq(count_events(&run, EVENT_DNS_FAILURE, "no host name"), 1);
}
