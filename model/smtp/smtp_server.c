/* The server's end of an SMTP session (RFC 5321): order (4.1.4), syntax (4.1.1, 4.1.2), limits (4.5.3.1), transparency
   (4.5.2), time-out (4.5.3.2.7), with SIZE (RFC 1870) and 8BITMIME (RFC 6152).

   A command is a row of the table: what must have happened before, and a handler that returns the reply. Only
   write_reply writes. To add a command: one row, one handler.

   Left out on purpose: PIPELINING is not announced, though commands sent at once are answered in order; STARTTLS and
   AUTH; VRFY and EXPN give nothing away. */
#include "model/smtp/smtp_server.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/smtp/session_lines.h"
#include "model/smtp/smtp_address.h"
#include "model/smtp/smtp_parameter.h"
#include "model/smtp/transparency.h"
#include "sim/journal/memory.h"

/* Lines with their CR LF. The extensions lengthen MAIL: SIZE by 26 (RFC 1870 3), BODY by 17 (RFC 6152 2). */
enum { COMMAND_LINE_BYTES = 512, MAIL_LINE_BYTES = 512 + 26 + 17, TEXT_LINE_BYTES = 1000, REPLY_LINE_BYTES = 512 };

enum session_phase {
    PHASE_COMMAND, /* a command line comes next */
    PHASE_REFUSED, /* the greeting was 4yz or 5yz: only QUIT is served (RFC 5321 3.1) */
    PHASE_CONTENT, /* after 354 */
    PHASE_OVER
};

/* What lasts from one mail to the next. */
struct session {
    enum session_phase phase;
    char *helo; /* NULL before EHLO or HELO */
    bool esmtp;
    int64_t deadline_ns;
};

/* One mail: the buffers of RFC 5321 4.1.1. MAIL opens it; RSET, EHLO, HELO and the end of data free it. */
struct transaction {
    bool open;
    char *reverse_path;
    char **forward_paths;
    size_t n_forward_paths, capacity;
    struct dot_reader content;
};

struct smtp_server {
    struct smtp_server_config config;
    char *name;
    struct session_io io;
    struct smtp_server_policy policy;
    struct session session;
    struct transaction transaction;
    struct line_reader line;
};

struct smtp_server_config smtp_server_config_default(const char *name)
{
    struct smtp_server_config config = {
        .name = name, .max_recipients = 1000, .max_message = 10 * 1000 * 1000, .idle_ns = 5 * MINUTE};

    return config;
}

/* --- The transaction ------------------------------------------------------------------------------------------ */

static void transaction_free(struct transaction *t)
{
    for (size_t i = 0; i < t->n_forward_paths; i++)
        mem_free(t->forward_paths[i]);
    mem_free(t->forward_paths);
    mem_free(t->reverse_path);
    dot_reader_free(&t->content);
    memset(t, 0, sizeof *t);
}

static void transaction_open(struct transaction *t, const char *reverse_path)
{
    assert(!t->open);
    t->open = true;
    t->reverse_path = mem_strdup(reverse_path);
}

static void transaction_add_forward_path(struct transaction *t, const char *forward_path)
{
    if (t->n_forward_paths == t->capacity) {
        t->capacity = t->capacity ? 2 * t->capacity : 4;
        t->forward_paths = mem_realloc(t->forward_paths, t->capacity * sizeof *t->forward_paths);
    }
    t->forward_paths[t->n_forward_paths++] = mem_strdup(forward_path);
}

static struct smtp_envelope envelope(const struct smtp_server *s, const char *reverse_path)
{
    struct smtp_envelope e = {s->session.helo, s->session.esmtp, reverse_path, s->transaction.forward_paths,
                              s->transaction.n_forward_paths};

    return e;
}

/* --- Handlers: each returns its reply --------------------------------------------------------------------------- */

static struct smtp_reply greet(struct smtp_server *s, const char *argument, bool esmtp)
{
    if (!smtp_helo_name_is_valid(argument)) return smtp_reply_make(501, "Syntax: %s domain", esmtp ? "EHLO" : "HELO");
    transaction_free(&s->transaction);
    mem_free(s->session.helo);
    s->session.helo = mem_strdup(argument);
    s->session.esmtp = esmtp;
    if (!esmtp) return smtp_reply_make(250, "%s", s->name);
    return smtp_reply_make(250, "%s greets %.100s\n8BITMIME\nSIZE %zu", s->name, argument, s->config.max_message);
}

static struct smtp_reply on_ehlo(struct smtp_server *s, const char *argument)
{
    return greet(s, argument, true);
}

