/* The client's end of an SMTP session (RFC 5321): the states bear the names of what an answer is awaited to. Each has
   one handler, which judges the reply by its first digit (4.3.2) and returns the next state; only enter_state goes
   there, writes, and sets the time-out (4.5.3.2). SIZE (RFC 1870) and BODY (RFC 6152) are used where they are offered.

   Left out on purpose: PIPELINING, STARTTLS, AUTH; turning 8-bit content into 7-bit for a server without 8BITMIME. */
#include "model/smtp/smtp_client.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/smtp/session_lines.h"
#include "model/smtp/transparency.h"
#include "sim/journal/memory.h"

/* RFC 5321 4.5.3.1.5 allows 512; more is borne with. */
enum { REPLY_LINE_BYTES = LINE_READER_BYTES, COMMAND_BYTES = 1024 };

enum client_state {
    STATE_NEW,
    STATE_CONNECT, /* awaits the greeting */
    STATE_EHLO,
    STATE_HELO,
    STATE_MAIL,
    STATE_RCPT,
    STATE_DATA,
    STATE_END_OF_DATA, /* content and closing dot are written */
    STATE_RSET,        /* the transaction failed before its end: the server still has it open */
    STATE_QUIT,
    STATE_OVER
};

enum recipient_state { RECIPIENT_OPEN, RECIPIENT_ACCEPTED, RECIPIENT_SETTLED };

struct smtp_client {
    struct smtp_client_config config;
    char *name;
    struct session_io io;
    struct smtp_client_owner owner;
    enum client_state state;
    int64_t deadline_ns;
    uint64_t written; /* end of our stream so far */
    bool offers_size, offers_8bitmime;
    struct line_reader line;
    struct smtp_reply reply; /* being collected: code 0 before its first line */

    /* The transaction */
    const struct smtp_job *job;
    bool content_is_8bit;
    enum recipient_state *recipients; /* one for each forward path */
    size_t n_accepted;
    size_t next_recipient; /* whose RCPT was sent last, or comes next */
};

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
        .greeting_ns = 5 * MINUTE,
        .helo_ns = 5 * MINUTE,
        .mail_ns = 5 * MINUTE,
        .rcpt_ns = 5 * MINUTE,
        .data_init_ns = 2 * MINUTE,
        .data_block_ns = 3 * MINUTE,
        .data_done_ns = 10 * MINUTE,
        .quit_ns = 5 * MINUTE,
    };

    return config;
}

/* --- Outcomes ------------------------------------------------------------------------------------------------------
 */

static enum delivery_outcome outcome_of(const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        return DELIVERY_DELIVERED;
    case 5:
        return DELIVERY_NEVER;
    default:
        return DELIVERY_LATER;
    }
}

/* The reply as one line: "550 5.1.1 no such user". */
static const char *reply_line(const struct smtp_reply *reply, char *out, size_t size)
{
    snprintf(out, size, "%03d%s%s", reply->code, reply->text[0] ? " " : "", reply->text);
    for (char *c = out; *c; c++)
        if (*c == '\n') *c = ' ';
    return out;
}

static void settle(struct smtp_client *s, size_t i, enum delivery_outcome outcome, const char *words, bool missing)
{
    assert(s->recipients[i] != RECIPIENT_SETTLED);
    if (s->recipients[i] == RECIPIENT_ACCEPTED) s->n_accepted--;
    s->recipients[i] = RECIPIENT_SETTLED;
    s->owner.outcome(s->owner.context, i, outcome, words, missing);
}

/* All recipients that have no outcome yet. */
static void settle_rest(struct smtp_client *s, enum delivery_outcome outcome, const char *words, bool missing)
{
    for (size_t i = 0; s->job && i < s->job->n_forward_paths; i++)
        if (s->recipients[i] != RECIPIENT_SETTLED) settle(s, i, outcome, words, missing);
}

static void settle_rest_by_reply(struct smtp_client *s, enum delivery_outcome outcome, const struct smtp_reply *reply)
{
    char words[SMTP_REPLY_TEXT_BYTES + 4];

    settle_rest(s, outcome, reply_line(reply, words, sizeof words), false);
}

/* Nobody is left to hear us. The server may have the mail if only its last word is missing (RFC 1047). */
static void abandon(struct smtp_client *s, const char *why)
{
    settle_rest(s, DELIVERY_LATER, why, s->state == STATE_END_OF_DATA);
    s->state = STATE_OVER;
}

/* --- Writing --------------------------------------------------------------------------------------------------------
 */

