/* Where the time of a mail goes: an account in intervals, which add up exactly. */
#include "viz/readers/delay_account.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "tests/model/host/world_runs.h"
#include "tests/viz/readers/handwritten.h"
#include "tests/viz/readers/made_mail.h"

enum { ROOM = 4096 };

static const char *oddity;

static void on_odd(void *context, const struct event *e, int64_t message, const char *what)
{
    (void)context, (void)e, (void)message;
    oddity = what;
}

static struct delay_account *account_of(const struct journal_memory *journal)
{
    struct delay_account *account = delay_account_new();
    struct journal_reader reader = delay_account_reader(account);
    oddity = NULL;
    delay_account_on_odd(account, on_odd, NULL);
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (event_mask_has(reader.mask, e->kind)) reader.on_event(reader.context, e);
    }
    return account;
}

/* --- all shipped scenarios --- */

/* From its writing to its delivery the intervals of a mail join, and none is unexplained. */
static void expect_sound(const char *name, const struct delay_account *account, int64_t message, const char *recipient)
{
    static struct delay_interval list[ROOM];
    size_t n = delay_account_intervals(account, message, recipient, 0, list, ROOM);
    struct delay_span span = delay_account_span(account, message, recipient);
    int64_t sums_ns[DELAY_STAGES], total_ns = 0;
    if (span.delivered_ns == TIME_NEVER) return;
    cr_assert(n <= ROOM);
    delay_account_sum(list, n, sums_ns);
    for (int i = 0; i < DELAY_STAGES; i++)
        total_ns += sums_ns[i];
    cr_expect_eq(total_ns, span.delivered_ns - span.written_ns, "%s: m%lld to %s: %lld ns, but it took %lld", name,
                 (long long)message, recipient, (long long)total_ns, (long long)(span.delivered_ns - span.written_ns));
    for (size_t i = 0; i < n; i++) {
        int64_t joins_ns = i ? list[i - 1].to_ns : span.written_ns;
        cr_expect(list[i].from_ns == joins_ns && list[i].to_ns > list[i].from_ns, "%s: m%lld to %s: a gap", name,
                  (long long)message, recipient);
        cr_expect(list[i].stage != DELAY_UNEXPLAINED, "%s: m%lld to %s at host %lld: unexplained from %.6f to %.6f s",
                  name, (long long)message, recipient, (long long)list[i].host, (double)list[i].from_ns / 1e9,
                  (double)list[i].to_ns / 1e9);
    }
}

static size_t expect_all_sound(const char *name, const struct journal_memory *journal)
{
    struct delay_account *account = account_of(journal);
    size_t n = 0;
    for (size_t i = 0; i < journal_memory_count(journal); i++) {
        const struct event *e = journal_memory_at(journal, i);
        if (e->kind != EVENT_MAIL_STATE || strcmp(event_text(e, FIELD_TO), "delivered") != 0) continue;
        expect_sound(name, account, event_int(e, FIELD_MESSAGE), event_text(e, FIELD_RECIPIENT));
        n++;
    }
    cr_expect(!oddity, "%s: %s", name, oddity);
    delay_account_free(account);
    return n;
}

Test(delay_account, adds_up_for_each_mail_of_all_shipped_scenarios)
{
    DIR *folder = opendir(POSTROAD_SOURCE_DIR "/scenarios");
    const struct dirent *entry;
    size_t n = 0;
    cr_assert(folder);
    while ((entry = readdir(folder)) != NULL) {
        char name[260];
        const char *end = strstr(entry->d_name, ".json");
        if (!end || strstr(entry->d_name, "schema")) continue;
        snprintf(name, sizeof name, "%.*s", (int)(end - entry->d_name), entry->d_name);
        struct world_run run = world_run_scenario(name, 0, delay_account_mask());
        n += expect_all_sound(name, run.journal);
        world_run_free(&run);
    }
    closedir(folder);
    cr_expect(n > 200, "%zu deliveries", n);
}

/* --- by hand --- */

