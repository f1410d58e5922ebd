/* The server's end of a POP3 session (RFC 1939, CAPA of RFC 2449, STLS of RFC 2595): AUTHORIZATION, TRANSACTION,
   UPDATE. Deletions are kept by the session and reach the maildrop only with QUIT in TRANSACTION state (6).

   A command is a row of the table: the states it is served in, and a handler, which answers with a status line and
   whatever follows it.

   Left out on purpose: APOP, SASL. */
#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/pop3/pop3.h"
#include "model/smtp/session_lines.h"
#include "sim/journal/memory.h"
#include "sim/journal/put.h"

/* RFC 2449 4: command line with CR LF, and first line of a response. */
enum { COMMAND_LINE_BYTES = 255, STATUS_LINE_BYTES = 512 };

/* RFC 1939 3 */
#define IDLE_NS (10 * MINUTE)

enum pop3_state { STATE_AUTHORIZATION = 1, STATE_TRANSACTION = 2, STATE_OVER = 4 };

struct pop3_server {
    char *name;
    struct session_io io;
    struct pop3_maildrop maildrop;
    enum pop3_state state;
    int64_t deadline_ns;
    char *user; /* after USER, until PASS */
    bool is_open, is_secure;
    bool awaits_tls; /* STLS was answered, and nothing is taken before the handshake is done */
    bool *deleted;   /* one for each message */
    size_t n;
    struct line_reader line;
};

/* --- Writing
 * ---------------------------------------------------------------------------------------------------------- */

static void write_line(struct pop3_server *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void write_line(struct pop3_server *s, const char *format, ...)
{
    char line[STATUS_LINE_BYTES + 1];
    va_list arguments;
    int n;

    va_start(arguments, format);
    n = vsnprintf(line, sizeof line - 2, format, arguments);
    va_end(arguments);
    if (n > STATUS_LINE_BYTES - 2) n = STATUS_LINE_BYTES - 2;
    memcpy(line + n, "\r\n", sizeof "\r\n");
    session_write_lines(&s->io, EVENT_POP3_LINE, "S", line, (size_t)n + 2);
}

/* The same for what every session says: each # becomes the next number. */
static void write_numbers(struct pop3_server *s, const char *words, size_t first, size_t second)
{
    char line[STATUS_LINE_BYTES + 1];
    struct put p = put_into(line, sizeof line);

    while (*words) {
        size_t plain = strcspn(words, "#");
        put_bytes(&p, words, plain);
        words += plain;
        if (*words == '\0') break;
        put_number(&p, first, 1);
        first = second;
        words++;
    }
    put_text(&p, "\r\n");
    session_write_lines(&s->io, EVENT_POP3_LINE, "S", line, (size_t)(p.at - line));
}

/* --- The maildrop as this session sees it ------------------------------------------------------------------------- */

static size_t message_size(const struct pop3_server *s, size_t i)
{
    size_t size;

    s->maildrop.content(s->maildrop.context, i, &size);
    return size;
}

static size_t count_messages(const struct pop3_server *s, size_t *octets)
{
    size_t n = 0;

    *octets = 0;
    for (size_t i = 0; i < s->n; i++) {
        if (s->deleted[i]) continue;
        n++;
        *octets += message_size(s, i);
    }
    return n;
}

/* Digits only; a number beyond what can be counted is no message's. */
static const char *read_number(const char *text, size_t *number)
{
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 9) return NULL;
    *number = 0;
    for (size_t i = 0; i < digits; i++)
        *number = *number * 10 + (size_t)(text[i] - '0');
    return text + digits;
}

/* The message that argument names, counted from 1. False: has answered -ERR. */
static bool find_message(struct pop3_server *s, const char *argument, size_t *i, const char **rest)
{
    size_t number;

    *rest = read_number(argument, &number);
    if (!*rest || (**rest != '\0' && **rest != ' ')) {
        write_line(s, "-ERR a message number is needed");
        return false;
    }
    if (number == 0 || number > s->n) {
        write_line(s, "-ERR no such message, only %zu in maildrop", s->n);
        return false;
    }
    *i = number - 1;
    if (s->deleted[*i]) {
        write_line(s, "-ERR message %zu is deleted", number);
        return false;
    }
    return true;
}

static bool find_only_message(struct pop3_server *s, const char *argument, size_t *i)
{
    const char *rest;

    if (!find_message(s, argument, i, &rest)) return false;
    if (*rest == '\0') return true;
    write_line(s, "-ERR only a message number is wanted");
    return false;
}

