/* The client's end of an SMTP session as pure code (RFC 5321): it is given messages, one after the other, and tells for
   each recipient what became of it. Each reply handler returns the next state. */
#ifndef POSTROAD_MODEL_SMTP_SMTP_CLIENT_H
#define POSTROAD_MODEL_SMTP_SMTP_CLIENT_H

#include <stdbool.h>

#include "model/smtp/session_io.h"
#include "model/smtp/smtp_envelope.h"
#include "model/smtp/smtp_extension.h"
#include "model/smtp/smtp_reply.h"
#include "model/smtp/smtp_timeouts.h"

enum delivery_outcome { DELIVERY_DELIVERED, DELIVERY_LATER, DELIVERY_NEVER };
const char *delivery_outcome_text(enum delivery_outcome outcome); /* "delivered" "later" "never" */

/* Borrowed until its last recipient has an outcome. What a server does not offer is left unsaid, where that is allowed.
 */
struct smtp_job {
    struct message_id message;
    const char *reverse_path; /* "" for a bounce */
    const char *const *forward_paths;
    size_t n_forward_paths;
    const char *content; /* lines ended by CRLF; transparency is added here */
    size_t content_size;
    /* The rest may be left 0. */
    const struct smtp_recipient_options *options; /* one for each forward path, or NULL */
    enum smtp_ret ret;
    const char *envid; /* xtext */
    enum smtp_body body;
    bool smtputf8; /* the sender or the header is beyond ASCII: the server must offer it, as for such a recipient */
};

struct smtp_client_owner {
    void *context;
    /* Told once for each recipient; reply is the server's line ("550 5.1.1 ...") or our own words for a lost
       connection or a time-out. final_reply_missing: end of data was sent and no answer came, so the server may have
       it. */
    void (*outcome)(void *context, size_t recipient, enum delivery_outcome outcome, const char *reply,
                    bool final_reply_missing);
    /* The job is over; another one keeps the session open, which goes on with MAIL at once; NULL ends it with QUIT. Not
       asked once the session takes no more mails: the server's MAILMAX (RFC 9422), or it is lost. */
    const struct smtp_job *(*next)(void *context);
    /* What the server offers: SIZE, LIMITS, DSN...; told before the first MAIL. May be NULL. */
    void (*offered)(void *context, const struct smtp_offer *offer);
    /* There is no other job: whether the session stays open for one to come. May be NULL: it does not. */
    bool (*idles)(void *context);
    /* In the place of an outcome: the session took its last mail (the server's MAILMAX, RFC 9422) before this recipient
       was named, and another session may have it at once. May be NULL: it is told as LATER. */
    void (*untried)(void *context, size_t recipient);
};

enum smtp_tls { SMTP_TLS_NEVER, SMTP_TLS_IF_OFFERED, SMTP_TLS_REQUIRED };

/* What a client makes of content with CR or LF alone (RFC 5321 2.3.8). */
enum smtp_strays {
    SMTP_STRAYS_REFUSE, /* the mail is undeliverable */
    SMTP_STRAYS_PASS,   /* as it is: the sending half of smuggling */
    SMTP_STRAYS_CLEAN   /* spaces, as Postfix 3.9 */
};

struct smtp_client_config {
    const char *name; /* for EHLO */
    struct smtp_timeouts timeouts;
    enum smtp_tls tls;
    const char *user, *password;        /* for AUTH; NULL: without. Borrowed for as long as the session lasts. */
    bool auth_over_tls_only;            /* the password is not told in clear */
    enum smtp_auth_mechanism mechanism; /* the one that is taken first; the other where only that is offered */
    bool insists_on_mechanism;          /* it is said in any case where AUTH is offered, to be refused (504) */
    bool pipelining;                    /* where it is offered (RFC 2920) */
    bool chunking;                      /* BDAT in the place of DATA, where it is offered (RFC 3030) */
    size_t chunk_bytes;                 /* of one BDAT; 0: all in one */
    enum smtp_strays strays;
};
/* With the time-outs that RFC 5321 asks for. */
struct smtp_client_config smtp_client_config_default(const char *name);
/* Those that are 0 become those of the other. */
void smtp_timeouts_fill(struct smtp_timeouts *timeouts, const struct smtp_timeouts *with);
struct smtp_timeouts smtp_timeouts_all(int64_t ns); /* all alike */

struct smtp_client;

struct smtp_client *smtp_client_new(const struct smtp_client_config *config, struct session_io io,
                                    struct smtp_client_owner owner, const struct smtp_job *first);
void smtp_client_free(struct smtp_client *s);
void smtp_client_start(struct smtp_client *s, int64_t now_ns); /* the connection is there: waits for the greeting */
void smtp_client_receive(struct smtp_client *s, const char *bytes, size_t size, int64_t now_ns);
/* The handshake that io.start_tls began is done; or, before smtp_client_start, that of implicit TLS (RFC 8314).
   Borrowed for as long as the session lasts. */
void smtp_client_secured(struct smtp_client *s, const struct session_security *security, int64_t now_ns);
/* The connection was lost or closed by the peer; why: one phrase. Open recipients become LATER. A handshake that failed
   is told so too. */
void smtp_client_connection_lost(struct smtp_client *s, const char *why, int64_t now_ns);
/* Some of what we wrote has been acknowledged: restarts the data block timer, or, when that was the last of the
   content, begins the wait for the final reply. Where io.acknowledged is NULL it is always the latter. */
void smtp_client_progress(struct smtp_client *s, int64_t now_ns);
int64_t smtp_client_deadline(const struct smtp_client *s);
void smtp_client_on_deadline(struct smtp_client *s, int64_t now_ns);
/* STARTTLS was answered with 220, and nothing has come of it yet. */
bool smtp_client_is_in_handshake(const struct smtp_client *s);
/* The session is open, and has no job: give it one, or end it. */
bool smtp_client_is_idle(const struct smtp_client *s);
void smtp_client_go_on(struct smtp_client *s, const struct smtp_job *job, int64_t now_ns);
void smtp_client_quit(struct smtp_client *s, int64_t now_ns);
bool smtp_client_is_over(const struct smtp_client *s);
/* It has carried as many mails as the server takes in one session (MAILMAX, RFC 9422). */
bool smtp_client_is_full(const struct smtp_client *s);
/* Asked while an outcome is told: its words are our own judgement of what the server offers, and no reply. */
bool smtp_client_judges_itself(const struct smtp_client *s);

#endif
