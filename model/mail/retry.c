/* The door to the policies, and what they share. */
#include "model/mail/retry.h"

#include <string.h>

#include "model/mail/retry_flavour.h"
#include "sim/journal/vtime.h"

static const struct retry_flavour *const flavours[RETRY_KINDS] = {
    [RETRY_POSTFIX] = &retry_postfix,     [RETRY_EXIM] = &retry_exim,
    [RETRY_SENDMAIL] = &retry_sendmail,   [RETRY_QMAIL] = &retry_qmail,
    [RETRY_OPENSMTPD] = &retry_opensmtpd, [RETRY_KUMOMTA] = &retry_kumomta,
    [RETRY_EXCHANGE] = &retry_exchange,   [RETRY_RFC_MINIMUM] = &retry_rfc_minimum,
    [RETRY_CUSTOM] = &retry_custom,
};

/* What holds where a policy says nothing else. */
struct retry_policy retry_policy_default(enum retry_kind kind)
{
    struct retry_policy policy = {.kind = kind,
                                  .lifetime_ns = 5 * DAY,
                                  .bounce_lifetime_ns = 5 * DAY,
                                  .initial_concurrency = 20,
                                  .concurrency_limit = 20,
                                  .recipient_limit = 100,
                                  .connect_timeout_ns = 5 * MINUTE,
                                  .max_hops = 100, /* RFC 5321 6.3: "normally at least 100" */
                                  .session_messages = 1};
    flavours[kind]->set_default(&policy);
    return policy;
}

const char *retry_kind_name(enum retry_kind kind)
{
    return flavours[kind]->name;
}

bool retry_kind_by_name(const char *name, enum retry_kind *kind)
{
    for (int i = 0; i < RETRY_KINDS; i++) {
        if (strcmp(flavours[i]->name, name) != 0) continue;
        *kind = (enum retry_kind)i;
        return true;
    }
    return false;
}

/* --- jobs --- */

struct retry_plan retry_after_failure(const struct retry_policy *policy, const struct retry_job *job)
{
    return flavours[policy->kind]->after_failure(policy, job);
}

bool retry_plans_by_clock(const struct retry_policy *policy)
{
    return flavours[policy->kind]->plans_by_clock ||
           policy->max_queue_age_ns > 0; /* Sendmail: the date of the last try */
}

int64_t retry_first_attempt(const struct retry_policy *policy, int64_t now_ns)
{
    return policy->waits_for_run ? retry_run_not_before(policy, now_ns + 1) : now_ns;
}

bool retry_goes_elsewhere(const struct retry_policy *policy, enum retry_ended ended)
{
    return (policy->stays_after & 1u << ended) == 0;
}

bool retry_may_try_more(const struct retry_policy *policy, int64_t addresses, int64_t age_ns)
{
    int64_t last_cutoff_ns = policy->n_rules ? policy->rules[policy->n_rules - 1].cutoff_ns : INT64_MAX;
    if (policy->address_hardlimit > 0 && addresses >= policy->address_hardlimit) return false;
    return policy->address_limit == 0 || addresses < policy->address_limit ||
           (policy->address_hardlimit > 0 && age_ns > last_cutoff_ns);
}

static int64_t by_urgency(enum mail_urgency urgency, int64_t normal_ns, int64_t urgent_ns, int64_t non_urgent_ns)
{
    int64_t own_ns = urgency == MAIL_URGENT ? urgent_ns : urgency == MAIL_NON_URGENT ? non_urgent_ns : RETRY_AS_NORMAL;
    return own_ns == RETRY_AS_NORMAL ? normal_ns : own_ns;
}

int64_t retry_lifetime(const struct retry_policy *policy, bool null_sender, enum mail_urgency urgency)
{
    if (null_sender) return policy->bounce_lifetime_ns;
    if (!policy->minds_urgency) return policy->lifetime_ns;
    return by_urgency(urgency, policy->lifetime_ns, policy->lifetime_urgent_ns, policy->lifetime_non_urgent_ns);
}

int64_t retry_warning(const struct retry_policy *policy, enum mail_urgency urgency)
{
    if (!policy->minds_urgency) return policy->warning_ns;
    return by_urgency(urgency, policy->warning_ns, policy->warning_urgent_ns, policy->warning_non_urgent_ns);
}

/* --- hosts --- */

bool retry_remembers_hosts(const struct retry_policy *policy)
{
    return flavours[policy->kind]->host_may_try != NULL;
}

/* Exim's retry database, qmail's tcpto file, Sendmail's host status directory. */
bool retry_memory_is_durable(const struct retry_policy *policy)
{
    return policy->kind == RETRY_EXIM || policy->kind == RETRY_QMAIL ||
           (policy->kind == RETRY_SENDMAIL && policy->host_status_ns > 0);
}

