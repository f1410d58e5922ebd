/* The queue and the clock of its host: ages and dates go by what it shows; and when somebody sets it, the plans of
   those mail servers move which keep them as dates (docs/queue.md has which). */
#include "model/host/faults.h"
#include "model/host/host.h"
#include "model/host/mail_queue.h"
#include "model/host/queue_internal.h"

int64_t queue_clock_ns(const struct mail_queue *queue)
{
    return host_clock_ns(queue->host);
}

const struct retry_policy *queue_policy_now(const struct mail_queue *queue, struct retry_policy *by_clock)
{
    const struct retry_policy *policy = queue->policy;
    const struct host *host = queue->host;
    if (!host->clock_is_wrong || policy->run_interval_ns == 0) return policy;
    *by_clock = *policy;
    by_clock->run_interval_ns = host_span_ns(host, policy->run_interval_ns);
    by_clock->run_phase_ns = faults_true_instant_ns(host, policy->run_phase_ns);
    by_clock->minimal_backoff_ns = host_span_ns(host, policy->minimal_backoff_ns);
    by_clock->maximal_backoff_ns = host_span_ns(host, policy->maximal_backoff_ns);
    by_clock->min_queue_age_ns = host_span_ns(host, policy->min_queue_age_ns);
    by_clock->max_queue_age_ns = host_span_ns(host, policy->max_queue_age_ns);
    return by_clock;
}

/* --- the clock is set --- */

static void shift_record(void *context, struct retry_record *record)
{
    retry_record_shift(record, *(const int64_t *)context);
}

/* The clock is looked at when a timer runs out, or in a queue run: what is due by now waits for the next. */
static int64_t next_of(const struct mail_queue *queue, const struct queued_recipient *recipient)
{
    struct retry_policy by_clock;
    const struct retry_policy *policy = queue_policy_now(queue, &by_clock);
    int64_t now_ns = queue_world(queue)->engine->now_ns;
    if (recipient->due_ns > now_ns)
        return recipient->gives_up ? recipient->due_ns : retry_run_not_before(policy, recipient->due_ns);
    return recipient->gives_up || policy->run_interval_ns == 0 ? now_ns : retry_run_not_before(policy, now_ns + 1);
}

static void shift_recipient(struct queue_entry *entry, struct queued_recipient *recipient, int64_t later_ns)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    recipient->due_ns += later_ns;
    int64_t next_ns = next_of(entry->queue, recipient);
    if (next_ns == recipient->next_ns) return; /* the same run */
    recipient->next_ns = next_ns;
    uint64_t cause = journal_cause(journal);
    queue_enter_state(entry, recipient, MAIL_DEFERRED, recipient->next_ns,
                      later_ns > 0 ? "the clock was set back" : "the clock was set ahead");
    journal_set_cause(journal, cause);
}

static void shift_entry(struct queue_entry *entry, int64_t later_ns)
{
    bool any = false;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_WAITS || recipient->state != MAIL_DEFERRED) continue;
        shift_recipient(entry, recipient, later_ns);
        any = true;
    }
    if (!any || entry->n_open > 0) return; /* the round that goes on will see to it */
    entry->next_attempt_ns = queue_next_look(entry);
    if (entry->wake.at_ns != TIME_NEVER) wake_set(&entry->wake, entry->next_attempt_ns);
}

/* Those that a round has read, by which it will plan at its end. */
static void shift_records_read(struct mail_queue *queue, int64_t later_ns)
{
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next)
        for (size_t i = 0; i < entry->n_recipients; i++)
            if (entry->recipients[i].record) retry_record_shift(entry->recipients[i].record, later_ns);
    destinations_shift_records(queue, later_ns);
}

void mail_queue_clock_set(struct mail_queue *queue, int64_t ahead_ns)
{
    int64_t later_ns = -ahead_ns;
    if (later_ns == 0) return;
    if (retry_plans_by_clock(queue->policy) || retry_memory_is_durable(queue->policy)) {
        host_memory_each(queue->memory, shift_record, &later_ns); /* what lies on a disk bears a date */
        shift_records_read(queue, later_ns);
    }
    if (!retry_plans_by_clock(queue->policy)) return;
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next)
        shift_entry(entry, later_ns);
    destinations_shift(queue, later_ns);
}
