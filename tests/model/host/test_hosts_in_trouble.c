/* Hosts whose programs are slow or paused, and whose clocks are wrong: what others see of it. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_runs.h"

static const char world_text[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"2 d\", \"hosts\": {" ALICE_PC ","
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": %s } "
    "}," INTERNET_AND_MX1 " }," LINKS_OF_THREE ","
    "\"mail\": {" ALICE_WRITES_TO_BOB("m1", "1 s") " },"
                                                   "\"faults\": [ %s ] }";

static struct world_run run_by(const char *retry, const char *faults)
{
    char json[4096];
    snprintf(json, sizeof json, world_text, retry, faults);
    return world_run_scenario(json, 0, event_mask_all());
}

static struct world_run run_with(const char *faults)
{
    return run_by("\"postfix\"", faults);
}

static int64_t at_of(const struct world_run *run, enum event_kind kind, const char *word)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, kind, word);
    cr_assert(e, "no such event: %s", word);
    return e->at_ns;
}

static int64_t id_of_host(const struct world_run *run, const char *name)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, EVENT_HOST_ADD, name);
    return event_int(e, FIELD_HOST);
}

/* From one of the server's lines to the next: what the client sees of its speed. */
Test(hosts_in_trouble, each_answer_of_a_host_100_times_slower_takes_100_ms)
{
    struct world_run run = run_with("{ \"slow\": { \"host\": \"mx1.b.example\", \"factor\": 100 } }");
    int64_t asked = at_of(&run, EVENT_SMTP_LINE, "EHLO mail.a.example"), answered;
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(&run, &i, EVENT_SMTP_LINE, "mx1.b.example")) &&
           strncmp(event_text(e, FIELD_TEXT), "250", 3) != 0) {
    }
    cr_assert(e);
    answered = e->at_ns;
    cr_assert_eq(answered - asked, 20 * MILLISECOND + 100 * MILLISECOND + (answered - asked) % MILLISECOND,
                 "two links of 10 ms, and the host's 100 ms: %lld", (long long)(answered - asked));
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_BEGIN, NULL), count_events(&run, EVENT_ATTEMPT_END, NULL));
    world_run_free(&run);
}

/* RFC 5321 4.5.3.2: a greeting that takes longer than five minutes is not waited for; later it is, since the host is
   well again. */
Test(hosts_in_trouble, a_host_400000_times_slower_runs_into_the_time_outs_of_others)
{
    struct world_run run =
        run_with("{ \"for\": \"20 min\", \"slow\": { \"host\": \"mx1.b.example\", \"factor\": 400000 } }");
    cr_assert_geq(count_events(&run, EVENT_ATTEMPT_END, "later"), 1);
    cr_assert_geq(count_events(&run, EVENT_TIMER_FIRE, "smtp time-out"), 1);
    cr_assert_geq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
    cr_assert_eq(count_events(&run, EVENT_HOST_TROUBLE, "400000 times slower"), 1);
    world_run_free(&run);
}

/* The kernel of a paused host goes on: the connection is there, segments are acknowledged, nobody answers. */
Test(hosts_in_trouble, a_paused_server_acknowledges_and_says_nothing_until_it_goes_on)
{
    struct world_run run =
        run_with("{ \"at\": \"1 s\", \"for\": \"1 min\", \"pause\": { \"host\": \"mx1.b.example\" } }");
    int64_t greeting = at_of(&run, EVENT_SMTP_LINE, "220 mx1.b.example");
    cr_assert_eq(greeting / SECOND, 61);
    size_t i = 0, opened = 0;
    const struct event *e;
    while ((e = find_event(&run, &i, EVENT_TCP_STATE, "ESTABLISHED")))
        opened += e->at_ns < 2 * SECOND && event_int(e, FIELD_HOST) == id_of_host(&run, "mx1.b.example");
    cr_assert_eq(opened, 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_END, "later"), 0, "a minute is not too long");
    world_run_free(&run);
}

/* The sender is paused for an hour in the middle of its dialogue: when it goes on, the answer that came meanwhile is
   read first, so that the time-out, long overdue, does not strike. The server has closed the connection by then. */
