/* Reports to senders: delivery status notifications (RFC 3464) about recipients that failed, are late, or, where the
   sender asked for it (RFC 3461), were reached. They come from the null sender, so that nobody reports about a report
   (RFC 5321 4.5.5). */
#ifndef POSTROAD_MODEL_MAIL_REPORT_H
#define POSTROAD_MODEL_MAIL_REPORT_H

#include "model/mail/message.h"

enum report_action { REPORT_FAILED, REPORT_DELAYED, REPORT_DELIVERED, REPORT_RELAYED, REPORT_EXPANDED };
const char *report_action_text(enum report_action action); /* "failed", as RFC 3464 2.3.3 writes it */

struct report_recipient {
    const char *address;
    const char *orcpt;      /* "rfc822;bob@b.example" in xtext; NULL: unsaid */
    const char *remote_mta; /* who said so; "" for ourselves; NULL: no host that was called answered */
    const char *diagnostic; /* "550 5.1.1 ...", or our own words */
    enum report_action action;
    bool expired; /* given up for its age: 4.4.7, whatever the last diagnostic */
};

/* Borrowed. */
struct report_draft {
    struct message_id id;
    struct mail_message *about;
    const char *to;    /* the reverse-path under which the host has the mail */
    const char *host;  /* the reporting MTA */
    const char *envid; /* RFC 3461 4.4, in xtext; NULL: unsaid */
    const struct report_recipient *recipients;
    size_t n_recipients;
    const char *content; /* the mail as the host holds it: its header, or all of it, is given back */
    size_t size;
    bool returns_all; /* RET=FULL, of failures alone */
    bool is_smtputf8; /* the mail came with SMTPUTF8: its sender can read UTF-8 in the report's fields, too */
    int64_t starts_unix_s, arrived_ns, at_ns;
    int64_t retries_until_ns; /* of delays; TIME_NEVER: not said */
};

struct mail_message *report_compose(const struct report_draft *draft);

/* The status of a diagnostic (RFC 3463): "5.1.1" of "550 5.1.1 no such user"; of what is late 4.4.1 where no host
   answered and 4.4.2 where one was lost; else 2.0.0, 4.0.0 or 5.0.0 by action. */
enum { REPORT_STATUS_BYTES = 16 };
const char *report_status(const struct report_recipient *recipient, char status[REPORT_STATUS_BYTES]);

#endif
