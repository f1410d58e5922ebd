/* When each policy tries again: the golden vectors (a destination that fails at once each time), and what is remembered
   of hosts and destinations. Times are in seconds since the mail arrived. */
#include <criterion/criterion.h>
#include <string.h>

#include "model/mail/retry.h"
#include "sim/journal/vtime.h"

enum { ROOM = 1000 };

/* What became of one mail whose attempts all fail at once. */
struct course {
    int64_t seconds[ROOM]; /* of attempts */
    size_t n;
    int64_t ended_s;
};

struct situation {
    int64_t arrived_ns;
    bool is_local, null_sender;
    enum retry_failure failure;
};

static struct course run_course(const struct retry_policy *policy, struct situation given)
{
    struct course course = {0};
    struct retry_record host = {0};
    struct retry_job job = {.arrived_ns = given.arrived_ns,
                            .now_ns = retry_first_attempt(policy, given.arrived_ns),
                            .failure = given.failure,
                            .null_sender = given.null_sender,
                            .is_local = given.is_local};
    while (course.n < ROOM) {
        course.seconds[course.n++] = (job.now_ns - job.arrived_ns) / SECOND;
        job.attempts++;
        job.began_ns = job.last_try_ns = job.now_ns;
        retry_host_failed(policy, &host, &job, -1, false);
        job.record = retry_remembers_addresses(policy) ? &host : NULL;
        struct retry_plan plan = retry_after_failure(policy, &job);
        if (!plan.gives_up) cr_assert_gt(plan.at_ns, job.now_ns);
        job.now_ns = plan.at_ns;
        if (plan.gives_up) break;
    }
    course.ended_s = (job.now_ns - job.arrived_ns) / SECOND;
    return course;
}

static struct course unreachable(const struct retry_policy *policy)
{
    return run_course(policy, (struct situation){.failure = RETRY_UNREACHABLE});
}

static void expect_minutes(const struct course *course, const double *minutes, size_t n)
{
    cr_assert_geq(course->n, n);
    for (size_t i = 0; i < n; i++)
        cr_assert_eq(course->seconds[i], (int64_t)(minutes[i] * 60), "attempt %zu after %lld s, expected %g min", i + 1,
                     (long long)course->seconds[i], minutes[i]);
}

static void expect_every(const struct course *course, size_t from, int64_t seconds)
{
    for (size_t i = from; i < course->n; i++)
        cr_assert_eq(course->seconds[i] - course->seconds[i - 1], seconds, "attempt %zu", i + 1);
}

static void expect_squares(const struct course *course, int64_t seconds)
{
    for (size_t n = 0; n < course->n; n++)
        cr_assert_eq(course->seconds[n], seconds * (int64_t)(n * n));
}

static void expect_end(const struct course *course, size_t attempts, int64_t ended_s)
{
    cr_assert_eq(course->n, attempts, "%zu attempts, expected %zu", course->n, attempts);
    cr_assert_eq(course->ended_s, ended_s, "ended after %lld s", (long long)course->ended_s);
}

/* --- golden vectors --- */

Test(postfix, waits_as_long_as_the_message_is_old_when_it_arrives_on_a_scan)
{
    static const double minutes[] = {0, 5, 10, 20, 40, 80, 150, 220, 290, 360};
    struct retry_policy policy = retry_policy_default(RETRY_POSTFIX);
    struct course course = unreachable(&policy);
    expect_minutes(&course, minutes, 10);
    expect_every(&course, 10, 70 * 60);
    expect_end(&course, 108, 433200);
}

Test(postfix, is_shifted_by_when_between_two_scans_a_message_arrives)
{
    static const double minutes[] = {0, 7.5, 17.5, 37.5, 77.5, 147.5, 217.5};
    struct retry_policy policy = retry_policy_default(RETRY_POSTFIX);
    struct course course = run_course(&policy, (struct situation){.arrived_ns = 150 * SECOND});
    expect_minutes(&course, minutes, 7);
    expect_end(&course, 107, 433050);
}

Test(exim, by_its_default_rules_if_it_could_try_when_a_retry_time_comes)
{
    static const double minutes[] = {0, 15, 30, 45, 60, 75, 90, 105, 120, 135, 195, 285, 420, 622.5};
    struct retry_policy policy = retry_policy_default(RETRY_EXIM);
    policy.run_interval_ns = 0;
    struct course course = unreachable(&policy);
    expect_minutes(&course, minutes, 14);
    expect_every(&course, 16, 6 * 3600);
    expect_end(&course, 29, 363712);
}

