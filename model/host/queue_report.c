/* Reports of a queue to its senders. A report is a mail of its own, and on the disk before the mail that it is about is
   rid of its recipients (RFC 5321 6.1): a crash between the two makes a second report, never none. */
#include <stdio.h>
#include <string.h>

#include "model/host/faults.h"
#include "model/host/mail_register.h"
#include "model/host/queue_internal.h"
#include "model/mail/address_utf8.h"
#include "model/mail/report.h"
#include "model/scenario/text_buffer.h"
#include "sim/journal/memory.h"

static bool is_null(const char *sender)
{
    return sender[0] == '\0';
}

/* RFC 3461 4.1: unsaid is failures and delays. */
static bool wants(const struct queued_recipient *recipient, unsigned what)
{
    return recipient->notify == 0 || recipient->notify & what;
}

/* --- composing --- */

static struct report_recipient line_of(const struct queued_recipient *recipient, enum report_action action)
{
    return (struct report_recipient){.address = recipient->address,
                                     .orcpt = recipient->orcpt,
                                     .remote_mta = recipient->remote_mta,
                                     .diagnostic = recipient->reason ? recipient->reason : "451 4.0.0 not tried yet",
                                     .action = action,
                                     .expired = recipient->expired};
}

static struct mail_message *compose(struct queue_entry *entry, const struct report_recipient *lines, size_t n)
{
    const struct mail_queue *queue = entry->queue;
    struct world *world = queue_world(queue);
    int64_t lifetime_ns = retry_lifetime(queue->policy, false, queue_urgency(entry));
    struct report_draft draft = {.id = world_next_message_id(world),
                                 .about = world_message(world, entry->message),
                                 .to = entry->from,
                                 .host = queue->host->description->name,
                                 .envid = entry->envid,
                                 .recipients = lines,
                                 .n_recipients = n,
                                 .content = entry->content,
                                 .size = entry->size,
                                 .returns_all = entry->ret == SMTP_RET_FULL,
                                 .is_smtputf8 = entry->smtputf8,
                                 .starts_unix_s = world->scenario->starts_unix_s,
                                 .arrived_ns = entry->arrived_ns,
                                 .at_ns = queue_clock_ns(queue),
                                 .retries_until_ns = lifetime_ns ? entry->arrived_ns + lifetime_ns : TIME_NEVER};
    struct mail_message *report = report_compose(&draft);
    world_add_message(world, report);
    return report;
}

/* The cause moves to the composing; what the report says of each recipient follows from it. */
static void emit_report(const struct queue_entry *entry, const struct mail_message *report,
                        const struct report_recipient *lines, size_t n)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    uint32_t host = entry->queue->host->id.n;
    uint64_t event =
        JOURNAL_EMIT(journal, MAIL_COMPOSE, F_INT(MESSAGE, report->id.n), F_INT(PARENT, report->parent.n),
                     F_INT(HOST, host), F_TEXT(NAME, report->name), F_TEXT(FROM, ""), F_TEXT(TO, report->recipients[0]),
                     F_TEXT(SUBJECT, report->subject), F_INT(SIZE, report->size));
    journal_set_cause(journal, event);
    ledger_tell_content(queue_world(entry->queue)->ledger, &(struct mail_bytes){.message = report->id,
                                                                                .host = entry->queue->host->id,
                                                                                .recipient = "",
                                                                                .queue_id = "",
                                                                                .where = "written",
                                                                                .content = report->content,
                                                                                .size = report->size});
    for (size_t i = 0; i < n; i++)
        JOURNAL_EMIT(journal, MAIL_REPORT, F_INT(MESSAGE, report->id.n), F_INT(PARENT, report->parent.n),
                     F_INT(HOST, host), F_TEXT(RECIPIENT, lines[i].address),
                     F_TEXT(OUTCOME, report_action_text(lines[i].action)), F_TEXT(WHY, lines[i].diagnostic));
}

static void send(struct queue_entry *entry, const struct mail_message *report, mail_queue_taken_fn taken)
{
    struct mail_queue *queue = entry->queue;
    char queue_id[QUEUE_ID_BYTES];
    struct accepted_recipient to = {.address = report->recipients[0]};
    struct accepted_mail mail = {.message = report->id,
                                 .from = "",
                                 .recipients = &to,
                                 .n_recipients = 1,
                                 .queue_id = mail_queue_next_id(queue, queue_id),
                                 .smtputf8 = !address_is_ascii(to.address),
                                 .ends_if_refused = !taken};
    mail.content = message_prepend("", report->content, report->size, &mail.size);
    mail_queue_accept(queue, &mail, taken, entry);
}

