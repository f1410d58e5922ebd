/* A mail server: SMTP for other servers (25) and for its own users (587), its queue, its mailboxes, POP3 (110). */
#ifndef POSTROAD_MODEL_HOST_MAIL_SERVER_H
#define POSTROAD_MODEL_HOST_MAIL_SERVER_H

#include "model/host/world_internal.h"
#include "model/mail/mailbox.h"
#include "model/mail/retry.h"

enum { SMTP_PORT = 25, POP3_PORT = 110, SUBMISSION_PORT = 587 };
enum { SUBMISSIONS_PORT = 465, POP3S_PORT = 995 }; /* with TLS from the first byte on (RFC 8314) */
/* Every simulated user's password: the scenario has no secrets. */
#define POP3_PASSWORD "secret"

struct socket;

struct mail_server *mail_server_new(struct host *host);
void mail_server_free(struct mail_server *server);

bool mail_server_listens(const struct mail_server *server, uint16_t port);
/* A peer opens a connection to one of its ports. */
void mail_server_accept(struct mail_server *server, struct socket *socket);

/* The host stops: sessions and hand-overs are gone, queue and mailboxes stay. */
void mail_server_crash(struct mail_server *server);
void mail_server_restart(struct mail_server *server);
/* While it is stopped, its disk is lost: the queue, and the mailboxes too if all is lost. */
void mail_server_wipe(struct mail_server *server, bool all);

/* For the queue. */
struct host *mail_server_host(struct mail_server *server);
bool mail_server_is_local_domain(const struct mail_server *server, const char *domain);
bool mail_server_is_backup_for(const struct mail_server *server, const char *domain); /* it takes and hands on */
/* The mailbox of an address in one of its domains, or NULL if there is no such user. */
struct mailbox *mail_server_mailbox(struct mail_server *server, const char *address);
/* An address in one of its domains that stands for others, or NULL. */
const struct scenario_alias *mail_server_alias(const struct mail_server *server, const char *address);
const struct retry_policy *mail_server_retry(const struct mail_server *server);
struct mail_queue *mail_server_queue(struct mail_server *server);

#endif
