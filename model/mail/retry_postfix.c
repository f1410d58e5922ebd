/* Postfix. A message that could not be handed on waits for as long as it is old, within bounds, and is then taken up by
   the next scan of the deferred queue (qmgr_active.c): the waits double because the age doubles; nothing is counted. A
   destination's window of sessions grows and shrinks by one a message; when a whole cohort of them failed to be greeted
   it is dead for minimal_backoff_time, and what is due meanwhile is deferred without an attempt (qmgr_queue.c). An
   attempt goes to five addresses, but to no more than two that came past EHLO and TLS (smtp_connect.c: "Don't count
   handshake errors towards the session limit"). */
#include <ctype.h>
#include <string.h>

#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

/* The scan takes a file whose time is at most a second away (qmgr_active.c's "now + 1"). */
static const int64_t scan_slack_ns = SECOND;
static const int64_t one = 1000000; /* session, in feedback */

static void set_default(struct retry_policy *policy)
{
    policy->run_interval_ns = 300 * SECOND;
    policy->minimal_backoff_ns = 300 * SECOND;
    policy->maximal_backoff_ns = 4000 * SECOND;
    policy->lifetime_ns = policy->bounce_lifetime_ns = 5 * DAY;
    policy->initial_concurrency = 5;
    policy->concurrency_limit = 20;
    policy->cohort_limit = 1;
    policy->positive_feedback.millionths = policy->negative_feedback.millionths = one;
    policy->recipient_limit = 50;
    policy->address_limit = 5;
    policy->session_limit = 2;
    policy->connect_timeout_ns = 30 * SECOND;
    policy->timeout_ns = 300 * SECOND; /* mail_params.h: smtp_*_timeout */
    policy->timeouts = (struct smtp_timeouts){.data_init_ns = 120 * SECOND,
                                              .data_block_ns = 180 * SECOND,
                                              .data_done_ns = 600 * SECOND,
                                              .rset_ns = 20 * SECOND};
    policy->max_hops = 50; /* hopcount_limit */
    policy->session_messages = 0;
    policy->reuse_ns = 300 * SECOND;
    policy->idle_ns = 2 * SECOND; /* smtp_connection_cache_on_demand, smtp_connection_cache_time_limit */
    policy->clear_after_ns = policy->minimal_backoff_ns; /* smtp.h: PREACTIVE_DELAY */
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    int64_t age_ns = job->now_ns - job->arrived_ns;
    if (age_ns >= retry_lifetime(policy, job->null_sender, job->urgency)) return retry_give_up_at(job->now_ns);
    int64_t due_ns = job->now_ns + retry_clamp(age_ns, policy->minimal_backoff_ns, policy->maximal_backoff_ns);
    int64_t scan_ns = retry_run_not_before(policy, due_ns - scan_slack_ns);
    if (scan_ns <= job->now_ns) scan_ns += policy->run_interval_ns;
    return retry_again_in_run(due_ns - scan_slack_ns, scan_ns);
}

static int64_t feedback_of(const struct retry_feedback *feedback, int64_t window)
{
    return feedback->by_window ? feedback->millionths / window : feedback->millionths;
}

/* The first failure is felt at once; with a feedback of 1 the window shrinks by two then, and by one with each further
   one, since the original looks half a feedback ahead. */
static void shrink(const struct retry_policy *policy, struct retry_site *site)
{
    int64_t feedback = feedback_of(&policy->negative_feedback, site->window);
    for (site->failure -= feedback; 2 * site->failure - feedback < 0; site->failure += one) {
        site->window--;
        site->success = 0;
    }
    if (site->window < 1) site->window = 1;
}

static void widen(const struct retry_policy *policy, struct retry_site *site)
{
    int64_t feedback = feedback_of(&policy->positive_feedback, site->window);
    for (site->success += feedback; 2 * site->success + feedback >= 2 * one; site->success -= one) {
        site->window++;
        site->failure = 0;
    }
    if (policy->concurrency_limit > 0 && site->window > policy->concurrency_limit)
        site->window = policy->concurrency_limit;
}

/* qmgr_queue_throttle. */
static bool site_failed(const struct retry_policy *policy, struct retry_site *site, const struct retry_job *job)
{
    if (site->window <= 0) return false; /* dead already */
    site->fail_cohorts += RETRY_COHORT / site->window;
    if (policy->cohort_limit > 0 && site->fail_cohorts >= policy->cohort_limit * RETRY_COHORT) {
        site->window = 0;
        site->dead_until_ns = job->now_ns + policy->minimal_backoff_ns;
        return true;
    }
    shrink(policy, site);
    return false;
}

/* qmgr_queue_unthrottle: not so far beyond what is busy that a window would mean nothing. */
static void site_worked(const struct retry_policy *policy, struct retry_site *site, int64_t busy)
{
    if (site->window == 0) {
        retry_site_revive(policy, site, busy);
        return;
    }
    site->fail_cohorts = 0;
    bool is_below_limit = policy->concurrency_limit == 0 || site->window < policy->concurrency_limit;
    if (is_below_limit && site->window < busy + policy->initial_concurrency) widen(policy, site);
}

const struct retry_flavour retry_postfix = {.name = "postfix",
                                            .plans_by_clock = true,
                                            .set_default = set_default,
                                            .after_failure = after_failure,
                                            .site_failed = site_failed,
                                            .site_worked = site_worked};

/* --- feedback as text (qmgr_feedback.c) --- */

/* "12.5" in millionths. */
static const char *read_decimal(const char *c, int64_t *millionths)
{
    int64_t digit = one / 10;
    *millionths = 0;
    if (!isdigit((unsigned char)*c)) return NULL;
    for (; isdigit((unsigned char)*c); c++)
        if ((*millionths = *millionths * 10 + (*c - '0')) > 100000) return NULL;
    *millionths *= one;
    if (*c == '.')
        for (c++; isdigit((unsigned char)*c); c++, digit /= 10)
            *millionths += digit * (*c - '0');
    return c;
}

static const char *skip_blanks(const char *c)
{
    while (*c == ' ')
        c++;
    return c;
}

bool retry_parse_feedback(const char *text, struct retry_feedback *feedback)
{
    int64_t value, divisor = one;
    const char *c = read_decimal(skip_blanks(text), &value);
    if (!c) return false;
    c = skip_blanks(c);
    bool has_divisor = *c == '/', by_window = false;
    if (has_divisor) {
        c = skip_blanks(c + 1);
        by_window = strcmp(c, "concurrency") == 0;
        c = by_window ? "" : read_decimal(c, &divisor);
    }
    if (!c || *c || divisor == 0) return false;
    value = (int64_t)((double)value / (double)divisor * (double)one);
    if (value > one) return false;
    *feedback = (struct retry_feedback){value, by_window};
    return true;
}
