/* One delivery: a job is taken, the places that DNS names for its domain (mx_lookup.h) are tried in their order, and
   the next one for recipients that the last one could not take now (RFC 5321 5.1). When the session has done with the
   job it goes on with the next one that waits for the same destination, without RSET or a new handshake. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/host/delivery_internal.h"
#include "model/host/faults.h"
#include "model/host/outbound_tls.h"
#include "model/mail/address_utf8.h"
#include "sim/journal/memory.h"

/* --- the end --- */

static void delivery_free(struct delivery *delivery)
{
    if (delivery->previous)
        delivery->previous->next = delivery->next;
    else
        delivery->destination->deliveries = delivery->next;
    if (delivery->next) delivery->next->previous = delivery->previous;
    if (delivery->lookup) mx_lookup_forget(delivery->lookup);
    wake_forget(&delivery->connect_wake);
    wake_forget(&delivery->smtp_wake);
    smtp_client_free(delivery->client);
    mem_free(delivery->forward_paths);
    mem_free(delivery->job_recipients);
    mem_free(delivery->untried);
    mem_free(delivery->options);
    for (size_t i = 0; i < delivery->n_places; i++)
        mem_free(delivery->places[i].host);
    mem_free(delivery->places);
    mem_free(delivery);
}

static void emit_session_close(const struct delivery *delivery, const char *why)
{
    struct journal *journal = delivery_world(delivery)->journal;
    uint64_t event = JOURNAL_EMIT(journal, SESSION_CLOSE, F_INT(SESSION, delivery->session.n),
                                  F_INT(HOST, delivery_queue(delivery)->host->id.n), F_TEXT(WHY, why));
    journal_set_cause(journal, event);
}

/* --- fates --- */

static bool any_open(const struct delivery *delivery)
{
    const struct queue_entry *entry = delivery_entry(delivery);
    for (uint32_t i = delivery->job->first; i != NO_RECIPIENT; i = entry->recipients[i].next_in_job)
        if (entry->recipients[i].fate == RECIPIENT_OPEN) return true;
    return false;
}

static enum retry_failure failure_of(const struct delivery *delivery)
{
    if (delivery->any_greeted) return RETRY_REFUSED;
    return delivery->any_tried ? RETRY_UNREACHABLE : RETRY_NOT_TRIED;
}

static void settle_open_ones(struct delivery *delivery, enum recipient_fate fate, const char *reason)
{
    struct queue_entry *entry = delivery_entry(delivery);
    enum retry_failure failure = failure_of(delivery);
    for (uint32_t i = delivery->job->first; i != NO_RECIPIENT; i = entry->recipients[i].next_in_job) {
        const struct queued_recipient *recipient = &entry->recipients[i];
        if (recipient->fate != RECIPIENT_OPEN || (delivery->is_halted && !recipient->attempt_is_open)) continue;
        bool refused = failure == RETRY_REFUSED && fate == RECIPIENT_LATER && !delivery->is_halted;
        const struct retry_record *record = refused ? delivery_remember_refusal(delivery, i) : &delivery->job->record;
        queue_set_fate(
            entry, i,
            &(struct recipient_result){.fate = fate,
                                       .failure = recipient->attempt_is_open && !failure ? RETRY_UNREACHABLE : failure,
                                       .reason = reason,
                                       .peer = delivery->peer,
                                       .is_unreached = delivery->is_unreached,
                                       .is_own_judgement = delivery->reason_is_ours,
                                       .until_ns = delivery->until_ns,
                                       .record = record});
    }
}

/* The job is over: what is still open waits for its next attempt, or is refused. */
static void finish_job(struct delivery *delivery, enum recipient_fate fate, const char *reason)
{
    struct delivery_job *job = delivery->job;
    enum site_news news = SITE_NO_NEWS;
    if (delivery->any_greeted)
        news = SITE_WORKED;
    else if (delivery->any_tried && fate == RECIPIENT_LATER)
        news = SITE_FAILED;
    settle_open_ones(delivery, fate, reason);
    delivery->job = NULL;
    destination_job_done(delivery->destination, job, news, reason);
}

