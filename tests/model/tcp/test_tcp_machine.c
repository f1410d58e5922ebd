/* What timelines cannot say: segments without a connection, sizes, memory, and any segment in any state. */
#include <criterion/criterion.h>

#include "model/tcp/tcp_internal.h"

static uint64_t state = 11;

static uint32_t next_random(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 32);
}

/* RFC 9293 3.10.7.1. */
Test(tcp_machine, a_segment_for_no_connection_is_answered_by_a_reset_that_fits_it)
{
    struct tcp_segment reset, segment = {.source_port = 9, .destination_port = 25, .seq = 100, .ack = 7};
    segment.flags = TCP_SYN;
    segment.length = 3;
    cr_assert(tcp_reset_for(&segment, &reset));
    cr_assert(reset.seq == 0 && reset.ack == 104 && reset.flags == (TCP_RST | TCP_ACK));
    cr_assert(reset.source_port == 25 && reset.destination_port == 9 && reset.length == 0);
    segment.flags = TCP_ACK;
    cr_assert(tcp_reset_for(&segment, &reset));
    cr_assert(reset.seq == 7 && reset.ack == 0 && reset.flags == TCP_RST);
    segment.flags = TCP_RST;
    cr_assert_not(tcp_reset_for(&segment, &reset), "a reset is never answered");
    segment.flags = TCP_RST | TCP_ACK;
    cr_assert_not(tcp_reset_for(&segment, &reset));
}

static unsigned drain(struct tcp_conn *c, int64_t now_ns)
{
    struct tcp_output out;
    unsigned n = 0;
    while (tcp_next_segment(c, now_ns, &out))
        n++;
    return n;
}

static struct tcp_conn *established_with(enum tcp_flavour flavour)
{
    static struct tcp_config config; /* outlives the connection */
    config = tcp_config_default();
    tcp_config_set_flavour(&config, flavour);
    struct tcp_opening opening = {.iss = UINT32_MAX - 500, .mss = 1460};
    config.nagle = false;
    struct tcp_conn *c = tcp_new(&config, opening, NULL, (struct conn_id){1}, (struct host_id){1});
    tcp_open_active(c, 0);
    drain(c, 0);
    struct tcp_segment answer = {
        .seq = 5000, .ack = opening.iss + 1, .window = 65535, .mss = 1460, .flags = TCP_SYN | TCP_ACK};
    if (config.sack) answer.options = TCP_SACK_PERMITTED;
    tcp_segment_arrives(c, &answer, 0);
    drain(c, 0);
    return c;
}

static struct tcp_conn *established(void)
{
    return established_with(TCP_FLAVOUR_NEWRENO);
}

Test(tcp_machine, an_end_is_small_and_allocates_nothing_once_it_has_its_size)
{
    cr_assert_leq(sizeof(struct tcp_conn), 488u);
    struct tcp_conn *c = established();
    const struct tcp_record *records = NULL;
    for (int64_t round = 0; round < 1000; round++) {
        int64_t now_ns = round * 10 * MILLISECOND;
        tcp_write(c, 4000, now_ns);
        cr_assert_eq(drain(c, now_ns), 3u);
        if (round == 1) records = c->records;
        if (round > 1) cr_assert_eq(c->records, records);
        struct tcp_segment ack = {.seq = 5001, .ack = c->snd_nxt, .window = 65535, .flags = TCP_ACK};
        tcp_segment_arrives(c, &ack, now_ns + MILLISECOND);
        drain(c, now_ns + MILLISECOND);
        cr_assert_eq(tcp_acked(c), (uint64_t)(round + 1) * 4000);
    }
    tcp_free(c);
}

Test(tcp_machine, payload_offsets_count_from_the_first_byte_on_both_sides_of_what_is_there)
{
    struct tcp_conn *c = established();
    struct tcp_segment data = {
        .seq = 5001, .ack = c->snd_nxt, .window = 65535, .length = 10, .flags = TCP_ACK | TCP_FIN};
    cr_assert_eq(tcp_payload_offset(c, &data), 0);
    tcp_segment_arrives(c, &data, 0);
    cr_assert_eq(tcp_payload_offset(c, &data), 0, "the same after it was taken, FIN and all");
    data.seq = 5000;
    cr_assert_eq(tcp_payload_offset(c, &data), -1);
    data.seq = 5101;
    cr_assert_eq(tcp_payload_offset(c, &data), 100);
    tcp_free(c);
}

