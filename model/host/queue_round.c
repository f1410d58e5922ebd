/* Rounds: a wake takes up the recipients that are due, those of one domain together; when each of them has a fate, the
   refused ones are reported together and the rest is put off, as the policy says. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/host/faults.h"
#include "model/host/host.h"
#include "model/host/queue_internal.h"
#include "model/host/refusals.h"
#include "model/mail/address.h"
#include "sim/journal/memory.h"

static bool is_null(const char *sender)
{
    return sender[0] == '\0';
}

static bool is_local(const struct queue_entry *entry, const char *address)
{
    const char *domain = address_domain(address);
    return domain[0] == '\0' || mail_server_is_local_domain(entry->queue->server, domain);
}

/* --- fates --- */

/* A program outside has taken the mail: there this world loses sight of it. */
static void note_outside(const struct queue_entry *entry, const struct queued_recipient *recipient, struct host_id peer,
                         const char *reason)
{
    struct world *world = queue_world(entry->queue);
    if (!peer.n || world_host(world, peer)->description->role != ROLE_OUTSIDE) return;
    mail_enter_state(world->ledger, (struct mail_change){.message = entry->message,
                                                         .recipient = recipient->address,
                                                         .host = world_host(world, peer),
                                                         .queue_id = entry->queue_id,
                                                         .from = MAIL_NOWHERE,
                                                         .to = MAIL_DELIVERED,
                                                         .why = reason});
}

static void set_text(char **text, const char *to)
{
    if (*text && to && strcmp(*text, to) == 0) return;
    mem_free(*text);
    *text = to ? mem_strdup(to) : NULL;
}

static void set_record(struct queued_recipient *recipient, const struct retry_record *record)
{
    if (!record || !record->is_set) {
        mem_free(recipient->record);
        recipient->record = NULL;
        return;
    }
    if (!recipient->record) recipient->record = mem_alloc(sizeof *recipient->record);
    *recipient->record = *record;
}

struct note {
    struct queue_entry *entry;
    uint32_t recipient;
};

static enum mail_state state_when_done(const struct queue_entry *entry, const struct queued_recipient *recipient)
{
    if (recipient->success && strcmp(recipient->success, "expanded") == 0) return MAIL_EXPANDED;
    return is_local(entry, recipient->address) ? MAIL_DELIVERED : MAIL_HANDED_ON;
}

/* The disk knows, or will never know, that the recipient is done. */
static void recipient_is_done(struct queue_entry *entry, uint32_t i, bool marked)
{
    struct queued_recipient *recipient = &entry->recipients[i];
    struct journal *journal = queue_world(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    journal_set_cause(journal, recipient->event);
    recipient->fate = RECIPIENT_DONE;
    recipient->marked = marked;
    queue_enter_state(entry, recipient, state_when_done(entry, recipient), 0, recipient->reason);
    journal_set_cause(journal, cause);
}

static void on_marked(void *context, enum store_result result)
{
    struct note *note = context;
    struct queue_entry *entry = note->entry;
    uint32_t i = note->recipient;
    mem_free(note);
    if (result == STORE_LOST || result == STORE_TORN) return; /* the crash goes on with what is NOTED */
    recipient_is_done(entry, i, result != STORE_ERROR && result != STORE_FULL);
    if (result != STORE_KEPT) queue_part_over(entry);
}

/* Until it is written down that a recipient is done, a crash makes it due again: that is one of the ways to a second
   copy. */
static void note_done(struct queue_entry *entry, uint32_t i)
{
    struct store_file file = {
        .message = entry->message, .queue_id = entry->queue_id, .place = "queue", .size = entry->size};
    struct note *note = mem_alloc(sizeof *note);
    *note = (struct note){entry, i};
    entry->recipients[i].fate = RECIPIENT_NOTED;
    entry->n_open++;
    store_mark(entry->queue->host, &file, on_marked, note);
}

static void emit_skip(const struct queue_entry *entry, const struct queued_recipient *recipient,
                      const struct recipient_result *result)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    uint64_t event =
        JOURNAL_EMIT(journal, ATTEMPT_SKIP, F_INT(MESSAGE, entry->message.n), F_INT(HOST, entry->queue->host->id.n),
                     F_TEXT(RECIPIENT, recipient->address), F_INT(AT, result->until_ns), F_TEXT(WHY, result->reason));
    journal_set_cause(journal, event);
}