static void finish(struct delivery *delivery, enum recipient_fate fate, const char *reason)
{
    struct destination *destination = delivery->destination;
    if (delivery->job) finish_job(delivery, fate, reason);
    delivery_free(delivery);
    destination_delivery_idle(destination);
    destination_settle(destination);
}

/* --- SMTP --- */

static void try_next(struct delivery *delivery);

/* --- in clear --- */

/* The age from which mail goes on in clear rather than not at all (RFC 7435). */
static int64_t clear_after_ns(const struct mail_queue *queue)
{
    int64_t own_ns = queue->host->description->mail_server.tls.clear_after_ns;
    return own_ns >= 0 ? own_ns : queue->policy->clear_after_ns;
}

/* Asked when a session is lost: whether its place is tried again, without TLS. */
static bool may_go_on_in_clear(const struct delivery *delivery)
{
    const struct mail_queue *queue = delivery_queue(delivery);
    if (!delivery->job || delivery->tls != ROUTE_TLS_IF_OFFERED) return false;
    return smtp_client_is_in_handshake(delivery->client) && delivery_age_ns(delivery) >= clear_after_ns(queue);
}

static void emit_fallback(const struct delivery *delivery, const struct delivery_place *place)
{
    struct journal *journal = delivery_world(delivery)->journal;
    uint64_t event = JOURNAL_EMIT(journal, TLS_FALLBACK, F_INT(MESSAGE, delivery_entry(delivery)->message.n),
                                  F_INT(HOST, delivery_queue(delivery)->host->id.n), F_INT(PEER, delivery->peer.n),
                                  F_TEXT(NAME, place->host), F_TEXT(WHY, delivery->reason));
    journal_set_cause(journal, event);
}

/* A host whose session never got as far as MAIL has failed as one that was not reached. */
static void end_session(struct delivery *delivery, const char *why)
{
    if (!delivery->is_greeted && delivery->job && !delivery->goes_on_in_clear)
        delivery_remember_failure(delivery, delivery->reason, strstr(delivery->reason, "timed out") != NULL);
    emit_session_close(delivery, why);
    wake_set(&delivery->smtp_wake, TIME_NEVER);
    smtp_client_free(delivery->client);
    delivery->client = NULL;
    if (delivery->socket) socket_break_off(delivery->socket);
    delivery->socket = NULL;
    destination_disconnects(delivery->destination);
}

static void settle_session(struct delivery *delivery)
{
    if (delivery->is_halted) return;
    if (!smtp_client_is_over(delivery->client)) {
        bool idles = smtp_client_is_idle(delivery->client);
        wake_set(&delivery->smtp_wake, idles ? delivery_now_ns(delivery) + delivery_queue(delivery)->policy->idle_ns
                                             : smtp_client_deadline(delivery->client));
        return;
    }
    end_session(delivery, "done");
    try_next(delivery);
}

/* The session has got as far as MAIL. */
static void on_offered(void *context, const struct smtp_offer *offer)
{
    struct delivery *delivery = context;
    delivery->is_greeted = delivery->any_greeted = true;
    delivery->sessions++;
    delivery->server_knows_dsn = (offer->extensions & SMTP_DSN) != 0;
    delivery_remember_success(delivery);
}