static void close_maildrop(struct pop3_server *s)
{
    if (s->is_open) s->maildrop.close(s->maildrop.context);
    s->is_open = false;
}

static void end_session(struct pop3_server *s)
{
    close_maildrop(s);
    s->state = STATE_OVER;
}

/* --- Handlers: AUTHORIZATION -----------------------------------------------------------------------------------------
 */

static void on_user(struct pop3_server *s, const char *argument)
{
    mem_free(s->user);
    s->user = mem_strdup(argument);
    write_numbers(s, "+OK send PASS", 0, 0);
}

/* The password is the rest of the line, spaces and all (RFC 1939 7). */
static void on_pass(struct pop3_server *s, const char *argument)
{
    size_t octets;

    if (!s->user) {
        write_line(s, "-ERR USER first");
        return;
    }
    s->is_open = s->maildrop.open(s->maildrop.context, s->user, argument);
    mem_free(s->user);
    s->user = NULL;
    if (!s->is_open) {
        write_line(s, "-ERR invalid user or password, or maildrop in use");
        return;
    }
    s->n = s->maildrop.count(s->maildrop.context);
    s->deleted = mem_calloc(s->n ? s->n : 1, sizeof *s->deleted);
    s->state = STATE_TRANSACTION;
    count_messages(s, &octets);
    write_numbers(s, "+OK maildrop has # messages (# octets)", s->n, octets);
}

static void on_capa(struct pop3_server *s, const char *argument)
{
    char lines[] = "+OK capabilities follow\r\nTOP\r\nUSER\r\nUIDL\r\n.\r\n";
    char lines_with_tls[] = "+OK capabilities follow\r\nTOP\r\nUSER\r\nUIDL\r\nSTLS\r\n.\r\n";

    (void)argument;
    if (s->io.start_tls && !s->is_secure)
        session_write_lines(&s->io, EVENT_POP3_LINE, "S", lines_with_tls, sizeof lines_with_tls - 1);
    else
        session_write_lines(&s->io, EVENT_POP3_LINE, "S", lines, sizeof lines - 1);
}

/* RFC 2595 4: what was learnt before is forgotten. */
static void on_stls(struct pop3_server *s, const char *argument)
{
    (void)argument;
    if (!s->io.start_tls || s->is_secure) {
        write_line(s, s->is_secure ? "-ERR TLS is active already" : "-ERR no TLS here");
        return;
    }
    mem_free(s->user);
    s->user = NULL;
    write_line(s, "+OK begin TLS negotiation");
    s->awaits_tls = true;
    s->io.start_tls(s->io.context);
}

/* RFC 1939 6: only from TRANSACTION is there an UPDATE. */
static void on_quit(struct pop3_server *s, const char *argument)
{
    (void)argument;
    if (s->state == STATE_TRANSACTION) s->maildrop.update(s->maildrop.context, s->deleted, s->n);
    end_session(s);
    write_line(s, "+OK %s POP3 server signing off", s->name);
}

/* --- Handlers: TRANSACTION -------------------------------------------------------------------------------------------
 */

static void on_stat(struct pop3_server *s, const char *argument)
{
    size_t octets;
    size_t n = count_messages(s, &octets);

    (void)argument;
    write_numbers(s, "+OK # #", n, octets);
}

static void on_list(struct pop3_server *s, const char *argument)
{
    size_t i, n, octets;

    if (*argument) {
        if (find_only_message(s, argument, &i)) write_line(s, "+OK %zu %zu", i + 1, message_size(s, i));
        return;
    }
    n = count_messages(s, &octets);
    write_numbers(s, "+OK # messages (# octets)", n, octets);
    for (i = 0; i < s->n; i++)
        if (!s->deleted[i]) write_numbers(s, "# #", i + 1, message_size(s, i));
    write_numbers(s, ".", 0, 0);
}

static const char *unique_id(const struct pop3_server *s, size_t i)
{
    return s->maildrop.unique_id(s->maildrop.context, i);
}

static void on_uidl(struct pop3_server *s, const char *argument)
{
    size_t i;

    if (*argument) {
        if (find_only_message(s, argument, &i)) write_line(s, "+OK %zu %s", i + 1, unique_id(s, i));
        return;
    }
    write_line(s, "+OK unique-id listing follows");
    for (i = 0; i < s->n; i++)
        if (!s->deleted[i]) write_line(s, "%zu %s", i + 1, unique_id(s, i));
    write_numbers(s, ".", 0, 0);
}

