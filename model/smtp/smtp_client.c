/* The client's end of an SMTP session (RFC 5321): the states bear the names of what an answer is awaited to; only
   enter_state goes there, writes, and sets the time-out (4.5.3.2). Extensions are used where they are offered: SIZE
   (RFC 1870), 8BITMIME (RFC 6152), PIPELINING (RFC 2920), STARTTLS (RFC 3207), AUTH (RFC 4954), CHUNKING (RFC 3030),
   DSN (RFC 3461), SMTPUTF8 (RFC 6531), LIMITS (RFC 9422).

   Left out on purpose: turning 8-bit content into 7-bit for a server without 8BITMIME. */
#include "model/smtp/smtp_client.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/smtp/smtp_client_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"

/* RFC 5321 4.5.3.1.5 allows 512; more is borne with. */
enum { REPLY_LINE_BYTES = LINE_READER_BYTES };

const char *delivery_outcome_text(enum delivery_outcome outcome)
{
    switch (outcome) {
    case DELIVERY_DELIVERED:
        return "delivered";
    case DELIVERY_LATER:
        return "later";
    case DELIVERY_NEVER:
        return "never";
    }
    assert(!"no such outcome");
    return "";
}

struct smtp_client_config smtp_client_config_default(const char *name)
{
    struct smtp_client_config config = {
        .name = name,
        .timeouts = {.greeting_ns = 5 * MINUTE,
                     .helo_ns = 5 * MINUTE,
                     .mail_ns = 5 * MINUTE,
                     .rcpt_ns = 5 * MINUTE,
                     .data_init_ns = 2 * MINUTE,
                     .data_block_ns = 3 * MINUTE,
                     .data_done_ns = 10 * MINUTE,
                     .quit_ns = 5 * MINUTE,
                     .starttls_ns = 5 * MINUTE,
                     .auth_ns = 5 * MINUTE},
        .mechanism = SMTP_AUTH_PLAIN,
        .pipelining = true,
    };

    return config;
}

static void fill(int64_t *ns, int64_t with)
{
    if (*ns == 0) *ns = with;
}

void smtp_timeouts_fill(struct smtp_timeouts *timeouts, const struct smtp_timeouts *with)
{
    fill(&timeouts->greeting_ns, with->greeting_ns);
    fill(&timeouts->helo_ns, with->helo_ns);
    fill(&timeouts->mail_ns, with->mail_ns);
    fill(&timeouts->rcpt_ns, with->rcpt_ns);
    fill(&timeouts->data_init_ns, with->data_init_ns);
    fill(&timeouts->data_block_ns, with->data_block_ns);
    fill(&timeouts->data_done_ns, with->data_done_ns);
    fill(&timeouts->rset_ns, with->rset_ns);
    fill(&timeouts->quit_ns, with->quit_ns);
    fill(&timeouts->starttls_ns, with->starttls_ns);
    fill(&timeouts->auth_ns, with->auth_ns);
}

struct smtp_timeouts smtp_timeouts_all(int64_t ns)
{
    return (struct smtp_timeouts){.greeting_ns = ns,
                                  .helo_ns = ns,
                                  .mail_ns = ns,
                                  .rcpt_ns = ns,
                                  .data_init_ns = ns,
                                  .data_block_ns = ns,
                                  .data_done_ns = ns,
                                  .rset_ns = ns,
                                  .quit_ns = ns,
                                  .starttls_ns = ns,
                                  .auth_ns = ns};
}

/* --- States ---------------------------------------------------------------------------------------------------------
 */

static bool has_arrived(const struct smtp_client *s)
{
    return !s->io.acknowledged || s->io.acknowledged(s->io.context) >= s->written;
}

static int64_t wait_ns(const struct smtp_client *s)
{
    switch (s->state) {
    case STATE_CONNECT:
        return s->config.timeouts.greeting_ns;
    case STATE_EHLO:
    case STATE_HELO:
        return s->config.timeouts.helo_ns;
    case STATE_STARTTLS:
    case STATE_HANDSHAKE:
        return s->config.timeouts.starttls_ns;
    case STATE_AUTH_PLAIN:
    case STATE_AUTH_LOGIN:
    case STATE_AUTH_USER:
    case STATE_AUTH_PASSWORD:
        return s->config.timeouts.auth_ns;
    case STATE_RSET:
        return s->config.timeouts.rset_ns ? s->config.timeouts.rset_ns : s->config.timeouts.mail_ns;
    case STATE_MAIL:
        return s->config.timeouts.mail_ns;
    case STATE_RCPT:
        return s->config.timeouts.rcpt_ns;
    case STATE_DATA:
        return s->config.timeouts.data_init_ns;
    case STATE_CHUNK:
    case STATE_END_OF_DATA:
        /* RFC 5321 4.5.3.2.5 and 6: each block is waited for, and once all have arrived the answer. */
        return has_arrived(s) ? s->config.timeouts.data_done_ns : s->config.timeouts.data_block_ns;
    case STATE_QUIT:
        return s->config.timeouts.quit_ns;
    case STATE_NEW:
    case STATE_IDLE:
    case STATE_OVER:
        break;
    }
    return TIME_NEVER;
}

