/* The queue of a mail server in whole worlds: what is tried, what is passed over, what goes over one session, what
   senders hear, and what a lost word or a crash makes of it. Alice's server has the queue that is looked at. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_runs.h"

static const char template[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\", \"ann\"] %s } },"
    "\"internet\": { \"router\": {} }, \"closed\": { \"router\": {}, \"address\": \"10.9.9.9\" },"
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [%s] %s } } },"
    "\"zones\": { \"closed.example\": [\"@ 300 IN MX 10 mx\", \"mx 300 IN A 10.9.9.9\"] },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"] },"
    "\"c\": { \"between\": [\"closed\", \"internet\"] } },"
    "\"mail\": { %s } %s }";

struct given {
    const char *a, *b; /* beside the users of Alice's and Bob's servers */
    const char *users; /* of Bob's; NULL: bob */
    unsigned n;        /* mails from Alice, one after the other */
    const char *to;    /* their recipients; NULL: bob */
    unsigned every_ms; /* 0: all at once */
    const char *more;  /* faults and so on, of the whole file */
    uint64_t seed;
};

static struct world_run run_queue(struct given given)
{
    enum { ROOM = 100000 };
    char *json = malloc(ROOM), *mails = malloc(ROOM);
    size_t used = 0;
    for (unsigned i = 1; i <= given.n; i++)
        used += (size_t)snprintf(
            mails + used, ROOM - used, "%s\"m%u\": { \"at\": \"%u ms\", \"from\": \"alice@a.example\", \"to\": [%s] }",
            i > 1 ? ", " : "", i, 1000 + (i - 1) * given.every_ms, given.to ? given.to : "\"bob@b.example\"");
    snprintf(json, ROOM, template, given.a ? given.a : "", given.users ? given.users : "\"bob\"",
             given.b ? given.b : "", mails, given.more ? given.more : "");
    struct world_run run = world_run_scenario(json, given.seed, event_mask_all());
    free(mails);
    free(json);
    return run;
}

#define DOWN(time)                                                                                                     \
    ", \"faults\": [ { \"at\": \"0 s\", \"for\": \"" time "\", \"stop_host\": { \"host\": \"mx1.b.example\" } } ]"

static int64_t host_named(const struct world_run *run, const char *name)
{
    for (size_t i = 0; i < run->scenario->n_hosts; i++)
        if (strcmp(run->scenario->hosts[i].name, name) == 0) return (int64_t)i + 1;
    cr_assert_fail("there is no %s", name);
    return 0;
}

/* Events of a kind at a host. */
static size_t count_at(const struct world_run *run, enum event_kind kind, const char *host, const char *word)
{
    int64_t id = host_named(run, host);
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, kind, word)))
        n += event_int(e, FIELD_HOST) == id;
    return n;
}

static size_t sessions_of_a(const struct world_run *run)
{
    int64_t a = host_named(run, "mail.a.example");
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_SESSION_OPEN, "client")))
        n += event_int(e, FIELD_HOST) == a;
    return n;
}

static size_t lines_of_a(const struct world_run *run, const char *begin)
{
    int64_t a = host_named(run, "mail.a.example");
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_SMTP_LINE, NULL)))
        n += event_int(e, FIELD_HOST) == a && strncmp(event_text(e, FIELD_TEXT), begin, strlen(begin)) == 0;
    return n;
}

/* --- destinations --- */

/* qmgr_queue.c: the first failure takes two from the window; 1/5 + 1/3 + 1/2 of a cohort: the third session that is not
   greeted kills the destination. All twelve are due at the scan after ten minutes. */