/* RFC 3206 4: it may be readable later. */
static bool can_be_read(struct pop3_server *s)
{
    bool can = !s->maildrop.can_be_read || s->maildrop.can_be_read(s->maildrop.context);

    if (!can) write_line(s, "-ERR [SYS/TEMP] the message cannot be read just now");
    return can;
}

static void on_retr(struct pop3_server *s, const char *argument)
{
    const char *content;
    size_t i, size;

    if (!find_only_message(s, argument, &i) || !can_be_read(s)) return;
    content = s->maildrop.content(s->maildrop.context, i, &size);
    write_numbers(s, "+OK # octets", size, 0);
    session_write_content(&s->io, EVENT_POP3_CONTENT, s->maildrop.message(s->maildrop.context, i), content, size);
}

static const char *line_end(const char *line, const char *end)
{
    const char *lf = memchr(line, '\n', (size_t)(end - line));

    return lf ? lf + 1 : end;
}

/* The header section with the empty line that ends it, then so many lines. */
static size_t top_size(const char *content, size_t size, size_t body_lines)
{
    const char *end = content + size;
    const char *line = content;

    while (line < end && *line != '\r' && *line != '\n')
        line = line_end(line, end);
    if (line < end) line = line_end(line, end);
    for (; body_lines > 0 && line < end; body_lines--)
        line = line_end(line, end);
    return (size_t)(line - content);
}

/* A part of a mail is not the mail: it is told without a message. */
static void on_top(struct pop3_server *s, const char *argument)
{
    const struct message_id none = {0};
    const char *content, *rest;
    size_t i, size, body_lines;

    if (!find_message(s, argument, &i, &rest)) return;
    rest = read_number(rest + strspn(rest, " "), &body_lines);
    if (!rest || *rest != '\0') {
        write_line(s, "-ERR a number of lines is needed");
        return;
    }
    if (!can_be_read(s)) return;
    content = s->maildrop.content(s->maildrop.context, i, &size);
    write_line(s, "+OK top of message follows");
    session_write_content(&s->io, EVENT_POP3_CONTENT, none, content, top_size(content, size, body_lines));
}

static void on_dele(struct pop3_server *s, const char *argument)
{
    size_t i;

    if (!find_only_message(s, argument, &i)) return;
    s->deleted[i] = true;
    write_numbers(s, "+OK message # deleted", i + 1, 0);
}

static void on_rset(struct pop3_server *s, const char *argument)
{
    size_t octets;

    (void)argument;
    for (size_t i = 0; i < s->n; i++)
        s->deleted[i] = false;
    count_messages(s, &octets);
    write_numbers(s, "+OK maildrop has # messages (# octets)", s->n, octets);
}

static void on_noop(struct pop3_server *s, const char *argument)
{
    (void)argument;
    write_numbers(s, "+OK", 0, 0);
}

/* --- The command table
 * ------------------------------------------------------------------------------------------------- */

enum argument_rule { ARGUMENT_NONE, ARGUMENT_FREE, ARGUMENT_NEEDED };

struct pop3_command {
    const char *verb;
    int states; /* in which it is served */
    enum argument_rule argument;
    void (*handler)(struct pop3_server *s, const char *argument);
};

static const struct pop3_command commands[] = {
    /* clang-format off */
    /* verb   served in                                argument         handler     RFC 1939 */
    { "USER", STATE_AUTHORIZATION,                     ARGUMENT_NEEDED, on_user },  /* 7 */
    { "PASS", STATE_AUTHORIZATION,                     ARGUMENT_NEEDED, on_pass },  /* 7 */
    { "QUIT", STATE_AUTHORIZATION | STATE_TRANSACTION, ARGUMENT_NONE,   on_quit },  /* 4, 6 */
    { "CAPA", STATE_AUTHORIZATION | STATE_TRANSACTION, ARGUMENT_NONE,   on_capa },  /* RFC 2449 5 */
    { "STLS", STATE_AUTHORIZATION,                     ARGUMENT_NONE,   on_stls },  /* RFC 2595 4 */
    { "STAT", STATE_TRANSACTION,                       ARGUMENT_NONE,   on_stat },  /* 5 */
    { "LIST", STATE_TRANSACTION,                       ARGUMENT_FREE,   on_list },  /* 5 */
    { "RETR", STATE_TRANSACTION,                       ARGUMENT_NEEDED, on_retr },  /* 5 */
    { "DELE", STATE_TRANSACTION,                       ARGUMENT_NEEDED, on_dele },  /* 5 */
    { "NOOP", STATE_TRANSACTION,                       ARGUMENT_NONE,   on_noop },  /* 5 */
    { "RSET", STATE_TRANSACTION,                       ARGUMENT_NONE,   on_rset },  /* 5 */
    { "TOP",  STATE_TRANSACTION,                       ARGUMENT_NEEDED, on_top },   /* 7 */
    { "UIDL", STATE_TRANSACTION,                       ARGUMENT_FREE,   on_uidl },  /* 7 */
    /* clang-format on */
};

