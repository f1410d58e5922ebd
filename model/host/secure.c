/* TLS on a socket. The machine (model/tls) is pure; here it gets bytes, the host's clock, a time-out and a voice in the
   journal. */
#include "model/host/secure.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/host/host.h"
#include "model/host/socket_internal.h"
#include "model/host/wake.h"
#include "model/wire/tls_record.h"
#include "sim/journal/memory.h"

static const int64_t handshake_timeout_ns = 5 * MINUTE; /* Postfix's smtp_starttls_timeout */

/* A piece that was written: its end in plain bytes, and the records that carry it. */
struct written {
    uint64_t position_end, begin, end;
};

struct secure {
    struct socket *socket;
    struct secure_settings settings; /* its name is `name` */
    char name[TLS_NAME_BYTES];
    struct socket_handler inner; /* the application's */
    secured_fn secured;
    bool is_implicit, is_done, is_end_told;
    struct tls_conn *tls; /* NULL before it begins */
    struct session_security security;
    struct wake wake;
    uint64_t begin;    /* the stream's end when it began: up to there positions are those of the stream */
    uint64_t position; /* of what is written next */
    uint64_t acknowledged;
    struct written *written; /* not yet acknowledged, oldest first, from `first` on */
    size_t first, n, room;
    bool is_gathering;
    char *gathered;
    size_t gathered_size, gathered_room;
};

static struct journal *journal_of(const struct secure *secure)
{
    return world_of(secure->socket)->journal;
}

/* --- events --- */

static const char *role_of(const struct secure *secure)
{
    return secure->settings.is_server ? "server" : "client";
}

static void tell_start(struct secure *secure)
{
    journal_set_cause(journal_of(secure),
                      JOURNAL_EMIT(journal_of(secure), TLS_START, F_INT(SESSION, secure->settings.session.n),
                                   F_INT(CONN, secure->socket->conn.n), F_INT(HOST, secure->socket->host->id.n),
                                   F_TEXT(ROLE, role_of(secure)), F_TEXT(NAME, secure->settings.name)));
}

static bool is_peer_simulated(const struct socket *socket)
{
    const struct host *peer = socket->peer.n ? world_host(world_of(socket), socket->peer) : NULL;
    return peer && peer->description->role != ROLE_OUTSIDE;
}

/* Told by the server, who has them all; by a client where the server is not of this world. */
static void tell_secrets(const struct secure *secure)
{
    const struct socket *socket = secure->socket;
    const char *secrets = tls_conn_secrets(secure->tls);
    if ((!secure->settings.is_server && is_peer_simulated(socket)) || secrets[0] == '\0') return;
    JOURNAL_EMIT(journal_of(secure), TLS_SECRETS, F_INT(CONN, socket->conn.n), F_INT(HOST, socket->host->id.n),
                 F_TEXT(TEXT, secrets));
}

static void tell_done(const struct secure *secure, const struct tls_info *info)
{
    journal_set_cause(journal_of(secure),
                      JOURNAL_EMIT(journal_of(secure), TLS_DONE, F_INT(SESSION, secure->settings.session.n),
                                   F_INT(CONN, secure->socket->conn.n), F_INT(HOST, secure->socket->host->id.n),
                                   F_TEXT(ROLE, role_of(secure)), F_TEXT(VERSION, info->version),
                                   F_TEXT(CIPHER, info->cipher), F_TEXT(NAME, info->subject),
                                   F_INT(VERIFIED, info->is_verified), F_TEXT(WHY, info->verify_text)));
}

static void tell_failed(const struct secure *secure, const struct tls_info *info, const char *why)
{
    bool is_servers = info->is_alert_ours == secure->settings.is_server;
    journal_set_cause(journal_of(secure),
                      JOURNAL_EMIT(journal_of(secure), TLS_FAILED, F_INT(SESSION, secure->settings.session.n),
                                   F_INT(CONN, secure->socket->conn.n), F_INT(HOST, secure->socket->host->id.n),
                                   F_TEXT(ROLE, role_of(secure)), F_TEXT(NAME, info->subject), F_TEXT(WHY, why),
                                   F_TEXT(ALERT, info->alert < 0 ? "" : tls_alert_name((uint8_t)info->alert)),
                                   F_TEXT(WHO, info->alert < 0 ? ""
                                               : is_servers    ? "S"
                                                               : "C")));
}

static void tell_end(const struct secure *secure, const char *why)
{
    JOURNAL_EMIT(journal_of(secure), TLS_CLOSE, F_INT(SESSION, secure->settings.session.n),
                 F_INT(CONN, secure->socket->conn.n), F_INT(HOST, secure->socket->host->id.n), F_TEXT(WHY, why));
}

/* --- bytes out --- */

static void flush(struct secure *secure)
{
    size_t size;
    const uint8_t *bytes = tls_conn_to_send(secure->tls, &size);
    if (size > 0) socket_write_stream(secure->socket, bytes, size);
    tls_conn_sent(secure->tls);
}