Test(exim, by_a_queue_runner_every_half_hour)
{
    static const double minutes[] = {0, 30, 60, 90, 120, 150, 210, 300, 450, 660, 990, 1350};
    struct retry_policy policy = retry_policy_default(RETRY_EXIM);
    struct course course = unreachable(&policy);
    expect_minutes(&course, minutes, 12);
    expect_every(&course, 12, 6 * 3600);
    expect_end(&course, 25, 361800);
}

/* 8.17's envelope.c gives up in the run in which now >= ctime + queuereturn, after its attempt: 240 runs in five days.
 */
Test(sendmail, tries_in_each_of_240_queue_runs_of_half_an_hour)
{
    struct retry_policy policy = retry_policy_default(RETRY_SENDMAIL);
    policy.waits_for_run = true;
    struct course course = unreachable(&policy);
    cr_assert_eq(course.seconds[0], 1800);
    expect_every(&course, 1, 1800);
    expect_end(&course, 240, 5 * 86400);
}

Test(sendmail, tries_in_each_of_720_queue_runs_of_ten_minutes)
{
    struct retry_policy policy = retry_policy_default(RETRY_SENDMAIL);
    policy.waits_for_run = true;
    policy.run_interval_ns = 10 * MINUTE;
    struct course course = unreachable(&policy);
    expect_every(&course, 1, 600);
    expect_end(&course, 720, 5 * 86400);
}

Test(sendmail, in_background_mode_tries_once_more_namely_at_once)
{
    struct retry_policy policy = retry_policy_default(RETRY_SENDMAIL);
    struct course course = unreachable(&policy);
    cr_assert_eq(course.seconds[0], 0);
    expect_every(&course, 1, 1800);
    expect_end(&course, 241, 5 * 86400);
}

/* As normal mail it needs no word, and what is never is left out. */
Test(sendmail, what_it_tells_senders_of_urgent_mail_is_in_its_text)
{
    struct retry_policy policy = retry_policy_default(RETRY_SENDMAIL);
    char text[RETRY_TEXT_BYTES];
    cr_assert_null(strstr(retry_policy_text(&policy, text), "warning"));
    policy.minds_urgency = true;
    cr_assert_null(strstr(retry_policy_text(&policy, text), "warning"));
    policy.warning_urgent_ns = 10 * MINUTE;
    policy.warning_non_urgent_ns = 1 * DAY;
    cr_assert(strstr(retry_policy_text(&policy, text), " warning_urgent=600s warning_non_urgent=86400s"));
    policy.warning_urgent_ns = policy.warning_ns;
    policy.warning_non_urgent_ns = 0;
    cr_assert_null(strstr(retry_policy_text(&policy, text), "warning"));
}

Test(sendmail, max_queue_age_doubles_the_waits_of_a_job) /* queue.c, case 'K' */
{
    static const double minutes[] = {0, 30, 60, 120, 240, 480, 960};
    struct retry_policy policy = retry_policy_default(RETRY_SENDMAIL);
    policy.max_queue_age_ns = 8 * HOUR;
    struct course course = unreachable(&policy);
    expect_minutes(&course, minutes, 7);
    expect_every(&course, 7, 8 * 3600);
}

Test(qmail, squares_of_twenty_seconds_for_remote_mail)
{
    struct retry_policy policy = retry_policy_default(RETRY_QMAIL);
    struct course course = unreachable(&policy);
    expect_squares(&course, 400);
    expect_end(&course, 40, 608400);
}

Test(qmail, squares_of_ten_seconds_for_local_mail)
{
    struct retry_policy policy = retry_policy_default(RETRY_QMAIL);
    struct course course = run_course(&policy, (struct situation){.is_local = true});
    expect_squares(&course, 100);
    expect_end(&course, 79, 608400);
}

/* qmail-send.c pass_dochan: nextretry is asked when the job is opened, and job_close only puts it back. */
Test(qmail, counts_from_when_the_attempt_began_and_not_from_when_it_failed)
{
    static const struct {
        int64_t began_s, failed_s, next_s;
    } of[] = {{0, 60, 400}, {0, 399, 400}, {0, 1200, 1200}, {400, 460, 1600}, {1600, 4000, 4000}};
    struct retry_policy policy = retry_policy_default(RETRY_QMAIL);
    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        struct retry_job job = {.began_ns = of[i].began_s * SECOND, .now_ns = of[i].failed_s * SECOND};
        cr_assert_eq(retry_after_failure(&policy, &job).at_ns, of[i].next_s * SECOND, "%zu", i);
    }
    struct retry_job job = {.began_ns = policy.lifetime_ns, .now_ns = policy.lifetime_ns + 60 * SECOND};
    cr_assert_not(retry_after_failure(&policy, &job).gives_up, "it was not dying yet when it was opened");
}

