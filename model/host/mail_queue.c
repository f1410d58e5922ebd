/* The entries of a queue: accepting mail, and its life through crash and restart (RFC 5321 4.2.5, 6.1). Files are on
   the host's disk (store.h); the commit points are: a mail is accepted, a recipient is done, a report is made. */
#include "model/host/mail_queue.h"
#include "model/host/mail_register.h"

#include <stdio.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/queue_internal.h"
#include "sim/journal/memory.h"

struct world *queue_world(const struct mail_queue *queue)
{
    return queue->host->world;
}

struct mail_queue *mail_queue_new(struct mail_server *server)
{
    struct mail_queue *queue = mem_calloc(1, sizeof *queue);
    queue->server = server;
    queue->host = mail_server_host(server);
    queue->policy = mail_server_retry(server);
    queue->memory = host_memory_new();
    return queue;
}

static void forget(const void *context, struct retry_record *record)
{
    (void)context;
    record->is_set = false;
}

/* What one server remembers of hosts and destinations tells another one nothing. */
void mail_queue_set_policy(struct mail_queue *queue, const struct retry_policy *policy)
{
    bool is_another = policy->kind != queue->policy->kind;
    queue->policy = policy;
    if (is_another) host_memory_each(queue->memory, forget, NULL);
    destinations_take_policy(queue, is_another);
}

/* Short hexadecimal ids as mail servers print them; the number is scattered so that two servers' ids look different. */
const char *mail_queue_next_id(struct mail_queue *queue, char id[QUEUE_ID_BYTES])
{
    snprintf(id, QUEUE_ID_BYTES, "%06X%04X", (unsigned)(queue->host->name_hash & 0xffffff),
             (unsigned)(++queue->last_number & 0xffffff));
    return id;
}

void queue_enter_state(struct queue_entry *entry, struct queued_recipient *recipient, enum mail_state to, int64_t at_ns,
                       const char *why)
{
    struct world *world = queue_world(entry->queue);
    enum mail_state from = (enum mail_state)recipient->state;
    recipient->state = (uint8_t)to;
    mail_enter_state(world->ledger, (struct mail_change){.message = entry->message,
                                                         .recipient = recipient->address,
                                                         .host = entry->queue->host,
                                                         .queue_id = entry->queue_id,
                                                         .from = from,
                                                         .to = to,
                                                         .at_ns = at_ns,
                                                         .why = why});
    recipient->event = journal_cause(world->journal);
}

/* --- entries --- */

static char *copy_text(const char *text)
{
    return text ? mem_strdup(text) : NULL;
}

static struct queued_recipient *copy_recipients(const struct accepted_mail *mail)
{
    struct queued_recipient *recipients = mem_calloc(mail->n_recipients, sizeof *recipients);
    for (size_t i = 0; i < mail->n_recipients; i++)
        recipients[i] = (struct queued_recipient){.address = mem_strdup(mail->recipients[i].address),
                                                  .orcpt = copy_text(mail->recipients[i].orcpt),
                                                  .notify = (uint8_t)mail->recipients[i].notify,
                                                  .remote_mta = ""};
    return recipients;
}

static void link_entry(struct queue_entry *entry)
{
    struct mail_queue *queue = entry->queue;
    entry->previous = queue->last_entry;
    if (entry->previous)
        entry->previous->next = entry;
    else
        queue->entries = entry;
    queue->last_entry = entry;
    queue->n_entries++;
}

static uint64_t luck_of(struct mail_queue *queue, struct message_id id)
{
    const struct mail_message *message = world_message(queue->host->world, id);
    return message ? random_hash_text(message->name) : id.n;
}

static struct queue_entry *entry_new(struct mail_queue *queue, const struct accepted_mail *mail)
{
    struct queue_entry *entry = mem_calloc(1, sizeof *entry);
    *entry = (struct queue_entry){.queue = queue,
                                  .message = mail->message,
                                  .luck = luck_of(queue, mail->message),
                                  .from = mem_strdup(mail->from),
                                  .envid = copy_text(mail->envid),
                                  .ret = (uint8_t)mail->ret,
                                  .body = (uint8_t)mail->body,
                                  .smtputf8 = mail->smtputf8,
                                  .ends_if_refused = mail->ends_if_refused,
                                  .recipients = copy_recipients(mail),
                                  .n_recipients = mail->n_recipients,
                                  .content = mail->content,
                                  .size = mail->size,
                                  .arrived_ns = queue_clock_ns(queue),
                                  .run_ns = -1};
    snprintf(entry->queue_id, sizeof entry->queue_id, "%s", mail->queue_id);
    /* For as long as there is an entry: of a mail that a queue has twice, one copy may be done with long before the
       other. */
    mail_register_count(queue_world(queue)->mails, mail->message, 1);
    wake_init(&entry->wake, queue->host, "next attempt", queue_round_begin, entry);
    entry->wake.message = entry->message;
    link_entry(entry);
    return entry;
}

void queue_recipient_clear(struct queued_recipient *recipient)
{
    mem_free(recipient->address);
    mem_free(recipient->orcpt);
    mem_free(recipient->reason);
    mem_free(recipient->skipped);
    mem_free(recipient->record);
}

/* Without a word to anybody. */
static void entry_free(struct queue_entry *entry)
{
    struct mail_queue *queue = entry->queue;
    struct mail_register *mails = queue_world(queue)->mails;
    struct message_id message = entry->message;
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        queue->entries = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        queue->last_entry = entry->previous;
    queue->n_entries--;
    wake_forget(&entry->wake);
    for (size_t i = 0; i < entry->n_recipients; i++)
        queue_recipient_clear(&entry->recipients[i]);
    mem_free(entry->recipients);
    mem_free(entry->from);
    mem_free(entry->envid);
    mem_free(entry->content);
    mem_free(entry->unsent.words);
    mem_free(entry);
    mail_register_count(mails, message, -1);
}

