/* qmail. The next attempt is at birth + (isqrt(age) + skip)^2 (qmail-send.c nextretry, chanskip), which is 400 n^2
   seconds for remote mail, 100 n^2 for local mail: the age is that at which the attempt began, however long it took
   (pass_dochan reckons when the job is opened). A message is dying at its first attempt past queuelifetime. A host that
   timed out twice, two minutes apart or more, is passed over for an hour or so (tcpto.c); a host that refuses or resets
   is not. One recipient a transaction, and sessions are not used again. Once a TCP connection stands no other host is
   tried, whatever is said on it: smtp() does not return (qmail-remote.c). */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static void set_default(struct retry_policy *policy)
{
    policy->lifetime_ns = policy->bounce_lifetime_ns = 7 * DAY;
    policy->base_remote_ns = 400 * SECOND;
    policy->base_local_ns = 100 * SECOND;
    policy->initial_concurrency = policy->concurrency_limit = 0;
    policy->total_concurrency = 20;
    policy->recipient_limit = 1;
    policy->connect_timeout_ns = 60 * SECOND;
    policy->timeout_ns = 1200 * SECOND; /* qmail-remote.c: timeout */
    policy->max_hops = 100;             /* qmail-smtpd.c: MAXHOPS */
    policy->tcpto_timeouts = 2;
    policy->tcpto_spacing_ns = 120 * SECOND;
    policy->tcpto_unit_ns = 64 * SECOND;
    policy->clear_after_ns = RETRY_NEVER;
    policy->stays_after = RETRY_AFTER(UNGREETED) | RETRY_AFTER(LOST) | RETRY_AFTER(ANSWERED);
}

static int64_t square_root(int64_t value)
{
    int64_t root = 0;
    for (int64_t bit = INT64_C(1) << 30; bit > 0; bit /= 2)
        if ((root + bit) * (root + bit) <= value) root += bit;
    return root;
}

/* In whole seconds; base_* is the square of the skip. What has passed while the attempt went on is due at once. */
static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    int64_t age_s = (job->began_ns - job->arrived_ns) / SECOND;
    if (age_s > retry_lifetime(policy, job->null_sender, job->urgency) / SECOND) return retry_give_up_at(job->now_ns);
    int64_t skip = square_root((job->is_local ? policy->base_local_ns : policy->base_remote_ns) / SECOND);
    int64_t n = square_root(age_s) + skip;
    int64_t at_ns = job->arrived_ns + n * n * SECOND;
    return retry_again_at(at_ns > job->now_ns ? at_ns : job->now_ns);
}

/* tcpto: (60 + pid mod 32) * 64 s; the pid is a draw here. */
static int64_t skipped_until(const struct retry_policy *policy, const struct retry_record *record,
                             const struct retry_job *job)
{
    return record->last_try_ns + (60 + (int64_t)(job->draw % 32)) * policy->tcpto_unit_ns;
}

static bool host_may_try(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                         int64_t run_ns, int64_t *until_ns)
{
    (void)run_ns;
    if (record->penalty < policy->tcpto_timeouts) return true;
    *until_ns = skipped_until(policy, record, job);
    return job->now_ns >= *until_ns;
}

/* tcpto_err: time-outs count when they are far enough from the one before. */
static bool host_failed(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                        int64_t run_ns, bool timed_out)
{
    (void)run_ns;
    if (!timed_out) {
        record->penalty = 0;
        return false;
    }
    if (record->is_set && record->penalty > 0 && job->now_ns < record->last_try_ns + policy->tcpto_spacing_ns)
        return record->penalty >= policy->tcpto_timeouts;
    record->is_set = true;
    record->last_try_ns = job->now_ns;
    if (record->penalty < 10) record->penalty++;
    return record->penalty >= policy->tcpto_timeouts;
}

static void host_worked(const struct retry_policy *policy, struct retry_record *record, int64_t now_ns)
{
    (void)policy;
    (void)now_ns;
    record->penalty = 0;
}

const struct retry_flavour retry_qmail = {.name = "qmail",
                                          .plans_by_clock = true,
                                          .set_default = set_default,
                                          .after_failure = after_failure,
                                          .host_may_try = host_may_try,
                                          .host_failed = host_failed,
                                          .host_worked = host_worked};