Test(opensmtpd, squares_of_twenty_seconds_until_it_expires_without_an_attempt)
{
    struct retry_policy policy = retry_policy_default(RETRY_OPENSMTPD);
    struct course course = unreachable(&policy);
    expect_squares(&course, 400);
    expect_end(&course, 30, 345600);
}

/* Given up when the ninth attempt fails, since the tenth would come after seven days (queue.rs). */
Test(kumomta, doubles_without_a_cap_for_nine_attempts_within_seven_days)
{
    static const double minutes[] = {0, 20, 60, 140, 300, 620, 1260, 2540, 5100};
    struct retry_policy policy = retry_policy_default(RETRY_KUMOMTA);
    policy.jitter_of_2_32 = 0;
    struct course course = unreachable(&policy);
    expect_minutes(&course, minutes, 9);
    expect_end(&course, 9, 5100 * 60);
}

Test(exchange, glitches_then_transient_failures_then_every_ten_minutes)
{
    static const double minutes[] = {0, 1, 2, 3, 4, 9, 14, 19, 24, 29, 34, 44, 54};
    struct retry_policy policy = retry_policy_default(RETRY_EXCHANGE);
    struct course course = unreachable(&policy);
    expect_minutes(&course, minutes, 13);
    expect_every(&course, 11, 600);
    expect_end(&course, 11 + 284, 2 * 86400);
}

Test(exchange, a_mail_that_was_refused_waits_a_quarter_of_an_hour)
{
    struct retry_policy policy = retry_policy_default(RETRY_EXCHANGE);
    struct course course = run_course(&policy, (struct situation){.failure = RETRY_REFUSED});
    expect_every(&course, 1, 900);
    expect_end(&course, 192, 2 * 86400);
}

Test(rfc_minimum, two_attempts_in_the_first_hour_then_every_two_hours) /* RFC 5321 4.5.4.1 */
{
    static const double minutes[] = {0, 30, 60, 180, 300, 420};
    struct retry_policy policy = retry_policy_default(RETRY_RFC_MINIMUM);
    struct course course = unreachable(&policy);
    expect_minutes(&course, minutes, 6);
    expect_every(&course, 3, 2 * 3600);
    expect_end(&course, 51, 349200); /* the first attempt past four days */
}

Test(custom, steps_geometric_with_a_cap_and_quadratic)
{
    static const double steps[] = {0, 1, 6, 36, 66, 96}, doubling[] = {0, 1, 3, 7, 15, 25, 35};
    struct retry_policy policy = retry_policy_default(RETRY_CUSTOM);
    policy.n_steps = 3;
    policy.steps_ns[0] = MINUTE;
    policy.steps_ns[1] = 5 * MINUTE;
    policy.steps_ns[2] = 30 * MINUTE;
    struct course course = unreachable(&policy);
    expect_minutes(&course, steps, 6);
    policy.growth = RETRY_GEOMETRIC;
    policy.max_interval_ns = 10 * MINUTE;
    course = unreachable(&policy);
    expect_minutes(&course, doubling, 7);
    policy.growth = RETRY_QUADRATIC;
    course = unreachable(&policy);
    for (size_t n = 0; n < course.n; n++)
        cr_assert_eq(course.seconds[n], 60 * (int64_t)(n * n));
}

/* --- properties --- */

/* M8: attempts come later and later, stop at expiry, and jitter stays within what is stated. */
Test(policies, every_plan_is_later_than_now_and_every_course_ends)
{
    for (int kind = 0; kind < RETRY_KINDS; kind++) {
        struct retry_policy policy = retry_policy_default((enum retry_kind)kind);
        for (int64_t arrived_ns = 0; arrived_ns < 3 * HOUR; arrived_ns += 1234567890123) {
            struct course course = run_course(&policy, (struct situation){.arrived_ns = arrived_ns});
            cr_assert_lt(course.n, ROOM, "%s ends", retry_kind_name(policy.kind));
            int64_t lifetime_s = retry_lifetime(&policy, false, MAIL_NORMAL) / SECOND;
            if (lifetime_s) cr_assert_leq(course.ended_s, lifetime_s + 7 * 3600, "%s", retry_kind_name(policy.kind));
        }
    }
}