/* A recipient that cannot be taken now stays open for the next place. */
static void on_outcome(void *context, size_t recipient, enum delivery_outcome outcome, const char *reply,
                       bool final_reply_missing)
{
    struct delivery *delivery = context;
    uint32_t i = delivery->job_recipients[recipient];
    struct queue_entry *entry = delivery_entry(delivery);
    struct recipient_result result = {.reason = reply,
                                      .peer = delivery->peer,
                                      .failure = RETRY_REFUSED,
                                      .is_own_judgement = smtp_client_judges_itself(delivery->client),
                                      .takes_over_reports = delivery->server_knows_dsn};
    if (final_reply_missing)
        ledger_doubt(delivery_world(delivery)->ledger, entry->message, entry->recipients[i].address,
                     delivery_queue(delivery)->host, delivery->peer, reply);
    if (outcome == DELIVERY_LATER) {
        snprintf(delivery->reason, sizeof delivery->reason, "%s", reply);
        delivery->reason_is_ours = result.is_own_judgement;
        return;
    }
    result.fate = outcome == DELIVERY_DELIVERED ? RECIPIENT_DONE : RECIPIENT_NEVER;
    delivery_forget_refusal(delivery, i);
    queue_set_fate(entry, i, &result);
    delivery->is_halted |=
        entry->queue->host->is_stopping && entry->recipients[i].fate == RECIPIENT_DONE && !entry->recipients[i].marked;
}

static void on_untried(void *context, size_t recipient)
{
    struct delivery *delivery = context;
    delivery->n_again = 0;
    delivery->untried[delivery->n_untried++] = delivery->job_recipients[recipient];
}

static void make_room(struct delivery *delivery, size_t n)
{
    if (n <= delivery->room) return;
    delivery->room = n;
    delivery->forward_paths = mem_realloc(delivery->forward_paths, n * sizeof *delivery->forward_paths);
    delivery->job_recipients = mem_realloc(delivery->job_recipients, n * sizeof *delivery->job_recipients);
    delivery->options = mem_realloc(delivery->options, n * sizeof *delivery->options);
    delivery->untried = mem_realloc(delivery->untried, n * sizeof *delivery->untried);
}

static size_t add_to_smtp_job(struct delivery *delivery, uint32_t i, size_t n)
{
    const struct queued_recipient *recipient = &delivery_entry(delivery)->recipients[i];
    if (recipient->fate != RECIPIENT_OPEN) return n;
    delivery->forward_paths[n] = recipient->address;
    delivery->options[n] = (struct smtp_recipient_options){recipient->notify, recipient->orcpt};
    delivery->job_recipients[n] = i;
    return n + 1;
}

static void make_smtp_job(struct delivery *delivery)
{
    struct queue_entry *entry = delivery_entry(delivery);
    size_t n = 0;
    make_room(delivery, delivery->job->n);
    for (size_t k = 0; k < delivery->n_again; k++)
        n = add_to_smtp_job(delivery, delivery->untried[k], n);
    for (uint32_t i = delivery->job->first; !delivery->n_again && i != NO_RECIPIENT;
         i = entry->recipients[i].next_in_job)
        n = add_to_smtp_job(delivery, i, n);
    delivery->smtp_job = (struct smtp_job){.message = entry->message,
                                           .reverse_path = entry->from,
                                           .forward_paths = delivery->forward_paths,
                                           .n_forward_paths = n,
                                           .content = entry->content,
                                           .content_size = entry->size,
                                           .options = delivery->options,
                                           .ret = (enum smtp_ret)entry->ret,
                                           .envid = entry->envid,
                                           .body = (enum smtp_body)entry->body,
                                           .smtputf8 = mail_needs_smtputf8(entry->from, entry->content, entry->size)};
}

/* --- one session, many mails --- */

static void begin_attempts(struct delivery *delivery)
{
    struct queue_entry *entry = delivery_entry(delivery);
    for (uint32_t i = delivery->job->first; i != NO_RECIPIENT; i = entry->recipients[i].next_in_job)
        if (entry->recipients[i].fate == RECIPIENT_OPEN && !entry->recipients[i].attempt_is_open)
            queue_begin_attempt(entry, i);
}

