/* The queue: a message is active while hand-overs are under way, and deferred between rounds. A round tries every
   recipient that has no fate yet; after it, refused ones are bounced together and the rest waits (Postfix's qmgr). */
#include "model/host/mail_queue.h"

#include <stdio.h>
#include <string.h>

#include "model/host/delivery.h"
#include "model/host/host.h"
#include "model/host/ledger.h"
#include "model/host/wake.h"
#include "model/mail/address.h"
#include "sim/journal/memory.h"

struct mail_queue {
    struct mail_server *server;
    struct queue_entry *entries;
    uint32_t last_number;
};

static struct world *world_of(const struct mail_queue *queue)
{
    return mail_server_host(queue->server)->world;
}

struct host *queue_entry_host(const struct queue_entry *entry)
{
    return mail_server_host(entry->queue->server);
}

struct mail_queue *mail_queue_new(struct mail_server *server)
{
    struct mail_queue *queue = mem_calloc(1, sizeof *queue);
    queue->server = server;
    return queue;
}

/* Short hexadecimal ids as mail servers print them; the number is scattered so that two servers' ids look different. */
const char *mail_queue_next_id(struct mail_queue *queue, char id[QUEUE_ID_BYTES])
{
    uint64_t host = mail_server_host(queue->server)->name_hash;
    snprintf(id, QUEUE_ID_BYTES, "%06X%04X", (unsigned)(host & 0xffffff), (unsigned)(++queue->last_number & 0xffffff));
    return id;
}

static void enter_state(struct queue_entry *entry, struct queued_recipient *recipient, enum mail_state to,
                        int64_t at_ns, const char *why)
{
    enum mail_state from = (enum mail_state)recipient->state;
    recipient->state = (int)to;
    mail_enter_state(world_of(entry->queue)->ledger,
                     (struct mail_change){.message = entry->message,
                                          .recipient = recipient->address,
                                          .host = mail_server_host(entry->queue->server),
                                          .queue_id = entry->queue_id,
                                          .from = from,
                                          .to = to,
                                          .at_ns = at_ns,
                                          .why = why});
    recipient->event = journal_cause(world_of(entry->queue)->journal);
}

/* --- local delivery --- */

/* RFC 5321 4.4: the final server puts the reverse-path before all else. */
static void put_into_mailbox(struct queue_entry *entry, const struct queued_recipient *recipient, struct mailbox *box)
{
    char line[1100];
    size_t size;
    snprintf(line, sizeof line, "Return-Path: <%s>\r\nDelivered-To: %s\r\n", entry->from, recipient->address);
    char *content = message_prepend(line, entry->content, entry->size, &size);
    mailbox_store(box, entry->message, recipient->address, entry->queue_id, content, size);
}

static void deliver_locally(struct queue_entry *entry, size_t i)
{
    struct queued_recipient *recipient = &entry->recipients[i];
    struct mail_server *server = entry->queue->server;
    struct host *host = mail_server_host(server);
    struct mailbox *box = mail_server_mailbox(server, recipient->address);
    recipient->attempt =
        ledger_begin_attempt(host->world->ledger, entry->message, recipient->address, host, entry->attempts);
    if (!box) {
        mail_queue_set_fate(entry, i, RECIPIENT_NEVER, "550 5.1.1 no such user here", host->id);
        return;
    }
    put_into_mailbox(entry, recipient, box);
    mail_queue_set_fate(entry, i, RECIPIENT_DONE, "into the mailbox", host->id);
}

/* --- rounds --- */

static bool is_local(const struct queue_entry *entry, const char *address)
{
    const char *domain = address_domain(address);
    return domain[0] == '\0' || mail_server_is_local_domain(entry->queue->server, domain);
}

/* Whether an earlier open recipient has the same domain, so that its delivery takes this one along. */
static bool is_taken_along(const struct queue_entry *entry, size_t i)
{
    const char *domain = address_domain(entry->recipients[i].address);
    for (size_t k = 0; k < i; k++) {
        const struct queued_recipient *other = &entry->recipients[k];
        if (other->state == MAIL_ACTIVE && address_domain_equals(address_domain(other->address), domain)) return true;
    }
    return false;
}

static void end_round(struct queue_entry *entry);
static void give_up_rest(struct queue_entry *entry);
static void bounce_refused(struct queue_entry *entry);
static void entry_remove(struct queue_entry *entry);