Test(policies, jitter_shifts_a_wait_by_no_more_than_stated_and_both_ways)
{
    struct retry_policy policy = retry_policy_default(RETRY_KUMOMTA);
    bool earlier = false, later = false;
    for (uint64_t i = 0; i < 1000; i++) {
        struct retry_job job = {.attempts = 1, .draw = i * UINT64_C(0x9e3779b97f4a7c15)};
        int64_t shift_ns = retry_after_failure(&policy, &job).at_ns - 20 * MINUTE;
        cr_assert(shift_ns >= -30 * SECOND && shift_ns <= 30 * SECOND);
        earlier |= shift_ns < -20 * SECOND;
        later |= shift_ns > 20 * SECOND;
    }
    cr_assert(earlier && later);
}

Test(postfix, next_attempt_is_later_than_now_and_on_a_scan_whenever_the_failure_was)
{
    struct retry_policy policy = retry_policy_default(RETRY_POSTFIX);
    policy.run_phase_ns = 17 * SECOND;
    for (int64_t arrived_ns = 0; arrived_ns < 700 * SECOND; arrived_ns += 7 * SECOND + 13)
        for (int64_t age_ns = 0; age_ns < 9000 * SECOND; age_ns += 501 * SECOND + 77) {
            struct retry_job job = {.arrived_ns = arrived_ns, .now_ns = arrived_ns + age_ns};
            int64_t next_ns = retry_after_failure(&policy, &job).at_ns;
            cr_assert_gt(next_ns, job.now_ns);
            cr_assert_eq((next_ns - policy.run_phase_ns) % policy.run_interval_ns, 0);
            cr_assert_geq(next_ns, job.now_ns + policy.minimal_backoff_ns - SECOND);
            cr_assert_leq(next_ns, job.now_ns + policy.maximal_backoff_ns + policy.run_interval_ns);
        }
}

/* --- what is remembered --- */

/* qmgr_queue.c: 1/5 + 1/3 + 1/2 of a cohort is more than one. */
Test(postfix, a_destination_dies_when_a_cohort_of_sessions_was_not_greeted)
{
    struct retry_policy policy = retry_policy_default(RETRY_POSTFIX);
    struct retry_site site;
    struct retry_job job = {.now_ns = 100 * SECOND};
    retry_site_init(&policy, &site);
    static const int64_t windows[] = {5, 3};
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(site.window, windows[i]);
        cr_assert_not(retry_site_failed(&policy, &site, &job));
    }
    cr_assert(retry_site_failed(&policy, &site, &job));
    cr_assert_eq(site.window, 0);
    cr_assert_eq(site.dead_until_ns, 400 * SECOND);
    retry_site_revive(&policy, &site, 0);
    cr_assert_eq(site.window, 5);
}

Test(postfix, success_widens_the_window_by_one_up_to_the_limit_and_forgives)
{
    struct retry_policy policy = retry_policy_default(RETRY_POSTFIX);
    struct retry_site site;
    struct retry_job job = {0};
    retry_site_init(&policy, &site);
    retry_site_failed(&policy, &site, &job);
    for (int i = 0; i < 50; i++)
        retry_site_worked(&policy, &site, site.window);
    cr_assert_eq(site.window, 20);
    cr_assert_eq(site.fail_cohorts, 0);
    retry_site_init(&policy, &site);
    retry_site_worked(&policy, &site, 0);
    cr_assert_eq(site.window, 5, "not beyond what is busy and a first cohort");
}

/* qmgr_queue_throttle and _unthrottle look half a feedback ahead: "queue->failure - feedback / 2 < 0". */
Test(postfix, smaller_feedback_is_saved_up)
{
    static const int64_t after_failures[] = {9, 9, 9, 8, 8, 8}, after_successes[] = {10, 10, 10, 11, 11, 11};
    struct retry_policy policy = retry_policy_default(RETRY_POSTFIX);
    struct retry_job job = {0};
    policy.initial_concurrency = 10;
    policy.cohort_limit = 0;
    cr_assert(retry_parse_feedback("1/4", &policy.negative_feedback));
    cr_assert(retry_parse_feedback("0.25", &policy.positive_feedback));
    struct retry_site down, up;
    retry_site_init(&policy, &down);
    retry_site_init(&policy, &up);
    for (size_t i = 0; i < 6; i++) {
        retry_site_failed(&policy, &down, &job);
        retry_site_worked(&policy, &up, 10);
        cr_expect_eq(down.window, after_failures[i], "after %zu: %lld", i + 1, (long long)down.window);
        cr_expect_eq(up.window, after_successes[i], "after %zu: %lld", i + 1, (long long)up.window);
    }
}

