/* What scenarios expect says what they are about: with its point taken away, a scenario fails. And the words in which
   an expectation fails. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

TestSuite(expectations);

enum { VALUES = 2 };
struct spoiled {
    const char *scenario;
    struct scenario_override values[VALUES];
    const char *fails; /* words of the expectation that does not hold then; NULL: all hold */
};

#define SERVER(name, rest) "/hosts/" name "/mail_server" rest

static const struct spoiled cases[] = {
    {"first-mail", {{0}}, NULL},
    {"first-mail", {{"/hosts/bob-pc/client", "{ \"user\": \"bob@b.example\" }"}}, "m1 is picked up"},
    {"first-mail", {{"/zones", "{ \"b.example\": [\"@ IN A 10.0.0.4\"] }"}}, "dns.answer"},
    {"as-the-article-tells-it", {{0}}, NULL},
    {"as-the-article-tells-it", {{"/tcp/flavour", "newreno"}}, "m1 is delivered"},
    {"many-networks", {{0}}, NULL},
    {"many-networks", {{"/reroute_after", "1 min"}}, "mail.state"},
    {"lost-segment", {{0}}, NULL},
    {"lost-segment", {{"/mail/m1/size", "5 kB"}}, "conn.close"},
    {"path-mtu", {{0}}, NULL},
    {"path-mtu", {{"/ip", "v6"}}, NULL},
    {"path-mtu", {{"/hosts/mail.a.example/path_mtu_discovery", "false"}}, "path.mtu"},
    {"black-hole", {{0}}, NULL},
    {"black-hole", {{"/hosts/west/router/icmp", "true"}}, "m1 is delivered"},
    {"black-hole", {{"/hosts/mail.a.example/tcp/mtu_probing", "false"}}, "m1 is picked up"},
    {"stop-and-wait", {{0}}, NULL},
    {"stop-and-wait", {{"/links/wait-mail/rate", "1 Gbit/s"}}, NULL},
    {"stop-and-wait", {{"/hosts/mail.wait.example/tcp/flavour", "cubic"}}, "wait is delivered"},
    {"loss-in-bursts", {{0}}, NULL},
    {"loss-in-bursts", {{"/links/burst-mail/loss", "5 %"}}, "burst is delivered"},
    {"full-queue", {{0}}, NULL},
    {"full-queue", {{"/links/watched/codel", "false"}}, "short-codel is delivered"},
    {"full-queue", {{"/links/deep/queue", "10 packets"}}, "short-deep is delivered"},
    {"in-disorder", {{0}}, NULL},
    {"in-disorder", {{"/links/b-mail/reorder", "0 %"}}, "link.retime"},
    {"in-disorder", {{"/links/b-mail/duplicate", "0 %"}}, "link.duplicate"},
    {"in-disorder", {{"/links/b-mail/corrupt", "0 %"}}, "packet.drop"},
    {"five-senders", {{0}}, NULL},
    {"five-senders", {{"/hosts/reno.example/tcp/flavour", "newreno"}}, "reno is delivered"},
    {"five-senders", {{"/hosts/sack.example/tcp/flavour", "reno"}}, "sack is delivered"},
    {"unknown-user", {{0}}, NULL},
    {"unknown-user", {{"/mail/m1/to", "bob@b.example"}}, "m1 is bounced"},
    {"busy-server", {{0}}, NULL},
    {"busy-server", {{"/faults/0/reply/odds", "0 %"}}, "smtp.line 451"},
    {"greylisting", {{0}}, NULL},
    {"greylisting", {{SERVER("mx1.b.example", "/greylisting"), "false"}}, "m1 is picked up"},
    {"greylisting",
     {{SERVER("mx1.b.example", "/greylisting/delay"), "1 min"},
      {SERVER("mail.a.example", "/retry"), "{ \"policy\": \"custom\", \"steps\": [\"1 min\"] }"}},
     "m1 is picked up"},
    {"hostile-client", {{0}}, NULL},
    {"hostile-client", {{SERVER("mx1.b.example", "/client_limits/junk"), "20"}}, "smtp.rule too many commands"},
    {"hostile-client", {{SERVER("mx1.b.example", "/client_limits/at_once"), "1000"}}, "smtp.rule too many at once"},
    {"hostile-client", {{SERVER("mx1.b.example", "/tarpit/early_talkers"), "bear"}}, "smtp.rule early talker"},
    {"tarpit", {{0}}, NULL},
    {"tarpit", {{SERVER("mx1.b.example", "/tarpit/greeting"), "0 s"}}, "m1 is delivered"},
    {"tarpit", {{SERVER("mx1.b.example", "/tarpit/command"), "0 s"}}, "m1 is delivered"},
    {"tarpit", {{SERVER("mx1.b.example", "/tarpit/error"), "0 s"}}, "guesses is bounced"},
    {"full-mailbox", {{0}}, NULL},
    {"full-mailbox", {{SERVER("mx.b.example", "/mailbox_limit/size"), "1 MB"}}, "bob-more is picked up"},
    {"full-mailbox",
     {{SERVER("mx.c.example", "/mailbox_limit/reply"), "452 4.2.2 Mailbox full"}},
     "carol-more is bounced"},
    {"full-disk", {{0}}, NULL},
    {"full-disk", {{"/faults/0/for", "1 s"}}, "m1 is delivered"},
    {"full-disk", {{"/faults/0/disk", "{ \"host\": \"mx1.b.example\", \"error\": \"sync\" }"}}, "smtp.line 452"},
    {"crash-before-250", {{0}}, NULL},
    {"crash-before-250", {{"/faults/0/stop_host/when/step", "after 250"}}, "mail.doubt"},
    {"crash-before-250", {{"/faults/0/stop_host/when/step", "written"}}, "mail.commit"},
    {"backup-mx", {{0}}, NULL},
    {"backup-mx", {{"/faults/0/at", "1 min"}}, "mail.state"},
    {"backup-relays", {{0}}, NULL},
    {"backup-relays", {{"/faults/0/for", "1 min"}}, "m1 is picked up"},
    {"backup-relays", {{SERVER("mx2.c.example", "/retry"), "sendmail"}}, "m1 is picked up"},
    {"backup-relays",
     {{SERVER("mx2.c.example", ""), "{ \"domains\": [\"c.example\"], \"users\": [\"eve\"] }"}},
     "mail.state"},
    {"big-attachment", {{0}}, NULL},
    {"big-attachment", {{"/mail/plan/attach/0/size", "100 kB"}}, "letter is delivered"},
    {"starttls", {{0}}, NULL},
    {"starttls", {{SERVER("mx1.b.example", "/tls/offer"), "false"}}, "smtp.line STARTTLS"},
    {"starttls", {{SERVER("mx1.b.example", "/tls/certificate"), "valid"}}, "tls.done self-signed"},
    {"starttls", {{"/hosts/alice-pc/client/tls", "off"}}, "tls.done"},
    {"starttls-stripped", {{0}}, NULL},
    {"starttls-stripped", {{"/hosts/firewall/router/strips_starttls", "false"}}, "tls.done"},
    {"starttls-stripped", {{SERVER("mail.c.example", "/tls/outbound"), "opportunistic"}}, "m2 is bounced"},
    {"office-day", {{0}}, NULL},
    {"office-day", {{"/faults/0/at", "23 h"}}, "party is delivered"},
    {"dns-tree", {{0}}, NULL},
    {"dns-tree", {{"/dns", "simple"}}, "dns.referral"},
    {"dns-down", {{0}}, NULL},
    {"dns-down", {{"/faults/0/dns/odds", "50 %"}}, "m1 is delivered"},
    {"servfail-or-nxdomain", {{0}}, NULL},
    {"servfail-or-nxdomain", {{"/faults/0/dns/answer", "NXDOMAIN"}}, "m1 is delivered"},
    {"null-mx", {{0}}, NULL},
    {"null-mx", {{"/zones/c.example", "@ A 10.0.0.4"}}, "attempt.end 556"},
    {"moving-house", {{0}}, NULL},
    {"moving-house", {{"/zones/b.example", "[\"@ MX 10 mx\", \"mx 60 A 10.1.0.1\"]"}}, "m2 is delivered"},
    {"pipelining", {{0}}, NULL},
    {"pipelining", {{SERVER("list.fast.example", "/smtp/pipelines"), "false"}}, "from-fast is delivered"},
    {"pipelining", {{SERVER("list.slow.example", "/smtp/pipelines"), "true"}}, "from-slow is delivered"},
    {"smuggling", {{0}}, NULL},
    {"smuggling", {{SERVER("mx1.b.example", "/smtp/line_endings"), "normalize"}}, "mail.compose"},
    {"smuggling", {{SERVER("mail.a.example", "/smtp/stray_line_endings"), "clean"}}, "mail.compose"},
    {"retry-side-by-side", {{0}}, NULL},
    {"retry-side-by-side", {{SERVER("mail.pf.example", "/retry"), "exim"}}, "pf is delivered"},
    {"retry-side-by-side", {{SERVER("mail.pf.example", "/retry"), "sendmail"}}, "pf is delivered"},
    {"retry-side-by-side", {{SERVER("mail.exim.example", "/retry"), "postfix"}}, "exim is delivered"},
    {"retry-side-by-side", {{SERVER("mail.sendmail.example", "/retry"), "postfix"}}, "sendmail is delivered"},
    {"retry-side-by-side", {{SERVER("mail.qmail.example", "/retry"), "exim"}}, "qmail is delivered"},
    {"retry-side-by-side", {{SERVER("mail.open.example", "/retry"), "exim"}}, "open is delivered"},
    {"duplicate-after-lost-250", {{0}}, NULL},
    {"duplicate-after-lost-250", {{"/faults/0/at", "1500 ms"}}, "m1 is picked up"},
    {"smtputf8", {{0}}, NULL},
    {"smtputf8", {{SERVER("mx1.c.example", "/smtp/extensions/smtputf8"), "true"}}, "attempt.end 550 5.6.7"},
    {"smtputf8", {{SERVER("mx1.b.example", "/smtp"), "{ \"extensions\": \"plain\" }"}}, "m1 is picked up"},
    {"smtputf8", {{"/mail/m4/cc", "bob@b.example"}}, "mail.state picked up"},
    {"who-may-send", {{0}}, NULL},
    {"who-may-send", {{"/smtp/requires_auth", "false"}}, "m3 is bounced"},
    {"who-may-send", {{"/hosts/ben-pc/client/smtp/auth/password", "secret"}}, "smtp.line 535"},
    {"wrong-clock", {{0}}, NULL},
    {"wrong-clock", {{"/faults/1/clock/ahead", "4 d"}}, "m1 is bounced"},
    {"mta-sts", {{0}}, NULL},
    {"mta-sts", {{SERVER("mx1.b.example", "/tls/mta_sts/mode"), "testing"}}, "m2 is delivered"},
    {"mta-sts",
     {{SERVER("mx1.b.example", "/tls/mta_sts/mx"), "[\"mx1.b.example\", \"mx2.b.example\"]"}},
     "conn.open with host mail.c.example"},
    {"reports", {{0}}, NULL},
    {"reports", {{"/mail/order/notify", "[\"failure\"]"}}, "outcome delivered"},
    {"reports", {{"/mail/plain/notify", "[\"success\"]"}}, "parent plain"},
    {"reports", {{"/mail/silent/notify", "[\"failure\"]"}}, "parent silent"},
    {"reports", {{SERVER("mx1.b.example", "/smtp"), "{ \"extensions\": \"plain\" }"}}, "outcome delivered"},
    {"mail-loop", {{0}}, NULL},
    {"mail-loop", {{SERVER("mx1.b.example", "/aliases"), "{ \"friends\": [\"bob@b.example\"] }"}}, "mail.report"},
};