Test(queue, postfix_passes_over_what_waits_for_a_destination_that_died_and_tries_it_again_later)
{
    struct world_run run =
        run_queue((struct given){.n = 12, .to = "\"bob@closed.example\"", .more = ", \"until\": \"14 min\""});
    size_t i = 0, tried = 0, windows = 0, passed_over = 0;
    const struct event *e, *died = NULL;
    while (!died && (e = find_event(&run, &i, EVENT_DESTINATION, "closed.example"))) {
        if (e->at_ns < 600 * SECOND) continue; /* what happened while they came in one by one */
        if (event_int(e, FIELD_UP)) cr_assert_eq(event_int(e, FIELD_WINDOW), 3 - (int64_t)windows++);
        if (!event_int(e, FIELD_UP)) died = e;
    }
    cr_assert(died);
    cr_assert_eq(windows, 2);
    cr_assert_eq(event_int(died, FIELD_AT) - died->at_ns, 300 * SECOND, "for minimal_backoff_time");
    i = 0;
    while ((e = find_event(&run, &i, EVENT_ATTEMPT_BEGIN, NULL)))
        tried += e->at_ns >= 600 * SECOND;
    cr_assert_eq(tried, 5, "the first five, since the window shrinks as fast as they fail, not %zu", tried);
    i = 0;
    while ((e = find_event(&run, &i, EVENT_ATTEMPT_SKIP, "held for dead")))
        passed_over += e->at_ns >= 600 * SECOND;
    cr_assert_eq(passed_over, 7);
    world_run_free(&run);
}

Test(queue, replies_after_a_good_handshake_do_not_kill_a_destination)
{
    struct world_run run = run_queue((struct given){
        .n = 12,
        .more = ", \"faults\": [ { \"at\": \"0 s\", \"for\": \"4 min\", \"reply\": { \"server\": \"mx1.b.example\", "
                "\"to\": \"RCPT\", \"with\": \"451 4.7.1 not now\" } } ]"});
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_SKIP, NULL), 0);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 12);
    world_run_free(&run);
}

Test(queue, mails_that_wait_for_the_same_destination_share_sessions_within_its_window)
{
    struct world_run run = run_queue((struct given){.n = 40, .more = DOWN("20 s")});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 40);
    cr_assert_leq(sessions_of_a(&run), 20, "%zu sessions", sessions_of_a(&run));
    cr_assert_eq(lines_of_a(&run, "RSET"), 0, "one transaction follows the other without a word");
    world_run_free(&run);
}

Test(queue, a_limit_of_one_session_sends_one_mail_after_the_other_over_it)
{
    struct world_run run = run_queue((struct given){
        .a = ", \"retry\": { \"policy\": \"custom\", \"steps\": [\"1 min\"], \"destination_concurrency_limit\": 1 }",
        .n = 10,
        .more = DOWN("30 s")});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 10);
    cr_assert_leq(sessions_of_a(&run), 2, "%zu sessions", sessions_of_a(&run));
    world_run_free(&run);
}

/* qmail-send: concurrencyremote for all destinations together, one recipient and one mail a session. */
Test(queue, qmail_opens_a_session_for_each_recipient_and_no_more_than_allowed_at_a_time)
{
    struct world_run run =
        run_queue((struct given){.a = ", \"retry\": { \"policy\": \"qmail\", \"concurrencyremote\": 2 }",
                                 .n = 3,
                                 .users = "\"bob\", \"eve\", \"ann\"",
                                 .to = "\"bob@b.example\", \"eve@b.example\", \"ann@b.example\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 9);
    cr_assert_eq(sessions_of_a(&run), 9);
    int64_t a = host_named(&run, "mail.a.example");
    int most = 0, open = 0;
    for (size_t i = 0; i < journal_memory_count(run.journal); i++) {
        const struct event *e = journal_memory_at(run.journal, i);
        if (e->kind == EVENT_ATTEMPT_BEGIN && event_int(e, FIELD_HOST) == a) open++;
        if (e->kind == EVENT_ATTEMPT_END && event_int(e, FIELD_HOST) == a) open--;
        most = open > most ? open : most;
    }
    cr_assert_eq(most, 2);
    world_run_free(&run);
}

Test(queue, fifty_recipients_of_a_domain_are_one_transaction_and_the_next_ones_another)
{
    char to[4096] = "", users[4096] = "";
    for (int i = 0, t = 0, u = 0; i < 60; i++) {
        t += snprintf(to + t, sizeof to - (size_t)t, "%s\"u%d@b.example\"", i ? ", " : "", i);
        u += snprintf(users + u, sizeof users - (size_t)u, "%s\"u%d\"", i ? ", " : "", i);
    }
    struct world_run run = run_queue((struct given){.n = 1, .to = to, .users = users});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 60);
    cr_assert_eq(lines_of_a(&run, "RCPT"), 60);
    cr_assert_eq(count_at(&run, EVENT_SMTP_CONTENT, "mail.a.example", NULL), 2);
    world_run_free(&run);
}

/* --- what is remembered of hosts --- */

Test(queue, exim_lets_another_mail_wait_for_the_time_of_the_host)
{
    struct world_run run =
        run_queue((struct given){.a = ", \"retry\": { \"policy\": \"exim\", \"queue_run_interval\": \"5 min\" }",
                                 .n = 2,
                                 .every_ms = 360000,
                                 .to = "\"bob@closed.example\"",
                                 .more = ", \"until\": \"20 min\""});
    size_t i = 0;
    const struct event *first = find_event(&run, &i, EVENT_ATTEMPT_SKIP, NULL);
    cr_assert(first);
    cr_assert_eq(event_int(first, FIELD_MESSAGE), 2, "the second mail comes while the host is held for down");
    cr_assert_eq(event_int(first, FIELD_AT) / SECOND, 901, "and waits for the host's time, a quarter of an hour");
    i = 0;
    const struct event *e;
    while ((e = find_event(&run, &i, EVENT_ATTEMPT_BEGIN, NULL)))
        if (event_int(e, FIELD_MESSAGE) == 2) cr_assert_geq(e->at_ns, 901 * SECOND);
    world_run_free(&run);
}

Test(queue, sendmail_asks_a_host_that_failed_once_in_a_queue_run)
{
    struct world_run run = run_queue((struct given){.a = ", \"retry\": { \"policy\": \"sendmail\", \"delivery_mode\": "
                                                         "\"queue\", \"destination_concurrency_limit\": 1 }",
                                                    .n = 5,
                                                    .to = "\"bob@closed.example\"",
                                                    .more = ", \"until\": \"31 min\""});
    cr_assert_eq(count_at(&run, EVENT_ATTEMPT_END, "mail.a.example", "closed"), 1);
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_SKIP, NULL), 4);
    world_run_free(&run);
}

