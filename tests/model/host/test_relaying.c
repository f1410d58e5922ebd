/* For whom a server relays (RFC 5321 7.9), who must authenticate (RFC 4954, RFC 6409), and where a loop is cut (6.3):
   in whole worlds, told by their journals. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/model/host/world_runs.h"

TestSuite(relaying);

/* alice's server, with these settings, and her client, with those; mx1.b.example, with third ones. */
static struct world_run run_with_users(const char *server, const char *client, const char *receiver, const char *users)
{
    char json[2048];

    snprintf(json, sizeof json,
             "{ \"postroad\": 1, \"title\": \"t\", \"until\": \"30 min\", \"hosts\": {"
             "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\"%s } },"
             "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"]%s } },"
             "\"r\": { \"router\": {} },"
             "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [%s]%s } } },"
             "\"links\": { \"1\": { \"between\": [\"alice-pc\", \"r\"] }, \"2\": { \"between\": [\"mail.a.example\", "
             "\"r\"] },"
             "\"3\": { \"between\": [\"mx1.b.example\", \"r\"] } },"
             "\"mail\": { \"m1\": { \"from\": \"alice@a.example\", \"to\": \"bob@b.example\" } } }",
             client, server, users, receiver);
    return world_run_scenario(json, 0, event_mask_all());
}

static struct world_run run(const char *server, const char *client, const char *receiver)
{
    return run_with_users(server, client, receiver, "\"bob\"");
}

static bool says(const struct world_run *run, enum event_kind kind, const char *word)
{
    return count_events(run, kind, word) > 0;
}

/* Between Alice's client and her server, with these keys of "smtp" and "auth". */
static struct world_run run_auth(const char *server, const char *auth)
{
    char of_server[200], of_client[200];

    snprintf(of_server, sizeof of_server, ", \"smtp\": { \"requires_auth\": true, \"offers_auth\": \"always\"%s }",
             server);
    snprintf(of_client, sizeof of_client, ", \"smtp\": { \"auth\": { %s } }", auth);
    return run(of_server, of_client, "");
}

Test(relaying, a_client_may_take_login_first) /* RFC 4954 4 */
{
    struct world_run r = run_auth("", "\"mechanism\": \"LOGIN\"");

    cr_assert(says(&r, EVENT_SMTP_LINE, "250 AUTH PLAIN LOGIN"));
    cr_assert(says(&r, EVENT_SMTP_LINE, "AUTH LOGIN") && says(&r, EVENT_SMTP_LINE, "334 UGFzc3dvcmQ6"));
    cr_assert(says(&r, EVENT_MAIL_STATE, "delivered"));
    world_run_free(&r);
}

Test(relaying, a_client_takes_the_mechanism_that_is_offered)
{
    struct world_run r = run_auth(", \"auth_mechanisms\": \"LOGIN\"", "\"mechanism\": \"PLAIN\"");

    cr_assert(says(&r, EVENT_SMTP_LINE, "250 AUTH LOGIN"));
    cr_assert_not(says(&r, EVENT_SMTP_LINE, "AUTH PLAIN"));
    cr_assert(says(&r, EVENT_MAIL_STATE, "delivered"));
    world_run_free(&r);
}

Test(relaying, a_client_that_insists_on_another_gets_504_and_its_mail_waits) /* RFC 4954 6 */
{
    struct world_run r = run_auth(", \"auth_mechanisms\": [\"PLAIN\"]", "\"mechanism\": \"LOGIN\", \"insists\": true");

    cr_assert(says(&r, EVENT_SMTP_LINE, "504 5.5.4 This mechanism is not offered"));
    cr_assert_not(says(&r, EVENT_SMTP_LINE, "MAIL FROM"));
    cr_assert_not(says(&r, EVENT_MAIL_STATE, "delivered"));
    world_run_free(&r);
}

/* RFC 5321 3.4: bob lives at Alice's server now. */
static struct world_run run_moved(const char *how, const char *to)
{
    char receiver[300];

    snprintf(receiver, sizeof receiver,
             ", \"aliases\": { \"bob\": { \"members\": [\"%s\"], \"moved\": \"%s\" }, \"b\": [\"bob@b.example\"] }", to,
             how);
    return run_with_users(", \"aliases\": { \"fred\": [\"alice@a.example\"], \"frédéric\": [\"alice@a.example\"] }", "",
                          receiver, "\"eve\"");
}

Test(relaying, the_mail_of_who_has_moved_goes_on_and_its_sender_is_told_where)
{
    struct world_run r = run_moved("forwards", "fred@a.example");

    cr_assert(says(&r, EVENT_SMTP_LINE, "251 2.1.5 User not local; will forward to <fred@a.example>"));
    cr_assert(says(&r, EVENT_MAIL_STATE, "alice@a.example"));
    world_run_free(&r);
}

