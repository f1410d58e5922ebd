/* The law checker: silent on every shipped scenario, and loud about each planted bug. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"
#include "viz/readers/laws.h"

static const char *const scenarios[] = {"first-mail",     "as-the-article-tells-it",
                                        "many-networks",  "lost-segment",
                                        "stop-and-wait",  "unknown-user",
                                        "busy-server",    "backup-mx",
                                        "loss-in-bursts", "full-queue",
                                        "in-disorder",    "five-senders",
                                        "path-mtu",       "black-hole"};

/* A bug to plant: may change the event; 0 leaves it out, 1 hands it on, 2 hands it on twice. */
typedef int (*tamper_fn)(struct event *e);

/* How many laws were broken, and of the breaches the first, or the first of this law where there is one: a bug may
   break several. */
static size_t judge_by(const struct world_run *run, bool full, tamper_fn tamper, const char *law, char *first,
                       size_t size)
{
    struct laws *laws = laws_new();
    struct journal_reader reader = laws_reader(laws, full);
    for (size_t i = 0; i < journal_memory_count(run->journal); i++) {
        struct event e = *journal_memory_at(run->journal, i);
        if (!event_mask_has(reader.mask, e.kind)) continue;
        for (int times = tamper ? tamper(&e) : 1; times > 0; times--)
            reader.on_event(reader.context, &e);
    }
    size_t n = laws_finish(laws);
    snprintf(first, size, "%s", laws_breaches(laws) ? laws_breach(laws, 0) : "");
    for (size_t i = laws_breaches(laws); i-- > 0;)
        if (strncmp(laws_breach(laws, i), law, strlen(law)) == 0) snprintf(first, size, "%s", laws_breach(laws, i));
    laws_free(laws);
    return n;
}

static size_t judge(const struct world_run *run, bool full, tamper_fn tamper, char *first, size_t size)
{
    return judge_by(run, full, tamper, "", first, size);
}

Test(laws, hold_in_every_shipped_scenario_with_any_luck, .timeout = 300)
{
    char first[300];
    for (size_t i = 0; i < sizeof scenarios / sizeof *scenarios; i++)
        for (uint64_t seed = 0; seed < 4; seed++) {
            struct world_run run = world_run_scenario(scenarios[i], seed, event_mask_all());
            cr_assert_eq(judge(&run, true, NULL, first, sizeof first), 0, "%s, seed %d: %s", scenarios[i], (int)seed,
                         first);
            cr_assert_eq(judge(&run, false, NULL, first, sizeof first), 0, "%s, seed %d: %s", scenarios[i], (int)seed,
                         first);
            world_run_free(&run);
        }
}

/* The last 250 of the submission is lost with Alice's link, so the mail is still in her outbox when she fetches it. */
static const char mail_to_oneself[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"smtp\": { \"extensions\": \"plain\" }, \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\", "
    "\"fetches_from\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"alice@a.example\"] } },"
    "\"faults\": [ { \"at\": \"1285 ms\", \"for\": \"1 s\", \"stop_host\": { \"host\": \"alice-pc\" } },"
    "{ \"at\": \"2285 ms\", \"for\": \"10 min\", \"reply\": { \"server\": \"mail.a.example\", \"to\": \"MAIL\", "
    "\"with\": \"451 not now\" } } ] }";

static bool is_state(const struct event *e, const char *to)
{
    return e->kind == EVENT_MAIL_STATE && strcmp(event_text(e, FIELD_TO), to) == 0;
}

/* Alice looks for mail once a second. What links add goes where %s stands. */
static const char calls_each_second[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"2 min\", \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\", "
    "\"fetches_from\": \"mail.a.example\", \"fetches_every\": \"1 s\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"], %s },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], %s } },"
    "\"mail\": { \"m1\": { \"at\": \"2 min\", \"from\": \"alice@a.example\", \"to\": \"alice@a.example\" } } }";

/* No law is broken, and what the case is about happens. */
static void must_hold_in(const char *world, uint64_t seed, enum event_kind kind)
{
    char first[300];
    struct world_run run = world_run_scenario(world, seed, event_mask_all());
    cr_expect_gt(count_events(&run, kind, NULL), 0, "seed %d", (int)seed);
    cr_expect_eq(judge(&run, true, NULL, first, sizeof first), 0, "seed %d: %s", (int)seed, first);
    world_run_free(&run);
}

static void must_hold_with(const char *links, uint64_t seed, enum event_kind kind)
{
    char world[sizeof calls_each_second + 400];
    snprintf(world, sizeof world, calls_each_second, links, links);
    must_hold_in(world, seed, kind);
}