/* One host refuses at once, the other lets five minutes pass: one recipient is due while the other is being tried. It
   once was an attempt in the past. */
Test(queue, recipients_of_one_mail_whose_hosts_fail_in_their_own_time_are_each_tried_in_theirs)
{
    struct world_run run =
        run_queue((struct given){.a = ", \"retry\": { \"policy\": \"exim\", \"queue_run_interval\": \"0 s\" }",
                                 .n = 1,
                                 .to = "\"bob@closed.example\", \"bob@b.example\"",
                                 .more = DOWN("3 h")});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 3, "the mail, the warning, the bounce");
    cr_assert_gt(count_events(&run, EVENT_ATTEMPT_BEGIN, "bob@closed.example"), 20);
    world_run_free(&run);
}

/* --- what senders hear (law M6) --- */

Test(queue, a_bounce_after_expiry_carries_4_4_7_and_the_last_diagnostic) /* RFC 3463 3.5 */
{
    struct world_run run = run_queue((struct given){
        .a = ", \"retry\": { \"policy\": \"custom\", \"steps\": [\"1 h\"], \"lifetime\": \"3 h\" }",
        .n = 1,
        .more = ", \"faults\": [ { \"at\": \"0 s\", \"reply\": { \"server\": \"mx1.b.example\", \"to\": \"RCPT\", "
                "\"with\": \"451 4.7.1 not now\" } } ]"});
    cr_assert_eq(count_at(&run, EVENT_ATTEMPT_END, "mail.a.example", "451 4.7.1 not now"), 4,
                 "M7: 4yz never bounce before");
    cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, "failed"), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "bounced"), 1);
    cr_assert_eq(run.ended_ns / HOUR, 3);
    world_run_free(&run);
}

Test(queue, after_5yz_there_is_no_further_attempt_and_one_bounce_names_all_who_failed) /* M6, M7 */
{
    struct world_run run =
        run_queue((struct given){.n = 1, .to = "\"x@b.example\", \"bob@b.example\", \"y@b.example\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_COMPOSE, "Undelivered"), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, "failed"), 2);
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_BEGIN, "x@b.example"), 1);
    cr_assert_eq(count_at(&run, EVENT_MAIL_STATE, "mail.a.example", "bounced"), 2);
    world_run_free(&run);
}

