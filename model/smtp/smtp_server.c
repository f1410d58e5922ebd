/* The life of an SMTP session at the server: greeting (RFC 5321 3.1), what arrives and in what lines (2.3.8), limits of
   lines (4.5.3.1), time-out (4.5.3.2.7), answers that come later, the way to TLS (RFC 3207).

   Left out on purpose: BINARYMIME; ETRN; VRFY and EXPN give nothing away unless a policy does. */
#include "model/smtp/smtp_server.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/smtp/smtp_server_internal.h"
#include "sim/journal/memory.h"

/* Lines with their CR LF. The extensions lengthen MAIL: SIZE by 26 (RFC 1870 3), BODY by 17 (RFC 6152 2), AUTH by 500
   (RFC 4954 5), RET and ENVID by 116 (RFC 3461 4.3, 4.4), SMTPUTF8 by 10 (RFC 6531 3.1); RCPT: NOTIFY and ORCPT by 500
   (RFC 3461); VRFY and EXPN: SMTPUTF8 by 10. */
enum {
    COMMAND_LINE_BYTES = 512,
    SIZE_BYTES = 26,
    BODY_BYTES = 17,
    AUTH_PARAMETER_BYTES = 500,
    DSN_MAIL_BYTES = 116,
    DSN_RCPT_BYTES = 500,
    SMTPUTF8_BYTES = 10,
    MAIL_LINE_BYTES =
        COMMAND_LINE_BYTES + SIZE_BYTES + BODY_BYTES + AUTH_PARAMETER_BYTES + DSN_MAIL_BYTES + SMTPUTF8_BYTES,
    AUTH_LINE_BYTES = 12288 /* RFC 4954 4 */
};

/* A client may go on talking while its answer is waited for: so much beyond a whole message is borne with. */
enum { EARLY_BYTES = 65536 };

struct smtp_server_config smtp_server_config_default(const char *name)
{
    struct smtp_server_config config = {.name = name,
                                        .extensions = SMTP_EXTENSIONS_DEFAULT,
                                        .max_recipients = 1000,
                                        .max_message = 10 * 1000 * 1000,
                                        .auth_mechanisms = SMTP_AUTH_PLAIN | SMTP_AUTH_LOGIN,
                                        .idle_ns = 5 * MINUTE};

    return config;
}

/* STARTTLS and AUTH come and go with the state of the session; the others are settings. */
bool smtp_server_offers(const struct smtp_server *s, enum smtp_extension extension)
{
    if (!(s->config.extensions & (unsigned)extension)) return false;
    if (extension == SMTP_STARTTLS) return s->io.start_tls && !s->session.security;
    if (extension == SMTP_AUTH)
        return s->policy.auth && (s->config.auth == SMTP_AUTH_ALWAYS || s->session.security != NULL);
    return true;
}

/* --- Receiving
 * -------------------------------------------------------------------------------------------------------- */

static size_t if_offered(const struct smtp_server *s, enum smtp_extension extension, size_t bytes)
{
    return smtp_server_offers(s, extension) ? bytes : 0;
}

/* The line's limit depends on what it begins with, and on what has been offered. */
static size_t line_limit(const struct smtp_server *s)
{
    const char *line = s->line.bytes;
    size_t limit = COMMAND_LINE_BYTES;

    if (s->session.phase == PHASE_AUTH) return AUTH_LINE_BYTES;
    if (!s->session.esmtp || s->line.length <= COMMAND_LINE_BYTES) return limit;
    if (strncasecmp(line, "MAIL ", 5) == 0)
        return limit + if_offered(s, SMTP_SIZE, SIZE_BYTES) + if_offered(s, SMTP_8BITMIME, BODY_BYTES) +
               if_offered(s, SMTP_AUTH, AUTH_PARAMETER_BYTES) + if_offered(s, SMTP_DSN, DSN_MAIL_BYTES) +
               if_offered(s, SMTP_SMTPUTF8, SMTPUTF8_BYTES);
    if (strncasecmp(line, "RCPT ", 5) == 0) return limit + if_offered(s, SMTP_DSN, DSN_RCPT_BYTES);
    if (strncasecmp(line, "VRFY ", 5) == 0 || strncasecmp(line, "EXPN ", 5) == 0)
        return limit + if_offered(s, SMTP_SMTPUTF8, SMTPUTF8_BYTES);
    if (strncasecmp(line, "AUTH ", 5) == 0 && smtp_server_offers(s, SMTP_AUTH)) return AUTH_LINE_BYTES;
    return limit;
}