Test(laws, hold_when_the_twin_of_a_syn_ack_comes_when_all_has_been_said)
{
    for (uint64_t seed = 1; seed <= 4; seed++)
        must_hold_with("\"duplicate\": \"100 %\", \"reorder\": { \"odds\": \"20 %\", \"by\": \"210 ms\" }", seed,
                       EVENT_LINK_RETIME);
}

/* Two flipped bits may leave a checksum as it was. */
Test(laws, judge_no_connection_that_a_corrupted_packet_has_opened)
{
    for (uint64_t seed = 1; seed <= 60; seed++)
        must_hold_with("\"duplicate\": \"100 %\", \"corrupt\": \"50 %\"", seed, EVENT_PACKET_CORRUPT);
}

/* Twice cut on its way, and with other bits before, between and behind the cuts. */
static const char narrow_and_bad[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" }, "
    "\"path_mtu_discovery\": false },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"west\": { \"router\": {} }, \"middle\": { \"router\": {} }, \"east\": { \"router\": {} } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"west\"], \"corrupt\": \"5 %\" },"
    "\"less\": { \"between\": [\"west\", \"middle\"], \"mtu\": \"1000 B\", \"corrupt\": \"5 %\", "
    "\"duplicate\": \"20 %\", \"reorder\": \"20 %\" },"
    "\"least\": { \"between\": [\"middle\", \"east\"], \"mtu\": \"400 B\", \"corrupt\": \"5 %\" },"
    "\"a\": { \"between\": [\"mail.a.example\", \"east\"], \"corrupt\": \"5 %\", \"duplicate\": \"20 %\" } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": \"alice@a.example\", "
    "\"size\": \"30 kB\" } } }";

Test(laws, hold_for_fragments_of_corrupted_packets_and_corrupted_fragments)
{
    for (uint64_t seed = 1; seed <= 30; seed++)
        must_hold_in(narrow_and_bad, seed, EVENT_PACKET_WHOLE);
}

static void set_field(struct event *e, enum field_id field, int64_t value)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i] == field) e->values[i].i = value;
}

Test(laws, hold_when_a_mail_to_oneself_is_fetched_before_its_submission_is_over)
{
    char first[300];
    struct world_run run = world_run_scenario(mail_to_oneself, 0, event_mask_all());
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(run.journal); i++)
        n += is_state(journal_memory_at(run.journal, i), "picked up");
    cr_assert_eq(n, 2, "the submission was repeated, so there are two copies");
    cr_assert_eq(judge(&run, true, NULL, first, sizeof first), 0, "%s", first);
    world_run_free(&run);
}

static int forgets_that_it_was_queued(struct event *e)
{
    return is_state(e, "active") ? 0 : 1;
}

