/* What the SMTP client writes. With PIPELINING (RFC 2920) MAIL, RCPT and DATA go together; DATA ends the group, so that
   a server may count on what follows it. */
#include <string.h>

#include "model/smtp/base64.h"
#include "model/smtp/smtp_client_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"

bool smtp_client_offers(const struct smtp_client *s, enum smtp_extension extension)
{
    return (s->offer.extensions & (unsigned)extension) != 0;
}

const char *smtp_client_path(const struct smtp_client *s, size_t recipient)
{
    return s->job->forward_paths[s->recipients[recipient].path];
}

const char *smtp_client_content(const struct smtp_client *s)
{
    return s->cleaned ? s->cleaned : s->job->content;
}

/* --- Lines ----------------------------------------------------------------------------------------------------------
 */

static void add(struct smtp_client *s, const char *bytes, size_t size)
{
    if (s->out_size + size > s->out_capacity) {
        s->out_capacity = 2 * (s->out_size + size) + 256;
        s->out = mem_realloc(s->out, s->out_capacity);
    }
    memcpy(s->out + s->out_size, bytes, size);
    s->out_size += size;
}

static void add_text(struct smtp_client *s, const char *text)
{
    add(s, text, strlen(text));
}

static void add_path(struct smtp_client *s, const char *verb, const char *path)
{
    add_text(s, verb);
    add_text(s, "<");
    add_text(s, path);
    add_text(s, ">");
}

static void add_number(struct smtp_client *s, const char *before, uint64_t n)
{
    char text[32];
    struct put out = put_into(text, sizeof text);

    put_number(&out, n, 1);
    add_text(s, before);
    add_text(s, text);
}

static void end_line(struct smtp_client *s)
{
    add(s, "\r\n", 2);
}

/* Where in our stream ends what has been added. */
static uint64_t added(const struct smtp_client *s)
{
    return s->written + s->out_size;
}

static void flush(struct smtp_client *s)
{
    s->written = session_write_lines(&s->io, EVENT_SMTP_LINE, "C", s->out, s->out_size);
    s->out_size = 0;
}

static void write_line(struct smtp_client *s, const char *text, const char *argument)
{
    add_text(s, text);
    add_text(s, argument);
    end_line(s);
    flush(s);
}

/* --- The transaction ------------------------------------------------------------------------------------------------
 */

static void add_mail(struct smtp_client *s)
{
    static const char *const ret[] = {"", " RET=FULL", " RET=HDRS"};
    const struct smtp_job *job = s->job;

    add_path(s, "MAIL FROM:", job->reverse_path);
    if (smtp_client_offers(s, SMTP_SIZE)) add_number(s, " SIZE=", job->content_size);
    if (smtp_client_offers(s, SMTP_8BITMIME) && (s->content_is_8bit || job->body == SMTP_BODY_8BITMIME))
        add_text(s, " BODY=8BITMIME");
    if (smtp_client_offers(s, SMTP_DSN)) {
        add_text(s, ret[job->ret]);
        if (job->envid) add_text(s, " ENVID=");
        if (job->envid) add_text(s, job->envid);
    }
    if (s->says_smtputf8) add_text(s, " SMTPUTF8");
    end_line(s);
}

/* RFC 3461 4.1 */
static void add_notify(struct smtp_client *s, unsigned notify)
{
    static const char *const words[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY"};
    const char *before = " NOTIFY=";

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!(notify & 1u << i)) continue;
        add_text(s, before);
        add_text(s, words[i]);
        before = ",";
    }
}

static void add_rcpt(struct smtp_client *s, size_t i)
{
    const struct smtp_recipient_options *options = s->job->options ? &s->job->options[s->recipients[i].path] : NULL;

    add_path(s, "RCPT TO:", smtp_client_path(s, i));
    if (options && smtp_client_offers(s, SMTP_DSN)) {
        add_notify(s, options->notify);
        if (options->orcpt) add_text(s, " ORCPT=");
        if (options->orcpt) add_text(s, options->orcpt);
    }
    end_line(s);
}

static bool uses_chunks(const struct smtp_client *s)
{
    return s->config.chunking && smtp_client_offers(s, SMTP_CHUNKING);
}

/* RFC 2920 3.1: MAIL and RCPT may be followed at once by others, DATA may end them. */
static void write_mail(struct smtp_client *s)
{
    s->grouped = s->config.pipelining && smtp_client_offers(s, SMTP_PIPELINING);
    add_mail(s);
    s->awaited = added(s);
    for (size_t i = s->next_recipient; s->grouped && i < s->batch_end; i++) {
        add_rcpt(s, i);
        s->recipients[i].end = added(s);
    }
    if (s->grouped && !uses_chunks(s)) add_text(s, "DATA\r\n");
    flush(s);
}

