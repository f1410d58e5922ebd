/* OpenSMTPD. Attempts at creation + 400 n^2 seconds, 10 n^2 for local mail (scheduler_ramqueue.c); what has expired is
   taken off the queue at that instant, without an attempt. A route whose first session failed is disabled for
   15 penalty^2 seconds: the penalty goes up by two, and down by one when the time is over (mta.c); mails that have no
   other route fail meanwhile without an attempt. A route that fails before MAIL leaves its mails to the next one; a 4yz
   to MAIL, RCPT, DATA or the end, or a session lost by then, is a TEMPFAIL of the envelopes, which wait
   (mta_session.c: mta_response, mta_error). */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static const int64_t penalty_of_failure = 2;

static void set_default(struct retry_policy *policy)
{
    policy->lifetime_ns = policy->bounce_lifetime_ns = 4 * DAY;
    policy->warning_ns = 4 * HOUR;
    policy->warns_on_time = true;
    policy->base_remote_ns = 400 * SECOND;
    policy->base_local_ns = 10 * SECOND;
    policy->route_base_ns = 15 * SECOND;
    policy->route_max_ns = 3600 * SECOND;
    policy->initial_concurrency = policy->concurrency_limit = 5;
    policy->recipient_limit = 100;
    policy->session_messages = 100;
    policy->connect_pause_ns = 5 * SECOND; /* limit.c: conndelay_route, discdelay_route, sessdelay_keepalive */
    policy->disconnect_pause_ns = 3 * SECOND;
    policy->idle_ns = 10 * SECOND;
    policy->idles_always = true;
    policy->stays_after = RETRY_AFTER(LOST) | RETRY_AFTER(ANSWERED);
    policy->connect_timeout_ns = 5 * MINUTE;
    policy->timeout_ns = 300 * SECOND; /* smtpd.h: SMTPD_SESSION_TIMEOUT */
    policy->max_hops = 100;                     /* smtpd.h: MAX_HOPS_COUNT */
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    int64_t expires_ns = job->arrived_ns + retry_lifetime(policy, job->null_sender, job->urgency);
    int64_t base_ns = job->is_local ? policy->base_local_ns : policy->base_remote_ns;
    int64_t next_ns = retry_next_square(job->arrived_ns, job->now_ns, base_ns);
    if (job->now_ns >= expires_ns) return retry_give_up_at(job->now_ns);
    return next_ns < expires_ns ? retry_again_at(next_ns) : retry_give_up_at(expires_ns);
}

static int64_t penalty_time(const struct retry_policy *policy, int64_t penalty)
{
    int64_t time_ns = policy->route_base_ns * penalty * penalty;
    return time_ns > policy->route_max_ns ? policy->route_max_ns : time_ns;
}

/* Time heals one penalty after the other. */
static void heal(const struct retry_policy *policy, struct retry_record *record, int64_t now_ns)
{
    while (record->penalty > 0 && now_ns >= record->last_try_ns + penalty_time(policy, record->penalty))
        record->last_try_ns += penalty_time(policy, record->penalty--);
}

static bool host_may_try(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                         int64_t run_ns, int64_t *until_ns)
{
    (void)run_ns;
    heal(policy, record, job->now_ns);
    *until_ns = record->next_try_ns;
    return job->now_ns >= record->next_try_ns;
}

static bool host_failed(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                        int64_t run_ns, bool timed_out)
{
    (void)run_ns;
    (void)timed_out;
    heal(policy, record, job->now_ns);
    if (record->penalty < 1000) record->penalty += penalty_of_failure;
    record->is_set = true;
    record->last_try_ns = job->now_ns;
    record->next_try_ns = job->now_ns + penalty_time(policy, record->penalty);
    return true;
}

const struct retry_flavour retry_opensmtpd = {.name = "opensmtpd",
                                              .plans_by_clock = true,
                                              .set_default = set_default,
                                              .after_failure = after_failure,
                                              .host_may_try = host_may_try,
                                              .host_failed = host_failed};
