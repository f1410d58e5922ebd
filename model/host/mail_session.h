/* What the files of a mail server share: mail_server.c (ports, mailboxes, life and crash), mail_session.c (the life of a
   session), mail_policy.c (what its SMTP sessions take and for whom), maildrop.c (what its POP3 sessions see). */
#ifndef POSTROAD_MODEL_HOST_MAIL_SESSION_H
#define POSTROAD_MODEL_HOST_MAIL_SESSION_H

#include "model/host/mail_server.h"
#include "model/host/wake.h"
#include "model/mail/user_index.h"
#include "model/pop3/pop3.h"
#include "model/smtp/smtp_server.h"

struct mail_server {
    struct host *host;
    struct mailbox *mailboxes; /* one a user, then postmaster's, who is always there (RFC 5321 4.5.1) */
    struct user_index *users; /* whose mailbox is which */
    struct mail_queue *queue;
    struct mail_session *sessions;
    struct refusals *refusals; /* NULL: it has no rules of its own */
    uint64_t *fault_counters; /* one a fault of the scenario, for its odds */
};

struct mail_session {
    struct mail_server *server;
    struct mail_session *previous, *next;
    struct socket *socket; /* NULL once it is gone */
    struct session_id id;
    struct smtp_server *smtp; /* one of these */
    struct pop3_server *pop3;
    struct mailbox *mailbox; /* locked by this session */
    struct queue_entry *accepting; /* whose commit this session waits for */
    struct smtp_reply answer;      /* what to say then */
    struct resolver_question *about_sender; /* open one, whose answer this session waits for; or NULL */
    struct message_id taken;       /* of the mail that was handed over last */
    struct session_rules *rules; /* in front of the policy (refusals.h); NULL: none */
    struct wake wake;
};

struct world *mail_server_world(const struct mail_server *server);
const struct scenario_mail_server *mail_server_settings(const struct mail_server *server);
/* The mailbox of a user whatever the domain of the address; NULL if there is none. */
struct mailbox *mail_server_user_mailbox(struct mail_server *server, const char *address);

bool mail_session_is_submission(const struct mail_session *session);
/* A mail leaves its mailbox, and the disk. */
void mail_server_forget_mail(struct mail_server *server, const struct stored_mail *mail);

void mail_session_free(struct mail_session *session);
/* What its policy said "not yet" to. */
void mail_session_answer(struct mail_session *session, const struct smtp_reply *reply);
void mail_session_end(struct mail_session *session, const char *why);

struct smtp_server_policy mail_policy(struct mail_session *session);

struct pop3_maildrop maildrop_of(struct mail_session *session);
void maildrop_unlock(struct mail_session *session); /* also when it holds none */

#endif