Test(hosts_in_trouble, no_timer_of_a_paused_host_is_stale)
{
    struct world_run run =
        run_with("{ \"at\": \"1.19 s\", \"for\": \"4 min\", \"pause\": { \"host\": \"mail.a.example\" } }");
    size_t i = 0;
    const struct event *e;
    int64_t sender = id_of_host(&run, "mail.a.example");
    while ((e = find_event(&run, &i, EVENT_TIMER_FIRE, NULL)))
        if (event_int(e, FIELD_HOST) == sender && strncmp(event_text(e, FIELD_NAME), "smtp", 4) == 0)
            cr_assert_fail("%s at %lld", event_text(e, FIELD_NAME), (long long)e->at_ns);
    i = 0;
    while ((e = find_event(&run, &i, EVENT_SMTP_LINE, NULL)))
        cr_assert(event_int(e, FIELD_HOST) != sender || e->at_ns < 1190 * MILLISECOND ||
                      e->at_ns >= 241190 * MILLISECOND,
                  "a paused program speaks");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
    world_run_free(&run);
}

Test(hosts_in_trouble, a_client_paused_for_an_hour_finds_its_connection_closed_and_begins_anew)
{
    struct world_run run = run_with("{ \"at\": \"1.1 s\", \"for\": \"1 h\", \"pause\": { \"host\": \"alice-pc\" } }");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
    cr_assert_geq(at_of(&run, EVENT_MAIL_STATE, "delivered"), HOUR);
    cr_assert_not(run.failed);
    world_run_free(&run);
}

/* --- clocks --- */

static bool content_has(const struct world_run *run, const char *host, const char *what)
{
    size_t i = 0;
    const struct event *e;
    bool found = false;
    while (!found && (e = find_event(run, &i, EVENT_SMTP_CONTENT, NULL))) {
        if (event_int(e, FIELD_HOST) != id_of_host(run, host)) continue;
        char *bytes = stream_bytes(run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                                   (uint64_t)event_int(e, FIELD_LENGTH));
        found = strstr(bytes, what) != NULL;
        free(bytes);
    }
    return found;
}

Test(hosts_in_trouble, a_clock_an_hour_behind_is_seen_in_the_trace_lines)
{
    struct world_run run = run_with("{ \"clock\": { \"host\": \"mail.a.example\", \"behind\": \"1 h\" } }");
    cr_assert(content_has(&run, "mail.a.example", "Mon, 3 Mar 2025 08:00:0"), "its Received line");
    cr_assert(content_has(&run, "alice-pc", "Mon, 3 Mar 2025 09:00:0"), "the Date of a client whose clock is right");
    world_run_free(&run);
}

/* How many attempts of mail.a.example began in this time. */
static size_t attempts_within(const struct world_run *run, int64_t from_ns, int64_t until_ns)
{
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_ATTEMPT_BEGIN, NULL)))
        n +=
            event_int(e, FIELD_HOST) == id_of_host(run, "mail.a.example") && e->at_ns >= from_ns && e->at_ns < until_ns;
    return n;
}

/* The farthest that an attempt was ever put off. */
static int64_t longest_wait(const struct world_run *run)
{
    size_t i = 0;
    int64_t longest_ns = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_MAIL_STATE, "deferred")))
        if (event_int(e, FIELD_AT) - e->at_ns > longest_ns) longest_ns = event_int(e, FIELD_AT) - e->at_ns;
    return longest_ns;
}

static const char a_year_behind_for_a_day[] =
    "{ \"for\": \"1 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
    "{ \"at\": \"45 min\", \"for\": \"1 d\", \"clock\": { \"host\": \"mail.a.example\", \"behind\": \"365 d\" } }";

/* What these keep is a date: it lies a year ahead while the clock is a year behind, and is long past when it is right.
 */
Test(hosts_in_trouble, a_date_that_was_planned_waits_until_the_clock_shows_it)
{
    static const char *const policies[] = {
        "\"postfix\"", "\"exim\"", "\"qmail\"", "\"opensmtpd\"",
        "{ \"policy\": \"sendmail\", \"queue_run_interval\": \"10 min\", \"max_queue_age\": \"25 min\" }"};
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
        struct world_run run = run_by(policies[p], a_year_behind_for_a_day);
        int64_t right_ns = DAY + 45 * MINUTE;
        cr_assert_eq(attempts_within(&run, 45 * MINUTE, right_ns), 0, "%s", policies[p]);
        cr_assert_geq(longest_wait(&run), 365 * DAY, "%s", policies[p]);
        cr_assert_eq(attempts_within(&run, right_ns, right_ns + 31 * MINUTE), 1, "%s", policies[p]);
        cr_assert_geq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1, "%s", policies[p]);
        world_run_free(&run);
    }
}

