/* What the files of the SMTP server share: smtp_server.c (life, receiving), smtp_server_commands.c (the
   command table, writing), smtp_server_mail.c (MAIL and RCPT), smtp_server_content.c (DATA and BDAT),
   smtp_server_auth.c (AUTH). */
#ifndef POSTROAD_MODEL_SMTP_SMTP_SERVER_INTERNAL_H
#define POSTROAD_MODEL_SMTP_SMTP_SERVER_INTERNAL_H

#include "model/smtp/domain_set.h"
#include "model/smtp/session_lines.h"
#include "model/smtp/smtp_address.h"
#include "model/smtp/smtp_parameter.h"
#include "model/smtp/smtp_server.h"
#include "model/smtp/transparency.h"

enum { TEXT_LINE_BYTES = 1000 };

enum session_phase {
    PHASE_NEW,
    PHASE_GREETING, /* what to greet with is being asked */
    PHASE_COMMAND,  /* a command line comes next */
    PHASE_REFUSED,  /* the greeting was 4yz or 5yz: only QUIT is served (RFC 5321 3.1) */
    PHASE_CONTENT,  /* after 354 */
    PHASE_CHUNK,    /* after BDAT: counted bytes */
    PHASE_AUTH,     /* after 334 */
    PHASE_HANDSHAKE,
    PHASE_OVER
};

enum auth_step { AUTH_STEP_PLAIN, AUTH_STEP_LOGIN_USER, AUTH_STEP_LOGIN_PASSWORD };

/* What lasts from one mail to the next. */
struct session {
    enum session_phase phase;
    char *helo; /* NULL before EHLO or HELO */
    bool esmtp;
    const struct session_security *security; /* NULL: no TLS */
    char *user;                              /* NULL: not authenticated */
    enum auth_step auth_step;
    char *auth_user; /* the one who is authenticating */
    size_t n_mails;  /* MAIL commands taken */
    int64_t deadline_ns;
};

/* One mail: the buffers of RFC 5321 4.1.1. MAIL opens it; RSET, EHLO, HELO, STARTTLS, the end of data, BDAT LAST and a
   BDAT that fails free it. */
struct transaction {
    bool open;
    bool is_chunked; /* a BDAT was taken: no RCPT, no DATA after it */
    char *reverse_path, *envid;
    uint64_t size;
    enum smtp_body body;
    enum smtp_ret ret;
    bool smtputf8;
    char **forward_paths;
    struct smtp_recipient_options *options; /* NULL until one says something */
    size_t n_forward_paths, capacity;
    struct domain_set domains; /* of forward_paths, borrowed; where they have a limit */
    struct dot_reader content;
};

/* The command being answered: what it asks for. */
struct asked {
    char path[SMTP_PATH_BYTES]; /* of MAIL and RCPT; the name of EHLO and HELO */
    uint64_t size;
    enum smtp_body body;
    enum smtp_ret ret;
    bool smtputf8, has_envid, has_orcpt;
    unsigned notify;
    char text[SMTP_VALUE_BYTES]; /* ENVID or ORCPT */
};

struct chunk {
    uint64_t left; /* bytes still to come */
    bool is_last;
    bool was_refused; /* the session was PHASE_REFUSED before */
    int refusal;      /* code, 0: none. What follows a refused BDAT is taken and dropped (RFC 3030 2). */
    const char *why;
};

/* Rules about the enhanced status code of the reply (RFC 2034); the others stand in smtp_server_commands.c. */
enum {
    SMTP_SENDER_OK = 1,        /* success is 2.1.0 */
    SMTP_RECIPIENT_OK = 2,     /* success is 2.1.5 */
    SMTP_PLAIN_REPLY = 1 << 12 /* never has one */
};

struct smtp_command {
    const char *verb;
    unsigned rules;
    /* The reply; code 0: later. */
    struct smtp_reply (*handler)(struct smtp_server *s, const char *argument);
    /* What the reply brings about, and its words, where they are the session's. NULL: nothing. */
    void (*effect)(struct smtp_server *s, struct smtp_reply *reply);
};

struct smtp_server {
    struct smtp_server_config config;
    char *name;
    struct session_io io;
    struct smtp_server_policy policy;
    struct session session;
    struct transaction transaction;
    struct asked asked;
    struct chunk chunk;
    const struct smtp_command *waiting; /* its answer is not there yet */
    struct smtp_reply *held;            /* it is there, to be said later; NULL: not so */
    int64_t held_until_ns;
    struct smtp_reply forced; /* words for that answer; code 0: none */
    bool after_cr;            /* SMTP_LINES_LENIENT: the CR before ended a line */
    char *early;              /* arrived while we were waiting */
    size_t early_size, early_capacity;
    struct line_reader line;
};

bool smtp_server_offers(const struct smtp_server *s, enum smtp_extension extension);
/* The envelope so far; reverse_path may be that of a transaction not yet open. */
struct smtp_envelope smtp_server_envelope(const struct smtp_server *s);
void smtp_server_end_transaction(struct smtp_server *s);
/* Asks for the reply to a command in order, lets it have its effect and writes it, or waits for it. */
void smtp_server_run(struct smtp_server *s, const struct smtp_command *command, const char *argument);
/* With the reply there: its effect, and its words to the client. */
void smtp_server_finish(struct smtp_server *s, const struct smtp_command *command, struct smtp_reply *reply);
/* A command line without its end; more_came: there is more behind it already. */
void smtp_server_answer_line(struct smtp_server *s, char *line, size_t size, bool more_came);
/* Whether the policy wants this reply said later: then it is kept. */
bool smtp_server_holds_back(struct smtp_server *s, const struct smtp_command *command, struct smtp_reply *reply);
/* A reply to something that is no command in order, or that was never to be carried out. */
void smtp_server_refuse(struct smtp_server *s, int code, const char *text);
/* Beyond ASCII only where SMTPUTF8 is offered, and as whole UTF-8 (RFC 6531 3.3). */
bool smtp_server_may_hold(const struct smtp_server *s, const char *text);

/* smtp_server_mail.c */
struct smtp_reply smtp_server_on_mail(struct smtp_server *s, const char *argument);
void smtp_server_mail_effect(struct smtp_server *s, struct smtp_reply *reply);
struct smtp_reply smtp_server_on_rcpt(struct smtp_server *s, const char *argument);
void smtp_server_rcpt_effect(struct smtp_server *s, struct smtp_reply *reply);

/* smtp_server_content.c */
struct smtp_reply smtp_server_on_data(struct smtp_server *s, const char *argument);
void smtp_server_data_effect(struct smtp_server *s, struct smtp_reply *reply);
struct smtp_reply smtp_server_on_bdat(struct smtp_server *s, const char *argument);
size_t smtp_server_receive_content(struct smtp_server *s, const char *bytes, size_t size);
size_t smtp_server_receive_chunk(struct smtp_server *s, const char *bytes, size_t size);
void smtp_server_end_chunk(struct smtp_server *s);

/* smtp_server_auth.c */
struct smtp_reply smtp_server_on_auth(struct smtp_server *s, const char *argument);
void smtp_server_auth_effect(struct smtp_server *s, struct smtp_reply *reply);
/* A line after 334. */
void smtp_server_auth_line(struct smtp_server *s, const char *line);

#endif
