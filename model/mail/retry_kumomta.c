/* KumoMTA. Waits double from retry_interval on, up to max_retry_interval if there is one, each shifted by up to a
   fortieth of retry_interval either way, 30 seconds at most; a mail whose next attempt would come after max_age is
   given up at once (queue.rs increment_attempts_and_update_delay). Connection, greeting, EHLO and STARTTLS are one
   thing (smtp_dispatcher.rs attempt_connection), after which the next host is tried; what fails later is put back to
   its queue, unless try_next_host_on_transport_error is set and nobody has answered. */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static const int64_t jitter_max_ns = 30 * SECOND;

static void set_default(struct retry_policy *policy)
{
    policy->lifetime_ns = policy->bounce_lifetime_ns = 7 * DAY;
    policy->interval_ns = 20 * MINUTE;
    policy->jitter_of_2_32 = (INT64_C(1) << 32) / 40;
    policy->initial_concurrency = policy->concurrency_limit = 32;
    policy->session_messages = 0;
    policy->stays_after = RETRY_AFTER(LOST) | RETRY_AFTER(ANSWERED);
    policy->connect_timeout_ns = 60 * SECOND;
    policy->timeout_ns = 300 * SECOND;
    policy->timeouts = (struct smtp_timeouts){/* client_types.rs */
                                              .greeting_ns = 60 * SECOND,
                                              .starttls_ns = 5 * SECOND};
    policy->clear_after_ns = RETRY_NEVER; /* opportunistic_tls_reconnect_on_failed_handshake is off */
}

static int64_t wait_of(const struct retry_policy *policy, unsigned failures)
{
    int64_t wait_ns = policy->interval_ns;
    for (unsigned i = 1; i < failures && wait_ns < 1000 * DAY; i++)
        wait_ns *= 2;
    if (policy->max_interval_ns > 0 && wait_ns > policy->max_interval_ns) wait_ns = policy->max_interval_ns;
    return wait_ns;
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    int64_t jitter_ns = retry_part_of(policy->interval_ns, policy->jitter_of_2_32);
    if (jitter_ns > jitter_max_ns) jitter_ns = jitter_max_ns;
    int64_t next_ns = job->now_ns + wait_of(policy, job->attempts) + retry_jitter(job->draw, jitter_ns);
    if (next_ns - job->arrived_ns > retry_lifetime(policy, job->null_sender, job->urgency))
        return retry_give_up_at(job->now_ns);
    return retry_again_at(next_ns);
}

const struct retry_flavour retry_kumomta = {
    .name = "kumomta", .set_default = set_default, .after_failure = after_failure};