Test(postfix, feedback_as_main_cf_has_it)
{
    static const char *const bad[] = {"", "x", "1.5", "-1", "1/0", "1/", "1/2/3", "1/sqrt_concurrency", "1 x"};
    struct retry_feedback feedback = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_expect_not(retry_parse_feedback(bad[i], &feedback), "%s", bad[i]);
    cr_assert(retry_parse_feedback("1 / concurrency", &feedback));
    cr_assert(feedback.by_window && feedback.millionths == 1000000);
    cr_assert(retry_parse_feedback("1/3", &feedback));
    cr_assert(!feedback.by_window && feedback.millionths == 333333);
}

Test(exim, tries_more_hosts_than_hosts_max_try_once_a_mail_is_old)
{
    struct retry_policy policy = retry_policy_default(RETRY_EXIM);
    cr_assert(retry_may_try_more(&policy, 4, 0));
    cr_assert_not(retry_may_try_more(&policy, 5, 4 * DAY));
    cr_assert(retry_may_try_more(&policy, 5, 4 * DAY + SECOND));
    cr_assert_not(retry_may_try_more(&policy, 50, 5 * DAY));
}

Test(exim, another_mail_waits_for_the_hosts_retry_time)
{
    struct retry_policy policy = retry_policy_default(RETRY_EXIM);
    struct retry_record host = {0};
    struct retry_job first = {.attempts = 1}, second = {.arrived_ns = 60 * SECOND, .now_ns = 60 * SECOND};
    int64_t until_ns;
    retry_host_failed(&policy, &host, &first, -1, false);
    cr_assert_not(retry_host_may_try(&policy, &host, &second, -1, &until_ns));
    cr_assert_eq(until_ns, 15 * MINUTE);
    second.now_ns = until_ns;
    cr_assert(retry_host_may_try(&policy, &host, &second, -1, &until_ns));
    retry_host_worked(&policy, &host, second.now_ns);
    second.now_ns = 0;
    cr_assert(retry_host_may_try(&policy, &host, &second, -1, &until_ns), "a success forgets");
}

/* spec.txt 32.11, retry.c ultimate_address_timeout. */
Test(exim, a_mail_older_than_the_last_rule_is_tried_whatever_the_host_says_and_then_given_up)
{
    struct retry_policy policy = retry_policy_default(RETRY_EXIM);
    struct retry_record host = {.is_set = true, .first_failed_ns = 4 * DAY, .last_try_ns = 4 * DAY + HOUR};
    host.next_try_ns = host.last_try_ns + 6 * HOUR;
    struct retry_job job = {.now_ns = 4 * DAY + 2 * HOUR, .failure = RETRY_UNREACHABLE, .record = &host};
    int64_t until_ns;
    cr_assert(retry_host_may_try(&policy, &host, &job, -1, &until_ns));
    retry_host_failed(&policy, &host, &job, -1, false);
    cr_assert(retry_after_failure(&policy, &job).gives_up);
}

Test(exim, a_new_mail_for_a_host_that_has_expired_is_given_up_without_an_attempt)
{
    struct retry_policy policy = retry_policy_default(RETRY_EXIM);
    struct retry_record host = {.is_set = true, .expired = true, .last_try_ns = 5 * DAY, .next_try_ns = 5 * DAY + HOUR};
    struct retry_job job = {
        .arrived_ns = 5 * DAY + MINUTE, .now_ns = 5 * DAY + MINUTE, .failure = RETRY_NOT_TRIED, .record = &host};
    int64_t until_ns;
    cr_assert_not(retry_host_may_try(&policy, &host, &job, -1, &until_ns));
    cr_assert(retry_after_failure(&policy, &job).gives_up);
}

