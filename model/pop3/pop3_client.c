/* The client's end of a POP3 session (RFC 1939): logs in, asks how many messages there are, fetches and deletes one
   after the other, quits. Each reply handler returns the next state; only enter_state goes there and writes.

   What a refusal means: before QUIT nothing has been deleted, so a refused command is followed by RSET and QUIT, and
   all is still there for the next time. Left out on purpose: leaving mail on the server (UIDL), APOP. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/pop3/pop3.h"
#include "model/smtp/session_lines.h"
#include "model/smtp/transparency.h"
#include "sim/journal/memory.h"

enum { COMMAND_LINE_BYTES = 255, WHY_BYTES = LINE_READER_BYTES + 1 };

/* RFC 1939 sets none for the client: as long as an SMTP client waits for an answer. */
#define REPLY_NS (5 * MINUTE)

enum client_state {
    STATE_NEW,
    STATE_CONNECT, /* awaits the greeting */
    STATE_STLS,
    STATE_TLS, /* awaits the end of the handshake */
    STATE_USER,
    STATE_PASS,
    STATE_STAT,
    STATE_RETR,
    STATE_CONTENT, /* RETR was answered +OK: the message follows */
    STATE_DELE,
    STATE_RSET, /* something was refused */
    STATE_QUIT,
    STATE_OVER
};

struct pop3_client {
    char *user, *password;
    struct session_io io;
    struct pop3_client_owner owner;
    enum client_state state;
    int64_t deadline_ns;
    bool is_secure;
    size_t n, current; /* messages, counted from 1 as on the wire */
    char refused[WHY_BYTES];
    struct line_reader line;
    struct dot_reader content;
};

static void finish(struct pop3_client *s, bool ok, const char *why)
{
    s->state = STATE_OVER;
    s->owner.finished(s->owner.context, ok, why);
}

/* --- Writing
 * ---------------------------------------------------------------------------------------------------------- */