static void note_written(struct secure *secure, uint64_t begin, uint64_t end)
{
    if (secure->n == secure->room) {
        secure->room = secure->room ? 2 * secure->room : 8;
        secure->written = mem_realloc(secure->written, secure->room * sizeof *secure->written);
    }
    secure->written[secure->n++] = (struct written){secure->position, begin, end};
}

static void send(struct secure *secure, const void *bytes, size_t size)
{
    uint64_t begin = byte_stream_end(secure->socket->out);
    if (size == 0) return;
    tls_conn_write(secure->tls, bytes, size);
    flush(secure);
    note_written(secure, begin, byte_stream_end(secure->socket->out));
}

static void gather(struct secure *secure, const void *bytes, size_t size)
{
    if (secure->gathered_size + size > secure->gathered_room) {
        secure->gathered_room = 2 * (secure->gathered_size + size);
        secure->gathered = mem_realloc(secure->gathered, secure->gathered_room);
    }
    if (size > 0) memcpy(secure->gathered + secure->gathered_size, bytes, size);
    secure->gathered_size += size;
}

void secure_gather(struct secure *secure, bool begins)
{
    secure->is_gathering = begins;
    if (begins) return;
    send(secure, secure->gathered, secure->gathered_size);
    mem_free(secure->gathered);
    secure->gathered = NULL;
    secure->gathered_size = secure->gathered_room = 0;
}

/* Words that come too early or too late, such as a 421 amidst a handshake, cannot be said. */
uint64_t secure_write(struct secure *secure, const void *bytes, size_t size)
{
    uint64_t position = secure->position;
    enum tls_state state = tls_conn_state(secure->tls);
    if (state != TLS_OPEN && state != TLS_PEER_CLOSED) return position;
    secure->position += size;
    if (secure->is_gathering)
        gather(secure, bytes, size);
    else
        send(secure, bytes, size);
    return position;
}

void secure_close(struct secure *secure)
{
    if (!secure->tls) return;
    tls_conn_close(secure->tls);
    flush(secure);
}

/* --- positions --- */

uint64_t secure_acknowledged(struct secure *secure)
{
    uint64_t acked = tcp_acked(secure->socket->tcp);
    if (acked < secure->begin) return acked;
    if (secure->acknowledged < secure->begin) secure->acknowledged = secure->begin;
    while (secure->first < secure->n && secure->written[secure->first].end <= acked)
        secure->acknowledged = secure->written[secure->first++].position_end;
    if (secure->first == secure->n) secure->first = secure->n = 0;
    return secure->acknowledged;
}

uint64_t secure_taken(struct secure *secure)
{
    uint64_t taken = tcp_taken(secure->socket->tcp), position = secure_acknowledged(secure);
    for (size_t i = secure->first; i < secure->n && secure->written[i].end <= taken; i++)
        position = secure->written[i].position_end;
    return position;
}

/* Asked about what was just written, which nobody can have acknowledged yet. */
void secure_locate(const struct secure *secure, uint64_t *position, uint64_t *length)
{
    uint64_t from = *position, to = *position + *length, begin = 0, end = 0;
    if (to <= secure->begin) return;
    for (size_t i = secure->n; i > secure->first; i--) {
        const struct written *w = &secure->written[i - 1];
        if (w->position_end <= from) break;
        if (i > secure->first + 1 && secure->written[i - 2].position_end >= to) continue;
        begin = w->begin;
        end = end ? end : w->end;
    }
    *position = end ? begin : byte_stream_end(secure->socket->out);
    *length = end - begin;
}

/* --- news --- */

static void fail(struct secure *secure, const char *why)
{
    struct socket_handler inner = secure->inner;
    struct tls_info info = tls_conn_info(secure->tls);
    char words[192];
    tell_secrets(secure);
    tell_failed(secure, &info, why);
    bool is_distrust = !secure->is_done && secure->settings.verify && info.subject[0] && !info.is_verified;
    snprintf(words, sizeof words, "%s%s: %s", is_distrust ? "454 4.7.5 " : "", /* RFC 3463 3.8 */
             secure->is_done ? "TLS failed" : "TLS handshake failed", why);
    wake_set(&secure->wake, TIME_NEVER);
    socket_finish(secure->socket);
    inner.failed(inner.context, words);
}

static void finish_handshake(struct secure *secure)
{
    struct tls_info info = tls_conn_info(secure->tls);
    secure->is_done = true;
    secure->security = (struct session_security){.version = info.version,
                                                 .cipher = info.cipher,
                                                 .peer_name = secure->settings.is_server ? NULL : info.subject,
                                                 .verified = info.is_verified};
    wake_set(&secure->wake, TIME_NEVER);
    tell_secrets(secure);
    tell_done(secure, &info);
    if (secure->is_implicit)
        secure->inner.opened(secure->inner.context);
    else
        secure->secured(secure->inner.context, &secure->security);
}

