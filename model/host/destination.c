/* Destinations: a domain, the sessions that a queue has with it, the jobs that wait for one, and whether it is held for
   dead. As many deliveries run as the window allows; a job that waits is taken by a session that becomes free, or by a
   new one. All is found by hashing, taken from the head of a list: nothing depends on how much is queued. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "model/host/queue_internal.h"
#include "model/mail/address.h"
#include "sim/journal/memory.h"

static uint64_t hash_of_domain(const char *domain)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *domain; domain++)
        hash = (hash ^ (uint64_t)tolower((unsigned char)*domain)) * UINT64_C(0x100000001b3);
    return hash;
}

/* --- the table --- */

static struct destination **chain_of(const struct mail_queue *queue, uint64_t hash)
{
    return &queue->destinations[(hash >> 20) & (queue->destinations_room - 1)];
}

static void grow(struct mail_queue *queue)
{
    struct destination **old = queue->destinations;
    size_t room = queue->destinations_room;
    queue->destinations_room = room ? 2 * room : 16;
    queue->destinations = mem_calloc(queue->destinations_room, sizeof(struct destination *));
    for (size_t i = 0; i < room; i++)
        while (old[i]) {
            struct destination *destination = old[i];
            old[i] = destination->next_in_table;
            struct destination **chain = chain_of(queue, destination->hash);
            destination->next_in_table = *chain;
            *chain = destination;
        }
    mem_free(old);
}

static void on_dead_time_over(void *context);
static void on_pause_over(void *context);

static struct destination *find(const struct mail_queue *queue, const char *domain, uint64_t hash)
{
    struct destination *d = queue->destinations_room ? *chain_of(queue, hash) : NULL;
    while (d && !(d->hash == hash && address_domain_equals(d->domain, domain)))
        d = d->next_in_table;
    return d;
}

const struct retry_record *destination_record(const struct mail_queue *queue, const char *domain)
{
    const struct destination *destination = find(queue, domain, hash_of_domain(domain));
    return destination ? &destination->site.record : NULL;
}

static struct destination *find_or_make(struct mail_queue *queue, const char *domain)
{
    uint64_t hash = hash_of_domain(domain);
    struct destination *destination = find(queue, domain, hash);
    if (destination) return destination;
    if (queue->n_destinations >= queue->destinations_room) grow(queue);
    struct destination **chain = chain_of(queue, hash);
    destination = mem_calloc(1, sizeof *destination);
    *destination = (struct destination){
        .queue = queue, .next_in_table = *chain, .domain = mem_strdup(domain), .hash = hash, .last_done_ns = -1};
    *chain = destination;
    queue->n_destinations++;
    retry_site_init(queue->policy, &destination->site);
    wake_init(&destination->dead_wake, queue->host, "destination", on_dead_time_over, destination);
    wake_init(&destination->pause_wake, queue->host, "next connection", on_pause_over, destination);
    return destination;
}

static void job_free(struct delivery_job *job)
{
    mem_free(job);
}

static void free_jobs(struct destination *destination)
{
    while (destination->first_waiting) {
        struct delivery_job *job = destination->first_waiting;
        destination->first_waiting = job->next;
        job_free(job);
    }
    destination->last_waiting = NULL;
}

static void destination_free(struct destination *destination)
{
    struct mail_queue *queue = destination->queue;
    struct destination **link = chain_of(queue, destination->hash);
    while (*link != destination)
        link = &(*link)->next_in_table;
    *link = destination->next_in_table;
    queue->n_destinations--;
    wake_forget(&destination->dead_wake);
    wake_forget(&destination->pause_wake);
    mem_free(destination->domain);
    mem_free(destination);
}

static bool is_dead(const struct destination *destination)
{
    return destination->site.window == 0;
}

static bool pauses(const struct destination *destination)
{
    return queue_world(destination->queue)->engine->now_ns < destination->pauses_until_ns;
}

void destination_settle(struct destination *destination)
{
    bool is_idle = !destination->first_waiting && !destination->deliveries && !destination->is_blocked &&
                   destination->pause_wake.at_ns == TIME_NEVER;
    if (is_idle && !is_dead(destination) && !destination->site.record.is_set && !destination->filling)
        destination_free(destination);
}

/* --- what is told --- */

