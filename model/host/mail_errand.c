/* An errand of a mail program: looks its server up, connects, and holds a session with it, by SMTP or POP3, in the
   clear or not. */
#include "model/host/mail_client_internal.h"

static void emit_session_close(const struct errand *errand, const char *why)
{
    struct journal *journal = world_of(errand->client)->journal;
    if (!errand->session.n) return;
    uint64_t event = JOURNAL_EMIT(journal, SESSION_CLOSE, F_INT(SESSION, errand->session.n),
                                  F_INT(HOST, errand->client->host->id.n), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

static void errand_end(struct errand *errand, const char *why)
{
    bool was_full = errand->smtp && smtp_client_is_full(errand->smtp);
    emit_session_close(errand, why);
    wake_set(&errand->wake, TIME_NEVER);
    smtp_client_free(errand->smtp);
    pop3_client_free(errand->pop3);
    if (errand->socket) socket_break_off(errand->socket);
    errand->smtp = NULL;
    errand->pop3 = NULL;
    errand->socket = NULL;
    errand->session.n = 0;
    errand->busy = false;
    mail_client_errand_over(errand, was_full);
}

static void errand_settle(struct errand *errand)
{
    bool over = errand->smtp ? smtp_client_is_over(errand->smtp) : pop3_client_is_over(errand->pop3);
    if (over)
        errand_end(errand, "done");
    else
        wake_set(&errand->wake, errand->smtp ? smtp_client_deadline(errand->smtp) : pop3_client_deadline(errand->pop3));
}

static void on_opened(void *context)
{
    struct errand *errand = context;
    struct mail_client *client = errand->client;
    struct world *world = world_of(client);
    errand->session = (struct session_id){++world->last_session};
    uint64_t event = JOURNAL_EMIT(world->journal, SESSION_OPEN, F_INT(SESSION, errand->session.n),
                                  F_INT(CONN, socket_conn(errand->socket).n), F_INT(HOST, client->host->id.n),
                                  F_INT(PEER, socket_peer(errand->socket).n),
                                  F_TEXT(PROTOCOL, errand == &client->fetch ? "pop3" : "smtp"), F_TEXT(ROLE, "client"));
    journal_set_cause(world->journal, event);
    errand->wake.conn = socket_conn(errand->socket);
    errand->connected = true;
    mail_client_start_session(errand);
    errand_settle(errand);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct errand *errand = context;
    if (errand->smtp)
        smtp_client_receive(errand->smtp, bytes, size, now_of(errand->client));
    else
        pop3_client_receive(errand->pop3, bytes, size, now_of(errand->client));
    errand_settle(errand);
}

static void on_acked(void *context)
{
    struct errand *errand = context;
    if (!errand->smtp) return;
    smtp_client_progress(errand->smtp, now_of(errand->client));
    wake_set(&errand->wake, smtp_client_deadline(errand->smtp));
}

static void errand_lost(struct errand *errand, const char *why)
{
    if (errand->smtp) smtp_client_connection_lost(errand->smtp, why, now_of(errand->client));
    if (errand->pop3) pop3_client_connection_lost(errand->pop3, why);
    errand_end(errand, why);
}

static void on_ended(void *context)
{
    errand_lost(context, "the server closed the connection");
}

static void connect_to_next(struct errand *errand);

static void on_failed(void *context, const char *why)
{
    struct errand *errand = context;
    errand->socket = NULL;
    if (!errand->connected && errand->address_next < errand->n_addresses)
        connect_to_next(errand);
    else
        errand_lost(errand, why);
}

static void on_wake(void *context)
{
    struct errand *errand = context;
    if (errand->smtp)
        smtp_client_on_deadline(errand->smtp, now_of(errand->client));
    else
        pop3_client_on_deadline(errand->pop3, now_of(errand->client));
    errand_settle(errand);
}

void errand_become_secure(struct errand *errand, const struct session_security *security)
{
    if (errand->smtp)
        smtp_client_secured(errand->smtp, security, now_of(errand->client));
    else
        pop3_client_secured(errand->pop3, now_of(errand->client));
}

static void on_secured(void *context, const struct session_security *security)
{
    struct errand *errand = context;
    errand_become_secure(errand, security);
    errand_settle(errand);
}

/* A mail program shows its user's password to nobody whose certificate it does not trust (RFC 8314 5). */
static void offer_tls(struct errand *errand)
{
    enum client_tls tls = settings(errand->client)->tls;
    if (tls == CLIENT_TLS_OFF) return;
    struct secure_settings wanted = {.verify = true,
                                     .name = world_of(errand->client)->scenario->hosts[errand->server].name};
    socket_offer_tls(errand->socket, &wanted, on_secured);
    if (tls == CLIENT_TLS_IMPLICIT) socket_start_tls(errand->socket);
}

static void connect_to_next(struct errand *errand)
{
    errand->socket = socket_connect(errand->client->host, errand->addresses[errand->address_next++], errand->port,
                                    (struct socket_handler){.context = errand,
                                                            .opened = on_opened,
                                                            .received = on_received,
                                                            .acked = on_acked,
                                                            .ended = on_ended,
                                                            .failed = on_failed});
    offer_tls(errand);
}

static void on_addresses(void *context, enum dns_outcome outcome, const struct ip_address *addresses, size_t n)
{
    struct errand *errand = context;
    errand->lookup = NULL;
    errand->n_addresses = n;
    errand->address_next = 0;
    for (size_t i = 0; i < n; i++)
        errand->addresses[i] = addresses[i];
    if (n > 0)
        connect_to_next(errand);
    else
        errand_end(errand, dns_outcome_text(outcome));
}

void errand_begin(struct errand *errand, int server, uint16_t port)
{
    errand->busy = true;
    errand->connected = false;
    errand->port = port;
    errand->server = server;
    const char *name = world_of(errand->client)->scenario->hosts[server].name;
    errand->lookup = address_lookup_start(errand->client->host, name, on_addresses, errand);
}

void errand_drop(struct errand *errand)
{
    if (errand->lookup) address_lookup_forget(errand->lookup);
    wake_forget(&errand->wake);
    smtp_client_free(errand->smtp);
    pop3_client_free(errand->pop3);
    errand->lookup = NULL;
    errand->socket = NULL;
    errand->smtp = NULL;
    errand->pop3 = NULL;
    errand->session.n = 0;
    errand->busy = false;
}

void errand_crash(struct errand *errand)
{
    struct journal *journal = world_of(errand->client)->journal;
    uint64_t cause = journal_cause(journal);
    if (errand->smtp) smtp_client_connection_lost(errand->smtp, "the host stopped", now_of(errand->client));
    emit_session_close(errand, "host stopped");
    errand_drop(errand);
    journal_set_cause(journal, cause);
}

void errand_init(struct errand *errand, struct mail_client *client, const char *name)
{
    errand->client = client;
    wake_init(&errand->wake, client->host, name, on_wake, errand);
}
