/* Mailboxes beyond ASCII (RFC 6531, 6532, 6533) in whole worlds: Alice's server, Jürgen's, and his client. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_runs.h"

TestSuite(smtputf8);

#define OFF ", \"smtp\": { \"extensions\": { \"smtputf8\": false } }"

struct given {
    const char *from, *to; /* "alice" and "jürgen@b.example" */
    const char *a, *b;     /* of Alice's and of Jürgen's server */
    const char *mail;      /* keys of the mail */
    const char *client;    /* of Alice's client */
};

static const char * or (const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static struct world_run run(struct given g)
{
    char json[4096];
    const char *from = or (g.from, "alice");

    snprintf(json, sizeof json,
             "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
             "\"alice-pc\": { \"client\": { \"user\": \"%s@a.example\", \"submits_to\": \"mail.a.example\","
             " \"fetches_from\": \"mail.a.example\"%s } },"
             "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"%s\"]%s } },"
             "\"r\": { \"router\": {} },"
             "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"jürgen\"]%s } },"
             "\"j-pc\": { \"client\": { \"user\": \"jürgen@b.example\", \"fetches_from\": \"mx1.b.example\" } } },"
             "\"links\": { \"1\": { \"between\": [\"alice-pc\", \"r\"] }, \"2\": { \"between\": [\"mail.a.example\", "
             "\"r\"] },"
             "\"3\": { \"between\": [\"mx1.b.example\", \"r\"] }, \"4\": { \"between\": [\"j-pc\", \"r\"] } },"
             "\"mail\": { \"m1\": { \"from\": \"%s@a.example\", \"to\": \"%s\", \"text\": \"x\"%s } } }",
             from, or (g.client, ""), from, or (g.a, ""), or (g.b, ""), from, or (g.to, "jürgen@b.example"),
             or (g.mail, ""));
    return world_run_scenario(json, 0, event_mask_all());
}

static bool says(const struct world_run *w, const char *line)
{
    return count_events(w, EVENT_SMTP_LINE, line) > 0;
}

/* One of the reports that are fetched says so. */
static void must_report(const struct world_run *w, const char *words)
{
    size_t i = 0;
    const struct event *e;
    bool found = false;

    while (!found && (e = find_event(w, &i, EVENT_POP3_CONTENT, NULL))) {
        char *content = stream_bytes(w, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                                     (uint64_t)event_int(e, FIELD_LENGTH));
        found = strstr(content, "report-type=delivery-status") && strstr(content, words);
        free(content);
    }
    cr_assert(found, "no report says \"%s\"", words);
}

Test(smtputf8, a_mail_goes_from_the_writer_over_the_relay_into_the_mailbox_and_out_of_it)
{
    struct world_run w = run((struct given){0});

    cr_assert_eq(count_events(&w, EVENT_MAIL_STATE, "picked up"), 1);
    cr_assert(says(&w, "RCPT TO:<jürgen@b.example>"));
    cr_assert_geq(count_events(&w, EVENT_SMTP_LINE, " SMTPUTF8"), 4, "MAIL and EHLO, of both hops");
    cr_assert(count_events(&w, EVENT_POP3_LINE, "USER jürgen"));
    world_run_free(&w);
}

Test(smtputf8, a_sender_beyond_ascii_needs_it_too_and_his_report_comes_back_to_him)
{
    struct world_run w = run((struct given){.from = "alíce", .to = "nobody@b.example"});

    cr_assert(says(&w, "MAIL FROM:<alíce@a.example> SIZE="));
    cr_assert(says(&w, "550 5.1.1 <nobody@b.example>"));
    must_report(&w, "\r\nTo: alíce@a.example\r\n");
    must_report(&w, "\r\nFinal-Recipient: rfc822; nobody@b.example\r\n");
    must_report(&w, "\r\nContent-Type: message/global-delivery-status\r\n");
    world_run_free(&w);
}

Test(smtputf8, a_next_server_without_it_gets_nothing_and_the_report_names_the_address_in_utf8) /* RFC 6531 3.2 */
{
    struct world_run w = run((struct given){.b = OFF, .mail = ", \"notify\": [\"failure\"]"});

    cr_assert_eq(count_events(&w, EVENT_ATTEMPT_END, "550 5.6.7"), 1);
    must_report(&w, "\r\nContent-Type: message/global-delivery-status\r\nContent-Transfer-Encoding: 8bit\r\n");
    must_report(&w, "\r\nOriginal-Recipient: utf-8;jürgen@b.example\r\nFinal-Recipient: utf-8; jürgen@b.example\r\n"
                    "Action: failed\r\nStatus: 5.6.7\r\nDiagnostic-Code: x-postroad; 550 5.6.7 ");
    must_report(&w, "\r\nContent-Type: message/global-headers\r\n");
    world_run_free(&w);
}

/* Recipients are independent of one another: only who is beyond ASCII is refused. */
Test(smtputf8, a_blind_copy_that_cannot_go_on_keeps_no_other_from_his_mail)
{
    struct world_run w = run((struct given){.to = "bob@b.example",
                                            .b = OFF ", \"aliases\": { \"bob\": [\"jürgen@b.example\"] }",
                                            .mail = ", \"bcc\": [\"jürgen@b.example\"]"});

    cr_assert_eq(count_events(&w, EVENT_ATTEMPT_END, "550 5.6.7"), 1);
    cr_assert(says(&w, "RCPT TO:<bob@b.example>"));
    must_report(&w, "<jürgen@b.example>: 550 5.6.7");
    world_run_free(&w);
}

Test(smtputf8, ret_full_gives_the_mail_back_as_message_global) /* RFC 6533 5 */
{
    struct world_run w = run((struct given){.b = OFF, .mail = ", \"ret\": \"full\""});

    must_report(&w, "\r\nContent-Type: message/global\r\n");
    world_run_free(&w);
}

Test(smtputf8, an_own_server_without_it_leaves_the_mail_with_its_writer)
{
    struct world_run w = run((struct given){.a = OFF});

    cr_assert_eq(count_events(&w, EVENT_MAIL_STATE, "550 5.6.7"), 1);
    cr_assert_not(says(&w, "MAIL FROM"));
    world_run_free(&w);
}

/* The sender never said SMTPUTF8, so whoever reads the report may not know it: ASCII, in escapes (RFC 6533 3). */
Test(smtputf8, behind_an_alias_of_ascii_the_report_has_escapes)
{
    struct world_run w = run((struct given){
        .to = "friend@a.example", .b = OFF, .a = ", \"aliases\": { \"friend\": [\"jürgen@b.example\"] }"});

    cr_assert_not(says(&w, "MAIL FROM:<alice@a.example> SIZE=131 SMTPUTF8"));
    must_report(&w, "\r\nContent-Type: message/delivery-status\r\n");
    must_report(&w, "\r\nFinal-Recipient: utf-8; j\\x{FC}rgen@b.example\r\n");
    must_report(&w, "\r\nContent-Type: text/rfc822-headers\r\n");
    world_run_free(&w);
}

Test(smtputf8, behind_an_alias_of_ascii_the_mail_arrives_where_it_is_offered)
{
    struct world_run w =
        run((struct given){.to = "friend@a.example", .a = ", \"aliases\": { \"friend\": [\"jürgen@b.example\"] }"});

    cr_assert_eq(count_events(&w, EVENT_MAIL_STATE, "picked up"), 1);
    world_run_free(&w);
}

Test(smtputf8, orcpt_has_escapes_that_every_server_may_be_told) /* RFC 6533 3 */
{
    struct world_run w = run((struct given){.mail = ", \"notify\": [\"success\"]"});

    cr_assert(says(&w, "NOTIFY=SUCCESS ORCPT=utf-8;j\\x{FC}rgen@b.example"));
    must_report(&w, "\r\nOriginal-Recipient: utf-8;jürgen@b.example\r\n");
    world_run_free(&w);
}

Test(smtputf8, a_mail_of_ascii_does_not_say_it_and_goes_anywhere)
{
    struct world_run w =
        run((struct given){.to = "postmaster@b.example", .b = OFF, .mail = ", \"subject\": \"Grüße\""});

    cr_assert_eq(count_events(&w, EVENT_MAIL_STATE, "delivered"), 1);
    cr_assert_not(says(&w, "SIZE=131 SMTPUTF8"));
    world_run_free(&w);
}

Test(smtputf8, a_user_beyond_ascii_authenticates_by_this_name) /* RFC 4616 2 */
{
    struct world_run w = run((struct given){.from = "alíce",
                                            .a = ", \"smtp\": { \"requires_auth\": true, \"offers_auth\": \"always\" }",
                                            .client = ", \"smtp\": { \"auth\": true }"});

    cr_assert(says(&w, "235 2.7.0"));
    cr_assert_eq(count_events(&w, EVENT_MAIL_STATE, "picked up"), 1);
    world_run_free(&w);
}

Test(smtputf8, a_fault_strikes_at_such_an_address_alone)
{
    struct world_run w = run((struct given){
        .mail =
            " } }, \"faults\": [ { \"at\": \"0 s\", \"for\": \"1 min\", \"reply\": { \"server\": \"mx1.b.example\","
            " \"to\": \"RCPT\", \"rcpt\": \"jürgen@b.example\", \"with\": \"450 4.1.0 wait\" } } ],"
            " \"traffic\": { \"t\": { \"from\": \"alice@a.example\", \"to\": \"postmaster@b.example\", \"count\": 2,"
            " \"every\": \"1 s\""});

    cr_assert_geq(count_events(&w, EVENT_SMTP_LINE, "450 4.1.0 wait"), 1);
    cr_assert_eq(count_events(&w, EVENT_MAIL_STATE, "picked up"), 1, "later");
    cr_assert_eq(count_events(&w, EVENT_ATTEMPT_END, "450 4.1.0"), 1, "the others are not held up");
    world_run_free(&w);
}

Test(smtputf8, rules_know_such_addresses)
{
    struct world_run w = run((struct given){.from = "alíce", .b = ", \"refuse_senders\": [\"alíce@a.example\"]"});

    cr_assert(says(&w, "550 5.7.1"));
    world_run_free(&w);
}