static void write_command(struct smtp_client *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void write_command(struct smtp_client *s, const char *format, ...)
{
    char line[COMMAND_BYTES];
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    assert(n > 0 && (size_t)n < sizeof line - 2);
    memcpy(line + n, "\r\n", sizeof "\r\n");
    s->written = session_write_lines(&s->io, EVENT_SMTP_LINE, "C", line, (size_t)n + 2);
}

static void write_mail(struct smtp_client *s)
{
    char size[32] = "";

    if (s->offers_size) snprintf(size, sizeof size, " SIZE=%zu", s->job->content_size);
    write_command(s, "MAIL FROM:<%s>%s%s", s->job->reverse_path, size, s->content_is_8bit ? " BODY=8BITMIME" : "");
}

static int64_t wait_ns(const struct smtp_client *s)
{
    switch (s->state) {
    case STATE_CONNECT:
        return s->config.greeting_ns;
    case STATE_EHLO:
    case STATE_HELO:
        return s->config.helo_ns;
    case STATE_MAIL:
    case STATE_RSET:
        return s->config.mail_ns;
    case STATE_RCPT:
        return s->config.rcpt_ns;
    case STATE_DATA:
        return s->config.data_init_ns;
    case STATE_END_OF_DATA:
        /* RFC 5321 4.5.3.2.5 and 6: each block is waited for, and once all have arrived the answer. */
        if (s->io.acknowledged && s->io.acknowledged(s->io.context) < s->written) return s->config.data_block_ns;
        return s->config.data_done_ns;
    case STATE_QUIT:
        return s->config.quit_ns;
    case STATE_NEW:
    case STATE_OVER:
        break;
    }
    return TIME_NEVER;
}

/* The one door to a state. */
static void enter_state(struct smtp_client *s, enum client_state next, int64_t now_ns)
{
    int64_t wait;

    s->state = next;
    switch (next) {
    case STATE_EHLO:
        write_command(s, "EHLO %s", s->name);
        break;
    case STATE_HELO:
        write_command(s, "HELO %s", s->name);
        break;
    case STATE_MAIL:
        write_mail(s);
        break;
    case STATE_RCPT:
        write_command(s, "RCPT TO:<%s>", s->job->forward_paths[s->next_recipient]);
        break;
    case STATE_DATA:
        write_command(s, "DATA");
        break;
    case STATE_END_OF_DATA:
        s->written =
            session_write_content(&s->io, EVENT_SMTP_CONTENT, s->job->message, s->job->content, s->job->content_size);
        break;
    case STATE_RSET:
        write_command(s, "RSET");
        break;
    case STATE_QUIT:
        write_command(s, "QUIT");
        break;
    case STATE_NEW:
    case STATE_CONNECT:
    case STATE_OVER:
        break;
    }
    wait = wait_ns(s);
    s->deadline_ns = wait == TIME_NEVER ? TIME_NEVER : now_ns + wait;
}

/* --- Jobs ------------------------------------------------------------------------------------------------------------
 */

static bool has_eighth_bit(const char *bytes, size_t size)
{
    unsigned char all = 0;

    for (size_t i = 0; i < size; i++)
        all |= (unsigned char)bytes[i];
    return (all & 0x80) != 0;
}

static void take_job(struct smtp_client *s, const struct smtp_job *job)
{
    s->job = job;
    s->n_accepted = s->next_recipient = 0;
    mem_free(s->recipients);
    s->recipients = NULL;
    if (!job) return;
    assert(job->n_forward_paths > 0);
    s->recipients = mem_calloc(job->n_forward_paths, sizeof *s->recipients);
    s->content_is_8bit = has_eighth_bit(job->content, job->content_size);
}

/* Why this job cannot be sent to this server at all, or NULL. */
static const char *unsendable(const struct smtp_client *s)
{
    if (!content_has_whole_lines(s->job->content, s->job->content_size))
        return "554 5.6.0 the content has a CR or LF alone (RFC 5321 2.3.8)";
    if (s->content_is_8bit && !s->offers_8bitmime)
        return "554 5.6.3 the content has 8-bit bytes and the server does not offer 8BITMIME (RFC 6152 3)";
    return NULL;
}

/* The session is ready for MAIL: with this job or the first after it that can be sent. */
static enum client_state begin_transaction(struct smtp_client *s)
{
    while (s->job) {
        const char *why = unsendable(s);
        if (!why) return STATE_MAIL;
        settle_rest(s, DELIVERY_NEVER, why, false);
        take_job(s, s->owner.next(s->owner.context));
    }
    return STATE_QUIT;
}

/* The transaction has ended; server_has_it_open: a MAIL was accepted that came to no end of data. */
static enum client_state end_transaction(struct smtp_client *s, bool server_has_it_open)
{
    take_job(s, s->owner.next(s->owner.context));
    if (s->job && server_has_it_open) return STATE_RSET;
    return begin_transaction(s);
}

/* --- Reply handlers: each returns the next state ----------------------------------------------------------------- */

/* A reply that this command can never get: from here on nothing this server says is believed. */
static enum client_state protocol_error(struct smtp_client *s, const struct smtp_reply *reply)
{
    char words[SMTP_REPLY_TEXT_BYTES + 64], line[SMTP_REPLY_TEXT_BYTES + 4];

    snprintf(words, sizeof words, "reply out of place: %s", reply_line(reply, line, sizeof line));
    settle_rest(s, DELIVERY_LATER, words, s->state == STATE_END_OF_DATA);
    return STATE_OVER;
}

/* A host that greets with 5yz may be the wrong one of several: the mail waits, whatever the digit. */
static enum client_state on_greeting(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        return STATE_EHLO;
    case 3:
        return protocol_error(s, reply);
    default:
        settle_rest_by_reply(s, DELIVERY_LATER, reply);
        return STATE_QUIT;
    }
}

