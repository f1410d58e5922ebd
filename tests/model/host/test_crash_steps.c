/* A host that crashes at every step of accepting a mail and handing it on, once, twice, and while it reads its queue
   back; with what was not synced lost, torn or kept (laws M1 to M5). What must come of it stands in a table: it does
   not come from the model. And a crash at every millisecond, where only the journal says what was promised before. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_runs.h"

static const char world_text[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] }, \"disk\": %s },"
    "\"internet\": { \"router\": {} },"
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] }, \"disk\": %s } },"
    "\"links\": {"
    "\"alice\": { \"between\": [\"alice-pc\", \"internet\"], \"delay\": \"5 ms\" },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], \"delay\": \"15 ms\" },"
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"], \"delay\": \"20 ms\" } },"
    "\"mail\": {"
    "\"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"], \"text\": \"x\" },"
    "\"m2\": { \"at\": \"3 s\", \"from\": \"alice@a.example\", \"to\": [\"nobody@b.example\"], \"text\": \"y\" } },"
    "\"faults\": [ %s ] }";

static const char slow_disk[] = "{ \"write\": \"2 ms\", \"sync\": \"5 ms\", \"rename\": \"5 ms\", \"read\": \"4 s\" }";
static const char instant_disk[] = "{}";

static struct world_run run_with(const char *disk, const char *faults)
{
    char json[4096];
    snprintf(json, sizeof json, world_text, disk, disk, faults);
    return world_run_scenario(json, 0, event_mask_all());
}

/* How often a mail came into the recipient's mailbox. */
static size_t copies(const struct world_run *run, const char *recipient)
{
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_MAIL_STATE, recipient)))
        n +=
            strcmp(event_text(e, FIELD_TO), "delivered") == 0 && strcmp(event_text(e, FIELD_RECIPIENT), recipient) == 0;
    return n;
}

/* M3: before a server says 250 to the end of a mail, that mail is committed there under that name. */
static void expect_no_promise_before_its_commit(const struct world_run *run, const char *what)
{
    size_t i = 0, promises = 0;
    const struct event *line;
    while ((line = find_event(run, &i, EVENT_SMTP_LINE, "OK queued as "))) {
        promises++;
        const char *queue_id = strstr(event_text(line, FIELD_TEXT), "queued as ") + strlen("queued as ");
        bool found = false;
        const struct event *e;
        for (size_t k = 0; !found && (e = find_event(run, &k, EVENT_MAIL_COMMIT, "queue")) && e->id < line->id;)
            found = event_int(e, FIELD_HOST) == event_int(line, FIELD_HOST) &&
                    strcmp(event_text(e, FIELD_QUEUE_ID), queue_id) == 0;
        cr_assert(found, "%s: %s was promised before it was safe", what, queue_id);
    }
    cr_assert_gt(promises, 0);
}

/* M1, M9: nothing is left under way, and what a queue has taken over ends. */
static void expect_all_ended(const struct world_run *run, const char *what)
{
    size_t i = 0, n = 0;
    struct holding {
        int64_t message, host;
        const char *recipient, *queue_id, *state;
    } holdings[64];
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_MAIL_STATE, NULL))) {
        size_t k = 0;
        while (k < n &&
               (holdings[k].message != event_int(e, FIELD_MESSAGE) || holdings[k].host != event_int(e, FIELD_HOST) ||
                strcmp(holdings[k].recipient, event_text(e, FIELD_RECIPIENT)) != 0 ||
                strcmp(holdings[k].queue_id, event_text(e, FIELD_QUEUE_ID)) != 0))
            k++;
        cr_assert_lt(k, sizeof holdings / sizeof *holdings);
        if (k == n)
            holdings[n++] = (struct holding){event_int(e, FIELD_MESSAGE), event_int(e, FIELD_HOST),
                                             event_text(e, FIELD_RECIPIENT), event_text(e, FIELD_QUEUE_ID), ""};
        cr_assert_str_eq(holdings[k].state, event_text(e, FIELD_FROM), "%s: a gap in the states", what);
        holdings[k].state = event_text(e, FIELD_TO);
    }
    for (size_t k = 0; k < n; k++) {
        static const char *const open[] = {"outbox", "queued", "active", "deferred"};
        for (size_t o = 0; o < sizeof open / sizeof *open; o++)
            cr_assert_str_neq(holdings[k].state, open[o], "%s: %s for %s", what, open[o], holdings[k].recipient);
    }
}

/* --- at each step --- */

static const char *const hosts[] = {"mail.a.example", "mx1.b.example"};
static const char *const losses[] = {"lost", "torn", "kept"};

