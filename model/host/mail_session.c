/* The life of a mail server's sessions, SMTP and POP3: from the connection to its end. */
#include "model/host/mail_session.h"

#include "model/host/mail_queue.h"
#include "model/host/refusals.h"
#include "model/host/resolver.h"
#include "model/host/secure.h"
#include "model/host/socket.h"
#include "sim/journal/memory.h"

void mail_session_free(struct mail_session *session)
{
    struct mail_server *server = session->server;
    if (session->previous)
        session->previous->next = session->next;
    else
        server->sessions = session->next;
    if (session->next) session->next->previous = session->previous;
    maildrop_unlock(session);
    if (session->accepting) mail_queue_forget_taker(session->accepting);
    refusals_session_free(session);
    if (session->about_sender) resolver_forget(server->host->resolver, session->about_sender);
    wake_forget(&session->wake);
    smtp_server_free(session->smtp);
    pop3_server_free(session->pop3);
    mem_free(session);
}

void mail_session_end(struct mail_session *session, const char *why)
{
    struct mail_server *server = session->server;
    if (session->pop3 && !pop3_server_is_over(session->pop3)) pop3_server_connection_lost(session->pop3);
    uint64_t event = JOURNAL_EMIT(mail_server_world(server)->journal, SESSION_CLOSE, F_INT(SESSION, session->id.n),
                                  F_INT(HOST, server->host->id.n), F_TEXT(WHY, why));
    journal_set_cause(mail_server_world(server)->journal, event);
    if (session->socket) socket_finish(session->socket);
    mail_session_free(session);
}

static void session_settle(struct mail_session *session)
{
    if (!refusals_act(session)) return;
    bool over = session->smtp ? smtp_server_is_over(session->smtp) : pop3_server_is_over(session->pop3);
    if (over)
        mail_session_end(session, "done");
    else
        wake_set(&session->wake,
                 session->smtp ? smtp_server_deadline(session->smtp) : pop3_server_deadline(session->pop3));
}

static int64_t now_of(const struct mail_session *session)
{
    return mail_server_world(session->server)->engine->now_ns;
}

void mail_session_answer(struct mail_session *session, const struct smtp_reply *reply)
{
    smtp_server_answer(session->smtp, reply, now_of(session));
    session_settle(session);
}

static void become_secure(struct mail_session *session, const struct session_security *security)
{
    if (session->smtp)
        smtp_server_secured(session->smtp, security, now_of(session));
    else
        pop3_server_secured(session->pop3, now_of(session));
}

/* By implicit TLS a session is secure before it says its first word. */
static void on_opened(void *context)
{
    struct mail_session *session = context;
    const struct session_security *security = socket_security(session->socket);
    if (security) become_secure(session, security);
    if (session->smtp)
        smtp_server_start(session->smtp, now_of(session));
    else
        pop3_server_start(session->pop3, now_of(session));
    session_settle(session);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct mail_session *session = context;
    size_t passes = session->rules ? refusals_on_received(session, size) : size;
    if (session->smtp && passes)
        smtp_server_receive(session->smtp, bytes, passes, now_of(session));
    else if (session->pop3)
        pop3_server_receive(session->pop3, bytes, size, now_of(session));
    session_settle(session);
}

/* A maildrop that trickles out over a slow link is no silence of the client. */
static void on_acked(void *context)
{
    struct mail_session *session = context;
    if (session->pop3) pop3_server_progress(session->pop3, now_of(session));
    if (session->pop3 || session->rules) session_settle(session);
}

static void on_ended(void *context)
{
    mail_session_end(context, "the client closed the connection");
}

static void on_failed(void *context, const char *why)
{
    struct mail_session *session = context;
    session->socket = NULL;
    mail_session_end(session, why);
}

static void on_wake(void *context)
{
    struct mail_session *session = context;
    if (session->smtp)
        smtp_server_on_deadline(session->smtp, now_of(session));
    else
        pop3_server_on_deadline(session->pop3, now_of(session));
    session_settle(session);
}

/* RFC 6409, RFC 8314 3.3: the ports for a server's own users; they authenticate there, and other servers do not. */
bool mail_session_is_submission(const struct mail_session *session)
{
    uint16_t port = socket_local_port(session->socket);
    return port == SUBMISSION_PORT || port == SUBMISSIONS_PORT;
}

static void on_secured(void *context, const struct session_security *security)
{
    struct mail_session *session = context;
    become_secure(session, security);
    session_settle(session);
}

static bool is_implicit_port(uint16_t port)
{
    return port == SUBMISSIONS_PORT || port == POP3S_PORT;
}

static void offer_tls(struct mail_session *session)
{
    const struct scenario_tls *tls = &mail_server_settings(session->server)->tls;
    struct secure_settings settings = {.is_server = true,
                                       .version = tls->version,
                                       .name = session->server->host->description->name,
                                       .certificate = tls->certificate,
                                       .session = session->id};
    socket_offer_tls(session->socket, &settings, on_secured);
    if (is_implicit_port(socket_local_port(session->socket))) socket_start_tls(session->socket);
}

static void start_smtp(struct mail_session *session)
{
    const struct scenario_host *description = session->server->host->description;
    struct smtp_server_config config = description->smtp.server;
    config.name = description->name;
    if (!mail_session_is_submission(session)) {
        config.extensions &= ~(unsigned)SMTP_AUTH;
        config.auth_required = false;
    }
    struct smtp_server_policy policy = refusals_policy(session, mail_policy(session));
    struct session_io io = refusals_io(session, socket_session_io(session->socket, session->id));
    session->smtp = smtp_server_new(&config, io, policy);
}

static void start_pop3(struct mail_session *session)
{
    session->pop3 = pop3_server_new(session->server->host->description->name,
                                    socket_session_io(session->socket, session->id), maildrop_of(session));
}

void mail_server_accept(struct mail_server *server, struct socket *socket)
{
    struct world *world = mail_server_world(server);
    struct mail_session *session = mem_calloc(1, sizeof *session);
    session->server = server;
    session->socket = socket;
    session->id = (struct session_id){++world->last_session};
    session->next = server->sessions;
    if (session->next) session->next->previous = session;
    server->sessions = session;
    bool is_pop3 = socket_local_port(socket) == POP3_PORT || socket_local_port(socket) == POP3S_PORT;
    uint64_t event =
        JOURNAL_EMIT(world->journal, SESSION_OPEN, F_INT(SESSION, session->id.n), F_INT(CONN, socket_conn(socket).n),
                     F_INT(HOST, server->host->id.n), F_INT(PEER, socket_peer(socket).n),
                     F_TEXT(PROTOCOL, is_pop3 ? "pop3" : "smtp"), F_TEXT(ROLE, "server"));
    journal_set_cause(world->journal, event);
    wake_init(&session->wake, server->host, is_pop3 ? "pop3 idle" : "smtp idle", on_wake, session);
    session->wake.conn = socket_conn(socket);
    socket_set_handler(socket, (struct socket_handler){.context = session,
                                                       .opened = on_opened,
                                                       .received = on_received,
                                                       .acked = on_acked,
                                                       .ended = on_ended,
                                                       .failed = on_failed});
    if (mail_server_settings(server)->tls.offers) offer_tls(session);
    if (is_pop3)
        start_pop3(session);
    else
        start_smtp(session);
}
