/* Clients that have no mail for a server: what each is told, when it is let go of, and that a mail comes in all the
   same (docs/refusals.md, "Callers without mail"). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

static const char world_text[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} },"
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"]%s } } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"] } },"
    "\"mail\": { \"m1\": { \"at\": \"10 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"] } },"
    "\"faults\": [ { \"at\": \"1 s\", \"abuse\": { \"client\": \"alice-pc\", \"server\": \"mx1.b.example\", \"kind\": "
    "\"%s\"%s } }%s ] }";

static struct world_run run_with(const char *server, const char *kind, const char *more, const char *faults)
{
    char json[4096];
    snprintf(json, sizeof json, world_text, server, kind, more, faults);
    struct world_run run =
        world_run_scenario(json, 0, event_mask_union(event_mask_core(), event_mask_kind(EVENT_SMTP_RULE)));
    size_t i = 0;
    const struct event *e = NULL;
    while ((e = find_event(&run, &i, EVENT_MAIL_STATE, "bob@b.example")))
        if (strcmp(event_text(e, FIELD_TO), "delivered") == 0) break;
    cr_assert(e, "%s: the mail comes in", kind);
    cr_assert_lt(e->at_ns, 12 * SECOND, "%s: and not late", kind);
    i = 0;
    cr_assert(find_event(&run, &i, EVENT_RUN_END, "all is done"), "%s: it is let go of", kind);
    return run;
}

/* How often the server says this to the caller. */
static size_t said(const struct world_run *run, const char *words)
{
    size_t i = 0, n = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_SMTP_LINE, words));)
        n += event_text(e, FIELD_WHO)[0] == 'S';
    return n;
}

static int64_t first_said_ns(const struct world_run *run, const char *words)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, EVENT_SMTP_LINE, words);
    return e ? e->at_ns : -1;
}

/* RFC 5321 3.5.3, 7.3 */
Test(hostile_clients, who_guesses_names_learns_nothing)
{
    struct world_run run = run_with("", "vrfy", ", \"count\": 5000", "");
    cr_expect_eq(said(&run, "252 2.5.0"), 5000);
    world_run_free(&run);
}

Test(hostile_clients, who_guesses_names_is_let_go_of_after_so_many_commands_without_a_mail)
{
    struct world_run run = run_with(", \"client_limits\": { \"junk\": 7 }", "vrfy", ", \"count\": 5000", "");
    cr_expect_eq(said(&run, "252 2.5.0"), 7);
    cr_expect_eq(said(&run, "421 4.7.0 mx1.b.example Error: too many commands and no mail"), 1);
    cr_expect_eq(count_events(&run, EVENT_SMTP_RULE, "too many commands and no mail"), 1);
    world_run_free(&run);
}

Test(hostile_clients, who_is_curious_asks_one_thing_after_the_other)
{
    static const char *const replies[] = {"214 2.0.0 Commands", "250 2.0.0", "252 2.5.0", "502 5.5.1 EXPN",
                                          "221 2.0.0"};
    struct world_run run = run_with("", "curious", "", "");
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++)
        cr_expect_geq(said(&run, replies[i]), 1, "%s", replies[i]);
    cr_expect_eq(said(&run, "503 "), 0);
    world_run_free(&run);
    run = run_with(", \"smtp\": { \"forbid_unauthorized_pipelining\": true }", "curious", ", \"connections\": 3", "");
    cr_expect_eq(said(&run, "252 2.5.0"), 3);
    cr_expect_eq(said(&run, "554 5.5.0"), 0, "it never speaks too early");
    world_run_free(&run);
}

/* Commands that no sender of mail says: nothing else can show that a fault at them strikes. */
Test(hostile_clients, faults_strike_at_each_of_what_the_curious_asks)
{
    static const char *const commands[] = {"HELP", "NOOP", "VRFY", "EXPN", "RSET", "QUIT"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char fault[300], words[40];
        snprintf(words, sizeof words, "550 5.7.1 no %s today", commands[i]);
        snprintf(fault, sizeof fault,
                 ", { \"at\": \"0 s\", \"for\": \"5 s\", \"reply\": { \"server\": \"mx1.b.example\", \"to\": \"%s\","
                 " \"with\": \"%s\" } }",
                 commands[i], words);
        struct world_run run = run_with("", "curious", "", fault);
        cr_expect_eq(said(&run, words), 1, "%s", commands[i]);
        world_run_free(&run);
    }
}

