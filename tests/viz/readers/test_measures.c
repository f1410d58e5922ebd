/* What a study asks of a run: journals written by hand, whose measures are known, and all shipped scenarios. */
#include "viz/readers/measures.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"
#include "tests/viz/readers/handwritten.h"
#include "tests/viz/readers/made_mail.h"
#include "viz/readers/outcome.h"

#define ALL (MEASURE_BIT(MEASURES) - 1)

static void replay(const struct journal_memory *journal, struct journal_reader reader)
{
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (event_mask_has(reader.mask, e->kind)) reader.on_event(reader.context, e);
    }
}

/* --- by hand --- */

/* Submitted in 4 s; refused after 4 more; put off until 100; taken then, and in the mailbox at 106. */
#define WRITTEN                                                                                                        \
    "10 mail.compose  message=1 host=1 name=m1 from=ann@a.example to=bob@b.example size=9600\n"                        \
    "10 mail.state    message=1 host=1 recipient=bob@b.example to=outbox\n"                                            \
    "10 dns.query     host=1 peer=9 qname=mx.a.example qtype=A id=5 nth=1\n"                                           \
    "11 dns.answer    host=1 peer=9 qname=mx.a.example qtype=A id=5 rcode=NOERROR text=10.0.0.2\n"                     \
    "11 conn.open     conn=1 host=1 peer=2 local_port=5000 remote_port=587 role=active\n"                              \
    "12 session.open  session=1 conn=1 host=1 peer=2 protocol=smtp role=client\n"                                      \
    "13 smtp.content  session=1 conn=1 host=1 message=1\n"                                                             \
    "14 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A to=queued\n"                                 \
    "14 mail.state    message=1 host=1 recipient=bob@b.example from=outbox to='handed on'\n"
#define REFUSED                                                                                                        \
    "14 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=queued to=active\n"                     \
    "15 attempt.begin attempt=1 message=1 host=2 recipient=bob@b.example nth=1\n"                                      \
    "15 dns.query     host=2 peer=9 qname=b.example qtype=MX id=6 nth=1\n"                                             \
    "17 dns.answer    host=2 peer=9 qname=b.example qtype=MX id=6 rcode=NOERROR text='10 mx.b.example.'\n"             \
    "17 conn.open     conn=2 host=2 peer=3 local_port=5000 remote_port=25 role=active\n"                               \
    "18 conn.close    conn=2 host=2 why=refused retransmits_rto=2 segments_sent=3\n"                                   \
    "18 attempt.end   attempt=1 message=1 host=2 recipient=bob@b.example outcome=later why='451 not now'\n"            \
    "18 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=active to=deferred at=100 "             \
    "why='451 not now'\n"
#define DUE "100 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=deferred to=active\n"
#define CLOSED                                                                                                         \
    "109 conn.close    conn=3 host=2 retransmits_rto=1 retransmits_fast=4 retransmits_spurious=1\n"                    \
    "110 conn.open     conn=5 host=4 peer=3 local_port=5001 remote_port=110 role=active\n"                             \
    "200 conn.close    conn=1 host=1 retransmits_fast=1\n"                                                             \
    "200 link.totals   link=1 dir=0 offered=100 delivered=97 duplicated=2 size=50000 size_offered=52000\n"             \
    "200 link.totals   link=1 dir=1 offered=80 delivered=80 size=4000 size_offered=4000\n"                             \
    "200 run.end       why='all is done'\n"

static struct measures *of_text(const char *text, uint64_t wanted)
{
    struct measures *m = measures_new(wanted);
    struct journal_memory *journal = handwritten(text);
    replay(journal, measures_reader(m));
    journal_memory_free(journal);
    return m;
}

static void expect_value(const struct measured_run *run, enum measure m, double expected)
{
    cr_expect_float_eq(run->values[m], expected, 1e-9, "%s is %.12g, expected %.12g", measure_name(m), run->values[m],
                       expected);
}

