/* The commands of an SMTP server (RFC 5321 4.1): a table of what must have happened before (4.1.4), a handler that
   returns the reply, and the effect of that reply. Only write_reply writes. To add a command: one row, one handler.

   Here are those about the session: EHLO and HELO, RSET, VRFY, EXPN, HELP, NOOP, QUIT, STARTTLS (RFC 3207), with
   ENHANCEDSTATUSCODES (RFC 2034) and LIMITS (RFC 9422). Those that carry mail have files of their own. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/smtp/smtp_server_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"

enum { REPLY_LINE_BYTES = 512 };

/* --- The transaction ------------------------------------------------------------------------------------------ */

void smtp_server_end_transaction(struct smtp_server *s)
{
    struct transaction *t = &s->transaction;

    if (!t->open) return;
    for (size_t i = 0; i < t->n_forward_paths; i++) {
        mem_free(t->forward_paths[i]);
        if (t->options) mem_free((void *)t->options[i].orcpt);
    }
    domain_set_free(&t->domains);
    mem_free(t->forward_paths);
    mem_free(t->options);
    mem_free(t->reverse_path);
    mem_free(t->envid);
    dot_reader_free(&t->content);
    memset(t, 0, sizeof *t);
}

struct smtp_envelope smtp_server_envelope(const struct smtp_server *s)
{
    const struct transaction *t = &s->transaction;

    return (struct smtp_envelope){.helo = s->session.helo,
                                  .esmtp = s->session.esmtp,
                                  .security = s->session.security,
                                  .user = s->session.user,
                                  .reverse_path = t->reverse_path,
                                  .size = t->size,
                                  .body = t->body,
                                  .ret = t->ret,
                                  .envid = t->envid,
                                  .smtputf8 = t->smtputf8,
                                  .forward_paths = (const char *const *)t->forward_paths,
                                  .options = t->options,
                                  .n_forward_paths = t->n_forward_paths};
}

/* --- Handlers: each returns its reply --------------------------------------------------------------------------- */

static struct smtp_reply on_hello(struct smtp_server *s, const char *argument, const char *verb)
{
    if (!smtp_helo_name_is_valid(argument)) return smtp_reply_make(501, "5.5.4 Syntax: %s domain", verb);
    memcpy(s->asked.path, argument, strlen(argument) + 1);
    return s->policy.helo ? s->policy.helo(s->policy.context, argument) : smtp_reply_say(250, "");
}

static struct smtp_reply on_ehlo(struct smtp_server *s, const char *argument)
{
    return on_hello(s, argument, "EHLO");
}

static struct smtp_reply on_helo(struct smtp_server *s, const char *argument)
{
    return on_hello(s, argument, "HELO");
}

/* RFC 5321 4.1.4: EHLO and HELO begin anew, as RSET does. */
static void hello(struct smtp_server *s, bool esmtp)
{
    smtp_server_end_transaction(s);
    mem_free(s->session.helo);
    s->session.helo = mem_strdup(s->asked.path);
    s->session.esmtp = esmtp;
}

static void put_limits(struct put *out, const struct smtp_server *s)
{
    if (s->config.max_mails) {
        put_text(out, " MAILMAX=");
        put_number(out, s->config.max_mails, 1);
    }
    put_text(out, " RCPTMAX=");
    put_number(out, s->config.max_recipients, 1);
    if (s->config.max_recipient_domains) {
        put_text(out, " RCPTDOMAINMAX=");
        put_number(out, s->config.max_recipient_domains, 1);
    }
}

static void put_mechanisms(struct put *out, const struct smtp_server *s)
{
    for (size_t i = 0; i < SMTP_AUTH_MECHANISMS; i++) {
        if (!(s->config.auth_mechanisms & 1u << i)) continue;
        put_text(out, " ");
        put_text(out, smtp_auth_mechanism_name(i));
    }
}

