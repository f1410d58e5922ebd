/* Servers that close, reset, are silent, talk garbage or without end, contradict themselves, drip, say everything
   twice, or answer before they are asked, at each point of the dialogue, and dialogues cut off at an octet: nothing is
   lost, nothing is taken for delivered that is not, and what a client bears with is bounded. */
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
    "\"mail\": { \"m1\": { \"from\": \"alice@a.example\", \"to\": [\"nobody@b.example\", \"bob@b.example\"] } },"
    "\"faults\": [ { \"for\": \"20 min\", \"reply\": { \"server\": \"mx1.b.example\", %s, \"action\": "
    "\"%s\"%s } } "
    "] }";

static size_t count_states(const struct world_run *run, const char *recipient, const char *state)
{
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_MAIL_STATE, recipient)))
        n += strcmp(event_text(e, FIELD_RECIPIENT), recipient) == 0 && strcmp(event_text(e, FIELD_TO), state) == 0;
    return n;
}

/* Attempts that its sender holds to have succeeded. */
static size_t count_taken(const struct world_run *run, const char *recipient)
{
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_ATTEMPT_END, recipient)))
        n += strcmp(event_text(e, FIELD_RECIPIENT), recipient) == 0 &&
             strcmp(event_text(e, FIELD_OUTCOME), "delivered") == 0;
    return n;
}

static int64_t most_bytes_on_a_connection(const struct world_run *run)
{
    size_t i = 0;
    int64_t most = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_CONN_CLOSE, NULL)))
        if (event_int(e, FIELD_BYTES_RECEIVED) > most) most = event_int(e, FIELD_BYTES_RECEIVED);
    return most;
}

/* where: "\"to\": \"MAIL\"", or an octet */
static void expect_safe_where(const char *server, const char *where, const char *action, const char *more)
{
    char json[4096], what[64];
    snprintf(what, sizeof what, "%s at %s", action, where);
    snprintf(json, sizeof json, world_text, server, where, action, more);
    struct event_mask mask = event_mask_union(event_mask_core(), event_mask_kind(EVENT_SMTP_RULE));
    struct world_run run = world_run_scenario(json, 0, mask);
    cr_assert_geq(count_events(&run, EVENT_SMTP_RULE, "fault"), 1, "%s: it strikes", what);
    cr_assert_geq(count_states(&run, "bob@b.example", "delivered"), 1, "%s: it is delivered in the end", what);
    cr_assert_eq(count_taken(&run, "nobody@b.example"), 0, "%s: nobody's reply is not another's", what);
    cr_assert_geq(count_states(&run, "nobody@b.example", "bounced"), 1, "%s: and the other is reported", what);
    cr_assert_eq(count_states(&run, "bob@b.example", "bounced"), 0, "%s", what);
    cr_assert_lt(most_bytes_on_a_connection(&run), 4000000, "%s: %lld bytes were borne with", what,
                 (long long)most_bytes_on_a_connection(&run));
    world_run_free(&run);
}

static const char *at_command(const char *command)
{
    static char where[40];
    snprintf(where, sizeof where, "\"to\": \"%s\"", command);
    return where;
}

static void expect_safe(const char *server, const char *command, const char *action, const char *more)
{
    expect_safe_where(server, at_command(command), action, more);
}

static const char *const points[] = {"CONNECT", "EHLO", "MAIL", "RCPT", "DATA", ".", "QUIT"};
enum { POINTS = sizeof points / sizeof *points };

static void at_each_point(const char *action, const char *more)
{
    for (size_t i = 0; i < POINTS; i++)
        expect_safe("", points[i], action, more);
}

Test(hostile_peers, who_close_at_each_point)
{
    at_each_point("close", "");
}

Test(hostile_peers, who_reset_at_each_point)
{
    at_each_point("reset", "");
}

Test(hostile_peers, who_fall_silent_at_each_point)
{
    at_each_point("silence", "");
}

Test(hostile_peers, who_talk_garbage_at_each_point)
{
    at_each_point("garbage", "");
}

Test(hostile_peers, who_talk_without_end_at_each_point)
{
    at_each_point("endless", "");
}

Test(hostile_peers, who_drip_from_each_point_on)
{
    at_each_point("drip", ", \"every\": \"200 ms\"");
}

/* M13. In a group of commands nobody can tell a surplus reply from the next one before the group ends, so that here
   each command waits for its reply. */
Test(hostile_peers, who_say_everything_twice_at_each_point)
{
    for (size_t i = 0; i < POINTS; i++)
        expect_safe(", \"smtp\": { \"extensions\": \"plain\" }", points[i], "twice", "");
}

/* RFC 5321 4.2.1 */
Test(hostile_peers, who_contradict_themselves_in_one_reply_at_each_point)
{
    at_each_point("mismatched", "");
}

Test(hostile_peers, whose_line_has_no_end_at_each_point)
{
    at_each_point("endless line", "");
}

