/* The content of a mail: DATA up to the closing dot (RFC 5321 4.1.1.4, 4.5.2), or BDAT by counted bytes (RFC 3030). */
#include <string.h>
#include <strings.h>

#include "model/smtp/smtp_server_internal.h"

static void begin_content(struct smtp_server *s)
{
    struct dot_reader *content = &s->transaction.content;

    dot_reader_init(content, TEXT_LINE_BYTES, s->config.max_message);
    if (s->config.line_endings == SMTP_LINES_NORMALIZE) content->strays = STRAY_BECOMES;
    if (s->config.line_endings == SMTP_LINES_KEEP || s->config.line_endings == SMTP_LINES_LENIENT)
        content->strays = STRAY_IS_CONTENT;
}

/* --- The end, of both kinds
 * ------------------------------------------------------------------------------------------- */

/* Not a command but treated like one: all content has come. */
static struct smtp_reply on_end_of_data(struct smtp_server *s, const char *argument)
{
    const struct dot_reader *content = &s->transaction.content;
    struct smtp_envelope e = smtp_server_envelope(s);

    (void)argument;
    if (content->too_big)
        return smtp_reply_make(552, "5.3.4 Message size exceeds the limit of %zu bytes", s->config.max_message);
    if (content->stray) return smtp_reply_say(550, "5.6.0 CR or LF alone is not allowed (RFC 5321 2.3.8)");
    if (content->long_line) return smtp_reply_make(550, "5.6.0 Line longer than %d bytes", TEXT_LINE_BYTES);
    return s->policy.message(s->policy.context, &e, content->bytes ? content->bytes : "", content->size);
}

/* RFC 5321 4.1.1.4: whatever the answer, the transaction is over. */
static void end_of_data_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    (void)reply;
    smtp_server_end_transaction(s);
}

static const struct smtp_command end_of_data = {".", 0, on_end_of_data, end_of_data_effect};

/* --- DATA -----------------------------------------------------------------------------------------------------------
 */

struct smtp_reply smtp_server_on_data(struct smtp_server *s, const char *argument)
{
    struct smtp_envelope e;

    (void)argument;
    if (!s->policy.data) return smtp_reply_say(354, "End data with <CR><LF>.<CR><LF>");
    e = smtp_server_envelope(s);
    return s->policy.data(s->policy.context, &e);
}

void smtp_server_data_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    if (reply->code / 100 != 3) return;
    begin_content(s);
    s->session.phase = PHASE_CONTENT;
}

size_t smtp_server_receive_content(struct smtp_server *s, const char *bytes, size_t size)
{
    bool ended;
    size_t taken = dot_reader_take(&s->transaction.content, bytes, size, &ended);

    if (!ended) return taken;
    s->session.phase = PHASE_COMMAND;
    smtp_server_run(s, &end_of_data, "");
    return taken;
}

/* --- BDAT -----------------------------------------------------------------------------------------------------------
 */

/* "n" or "n LAST"; n of at most 18 digits. */
static bool read_bdat(const char *argument, struct chunk *chunk)
{
    size_t digits = strspn(argument, "0123456789");
    const char *rest = argument + digits;

    chunk->left = 0;
    for (size_t i = 0; i < digits && digits <= 18; i++)
        chunk->left = chunk->left * 10 + (uint64_t)(argument[i] - '0');
    if (digits == 0 || digits > 18) return false;
    chunk->is_last = *rest == ' ' && strcasecmp(rest + strspn(rest, " "), "LAST") == 0;
    return *rest == '\0' || chunk->is_last;
}

static void refuse_chunk(struct chunk *chunk, int code, const char *why)
{
    chunk->refusal = code;
    chunk->why = why;
}

/* Its reply comes behind its bytes (RFC 3030 2), also when it is refused. When nobody can tell how many bytes follow,
   the session cannot go on: they must not be taken for commands. */
struct smtp_reply smtp_server_on_bdat(struct smtp_server *s, const char *argument)
{
    const struct transaction *t = &s->transaction;

    if (!smtp_server_offers(s, SMTP_CHUNKING)) return smtp_reply_say(502, "5.5.1 BDAT not implemented");
    if (!read_bdat(argument, &s->chunk))
        return smtp_reply_say(421,
                              "4.5.4 Syntax: BDAT size [LAST]; what follows cannot be told from commands, closing");
    s->chunk.refusal = 0;
    if (s->session.phase == PHASE_REFUSED)
        refuse_chunk(&s->chunk, 503, "5.5.1 Bad sequence of commands: no service here, only QUIT");
    else if (!s->session.helo)
        refuse_chunk(&s->chunk, 503, "5.5.1 Bad sequence of commands: EHLO or HELO first");
    else if (!t->open)
        refuse_chunk(&s->chunk, 503, "5.5.1 Bad sequence of commands: MAIL first");
    else if (t->n_forward_paths == 0)
        refuse_chunk(&s->chunk, 503, "5.5.1 Bad sequence of commands: RCPT first");
    else if (!t->is_chunked)
        begin_content(s);
    s->transaction.is_chunked = t->open;
    s->chunk.was_refused = s->session.phase == PHASE_REFUSED;
    s->session.phase = PHASE_CHUNK;
    if (s->chunk.left == 0) smtp_server_end_chunk(s);
    return smtp_reply_later();
}

static struct smtp_reply on_chunk(struct smtp_server *s, const char *argument)
{
    (void)argument;
    if (s->transaction.content.too_big)
        return smtp_reply_make(552, "5.3.4 Message size exceeds the limit of %zu bytes", s->config.max_message);
    return smtp_reply_say(250, "2.0.0 Chunk taken");
}

/* RFC 3030 2: after an error nothing of this transaction is worth anything. */
static void chunk_effect(struct smtp_server *s, struct smtp_reply *reply)
{
    if (reply->code / 100 != 2) smtp_server_end_transaction(s);
}

void smtp_server_end_chunk(struct smtp_server *s)
{
    static const struct smtp_command chunk = {"BDAT", 0, on_chunk, chunk_effect};

    s->session.phase = s->chunk.was_refused ? PHASE_REFUSED : PHASE_COMMAND;
    if (s->chunk.refusal) {
        smtp_server_end_transaction(s);
        smtp_server_refuse(s, s->chunk.refusal, s->chunk.why);
    } else if (s->chunk.is_last) {
        dot_reader_end_chunks(&s->transaction.content);
        smtp_server_run(s, &end_of_data, "");
    } else
        smtp_server_run(s, &chunk, "");
}

size_t smtp_server_receive_chunk(struct smtp_server *s, const char *bytes, size_t size)
{
    size_t n = s->chunk.left < size ? (size_t)s->chunk.left : size;

    if (!s->chunk.refusal) dot_reader_add_chunk(&s->transaction.content, bytes, n);
    s->chunk.left -= n;
    if (s->chunk.left == 0) smtp_server_end_chunk(s);
    return n;
}