Test(relaying, who_has_moved_and_gets_nothing_here_is_to_be_written_to_elsewhere)
{
    struct world_run r = run_moved("refuses", "fred@a.example");

    cr_assert(says(&r, EVENT_SMTP_LINE, "551 5.1.6 User not local; please try <fred@a.example>"));
    cr_assert(says(&r, EVENT_MAIL_REPORT, "551 5.1.6"));
    world_run_free(&r);
}

Test(relaying, an_address_beyond_ascii_is_not_told_to_who_has_not_said_smtputf8) /* RFC 6531 3.6 */
{
    struct world_run r = run_moved("forwards", "frédéric@a.example");

    cr_assert_not(says(&r, EVENT_SMTP_LINE, "251 "));
    cr_assert(says(&r, EVENT_SMTP_LINE, "RCPT TO:<frédéric@a.example>"));
    world_run_free(&r);
    r = run_moved("refuses", "frédéric@a.example");
    cr_assert(says(&r, EVENT_SMTP_LINE, "550 5.1.6 User not local"));
    world_run_free(&r);
}

/* To two domains, by a server that takes recipients of one in a mail. */
static struct world_run run_two_domains(const char *limits)
{
    char json[2048];

    snprintf(json, sizeof json,
             "{ \"postroad\": 1, \"title\": \"t\", \"until\": \"2 h\", \"hosts\": { " ALICE_PC ","
             "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\", \"ann\"],"
             " \"smtp\": { \"max_recipient_domains\": 1, \"extensions\": { \"limits\": %s } } } }," INTERNET_AND_MX1
             " }, " LINKS_OF_THREE ", \"mail\": { \"m1\": { \"from\": \"alice@a.example\","
             " \"to\": [\"bob@b.example\", \"ann@a.example\", \"alice@a.example\"] } } }",
             limits);
    return world_run_scenario(json, 0, event_mask_all());
}

Test(relaying, a_sender_makes_a_mail_for_each_domain_where_it_is_told_to) /* RFC 9422 4.3 */
{
    struct world_run r = run_two_domains("true");

    cr_assert(says(&r, EVENT_SMTP_LINE, "250 LIMITS RCPTMAX=1000 RCPTDOMAINMAX=1") ||
              says(&r, EVENT_SMTP_LINE, "250-LIMITS RCPTMAX=1000 RCPTDOMAINMAX=1"));
    cr_assert_not(says(&r, EVENT_SMTP_LINE, "452 4.5.3"));
    cr_assert_eq(count_events(&r, EVENT_MAIL_STATE, "delivered"), 3);
    world_run_free(&r);
}

Test(relaying, who_is_not_told_gets_452_for_the_second_domain_and_comes_again_with_the_rest)
{
    struct world_run r = run_two_domains("false");

    cr_assert(says(&r, EVENT_SMTP_LINE, "452 4.5.3 Too many domains of recipients"));
    cr_assert_eq(count_events(&r, EVENT_MAIL_STATE, "delivered"), 3);
    world_run_free(&r);
}

/* What the second content on the wires, the one between the servers, says of the way it came. */
static void must_have_come_with(const struct world_run *run, const char *protocol)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, EVENT_SMTP_CONTENT, NULL);
    char *bytes, wanted[64];

    cr_assert(e && (e = find_event(run, &i, EVENT_SMTP_CONTENT, NULL)));
    bytes = stream_bytes(run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                         (uint64_t)event_int(e, FIELD_LENGTH));
    snprintf(wanted, sizeof wanted, " with %s ", protocol);
    cr_assert(strstr(bytes, wanted), "%s: %.300s", wanted, bytes);
    free(bytes);
}

Test(relaying, a_client_of_the_server_needs_no_password_where_none_is_asked)
{
    struct world_run r = run("", "", "");

    cr_assert(says(&r, EVENT_MAIL_STATE, "delivered"));
    must_have_come_with(&r, "ESMTP");
    world_run_free(&r);
}

Test(relaying, where_authentication_is_required_a_client_without_gets_530)
{
    struct world_run r = run(", \"smtp\": { \"requires_auth\": true, \"offers_auth\": \"always\" }", "", "");

    cr_assert(says(&r, EVENT_SMTP_LINE, "530 5.7.0"));
    cr_assert_not(says(&r, EVENT_MAIL_STATE, "delivered"));
    world_run_free(&r);
}

