/* The sessions of a mail server and its policy: whom it takes mail from and for whom. A server relays for its own
   users' hosts only (RFC 5321 7.9); "networks" are the clients that submit to it. */
#include "model/host/mail_server.h"

#include <stdio.h>
#include <string.h>

#include "model/host/ledger.h"
#include "model/host/mail_queue.h"
#include "model/host/socket.h"
#include "model/host/wake.h"
#include "model/mail/address.h"
#include "model/pop3/pop3.h"
#include "model/smtp/smtp_server.h"
#include "sim/journal/memory.h"

struct mail_session {
    struct mail_server *server;
    struct mail_session *previous, *next;
    struct socket *socket; /* NULL once it is gone */
    struct session_id id;
    struct smtp_server *smtp; /* one of these */
    struct pop3_server *pop3;
    struct mailbox *mailbox; /* locked by this session */
    struct wake wake;
};

struct mail_server {
    struct host *host;
    struct mailbox *mailboxes; /* one a user, then postmaster's, who is always there (RFC 5321 4.5.1) */
    struct retry_policy retry;
    struct mail_queue *queue;
    struct mail_session *sessions;
    uint64_t *fault_counters; /* one a fault of the scenario, for its odds */
};

static struct world *world_of(const struct mail_server *server)
{
    return server->host->world;
}

static const struct scenario_mail_server *settings(const struct mail_server *server)
{
    return &server->host->description->mail_server;
}

struct mail_server *mail_server_new(struct host *host)
{
    const struct scenario_mail_server *wanted = &host->description->mail_server;
    struct mail_server *server = mem_calloc(1, sizeof *server);
    server->host = host;
    server->mailboxes = mem_calloc(wanted->n_users + 1, sizeof *server->mailboxes);
    server->fault_counters = mem_calloc(host->world->scenario->n_faults + 1, sizeof *server->fault_counters);
    server->retry = (struct retry_policy){.queue_run_delay_ns = wanted->retry.queue_run_delay_ns,
                                          .queue_run_phase_ns = wanted->retry.queue_run_phase_ns,
                                          .minimal_backoff_ns = wanted->retry.minimal_backoff_ns,
                                          .maximal_backoff_ns = wanted->retry.maximal_backoff_ns,
                                          .maximal_lifetime_ns = wanted->retry.maximal_lifetime_ns,
                                          .bounce_lifetime_ns = wanted->retry.bounce_lifetime_ns};
    server->queue = mail_queue_new(server);
    return server;
}

bool mail_server_listens(const struct mail_server *server, uint16_t port)
{
    (void)server;
    return port == SMTP_PORT || port == SUBMISSION_PORT || port == POP3_PORT;
}

struct host *mail_server_host(struct mail_server *server)
{
    return server->host;
}

bool mail_server_is_local_domain(const struct mail_server *server, const char *domain)
{
    for (size_t i = 0; i < settings(server)->n_domains; i++)
        if (address_domain_equals(settings(server)->domains[i], domain)) return true;
    return false;
}

static struct mailbox *mailbox_of_user(struct mail_server *server, const char *address)
{
    for (size_t i = 0; i < settings(server)->n_users; i++)
        if (address_local_part_is(address, settings(server)->users[i])) return &server->mailboxes[i];
    return address_local_part_is(address, "postmaster") ? &server->mailboxes[settings(server)->n_users] : NULL;
}

struct mailbox *mail_server_mailbox(struct mail_server *server, const char *address)
{
    const char *domain = address_domain(address);
    if (domain[0] != '\0' && !mail_server_is_local_domain(server, domain)) return NULL;
    return mailbox_of_user(server, address);
}

const struct retry_policy *mail_server_retry(const struct mail_server *server)
{
    return &server->retry;
}

struct mail_queue *mail_server_queue(struct mail_server *server)
{
    return server->queue;
}

/* --- policy --- */

static struct smtp_reply on_mail(void *context, const struct smtp_envelope *envelope)
{
    (void)context;
    (void)envelope;
    return smtp_reply_make(250, "OK");
}

static bool is_own_client(const struct mail_session *session)
{
    const struct mail_server *server = session->server;
    const struct host *peer = world_host_by_address(world_of(server), socket_remote_address(session->socket));
    if (!peer || peer->description->role != ROLE_CLIENT) return false;
    int own = (int)server->host->id.n - 1;
    return peer->description->client.submits_to == own || peer->description->client.fetches_from == own;
}

static bool is_outside(const struct mail_session *session)
{
    struct host_id peer = socket_peer(session->socket);
    return peer.n && world_host(world_of(session->server), peer)->description->role == ROLE_OUTSIDE;
}

/* Programs outside are no strangers on the submission port (RFC 6409): who can reach it sits at this very machine. */
static bool submits_from_outside(const struct mail_session *session)
{
    return socket_local_port(session->socket) == SUBMISSION_PORT && is_outside(session);
}