static void take_job(struct delivery *delivery, struct delivery_job *job)
{
    delivery->job = job;
    delivery->keeps_session = job->keeps_session;
    delivery->connects = delivery->sessions = 0;
    delivery->n_untried = delivery->n_again = 0;
    delivery->any_tried = delivery->any_greeted = delivery->is_unreached = delivery->reason_is_ours = false;
    delivery->until_ns = TIME_NEVER;
    snprintf(delivery->reason, sizeof delivery->reason, "no host could be reached");
    wake_set(&delivery->connect_wake, TIME_NEVER);
    wake_set(&delivery->smtp_wake, TIME_NEVER);
    delivery->connect_wake.message = delivery->smtp_wake.message = job->entry->message;
    for (uint32_t i = job->first; i != NO_RECIPIENT; i = job->entry->recipients[i].next_in_job)
        delivery_address_may_be_tried(delivery, i);
}

static bool may_go_on(const struct delivery *delivery)
{
    const struct retry_policy *policy = delivery_queue(delivery)->policy;
    bool is_young = policy->reuse_ns == 0 || delivery_now_ns(delivery) - delivery->session_began_ns < policy->reuse_ns;
    return is_young && (policy->session_messages == 0 || delivery->messages < policy->session_messages);
}

/* The next job that waits and has somebody to be tried, on the session that is open. */
static struct delivery_job *take_next_job(struct delivery *delivery)
{
    struct destination *destination = delivery->destination;
    struct delivery_job *job;
    while (may_go_on(delivery) && destination->site.window > 0 && (job = destination_take(destination))) {
        journal_set_cause(delivery_world(delivery)->journal, job->entry->recipients[job->first].event);
        take_job(delivery, job);
        if (any_open(delivery)) return job;
        finish_job(delivery, RECIPIENT_LATER, delivery->reason);
    }
    return NULL;
}

/* Of the job that was taken, on the session that is open. */
static void begin_next_mail(struct delivery *delivery)
{
    delivery->messages++;
    delivery->sessions = 1;
    delivery->any_tried = delivery->any_greeted = true;
    if (delivery->place_next > 0) delivery->place_next--; /* should this session be lost, its host is asked again */
    begin_attempts(delivery);
    make_smtp_job(delivery);
}

static bool may_try_elsewhere(const struct delivery *delivery);

/* Asked when a transaction is over. A job that goes on elsewhere ends the session; one that is done makes room. */
static const struct smtp_job *next_job(void *context)
{
    struct delivery *delivery = context;
    struct journal *journal = delivery_world(delivery)->journal;
    uint64_t cause = journal_cause(journal);
    if (delivery->is_halted) return NULL;
    if (any_open(delivery) && may_try_elsewhere(delivery)) return NULL;
    finish_job(delivery, RECIPIENT_LATER, delivery->reason);
    if (take_next_job(delivery)) {
        begin_next_mail(delivery);
        cause = journal_cause(journal);
    }
    journal_set_cause(journal, cause);
    destination_delivery_idle(delivery->destination);
    journal_set_cause(journal, cause);
    return delivery->job ? &delivery->smtp_job : NULL;
}

static bool idles(void *context)
{
    const struct delivery *delivery = context;
    return !delivery->job && delivery->keeps_session && !delivery->is_halted && may_go_on(delivery);
}

/* The scenario's time-outs; else the policy's; else those of RFC 5321. */
static struct smtp_client_config client_config(const struct delivery *delivery)
{
    const struct retry_policy *policy = delivery_queue(delivery)->policy;
    struct smtp_client_config config = delivery_queue(delivery)->host->description->smtp.client;
    struct smtp_timeouts others = smtp_timeouts_all(policy->timeout_ns);
    struct smtp_client_config usual = smtp_client_config_default(NULL);
    smtp_timeouts_fill(&config.timeouts, &policy->timeouts);
    smtp_timeouts_fill(&config.timeouts, &others);
    smtp_timeouts_fill(&config.timeouts, &usual.timeouts);
    config.name = delivery_queue(delivery)->host->description->name;
    config.tls = delivery->is_in_clear ? SMTP_TLS_NEVER : outbound_smtp_tls(delivery->tls);
    return config;
}