static void write_command(struct pop3_client *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void write_command(struct pop3_client *s, const char *format, ...)
{
    char line[COMMAND_LINE_BYTES + 1];
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    assert(n > 0 && n <= COMMAND_LINE_BYTES - 2);
    memcpy(line + n, "\r\n", sizeof "\r\n");
    session_write_lines(&s->io, EVENT_POP3_LINE, "C", line, (size_t)n + 2);
}

static void begin_content(struct pop3_client *s)
{
    dot_reader_free(&s->content);
    dot_reader_init(&s->content, SIZE_MAX, SIZE_MAX);
}

/* The one door to a state. */
static void enter_state(struct pop3_client *s, enum client_state next)
{
    s->state = next;
    switch (next) {
    case STATE_STLS:
        write_command(s, "STLS");
        break;
    case STATE_TLS:
        s->io.start_tls(s->io.context);
        break;
    case STATE_USER:
        write_command(s, "USER %s", s->user);
        break;
    case STATE_PASS:
        write_command(s, "PASS %s", s->password);
        break;
    case STATE_STAT:
        write_command(s, "STAT");
        break;
    case STATE_RETR:
        write_command(s, "RETR %zu", s->current);
        break;
    case STATE_CONTENT:
        begin_content(s);
        break;
    case STATE_DELE:
        write_command(s, "DELE %zu", s->current);
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
}

/* --- Reply handlers: each returns the next state --------------------------------------------------------------------
 */

/* "+OK 2 320" */
static enum client_state on_stat(struct pop3_client *s, const char *line)
{
    if (line[3] != ' ' || line[4] < '0' || line[4] > '9') {
        finish(s, false, "malformed reply");
        return STATE_OVER;
    }
    s->n = strtoul(line + 4, NULL, 10);
    s->current = 1;
    return s->n == 0 ? STATE_QUIT : STATE_RETR;
}

static enum client_state on_dele(struct pop3_client *s)
{
    return s->current++ < s->n ? STATE_RETR : STATE_QUIT;
}

static enum client_state on_quit(struct pop3_client *s, bool ok, const char *line)
{
    if (s->refused[0])
        finish(s, false, s->refused);
    else
        finish(s, ok, ok ? "all was fetched" : line);
    return STATE_OVER;
}

/* -ERR to anything but QUIT: remembered as the reason. */
static enum client_state on_refusal(struct pop3_client *s, const char *line)
{
    if (!s->refused[0]) snprintf(s->refused, sizeof s->refused, "%s", line);
    return s->state == STATE_RETR || s->state == STATE_DELE ? STATE_RSET : STATE_QUIT;
}

static enum client_state on_status(struct pop3_client *s, bool ok, const char *line)
{
    if (s->state == STATE_QUIT) return on_quit(s, ok, line);
    if (!ok) return on_refusal(s, line);
    switch (s->state) {
    case STATE_CONNECT:
        return s->io.start_tls && !s->is_secure ? STATE_STLS : STATE_USER;
    case STATE_STLS:
        return STATE_TLS;
    case STATE_USER:
        return STATE_PASS;
    case STATE_PASS:
        return STATE_STAT;
    case STATE_STAT:
        return on_stat(s, line);
    case STATE_RETR:
        return STATE_CONTENT;
    case STATE_DELE:
        return on_dele(s);
    case STATE_RSET:
        return STATE_QUIT;
    case STATE_NEW:
    case STATE_TLS:
    case STATE_CONTENT:
    case STATE_QUIT:
    case STATE_OVER:
        break;
    }
    return STATE_OVER;
}

/* --- Receiving
 * ------------------------------------------------------------------------------------------------------------ */

static bool begins_status(const char *line, const char *word)
{
    size_t n = strlen(word);

    return strncmp(line, word, n) == 0 && (line[n] == ' ' || line[n] == '\0');
}

static size_t receive_status(struct pop3_client *s, const char *bytes, size_t size)
{
    bool whole;
    size_t taken = line_reader_take(&s->line, bytes, size, &whole);
    const char *line = s->line.bytes;
    bool ok;

    if (!whole) return taken;
    ok = begins_status(line, "+OK");
    if (s->line.too_long || s->line.stray || (!ok && !begins_status(line, "-ERR")))
        finish(s, false, "malformed reply");
    else
        enter_state(s, on_status(s, ok, line));
    line_reader_clear(&s->line);
    return taken;
}

static size_t receive_content(struct pop3_client *s, const char *bytes, size_t size)
{
    bool ended;
    size_t taken = dot_reader_take(&s->content, bytes, size, &ended);

    if (!ended) return taken;
    if (s->content.stray) {
        finish(s, false, "malformed message: CR or LF alone");
        return taken;
    }
    s->owner.fetched(s->owner.context, s->content.bytes ? s->content.bytes : "", s->content.size);
    enter_state(s, STATE_DELE);
    return taken;
}

void pop3_client_receive(struct pop3_client *s, const char *bytes, size_t size, int64_t now_ns)
{
    assert(s->state != STATE_NEW);
    s->deadline_ns = now_ns + REPLY_NS;
    while (size > 0 && s->state != STATE_OVER && s->state != STATE_TLS) {
        size_t taken = s->state == STATE_CONTENT ? receive_content(s, bytes, size) : receive_status(s, bytes, size);

        bytes += taken;
        size -= taken;
    }
}

/* --- Beginning and end
 * ---------------------------------------------------------------------------------------------------- */

struct pop3_client *pop3_client_new(const char *user, const char *password, struct session_io io,
                                    struct pop3_client_owner owner)
{
    struct pop3_client *s = mem_calloc(1, sizeof *s);

    assert(owner.fetched && owner.finished);
    s->user = mem_strdup(user);
    s->password = mem_strdup(password);
    s->io = io;
    s->owner = owner;
    s->state = STATE_NEW;
    s->deadline_ns = TIME_NEVER;
    line_reader_init(&s->line, LINE_READER_BYTES);
    return s;
}

void pop3_client_free(struct pop3_client *s)
{
    if (!s) return;
    dot_reader_free(&s->content);
    mem_free(s->user);
    mem_free(s->password);
    mem_free(s);
}

void pop3_client_start(struct pop3_client *s, int64_t now_ns)
{
    assert(s->state == STATE_NEW);
    s->deadline_ns = now_ns + REPLY_NS;
    enter_state(s, STATE_CONNECT);
}

/* What came in plain text behind the answer to STLS was not taken. */
void pop3_client_secured(struct pop3_client *s, int64_t now_ns)
{
    s->is_secure = true;
    if (s->state != STATE_TLS) return;
    s->deadline_ns = now_ns + REPLY_NS;
    enter_state(s, STATE_USER);
}

void pop3_client_connection_lost(struct pop3_client *s, const char *why)
{
    if (s->state != STATE_OVER) finish(s, false, why);
}

int64_t pop3_client_deadline(const struct pop3_client *s)
{
    return s->state == STATE_OVER ? TIME_NEVER : s->deadline_ns;
}

void pop3_client_on_deadline(struct pop3_client *s, int64_t now_ns)
{
    if (now_ns >= pop3_client_deadline(s)) finish(s, false, "timed out waiting for a reply");
}

bool pop3_client_is_over(const struct pop3_client *s)
{
    return s->state == STATE_OVER;
}