static struct smtp_reply on_rcpt(void *context, const struct smtp_envelope *envelope, const char *forward_path)
{
    (void)envelope;
    struct mail_session *session = context;
    const char *domain = address_domain(forward_path);
    if (mail_server_is_local_domain(session->server, domain) || domain[0] == '\0') {
        /* RFC 5321 4.5.1: postmaster is there also without a domain. */
        if (mailbox_of_user(session->server, forward_path)) return smtp_reply_make(250, "OK");
        return smtp_reply_make(550, "5.1.1 <%.200s>: no such user here", forward_path);
    }
    if (is_own_client(session) || submits_from_outside(session)) return smtp_reply_make(250, "OK");
    return smtp_reply_make(550, "5.7.1 <%.200s>: relaying denied", forward_path);
}

/* A mail that no client of this world has written; what it says of itself is not believed. */
static struct message_id register_foreign(const struct mail_session *session, const struct accepted_mail *mail,
                                          const char *content, size_t size)
{
    struct world *world = world_of(session->server);
    struct mail_message *message = mem_calloc(1, sizeof *message);
    char name[32], subject[MESSAGE_SUBJECT_BYTES], recipients[1024] = "";
    snprintf(name, sizeof name, "outside-%u", (unsigned)++world->n_foreign_mails);
    message_subject(content, size, subject);
    *message = (struct mail_message){.id = world_next_message_id(world),
                                     .name = mem_strdup(name),
                                     .from = mem_strdup(mail->from),
                                     .recipients = mem_calloc(mail->n_recipients, sizeof(char *)),
                                     .n_recipients = mail->n_recipients,
                                     .subject = mem_strdup(subject),
                                     .composed_ns = world->engine->now_ns};
    for (size_t i = 0, used = 0; i < mail->n_recipients; i++) {
        message->recipients[i] = mem_strdup(mail->recipients[i]);
        if (used < sizeof recipients)
            used += (size_t)snprintf(recipients + used, sizeof recipients - used, "%s%s", i ? ", " : "",
                                     mail->recipients[i]);
    }
    world_add_message(world, message);
    journal_set_cause(world->journal, JOURNAL_EMIT(world->journal, MAIL_COMPOSE, F_INT(MESSAGE, message->id.n),
                                                   F_INT(HOST, socket_peer(session->socket).n), F_TEXT(NAME, name),
                                                   F_TEXT(FROM, message->from), F_TEXT(TO, recipients),
                                                   F_TEXT(SUBJECT, subject), F_INT(SIZE, size)));
    return message->id;
}

/* Each address once, however often RCPT named it. The caller frees the array, and none of the texts. */
static const char **without_repeats(const struct smtp_envelope *envelope, size_t *n)
{
    const char **recipients = mem_calloc(envelope->n_forward_paths, sizeof *recipients);
    *n = 0;
    for (size_t i = 0; i < envelope->n_forward_paths; i++) {
        bool is_repeated = false;
        for (size_t k = 0; k < *n && !is_repeated; k++)
            is_repeated = address_equals(recipients[k], envelope->forward_paths[i]);
        if (!is_repeated) recipients[(*n)++] = envelope->forward_paths[i];
    }
    return recipients;
}

enum { MOST_HOPS = 50 }; /* Postfix's hopcount_limit; RFC 5321 6.3 wants at least 100 unless loops are sure */

/* The trace of this hop (RFC 5321 4.4), to be put before the content. */
static void trace_lines(const struct mail_session *session, const struct smtp_envelope *envelope,
                        const struct accepted_mail *mail, char lines[RECEIVED_LINE_BYTES])
{
    const struct world *world = world_of(session->server);
    struct received_hop hop = {.helo = envelope->helo,
                               .by = session->server->host->description->name,
                               .protocol = envelope->esmtp ? "ESMTP" : "SMTP",
                               .queue_id = mail->queue_id,
                               .recipient = envelope->n_forward_paths == 1 ? envelope->forward_paths[0] : NULL,
                               .address = socket_remote_address(session->socket),
                               .starts_unix_s = world->scenario->starts_unix_s,
                               .at_ns = world->engine->now_ns};
    message_received_line(&hop, lines);
}

