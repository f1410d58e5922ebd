/* The outbox of a mail program on a disk that takes time: a mail is sent once it is safe, and what is safe is sent,
   once, or twice with the doubt told (laws M1, M3, M5). Only the journal says what was safe when the host stopped. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

static const char world_text[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"1 d\", \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" }, \"disk\": { %s "
    "} },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\", \"bob\", \"carol\"] "
    "} },"
    "\"internet\": { \"router\": {} } },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"], \"delay\": \"5 ms\" },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], \"delay\": \"15 ms\" } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@a.example\", "
    "\"carol@a.example\"], \"text\": \"x\" },"
    "\"m2\": { \"at\": \"1 h\", \"from\": \"alice@a.example\", \"to\": [\"alice@a.example\"] } },"
    "\"faults\": [ %s ] }";

static const char slow_disk[] = "\"write\": \"10 ms\", \"sync\": \"20 ms\", \"rename\": \"5 ms\", \"read\": \"1 s\"";

static struct world_run run_with(const char *disk, const char *faults)
{
    char json[4096];
    snprintf(json, sizeof json, world_text, disk, faults);
    return world_run_scenario(json, 0, event_mask_all());
}

/* The commit of m1, or NULL. */
static const struct event *commit_of(const struct world_run *run)
{
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_MAIL_COMMIT, "outbox")) && event_int(e, FIELD_MESSAGE) != 1) {
    }
    return e;
}

static const struct event *first(const struct world_run *run, enum event_kind kind, const char *word)
{
    size_t i = 0;
    return find_event(run, &i, kind, word);
}

static size_t entered(const struct world_run *run, const char *state, const char *recipient)
{
    size_t i = 0, n = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_MAIL_STATE, state));)
        n += strcmp(event_text(e, FIELD_TO), state) == 0 && strcmp(event_text(e, FIELD_RECIPIENT), recipient) == 0;
    return n;
}

Test(outbox, a_mail_is_sent_once_it_is_safe)
{
    struct world_run run = run_with(slow_disk, "");
    const struct event *safe = first(&run, EVENT_MAIL_COMMIT, "outbox"), *asked = first(&run, EVENT_DNS_QUERY, NULL);
    cr_assert(safe && asked);
    cr_assert_eq(safe->at_ns, SECOND + 35 * MILLISECOND);
    cr_assert_geq(asked->id, safe->id, "the server is not even looked up before");
    cr_assert_eq(entered(&run, "delivered", "bob@a.example"), 1);
    cr_assert_eq(entered(&run, "delivered", "carol@a.example"), 1);
    world_run_free(&run);
}

Test(outbox, a_disk_that_takes_no_time_tells_nothing)
{
    struct world_run run = run_with("", "");
    cr_assert_eq(count_events(&run, EVENT_MAIL_COMMIT, "outbox"), 0);
    cr_assert_eq(entered(&run, "delivered", "bob@a.example"), 1);
    world_run_free(&run);
}

static void expect_right_end(const struct world_run *run, int64_t stop_ns, const char *loss)
{
    static const char *const recipients[] = {"bob@a.example", "carol@a.example"};
    const struct event *safe = commit_of(run);
    for (size_t i = 0; i < 2; i++) {
        size_t copies = entered(run, "delivered", recipients[i]);
        size_t doubts = count_events(run, EVENT_MAIL_DOUBT, recipients[i]);
        if (safe) {
            cr_assert_geq(copies, 1, "%s at %lld: what was safe is sent", loss, (long long)stop_ns);
            cr_assert_leq(copies, 1 + doubts, "%s at %lld: %zu copies", loss, (long long)stop_ns, copies);
        } else {
            cr_assert_eq(copies, 0);
            cr_assert_eq(entered(run, "discarded", recipients[i]), 1, "%s at %lld: told by name", loss,
                         (long long)stop_ns);
        }
        cr_assert_eq(entered(run, "handed on", recipients[i]), safe ? 1 : 0);
    }
}