/* Submitted at once, over connection 1, in 4 s. */
#define SUBMITTED                                                                                                      \
    "10 mail.compose  message=1 host=1 from=ann@a.example to=bob@b.example\n"                                          \
    "10 mail.state    message=1 host=1 recipient=bob@b.example to=outbox\n"                                            \
    "10 dns.query     host=1 peer=9 qname=mx.a.example qtype=A id=5 nth=1\n"                                           \
    "11 dns.answer    host=1 peer=9 qname=mx.a.example qtype=A id=5 rcode=NOERROR text=10.0.0.2\n"                     \
    "11 conn.open     conn=1 host=1 peer=2 local_port=5000 remote_port=587 role=active\n"                              \
    "12 session.open  session=1 conn=1 host=1 peer=2 protocol=smtp role=client\n"                                      \
    "13 smtp.content  session=1 conn=1 host=1 message=1\n"                                                             \
    "14 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A to=queued\n"
/* Refused after 3 s, put off until 100, taken then after 5, and delivered after one more. */
#define RELAYED                                                                                                        \
    "14 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=queued to=active\n"                     \
    "15 attempt.begin attempt=1 message=1 host=2 recipient=bob@b.example nth=1\n"                                      \
    "15 dns.query     host=2 peer=9 qname=b.example qtype=MX id=6 nth=1\n"                                             \
    "17 dns.answer    host=2 peer=9 qname=b.example qtype=MX id=6 rcode=NOERROR text='10 mx.b.example.'\n"             \
    "17 conn.open     conn=2 host=2 peer=3 local_port=5000 remote_port=25 role=active\n"                               \
    "18 conn.close    conn=2 host=2 why=refused\n"                                                                     \
    "18 attempt.end   attempt=1 message=1 host=2 recipient=bob@b.example outcome=later why='451 not now'\n"            \
    "18 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=active to=deferred at=100 "             \
    "why='451 not now'\n"                                                                                              \
    "100 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=deferred to=active\n"

struct expected {
    enum delay_stage stage;
    int from_s, to_s;
    int64_t host, attempt, conn;
    const char *what;
};

/* How most of these mails begin: submitted from host 1, tried by host 2, which is told to come again. */
#define UP_TO_THE_RETRY                                                                                                \
    {DELAY_DNS, 10, 11, 1, 0, 0, "mx.a.example"}, {DELAY_CONNECT, 11, 12, 1, 0, 1, ""},                                \
        {DELAY_TRANSFER, 12, 14, 1, 0, 1, ""}, {DELAY_QUEUE, 14, 15, 2, 0, 0, ""},                                     \
        {DELAY_DNS, 15, 17, 2, 1, 0, "b.example"}, {DELAY_CONNECT, 17, 18, 2, 1, 2, ""},                               \
    {                                                                                                                  \
        DELAY_RETRY, 18, 100, 2, 0, 0, "451 not now"                                                                   \
    }

static void expect_intervals(const char *text, const struct expected *expected, size_t n_expected)
{
    struct journal_memory *journal = handwritten(text);
    struct delay_account *account = account_of(journal);
    struct delay_interval list[32];
    size_t n = delay_account_intervals(account, 1, "bob@b.example", 0, list, 32);
    cr_assert_eq(n, n_expected, "%zu intervals", n);
    for (size_t i = 0; i < n; i++) {
        cr_expect_eq(list[i].stage, expected[i].stage, "%zu: %s", i, delay_stage_name(list[i].stage));
        cr_expect_eq(list[i].from_ns, expected[i].from_s * INT64_C(1000000000), "%zu: from", i);
        cr_expect_eq(list[i].to_ns, expected[i].to_s * INT64_C(1000000000), "%zu: to", i);
        cr_expect_eq(list[i].host, expected[i].host, "%zu: host", i);
        cr_expect_eq(list[i].attempt, expected[i].attempt, "%zu: attempt %lld", i, (long long)list[i].attempt);
        cr_expect_eq(list[i].conn, expected[i].conn, "%zu: conn %lld", i, (long long)list[i].conn);
        cr_expect_str_eq(list[i].what, expected[i].what, "%zu", i);
    }
    cr_expect(!oddity, "%s", oddity);
    delay_account_free(account);
    journal_memory_free(journal);
}