static const struct pop3_command *find_command(const char *line)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const char *rest = line + strlen(commands[i].verb);
        if (strncasecmp(line, commands[i].verb, (size_t)(rest - line)) == 0 && (*rest == ' ' || *rest == '\0'))
            return &commands[i];
    }
    return NULL;
}

static void answer_command(struct pop3_server *s, const char *line)
{
    const struct pop3_command *command = find_command(line);
    const char *argument;

    if (!command) {
        write_line(s, "-ERR unknown command");
        return;
    }
    if (!(command->states & (int)s->state)) {
        write_line(s, "-ERR %s is not served in this state", command->verb);
        return;
    }
    argument = line + strlen(command->verb);
    if (*argument == ' ') argument++;
    if (command->argument == ARGUMENT_NEEDED && *argument == '\0')
        write_line(s, "-ERR %s needs an argument", command->verb);
    else if (command->argument == ARGUMENT_NONE && *argument != '\0')
        write_line(s, "-ERR %s takes no argument", command->verb);
    else
        command->handler(s, argument);
}

void pop3_server_receive(struct pop3_server *s, const char *bytes, size_t size, int64_t now_ns)
{
    s->deadline_ns = now_ns + IDLE_NS;
    while (size > 0 && s->state != STATE_OVER && !s->awaits_tls) {
        bool whole;
        size_t taken = line_reader_take(&s->line, bytes, size, &whole);

        bytes += taken;
        size -= taken;
        if (!whole) continue;
        if (s->line.too_long)
            write_line(s, "-ERR line too long");
        else if (s->line.stray)
            write_line(s, "-ERR a control character is not allowed");
        else
            answer_command(s, s->line.bytes);
        line_reader_clear(&s->line);
    }
}

/* --- Beginning and end
 * ------------------------------------------------------------------------------------------------- */

struct pop3_server *pop3_server_new(const char *name, struct session_io io, struct pop3_maildrop maildrop)
{
    struct pop3_server *s = mem_calloc(1, sizeof *s);

    s->name = mem_strdup(name);
    s->io = io;
    s->maildrop = maildrop;
    s->state = STATE_AUTHORIZATION;
    s->deadline_ns = TIME_NEVER;
    line_reader_init(&s->line, COMMAND_LINE_BYTES);
    return s;
}

void pop3_server_free(struct pop3_server *s)
{
    if (!s) return;
    close_maildrop(s);
    mem_free(s->deleted);
    mem_free(s->user);
    mem_free(s->name);
    mem_free(s);
}

void pop3_server_secured(struct pop3_server *s, int64_t now_ns)
{
    s->is_secure = true;
    s->awaits_tls = false;
    s->deadline_ns = now_ns + IDLE_NS;
    line_reader_clear(&s->line);
}

void pop3_server_start(struct pop3_server *s, int64_t now_ns)
{
    s->deadline_ns = now_ns + IDLE_NS;
    write_line(s, "+OK %s POP3 server ready", s->name);
}

void pop3_server_progress(struct pop3_server *s, int64_t now_ns)
{
    s->deadline_ns = now_ns + IDLE_NS;
}

void pop3_server_connection_lost(struct pop3_server *s)
{
    end_session(s);
}

int64_t pop3_server_deadline(const struct pop3_server *s)
{
    return s->state == STATE_OVER ? TIME_NEVER : s->deadline_ns;
}

/* RFC 1939 3: closes without a word and without UPDATE. */
void pop3_server_on_deadline(struct pop3_server *s, int64_t now_ns)
{
    if (now_ns >= pop3_server_deadline(s)) end_session(s);
}

bool pop3_server_is_over(const struct pop3_server *s)
{
    return s->state == STATE_OVER;
}
