/* Worlds that are odd but allowed: each once went wrong. A template world, and what each test adds to it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

static const char template[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\", "
    "\"fetches_from\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\", \"ann\"] } },"
    "\"internet\": { \"router\": {} },"
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\", \"also-b.example\"], \"users\": [\"bob\"] } "
    "},"
    "\"bob-pc\": { \"client\": { \"user\": \"bob@b.example\", \"fetches_from\": \"mx1.b.example\"%s } } },"
    "\"links\": {"
    "\"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"] },"
    "\"bob\": { \"between\": [\"bob-pc\", \"internet\"]%s } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [%s] } %s } %s }";

struct odd {
    const char *to;    /* recipients of m1 */
    const char *fetch; /* of Bob's client */
    const char *bob;   /* of the link of Bob */
    const char *mails; /* beside m1 */
    const char *more;  /* faults, zones */
};

static struct world_run run_odd(struct odd odd)
{
    char json[4096];
    snprintf(json, sizeof json, template, odd.fetch ? odd.fetch : "", odd.bob ? odd.bob : "",
             odd.to ? odd.to : "\"bob@b.example\"", odd.mails ? odd.mails : "", odd.more ? odd.more : "");
    return world_run_scenario(json, 0, event_mask_all());
}

/* The client once kept a mail that nobody was left to send to, and began a transaction with it. */
Test(odd_worlds, a_client_may_stop_between_the_last_250_and_the_answer_to_quit)
{
    for (int ms = 1200; ms < 1500; ms += 5) {
        char fault[200];
        snprintf(
            fault, sizeof fault,
            ", \"faults\": [ { \"at\": \"%d ms\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"alice-pc\" } } ]",
            ms);
        struct world_run run = run_odd((struct odd){.more = fault});
        cr_assert_geq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 1, "stopped at %d ms", ms);
        cr_assert_eq(count_events(&run, EVENT_SESSION_OPEN, NULL), count_events(&run, EVENT_SESSION_CLOSE, NULL),
                     "stopped at %d ms: a session that is cut off by the stop is told to be over", ms);
        world_run_free(&run);
    }
}

/* It once came back at once, as long as one of its mails had not had its turn. */
Test(odd_worlds, a_server_that_says_421_is_left_alone_for_five_minutes)
{
    static const char *const commands[] = {"CONNECT", "EHLO", "MAIL", "."};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char fault[256];
        snprintf(fault, sizeof fault,
                 ", \"faults\": [ { \"at\": \"0 s\", \"for\": \"1 h\", \"reply\": { \"server\": \"mail.a.example\", "
                 "\"to\": \"%s\", \"with\": \"421 4.3.2 not now\" } } ]",
                 commands[i]);
        struct world_run run = run_odd((struct odd){
            .mails = ", \"m2\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"ann@a.example\"] }",
            .more = fault});
        cr_assert_leq(count_events(&run, EVENT_SMTP_LINE, "421 4.3.2 not now"), 14, "%s", commands[i]);
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 3, "m1, m2; and m1 again, when it is fetched");
        world_run_free(&run);
    }
}

/* RFC 5321 4.5.1: postmaster is always there; a mail that was taken for him is not bounced afterwards. */
Test(odd_worlds, postmaster_has_a_mailbox_everywhere)
{
    struct world_run run = run_odd((struct odd){.to = "\"postmaster@b.example\", \"Postmaster@a.example\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    cr_assert_eq(count_events(&run, EVENT_MAIL_COMPOSE, NULL), 1);
    world_run_free(&run);
}

Test(odd_worlds, a_mailbox_of_two_domains_is_picked_up_under_the_address_that_was_written_to)
{
    struct world_run run = run_odd((struct odd){
        .to = "\"bob@also-b.example\"", .more = ", \"expect\": [ { \"mail\": \"m1\", \"outcome\": \"picked up\" } ]"});
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_MAIL_STATE, "picked up");
    cr_assert(e);
    cr_assert_str_eq(event_text(e, FIELD_RECIPIENT), "bob@also-b.example");
    cr_assert_not(run.failed);
    world_run_free(&run);
}

/* RFC 5321 5.1, RFC 3463 5.1.2 and 5.4.4: what the DNS is sure about need not be asked for five days. */
Test(odd_worlds, a_domain_without_hosts_bounces_at_once)
{
    static const struct {
        const char *zones, *to, *why;
    } rows[] = {
        {"", "\"x@nowhere.org\"", "550 5.1.2 no such domain"},
        {", \"zones\": { \"c.example\": [\"@ 300 IN MX 10 mx\"] }", "\"x@c.example\"", "550 5.4.4"},
        {", \"zones\": { \"c.example\": [\"www 300 IN A 10.7.7.7\"] }", "\"x@c.example\"", "550 5.4.4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world_run run = run_odd((struct odd){.to = rows[i].to, .more = rows[i].zones});
        cr_assert_eq(count_events(&run, EVENT_ATTEMPT_END, rows[i].why), 1, "row %zu", i);
        cr_assert_lt(run.ended_ns, 5 * MINUTE, "row %zu", i);
        world_run_free(&run);
    }
}

/* One host without an address is passed over; a host that cannot be reached keeps the mail in the queue. */
Test(odd_worlds, a_domain_of_which_one_host_may_come_back_is_tried_again)
{
    struct world_run run = run_odd((struct odd){
        .to = "\"x@c.example\"",
        .more = ", \"zones\": { \"c.example\": [\"@ 300 IN MX 10 mx\", \"@ 300 IN MX 20 mx1.b.example.\"] }"
                ", \"faults\": [ { \"at\": \"0 s\", \"for\": \"1 h\", \"stop_host\": { \"host\": "
                "\"mx1.b.example\" } } ]"});
    cr_assert_geq(count_events(&run, EVENT_MAIL_STATE, "deferred"), 1);
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_END, "relaying denied"), 1, "it came back, and said no");
    world_run_free(&run);
}