Test(measures, of_a_mail_that_was_refused_once_are_what_the_journal_says)
{
    struct measures *m = of_text(MADE_HOSTS WRITTEN REFUSED DUE MADE_TAKEN MADE_DELIVERED CLOSED, ALL);
    const struct measured_run *run = measures_result(m, NULL);
    cr_assert_eq(run->n_mails, 1);
    const struct measured_mail *mail = &run->mails[0];
    cr_expect_str_eq(mail->message, "m1");
    cr_expect_str_eq(mail->recipient, "bob@b.example");
    cr_expect_eq(mail->written_ns, 10 * SECOND);
    cr_expect_eq(mail->first_attempt_ns, 15 * SECOND);
    cr_expect_eq(mail->ended_ns, 106 * SECOND);
    cr_expect_eq(mail->outcome, MEASURED_DELIVERED);
    cr_expect_eq(mail->attempts, 2, "what the last server puts into its own mailbox is no handing on");
    expect_value(run, MEASURE_DELIVERY_DELAY, 96);
    expect_value(run, MEASURE_QUEUE_WAIT, 1);
    expect_value(run, MEASURE_DNS_WAIT, 1 + 2);
    expect_value(run, MEASURE_CONNECT, 1 + 1 + 2);
    expect_value(run, MEASURE_TRANSFER, 2 + 3);
    expect_value(run, MEASURE_RETRY_WAIT, 82);
    expect_value(run, MEASURE_DISK_WAIT, 1);
    expect_value(run, MEASURE_TIME_TO_FIRST_ATTEMPT, 5);
    expect_value(run, MEASURE_ATTEMPTS, 2);
    expect_value(run, MEASURE_DELIVERED, 1);
    expect_value(run, MEASURE_BOUNCED, 0);
    expect_value(run, MEASURE_DUPLICATES, 0);
    measures_free(m);
}

Test(measures, of_a_run_are_totals_of_its_connections_links_and_queues)
{
    struct measures *m = of_text(MADE_HOSTS WRITTEN REFUSED DUE MADE_TAKEN MADE_DELIVERED CLOSED, ALL);
    const struct measured_run *run = measures_result(m, NULL);
    expect_value(run, MEASURE_RETRANSMISSIONS, 2 + 1 + 4 + 1);
    expect_value(run, MEASURE_RETRANSMISSIONS_RTO, 3);
    expect_value(run, MEASURE_RETRANSMISSIONS_FAST, 5);
    expect_value(run, MEASURE_RETRANSMISSIONS_SPURIOUS, 1);
    expect_value(run, MEASURE_BYTES_ON_WIRE, 56000);
    expect_value(run, MEASURE_PACKETS_ON_WIRE, 182);
    expect_value(run, MEASURE_CONNECTIONS, 4);
    expect_value(run, MEASURE_WASTED_CONNECTIONS, 1); /* the refused one; fetching wastes none */
    expect_value(run, MEASURE_PEAK_QUEUE, 2);         /* from 105 on it is in both queues */
    expect_value(run, MEASURE_MEAN_QUEUE, (91 + 2 + 2) / 200.0);
    expect_value(run, MEASURE_GOODPUT, 100);
    expect_value(run, MEASURE_END_TIME, 200);
    cr_assert_eq(run->n_attempts, 2);
    cr_expect(run->attempts[0].at_ns == 15 * SECOND && run->attempts[0].until_ns == 18 * SECOND);
    cr_expect(run->attempts[0].outcome == TRY_LATER && run->attempts[1].outcome == TRY_DELIVERED);
    cr_assert_eq(run->n_queue, 4);
    cr_expect(run->queue[1].at_ns == 105 * SECOND && run->queue[1].length == 2);
    measures_free(m);
}

Test(measures, of_a_mail_that_has_not_ended_count_with_their_time_so_far)
{
    struct measures *m = of_text(MADE_HOSTS WRITTEN REFUSED "60 run.end why='the time is up'\n", ALL);
    const struct measured_run *run = measures_result(m, NULL);
    cr_assert_eq(run->n_mails, 1);
    cr_expect_eq(run->n_censored, 1);
    cr_expect_eq(run->mails[0].outcome, MEASURED_QUEUED);
    cr_expect_eq(run->mails[0].ended_ns, TIME_NEVER);
    expect_value(run, MEASURE_DELIVERY_DELAY, 50);
    expect_value(run, MEASURE_RETRY_WAIT, 42);
    expect_value(run, MEASURE_DELIVERED, 0);
    measures_free(m);
}