static struct smtp_reply on_helo(struct smtp_server *s, const char *argument)
{
    return greet(s, argument, false);
}

/* SIZE=bytes, at most 20 digits (RFC 1870 4). False fills the reply. */
static bool check_size(const struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    size_t digits = strspn(value, "0123456789");
    unsigned long long size;

    if (digits == 0 || digits > 20 || value[digits]) {
        *reply = smtp_reply_make(501, "5.5.4 SIZE needs a number");
        return false;
    }
    errno = 0;
    size = strtoull(value, NULL, 10);
    if (errno != ERANGE && size <= s->config.max_message) return true;
    *reply = smtp_reply_make(552, "5.3.4 Message size exceeds the limit of %zu bytes", s->config.max_message);
    return false;
}

/* BODY=7BIT or BODY=8BITMIME (RFC 6152 2): content passes untouched in both cases. */
static bool check_body(const struct smtp_server *s, const char *value, struct smtp_reply *reply)
{
    (void)s;
    if (strcasecmp(value, "7BIT") == 0 || strcasecmp(value, "8BITMIME") == 0) return true;
    *reply = smtp_reply_make(501, "5.5.4 BODY is 7BIT or 8BITMIME");
    return false;
}

/* The parameters that MAIL knows, after EHLO only. To add one: a row here, and its keyword in the reply to EHLO. */
static const struct mail_parameter {
    const char *keyword;
    bool (*check)(const struct smtp_server *s, const char *value, struct smtp_reply *reply);
} mail_parameters[] = {{"SIZE", check_size}, {"BODY", check_body}};

enum { MAIL_PARAMETERS = sizeof mail_parameters / sizeof mail_parameters[0] };

/* Its row, or MAIL_PARAMETERS if there is none. */
static size_t find_mail_parameter(const struct smtp_server *s, const char *keyword)
{
    size_t i = s->session.esmtp ? 0 : MAIL_PARAMETERS;

    while (i < MAIL_PARAMETERS && strcasecmp(keyword, mail_parameters[i].keyword) != 0)
        i++;
    return i;
}

/* False fills the reply. */
static bool check_mail_parameters(const struct smtp_server *s, const char *cursor, struct smtp_reply *reply)
{
    bool had[MAIL_PARAMETERS] = {false};
    struct smtp_parameter p;
    enum smtp_parameter_found found;

    while ((found = smtp_parameter_read(&cursor, &p)) == SMTP_PARAMETER_READ) {
        size_t i = find_mail_parameter(s, p.keyword);
        if (i == MAIL_PARAMETERS) {
            *reply = smtp_reply_make(555, "5.5.4 Unsupported parameter %s", p.keyword);
            return false;
        }
        if (had[i]) break;
        had[i] = true;
        if (!mail_parameters[i].check(s, p.value, reply)) return false;
    }
    if (found == SMTP_PARAMETER_NONE) return true;
    *reply = smtp_reply_make(501, "5.5.4 Syntax error in parameters");
    return false;
}

static struct smtp_reply on_mail(struct smtp_server *s, const char *argument)
{
    char reverse_path[SMTP_PATH_BYTES];
    struct smtp_envelope e;
    struct smtp_reply reply;
    const char *wrong;

    if (strncasecmp(argument, "FROM:", 5) != 0) return smtp_reply_make(501, "5.5.4 Syntax: MAIL FROM:<address>");
    argument += 5;
    wrong = smtp_path_read(SMTP_REVERSE_PATH, &argument, reverse_path);
    if (wrong) return smtp_reply_make(501, "5.1.7 Bad sender: %s", wrong);
    if (!check_mail_parameters(s, argument, &reply)) return reply;
    e = envelope(s, reverse_path);
    reply = s->policy.mail(s->policy.context, &e);
    if (reply.code / 100 == 2) transaction_open(&s->transaction, reverse_path);
    return reply;
}

static struct smtp_reply on_rcpt(struct smtp_server *s, const char *argument)
{
    char forward_path[SMTP_PATH_BYTES];
    struct smtp_parameter p;
    struct smtp_envelope e;
    struct smtp_reply reply;
    const char *wrong;

