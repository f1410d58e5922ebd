/* The golden vectors of the policies in whole worlds: a destination that refuses each connection at once, and a mail
   that arrives at a server, is tried when its policy says so, and is given up. The same instants as pure arithmetic
   gives (tests/model/mail/test_retry.c), to the second. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world_runs.h"

static const char template[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": %s } },"
    "\"internet\": { \"router\": {} }, \"closed\": { \"router\": {}, \"address\": \"10.9.9.9\" } },"
    "\"zones\": { \"b.example\": [\"@ 300 IN MX 10 closed\", \"closed 300 IN A 10.9.9.9\"] },"
    "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
    "\"c\": { \"between\": [\"closed\", \"internet\"] } },"
    "\"mail\": { \"m1\": { \"at\": \"%s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"] } }%s }";

enum { ROOM = 1000 };

struct course {
    int64_t seconds[ROOM]; /* of attempts, since the server took the mail */
    size_t n, reports;
    int64_t ended_s;
};

static bool is_of_m1(const struct event *e)
{
    return event_int(e, FIELD_MESSAGE) == 1;
}

static int64_t to_seconds(int64_t ns)
{
    return (ns + SECOND / 2) / SECOND;
}

static struct course run_course_with(const char *retry, const char *at, const char *faults)
{
    char json[4096];
    struct course course = {0};
    snprintf(json, sizeof json, template, retry, at, faults);
    struct world_run run = world_run_scenario(json, 0, event_mask_group(GROUP_MAIL));
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_MAIL_STATE, "accepted");
    cr_assert(e);
    int64_t arrived_ns = e->at_ns;
    while ((e = find_event(&run, &i, EVENT_ATTEMPT_BEGIN, NULL)) && course.n < ROOM)
        if (is_of_m1(e)) course.seconds[course.n++] = to_seconds(e->at_ns - arrived_ns);
    i = 0;
    e = find_event(&run, &i, EVENT_MAIL_STATE, "bounced");
    cr_assert(e, "%s: it is given up", retry);
    course.ended_s = to_seconds(e->at_ns - arrived_ns);
    course.reports = count_events(&run, EVENT_MAIL_REPORT, "failed");
    world_run_free(&run);
    return course;
}

static struct course run_course(const char *retry, const char *at)
{
    return run_course_with(retry, at, "");
}

static void expect_minutes(const struct course *course, const double *minutes, size_t n)
{
    cr_assert_geq(course->n, n);
    for (size_t i = 0; i < n; i++) {
        int64_t expected = (int64_t)(minutes[i] * 60), found = course->seconds[i];
        cr_assert(llabs(found - expected) <= 1, "attempt %zu after %lld s, expected %g min", i + 1, (long long)found,
                  minutes[i]);
    }
}

static void expect_every(const struct course *course, size_t from, int64_t seconds)
{
    for (size_t i = from; i < course->n; i++)
        cr_assert_eq(course->seconds[i] - course->seconds[i - 1], seconds, "attempt %zu after %lld s", i + 1,
                     (long long)course->seconds[i]);
}

static void expect_end(const struct course *course, size_t attempts, int64_t ended_s)
{
    cr_assert_eq(course->n, attempts, "%zu attempts, expected %zu", course->n, attempts);
    cr_assert(llabs(course->ended_s - ended_s) <= 1, "given up after %lld s", (long long)course->ended_s);
    cr_assert_eq(course->reports, 1);
}

Test(retry_worlds, postfix_when_the_mail_arrives_on_a_scan)
{
    static const double minutes[] = {0, 5, 10, 20, 40, 80, 150, 220, 290, 360};
    struct course course = run_course("{ \"queue_run_phase\": \"1 s\" }", "1 s");
    expect_minutes(&course, minutes, 10);
    expect_every(&course, 10, 70 * 60);
    expect_end(&course, 108, 433200);
}

