/* DNS in whole worlds: a tree of name servers, what goes wrong with them, and what that does to a mail. Law D6:
   whatever is temporary leaves the mail in the queue. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

static const char template[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"dns\": \"%s\", \"until\": \"2 h\", \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} },"
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } }%s },"
    "\"links\": {"
    "\"alice\": { \"between\": [\"alice-pc\", \"internet\"], \"delay\": \"5 ms\" },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], \"delay\": \"5 ms\" },"
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"], \"delay\": \"5 ms\" }%s },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"] },"
    " \"m2\": { \"at\": \"90 min\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"] } }%s }";

struct setting {
    const char *kind;  /* "tree" */
    const char *hosts; /* beside those above */
    const char *links;
    const char *more; /* faults, zones */
};

static struct world_run run_world(struct setting s)
{
    static char json[220000];
    int n = snprintf(json, sizeof json, template, s.kind ? s.kind : "tree", s.hosts ? s.hosts : "",
                     s.links ? s.links : "", s.more ? s.more : "");
    cr_assert(n > 0 && (size_t)n < sizeof json);
    return world_run_scenario(json, 0, event_mask_all());
}

static const char *text_of(const struct world_run *run, enum event_kind kind, const char *word, enum field_id field)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, kind, word);
    return e ? event_text(e, field) : "";
}

static size_t root_referrals(const struct world_run *run)
{
    size_t i = 0, n = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_DNS_REFERRAL, NULL)) != NULL;)
        n += strcmp(event_text(e, FIELD_ZONE), ".") == 0;
    return n;
}

Test(dns_worlds, a_resolver_walks_once_and_remembers)
{
    struct world_run run = run_world((struct setting){0});
    cr_assert_eq(root_referrals(&run), 1, "the root is asked once in ninety minutes");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    cr_assert_geq(count_events(&run, EVENT_DNS_CACHE, "ran out"), 1);
    world_run_free(&run);
}

/* Each lie while it lasts for the first mail; what the server of the sender makes of it; the second mail comes later.
 */
static const struct {
    const char *kind, *lie, *why;
    size_t delivered; /* of two mails, in the end */
    bool of_resolver; /* not of the zone's own server */
} rows[] = {
    {"tree", "SERVFAIL", "451 4.4.3 SERVFAIL from ", 2, true},
    {"tree", "REFUSED", "451 4.4.3", 2, true},
    {"tree", "NOTIMP", "451 4.4.3", 2, true},
    {"tree", "FORMERR", "451 4.4.3", 2, true},
    {"tree", "lame", "451 4.4.3", 2, true},
    {"tree", "nothing", "451 4.4.3", 2, true},
    {"tree", "late\", \"delay\": \"11 s", "451 4.4.3", 2, true},
    {"tree", "wrong id", "451 4.4.3", 2, true},
    {"tree", "wrong port", "451 4.4.3", 2, true},
    {"tree", "truncated", "250", 2, true},
    {"tree", "NXDOMAIN", "550 5.1.2", 1, true},
    {"tree", "SERVFAIL", "451 4.4.3", 2, false},
    {"tree", "REFUSED", "451 4.4.3", 2, false},
    {"tree", "NOTIMP", "451 4.4.3", 2, false},
    {"tree", "FORMERR", "451 4.4.3", 2, false},
    {"tree", "lame", "451 4.4.3", 2, false},
    {"tree", "nothing", "451 4.4.3", 2, false},
    {"tree", "late\", \"delay\": \"9 s", "451 4.4.3", 2, false},
    {"tree", "wrong id", "451 4.4.3", 2, false},
    {"tree", "wrong port", "451 4.4.3", 2, false},
    {"tree", "truncated", "250", 2, false},
    {"tree", "NXDOMAIN", "550 5.1.2", 1, false},
    {"simple", "SERVFAIL", "451 4.4.3", 2, false},
    {"simple", "REFUSED", "451 4.4.3 REFUSED from ", 2, false},
    {"simple", "lame", "451 4.4.3", 2, false},
    {"simple", "nothing", "451 4.4.3 no answer from ", 2, false},
    {"simple", "late\", \"delay\": \"11 s", "451 4.4.3", 2, false},
    {"simple", "wrong id", "451 4.4.3", 2, false},
    {"simple", "wrong port", "451 4.4.3", 2, false},
    {"simple", "truncated", "250", 2, false},
    {"simple", "NXDOMAIN", "550 5.1.2", 1, false},
};

