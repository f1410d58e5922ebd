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
    const char *mail; /* NULL: all is as expected */
};

#define SERVER(name, rest) "/hosts/" name "/mail_server" rest

static const struct spoiled cases[] = {
    {"greylisting", {{0}}, NULL},
    {"greylisting", {{SERVER("mx1.b.example", "/greylisting"), "false"}}, "m1"},
    {"greylisting",
     {{SERVER("mx1.b.example", "/greylisting/delay"), "1 min"},
      {SERVER("mail.a.example", "/retry"), "{ \"policy\": \"custom\", \"steps\": [\"1 min\"] }"}},
     "m1"},
    {"tarpit", {{0}}, NULL},
    {"tarpit", {{SERVER("mx1.b.example", "/tarpit/greeting"), "0 s"}}, "m1"},
    {"tarpit", {{SERVER("mx1.b.example", "/tarpit/command"), "0 s"}}, "m1"},
    {"tarpit", {{SERVER("mx1.b.example", "/tarpit/error"), "0 s"}}, "guesses"},
    {"pipelining", {{0}}, NULL},
    {"pipelining", {{SERVER("list.fast.example", "/smtp/pipelines"), "false"}}, "from-fast"},
    {"pipelining", {{SERVER("list.slow.example", "/smtp/pipelines"), "true"}}, "from-slow"},
    {"retry-side-by-side", {{0}}, NULL},
    {"retry-side-by-side", {{SERVER("mail.pf.example", "/retry"), "exim"}}, "pf"},
    {"retry-side-by-side", {{SERVER("mail.pf.example", "/retry"), "sendmail"}}, "pf"},
    {"retry-side-by-side", {{SERVER("mail.exim.example", "/retry"), "postfix"}}, "exim"},
    {"retry-side-by-side", {{SERVER("mail.sendmail.example", "/retry"), "postfix"}}, "sendmail"},
    {"retry-side-by-side", {{SERVER("mail.qmail.example", "/retry"), "opensmtpd"}}, "qmail"},
    {"retry-side-by-side", {{SERVER("mail.open.example", "/retry"), "qmail"}}, "open"},
    {"backup-relays", {{0}}, NULL},
    {"backup-relays", {{"/faults/0/for", "1 min"}}, "m1"},
    {"backup-relays", {{SERVER("mx2.c.example", "/retry"), "sendmail"}}, "m1"},
    {"backup-relays", {{SERVER("mx2.c.example", ""), "{ \"domains\": [\"c.example\"], \"users\": [\"eve\"] }"}}, "m1"},
};

Test(expectations, a_scenario_without_its_point_fails)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct spoiled *c = &cases[i];
        size_t n = 0, k = 0;
        while (n < VALUES && c->values[n].pointer)
            n++;
        struct world_run run = world_run_changed(c->scenario, c->values, n, event_mask_all());
        cr_assert_eq(run.failed, c->mail != NULL, "%s with %s", c->scenario, n ? c->values[0].pointer : "nothing");
        for (const struct event *e; c->mail && (e = find_event(&run, &k, EVENT_EXPECTATION, c->mail));)
            cr_assert_not(event_int(e, FIELD_HELD), "%s with %s: %s", c->scenario, c->values[0].pointer, c->mail);
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
    "\"expect\": [ { \"mail\": \"m1\" %s } ] }";

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
    must_say(", \"after\": \"2 s\", \"before\": \"3 s\"", true, "held");
    must_say(", \"after\": \"3 s\"", false, ", not after 00:00:03.000000");
    must_say(", \"before\": \"1 s\"", false, ", not before 00:00:01.000000");
    must_say(", \"after\": \"3 s\", \"before\": \"4 s\"", false, ", not after 00:00:03.000000");
    must_say(", \"after\": \"3 s\", \"outcome\": \"bounced\"", false, "it is delivered");
}