bool retry_host_may_try(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                        int64_t run_ns, int64_t *until_ns)
{
    const struct retry_flavour *flavour = flavours[policy->kind];
    return !record->is_set || !flavour->host_may_try || flavour->host_may_try(policy, record, job, run_ns, until_ns);
}

bool retry_host_failed(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job,
                       int64_t run_ns, bool timed_out)
{
    const struct retry_flavour *flavour = flavours[policy->kind];
    return flavour->host_failed && flavour->host_failed(policy, record, job, run_ns, timed_out);
}

void retry_host_worked(const struct retry_policy *policy, struct retry_record *record, int64_t now_ns)
{
    const struct retry_flavour *flavour = flavours[policy->kind];
    if (flavour->host_worked) flavour->host_worked(policy, record, now_ns);
}

void retry_record_move(struct retry_record *record, const struct clock_change *change)
{
    record->first_failed_ns = clock_change_moved(change, record->first_failed_ns);
    record->last_try_ns = clock_change_moved(change, record->last_try_ns);
    record->next_try_ns = clock_change_moved(change, record->next_try_ns);
}

bool retry_remembers_addresses(const struct retry_policy *policy)
{
    return policy->kind == RETRY_EXIM;
}

void retry_record_failure(const struct retry_policy *policy, struct retry_record *record, const struct retry_job *job)
{
    retry_exim_update(policy, record, job);
}

/* --- destinations --- */

bool retry_goes_by_destination(const struct retry_policy *policy)
{
    return policy->kind == RETRY_EXCHANGE;
}

static int64_t first_window(const struct retry_policy *policy)
{
    return policy->initial_concurrency > 0 ? policy->initial_concurrency : INT32_MAX;
}

void retry_site_init(const struct retry_policy *policy, struct retry_site *site)
{
    *site = (struct retry_site){.window = first_window(policy)};
}

bool retry_site_failed(const struct retry_policy *policy, struct retry_site *site, const struct retry_job *job)
{
    const struct retry_flavour *flavour = flavours[policy->kind];
    return flavour->site_failed && flavour->site_failed(policy, site, job);
}

void retry_site_worked(const struct retry_policy *policy, struct retry_site *site, int64_t busy)
{
    const struct retry_flavour *flavour = flavours[policy->kind];
    if (flavour->site_worked) flavour->site_worked(policy, site, busy);
}

void retry_site_revive(const struct retry_policy *policy, struct retry_site *site, int64_t busy)
{
    site->dead_until_ns = 0;
    site->fail_cohorts = site->success = site->failure = 0;
    site->window = busy > 0 ? busy : first_window(policy);
}

/* --- shared --- */

struct retry_plan retry_again_at(int64_t at_ns)
{
    return (struct retry_plan){.at_ns = at_ns, .due_ns = at_ns};
}

struct retry_plan retry_again_in_run(int64_t due_ns, int64_t run_ns)
{
    return (struct retry_plan){.at_ns = run_ns, .due_ns = due_ns};
}

struct retry_plan retry_give_up_at(int64_t at_ns)
{
    return (struct retry_plan){.gives_up = true, .at_ns = at_ns, .due_ns = at_ns};
}

int64_t retry_run_not_before(const struct retry_policy *policy, int64_t at_ns)
{
    if (policy->run_interval_ns == 0) return at_ns;
    int64_t since_first = at_ns - policy->run_phase_ns;
    if (since_first <= 0) return policy->run_phase_ns;
    int64_t runs = (since_first + policy->run_interval_ns - 1) / policy->run_interval_ns;
    return policy->run_phase_ns + runs * policy->run_interval_ns;
}

int64_t retry_jitter(uint64_t draw, int64_t part_ns)
{
    return part_ns > 0 ? (int64_t)(draw % (uint64_t)(2 * part_ns + 1)) - part_ns : 0;
}

int64_t retry_part_of(int64_t whole_ns, int64_t of_2_32)
{
    uint64_t whole = (uint64_t)whole_ns, of = (uint64_t)of_2_32;
    return (int64_t)((whole >> 32) * of + ((whole & UINT32_MAX) * of >> 32));
}

int64_t retry_clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

int64_t retry_next_square(int64_t arrived_ns, int64_t now_ns, int64_t base_ns)
{
    int64_t n = 0, beyond = 1; /* n too early, beyond late enough */
    while (base_ns * beyond * beyond <= now_ns - arrived_ns)
        beyond *= 2;
    while (beyond - n > 1) {
        int64_t middle = (n + beyond) / 2;
        if (base_ns * middle * middle <= now_ns - arrived_ns)
            n = middle;
        else
            beyond = middle;
    }
    return arrived_ns + base_ns * beyond * beyond;
}