static bool one_fails(const struct world_run *run, const char *words)
{
    size_t k = 0;
    for (const struct event *e; (e = find_event(run, &k, EVENT_EXPECTATION, words));)
        if (!event_int(e, FIELD_HELD)) return true;
    return false;
}

Test(expectations, a_scenario_without_its_point_fails)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct spoiled *c = &cases[i];
        size_t n = 0;
        while (n < VALUES && c->values[n].pointer)
            n++;
        const char *with = n ? c->values[0].value : "nothing";
        struct world_run run = world_run_changed(c->scenario, c->values, n, event_mask_core());
        cr_expect_eq(run.failed, c->fails != NULL, "%s with %s", c->scenario, with);
        cr_expect(!c->fails || one_fails(&run, c->fails), "%s with %s: %s", c->scenario, with, c->fails);
        world_run_free(&run);
    }
}

/* A caption that waits for what never comes teaches nobody. */
Test(expectations, every_caption_of_a_scenario_is_told)
{
    struct event_mask mask = event_mask_union(event_mask_core(), event_mask_kind(EVENT_CAPTION));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (cases[i].values[0].pointer) continue;
        struct world_run run = world_run_scenario(cases[i].scenario, 0, mask);
        size_t told = count_events(&run, EVENT_CAPTION, NULL);
        cr_expect_eq(told, run.scenario->n_captions, "%s: %zu captions told", cases[i].scenario, told);
        world_run_free(&run);
    }
}

