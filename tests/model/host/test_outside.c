/* Connections from outside: what a program does takes effect in the world, within bounds, and can be done again. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/outside.h"
#include "model/host/packets.h"
#include "sim/journal/journal_memory.h"
#include "sim/journal/vtime.h"

static const char scenario_text_of_two[] =
    "{\"postroad\": 1, \"tcp\": {\"receive_buffer\": \"65535 B\"}, \"hosts\": {"
    " \"mail.a.example\": {\"mail_server\": {\"domains\": [\"a.example\"], \"users\": [\"alice\"]}},"
    " \"internet\": {\"router\": {}}, \"programs\": {\"outside\": {}}},"
    " \"links\": {\"a\": {\"between\": [\"mail.a.example\", \"internet\"]},"
    " \"out\": {\"between\": [\"programs\", \"internet\"], \"delay\": \"10 ms\"}},"
    " \"faults\": [{\"at\": \"1 h\", \"for\": \"1 h\", \"stop_host\": {\"host\": \"programs\"}}]}";

struct live_run {
    struct scenario *scenario;
    struct journal *journal;
    struct journal_memory *memory;
    struct world *world;
    struct outside_connection *connection;
};

static struct live_run live_begin_with(struct world_options options)
{
    struct live_run run = {0};
    run.scenario = scenario_parse("two.json", scenario_text_of_two, sizeof scenario_text_of_two - 1, NULL, 0, stderr);
    cr_assert_not_null(run.scenario);
    run.journal = journal_new();
    run.memory = journal_memory_new();
    journal_add_reader(run.journal, journal_memory_reader(run.memory, event_mask_all()));
    run.world = world_new(run.scenario, &options, run.journal);
    return run;
}

static struct live_run live_begin(void)
{
    struct world_options options = world_options_default();
    options.live = true;
    return live_begin_with(options);
}

static void live_end(struct live_run *run)
{
    world_free(run->world);
    journal_memory_free(run->memory);
    journal_free(run->journal);
    scenario_free(run->scenario);
}

static void pass(struct live_run *run, int64_t ns)
{
    int64_t to_ns = world_now(run->world) + ns;
    while (!world_advance(run->world, to_ns, 100))
        ;
    cr_assert_eq(world_now(run->world), to_ns);
}

static bool can_read(const struct live_run *run, const char *beginning)
{
    size_t size;
    const char *bytes = outside_readable(run->connection, &size);
    return size >= strlen(beginning) && strncmp(bytes, beginning, strlen(beginning)) == 0;
}

static void take_all(struct live_run *run)
{
    size_t size;
    outside_readable(run->connection, &size);
    if (size > 0) outside_take(run->connection, size);
}

static size_t count(const struct live_run *run, enum event_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(run->memory); i++)
        n += journal_memory_at(run->memory, i)->kind == kind;
    return n;
}

static void say(struct live_run *run, const char *words)
{
    outside_write(run->connection, words, strlen(words));
    pass(run, SECOND);
}

Test(outside, a_live_world_goes_on_when_nothing_is_left_to_do)
{
    struct live_run run = live_begin();
    pass(&run, 40 * DAY);
    cr_assert_not(world_has_ended(run.world));
    cr_assert_eq(count(&run, EVENT_LIVE_BEGIN), 1);
    live_end(&run);
}

Test(outside, nothing_may_be_written_before_the_connection_is_open)
{
    struct live_run run = live_begin();
    run.connection = outside_open(run.world, 0, 25);
    cr_assert_eq(outside_room(run.connection), 0);
    pass(&run, 100 * MILLISECOND);
    cr_assert_gt(outside_room(run.connection), 0);
    cr_assert(can_read(&run, "220 mail.a.example"));
    live_end(&run);
}

/* RFC 6335 6: 16384 dynamic ports. */
Test(outside, one_more_connection_than_there_are_ports_fails)
{
    struct live_run run = live_begin();
    for (int i = 0; i < 16384; i++) {
        run.connection = outside_open(run.world, 0, 25);
        cr_assert_eq(outside_state(run.connection), OUTSIDE_OPEN);
    }
    struct outside_connection *last = run.connection;
    run.connection = outside_open(run.world, 0, 25);
    cr_assert_eq(outside_state(run.connection), OUTSIDE_FAILED);
    cr_assert_str_eq(outside_why(run.connection), "no free port");
    cr_assert_eq(outside_state(outside_open(run.world, 0, 587)), OUTSIDE_OPEN, "to another port there are others");
    outside_forget(last);
    cr_assert_eq(outside_state(outside_open(run.world, 0, 25)), OUTSIDE_OPEN);
    live_end(&run);
}

