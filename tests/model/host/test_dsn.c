/* What a sender who asks for reports gets (RFC 3461): in whole worlds, from the keys of a mail to the report that Alice
   fetches. Her server has the aliases; Bob's server is the last that knows DSN, unless a test takes it from it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/kept_event.h"
#include "world_runs.h"

TestSuite(dsn);

struct given {
    const char *to;    /* "bob@b.example" */
    const char *asks;  /* keys of the mail */
    const char *a, *b; /* of Alice's and of Bob's server */
    const char *more;  /* of the whole file */
};

static struct world_run run_dsn(struct given given)
{
    char json[4096];
    snprintf(
        json, sizeof json,
        "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
        "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\","
        " \"fetches_from\": \"mail.a.example\" } },"
        "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\", \"ann\"],"
        " \"aliases\": { \"one\": [\"bob@b.example\"], \"two\": [\"bob@b.example\", \"ann@a.example\"],"
        " \"list\": { \"members\": [\"bob@b.example\", \"ann@a.example\"], \"owner\": \"ann@a.example\" } } %s } },"
        "\"internet\": { \"router\": {} },"
        "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\", \"bob+x\"] %s } } "
        "},"
        "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
        "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
        "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"] } },"
        "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": \"%s\", \"subject\": \"Lunch?\","
        " \"text\": \"At noon by the lake.\" %s } } %s }",
        given.a ? given.a : "", given.b ? given.b : "", given.to ? given.to : "bob@b.example", given.asks,
        given.more ? given.more : "");
    return world_run_scenario(json, 0, event_mask_all());
}

#define PLAIN   ", \"smtp\": { \"extensions\": { \"dsn\": false } }"
#define SUCCESS ", \"notify\": [\"success\"]"

/* The first line that begins so of what crossed the wires: "RCPT TO". After it: between the servers. */
static const struct event *line_from(const struct world_run *run, size_t *i, const char *begin)
{
    const struct event *e;
    while ((e = find_event(run, i, EVENT_SMTP_LINE, begin)))
        if (strncmp(event_text(e, FIELD_TEXT), begin, strlen(begin)) == 0) return kept_event(e);
    return NULL;
}

static int64_t host_named(const struct world_run *run, const char *name)
{
    for (size_t i = 0; i < run->scenario->n_hosts; i++)
        if (strcmp(run->scenario->hosts[i].name, name) == 0) return (int64_t)i + 1;
    cr_assert_fail("there is no %s", name);
    return 0;
}

/* There is one report in the world, from this host, and it says this. */
static void must_report_once(const struct world_run *run, const char *host, const char *action)
{
    size_t i = 0;
    cr_assert_eq(count_events(run, EVENT_MAIL_REPORT, NULL), 1, "%zu reports",
                 count_events(run, EVENT_MAIL_REPORT, NULL));
    const struct event *e = find_event(run, &i, EVENT_MAIL_REPORT, NULL);
    cr_assert_str_eq(event_text(e, FIELD_OUTCOME), action);
    cr_assert_eq(event_int(e, FIELD_HOST), host_named(run, host), "%s writes it", host);
}

/* What Alice fetches: her report. To be freed. */
static char *fetched(const struct world_run *run)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, EVENT_POP3_CONTENT, NULL);
    cr_assert(e, "Alice gets no report");
    return stream_bytes(run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                        (uint64_t)event_int(e, FIELD_LENGTH));
}

static void must_hold(const struct world_run *run, const char *words)
{
    char *report = fetched(run);
    cr_assert(strstr(report, words), "no \"%s\" in %s", words, report);
    free(report);
}

/* --- success --- */

Test(dsn, nobody_reports_success_unasked)
{
    struct world_run run = run_dsn((struct given){.asks = ""});
    size_t i = 0;
    cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, NULL), 0);
    cr_assert_not(strstr(event_text(line_from(&run, &i, "RCPT"), FIELD_TEXT), "ORCPT"));
    world_run_free(&run);
}

Test(dsn, the_last_server_that_knows_dsn_reports_delivered) /* RFC 3461 5.2.3 */
{
    struct world_run run = run_dsn((struct given){.asks = SUCCESS});
    must_report_once(&run, "mx1.b.example", "delivered");
    must_hold(&run, "\r\nAction: delivered\r\n");
    world_run_free(&run);
}

Test(dsn, a_server_whose_next_one_does_not_know_dsn_reports_relayed) /* RFC 3461 5.2.2 */
{
    struct world_run run = run_dsn((struct given){.asks = SUCCESS, .b = PLAIN});
    size_t i = 0;
    must_report_once(&run, "mail.a.example", "relayed");
    must_hold(&run, "\r\nAction: relayed\r\n");
    line_from(&run, &i, "RCPT"); /* of the submission; the next is heard at both ends */
    while (line_from(&run, &i, "RCPT TO:<bob@b.example> NOTIFY")) {
        const struct event *e = journal_memory_at(run.journal, i - 1);
        cr_assert_neq(event_int(e, FIELD_HOST), host_named(&run, "mx1.b.example"), "it would be refused with 555");
    }
    world_run_free(&run);
}

