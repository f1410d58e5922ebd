/* Which policy tries the next MX host at once, in the same attempt, after what (docs/queue.md, "The next host"): worlds
   of two and of three hosts, of which all but the last fail in the same way. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

enum { FAILURES = 8, POLICIES = 10, HOSTS = 3 };

/* How a host fails; fault and what follows its "mxN.b.example". */
static const struct {
    const char *name, *fault, *rest;
} failures[FAILURES] = {
    {"stopped", "stop_host\": { \"host", ""},
    {"greets with 421", "reply\": { \"server", ", \"to\": \"CONNECT\", \"with\": \"421 busy\""},
    {"greets with 554", "reply\": { \"server", ", \"to\": \"CONNECT\", \"with\": \"554 not here\""},
    {"451 to MAIL", "reply\": { \"server", ", \"to\": \"MAIL\", \"with\": \"451 later\""},
    {"450 to RCPT", "reply\": { \"server", ", \"to\": \"RCPT\", \"with\": \"450 4.7.1 greylisted\""},
    {"451 to DATA", "reply\": { \"server", ", \"to\": \"DATA\", \"with\": \"451 later\""},
    {"451 to the dot", "reply\": { \"server", ", \"to\": \".\", \"with\": \"451 later\""},
    {"silent to RCPT", "reply\": { \"server", ", \"to\": \"RCPT\", \"action\": \"silence\""},
};

/* 'y': of two hosts, and of three, the next one at once; 'n': the mail waits; '2': only where there are two. */
static const struct {
    const char *policy, *expected;
} policies[POLICIES] = {
    {"\"postfix\"", "yyy22222"}, /* smtp_mx_session_limit: two that came past EHLO */
    {"\"exim\"", "yyyyyyyy"},
    {"\"sendmail\"", "yyyyyyyy"},
    {"\"qmail\"", "ynnnnnnn"},
    {"\"opensmtpd\"", "yyynnnnn"},
    {"\"kumomta\"", "yyynnnnn"},
    {"{ \"policy\": \"kumomta\", \"try_next_host_on_transport_error\": true }", "yyynnnny"},
    {"\"exchange\"", "yyyyyyyy"},
    {"\"rfc-minimum\"", "yyyyyyyy"},
    {"{ \"policy\": \"custom\", \"steps\": [\"1 h\"] }", "yyyyyyyy"},
};

static const char frame[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"2 h\", \"hosts\": { " ALICE_PC ","
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": %s } },"
    "\"internet\": { \"router\": {} }%s }, \"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] }%s },"
    "\"mail\": { " ALICE_WRITES_TO_BOB("m1", "1 s") " }, \"faults\": [%s] }";

static struct world_run run_world(const char *policy, size_t failure, int n)
{
    char json[8192], hosts[2048] = "", links[1024] = "", faults[2048] = "";
    for (int i = 1; i <= n; i++) {
        snprintf(hosts + strlen(hosts), sizeof hosts - strlen(hosts),
                 ", \"mx%d.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"], "
                 "\"mx_preference\": %d } }",
                 i, 10 * i);
        snprintf(links + strlen(links), sizeof links - strlen(links),
                 ", \"b%d\": { \"between\": [\"mx%d.b.example\", \"internet\"] }", i, i);
        if (i < n)
            snprintf(faults + strlen(faults), sizeof faults - strlen(faults),
                     "%s{ \"at\": \"0 s\", \"for\": \"12 h\", \"%s\": \"mx%d.b.example\"%s } }", i > 1 ? ", " : "",
                     failures[failure].fault, i, failures[failure].rest);
    }
    snprintf(json, sizeof json, frame, policy, hosts, links, faults);
    return world_run_scenario(json, 0, event_mask_group(GROUP_MAIL));
}

/* Whether the first attempt of the server that Alice submits to handed the mail on. */
static bool went_elsewhere(const char *policy, size_t failure, int n)
{
    struct world_run run = run_world(policy, failure, n);
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_ATTEMPT_END, NULL);
    cr_assert(e, "%s, %s", policy, failures[failure].name);
    bool went = strcmp(event_text(e, FIELD_OUTCOME), "delivered") == 0;
    world_run_free(&run);
    return went;
}