/* What comes of n crashes in a row at a step: how many copies bob gets, how many reports about m2 alice gets, and
   whether the step comes again after a crash. A step that never comes at a host has no row. */
static const struct step {
    const char *name, *mail;
    int host;
    bool comes_again, makes_a_copy, is_unsynced;
} steps[] = {
    /* accepting, at either server: before the commit nothing is there, and whoever sent it tries again; behind it the
       mail is there, and without the 250 its sender does not know */
    {"written", "m1", 0, true, false, true},
    {"synced", "m1", 0, true, false, true},
    {"committed", "m1", 0, true, true, false},
    {"before 250", "m1", 0, true, true, false},
    {"after 250", "m1", 0, false, false, false},
    {"written", "m1", 1, true, false, true},
    {"synced", "m1", 1, true, false, true},
    {"committed", "m1", 1, true, true, false},
    {"before 250", "m1", 1, true, true, false},
    {"after 250", "m1", 1, false, false, false},
    /* handing on: the next server has it; until that is written down here it is due again */
    {"handed over", "m1", 0, true, true, false},
    {"marked done", "m1", 0, false, false, false},
    /* the report is in the queue; until its mail is marked it is reported again */
    {"bounce written", "m2", 0, true, true, false},
    {"written", "m2", 0, true, false, true},
    {"before 250", "m2", 0, true, true, false},
};

static void fault_at(char *out, size_t size, const struct step *step, int nth, const char *loss, const char *more)
{
    snprintf(
        out, size,
        "{ \"for\": \"20 s\", \"stop_host\": { \"host\": \"%s\", \"unsynced\": \"%s\", \"when\": { \"mail\": \"%s\", "
        "\"step\": \"%s\", \"nth\": %d } } }%s",
        hosts[step->host], loss, step->mail, step->name, nth, more);
}

static void expect_outcome(const struct world_run *run, const struct step *step, size_t crashes, const char *loss,
                           const char *what)
{
    size_t of_m1 = strcmp(step->mail, "m1") == 0 && step->makes_a_copy ? 1 + crashes : 1;
    size_t of_m2 = strcmp(step->mail, "m2") == 0 && step->makes_a_copy ? 1 + crashes : 1;
    bool torn = step->is_unsynced && strcmp(loss, "torn") == 0;
    cr_assert_eq(copies(run, "bob@b.example"), of_m1, "%s: %zu copies", what, copies(run, "bob@b.example"));
    cr_assert_eq(copies(run, "alice@a.example"), of_m2, "%s: %zu reports", what, copies(run, "alice@a.example"));
    cr_assert_eq(count_events(run, EVENT_MAIL_ASIDE, NULL), torn ? crashes : 0, "%s: torn files are set aside", what);
    expect_no_promise_before_its_commit(run, what);
    expect_all_ended(run, what);
}

static void crash_at(const char *disk, const struct step *step, const char *loss)
{
    char what[128], faults[1200], second[400];
    for (int n = 1; n <= (step->comes_again ? 2 : 1); n++) {
        snprintf(what, sizeof what, "%s, %s, %d at %s, %s", disk, step->mail, n, step->name, loss);
        fault_at(second, sizeof second, step, 2, loss, "");
        char more[420];
        snprintf(more, sizeof more, ", %s", second);
        fault_at(faults, sizeof faults, step, 1, loss, n == 2 ? more : "");
        struct world_run run = run_with(disk, faults);
        cr_assert_eq(count_events(&run, EVENT_HOST_STATE, "stopped by the scenario"), (size_t)n, "%s: it stops", what);
        expect_outcome(&run, step, (size_t)n, loss, what);
        world_run_free(&run);
    }
}

Test(crash_steps, at_each_step_once_and_twice_with_an_instant_disk)
{
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
        for (size_t l = 0; l < 3; l++)
            crash_at(instant_disk, &steps[s], losses[l]);
}

Test(crash_steps, at_each_step_once_and_twice_with_a_slow_disk)
{
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
        for (size_t l = 0; l < 3; l++)
            crash_at(slow_disk, &steps[s], losses[l]);
}