static struct mail_message *compose_and_tell(struct queue_entry *entry, const struct report_recipient *lines, size_t n)
{
    struct mail_message *report = compose(entry, lines, n);
    emit_report(entry, report, lines, n);
    return report;
}

/* --- a report that is not on the disk yet --- */

static char *words_of(const struct report_recipient *lines, size_t n)
{
    struct text_buffer words = {0};
    for (size_t i = 0; i < n; i++)
        text_add_format(&words, "%s\n%s\n%s\n", lines[i].address, report_action_text(lines[i].action),
                        lines[i].diagnostic);
    return words.text;
}

static void release_unsent(struct queue_entry *entry)
{
    if (entry->unsent.report.n) mail_register_count(queue_world(entry->queue)->mails, entry->unsent.report, -1);
    mem_free(entry->unsent.words);
    entry->unsent = (struct unsent_report){0};
}

void queue_report_discard_unsent(struct queue_entry *entry, const char *why)
{
    struct world *world = queue_world(entry->queue);
    const struct mail_message *report = world_message(world, entry->unsent.report);
    bool is_told = report && !world->ended; /* a world that has ended only tidies up */
    uint64_t cause = journal_cause(world->journal);
    if (is_told)
        mail_enter_state(world->ledger, (struct mail_change){.message = report->id,
                                                             .recipient = report->recipients[0],
                                                             .host = entry->queue->host,
                                                             .queue_id = "",
                                                             .to = MAIL_DISCARDED,
                                                             .why = why});
    journal_set_cause(world->journal, cause);
    release_unsent(entry);
}

/* One that says the same was composed when the disk refused it: that one is tried again. */
static const struct mail_message *unsent_report(struct queue_entry *entry, const struct report_recipient *lines,
                                                size_t n)
{
    struct world *world = queue_world(entry->queue);
    char *words = words_of(lines, n);
    if (entry->unsent.report.n && strcmp(entry->unsent.words, words) == 0) {
        mem_free(words);
        return world_message(world, entry->unsent.report);
    }
    queue_report_discard_unsent(entry, "another report says more");
    const struct mail_message *report = compose_and_tell(entry, lines, n);
    entry->unsent = (struct unsent_report){report->id, words};
    mail_register_count(world->mails, report->id, 1);
    return report;
}

/* --- failures --- */

static const char *why_no_report(const struct queue_entry *entry, const struct queued_recipient *recipient)
{
    if (is_null(entry->from)) return "no report about a report";
    if (!wants(recipient, SMTP_NOTIFY_FAILURE)) return "its sender wants no report";
    return NULL;
}

static void leave(struct queue_entry *entry, struct queued_recipient *recipient, bool marked)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    const char *silent = why_no_report(entry, recipient);
    journal_set_cause(journal, recipient->event);
    recipient->fate = RECIPIENT_DONE;
    recipient->marked = marked;
    queue_enter_state(entry, recipient, silent ? MAIL_DISCARDED : MAIL_BOUNCED, 0, silent ? silent : recipient->reason);
}

static void on_refusals_marked(void *context, enum store_result result)
{
    struct queue_entry *entry = context;
    if (result == STORE_LOST || result == STORE_TORN) return;
    struct journal *journal = queue_world(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < entry->n_recipients; i++)
        if (entry->recipients[i].fate == RECIPIENT_NEVER)
            leave(entry, &entry->recipients[i], result == STORE_OK || result == STORE_KEPT);
    journal_set_cause(journal, cause);
    if (result != STORE_KEPT) queue_part_over(entry);
}

static void mark_refusals(struct queue_entry *entry)
{
    struct store_file file = {
        .message = entry->message, .queue_id = entry->queue_id, .place = "queue", .size = entry->size};
    store_mark(entry->queue->host, &file, on_refusals_marked, entry);
}

