/* The server's end of an SMTP session as pure code (RFC 5321): bytes and time in, bytes and a deadline out. What to say
   to a sender, a recipient or a message is asked of a policy; order, syntax, limits and transparency are decided here.
 */
#ifndef POSTROAD_MODEL_SMTP_SMTP_SERVER_H
#define POSTROAD_MODEL_SMTP_SMTP_SERVER_H

#include <stdbool.h>

#include "model/smtp/session_io.h"
#include "model/smtp/smtp_envelope.h"
#include "model/smtp/smtp_extension.h"
#include "model/smtp/smtp_reply.h"

/* Asked as the session goes on. A reply of code 0 (smtp_reply_later) means "not yet": the session takes no further
   command, and speaks only once smtp_server_answer is called, never from within the question. */
struct smtp_server_policy {
    void *context;
    struct smtp_reply (*mail)(void *context, const struct smtp_envelope *envelope);
    struct smtp_reply (*rcpt)(void *context, const struct smtp_envelope *envelope, const char *forward_path,
                              const struct smtp_recipient_options *options);
    /* The content after transparency was undone, lines ended by CRLF (strays kept where the setting says so). A 2yz
       answer takes over responsibility for it. Borrowed until answered. */
    struct smtp_reply (*message)(void *context, const struct smtp_envelope *envelope, const char *content, size_t size);
    /* The rest may be NULL. */
    struct smtp_reply (*connect)(void *context);                /* NULL: 220; 4yz and 5yz refuse (3.1), 421 closes */
    struct smtp_reply (*helo)(void *context, const char *name); /* NULL: 250; the text of a 2yz is ours */
    struct smtp_reply (*data)(void *context, const struct smtp_envelope *envelope); /* NULL: 354 */
    struct smtp_reply (*vrfy)(void *context, const char *argument);                 /* NULL: 252 */
    struct smtp_reply (*expn)(void *context, const char *argument);                 /* NULL: 502 */
    /* 235 or 535 (RFC 4954 6); NULL: AUTH is not offered. */
    struct smtp_reply (*auth)(void *context, const char *user, const char *password);
    /* A reply forced by a fault instead of the ordinary one, asked before a command has any effect: true fills reply.
       It is asked only for a command that is in order. 4yz and 5yz: the command has no effect, 421 closes as well. 2yz
       and 3yz: the command is served, and if the ordinary reply has the same first digit, these words replace it. Code
       0: the command has no effect and is not answered, or only by smtp_server_answer.
       command: "CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "." (end of data, also of BDAT LAST), "BDAT" (another
       chunk has come), "STARTTLS", "AUTH", "RSET", "NOOP", "VRFY", "EXPN", "HELP", "QUIT". */
    bool (*forced)(void *context, const char *command, struct smtp_reply *reply);
    /* Asked before anything is said: when to say it, 0 for at once; until then nothing more is taken from the client. A
       refusal may be made another one. NULL: all is said at once. */
    int64_t (*pace)(void *context, struct smtp_reply *reply);
};

/* What a server makes of lines that end otherwise than with CR LF (RFC 5321 2.3.8). */
enum smtp_line_endings {
    SMTP_LINES_STRICT,    /* refused: 500 for a command, 550 for content */
    SMTP_LINES_NORMALIZE, /* as Postfix 3.9: LF ends a line too, but the closing dot needs CR LF on both sides */
    SMTP_LINES_KEEP,      /* refused in commands; in content kept as they are, for others to stumble over */
    SMTP_LINES_LENIENT    /* CR, LF, CR LF all end a line, also that of the closing dot: mail can be smuggled in */
};

enum smtp_auth_offer { SMTP_AUTH_OVER_TLS, SMTP_AUTH_ALWAYS };

struct smtp_server_config {
    const char *name;             /* the server's own, for greeting and EHLO */
    unsigned extensions;          /* bits; STARTTLS and AUTH only where io and policy can do them */
    size_t max_recipients;        /* of a mail: 100 at least (RFC 5321 4.5.3.1.8) */
    size_t max_recipient_domains; /* of the recipients of a mail (RFC 9422 4.3); 0: no limit */
    size_t max_message;           /* bytes of content */
    size_t max_mails;             /* of a session; 0: no limit */
    int64_t idle_ns;              /* waits this long for a command: 5 min at least (4.5.3.2.7) */
    enum smtp_line_endings line_endings;
    enum smtp_auth_offer auth;
    unsigned auth_mechanisms;   /* bits of enum smtp_auth_mechanism */
    bool auth_required;         /* no mail without AUTH: 530 (RFC 4954 6) */
    bool forbid_early_commands; /* what comes behind a command that must end a group (RFC 2920 3.1), before its reply:
                                   554 and the end. Depends on how the bytes arrive. */
};
struct smtp_server_config smtp_server_config_default(const char *name); /* 1000, 10 MB, 5 min, strict */
enum {
    SMTP_EXTENSIONS_DEFAULT = SMTP_8BITMIME | SMTP_SIZE | SMTP_PIPELINING | SMTP_ENHANCEDSTATUSCODES | SMTP_CHUNKING |
                              SMTP_DSN | SMTP_SMTPUTF8 | SMTP_STARTTLS | SMTP_AUTH
};

struct smtp_server;

struct smtp_server *smtp_server_new(const struct smtp_server_config *config, struct session_io io,
                                    struct smtp_server_policy policy);
void smtp_server_free(struct smtp_server *s);
void smtp_server_start(struct smtp_server *s, int64_t now_ns); /* the connection is there: greets */
void smtp_server_receive(struct smtp_server *s, const char *bytes, size_t size, int64_t now_ns);
/* The answer to what the policy said "not yet" to; then goes on with what arrived meanwhile. */
void smtp_server_answer(struct smtp_server *s, const struct smtp_reply *reply, int64_t now_ns);
bool smtp_server_is_waiting(const struct smtp_server *s); /* for such an answer */
/* The handshake that io.start_tls began is done; or, before smtp_server_start, that of implicit TLS (RFC 8314).
   Borrowed for as long as the session lasts. */
void smtp_server_secured(struct smtp_server *s, const struct session_security *security, int64_t now_ns);
int64_t smtp_server_deadline(const struct smtp_server *s);
void smtp_server_on_deadline(struct smtp_server *s, int64_t now_ns); /* 421 and the end */
bool smtp_server_is_over(const struct smtp_server *s);               /* close the connection once all is written */

#endif