static void activate(struct queue_entry *entry)
{
    struct journal *journal = world_of(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    entry->attempts++;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate == RECIPIENT_DONE) continue;
        recipient->fate = RECIPIENT_OPEN;
        journal_set_cause(journal, cause);
        enter_state(entry, recipient, MAIL_ACTIVE, 0, "an attempt begins");
    }
}

static void begin_round(void *context)
{
    struct queue_entry *entry = context;
    if (entry->gives_up) {
        give_up_rest(entry);
        bounce_refused(entry);
        entry_remove(entry);
        return;
    }
    activate(entry);
    for (size_t i = 0; i < entry->n_recipients; i++) {
        const struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_OPEN) continue;
        journal_set_cause(world_of(entry->queue)->journal, recipient->event);
        if (is_local(entry, recipient->address))
            deliver_locally(entry, i);
        else if (!is_taken_along(entry, i))
            delivery_start(entry, address_domain(recipient->address));
    }
    if (!entry->deliveries) end_round(entry);
}

/* A program outside has taken the mail: there this world loses sight of it. */
static void note_outside(const struct queue_entry *entry, const struct queued_recipient *recipient, struct host_id peer,
                         const char *reason)
{
    struct world *world = world_of(entry->queue);
    if (!peer.n || world_host(world, peer)->description->role != ROLE_OUTSIDE) return;
    mail_enter_state(world->ledger, (struct mail_change){.message = entry->message,
                                                         .recipient = recipient->address,
                                                         .host = world_host(world, peer),
                                                         .queue_id = entry->queue_id,
                                                         .from = MAIL_NOWHERE,
                                                         .to = MAIL_DELIVERED,
                                                         .why = reason});
}

void mail_queue_set_fate(struct queue_entry *entry, size_t i, enum recipient_fate fate, const char *reason,
                         struct host_id peer)
{
    struct queued_recipient *recipient = &entry->recipients[i];
    struct host *host = mail_server_host(entry->queue->server);
    struct journal *journal = host->world->journal;
    uint64_t cause = journal_cause(journal);
    static const char *const outcomes[] = {"", "delivered", "later", "never"};
    recipient->fate = fate;
    snprintf(recipient->reason, sizeof recipient->reason, "%s", reason);
    snprintf(recipient->remote_mta, sizeof recipient->remote_mta, "%s",
             peer.n && peer.n != host->id.n ? world_host(host->world, peer)->description->name : "");
    ledger_end_attempt(host->world->ledger, recipient->attempt, entry->message, recipient->address, host, peer,
                       outcomes[fate], reason);
    recipient->event = journal_cause(journal);
    bool local = is_local(entry, recipient->address);
    if (fate == RECIPIENT_DONE && !local) note_outside(entry, recipient, peer, reason);
    if (fate == RECIPIENT_DONE) enter_state(entry, recipient, local ? MAIL_DELIVERED : MAIL_HANDED_ON, 0, reason);
    journal_set_cause(journal, cause); /* recipients are independent of one another (law 2) */
}

void mail_queue_delivery_done(struct queue_entry *entry)
{
    if (!entry->deliveries) end_round(entry);
}

static void entry_free(struct queue_entry *entry)
{
    wake_forget(entry->wake);
    mem_free(entry->wake);
    for (size_t i = 0; i < entry->n_recipients; i++)
        mem_free(entry->recipients[i].address);
    mem_free(entry->recipients);
    mem_free(entry->from);
    mem_free(entry->content);
    mem_free(entry);
}

static void entry_remove(struct queue_entry *entry)
{
    struct queue_entry **link = &entry->queue->entries;
    while (*link != entry)
        link = &(*link)->next;
    *link = entry->next;
    entry_free(entry);
}