static void set_deadline(struct smtp_client *s, int64_t now_ns)
{
    int64_t wait = wait_ns(s);

    s->deadline_ns = wait == TIME_NEVER ? TIME_NEVER : now_ns + wait;
}

/* The one door to a state. */
static void enter_state(struct smtp_client *s, enum client_state next, int64_t now_ns)
{
    s->state = next;
    smtp_client_write(s, next);
    set_deadline(s, now_ns);
    if (next == STATE_HANDSHAKE) s->io.start_tls(s->io.context);
}

/* --- Receiving
 * -------------------------------------------------------------------------------------------------------- */

enum reply_progress { REPLY_GOES_ON, REPLY_WHOLE, REPLY_MALFORMED };

/* RFC 5321 4.2.1: all lines carry the same code; "-" follows it in all but the last. What does not fit is cut. */
static enum reply_progress add_reply_line(struct smtp_reply *reply, const struct line_reader *line)
{
    int code = line->too_long || line->stray ? 0 : smtp_reply_code(line->bytes);
    char separator = line->bytes[3];
    bool is_first = reply->code == 0;
    size_t used;

    if (code == 0 || (!is_first && code != reply->code)) return REPLY_MALFORMED;
    if (separator != '-' && separator != ' ' && separator != '\0') return REPLY_MALFORMED;
    if (is_first) reply->text[0] = '\0';
    reply->code = code;
    used = strlen(reply->text);
    struct put p = put_into(reply->text + used, sizeof reply->text - used);
    if (!is_first) put_text(&p, "\n");
    if (separator != '\0') put_text(&p, line->bytes + 4);
    return separator == '-' ? REPLY_GOES_ON : REPLY_WHOLE;
}

/* Words that came before what they would answer. 421 may do so. A server that takes a CR alone for the end of a line
   answers before it has the LF. */
static bool came_too_early(const struct smtp_client *s, const struct smtp_reply *reply)
{
    enum { LF = 1 };
    return reply->code != 421 && s->io.acknowledged && s->io.acknowledged(s->io.context) + LF < s->awaited;
}

/* RFC 5321 sets no limit; a server must not keep its client for ever all the same. */
enum { MOST_REPLY_LINES = 10000 };

static void receive_line(struct smtp_client *s, int64_t now_ns)
{
    struct smtp_reply *reply = &s->reply;

    s->reply_lines++;
    switch (add_reply_line(reply, &s->line)) {
    case REPLY_GOES_ON:
        if (s->reply_lines >= MOST_REPLY_LINES) smtp_client_abandon(s, "a reply without end");
        break;
    case REPLY_MALFORMED:
        smtp_client_abandon(s, "malformed reply");
        break;
    case REPLY_WHOLE:
        if (came_too_early(s, reply))
            enter_state(s, smtp_client_protocol_error(s, reply), now_ns);
        else
            enter_state(s, smtp_client_on_reply(s, reply), now_ns);
        reply->code = 0;
        s->reply_lines = 0;
        break;
    }
    line_reader_clear(&s->line);
}

/* What comes behind the 220 to STARTTLS in clear has no influence (RFC 3207 4.2). */
void smtp_client_receive(struct smtp_client *s, const char *bytes, size_t size, int64_t now_ns)
{
    assert(s->state != STATE_NEW);
    while (size > 0 && s->state != STATE_OVER && s->state != STATE_HANDSHAKE) {
        bool whole;
        size_t taken = line_reader_take(&s->line, bytes, size, &whole);

        if (whole)
            receive_line(s, now_ns);
        else if (s->line.too_long) /* whatever its end will be, if it ever comes */
            smtp_client_abandon(s, "malformed reply");
        bytes += taken;
        size -= taken;
    }
}

void smtp_client_secured(struct smtp_client *s, const struct session_security *security, int64_t now_ns)
{
    assert(s->state == STATE_NEW || s->state == STATE_HANDSHAKE);
    s->security = security;
    memset(&s->offer, 0, sizeof s->offer);
    if (s->state == STATE_HANDSHAKE) enter_state(s, STATE_EHLO, now_ns);
}