Test(delay_account, goes_along_the_hosts_from_stage_to_stage)
{
    static const struct expected expected[] = {UP_TO_THE_RETRY,
                                               {DELAY_CONNECT, 100, 102, 2, 2, 3, ""},
                                               {DELAY_TRANSFER, 102, 105, 2, 2, 3, ""},
                                               {DELAY_DISK, 105, 106, 3, 3, 0, ""}};
    expect_intervals(JOINED(MADE_HOSTS, SUBMITTED, RELAYED, MADE_TAKEN, MADE_DELIVERED), expected,
                     sizeof expected / sizeof *expected);
}

Test(delay_account, keeps_the_fetching_apart)
{
    struct journal_memory *journal =
        handwritten(JOINED(MADE_HOSTS, SUBMITTED, RELAYED, MADE_TAKEN, MADE_DELIVERED,
                           "200 mail.state message=1 host=4 recipient=bob@b.example to='picked up'"));
    struct delay_account *account = account_of(journal);
    struct delay_span span = delay_account_span(account, 1, "bob@b.example");
    cr_expect_eq(span.written_ns, INT64_C(10000000000));
    cr_expect_eq(span.delivered_ns, INT64_C(106000000000));
    cr_expect_eq(span.picked_up_ns, INT64_C(200000000000));
    cr_expect_eq(delay_account_intervals(account, 1, "bob@b.example", 0, NULL, 0), 10);
    cr_expect_eq(delay_account_intervals(account, 1, "eve@b.example", 0, NULL, 0), 0);
    delay_account_free(account);
    journal_memory_free(journal);
}

/* A journal that leaves out the connection leaves time unexplained. */
Test(delay_account, says_what_nobody_explains)
{
    static const char without[] = "100 attempt.begin attempt=2 message=1 host=2 recipient=bob@b.example nth=2\n"
                                  "104 smtp.content  session=2 conn=3 host=2 message=1\n";
    struct journal_memory *journal = handwritten(JOINED(MADE_HOSTS, SUBMITTED, RELAYED, without, MADE_DELIVERED));
    struct delay_account *account = account_of(journal);
    struct delay_interval list[32];
    size_t n = delay_account_intervals(account, 1, "bob@b.example", 2, list, 32);
    cr_assert_eq(n, 9);
    cr_expect_eq(list[7].stage, DELAY_UNEXPLAINED);
    delay_account_free(account);
    journal_memory_free(journal);
}

/* --- found by hunts --- */

/* RFC 5321 4.1.3: nobody is asked, but a slow host takes its time. */
Test(delay_account, an_address_literal_is_a_name_that_is_read)
{
    static const char read_slowly[] =
        "100 attempt.begin attempt=2 message=1 host=2 recipient=bob@b.example nth=2\n"
        "100 timer.set     host=2 name='address literal' at=101\n"
        "101 timer.fire    host=2 name='address literal'\n"
        "101 conn.open     conn=3 host=2 peer=3 local_port=5001 remote_port=25 role=active\n"
        "102 session.open  session=2 conn=3 host=2 peer=3 protocol=smtp role=client\n"
        "104 smtp.content  session=2 conn=3 host=2 message=1\n";
    static const struct expected expected[] = {UP_TO_THE_RETRY,
                                               {DELAY_DNS, 100, 101, 2, 2, 0, "an address literal"},
                                               {DELAY_CONNECT, 101, 102, 2, 2, 3, ""},
                                               {DELAY_TRANSFER, 102, 105, 2, 2, 3, ""},
                                               {DELAY_DISK, 105, 106, 3, 3, 0, ""}};
    expect_intervals(JOINED(MADE_HOSTS, SUBMITTED, RELAYED, read_slowly, MADE_DELIVERED), expected,
                     sizeof expected / sizeof *expected);
}