Test(dsn, an_alias_for_several_is_expanded_and_its_members_report_no_success) /* RFC 3461 5.2.7.3 */
{
    struct world_run run = run_dsn((struct given){.to = "two@a.example", .asks = SUCCESS});
    must_report_once(&run, "mail.a.example", "expanded");
    must_hold(&run, "\r\nFinal-Recipient: rfc822; two@a.example\r\nAction: expanded\r\n");
    world_run_free(&run);
}

Test(dsn, an_alias_for_one_leaves_the_report_to_the_mailbox_behind_it) /* RFC 3461 5.2.7.2 */
{
    struct world_run run = run_dsn((struct given){.to = "one@a.example", .asks = SUCCESS});
    must_report_once(&run, "mx1.b.example", "delivered");
    must_hold(&run, "\r\nOriginal-Recipient: rfc822;one@a.example\r\nFinal-Recipient: rfc822; bob@b.example\r\n");
    world_run_free(&run);
}

Test(dsn, what_came_to_a_list_is_delivered) /* RFC 3461 5.2.7.1 */
{
    struct world_run run = run_dsn((struct given){.to = "list@a.example", .asks = SUCCESS ", \"envid\": \"q\""});
    must_report_once(&run, "mail.a.example", "delivered");
    must_hold(&run, "\r\nFinal-Recipient: rfc822; list@a.example\r\nAction: delivered\r\n");
    cr_assert_eq(count_events(&run, EVENT_SMTP_LINE, "MAIL FROM:<ann@a.example>") > 0, true);
    world_run_free(&run);
}

/* --- failure and delay --- */

Test(dsn, ret_full_gives_back_the_mail_and_ret_headers_its_header_alone) /* RFC 3461 4.3 */
{
    static const struct {
        const char *asks;
        bool full;
    } cases[] = {{", \"ret\": \"full\"", true}, {", \"ret\": \"headers\"", false}, {"", false}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct world_run run = run_dsn((struct given){.to = "x@b.example", .asks = cases[k].asks});
        must_report_once(&run, "mail.a.example", "failed");
        char *report = fetched(&run);
        cr_assert(strstr(report, "\r\nSubject: Lunch?\r\n"));
        cr_assert_eq(strstr(report, "At noon by the lake.") != NULL, cases[k].full, "%s: %s", cases[k].asks, report);
        free(report);
        world_run_free(&run);
    }
}

Test(dsn, ret_full_gives_back_no_body_of_a_mail_that_arrived) /* RFC 3461 4.3 */
{
    struct world_run run = run_dsn((struct given){.asks = SUCCESS ", \"ret\": \"full\""});
    char *report = fetched(&run);
    cr_assert_not(strstr(report, "At noon by the lake."));
    free(report);
    world_run_free(&run);
}

Test(dsn, notify_never_is_no_report_whatever_happens)
{
    static const char *const recipients[] = {"x@b.example", "bob@b.example", "two@a.example"};
    for (size_t k = 0; k < sizeof recipients / sizeof *recipients; k++) {
        struct world_run run = run_dsn((struct given){.to = recipients[k], .asks = ", \"notify\": \"never\""});
        cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, NULL), 0, "%s", recipients[k]);
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "its sender wants no report"), k == 0);
        world_run_free(&run);
    }
}

Test(dsn, who_asks_for_success_alone_hears_of_no_failure)
{
    struct world_run run = run_dsn((struct given){.to = "x@b.example", .asks = SUCCESS});
    cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, NULL), 0);
    world_run_free(&run);
}

static size_t delays_reported(const char *asks)
{
    struct world_run run = run_dsn((struct given){
        .asks = asks,
        .a = ", \"retry\": \"sendmail\"",
        .more = ", \"until\": \"6 h\", \"faults\": [ { \"at\": \"0 s\", \"for\": \"5 h\", \"stop_host\": { \"host\": "
                "\"mx1.b.example\" } } ]"});
    size_t n = count_events(&run, EVENT_MAIL_REPORT, "delayed");
    cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, NULL), n);
    world_run_free(&run);
    return n;
}

Test(dsn, delays_are_reported_unasked_and_to_who_asks_for_them_and_to_nobody_else) /* RFC 3461 4.1 */
{
    cr_assert_eq(delays_reported(""), 1);
    cr_assert_eq(delays_reported(", \"notify\": [\"failure\", \"delay\"]"), 1);
    cr_assert_eq(delays_reported(", \"notify\": [\"failure\"]"), 0);
    cr_assert_eq(delays_reported(", \"notify\": \"never\""), 0);
}

