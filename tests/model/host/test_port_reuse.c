/* A client that uses a port again while its server still holds the connection before in TIME-WAIT (RFC 6191), seen in
   whole worlds; and what initial sequence numbers look like. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/host/host.h"
#include "model/wire/tcp_wire.h"
#include "world_runs.h"

#define WORLD(pc)                                                                                                      \
    "{\"postroad\":1,\"title\":\"Port reuse\",\"ip\":\"v4\",\"hosts\":{"                                               \
    "\"pc\":{" pc "\"client\":{\"user\":\"a@b.example\",\"submits_to\":\"mx.b.example\"}},"                            \
    "\"internet\":{\"router\":{}},"                                                                                    \
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\",\"b\"]}}},"                       \
    "\"links\":{\"l\":{\"between\":[\"pc\",\"internet\"],\"delay\":\"5 ms\"},"                                         \
    "\"m\":{\"between\":[\"internet\",\"mx.b.example\"]}},"                                                            \
    "\"mail\":{\"m1\":{\"at\":\"1 s\",\"from\":\"a@b.example\",\"to\":[\"b@b.example\"],\"size\":\"9 kB\"},"           \
    "\"m2\":{\"at\":\"30 s\",\"from\":\"a@b.example\",\"to\":[\"b@b.example\"]}}}"

enum { SEEDS = 60 };

/* Between the mails all dynamic ports have been in use once: the second connection has the first one's port. */
static struct world_run run_world(const char *json, uint64_t seed)
{
    struct world_run run = {.scenario = scenario_parse("test", json, strlen(json), NULL, 0, stderr),
                            .journal = journal_memory_new()};
    cr_assert(run.scenario);
    struct journal *journal = journal_new();
    journal_add_reader(journal, journal_memory_reader(run.journal, event_mask_all()));
    struct world_options options = world_options_default();
    options.has_seed = true;
    options.seed = seed;
    struct world *world = world_new(run.scenario, &options, journal);
    struct host *pc = &world->hosts[0];
    uint16_t first_port = pc->next_port;
    while (engine_run_next(world->engine, 20 * SECOND))
        world_settle(world);
    cr_assert_gt(pc->next_port, first_port);
    pc->next_port = first_port;
    while (world_run(world, 1000)) {
    }
    run.failed = world_failed(world);
    world_free(world);
    journal_free(journal);
    return run;
}

/* The n-th connection that an end has opened this way, from 1. */
static const struct event *opened(const struct world_run *run, const char *role, int nth)
{
    size_t i = 0;
    const struct event *e = NULL;
    while (nth-- > 0)
        e = find_event(run, &i, EVENT_CONN_OPEN, role);
    cr_assert(e);
    return e;
}

static const struct event *of_connection(const struct world_run *run, enum event_kind kind, int64_t conn,
                                         const char *word)
{
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, kind, word)) && event_int(e, FIELD_CONN) != conn) {
    }
    return e;
}

/* By its bytes. */
static struct tcp_segment segment_of(const struct event *packet)
{
    size_t size, payload;
    const uint8_t *bytes = (const uint8_t *)event_bytes(packet, FIELD_HEADER, &size);
    struct tcp_segment segment;
    cr_assert(tcp_decode(bytes + 20, size - 20, &segment, &payload));
    segment.length = (uint32_t)event_int(packet, FIELD_LENGTH);
    return segment;
}

/* Of the SYN that this end has sent. */
static uint32_t iss_of(const struct world_run *run, const struct event *conn)
{
    const struct event *e = of_connection(run, EVENT_PACKET_SEND, event_int(conn, FIELD_CONN), "tcp.syn");
    cr_assert(e);
    return segment_of(e).seq;
}

/* Whether the ISS of one connection lies beyond all numbers that this end has used in the other. */
static bool is_beyond(const struct world_run *run, const struct event *new, const struct event *old)
{
    uint32_t iss = iss_of(run, new);
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_PACKET_SEND, "tcp"))) {
        if (event_int(e, FIELD_CONN) != event_int(old, FIELD_CONN)) continue;
        struct tcp_segment segment = segment_of(e);
        uint32_t end = segment.seq + tcp_segment_sequence_length(&segment);
        if ((int32_t)(iss - end) < 0) return false;
    }
    return true;
}

static size_t count_syns(const struct world_run *run)
{
    return count_events(run, EVENT_PACKET_SEND, "tcp.syn") - count_events(run, EVENT_PACKET_SEND, "tcp.syn-ack");
}

/* In TIME-WAIT when the second SYN arrives, and gone with it, long before its four minutes are over. */
static void expect_succeeded(const struct world_run *run)
{
    const struct event *old = opened(run, "passive", 1), *new = opened(run, "passive", 2);
    cr_assert_eq(event_int(old, FIELD_REMOTE_PORT), event_int(new, FIELD_REMOTE_PORT));
    const struct event *wait = of_connection(run, EVENT_TCP_STATE, event_int(old, FIELD_CONN), "TIME-WAIT");
    const struct event *end = of_connection(run, EVENT_CONN_CLOSE, event_int(old, FIELD_CONN), "closed");
    cr_assert(wait && end);
    cr_expect_lt(wait->at_ns, 20 * SECOND);
    cr_expect_eq(end->at_ns, new->at_ns);
    cr_expect_lt(end->id, new->id);
    cr_expect(is_beyond(run, new, old), "RFC 9293 3.6.1");
}