/* A clock that is slow as well needs longer for its year: 405 days. Whether it is so before the year is set back and
   after, or goes right again in between, what was planned is due soon when the date is right. */
Test(hosts_in_trouble, a_date_by_a_slow_clock_is_right_again_with_it)
{
    static const char *const policies[] = {"\"postfix\"", "\"exim\"", "\"qmail\"", "\"opensmtpd\""};
    static const struct {
        const char *at, *lasts;
    } slow[] = {{"40 min", "2 d"}, {"40 min", "10 h"}, {"50 min", "2 d"}, {"50 min", "10 h"}};
    for (size_t i = 0; i < 4 * sizeof slow / sizeof *slow; i++) {
        char faults[512];
        snprintf(faults, sizeof faults,
                 "%s, { \"at\": \"%s\", \"for\": \"%s\", \"clock\": { \"host\": \"mail.a.example\", "
                 "\"slow\": \"10 %%\" } }",
                 a_year_behind_for_a_day, slow[i / 4].at, slow[i / 4].lasts);
        struct world_run run = run_by(policies[i % 4], faults);
        cr_assert_geq(longest_wait(&run), 405 * DAY, "%s, %s", policies[i % 4], faults);
        cr_assert_leq(at_of(&run, EVENT_MAIL_STATE, "delivered"), DAY + 8 * HOUR, "%s, %s", policies[i % 4], faults);
        world_run_free(&run);
    }
}

/* At 30 minutes Exim's queue run takes up the mail, a hair's breadth before the clock is a year behind; it reads that
   Bob's host may not be tried for a year, and looks for Carol's until after the clock is right. */
Test(hosts_in_trouble, a_date_that_was_read_while_the_clock_was_wrong_is_right_again_with_it)
{
    static const char text[] =
        "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"2 d\", \"hosts\": {" ALICE_PC ","
        "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": "
        "\"exim\" } },"
        "\"mx.c.example\": { \"mail_server\": { \"domains\": [\"c.example\"] } },"
        "\"names\": { \"name_server\": {} }," INTERNET_AND_MX1 " },"
        "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
        "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] }, \"b\": { \"between\": [\"mx1.b.example\", "
        "\"internet\"] },"
        "\"c\": { \"between\": [\"mx.c.example\", \"internet\"] }, \"n\": { \"between\": [\"names\", \"internet\"] } },"
        "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\", "
        "\"carol@c.example\"] } },"
        "\"faults\": [ { \"for\": \"29 min\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
        "{ \"for\": \"1 h\", \"dns\": { \"server\": \"names\", \"answer\": \"nothing\", \"name\": \"c.example\" } },"
        "{ \"at\": \"1800010 ms\", \"for\": \"9 s\", \"clock\": { \"host\": \"mail.a.example\", \"behind\": \"365 d\" "
        "} } ] }";
    struct world_run run = world_run_scenario(text, 0, event_mask_all());
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_SKIP, "retry time not reached"), 1, "the year is read");
    cr_assert_lt(longest_wait(&run), DAY, "but not planned by");
    cr_assert_eq(at_of(&run, EVENT_MAIL_STATE, "delivered") / MINUTE, 60);
    world_run_free(&run);
}

/* What these keep is a wait, or a queue run: M8 holds as if nobody had touched the clock. */
Test(hosts_in_trouble, a_wait_that_was_planned_goes_on_when_the_clock_is_set_back)
{
    static const char *const policies[] = {"\"sendmail\"", "\"kumomta\"", "\"exchange\"", "\"rfc-minimum\"",
                                           "{ \"policy\": \"custom\", \"quadratic\": { \"base\": \"400 s\" } }"};
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
        struct world_run run = run_by(policies[p], a_year_behind_for_a_day);
        cr_assert_leq(longest_wait(&run), 160 * MINUTE + 30 * SECOND, "%s", policies[p]);
        cr_assert_gt(attempts_within(&run, 45 * MINUTE, 4 * HOUR), 0, "%s", policies[p]);
        cr_assert_leq(at_of(&run, EVENT_MAIL_STATE, "delivered"), 4 * HOUR, "%s", policies[p]);
        world_run_free(&run);
    }
}