static void receive_line(struct smtp_server *s, bool more_came)
{
    bool is_auth = s->session.phase == PHASE_AUTH;
    size_t limit = line_limit(s);

    if (is_auth) s->session.phase = PHASE_COMMAND;
    if (s->line.too_long || s->line.length > limit)
        smtp_server_refuse(s, 500, "5.5.6 Line too long");
    else if (s->line.stray || !smtp_server_may_hold(s, s->line.bytes))
        smtp_server_refuse(s, 500, "5.5.2 Command holds a byte that is not allowed");
    else if (is_auth)
        smtp_server_auth_line(s, s->line.bytes);
    else
        smtp_server_answer_line(s, s->line.bytes, s->line.size, more_came);
    line_reader_clear(&s->line);
}

static size_t receive_command(struct smtp_server *s, const char *bytes, size_t size, bool more_came)
{
    bool whole;
    size_t taken = line_reader_take(&s->line, bytes, size, &whole);

    if (whole) receive_line(s, more_came || taken < size);
    return taken;
}

/* What arrives while we wait is kept; a client that goes on and on is told to go. */
static void keep_early(struct smtp_server *s, const char *bytes, size_t size)
{
    if (s->early_size + size > s->config.max_message + EARLY_BYTES) {
        s->waiting = NULL;
        mem_free(s->held);
        s->held = NULL;
        smtp_server_refuse(s, 421, "4.7.0 Too much input while busy, closing connection");
        return;
    }
    if (s->early_size + size > s->early_capacity) {
        s->early_capacity = 2 * (s->early_size + size);
        s->early = mem_realloc(s->early, s->early_capacity);
    }
    memcpy(s->early + s->early_size, bytes, size);
    s->early_size += size;
}

/* more_came: these bytes are not all. */
static size_t receive_some(struct smtp_server *s, const char *bytes, size_t size, bool more_came)
{
    switch (s->session.phase) {
    case PHASE_CONTENT:
        return smtp_server_receive_content(s, bytes, size);
    case PHASE_CHUNK:
        return smtp_server_receive_chunk(s, bytes, size);
    case PHASE_COMMAND:
    case PHASE_REFUSED:
    case PHASE_AUTH:
        return receive_command(s, bytes, size, more_came);
    case PHASE_NEW:
    case PHASE_GREETING:
    case PHASE_HANDSHAKE:
    case PHASE_OVER:
        break;
    }
    return size;
}

/* SMTP_LINES_LENIENT: the next of three things, a CR, an LF, or what stands before one; each end of a line, however
   written, becomes CR LF. Returns how many bytes are done with. */
static size_t receive_leniently(struct smtp_server *s, const char *bytes, size_t size)
{
    size_t n = 0;

    if (s->after_cr && (bytes[0] == '\r' || bytes[0] == '\n')) {
        s->after_cr = bytes[0] == '\r';
        return 1;
    }
    while (n < size && bytes[n] != '\r' && bytes[n] != '\n')
        n++;
    s->after_cr = n == 0 && bytes[0] == '\r';
    if (n > 0) return receive_some(s, bytes, n, n < size);
    receive_some(s, "\r\n", 2, size > 1 + (size_t)(s->after_cr && size > 1 && bytes[1] == '\n')); /* CR LF is one end */
    return 1;
}

/* A handshake begins once its 220 is written; what came behind STARTTLS in clear has no influence (RFC 3207 4.2). */
static void begin_handshake(struct smtp_server *s)
{
    s->early_size = 0;
    s->after_cr = false;
    line_reader_clear(&s->line);
    s->io.start_tls(s->io.context);
}

static void take(struct smtp_server *s, const char *bytes, size_t size)
{
    bool lenient = s->config.line_endings == SMTP_LINES_LENIENT;

    while (size > 0 && s->session.phase != PHASE_OVER && s->session.phase != PHASE_HANDSHAKE) {
        size_t taken;
        if (s->waiting) {
            keep_early(s, bytes, size);
            return;
        }
        if (lenient && (s->session.phase != PHASE_CHUNK || (s->after_cr && bytes[0] == '\n')))
            taken = receive_leniently(s, bytes, size);
        else
            taken = receive_some(s, bytes, size, false);
        bytes += taken;
        size -= taken;
        if (s->session.phase == PHASE_HANDSHAKE) begin_handshake(s);
    }
}

/* RFC 5321 4.5.3.2.7: whoever drips a command, octet by octet, has no more time for it than whoever says nothing. */
void smtp_server_receive(struct smtp_server *s, const char *bytes, size_t size, int64_t now_ns)
{
    int64_t before_ns = s->session.deadline_ns;
    size_t begun = s->line.length;

    if (!s->waiting) s->session.deadline_ns = now_ns + s->config.idle_ns;
    take(s, bytes, size);
    if (begun > 0 && s->line.length == begun + size) s->session.deadline_ns = before_ns;
}

/* --- Answers that came later ------------------------------------------------------------------------------------- */