/* The next host has the content, and writes it down when the last one has given the mail up. */
Test(delay_account, what_is_written_down_after_the_last_host_gave_it_up_was_on_its_way_to_the_disk)
{
    static const char given_up[] =
        "104 mail.doubt    message=1 host=2 recipient=bob@b.example peer=3\n"
        "104 attempt.end   attempt=2 message=1 host=2 recipient=bob@b.example outcome=never why=550\n"
        "104 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=active to=bounced\n"
        "105 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B to=queued\n"
        "105 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B from=queued to=active\n"
        "106 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B from=active to=delivered\n";
    static const struct expected expected[] = {UP_TO_THE_RETRY,
                                               {DELAY_CONNECT, 100, 102, 2, 2, 3, ""},
                                               {DELAY_TRANSFER, 102, 104, 2, 2, 3, ""},
                                               {DELAY_DISK, 104, 105, 3, 0, 0, ""},
                                               {DELAY_DISK, 105, 106, 3, 0, 0, ""}};
    expect_intervals(JOINED(MADE_HOSTS, SUBMITTED, RELAYED, MADE_TAKEN, given_up), expected,
                     sizeof expected / sizeof *expected);
}

/* Eve's is passed over; that is due to what made bob's active. */
Test(delay_account, who_is_passed_over_with_others_is_who_it_says)
{
    static const char passed_over[] =
        "104 attempt.skip message=1 host=2 recipient=eve@c.example cause=20 why='held for dead'\n";
    static const struct expected expected[] = {UP_TO_THE_RETRY,
                                               {DELAY_CONNECT, 100, 102, 2, 2, 3, ""},
                                               {DELAY_TRANSFER, 102, 105, 2, 2, 3, ""},
                                               {DELAY_DISK, 105, 106, 3, 3, 0, ""}};
    expect_intervals(JOINED(MADE_HOSTS, SUBMITTED, RELAYED, MADE_TAKEN, passed_over, MADE_DELIVERED), expected,
                     sizeof expected / sizeof *expected);
}

/* Ids are few: after hours another job's question has the one that failed. */
Test(delay_account, a_question_that_nobody_waits_for_leaves_its_id_to_another)
{
    static const char asked_later[] =
        "100 mail.state    message=2 host=2 recipient=eve@b.example queue_id=C to=queued\n"
        "100 mail.state    message=2 host=2 recipient=eve@b.example queue_id=C from=queued to=active\n"
        "100 dns.query     host=2 peer=9 qname=x qtype=A id=7 nth=1 cause=22\n"
        "110 dns.failure   host=2 qname=x qtype=A why=silence cause=23\n"
        "200 dns.query     host=2 peer=9 qname=x qtype=A id=7 nth=1 cause=20\n"
        "201 dns.answer    host=2 peer=9 qname=x qtype=A id=7 rcode=NOERROR cause=1\n"
        "201 conn.open     conn=3 host=2 peer=3 local_port=5001 remote_port=25 role=active\n"
        "202 session.open  session=2 conn=3 host=2 peer=3 protocol=smtp role=client\n"
        "204 smtp.content  session=2 conn=3 host=2 message=1\n";
    static const char delivered[] =
        "205 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B to=queued\n"
        "206 mail.state    message=1 host=3 recipient=bob@b.example queue_id=B from=queued to=delivered\n";
    static const struct expected expected[] = {UP_TO_THE_RETRY,
                                               {DELAY_QUEUE, 100, 200, 2, 0, 0, ""},
                                               {DELAY_DNS, 200, 201, 2, 0, 0, "x"},
                                               {DELAY_CONNECT, 201, 202, 2, 0, 3, ""},
                                               {DELAY_TRANSFER, 202, 205, 2, 0, 3, ""},
                                               {DELAY_QUEUE, 205, 206, 3, 0, 0, ""}};
    expect_intervals(JOINED(MADE_HOSTS, SUBMITTED, RELAYED, asked_later, delivered), expected,
                     sizeof expected / sizeof *expected);
}