static void end_attempt(const struct queue_entry *entry, const struct queued_recipient *recipient,
                        const struct recipient_result *result)
{
    static const char *const outcomes[] = {
        [RECIPIENT_DONE] = "delivered", [RECIPIENT_LATER] = "later", [RECIPIENT_NEVER] = "never"};
    ledger_end_attempt(queue_world(entry->queue)->ledger, &(struct attempt_ending){.attempt = recipient->attempt,
                                                                                   .message = entry->message,
                                                                                   .recipient = recipient->address,
                                                                                   .host = entry->queue->host,
                                                                                   .peer = result->peer,
                                                                                   .outcome = outcomes[result->fate],
                                                                                   .why = result->reason});
}

static const char *remote_mta_of(const struct host *host, const struct recipient_result *result)
{
    if (result->is_unreached) return NULL;
    bool is_other = !result->is_own_judgement && result->peer.n && result->peer.n != host->id.n;
    return is_other ? world_host(host->world, result->peer)->description->name : "";
}

void queue_set_fate(struct queue_entry *entry, uint32_t i, const struct recipient_result *result)
{
    struct queued_recipient *recipient = &entry->recipients[i];
    struct host *host = entry->queue->host;
    struct journal *journal = host->world->journal;
    uint64_t cause = journal_cause(journal);
    bool local = is_local(entry, recipient->address);
    recipient->fate = (uint8_t)result->fate;
    recipient->failure = (uint8_t)result->failure;
    set_record(recipient, result->record);
    if (result->failure == RETRY_NOT_TRIED && result->fate == RECIPIENT_LATER) {
        if (!recipient->reason) set_text(&recipient->reason, result->reason);
        set_text(&recipient->skipped, result->reason);
        emit_skip(entry, recipient, result);
    } else {
        set_text(&recipient->reason, result->reason);
        set_text(&recipient->skipped, NULL);
        recipient->remote_mta = remote_mta_of(host, result);
        end_attempt(entry, recipient, result);
        recipient->attempt_is_open = false;
    }
    recipient->event = journal_cause(journal);
    if (result->fate == RECIPIENT_DONE) {
        if (!recipient->success) recipient->success = local ? "delivered" : "relayed";
        recipient->reports_success = recipient->notify & SMTP_NOTIFY_SUCCESS && !result->takes_over_reports;
        if (!local) note_outside(entry, recipient, result->peer, result->reason);
        if (state_when_done(entry, recipient) == MAIL_DELIVERED)
            recipient_is_done(entry, i, true); /* the file in the mailbox bears our id, so a restart sees it there */
        else if (local || !host_stops_at(host, entry->message, STEP_HANDED_OVER))
            note_done(entry, i);
    }
    journal_set_cause(journal, cause); /* recipients are independent of one another (law 2) */
}

void queue_begin_attempt(struct queue_entry *entry, uint32_t i)
{
    struct queued_recipient *recipient = &entry->recipients[i];
    struct host *host = entry->queue->host;
    journal_set_cause(host->world->journal, recipient->event);
    recipient->attempt =
        ledger_begin_attempt(host->world->ledger, entry->message, recipient->address, host, ++recipient->attempts);
    recipient->attempt_is_open = true;
}

/* --- local delivery --- */

/* RFC 5321 4.4: the final server puts the reverse-path before all else. */
static char *content_for_mailbox(const struct queue_entry *entry, const struct queued_recipient *recipient,
                                 size_t *size)
{
    char lines[1100];
    snprintf(lines, sizeof lines, "Return-Path: <%s>\r\nDelivered-To: %s\r\n", entry->from, recipient->address);
    return message_prepend(lines, entry->content, entry->size, size);
}

static void end_locally(struct queue_entry *entry, uint32_t i, enum recipient_fate fate, const char *reason)
{
    queue_set_fate(entry, i,
                   &(struct recipient_result){
                       .fate = fate, .failure = RETRY_REFUSED, .reason = reason, .peer = entry->queue->host->id});
}

struct putting {
    struct queue_entry *entry;
    uint32_t recipient;
    char *content;
    size_t size;
};