/* qmail has tried at 0 and 6.67 minutes, in vain, and would try at 106.7 minutes: then its tcpto has passed, too. */
Test(hosts_in_trouble, a_date_that_a_step_ahead_has_passed_is_due_at_once)
{
    struct world_run run =
        run_by("\"qmail\"", "{ \"for\": \"4 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                            "{ \"at\": \"10 min\", \"clock\": { \"host\": \"mail.a.example\", \"ahead\": \"2 h\" } }");
    cr_assert_eq(attempts_within(&run, 10 * MINUTE, 10 * MINUTE + SECOND), 1);
    cr_assert_eq(attempts_within(&run, 10 * MINUTE + SECOND, 26 * MINUTE), 0, "the next by its new age");
    world_run_free(&run);
}

/* An age of a year is over every lifetime: the mail goes back at its next attempt. */
Test(hosts_in_trouble, a_step_of_a_year_ahead_expires_what_waits)
{
    struct world_run run =
        run_with("{ \"for\": \"4 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                 "{ \"at\": \"7 min\", \"clock\": { \"host\": \"mail.a.example\", \"ahead\": \"365 d\" } }");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "bounced"), 1);
    cr_assert_lt(at_of(&run, EVENT_MAIL_STATE, "bounced"), HOUR);
    world_run_free(&run);
}