/* The line of an extension: its keyword, and parameters where it has some. */
static void put_offer(struct put *out, const struct smtp_server *s, size_t i)
{
    put_text(out, "\n");
    put_text(out, smtp_extension_keyword(i));
    if (1 << i == SMTP_AUTH) put_mechanisms(out, s);
    if (1 << i == SMTP_LIMITS) put_limits(out, s);
    if (1 << i != SMTP_SIZE) return;
    put_text(out, " ");
    put_number(out, s->config.max_message, 1);
}

static void ehlo_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    struct put out;

    if (reply->code / 100 != 2) return;
    hello(s, true);
    reply->code = 250;
    out = put_into(reply->text, sizeof reply->text);
    put_text(&out, s->name);
    put_text(&out, " greets ");
    put_text_cut(&out, s->session.helo, 100);
    for (size_t i = 0; i < SMTP_EXTENSIONS; i++)
        if (smtp_server_offers(s, (enum smtp_extension)(1 << i))) put_offer(&out, s, i);
}

static void helo_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    if (reply->code / 100 != 2) return;
    hello(s, false);
    *reply = smtp_reply_say(250, s->name);
}

static struct smtp_reply on_rset(struct smtp_server *s, const char *argument)
{
    (void)s;
    (void)argument;
    return smtp_reply_say(250, "2.0.0 Ok");
}

static void rset_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    if (reply->code / 100 == 2) smtp_server_end_transaction(s);
}

static struct smtp_reply on_noop(struct smtp_server *s, const char *argument)
{
    (void)s;
    (void)argument;
    return smtp_reply_say(250, "2.0.0 Ok");
}

static struct smtp_reply on_quit(struct smtp_server *s, const char *argument)
{
    (void)argument;
    return smtp_reply_make(221, "2.0.0 %s closing connection", s->name);
}

static void quit_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    if (reply->code / 100 == 2) smtp_server_end_transaction(s);
}

/* RFC 5321 7.3: a server need not say who lives here. */
static struct smtp_reply on_vrfy(struct smtp_server *s, const char *argument)
{
    if (s->policy.vrfy) return s->policy.vrfy(s->policy.context, argument);
    return smtp_reply_say(252, "2.5.0 Cannot verify the user, but will take mail and try to deliver it");
}

static struct smtp_reply on_expn(struct smtp_server *s, const char *argument)
{
    if (s->policy.expn) return s->policy.expn(s->policy.context, argument);
    return smtp_reply_say(502, "5.5.1 EXPN not implemented");
}

static struct smtp_reply on_help(struct smtp_server *s, const char *argument)
{
    (void)s;
    (void)argument;
    return smtp_reply_say(214, "2.0.0 Commands: EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP (RFC 5321)");
}

static struct smtp_reply on_starttls(struct smtp_server *s, const char *argument)
{
    (void)argument;
    if (s->session.security) return smtp_reply_say(503, "5.5.1 TLS is already on");
    if (!smtp_server_offers(s, SMTP_STARTTLS)) return smtp_reply_say(502, "5.5.1 STARTTLS not implemented");
    return smtp_reply_say(220, "2.0.0 Ready to start TLS");
}

/* RFC 3207 4.2: nothing that the client said in clear is remembered. */
static void starttls_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    if (reply->code != 220) return;
    smtp_server_end_transaction(s);
    mem_free(s->session.helo);
    mem_free(s->session.user);
    s->session.helo = s->session.user = NULL;
    s->session.esmtp = false;
    s->session.phase = PHASE_HANDSHAKE;
}

/* --- Writing --------------------------------------------------------------------------------------------------------
 */

/* RFC 2034 4: each line of a reply of class 2, 4, 5 begins with a status code, but not the greeting, nor the reply to
   EHLO and HELO. Whoever made the reply may have put one there; otherwise success is "2.1.0" after MAIL, "2.1.5" after
   RCPT (RFC 3463 3.2), and "2.0.0" elsewhere. What a fault forces is left as it is. */