static struct smtp_reply on_message(void *context, const struct smtp_envelope *envelope, const char *content,
                                    size_t size)
{
    struct mail_session *session = context;
    struct mail_server *server = session->server;
    bool is_foreign = is_outside(session);
    char queue_id[QUEUE_ID_BYTES], lines[RECEIVED_LINE_BYTES + MESSAGE_NUMBER_LINE_BYTES];
    struct accepted_mail mail = {
        .message = {message_number_of(content, size)}, .from = envelope->reverse_path, .queue_id = queue_id};
    if (!is_foreign && (mail.message.n == 0 || !world_message(world_of(server), mail.message)))
        return smtp_reply_make(554, "5.6.0 a message without a Message-ID of this world cannot be told apart");
    if (message_count_received(content, size) >= MOST_HOPS) return smtp_reply_make(554, "5.4.6 too many hops");

    const char **recipients = without_repeats(envelope, &mail.n_recipients);
    mail.recipients = recipients;
    mail_queue_next_id(server->queue, queue_id);
    trace_lines(session, envelope, &mail, lines);
    if (is_foreign) {
        mail.message = register_foreign(session, &mail, content, size);
        message_number_line(mail.message, lines + strlen(lines));
    }
    mail.content = message_prepend(lines, content, size, &mail.size);
    mail_queue_accept(server->queue, &mail);
    mem_free(recipients);
    return smtp_reply_make(250, "OK queued as %s", queue_id);
}

static bool fault_is_in_force(const struct scenario_fault *fault, int64_t now_ns)
{
    if (now_ns < fault->at_ns) return false;
    return fault->for_ns == TIME_NEVER || now_ns - fault->at_ns < fault->for_ns;
}

/* A reply that the scenario puts into the server's mouth, at given odds, each draw its own. */
static bool on_forced(void *context, const char *command, struct smtp_reply *reply)
{
    struct mail_session *session = context;
    struct mail_server *server = session->server;
    struct world *world = world_of(server);
    const struct scenario *scenario = world->scenario;
    for (size_t i = 0; i < scenario->n_faults; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (fault->verb != FAULT_REPLY || fault->host != (int)server->host->id.n - 1) continue;
        if (strcmp(fault->reply_to, command) != 0 || !fault_is_in_force(fault, world->engine->now_ns)) continue;
        uint64_t draw = random_draw(world->seed, server->host->name_hash,
                                    random_hash_mix(random_hash_text("reply fault"), i), server->fault_counters[i]++);
        if (!random_chance(draw, fault->reply_odds_of_2_32)) continue;
        if (smtp_reply_parse(fault->reply_with, reply)) return true;
    }
    return false;
}

/* --- the maildrop that POP3 sees --- */

static bool open_maildrop(void *context, const char *user, const char *password)
{
    struct mail_session *session = context;
    struct mailbox *box = mailbox_of_user(session->server, user);
    if (!box || box->locked || strcmp(password, POP3_PASSWORD) != 0) return false;
    box->locked = true;
    session->mailbox = box;
    return true;
}

static size_t count_mails(void *context)
{
    return ((struct mail_session *)context)->mailbox->n;
}

static const char *mail_content(void *context, size_t i, size_t *size)
{
    const struct stored_mail *mail = &((struct mail_session *)context)->mailbox->mails[i];
    *size = mail->size;
    return mail->content;
}

static const char *mail_unique_id(void *context, size_t i)
{
    return ((struct mail_session *)context)->mailbox->mails[i].queue_id;
}

static struct message_id mail_message_id(void *context, size_t i)
{
    return ((struct mail_session *)context)->mailbox->mails[i].message;
}

static void update_maildrop(void *context, const bool *deleted, size_t n)
{
    struct mail_session *session = context;
    struct journal *journal = world_of(session->server)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < n && i < session->mailbox->n; i++) {
        if (!deleted[i]) continue;
        journal_set_cause(journal, cause);
        const struct stored_mail *mail = &session->mailbox->mails[i];
        mail_enter_state(world_of(session->server)->ledger, (struct mail_change){.message = mail->message,
                                                                                 .recipient = mail->recipient,
                                                                                 .host = session->server->host,
                                                                                 .queue_id = mail->queue_id,
                                                                                 .from = MAIL_DELIVERED,
                                                                                 .to = MAIL_HANDED_ON,
                                                                                 .why = "fetched and deleted"});
    }
    mailbox_remove(session->mailbox, deleted, n);
}

static void close_maildrop(void *context)
{
    struct mail_session *session = context;
    if (session->mailbox) session->mailbox->locked = false;
    session->mailbox = NULL;
}

/* --- sessions --- */

static void session_free(struct mail_session *session)
{
    struct mail_server *server = session->server;
    if (session->previous)
        session->previous->next = session->next;
    else
        server->sessions = session->next;
    if (session->next) session->next->previous = session->previous;
    close_maildrop(session);
    wake_forget(&session->wake);
    smtp_server_free(session->smtp);
    pop3_server_free(session->pop3);
    mem_free(session);
}

static void session_end(struct mail_session *session, const char *why)
{
    struct mail_server *server = session->server;
    if (session->pop3 && !pop3_server_is_over(session->pop3)) pop3_server_connection_lost(session->pop3);
    uint64_t event = JOURNAL_EMIT(world_of(server)->journal, SESSION_CLOSE, F_INT(SESSION, session->id.n),
                                  F_INT(HOST, server->host->id.n), F_TEXT(WHY, why));
    journal_set_cause(world_of(server)->journal, event);
    if (session->socket) socket_finish(session->socket);
    session_free(session);
}

