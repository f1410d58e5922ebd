/* What SMTP says of a mail beside its content (RFC 5321 2.3.1), with what the extensions add: 8BITMIME (RFC 6152), DSN
   (RFC 3461), SMTPUTF8 (RFC 6531). Paths without angle brackets; the null reverse-path is "". */
#ifndef POSTROAD_MODEL_SMTP_SMTP_ENVELOPE_H
#define POSTROAD_MODEL_SMTP_SMTP_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/smtp/session_io.h"

/* NOTIFY= of RCPT (RFC 3461 4.1): bits. */
enum {
    SMTP_NOTIFY_UNSAID = 0,
    SMTP_NOTIFY_NEVER = 1,
    SMTP_NOTIFY_SUCCESS = 2,
    SMTP_NOTIFY_FAILURE = 4,
    SMTP_NOTIFY_DELAY = 8
};
/* RET= of MAIL (RFC 3461 4.3). */
enum smtp_ret { SMTP_RET_UNSAID, SMTP_RET_FULL, SMTP_RET_HDRS };
/* BODY= of MAIL (RFC 6152 2). */
enum smtp_body { SMTP_BODY_UNSAID, SMTP_BODY_7BIT, SMTP_BODY_8BITMIME };

/* What was said of one recipient. */
struct smtp_recipient_options {
    unsigned notify;
    const char *orcpt; /* "rfc822;bob@b.example" as xtext, to be passed on unchanged (RFC 3461 4.2); NULL: unsaid */
};

/* What the server knows while a transaction goes on. Borrowed for the length of the call. */
struct smtp_envelope {
    const char *helo;
    bool esmtp;                              /* EHLO, not HELO */
    const struct session_security *security; /* NULL: no TLS */
    const char *user;                        /* who authenticated (RFC 4954); NULL: nobody */
    const char *reverse_path;
    uint64_t size; /* SIZE= of MAIL (RFC 1870); 0: unsaid */
    enum smtp_body body;
    enum smtp_ret ret;
    const char *envid; /* xtext (RFC 3461 4.4); NULL: unsaid */
    bool smtputf8;
    const char *const *forward_paths;
    const struct smtp_recipient_options *options; /* one for each forward path; NULL: none said anything */
    size_t n_forward_paths;
};

#endif