static void on_opened(void *context)
{
    struct delivery *delivery = context;
    struct world *world = delivery_world(delivery);
    struct host *host = delivery_queue(delivery)->host;
    wake_set(&delivery->connect_wake, TIME_NEVER);
    delivery->is_connected = true;
    delivery->is_unreached = false;
    delivery->messages = 1;
    delivery->is_greeted = delivery->server_knows_dsn = false;
    delivery->session_began_ns = delivery_now_ns(delivery);
    delivery->session = (struct session_id){++world->last_session};
    uint64_t event = JOURNAL_EMIT(world->journal, SESSION_OPEN, F_INT(SESSION, delivery->session.n),
                                  F_INT(CONN, socket_conn(delivery->socket).n), F_INT(HOST, host->id.n),
                                  F_INT(PEER, delivery->peer.n), F_TEXT(PROTOCOL, "smtp"), F_TEXT(ROLE, "client"));
    journal_set_cause(world->journal, event);
    make_smtp_job(delivery);
    struct smtp_client_config config = client_config(delivery);
    struct smtp_client_owner owner = {.context = delivery,
                                      .outcome = on_outcome,
                                      .next = next_job,
                                      .offered = on_offered,
                                      .idles = idles,
                                      .untried = on_untried};
    delivery->client =
        smtp_client_new(&config, socket_session_io(delivery->socket, delivery->session), owner, &delivery->smtp_job);
    delivery->smtp_wake.conn = socket_conn(delivery->socket);
    smtp_client_start(delivery->client, delivery_now_ns(delivery));
    settle_session(delivery);
}

static void on_received(void *context, const char *bytes, size_t size)
{
    struct delivery *delivery = context;
    if (delivery->is_halted) return;
    smtp_client_receive(delivery->client, bytes, size, delivery_now_ns(delivery));
    settle_session(delivery);
}

static void on_acked(void *context)
{
    struct delivery *delivery = context;
    if (!delivery->client || smtp_client_is_idle(delivery->client)) return;
    smtp_client_progress(delivery->client, delivery_now_ns(delivery));
    wake_set(&delivery->smtp_wake, smtp_client_deadline(delivery->client));
}

/* --- losses --- */

/* By the name that DNS has told; the address where that name and the host's own do not say the same. */
static void tell_unreached(struct delivery *delivery, const struct delivery_place *place, const char *why)
{
    char address[IP_TEXT_BYTES];
    const struct host *peer = delivery->peer.n ? world_host(delivery_world(delivery), delivery->peer) : NULL;
    if (peer && strcasecmp(peer->description->name, place->host) == 0)
        snprintf(delivery->reason, sizeof delivery->reason, "%s: %s", place->host, why);
    else
        snprintf(delivery->reason, sizeof delivery->reason, "%s [%s]: %s", place->host,
                 ip_text(place->address, address), why);
    delivery->reason_is_ours = false; /* nobody has said anything */
}