static void session_settle(struct mail_session *session)
{
    bool over = session->smtp ? smtp_server_is_over(session->smtp) : pop3_server_is_over(session->pop3);
    if (over)
        session_end(session, "done");
    else
        wake_set(&session->wake,
                 session->smtp ? smtp_server_deadline(session->smtp) : pop3_server_deadline(session->pop3));
}

static int64_t now_of(const struct mail_session *session)
{
    return world_of(session->server)->engine->now_ns;
}

static void on_opened(void *context)
{
    struct mail_session *session = context;
    if (session->smtp)
        smtp_server_start(session->smtp, now_of(session));
    else
        pop3_server_start(session->pop3, now_of(session));
    session_settle(session);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct mail_session *session = context;
    if (session->smtp)
        smtp_server_receive(session->smtp, bytes, size, now_of(session));
    else
        pop3_server_receive(session->pop3, bytes, size, now_of(session));
    session_settle(session);
}

/* A maildrop that trickles out over a slow link is no silence of the client. */
static void on_acked(void *context)
{
    struct mail_session *session = context;
    if (!session->pop3) return;
    pop3_server_progress(session->pop3, now_of(session));
    session_settle(session);
}

static void on_ended(void *context)
{
    session_end(context, "the client closed the connection");
}

static void on_failed(void *context, const char *why)
{
    struct mail_session *session = context;
    session->socket = NULL;
    session_end(session, why);
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

static void start_smtp(struct mail_session *session)
{
    struct smtp_server_config config = smtp_server_config_default(session->server->host->description->name);
    struct smtp_server_policy policy = {
        .context = session, .mail = on_mail, .rcpt = on_rcpt, .message = on_message, .forced = on_forced};
    session->smtp = smtp_server_new(&config, socket_session_io(session->socket, session->id), policy);
}

static void start_pop3(struct mail_session *session)
{
    struct pop3_maildrop maildrop = {.context = session,
                                     .open = open_maildrop,
                                     .count = count_mails,
                                     .content = mail_content,
                                     .unique_id = mail_unique_id,
                                     .message = mail_message_id,
                                     .update = update_maildrop,
                                     .close = close_maildrop};
    session->pop3 = pop3_server_new(session->server->host->description->name,
                                    socket_session_io(session->socket, session->id), maildrop);
}

void mail_server_accept(struct mail_server *server, struct socket *socket)
{
    struct world *world = world_of(server);
    struct mail_session *session = mem_calloc(1, sizeof *session);
    session->server = server;
    session->socket = socket;
    session->id = (struct session_id){++world->last_session};
    session->next = server->sessions;
    if (session->next) session->next->previous = session;
    server->sessions = session;
    bool is_pop3 = socket_local_port(socket) == POP3_PORT;
    uint64_t event =
        JOURNAL_EMIT(world->journal, SESSION_OPEN, F_INT(SESSION, session->id.n), F_INT(CONN, socket_conn(socket).n),
                     F_INT(HOST, server->host->id.n), F_INT(PEER, socket_peer(socket).n),
                     F_TEXT(PROTOCOL, is_pop3 ? "pop3" : "smtp"), F_TEXT(ROLE, "server"));
    journal_set_cause(world->journal, event);
    wake_init(&session->wake, server->host, is_pop3 ? "pop3 idle" : "smtp idle", on_wake, session);
    session->wake.conn = socket_conn(socket);
    if (is_pop3)
        start_pop3(session);
    else
        start_smtp(session);
    socket_set_handler(socket, (struct socket_handler){.context = session,
                                                       .opened = on_opened,
                                                       .received = on_received,
                                                       .acked = on_acked,
                                                       .ended = on_ended,
                                                       .failed = on_failed});
}

void mail_server_crash(struct mail_server *server)
{
    struct journal *journal = world_of(server)->journal;
    uint64_t cause = journal_cause(journal);
    while (server->sessions) {
        server->sessions->socket = NULL;
        session_end(server->sessions, "host stopped");
        journal_set_cause(journal, cause);
    }
    mail_queue_crash(server->queue);
}

void mail_server_restart(struct mail_server *server)
{
    mail_queue_restart(server->queue);
}

void mail_server_free(struct mail_server *server)
{
    if (!server) return;
    while (server->sessions)
        session_free(server->sessions);
    mail_queue_free(server->queue);
    for (size_t i = 0; i <= settings(server)->n_users; i++)
        mailbox_clear(&server->mailboxes[i]);
    mem_free(server->mailboxes);
    mem_free(server->fault_counters);
    mem_free(server);
}