static void find_prefix(const struct smtp_command *command, const struct smtp_reply *reply, char prefix[8])
{
    static const char *const details[] = {[0] = ".0.0 ", [SMTP_SENDER_OK] = ".1.0 ", [SMTP_RECIPIENT_OK] = ".1.5 "};
    unsigned which = command && reply->code / 100 == 2 ? command->rules & (SMTP_SENDER_OK | SMTP_RECIPIENT_OK) : 0;

    prefix[0] = (char)('0' + reply->code / 100);
    memcpy(prefix + 1, details[which], sizeof ".0.0 ");
}

static size_t append_reply_line(char *out, size_t room, int code, char separator, const char *prefix, const char *text,
                                size_t size)
{
    size_t most = REPLY_LINE_BYTES - 6 - strlen(prefix);
    struct put p = put_into(out, room);

    put_number(&p, (uint64_t)code, 3);
    put_bytes(&p, &separator, 1);
    put_text(&p, prefix);
    put_bytes(&p, text, size < most ? size : most);
    put_text(&p, "\r\n");
    assert(p.at < p.last);
    return (size_t)(p.at - out);
}

/* The only place that writes (RFC 5321 4.2.1: all lines of a reply carry the code, "-" follows it in all but the last).
   221 and 421 are the server's last words. prefix: a status code for lines that have none. */
static void write_reply(struct smtp_server *s, const struct smtp_reply *reply, const char *prefix)
{
    char lines[(SMTP_REPLY_TEXT_BYTES + 1) * 13];
    const char *text = reply->text;
    size_t size = 0;

    for (;;) {
        size_t n = strcspn(text, "\n");
        bool last = text[n] == '\0';
        size += append_reply_line(lines + size, sizeof lines - size, reply->code, last ? ' ' : '-',
                                  smtp_enhanced_length(text) ? "" : prefix, text, n);
        if (last) break;
        text += n + 1;
    }
    session_write_lines(&s->io, EVENT_SMTP_LINE, "S", lines, size);
    if (reply->code == 221 || reply->code == 421) s->session.phase = PHASE_OVER;
}

/* command: NULL for what is none. */
static void write_answer(struct smtp_server *s, const struct smtp_command *command, const struct smtp_reply *reply)
{
    char prefix[8] = "";
    bool plain = reply->code / 100 == 3 || (command && command->rules & SMTP_PLAIN_REPLY);

    if (!plain && s->config.extensions & SMTP_ENHANCEDSTATUSCODES) find_prefix(command, reply, prefix);
    write_reply(s, reply, prefix);
}

/* --- The command table -------------------------------------------------------------------------------------------- */

enum {
    NEEDS_HELO = 1 << 2, /* EHLO or HELO was accepted */
    NEEDS_MAIL = 1 << 3, /* a transaction is open */
    NEEDS_RCPT = 1 << 4, /* and has a recipient */
    REFUSED_IN_TRANSACTION = 1 << 5,
    REFUSED_AFTER_BDAT = 1 << 6,
    NEEDS_ARGUMENT = 1 << 7,
    TAKES_NO_ARGUMENT = 1 << 8,
    NEEDS_AUTH = 1 << 9,  /* where the setting says so */
    ENDS_GROUP = 1 << 10, /* RFC 2920 3.1: the client must wait for its reply */
    BY_ITSELF = 1 << 11   /* checks all that by itself, and is not asked of faults */
};