static void pass_plain_text(struct secure *secure)
{
    size_t size;
    const char *text = tls_conn_plain_text(secure->tls, &size);
    if (size == 0) return;
    secure->inner.received(secure->inner.context, text, size);
    tls_conn_taken(secure->tls, size);
}

static bool is_heard(const struct secure *secure)
{
    return secure->socket->has_handler;
}

/* After each step the application may have finished with the socket. */
static void pass_on(struct secure *secure)
{
    enum tls_state state = tls_conn_state(secure->tls);
    flush(secure);
    if (!secure->is_done && (state == TLS_OPEN || state == TLS_PEER_CLOSED)) finish_handshake(secure);
    if (is_heard(secure)) pass_plain_text(secure);
    if (is_heard(secure) && state == TLS_FAILED) fail(secure, tls_conn_info(secure->tls).error);
    if (!is_heard(secure) || state != TLS_PEER_CLOSED || secure->is_end_told) return;
    secure->is_end_told = true;
    tell_end(secure, "close_notify");
    secure->inner.ended(secure->inner.context);
}

static void on_opened(void *context)
{
    struct secure *secure = context;
    tell_start(secure);
    tls_conn_start(secure->tls);
    flush(secure);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct secure *secure = context;
    tls_conn_receive(secure->tls, bytes, size);
    pass_on(secure);
}

static void on_acked(void *context)
{
    struct secure *secure = context;
    secure_acknowledged(secure);
    if (secure->is_done && secure->inner.acked) secure->inner.acked(secure->inner.context);
}

/* RFC 8446 6.1: an end without close_notify may be somebody else's doing. */
static void on_ended(void *context)
{
    struct secure *secure = context;
    if (!secure->is_done) {
        fail(secure, "the connection was closed");
    } else if (!secure->is_end_told) {
        secure->is_end_told = true;
        tell_end(secure, "truncated");
        secure->inner.ended(secure->inner.context);
    }
}

static void on_failed(void *context, const char *why)
{
    struct secure *secure = context;
    secure->inner.failed(secure->inner.context, why);
}

static void on_timeout(void *context)
{
    fail(context, "the peer is silent");
}

/* --- its life --- */

void socket_offer_tls(struct socket *socket, const struct secure_settings *settings, secured_fn secured)
{
    struct secure *secure = mem_calloc(1, sizeof *secure);
    assert(!socket->secure);
    secure->socket = socket;
    secure->settings = *settings;
    snprintf(secure->name, sizeof secure->name, "%s", settings->name);
    secure->settings.name = secure->name;
    secure->secured = secured;
    socket->secure = secure;
}

static void make_machine(struct secure *secure)
{
    const struct socket *socket = secure->socket;
    const struct world *world = world_of(socket);
    struct tls_settings settings = {.is_server = secure->settings.is_server,
                                    .is_modelled = world->scenario->tls_is_modelled && is_peer_simulated(socket),
                                    .version = secure->settings.version,
                                    .name = secure->settings.name,
                                    .certificate = secure->settings.certificate,
                                    .verify = secure->settings.verify,
                                    .starts_unix_s = world->scenario->starts_unix_s,
                                    .now_unix_s = world->scenario->starts_unix_s + host_clock_ns(socket->host) / SECOND,
                                    .seed = world->seed,
                                    .who = random_hash_mix(socket->flow, random_hash_text("tls"))};
    secure->tls = tls_conn_new(tls_library_of_thread(), &settings);
}

static void take_over(struct secure *secure)
{
    struct socket *socket = secure->socket;
    secure->inner = socket->handler;
    secure->begin = secure->position = byte_stream_end(socket->out);
    make_machine(secure);
    wake_init(&secure->wake, socket->host, "tls handshake", on_timeout, secure);
    secure->wake.conn = socket->conn;
    wake_set(&secure->wake, world_of(socket)->engine->now_ns + handshake_timeout_ns);
    socket->handler = (struct socket_handler){.context = secure,
                                              .opened = on_opened,
                                              .received = on_received,
                                              .acked = on_acked,
                                              .ended = on_ended,
                                              .failed = on_failed};
    socket->is_secure = true;
}

void secure_name_session(struct secure *secure, struct session_id session)
{
    secure->settings.session = session;
}

void secure_begin(struct secure *secure)
{
    take_over(secure);
    on_opened(secure);
}

void socket_start_tls(struct socket *socket)
{
    socket->secure->is_implicit = true;
    take_over(socket->secure);
}

const struct session_security *socket_security(const struct socket *socket)
{
    return socket->secure && socket->secure->is_done ? &socket->secure->security : NULL;
}

void secure_let_go(struct secure *secure)
{
    wake_set(&secure->wake, TIME_NEVER);
}

void secure_free(struct secure *secure)
{
    if (!secure) return;
    if (secure->tls) wake_forget(&secure->wake);
    tls_conn_free(secure->tls);
    mem_free(secure->written);
    mem_free(secure->gathered);
    mem_free(secure);
}