static void emit_state(const struct destination *destination, bool up, const char *why)
{
    const struct retry_site *site = &destination->site;
    struct journal *journal = queue_world(destination->queue)->journal;
    uint64_t event = JOURNAL_EMIT(journal, DESTINATION, F_INT(HOST, destination->queue->host->id.n),
                                  F_TEXT(NAME, destination->domain), F_INT(UP, up),
                                  F_INT(WINDOW, site->window < INT32_MAX ? site->window : 0),
                                  F_INT(AT, site->dead_until_ns), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

/* --- jobs --- */

static struct delivery_job *job_new(struct queue_entry *entry, struct destination *destination)
{
    struct delivery_job *job = mem_calloc(1, sizeof *job);
    *job =
        (struct delivery_job){.entry = entry, .destination = destination, .first = NO_RECIPIENT, .last = NO_RECIPIENT};
    entry->n_open++;
    return job;
}

void destination_add(struct queue_entry *entry, uint32_t i, struct delivery_job **last)
{
    struct mail_queue *queue = entry->queue;
    struct destination *destination = find_or_make(queue, address_domain(entry->recipients[i].address));
    struct delivery_job *job = destination->filling;
    if (!job || job->n >= queue->policy->recipient_limit) {
        job = job_new(entry, destination);
        destination->filling = job;
        if (*last) (*last)->next = job;
        *last = job;
    }
    entry->recipients[i].next_in_job = NO_RECIPIENT;
    if (job->first == NO_RECIPIENT)
        job->first = i;
    else
        entry->recipients[job->last].next_in_job = i;
    job->last = i;
    job->n++;
}

/* All its recipients without an attempt. */
static void pass_over(struct delivery_job *job)
{
    const struct destination *destination = job->destination;
    struct queue_entry *entry = job->entry;
    char reason[512];
    snprintf(reason, sizeof reason, "451 4.4.1 %.200s is held for dead", destination->domain);
    for (uint32_t i = job->first; i != NO_RECIPIENT; i = entry->recipients[i].next_in_job)
        queue_set_fate(entry, i,
                       &(struct recipient_result){.fate = RECIPIENT_LATER,
                                                  .failure = RETRY_NOT_TRIED,
                                                  .reason = reason,
                                                  .until_ns = destination->site.dead_until_ns});
    job_free(job);
    queue_part_over(entry);
}

/* --- sessions --- */

static bool may_begin(const struct destination *destination)
{
    return destination->first_waiting && destination->n_busy < destination->site.window;
}

static bool queue_is_full(const struct mail_queue *queue)
{
    return queue->policy->total_concurrency > 0 && queue->n_busy >= queue->policy->total_concurrency;
}

static void wait_for_the_queue(struct destination *destination)
{
    struct mail_queue *queue = destination->queue;
    if (destination->is_blocked) return;
    destination->is_blocked = true;
    destination->next_blocked = NULL;
    if (queue->last_blocked)
        queue->last_blocked->next_blocked = destination;
    else
        queue->first_blocked = destination;
    queue->last_blocked = destination;
}

static void count_busy(struct destination *destination, int64_t more)
{
    destination->n_busy += more;
    destination->queue->n_busy += more;
}

/* Postfix's qmgr_entry_select: deliveries at the same time, or one right after the other. */
static bool is_under_load(const struct destination *destination)
{
    int64_t now_ns = queue_world(destination->queue)->engine->now_ns;
    return destination->n_busy > 1 || (destination->last_done_ns >= 0 && now_ns - destination->last_done_ns <= SECOND);
}

struct delivery_job *destination_take(struct destination *destination)
{
    struct delivery_job *job = destination->first_waiting;
    if (!job) return NULL;
    destination->first_waiting = job->next;
    if (!job->next) destination->last_waiting = NULL;
    job->next = NULL;
    count_busy(destination, 1);
    const struct retry_policy *policy = destination->queue->policy;
    job->keeps_session = policy->idle_ns > 0 && (policy->idles_always || is_under_load(destination));
    return job;
}

static void begin_deliveries(struct destination *destination)
{
    while (may_begin(destination)) {
        if (queue_is_full(destination->queue)) {
            wait_for_the_queue(destination);
            return;
        }
        if (pauses(destination) && !delivery_may_go_on(destination)) return;
        struct delivery_job *job = destination_take(destination);
        if (!delivery_go_on(destination, job)) delivery_start(destination, job);
    }
}

static void on_pause_over(void *context)
{
    struct destination *destination = context;
    begin_deliveries(destination);
    destination_settle(destination);
}

/* The wake outlives the mails: a destination is remembered until it may be called again. */
static void pause_for(struct destination *destination, int64_t pause_ns)
{
    int64_t until_ns = queue_world(destination->queue)->engine->now_ns + pause_ns;
    if (pause_ns == 0 || until_ns <= destination->pauses_until_ns) return;
    destination->pauses_until_ns = until_ns;
    wake_set(&destination->pause_wake, until_ns);
}

/* The pauses of another policy begin with the next connection. */
static void end_pause(struct destination *destination)
{
    if (!pauses(destination)) return;
    destination->pauses_until_ns = queue_world(destination->queue)->engine->now_ns;
    wake_set(&destination->pause_wake, destination->pauses_until_ns);
}

void destination_connects(struct destination *destination)
{
    pause_for(destination, destination->queue->policy->connect_pause_ns);
}

void destination_disconnects(struct destination *destination)
{
    pause_for(destination, destination->queue->policy->disconnect_pause_ns);
}

/* Whoever has waited longest for a session of the whole queue. */
static void unblock(struct mail_queue *queue, const struct destination *asks)
{
    while (queue->first_blocked && !queue_is_full(queue)) {
        struct destination *destination = queue->first_blocked;
        queue->first_blocked = destination->next_blocked;
        if (!queue->first_blocked) queue->last_blocked = NULL;
        destination->is_blocked = false;
        begin_deliveries(destination);
        if (destination != asks) destination_settle(destination);
    }
}

void destination_submit(struct delivery_job *job)
{
    struct destination *destination = job->destination;
    destination->filling = NULL;
    if (is_dead(destination)) {
        pass_over(job);
        return;
    }
    if (destination->last_waiting)
        destination->last_waiting->next = job;
    else
        destination->first_waiting = job;
    destination->last_waiting = job;
    begin_deliveries(destination);
}

/* --- what an attempt tells of the destination --- */

static void die(struct destination *destination, const char *why)
{
    struct journal *journal = queue_world(destination->queue)->journal;
    uint64_t cause = journal_cause(journal);
    emit_state(destination, false, why);
    wake_set(&destination->dead_wake, destination->site.dead_until_ns);
    while (destination->first_waiting) {
        struct delivery_job *job = destination->first_waiting;
        destination->first_waiting = job->next;
        if (!job->next) destination->last_waiting = NULL;
        pass_over(job);
    }
    journal_set_cause(journal, cause);
}

static void on_dead_time_over(void *context)
{
    struct destination *destination = context;
    retry_site_revive(destination->queue->policy, &destination->site, destination->n_busy);
    emit_state(destination, true, "its time is over");
    destination_settle(destination);
}

static void hear(struct destination *destination, enum site_news news, const char *why)
{
    const struct retry_policy *policy = destination->queue->policy;
    struct retry_job job = {.now_ns = queue_world(destination->queue)->engine->now_ns};
    bool was_dead = is_dead(destination);
    int64_t window = destination->site.window;
    switch (news) {
    case SITE_NO_NEWS:
        return;
    case SITE_FAILED:
        if (retry_site_failed(policy, &destination->site, &job)) {
            die(destination, why);
            return;
        }
        break;
    case SITE_WORKED:
        retry_site_worked(policy, &destination->site, destination->n_busy);
        if (was_dead) wake_set(&destination->dead_wake, TIME_NEVER);
        break;
    }
    bool matters = destination->first_waiting || was_dead;
    if (destination->site.window != window && matters) emit_state(destination, true, why);
}

void destination_job_done(struct destination *destination, struct delivery_job *job, enum site_news news,
                          const char *why)
{
    struct journal *journal = queue_world(destination->queue)->journal;
    uint64_t cause = journal_cause(journal);
    struct queue_entry *entry = job->entry;
    count_busy(destination, -1);
    job_free(job);
    hear(destination, news, why);
    journal_set_cause(journal, cause);
    destination->last_done_ns = queue_world(destination->queue)->engine->now_ns;
    queue_part_over(entry);
}

void destination_delivery_idle(struct destination *destination)
{
    struct mail_queue *queue = destination->queue;
    begin_deliveries(destination);
    if (queue->first_blocked) unblock(queue, destination);
}

/* --- the host stops --- */

static void crash(struct destination *destination)
{
    delivery_drop_all(destination);
    free_jobs(destination);
    destination_free(destination);
}

void destinations_move(struct mail_queue *queue, const struct clock_change *change)
{
    struct journal *journal = queue_world(queue)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < queue->destinations_room; i++)
        for (struct destination *destination = queue->destinations[i]; destination;
             destination = destination->next_in_table) {
            if (!is_dead(destination)) continue;
            destination->site.dead_until_ns = clock_change_moved(change, destination->site.dead_until_ns);
            emit_state(destination, false, clock_change_text(change));
            wake_set(&destination->dead_wake, destination->site.dead_until_ns);
            journal_set_cause(journal, cause);
        }
}

void destinations_move_records(struct mail_queue *queue, const struct clock_change *change)
{
    for (size_t i = 0; i < queue->destinations_room; i++)
        for (struct destination *destination = queue->destinations[i]; destination;
             destination = destination->next_in_table)
            delivery_move_records(destination, change);
}

void destinations_take_policy(struct mail_queue *queue, bool is_of_another_server)
{
    int64_t most = queue->policy->concurrency_limit;
    for (size_t i = 0; i < queue->destinations_room; i++)
        for (struct destination *destination = queue->destinations[i]; destination;
             destination = destination->next_in_table) {
            if (is_of_another_server && !is_dead(destination)) retry_site_init(queue->policy, &destination->site);
            if (most > 0 && destination->site.window > most) destination->site.window = most;
            end_pause(destination);
        }
}

void destinations_crash(struct mail_queue *queue)
{
    for (size_t i = 0; i < queue->destinations_room; i++)
        while (queue->destinations[i])
            crash(queue->destinations[i]);
    queue->first_blocked = queue->last_blocked = NULL;
    queue->n_busy = 0;
}

void destinations_free(struct mail_queue *queue)
{
    destinations_crash(queue);
    mem_free(queue->destinations);
}