/* M8: the timers of a host go by its clock, and with them the queue runs, which come at 300 s of it. */
Test(hosts_in_trouble, a_clock_that_goes_wrong_makes_the_queue_runs_come_earlier_or_later)
{
    static const struct {
        const char *rate;
        int64_t interval_ns;
    } cases[] = {{"\"fast\": \"10 %\"", 300 * SECOND * 10 / 11}, {"\"slow\": \"25 %\"", 400 * SECOND}};
    for (size_t c = 0; c < 2; c++) {
        char faults[300];
        snprintf(faults, sizeof faults,
                 "{ \"for\": \"4 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                 "{ \"clock\": { \"host\": \"mail.a.example\", %s } }",
                 cases[c].rate);
        struct world_run run = run_with(faults);
        size_t i = 0, n = 0;
        int64_t last = 0;
        for (const struct event *e; (e = find_event(&run, &i, EVENT_ATTEMPT_BEGIN, NULL)); last = e->at_ns) {
            if (event_int(e, FIELD_HOST) != id_of_host(&run, "mail.a.example")) continue;
            if (n++ == 0) continue; /* as the mail came */
            int64_t off_ns = e->at_ns % cases[c].interval_ns;
            cr_assert(off_ns < MILLISECOND || off_ns > cases[c].interval_ns - MILLISECOND, "%s: at %lld ns",
                      cases[c].rate, (long long)e->at_ns);
            cr_assert_gt(e->at_ns, last + 100 * SECOND, "a run comes once");
        }
        cr_assert_geq(n, 6);
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
        world_run_free(&run);
    }
}

/* Dates do not come, and waits do not end: until it is right again. */
Test(hosts_in_trouble, while_a_clock_all_but_stands_still_nothing_is_tried_and_then_all_goes_on)
{
    static const char *const policies[] = {
        "\"postfix\"",     "\"exim\"",
        "\"sendmail\"",    "{ \"policy\": \"sendmail\", \"delivery_mode\": \"queue\" }",
        "\"qmail\"",       "\"opensmtpd\"",
        "\"kumomta\"",     "\"exchange\"",
        "\"rfc-minimum\"", "{ \"policy\": \"custom\", \"steps\": [\"10 min\"] }"};
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++) {
        struct world_run run =
            run_by(policies[p], "{ \"for\": \"1 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                                "{ \"at\": \"47 min\", \"for\": \"10 h\", \"clock\": { \"host\": \"mail.a.example\", "
                                "\"slow\": \"99.9 %\" } }");
        int64_t right_ns = 10 * HOUR + 47 * MINUTE;
        cr_expect_eq(attempts_within(&run, 47 * MINUTE, right_ns), 0, "%s", policies[p]);
        cr_expect_geq(attempts_within(&run, right_ns, right_ns + 3 * HOUR), 1, "%s", policies[p]);
        cr_expect_geq(count_events(&run, EVENT_MAIL_STATE, "handed on"), 2, "%s: from the writer, and to bob",
                      policies[p]);
        world_run_free(&run);
    }
}

/* For an instant both are in force, and the clock would stand: two of 50 %. */
Test(hosts_in_trouble, one_slow_clock_follows_another)
{
    struct world_run run =
        run_by("\"postfix\"", "{ \"for\": \"3 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                              "{ \"at\": \"10 min\", \"every\": \"1 h\", \"times\": 4, \"for\": \"1 h\", "
                              "\"clock\": { \"host\": \"mail.a.example\", \"slow\": \"50 %\" } }");
    cr_expect_geq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
    cr_expect_geq(attempts_within(&run, 20 * MINUTE, 3 * HOUR), 2, "runs go on, at half the pace");
    world_run_free(&run);
}

/* Written while the clock stands: its first run is due when the others are. */
Test(hosts_in_trouble, a_first_attempt_that_waits_for_a_run_is_due_soon_after_the_clock_is_right)
{
    struct world_run run =
        run_by("{ \"policy\": \"sendmail\", \"delivery_mode\": \"queue\" }",
               "{ \"for\": \"2 h\", \"clock\": { \"host\": \"mail.a.example\", \"slow\": \"99.9 %\" } }");
    int64_t delivered_ns = at_of(&run, EVENT_MAIL_STATE, "delivered");
    cr_expect(delivered_ns > 2 * HOUR && delivered_ns < 2 * HOUR + 31 * MINUTE, "%lld s",
              (long long)(delivered_ns / SECOND));
    world_run_free(&run);
}

/* Whatever the clock does meanwhile, no run comes again and again without end. */
Test(hosts_in_trouble, a_clock_that_goes_wrong_amidst_the_runs_does_not_stop_them)
{
    static const char *const policies[] = {"postfix", "exim", "sendmail"};
    for (size_t p = 0; p < 3; p++)
        for (int begins_s = 0; begins_s < 4000; begins_s += 371) {
            char json[4096], faults[400];
            snprintf(faults, sizeof faults,
                     "{ \"for\": \"4 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                     "{ \"at\": \"%d s\", \"for\": \"%d s\", \"clock\": { \"host\": \"mail.a.example\", \"%s\": \"7.3 "
                     "%%\" } }",
                     begins_s, 1000 + begins_s, begins_s % 2 ? "fast" : "slow");
            snprintf(json, sizeof json, world_text, "\"postfix\"", faults);
            struct scenario_override retry = {"/hosts/mail.a.example/mail_server/retry", policies[p]};
            struct world_run run = world_run_changed(json, &retry, 1, event_mask_all());
            cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1, "%s, %d s", policies[p], begins_s);
            cr_assert_leq(count_events(&run, EVENT_ATTEMPT_BEGIN, NULL), 60);
            world_run_free(&run);
        }
}

/* A wait is rounded up: or the attempt would come before its time by the clock, and once more without any wait. */
Test(hosts_in_trouble, a_clock_that_is_too_fast_brings_no_attempt_without_a_wait)
{
    static const struct scenario_override values[] = {
        {"/hosts/mail.a.example/mail_server/retry",
         "{ \"policy\": \"custom\", \"quadratic\": { \"base\": \"20 s\" }, \"lifetime\": \"6 h\", "
         "\"bounce_lifetime\": \"6 h\" }"},
        {"/hosts/mail.a.example/mail_server/mailbox_limit", "{ \"size\": \"100 B\" }"},
        {"/mail/m1/to", "[\"alice@a.example\"]"}};
    for (int begins_s = 100; begins_s < 4000; begins_s += 371) {
        char json[4096], faults[300];
        snprintf(faults, sizeof faults,
                 "{ \"at\": \"%d ms\", \"clock\": { \"host\": \"mail.a.example\", \"fast\": \"7.3 %%\" } }", begins_s);
        snprintf(json, sizeof json, world_text, "\"postfix\"", faults);
        struct world_run run = world_run_changed(json, values, sizeof values / sizeof *values, event_mask_all());
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "bounced"), 1);
        size_t n = count_events(&run, EVENT_MAIL_STATE, "deferred"); /* to it and from it, and of the report */
        cr_assert(n >= 120 && n <= 140, "%zu", n);
        world_run_free(&run);
    }
}

/* --- again and again --- */

Test(hosts_in_trouble, a_fault_comes_at_each_of_its_instants_and_as_often_as_it_says)
{
    struct world_run run =
        run_with("{ \"at\": [\"10 s\", \"1 h\"], \"every\": \"1 min\", \"times\": 5, \"for\": \"10 s\", "
                 "\"stop_host\": { \"host\": \"mx1.b.example\" } }");
    cr_assert_eq(count_events(&run, EVENT_HOST_STATE, "stopped by the scenario"), 10);
    cr_assert_eq(count_events(&run, EVENT_HOST_STATE, "started again"), 9, "nothing is left to wait for the last end");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1);
    world_run_free(&run);
}