/* Without a report nobody is given up: they wait, as for any trouble of our own. */
static void keep_refused(struct queue_entry *entry, const char *why)
{
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_NEVER) continue;
        mem_free(recipient->skipped);
        recipient->skipped = mem_strdup(why);
        recipient->fate = RECIPIENT_WAITS;
        recipient->gives_up = recipient->lacks_report = true;
        recipient->is_refused = !recipient->expired;
        recipient->next_ns = recipient->due_ns = queue_world(entry->queue)->engine->now_ns + 5 * MINUTE;
        queue_enter_state(entry, recipient, MAIL_DEFERRED, recipient->next_ns, why);
    }
}

static void on_report_taken(void *context, enum store_result result)
{
    struct queue_entry *entry = context;
    if (result == STORE_LOST || result == STORE_TORN) queue_report_discard_unsent(entry, "lost when the host stopped");
    if (result == STORE_OK || result == STORE_KEPT) release_unsent(entry);
    if (result == STORE_LOST || result == STORE_TORN || result == STORE_KEPT) return;
    if (result != STORE_OK) {
        keep_refused(entry, store_refusal(result));
        queue_part_over(entry);
        return;
    }
    if (host_stops_at(entry->queue->host, entry->message, STEP_BOUNCE_WRITTEN)) return;
    mark_refusals(entry);
}

/* With the first that is given up now all are reported that still lack their report, so that there is one. */
static void take_up_rest(struct queue_entry *entry)
{
    bool any = false;
    for (size_t i = 0; i < entry->n_recipients; i++)
        any |= entry->recipients[i].fate == RECIPIENT_NEVER;
    for (size_t i = 0; any && i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_WAITS || !recipient->lacks_report) continue;
        recipient->fate = RECIPIENT_NEVER;
        recipient->expired = !recipient->is_refused;
    }
}

void queue_report_failed(struct queue_entry *entry)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    struct report_recipient *lines = NULL;
    size_t n = 0, refused = 0;
    take_up_rest(entry);
    for (size_t i = 0; i < entry->n_recipients; i++) {
        const struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_NEVER) continue;
        refused++;
        journal_set_cause(journal, recipient->event);
        if (why_no_report(entry, recipient)) continue;
        if (!lines) lines = mem_calloc(entry->n_recipients, sizeof *lines);
        lines[n++] = line_of(recipient, REPORT_FAILED);
    }
    if (refused) entry->n_open++;
    if (n > 0)
        send(entry, unsent_report(entry, lines, n), on_report_taken);
    else if (refused)
        mark_refusals(entry);
    mem_free(lines);
}

/* --- delays and successes: should the disk refuse such a report, that is its end --- */

void queue_report_delayed(struct queue_entry *entry)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    struct report_recipient *lines = mem_calloc(entry->n_recipients, sizeof *lines);
    size_t n = 0;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        const struct queued_recipient *recipient = &entry->recipients[i];
        bool waits = recipient->fate == RECIPIENT_LATER || recipient->fate == RECIPIENT_WAITS;
        if (!waits || recipient->lacks_report || !wants(recipient, SMTP_NOTIFY_DELAY)) continue;
        journal_set_cause(journal, recipient->event);
        lines[n++] = line_of(recipient, REPORT_DELAYED);
    }
    entry->warned = true;
    if (n > 0) send(entry, compose_and_tell(entry, lines, n), NULL);
    mem_free(lines);
    journal_set_cause(journal, cause);
}

/* RFC 3461 5.2.7.1: what came to a list has arrived; 5.2.7.3: what came to an alias was expanded. */
static enum report_action action_of(const struct queue_entry *entry, const struct queued_recipient *recipient)
{
    if (strcmp(recipient->success, "delivered") == 0) return REPORT_DELIVERED;
    if (strcmp(recipient->success, "relayed") == 0) return REPORT_RELAYED;
    return mail_server_alias(entry->queue->server, recipient->address)->owner ? REPORT_DELIVERED : REPORT_EXPANDED;
}

void queue_report_success(struct queue_entry *entry)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    struct report_recipient *lines = NULL;
    size_t n = 0;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (!recipient->reports_success) continue;
        recipient->reports_success = false;
        if (is_null(entry->from)) continue;
        if (!lines) lines = mem_calloc(entry->n_recipients, sizeof *lines);
        journal_set_cause(journal, recipient->event);
        lines[n++] = line_of(recipient, action_of(entry, recipient));
    }
    if (n > 0) send(entry, compose_and_tell(entry, lines, n), NULL);
    mem_free(lines);
    journal_set_cause(journal, cause);
}