Test(outside, what_was_written_and_not_acknowledged_is_bounded)
{
    struct live_run run = live_begin();
    static char bytes[65536];
    memset(bytes, 'x', sizeof bytes);
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    outside_write(run.connection, bytes, outside_room(run.connection));
    cr_assert_eq(outside_room(run.connection), 0);
    pass(&run, 10 * SECOND);
    cr_assert_gt(outside_room(run.connection), 0);
    live_end(&run);
}

Test(outside, what_the_program_does_not_take_closes_the_window)
{
    struct live_run run = live_begin();
    size_t before, after;
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    for (int i = 0; i < 2000; i++)
        say(&run, "EHLO a.very.long.name.of.a.program.example\r\n");
    outside_readable(run.connection, &before);
    cr_assert_lt(before, 65536);
    pass(&run, 100 * SECOND);
    outside_readable(run.connection, &after);
    cr_assert_eq(before, after, "a closed window lets nothing through");
    for (int i = 0; i < 100; i++) {
        take_all(&run);
        pass(&run, SECOND);
    }
    outside_readable(run.connection, &after);
    cr_assert_eq(after, 0);
    cr_assert_eq(outside_state(run.connection), OUTSIDE_OPEN);
    live_end(&run);
}

Test(outside, answers_that_nobody_reads_are_bounded)
{
    struct live_run run = live_begin();
    static char commands[4000];
    size_t written = 0;
    for (size_t i = 0; i < sizeof commands; i++)
        commands[i] = "NOOP\r\n"[i % 6];
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    for (int i = 0; i < 3000; i++) {
        size_t room = outside_room(run.connection) / 6 * 6;
        if (room > sizeof commands / 6 * 6) room = sizeof commands / 6 * 6;
        if (room > 0) outside_write(run.connection, commands, room);
        written += room;
        pass(&run, 100 * MILLISECOND);
    }
    cr_assert_lt(written, 1 << 21, "the server goes on taking what it cannot answer");
    live_end(&run);
}

Test(outside, both_ends_and_everything_taken_closes_the_connection)
{
    struct live_run run = live_begin();
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    say(&run, "QUIT\r\n");
    cr_assert_eq(outside_state(run.connection), OUTSIDE_ENDED);
    outside_end(run.connection);
    cr_assert_eq(outside_state(run.connection), OUTSIDE_ENDED, "the farewell was not taken yet");
    take_all(&run);
    cr_assert_eq(outside_state(run.connection), OUTSIDE_CLOSED);
    live_end(&run);
}

Test(outside, a_refusal_is_told)
{
    struct live_run run = live_begin();
    run.connection = outside_open(run.world, 0, 9);
    pass(&run, SECOND);
    cr_assert_eq(outside_state(run.connection), OUTSIDE_FAILED);
    cr_assert_str_eq(outside_why(run.connection), "connection refused");
    live_end(&run);
}

/* A SYN as the peer of the first connection from outside might send it. */
static void send_syn_to_first_connection(struct live_run *run, struct host *from, struct host *to)
{
    enum { FIRST_PORT = 49152, BEYOND_ALL_NUMBERS = 1 << 30 };
    uint8_t bytes[100];
    const char *why;
    struct ip_header ip = {.source = from->address,
                           .destination = to->address,
                           .payload_length = TCP_HEADER_BYTES,
                           .dont_fragment = true,
                           .ttl = 64,
                           .protocol = IP_PROTOCOL_TCP};
    struct tcp_segment syn = {.source_port = 25, .destination_port = FIRST_PORT, .flags = TCP_SYN};
    for (size_t i = 0; i < journal_memory_count(run->memory); i++) {
        const struct event *e = journal_memory_at(run->memory, i);
        if (e->kind == EVENT_TCP_VARS && event_int(e, FIELD_HOST) == (int64_t)to->id.n)
            syn.seq = (uint32_t)event_int(e, FIELD_RCV_NXT) + BEYOND_ALL_NUMBERS;
    }
    size_t header = ip_encode(&ip, bytes), size = tcp_encode(&syn, ip.source, ip.destination, NULL, bytes + header);
    struct packet *packet = packets_decode(from, bytes, header + size, &why);
    cr_assert(packet, "%s", why);
    packets_send(from, packet, (struct send_reason){.why = "test"});
    pass(run, SECOND);
}

