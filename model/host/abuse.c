#include "model/host/abuse.h"

#include <stdio.h>
#include <string.h>

#include "model/host/socket.h"
#include "model/host/wake.h"
#include "model/smtp/session_lines.h"
#include "sim/journal/memory.h"

/* One connection. */
struct caller {
    struct abuse *abuse;
    struct caller *next, *previous;
    struct socket *socket; /* NULL: gone */
    struct session_io io;
    uint32_t number;
    bool has_begun;  /* it has said its first words */
    uint32_t n_said; /* words of a storm, octets of a drip, questions */
    char heard[4];   /* the line that is being heard begins so */
    uint32_t n_heard;
    int64_t heard_ns;
    struct wake wake;
};

struct abuse {
    struct abuse *next;
    struct host *host;
    const struct scenario_fault *fault;
    struct ip_address address;
    struct caller *callers;
    uint32_t n_open, n_left;
};

static const int64_t patience_ns = 30 * MINUTE;

static struct ip_address address_of(const struct host *host, const struct host *server)
{
    bool speak_v4 = !ip_is_none(host->address) && !ip_is_none(server->address);
    return speak_v4 ? server->address : server->address6;
}

static bool drips(const struct caller *caller)
{
    return caller->abuse->fault->abuse_kind == ABUSE_DRIP && caller->has_begun;
}

static struct world *world_of(const struct caller *caller)
{
    return caller->abuse->host->world;
}

static int64_t now_of(const struct caller *caller)
{
    return world_of(caller)->engine->now_ns;
}

static const char *name_of(const struct caller *caller)
{
    return caller->abuse->host->description->name;
}

/* --- words --- */

static void say_octets(struct caller *caller, const char *bytes, size_t size)
{
    socket_write(caller->socket, bytes, size);
}

/* One line, or several. */
static void say_lines(struct caller *caller, const char *begin, const char *name, const char *end)
{
    char lines[400];
    size_t size = (size_t)snprintf(lines, sizeof lines, "%s%s%s", begin, name, end);
    session_write_lines(&caller->io, EVENT_SMTP_LINE, "C", lines, size);
}

/* More than the server has taken in is not said. */
static void storm(struct caller *caller)
{
    enum { AHEAD_BYTES = 8192 };
    char number[12];
    while (caller->n_said < caller->abuse->fault->abuse_count && socket_unacknowledged(caller->socket) < AHEAD_BYTES) {
        snprintf(number, sizeof number, "%u", ++caller->n_said);
        say_lines(caller, "VRFY user", number, "\r\n");
    }
    if (caller->n_said == caller->abuse->fault->abuse_count) {
        caller->n_said++;
        say_lines(caller, "QUIT\r\n", "", "");
    }
}

/* Each is answered before the next is asked (RFC 2920 3.1), the last one by a farewell. */
static void ask(struct caller *caller)
{
    static const char *const questions[] = {"HELP", "NOOP", "VRFY postmaster", "EXPN postmaster", "RSET", "QUIT"};
    if (caller->n_said < sizeof questions / sizeof *questions)
        say_lines(caller, questions[caller->n_said++], "", "\r\n");
}

/* Asks on whenever the last line of a reply has ended: a space behind its code, or nothing (RFC 5321 4.2). */
static void listen_and_ask(struct caller *caller, const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && caller->socket; i++) {
        if (bytes[i] == '\r') continue;
        if (bytes[i] != '\n') {
            if (caller->n_heard < sizeof caller->heard) caller->heard[caller->n_heard++] = bytes[i];
            continue;
        }
        bool is_last = caller->n_heard < 4 || caller->heard[3] == ' ';
        caller->n_heard = 0;
        if (!is_last) continue;
        if (caller->has_begun)
            ask(caller);
        else
            say_lines(caller, "EHLO ", name_of(caller), "\r\n");
        caller->has_begun = true;
    }
}

