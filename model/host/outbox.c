#include "model/host/outbox.h"

#include "model/host/ledger.h"
#include "model/host/store.h"
#include "sim/journal/memory.h"

static struct world *world_of(const struct outbox *outbox)
{
    return outbox->host->world;
}

static void enter_state(const struct outbox_mail *mail, size_t i, enum mail_state from, enum mail_state to,
                        const char *why)
{
    mail_enter_state(world_of(mail->outbox)->ledger, (struct mail_change){.message = mail->message->id,
                                                                          .recipient = mail->message->recipients[i],
                                                                          .host = mail->outbox->host,
                                                                          .queue_id = "",
                                                                          .from = from,
                                                                          .to = to,
                                                                          .why = why});
}

static struct store_file file_of(const struct outbox_mail *mail)
{
    return (struct store_file){.message = mail->id, .queue_id = "", .place = "outbox", .size = mail->size};
}

static void mail_free(struct outbox_mail *mail)
{
    struct store_file file = file_of(mail);
    if (mail->is_on_disk) store_remove(mail->outbox->host, &file);
    mem_free(mail->states);
    mem_free(mail);
}

static void settle(struct outbox_mail *mail, size_t i, enum mail_state to, const char *why)
{
    mail->states[i] = OUTBOX_SETTLED;
    mail->n_unsettled--;
    enter_state(mail, i, MAIL_OUTBOX, to, why);
    if (mail->n_unsettled > 0) return;
    message_forget_content(mail->message);
    mail->message = NULL;
}

/* --- saving --- */

/* Nobody else knows of it yet: it was written in vain. */
static void lose(struct outbox_mail *mail)
{
    struct journal *journal = world_of(mail->outbox)->journal;
    uint64_t cause = journal_cause(journal);
    size_t n = mail->message->n_recipients;
    for (size_t i = 0; i < n && !world_of(mail->outbox)->ended; i++) {
        settle(mail, i, MAIL_DISCARDED, "not on the disk when the host stopped");
        journal_set_cause(journal, cause);
    }
}

static void on_saved(void *context, enum store_result result)
{
    struct outbox_mail *mail = context;
    struct outbox *outbox = mail->outbox;
    mail->is_saving = false;
    switch (result) {
    case STORE_OK:
        mail->is_saved = mail->is_on_disk = true;
        outbox->owner.ready(outbox->owner.context);
        break;
    case STORE_KEPT:
        mail->is_saved = mail->is_on_disk = true;
        break;
    case STORE_FULL:
    case STORE_ERROR: /* its user sees it, and tries again */
        wake_set(&outbox->save_wake, world_of(outbox)->engine->now_ns + outbox->save_again_ns);
        break;
    case STORE_LOST:
    case STORE_TORN:
        lose(mail);
        break;
    }
}

static void save(struct outbox_mail *mail)
{
    struct store_file file = file_of(mail);
    mail->is_saving = true;
    store_commit(mail->outbox->host, &file, on_saved, mail);
}

static void save_the_rest(void *context)
{
    struct outbox *outbox = context;
    for (struct outbox_mail *mail = outbox->first, *next; mail; mail = next) {
        next = mail->next;
        if (!mail->is_saved && !mail->is_saving && mail->n_unsettled > 0) save(mail);
    }
}

void outbox_add(struct outbox *outbox, struct mail_message *message)
{
    struct outbox_mail *mail = mem_calloc(1, sizeof *mail);
    struct journal *journal = world_of(outbox)->journal;
    uint64_t cause = journal_cause(journal);
    *mail = (struct outbox_mail){.outbox = outbox,
                                 .message = message,
                                 .id = message->id,
                                 .size = message->size,
                                 .n_unsettled = message->n_recipients};
    mail->states = mem_calloc(message->n_recipients, sizeof *mail->states);
    for (size_t i = 0; i < message->n_recipients; i++) {
        journal_set_cause(journal, cause);
        enter_state(mail, i, MAIL_NOWHERE, MAIL_OUTBOX, "written");
    }
    if (outbox->first)
        outbox->last->next = mail;
    else
        outbox->first = mail;
    outbox->last = mail;
    mail->is_saved = !outbox->host->up || !store_matters(outbox->host);
    if (mail->is_saved)
        outbox->owner.ready(outbox->owner.context);
    else
        save(mail);
}

