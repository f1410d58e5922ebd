/* One's own schedule: fixed steps, of which the last holds on; waits that grow by a factor up to a cap; or attempts at
   base * n^2 after arrival. Each wait may be shifted by chance. Given up by the first attempt that fails past the
   lifetime. */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static void set_default(struct retry_policy *policy)
{
    policy->growth = RETRY_STEPS;
    policy->steps_ns[0] = 30 * MINUTE;
    policy->n_steps = 1;
    policy->factor_of_1000 = 2000;
    policy->connect_timeout_ns = 5 * MINUTE;
    policy->session_messages = 0;
}

static int64_t geometric_wait(const struct retry_policy *policy, unsigned failures)
{
    int64_t wait_ns = policy->steps_ns[0], cap_ns = policy->max_interval_ns ? policy->max_interval_ns : 1000 * DAY;
    for (unsigned i = 1; i < failures && wait_ns < cap_ns; i++)
        wait_ns = wait_ns / 1000 * policy->factor_of_1000 + wait_ns % 1000 * policy->factor_of_1000 / 1000;
    return wait_ns < cap_ns ? wait_ns : cap_ns;
}

static int64_t wait_of(const struct retry_policy *policy, const struct retry_job *job)
{
    /* What seems to have come tomorrow, as when the clock was set back, is as if it had come now. */
    int64_t arrived_ns = job->arrived_ns < job->now_ns ? job->arrived_ns : job->now_ns;
    switch (policy->growth) {
    case RETRY_STEPS:
        return policy->steps_ns[job->attempts <= policy->n_steps ? (job->attempts ? job->attempts - 1 : 0)
                                                                 : policy->n_steps - 1];
    case RETRY_GEOMETRIC:
        return geometric_wait(policy, job->attempts);
    case RETRY_QUADRATIC:
        return retry_next_square(arrived_ns, job->now_ns, policy->steps_ns[0]) - job->now_ns;
    }
    return policy->steps_ns[0];
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    if (job->now_ns - job->arrived_ns >= retry_lifetime(policy, job->null_sender, job->urgency))
        return retry_give_up_at(job->now_ns);
    int64_t wait_ns = wait_of(policy, job);
    wait_ns += retry_jitter(job->draw, retry_part_of(wait_ns, policy->jitter_of_2_32));
    return retry_again_at(job->now_ns + (wait_ns > 0 ? wait_ns : 1));
}

const struct retry_flavour retry_custom = {
    .name = "custom", .set_default = set_default, .after_failure = after_failure};