static const struct smtp_command commands[] = {
    /* clang-format off */
    /* verb   must already have, may not have                       handler     effect     RFC 5321 */
    { "MAIL", NEEDS_HELO | NEEDS_AUTH | REFUSED_IN_TRANSACTION | NEEDS_ARGUMENT | SMTP_SENDER_OK,
                                                    smtp_server_on_mail, smtp_server_mail_effect }, /* 4.1.1.2 */
    { "RCPT", NEEDS_HELO | NEEDS_MAIL | REFUSED_AFTER_BDAT | NEEDS_ARGUMENT | SMTP_RECIPIENT_OK,
                                                    smtp_server_on_rcpt, smtp_server_rcpt_effect }, /* 4.1.1.3 */
    { "DATA", NEEDS_HELO | NEEDS_MAIL | NEEDS_RCPT | REFUSED_AFTER_BDAT | TAKES_NO_ARGUMENT | ENDS_GROUP,
                                                    smtp_server_on_data, smtp_server_data_effect }, /* 4.1.1.4 */
    { "BDAT", BY_ITSELF,                            smtp_server_on_bdat, NULL },         /* RFC 3030 2 */
    { "EHLO", NEEDS_ARGUMENT | ENDS_GROUP | SMTP_PLAIN_REPLY,            on_ehlo, ehlo_effect },  /* 4.1.1.1 */
    { "HELO", NEEDS_ARGUMENT | ENDS_GROUP | SMTP_PLAIN_REPLY,            on_helo, helo_effect },  /* 4.1.1.1 */
    { "RSET", TAKES_NO_ARGUMENT,                                    on_rset, rset_effect },  /* 4.1.1.5 */
    { "VRFY", NEEDS_AUTH | NEEDS_ARGUMENT | ENDS_GROUP,             on_vrfy, NULL },         /* 4.1.1.6 */
    { "EXPN", NEEDS_AUTH | NEEDS_ARGUMENT | ENDS_GROUP,             on_expn, NULL },         /* 4.1.1.7 */
    { "HELP", 0,                                                    on_help, NULL },         /* 4.1.1.8 */
    { "NOOP", ENDS_GROUP,                                           on_noop, NULL },         /* 4.1.1.9 */
    { "QUIT", TAKES_NO_ARGUMENT | ENDS_GROUP,                       on_quit, quit_effect },  /* 4.1.1.10 */
    { "STARTTLS", TAKES_NO_ARGUMENT | ENDS_GROUP,             on_starttls, starttls_effect }, /* RFC 3207 4 */
    { "AUTH", NEEDS_HELO | REFUSED_IN_TRANSACTION | NEEDS_ARGUMENT | ENDS_GROUP,
                                                    smtp_server_on_auth, smtp_server_auth_effect }, /* RFC 4954 4 */
    /* clang-format on */
};

/* The verb ends at a space or with the line; upper and lower case are the same (RFC 5321 2.4). */
static const struct smtp_command *find_command(const char *line)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const char *rest = line + strlen(commands[i].verb);
        if (strncasecmp(line, commands[i].verb, (size_t)(rest - line)) == 0 && (*rest == ' ' || *rest == '\0'))
            return &commands[i];
    }
    return NULL;
}

/* What is out of order (RFC 5321 4.1.4), or NULL. */
static const char *out_of_order(const struct smtp_server *s, unsigned rules, const struct smtp_command *command)
{
    if (s->session.phase == PHASE_REFUSED && command->handler != on_quit) return "no service here, only QUIT";
    if (rules & NEEDS_HELO && !s->session.helo) return "EHLO or HELO first";
    if (rules & NEEDS_MAIL && !s->transaction.open) return "MAIL first";
    if (rules & NEEDS_RCPT && s->transaction.n_forward_paths == 0) return "RCPT first";
    if (rules & REFUSED_IN_TRANSACTION && s->transaction.open) return "a transaction is open";
    if (rules & REFUSED_AFTER_BDAT && s->transaction.is_chunked) return "BDAT has begun";
    return NULL;
}

/* A fault may answer instead. A refusal keeps the command from having any effect but what its failure has; a reply of
   the kind that the command gets anyway replaces only the words, so that both ends still agree on where they are. */