Test(dns_worlds, what_is_temporary_leaves_the_mail_in_the_queue) /* law D6 */
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char fault[300];
        const char *zones = strcmp(rows[i].kind, "tree") == 0 ? "ns1.b.example" : "name-server";
        const char *server = rows[i].of_resolver ? "resolver" : zones;
        snprintf(fault, sizeof fault,
                 ", \"faults\": [ { \"for\": \"30 min\", \"dns\": { \"server\": \"%s\", \"name\": \"b.example\", "
                 "\"answer\": \"%s\" } } ]",
                 server, rows[i].lie);
        struct world_run run = run_world((struct setting){.kind = rows[i].kind, .more = fault});
        const char *why = "";
        size_t k = 0;
        for (const struct event *e; (e = find_event(&run, &k, EVENT_ATTEMPT_END, NULL)) != NULL && !*why;)
            if (event_int(e, FIELD_HOST) == 2) why = event_text(e, FIELD_WHY);
        cr_expect(strncmp(why, rows[i].why, strlen(rows[i].why)) == 0, "%s, %s: %s", rows[i].kind, rows[i].lie, why);
        cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"),
                     rows[i].delivered + (rows[i].delivered == 1), "%s, %s", rows[i].kind, rows[i].lie);
        cr_expect_geq(count_events(&run, EVENT_DNS_FAULT, NULL), 1, "%s, %s", rows[i].kind, rows[i].lie);
        world_run_free(&run);
    }
}

/* Beside mx1.b.example, which is there, so many hosts that are not. */
static const char *many_mx(int many)
{
    static char zone[200000];
    size_t n = (size_t)snprintf(zone, sizeof zone, ", \"zones\": { \"b.example\": [\"@ 300 MX 5 mx1\"");
    for (int i = 0; i < many; i++)
        n += (size_t)snprintf(zone + n, sizeof zone - n, ", \"@ 300 MX 10 a-mail-exchanger-with-a-long-name-%d\"", i);
    snprintf(zone + n, sizeof zone - n, "] }");
    return zone;
}

/* RFC 7766: an answer of more than a datagram was once a temporary error. */
Test(dns_worlds, a_large_answer_comes_over_tcp)
{
    static const char *const kinds[] = {"simple", "tree"};
    for (size_t i = 0; i < 2; i++) {
        struct world_run run = run_world((struct setting){.kind = kinds[i], .more = many_mx(60)});
        cr_expect_geq(count_events(&run, EVENT_DNS_TROUBLE, "truncated, asked again over TCP"), i + 1);
        cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
        world_run_free(&run);
    }
}

/* RFC 1035 4.2.2: no message takes more than 65535 bytes. What is cut off there is no answer, and temporary. */
Test(dns_worlds, an_answer_that_no_message_holds_leaves_the_mail_in_the_queue)
{
    static const char *const kinds[] = {"simple", "tree"};
    for (size_t i = 0; i < 2; i++) {
        struct world_run run = run_world((struct setting){.kind = kinds[i], .more = many_mx(2500)});
        cr_expect_gt(count_events(&run, EVENT_DNS_TROUBLE, "truncated, asked again over TCP"), 0);
        cr_expect_gt(count_events(&run, EVENT_MAIL_STATE, i ? "451 4.4.3 SERVFAIL" : "451 4.4.3 no answer"), 0);
        cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 0);
        cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "bounced"), 0);
        if (i == 1) cr_expect_str_eq(text_of(&run, EVENT_DNS_TOLD, "b.example", FIELD_RCODE), "SERVFAIL");
        world_run_free(&run);
    }
}

/* RFC 1035 5.1, RFC 2308 4: lines speak of those behind them; one may stand there twice. */
Test(dns_worlds, a_zone_may_say_its_ttl_and_its_origin_once)
{
    struct world_run run = run_world((struct setting){
        .more = ", \"zones\": { \"b.example\": [\"$TTL 77\", \"@ MX 10 mx1\", \"$ORIGIN far.b.example.\","
                " \"@ A 10.9.9.1\", \"$ORIGIN near.b.example.\", \"@ A 10.9.9.1\"] }"});
    cr_expect_eq(count_events(&run, EVENT_ZONE_RECORD, "77 MX 10 mx1.b.example."), 1);
    cr_expect_eq(count_events(&run, EVENT_ZONE_RECORD, "77 A 10.9.9.1"), 2);
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    world_run_free(&run);
}