Test(measures, of_a_mail_that_was_sent_back_reach_to_the_end_of_the_run_and_its_report_is_no_mail)
{
    struct measures *m =
        of_text(MADE_HOSTS WRITTEN REFUSED
                "90 mail.state message=1 host=2 recipient=bob@b.example queue_id=A from=deferred to=bounced\n"
                "90 mail.compose message=2 parent=1 host=2 name=report from=<> to=ann@a.example\n"
                "90 mail.state message=2 host=2 recipient=ann@a.example queue_id=C to=queued\n"
                "90 attempt.begin attempt=2 message=2 host=2 recipient=ann@a.example nth=1\n"
                "91 attempt.end attempt=2 message=2 host=2 recipient=ann@a.example peer=2 outcome=delivered\n"
                "91 mail.state message=2 host=2 recipient=ann@a.example queue_id=C from=queued to=delivered\n"
                "100 run.end why='all is done'\n",
                ALL);
    const struct measured_run *run = measures_result(m, NULL);
    cr_assert_eq(run->n_mails, 1);
    cr_expect_eq(run->n_censored, 0);
    cr_expect_eq(run->mails[0].outcome, MEASURED_BOUNCED);
    cr_expect_eq(run->mails[0].ended_ns, 90 * SECOND);
    cr_expect_eq(run->mails[0].bounces, 1);
    expect_value(run, MEASURE_DELIVERY_DELAY, 90);
    expect_value(run, MEASURE_BOUNCED, 1);
    expect_value(run, MEASURE_PEAK_QUEUE, 1); /* the report takes the place of the mail */
    measures_free(m);
}

/* Ann writes to dan, who has his mailbox at the same server, and to bob, whose is elsewhere and not tried yet. */
Test(measures, of_a_mail_to_a_user_of_the_same_server_have_no_first_attempt)
{
    static const char local[] =
        MADE_HOSTS "10 mail.compose message=1 host=1 name=m1 from=ann@a.example to='dan@a.example' size=1000\n"
                   "14 mail.state message=1 host=2 recipient=dan@a.example queue_id=A to=queued\n"
                   "15 attempt.begin attempt=1 message=1 host=2 recipient=dan@a.example nth=1\n"
                   "16 attempt.end attempt=1 message=1 host=2 recipient=dan@a.example peer=2 outcome=delivered\n"
                   "16 mail.state message=1 host=2 recipient=dan@a.example queue_id=A from=queued to=delivered\n";
    char text[2000];
    struct measures *m = of_text(local, ALL);
    const struct measured_run *run = measures_result(m, NULL);
    cr_assert_eq(run->n_mails, 1);
    cr_expect_eq(run->mails[0].attempts, 0);
    cr_expect_eq(run->mails[0].first_attempt_ns, TIME_NEVER);
    cr_expect(isnan(run->values[MEASURE_TIME_TO_FIRST_ATTEMPT]), "is %g", run->values[MEASURE_TIME_TO_FIRST_ATTEMPT]);
    expect_value(run, MEASURE_DELIVERY_DELAY, 6);
    measures_free(m);
    snprintf(text, sizeof text, "%s%s%s", local,
             "20 mail.compose message=2 host=1 name=m2 from=ann@a.example to='bob@b.example' size=1000\n",
             "50 run.end why='the time is up'\n");
    m = of_text(text, ALL);
    expect_value(measures_result(m, NULL), MEASURE_TIME_TO_FIRST_ATTEMPT, 30); /* bob's so far, and nothing of dan's */
    measures_free(m);
}