static bool line_is_keyword(const char *line, size_t size, const char *keyword)
{
    size_t n = strlen(keyword);

    return size >= n && strncasecmp(line, keyword, n) == 0 && (size == n || line[n] == ' ');
}

/* RFC 5321 4.1.1.1: each line after the first names an extension. */
static void read_extensions(struct smtp_client *s, const struct smtp_reply *reply)
{
    const char *line = strchr(reply->text, '\n');

    for (; line; line = strchr(line, '\n')) {
        size_t size = strcspn(++line, "\n");
        if (line_is_keyword(line, size, "SIZE")) s->offers_size = true;
        if (line_is_keyword(line, size, "8BITMIME")) s->offers_8bitmime = true;
    }
}

static enum client_state on_ehlo(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        read_extensions(s, reply);
        return begin_transaction(s);
    case 5:
        return STATE_HELO; /* RFC 5321 3.2: an old server */
    case 4:
        settle_rest_by_reply(s, DELIVERY_LATER, reply);
        return STATE_QUIT;
    default:
        return protocol_error(s, reply);
    }
}

static enum client_state on_helo(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        return begin_transaction(s);
    case 3:
        return protocol_error(s, reply);
    default:
        settle_rest_by_reply(s, outcome_of(reply), reply);
        return STATE_QUIT;
    }
}

static enum client_state on_mail(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 2:
        return STATE_RCPT;
    case 3:
        return protocol_error(s, reply);
    default:
        settle_rest_by_reply(s, outcome_of(reply), reply);
        return end_transaction(s, false);
    }
}

static enum client_state on_rcpt(struct smtp_client *s, const struct smtp_reply *reply)
{
    char words[SMTP_REPLY_TEXT_BYTES + 4];
    size_t i = s->next_recipient++;

    if (reply->code / 100 == 3) return protocol_error(s, reply);
    if (reply->code / 100 == 2) {
        s->recipients[i] = RECIPIENT_ACCEPTED;
        s->n_accepted++;
    } else {
        /* RFC 5321 4.5.3.1.10: 552 to RCPT means too many recipients, and passes. */
        enum delivery_outcome outcome = reply->code == 552 ? DELIVERY_LATER : outcome_of(reply);
        settle(s, i, outcome, reply_line(reply, words, sizeof words), false);
    }
    if (s->next_recipient < s->job->n_forward_paths) return STATE_RCPT;
    return s->n_accepted > 0 ? STATE_DATA : end_transaction(s, true);
}

static enum client_state on_data(struct smtp_client *s, const struct smtp_reply *reply)
{
    switch (reply->code / 100) {
    case 3:
        return STATE_END_OF_DATA;
    case 2:
        return protocol_error(s, reply);
    default:
        settle_rest_by_reply(s, outcome_of(reply), reply);
        return end_transaction(s, true);
    }
}

static enum client_state on_end_of_data(struct smtp_client *s, const struct smtp_reply *reply)
{
    if (reply->code / 100 == 3) return protocol_error(s, reply);
    settle_rest_by_reply(s, outcome_of(reply), reply);
    return end_transaction(s, false);
}

