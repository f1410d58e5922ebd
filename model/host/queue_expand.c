/* Aliases and mailing lists (RFC 5321 3.9): a mail for one becomes a new entry for its members, with the same content
   and a Delivered-To line, by which a loop is known when the mail comes back (Postfix's local(8)). An alias keeps the
   reverse-path, a list puts its owner there, so that bounces do not bother who wrote to it. */
#include <stdio.h>
#include <string.h>

#include "model/host/queue_internal.h"
#include "model/mail/address.h"
#include "sim/journal/memory.h"

struct expanding {
    struct queue_entry *entry;
    uint32_t recipient;
};

static void refuse(struct queue_entry *entry, uint32_t i, enum recipient_fate fate, const char *reason)
{
    queue_set_fate(entry, i,
                   &(struct recipient_result){
                       .fate = fate, .failure = RETRY_REFUSED, .reason = reason, .peer = entry->queue->host->id});
}

/* RFC 3461 5.2.7.2: who stands for one other hands on all that was asked for, success among it. */
static bool stands_for_one(const struct scenario_alias *alias)
{
    return !alias->owner && alias->n_members == 1;
}

static void note_expanded(struct queue_entry *entry, uint32_t i)
{
    const struct scenario_alias *alias = mail_server_alias(entry->queue->server, entry->recipients[i].address);
    entry->recipients[i].success = "expanded";
    queue_set_fate(entry, i,
                   &(struct recipient_result){.fate = RECIPIENT_DONE,
                                              .failure = RETRY_REFUSED,
                                              .reason = "its members have it instead",
                                              .peer = entry->queue->host->id,
                                              .takes_over_reports = stands_for_one(alias)});
}

static void on_taken(void *context, enum store_result result)
{
    struct expanding expanding = *(struct expanding *)context;
    struct queue_entry *entry = expanding.entry;
    mem_free(context);
    if (result == STORE_LOST || result == STORE_TORN || result == STORE_KEPT) return;
    if (result == STORE_OK) {
        note_expanded(entry, expanding.recipient);
    } else {
        refuse(entry, expanding.recipient, RECIPIENT_LATER, store_refusal(result));
    }
    queue_part_over(entry);
}

/* RFC 3461 5.2.7: an alias for several passes on what was asked for, but for reports of success, which end here; to a
   list's members nothing is passed on. */
static struct accepted_recipient *members_of(const struct scenario_alias *alias,
                                             const struct queued_recipient *recipient)
{
    struct accepted_recipient *members = mem_calloc(alias->n_members, sizeof *members);
    unsigned ends_here = stands_for_one(alias) ? 0 : SMTP_NOTIFY_SUCCESS;
    unsigned notify = alias->owner ? 0 : recipient->notify & ~ends_here;
    if (!alias->owner && recipient->notify && !notify) notify = SMTP_NOTIFY_NEVER;
    for (size_t i = 0; i < alias->n_members; i++)
        members[i] = (struct accepted_recipient){
            .address = alias->members[i], .orcpt = alias->owner ? NULL : recipient->orcpt, .notify = notify};
    return members;
}

static void expand(struct queue_entry *entry, uint32_t i, const struct scenario_alias *alias)
{
    struct mail_queue *queue = entry->queue;
    struct queued_recipient *recipient = &entry->recipients[i];
    const char *from = alias->owner && entry->from[0] ? alias->owner : entry->from;
    char queue_id[QUEUE_ID_BYTES], lines[1200], *of_list = alias->owner ? message_list_lines(recipient->address) : NULL;
    struct accepted_recipient *members = members_of(alias, recipient);
    struct accepted_mail mail = {.message = entry->message,
                                 .from = from,
                                 .recipients = members,
                                 .n_recipients = alias->n_members,
                                 .queue_id = mail_queue_next_id(queue, queue_id),
                                 .envid = alias->owner ? NULL : entry->envid,
                                 .ret = (enum smtp_ret)entry->ret,
                                 .body = (enum smtp_body)entry->body,
                                 .smtputf8 = entry->smtputf8};
    snprintf(lines, sizeof lines, "Delivered-To: %.320s\r\n%.800s", recipient->address, of_list ? of_list : "");
    mem_free(of_list);
    mail.content = message_prepend(lines, entry->content, entry->size, &mail.size);
    ledger_expand(queue_world(queue)->ledger, entry->message, recipient->address, queue->host, alias->members,
                  alias->n_members, from);
    struct expanding *expanding = mem_alloc(sizeof *expanding);
    *expanding = (struct expanding){entry, i};
    entry->n_open++;
    mail_queue_accept(queue, &mail, on_taken, expanding);
    mem_free(members);
}

bool queue_expand(struct queue_entry *entry, uint32_t i)
{
    const char *address = entry->recipients[i].address;
    const struct scenario_alias *alias = mail_server_alias(entry->queue->server, address);
    if (!alias) return false;
    char reason[512];
    if (message_was_delivered_to(entry->content, entry->size, address)) {
        snprintf(reason, sizeof reason, "554 5.4.6 mail forwarding loop for %.320s", address);
        refuse(entry, i, RECIPIENT_NEVER, reason);
    } else if (alias->moved == ALIAS_MOVED_REFUSES) { /* it came by another alias: nobody was asked */
        snprintf(reason, sizeof reason, "551 5.1.6 User not local; please try <%.320s>", alias->members[0]);
        refuse(entry, i, RECIPIENT_NEVER, reason);
    } else {
        expand(entry, i, alias);
    }
    return true;
}