static void on_in_mailbox(void *context, enum store_result result)
{
    struct putting putting = *(struct putting *)context;
    struct queue_entry *entry = putting.entry;
    const char *recipient = entry->recipients[putting.recipient].address;
    struct mailbox *box = mail_server_mailbox(entry->queue->server, recipient);
    mem_free(context);
    mailbox_expect_no_more(box, putting.size);
    switch (result) {
    case STORE_OK:
    case STORE_KEPT:
        ledger_tell_content(queue_world(entry->queue)->ledger, &(struct mail_bytes){.message = entry->message,
                                                                                    .host = entry->queue->host->id,
                                                                                    .recipient = recipient,
                                                                                    .queue_id = entry->queue_id,
                                                                                    .where = "delivered",
                                                                                    .content = putting.content,
                                                                                    .size = putting.size});
        mailbox_store(box, entry->message, recipient, entry->queue_id, putting.recipient > 0 || entry->was_interrupted,
                      putting.content, putting.size);
        end_locally(entry, putting.recipient, RECIPIENT_DONE, "into the mailbox");
        break;
    case STORE_FULL:
    case STORE_ERROR:
        end_locally(entry, putting.recipient, RECIPIENT_LATER, store_refusal(result));
        mem_free(putting.content);
        break;
    case STORE_LOST:
    case STORE_TORN:
        mem_free(putting.content);
        return;
    }
    if (result != STORE_KEPT) queue_part_over(entry);
}

static void deliver_locally(struct queue_entry *entry, uint32_t i)
{
    struct queued_recipient *recipient = &entry->recipients[i];
    struct host *host = entry->queue->host;
    queue_begin_attempt(entry, i);
    if (queue_expand(entry, i)) return;
    struct mailbox *box = mail_server_mailbox(entry->queue->server, recipient->address);
    if (!box) {
        end_locally(entry, i, RECIPIENT_NEVER, "550 5.1.1 no such user here");
        return;
    }
    struct putting *putting = mem_alloc(sizeof *putting);
    *putting = (struct putting){.entry = entry, .recipient = i};
    putting->content = content_for_mailbox(entry, recipient, &putting->size);
    const char *full = refusals_full_mailbox(entry->queue->server, box, putting->size);
    if (full) {
        mem_free(putting->content);
        mem_free(putting);
        end_locally(entry, i, full[0] == '5' ? RECIPIENT_NEVER : RECIPIENT_LATER, full);
        return;
    }
    entry->n_open++;
    mailbox_expect(box, putting->size);
    struct store_file file = {
        .message = entry->message, .queue_id = entry->queue_id, .place = "mailbox", .size = putting->size};
    store_commit(host, &file, on_in_mailbox, putting);
}

/* --- the end of a round --- */

static int64_t age_of(const struct queue_entry *entry)
{
    return queue_clock_ns(entry->queue) - entry->arrived_ns;
}

static uint64_t draw_for(const struct queue_entry *entry, uint32_t attempts)
{
    const struct host *host = entry->queue->host;
    uint64_t which = random_hash_mix(random_hash_text("retry"), entry->luck);
    return random_draw(host->world->seed, host->name_hash, which, attempts);
}

/* The policy reckons ages by the host's clock; what it plans is a wait from now on, or a queue run, which comes by that
   clock too. */
static struct retry_plan plan_of(const struct queue_entry *entry, const struct queued_recipient *recipient)
{
    const struct mail_queue *queue = entry->queue;
    int64_t now_ns = queue_world(queue)->engine->now_ns;
    struct retry_job job = {.arrived_ns = now_ns - age_of(entry),
                            .now_ns = now_ns,
                            .began_ns = now_ns - (queue_clock_ns(queue) - entry->round_began_ns),
                            .last_try_ns = now_ns,
                            .attempts = recipient->attempts,
                            .failure = (enum retry_failure)recipient->failure,
                            .null_sender = is_null(entry->from),
                            .urgency = queue_urgency(entry),
                            .is_local = is_local(entry, recipient->address),
                            .draw = draw_for(entry, recipient->attempts),
                            .record = recipient->record};
    if (retry_goes_by_destination(queue->policy))
        job.record = destination_record(queue, address_domain(recipient->address));
    struct retry_policy by_clock;
    struct retry_plan plan = retry_after_failure(queue_policy_now(queue, &by_clock), &job);
    if (plan.at_ns != TIME_NEVER && queue->policy->run_interval_ns == 0)
        plan.due_ns = plan.at_ns = now_ns + host_span_ns(queue->host, plan.at_ns - now_ns);
    return plan;
}