    if (strncasecmp(argument, "TO:", 3) != 0) return smtp_reply_make(501, "5.5.4 Syntax: RCPT TO:<address>");
    argument += 3;
    wrong = smtp_path_read(SMTP_FORWARD_PATH, &argument, forward_path);
    if (wrong) return smtp_reply_make(501, "5.1.3 Bad recipient: %s", wrong);
    switch (smtp_parameter_read(&argument, &p)) {
    case SMTP_PARAMETER_NONE:
        break;
    case SMTP_PARAMETER_READ:
        return smtp_reply_make(555, "5.5.4 Unsupported parameter %s", p.keyword);
    case SMTP_PARAMETER_BAD:
        return smtp_reply_make(501, "5.5.4 Syntax error in parameters");
    }
    /* RFC 5321 4.5.3.1.10: 452 and not 552, so that the sender comes again with the rest. */
    if (s->transaction.n_forward_paths >= s->config.max_recipients)
        return smtp_reply_make(452, "4.5.3 Too many recipients");
    e = envelope(s, s->transaction.reverse_path);
    reply = s->policy.rcpt(s->policy.context, &e, forward_path);
    if (reply.code / 100 == 2) transaction_add_forward_path(&s->transaction, forward_path);
    return reply;
}

static struct smtp_reply on_data(struct smtp_server *s, const char *argument)
{
    (void)argument;
    dot_reader_init(&s->transaction.content, TEXT_LINE_BYTES, s->config.max_message);
    s->session.phase = PHASE_CONTENT;
    return smtp_reply_make(354, "End data with <CR><LF>.<CR><LF>");
}

/* Not a command but treated like one: the closing dot has come. */
static struct smtp_reply on_end_of_data(struct smtp_server *s, const char *argument)
{
    const struct dot_reader *content = &s->transaction.content;
    struct smtp_envelope e = envelope(s, s->transaction.reverse_path);

    (void)argument;
    if (content->too_big)
        return smtp_reply_make(552, "5.3.4 Message size exceeds the limit of %zu bytes", s->config.max_message);
    if (content->stray) return smtp_reply_make(550, "5.6.0 CR or LF alone is not allowed (RFC 5321 2.3.8)");
    if (content->long_line) return smtp_reply_make(550, "5.6.0 Line longer than %d bytes", TEXT_LINE_BYTES);
    return s->policy.message(s->policy.context, &e, content->bytes ? content->bytes : "", content->size);
}

static struct smtp_reply on_rset(struct smtp_server *s, const char *argument)
{
    (void)argument;
    transaction_free(&s->transaction);
    return smtp_reply_make(250, "2.0.0 Ok");
}

static struct smtp_reply on_noop(struct smtp_server *s, const char *argument)
{
    (void)s;
    (void)argument;
    return smtp_reply_make(250, "2.0.0 Ok");
}

static struct smtp_reply on_quit(struct smtp_server *s, const char *argument)
{
    (void)argument;
    return smtp_reply_make(221, "2.0.0 %s closing connection", s->name);
}

static struct smtp_reply on_vrfy(struct smtp_server *s, const char *argument)
{
    (void)s;
    (void)argument;
    return smtp_reply_make(252, "2.5.0 Cannot verify the user, but will take mail and try to deliver it");
}

static struct smtp_reply on_expn(struct smtp_server *s, const char *argument)
{
    (void)s;
    (void)argument;
    return smtp_reply_make(502, "5.5.1 EXPN not implemented");
}

static struct smtp_reply on_help(struct smtp_server *s, const char *argument)
{
    (void)s;
    (void)argument;
    return smtp_reply_make(214, "2.0.0 Commands: EHLO HELO MAIL RCPT DATA RSET NOOP QUIT VRFY HELP (RFC 5321)");
}

/* --- The command table -------------------------------------------------------------------------------------------- */

enum {
    NEEDS_HELO = 1, /* EHLO or HELO was accepted */
    NEEDS_MAIL = 2, /* a transaction is open */
    NEEDS_RCPT = 4, /* and has a recipient */
    REFUSED_IN_TRANSACTION = 8,
    NEEDS_ARGUMENT = 16,
    TAKES_NO_ARGUMENT = 32
};

struct smtp_command {
    const char *verb;
    unsigned rules;
    struct smtp_reply (*handler)(struct smtp_server *s, const char *argument);
};

