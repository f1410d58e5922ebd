/* What a disk does to a queue beside losing what was not synced: files that rot, no room for one more, writes that come
   short. What is refused is refused before it is acknowledged (M3), what rots ends by name (M2), the others flow (M9).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

/* m1 to m3 wait in the queue of mail.a.example, since bob's server is away for an hour; m4 comes afterwards. */
#define FOUR_MAILS                                                                                                     \
    ALICE_WRITES_TO_BOB("m1", "1 s")                                                                                   \
    "," ALICE_WRITES_TO_BOB("m2", "2 s") "," ALICE_WRITES_TO_BOB("m3", "3 s") "," ALICE_WRITES_TO_BOB("m4", "3 h")
static const char world_text[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"2 d\", \"hosts\": {" ALICE_PC ","
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] }, "
    "\"disk\": { %s } }," INTERNET_AND_MX1 " }," LINKS_OF_THREE ","
    "\"mail\": {" FOUR_MAILS " },"
    "\"faults\": [ { \"for\": \"1 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } }%s ] }";

static struct world_run run_with(const char *disk, const char *faults)
{
    char json[4096];
    snprintf(json, sizeof json, world_text, disk, faults);
    return world_run_scenario(json, 0, event_mask_all());
}

static size_t ended_as(const struct world_run *run, const char *state)
{
    size_t i = 0, n = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_MAIL_STATE, state));)
        n += strcmp(event_text(e, FIELD_TO), state) == 0;
    return n;
}

static int64_t at_of(const struct world_run *run, enum event_kind kind, const char *word)
{
    size_t i = 0;
    const struct event *e = find_event(run, &i, kind, word);
    cr_assert(e, "no such event: %s", word);
    return e->at_ns;
}

static const char rot_at_100_s[] =
    ", { \"at\": \"100 s\", \"disk\": { \"host\": \"mail.a.example\", \"rot\": \"%s\"%s } }%s";

/* It is read for the next attempt: then, and not before, it is set aside. */
Test(disk_faults, a_harmed_file_is_set_aside_when_it_is_read_and_the_others_flow)
{
    static const char *const kinds[][2] = {
        {"bit", "a bit of its file has flipped"}, {"truncated", "cut short"}, {"empty", "its file is empty"}};
    for (size_t i = 0; i < 3; i++) {
        char faults[400];
        snprintf(faults, sizeof faults, rot_at_100_s, kinds[i][0], ", \"mail\": \"m2\"", "");
        struct world_run run = run_with("", faults);
        cr_assert_eq(count_events(&run, EVENT_FILE_ROT, kinds[i][1]), 1);
        cr_assert_eq(at_of(&run, EVENT_FILE_ROT, NULL), 100 * SECOND);
        cr_assert_eq(count_events(&run, EVENT_MAIL_ASIDE, kinds[i][1]), 1);
        cr_assert_geq(at_of(&run, EVENT_MAIL_ASIDE, NULL), 300 * SECOND, "at its next attempt");
        cr_assert_eq(ended_as(&run, "discarded"), 1);
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, kinds[i][1]), 1, "the loss is told with its cause");
        cr_assert_eq(ended_as(&run, "delivered"), 3);
        world_run_free(&run);
    }
}

Test(disk_faults, a_restart_finds_a_harmed_file_too)
{
    char faults[600];
    snprintf(faults, sizeof faults, rot_at_100_s, "bit", "",
             ", { \"at\": \"120 s\", \"for\": \"10 s\", \"stop_host\": { \"host\": \"mail.a.example\" } }");
    struct world_run run = run_with("", faults);
    cr_assert_eq(at_of(&run, EVENT_MAIL_ASIDE, NULL), 130 * SECOND);
    cr_assert_eq(ended_as(&run, "discarded"), 1, "one by chance");
    cr_assert_eq(ended_as(&run, "delivered"), 3);
    world_run_free(&run);
}

/* Where the queue is empty, the next file that comes is harmed; not one that comes when the fault is over. */
Test(disk_faults, rot_waits_for_a_file_as_long_as_the_fault_lasts)
{
    struct world_run run =
        run_with("", ", { \"at\": \"2 h\", \"disk\": { \"host\": \"mail.a.example\", \"rot\": \"empty\" } }");
    cr_assert_eq(ended_as(&run, "discarded"), 1);
    cr_assert_eq(at_of(&run, EVENT_FILE_ROT, NULL) / SECOND, 3 * 3600);
    world_run_free(&run);
    run = run_with(
        "",
        ", { \"at\": \"2 h\", \"for\": \"5 min\", \"disk\": { \"host\": \"mail.a.example\", \"rot\": \"empty\" } }");
    cr_assert_eq(ended_as(&run, "delivered"), 4);
    cr_assert_eq(count_events(&run, EVENT_FILE_ROT, NULL), 0);
    world_run_free(&run);
}

Test(disk_faults, a_foreign_file_is_set_aside_and_harms_no_mail)
{
    char faults[400];
    snprintf(faults, sizeof faults, rot_at_100_s, "foreign", "", "");
    struct world_run run = run_with("", faults);
    cr_assert_eq(count_events(&run, EVENT_MAIL_ASIDE, "a file that is no mail"), 1);
    cr_assert_eq(ended_as(&run, "delivered"), 4);
    world_run_free(&run);
}

