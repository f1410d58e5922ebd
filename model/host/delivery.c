/* Handing on: the places that DNS names (mx_lookup.h), then connections, in the order of RFC 5321 5.1; the next host is
   tried for recipients that the last one could not take now. The limit is Postfix's: two sessions. */
#include "model/host/delivery.h"

#include <stdio.h>
#include <string.h>

#include "model/host/ledger.h"
#include "model/host/mx_lookup.h"
#include "model/host/socket.h"
#include "model/host/wake.h"
#include "model/mail/address.h"
#include "model/smtp/smtp_client.h"
#include "sim/journal/memory.h"

enum { MOST_SESSIONS = 2 };
static const int64_t connect_timeout_ns = 30 * SECOND;

struct delivery {
    struct queue_entry *entry;
    struct delivery *next;
    char domain[DNS_NAME_BYTES];
    size_t *recipients; /* of the entry; all of this domain */
    size_t n_recipients;

    struct mx_lookup *lookup;  /* until its places are known */
    struct ip_address *places; /* where to try, in this order */
    size_t n_places, place_next;
    unsigned sessions;

    struct socket *socket;
    struct host_id peer; /* last host a connection was tried with */
    struct session_id session;
    struct smtp_client *client;
    struct smtp_job job;
    const char **forward_paths;
    size_t *job_recipients; /* index in job -> index in entry */
    struct wake connect_wake, smtp_wake;
    char reason[512]; /* why the last try did not do */
};

static struct host *host_of(const struct delivery *delivery)
{
    return queue_entry_host(delivery->entry);
}

static struct world *world_of(const struct delivery *delivery)
{
    return host_of(delivery)->world;
}

static int64_t now_of(const struct delivery *delivery)
{
    return world_of(delivery)->engine->now_ns;
}

/* --- the end --- */

static void delivery_free(struct delivery *delivery)
{
    if (delivery->lookup) mx_lookup_forget(delivery->lookup);
    wake_forget(&delivery->connect_wake);
    wake_forget(&delivery->smtp_wake);
    smtp_client_free(delivery->client);
    mem_free(delivery->forward_paths);
    mem_free(delivery->job_recipients);
    mem_free(delivery->recipients);
    mem_free(delivery->places);
    mem_free(delivery);
}

