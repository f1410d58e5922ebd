/* Servers that close, reset, are silent, talk garbage or without end, drip, or say everything twice, at each point of
   the dialogue: nothing is lost, nothing is taken for delivered that is not, and what a client bears with is bounded.
 */
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
    "\"faults\": [ { \"for\": \"20 min\", \"reply\": { \"server\": \"mx1.b.example\", \"to\": \"%s\", \"action\": "
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

static void expect_safe(const char *server, const char *command, const char *action, const char *more)
{
    char json[4096], what[64];
    snprintf(what, sizeof what, "%s at %s", action, command);
    snprintf(json, sizeof json, world_text, server, command, action, more);
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

Test(hostile_peers, who_say_421_at_each_point)
{
    for (size_t i = 0; i < POINTS - 1; i++) {
        char json[4096];
        snprintf(json, sizeof json, world_text, "", points[i], "reply", ", \"with\": \"421 4.3.2 Closing\"");
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
    snprintf(json, sizeof json, world_text, "", "EHLO", "silence",
             ", \"times\": 1 } }, { \"at\": \"20 s\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"mail.a.example\"");
    struct world_run run = world_run_scenario(json, 0, event_mask_core());
    size_t i = 0;
    cr_assert_eq(count_events(&run, EVENT_SESSION_CLOSE, "a fault has held it up for half an hour"), 1);
    cr_expect(find_event(&run, &i, EVENT_RUN_END, "all is done"));
    cr_expect_eq(count_states(&run, "bob@b.example", "delivered"), 1);
    world_run_free(&run);
}