Test(hostile_clients, who_speaks_before_the_greeting_is_refused_where_the_server_minds)
{
    struct world_run run = run_with("", "early", "", "");
    cr_expect_eq(said(&run, "220 mx1.b.example"), 2, "the mail's too");
    cr_expect_eq(said(&run, "221 2.0.0 mx1.b.example"), 2);
    world_run_free(&run);
    run = run_with(", \"tarpit\": { \"greeting\": \"1 s\", \"early_talkers\": \"refuse\" }", "early", "", "");
    cr_expect_eq(said(&run, "220 mx1.b.example"), 1, "the mail's");
    cr_expect_eq(said(&run, "554 5.5.1 Protocol error: you speak before the greeting"), 1);
    cr_expect_eq(said(&run, "503 5.5.1 Bad sequence of commands: no service here, only QUIT"), 2);
    world_run_free(&run);
}

Test(hostile_clients, a_web_browser_is_told_500_for_each_line)
{
    struct world_run run = run_with("", "http", "", "");
    cr_expect_eq(said(&run, "500 5.5.2 Command not recognized"), 4);
    cr_expect_eq(first_said_ns(&run, "421 4.4.2") / SECOND, 301);
    world_run_free(&run);
    run = run_with(", \"client_limits\": { \"errors\": 3 }", "http", "", "");
    cr_expect_eq(said(&run, "500 5.5.2 Command not recognized"), 2);
    cr_expect_eq(said(&run, "421 4.7.0 mx1.b.example Error: too many errors"), 1);
    world_run_free(&run);
}

/* RFC 5321 4.5.3.2.7 */
Test(hostile_clients, who_speaks_tls_in_clear_has_five_minutes_for_a_line)
{
    struct world_run run = run_with("", "tls", "", "");
    cr_expect_eq(said(&run, "421 4.4.2"), 1);
    cr_expect_eq(first_said_ns(&run, "421 4.4.2") / SECOND, 301);
    cr_expect_eq(said(&run, "500 "), 0);
    world_run_free(&run);
}

Test(hostile_clients, who_drips_a_command_has_five_minutes_from_its_first_octet_on)
{
    static const char *const every[] = {"\"every\": \"1 s\"", "\"every\": \"100 s\"", "\"every\": \"290 s\""};
    for (size_t i = 0; i < 3; i++) {
        char more[60];
        snprintf(more, sizeof more, ", %s", every[i]);
        struct world_run run = run_with("", "drip", more, "");
        cr_expect_eq(first_said_ns(&run, "421 4.4.2") / SECOND, 301, "%s", every[i]);
        world_run_free(&run);
    }
}

/* RFC 3030 2 */
Test(hostile_clients, chunks_that_nobody_asked_for_are_refused_and_leave_nothing)
{
    struct world_run run = run_with("", "bdat", ", \"connections\": 4", "");
    cr_expect_eq(said(&run, "503 5.5.1 Bad sequence of commands: MAIL first"), 4);
    cr_expect_eq(said(&run, "503 5.5.1 Bad sequence of commands: BDAT has begun"), 4);
    cr_expect_eq(said(&run, "421 4.5.4"), 2, "a size beyond all numbers");
    size_t i = 0, delivered = 0;
    for (const struct event *e; (e = find_event(&run, &i, EVENT_MAIL_STATE, "delivered"));)
        delivered += strcmp(event_text(e, FIELD_TO), "delivered") == 0;
    cr_expect_eq(delivered, 1, "only the mail");
    world_run_free(&run);
}

Test(hostile_clients, who_holds_many_lines_is_let_go_of_after_five_minutes_each)
{
    struct world_run run = run_with("", "silence", ", \"connections\": 3000, \"at_once\": 3000", "");
    cr_expect_eq(said(&run, "421 4.4.2"), 3000);
    world_run_free(&run);
    run = run_with(", \"client_limits\": { \"at_once\": 10 }", "silence", ", \"connections\": 3000, \"at_once\": 3000",
                   "");
    cr_expect_eq(said(&run, "421 4.4.2"), 10);
    cr_expect_eq(said(&run, "421 4.7.0"), 2990);
    world_run_free(&run);
}

/* "for" ends it, and so does a crash of either end, at whatever moment. */
Test(hostile_clients, who_is_stopped_leaves_no_line_behind)
{
    static const char *const kinds[] = {"vrfy", "early", "http", "tls", "bdat", "drip", "silence"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct world_run run =
            run_with("", kinds[i], ", \"connections\": 30, \"at_once\": 7",
                     ", { \"at\": \"20 s\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"alice-pc\" } },"
                     "{ \"at\": \"40 s\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"mx1.b.example\" } }");
        world_run_free(&run);
        run = run_with("", kinds[i],
                       " }, \"for\": \"30 s\", \"description\": \"\" }, { \"at\": \"1 d\", \"abuse\": { "
                       "\"client\": \"alice-pc\", \"server\": \"mx1.b.example\", \"kind\": \"early\"",
                       "");
        world_run_free(&run);
    }
}