/* RFC 5321 4.5.5 and 6.1: a report from the null sender to the reverse-path, one for all refused recipients. */
static void send_bounce(struct queue_entry *entry, const struct bounce_recipient *refused, size_t n)
{
    struct mail_queue *queue = entry->queue;
    struct world *world = world_of(queue);
    struct host *host = mail_server_host(queue->server);
    struct bounce_draft draft = {.id = world_next_message_id(world),
                                 .about = world_message(world, entry->message),
                                 .host = host->description->name,
                                 .recipients = refused,
                                 .n_recipients = n,
                                 .content = entry->content,
                                 .size = entry->size,
                                 .starts_unix_s = world->scenario->starts_unix_s,
                                 .at_ns = host_clock_ns(host)};
    struct mail_message *bounce = message_compose_bounce(&draft);
    world_add_message(world, bounce);
    uint64_t event =
        JOURNAL_EMIT(world->journal, MAIL_COMPOSE, F_INT(MESSAGE, bounce->id.n), F_INT(PARENT, bounce->parent.n),
                     F_INT(HOST, host->id.n), F_TEXT(NAME, bounce->name), F_TEXT(FROM, ""),
                     F_TEXT(TO, bounce->recipients[0]), F_TEXT(SUBJECT, bounce->subject), F_INT(SIZE, bounce->size));
    journal_set_cause(world->journal, event);

    char queue_id[QUEUE_ID_BYTES];
    struct accepted_mail mail = {.message = bounce->id,
                                 .from = "",
                                 .recipients = (const char *const *)bounce->recipients,
                                 .n_recipients = 1,
                                 .queue_id = mail_queue_next_id(queue, queue_id)};
    mail.content = message_prepend("", bounce->content, bounce->size, &mail.size);
    mail_queue_accept(queue, &mail);
}

/* By the clock of its host, which may have been set back or ahead meanwhile: the age then is wrong, even negative. */
static int64_t age_ns(const struct queue_entry *entry)
{
    return host_clock_ns(queue_entry_host(entry)) - entry->arrived_ns;
}

static struct retry_plan plan_of(struct queue_entry *entry)
{
    const struct retry_policy *policy = mail_server_retry(entry->queue->server);
    struct world *world = world_of(entry->queue);
    int64_t now_ns = world->engine->now_ns;
    struct retry_job job = {
        .arrived_ns = now_ns - age_ns(entry),
        .now_ns = now_ns,
        .last_try_ns = now_ns,
        .attempts = entry->attempts,
        .failure = RETRY_UNREACHABLE,
        .null_sender = entry->from[0] == '\0',
        .draw = random_draw(world->seed, mail_server_host(entry->queue->server)->name_hash,
                            random_hash_mix(random_hash_text("retry"), entry->message.n), entry->attempts)};
    if (retry_remembers_addresses(policy)) {
        retry_record_failure(policy, &entry->record, &job);
        job.record = &entry->record;
    }
    struct retry_plan plan = retry_after_failure(policy, &job);
    if (plan.at_ns != TIME_NEVER) plan.at_ns = now_ns + host_span_ns(queue_entry_host(entry), plan.at_ns - now_ns);
    return plan;
}

static void give_up_rest(struct queue_entry *entry)
{
    for (size_t i = 0; i < entry->n_recipients; i++)
        if (entry->recipients[i].fate == RECIPIENT_LATER) entry->recipients[i].fate = RECIPIENT_NEVER;
}

/* RFC 5321 4.5.5: never a report about a report. */
static void bounce_refused(struct queue_entry *entry)
{
    struct bounce_recipient *refused = mem_calloc(entry->n_recipients, sizeof *refused);
    bool null_sender = entry->from[0] == '\0';
    size_t n = 0;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_NEVER) continue;
        journal_set_cause(world_of(entry->queue)->journal, recipient->event);
        refused[n++] = (struct bounce_recipient){recipient->address, recipient->remote_mta, recipient->reason};
    }
    if (n > 0 && !null_sender) send_bounce(entry, refused, n);
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_NEVER) continue;
        journal_set_cause(world_of(entry->queue)->journal, recipient->event);
        enter_state(entry, recipient, null_sender ? MAIL_DISCARDED : MAIL_BOUNCED, 0,
                    null_sender ? "no report about a report" : recipient->reason);
        recipient->fate = RECIPIENT_DONE;
    }
    mem_free(refused);
}

static void defer_rest(struct queue_entry *entry, struct retry_plan plan)
{
    struct mail_queue *queue = entry->queue;
    int64_t next_ns = plan.at_ns;
    bool any = false;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_LATER) continue;
        journal_set_cause(world_of(queue)->journal, recipient->event);
        enter_state(entry, recipient, MAIL_DEFERRED, next_ns, recipient->reason);
        any = true;
    }
    if (!any) {
        entry_remove(entry);
        return;
    }
    entry->next_attempt_ns = next_ns;
    entry->gives_up = plan.gives_up;
    wake_set(entry->wake, next_ns);
}

