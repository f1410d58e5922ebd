/* Habits of a mail program: mail left on the server, hours, patience, intervals. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"

/* alice writes three mails, at 1 s, 1 h and 12 h, by a client with these keys; bob fetches with those. It is 9:00. */
static struct world_run run_clients(const char *of_alice, const char *of_bob, const char *more)
{
    char json[4096];
    snprintf(json, sizeof json,
             "{\"postroad\":1,\"hosts\":{"
             "\"a-pc\":{\"client\":{\"user\":\"alice@a.example\",\"submits_to\":\"mail.a.example\"%s}},"
             "\"b-pc\":{\"client\":{\"user\":\"bob@a.example\",\"fetches_from\":\"mail.a.example\"%s}},"
             "\"mail.a.example\":{\"mail_server\":{\"domains\":[\"a.example\"],\"users\":[\"alice\",\"bob\"]}},"
             "\"internet\":{\"router\":{}}},"
             "\"links\":{\"a\":{\"between\":[\"a-pc\",\"internet\"]},\"b\":{\"between\":[\"b-pc\",\"internet\"]},"
             "\"m\":{\"between\":[\"mail.a.example\",\"internet\"]}},"
             "\"mail\":{\"m1\":{\"at\":\"1 s\",\"from\":\"alice@a.example\",\"to\":\"bob@a.example\"},"
             "\"m2\":{\"at\":\"1 h\",\"from\":\"alice@a.example\",\"to\":\"bob@a.example\"},"
             "\"m3\":{\"at\":\"12 h\",\"from\":\"alice@a.example\",\"to\":\"bob@a.example\"}}%s}",
             of_alice, of_bob, more);
    return world_run_scenario(json, 0, event_mask_all());
}

static int64_t nth_at(const struct world_run *run, enum event_kind kind, const char *word, size_t nth)
{
    size_t i = 0;
    const struct event *e = NULL;
    for (size_t n = 0; n <= nth; n++)
        e = find_event(run, &i, kind, word);
    cr_assert(e, "%s %zu", word, nth);
    return e->at_ns;
}

Test(mail_client, mail_that_is_left_on_the_server_is_fetched_once)
{
    struct world_run run = run_clients("", ",\"leaves_on_server\":true,\"fetches_every\":\"10 min\"", "");
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 3);
    cr_expect_eq(count_events(&run, EVENT_POP3_LINE, "RETR"), 3);
    cr_expect_eq(count_events(&run, EVENT_POP3_LINE, "DELE"), 0);
    cr_expect_geq(count_events(&run, EVENT_POP3_LINE, "UIDL"), 3);
    cr_expect_eq(count_events(&run, EVENT_RUN_END, "all is done"), 1);
    cr_expect_lt(run.ended_ns, 12 * HOUR + 11 * MINUTE);
    world_run_free(&run);
}

Test(mail_client, mail_that_was_left_long_enough_is_deleted)
{
    struct world_run run = run_clients("", ",\"leaves_on_server\":\"2 h\",\"fetches_every\":\"10 min\"", "");
    cr_expect_eq(count_events(&run, EVENT_POP3_LINE, "RETR"), 3);
    cr_expect_eq(count_events(&run, EVENT_POP3_LINE, "DELE"), 3); /* the world does not end before the last is gone */
    cr_expect_eq(count_events(&run, EVENT_RUN_END, "all is done"), 1);
    int64_t fetched = nth_at(&run, EVENT_MAIL_STATE, "picked up", 0),
            deleted = nth_at(&run, EVENT_POP3_LINE, "DELE", 0);
    cr_expect(deleted - fetched >= 2 * HOUR && deleted - fetched < 2 * HOUR + 11 * MINUTE, "%lld",
              (long long)(deleted - fetched));
    world_run_free(&run);
}

