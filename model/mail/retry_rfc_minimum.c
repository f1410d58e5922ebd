/* What RFC 5321 4.5.4.1 asks for at least: half an hour between attempts, twice in the first hour, then every two or
   three hours; given up after four to five days. */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static void set_default(struct retry_policy *policy)
{
    policy->lifetime_ns = policy->bounce_lifetime_ns = 4 * DAY;
    policy->interval_ns = 30 * MINUTE;
    policy->early_period_ns = HOUR;
    policy->max_interval_ns = 2 * HOUR;
    policy->connect_timeout_ns = 5 * MINUTE;
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    int64_t age_ns = job->now_ns - job->arrived_ns;
    if (age_ns >= retry_lifetime(policy, job->null_sender, job->urgency)) return retry_give_up_at(job->now_ns);
    return retry_again_at(job->now_ns +
                          (age_ns < policy->early_period_ns ? policy->interval_ns : policy->max_interval_ns));
}

const struct retry_flavour retry_rfc_minimum = {
    .name = "rfc-minimum", .set_default = set_default, .after_failure = after_failure};