/* A thousand MX records, and a name with two thousand addresses: bounded work, and the mail is delivered. */
Test(dns_worlds, a_thousand_mx_records_cost_a_hundred_questions)
{
    struct world_run run = run_world((struct setting){.kind = "simple", .more = many_mx(999)});
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    cr_expect_leq(count_events(&run, EVENT_DNS_QUERY, "a-mail-exchanger"), 2 * 99);
    world_run_free(&run);
}

Test(dns_worlds, a_host_with_two_thousand_addresses_is_called_at_some_of_them)
{
    static char zone[65536];
    size_t n = (size_t)snprintf(zone, sizeof zone, ", \"zones\": { \"b.example\": [\"@ MX 5 many\"");
    for (int i = 0; i < 2048; i++)
        n += (size_t)snprintf(zone + n, sizeof zone - n, ", \"many A 10.9.%d.%d\"", i / 250, i % 250 + 1);
    snprintf(zone + n, sizeof zone - n, "] }");
    struct world_run run = run_world((struct setting){.kind = "simple", .more = zone});
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "bounced"), 0, "nobody says that they are not there");
    cr_expect_leq(count_events(&run, EVENT_CONN_OPEN, "active"), 200);
    world_run_free(&run);
}

/* Glue, and a zone that its parent does not know: written records stand alone. */
Test(dns_worlds, a_delegation_can_be_wrong)
{
    struct world_run run = run_world((struct setting){.more = ", \"zones\": { \"example\": [\"b NS nobody.test.\"] }"});
    cr_assert_str_eq(text_of(&run, EVENT_DNS_TOLD, "b.example", FIELD_RCODE), "SERVFAIL");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "bounced"), 0);
    world_run_free(&run);
    run = run_world((struct setting){.more = ", \"zones\": { \"example\": [\"$ORIGIN b\", \"@ NS nobody.test.\"] }"});
    cr_assert_str_eq(text_of(&run, EVENT_DNS_TOLD, "b.example", FIELD_RCODE), "SERVFAIL",
                     "written relative to $ORIGIN");
    world_run_free(&run);
}

Test(dns_worlds, a_resolver_that_restarts_knows_nothing)
{
    struct world_run run = run_world((struct setting){
        .more =
            ", \"faults\": [ { \"at\": \"1 h\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"resolver\" } } ]"});
    cr_assert_eq(count_events(&run, EVENT_DNS_CACHE, "emptied"), 1);
    cr_assert_eq(root_referrals(&run), 2, "it begins at the root again");
    world_run_free(&run);
}

/* What a resolver says falsely it says of names; of the others it says the truth. */
Test(dns_worlds, a_resolver_that_lies_about_one_name_knows_the_others)
{
    struct world_run run = run_world((struct setting){
        .more = ", \"faults\": [ { \"dns\": { \"server\": \"resolver\", \"name\": \"c.example\", \"answer\": "
                "\"nothing\" } } ]"});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    cr_assert_eq(count_events(&run, EVENT_DNS_FAULT, NULL), 0);
    world_run_free(&run);
}

/* A false answer that needs no truth costs no question; a late one is told when it is sent. */
Test(dns_worlds, a_resolver_asks_nobody_for_what_it_says_falsely)
{
    struct world_run run = run_world((struct setting){.more = ", \"faults\": [ { \"dns\": { \"server\": "
                                                              "\"resolver\", \"answer\": \"SERVFAIL\" } } ]"});
    cr_assert_eq(root_referrals(&run), 0);
    cr_assert_geq(count_events(&run, EVENT_DNS_TOLD, "SERVFAIL"), 1);
    world_run_free(&run);
    run = run_world((struct setting){.more = ", \"faults\": [ { \"dns\": { \"server\": \"resolver\", \"answer\": "
                                             "\"late\", \"delay\": \"3 s\" } } ]"});
    size_t i = 0, k = 0;
    const struct event *asked = find_event(&run, &i, EVENT_DNS_ASKED, "b.example");
    const struct event *told = find_event(&run, &k, EVENT_DNS_TOLD, "b.example");
    cr_assert_geq(told->at_ns, asked->at_ns + 3 * SECOND);
    cr_assert_lt(told->at_ns, asked->at_ns + 4 * SECOND);
    world_run_free(&run);
}