static const char scenario[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] } },"
    "\"mail\": { \"m1\": { \"at\": \"2 s\", \"from\": \"alice@a.example\", \"to\": \"alice@a.example\" } },"
    "\"expect\": [ { %s } ] }";

static void must_say(const char *asks, bool holds, const char *words)
{
    char json[2048];
    size_t i = 0;
    snprintf(json, sizeof json, scenario, asks);
    struct world_run run = world_run_scenario(json, 0, event_mask_all());
    const struct event *e = find_event(&run, &i, EVENT_EXPECTATION, NULL);
    cr_assert_eq(event_int(e, FIELD_HELD), holds, "%s", asks);
    cr_assert_eq(run.failed, !holds);
    cr_assert(strstr(event_text(e, FIELD_WHY), words), "%s: %s", asks, event_text(e, FIELD_WHY));
    world_run_free(&run);
}

Test(expectations, after_is_the_earliest_and_before_the_latest_instant)
{
    must_say("\"mail\": \"m1\", \"after\": \"2 s\", \"before\": \"3 s\"", true, "held");
    must_say("\"mail\": \"m1\", \"after\": \"3 s\"", false, ", not after 00:00:03.000000");
    must_say("\"mail\": \"m1\", \"before\": \"1 s\"", false, ", not before 00:00:01.000000");
    must_say("\"mail\": \"m1\", \"after\": \"3 s\", \"before\": \"4 s\"", false, ", not after 00:00:03.000000");
    must_say("\"mail\": \"m1\", \"after\": \"3 s\", \"outcome\": \"bounced\"", false, "it is delivered");
}