/* --- Beginning and end
 * ------------------------------------------------------------------------------------------------ */

struct smtp_client *smtp_client_new(const struct smtp_client_config *config, struct session_io io,
                                    struct smtp_client_owner owner, const struct smtp_job *first)
{
    struct smtp_client *s = mem_alloc(sizeof *s);

    assert(first && owner.outcome && owner.next && (!config->user || config->password));
    memset(s, 0, sizeof *s);
    s->config = *config;
    s->name = mem_strdup(config->name);
    s->config.name = s->name;
    s->io = io;
    s->owner = owner;
    s->state = STATE_NEW;
    s->deadline_ns = TIME_NEVER;
    line_reader_init(&s->line, REPLY_LINE_BYTES);
    smtp_client_take_job(s, first);
    return s;
}

void smtp_client_free(struct smtp_client *s)
{
    if (!s) return;
    mem_free(s->recipients);
    mem_free(s->cleaned);
    mem_free(s->out);
    mem_free(s->name);
    mem_free(s);
}

void smtp_client_start(struct smtp_client *s, int64_t now_ns)
{
    assert(s->state == STATE_NEW);
    enter_state(s, STATE_CONNECT, now_ns);
}

void smtp_client_connection_lost(struct smtp_client *s, const char *why, int64_t now_ns)
{
    (void)now_ns;
    if (s->state != STATE_OVER) smtp_client_abandon(s, why);
}

void smtp_client_progress(struct smtp_client *s, int64_t now_ns)
{
    if (s->state == STATE_END_OF_DATA || s->state == STATE_CHUNK) set_deadline(s, now_ns);
}

int64_t smtp_client_deadline(const struct smtp_client *s)
{
    return s->state == STATE_OVER ? TIME_NEVER : s->deadline_ns;
}

void smtp_client_on_deadline(struct smtp_client *s, int64_t now_ns)
{
    static const char *const words[] = {
        [STATE_CONNECT] = "timed out waiting for the greeting",
        [STATE_EHLO] = "timed out waiting for the reply to EHLO",
        [STATE_HELO] = "timed out waiting for the reply to HELO",
        [STATE_STARTTLS] = "timed out waiting for the reply to STARTTLS",
        [STATE_HANDSHAKE] = "timed out in the TLS handshake",
        [STATE_AUTH_PLAIN] = "timed out waiting for the reply to AUTH",
        [STATE_AUTH_LOGIN] = "timed out waiting for the reply to AUTH",
        [STATE_AUTH_USER] = "timed out waiting for the reply to AUTH",
        [STATE_AUTH_PASSWORD] = "timed out waiting for the reply to AUTH",
        [STATE_MAIL] = "timed out waiting for the reply to MAIL",
        [STATE_RCPT] = "timed out waiting for the reply to RCPT",
        [STATE_DATA] = "timed out waiting for the reply to DATA",
        [STATE_CHUNK] = "timed out waiting for the reply to BDAT",
        [STATE_END_OF_DATA] = "timed out waiting for the reply to end of data",
        [STATE_RSET] = "timed out waiting for the reply to RSET",
        [STATE_QUIT] = "timed out waiting for the reply to QUIT",
    };

    if (now_ns < smtp_client_deadline(s)) return;
    bool is_content = s->state == STATE_CHUNK || s->state == STATE_END_OF_DATA;
    smtp_client_abandon(s, is_content && !has_arrived(s) ? "timed out waiting for the content to be acknowledged"
                                                         : words[s->state]);
}

bool smtp_client_is_in_handshake(const struct smtp_client *s)
{
    return s->state == STATE_HANDSHAKE;
}

bool smtp_client_is_idle(const struct smtp_client *s)
{
    return s->state == STATE_IDLE;
}

void smtp_client_go_on(struct smtp_client *s, const struct smtp_job *job, int64_t now_ns)
{
    assert(s->state == STATE_IDLE);
    smtp_client_take_job(s, job);
    enter_state(s, smtp_client_begin_transaction(s), now_ns);
}

void smtp_client_quit(struct smtp_client *s, int64_t now_ns)
{
    assert(s->state == STATE_IDLE);
    enter_state(s, STATE_QUIT, now_ns);
}

bool smtp_client_is_full(const struct smtp_client *s)
{
    return s->offer.mail_max && s->n_mails >= s->offer.mail_max;
}

bool smtp_client_judges_itself(const struct smtp_client *s)
{
    return s->judges_itself;
}

bool smtp_client_is_over(const struct smtp_client *s)
{
    return s->state == STATE_OVER;
}