static void expect_policy(size_t p)
{
    for (size_t f = 0; f < FAILURES; f++)
        for (int n = 2; n <= HOSTS; n++) {
            char expected = policies[p].expected[f];
            bool should = expected == 'y' || (expected == '2' && n == 2);
            cr_expect_eq(went_elsewhere(policies[p].policy, f, n), should, "%s, %d hosts, the first %s: expected %s",
                         policies[p].policy, n, failures[f].name, should ? "the next one" : "to wait");
        }
}

Test(next_host, postfix_after_all_but_two_sessions_at_most)
{
    expect_policy(0);
}

Test(next_host, exim_and_sendmail_after_everything)
{
    expect_policy(1);
    expect_policy(2);
}

Test(next_host, qmail_only_where_no_connection_came_about)
{
    expect_policy(3);
}

Test(next_host, opensmtpd_until_a_session_came_as_far_as_mail)
{
    expect_policy(4);
}

Test(next_host, kumomta_the_same_unless_it_is_told_otherwise)
{
    expect_policy(5);
    expect_policy(6);
}

Test(next_host, the_others_after_everything)
{
    for (size_t p = 7; p < POLICIES; p++)
        expect_policy(p);
}

/* ---- the same host once more ---- */

/* A server that takes one mail of two recipients in a session, and says so (RFC 9422); eve is put off. */
static const char limited[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"%s\", \"hosts\": { " ALICE_PC ","
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": \"%s\" "
    "} },"
    "\"internet\": { \"router\": {} }, \"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"],"
    " \"users\": [\"u0\", \"u1\", \"u2\", \"u3\", \"u4\", \"eve\"],"
    " \"smtp\": { \"max_mails\": 1, \"max_recipients\": 2, \"extensions\": { \"limits\": true } } } } "
    "}, " LINKS_OF_THREE
    ", \"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"text\": \"x\", \"to\": ["
    "\"eve@b.example\", \"u0@b.example\", \"u1@b.example\", \"u2@b.example\", \"u3@b.example\", \"u4@b.example\"] } },"
    "\"faults\": [{ \"at\": \"0 s\", \"for\": \"2 h\", \"reply\": { \"server\": \"mx1.b.example\", \"to\": \"RCPT\","
    " \"rcpt\": \"eve@b.example\", \"with\": \"450 4.7.1 later\" } }] }";

Test(next_host, who_found_no_room_in_a_session_gets_another_one_at_once)
{
    static const char *const servers[] = {"postfix", "exim", "opensmtpd", "kumomta", "rfc-minimum"};
    for (size_t p = 0; p < sizeof servers / sizeof *servers; p++) {
        char json[4096];
        snprintf(json, sizeof json, limited, "1 min", servers[p]);
        struct world_run run = world_run_scenario(json, 0, event_mask_group(GROUP_MAIL));
        size_t i = 0, delivered = 0, later = 0, sessions = 0;
        const struct event *e;
        while ((e = find_event(&run, &i, EVENT_ATTEMPT_END, NULL))) {
            if (event_int(e, FIELD_HOST) != 2) continue;
            delivered += strcmp(event_text(e, FIELD_OUTCOME), "delivered") == 0;
            later += strcmp(event_text(e, FIELD_OUTCOME), "later") == 0;
        }
        cr_expect(delivered == 5 && later == 1, "%s: %zu delivered, %zu put off", servers[p], delivered, later);
        world_run_free(&run);
        run = world_run_scenario(json, 0, event_mask_all());
        for (i = 0; (e = find_event(&run, &i, EVENT_SESSION_OPEN, "client"));)
            sessions += strcmp(event_text(e, FIELD_PROTOCOL), "smtp") == 0 && event_int(e, FIELD_HOST) == 2;
        cr_expect_eq(sessions, 3, "%s: %zu sessions", servers[p], sessions);
        world_run_free(&run);
    }
}
