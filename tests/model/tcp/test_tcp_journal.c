/* What the journal is told: states, variables, timers and their causes; and only what somebody wants to know. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/tcp/tcp_internal.h"
#include "sim/journal/journal_memory.h"
#include "tests/kept_event.h"

struct told {
    struct journal *journal;
    struct journal_memory *memory;
    struct tcp_conn *conn;
};

static struct told begin(struct event_mask mask)
{
    struct told t = {.journal = journal_new(), .memory = journal_memory_new()};
    journal_add_reader(t.journal, journal_memory_reader(t.memory, mask));
    static struct tcp_config config;
    config = tcp_config_default();
    config.nagle = false;
    struct tcp_opening opening = {.iss = 1000, .mss = 1460};
    t.conn = tcp_new(&config, opening, t.journal, (struct conn_id){7}, (struct host_id){3});
    return t;
}

static void end(struct told *t)
{
    tcp_free(t->conn);
    journal_free(t->journal);
    journal_memory_free(t->memory);
}

static void at(struct told *t, int64_t now_ns)
{
    journal_set_now(t->journal, now_ns);
    journal_set_cause(t->journal, 0);
}

static unsigned drain(struct told *t)
{
    struct tcp_output out;
    unsigned n = 0;
    while (tcp_next_segment(t->conn, journal_now(t->journal), &out))
        n++;
    return n;
}

static void peer_sends(struct told *t, uint8_t flags, uint32_t seq, uint32_t ack)
{
    struct tcp_segment segment = {.seq = seq, .ack = ack, .flags = flags, .window = 65535, .mss = 1000};
    tcp_segment_arrives(t->conn, &segment, journal_now(t->journal));
    drain(t);
}

static void establish(struct told *t)
{
    at(t, 0);
    tcp_open_active(t->conn, 0);
    drain(t);
    at(t, 100 * MILLISECOND);
    peer_sends(t, TCP_SYN | TCP_ACK, 5000, 1001);
}

static const struct event *latest(const struct told *t, enum event_kind kind)
{
    for (size_t i = journal_memory_count(t->memory); i-- > 0;) {
        const struct event *e = journal_memory_at(t->memory, i);
        if (e->kind == kind) return kept_event(e);
    }
    cr_assert_fail("no %s was told", event_kind_name(kind));
    return NULL;
}

static size_t count(const struct told *t, enum event_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(t->memory); i++)
        n += journal_memory_at(t->memory, i)->kind == kind;
    return n;
}

Test(tcp_journal, each_change_of_state_is_an_event_with_its_reason)
{
    struct told t = begin(event_mask_all());
    establish(&t);
    tcp_close(t.conn, journal_now(t.journal));
    drain(&t);
    static const char *const expected[][3] = {{"CLOSED", "SYN-SENT", "active open"},
                                              {"SYN-SENT", "ESTABLISHED", "syn answered"},
                                              {"ESTABLISHED", "FIN-WAIT-1", "close"}};
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(t.memory); i++) {
        const struct event *e = journal_memory_at(t.memory, i);
        if (e->kind != EVENT_TCP_STATE) continue;
        cr_assert_lt(n, 3u);
        cr_assert_str_eq(event_text(e, FIELD_FROM), expected[n][0]);
        cr_assert_str_eq(event_text(e, FIELD_TO), expected[n][1]);
        cr_assert_str_eq(event_text(e, FIELD_WHY), expected[n][2]);
        cr_assert(event_int(e, FIELD_CONN) == 7 && event_int(e, FIELD_HOST) == 3);
        n++;
    }
    cr_assert_eq(n, 3u);
    end(&t);
}

Test(tcp_journal, a_retransmission_is_due_to_the_timer_that_fired_which_is_due_to_the_timer_that_was_set)
{
    struct told t = begin(event_mask_all());
    establish(&t);
    at(&t, SECOND);
    tcp_write(t.conn, 100, SECOND);
    cr_assert_eq(drain(&t), 1u);
    const struct event *set = latest(&t, EVENT_TIMER_SET);
    cr_assert_str_eq(event_text(set, FIELD_NAME), "retransmission");
    cr_assert_eq(event_int(set, FIELD_AT), 2 * SECOND);
    cr_assert_eq(tcp_deadline(t.conn), 2 * SECOND);
    cr_assert_eq(tcp_deadline_cause(t.conn), set->id);
    uint64_t set_id = set->id;

    at(&t, 2 * SECOND);
    tcp_on_deadline(t.conn, 2 * SECOND);
    const struct event *fired = latest(&t, EVENT_TIMER_FIRE);
    cr_assert_eq(fired->cause, set_id);
    cr_assert_eq(journal_cause(t.journal), fired->id, "what is sent now is due to the timer");
    const struct event *vars = latest(&t, EVENT_TCP_VARS);
    cr_assert_str_eq(event_text(vars, FIELD_WHY), "retransmission timeout");
    cr_assert_eq(vars->cause, fired->id);
    cr_assert_eq(event_int(vars, FIELD_CWND), 1000);
    cr_assert_eq(event_int(vars, FIELD_RTO), 2 * SECOND);
    cr_assert_eq(drain(&t), 1u);

    at(&t, 2 * SECOND + 1);
    peer_sends(&t, TCP_ACK, 5001, 1101);
    const struct event *cancelled = latest(&t, EVENT_TIMER_CANCEL);
    cr_assert_str_eq(event_text(cancelled, FIELD_NAME), "retransmission");
    cr_assert_str_eq(
        event_text(journal_memory_by_id(t.memory, (uint64_t)event_int(cancelled, FIELD_ABOUT)), FIELD_NAME),
        "retransmission");
    cr_assert_eq(tcp_deadline_cause(t.conn), 0u);
    end(&t);
}

Test(tcp_journal, variables_are_told_when_they_change_and_not_otherwise)
{
    struct told t = begin(event_mask_all());
    establish(&t);
    const struct event *vars = latest(&t, EVENT_TCP_VARS);
    cr_assert_eq(event_int(vars, FIELD_SND_UNA), 1001);
    cr_assert_eq(event_int(vars, FIELD_SND_NXT), 1001);
    cr_assert_eq(event_int(vars, FIELD_RCV_NXT), 5001);
    cr_assert_eq(event_int(vars, FIELD_SND_WND), 65535);
    cr_assert_eq(event_int(vars, FIELD_CWND), 10000);
    cr_assert_eq(event_int(vars, FIELD_SRTT), 100 * MILLISECOND);
    size_t before = count(&t, EVENT_TCP_VARS);
    peer_sends(&t, TCP_ACK, 5001, 1001); /* nothing new */
    drain(&t);
    cr_assert_eq(count(&t, EVENT_TCP_VARS), before);
    tcp_write(t.conn, 5000, journal_now(t.journal));
    cr_assert_eq(drain(&t), 5u);
    cr_assert_eq(count(&t, EVENT_TCP_VARS), before + 1, "once for a burst");
    cr_assert_eq(event_int(latest(&t, EVENT_TCP_VARS), FIELD_FLIGHT_SIZE), 5000);
    end(&t);
}

Test(tcp_journal, what_nobody_wants_is_not_made_and_the_chain_of_causes_holds)
{
    struct told t = begin(event_mask_core());
    establish(&t);
    at(&t, SECOND);
    journal_set_cause(t.journal, 42);
    tcp_write(t.conn, 100, SECOND);
    drain(&t);
    cr_assert_eq(journal_memory_count(t.memory), 0u);
    cr_assert_eq(tcp_deadline_cause(t.conn), 42u, "without a timer.set, what led to it stands for it");
    end(&t);
}