/* Written to a list of two, of whom one is addressed as well; she gets a third copy after a doubt. */
Test(measures, of_members_of_a_list_are_their_own_and_copies_by_right_are_no_duplicates)
{
    struct measures *m = of_text(
        MADE_HOSTS
        "10 mail.compose message=1 host=2 name=m1 from=ann@a.example to='all@b.example, eve@b.example' size=1000\n"
        "10 mail.state message=1 host=3 recipient=all@b.example queue_id=A to=queued\n"
        "10 mail.state message=1 host=3 recipient=eve@b.example queue_id=A to=queued\n"
        "11 mail.expand message=1 host=3 recipient=all@b.example to='bob@b.example, eve@b.example' nth=2\n"
        "11 mail.state message=1 host=3 recipient=all@b.example queue_id=A from=queued to=expanded\n"
        "11 mail.state message=1 host=3 recipient=bob@b.example queue_id=B to=queued\n"
        "11 mail.state message=1 host=3 recipient=eve@b.example queue_id=B to=queued\n"
        "12 mail.state message=1 host=3 recipient=eve@b.example queue_id=A from=queued to=delivered\n"
        "13 mail.state message=1 host=3 recipient=eve@b.example queue_id=B from=queued to=delivered\n"
        "14 mail.state message=1 host=3 recipient=bob@b.example queue_id=B from=queued to=delivered\n"
        "15 mail.state message=1 host=3 recipient=eve@b.example queue_id=B to=queued\n"
        "16 mail.state message=1 host=3 recipient=eve@b.example queue_id=B from=queued to=delivered\n"
        "20 run.end why='all is done'\n",
        ALL);
    const struct measured_run *run = measures_result(m, NULL);
    cr_assert_eq(run->n_mails, 3);
    cr_expect_str_eq(run->mails[0].recipient, "all@b.example");
    cr_expect_eq(run->mails[0].outcome, MEASURED_EXPANDED);
    cr_expect_eq(run->mails[0].ended_ns, 11 * SECOND);
    cr_expect_str_eq(run->mails[1].recipient, "eve@b.example");
    cr_expect_eq(run->mails[1].ended_ns, 12 * SECOND, "the first copy counts");
    cr_expect_eq(run->mails[1].duplicates, 1);
    cr_expect_eq(run->mails[2].duplicates, 0);
    expect_value(run, MEASURE_DELIVERY_DELAY, (2 + 4) / 2.0); /* the list itself has no mailbox */
    expect_value(run, MEASURE_DELIVERED, 1);
    expect_value(run, MEASURE_DUPLICATES, 0.5);
    expect_value(run, MEASURE_PEAK_QUEUE, 3);
    expect_value(run, MEASURE_GOODPUT, 2000 / 4.0);
    expect_value(run, MEASURE_WASTED_CONNECTIONS, 0);
    measures_free(m);
}

/* One session, two mails: the first is handed over, the second is refused; a connection that is cut in the midst of
 * content. */
Test(measures, a_connection_is_wasted_when_nothing_is_handed_over_on_it)
{
    struct measures *m =
        of_text(MADE_HOSTS
                "10 conn.open conn=1 host=2 peer=3 local_port=5000 remote_port=25 role=active\n"
                "10 conn.open conn=2 host=3 peer=2 local_port=25 remote_port=5000 role=passive\n"
                "11 smtp.content session=1 conn=1 host=2 message=1\n"
                "12 attempt.end attempt=1 message=1 host=2 recipient=bob@b.example peer=3 outcome=delivered\n"
                "13 smtp.content session=1 conn=1 host=2 message=2\n"
                "14 attempt.end attempt=2 message=2 host=2 recipient=bob@b.example peer=3 outcome=later why='451 no'\n"
                "15 conn.open conn=3 host=2 peer=3 local_port=5001 remote_port=25 role=active\n"
                "16 smtp.content session=2 conn=3 host=2 message=2\n"
                "17 attempt.end attempt=3 message=2 host=2 recipient=bob@b.example peer=3 outcome=later why=cut\n"
                "18 conn.open conn=4 host=2 peer=9 local_port=5002 remote_port=53 role=active\n"
                "19 run.end why='all is done'\n",
                ALL);
    const struct measured_run *run = measures_result(m, NULL);
    expect_value(run, MEASURE_CONNECTIONS, 3);
    expect_value(run, MEASURE_WASTED_CONNECTIONS, 1);
    measures_free(m);
}

