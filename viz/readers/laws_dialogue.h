/* A connection that speaks SMTP, as a third party hears it: the commands of one end stand in a line, and each final reply
   of the other end answers the first of them. */
#ifndef POSTROAD_VIZ_READERS_LAWS_DIALOGUE_H
#define POSTROAD_VIZ_READERS_LAWS_DIALOGUE_H

#include "viz/readers/laws_internal.h"

enum law_command {
    LAW_GREETING,
    LAW_HELLO,
    LAW_MAIL,
    LAW_RCPT,
    LAW_DATA,
    LAW_CONTENT,
    LAW_CHUNK,
    LAW_LAST_CHUNK,
    LAW_RESET,
    LAW_STARTTLS,
    LAW_AUTH,
    LAW_QUIT,
    LAW_OTHER
};

struct law_said {
    enum law_command command;
    uint64_t about;   /* of RCPT: hash of the recipient; of content: the message */
    int64_t size;     /* what SIZE= of MAIL says, -1: nothing; of content: its bytes as they are sent; else of the line */
    int64_t line;     /* its octets, CRLF included; of content 0; -1: under TLS, whose records hold several */
    int64_t hops;     /* of content: Received fields in its header; -1: that is not known */
    uint64_t user, domain; /* of RCPT: hashes of what is before and behind the @, as law_user and law_domain make them */
    bool is_junk;          /* VRFY, EXPN, NOOP, HELP, RSET, which bring no mail */
};

struct law_dialogue {
    TABLE_OF(struct law_said) commands; /* those not yet answered begin at answered */
    size_t answered;
    int64_t client, server; /* hosts */
    int64_t message;        /* of this transaction: 0 until its content comes */
    int64_t content;        /* the message that was sent last */
    unsigned ends_closed;   /* 2: of the connection nobody hears any more */
    TABLE_OF(uint64_t) taken; /* hashes of the recipients of this transaction; those from `recipients` on are old */
    unsigned recipients, mails;
    struct index_map domains; /* hashes of the domains of those recipients, where they have a limit: laws_limits.c */
    bool is_submission, is_smtp, is_over, is_odd, is_unheard, is_deceived, says_twice, drips, has_sender, may_send_data;
    bool sends_chunk; /* its last command is BDAT; also where dialogues are not judged */
    bool is_held;            /* an answer is kept back: what it is about was decided before it is heard */
    bool splits;             /* one job may become several transactions: fewer recipients are taken than it has */
    int64_t stated;          /* what MAIL said of the size */
    bool gives_secrets;      /* lines of AUTH, which are no commands, but answered one by one */
    bool said_hello;         /* since the beginning, or the last handshake */
    bool is_known;           /* AUTH has succeeded since then */
    bool is_under_tls;       /* its bytes say nothing */
    unsigned in_handshake;   /* ends that have not told its end: 2, 1, 0 */
    int64_t secured;         /* the host that has told it first */
    enum laws_excuse why_odd;
};

/* From here on it is not judged; the first reason counts. laws_smtp.c */
void law_goes_odd(struct law_dialogue *d, enum laws_excuse why);
/* Nobody can say what the client hears on it. laws_booking.c */
void law_unheard(struct laws *laws, struct law_dialogue *d, enum laws_excuse why);
void law_refusals_unheard(struct laws *laws, const struct law_dialogue *d, enum laws_excuse why);
void law_content_unheard(struct laws *laws, const struct law_dialogue *d, int64_t message);
/* One final reply, and what it answers; the dialogue is as it was before. */
void law_of_booking(struct laws *laws, const struct event *e, struct law_dialogue *d, const struct law_said *said,
                    int code); /* laws_booking.c */
void law_of_limits(struct laws *laws, const struct event *e, struct law_dialogue *d, const struct law_said *said,
                   int code); /* laws_limits.c */
/* What the journal holds of the content's header. laws_limits.c */
int64_t law_hops_of(struct laws *laws, const struct event *content);
bool law_needs_auth(const struct laws *laws, int64_t server); /* laws_limits.c: no submission without AUTH */
enum laws_excuse law_why_odd(const struct laws *laws, uint64_t conn); /* LAWS_JUDGED: it is judged. laws_smtp.c */
/* The same of single limits: laws_clients.c, laws_mailboxes.c, laws_disks.c */
void law_of_guests(struct laws *laws, const struct event *e, const struct law_said *said, int code);
void law_of_full_mailboxes(struct laws *laws, const struct event *e, const struct law_dialogue *d,
                           const struct law_said *said, int code);
void law_of_full_disks(struct laws *laws, const struct event *e, const struct law_said *said);
/* What else they hear. */
void laws_of_booking(struct laws *laws, const struct event *e);
void laws_of_limits(struct laws *laws, const struct event *e);
void laws_of_clients(struct laws *laws, const struct event *e);
const struct law_dialogue *law_dialogue_of(const struct laws *laws, uint64_t conn); /* or NULL; laws_smtp.c */

#endif
