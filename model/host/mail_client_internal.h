/* A mail program's errands and what they are for: mail_errand.c goes to the server and holds a session, mail_client.c
   says when, and what is said there. */
#ifndef POSTROAD_MODEL_HOST_MAIL_CLIENT_INTERNAL_H
#define POSTROAD_MODEL_HOST_MAIL_CLIENT_INTERNAL_H

#include "model/host/address_lookup.h"
#include "model/host/host.h"
#include "model/host/left_mails.h"
#include "model/host/mail_client.h"
#include "model/host/outbox.h"
#include "model/host/secure.h"
#include "model/host/socket.h"
#include "model/host/wake.h"
#include "model/pop3/pop3.h"
#include "model/smtp/smtp_client.h"

/* One connection with the server: a submission or a fetch. */
struct errand {
    struct mail_client *client;
    bool busy, connected;
    uint16_t port;
    int server;
    struct address_lookup *lookup;
    struct ip_address addresses[LOOKUP_ADDRESSES_MAX]; /* of the server, to be tried in this order */
    size_t n_addresses, address_next;
    struct socket *socket;
    struct session_id session;
    struct smtp_client *smtp;
    struct pop3_client *pop3;
    struct wake wake;
};

struct mail_client {
    struct host *host;
    struct outbox outbox;
    struct left_mails left;
    uint64_t n_polls;
    struct errand submission, fetch;
    struct wake retry_wake, poll_wake;
    struct smtp_job job;
    struct outbox_mail *job_mail;
    bool has_settled; /* a recipient, in this submission */
    const char **forward_paths;
    size_t *job_recipients;
    struct smtp_recipient_options *options; /* one for each forward path */
};

static inline struct world *world_of(const struct mail_client *client)
{
    return client->host->world;
}

static inline int64_t now_of(const struct mail_client *client)
{
    return world_of(client)->engine->now_ns;
}

static inline const struct scenario_client *settings(const struct mail_client *client)
{
    return &client->host->description->client;
}

/* ---- mail_errand.c ---- */

void errand_init(struct errand *errand, struct mail_client *client, const char *name);
/* Looks the server up, connects and begins a session; when all is over, or could not be, mail_client_errand_over. */
void errand_begin(struct errand *errand, int server, uint16_t port);
void errand_become_secure(struct errand *errand, const struct session_security *security);
void errand_crash(struct errand *errand);
void errand_drop(struct errand *errand);

/* ---- mail_client.c ---- */

/* The connection is there: makes errand->smtp or errand->pop3, and starts it. */
void mail_client_start_session(struct errand *errand);
/* was_full: its session carried as many mails as the server takes in one. */
void mail_client_errand_over(struct errand *errand, bool was_full);

#endif