/* --- names --- */

static size_t delays_told(const char *retry, const char *to)
{
    struct world_run run = run_dsn((struct given){
        .to = to,
        .a = retry,
        .asks = "",
        .more = ", \"until\": \"30 h\", \"faults\": [ { \"at\": \"0 s\", \"for\": \"30 h\", \"stop_host\": { "
                "\"host\": \"mx1.b.example\" } } ]"});
    size_t n = count_events(&run, EVENT_MAIL_REPORT, "delayed");
    world_run_free(&run);
    return n;
}

/* delay_warning_condition: List-*, Precedence, Auto-Submitted. */
Test(dsn, exim_tells_nobody_that_list_mail_is_late)
{
    cr_expect_eq(delays_told(", \"retry\": \"exim\"", "bob@b.example"), 1);
    cr_expect_eq(delays_told(", \"retry\": \"exim\"", "list@a.example"), 0);
    cr_expect_eq(delays_told(", \"retry\": \"sendmail\"", "list@a.example"), 1);
}

Test(dsn, the_mail_of_one_recipient_is_named_by_envid_and_orcpt_in_the_report) /* RFC 3464 2.2.1, 2.3.1 */
{
    struct world_run run =
        run_dsn((struct given){.to = "bob+x@b.example", .asks = SUCCESS ", \"envid\": \"order+314=x\""});
    size_t i = 0;
    const char *rcpt, *mail = event_text(line_from(&run, &i, "MAIL"), FIELD_TEXT);
    i = 0;
    rcpt = event_text(line_from(&run, &i, "RCPT"), FIELD_TEXT);
    cr_assert(strstr(mail, " ENVID=order+2B314+3Dx"), "%s", mail);
    cr_assert(strstr(rcpt, " NOTIFY=SUCCESS ORCPT=rfc822;bob+2Bx@b.example"), "%s", rcpt);
    must_hold(&run, "\r\nOriginal-Envelope-Id: order+314=x\r\n");
    must_hold(&run, "\r\nOriginal-Recipient: rfc822;bob+x@b.example\r\nFinal-Recipient: rfc822; bob+x@b.example\r\n");
    world_run_free(&run);
}

/* RFC 3464 2.3.5, 2.3.6: what the next server has never said is not told as its reply. */
Test(dsn, what_the_sender_decides_itself_is_no_reply_of_the_next_server)
{
    struct world_run run =
        run_dsn((struct given){.asks = "",
                               .a = ", \"tls\": { \"outbound\": \"required\" }, \"retry\": { \"policy\": \"custom\", "
                                    "\"steps\": [\"1 min\"], \"lifetime\": \"2 min\" }"});
    must_report_once(&run, "mail.a.example", "failed");
    must_hold(&run, "\r\nStatus: 4.4.7\r\nDiagnostic-Code: x-postroad; 454 4.7.4 TLS is required");
    world_run_free(&run);
}

Test(dsn, an_alias_keeps_the_name_the_sender_knew)
{
    struct world_run run = run_dsn((struct given){
        .to = "two@a.example",
        .asks = ", \"notify\": [\"failure\"], \"envid\": \"order-314\"",
        .more = ", \"faults\": [ { \"at\": \"0 s\", \"reply\": { \"server\": \"mx1.b.example\", \"to\": \"RCPT\", "
                "\"with\": \"550 5.1.1 gone\" } } ]"});
    must_report_once(&run, "mail.a.example", "failed");
    must_hold(&run, "\r\nOriginal-Envelope-Id: order-314\r\n");
    must_hold(&run, "\r\nOriginal-Recipient: rfc822;two@a.example\r\nFinal-Recipient: rfc822; bob@b.example\r\n");
    world_run_free(&run);
}

/* What is asked is told when the mail is written, in the words of RFC 3461 4; of who asks nothing, nothing. */
Test(dsn, the_journal_tells_what_the_writer_asks)
{
    static const struct {
        const char *asks, *text;
    } cases[] = {{", \"notify\": [\"success\", \"delay\"], \"ret\": \"full\", \"envid\": \"a+b\"",
                  "NOTIFY=SUCCESS,DELAY RET=FULL ENVID=a+2Bb"},
                 {", \"notify\": \"never\"", "NOTIFY=NEVER"},
                 {"", NULL}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t k = 0;
        struct world_run run = run_dsn((struct given){.asks = cases[i].asks});
        const struct event *e = find_event(&run, &k, EVENT_MAIL_NOTIFY, NULL);
        cr_assert_eq(e != NULL, cases[i].text != NULL);
        if (e) cr_expect_str_eq(event_text(e, FIELD_TEXT), cases[i].text);
        world_run_free(&run);
    }
}