/* RFC 8446 4.1.2, with octets of chance where keys stand. */
static void say_client_hello(struct caller *caller)
{
    static const unsigned char begin[] = {22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3};
    char bytes[517];
    for (uint64_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(random_draw(world_of(caller)->seed, caller->abuse->host->name_hash,
                                      random_hash_text("hello of abuse"), i) >>
                          56);
    memcpy(bytes, begin, sizeof begin);
    say_octets(caller, bytes, sizeof bytes);
}

/* RFC 3030 2: a chunk without a mail, DATA among chunks, a size beyond all numbers, and a large one that never comes.
 */
static void say_chunks(struct caller *caller)
{
    char octets[1000];
    memset(octets, 'x', sizeof octets);
    say_lines(caller, "EHLO ", name_of(caller), "\r\n");
    say_lines(caller, "BDAT 5 LAST\r\n", "", "");
    say_octets(caller, "hello", 5);
    say_lines(caller, "MAIL FROM:<>\r\nRCPT TO:<postmaster>\r\nBDAT 5\r\n", "", "");
    say_octets(caller, "hello", 5);
    say_lines(caller, "DATA\r\nRSET\r\nMAIL FROM:<>\r\nRCPT TO:<postmaster>\r\n", "", "");
    if (caller->number % 2 == 0) {
        say_lines(caller, "BDAT 99999999999999999999 LAST\r\n", "", "");
        return;
    }
    say_lines(caller, "BDAT 4000000000 LAST\r\n", "", "");
    say_octets(caller, octets, sizeof octets);
    socket_end_writing(caller->socket);
}

/* A command that goes on and on. */
static void drip(struct caller *caller)
{
    static const char begin[] = "EHLO ";
    char octet = caller->n_said < sizeof begin - 1 ? begin[caller->n_said] : 'x';
    caller->n_said++;
    say_octets(caller, &octet, 1);
}

static bool waits_for_greeting(enum abuse_kind kind)
{
    return kind == ABUSE_VRFY || kind == ABUSE_BDAT || kind == ABUSE_DRIP || kind == ABUSE_CURIOUS;
}

static void begin_words(struct caller *caller)
{
    caller->has_begun = true;
    switch (caller->abuse->fault->abuse_kind) {
    case ABUSE_VRFY:
        say_lines(caller, "EHLO ", name_of(caller), "\r\n");
        storm(caller);
        break;
    case ABUSE_EARLY:
        say_lines(caller, "EHLO ", name_of(caller), "\r\nVRFY postmaster\r\nQUIT\r\n");
        break;
    case ABUSE_HTTP:
        say_lines(caller, "GET / HTTP/1.1\r\nHost: ",
                  world_of(caller)->hosts[caller->abuse->fault->abuse_server].description->name,
                  "\r\nAccept: */*\r\n\r\n");
        break;
    case ABUSE_TLS:
        say_client_hello(caller);
        break;
    case ABUSE_BDAT:
        say_chunks(caller);
        break;
    case ABUSE_DRIP:
        drip(caller);
        break;
    case ABUSE_CURIOUS: /* it listens first */
    case ABUSE_SILENCE:
    case ABUSE_KINDS:
        break;
    }
}

/* --- connections --- */

static void call_more(struct abuse *abuse);

static void caller_free(struct caller *caller)
{
    struct abuse *abuse = caller->abuse;
    if (caller->previous)
        caller->previous->next = caller->next;
    else
        abuse->callers = caller->next;
    if (caller->next) caller->next->previous = caller->previous;
    abuse->n_open--;
    wake_forget(&caller->wake);
    mem_free(caller);
}

static void caller_end(struct caller *caller, const char *why)
{
    struct journal *journal = world_of(caller)->journal;
    if (caller->io.session.n)
        journal_set_cause(journal, JOURNAL_EMIT(journal, SESSION_CLOSE, F_INT(SESSION, caller->io.session.n),
                                                F_INT(HOST, caller->abuse->host->id.n), F_TEXT(WHY, why)));
    if (caller->socket) socket_finish(caller->socket);
    caller_free(caller);
}

/* A timer set anew for whatever is heard would be told each time: it looks when it rings. */
static void wait_on(struct caller *caller)
{
    int64_t at_ns = caller->heard_ns + patience_ns;
    wake_set(&caller->wake, drips(caller) ? now_of(caller) + caller->abuse->fault->abuse_every_ns : at_ns);
}

static void on_wake(void *context)
{
    struct caller *caller = context;
    struct abuse *abuse = caller->abuse;
    if (drips(caller)) {
        drip(caller);
    } else if (now_of(caller) >= caller->heard_ns + patience_ns) {
        caller_end(caller, "nothing was heard for half an hour");
        call_more(abuse);
        return;
    }
    wait_on(caller);
}

static void on_opened(void *context)
{
    static const char *const texts[ABUSE_KINDS] = {
        "it guesses names",       "it speaks before the greeting",         "it speaks HTTP",
        "it speaks TLS in clear", "it sends chunks that nobody asked for", "it speaks an octet at a time",
        "it says nothing",        "it asks whatever may be asked"};
    struct caller *caller = context;
    struct world *world = world_of(caller);
    struct abuse *abuse = caller->abuse;
    caller->io = socket_session_io(caller->socket, (struct session_id){++world->last_session});
    caller->wake.conn = caller->io.conn;
    caller->heard_ns = now_of(caller);
    uint64_t event =
        JOURNAL_EMIT(world->journal, SESSION_OPEN, F_INT(SESSION, caller->io.session.n), F_INT(CONN, caller->io.conn.n),
                     F_INT(HOST, abuse->host->id.n), F_INT(PEER, socket_peer(caller->socket).n),
                     F_TEXT(PROTOCOL, "smtp"), F_TEXT(ROLE, "client"));
    journal_set_cause(world->journal, event);
    event = JOURNAL_EMIT(
        world->journal, CLIENT_ABUSE, F_INT(SESSION, caller->io.session.n), F_INT(CONN, caller->io.conn.n),
        F_INT(HOST, abuse->host->id.n), F_INT(PEER, socket_peer(caller->socket).n),
        F_TEXT(NAME, abuse_kind_text(abuse->fault->abuse_kind)), F_TEXT(TEXT, texts[abuse->fault->abuse_kind]));
    journal_set_cause(world->journal, event);
    if (!waits_for_greeting(abuse->fault->abuse_kind)) begin_words(caller);
    wait_on(caller);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct caller *caller = context;
    caller->heard_ns = now_of(caller);
    if (caller->abuse->fault->abuse_kind == ABUSE_CURIOUS) {
        listen_and_ask(caller, bytes, size);
        return;
    }
    if (caller->has_begun) return;
    begin_words(caller);
    if (drips(caller)) wait_on(caller);
}

static void on_acked(void *context)
{
    struct caller *caller = context;
    if (caller->has_begun && caller->abuse->fault->abuse_kind == ABUSE_VRFY) storm(caller);
}

static void on_ended(void *context)
{
    struct caller *caller = context;
    struct abuse *abuse = caller->abuse;
    caller_end(caller, "the server closed the connection");
    call_more(abuse);
}

static void on_failed(void *context, const char *why)
{
    struct caller *caller = context;
    struct abuse *abuse = caller->abuse;
    caller->socket = NULL;
    caller_end(caller, why);
    call_more(abuse);
}

static void call(struct abuse *abuse)
{
    struct caller *caller = mem_calloc(1, sizeof *caller);
    caller->abuse = abuse;
    caller->next = abuse->callers;
    if (caller->next) caller->next->previous = caller;
    abuse->callers = caller;
    abuse->n_open++;
    caller->number = --abuse->n_left;
    caller->heard_ns = abuse->host->world->engine->now_ns;
    wake_init(&caller->wake, abuse->host, "abuse", on_wake, caller);
    caller->socket = socket_connect(abuse->host, abuse->address, (uint16_t)abuse->fault->abuse_port,
                                    (struct socket_handler){.context = caller,
                                                            .opened = on_opened,
                                                            .received = on_received,
                                                            .acked = on_acked,
                                                            .ended = on_ended,
                                                            .failed = on_failed});
    caller->io.conn = socket_conn(caller->socket);
}

static void call_more(struct abuse *abuse)
{
    while (abuse->host->up && abuse->n_left > 0 && abuse->n_open < abuse->fault->abuse_at_once)
        call(abuse);
}

/* --- the fault begins and ends --- */

static void drop_all(struct abuse *abuse, const char *why)
{
    struct journal *journal = abuse->host->world->journal;
    uint64_t cause = journal_cause(journal);
    abuse->n_left = 0;
    while (abuse->callers) {
        caller_end(abuse->callers, why);
        journal_set_cause(journal, cause);
    }
}

void abuse_set(struct world *world, const struct scenario_fault *fault, bool is_in_force)
{
    struct host *host = &world->hosts[fault->host];
    if (!is_in_force) {
        for (struct abuse *abuse = world->abuses; abuse; abuse = abuse->next)
            if (abuse->fault == fault) drop_all(abuse, "it has had enough");
        return;
    }
    const struct host *server = &world->hosts[fault->abuse_server];
    struct abuse *abuse = mem_calloc(1, sizeof *abuse);
    *abuse = (struct abuse){.next = world->abuses, .host = host, .fault = fault, .n_left = fault->abuse_connections};
    abuse->address = address_of(host, server);
    world->abuses = abuse;
    call_more(abuse);
}

/* Its sockets tell nobody. */
void abuse_crash(struct host *host)
{
    for (struct abuse *abuse = host->world->abuses; abuse; abuse = abuse->next) {
        if (abuse->host != host) continue;
        for (struct caller *caller = abuse->callers; caller; caller = caller->next)
            caller->socket = NULL;
        drop_all(abuse, "host stopped");
    }
}

void abuse_free(struct world *world)
{
    while (world->abuses) {
        struct abuse *abuse = world->abuses;
        world->abuses = abuse->next;
        while (abuse->callers)
            caller_free(abuse->callers);
        mem_free(abuse);
    }
}
