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

static void move_record(const void *context, struct retry_record *record)
{
    retry_record_move(record, context);
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

static void move_recipient(struct queue_entry *entry, struct queued_recipient *recipient,
                           const struct clock_change *change)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    recipient->due_ns = clock_change_moved(change, recipient->due_ns);
    int64_t next_ns = next_of(entry->queue, recipient);
    if (next_ns == recipient->next_ns) return; /* the same run */
    recipient->next_ns = next_ns;
    uint64_t cause = journal_cause(journal);
    queue_enter_state(entry, recipient, MAIL_DEFERRED, recipient->next_ns, clock_change_text(change));
    journal_set_cause(journal, cause);
}

/* What has not been tried waits for the next run alone, if for anything. */
static bool move_first_attempt(struct queue_entry *entry, struct queued_recipient *recipient)
{
    const struct mail_queue *queue = entry->queue;
    struct retry_policy by_clock;
    if (!queue->policy->waits_for_run) return false;
    recipient->next_ns = retry_first_attempt(queue_policy_now(queue, &by_clock), queue_world(queue)->engine->now_ns);
    entry->run_ns = recipient->next_ns;
    return true;
}

static void move_entry(struct queue_entry *entry, const struct clock_change *change)
{
    bool any = false;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_WAITS) continue;
        if (recipient->state == MAIL_DEFERRED)
            move_recipient(entry, recipient, change);
        else if (!move_first_attempt(entry, recipient))
            continue;
        any = true;
    }
    if (!any || entry->n_open > 0) return; /* the round that goes on will see to it */
    entry->next_attempt_ns = queue_next_look(entry);
    if (entry->wake.at_ns != TIME_NEVER) wake_set(&entry->wake, entry->next_attempt_ns);
}

/* Those that a round has read, by which it will plan at its end. */
static void move_records_read(struct mail_queue *queue, const struct clock_change *change)
{
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next)
        for (size_t i = 0; i < entry->n_recipients; i++)
            if (entry->recipients[i].record) retry_record_move(entry->recipients[i].record, change);
    destinations_move_records(queue, change);
}

void mail_queue_clock_changed(struct mail_queue *queue, const struct clock_change *change)
{
    /* A wait does not mind what the clock shows, but how fast it goes. */
    struct clock_change of_waits = {.now_ns = change->now_ns, .was_ppm = change->was_ppm, .is_ppm = change->is_ppm};
    if (change->ahead_ns == 0 && change->was_ppm == change->is_ppm) return;
    if (retry_plans_by_clock(queue->policy) || retry_memory_is_durable(queue->policy)) {
        host_memory_each(queue->memory, move_record, change); /* what lies on a disk bears a date */
        move_records_read(queue, change);
    }
    if (!retry_plans_by_clock(queue->policy)) {
        if (change->was_ppm == change->is_ppm) return;
        change = &of_waits;
    }
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next)
        move_entry(entry, change);
    destinations_move(queue, change);
}
