/* The client's end of an SMTP session as pure code (RFC 5321): it is given messages, one after the other, and tells for
   each recipient what became of it. Each reply handler returns the next state. */
#ifndef POSTROAD_MODEL_SMTP_SMTP_CLIENT_H
#define POSTROAD_MODEL_SMTP_SMTP_CLIENT_H

#include <stdbool.h>

#include "model/smtp/session_io.h"
#include "model/smtp/smtp_reply.h"

enum delivery_outcome { DELIVERY_DELIVERED, DELIVERY_LATER, DELIVERY_NEVER };
const char *delivery_outcome_text(enum delivery_outcome outcome); /* "delivered" "later" "never" */

/* Borrowed until its last recipient has an outcome. */
struct smtp_job {
    struct message_id message;
    const char *reverse_path; /* "" for a bounce */
    const char *const *forward_paths;
    size_t n_forward_paths;
    const char *content; /* lines ended by CRLF; transparency is added here */
    size_t content_size;
};

struct smtp_client_owner {
    void *context;
    /* Told once for each recipient; reply is the server's line ("550 5.1.1 ...") or our own words for a lost
       connection or a time-out. final_reply_missing: end of data was sent and no answer came, so the server may have it. */
    void (*outcome)(void *context, size_t recipient, enum delivery_outcome outcome, const char *reply,
                    bool final_reply_missing);
    /* The transaction is over; another job keeps the session open, NULL ends it with QUIT. */
    const struct smtp_job *(*next)(void *context);
};

/* Time-outs of RFC 5321 4.5.3.2. */
struct smtp_client_config {
    const char *name; /* for EHLO */
    int64_t greeting_ns, helo_ns, mail_ns, rcpt_ns, data_init_ns, data_block_ns, data_done_ns, quit_ns;
};
struct smtp_client_config smtp_client_config_default(const char *name);

struct smtp_client;

struct smtp_client *smtp_client_new(const struct smtp_client_config *config, struct session_io io,
                                    struct smtp_client_owner owner, const struct smtp_job *first);
void smtp_client_free(struct smtp_client *s);
void smtp_client_start(struct smtp_client *s, int64_t now_ns); /* the connection is there: waits for the greeting */
void smtp_client_receive(struct smtp_client *s, const char *bytes, size_t size, int64_t now_ns);
/* The connection was lost or closed by the peer; why: one phrase. Open recipients become LATER. */
void smtp_client_connection_lost(struct smtp_client *s, const char *why, int64_t now_ns);
/* Some of what we wrote has been acknowledged: restarts the data block timer, or, when that was the last of the content,
   begins the wait for the final reply. Where io.acknowledged is NULL it is always the latter. */
void smtp_client_progress(struct smtp_client *s, int64_t now_ns);
int64_t smtp_client_deadline(const struct smtp_client *s);
void smtp_client_on_deadline(struct smtp_client *s, int64_t now_ns);
bool smtp_client_is_over(const struct smtp_client *s);

#endif