static const struct smtp_command commands[] = {
    /* clang-format off */
    /* verb   must already have, may not have                       handler     RFC 5321 */
    { "EHLO", NEEDS_ARGUMENT,                                       on_ehlo },  /* 4.1.1.1 */
    { "HELO", NEEDS_ARGUMENT,                                       on_helo },  /* 4.1.1.1 */
    { "MAIL", NEEDS_HELO | REFUSED_IN_TRANSACTION | NEEDS_ARGUMENT, on_mail },  /* 4.1.1.2 */
    { "RCPT", NEEDS_HELO | NEEDS_MAIL | NEEDS_ARGUMENT,             on_rcpt },  /* 4.1.1.3 */
    { "DATA", NEEDS_HELO | NEEDS_MAIL | NEEDS_RCPT | TAKES_NO_ARGUMENT, on_data },  /* 4.1.1.4 */
    { "RSET", TAKES_NO_ARGUMENT,                                    on_rset },  /* 4.1.1.5 */
    { "VRFY", NEEDS_ARGUMENT,                                       on_vrfy },  /* 4.1.1.6 */
    { "EXPN", NEEDS_ARGUMENT,                                       on_expn },  /* 4.1.1.7 */
    { "HELP", 0,                                                    on_help },  /* 4.1.1.8 */
    { "NOOP", 0,                                                    on_noop },  /* 4.1.1.9 */
    { "QUIT", TAKES_NO_ARGUMENT,                                    on_quit },  /* 4.1.1.10 */
    /* clang-format on */
};

static const struct smtp_command end_of_data = {".", 0, on_end_of_data};

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
static const char *out_of_order(const struct smtp_server *s, const struct smtp_command *command)
{
    if (s->session.phase == PHASE_REFUSED && command->handler != on_quit) return "no service here, only QUIT";
    if (command->rules & NEEDS_HELO && !s->session.helo) return "EHLO or HELO first";
    if (command->rules & NEEDS_MAIL && !s->transaction.open) return "MAIL first";
    if (command->rules & NEEDS_RCPT && s->transaction.n_forward_paths == 0) return "RCPT first";
    if (command->rules & REFUSED_IN_TRANSACTION && s->transaction.open) return "a transaction is open";
    return NULL;
}

/* A fault may answer instead. A refusal keeps the command from having any effect; a reply of the kind that the command
   gets anyway replaces only the words, so that both ends still agree on where they are. */
static struct smtp_reply run_command(struct smtp_server *s, const struct smtp_command *command, const char *argument)
{
    struct smtp_reply forced, reply;
    bool is_forced = s->policy.forced && s->policy.forced(s->policy.context, command->verb, &forced);

    if (is_forced && forced.code >= 400) return forced;
    reply = command->handler(s, argument);
    return is_forced && forced.code / 100 == reply.code / 100 ? forced : reply;
}

static struct smtp_reply answer_command(struct smtp_server *s, char *line, size_t size)
{
    const struct smtp_command *command;
    const char *argument, *why;

    /* RFC 5321 4.1.1: white space at the end is borne with. */
    while (size > 0 && (line[size - 1] == ' ' || line[size - 1] == '\t'))
        line[--size] = '\0';
    command = find_command(line);
    if (!command) return smtp_reply_make(500, "5.5.2 Command not recognized");
    why = out_of_order(s, command);
    if (why) return smtp_reply_make(503, "5.5.1 Bad sequence of commands: %s", why);
    argument = line + strlen(command->verb);
    argument += strspn(argument, " ");
    if (command->rules & NEEDS_ARGUMENT && *argument == '\0')
        return smtp_reply_make(501, "5.5.4 %s needs an argument", command->verb);
    if (command->rules & TAKES_NO_ARGUMENT && *argument != '\0')
        return smtp_reply_make(501, "5.5.4 %s takes no argument", command->verb);
    return run_command(s, command, argument);
}

/* --- Writing --------------------------------------------------------------------------------------------------------
 */

static size_t append_reply_line(char *out, size_t room, int code, char separator, const char *text, size_t size)
{
    size_t most = REPLY_LINE_BYTES - 6;
    int n = (int)(size < most ? size : most);

    n = snprintf(out, room, "%03d%c%.*s\r\n", code, separator, n, text);
    assert(n > 0 && (size_t)n < room);
    return (size_t)n;
}

/* The only place that writes (RFC 5321 4.2.1: all lines of a reply carry the code, "-" follows it in all but the last).
   221 and 421 are the server's last words. */
static void write_reply(struct smtp_server *s, const struct smtp_reply *reply)
{
    char lines[(SMTP_REPLY_TEXT_BYTES + 1) * 7];
    const char *text = reply->text;
    size_t size = 0;

    for (;;) {
        size_t n = strcspn(text, "\n");
        bool last = text[n] == '\0';
        size += append_reply_line(lines + size, sizeof lines - size, reply->code, last ? ' ' : '-', text, n);
        if (last) break;
        text += n + 1;
    }
    session_write_lines(&s->io, EVENT_SMTP_LINE, "S", lines, size);
    if (reply->code == 221 || reply->code == 421) s->session.phase = PHASE_OVER;
}