Test(relaying, who_authenticates_may_and_the_trace_says_so)
{
    struct world_run r = run(", \"smtp\": { \"requires_auth\": true, \"offers_auth\": \"always\" }",
                             ", \"smtp\": { \"auth\": true }", "");

    cr_assert(says(&r, EVENT_SMTP_LINE, "235 2.7.0"));
    cr_assert(says(&r, EVENT_MAIL_STATE, "delivered"));
    must_have_come_with(&r, "ESMTPA");
    world_run_free(&r);
}

Test(relaying, a_wrong_password_keeps_the_mail_in_the_outbox)
{
    struct world_run r =
        run(", \"smtp\": { \"offers_auth\": \"always\" }", ", \"smtp\": { \"auth\": { \"password\": \"guess\" } }", "");

    cr_assert(says(&r, EVENT_SMTP_LINE, "535 5.7.8"));
    cr_assert_not(says(&r, EVENT_MAIL_STATE, "queued"));
    cr_assert_not(says(&r, EVENT_MAIL_STATE, "bounced"));
    world_run_free(&r);
}

Test(relaying, no_auth_is_offered_without_tls_unless_the_server_says_always)
{
    struct world_run r = run("", ", \"smtp\": { \"auth\": true }", "");

    cr_assert_not(says(&r, EVENT_SMTP_LINE, "AUTH"));
    cr_assert_not(says(&r, EVENT_MAIL_STATE, "queued"));
    world_run_free(&r);
}

/* RFC 5321 6.3: one Received line is there when the second server counts. */
Test(relaying, a_mail_with_too_many_hops_bounces)
{
    struct world_run at_limit = run("", "", ", \"smtp\": { \"max_hops\": 2 }");
    struct world_run beyond = run("", "", ", \"smtp\": { \"max_hops\": 1 }");

    cr_assert(says(&at_limit, EVENT_MAIL_STATE, "delivered"));
    cr_assert(says(&beyond, EVENT_SMTP_LINE, "554 5.4.6"));
    world_run_free(&at_limit);
    world_run_free(&beyond);
}

/* Carol's server sends to b.example's backup, because the first is down; whether that relays is its own matter. */
static struct world_run run_backup(const char *backup)
{
    char json[2048];

    snprintf(
        json, sizeof json,
        "{ \"postroad\": 1, \"title\": \"t\", \"until\": \"30 min\", \"hosts\": {"
        "\"carol-pc\": { \"client\": { \"user\": \"carol@c.example\", \"submits_to\": \"mail.c.example\" } },"
        "\"mail.c.example\": { \"mail_server\": { \"domains\": [\"c.example\"], \"users\": [\"carol\"] } },"
        "\"r\": { \"router\": {} },"
        "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"]%s } },"
        "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } } },"
        "\"links\": { \"1\": { \"between\": [\"carol-pc\", \"r\"] }, \"2\": { \"between\": [\"mail.c.example\", \"r\"] "
        "},"
        "\"3\": { \"between\": [\"mx1.b.example\", \"r\"] }, \"4\": { \"between\": [\"mail.a.example\", \"r\"] } },"
        "\"zones\": { \"b.example\": [\"@ 300 IN MX 10 mx1\", \"@ 300 IN MX 20 mail.a.example.\"] },"
        "\"faults\": [ { \"at\": \"0 s\", \"for\": \"10 min\", \"stop_host\": { \"host\": \"mx1.b.example\" } } ],"
        "\"mail\": { \"m1\": { \"from\": \"carol@c.example\", \"to\": \"bob@b.example\" } } }",
        backup);
    return world_run_scenario(json, 0, event_mask_all());
}

Test(relaying, a_stranger_is_refused_and_a_network_is_not)
{
    static const struct {
        const char *settings;
        bool relays;
    } cases[] = {
        {"", false},
        {", \"smtp\": { \"relay_for\": [\"mail.c.example\"] }", true},
        {", \"smtp\": { \"relay_for\": [\"carol-pc\"] }", false},
        {", \"smtp\": { \"relay_for\": [\"10.0.0.0/24\"] }", true},
        {", \"smtp\": { \"relay_for\": [\"10.0.0.2\"] }", true},
        {", \"smtp\": { \"relay_for\": [\"10.0.0.0/31\"] }", false},
        {", \"smtp\": { \"relay_for\": [\"2001:db8::/32\", \"0.0.0.0/0\"] }", true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world_run r = run_backup(cases[i].settings);
        cr_assert_eq(says(&r, EVENT_SMTP_LINE, "relaying denied"), !cases[i].relays, "%s", cases[i].settings);
        world_run_free(&r);
    }
}