/* --- sending --- */

struct outbox_mail *outbox_next(struct outbox_mail *mail)
{
    for (; mail; mail = mail->next)
        for (size_t i = 0; mail->is_saved && mail->n_unsettled > 0 && i < mail->message->n_recipients; i++)
            if (mail->states[i] == OUTBOX_OPEN) return mail;
    return NULL;
}

/* "This recipient is done", on its way to the disk. */
struct note {
    struct outbox_mail *mail;
    size_t recipient;
    bool taken;
    char *reply;
};

static void on_noted(void *context, enum store_result result)
{
    struct note *note = context;
    struct outbox_mail *mail = note->mail;
    struct outbox *outbox = mail->outbox;
    struct journal *journal = world_of(outbox)->journal;
    uint64_t cause = journal_cause(journal);
    bool is_lost = result == STORE_LOST || result == STORE_TORN;
    if (!is_lost) {
        settle(mail, note->recipient, note->taken ? MAIL_HANDED_ON : MAIL_BOUNCED, note->reply);
        if (result != STORE_KEPT) outbox->owner.settled(outbox->owner.context);
    } else {
        mail->states[note->recipient] = OUTBOX_OPEN;
        if (note->taken && !world_of(outbox)->ended)
            ledger_doubt(world_of(outbox)->ledger, mail->message->id, mail->message->recipients[note->recipient],
                         outbox->host, world_of(outbox)->hosts[outbox->server].id,
                         "the disk does not know that it was handed on");
    }
    journal_set_cause(journal, cause);
    mem_free(note->reply);
    mem_free(note);
}

void outbox_settle(struct outbox_mail *mail, size_t recipient, bool taken, const char *reply)
{
    if (!mail->is_on_disk) {
        settle(mail, recipient, taken ? MAIL_HANDED_ON : MAIL_BOUNCED, reply);
        return;
    }
    struct note *note = mem_calloc(1, sizeof *note);
    struct store_file file = file_of(mail);
    *note = (struct note){mail, recipient, taken, mem_strdup(reply)};
    mail->states[recipient] = OUTBOX_NOTED;
    store_mark(mail->outbox->host, &file, on_noted, note);
}

void outbox_sweep(struct outbox *outbox)
{
    struct outbox_mail **link = &outbox->first, *last = NULL;
    while (*link) {
        struct outbox_mail *mail = *link;
        if (mail->n_unsettled > 0) {
            last = mail;
            link = &mail->next;
            continue;
        }
        *link = mail->next;
        mail_free(mail);
    }
    outbox->last = last;
}

/* --- its life --- */

void outbox_init(struct outbox *outbox, struct host *host, int server, int64_t save_again_ns, struct outbox_owner owner)
{
    *outbox = (struct outbox){.host = host, .server = server, .save_again_ns = save_again_ns, .owner = owner};
    wake_init(&outbox->save_wake, host, "save again", save_the_rest, outbox);
}

/* What no disk has ever held is gone. */
void outbox_crash(struct outbox *outbox)
{
    wake_set(&outbox->save_wake, TIME_NEVER);
    store_crash(outbox->host);
    for (struct outbox_mail *mail = outbox->first; mail; mail = mail->next)
        if (!mail->is_saved && mail->n_unsettled > 0) lose(mail);
    outbox_sweep(outbox);
}

void outbox_restart(struct outbox *outbox, void (*read)(void *context))
{
    size_t n = 0;
    for (const struct outbox_mail *mail = outbox->first; mail; mail = mail->next)
        n++;
    store_restart(outbox->host, n, read, outbox->owner.context);
}

void outbox_free(struct outbox *outbox)
{
    wake_forget(&outbox->save_wake);
    while (outbox->first) {
        struct outbox_mail *mail = outbox->first;
        outbox->first = mail->next;
        mail->is_on_disk = false;
        mail_free(mail);
    }
}