/* RFC 9293 3.10.5: after a reset nothing follows, though SACK has just shown a hole that could be filled. */
Test(tcp_machine, an_abort_during_recovery_sends_a_reset_and_nothing_else)
{
    struct tcp_conn *c = established_with(TCP_FLAVOUR_SACK);
    struct tcp_segment sack = {.seq = 5001, .ack = c->snd_nxt, .window = 65535, .flags = TCP_ACK, .n_sack = 2};
    tcp_write(c, 14600, 0);
    drain(c, 0);
    sack.sack[0] = (struct tcp_sack_block){sack.ack + 7 * 1460, sack.ack + 9 * 1460};
    sack.sack[1] = (struct tcp_sack_block){sack.ack + 1460, sack.ack + 6 * 1460};
    tcp_segment_arrives(c, &sack, 0);
    cr_assert(c->in_recovery);
    tcp_abort(c, 0);
    cr_assert_eq(drain(c, 0), 1u);
    cr_assert_eq(tcp_deadline(c), TIME_NEVER);
    tcp_free(c);
}

/* RFC 5681 3.2 step 4 inflates cwnd by each duplicate acknowledgement, and a peer may send millions. */
Test(tcp_machine, duplicate_acknowledgements_without_end_do_not_make_cwnd_wrap)
{
    struct tcp_conn *c = established();
    struct tcp_segment duplicate = {.seq = 5001, .ack = c->snd_nxt, .window = 65535, .flags = TCP_ACK};
    tcp_write(c, 14600, 0);
    drain(c, 0);
    for (uint32_t i = 0; i < UINT32_MAX / 1460 + 10; i++)
        tcp_segment_arrives(c, &duplicate, 0);
    cr_assert(c->in_recovery);
    cr_assert_geq(c->cwnd, (uint32_t)TCP_WINDOW_MAX);
    cr_assert_leq(c->cwnd, (uint32_t)TCP_WINDOW_MAX + 1460);
    tcp_free(c);
}

/* TCP_RANGES_MAX islands are remembered; what does not fit is forgotten, and the stream still becomes whole. */
Test(tcp_machine, reassembly_is_bounded)
{
    struct tcp_conn *c = established();
    struct tcp_segment data = {.ack = c->snd_nxt, .window = 65535, .length = 10, .flags = TCP_ACK};
    for (uint32_t i = 1; i <= 200; i++) {
        data.seq = 5001 + 20 * i;
        tcp_segment_arrives(c, &data, 0);
        cr_assert_leq(tcp_ranges(c), TCP_RANGES_MAX);
    }
    cr_assert_eq(tcp_ranges(c), TCP_RANGES_MAX);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i <= 400; i++) {
            data.seq = 5001 + 10 * i;
            tcp_segment_arrives(c, &data, 0);
        }
    }
    cr_assert_eq(tcp_readable(c), 4010u);
    cr_assert_eq(tcp_ranges(c), 0u);
    tcp_free(c);
}

static uint32_t near(uint32_t number)
{
    return next_random() % 4 == 0 ? next_random() : number + next_random() % 6000 - 3000;
}

static struct tcp_segment any_segment(const struct tcp_conn *c)
{
    static const uint8_t flags[] = {TCP_ACK, TCP_ACK, TCP_ACK, TCP_ACK | TCP_FIN, TCP_SYN, TCP_SYN | TCP_ACK,
                                    TCP_RST, 0,       TCP_FIN, TCP_RST | TCP_ACK, 63,      TCP_ACK | TCP_PSH};
    struct tcp_segment segment = {.flags = flags[next_random() % sizeof flags], .window = 65535};
    segment.seq = next_random() % 3 ? c->rcv_nxt : near(c->rcv_nxt);
    segment.ack = next_random() % 3 ? c->snd_nxt : near(c->snd_una);
    if (next_random() % 2) segment.length = next_random() % 3000;
    if (next_random() % 4 == 0) segment.window = (uint16_t)(next_random() % 3000);
    if (segment.flags & TCP_RST && next_random() % 8) segment.flags = TCP_ACK; /* or nothing would live long */
    if (segment.flags & TCP_SYN) segment.mss = (uint16_t)(next_random() % 1500);
    return segment;
}

