/* Postfix. A message that could not be handed on waits for as long as it is old, within bounds, and is then taken up by
   the next scan of the deferred queue (qmgr_active.c): the waits double because the age doubles; nothing is counted. A
   destination's window of sessions grows and shrinks by one a message; when a whole cohort of them failed to be greeted
   it is dead for minimal_backoff_time, and what is due meanwhile is deferred without an attempt (qmgr_queue.c). An
   attempt goes to five addresses, but to no more than two that came past EHLO and TLS (smtp_connect.c: "Don't count
   handshake errors towards the session limit"). */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

/* The scan takes a file whose time is at most a second away (qmgr_active.c's "now + 1"). */
static const int64_t scan_slack_ns = SECOND;

static void set_default(struct retry_policy *policy)
{
    policy->run_interval_ns = 300 * SECOND;
    policy->minimal_backoff_ns = 300 * SECOND;
    policy->maximal_backoff_ns = 4000 * SECOND;
    policy->lifetime_ns = policy->bounce_lifetime_ns = 5 * DAY;
    policy->initial_concurrency = 5;
    policy->concurrency_limit = 20;
    policy->cohort_limit = 1;
    policy->recipient_limit = 50;
    policy->address_limit = 5;
    policy->session_limit = 2;
    policy->connect_timeout_ns = 30 * SECOND;
    policy->session_messages = 0;
    policy->reuse_ns = 300 * SECOND;
    policy->idle_ns = 2 * SECOND; /* smtp_connection_cache_on_demand, smtp_connection_cache_time_limit */
    policy->clear_after_ns = policy->minimal_backoff_ns; /* smtp.h: PREACTIVE_DELAY */
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    int64_t age_ns = job->now_ns - job->arrived_ns;
    if (age_ns >= retry_lifetime(policy, job->null_sender)) return retry_give_up_at(job->now_ns);
    int64_t due_ns = job->now_ns + retry_clamp(age_ns, policy->minimal_backoff_ns, policy->maximal_backoff_ns);
    int64_t scan_ns = retry_run_not_before(policy, due_ns - scan_slack_ns);
    if (scan_ns <= job->now_ns) scan_ns += policy->run_interval_ns;
    return retry_again_in_run(due_ns - scan_slack_ns, scan_ns);
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
    if (site->window > 1) site->window--;
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
    if (is_below_limit && site->window < busy + policy->initial_concurrency) site->window++;
}

const struct retry_flavour retry_postfix = {.name = "postfix",
                                            .plans_by_clock = true,
                                            .set_default = set_default,
                                            .after_failure = after_failure,
                                            .site_failed = site_failed,
                                            .site_worked = site_worked};