Test(mail_client, nothing_is_submitted_or_fetched_while_the_user_is_away)
{
    struct world_run run =
        run_clients(",\"online\":[\"12:00-13:00\",\"08:00-09:30\"]", ",\"online\":[\"20:00-24:00\"]", "");
    /* m2, of 10:00, waits until 12:00; m3, of 21:00, until 8:00; bob is there from 20:00. */
    cr_expect_lt(nth_at(&run, EVENT_MAIL_STATE, "handed on", 0), MINUTE);
    cr_expect_geq(nth_at(&run, EVENT_MAIL_STATE, "handed on", 1), 3 * HOUR);
    cr_expect_lt(nth_at(&run, EVENT_MAIL_STATE, "handed on", 1), 3 * HOUR + MINUTE);
    cr_expect_geq(nth_at(&run, EVENT_MAIL_STATE, "picked up", 0), 11 * HOUR);
    cr_expect_lt(nth_at(&run, EVENT_MAIL_STATE, "picked up", 0), 11 * HOUR + 2 * MINUTE);
    cr_expect_geq(nth_at(&run, EVENT_MAIL_STATE, "picked up", 2), 35 * HOUR);
    cr_expect_eq(count_events(&run, EVENT_RUN_END, "all is done"), 1);
    world_run_free(&run);
}

Test(mail_client, a_failed_submission_is_tried_again_after_the_time_that_was_set)
{
    struct world_run run = run_clients(",\"submission_retry\":\"20 min\"", "",
                                       ",\"faults\":[{\"at\":\"0 s\",\"for\":\"10 min\",\"reply\":{\"server\":"
                                       "\"mail.a.example\",\"to\":\"MAIL\",\"with\":\"451 4.3.0 Later\"}}]");
    int64_t at = nth_at(&run, EVENT_MAIL_STATE, "handed on", 0);
    cr_expect(at > 20 * MINUTE && at < 21 * MINUTE, "%lld", (long long)at);
    world_run_free(&run);
}

Test(mail_client, intervals_are_longer_by_up_to_the_jitter)
{
    struct world_run run = run_clients("", ",\"fetches_every\":\"1 min\",\"fetch_jitter\":\"1 min\"", "");
    size_t i = 0, n = 0, early = 0, late = 0;
    int64_t before = 0;
    for (const struct event *e; (e = find_event(&run, &i, EVENT_TIMER_FIRE, "next fetch")); before = e->at_ns, n++) {
        cr_expect(e->at_ns - before >= MINUTE && e->at_ns - before <= 2 * MINUTE);
        early += e->at_ns - before < 80 * SECOND;
        late += e->at_ns - before > 100 * SECOND;
    }
    cr_expect(n > 400 && early > n / 4 && late > n / 4, "%zu of %zu, %zu", early, n, late);
    world_run_free(&run);
}

/* MAILMAX (RFC 9422): the second goes in a session of its own, which need not wait; what is refused does. */
static int64_t second_mail_handed_on(const char *faults)
{
    char more[400];
    snprintf(more, sizeof more, ",\"smtp\":{\"max_mails\":1,\"extensions\":{\"limits\":true}}%s", faults);
    struct world_run run = run_clients(",\"submission_retry\":\"20 min\",\"online\":[\"12:00-13:00\"]", "", more);
    int64_t apart = nth_at(&run, EVENT_MAIL_STATE, "handed on", 1) - nth_at(&run, EVENT_MAIL_STATE, "handed on", 0);
    world_run_free(&run);
    return apart;
}

Test(mail_client, what_a_session_has_no_room_for_gets_another_one_at_once)
{
    cr_expect_lt(second_mail_handed_on(""), 10 * SECOND);
    int64_t apart = second_mail_handed_on(",\"faults\":[{\"at\":\"0 s\",\"for\":\"185 min\",\"reply\":{\"server\":"
                                          "\"mail.a.example\",\"to\":\"MAIL\",\"with\":\"451 4.3.0 Later\"}}]");
    cr_expect_lt(apart, 10 * SECOND, "both wait for what is refused");
}
