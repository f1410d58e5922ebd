/* The client's end of a POP3 session (RFC 1939): logs in, asks how many messages there are, and, where its owner
   chooses among them, for their unique ids (7); fetches and deletes one after the other, quits. Each reply handler
   returns the next state; only enter_state goes there and writes.

   What a refusal means: before QUIT nothing has been deleted, so a refused command is followed by RSET and QUIT, and
   all is still there for the next time. Left out on purpose: TOP, APOP. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/pop3/pop3.h"
#include "model/smtp/session_lines.h"
#include "model/smtp/transparency.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"

/* Of a longer listing the rest is for the next time. */
enum { MOST_MESSAGES = 10000, ID_BYTES = 71 /* RFC 1939 7 */ };
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
    STATE_UIDL,
    STATE_LISTING, /* UIDL was answered +OK: the lines follow */
    STATE_RETR,
    STATE_CONTENT, /* RETR was answered +OK: the message follows */
    STATE_DELE,
    STATE_RSET, /* something was refused */
    STATE_QUIT,
    STATE_OVER
};

struct message {
    size_t number;
    enum pop3_wish wish;
    char unique_id[ID_BYTES];
};

struct pop3_client {
    char *user, *password;
    struct session_io io;
    struct pop3_client_owner owner;
    enum client_state state;
    int64_t deadline_ns;
    bool is_secure;
    size_t n, current;        /* messages: how many, which of them from 0 */
    struct message *messages; /* as listed; NULL: they are numbered from 1, and all are fetched and deleted */
    size_t room;
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

static void write_line(struct pop3_client *s, struct put *p, char *line)
{
    put_text(p, "\r\n");
    assert(p->at < p->last);
    session_write_lines(&s->io, EVENT_POP3_LINE, "C", line, (size_t)(p->at - line));
}

static void write_command(struct pop3_client *s, const char *verb, const char *argument)
{
    char line[COMMAND_LINE_BYTES + 1];
    struct put p = put_into(line, sizeof line);

    put_text(&p, verb);
    put_text(&p, argument);
    write_line(s, &p, line);
}

static void write_numbered(struct pop3_client *s, const char *verb, size_t number)
{
    char line[COMMAND_LINE_BYTES + 1];
    struct put p = put_into(line, sizeof line);

    put_text(&p, verb);
    put_number(&p, number, 1);
    write_line(s, &p, line);
}

static size_t number_of(const struct pop3_client *s)
{
    return s->messages ? s->messages[s->current].number : s->current + 1;
}

static void begin_content(struct pop3_client *s)
{
    dot_reader_free(&s->content);
    dot_reader_init(&s->content, SIZE_MAX, SIZE_MAX);
    s->content.strays = STRAY_IS_CONTENT; /* a mail that nobody fetches would stand before all others for ever */
}

/* The one door to a state. */
static void enter_state(struct pop3_client *s, enum client_state next)
{
    s->state = next;
    switch (next) {
    case STATE_STLS:
        write_command(s, "STLS", "");
        break;
    case STATE_TLS:
        s->io.start_tls(s->io.context);
        break;
    case STATE_USER:
        write_command(s, "USER ", s->user);
        break;
    case STATE_PASS:
        write_command(s, "PASS ", s->password);
        break;
    case STATE_STAT:
        write_command(s, "STAT", "");
        break;
    case STATE_UIDL:
        write_command(s, "UIDL", "");
        break;
    case STATE_RETR:
        write_numbered(s, "RETR ", number_of(s));
        break;
    case STATE_CONTENT:
        begin_content(s);
        break;
    case STATE_DELE:
        write_numbered(s, "DELE ", number_of(s));
        break;
    case STATE_RSET:
        write_command(s, "RSET", "");
        break;
    case STATE_QUIT:
        write_command(s, "QUIT", "");
        break;
    case STATE_NEW:
    case STATE_CONNECT:
    case STATE_LISTING:
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
    s->current = 0;
    if (s->n == 0) return STATE_QUIT;
    return s->owner.wish ? STATE_UIDL : STATE_RETR;
}

/* To what is to be done first with this message, or the next about which there is anything to do. */
static enum client_state go_on(struct pop3_client *s)
{
    for (; s->current < s->n; s->current++) {
        if (!s->messages || s->messages[s->current].wish == POP3_FETCH_AND_DELETE) return STATE_RETR;
        if (s->messages[s->current].wish == POP3_FETCH) return STATE_RETR;
        if (s->messages[s->current].wish == POP3_DELETE) return STATE_DELE;
    }
    return STATE_QUIT;
}

static enum client_state on_fetched(struct pop3_client *s)
{
    if (!s->messages || s->messages[s->current].wish == POP3_FETCH_AND_DELETE) return STATE_DELE;
    s->current++;
    return go_on(s);
}

static enum client_state on_dele(struct pop3_client *s)
{
    s->current++;
    return go_on(s);
}

/* "2 QhdPYR:00WBw1Ph7x7", or the dot that ends the listing. */
static enum client_state on_listed(struct pop3_client *s, const char *line)
{
    char *rest;
    size_t number, length;

    if (strcmp(line, ".") == 0) return go_on(s);
    number = line[0] >= '1' && line[0] <= '9' ? strtoul(line, &rest, 10) : 0;
    length = number > 0 && *rest == ' ' ? strlen(rest + 1) : 0;
    if (length == 0 || length >= ID_BYTES) {
        finish(s, false, "malformed listing");
        return STATE_OVER;
    }
    if (s->n == MOST_MESSAGES) return STATE_LISTING;
    if (s->n == s->room) {
        s->room = s->room ? 2 * s->room : 8;
        s->messages = mem_realloc(s->messages, s->room * sizeof *s->messages);
    }
    struct message *message = &s->messages[s->n++];
    message->number = number;
    memcpy(message->unique_id, rest + 1, length + 1);
    message->wish = s->owner.wish(s->owner.context, message->unique_id);
    return STATE_LISTING;
}

/* From here on those count that are listed. */
static enum client_state on_uidl(struct pop3_client *s)
{
    s->n = 0;
    s->room = 8;
    s->messages = mem_calloc(s->room, sizeof *s->messages);
    return STATE_LISTING;
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
    case STATE_UIDL:
        return on_uidl(s);
    case STATE_RETR:
        return STATE_CONTENT;
    case STATE_DELE:
        return on_dele(s);
    case STATE_RSET:
        return STATE_QUIT;
    case STATE_NEW:
    case STATE_TLS:
    case STATE_LISTING:
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
    if (s->line.too_long || s->line.stray || (s->state != STATE_LISTING && !ok && !begins_status(line, "-ERR")))
        finish(s, false, "malformed reply");
    else if (s->state == STATE_LISTING)
        enter_state(s, on_listed(s, line));
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
    s->owner.fetched(s->owner.context, s->messages ? s->messages[s->current].unique_id : "",
                     s->content.bytes ? s->content.bytes : "", s->content.size);
    enter_state(s, on_fetched(s));
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
    mem_free(s->messages);
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
