/* The maildrop that a POP3 session of a mail server sees: a user's mailbox, locked while the session lasts
   (RFC 1939 3). */
#include <string.h>

#include "model/host/ledger.h"
#include "model/host/mail_session.h"
#include "model/host/store.h"

static bool open_maildrop(void *context, const char *user, const char *password)
{
    struct mail_session *session = context;
    struct mailbox *box = mail_server_user_mailbox(session->server, user);
    if (!box || box->locked || strcmp(password, POP3_PASSWORD) != 0) return false;
    box->locked = true;
    session->mailbox = box;
    return true;
}

static size_t count_mails(void *context)
{
    return ((struct mail_session *)context)->mailbox->n;
}

static const char *mail_content(void *context, size_t i, size_t *size)
{
    const struct stored_mail *mail = &((struct mail_session *)context)->mailbox->mails[i];
    *size = mail->size;
    return mail->content;
}

static bool can_be_read(void *context)
{
    return !store_reads_fail(((struct mail_session *)context)->server->host);
}

static const char *mail_unique_id(void *context, size_t i)
{
    return ((struct mail_session *)context)->mailbox->mails[i].unique_id;
}

static struct message_id mail_message_id(void *context, size_t i)
{
    return ((struct mail_session *)context)->mailbox->mails[i].message;
}

static void update_maildrop(void *context, const bool *deleted, size_t n)
{
    struct mail_session *session = context;
    struct journal *journal = mail_server_world(session->server)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < n && i < session->mailbox->n; i++) {
        if (!deleted[i]) continue;
        mail_server_forget_mail(session->server, &session->mailbox->mails[i]);
        journal_set_cause(journal, cause);
        const struct stored_mail *mail = &session->mailbox->mails[i];
        mail_enter_state(mail_server_world(session->server)->ledger,
                         (struct mail_change){.message = mail->message,
                                              .recipient = mail->recipient,
                                              .host = session->server->host,
                                              .queue_id = mail->queue_id,
                                              .from = MAIL_DELIVERED,
                                              .to = MAIL_HANDED_ON,
                                              .why = "fetched and deleted"});
    }
    mailbox_remove(session->mailbox, deleted, n);
}

static void close_maildrop(void *context)
{
    struct mail_session *session = context;
    if (session->mailbox) session->mailbox->locked = false;
    session->mailbox = NULL;
}
struct pop3_maildrop maildrop_of(struct mail_session *session)
{
    return (struct pop3_maildrop){.context = session,
                                  .open = open_maildrop,
                                  .count = count_mails,
                                  .content = mail_content,
                                  .can_be_read = can_be_read,
                                  .unique_id = mail_unique_id,
                                  .message = mail_message_id,
                                  .update = update_maildrop,
                                  .close = close_maildrop};
}

void maildrop_unlock(struct mail_session *session)
{
    close_maildrop(session);
}