/* Every three milliseconds from the writing of the mail to behind the session's end. */
Test(outbox, whatever_the_instant_of_a_crash_nothing_safe_is_lost_or_doubled_without_a_word)
{
    static const char *const losses[] = {"lost", "torn", "kept"};
    size_t unsafe = 0, doubted = 0, aside = 0;
    for (size_t l = 0; l < 3; l++)
        for (int64_t ms = 1001; ms < 1420; ms += 3) {
            char fault[300];
            snprintf(fault, sizeof fault,
                     "{ \"at\": \"%lld ms\", \"for\": \"10 s\", \"stop_host\": { \"host\": \"alice-pc\", "
                     "\"unsynced\": \"%s\" } }",
                     (long long)ms, losses[l]);
            struct world_run run = run_with(slow_disk, fault);
            expect_right_end(&run, ms * MILLISECOND, losses[l]);
            unsafe += commit_of(&run) == NULL;
            doubted += count_events(&run, EVENT_MAIL_DOUBT, "the disk does not know") > 0;
            aside += count_events(&run, EVENT_MAIL_ASIDE, NULL);
            world_run_free(&run);
        }
    cr_assert_gt(unsafe, 10, "some crashes come before the mail is safe");
    cr_assert_gt(doubted, 5, "and some between the 250 and its note");
    cr_assert_gt(aside, 3, "torn files are found and told");
}

/* A full disk keeps the mail in the program; its user tries again, and a crash meanwhile loses it, by name. */
Test(outbox, a_mail_without_room_waits_in_the_program)
{
    struct world_run run = run_with("", "{ \"for\": \"2 min\", \"disk\": { \"host\": \"alice-pc\", \"full\": true } }");
    cr_assert_eq(entered(&run, "delivered", "bob@a.example"), 1);
    cr_assert_geq(first(&run, EVENT_MAIL_STATE, "delivered")->at_ns, 2 * MINUTE);
    world_run_free(&run);
    run = run_with("", "{ \"for\": \"20 min\", \"disk\": { \"host\": \"alice-pc\", \"error\": \"read-only\" } },"
                       "{ \"at\": \"1 min\", \"for\": \"10 s\", \"stop_host\": { \"host\": \"alice-pc\" } }");
    cr_assert_eq(entered(&run, "discarded", "bob@a.example"), 1);
    world_run_free(&run);
}

/* A session that hangs on a lossy link outlives the two minutes for which the world remembers a mail that it has handed
   over, delivered and picked up. Found by a sanitizer. */
Test(outbox, a_settled_mail_may_be_forgotten_before_its_session_ends)
{
    static const char json[] =
        "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 4, \"until\": \"6 h\", \"hosts\": {"
        "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
        "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": "
        "\"exim\" } },"
        "\"internet\": { \"router\": {} },"
        "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } },"
        "\"bob-pc\": { \"client\": { \"user\": \"bob@b.example\", \"fetches_from\": \"mx1.b.example\" } } },"
        "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"], \"rate\": \"50 Mbit/s\", \"delay\": \"5 "
        "ms\" },"
        "\"a-mail\": { \"between\": [\"mail.a.example\", \"internet\"], \"rate\": \"10 Mbit/s\", \"delay\": \"15 ms\", "
        "\"loss\": \"30 %\" },"
        "\"b-mail\": { \"between\": [\"mx1.b.example\", \"internet\"], \"rate\": \"10 Mbit/s\", \"delay\": \"20 ms\" },"
        "\"bob\": { \"between\": [\"bob-pc\", \"internet\"], \"rate\": \"50 Mbit/s\", \"delay\": \"5 ms\" } },"
        "\"traffic\": { \"office\": { \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"], \"every\": { "
        "\"poisson\": \"10 min\" }, \"size\": { \"lognormal\": [\"20 kB\", 1.5] } } } }";
    struct world_run run = world_run_scenario(json, 0, event_mask_all());
    cr_assert(entered(&run, "delivered", "bob@b.example") > 5);
    world_run_free(&run);
}