static void lose_connection(struct delivery *delivery, const char *why)
{
    if (delivery->is_halted) return;
    delivery->is_lost = true;
    if (delivery->client) {
        delivery->goes_on_in_clear = may_go_on_in_clear(delivery);
        smtp_client_connection_lost(delivery->client, why, delivery_now_ns(delivery));
        end_session(delivery, why);
    } else {
        wake_set(&delivery->connect_wake, TIME_NEVER);
        const struct delivery_place *place = &delivery->places[delivery->place_next - 1];
        tell_unreached(delivery, place, why);
        delivery_remember_failure(delivery, why, strstr(why, "timed out") != NULL);
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
    if (smtp_client_is_idle(delivery->client)) {
        smtp_client_quit(delivery->client, delivery_now_ns(delivery));
        settle_session(delivery);
        return;
    }
    bool may_go_on = may_go_on_in_clear(delivery);
    smtp_client_on_deadline(delivery->client, delivery_now_ns(delivery));
    delivery->is_lost = smtp_client_is_over(delivery->client);
    delivery->goes_on_in_clear = may_go_on && delivery->is_lost;
    settle_session(delivery);
}

/* --- hosts and addresses --- */

static void on_secured(void *context, const struct session_security *security)
{
    struct delivery *delivery = context;
    if (delivery->is_halted) return;
    smtp_client_secured(delivery->client, security, delivery_now_ns(delivery));
    settle_session(delivery);
}

static void connect_to(struct delivery *delivery, const struct delivery_place *place, bool in_clear)
{
    const struct host *peer = world_host_by_address(delivery_world(delivery), place->address);
    delivery->peer = peer ? peer->id : (struct host_id){0};
    delivery->is_unreached = true;
    delivery->connects++;
    delivery->any_tried = true;
    delivery->is_in_clear = in_clear;
    delivery->is_connected = delivery->is_greeted = delivery->is_lost = false;
    destination_connects(delivery->destination);
    begin_attempts(delivery);
    wake_set(&delivery->connect_wake, delivery_now_ns(delivery) + delivery_queue(delivery)->policy->connect_timeout_ns);
    delivery->socket = socket_connect(delivery_queue(delivery)->host, place->address, SMTP_PORT,
                                      (struct socket_handler){.context = delivery,
                                                              .opened = on_opened,
                                                              .received = on_received,
                                                              .acked = on_acked,
                                                              .ended = on_ended,
                                                              .failed = on_failed});
    bool may_encrypt = delivery->tls != ROUTE_TLS_NEVER && !in_clear;
    if (may_encrypt) outbound_offer_tls(delivery->socket, delivery->tls, place->host, on_secured);
    delivery->connect_wake.conn = socket_conn(delivery->socket);
}

static enum retry_ended how_it_ended(const struct delivery *delivery)
{
    if (!delivery->is_connected) return RETRY_ENDED_UNCONNECTED;
    if (!delivery->is_greeted) return RETRY_ENDED_UNGREETED;
    return delivery->is_lost ? RETRY_ENDED_LOST : RETRY_ENDED_ANSWERED;
}

static bool may_try_elsewhere(const struct delivery *delivery)
{
    const struct retry_policy *policy = delivery_queue(delivery)->policy;
    return retry_goes_elsewhere(policy, how_it_ended(delivery)) && delivery->place_next < delivery->n_places &&
           (policy->session_limit == 0 || delivery->sessions < policy->session_limit) &&
           retry_may_try_more(policy, delivery->connects, delivery_age_ns(delivery));
}

/* The same place once more. It counts as the same connection (Postfix's smtp_connect.c). */
static void connect_in_clear(struct delivery *delivery)
{
    const struct delivery_place *place = &delivery->places[delivery->place_next - 1];
    delivery->goes_on_in_clear = false;
    delivery->connects--;
    emit_fallback(delivery, place);
    connect_to(delivery, place, true);
}

/* The same place once more, for those whom the session had no mail left for. As many sessions as it takes, so they do
   not count; each takes one of them at least. */
static void connect_again(struct delivery *delivery)
{
    delivery->n_again = delivery->n_untried;
    delivery->n_untried = 0;
    delivery->connects--;
    delivery->sessions--;
    delivery->place_next = delivery->place_now + 1;
    connect_to(delivery, &delivery->places[delivery->place_now], false);
}

/* The next place, or the end of this job's attempt and with it of this delivery. */
static void try_next(struct delivery *delivery)
{
    if (delivery->goes_on_in_clear) {
        connect_in_clear(delivery);
        return;
    }
    if (delivery->job && delivery->n_untried > 0) {
        connect_again(delivery);
        return;
    }
    delivery->n_again = 0;
    while (delivery->job && any_open(delivery) && may_try_elsewhere(delivery)) {
        const struct delivery_place *place = &delivery->places[delivery->place_next++];
        if (!delivery_place_may_be_tried(delivery, place)) continue;
        delivery->place_now = delivery->place_next - 1;
        connect_to(delivery, place, false);
        return;
    }
    finish(delivery, RECIPIENT_LATER, delivery->reason);
}

static uint64_t place_key(const struct mx_place *place)
{
    return random_hash_mix(random_hash_mix(place->address.high, place->address.low), random_hash_text(place->host));
}

static void take_places(struct delivery *delivery, const struct mx_route *route)
{
    delivery->places = mem_calloc(route->n, sizeof *delivery->places);
    delivery->n_places = route->n;
    delivery->tls = route->tls;
    for (size_t i = 0; i < route->n; i++)
        delivery->places[i] = (struct delivery_place){.address = route->places[i].address,
                                                      .host = mem_strdup(route->places[i].host),
                                                      .key = place_key(&route->places[i])};
}

/* DNS without an answer is a destination that cannot be reached. */
static void on_route(void *context, const struct mx_route *route)
{
    struct delivery *delivery = context;
    delivery->lookup = NULL;
    if (route->outcome == MX_ROUTE_FOUND) {
        take_places(delivery, route);
        try_next(delivery);
        return;
    }
    delivery->any_tried = true;
    begin_attempts(delivery);
    finish(delivery, route->outcome == MX_ROUTE_LATER ? RECIPIENT_LATER : RECIPIENT_NEVER, route->reason);
}

/* One whose session waits for another mail; NULL: there is none. */
static struct delivery *idle_one(const struct destination *destination)
{
    struct delivery *delivery = destination->deliveries;
    if (destination->queue->policy->idle_ns == 0) return NULL;
    while (delivery && !(delivery->client && smtp_client_is_idle(delivery->client) && may_go_on(delivery)))
        delivery = delivery->next;
    return delivery;
}

bool delivery_may_go_on(const struct destination *destination)
{
    return idle_one(destination) != NULL;
}

bool delivery_go_on(struct destination *destination, struct delivery_job *job)
{
    struct delivery *delivery = idle_one(destination);
    if (!delivery) return false;
    struct journal *journal = delivery_world(delivery)->journal;
    uint64_t cause = journal_cause(journal);
    journal_set_cause(journal, job->entry->recipients[job->first].event);
    take_job(delivery, job);
    begin_next_mail(delivery);
    smtp_client_go_on(delivery->client, &delivery->smtp_job, delivery_now_ns(delivery));
    settle_session(delivery);
    journal_set_cause(journal, cause);
    return true;
}

/* Where hosts that failed are passed over there may be no attempt at all: it begins with the first connection. */
void delivery_start(struct destination *destination, struct delivery_job *job)
{
    struct mail_queue *queue = destination->queue;
    struct delivery *delivery = mem_calloc(1, sizeof *delivery);
    delivery->destination = destination;
    delivery->next = destination->deliveries;
    if (delivery->next) delivery->next->previous = delivery;
    destination->deliveries = delivery;
    destination_connects(destination);
    wake_init(&delivery->connect_wake, queue->host, "connect time-out", on_connect_timeout, delivery);
    wake_init(&delivery->smtp_wake, queue->host, "smtp time-out", on_smtp_wake, delivery);
    journal_set_cause(delivery_world(delivery)->journal, job->entry->recipients[job->first].event);
    take_job(delivery, job);
    if (!retry_remembers_hosts(queue->policy)) begin_attempts(delivery);
    uint64_t draw_key = random_hash_mix(job->entry->luck, job->entry->rounds);
    delivery->lookup = mx_lookup_start(queue->host, destination->domain, draw_key, on_route, delivery);
}

/* The host stops. What is told here is how far the mails had come. */
void delivery_drop_all(struct destination *destination)
{
    struct world *world = queue_world(destination->queue);
    uint64_t cause = journal_cause(world->journal);
    while (destination->deliveries) {
        struct delivery *delivery = destination->deliveries;
        delivery->is_halted = true;
        if (delivery->client && !world->ended) {
            smtp_client_connection_lost(delivery->client, "the host stopped", delivery_now_ns(delivery));
            emit_session_close(delivery, "host stopped");
        }
        if (delivery->job && !world->ended) settle_open_ones(delivery, RECIPIENT_LATER, "the host stopped");
        mem_free(delivery->job);
        delivery_free(delivery);
        journal_set_cause(world->journal, cause);
    }
}