Test(expectations, events_are_counted_by_words_fields_and_time)
{
#define OF(kind, rest) "\"event\": \"" kind "\"" rest
    must_say(OF("smtp.line MAIL FROM", ""), true, "held");
    must_say(OF("smtp.line STARTTLS", ""), false, "it never came");
    must_say(OF("smtp.line STARTTLS", ", \"times\": 0"), true, "held");
    must_say(OF("smtp.line MAIL FROM", ", \"times\": 0"), false, "it came once");
    must_say(OF("mail.state", ", \"where\": { \"host\": \"mail.a.example\", \"to\": \"delivered\" }, \"times\": 1"),
             true, "");
    must_say(OF("mail.state", ", \"where\": { \"host\": \"alice-pc\", \"to\": \"delivered\" }"), false,
             "it never came");
    must_say(OF("mail.state", ", \"where\": { \"message\": \"m1\" }, \"max_times\": 1"), false, "it came 5 times");
    must_say(OF("conn.close", ", \"where\": { \"retransmits_rto\": 0 }, \"min_times\": 2"), true, "held");
    must_say(OF("host.state", ", \"where\": { \"up\": false }"), false, "it never came");
    must_say(OF("tcp.syn", ", \"after\": \"1 s\", \"before\": \"3 s\""), true,
             "held"); /* made for the counting alone */
    must_say(OF("tcp.syn", ", \"after\": \"1 min\""), false, "it never came");
#undef OF
}

/* Law 1: counting makes events, and changes nothing that happens. */
Test(expectations, expecting_packets_leaves_the_run_as_it_is)
{
    static const char *const asks[] = {"\"mail\": \"m1\"", "\"event\": \"tcp.syn\""};
    int64_t ended_ns[2];
    for (size_t i = 0; i < 2; i++) {
        char json[2048];
        snprintf(json, sizeof json, scenario, asks[i]);
        struct world_run run = world_run_scenario(json, 0, event_mask_core());
        ended_ns[i] = run.ended_ns;
        world_run_free(&run);
    }
    cr_assert_eq(ended_ns[0], ended_ns[1]);
}
