/* Generators of mail: who, whom, when, how much; and that a mail depends on its generator and number alone. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/host/traffic.h"
#include "tests/model/host/world_runs.h"

/* Two users of one server, bob who has none, and a generator with these keys. */
static struct world_run run_traffic(const char *keys, const char *more)
{
    char json[4096];
    snprintf(json, sizeof json,
             "{\"postroad\":1,\"hosts\":{"
             "\"a-pc\":{\"client\":{\"user\":\"anna@a.example\",\"submits_to\":\"mail.a.example\"}},"
             "\"b-pc\":{\"client\":{\"user\":\"ben@a.example\",\"submits_to\":\"mail.a.example\"}},"
             "\"c-pc\":{\"client\":{\"user\":\"cleo@a.example\",\"submits_to\":\"mail.a.example\"}},"
             "\"mail.a.example\":{\"mail_server\":{\"domains\":[\"a.example\"],\"users\":[\"anna\",\"ben\",\"cleo\"]}},"
             "\"internet\":{\"router\":{}}},"
             "\"links\":{\"a\":{\"between\":[\"a-pc\",\"internet\"]},\"b\":{\"between\":[\"b-pc\",\"internet\"]},"
             "\"c\":{\"between\":[\"c-pc\",\"internet\"]},\"m\":{\"between\":[\"mail.a.example\",\"internet\"]}},"
             "\"traffic\":{\"office\":{%s}}%s}",
             keys, more);
    struct event_mask mask = event_mask_union(event_mask_kind(EVENT_MAIL_COMPOSE), event_mask_kind(EVENT_RUN_END));
    return world_run_scenario(json, 0, event_mask_union(mask, event_mask_kind(EVENT_MAIL_STATE)));
}

enum { MOST = 4000 };

struct written {
    int64_t at_ns[MOST], size[MOST];
    char from[MOST][24], to[MOST][80], subject[MOST][80];
    size_t n;
};

static struct written *all_written(const struct world_run *run)
{
    struct written *w = calloc(1, sizeof *w);
    size_t i = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_MAIL_COMPOSE, NULL)) && w->n < MOST; w->n++) {
        w->at_ns[w->n] = e->at_ns;
        w->size[w->n] = event_int(e, FIELD_SIZE);
        snprintf(w->from[w->n], sizeof *w->from, "%s", event_text(e, FIELD_FROM));
        snprintf(w->to[w->n], sizeof *w->to, "%s", event_text(e, FIELD_TO));
        snprintf(w->subject[w->n], sizeof *w->subject, "%s", event_text(e, FIELD_SUBJECT));
    }
    return w;
}

static struct written *written_by(const char *keys, const char *more)
{
    struct world_run run = run_traffic(keys, more);
    struct written *w = all_written(&run);
    world_run_free(&run);
    return w;
}

Test(traffic, comes_at_fixed_intervals_in_turn_and_fills_in_its_words)
{
    struct written *w =
        written_by("\"from\":\"clients\",\"senders\":\"in turn\",\"to\":\"anna@a.example\","
                   "\"every\":\"10 min\",\"at\":\"1 h\",\"count\":5,\"subject\":\"{n}: {from} to {to}\"",
                   "");
    cr_assert_eq(w->n, 5);
    static const char *const from[] = {"anna", "ben", "cleo", "anna", "ben"};
    for (size_t i = 0; i < 5; i++) {
        cr_expect_eq(w->at_ns[i], HOUR + (int64_t)(i + 1) * 10 * MINUTE);
        cr_expect_eq(strncmp(w->from[i], from[i], strlen(from[i])), 0, "%zu: %s", i, w->from[i]);
    }
    cr_expect_str_eq(w->subject[1], "2: ben@a.example to anna@a.example");
    free(w);
}

Test(traffic, ends_at_its_time_and_then_the_world_ends_too)
{
    struct world_run run =
        run_traffic("\"from\":\"clients\",\"to\":\"clients\",\"every\":\"10 min\",\"until\":\"1 h\"", "");
    struct written *w = all_written(&run);
    cr_expect_eq(w->n, 6);
    cr_expect_eq(count_events(&run, EVENT_RUN_END, "all is done"), 1);
    cr_expect_lt(run.ended_ns, 70 * MINUTE);
    free(w);
    world_run_free(&run);
}

