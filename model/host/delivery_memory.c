/* What a delivery goes by of hosts and addresses that failed before, and what it adds to that: for policies that
   remember hosts, and for Exim, which remembers addresses too. */
#include <stdio.h>

#include "model/host/delivery_internal.h"

static struct retry_job retry_job_of(const struct delivery *delivery)
{
    const struct queue_entry *entry = delivery_entry(delivery);
    const struct host *host = delivery_queue(delivery)->host;
    int64_t now_ns = delivery_now_ns(delivery);
    uint64_t which = random_hash_mix(random_hash_text("host memory"), entry->luck);
    return (struct retry_job){.arrived_ns = now_ns - (queue_clock_ns(entry->queue) - entry->arrived_ns),
                              .now_ns = now_ns,
                              .last_try_ns = now_ns,
                              .null_sender = entry->from[0] == '\0',
                              .draw =
                                  random_draw(delivery_world(delivery)->seed, host->name_hash, which, entry->rounds)};
}

/* --- addresses that were refused --- */

/* NULL: nothing is remembered. */
static struct retry_record *record_of_address(const struct delivery *delivery, uint32_t i, bool make)
{
    const struct mail_queue *queue = delivery_queue(delivery);
    const struct queue_entry *entry = delivery_entry(delivery);
    if (!retry_remembers_addresses(queue->policy)) return NULL;
    uint64_t key = random_hash_mix(random_hash_text(entry->recipients[i].address), random_hash_text(entry->from));
    return host_memory_find(queue->memory, key, make);
}

const struct retry_record *delivery_remember_refusal(const struct delivery *delivery, uint32_t i)
{
    struct retry_record *record = record_of_address(delivery, i, true);
    if (!record) return NULL;
    struct retry_job job = retry_job_of(delivery);
    retry_record_failure(delivery_queue(delivery)->policy, record, &job);
    return record;
}

void delivery_forget_refusal(const struct delivery *delivery, uint32_t i)
{
    struct retry_record *record = record_of_address(delivery, i, false);
    if (record) record->is_set = false;
}

bool delivery_address_may_be_tried(struct delivery *delivery, uint32_t i)
{
    const struct retry_policy *policy = delivery_queue(delivery)->policy;
    struct queue_entry *entry = delivery_entry(delivery);
    struct retry_record *record = record_of_address(delivery, i, false);
    if (!record) return true;
    struct retry_job job = retry_job_of(delivery);
    int64_t until_ns = 0;
    if (retry_host_may_try(policy, record, &job, entry->run_ns, &until_ns)) return true;
    queue_set_fate(entry, i,
                   &(struct recipient_result){.fate = RECIPIENT_LATER,
                                              .failure = RETRY_NOT_TRIED,
                                              .reason = "retry time not reached for this address",
                                              .until_ns = until_ns,
                                              .record = record});
    return false;
}

/* --- hosts --- */

static void emit_host(const struct delivery *delivery, bool up, int64_t until_ns, const char *why)
{
    struct journal *journal = delivery_world(delivery)->journal;
    const char *name = delivery->peer.n ? world_host(delivery_world(delivery), delivery->peer)->description->name : "";
    uint64_t event =
        JOURNAL_EMIT(journal, DESTINATION, F_INT(HOST, delivery_queue(delivery)->host->id.n), F_TEXT(NAME, name),
                     F_INT(PEER, delivery->peer.n), F_INT(UP, up), F_INT(AT, until_ns), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

/* Of several hosts the one that may be tried first counts; a job has expired with the last of them. */
static void merge_record(struct delivery_job *job, const struct retry_record *record)
{
    if (!record->is_set) return;
    bool expired = record->expired && (!job->record.is_set || job->record.expired);
    if (!job->record.is_set || record->next_try_ns < job->record.next_try_ns) job->record = *record;
    job->record.expired = expired;
}

/* NULL: nothing is remembered. */
static struct retry_record *record_of_place(const struct delivery *delivery, const struct delivery_place *place,
                                            bool make)
{
    const struct mail_queue *queue = delivery_queue(delivery);
    return retry_remembers_hosts(queue->policy) ? host_memory_find(queue->memory, place->key, make) : NULL;
}

static struct retry_record *record_of_last_place(const struct delivery *delivery, bool make)
{
    if (delivery->place_next == 0) return NULL;
    return record_of_place(delivery, &delivery->places[delivery->place_next - 1], make);
}

void delivery_remember_failure(struct delivery *delivery, const char *why, bool timed_out)
{
    const struct retry_policy *policy = delivery_queue(delivery)->policy;
    struct retry_record *record = record_of_last_place(delivery, true);
    if (!record) return;
    struct retry_job job = retry_job_of(delivery);
    int64_t run_ns = delivery_entry(delivery)->run_ns, until_ns = 0;
    retry_host_failed(policy, record, &job, run_ns, timed_out);
    merge_record(delivery->job, record);
    if (!retry_host_may_try(policy, record, &job, run_ns, &until_ns)) emit_host(delivery, false, until_ns, why);
}

void delivery_remember_success(struct delivery *delivery)
{
    struct retry_record *record = record_of_last_place(delivery, false);
    if (!record || !record->is_set) return;
    retry_host_worked(delivery_queue(delivery)->policy, record, delivery_now_ns(delivery));
    if (!record->is_set) emit_host(delivery, true, 0, "it answers again");
}

bool delivery_place_may_be_tried(struct delivery *delivery, const struct delivery_place *place)
{
    const struct retry_policy *policy = delivery_queue(delivery)->policy;
    struct retry_record *record = record_of_place(delivery, place, false);
    if (!record) return true;
    struct retry_job job = retry_job_of(delivery);
    int64_t until_ns = job.now_ns;
    if (retry_host_may_try(policy, record, &job, delivery_entry(delivery)->run_ns, &until_ns)) return true;
    merge_record(delivery->job, record);
    if (until_ns < delivery->until_ns) delivery->until_ns = until_ns;
    if (!delivery->any_tried)
        snprintf(delivery->reason, sizeof delivery->reason, "451 4.4.1 retry time not reached for any host of %.200s",
                 delivery->destination->domain);
    return false;
}

void delivery_move_records(struct destination *destination, const struct clock_change *change)
{
    for (struct delivery *delivery = destination->deliveries; delivery; delivery = delivery->next) {
        if (!delivery->job) continue;
        if (delivery->job->record.is_set) retry_record_move(&delivery->job->record, change);
        delivery->until_ns = clock_change_moved(change, delivery->until_ns);
    }
}
