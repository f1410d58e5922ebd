/* A mail as it is composed (RFC 5322): header and body as bytes, lines ended by CRLF. To queues and wires it is opaque.
 */
#ifndef POSTROAD_MODEL_MAIL_MESSAGE_H
#define POSTROAD_MODEL_MAIL_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/mail/urgency.h"
#include "model/wire/ip_address.h"
#include "sim/journal/ids.h"

struct mail_message {
    struct message_id id;
    struct message_id parent; /* of a bounce: the mail it is about */
    char *name;               /* "m1"; a report is called after its mail: "m1-bounce" */
    char *from;               /* reverse-path; "" for a bounce */
    char **recipients;
    size_t n_recipients;
    char *subject;
    char *content;
    size_t size;
    int64_t composed_ns;
    unsigned reports; /* that were made about it, so that their names differ */
};

/* A file that goes with a mail; what is in it is made up. */
struct mail_attachment {
    const char *name, *type; /* "plan.pdf", "application/pdf" */
    size_t size_bytes;
};

/* What a composer needs. Borrowed. */
struct mail_draft {
    struct message_id id;
    const char *name, *from;
    /* All: those of To, then of Cc, then those whom the header does not name (RFC 5322 3.6.3). */
    const char *const *recipients;
    size_t n_recipients, n_to, n_cc;
    const char *reply_to; /* NULL: none */
    const char *html;     /* the text once more, lines ended by CRLF; NULL: none */
    const struct mail_attachment *attachments;
    size_t n_attachments;
    const char *subject;
    const char *text;    /* UTF-8, lines ended by "\n" */
    bool verbatim;       /* the text is the body, byte for byte; only a last line gets its CR LF */
    const char *priority; /* "urgent", "normal", "non-urgent" (RFC 2156); NULL: none is named */
    uint64_t size_bytes; /* the body is filled up to this size; 0: the text alone */
    const char *host;    /* makes the Message-ID */
    int64_t starts_unix_s, at_ns;
};

struct mail_message *message_compose(const struct mail_draft *draft);

void message_free(struct mail_message *message);
/* The lines that a mailing list puts before a mail: List-Id (RFC 2919), List-Post (RFC 2369), and Precedence, which
   older programs go by. To be freed by mem_free. */
char *message_list_lines(const char *address);
/* Whether a mailing list or a program sent it, by its header: what Exim's delay_warning_condition asks. */
bool message_is_automatic(const char *content, size_t size);
/* As Sendmail has it (headers.c eatheader): what Priority says (RFC 2156), else by Precedence. */
enum mail_urgency message_urgency(const char *content, size_t size);
/* Nobody will send it again: all that is left is who it is. */
void message_forget_content(struct mail_message *message);

/* A new copy of the content with lines before it (each ended by CRLF). To be freed by mem_free. */
char *message_prepend(const char *lines, const char *content, size_t size, size_t *new_size);

/* The Received line of RFC 5321 4.4 for one hop; recipient may be NULL when there are several. */
struct received_hop {
    const char *helo, *by, *protocol, *queue_id, *recipient;
    struct ip_address address;
    int64_t starts_unix_s, at_ns;
};
enum { RECEIVED_LINE_BYTES = 1024 };
void message_received_line(const struct received_hop *hop, char line[RECEIVED_LINE_BYTES]);

/* The number of a mail, or 0: in our own Message-ID "<7.m1@alice-pc>", or, for a mail that came from outside, in the
   line that the first server of this world put before it, and whose word counts. */
uint32_t message_number_of(const char *content, size_t size);
enum { MESSAGE_NUMBER_LINE_BYTES = 32 };
void message_number_line(struct message_id id, char line[MESSAGE_NUMBER_LINE_BYTES]);
/* The first line of the subject, as plain ASCII; encoded words stay as they are. */
enum { MESSAGE_SUBJECT_BYTES = 128 };
void message_subject(const char *content, size_t size, char subject[MESSAGE_SUBJECT_BYTES]);
/* The address in the Delivered-To line that the final server put there; false if there is none. */
enum { MESSAGE_ADDRESS_BYTES = 320 };
bool message_delivered_to(const char *content, size_t size, char address[MESSAGE_ADDRESS_BYTES]);
/* Of its bytes without the trace lines at its top (docs/journal-format.md): the same at each hop. */
uint64_t message_digest(const char *content, size_t size);
/* Whether one of its Delivered-To lines names this address: it was there before, and has come back. */
bool message_was_delivered_to(const char *content, size_t size, const char *address);
/* Received lines in the header, for loop detection (RFC 5321 6.3). */
unsigned message_count_received(const char *content, size_t size);

#endif