/* No inode is left: 452, whatever the size; what is there can be changed, and makes room when it goes. */
Test(disk_faults, without_room_for_one_more_file_mail_is_refused_for_now)
{
    static const char *const disks[] = {"\"files\": 2", "\"files\": 2, \"write\": \"5 ms\""};
    for (size_t i = 0; i < 2; i++) {
        struct world_run run = run_with(disks[i], "");
        cr_assert_geq(count_events(&run, EVENT_SMTP_LINE, "452 4.3.1"), 1, "the third has no room");
        cr_assert_eq(ended_as(&run, "delivered"), 4);
        world_run_free(&run);
    }
    struct world_run run = run_with(
        "", ", { \"at\": \"1.5 s\", \"for\": \"10 min\", \"disk\": { \"host\": \"mail.a.example\", \"files\": 1 } }");
    cr_assert_geq(count_events(&run, EVENT_SMTP_LINE, "452 4.3.1"), 2);
    cr_assert_eq(count_events(&run, EVENT_HOST_TROUBLE, "full at 1 files"), 1);
    cr_assert_eq(ended_as(&run, "delivered"), 4);
    world_run_free(&run);
}

/* POSIX write: the rest is written by another call; so the mail is whole, and later by one write. */
Test(disk_faults, a_short_or_interrupted_write_is_completed)
{
    static const char disk[] = "\"write\": \"700 ms\"";
    struct world_run sound = run_with(disk, "");
    int64_t committed_ns = at_of(&sound, EVENT_MAIL_COMMIT, NULL);
    world_run_free(&sound);
    static const char *const errors[] = {"short", "interrupted"};
    for (size_t i = 0; i < 2; i++) {
        char fault[200];
        snprintf(fault, sizeof fault, ", { \"disk\": { \"host\": \"mail.a.example\", \"error\": \"%s\" } }", errors[i]);
        struct world_run run = run_with(disk, fault);
        cr_assert_eq(at_of(&run, EVENT_MAIL_COMMIT, NULL), committed_ns + 700 * MILLISECOND, "%s", errors[i]);
        cr_assert_eq(ended_as(&run, "delivered"), 4);
        cr_assert_eq(count_events(&run, EVENT_SMTP_LINE, "451"), 0);
        world_run_free(&run);
    }
}

/* EIO: the files stay, and so do the mails; an attempt that reads them fails, and comes again. */
Test(disk_faults, what_cannot_be_read_is_tried_again_and_nothing_is_lost)
{
    static const char faults[] =
        ", { \"at\": \"100 s\", \"for\": \"2 h\", \"disk\": { \"host\": \"mail.a.example\", \"error\": \"read\" } }";
    struct world_run run = run_with("", faults);
    size_t i = 0;
    const struct event *e;
    cr_assert_geq(count_events(&run, EVENT_ATTEMPT_END, "451 4.3.0 Error: queue file read error"), 6);
    while ((e = find_event(&run, &i, EVENT_ATTEMPT_END, "queue file read error"))) {
        cr_assert_str_eq(event_text(e, FIELD_OUTCOME), "later");
        cr_assert(e->at_ns >= 100 * SECOND && e->at_ns < 100 * SECOND + 2 * HOUR);
    }
    for (i = 0; (e = find_event(&run, &i, EVENT_ATTEMPT_END, NULL));)
        if (strcmp(event_text(e, FIELD_OUTCOME), "delivered") == 0 && e->at_ns < 3 * HOUR)
            cr_assert_geq(e->at_ns, 100 * SECOND + 2 * HOUR, "nothing is sent that cannot be read");
    cr_assert_eq(ended_as(&run, "delivered"), 4);
    cr_assert_eq(ended_as(&run, "bounced") + ended_as(&run, "discarded"), 0);
    world_run_free(&run);
}

/* After a restart in the midst of it, too. */
Test(disk_faults, a_restart_that_cannot_read_its_queue_loses_nothing)
{
    static const char faults[] =
        ", { \"at\": \"100 s\", \"for\": \"2 h\", \"disk\": { \"host\": \"mail.a.example\", \"error\": \"read\" } }"
        ", { \"at\": \"20 min\", \"for\": \"1 min\", \"stop_host\": { \"host\": \"mail.a.example\" } }";
    struct world_run run = run_with("", faults);
    cr_assert_eq(ended_as(&run, "delivered"), 4);
    world_run_free(&run);
}

/* --- reports: one is composed, however often the disk refuses it --- */

struct trouble {
    const char *retry, *disk, *to, *until, *faults;
};