static int throws_the_mail_away(struct event *e)
{
    if (!is_state(e, "delivered")) return 1;
    const enum field_id *fields;
    size_t n = event_kind_fields(e->kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (fields[i] == FIELD_TO) e->values[i] = (struct event_value){.i = 9, .bytes = "handed on"};
    return 1;
}

static int goes_back_in_time(struct event *e)
{
    if (e->kind == EVENT_SMTP_LINE) e->at_ns = 0;
    return 1;
}

static int causes_itself(struct event *e)
{
    if (e->kind == EVENT_DNS_ANSWER) e->cause = e->id;
    return 1;
}

static int ends_amidst(struct event *e)
{
    if (e->kind != EVENT_CONN_CLOSE) return 1;
    e->kind = EVENT_RUN_END;
    e->values[0] = (struct event_value){.bytes = "done"};
    return 1;
}

static int loses_count(struct event *e)
{
    if (e->kind == EVENT_LINK_TOTALS) set_field(e, FIELD_DELIVERED, event_int(e, FIELD_DELIVERED) + 1);
    return 1;
}

static int is_faster_than_the_link(struct event *e)
{
    if (e->kind == EVENT_LINK_SEND) set_field(e, FIELD_ARRIVES, event_int(e, FIELD_DEPARTS) + 1);
    return 1;
}

static int swallows_a_packet(struct event *e)
{
    return e->kind == EVENT_LINK_DELIVER && event_int(e, FIELD_PACKET) == 5 ? 0 : 1;
}

static int delivers_what_was_not_sent(struct event *e)
{
    return e->kind == EVENT_LINK_SEND && event_int(e, FIELD_PACKET) == 5 ? 0 : 1;
}

static int writes_with_a_gap(struct event *e)
{
    if (e->kind == EVENT_STREAM_DATA && event_int(e, FIELD_OFFSET) > 0)
        set_field(e, FIELD_OFFSET, event_int(e, FIELD_OFFSET) + 1);
    return 1;
}

static int repeats_something_else(struct event *e)
{
    if (e->kind == EVENT_PACKET_SEND && event_int(e, FIELD_REPEATS)) set_field(e, FIELD_OFFSET, 1);
    return 1;
}

static int fires_without_being_set(struct event *e)
{
    return e->kind == EVENT_TIMER_SET ? 0 : 1;
}

static int forgets_a_kind(const struct event *e, enum event_kind kind)
{
    return e->kind == kind ? 0 : 1;
}

static int makes_copies_in_silence(struct event *e)
{
    return forgets_a_kind(e, EVENT_LINK_DUPLICATE);
}

static int damages_in_silence(struct event *e)
{
    return forgets_a_kind(e, EVENT_LINK_CORRUPT);
}

static int holds_up_in_silence(struct event *e)
{
    return forgets_a_kind(e, EVENT_LINK_RETIME);
}

static int loses_bytes(struct event *e)
{
    if (e->kind == EVENT_LINK_TOTALS) set_field(e, FIELD_SIZE_OFFERED, event_int(e, FIELD_SIZE_OFFERED) + 1);
    return 1;
}

static int calls_a_loss_another(struct event *e)
{
    if (e->kind != EVENT_LINK_TOTALS) return 1;
    set_field(e, FIELD_LOST_CHANCE, event_int(e, FIELD_LOST_CHANCE) + event_int(e, FIELD_LOST_CODEL));
    set_field(e, FIELD_LOST_CODEL, 0);
    return 1;
}

static int sends_two_at_once(struct event *e)
{
    if (e->kind != EVENT_LINK_SEND || event_int(e, FIELD_BEGINS) == e->at_ns) return 1;
    set_field(e, FIELD_DEPARTS, event_int(e, FIELD_DEPARTS) - event_int(e, FIELD_BEGINS) + e->at_ns);
    set_field(e, FIELD_BEGINS, e->at_ns);
    return 1;
}

static int sends_in_no_time(struct event *e)
{
    if (e->kind == EVENT_LINK_SEND) set_field(e, FIELD_DEPARTS, event_int(e, FIELD_BEGINS));
    return 1;
}

static int delivers_what_never_left(struct event *e)
{
    return forgets_a_kind(e, EVENT_LINK_SEND);
}

struct planted_bug {
    const char *law;
    tamper_fn tamper;
    bool full;
};

static void see_bugs(const char *scenario, const struct planted_bug *bugs, size_t n_bugs)
{
    struct world_run run = world_run_scenario(scenario, 0, event_mask_all());
    for (size_t i = 0; i < n_bugs; i++) {
        char first[300];
        size_t n = judge_by(&run, bugs[i].full, bugs[i].tamper, bugs[i].law, first, sizeof first);
        cr_assert_gt(n, 0, "%s: bug %zu was not seen", scenario, i);
        cr_assert(strncmp(first, bugs[i].law, 2) == 0, "bug %zu should break %s: %s", i, bugs[i].law, first);
    }
    world_run_free(&run);
}

Test(laws, each_planted_bug_is_seen)
{
    static const struct planted_bug bugs[] = {{"M1", forgets_that_it_was_queued, false},
                                              {"M2", throws_the_mail_away, false},
                                              {"K1", goes_back_in_time, false},
                                              {"K1", causes_itself, false},
                                              {"K1", ends_amidst, false},
                                              {"N1", loses_count, false},
                                              {"N2", is_faster_than_the_link, true},
                                              {"N2", sends_in_no_time, true},
                                              {"N2", sends_two_at_once, true},
                                              {"N1", loses_bytes, true},
                                              {"N1", swallows_a_packet, true},
                                              {"N4", delivers_what_was_not_sent, true},
                                              {"T1", writes_with_a_gap, true},
                                              {"T6", repeats_something_else, true},
                                              {"K2", fires_without_being_set, true}};
    see_bugs("lost-segment", bugs, sizeof bugs / sizeof *bugs);
}

Test(laws, each_planted_bug_of_a_link_with_faults_is_seen)
{
    static const struct planted_bug disorder[] = {{"N4", makes_copies_in_silence, true},
                                                  {"N4", damages_in_silence, true},
                                                  {"N2", holds_up_in_silence, true},
                                                  {"N1", loses_bytes, true}};
    static const struct planted_bug queue[] = {{"N4", calls_a_loss_another, true},
                                               {"N4", delivers_what_never_left, true}};
    see_bugs("in-disorder", disorder, sizeof disorder / sizeof *disorder);
    see_bugs("full-queue", queue, sizeof queue / sizeof *queue);
}