static void write_rcpt(struct smtp_client *s)
{
    if (!s->grouped) {
        add_rcpt(s, s->next_recipient);
        s->recipients[s->next_recipient].end = added(s);
        flush(s);
    }
    s->awaited = s->recipients[s->next_recipient].end;
}

static void write_content(struct smtp_client *s)
{
    s->written = session_write_content(&s->io, EVENT_SMTP_CONTENT, s->job->message, smtp_client_content(s),
                                       s->job->content_size);
}

static size_t chunk_size(const struct smtp_client *s)
{
    size_t left = s->job->content_size - s->content_sent;

    return s->config.chunk_bytes && s->config.chunk_bytes < left ? s->config.chunk_bytes : left;
}

/* RFC 3030 2: no stuffing, no dot; the size says where it ends. */
static void write_chunk(struct smtp_client *s)
{
    size_t size = chunk_size(s);
    bool is_last = s->content_sent + size == s->job->content_size;

    add_number(s, "BDAT ", size);
    if (is_last) add_text(s, " LAST");
    end_line(s);
    flush(s);
    if (size > 0)
        s->written = session_write_chunk(&s->io, EVENT_SMTP_CONTENT, s->job->message,
                                         smtp_client_content(s) + s->content_sent, size);
    s->content_sent += size;
}

/* DATA got 354 although no recipient was accepted: nothing but the dot may be sent (RFC 2920 3.1). */
static void write_end_of_data(struct smtp_client *s)
{
    if (uses_chunks(s))
        write_chunk(s);
    else if (s->n_accepted > 0)
        write_content(s);
    else
        write_line(s, ".", "");
}

/* --- AUTH (RFC 4954) ------------------------------------------------------------------------------------------------
 */

static void write_base64(struct smtp_client *s, const char *before, const char *bytes, size_t size)
{
    char *text = mem_alloc((size + 2) / 3 * 4 + 1);

    base64_encode(bytes, size, text);
    write_line(s, before, text);
    mem_free(text);
}

/* RFC 4616 2: NUL user NUL password, as an initial response. */
static void write_auth_plain(struct smtp_client *s)
{
    size_t user = strlen(s->config.user), password = strlen(s->config.password);
    char *message = mem_calloc(user + password + 3, 1);

    memcpy(message + 1, s->config.user, user);
    memcpy(message + user + 2, s->config.password, password);
    write_base64(s, "AUTH PLAIN ", message, user + password + 2);
    mem_free(message);
}

static void write_ehlo(struct smtp_client *s)
{
    write_line(s, "EHLO ", s->name);
}

static void write_helo(struct smtp_client *s)
{
    write_line(s, "HELO ", s->name);
}

static void write_starttls(struct smtp_client *s)
{
    write_line(s, "STARTTLS", "");
}

static void write_auth_login(struct smtp_client *s)
{
    write_line(s, "AUTH LOGIN", "");
}

static void write_user(struct smtp_client *s)
{
    write_base64(s, "", s->config.user, strlen(s->config.user));
}

static void write_password(struct smtp_client *s)
{
    write_base64(s, "", s->config.password, strlen(s->config.password));
}

static void write_data(struct smtp_client *s)
{
    if (!s->grouped) write_line(s, "DATA", "");
}

static void write_rset(struct smtp_client *s)
{
    write_line(s, "RSET", "");
}

static void write_quit(struct smtp_client *s)
{
    write_line(s, "QUIT", "");
}

/* Writes what leads to this state, and notes what is awaited, where that is not all that was written. */
void smtp_client_write(struct smtp_client *s, enum client_state state)
{
    static void (*const writers[STATE_OVER + 1])(struct smtp_client *) = {
        [STATE_EHLO] = write_ehlo,
        [STATE_HELO] = write_helo,
        [STATE_STARTTLS] = write_starttls,
        [STATE_AUTH_PLAIN] = write_auth_plain,
        [STATE_AUTH_LOGIN] = write_auth_login,
        [STATE_AUTH_USER] = write_user,
        [STATE_AUTH_PASSWORD] = write_password,
        [STATE_MAIL] = write_mail,
        [STATE_RCPT] = write_rcpt,
        [STATE_DATA] = write_data,
        [STATE_CHUNK] = write_chunk,
        [STATE_END_OF_DATA] = write_end_of_data,
        [STATE_RSET] = write_rset,
        [STATE_QUIT] = write_quit,
    };

    if (writers[state]) writers[state](s);
    if (state != STATE_MAIL && state != STATE_RCPT) s->awaited = s->written;
}
