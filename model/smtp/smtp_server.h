/* The server's end of an SMTP session as pure code (RFC 5321): bytes and time in, bytes and a deadline out. What to say
   to a sender, a recipient or a message is asked of a policy; order, syntax, limits and transparency are decided here. */
#ifndef POSTROAD_MODEL_SMTP_SMTP_SERVER_H
#define POSTROAD_MODEL_SMTP_SMTP_SERVER_H

#include <stdbool.h>

#include "model/smtp/session_io.h"
#include "model/smtp/smtp_reply.h"

/* RFC 5321 2.3.1. Paths without angle brackets; the null reverse-path is "". */
struct smtp_envelope {
    const char *helo;
    bool esmtp; /* EHLO, not HELO */
    const char *reverse_path;
    char **forward_paths;
    size_t n_forward_paths;
};

/* Asked as the session goes on; answered at once. */
struct smtp_server_policy {
    void *context;
    struct smtp_reply (*mail)(void *context, const struct smtp_envelope *envelope);
    struct smtp_reply (*rcpt)(void *context, const struct smtp_envelope *envelope, const char *forward_path);
    /* The content after transparency was undone, lines ended by CRLF. A 2yz answer takes over responsibility for it. */
    struct smtp_reply (*message)(void *context, const struct smtp_envelope *envelope, const char *content, size_t size);
    /* A reply forced by a fault instead of the ordinary one, asked before a command has any effect: true fills reply.
       It is asked only for a command that is in order. 4yz and 5yz: the command has no effect, 421 closes as well. 2yz and
       3yz: the command is served, and if the ordinary reply has the same first digit, these words replace it.
       command: "CONNECT", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "." (end of data), "RSET", "NOOP", "QUIT". May be NULL. */
    bool (*forced)(void *context, const char *command, struct smtp_reply *reply);
};

struct smtp_server_config {
    const char *name;       /* the server's own, for greeting and EHLO */
    size_t max_recipients;  /* 100 at least (RFC 5321 4.5.3.1.8) */
    size_t max_message;     /* bytes of content */
    int64_t idle_ns;        /* waits this long for a command: 5 min at least (4.5.3.2.7) */
};
struct smtp_server_config smtp_server_config_default(const char *name); /* 1000, 10 MB, 5 min */

struct smtp_server;

struct smtp_server *smtp_server_new(const struct smtp_server_config *config, struct session_io io,
                                    struct smtp_server_policy policy);
void smtp_server_free(struct smtp_server *s);
void smtp_server_start(struct smtp_server *s, int64_t now_ns); /* the connection is there: greets */
void smtp_server_receive(struct smtp_server *s, const char *bytes, size_t size, int64_t now_ns);
int64_t smtp_server_deadline(const struct smtp_server *s);
void smtp_server_on_deadline(struct smtp_server *s, int64_t now_ns); /* 421 and the end */
bool smtp_server_is_over(const struct smtp_server *s); /* close the connection once all is written */

#endif