static void do_something(struct tcp_conn *c, int64_t now_ns)
{
    switch (next_random() % 12) {
    case 0:
        if (!c->fin_wanted && c->state != TCP_CLOSED) tcp_write(c, next_random() % 5000, now_ns);
        break;
    case 1:
        tcp_consume(c, c->consumed + next_random() % (tcp_readable(c) - c->consumed + 1), now_ns);
        break;
    case 2:
        if (next_random() % 8 == 0) tcp_close(c, now_ns);
        break;
    case 3:
        if (tcp_deadline(c) <= now_ns) tcp_on_deadline(c, now_ns);
        break;
    case 4:
        if (next_random() % 200 == 0) tcp_abort(c, now_ns);
        break;
    default: {
        struct tcp_segment segment = any_segment(c);
        tcp_payload_offset(c, &segment);
        tcp_segment_arrives(c, &segment, now_ns);
    }
    }
}

static struct tcp_conn *any_connection(void)
{
    static struct tcp_config config;
    config = tcp_config_default();
    struct tcp_opening opening = {.iss = next_random()};
    opening.mss = (uint16_t)(1 + next_random() % 1460);
    config.receive_buffer = 1 + next_random() % 65535;
    config.nagle = next_random() % 2;
    config.flavour = next_random() % 4 ? TCP_FLAVOUR_NEWRENO : TCP_FLAVOUR_STOP_AND_WAIT;
    struct tcp_conn *c = tcp_new(&config, opening, NULL, (struct conn_id){1}, (struct host_id){1});
    if (next_random() % 2) {
        tcp_listen(c);
    } else {
        tcp_open_active(c, 0);
    }
    return c;
}

/* The machine's own assertions are the judge, with what must hold whatever comes. */
Test(tcp_machine, no_segment_in_any_state_breaks_it)
{
    unsigned seen = 0;
    for (int life = 0; life < 3000; life++) {
        struct tcp_conn *c = any_connection();
        bool edge_known = false;
        uint32_t right_edge = 0;
        int64_t now_ns = 0;
        for (int i = 0; i < 200 && tcp_state(c) != TCP_CLOSED; i++) {
            now_ns += next_random() % (200 * MILLISECOND);
            do_something(c, now_ns);
            struct tcp_output out;
            for (unsigned n = 0; tcp_next_segment(c, now_ns, &out); n++) {
                cr_assert_lt(n, 70000u, "it never stops sending");
                cr_assert_leq(out.segment.length, c->smss);
                if (!(out.segment.flags & TCP_ACK) || out.segment.flags & TCP_RST) continue;
                uint32_t edge = out.segment.ack + out.segment.window;
                cr_assert(!edge_known || seq_not_after(right_edge, edge));
                right_edge = edge;
                edge_known = true;
            }
            cr_assert(seq_not_after(c->snd_una, c->snd_nxt) && c->cwnd >= c->smss);
            cr_assert(tcp_readable(c) >= c->consumed && tcp_acked(c) <= c->segmented && c->segmented <= c->written);
            seen |= 1u << tcp_state(c);
        }
        tcp_free(c);
    }
    cr_assert_eq(seen, (1u << 11) - 1, "all eleven states were visited: %x", seen);
}

/* RFC 9293 MAY-2, RFC 6191: a SYN beyond the old connection, by number or by time, ends TIME-WAIT early. */
Test(tcp_machine, time_wait_gives_way_to_a_newer_syn_only)
{
    struct tcp_conn *c = established();
    struct tcp_segment fin = {.seq = 5001, .ack = c->snd_nxt, .window = 65535, .flags = TCP_ACK | TCP_FIN};
    struct tcp_segment syn = {.seq = 5003, .window = 65535, .mss = 1460, .flags = TCP_SYN};
    cr_assert_not(tcp_may_be_succeeded(c, &syn), "ESTABLISHED is not to be taken over");
    tcp_close(c, 0);
    drain(c, 0);
    fin.ack = c->snd_nxt;
    tcp_segment_arrives(c, &fin, 0);
    drain(c, 0);
    cr_assert_eq(tcp_state(c), TCP_TIME_WAIT);
    cr_assert(tcp_may_be_succeeded(c, &syn));
    syn.seq = 5001;
    cr_assert_not(tcp_may_be_succeeded(c, &syn), "it could be an old duplicate");
    syn.seq = 5003;
    syn.flags = TCP_SYN | TCP_ACK;
    cr_assert_not(tcp_may_be_succeeded(c, &syn));
    tcp_free(c);
}