Test(retry_worlds, postfix_when_the_mail_arrives_between_two_scans)
{
    static const double minutes[] = {0, 7.5, 17.5, 37.5, 77.5, 147.5, 217.5};
    struct course course = run_course("\"postfix\"", "150 s");
    expect_minutes(&course, minutes, 7);
    expect_every(&course, 7, 70 * 60);
    expect_end(&course, 107, 433050);
}

Test(retry_worlds, exim_when_it_could_try_as_soon_as_a_retry_time_comes)
{
    static const double minutes[] = {0, 15, 30, 45, 60, 75, 90, 105, 120, 135, 195, 285, 420, 622.5};
    struct course course = run_course("{ \"policy\": \"exim\", \"queue_run_interval\": \"0 s\" }", "1 s");
    expect_minutes(&course, minutes, 14);
    expect_every(&course, 16, 6 * 3600);
    expect_end(&course, 29, 363712);
}

Test(retry_worlds, exim_with_a_queue_runner_every_half_hour)
{
    static const double minutes[] = {0, 30, 60, 90, 120, 150, 210, 300, 450, 660, 990, 1350};
    struct course course = run_course("{ \"policy\": \"exim\", \"queue_run_phase\": \"1 s\" }", "1 s");
    expect_minutes(&course, minutes, 12);
    expect_every(&course, 12, 6 * 3600);
    expect_end(&course, 25, 361800);
}

/* The mail arrives in the second of a run; the last run is the first that finds it five days old. */
Test(retry_worlds, sendmail_in_each_queue_run_of_five_days)
{
    struct course course =
        run_course("{ \"policy\": \"sendmail\", \"delivery_mode\": \"queue\", \"queue_run_phase\": \"1 s\" }", "1 s");
    cr_assert_eq(course.seconds[0], 1800);
    expect_every(&course, 1, 1800);
    expect_end(&course, 240, 5 * 86400);
    course = run_course("{ \"policy\": \"sendmail\", \"delivery_mode\": \"queue\", \"queue_run_phase\": \"1 s\", "
                        "\"queue_run_interval\": \"10 min\" }",
                        "1 s");
    expect_every(&course, 1, 600);
    expect_end(&course, 720, 5 * 86400);
}

Test(retry_worlds, qmail_by_squares_of_twenty_seconds)
{
    struct course course = run_course("\"qmail\"", "1 s");
    for (size_t n = 0; n < course.n; n++)
        cr_assert_eq(course.seconds[n], 400 * (int64_t)(n * n));
    expect_end(&course, 40, 608400);
}

/* Each attempt takes the minute in which nobody answers; after two of them the host is passed over for an hour or so. */
Test(retry_worlds, qmail_counts_from_when_the_attempt_began)
{
    struct course course =
        run_course_with("\"qmail\"", "1 s", ", \"faults\": [ { \"stop_host\": { \"host\": \"closed\" } } ]");
    static const int64_t seconds[] = {0, 400, 6400};
    for (size_t n = 0; n < 3; n++)
        cr_assert_eq(course.seconds[n], seconds[n], "%lld", (long long)course.seconds[n]);
}

Test(retry_worlds, opensmtpd_by_squares_until_it_expires)
{
    struct course course = run_course("\"opensmtpd\"", "1 s");
    for (size_t n = 0; n < course.n; n++)
        cr_assert_eq(course.seconds[n], 400 * (int64_t)(n * n));
    expect_end(&course, 30, 345600);
}

Test(retry_worlds, kumomta_doubles_for_nine_attempts)
{
    static const double minutes[] = {0, 20, 60, 140, 300, 620, 1260, 2540, 5100};
    struct course course = run_course("{ \"policy\": \"kumomta\", \"jitter\": \"0 %\" }", "1 s");
    expect_minutes(&course, minutes, 9);
    expect_end(&course, 9, 5100 * 60);
}

Test(retry_worlds, exchange_by_its_queues_connection)
{
    static const double minutes[] = {0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44, 54};
    struct course course = run_course("\"exchange\"", "1 s");
    expect_minutes(&course, minutes, 13);
    expect_end(&course, 295, 2 * 86400);
}

