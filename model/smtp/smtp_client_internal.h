/* What the files of the SMTP client share: smtp_client.c (states, time-outs, what arrives), smtp_client_replies.c (what
   each reply leads to), smtp_client_commands.c (what is written). */
#ifndef POSTROAD_MODEL_SMTP_SMTP_CLIENT_INTERNAL_H
#define POSTROAD_MODEL_SMTP_SMTP_CLIENT_INTERNAL_H

#include "model/smtp/session_lines.h"
#include "model/smtp/smtp_client.h"

enum client_state {
    STATE_NEW,
    STATE_CONNECT, /* awaits the greeting */
    STATE_EHLO,
    STATE_HELO,
    STATE_STARTTLS,
    STATE_HANDSHAKE, /* nothing is taken until it is done */
    STATE_AUTH_PLAIN,
    STATE_AUTH_LOGIN, /* awaits the question for the user, then for the password */
    STATE_AUTH_USER,
    STATE_AUTH_PASSWORD,
    STATE_MAIL,
    STATE_RCPT,
    STATE_DATA,
    STATE_CHUNK,       /* a BDAT that is not the last */
    STATE_END_OF_DATA, /* all content is written, with its closing dot or by BDAT LAST */
    STATE_RSET,        /* the transaction failed before its end: the server still has it open */
    STATE_IDLE,        /* nothing is under way */
    STATE_QUIT,
    STATE_OVER
};

enum recipient_state { RECIPIENT_OPEN, RECIPIENT_ACCEPTED, RECIPIENT_SETTLED };

struct client_recipient {
    enum recipient_state state;
    size_t path;  /* which forward path of the job */
    uint64_t end; /* where its RCPT ends in our stream */
};

struct smtp_client {
    struct smtp_client_config config;
    char *name;
    struct session_io io;
    struct smtp_client_owner owner;
    enum client_state state;
    int64_t deadline_ns;
    uint64_t written; /* end of our stream so far */
    uint64_t awaited; /* where that ends what the next reply answers */
    const struct session_security *security;
    bool authenticated;
    struct smtp_offer offer;
    bool offer_told;
    struct line_reader line;
    struct smtp_reply reply; /* being collected: code 0 before its first line */
    size_t reply_lines;      /* of it, so far */
    char *out;               /* commands to be written together */
    size_t out_size, out_capacity;

    /* The transaction: the whole of a job, or as many of its recipients as the server takes in one (RFC 9422). */
    const struct smtp_job *job;
    char *cleaned;       /* its content, if it had to be */
    char too_large[128]; /* why it cannot be sent, with both sizes */
    bool content_is_8bit;
    struct client_recipient *recipients; /* those that this server can be told, in the order of the forward paths */
    size_t n_recipients, capacity;
    size_t n_accepted;
    size_t next_recipient, batch_end; /* whose RCPT is answered next; one behind the last of this transaction */
    bool grouped;                     /* MAIL, all RCPT, and DATA if there will be one, were written together */
    bool mail_accepted;
    bool says_smtputf8;  /* the sender, the header, or a recipient of this transaction is beyond ASCII */
    bool judges_itself;  /* see smtp_client_judges_itself */
    size_t content_sent; /* by BDAT */
    uint64_t n_mails;    /* transactions begun in this session */
};

/* smtp_client_replies.c */
/* The job's next transaction, or that of the next job. */
enum client_state smtp_client_begin_transaction(struct smtp_client *s);
enum client_state smtp_client_on_reply(struct smtp_client *s, const struct smtp_reply *reply);
/* A reply that can never answer this; from here on nothing this server says is believed. */
enum client_state smtp_client_protocol_error(struct smtp_client *s, const struct smtp_reply *reply);
/* Nobody is left to hear us. */
void smtp_client_abandon(struct smtp_client *s, const char *why);
void smtp_client_take_job(struct smtp_client *s, const struct smtp_job *job);

/* smtp_client_commands.c: writes what leads to this state. */
void smtp_client_write(struct smtp_client *s, enum client_state state);
const char *smtp_client_path(const struct smtp_client *s, size_t recipient);
const char *smtp_client_content(const struct smtp_client *s);
bool smtp_client_offers(const struct smtp_client *s, enum smtp_extension extension);

#endif
