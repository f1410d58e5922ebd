/* Sendmail. There is no back-off: each queue run tries everything (MinQueueAge and MaxQueueAge can hold jobs back,
   queue.c case 'K'). What is given up is given up by the run that finds it too old, after its attempt (envelope.c). A
   host that failed is not tried again within the same run; with HostStatusDirectory not for Timeout.hoststatus either.
 */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static void set_default(struct retry_policy *policy)
{
    policy->run_interval_ns = 30 * MINUTE;
    policy->lifetime_ns = policy->bounce_lifetime_ns = 5 * DAY;
    policy->warning_ns = 4 * HOUR;
    /* proto.m4 names 2 d and 7 d, 1 h and 12 h, but leaves them commented out: a Sendmail as it is installed does not
       tell them apart. */
    policy->minds_urgency = true;
    policy->lifetime_urgent_ns = policy->lifetime_non_urgent_ns = RETRY_AS_NORMAL;
    policy->warning_urgent_ns = policy->warning_non_urgent_ns = RETRY_AS_NORMAL;
    policy->initial_concurrency = policy->concurrency_limit = 0;
    policy->recipient_limit = 100;
    policy->session_messages = 0;
    policy->connect_timeout_ns = 5 * MINUTE;
    policy->timeout_ns = 5 * MINUTE; /* op.txt 4.1.2, Timeout.* */
    policy->timeouts = (struct smtp_timeouts){.mail_ns = 10 * MINUTE,
                                              .rcpt_ns = HOUR,
                                              .data_block_ns = HOUR,
                                              .data_done_ns = HOUR,
                                              .quit_ns = 2 * MINUTE,
                                              .starttls_ns = HOUR,
                                              .auth_ns = 10 * MINUTE};
    policy->max_hops = 25;                /* MaxHopCount */
    policy->clear_after_ns = RETRY_NEVER; /* TLSFallbacktoClear is off */
}

/* In whole seconds, as its clock counts. */
static int64_t age_of(const struct retry_job *job)
{
    return job->now_ns / SECOND * SECOND - job->arrived_ns / SECOND * SECOND;
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    if (age_of(job) >= retry_lifetime(policy, job->null_sender, job->urgency)) return retry_give_up_at(job->now_ns);
    int64_t wait_ns = policy->min_queue_age_ns;
    if (policy->max_queue_age_ns > 0)
        wait_ns = retry_clamp(job->last_try_ns - job->arrived_ns, 0, policy->max_queue_age_ns);
    int64_t due_ns = job->last_try_ns + wait_ns;
    if (due_ns <= job->now_ns) due_ns = job->now_ns + 1;
    return retry_again_in_run(due_ns, retry_run_not_before(policy, due_ns));
}

static bool host_may_try(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                         int64_t run_ns, int64_t *until_ns)
{
    *until_ns = record->last_try_ns + policy->host_status_ns;
    if (policy->host_status_ns > 0 && job->now_ns < *until_ns) return false;
    *until_ns = job->now_ns;
    return run_ns < 0 || record->next_try_ns != run_ns; /* the run in which it failed */
}

static bool host_failed(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                        int64_t run_ns, bool timed_out)
{
    (void)timed_out;
    *record = (struct retry_record){.is_set = true, .last_try_ns = job->now_ns, .next_try_ns = run_ns};
    return run_ns >= 0 || policy->host_status_ns > 0;
}

static void host_worked(const struct retry_policy *policy, struct retry_record *record, int64_t now_ns)
{
    (void)policy;
    (void)now_ns;
    record->is_set = false;
}

const struct retry_flavour retry_sendmail = {.name = "sendmail",
                                             .set_default = set_default,
                                             .after_failure = after_failure,
                                             .host_may_try = host_may_try,
                                             .host_failed = host_failed,
                                             .host_worked = host_worked};