Test(retry_worlds, rfc_minimum_and_custom)
{
    static const double minutes[] = {0, 30, 60, 180, 300, 420}, steps[] = {0, 1, 6, 36, 66};
    struct course course = run_course("\"rfc-minimum\"", "1 s");
    expect_minutes(&course, minutes, 6);
    expect_end(&course, 51, 349205); /* the waits begin when an attempt has failed, 0.1 s later */
    course = run_course("{ \"policy\": \"custom\", \"steps\": [\"1 min\", \"5 min\", \"30 min\"] }", "1 s");
    expect_minutes(&course, steps, 5);
}

/* ---- how long a policy waits for answers ---- */

static const char silent[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"until\": \"3 h\", \"hosts\": { " ALICE_PC ", "
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"], \"retry\": %s%s } "
    "}," INTERNET_AND_MX1 " }, " LINKS_OF_THREE
    ", \"mail\": { " ALICE_WRITES_TO_BOB("m1", "1 s") " },"
                                                      "\"faults\": [{ \"at\": \"0 s\", \"for\": \"3 h\", \"reply\": { "
                                                      "\"server\": \"mx1.b.example\", \"to\": \"%s\","
                                                      " \"action\": \"silence\" } }] }";

/* Seconds that the first attempt took. */
static int64_t seconds_of_silence(const char *retry, const char *more, const char *to)
{
    char json[4096];
    snprintf(json, sizeof json, silent, retry, more, to);
    struct world_run run = world_run_scenario(json, 0, event_mask_group(GROUP_MAIL));
    size_t i = 0;
    const struct event *begin = find_event(&run, &i, EVENT_ATTEMPT_BEGIN, NULL);
    const struct event *end = find_event(&run, &i, EVENT_ATTEMPT_END, NULL);
    cr_assert(begin && end, "%s, %s", retry, to);
    int64_t seconds = to_seconds(end->at_ns - begin->at_ns);
    world_run_free(&run);
    return seconds;
}

/* The greeting, MAIL, RCPT, the dot. A server that a fault holds up closes after half an hour. */
Test(retry_worlds, answers_are_awaited_for_as_long_as_the_policy_has_it)
{
    static const char *const to[] = {"CONNECT", "MAIL", "RCPT", "."};
    static const struct {
        const char *retry;
        int64_t seconds[4];
    } policies[] = {{"\"postfix\"", {300, 300, 300, 600}},
                    {"{ \"smtp_helo_timeout\": \"40 s\", \"smtp_data_done_timeout\": \"50 s\" }", {40, 300, 300, 50}},
                    {"\"exim\"", {300, 300, 300, 600}},
                    {"\"sendmail\"", {300, 600, 1800, 1800}},
                    {"\"qmail\"", {1200, 1200, 1200, 1200}},
                    {"{ \"policy\": \"qmail\", \"timeoutremote\": \"90 s\" }", {90, 90, 90, 90}},
                    {"\"opensmtpd\"", {300, 300, 300, 300}},
                    {"\"kumomta\"", {60, 300, 300, 300}},
                    {"\"exchange\"", {600, 600, 600, 600}},
                    {"\"rfc-minimum\"", {300, 300, 300, 600}}};
    for (size_t p = 0; p < sizeof policies / sizeof *policies; p++)
        for (size_t k = 0; k < 4; k++) {
            int64_t seconds = seconds_of_silence(policies[p].retry, "", to[k]);
            cr_expect(llabs(seconds - policies[p].seconds[k]) <= 1, "%s, %s: %lld s", policies[p].retry, to[k],
                      (long long)seconds);
        }
}

Test(retry_worlds, what_smtp_says_of_time_outs_goes_before_the_policy)
{
    static const char said[] = ", \"smtp\": { \"timeouts\": { \"mail\": \"70 s\" } }";
    cr_expect(llabs(seconds_of_silence("\"sendmail\"", said, "MAIL") - 70) <= 1);
    cr_expect(llabs(seconds_of_silence("\"sendmail\"", said, "RCPT") - 1800) <= 1);
}

/* ---- A policy that is set while the world runs ---- */

#define EVERY_10_MIN "{ \"policy\": \"custom\", \"steps\": [\"10 min\"], \"lifetime\": \"1 d\" }"
#define EVERY_HOUR   "{ \"policy\": \"custom\", \"steps\": [\"1 h\"], \"lifetime\": \"1 d\" }"
#define SET_AT(when, policy)                                                                                           \
    ", \"faults\": [{ " when ", \"set\": { \"/hosts/mail.a.example/mail_server/retry\": " policy " } }]"

Test(retry_worlds, a_policy_set_while_the_world_runs_holds_for_what_is_planned_from_then_on)
{
    static const double minutes[] = {0, 10, 20, 30, 90, 150, 210};
    struct course course = run_course_with(EVERY_10_MIN, "0 s", SET_AT("\"at\": \"25 min\"", EVERY_HOUR));
    expect_minutes(&course, minutes, 7);
    cr_assert_eq(course.reports, 1);
}

Test(retry_worlds, afterwards_it_is_again_as_the_file_has_it)
{
    static const double minutes[] = {0, 10, 20, 30, 90, 150, 160, 170};
    struct course course =
        run_course_with(EVERY_10_MIN, "0 s", SET_AT("\"at\": \"25 min\", \"for\": \"2 h\"", EVERY_HOUR));
    expect_minutes(&course, minutes, 8);
}

Test(retry_worlds, another_lifetime_gives_up_at_its_next_attempt)
{
    struct course course = run_course_with(
        EVERY_10_MIN, "0 s",
        SET_AT("\"at\": \"25 min\"", "{ \"policy\": \"custom\", \"steps\": [\"10 min\"], \"lifetime\": \"1 h\" }"));
    cr_assert(course.ended_s >= 3600 && course.ended_s <= 4200, "given up after %lld s", (long long)course.ended_s);
}

Test(retry_worlds, the_journal_tells_which_policy_holds)
{
    char json[4096];
    snprintf(json, sizeof json, template, EVERY_10_MIN, "0 s",
             SET_AT("\"at\": \"25 min\", \"for\": \"2 h\"", EVERY_HOUR));
    struct world_run run = world_run_scenario(json, 0, event_mask_all());
    static const int64_t minutes[] = {0, 25, 145};
    size_t i = 0;
    for (size_t k = 0; k < 3; k++) {
        const struct event *e = find_event(&run, &i, EVENT_HOST_SETTINGS, "policy=custom");
        cr_assert(e && e->at_ns == minutes[k] * MINUTE, "no. %zu", k);
        cr_expect(strstr(event_text(e, FIELD_TEXT), k == 1 ? "step=3600s" : "step=600s"), "%s",
                  event_text(e, FIELD_TEXT));
    }
    cr_expect_null(find_event(&run, &i, EVENT_HOST_SETTINGS, "policy="));
    world_run_free(&run);
}

/* ---- Sendmail minds what is urgent ---- */

/* Hours after which the sender is told of the delay, and of the end. */
static void expect_hours(const char *priority, double told, double ended)
{
    static const char retry[] =
        "{ \"policy\": \"sendmail\", \"timeout_queuereturn\": \"10 h\", \"timeout_queuereturn_urgent\": \"2 h\","
        " \"timeout_queuereturn_non_urgent\": \"1 d\", \"timeout_queuewarn_urgent\": \"1 h\","
        " \"timeout_queuewarn_non_urgent\": \"12 h\" }";
    char json[4096], at[80];
    snprintf(at, sizeof at, *priority ? "0 s\", \"priority\": \"%s" : "0 s", priority);
    snprintf(json, sizeof json, template, retry, at, "");
    struct world_run run = world_run_scenario(json, 0, event_mask_group(GROUP_MAIL));
    size_t i = 0, k = 0;
    const struct event *delayed = find_event(&run, &i, EVENT_MAIL_REPORT, "delayed"),
                       *bounced = find_event(&run, &k, EVENT_MAIL_STATE, "bounced");
    cr_assert(delayed && bounced, "%s", priority);
    double hours[] = {(double)delayed->at_ns / (double)HOUR, (double)bounced->at_ns / (double)HOUR};
    cr_expect(fabs(hours[0] - told) < 0.51 && fabs(hours[1] - ended) < 0.51, "%s: %g h and %g h", priority, hours[0],
              hours[1]);
    world_run_free(&run);
}

Test(retry_worlds, sendmail_gives_urgent_mail_its_own_times)
{
    expect_hours("", 4, 10);
    expect_hours("normal", 4, 10);
    expect_hours("urgent", 1, 2);
    expect_hours("non-urgent", 12, 24);
}

/* ---- OpenSMTPD's pauses ---- */

/* Alice writes at 1 s, 4 s and 30 s; when her server called the other one, in ms. */
static size_t calls_of(const char *retry, const char *faults, int64_t ms[4])
{
    char json[4096];
    snprintf(json, sizeof json,
             "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": { " ALICE_PC ","
             "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"],"
             " \"retry\": { \"policy\": \"opensmtpd\"%s } } }, \"internet\": { \"router\": {} },"
             "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } } },"
             "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
             "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
             "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"] } },"
             "\"mail\": { " ALICE_WRITES_TO_BOB("m1", "1 s") "," ALICE_WRITES_TO_BOB(
                 "m2", "4 s") "," ALICE_WRITES_TO_BOB("m3", "30 s") " }%s }",
             retry, faults);
    struct world_run run = world_run_scenario(json, 0, event_mask_all());
    size_t i = 0, n = 0;
    for (const struct event *e; (e = find_event(&run, &i, EVENT_CONN_OPEN, "active"));)
        if (event_int(e, FIELD_REMOTE_PORT) == 25 && n < 4) ms[n++] = e->at_ns / MILLISECOND;
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 3);
    world_run_free(&run);
    return n;
}