static void emit_session_close(const struct delivery *delivery, const char *why)
{
    struct journal *journal = world_of(delivery)->journal;
    uint64_t event = JOURNAL_EMIT(journal, SESSION_CLOSE, F_INT(SESSION, delivery->session.n),
                                  F_INT(HOST, host_of(delivery)->id.n), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

void delivery_drop_all(struct queue_entry *entry)
{
    struct world *world = queue_entry_host(entry)->world;
    uint64_t cause = journal_cause(world->journal);
    while (entry->deliveries) {
        struct delivery *delivery = entry->deliveries;
        entry->deliveries = delivery->next;
        if (delivery->client && !world->ended) emit_session_close(delivery, "host stopped");
        delivery_free(delivery);
        journal_set_cause(world->journal, cause);
    }
}

static void set_open_ones(struct delivery *delivery, enum recipient_fate fate, const char *reason)
{
    struct queue_entry *entry = delivery->entry;
    for (size_t i = 0; i < delivery->n_recipients; i++) {
        size_t k = delivery->recipients[i];
        if (entry->recipients[k].fate == RECIPIENT_OPEN) mail_queue_set_fate(entry, k, fate, reason, delivery->peer);
    }
}

static void finish(struct delivery *delivery, enum recipient_fate fate, const char *reason)
{
    struct queue_entry *entry = delivery->entry;
    set_open_ones(delivery, fate, reason);
    struct delivery **link = &entry->deliveries;
    while (*link != delivery)
        link = &(*link)->next;
    *link = delivery->next;
    delivery_free(delivery);
    mail_queue_delivery_done(entry);
}

static bool any_open(const struct delivery *delivery)
{
    for (size_t i = 0; i < delivery->n_recipients; i++)
        if (delivery->entry->recipients[delivery->recipients[i]].fate == RECIPIENT_OPEN) return true;
    return false;
}

/* --- SMTP --- */

static void try_next(struct delivery *delivery);

static void end_session(struct delivery *delivery, const char *why)
{
    emit_session_close(delivery, why);
    wake_set(&delivery->smtp_wake, TIME_NEVER);
    smtp_client_free(delivery->client);
    delivery->client = NULL;
    if (delivery->socket) socket_finish(delivery->socket);
    delivery->socket = NULL;
}

static void settle_session(struct delivery *delivery)
{
    if (!smtp_client_is_over(delivery->client)) {
        wake_set(&delivery->smtp_wake, smtp_client_deadline(delivery->client));
        return;
    }
    end_session(delivery, "done");
    try_next(delivery);
}

/* A recipient that cannot be taken now stays open for the next host. */
static void on_outcome(void *context, size_t recipient, enum delivery_outcome outcome, const char *reply,
                       bool final_reply_missing)
{
    struct delivery *delivery = context;
    size_t k = delivery->job_recipients[recipient];
    (void)final_reply_missing;
    switch (outcome) {
    case DELIVERY_DELIVERED:
        mail_queue_set_fate(delivery->entry, k, RECIPIENT_DONE, reply, delivery->peer);
        break;
    case DELIVERY_NEVER:
        mail_queue_set_fate(delivery->entry, k, RECIPIENT_NEVER, reply, delivery->peer);
        break;
    case DELIVERY_LATER:
        snprintf(delivery->reason, sizeof delivery->reason, "%s", reply);
        break;
    }
}

static const struct smtp_job *no_more_jobs(void *context)
{
    (void)context;
    return NULL;
}

static void make_job(struct delivery *delivery)
{
    struct queue_entry *entry = delivery->entry;
    size_t n = 0;
    for (size_t i = 0; i < delivery->n_recipients; i++) {
        size_t k = delivery->recipients[i];
        if (entry->recipients[k].fate != RECIPIENT_OPEN) continue;
        delivery->forward_paths[n] = entry->recipients[k].address;
        delivery->job_recipients[n++] = k;
    }
    delivery->job = (struct smtp_job){.message = entry->message,
                                      .reverse_path = entry->from,
                                      .forward_paths = delivery->forward_paths,
                                      .n_forward_paths = n,
                                      .content = entry->content,
                                      .content_size = entry->size};
}

static void on_opened(void *context)
{
    struct delivery *delivery = context;
    struct world *world = world_of(delivery);
    wake_set(&delivery->connect_wake, TIME_NEVER);
    delivery->sessions++;
    delivery->session = (struct session_id){++world->last_session};
    uint64_t event = JOURNAL_EMIT(world->journal, SESSION_OPEN, F_INT(SESSION, delivery->session.n),
                                  F_INT(CONN, socket_conn(delivery->socket).n), F_INT(HOST, host_of(delivery)->id.n),
                                  F_INT(PEER, delivery->peer.n), F_TEXT(PROTOCOL, "smtp"), F_TEXT(ROLE, "client"));
    journal_set_cause(world->journal, event);
    make_job(delivery);
    struct smtp_client_config config = host_of(delivery)->description->smtp.client;
    config.name = host_of(delivery)->description->name;
    struct smtp_client_owner owner = {.context = delivery, .outcome = on_outcome, .next = no_more_jobs};
    delivery->client =
        smtp_client_new(&config, socket_session_io(delivery->socket, delivery->session), owner, &delivery->job);
    delivery->smtp_wake.conn = socket_conn(delivery->socket);
    smtp_client_start(delivery->client, now_of(delivery));
    settle_session(delivery);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct delivery *delivery = context;
    smtp_client_receive(delivery->client, bytes, size, now_of(delivery));
    settle_session(delivery);
}

static void on_acked(void *context)
{
    struct delivery *delivery = context;
    if (!delivery->client) return;
    smtp_client_progress(delivery->client, now_of(delivery));
    wake_set(&delivery->smtp_wake, smtp_client_deadline(delivery->client));
}

static void lose_connection(struct delivery *delivery, const char *why)
{
    if (delivery->client) {
        smtp_client_connection_lost(delivery->client, why, now_of(delivery));
        end_session(delivery, why);
    } else {
        wake_set(&delivery->connect_wake, TIME_NEVER);
        snprintf(delivery->reason, sizeof delivery->reason, "%s: %s",
                 delivery->peer.n ? world_host(world_of(delivery), delivery->peer)->description->name : "no host", why);
    }
    try_next(delivery);
}

static void on_ended(void *context)
{
    struct delivery *delivery = context;
    lose_connection(delivery, "the server closed the connection");
}

static void on_failed(void *context, const char *why)
{
    struct delivery *delivery = context;
    delivery->socket = NULL;
    lose_connection(delivery, why);
}

static void on_connect_timeout(void *context)
{
    struct delivery *delivery = context;
    socket_abort(delivery->socket);
    delivery->socket = NULL;
    lose_connection(delivery, "connection timed out");
}

static void on_smtp_wake(void *context)
{
    struct delivery *delivery = context;
    smtp_client_on_deadline(delivery->client, now_of(delivery));
    settle_session(delivery);
}

/* --- hosts and addresses --- */

static void connect_to(struct delivery *delivery, struct ip_address address)
{
    const struct host *peer = world_host_by_address(world_of(delivery), address);
    delivery->peer = peer ? peer->id : (struct host_id){0};
    wake_set(&delivery->connect_wake, now_of(delivery) + connect_timeout_ns);
    delivery->socket = socket_connect(host_of(delivery), address, SMTP_PORT,
                                      (struct socket_handler){.context = delivery,
                                                              .opened = on_opened,
                                                              .received = on_received,
                                                              .acked = on_acked,
                                                              .ended = on_ended,
                                                              .failed = on_failed});
    delivery->connect_wake.conn = socket_conn(delivery->socket);
}

/* The next place, or the end of this attempt. */
static void try_next(struct delivery *delivery)
{
    if (any_open(delivery) && delivery->sessions < MOST_SESSIONS && delivery->place_next < delivery->n_places)
        connect_to(delivery, delivery->places[delivery->place_next++]);
    else
        finish(delivery, RECIPIENT_LATER, delivery->reason);
}

static void take_places(struct delivery *delivery, const struct mx_route *route)
{
    delivery->places = mem_calloc(route->n, sizeof *delivery->places);
    delivery->n_places = route->n;
    for (size_t i = 0; i < route->n; i++)
        delivery->places[i] = route->places[i].address;
}

static void on_route(void *context, const struct mx_route *route)
{
    struct delivery *delivery = context;
    delivery->lookup = NULL;
    switch (route->outcome) {
    case MX_ROUTE_FOUND:
        take_places(delivery, route);
        try_next(delivery);
        break;
    case MX_ROUTE_LATER:
        finish(delivery, RECIPIENT_LATER, route->reason);
        break;
    case MX_ROUTE_NEVER:
        finish(delivery, RECIPIENT_NEVER, route->reason);
        break;
    }
}

static void take_recipients(struct delivery *delivery)
{
    struct queue_entry *entry = delivery->entry;
    size_t room = entry->n_recipients;
    delivery->recipients = mem_calloc(room, sizeof *delivery->recipients);
    delivery->job_recipients = mem_calloc(room, sizeof *delivery->job_recipients);
    delivery->forward_paths = mem_calloc(room, sizeof *delivery->forward_paths);
    for (size_t i = 0; i < entry->n_recipients; i++) {
        struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate == RECIPIENT_DONE) continue;
        if (!address_domain_equals(address_domain(recipient->address), delivery->domain)) continue;
        recipient->fate = RECIPIENT_OPEN;
        journal_set_cause(world_of(delivery)->journal, recipient->event);
        recipient->attempt = ledger_begin_attempt(world_of(delivery)->ledger, entry->message, recipient->address,
                                                  host_of(delivery), entry->attempts);
        delivery->recipients[delivery->n_recipients++] = i;
    }
}

void delivery_start(struct queue_entry *entry, const char *domain)
{
    struct delivery *delivery = mem_calloc(1, sizeof *delivery);
    delivery->entry = entry;
    snprintf(delivery->domain, sizeof delivery->domain, "%s", domain);
    snprintf(delivery->reason, sizeof delivery->reason, "no host could be reached");
    delivery->next = entry->deliveries;
    entry->deliveries = delivery;
    wake_init(&delivery->connect_wake, host_of(delivery), "connect time-out", on_connect_timeout, delivery);
    wake_init(&delivery->smtp_wake, host_of(delivery), "smtp time-out", on_smtp_wake, delivery);
    delivery->connect_wake.message = delivery->smtp_wake.message = entry->message;
    take_recipients(delivery);
    uint64_t draw_key = (uint64_t)entry->message.n << 32 | entry->attempts;
    delivery->lookup = mx_lookup_start(host_of(delivery), domain, draw_key, on_route, delivery);
}