Test(odd_worlds, faults_that_overlap_last_until_the_last_one_ends)
{
    static const char *const verbs[] = {"\"stop_host\": { \"host\": \"mx1.b.example\" }",
                                        "\"cut_link\": { \"link\": \"b\" }",
                                        "\"set\": { \"/links/b/loss\": \"100 %\" }"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        char faults[400];
        snprintf(
            faults, sizeof faults,
            ", \"faults\": [ { \"at\": \"0 s\", \"for\": \"10 s\", %s }, { \"at\": \"5 s\", \"for\": \"7 min\", %s } ]",
            verbs[i], verbs[i]);
        struct world_run run = run_odd((struct odd){.more = faults});
        size_t at = 0;
        const struct event *e = find_event(&run, &at, EVENT_MAIL_STATE, "into the mailbox");
        cr_assert(e, "%s", verbs[i]);
        cr_assert_gt(e->at_ns, 7 * MINUTE, "%s", verbs[i]);
        world_run_free(&run);
    }
}

/* 200 kB at 1 kbit/s take 27 minutes; the server's ten minutes of silence (RFC 1939 3) do not begin while it sends. */
Test(odd_worlds, a_mail_is_picked_up_over_a_link_on_which_it_takes_longer_than_the_idle_timer)
{
    struct world_run run =
        run_odd((struct odd){.bob = ", \"rate\": \"1 kbit/s\"",
                             .mails = ", \"m2\": { \"at\": \"2 s\", \"from\": \"alice@a.example\", \"to\": "
                                      "[\"bob@b.example\"], \"size\": \"200 kB\" }"});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 2);
    cr_assert_lt(run.ended_ns, 2 * HOUR);
    world_run_free(&run);
}