Test(retry_worlds, opensmtpd_keeps_a_session_for_the_next_mail_and_pauses_between_two)
{
    int64_t ms[4];
    cr_assert_eq(calls_of("", "", ms), 2,
                 "the second mail goes on the session of the first, the third is too late for it");
    cr_assert_eq(calls_of(", \"session_keepalive\": \"0 s\"", "", ms), 3);
    cr_expect_geq(ms[1] - ms[0], 5000);
    cr_expect_lt(ms[1] - ms[0], 5500, "%lld ms", (long long)(ms[1] - ms[0]));
    cr_assert_eq(calls_of(", \"session_keepalive\": \"0 s\", \"conn_delay_route\": \"0 s\"", "", ms), 3);
    cr_expect(ms[1] - ms[0] > 3000 && ms[1] - ms[0] < 4000, "%lld ms", (long long)(ms[1] - ms[0]));
    int64_t without[4];
    cr_assert_eq(calls_of(", \"session_keepalive\": \"0 s\", \"conn_delay_route\": \"0 s\", "
                          "\"disc_delay_route\": \"0 s\"",
                          "", without),
                 3);
    cr_expect_lt(without[1], ms[1], "the pause is counted from the end of the first session");
    cr_expect(llabs(without[2] - ms[2]) < 500);
}

/* OpenSMTPD's pause of an hour is no pause of Postfix's. */
Test(retry_worlds, another_policy_ends_the_pauses_of_the_one_before)
{
    int64_t ms[4];
    size_t n = calls_of(", \"session_keepalive\": \"0 s\", \"conn_delay_route\": \"1 h\"", "", ms);
    cr_assert(n == 2 && ms[1] - ms[0] >= 3600000);
    n = calls_of(", \"session_keepalive\": \"0 s\", \"conn_delay_route\": \"1 h\"",
                 ", \"faults\": [{ \"at\": \"20 min\", \"set\": { \"/hosts/mail.a.example/mail_server/retry\": "
                 "\"postfix\" } }]",
                 ms);
    cr_assert_geq(n, 2);
    cr_expect(ms[1] >= 1200000 && ms[1] < 1201000, "%lld ms", (long long)ms[1]);
}
