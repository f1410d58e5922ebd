/* Postfix's retry schedule: the delay is the age, clamped; a scan takes every file that is due within a second. */
#include "model/mail/retry.h"

#include "sim/journal/vtime.h"

/* The scan takes a file whose time is at most a second away (qmgr_queue's "now + 1"). */
static const int64_t scan_slack_ns = SECOND;

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static int64_t first_scan_not_before(const struct retry_policy *policy, int64_t at_ns)
{
    int64_t since_first = at_ns - policy->queue_run_phase_ns;
    if (since_first <= 0) return policy->queue_run_phase_ns;
    int64_t runs = (since_first + policy->queue_run_delay_ns - 1) / policy->queue_run_delay_ns;
    return policy->queue_run_phase_ns + runs * policy->queue_run_delay_ns;
}

int64_t retry_next_attempt(const struct retry_policy *policy, int64_t arrived_ns, int64_t now_ns)
{
    int64_t due_ns = now_ns + clamp(now_ns - arrived_ns, policy->minimal_backoff_ns, policy->maximal_backoff_ns);
    int64_t scan_ns = first_scan_not_before(policy, due_ns - scan_slack_ns);
    return scan_ns > now_ns ? scan_ns : scan_ns + policy->queue_run_delay_ns;
}

bool retry_is_expired(const struct retry_policy *policy, int64_t arrived_ns, int64_t now_ns, bool null_sender)
{
    int64_t lifetime_ns = null_sender ? policy->bounce_lifetime_ns : policy->maximal_lifetime_ns;
    return now_ns - arrived_ns >= lifetime_ns;
}