static void expect_both_delivered(const struct world_run *run)
{
    cr_expect_eq(count_events(run, EVENT_MAIL_STATE, "delivered"), 2);
    cr_expect_eq(count_events(run, EVENT_LAW_BROKEN, NULL), 0);
}

/* RFC 6191 2: clocks go on from one connection to the next, so that every SYN is known to be newer, whatever number was
   drawn for it. */
Test(port_reuse, with_timestamps_every_new_connection_succeeds_at_once)
{
    int smaller = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world_run run = run_world(WORLD(""), seed);
        expect_both_delivered(&run);
        expect_succeeded(&run);
        cr_expect_eq(count_syns(&run), 2);
        cr_expect_eq(count_events(&run, EVENT_PACKET_SEND, "challenge ack"), 0);
        smaller += !is_beyond(&run, opened(&run, "active", 2), opened(&run, "active", 1));
        world_run_free(&run);
    }
    cr_assert(smaller > SEEDS / 5 && smaller < SEEDS * 4 / 5, "%d of the numbers were smaller", smaller);
}

/* RFC 9293 3.10.7.4: what may be an old duplicate is challenged; the client resets the old connection, and comes in
   with its next SYN. */
Test(port_reuse, without_timestamps_the_number_decides_and_the_mail_arrives_either_way)
{
    int refused = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world_run run = run_world(WORLD("\"tcp\":{\"timestamps\":false},"), seed);
        expect_both_delivered(&run);
        bool beyond = is_beyond(&run, opened(&run, "active", 2), opened(&run, "active", 1));
        cr_expect_eq(count_events(&run, EVENT_PACKET_SEND, "challenge ack"), !beyond, "seed %d", (int)seed);
        cr_expect_eq(count_syns(&run), beyond ? 2u : 3u);
        if (beyond) expect_succeeded(&run);
        refused += !beyond;
        world_run_free(&run);
    }
    cr_assert(refused > SEEDS / 5 && refused < SEEDS * 4 / 5, "%d were refused", refused);
}

/* RFC 9293 MUST-9, RFC 6528: spread over all numbers, and none tells of the next. */
Test(port_reuse, initial_sequence_numbers_are_spread_over_all_there_are)
{
    unsigned in_sixteenth[16] = {0}, steps_ahead = 0, n = 0;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        struct world_run run = run_world(WORLD(""), seed);
        uint32_t first = iss_of(&run, opened(&run, "active", 1)), second = iss_of(&run, opened(&run, "active", 2));
        uint32_t answer = iss_of(&run, opened(&run, "passive", 1));
        in_sixteenth[first >> 28]++, in_sixteenth[second >> 28]++, in_sixteenth[answer >> 28]++;
        steps_ahead += second > first;
        n += 3;
        world_run_free(&run);
    }
    for (int i = 0; i < 16; i++)
        cr_expect(in_sixteenth[i] > 0 && in_sixteenth[i] < n / 16 * 3, "%u of %u", in_sixteenth[i], n);
    cr_expect(steps_ahead > SEEDS / 5 && steps_ahead < SEEDS * 4 / 5, "%u of %d", steps_ahead, SEEDS);
}

/* Its first SYN, sent anew twice, arrives before the server stops and after it is up again. */
static const char stopped_amidst_syns[] =
    "{\"postroad\":1,\"title\":\"Old SYN\",\"ip\":\"v4\",\"hosts\":{"
    "\"pc\":{\"client\":{\"user\":\"a@b.example\",\"submits_to\":\"mx.b.example\"}},"
    "\"internet\":{\"router\":{}},"
    "\"mx.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\",\"b\"]}}},"
    "\"links\":{\"l\":{\"between\":[\"pc\",\"internet\"]},"
    "\"m\":{\"between\":[\"internet\",\"mx.b.example\"],\"delay\":\"2 s\"}},"
    "\"faults\":[{\"at\":\"3500 ms\",\"for\":\"200 ms\",\"stop_host\":{\"host\":\"mx.b.example\"}}],"
    "\"mail\":{\"m1\":{\"at\":\"1 s\",\"from\":\"a@b.example\",\"to\":[\"b@b.example\"]}}}";

/* RFC 9293 3.4.1: or the client would take the new bytes for the rest of the old ones. */
Test(port_reuse, an_old_syn_is_not_answered_with_the_number_of_the_connection_that_broke_off)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct world_run run = world_run_scenario(stopped_amidst_syns, seed, event_mask_all());
        const struct event *old = opened(&run, "passive", 1), *new = opened(&run, "passive", 2);
        cr_assert_eq(event_int(old, FIELD_REMOTE_PORT), event_int(new, FIELD_REMOTE_PORT));
        cr_expect(of_connection(&run, EVENT_CONN_CLOSE, event_int(old, FIELD_CONN), "host stopped"));
        cr_expect_neq(iss_of(&run, old), iss_of(&run, new));
        cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
        world_run_free(&run);
    }
}