/* --- Receiving
 * -------------------------------------------------------------------------------------------------------- */

static bool line_is_too_long(const struct smtp_server *s)
{
    bool extended = s->session.esmtp && strncasecmp(s->line.bytes, "MAIL ", 5) == 0;

    return s->line.too_long || s->line.length > (extended ? MAIL_LINE_BYTES : COMMAND_LINE_BYTES);
}

static bool has_eighth_bit(const char *text)
{
    while (*text && !((unsigned char)*text & 0x80))
        text++;
    return *text != '\0';
}

static size_t receive_command(struct smtp_server *s, const char *bytes, size_t size)
{
    struct smtp_reply reply;
    bool whole;
    size_t taken = line_reader_take(&s->line, bytes, size, &whole);

    if (!whole) return taken;
    if (line_is_too_long(s))
        reply = smtp_reply_make(500, "5.5.6 Line too long");
    else if (s->line.stray || has_eighth_bit(s->line.bytes))
        reply = smtp_reply_make(500, "5.5.2 Command holds a byte that is not allowed");
    else
        reply = answer_command(s, s->line.bytes, s->line.size);
    line_reader_clear(&s->line);
    write_reply(s, &reply);
    return taken;
}

static size_t receive_content(struct smtp_server *s, const char *bytes, size_t size)
{
    struct smtp_reply reply;
    bool ended;
    size_t taken = dot_reader_take(&s->transaction.content, bytes, size, &ended);

    if (!ended) return taken;
    reply = run_command(s, &end_of_data, "");
    /* RFC 5321 4.1.1.4: whatever the answer, the transaction is over. */
    transaction_free(&s->transaction);
    s->session.phase = PHASE_COMMAND;
    write_reply(s, &reply);
    return taken;
}

void smtp_server_receive(struct smtp_server *s, const char *bytes, size_t size, int64_t now_ns)
{
    s->session.deadline_ns = now_ns + s->config.idle_ns;
    while (size > 0 && s->session.phase != PHASE_OVER) {
        size_t taken =
            s->session.phase == PHASE_CONTENT ? receive_content(s, bytes, size) : receive_command(s, bytes, size);
        bytes += taken;
        size -= taken;
    }
}

/* --- Beginning and end
 * ------------------------------------------------------------------------------------------------ */

struct smtp_server *smtp_server_new(const struct smtp_server_config *config, struct session_io io,
                                    struct smtp_server_policy policy)
{
    struct smtp_server *s = mem_calloc(1, sizeof *s);

    assert(policy.mail && policy.rcpt && policy.message);
    s->config = *config;
    s->name = mem_strdup(config->name);
    s->config.name = s->name;
    s->io = io;
    s->policy = policy;
    s->session.deadline_ns = TIME_NEVER;
    line_reader_init(&s->line, MAIL_LINE_BYTES);
    return s;
}

void smtp_server_free(struct smtp_server *s)
{
    if (!s) return;
    transaction_free(&s->transaction);
    mem_free(s->session.helo);
    mem_free(s->name);
    mem_free(s);
}

/* RFC 5321 3.1, 4.3.1 */
void smtp_server_start(struct smtp_server *s, int64_t now_ns)
{
    struct smtp_reply reply;

    if (!s->policy.forced || !s->policy.forced(s->policy.context, "CONNECT", &reply))
        reply = smtp_reply_make(220, "%s ESMTP postroad", s->name);
    s->session.phase = reply.code / 100 == 2 ? PHASE_COMMAND : PHASE_REFUSED;
    s->session.deadline_ns = now_ns + s->config.idle_ns;
    write_reply(s, &reply);
}

int64_t smtp_server_deadline(const struct smtp_server *s)
{
    return s->session.phase == PHASE_OVER ? TIME_NEVER : s->session.deadline_ns;
}

/* RFC 5321 3.8: a server may give up with 421 when nothing comes. */
void smtp_server_on_deadline(struct smtp_server *s, int64_t now_ns)
{
    struct smtp_reply reply = smtp_reply_make(421, "4.4.2 %s timeout, closing connection", s->name);

    if (now_ns < smtp_server_deadline(s)) return;
    transaction_free(&s->transaction);
    write_reply(s, &reply);
}

bool smtp_server_is_over(const struct smtp_server *s)
{
    return s->session.phase == PHASE_OVER;
}