/* Bob's server forwards to a closed door for Alice, whose server refuses the bounce. */
Test(queue, there_is_no_bounce_about_a_bounce) /* RFC 5321 4.5.5 */
{
    struct world_run run = run_queue((struct given){
        .b = ", \"aliases\": { \"away\": [\"bob@nowhere.example\"] }",
        .n = 1,
        .to = "\"away@b.example\"",
        .more = ", \"faults\": [ { \"at\": \"1200 ms\", \"reply\": { \"server\": \"mail.a.example\", \"to\": \"RCPT\", "
                "\"with\": \"550 5.7.1 no bounces here\" } } ]"});
    cr_assert_eq(count_events(&run, EVENT_MAIL_COMPOSE, "Undelivered"), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "no report about a report"), 1);
    world_run_free(&run);
}

Test(queue, sendmail_warns_after_four_hours_and_exim_after_a_day_and_postfix_not_at_all)
{
    static const struct {
        const char *policy;
        int hours; /* 0: none */
    } policies[] = {{"\"sendmail\"", 4}, {"\"exim\"", 24}, {"\"opensmtpd\"", 4}, {"\"exchange\"", 4},
                    {"\"postfix\"", 0},  {"\"qmail\"", 0}, {"\"kumomta\"", 0}};
    for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
        char a[200];
        snprintf(a, sizeof a, ", \"retry\": %s", policies[k].policy);
        struct world_run run =
            run_queue((struct given){.a = a, .n = 1, .to = "\"bob@closed.example\"", .more = ", \"until\": \"36 h\""});
        size_t i = 0;
        const struct event *e = find_event(&run, &i, EVENT_MAIL_REPORT, "delayed");
        cr_assert_eq(e != NULL, policies[k].hours != 0, "%s", policies[k].policy);
        if (e) cr_assert_geq(e->at_ns, policies[k].hours * HOUR + SECOND, "%s", policies[k].policy);
        if (e) cr_assert_lt(e->at_ns, (policies[k].hours + 7) * HOUR, "%s", policies[k].policy);
        cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, "delayed"), e != NULL, "one warning");
        world_run_free(&run);
    }
}

/* --- second copies (law M5) --- */

Test(queue, a_lost_last_word_makes_two_copies_and_says_so)
{
    struct world_run run = world_run_scenario("duplicate-after-lost-250", 0, event_mask_all());
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    cr_assert_eq(count_events(&run, EVENT_MAIL_DOUBT, NULL), 1);
    world_run_free(&run);
}

/* Each copy but the first has a doubt before it, whatever is lost and whenever the servers stop. */
Test(queue, no_second_copy_comes_without_a_doubt)
{
    size_t copies = 0, doubts = 0;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        char more[400];
        snprintf(more, sizeof more,
                 ", \"faults\": [ { \"at\": \"0 s\", \"for\": \"10 min\", \"set\": { \"/links/b/loss\": \"40 %%\" } },"
                 " { \"at\": \"%u ms\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"%s\" } } ]",
                 1200 + (unsigned)seed * 13, seed % 2 ? "mail.a.example" : "mx1.b.example");
        struct world_run run = run_queue((struct given){.n = 4, .every_ms = 50, .more = more, .seed = seed});
        size_t in = count_events(&run, EVENT_MAIL_STATE, "into the mailbox"),
               doubted = count_events(&run, EVENT_MAIL_DOUBT, NULL);
        /* A client too may have to send again what was taken. */
        size_t again = 0;
        for (int m = 1; m <= 4; m++) {
            size_t i = 0, taken = 0;
            const struct event *e;
            while ((e = find_event(&run, &i, EVENT_MAIL_STATE, "accepted")))
                taken +=
                    event_int(e, FIELD_MESSAGE) == m && event_int(e, FIELD_HOST) == host_named(&run, "mail.a.example");
            again += taken > 1 ? taken - 1 : 0;
        }
        cr_assert_geq(in, 4, "seed %llu", (unsigned long long)seed);
        cr_assert_leq(in - 4, doubted + again, "seed %llu: %zu copies, %zu doubts", (unsigned long long)seed, in,
                      doubted);
        copies += in - 4;
        doubts += doubted;
        world_run_free(&run);
    }
    cr_assert_gt(doubts, 0, "it does happen");
    cr_assert_gt(copies, 0, "it does happen");
}

