/* Whole worlds: what their journals say of causes, of luck, of the end. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_runs.h"

Test(world, first_mail_is_picked_up_and_every_expectation_holds)
{
    struct world_run run = world_run_scenario("first-mail", 0, event_mask_all());
    cr_assert_not(run.failed);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 1);
    cr_assert_eq(count_events(&run, EVENT_RUN_END, "all is done"), 1);
    world_run_free(&run);
}

/* Who watches it for 20 minutes has watched it for 20 minutes, whenever the last thing happened. */
Test(world, a_run_whose_time_is_up_ends_at_that_time)
{
    struct world_run run = world_run_scenario("who-may-send", 0, event_mask_all());
    size_t i = 0;
    const struct event *end = find_event(&run, &i, EVENT_RUN_END, "the time is up");
    cr_assert(end);
    cr_expect_eq(end->at_ns, 20 * MINUTE);
    cr_expect_eq(run.ended_ns, 20 * MINUTE);
    world_run_free(&run);
}

Test(world, every_cause_is_an_earlier_event_and_all_but_the_scenarios_own_have_one)
{
    struct world_run run = world_run_scenario("first-mail", 0, event_mask_all());
    for (size_t i = 0; i < journal_memory_count(run.journal); i++) {
        const struct event *e = journal_memory_at(run.journal, i);
        cr_assert_lt(e->cause, e->id);
        if (e->cause)
            cr_assert(journal_memory_by_id(run.journal, e->cause), "the cause of %s is kept", event_kind_name(e->kind));
        bool of_packets = e->kind == EVENT_LINK_SEND || e->kind == EVENT_LINK_DELIVER || e->kind == EVENT_LINK_DROP ||
                          e->kind == EVENT_TIMER_FIRE || e->kind == EVENT_SMTP_LINE || e->kind == EVENT_MAIL_STATE;
        if (of_packets)
            cr_assert_neq(e->cause, 0, "%s #%llu has no cause", event_kind_name(e->kind), (unsigned long long)e->id);
    }
    world_run_free(&run);
}

static const struct event *drop_of(const struct world_run *run, int64_t packet)
{
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_LINK_DROP, NULL)))
        if (event_int(e, FIELD_PACKET) == packet) return e;
    return NULL;
}

/* Law 2: from the delivery at bob's server back along causes, to a retransmission, to the packet that it repeats. */
Test(world, the_walk_along_causes_leads_from_the_late_delivery_to_the_lost_segment)
{
    struct world_run run = world_run_scenario("lost-segment", 0, event_mask_all());
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_MAIL_STATE, "into the mailbox"), *drop = NULL;
    cr_assert(e, "the mail was delivered");
    for (; e && !drop; e = journal_memory_by_id(run.journal, e->cause))
        if (e->kind == EVENT_PACKET_SEND && event_int(e, FIELD_REPEATS))
            drop = drop_of(&run, event_int(e, FIELD_REPEATS));
    cr_assert(drop, "the walk ends at a lost packet");
    cr_assert_str_eq(event_text(drop, FIELD_WHY), "exact");
    world_run_free(&run);
}

Test(world, fast_retransmit_brings_the_lost_segment_back_without_a_timer) /* RFC 5681 3.2 */
{
    struct world_run run = world_run_scenario("lost-segment", 0, event_mask_all());
    cr_assert_eq(count_events(&run, EVENT_LINK_DROP, "exact"), 1);
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_PACKET_SEND, "third duplicate ack");
    cr_assert(e);
    cr_assert(strstr(event_text(e, FIELD_TAG), "body, segment 3"), "%s", event_text(e, FIELD_TAG));
    cr_assert_eq(count_events(&run, EVENT_TIMER_FIRE, "retransmission"), 0);
    world_run_free(&run);
}

Test(world, an_unknown_user_is_refused_and_the_report_travels_back) /* RFC 5321 4.5.5 */
{
    struct world_run run = world_run_scenario("unknown-user", 0, event_mask_all());
    cr_assert_not(run.failed);
    cr_assert_eq(count_events(&run, EVENT_SMTP_LINE, "550 5.1.1"), 1);
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_MAIL_COMPOSE, "Undelivered");
    cr_assert(e && event_int(e, FIELD_PARENT) == 1);
    cr_assert_eq(count_events(&run, EVENT_SMTP_LINE, "MAIL FROM:<>"), 0,
                 "alice's mailbox is on the server that reports");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 1);
    world_run_free(&run);
}

Test(world, a_busy_server_gets_the_mail_at_the_next_attempt_of_the_schedule)
{
    struct world_run run = world_run_scenario("busy-server", 0, event_mask_all());
    cr_assert_not(run.failed);
    cr_assert_geq(count_events(&run, EVENT_MAIL_STATE, "deferred"), 1);
    size_t i = 0;
    const struct event *deferred = find_event(&run, &i, EVENT_MAIL_STATE, "deferred");
    while (deferred && strcmp(event_text(deferred, FIELD_TO), "deferred") != 0)
        deferred = find_event(&run, &i, EVENT_MAIL_STATE, "deferred");
    cr_assert(deferred);
    const struct event *attempt = find_event(&run, &i, EVENT_ATTEMPT_BEGIN, NULL);
    cr_assert_eq(attempt->at_ns, event_int(deferred, FIELD_AT), "the next attempt is when the journal said");
    world_run_free(&run);
}