static enum client_state on_rset(struct smtp_client *s, const struct smtp_reply *reply)
{
    if (reply->code / 100 == 2) return begin_transaction(s);
    settle_rest_by_reply(s, DELIVERY_LATER, reply);
    return STATE_QUIT;
}

static enum client_state on_reply(struct smtp_client *s, const struct smtp_reply *reply)
{
    /* RFC 5321 3.8: 421 may answer anything, and the server closes. */
    if (reply->code == 421) {
        settle_rest_by_reply(s, DELIVERY_LATER, reply);
        return STATE_OVER;
    }
    switch (s->state) {
    case STATE_CONNECT:
        return on_greeting(s, reply);
    case STATE_EHLO:
        return on_ehlo(s, reply);
    case STATE_HELO:
        return on_helo(s, reply);
    case STATE_MAIL:
        return on_mail(s, reply);
    case STATE_RCPT:
        return on_rcpt(s, reply);
    case STATE_DATA:
        return on_data(s, reply);
    case STATE_END_OF_DATA:
        return on_end_of_data(s, reply);
    case STATE_RSET:
        return on_rset(s, reply);
    case STATE_QUIT:
    case STATE_NEW:
    case STATE_OVER:
        break;
    }
    return STATE_OVER;
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
    snprintf(reply->text + used, sizeof reply->text - used, "%s%s", is_first ? "" : "\n",
             separator == '\0' ? "" : line->bytes + 4);
    return separator == '-' ? REPLY_GOES_ON : REPLY_WHOLE;
}

/* Words that came before what they would answer. 421 may do so. */
static bool came_too_early(const struct smtp_client *s, const struct smtp_reply *reply)
{
    return reply->code != 421 && s->io.acknowledged && s->io.acknowledged(s->io.context) < s->written;
}

static void receive_line(struct smtp_client *s, int64_t now_ns)
{
    struct smtp_reply *reply = &s->reply;

    switch (add_reply_line(reply, &s->line)) {
    case REPLY_GOES_ON:
        break;
    case REPLY_MALFORMED:
        abandon(s, "malformed reply");
        break;
    case REPLY_WHOLE:
        if (came_too_early(s, reply))
            enter_state(s, protocol_error(s, reply), now_ns);
        else
            enter_state(s, on_reply(s, reply), now_ns);
        reply->code = 0;
        break;
    }
    line_reader_clear(&s->line);
}

void smtp_client_receive(struct smtp_client *s, const char *bytes, size_t size, int64_t now_ns)
{
    assert(s->state != STATE_NEW);
    while (size > 0 && s->state != STATE_OVER) {
        bool whole;
        size_t taken = line_reader_take(&s->line, bytes, size, &whole);

        if (whole) receive_line(s, now_ns);
        bytes += taken;
        size -= taken;
    }
}

/* --- Beginning and end
 * ------------------------------------------------------------------------------------------------ */

struct smtp_client *smtp_client_new(const struct smtp_client_config *config, struct session_io io,
                                    struct smtp_client_owner owner, const struct smtp_job *first)
{
    struct smtp_client *s = mem_calloc(1, sizeof *s);

    assert(first && owner.outcome && owner.next);
    s->config = *config;
    s->name = mem_strdup(config->name);
    s->config.name = s->name;
    s->io = io;
    s->owner = owner;
    s->state = STATE_NEW;
    s->deadline_ns = TIME_NEVER;
    line_reader_init(&s->line, REPLY_LINE_BYTES);
    take_job(s, first);
    return s;
}

void smtp_client_free(struct smtp_client *s)
{
    if (!s) return;
    mem_free(s->recipients);
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
    if (s->state != STATE_OVER) abandon(s, why);
}

void smtp_client_progress(struct smtp_client *s, int64_t now_ns)
{
    if (s->state == STATE_END_OF_DATA) s->deadline_ns = now_ns + wait_ns(s);
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
        [STATE_MAIL] = "timed out waiting for the reply to MAIL",
        [STATE_RCPT] = "timed out waiting for the reply to RCPT",
        [STATE_DATA] = "timed out waiting for the reply to DATA",
        [STATE_END_OF_DATA] = "timed out waiting for the reply to end of data",
        [STATE_RSET] = "timed out waiting for the reply to RSET",
        [STATE_QUIT] = "timed out waiting for the reply to QUIT",
    };

    if (now_ns >= smtp_client_deadline(s)) abandon(s, words[s->state]);
}

bool smtp_client_is_over(const struct smtp_client *s)
{
    return s->state == STATE_OVER;
}