Test(hostile_peers, who_close_their_side_behind_each_reply)
{
    at_each_point("half close", "");
    for (size_t i = 0; i < POINTS; i++)
        expect_safe(", \"smtp\": { \"extensions\": \"plain\" }", points[i], "half close", "");
}

/* M13. */
Test(hostile_peers, who_answer_before_they_are_asked_at_each_point)
{
    at_each_point("early", "");
    for (size_t i = 0; i < POINTS; i++)
        expect_safe(", \"smtp\": { \"extensions\": \"plain\" }", points[i], "early", "");
}

/* RFC 5321 4.2.1: there are no first digits but 2, 3, 4 and 5. */
Test(hostile_peers, who_say_codes_that_there_are_not_at_each_point)
{
    static const char *const codes[] = {"600 a", "699 b", "750 c", "850 d", "999 e"};
    for (size_t i = 0; i < POINTS; i++)
        for (size_t k = 0; k < sizeof codes / sizeof *codes; k++) {
            char more[40];
            snprintf(more, sizeof more, ", \"with\": \"%s\"", codes[k]);
            expect_safe("", points[i], "reply", more);
        }
}

/* From the first octet of the greeting to the last of the good-bye. */
static void at_each_octet(const char *server, const char *action, unsigned octets)
{
    for (unsigned n = 1; n <= octets; n += 7) {
        char where[40];
        snprintf(where, sizeof where, "\"at_octet\": %u", n);
        expect_safe_where(server, where, action, ", \"times\": 2");
    }
}

Test(hostile_peers, who_close_at_each_octet_of_the_dialogue)
{
    at_each_octet("", "close", 760);
}

Test(hostile_peers, who_reset_at_each_octet_of_the_dialogue)
{
    at_each_octet("", "reset", 760);
    at_each_octet(", \"smtp\": { \"extensions\": \"plain\" }", "reset", 600);
}

static int64_t octets_said_on_what_was_closed(const struct world_run *run)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, EVENT_SESSION_CLOSE, "closed by a fault");
    int64_t conn = 0, bytes = 0;
    if (!e) return -1;
    int64_t session = event_int(e, FIELD_SESSION);
    for (i = 0; (e = find_event(run, &i, EVENT_SESSION_OPEN, "server"));)
        if (event_int(e, FIELD_SESSION) == session) conn = event_int(e, FIELD_CONN);
    for (i = 0; (e = find_event(run, &i, EVENT_CONN_CLOSE, NULL));)
        if (event_int(e, FIELD_CONN) == conn) bytes = event_int(e, FIELD_BYTES_SENT);
    return bytes;
}

/* The greeting is the first that is said: its octets are the first of the dialogue. */
Test(hostile_peers, an_octet_is_counted_exactly)
{
    for (unsigned n = 1; n <= 12; n++) {
        char json[4096], where[40];
        snprintf(where, sizeof where, "\"at_octet\": %u", n);
        snprintf(json, sizeof json, world_text, "", where, "close", ", \"times\": 1");
        struct world_run run = world_run_scenario(json, 0, event_mask_all());
        int64_t said = octets_said_on_what_was_closed(&run);
        cr_expect_eq(said, n, "%u octets are said, not %lld", n, (long long)said);
        world_run_free(&run);
    }
}

Test(hostile_peers, who_say_421_at_each_point)
{
    for (size_t i = 0; i < POINTS - 1; i++) {
        char json[4096];
        snprintf(json, sizeof json, world_text, "", at_command(points[i]), "reply",
                 ", \"with\": \"421 4.3.2 Closing\"");
        struct world_run run = world_run_scenario(json, 0, event_mask_all());
        cr_assert_geq(count_events(&run, EVENT_SMTP_LINE, "421 4.3.2 Closing"), 1, "at %s", points[i]);
        cr_assert_eq(count_states(&run, "bob@b.example", "delivered"), 1, "at %s", points[i]);
        cr_assert_eq(count_states(&run, "nobody@b.example", "bounced"), 1, "at %s", points[i]);
        world_run_free(&run);
    }
}

/* Whose client has vanished meanwhile hears of it from nobody: no program waits for ever, not even one that hangs. */
Test(hostile_peers, who_fall_silent_let_go_of_a_client_that_has_vanished)
{
    char json[4096];
    snprintf(
        json, sizeof json, world_text, "", at_command("EHLO"), "silence",
        ", \"times\": 1 } }, { \"at\": \"20 s\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"mail.a.example\"");
    struct world_run run = world_run_scenario(json, 0, event_mask_core());
    size_t i = 0;
    cr_assert_eq(count_events(&run, EVENT_SESSION_CLOSE, "a fault has held it up for half an hour"), 1);
    cr_expect(find_event(&run, &i, EVENT_RUN_END, "all is done"));
    cr_expect_eq(count_states(&run, "bob@b.example", "delivered"), 1);
    world_run_free(&run);
}