/* Who failed for now is planned for; whose time is over is refused for good. */
static void plan_rest(struct queue_entry *entry)
{
    int64_t now_ns = queue_world(entry->queue)->engine->now_ns;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_LATER) continue;
        struct retry_plan plan = plan_of(entry, recipient);
        recipient->next_ns = plan.at_ns;
        recipient->due_ns = plan.due_ns;
        recipient->gives_up = plan.gives_up;
        if (!plan.gives_up || plan.at_ns > now_ns) continue;
        recipient->fate = RECIPIENT_NEVER;
        recipient->expired = true;
    }
}

enum mail_urgency queue_urgency(const struct queue_entry *entry)
{
    return entry->queue->policy->minds_urgency ? message_urgency(entry->content, entry->size) : MAIL_NORMAL;
}

static bool may_warn(const struct queue_entry *entry)
{
    const struct retry_policy *policy = entry->queue->policy;
    return retry_warning(policy, queue_urgency(entry)) > 0 && !entry->warned && !is_null(entry->from) &&
           !(policy->spares_automatic && message_is_automatic(entry->content, entry->size));
}

static bool warning_is_due(const struct queue_entry *entry)
{
    return age_of(entry) >= retry_warning(entry->queue->policy, queue_urgency(entry)) && may_warn(entry);
}

int64_t queue_next_look(const struct queue_entry *entry)
{
    const struct retry_policy *policy = entry->queue->policy;
    int64_t next_ns = TIME_NEVER;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        const struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate == RECIPIENT_WAITS && recipient->next_ns < next_ns) next_ns = recipient->next_ns;
    }
    bool warns = policy->warns_on_time && may_warn(entry);
    if (next_ns != TIME_NEVER && warns) {
        int64_t warn_ns =
            queue_world(entry->queue)->engine->now_ns - age_of(entry) + retry_warning(policy, queue_urgency(entry));
        if (warn_ns < next_ns) next_ns = warn_ns;
    }
    return next_ns;
}

static void defer_rest(struct queue_entry *entry)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    int64_t now_ns = queue_world(entry->queue)->engine->now_ns;
    bool is_stale = false;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        is_stale |= recipient->fate == RECIPIENT_DONE && !recipient->marked;
        if (recipient->fate != RECIPIENT_LATER) continue;
        journal_set_cause(journal, recipient->event);
        recipient->fate = RECIPIENT_WAITS;
        queue_enter_state(entry, recipient, MAIL_DEFERRED, recipient->next_ns,
                          recipient->skipped ? recipient->skipped : recipient->reason);
    }
    entry->next_attempt_ns = queue_next_look(entry);
    if (entry->next_attempt_ns < now_ns) entry->next_attempt_ns = now_ns; /* due while this round went on */
    if (entry->next_attempt_ns == TIME_NEVER && !is_stale)
        queue_entry_remove(entry);
    else
        wake_set(&entry->wake, entry->next_attempt_ns);
}

/* Comes again when a report was not on the disk at once. */
static void end_round(struct queue_entry *entry)
{
    plan_rest(entry);
    entry->n_open = 1; /* this function itself */
    queue_report_failed(entry);
    if (--entry->n_open > 0) return;
    queue_report_success(entry);
    if (warning_is_due(entry)) queue_report_delayed(entry);
    defer_rest(entry);
}

void queue_part_over(struct queue_entry *entry)
{
    assert(entry->n_open > 0);
    if (--entry->n_open == 0) end_round(entry);
}

/* --- the beginning of a round --- */

/* Who is due is under way from now on, or given up where that was the plan. */
static bool activate(struct queue_entry *entry)
{
    struct world *world = queue_world(entry->queue);
    uint64_t cause = journal_cause(world->journal);
    bool any = false;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_WAITS || recipient->next_ns > world->engine->now_ns) continue;
        any = true;
        if (recipient->gives_up) {
            recipient->fate = RECIPIENT_NEVER;
            recipient->expired = !recipient->is_refused;
            recipient->event = cause;
            continue;
        }
        recipient->fate = RECIPIENT_OPEN;
        journal_set_cause(world->journal, cause);
        queue_enter_state(entry, recipient, MAIL_ACTIVE, 0, "an attempt begins");
    }
    journal_set_cause(world->journal, cause);
    return any;
}