/* Two sessions, where one transaction may name no more than one: each of the two has its own connection. */
Test(delay_account, recipients_beyond_the_limit_of_a_transaction_have_their_own_session)
{
    static const char limit[] = "0 host.settings host=2 name=retry text='policy=postfix recipient_limit=1'\n",
                      two[] =
                          "14 mail.state    message=1 host=2 recipient=bob@b.example queue_id=A from=queued to=active\n"
                          "14 mail.state    message=1 host=2 recipient=eve@b.example queue_id=A to=queued\n"
                          "14 mail.state    message=1 host=2 recipient=eve@b.example queue_id=A from=queued to=active\n"
                          "15 attempt.begin attempt=1 message=1 host=2 recipient=bob@b.example nth=1 cause=13\n"
                          "15 attempt.begin attempt=2 message=1 host=2 recipient=eve@b.example nth=1 cause=15\n"
                          "15 conn.open     conn=2 host=2 peer=3 local_port=5000 remote_port=25 role=active cause=17\n"
                          "15 conn.open     conn=3 host=2 peer=3 local_port=5001 remote_port=25 role=active cause=16\n"
                          "17 session.open  session=2 conn=3 host=2 peer=3 protocol=smtp role=client\n"
                          "18 smtp.content  session=2 conn=3 host=2 message=1\n";
    static const struct expected expected[] = {
        {DELAY_DNS, 10, 11, 1, 0, 0, "mx.a.example"}, {DELAY_CONNECT, 11, 12, 1, 0, 1, ""},
        {DELAY_TRANSFER, 12, 14, 1, 0, 1, ""},        {DELAY_QUEUE, 14, 15, 2, 0, 0, ""},
        {DELAY_CONNECT, 15, 17, 2, 1, 3, ""},         {DELAY_TRANSFER, 17, 105, 2, 1, 3, ""},
        {DELAY_DISK, 105, 106, 3, 3, 0, ""}};
    expect_intervals(JOINED(MADE_HOSTS, limit, SUBMITTED, two, MADE_DELIVERED), expected,
                     sizeof expected / sizeof *expected);
}

/* The first host of the MX takes no calls; the reset that says so is why the next is called. */
Test(delay_account, the_next_host_is_called_when_one_refuses)
{
    static const char *const policies[] = {"postfix", "exim", "sendmail", "qmail", "opensmtpd"};
    for (size_t i = 0; i < 2 * sizeof policies / sizeof *policies; i++) {
        char text[2048], name[64];
        snprintf(name, sizeof name, "%s, ip %s", policies[i / 2], i % 2 ? "both" : "v4");
        snprintf(
            text, sizeof text,
            "{ \"postroad\": 1, \"ip\": \"%s\", \"hosts\": { \"r\": { \"router\": {} },"
            "\"mx.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"u\"], \"retry\": "
            "\"%s\" } },"
            "\"pc\": { \"client\": { \"user\": \"u@a.example\", \"submits_to\": \"mx.a.example\" } },"
            "\"web.b.example\": { \"client\": { \"user\": \"x@b.example\" } },"
            "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"u\"] } },"
            "\"ns\": { \"name_server\": {} } }, \"links\": { \"a\": { \"between\": [\"mx.a.example\", \"r\"] },"
            "\"b\": { \"between\": [\"mx.b.example\", \"r\"] }, \"w\": { \"between\": [\"web.b.example\", \"r\"] },"
            "\"p\": { \"between\": [\"pc\", \"r\"] }, \"n\": { \"between\": [\"ns\", \"r\"] } },"
            "\"zones\": { \"b.example\": [\"@ 60 IN MX 10 web\", \"@ 60 IN MX 20 mx\"] },"
            "\"mail\": { \"m\": { \"from\": \"u@a.example\", \"to\": [\"u@b.example\"] } } }",
            i % 2 ? "both" : "v4", policies[i / 2]);
        struct world_run run = world_run_scenario(text, 0, event_mask_all());
        cr_expect_eq(expect_all_sound(name, run.journal), 1, "%s", name);
        world_run_free(&run);
    }
}