void smtp_server_finish(struct smtp_server *s, const struct smtp_command *command, struct smtp_reply *reply)
{
    bool is_forced;

    if (command->effect) command->effect(s, reply);
    /* What ends the session ends it, whatever a fault would say. */
    is_forced = s->forced.code && s->forced.code / 100 == reply->code / 100 &&
                (reply->code != 421 || s->forced.code == 421);
    if (is_forced)
        write_reply(s, &s->forced, "");
    else
        write_answer(s, command, reply);
    s->forced.code = 0;
}

bool smtp_server_holds_back(struct smtp_server *s, const struct smtp_command *command, struct smtp_reply *reply)
{
    int64_t until_ns = s->policy.pace ? s->policy.pace(s->policy.context, reply) : 0;

    if (until_ns == 0) return false;
    s->held = mem_alloc(sizeof *s->held);
    *s->held = *reply;
    s->held_until_ns = until_ns;
    s->waiting = command;
    return true;
}

void smtp_server_run(struct smtp_server *s, const struct smtp_command *command, const char *argument)
{
    struct smtp_reply reply;
    bool is_forced = s->policy.forced && !(command->rules & BY_ITSELF) &&
                     s->policy.forced(s->policy.context, command->verb, &s->forced);

    if (is_forced && s->forced.code == 0) {
        s->waiting = command;
        return;
    }
    if (!is_forced) s->forced.code = 0;
    reply = s->forced.code >= 400 ? s->forced : command->handler(s, argument);
    if (reply.code == 0 && !(command->rules & BY_ITSELF))
        s->waiting = command;
    else if (reply.code && !smtp_server_holds_back(s, command, &reply))
        smtp_server_finish(s, command, &reply);
}

/* What is none of the commands, or out of order. */
static const struct smtp_command no_command = {"", 0, NULL, NULL};

static void answer_no_command(struct smtp_server *s, struct smtp_reply *reply)
{
    s->forced.code = 0;
    if (reply->code == 421 || !smtp_server_holds_back(s, &no_command, reply)) write_answer(s, NULL, reply);
}

void smtp_server_refuse(struct smtp_server *s, int code, const char *text)
{
    struct smtp_reply reply = smtp_reply_say(code, text);

    answer_no_command(s, &reply);
}

static void refuse_argument(struct smtp_server *s, const struct smtp_command *command, const char *what)
{
    struct smtp_reply reply = smtp_reply_make(501, "5.5.4 %s %s", command->verb, what);

    answer_no_command(s, &reply);
}

void smtp_server_answer_line(struct smtp_server *s, char *line, size_t size, bool more_came)
{
    const struct smtp_command *command;
    const char *argument, *why;
    char words[80];

    /* RFC 5321 4.1.1: white space at the end is borne with. */
    while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t'))
        line[--size] = '\0';
    command = find_command(line);
    if (!command) {
        smtp_server_refuse(s, 500, "5.5.2 Command not recognized");
        return;
    }
    why = out_of_order(s, command->rules, command);
    argument = line + strlen(command->verb);
    argument += strspn(argument, " ");
    if (s->config.forbid_early_commands && command->rules & ENDS_GROUP && more_came) {
        struct smtp_reply reply = smtp_reply_say(554, "5.5.0 Improper use of SMTP command pipelining");
        write_answer(s, NULL, &reply);
        s->session.phase = PHASE_OVER;
    } else if (why && !(command->rules & BY_ITSELF)) {
        snprintf(words, sizeof words, "5.5.1 Bad sequence of commands: %s", why);
        smtp_server_refuse(s, 503, words);
    } else if (command->rules & NEEDS_AUTH && s->config.auth_required && !s->session.user)
        smtp_server_refuse(s, 530, "5.7.0 Authentication required");
    else if (command->rules & NEEDS_ARGUMENT && *argument == '\0')
        refuse_argument(s, command, "needs an argument");
    else if (command->rules & TAKES_NO_ARGUMENT && *argument != '\0')
        refuse_argument(s, command, "takes no argument");
    else
        smtp_server_run(s, command, argument);
}