void smtp_server_answer(struct smtp_server *s, const struct smtp_reply *answer, int64_t now_ns)
{
    const struct smtp_command *command = s->waiting;
    struct smtp_reply reply = *answer;
    char *early = s->early;
    size_t early_size = s->early_size;
    bool was_held = s->held != NULL;

    assert(reply.code);
    mem_free(s->held);
    s->held = NULL;
    if (s->session.phase == PHASE_OVER) return;
    assert(command);
    s->waiting = NULL;
    if (!was_held && smtp_server_holds_back(s, command, &reply)) return;
    s->early = NULL;
    s->early_size = s->early_capacity = 0;
    s->session.deadline_ns = now_ns + s->config.idle_ns;
    smtp_server_finish(s, command, &reply);
    if (s->session.phase == PHASE_HANDSHAKE)
        begin_handshake(s);
    else
        take(s, early, early_size);
    mem_free(early);
}

bool smtp_server_is_waiting(const struct smtp_server *s)
{
    return s->waiting != NULL;
}

void smtp_server_secured(struct smtp_server *s, const struct session_security *security, int64_t now_ns)
{
    assert(s->session.phase == PHASE_NEW || s->session.phase == PHASE_HANDSHAKE);
    s->session.security = security;
    if (s->session.phase == PHASE_NEW) return;
    s->session.phase = PHASE_COMMAND;
    s->session.deadline_ns = now_ns + s->config.idle_ns;
}

/* --- Beginning and end
 * ------------------------------------------------------------------------------------------------ */

struct smtp_server *smtp_server_new(const struct smtp_server_config *config, struct session_io io,
                                    struct smtp_server_policy policy)
{
    struct smtp_server *s = mem_alloc(sizeof *s);
    bool has_auth = config->extensions & SMTP_AUTH && policy.auth;

    assert(policy.mail && policy.rcpt && policy.message);
    memset(s, 0, offsetof(struct smtp_server, line));
    s->config = *config;
    s->name = mem_strdup(config->name);
    s->config.name = s->name;
    s->io = io;
    s->policy = policy;
    s->session.deadline_ns = TIME_NEVER;
    line_reader_init(&s->line, has_auth ? AUTH_LINE_BYTES : MAIL_LINE_BYTES);
    s->line.lf_ends = config->line_endings == SMTP_LINES_NORMALIZE;
    return s;
}

void smtp_server_free(struct smtp_server *s)
{
    if (!s) return;
    smtp_server_end_transaction(s);
    line_reader_free(&s->line);
    mem_free(s->session.helo);
    mem_free(s->session.user);
    mem_free(s->session.auth_user);
    mem_free(s->early);
    mem_free(s->held);
    mem_free(s->name);
    mem_free(s);
}

/* RFC 5321 3.1, 4.3.1 */
static struct smtp_reply on_connect(struct smtp_server *s, const char *argument)
{
    (void)argument;
    return s->policy.connect ? s->policy.connect(s->policy.context) : smtp_reply_say(220, "");
}

static void connect_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    s->session.phase = reply->code / 100 == 2 ? PHASE_COMMAND : PHASE_REFUSED;
    if (reply->code / 100 == 2 && !reply->text[0]) *reply = smtp_reply_make(220, "%s ESMTP postroad", s->name);
}

void smtp_server_start(struct smtp_server *s, int64_t now_ns)
{
    static const struct smtp_command greeting = {"CONNECT", SMTP_PLAIN_REPLY, on_connect, connect_effect};

    s->session.phase = PHASE_GREETING;
    s->session.deadline_ns = now_ns + s->config.idle_ns;
    smtp_server_run(s, &greeting, "");
}

/* While we wait for an answer of our own, the client is not to blame. */
int64_t smtp_server_deadline(const struct smtp_server *s)
{
    if (s->held) return s->held_until_ns;
    return s->session.phase == PHASE_OVER || s->waiting ? TIME_NEVER : s->session.deadline_ns;
}

/* RFC 5321 3.8: a server may give up with 421 when nothing comes; within a handshake there is no way to say so. */
void smtp_server_on_deadline(struct smtp_server *s, int64_t now_ns)
{
    char words[300];

    if (now_ns < smtp_server_deadline(s)) return;
    if (s->held) {
        struct smtp_reply held = *s->held;
        smtp_server_answer(s, &held, now_ns);
        return;
    }
    smtp_server_end_transaction(s);
    if (s->session.phase == PHASE_HANDSHAKE) {
        s->session.phase = PHASE_OVER;
        return;
    }
    snprintf(words, sizeof words, "4.4.2 %s timeout, closing connection", s->name);
    smtp_server_refuse(s, 421, words);
}

bool smtp_server_is_over(const struct smtp_server *s)
{
    return s->session.phase == PHASE_OVER;
}