/* Back after 20 s; a second later, while it reads, it stops again, for ten. */
Test(crash_steps, once_more_while_it_reads_its_queue_back)
{
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++) {
        char what[128], faults[1200], more[300];
        const struct step *step = &steps[s];
        snprintf(what, sizeof what, "%s of %s, again while reading", step->name, step->mail);
        fault_at(faults, sizeof faults, step, 1, losses[s % 3], "");
        struct world_run once = run_with(slow_disk, faults);
        size_t i = 0;
        int64_t at_ns = find_event(&once, &i, EVENT_HOST_STATE, "stopped by the scenario")->at_ns;
        world_run_free(&once);
        snprintf(more, sizeof more, ", { \"at\": \"%lld ns\", \"for\": \"10 s\", \"stop_host\": { \"host\": \"%s\" } }",
                 (long long)(at_ns + 21 * SECOND), hosts[step->host]);
        fault_at(faults, sizeof faults, step, 1, losses[s % 3], more);
        struct world_run run = run_with(slow_disk, faults);
        cr_assert_eq(count_events(&run, EVENT_HOST_STATE, "stopped by the scenario"), 2, "%s", what);
        expect_outcome(&run, step, 1, losses[s % 3], what);
        world_run_free(&run);
    }
}

/* --- at each millisecond --- */

/* Causes for a further copy that the journal names: a host stopped with a mail committed and its 250 not yet with the
   sender; or with the 250 of the next host there and not yet marked. One crash is one cause at most, for one mail. */
static size_t stops(const struct world_run *run)
{
    return count_events(run, EVENT_HOST_STATE, "stopped by the scenario");
}

static void crash_by_time(int host, int64_t at_ms, const char *loss)
{
    char faults[300], what[100];
    snprintf(what, sizeof what, "%s at %lld ms, %s", hosts[host], (long long)at_ms, loss);
    snprintf(faults, sizeof faults,
             "{ \"at\": \"%lld ms\", \"for\": \"20 s\", \"stop_host\": { \"host\": \"%s\", \"unsynced\": \"%s\" } }",
             (long long)at_ms, hosts[host], loss);
    struct world_run run = run_with(slow_disk, faults);
    size_t of_bob = copies(&run, "bob@b.example"), of_alice = copies(&run, "alice@a.example");
    cr_assert(of_bob >= 1 && of_bob <= 1 + stops(&run), "%s: %zu copies", what, of_bob);
    cr_assert(of_alice >= 1 && of_alice <= 1 + stops(&run), "%s: %zu reports", what, of_alice);
    expect_no_promise_before_its_commit(&run, what);
    expect_all_ended(&run, what);
    world_run_free(&run);
}

/* m1 is submitted at 1 s, and with bob some 0.6 s later. */
Test(crash_steps, at_each_third_millisecond_of_a_mails_way)
{
    for (int64_t ms = 1000; ms < 1900; ms += 3)
        crash_by_time((int)(ms / 3 % 2), ms, losses[ms / 6 % 3]);
}

/* H-RESTART: a hundred times in a row, also while it reads. */
Test(crash_steps, a_hundred_restarts_lose_nothing)
{
    struct world_run run =
        run_with(slow_disk, "{ \"at\": \"1200 ms\", \"for\": \"3 s\", \"every\": \"5 s\", \"times\": 100, "
                            "\"stop_host\": { \"host\": \"mail.a.example\", \"unsynced\": \"torn\" } }");
    cr_assert_eq(stops(&run), 100);
    cr_assert_geq(copies(&run, "bob@b.example"), 1);
    expect_no_promise_before_its_commit(&run, "a hundred restarts");
    expect_all_ended(&run, "a hundred restarts");
    world_run_free(&run);
}

/* What comes while the queue is read back is under way before it is read. mx1 says nothing to it for five minutes. */
Test(crash_steps, a_mail_that_comes_while_it_reads_its_queue_back_is_handed_on_once)
{
    struct world_run run = run_with(slow_disk, "{ \"for\": \"1 s\", \"stop_host\": { \"host\": \"mail.a.example\", "
                                               "\"when\": { \"mail\": \"m1\", \"step\": \"after 250\" } "
                                               "} }, { \"for\": \"5 s\", \"reply\": { \"server\": \"mx1.b.example\", "
                                               "\"to\": \"EHLO\", \"action\": \"silence\" } }");
    cr_assert_eq(stops(&run), 1);
    cr_assert_eq(copies(&run, "bob@b.example"), 1);
    expect_all_ended(&run, "a mail that comes meanwhile");
    world_run_free(&run);
}

/* A fault that waits for a step is one thing, a disk that fails at it another: what mail.a hands on while it cannot
   write that down ends its session, and is not handed on again for that. */