Test(dns_worlds, two_sites_have_a_resolver_each_and_a_zone_two_servers)
{
    struct world_run run = run_world((struct setting){
        .hosts = ", \"r1.example\": { \"resolver\": {} }, \"r2.example\": { \"resolver\": { \"edns\": false } },"
                 "\"ns-a.b.example\": { \"name_server\": { \"zones\": [\"b.example\"] } },"
                 "\"ns-b.test\": { \"name_server\": { \"zones\": [\"b.example\", \"test\"] } },"
                 "\"carol-pc\": { \"asks\": \"r2.example\", \"client\": { \"user\": \"bob@b.example\", "
                 "\"fetches_from\": \"mx1.b.example\" } }",
        .links = ", \"r1\": { \"between\": [\"r1.example\", \"internet\"] }, \"r2\": { \"between\": [\"r2.example\", "
                 "\"internet\"] }, \"n1\": { \"between\": [\"ns-a.b.example\", \"internet\"] }, \"n2\": { \"between\": "
                 "[\"ns-b.test\", \"internet\"] }, \"c\": { \"between\": [\"carol-pc\", \"internet\"] }"});
    cr_assert_geq(count_events(&run, EVENT_DNS_REFERRAL, "b.example"), 2, "each resolver walks for itself");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 2);
    world_run_free(&run);
}

/* A lossy way to the servers: queries are repeated, answers that come twice are passed over. */
Test(dns_worlds, a_resolver_copes_with_loss)
{
    for (int seed = 1; seed <= 5; seed++) {
        char json[16384];
        snprintf(json, sizeof json, template, "tree", ", \"dns.example\": { \"resolver\": {} }",
                 ", \"d\": { \"between\": [\"dns.example\", \"internet\"], \"loss\": \"30 %\" }", "");
        struct world_run run = world_run_scenario(json, (uint64_t)seed, event_mask_all());
        cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2, "seed %d", seed);
        world_run_free(&run);
    }
}

/* RFC 7505 4.2: who takes no mail cannot be answered. Mail of a server's own clients is not asked about. */
Test(dns_worlds, mail_from_a_domain_that_takes_none_can_be_refused)
{
    static const char *const zones[] = {"@ MX 0 .", "@ MX 10 mail"};
    for (size_t i = 0; i < 2; i++) {
        char json[16384];
        snprintf(json, sizeof json, template, "tree",
                 ", \"c.test\": { \"mail_server\": { \"domains\": [\"c.test\"], "
                 "\"users\": [\"carol\"], \"refuse_null_mx_senders\": true } }",
                 ", \"c\": { \"between\": [\"c.test\", \"internet\"] }", "");
        char *to = json;
        while ((to = strstr(to, "bob@b.example\"]")) != NULL)
            memcpy(to, "carol@c.test\"] ", strlen("carol@c.test\"] ")); /* as long */
        snprintf(strrchr(json, '}'), 100, ", \"zones\": { \"a.example\": [\"%s\"] } }", zones[i]);
        struct world_run run = world_run_scenario(json, 0, event_mask_all());
        cr_expect_eq(count_events(&run, EVENT_SMTP_LINE, "550 5.7.27"), i == 0 ? 2 : 0);
        cr_expect_geq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
        world_run_free(&run);
    }
}

/* An alias in one zone and an address for its name in another, one after the other. */
Test(dns_worlds, faults_that_contradict_each_other_may_come_one_after_the_other)
{
    struct world_run run = run_world((struct setting){
        .kind = "simple",
        .more = ", \"faults\": [{ \"at\": \"1 min\", \"for\": \"10 min\", \"zone\": { \"b.example\":"
                " [\"@ MX 10 mx1\", \"x CNAME mx1\"] } }, { \"at\": \"20 min\", \"zone\": { \"example\":"
                " [\"x.b A 10.0.0.9\"] } }]"});
    cr_expect_eq(count_events(&run, EVENT_ZONE_CHANGE, NULL), 3);
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    world_run_free(&run);
}