/* RFC 6191: a new SYN ends TIME-WAIT where somebody listens; where nobody does, it would end it for nothing. */
Test(outside, a_syn_for_no_listener_does_not_end_time_wait)
{
    struct live_run run = live_begin();
    struct host *mail = &run.world->hosts[0], *programs = &run.world->hosts[2];
    cr_assert_not_null(programs->outside);
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    take_all(&run);
    outside_end(run.connection);
    pass(&run, SECOND);
    cr_assert_eq(outside_state(run.connection), OUTSIDE_CLOSED);
    cr_assert_eq(programs->n_sockets, 1, "TIME-WAIT");
    send_syn_to_first_connection(&run, mail, programs);
    cr_assert_eq(programs->n_sockets, 1, "TIME-WAIT, still");
    live_end(&run);
}

/* The whole of a mail from outside, and the same from its events alone. */
Test(outside, the_events_of_a_run_make_the_same_run_again)
{
    struct live_run run = live_begin(), again = live_begin();
    char one[FINGERPRINT_TEXT_BYTES], other[FINGERPRINT_TEXT_BYTES];
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    say(&run, "EHLO x\r\n");
    take_all(&run);
    say(&run, "MAIL FROM:<a@b.example>\r\n");
    say(&run, "RCPT TO:<alice@a.example>\r\n");
    say(&run, "RCPT TO:<alice@a.example>\r\n");
    say(&run, "DATA\r\n");
    say(&run, "Subject: x\r\nMessage-ID: <1.m1@alice-pc>\r\n\r\nHello\r\n.\r\n");
    take_all(&run);
    outside_abort(run.connection);
    pass(&run, SECOND);
    world_stop(run.world, "enough");
    cr_assert_eq(count(&run, EVENT_MAIL_COMPOSE), 1, "a mail of its own, whatever it says of itself");

    for (size_t i = 0; i < journal_memory_count(run.memory); i++) {
        const struct event *e = journal_memory_at(run.memory, i);
        if (!outside_is_input(e->kind)) continue;
        pass(&again, e->at_ns - world_now(again.world));
        cr_assert(outside_replay(again.world, e), "event %zu", i);
    }
    pass(&again, world_now(run.world) - world_now(again.world));
    world_stop(again.world, "enough");
    cr_assert_str_eq(journal_fingerprint(run.journal, one), journal_fingerprint(again.journal, other));
    live_end(&run);
    live_end(&again);
}

Test(outside, what_does_not_fit_is_no_replay)
{
    struct live_run run = live_begin(), other = live_begin();
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    say(&run, "QUIT\r\n");
    for (size_t i = 0; i < journal_memory_count(run.memory); i++) {
        const struct event *e = journal_memory_at(run.memory, i);
        if (e->kind == EVENT_OUTSIDE_DATA) cr_assert_not(outside_replay(other.world, e), "no such connection");
    }
    live_end(&run);
    live_end(&other);
}

/* Whatever the machine's own TCP/IP, or somebody who holds the device, lets in. */
Test(outside, any_bytes_may_come_as_a_packet)
{
    struct live_run run = {0}, *r = &run;
    struct world_options options = world_options_default();
    options.live = true;
    options.live_device = "sim0";
    *r = live_begin_with(options);
    uint8_t bytes[200];
    uint64_t state = 1, n, dropped = 0;
    for (int round = 0; round < 20000; round++) {
        size_t size = (size_t)(round % (int)sizeof bytes);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)((state = state * UINT64_C(6364136223846793005) + 1) >> 56);
        if (size > 0 && round % 2) bytes[0] = 0x45;
        outside_packet(r->world, bytes, size);
    }
    pass(r, MINUTE);
    for (size_t i = 0; outside_dropped(r->world, i, &n); i++)
        dropped += n;
    cr_assert_eq(dropped, 20000, "each for a reason that is counted");
    live_end(r);
}

Test(outside, a_stopped_host_ends_all_connections_and_new_ones_fail)
{
    struct live_run run = live_begin();
    run.connection = outside_open(run.world, 0, 25);
    pass(&run, SECOND);
    pass(&run, HOUR);
    cr_assert_eq(outside_state(run.connection), OUTSIDE_FAILED);
    cr_assert_str_eq(outside_why(run.connection), "host stopped");
    struct outside_connection *late = outside_open(run.world, 0, 25);
    cr_assert_eq(outside_state(late), OUTSIDE_FAILED);
    outside_forget(late);
    outside_forget(run.connection);
    live_end(&run);
}