static struct world_run stop_at(const char *host, const char *step)
{
    char more[300];
    snprintf(more, sizeof more,
             ", \"faults\": [ { \"for\": \"1 min\", \"stop_host\": { \"host\": \"%s\", \"when\": { \"mail\": \"m1\", "
             "\"step\": \"%s\" } } } ]",
             host, step);
    return run_queue((struct given){.n = 1, .more = more});
}

Test(queue, a_crash_between_the_250_and_the_note_of_it_makes_a_second_copy_and_one_after_it_does_not)
{
    struct world_run run = stop_at("mail.a.example", "handed over");
    cr_assert_eq(count_events(&run, EVENT_HOST_STATE, "stopped"), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 2);
    cr_assert_eq(count_events(&run, EVENT_MAIL_DOUBT, "does not know that it was handed on"), 1);
    world_run_free(&run);
    run = stop_at("mail.a.example", "marked done");
    cr_assert_eq(count_events(&run, EVENT_HOST_STATE, "stopped"), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_DOUBT, NULL), 0);
    world_run_free(&run);
}

/* --- lists (RFC 5321 3.9) --- */

Test(queue, an_alias_of_fifty_keeps_the_sender_and_a_list_puts_its_owner_there)
{
    char alias[4096];
    int n = snprintf(alias, sizeof alias, ", \"aliases\": { \"all\": [");
    for (int i = 0; i < 50; i++)
        n += snprintf(alias + n, sizeof alias - (size_t)n, "%s\"u%d@closed.example\"", i ? ", " : "", i);
    snprintf(alias + n, sizeof alias - (size_t)n,
             "], \"list\": { \"members\": [\"x@b.example\", \"bob@b.example\"], \"owner\": \"ann@a.example\" } }");
    struct world_run run = run_queue((struct given){.a = alias, .n = 1, .to = "\"list@a.example\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_EXPAND, NULL), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "expanded"), 1);
    cr_assert_eq(lines_of_a(&run, "MAIL FROM:<ann@a.example>"), 1, "the owner's address goes out");
    cr_assert_eq(count_events(&run, EVENT_MAIL_COMPOSE, "ann@a.example"), 1, "and the bounce comes to the owner");
    world_run_free(&run);
    run = run_queue((struct given){.a = alias, .n = 1, .to = "\"all@a.example\"", .more = ", \"until\": \"1 min\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "closed.example"), 50 * 3, "queued, active, deferred");
    world_run_free(&run);
}

Test(queue, a_loop_of_aliases_ends_where_the_mail_was_before)
{
    struct world_run run = world_run_scenario("mail-loop", 0, event_mask_all());
    cr_assert_eq(count_events(&run, EVENT_ATTEMPT_END, "forwarding loop"), 1);
    cr_assert_eq(count_events(&run, EVENT_MAIL_EXPAND, NULL), 2);
    world_run_free(&run);
}

/* --- when (law M8) --- */

/* No attempt begins before the time that was told when its mail was put off. */
Test(queue, no_attempt_comes_before_its_time_whatever_the_policy)
{
    static const char *const policies[] = {"postfix",   "exim",    "sendmail", "qmail",
                                           "opensmtpd", "kumomta", "exchange", "rfc-minimum"};
    for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
        char a[100];
        snprintf(a, sizeof a, ", \"retry\": \"%s\"", policies[k]);
        struct world_run run = run_queue((struct given){.a = a, .n = 3, .every_ms = 100000, .more = DOWN("6 h")});
        int64_t not_before[4] = {0}, previous[4] = {-1, -1, -1, -1}, id = host_named(&run, "mail.a.example");
        for (size_t i = 0; i < journal_memory_count(run.journal); i++) {
            const struct event *e = journal_memory_at(run.journal, i);
            if (e->kind != EVENT_MAIL_STATE && e->kind != EVENT_ATTEMPT_BEGIN) continue;
            int64_t m = event_int(e, FIELD_MESSAGE);
            if (event_int(e, FIELD_HOST) != id || m < 1 || m > 3) continue;
            if (e->kind == EVENT_MAIL_STATE && strcmp(event_text(e, FIELD_TO), "deferred") == 0)
                not_before[m] = event_int(e, FIELD_AT);
            if (e->kind != EVENT_ATTEMPT_BEGIN) continue;
            cr_assert_geq(e->at_ns, not_before[m], "%s", policies[k]);
            cr_assert_gt(e->at_ns, previous[m], "%s", policies[k]);
            previous[m] = e->at_ns;
        }
        cr_assert_eq(count_at(&run, EVENT_MAIL_STATE, "mx1.b.example", "into the mailbox"), 3, "%s", policies[k]);
        world_run_free(&run);
    }
}

/* --- sessions that are kept (Postfix's connection cache) --- */

static size_t sessions_of(const struct world_run *run, const char *host)
{
    size_t i = 0, n = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_SESSION_OPEN, "client"));)
        n += event_int(e, FIELD_HOST) == host_named(run, host);
    return n;
}