/* Law 8: looks that take longer than the time between them. */
Test(odd_worlds, looking_for_mail_without_a_pause_does_not_keep_a_world_alive)
{
    struct world_run run =
        run_odd((struct odd){.fetch = ", \"fetches_every\": \"1 s\"", .bob = ", \"rate\": \"1 kbit/s\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 1);
    cr_assert_lt(run.ended_ns, 5 * MINUTE);
    world_run_free(&run);
}

/* Law 2: what becomes of one recipient is not the cause of what becomes of another. */
Test(odd_worlds, recipients_of_one_mail_do_not_cause_one_another)
{
    struct world_run run = run_odd((struct odd){.to = "\"alice@a.example\", \"ann@a.example\", \"nobody@a.example\", "
                                                      "\"bob@b.example\", \"nobody@b.example\", \"x@no.example\""});
    static const enum event_kind kinds[] = {EVENT_MAIL_STATE, EVENT_ATTEMPT_BEGIN, EVENT_ATTEMPT_END};
    size_t seen = 0;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        size_t i = 0;
        const struct event *e;
        while ((e = find_event(&run, &i, kinds[k], NULL))) {
            const struct event *cause = e->cause ? journal_memory_by_id(run.journal, e->cause) : NULL;
            for (size_t c = 0; cause && c < sizeof kinds / sizeof *kinds; c++)
                if (cause->kind == kinds[c] && event_int(cause, FIELD_HOST) == event_int(e, FIELD_HOST)) {
                    cr_assert_str_eq(event_text(cause, FIELD_RECIPIENT), event_text(e, FIELD_RECIPIENT), "event %llu",
                                     (unsigned long long)e->id);
                    seen++;
                }
        }
    }
    cr_assert_geq(seen, 12, "%zu links of the chain were looked at", seen);
    world_run_free(&run);
}

/* Whether the scenario itself, or the end of the run, is all the cause there is. */
static bool needs_no_cause(const struct event *e, int64_t ended_ns)
{
    switch (e->kind) {
    case EVENT_RUN_BEGIN:
    case EVENT_HOST_ADD:
    case EVENT_LINK_ADD:
    case EVENT_HOST_SETTINGS:
    case EVENT_ZONE_RECORD:
    case EVENT_LINK_VALUE:
    case EVENT_HOST_STATE:
    case EVENT_LINK_STATE:
    case EVENT_MAIL_COMPOSE:
        return true;
    case EVENT_TIMER_SET:
        return e->at_ns == 0; /* the first look into a mailbox */
    case EVENT_CONN_CLOSE:
    case EVENT_LINK_TOTALS:
    case EVENT_EXPECTATION:
    case EVENT_RUN_END:
        return e->at_ns == ended_ns;
    default:
        return false;
    }
}

/* Law 2. */
Test(odd_worlds, every_event_of_the_shipped_scenarios_has_a_cause)
{
    static const char *const names[] = {
        "as-the-article-tells-it", "backup-mx",    "busy-server",    "first-mail", "lost-segment", "many-networks",
        "stop-and-wait",           "unknown-user", "loss-in-bursts", "full-queue", "in-disorder"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        struct world_run run = world_run_scenario(names[k], 0, event_mask_all());
        for (size_t i = 0; i < journal_memory_count(run.journal); i++) {
            const struct event *e = journal_memory_at(run.journal, i);
            cr_assert_lt(e->cause, e->id);
            cr_assert(e->cause != 0 || needs_no_cause(e, run.ended_ns), "%s: event %llu (%s) has no cause", names[k],
                      (unsigned long long)e->id, event_kind_name(e->kind));
        }
        world_run_free(&run);
    }
}

/* The first commit takes a thousand seconds. Long before that the client, who does not wait so long, has handed the
   mail in again, and that copy is done with; then the first one is there, too, and the mail must still be known. */
Test(odd_worlds, a_mail_is_known_for_as_long_as_a_slow_disk_writes_it)
{
    struct world_run run = world_run_scenario(
        "{ \"postroad\": 1, \"title\": \"t\", \"hosts\": {"
        "\"pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mx.a.example\", "
        "\"submission_retry\": \"1 min\","
        " \"smtp\": { \"timeouts\": { \"end_of_data\": \"1 min\" } } } },"
        "\"r\": { \"router\": {} },"
        "\"mx.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] }, \"disk\": { "
        "\"sync\": \"10 s\" } } },"
        "\"links\": { \"a\": { \"between\": [\"pc\", \"r\"] }, \"b\": { \"between\": [\"mx.a.example\", \"r\"] } },"
        "\"traffic\": { \"t\": { \"from\": \"alice@a.example\", \"to\": \"nobody@nowhere.example\", \"every\": \"1 "
        "s\", "
        "\"count\": 1 },"
        "\"u\": { \"from\": \"alice@a.example\", \"to\": \"alice@a.example\", \"at\": \"9 min\", \"every\": \"5 min\", "
        "\"count\": 2 } },"
        "\"faults\": [ { \"for\": \"30 s\", \"disk\": { \"host\": \"mx.a.example\", \"slow\": 100 } } ] }",
        0, event_mask_core());
    size_t i = 0;
    cr_expect_geq(count_events(&run, EVENT_MAIL_REPORT, "failed"), 1);
    cr_expect(find_event(&run, &i, EVENT_RUN_END, "all is done"));
    world_run_free(&run);
}

/* With Nagle's algorithm a last LF may wait for an acknowledgement. A server to which a CR alone ends the content
   answers before it has that LF: the client once took this for a reply to something else, and sent the mail again for
   ever. */
Test(odd_worlds, an_answer_to_a_bare_cr_is_believed)
{
    for (int size = 1320; size < 1330; size++) {
        char mail[200];
        snprintf(mail, sizeof mail,
                 ", \"m2\": { \"at\": \"2 s\", \"from\": \"alice@a.example\", \"to\": [\"ann@a.example\"], "
                 "\"size\": \"%d B\" }",
                 size);
        struct world_run run = run_odd((struct odd){
            .mails = mail, .more = ", \"smtp\": { \"line_endings\": \"lenient\" }, \"tcp\": { \"nagle\": true }"});
        cr_assert_eq(count_events(&run, EVENT_MAIL_DOUBT, NULL), 0, "%d bytes", size);
        world_run_free(&run);
    }
}