Test(measures, of_a_probe_come_from_packets)
{
    struct measures *m = of_text("1 packet.send packet=1 why='new data'\n"
                                 "2 packet.send packet=2 why='tail loss probe'\n"
                                 "3 packet.send packet=3 repeats=1 why='tail loss probe'\n"
                                 "4 packet.send packet=4 repeats=2 why='retransmission timeout'\n"
                                 "5 run.end why='all is done'\n",
                                 ALL);
    expect_value(measures_result(m, NULL), MEASURE_RETRANSMISSIONS_PROBE, 1); /* new data that probes repeats nothing */
    cr_expect(isnan(measures_result(m, NULL)->values[MEASURE_DELIVERY_DELAY]), "of no mails there is no mean");
    measures_free(m);
}

Test(measures, of_the_next_run_know_nothing_of_the_last)
{
    struct measures *m = of_text(MADE_HOSTS WRITTEN REFUSED DUE MADE_TAKEN MADE_DELIVERED CLOSED, ALL);
    double values[MEASURES];
    memcpy(values, measures_result(m, NULL)->values, sizeof values);
    struct journal_memory *other = handwritten(MADE_HOSTS WRITTEN REFUSED "60 run.end why='the time is up'\n");
    struct journal_memory *same = handwritten(MADE_HOSTS WRITTEN REFUSED DUE MADE_TAKEN MADE_DELIVERED CLOSED);
    measures_clear(m);
    replay(other, measures_reader(m));
    expect_value(measures_result(m, NULL), MEASURE_RETRANSMISSIONS, 2);
    measures_clear(m);
    replay(same, measures_reader(m));
    cr_expect_arr_eq(measures_result(m, NULL)->values, values, sizeof values);
    measures_free(m);
    journal_memory_free(same);
    journal_memory_free(other);
}

Test(measures, hear_only_what_they_need)
{
    struct measures *few = measures_new(MEASURE_BIT(MEASURE_DELIVERED)),
                    *links = measures_new(MEASURE_BIT(MEASURE_BYTES_ON_WIRE)), *all = measures_new(ALL);
    cr_expect(!event_mask_has(measures_mask(few), EVENT_CONN_CLOSE));
    cr_expect(!event_mask_has(measures_mask(few), EVENT_TIMER_SET));
    cr_expect(event_mask_has(measures_mask(links), EVENT_LINK_TOTALS));
    cr_expect(!event_mask_has(measures_mask(links), EVENT_PACKET_SEND));
    cr_expect(event_mask_has(measures_mask(all), EVENT_PACKET_SEND));
    measures_free(few);
    measures_free(links);
    measures_free(all);
}

Test(measures, have_names_by_which_they_are_found)
{
    for (int i = 0; i < MEASURES; i++) {
        enum measure found;
        cr_assert(measure_find(measure_name((enum measure)i), &found));
        cr_expect_eq((int)found, i);
        cr_expect(measure_says((enum measure)i)[0]);
    }
    enum measure none;
    cr_expect(!measure_find("delay", &none));
}

/* --- all shipped scenarios --- */

static const struct measured_mail *mail_of(const struct measured_run *run, const struct outcome_row *row)
{
    for (size_t i = 0; i < run->n_mails; i++)
        if (strcmp(run->mails[i].message, row->mail) == 0 && strcmp(run->mails[i].recipient, row->to) == 0)
            return &run->mails[i];
    return NULL;
}

/* The outcome of `postroad run --json` is another reader of the same journal. */
static size_t expect_agreement(const char *name, const struct measured_run *run, const struct outcome *outcome)
{
    size_t n = 0;
    for (size_t i = 0; i < outcome_rows(outcome); i++) {
        struct outcome_row row = outcome_row(outcome, i);
        const struct measured_mail *mail = mail_of(run, &row);
        if (!mail) continue; /* a report */
        n++;
        cr_expect_str_eq(measured_outcome_name(mail->outcome), row.outcome, "%s: %s", name, row.mail);
        cr_expect_eq(mail->attempts, row.attempts, "%s: %s", name, row.mail);
        cr_expect_eq(mail->written_ns, row.sent_ns);
        if (mail->outcome != MEASURED_DELIVERED) continue;
        int64_t total_ns = 0;
        for (int stage = 0; stage < DELAY_STAGES; stage++)
            total_ns += mail->stage_ns[stage];
        cr_expect_eq(mail->ended_ns, row.delivered_ns);
        cr_expect_eq(total_ns, mail->ended_ns - mail->written_ns, "%s: %s: the parts add up", name, row.mail);
        cr_expect_eq(mail->stage_ns[DELAY_UNEXPLAINED], 0);
        cr_expect_eq(mail->first_attempt_ns == TIME_NEVER, mail->attempts == 0, "%s: %s", name, row.mail);
        cr_expect(mail->attempts == 0 ||
                  (mail->first_attempt_ns >= mail->written_ns && mail->first_attempt_ns <= mail->ended_ns));
        cr_expect(mail->duplicates == 0 || row.copies > mail->duplicates, "%s: %s", name, row.mail);
    }
    cr_expect_eq(n, run->n_mails, "%s: each mail is one of the outcome's", name);
    return n;
}

