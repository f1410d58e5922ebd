/* Fetching mail: both ends of a POP3 session as pure code (RFC 1939): bytes and time in, bytes and a deadline out. */
#ifndef POSTROAD_MODEL_POP3_POP3_H
#define POSTROAD_MODEL_POP3_POP3_H

#include <stdbool.h>

#include "model/smtp/session_io.h"

/* A mailbox as the server sees it while a session has it locked. Numbers from 0. */
struct pop3_maildrop {
    void *context;
    /* Whether user and password open a maildrop; locks it. */
    bool (*open)(void *context, const char *user, const char *password);
    size_t (*count)(void *context);
    const char *(*content)(void *context, size_t i, size_t *size); /* lines ended by CRLF */
    bool (*can_be_read)(void *context); /* their contents, just now; NULL: always */
    const char *(*unique_id)(void *context, size_t i);
    struct message_id (*message)(void *context, size_t i); /* for events only */
    /* QUIT in TRANSACTION state: deleted[i] says which are to go (RFC 1939 6). */
    void (*update)(void *context, const bool *deleted, size_t n);
    void (*close)(void *context); /* the lock is given back, also when the connection is lost */
};

struct pop3_server;
struct pop3_server *pop3_server_new(const char *name, struct session_io io, struct pop3_maildrop maildrop);
void pop3_server_free(struct pop3_server *s);
/* The handshake that io.start_tls began is done (RFC 2595 4); or, before pop3_server_start, that of implicit TLS. Of the
   client likewise. */
void pop3_server_secured(struct pop3_server *s, int64_t now_ns);
void pop3_server_start(struct pop3_server *s, int64_t now_ns);
void pop3_server_receive(struct pop3_server *s, const char *bytes, size_t size, int64_t now_ns);
/* Some of what we wrote has been acknowledged: the client is not silent. */
void pop3_server_progress(struct pop3_server *s, int64_t now_ns);
void pop3_server_connection_lost(struct pop3_server *s);
int64_t pop3_server_deadline(const struct pop3_server *s); /* 10 min of silence (RFC 1939 3): closes without UPDATE */
void pop3_server_on_deadline(struct pop3_server *s, int64_t now_ns);
bool pop3_server_is_over(const struct pop3_server *s);

/* What is to be done with a mail that the server has. */
enum pop3_wish { POP3_PASS, POP3_FETCH, POP3_FETCH_AND_DELETE, POP3_DELETE };

/* Fetches all there is, deletes it, quits; or does with each what the owner wishes. Where
   io.start_tls is given it says nothing of its user without TLS. */
struct pop3_client_owner {
    void *context;
    /* Asked for each mail of the server's UIDL listing (RFC 1939 7), before any is fetched. NULL: all are fetched and
       deleted, and no listing is asked for. */
    enum pop3_wish (*wish)(void *context, const char *unique_id);
    /* Dot-stuffing undone; a copy must be taken, and kept: when only the answer to QUIT is lost the server may have
       deleted the mail. So the same mail may come twice, in two sessions. */
    void (*fetched)(void *context, const char *unique_id, const char *content, size_t size); /* "" without listing */
    /* Once: whether QUIT was answered with +OK after all was fetched, so that the server has deleted it. */
    void (*finished)(void *context, bool ok, const char *why);
};
struct pop3_client;
struct pop3_client *pop3_client_new(const char *user, const char *password, struct session_io io,
                                    struct pop3_client_owner owner);
void pop3_client_free(struct pop3_client *s);
void pop3_client_secured(struct pop3_client *s, int64_t now_ns);
void pop3_client_start(struct pop3_client *s, int64_t now_ns);
void pop3_client_receive(struct pop3_client *s, const char *bytes, size_t size, int64_t now_ns);
void pop3_client_connection_lost(struct pop3_client *s, const char *why);
int64_t pop3_client_deadline(const struct pop3_client *s);
void pop3_client_on_deadline(struct pop3_client *s, int64_t now_ns);
bool pop3_client_is_over(const struct pop3_client *s);

#endif