Test(exim, rules_are_written_as_exim_writes_them)
{
    struct retry_policy policy = retry_policy_default(RETRY_EXIM);
    cr_assert_null(retry_parse_rules("F,1h30m,10m;G,1d,30m,2.25", &policy));
    cr_assert_eq(policy.n_rules, 2);
    cr_assert_eq(policy.rules[0].cutoff_ns, 90 * MINUTE);
    cr_assert_eq(policy.rules[1].factor_of_1000, 2250);
    static const char *const bad[] = {
        "",          "F", "F,2h", "X,2h,15m", "F,2h,15", "G,16h,1h", "G,16h,1h,0.5", "F,2h,15m;", "F,2h,15m; F,1h,15m",
        "F,2h,15m x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert(retry_parse_rules(bad[i], &policy), "\"%s\" is refused", bad[i]);
}

Test(sendmail, a_host_that_failed_is_passed_over_for_the_rest_of_the_run)
{
    struct retry_policy policy = retry_policy_default(RETRY_SENDMAIL);
    struct retry_record host = {0};
    struct retry_job job = {.now_ns = HOUR};
    int64_t until_ns;
    cr_assert(retry_host_failed(&policy, &host, &job, HOUR, true));
    cr_assert_not(retry_host_may_try(&policy, &host, &job, HOUR, &until_ns));
    cr_assert(retry_host_may_try(&policy, &host, &job, HOUR + 30 * MINUTE, &until_ns), "the next run asks again");
    cr_assert(retry_host_may_try(&policy, &host, &job, -1, &until_ns), "so does a mail that has just come");
    policy.host_status_ns = 30 * MINUTE;
    cr_assert_not(retry_host_may_try(&policy, &host, &job, -1, &until_ns));
    cr_assert_eq(until_ns, HOUR + 30 * MINUTE);
}

/* tcpto.c */
Test(qmail, a_host_that_timed_out_twice_is_passed_over_for_an_hour_or_so_and_one_that_refused_is_not)
{
    struct retry_policy policy = retry_policy_default(RETRY_QMAIL);
    struct retry_record host = {0};
    struct retry_job job = {.now_ns = 0};
    int64_t until_ns;
    cr_assert_not(retry_host_failed(&policy, &host, &job, -1, true));
    job.now_ns = 119 * SECOND;
    cr_assert_not(retry_host_failed(&policy, &host, &job, -1, true), "too close to the first");
    job.now_ns = 120 * SECOND;
    cr_assert(retry_host_failed(&policy, &host, &job, -1, true));
    cr_assert_not(retry_host_may_try(&policy, &host, &job, -1, &until_ns));
    cr_assert(until_ns >= 120 * SECOND + 60 * 64 * SECOND && until_ns <= 120 * SECOND + 91 * 64 * SECOND);
    job.now_ns = until_ns;
    cr_assert(retry_host_may_try(&policy, &host, &job, -1, &until_ns));
    retry_host_failed(&policy, &host, &job, -1, false);
    cr_assert_eq(host.penalty, 0, "it answered, if only to refuse");
}

/* mta.c mta_route_disable, mta_route_enable */
Test(opensmtpd, a_route_is_disabled_for_longer_the_oftener_it_fails_and_heals)
{
    struct retry_policy policy = retry_policy_default(RETRY_OPENSMTPD);
    struct retry_record route = {0};
    struct retry_job job = {0};
    int64_t until_ns;
    retry_host_failed(&policy, &route, &job, -1, false);
    cr_assert_not(retry_host_may_try(&policy, &route, &job, -1, &until_ns));
    cr_assert_eq(until_ns, 15 * 2 * 2 * SECOND);
    job.now_ns = until_ns;
    cr_assert(retry_host_may_try(&policy, &route, &job, -1, &until_ns));
    retry_host_failed(&policy, &route, &job, -1, false);
    cr_assert_eq(route.next_try_ns - job.now_ns, 15 * 3 * 3 * SECOND);
    job.now_ns += HOUR;
    retry_host_may_try(&policy, &route, &job, -1, &until_ns);
    cr_assert_eq(route.penalty, 0);
}

Test(exchange, a_queue_in_retry_holds_back_all_its_mails)
{
    struct retry_policy policy = retry_policy_default(RETRY_EXCHANGE);
    struct retry_site site;
    struct retry_job job = {0};
    retry_site_init(&policy, &site);
    for (int i = 1; i <= 11; i++) {
        cr_assert(retry_site_failed(&policy, &site, &job));
        cr_assert_eq(site.dead_until_ns - job.now_ns, i <= 4 ? MINUTE : i <= 10 ? 5 * MINUTE : 10 * MINUTE);
        job.now_ns = site.dead_until_ns;
    }
    retry_site_worked(&policy, &site, 1);
    cr_assert_eq(site.record.penalty, 0);
    cr_assert_gt(site.window, 0);
}