/* Bob's server knows nobody, once it is back after an hour; by then the disk is full, or slow. */
static struct world_run run_refused(struct trouble trouble)
{
    static const char refused[] =
        "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"%s\", \"hosts\": {" ALICE_PC ","
        "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": "
        "\"%s\" }, "
        "\"disk\": { %s } }," INTERNET_AND_MX1 ","
        "\"mx1.c.example\": { \"mail_server\": { \"domains\": [\"c.example\"] } } },"
        "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
        "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] }, \"b\": { \"between\": [\"mx1.b.example\", "
        "\"internet\"] },"
        "\"c\": { \"between\": [\"mx1.c.example\", \"internet\"] } },"
        "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [%s] } },"
        "\"faults\": [ { \"for\": \"1 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } }%s ] }";
    char json[4096];
    snprintf(json, sizeof json, refused, trouble.until ? trouble.until : "2 d",
             trouble.retry ? trouble.retry : "postfix", trouble.disk ? trouble.disk : "",
             trouble.to ? trouble.to : "\"nobody@b.example\"", trouble.faults ? trouble.faults : "");
    return world_run_scenario(json, 0, event_mask_all());
}

#define FULL_FOR_10_H                                                                                                  \
    ", { \"at\": \"30 min\", \"for\": \"10 h\", \"disk\": { \"host\": \"mail.a.example\", \"full\": true } }"
#define STOPPED(HOST, WHEN) ", { " WHEN ", \"stop_host\": { \"host\": \"" HOST "\" } }"

static void expect_ends(const struct world_run *run, size_t composed, size_t bounced, size_t delivered,
                        size_t discarded)
{
    cr_expect_eq(count_events(run, EVENT_MAIL_COMPOSE, NULL), composed, "%zu composed",
                 count_events(run, EVENT_MAIL_COMPOSE, NULL));
    cr_expect_eq(ended_as(run, "bounced"), bounced, "%zu bounced", ended_as(run, "bounced"));
    cr_expect_eq(ended_as(run, "delivered"), delivered, "%zu delivered", ended_as(run, "delivered"));
    cr_expect_eq(ended_as(run, "discarded"), discarded, "%zu discarded", ended_as(run, "discarded"));
}

Test(disk_faults, a_report_that_the_disk_refuses_is_kept_until_it_takes_it)
{
    struct world_run run = run_refused((struct trouble){.faults = FULL_FOR_10_H});
    cr_expect_gt(count_events(&run, EVENT_MAIL_STATE, "452 4.3.1 Insufficient system storage"), 50,
                 "it is tried again");
    expect_ends(&run, 2, 1, 1, 0);
    world_run_free(&run);
}

Test(disk_faults, a_report_that_was_not_on_the_disk_is_lost_when_the_host_stops_and_made_again)
{
    struct world_run run = run_refused(
        (struct trouble){.faults = FULL_FOR_10_H STOPPED("mail.a.example", "\"at\": \"5 h\", \"for\": \"10 min\"")});
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "lost when the host stopped"), 1);
    expect_ends(&run, 3, 1, 1, 1);
    world_run_free(&run);
}

/* Two minutes out of step with the first. */
Test(disk_faults, who_is_refused_later_comes_into_the_report_that_waits)
{
    struct world_run run =
        run_refused((struct trouble){.to = "\"nobody@b.example\", \"nobody@c.example\"",
                                     .faults = FULL_FOR_10_H STOPPED("mx1.c.example", "\"for\": \"183 min\"")});
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "another report says more"), 1);
    expect_ends(&run, 3, 2, 1, 1);
    cr_expect_eq(count_events(&run, EVENT_MAIL_REPORT, NULL), 1 + 2);
    world_run_free(&run);
}

/* A report of a delay is made once: what the disk refuses is not tried again, and does not wait anywhere. It is about
   Carol alone, since nobody@b.example is refused already. */
Test(disk_faults, a_report_of_a_delay_that_the_disk_refuses_has_its_end)
{
    struct world_run run =
        run_refused((struct trouble){.retry = "sendmail",
                                     .to = "\"nobody@b.example\", \"carol@c.example\"",
                                     .faults = FULL_FOR_10_H STOPPED("mx1.c.example", "\"for\": \"6 h\"")});
    cr_expect_eq(count_events(&run, EVENT_MAIL_REPORT, "delayed"), 1);
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "452 4.3.1 Insufficient system storage") > 0, true);
    cr_expect_eq(ended_as(&run, "discarded"), 2,
                 "the report of the delay; the first of the failures, once Carol is refused too");
    world_run_free(&run);
}

Test(disk_faults, a_world_that_ends_while_a_report_is_written_tells_nothing_after_its_end)
{
    struct trouble slow = {.disk = "\"write\": \"1 s\", \"sync\": \"5 s\""};
    struct world_run run = run_refused(slow);
    char until[40];
    snprintf(until, sizeof until, "%lld ms", (long long)(at_of(&run, EVENT_MAIL_REPORT, NULL) / MILLISECOND + 1000));
    world_run_free(&run);
    slow.until = until;
    run = run_refused(slow);
    size_t n = journal_memory_count(run.journal);
    cr_assert_eq(count_events(&run, EVENT_MAIL_REPORT, NULL), 1, "it is being written");
    cr_assert_eq(ended_as(&run, "bounced"), 0);
    cr_assert_eq(journal_memory_at(run.journal, n - 1)->kind, EVENT_RUN_END);
    world_run_free(&run);
}
