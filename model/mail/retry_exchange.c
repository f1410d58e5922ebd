/* Exchange Server. Queues retry, not mails: a queue whose connection failed is retried four times a minute apart
   (QueueGlitchRetryCount), six times five minutes apart (TransientFailureRetryCount), then every ten minutes
   (OutboundConnectionFailureRetryInterval), and all its mails wait for that. A mail that was refused in a session waits
   15 minutes by itself (MessageRetryInterval). */
#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static void set_default(struct retry_policy *policy)
{
    policy->lifetime_ns = policy->bounce_lifetime_ns = 2 * DAY;
    policy->warning_ns = 4 * HOUR;
    policy->warns_on_time = true;
    policy->glitch_count = 4;
    policy->glitch_interval_ns = MINUTE;
    policy->transient_count = 6;
    policy->transient_interval_ns = 5 * MINUTE;
    policy->outbound_interval_ns = 10 * MINUTE;
    policy->message_interval_ns = 15 * MINUTE;
    policy->initial_concurrency = policy->concurrency_limit = 20;
    policy->session_messages = 20;
    policy->connect_timeout_ns = 10 * MINUTE;
    policy->timeout_ns = 10 * MINUTE; /* Set-SendConnector: ConnectionInactivityTimeOut */
    policy->max_hops = 60;                     /* Set-ReceiveConnector: MaxHopCount */
    policy->clear_after_ns = RETRY_NEVER;
}

static int64_t interval_after(const struct retry_policy *policy, int64_t failures)
{
    if (failures <= policy->glitch_count) return policy->glitch_interval_ns;
    if (failures <= policy->glitch_count + policy->transient_count) return policy->transient_interval_ns;
    return policy->outbound_interval_ns;
}

static struct retry_plan after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    int64_t expires_ns = job->arrived_ns + retry_lifetime(policy, job->null_sender, job->urgency);
    int64_t next_ns = job->now_ns + policy->message_interval_ns;
    if (job->failure != RETRY_REFUSED)
        next_ns = job->record && job->record->is_set && job->record->next_try_ns > job->now_ns
                      ? job->record->next_try_ns
                      : job->now_ns + interval_after(policy, job->attempts);
    if (job->now_ns >= expires_ns) return retry_give_up_at(job->now_ns);
    return next_ns < expires_ns ? retry_again_at(next_ns) : retry_give_up_at(expires_ns);
}

/* The queue is in retry until its next connection. */
static bool site_failed(const struct retry_policy *policy, struct retry_site *site, const struct retry_job *job)
{
    struct retry_record *record = &site->record;
    if (record->is_set && job->now_ns < record->next_try_ns) return false; /* a session that ran beside it */
    record->is_set = true;
    record->penalty++;
    record->last_try_ns = job->now_ns;
    record->next_try_ns = job->now_ns + interval_after(policy, record->penalty);
    site->window = 0;
    site->dead_until_ns = record->next_try_ns;
    return true;
}

static void site_worked(const struct retry_policy *policy, struct retry_site *site, int64_t busy)
{
    if (site->window == 0) retry_site_revive(policy, site, busy);
    site->window = policy->initial_concurrency;
    site->record = (struct retry_record){0};
}

const struct retry_flavour retry_exchange = {.name = "exchange",
                                             .set_default = set_default,
                                             .after_failure = after_failure,
                                             .site_failed = site_failed,
                                             .site_worked = site_worked};