/* Chi-square with two degrees of freedom: 27.6 is exceeded once in a million. */
Test(traffic, weights_say_how_often_and_nobody_writes_to_himself)
{
    struct written *w = written_by("\"from\":{\"anna@a.example\":5,\"ben@a.example\":3,\"cleo@a.example\":2},"
                                   "\"to\":\"clients\",\"every\":{\"poisson\":\"1 min\"},\"count\":3000",
                                   "");
    static const char *const users[] = {"anna@a.example", "ben@a.example", "cleo@a.example"};
    static const double expected[] = {1500, 900, 600};
    double chi_square = 0;
    for (size_t k = 0; k < 3; k++) {
        double n = 0;
        for (size_t i = 0; i < w->n; i++)
            n += strcmp(w->from[i], users[k]) == 0;
        chi_square += (n - expected[k]) * (n - expected[k]) / expected[k];
    }
    cr_expect_eq(w->n, 3000);
    cr_expect_lt(chi_square, 27.6);
    for (size_t i = 0; i < w->n; i++)
        cr_expect_str_neq(w->from[i], w->to[i]);
    free(w);
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Kolmogorov and Smirnov: sqrt(ln(2e6) / 2 / n) is exceeded once in a million. */
Test(traffic, poisson_intervals_are_exponential)
{
    struct written *w = written_by("\"from\":\"anna@a.example\",\"to\":\"ben@a.example\",\"every\":{\"poisson\":\"1 "
                                   "min\"},\"count\":3000",
                                   "");
    double most = 0, n = 3000;
    cr_assert_eq(w->n, 3000);
    for (size_t i = w->n - 1; i > 0; i--)
        w->at_ns[i] -= w->at_ns[i - 1];
    qsort(w->at_ns, w->n, sizeof *w->at_ns, by_value);
    for (size_t i = 0; i < w->n; i++) {
        double law = 1 - exp(-(double)w->at_ns[i] / (double)MINUTE);
        most = fmax(most, fmax(fabs(law - (double)i / n), fabs(law - (double)(i + 1) / n)));
    }
    cr_expect_lt(most, sqrt(log(2e6) / 2 / n), "%f", most);
    free(w);
}

Test(traffic, sizes_follow_their_law_and_are_cut_down_to_the_most)
{
    struct written *w = written_by("\"from\":\"anna@a.example\",\"to\":\"ben@a.example\",\"every\":\"1 min\",\"count\":"
                                   "2000,\"size\":{\"lognormal\":[\"20 kB\",1.5],\"most\":\"100 kB\"}",
                                   "");
    size_t above_median = 0, at_most = 0;
    for (size_t i = 0; i < w->n; i++) {
        above_median += w->size[i] > 20000 + 200; /* with its header */
        at_most += w->size[i] >= 100000;
        cr_expect_leq(w->size[i], 100000 + 300);
    }
    cr_expect(above_median > 900 && above_median < 1100, "%zu", above_median);
    /* Above five times the median: 1 - Phi(ln 5 / 1.5) = 14.2 % */
    cr_expect(at_most > 210 && at_most < 360, "%zu", at_most);
    free(w);
}

Test(traffic, each_mail_has_the_attachments_of_its_generator)
{
    static const char office[] = "\"from\":\"clients\",\"to\":\"clients\",\"every\":\"1 min\",\"count\":3";
    char with[300];
    snprintf(with, sizeof with, "%s,\"attach\":[{\"name\":\"plan.pdf\",\"size\":\"30 kB\"}]", office);
    struct written *plain = written_by(office, ""), *attached = written_by(with, "");
    cr_assert_eq(attached->n, 3);
    for (size_t i = 0; i < 3; i++) /* base64 makes four bytes of three, and lines */
        cr_expect(attached->size[i] > plain->size[i] + 40000 && attached->size[i] < plain->size[i] + 42500, "%lld",
                  (long long)attached->size[i]);
    free(plain);
    free(attached);
}

Test(traffic, several_recipients_differ_from_one_another)
{
    struct written *w =
        written_by("\"from\":\"anna@a.example\",\"to\":[\"a@x.example\",\"b@x.example\",\"c@x.example\"],"
                   "\"recipients\":[1,3],\"every\":\"1 min\",\"count\":300",
                   ",\"until\":\"1 d\"");
    size_t how_many[4] = {0};
    for (size_t i = 0; i < w->n; i++) {
        size_t n = 0;
        for (const char *user = "abc"; *user; user++) {
            char address[] = {*user, '@', 'x', '\0'};
            const char *found = strstr(w->to[i], address);
            n += found != NULL;
            cr_expect(!found || !strstr(found + 1, address), "%s", w->to[i]);
        }
        how_many[n]++;
    }
    for (size_t n = 1; n <= 3; n++)
        cr_expect(how_many[n] > 60 && how_many[n] < 140, "%zu of %zu", how_many[n], n);
    free(w);
}

Test(traffic, bursts_come_together)
{
    struct written *w = written_by("\"from\":\"anna@a.example\",\"to\":\"ben@a.example\",\"every\":\"1 h\",\"count\":7,"
                                   "\"burst\":{\"mails\":3,\"apart\":\"2 s\"}",
                                   "");
    static const int64_t at_s[] = {3600, 3602, 3604, 7200, 7202, 7204, 10800};
    for (size_t i = 0; i < 7; i++)
        cr_expect_eq(w->at_ns[i], at_s[i] * SECOND);
    free(w);
}

/* At 09:00 the world begins; half of the rate holds over lunch, and none at night: what would come at the end of the
   last hour comes at the beginning of the next. */
Test(traffic, hours_stretch_the_intervals)
{
    struct written *w =
        written_by("\"from\":\"anna@a.example\",\"to\":\"ben@a.example\",\"every\":\"1 h\",\"count\":9,"
                   "\"hours\":{\"08:00-12:00\":\"100 %\",\"12:00-14:00\":\"50 %\",\"14:00-16:00\":\"100 %\"}",
                   "");
    static const int64_t at_h[] = {1, 2, 3, 5, 6, 23, 24, 25, 26};
    for (size_t i = 0; i < 9; i++)
        cr_expect_eq(w->at_ns[i], at_h[i] * HOUR, "%zu: %f h", i, (double)w->at_ns[i] / (double)HOUR);
    free(w);
}

/* Against counting on, minute by minute. */
Test(traffic, the_time_after_some_work_is_what_counting_gives)
{
    struct scenario_hours hours[] = {
        {HOUR, 3 * HOUR, 1 << 15}, {5 * HOUR, 6 * HOUR, 1 << 16}, {20 * HOUR, DAY, 1 << 14}};
    struct scenario_arrivals every = {.hours = hours, .n_hours = 3};
    for (int64_t from = 0; from < 2 * DAY; from += 47 * MINUTE) {
        for (int64_t wait = 1; wait < 300; wait += 37) {
            int64_t at = from, done_4 = 0; /* quarters of a minute's work */
            while (done_4 < 4 * wait) {
                int64_t clock = (at + 7 * HOUR) % DAY;
                for (size_t k = 0; k < 3; k++)
                    if (clock >= hours[k].from_ns && clock < hours[k].until_ns) done_4 += hours[k].share >> 14;
                at += MINUTE;
            }
            int64_t found = traffic_after(&every, 7 * HOUR, from, wait * MINUTE);
            /* Counting by minutes may overshoot within the last one; and what is due exactly at an end may begin anew.
             */
            bool at_an_end = done_4 == 4 * wait && found > at;
            cr_expect((found > at - MINUTE && found <= at) || at_an_end,
                      "from %lld min, %lld min of work: %f, not %lld", (long long)(from / MINUTE), (long long)wait,
                      (double)found / (double)MINUTE, (long long)(at / MINUTE));
        }
    }
}

/* Law 6: another generator, another server, a mail more in the world change nothing. */
Test(traffic, a_mail_depends_on_its_generator_and_number_alone)
{
    static const char keys[] = "\"from\":\"clients\",\"to\":\"clients\",\"every\":{\"poisson\":\"1 min\"},\"count\":50,"
                               "\"size\":{\"pareto\":[\"1 kB\",1.2]},\"subject\":\"office {n}\"";
    struct written *alone = written_by(keys, ""),
                   *beside = written_by(keys, ",\"mail\":{\"m1\":{\"at\":\"3 min\",\"from\":"
                                              "\"ben@a.example\",\"to\":\"anna@a.example\"}}");
    size_t k = 0;
    cr_assert_eq(beside->n, 51);
    for (size_t i = 0; i < beside->n; i++) {
        if (strncmp(beside->subject[i], "office", 6) != 0) continue;
        cr_expect_eq(alone->at_ns[k], beside->at_ns[i]);
        cr_expect_str_eq(alone->from[k], beside->from[i]);
        cr_expect_str_eq(alone->to[k], beside->to[i]);
        k++;
    }
    cr_expect_eq(k, 50);
    free(alone);
    free(beside);
}