static struct store_file file_of(const struct queue_entry *entry)
{
    return (struct store_file){
        .message = entry->message, .queue_id = entry->queue_id, .place = "queue", .size = entry->size};
}

void queue_entry_remove(struct queue_entry *entry)
{
    struct store_file file = file_of(entry);
    queue_report_discard_unsent(entry, "what it is about has ended otherwise");
    store_remove(entry->queue->host, &file);
    entry_free(entry);
}

/* --- accepting --- */

static void begin_waiting(struct queue_entry *entry)
{
    struct mail_queue *queue = entry->queue;
    int64_t now_ns = queue_world(queue)->engine->now_ns;
    struct retry_policy by_clock;
    entry->next_attempt_ns = retry_first_attempt(queue_policy_now(queue, &by_clock), now_ns);
    if (queue->policy->waits_for_run) entry->run_ns = entry->next_attempt_ns;
    wake_set(&entry->wake, entry->next_attempt_ns);
}

static void become_durable(struct queue_entry *entry, const char *why)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    entry->is_durable = true;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        journal_set_cause(journal, cause);
        queue_enter_state(entry, &entry->recipients[i], MAIL_QUEUED, 0, why);
    }
    if (entry->queue->n_rots > 0) queue_rot_take_new(entry);
}

static void end_refused(struct queue_entry *entry, enum store_result result)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    bool is_crash = result == STORE_LOST || result == STORE_TORN;
    uint64_t cause = journal_cause(journal);
    if (queue_world(entry->queue)->ended) return; /* and only tidies up */
    for (size_t i = 0; i < entry->n_recipients; i++) {
        journal_set_cause(journal, cause);
        queue_enter_state(entry, &entry->recipients[i], MAIL_DISCARDED, 0,
                          is_crash ? "lost when the host stopped" : store_refusal(result));
    }
    journal_set_cause(journal, cause);
}

/* Between the commit and the acknowledgement a crash makes a mail that both hosts hold (RFC 1047). */
static void on_committed(void *context, enum store_result result)
{
    struct queue_entry *entry = context;
    mail_queue_taken_fn taken = entry->taken;
    void *taken_context = entry->taken_context;
    entry->taken = NULL;
    if (entry->queue->being_accepted == entry) entry->queue->being_accepted = NULL;
    switch (result) {
    case STORE_OK:
        become_durable(entry, "accepted");
        begin_waiting(entry);
        break;
    case STORE_KEPT: /* the restart finds it */
        become_durable(entry, "on the disk when the host stopped");
        break;
    case STORE_FULL:
    case STORE_ERROR:
    case STORE_LOST:
    case STORE_TORN:
        if (entry->ends_if_refused) end_refused(entry, result);
        entry_free(entry);
        break;
    }
    if (taken) taken(taken_context, result);
}

struct queue_entry *mail_queue_accept(struct mail_queue *queue, const struct accepted_mail *mail,
                                      mail_queue_taken_fn taken, void *context)
{
    struct queue_entry *entry = entry_new(queue, mail);
    struct store_file file = file_of(entry);
    struct queue_entry *outer = queue->being_accepted, *pending;
    entry->taken = taken;
    entry->taken_context = context;
    queue->being_accepted = entry;
    store_commit(queue->host, &file, on_committed, entry);
    pending = queue->being_accepted;
    queue->being_accepted = outer;
    return pending;
}

void mail_queue_forget_taker(struct queue_entry *entry)
{
    entry->taken = NULL;
}

/* --- the host stops and starts --- */

void mail_queue_crash(struct mail_queue *queue)
{
    destinations_crash(queue);
    if (!retry_memory_is_durable(queue->policy)) host_memory_clear(queue->memory);
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next) {
        wake_set(&entry->wake, TIME_NEVER);
        queue_report_discard_unsent(entry, "lost when the host stopped");
        queue_round_crash(entry);
    }
}

/* Reading the queue back takes time, in which new mails have come: those are under way already. */
void mail_queue_restart(struct mail_queue *queue)
{
    int64_t now_ns = queue_world(queue)->engine->now_ns;
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next) {
        bool is_new = !entry->is_durable || entry->n_open > 0 || entry->wake.at_ns != TIME_NEVER;
        if (!is_new) wake_set(&entry->wake, entry->next_attempt_ns > now_ns ? entry->next_attempt_ns : now_ns);
    }
}

/* Each loss is told by name: no other event ends a mail without its sender hearing of it. */
void mail_queue_wipe(struct mail_queue *queue)
{
    struct journal *journal = queue_world(queue)->journal;
    uint64_t cause = journal_cause(journal);
    while (queue->entries) {
        struct queue_entry *entry = queue->entries;
        for (size_t i = 0; i < entry->n_recipients; i++) {
            enum mail_state state = (enum mail_state)entry->recipients[i].state;
            if (state != MAIL_QUEUED && state != MAIL_ACTIVE && state != MAIL_DEFERRED) continue;
            queue_enter_state(entry, &entry->recipients[i], MAIL_DISCARDED, 0, "lost with the disk");
            journal_set_cause(journal, cause);
        }
        queue_entry_remove(entry);
    }
}

size_t mail_queue_count(const struct mail_queue *queue)
{
    return queue->n_entries;
}

void mail_queue_free(struct mail_queue *queue)
{
    destinations_free(queue);
    while (queue->entries)
        entry_free(queue->entries);
    host_memory_free(queue->memory);
    mem_free(queue->rots);
    mem_free(queue);
}