Test(measures, of_all_shipped_scenarios_agree_with_the_outcome_and_with_the_account_of_delays, .timeout = 300)
{
    DIR *folder = opendir(POSTROAD_SOURCE_DIR "/scenarios");
    const struct dirent *entry;
    struct measures *m = measures_new(ALL & ~MEASURE_BIT(MEASURE_RETRANSMISSIONS_PROBE));
    size_t n = 0;
    cr_assert(folder);
    while ((entry = readdir(folder)) != NULL) {
        char name[260];
        const char *end = strstr(entry->d_name, ".json");
        if (!end || strstr(entry->d_name, "schema")) continue;
        snprintf(name, sizeof name, "%.*s", (int)(end - entry->d_name), entry->d_name);
        struct world_run run = world_run_scenario(name, 0, measures_mask(m));
        struct outcome *outcome = outcome_new();
        replay(run.journal, outcome_reader(outcome));
        measures_clear(m);
        replay(run.journal, measures_reader(m));
        n += expect_agreement(name, measures_result(m, NULL), outcome);
        outcome_free(outcome);
        world_run_free(&run);
    }
    closedir(folder);
    measures_free(m);
    cr_expect(n > 200, "%zu mails", n);
}

/* What has set timers need not be heard, but for addresses such as u@[10.0.0.1]. */
static void expect_same_parts(const char *name, const struct measured_run *run, const struct measured_run *other)
{
    cr_assert_eq(run->n_mails, other->n_mails);
    for (size_t i = 0; i < run->n_mails; i++)
        for (int stage = 0; stage < DELAY_STAGES; stage++)
            cr_expect_eq(run->mails[i].stage_ns[stage], other->mails[i].stage_ns[stage],
                         "%s: %s to %s: %s is %lld and %lld ns", name, run->mails[i].message, run->mails[i].recipient,
                         delay_stage_name((enum delay_stage)stage), (long long)run->mails[i].stage_ns[stage],
                         (long long)other->mails[i].stage_ns[stage]);
}

Test(measures, of_parts_are_the_same_whether_all_timers_are_in_the_journal_or_not, .timeout = 300)
{
    DIR *folder = opendir(POSTROAD_SOURCE_DIR "/scenarios");
    const struct dirent *entry;
    struct measures *lean = measures_new(MEASURES_OF_STAGES), *full = measures_new(MEASURES_OF_STAGES);
    struct journal_reader reader = measures_reader(full);
    reader.mask = delay_account_mask();
    cr_assert(folder);
    while ((entry = readdir(folder)) != NULL) {
        char name[260];
        const char *end = strstr(entry->d_name, ".json");
        if (!end || strstr(entry->d_name, "schema")) continue;
        snprintf(name, sizeof name, "%.*s", (int)(end - entry->d_name), entry->d_name);
        struct world_run timed = world_run_scenario(name, 0, delay_account_mask());
        measures_of_scenario(lean, timed.scenario->json);
        struct world_run run = world_run_scenario(name, 0, measures_mask(lean));
        measures_clear(lean);
        measures_clear(full);
        replay(run.journal, measures_reader(lean));
        replay(timed.journal, reader);
        expect_same_parts(name, measures_result(lean, NULL), measures_result(full, NULL));
        world_run_free(&run);
        world_run_free(&timed);
    }
    closedir(folder);
    measures_free(lean);
    measures_free(full);
}