Test(crash_steps, a_failing_disk_is_no_stop_that_never_comes)
{
    struct world_run run = run_with(
        instant_disk,
        "{ \"at\": \"1300 ms\", \"for\": \"1 min\", \"disk\": { \"host\": \"mail.a.example\", \"error\": \"write\" } "
        "}, "
        "{ \"stop_host\": { \"host\": \"mail.a.example\", \"when\": { \"step\": \"marked done\", \"nth\": 99 } } }");
    cr_assert_eq(stops(&run), 0);
    cr_assert_eq(copies(&run, "bob@b.example"), 1);
    expect_all_ended(&run, "a failing disk");
    size_t i = 0;
    cr_expect(find_event(&run, &i, EVENT_RUN_END, "all is done"));
    world_run_free(&run);
}

/* --- disks --- */

static size_t replies(const struct world_run *run, const char *beginning)
{
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_SMTP_LINE, beginning)))
        n += strncmp(event_text(e, FIELD_TEXT), beginning, strlen(beginning)) == 0;
    return n;
}

/* H-FULL: for every size up to that of the mail it says 452, and delivers what it has room for. */
Test(crash_steps, a_disk_that_is_full_at_byte_n_refuses_with_452_and_loses_nothing)
{
    for (int n = 0; n <= 1000; n += 50) {
        char faults[200];
        snprintf(faults, sizeof faults,
                 "{ \"for\": \"20 min\", \"disk\": { \"host\": \"mx1.b.example\", \"full\": \"%d B\" } }", n);
        struct world_run run = run_with(n % 100 ? slow_disk : instant_disk, faults);
        bool fits = replies(&run, "452 4.3.1") == 0;
        cr_assert_eq(copies(&run, "bob@b.example"), 1, "%d B", n);
        cr_assert(n >= 400 || !fits, "a mail of some 400 bytes has no room in %d", n);
        cr_assert(n < 1000 || fits, "%d B", n);
        expect_no_promise_before_its_commit(&run, "full");
        expect_all_ended(&run, "full");
        world_run_free(&run);
    }
}

Test(crash_steps, a_disk_that_fails_refuses_with_451_and_loses_nothing)
{
    static const char *const errors[] = {"read-only", "write", "sync"};
    for (size_t e = 0; e < 3; e++)
        for (size_t h = 0; h < 2; h++) {
            char faults[200];
            snprintf(faults, sizeof faults,
                     "{ \"for\": \"20 min\", \"disk\": { \"host\": \"%s\", \"error\": \"%s\" } }", hosts[h], errors[e]);
            struct world_run run = run_with(e == 1 ? slow_disk : instant_disk, faults);
            cr_assert_gt(replies(&run, "451 4.3.0"), 0, "%s at %s", errors[e], hosts[h]);
            cr_assert_geq(copies(&run, "bob@b.example"), 1);
            cr_assert_geq(copies(&run, "alice@a.example"), 1, "its report");
            expect_no_promise_before_its_commit(&run, errors[e]);
            expect_all_ended(&run, errors[e]);
            world_run_free(&run);
        }
}

/* H-WIPE: what was acknowledged is lost with the disk, by name, and only then. */
Test(crash_steps, a_wiped_disk_loses_what_it_held_and_says_so)
{
    struct world_run run =
        run_with(instant_disk, "{ \"for\": \"1 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                               "{ \"at\": \"5 min\", \"for\": \"1 min\", \"disk\": { \"host\": \"mail.a.example\", "
                               "\"wipe\": \"queue\" } }");
    cr_assert_eq(copies(&run, "bob@b.example"), 0);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "lost with the disk"), 2);
    cr_assert_eq(count_events(&run, EVENT_HOST_STATE, "its disk is lost"), 1);
    expect_all_ended(&run, "wiped");
    world_run_free(&run);
}

static int64_t delivered_at(const struct world_run *run, const char *recipient)
{
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_MAIL_STATE, recipient)) &&
           strcmp(event_text(e, FIELD_TO), "delivered") != 0) {
    }
    cr_assert(e);
    return e->at_ns;
}

Test(crash_steps, a_slow_disk_makes_the_250_late)
{
    struct world_run quick = run_with(slow_disk, "");
    struct world_run slow = run_with(slow_disk, "{ \"disk\": { \"host\": \"mx1.b.example\", \"slow\": 100 } }");
    int64_t quick_ns = delivered_at(&quick, "bob@b.example"), slow_ns = delivered_at(&slow, "bob@b.example");
    cr_assert_eq(slow_ns - quick_ns, 2 * 99 * 12 * MILLISECOND,
                 "queue and mailbox, 12 ms each, 100 times as long: %lld", (long long)(slow_ns - quick_ns));
    world_run_free(&quick);
    world_run_free(&slow);
}