Test(world, the_same_seed_gives_the_same_run_and_readers_change_nothing) /* laws 1 and 5 */
{
    static const char *const names[] = {"first-mail",  "lost-segment", "unknown-user",
                                        "busy-server", "backup-mx",    "many-networks"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct world_run a = world_run_scenario(names[i], 5, event_mask_all());
        struct world_run b = world_run_scenario(names[i], 5, event_mask_none());
        struct world_run c = world_run_scenario(names[i], 6, event_mask_none());
        cr_assert_str_eq(a.fingerprint, b.fingerprint, "%s", names[i]);
        cr_assert_str_neq(a.fingerprint, c.fingerprint, "%s", names[i]);
        world_run_free(&a);
        world_run_free(&b);
        world_run_free(&c);
    }
}

Test(world, letters_beyond_ascii_arrive_as_they_were_written) /* RFC 2047, RFC 6152 */
{
    static const char json[] =
        "{ \"postroad\": 1, \"title\": \"t\", \"hosts\": {"
        "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
        "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
        "\"internet\": { \"router\": {} },"
        "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } } },"
        "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
        "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] }, \"b\": { \"between\": [\"mx1.b.example\", "
        "\"internet\"] } },"
        "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"],"
        "\"subject\": \"Mittagessen um zwölf?\", \"text\": \"Schöne Grüße, नमस्ते\" } },"
        "\"expect\": [ { \"mail\": \"m1\", \"outcome\": \"delivered\" } ] }";
    struct world_run run = world_run_scenario(json, 0, event_mask_all());
    cr_assert_not(run.failed);
    cr_assert_eq(count_events(&run, EVENT_SMTP_LINE, "BODY=8BITMIME"), 2, "said on both hops");
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_SMTP_CONTENT, NULL);
    char *content = stream_bytes(&run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                                 (uint64_t)event_int(e, FIELD_LENGTH));
    cr_assert(strstr(content, "Schöne Grüße, नमस्ते\r\n"));
    cr_assert(strstr(content, "Subject: =?utf-8?q?Mittagessen"));
    free(content);
    world_run_free(&run);
}

/* --- same luck --- */

static const char two_mails[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 3, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} },"
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } } },"
    "\"links\": {"
    "\"alice\": { \"between\": [\"alice-pc\", \"internet\"], \"delay\": \"5 ms\" },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], \"delay\": \"15 ms\", \"loss\": \"5 %%\" },"
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"], \"delay\": \"20 ms\", \"loss\": \"5 %%\" } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"], \"subject\": "
    "\"x\","
    "\"text\": \"y\", \"size\": \"30 kB\" } }%s }";

/* Who a TCP packet is: ports, sequence and acknowledgement numbers, length, and how often that was sent before. */
struct packet_name {
    int64_t from, to;
    unsigned char numbers[12];
    int64_t length;
    unsigned nth;
    int64_t packet;
};

static size_t name_packets(const struct world_run *run, struct packet_name *names, size_t room)
{
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_PACKET_SEND, "tcp.")) && n < room) {
        struct packet_name name = {.from = event_int(e, FIELD_HOST),
                                   .to = event_int(e, FIELD_PEER),
                                   .length = event_int(e, FIELD_LENGTH),
                                   .packet = event_int(e, FIELD_PACKET),
                                   .nth = 1};
        size_t size;
        memcpy(name.numbers, event_bytes(e, FIELD_HEADER, &size) + 20, 12);
        if (name.length > 0) memset(name.numbers + 8, 0, 4);
        for (size_t k = 0; k < n; k++)
            if (names[k].from == name.from && names[k].to == name.to && names[k].length == name.length &&
                memcmp(names[k].numbers, name.numbers, 12) == 0)
                name.nth++;
        names[n++] = name;
    }
    return n;
}

/* Packets of `a` that are in `b` too and fared otherwise on a link by chance. */
static size_t count_other_luck(const struct world_run *a, const struct world_run *b, size_t *compared)
{
    enum { ROOM = 2000 };
    struct packet_name *x = calloc(ROOM, sizeof *x), *y = calloc(ROOM, sizeof *y);
    size_t n = name_packets(a, x, ROOM), m = name_packets(b, y, ROOM), other = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++) {
            if (x[i].from != y[k].from || x[i].to != y[k].to || x[i].length != y[k].length || x[i].nth != y[k].nth)
                continue;
            if (memcmp(x[i].numbers, y[k].numbers, 12) != 0) continue;
            const struct event *d = drop_of(a, x[i].packet), *f = drop_of(b, y[k].packet);
            (*compared)++;
            bool by_force = (d && strcmp(event_text(d, FIELD_WHY), "exact") == 0) ||
                            (f && strcmp(event_text(f, FIELD_WHY), "exact") == 0);
            if (!by_force && (!d != !f)) other++;
        }
    free(x);
    free(y);
    return other;
}

/* Law 6, on a whole world: one packet is dropped by force, and every other packet that is still sent fares as before.
 */
Test(world, forcing_one_drop_leaves_the_luck_of_all_other_packets_as_it_was)
{
    char plain[2048], forced[4096];
    snprintf(plain, sizeof plain, two_mails, "");
    snprintf(
        forced, sizeof forced, two_mails,
        ", \"faults\": [ { \"drop\": { \"mail\": \"m1\", \"part\": \"body\", \"segment\": 4, \"link\": \"b\" } } ]");
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct world_run a = world_run_scenario(plain, seed, event_mask_all());
        struct world_run b = world_run_scenario(forced, seed, event_mask_all());
        size_t compared = 0;
        cr_assert_eq(count_events(&b, EVENT_LINK_DROP, "exact"), 1);
        cr_assert_eq(count_other_luck(&a, &b, &compared), 0, "seed %llu", (unsigned long long)seed);
        cr_assert_gt(compared, 50);
        world_run_free(&a);
        world_run_free(&b);
    }
}