/* Those of one domain go into one job. A file that cannot be read stays, and so does the mail: it is tried again. */
static struct delivery_job *share_out(struct queue_entry *entry)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    struct delivery_job *first = NULL, *last = NULL;
    bool reads_fail = store_reads_fail(entry->queue->host);
    for (uint32_t i = 0; i < entry->n_recipients; i++) {
        const struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_OPEN) continue;
        journal_set_cause(journal, recipient->event);
        if (reads_fail) {
            queue_begin_attempt(entry, i);
            end_locally(entry, i, RECIPIENT_LATER, "451 4.3.0 Error: queue file read error");
            continue;
        }
        if (is_local(entry, recipient->address)) {
            deliver_locally(entry, i);
            continue;
        }
        destination_add(entry, i, &last);
        if (!first) first = last;
    }
    return first;
}

static int64_t run_at(const struct mail_queue *queue, int64_t now_ns)
{
    struct retry_policy by_clock;
    const struct retry_policy *policy = queue_policy_now(queue, &by_clock);
    bool is_run = policy->run_interval_ns > 0 && now_ns >= policy->run_phase_ns &&
                  (now_ns - policy->run_phase_ns) % policy->run_interval_ns == 0;
    return is_run ? now_ns : -1;
}

void queue_round_begin(void *context)
{
    struct queue_entry *entry = context;
    if (entry->queue->may_have_rot && queue_rot_finds(entry)) return;
    if (entry->rounds > 0) entry->run_ns = run_at(entry->queue, queue_world(entry->queue)->engine->now_ns);
    entry->round_began_ns = queue_clock_ns(entry->queue);
    entry->n_open = 1; /* this function itself */
    if (activate(entry)) {
        entry->rounds++;
        struct delivery_job *job = share_out(entry);
        while (job) {
            struct delivery_job *next = job->next;
            job->next = NULL;
            destination_submit(job);
            job = next;
        }
    }
    queue_part_over(entry);
}

/* --- a crash --- */

static void end_attempt_by_crash(const struct queue_entry *entry, const struct queued_recipient *recipient)
{
    if (!recipient->attempt_is_open) return;
    ledger_end_attempt(queue_world(entry->queue)->ledger, &(struct attempt_ending){.attempt = recipient->attempt,
                                                                                   .message = entry->message,
                                                                                   .recipient = recipient->address,
                                                                                   .host = entry->queue->host,
                                                                                   .peer = entry->queue->host->id,
                                                                                   .outcome = "later",
                                                                                   .why = "the host stopped"});
}

static void crash_recipient(struct queue_entry *entry, struct queued_recipient *recipient)
{
    static const char unknown[] = "the disk does not know that it was handed on";
    bool was_handed_on = recipient->fate == RECIPIENT_NOTED || recipient->fate == RECIPIENT_DONE;
    end_attempt_by_crash(entry, recipient);
    recipient->fate = RECIPIENT_WAITS;
    recipient->next_ns = 0;
    recipient->gives_up = recipient->lacks_report = recipient->expired = recipient->attempt_is_open = false;
    if (was_handed_on)
        ledger_doubt(queue_world(entry->queue)->ledger, entry->message, recipient->address, entry->queue->host,
                     (struct host_id){0}, unknown);
    queue_enter_state(entry, recipient, MAIL_QUEUED, 0, was_handed_on ? unknown : "the host stopped");
}

void queue_round_crash(struct queue_entry *entry)
{
    struct journal *journal = queue_world(entry->queue)->journal;
    uint64_t cause = journal_cause(journal);
    entry->n_open = 0;
    entry->was_interrupted = true;
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate == RECIPIENT_WAITS || (recipient->fate == RECIPIENT_DONE && recipient->marked)) continue;
        crash_recipient(entry, recipient);
        journal_set_cause(journal, cause);
        entry->next_attempt_ns = 0;
    }
}