static const char no_cache[] = ", \"retry\": { \"policy\": \"postfix\", \"connection_cache_time_limit\": \"0 s\" }";

/* qmgr_entry_select: under load a session waits 2 s for the next mail. */
Test(queue, a_session_of_a_busy_destination_waits_for_the_next_mail)
{
    struct given given = {.n = 30, .every_ms = 90};
    struct world_run kept = run_queue(given);
    given.a = no_cache;
    struct world_run ended = run_queue(given);
    cr_assert_eq(count_events(&kept, EVENT_MAIL_STATE, "delivered"),
                 count_events(&ended, EVENT_MAIL_STATE, "delivered"));
    size_t with = sessions_of(&kept, "mail.a.example"), without = sessions_of(&ended, "mail.a.example");
    cr_assert_lt(with, without, "%zu sessions, and %zu without", with, without);
    cr_assert_eq(count_events(&kept, EVENT_SMTP_LINE, "QUIT"), count_events(&kept, EVENT_SESSION_OPEN, "client"),
                 "each ends with QUIT");
    world_run_free(&kept);
    world_run_free(&ended);
}

/* A mail alone, or one that comes when the last has long been done, has nothing to wait for. */
Test(queue, a_session_of_a_quiet_destination_ends_at_once)
{
    struct given given = {.n = 5, .every_ms = 5000};
    struct world_run kept = run_queue(given);
    given.a = no_cache;
    struct world_run ended = run_queue(given);
    cr_assert_str_eq(kept.fingerprint, ended.fingerprint);
    cr_assert_eq(sessions_of(&kept, "mail.a.example"), 5);
    world_run_free(&kept);
    world_run_free(&ended);
}

/* A server that has no patience with a kept session harms no mail. */
Test(queue, a_kept_session_that_the_server_ends_is_replaced)
{
    struct given given = {.n = 40,
                          .every_ms = 90,
                          .more = ", \"faults\": [ { \"at\": \"2 s\", \"for\": \"100 ms\", \"stop_host\": { \"host\": "
                                  "\"mx1.b.example\" } }, { \"at\": \"3 s\", \"for\": \"100 ms\", \"stop_host\": { "
                                  "\"host\": \"mail.a.example\" } } ]"};
    for (given.seed = 1; given.seed <= 5; given.seed++) {
        struct world_run run = run_queue(given);
        cr_assert_not(run.failed);
        cr_assert_geq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 40);
        cr_assert_eq(count_events(&run, EVENT_ATTEMPT_BEGIN, NULL), count_events(&run, EVENT_ATTEMPT_END, NULL));
        world_run_free(&run);
    }
}

/* --- full mailboxes --- */

Test(queue, a_mailbox_that_nobody_reads_is_full_all_the_same)
{
    struct world_run run = run_queue((struct given){
        .b = ", \"mailbox_limit\": { \"mails\": 1 }", .n = 2, .every_ms = 5000, .more = ", \"until\": \"1 h\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 1);
    cr_assert_geq(count_events(&run, EVENT_SMTP_RULE, "mailbox full"), 1);
    world_run_free(&run);
}

/* While the first is being written, the others find the mailbox as full as it will be. */
Test(queue, a_mailbox_of_one_mail_takes_one_of_three_that_come_together)
{
    struct world_run run =
        run_queue((struct given){.b = ", \"mailbox_limit\": { \"mails\": 1 } }, \"disk\": { \"sync\": \"20 s\"",
                                 .n = 3,
                                 .more = ", \"until\": \"1 h\""});
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "accepted"), 6, "three mails at two servers");
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "into the mailbox"), 1);
    world_run_free(&run);
}
