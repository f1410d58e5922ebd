/* A mail server's ports, mailboxes, and its life: start, crash, restart, end. */
#include "model/host/mail_server.h"

#include "model/host/ledger.h"
#include "model/host/mail_queue.h"
#include "model/host/mail_session.h"
#include "model/host/refusals.h"
#include "model/host/store.h"
#include "model/mail/address.h"
#include "sim/journal/memory.h"

struct world *mail_server_world(const struct mail_server *server)
{
    return server->host->world;
}

const struct scenario_mail_server *mail_server_settings(const struct mail_server *server)
{
    return &server->host->description->mail_server;
}

/* Mail that no client fetches need not be kept, unless programs outside may come for it, or a fault may befall it. */
static void note_never_read(struct mail_server *server)
{
    const struct world *world = mail_server_world(server);
    const struct scenario *scenario = world->scenario;
    int own = (int)server->host->id.n - 1;
    bool may_be_read = world->options.live;
    for (size_t i = 0; i < scenario->n_hosts; i++)
        may_be_read |= scenario->hosts[i].role == ROLE_OUTSIDE;
    for (size_t i = 0; i < scenario->n_faults; i++)
        may_be_read |= scenario->faults[i].host == own;
    for (size_t i = 0; i <= mail_server_settings(server)->n_users; i++)
        server->mailboxes[i].is_never_read = !may_be_read;
    for (size_t i = 0; i < scenario->n_hosts && !may_be_read; i++) {
        const struct scenario_host *host = &scenario->hosts[i];
        if (host->role != ROLE_CLIENT || host->client.fetches_from != own) continue;
        struct mailbox *box = mail_server_user_mailbox(server, host->client.user);
        if (box) box->is_never_read = false;
    }
}

struct mail_server *mail_server_new(struct host *host)
{
    const struct scenario_mail_server *wanted = &host->description->mail_server;
    struct mail_server *server = mem_calloc(1, sizeof *server);
    server->host = host;
    server->mailboxes = mem_calloc(wanted->n_users + 1, sizeof *server->mailboxes);
    server->fault_counters = mem_calloc(host->world->scenario->n_faults + 1, sizeof *server->fault_counters);
    for (size_t i = 0; i < wanted->n_users; i++)
        server->users = user_index_add(server->users, wanted->users[i], i);
    server->users = user_index_add(server->users, "postmaster", wanted->n_users);
    server->queue = mail_queue_new(server);
    note_never_read(server);
    server->refusals = refusals_new(server);
    return server;
}

bool mail_server_listens(const struct mail_server *server, uint16_t port)
{
    if (port == SUBMISSIONS_PORT || port == POP3S_PORT) return mail_server_settings(server)->tls.offers;
    return port == SMTP_PORT || port == SUBMISSION_PORT || port == POP3_PORT;
}

struct host *mail_server_host(struct mail_server *server)
{
    return server->host;
}

bool mail_server_is_local_domain(const struct mail_server *server, const char *domain)
{
    for (size_t i = 0; i < mail_server_settings(server)->n_domains; i++)
        if (address_domain_equals(mail_server_settings(server)->domains[i], domain)) return true;
    return false;
}

bool mail_server_is_backup_for(const struct mail_server *server, const char *domain)
{
    for (size_t i = 0; i < mail_server_settings(server)->n_backup_for; i++)
        if (address_domain_equals(mail_server_settings(server)->backup_for[i], domain)) return true;
    return false;
}

struct mailbox *mail_server_user_mailbox(struct mail_server *server, const char *address)
{
    long user = user_index_find(server->users, address);
    return user == USER_INDEX_NONE ? NULL : &server->mailboxes[user];
}

struct mailbox *mail_server_mailbox(struct mail_server *server, const char *address)
{
    const char *domain = address_domain(address);
    if (domain[0] != '\0' && !mail_server_is_local_domain(server, domain)) return NULL;
    return mail_server_user_mailbox(server, address);
}

const struct scenario_alias *mail_server_alias(const struct mail_server *server, const char *address)
{
    const struct scenario_mail_server *s = mail_server_settings(server);
    const char *domain = address_domain(address);
    if (domain[0] != '\0' && !mail_server_is_local_domain(server, domain)) return NULL;
    for (size_t i = 0; i < s->n_aliases; i++)
        if (address_local_part_is(address, s->aliases[i].name)) return &s->aliases[i];
    return NULL;
}

const struct retry_policy *mail_server_retry(const struct mail_server *server)
{
    return &mail_server_settings(server)->retry;
}

struct mail_queue *mail_server_queue(struct mail_server *server)
{
    return server->queue;
}
void mail_server_crash(struct mail_server *server)
{
    struct journal *journal = mail_server_world(server)->journal;
    uint64_t cause = journal_cause(journal);
    while (server->sessions) {
        server->sessions->socket = NULL;
        mail_session_end(server->sessions, "host stopped");
        journal_set_cause(journal, cause);
    }
    store_crash(server->host);
    mail_queue_crash(server->queue);
}

void mail_server_forget_mail(struct mail_server *server, const struct stored_mail *mail)
{
    struct store_file file = {
        .message = mail->message, .queue_id = mail->queue_id, .place = "mailbox", .size = mail->size};
    store_remove(server->host, &file);
}

static void wipe_mailbox(struct mail_server *server, struct mailbox *box)
{
    struct journal *journal = mail_server_world(server)->journal;
    uint64_t cause = journal_cause(journal);
    for (size_t i = 0; i < box->n; i++) {
        const struct stored_mail *mail = &box->mails[i];
        mail_server_forget_mail(server, mail);
        mail_enter_state(mail_server_world(server)->ledger, (struct mail_change){.message = mail->message,
                                                                                 .recipient = mail->recipient,
                                                                                 .host = server->host,
                                                                                 .queue_id = mail->queue_id,
                                                                                 .from = MAIL_DELIVERED,
                                                                                 .to = MAIL_DISCARDED,
                                                                                 .why = "lost with the disk"});
        journal_set_cause(journal, cause);
    }
    mailbox_clear(box);
}

void mail_server_wipe(struct mail_server *server, bool all)
{
    mail_queue_wipe(server->queue);
    for (size_t i = 0; all && i <= mail_server_settings(server)->n_users; i++)
        wipe_mailbox(server, &server->mailboxes[i]);
    store_forget_torn(server->host);
}

static void on_read_back(void *context)
{
    mail_queue_find_rot(context);
    mail_queue_restart(context);
}

void mail_server_restart(struct mail_server *server)
{
    store_restart(server->host, mail_queue_count(server->queue), on_read_back, server->queue);
}

void mail_server_free(struct mail_server *server)
{
    if (!server) return;
    while (server->sessions)
        mail_session_free(server->sessions);
    mail_queue_free(server->queue);
    for (size_t i = 0; i <= mail_server_settings(server)->n_users; i++)
        mailbox_clear(&server->mailboxes[i]);
    mem_free(server->mailboxes);
    user_index_free(server->users);
    refusals_free(server->refusals);
    mem_free(server->fault_counters);
    mem_free(server);
}