static void end_round(struct queue_entry *entry)
{
    struct retry_plan plan = plan_of(entry);
    if (plan.gives_up && plan.at_ns <= world_of(entry->queue)->engine->now_ns) give_up_rest(entry);
    bounce_refused(entry);
    defer_rest(entry, plan);
}

/* --- accepting --- */

static struct queued_recipient *copy_recipients(const struct accepted_mail *mail)
{
    struct queued_recipient *recipients = mem_calloc(mail->n_recipients, sizeof *recipients);
    for (size_t i = 0; i < mail->n_recipients; i++)
        recipients[i].address = mem_strdup(mail->recipients[i]);
    return recipients;
}

void mail_queue_accept(struct mail_queue *queue, const struct accepted_mail *mail)
{
    struct world *world = world_of(queue);
    struct queue_entry *entry = mem_calloc(1, sizeof *entry);
    entry->queue = queue;
    entry->message = mail->message;
    entry->from = mem_strdup(mail->from);
    entry->recipients = copy_recipients(mail);
    entry->n_recipients = mail->n_recipients;
    entry->content = mail->content;
    entry->size = mail->size;
    entry->arrived_ns = host_clock_ns(mail_server_host(queue->server));
    snprintf(entry->queue_id, sizeof entry->queue_id, "%s", mail->queue_id);
    entry->next = queue->entries;
    queue->entries = entry;
    entry->wake = mem_alloc(sizeof *entry->wake);
    wake_init(entry->wake, mail_server_host(queue->server), "next attempt", begin_round, entry);
    entry->wake->message = entry->message;
    uint64_t cause = journal_cause(world->journal);
    for (size_t i = 0; i < entry->n_recipients; i++) {
        journal_set_cause(world->journal, cause);
        enter_state(entry, &entry->recipients[i], MAIL_QUEUED, 0, "accepted");
    }
    entry->next_attempt_ns = world->engine->now_ns;
    wake_set(entry->wake, entry->next_attempt_ns);
}

/* --- the host stops and starts --- */

static void crash_round(struct queue_entry *entry)
{
    struct journal *journal = world_of(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->state != MAIL_ACTIVE) continue;
        if (recipient->fate == RECIPIENT_OPEN)
            mail_queue_set_fate(entry, i, RECIPIENT_LATER, "the host stopped", (struct host_id){0});
        enter_state(entry, recipient, MAIL_QUEUED, 0, "the host stopped");
        journal_set_cause(journal, cause);
        entry->next_attempt_ns = 0;
    }
}

void mail_queue_crash(struct mail_queue *queue)
{
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next) {
        delivery_drop_all(entry);
        wake_set(entry->wake, TIME_NEVER);
        crash_round(entry);
    }
}

/* What was active is taken up at once, what was deferred when it is due. */
void mail_queue_restart(struct mail_queue *queue)
{
    int64_t now_ns = world_of(queue)->engine->now_ns;
    for (struct queue_entry *entry = queue->entries; entry; entry = entry->next)
        wake_set(entry->wake, entry->next_attempt_ns > now_ns ? entry->next_attempt_ns : now_ns);
}

/* Each loss is told by name: no other event ends a mail without its sender hearing of it. */
void mail_queue_wipe(struct mail_queue *queue)
{
    struct journal *journal = world_of(queue)->journal;
    uint64_t cause = journal_cause(journal);
    while (queue->entries) {
        struct queue_entry *entry = queue->entries;
        for (size_t i = 0; i < entry->n_recipients; i++) {
            enum mail_state state = (enum mail_state)entry->recipients[i].state;
            if (state != MAIL_QUEUED && state != MAIL_ACTIVE && state != MAIL_DEFERRED) continue;
            enter_state(entry, &entry->recipients[i], MAIL_DISCARDED, 0, "lost with the disk");
            journal_set_cause(journal, cause);
        }
        entry_remove(entry);
    }
}

size_t mail_queue_count(const struct mail_queue *queue)
{
    size_t n = 0;
    for (const struct queue_entry *entry = queue->entries; entry; entry = entry->next)
        n++;
    return n;
}

void mail_queue_free(struct mail_queue *queue)
{
    while (queue->entries) {
        struct queue_entry *entry = queue->entries;
        queue->entries = entry->next;
        delivery_drop_all(entry);
        entry_free(entry);
    }
    mem_free(queue);
}
