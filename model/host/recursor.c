/* See recursor.h: what it asks itself, and what it tells of that. Those who ask it: recursor_askers.c. */
#include "model/host/recursor.h"

#include <stdio.h>
#include <string.h>

#include "model/dns/dns_resolver.h"
#include "model/host/dns_stream.h"
#include "model/host/host.h"
#include "model/host/recursor_internal.h"
#include "sim/journal/memory.h"

/* A query of ours that goes over TCP. */
struct upstream_stream {
    struct recursor *recursor;
    struct upstream_stream *next;
    uint32_t n; /* of the upstream */
    struct ip_address server;
    struct dns_stream *stream;
};

struct world *recursor_world(const struct recursor *recursor)
{
    return recursor->host->world;
}

int64_t recursor_now_ns(const struct recursor *recursor)
{
    return recursor_world(recursor)->engine->now_ns;
}

uint32_t recursor_host_at(const struct recursor *recursor, struct ip_address address)
{
    const struct host *host = world_host_by_address(recursor_world(recursor), address);
    return host ? host->id.n : 0;
}

void recursor_settle(struct recursor *recursor)
{
    wake_set(&recursor->wake, dns_resolver_deadline(recursor->resolver));
}

static void on_wake(void *context)
{
    struct recursor *recursor = context;
    dns_resolver_on_deadline(recursor->resolver, recursor_now_ns(recursor));
    recursor_settle(recursor);
}

/* --- queries of its own --- */

static void end_stream(struct upstream_stream *stream)
{
    struct upstream_stream **link = &stream->recursor->streams;
    while (*link != stream)
        link = &(*link)->next;
    *link = stream->next;
    mem_free(stream);
}

/* The answer's records; or, where there are none but NS records, whom it says to ask. */
static const char *answer_text(const struct dns_message *response, char *buffer, size_t size)
{
    bool refers = response->rcode == DNS_NOERROR && response->n_answer == 0 && response->n_authority > 0 &&
                  response->rrs[0].type == DNS_NS;
    if (!refers) return dns_answer_text(response, buffer, size);
    snprintf(buffer, size, "to be asked of the servers of %s", *response->rrs[0].name ? response->rrs[0].name : ".");
    return buffer;
}

static void emit_answer(struct recursor *recursor, struct ip_address server, const struct dns_message *response)
{
    char text[512];
    uint64_t event = JOURNAL_EMIT(recursor_world(recursor)->journal, DNS_ANSWER, F_INT(HOST, recursor->host->id.n),
                                  F_INT(PEER, recursor_host_at(recursor, server)), F_TEXT(QNAME, response->qname),
                                  F_TEXT(QTYPE, dns_type_text(response->qtype)), F_INT(ID, response->id),
                                  F_TEXT(RCODE, dns_rcode_text(response->rcode)),
                                  F_TEXT(TEXT, answer_text(response, text, sizeof text)));
    journal_set_cause(recursor_world(recursor)->journal, event);
}

static void on_stream(void *context, const struct dns_message *response, const char *why)
{
    struct upstream_stream *stream = context;
    struct recursor *recursor = stream->recursor;
    uint32_t n = stream->n;
    struct ip_address server = stream->server;
    (void)why;
    end_stream(stream);
    if (response) emit_answer(recursor, server, response);
    if (!response || !dns_resolver_receive_stream(recursor->resolver, n, response, recursor_now_ns(recursor)))
        dns_resolver_stream_failed(recursor->resolver, n, recursor_now_ns(recursor));
    recursor_settle(recursor);
}

static void send_over_stream(struct recursor *recursor, const struct dns_upstream *upstream)
{
    struct upstream_stream *stream = mem_calloc(1, sizeof *stream);
    *stream = (struct upstream_stream){
        .recursor = recursor, .next = recursor->streams, .n = upstream->n, .server = upstream->server};
    recursor->streams = stream;
    stream->stream = dns_stream_ask(recursor->host, upstream->server, upstream->message, on_stream, stream);
}

static void send_datagram(struct recursor *recursor, const struct dns_upstream *upstream)
{
    struct host *host = recursor->host;
    const struct host *peer = world_host_by_address(host->world, upstream->server);
    struct datagram datagram = {.destination = upstream->server,
                                .source_port = upstream->port,
                                .destination_port = DNS_PORT,
                                .flow = host_question_flow(host, peer ? peer : host),
                                .transmission = 1,
                                .why = upstream->transmission > 1 ? "question repeated" : "question"};
    host_send_datagram(host, &datagram, upstream->message);
}

static void on_send(void *context, const struct dns_upstream *upstream)
{
    struct recursor *recursor = context;
    struct journal *journal = recursor_world(recursor)->journal;
    uint64_t cause = journal_cause(journal);
    uint64_t event =
        JOURNAL_EMIT(journal, DNS_QUERY, F_INT(HOST, recursor->host->id.n),
                     F_INT(PEER, recursor_host_at(recursor, upstream->server)), F_TEXT(QNAME, upstream->message->qname),
                     F_TEXT(QTYPE, dns_type_text(upstream->message->qtype)), F_INT(ID, upstream->id),
                     F_INT(NTH, upstream->transmission));
    journal_set_cause(journal, event);
    if (upstream->stream)
        send_over_stream(recursor, upstream);
    else
        send_datagram(recursor, upstream);
    journal_set_cause(journal, cause);
}

static void emit_trouble(struct recursor *recursor, struct ip_address server, const char *zone, const char *qname,
                         const char *why)
{
    JOURNAL_EMIT(recursor_world(recursor)->journal, DNS_TROUBLE, F_INT(HOST, recursor->host->id.n),
                 F_INT(PEER, recursor_host_at(recursor, server)), F_TEXT(ZONE, *zone ? zone : "."),
                 F_TEXT(QNAME, *qname ? qname : "."), F_TEXT(WHY, why));
}

static void on_give_up(void *context, const struct dns_upstream *upstream, const char *why)
{
    struct recursor *recursor = context;
    emit_trouble(recursor, upstream->server, upstream->zone, upstream->message->qname, why);
    for (struct upstream_stream *stream = recursor->streams; stream; stream = stream->next) {
        if (stream->n != upstream->n || !upstream->stream) continue;
        dns_stream_forget(stream->stream);
        end_stream(stream);
        return;
    }
}

bool recursor_receive(struct recursor *recursor, const struct packet *packet)
{
    const struct ip_packet *ip = ip_packet_of_const(packet);
    uint16_t port = ip->udp.destination_port;
    if (ip->udp.source_port != DNS_PORT || !dns_resolver_expects(recursor->resolver, ip->ip.source, port, ip->dns))
        return false;
    emit_answer(recursor, ip->ip.source, ip->dns);
    dns_resolver_receive(recursor->resolver, ip->ip.source, port, ip->dns, recursor_now_ns(recursor));
    recursor_settle(recursor);
    return true;
}

void recursor_on_icmp(struct recursor *recursor, struct ip_address server, uint16_t port, const char *why)
{
    (void)why;
    dns_resolver_unreachable(recursor->resolver, server, port, recursor_now_ns(recursor));
    recursor_settle(recursor);
}

/* --- the journal --- */

static void emit_cache(struct recursor *recursor, const struct dns_note *note, const char *why)
{
    const struct dns_entry *entry = note->entry;
    struct dns_message records = {.n_answer = entry->what == DNS_CACHED_RECORDS ? (uint16_t)entry->n : 0,
                                  .rrs = entry->rrs};
    char text[256];
    dns_answer_text(&records, text, sizeof text);
    if (entry->what != DNS_CACHED_RECORDS) snprintf(text, sizeof text, "%s", dns_cached_text(entry->what));
    uint32_t ttl_s = note->kind == DNS_NOTE_PUT ? entry->ttl_s : dns_entry_ttl_left_s(entry, recursor_now_ns(recursor));
    JOURNAL_EMIT(recursor_world(recursor)->journal, DNS_CACHE, F_INT(HOST, recursor->host->id.n),
                 F_INT(PEER, recursor_host_at(recursor, note->server)), F_TEXT(NAME, *entry->name ? entry->name : "."),
                 F_TEXT(QTYPE, entry->type ? dns_type_text(entry->type) : "all"), F_TEXT(WHY, why), F_INT(TTL, ttl_s),
                 F_TEXT(ZONE, *entry->zone ? entry->zone : "."), F_TEXT(RANK, dns_rank_text(entry->rank)),
                 F_TEXT(TEXT, text));
}

static void emit_referral(struct recursor *recursor, const struct dns_note *note)
{
    JOURNAL_EMIT(recursor_world(recursor)->journal, DNS_REFERRAL, F_INT(HOST, recursor->host->id.n),
                 F_INT(PEER, recursor_host_at(recursor, note->server)), F_TEXT(ZONE, *note->zone ? note->zone : "."),
                 F_TEXT(NAME, note->name));
}

static void on_note(void *context, const struct dns_note *note)
{
    struct recursor *recursor = context;
    if (!journal_wants(recursor_world(recursor)->journal, EVENT_DNS_CACHE)) return; /* all of these are of one group */
    switch (note->kind) {
    case DNS_NOTE_PUT:
        emit_cache(recursor, note, "put");
        break;
    case DNS_NOTE_HIT:
        emit_cache(recursor, note, "hit");
        break;
    case DNS_NOTE_RAN_OUT:
        emit_cache(recursor, note, "ran out");
        break;
    case DNS_NOTE_REFERRAL:
        emit_referral(recursor, note);
        break;
    case DNS_NOTE_LAME:
        emit_trouble(recursor, note->server, note->zone, "", "the server does not know its zone");
        break;
    case DNS_NOTE_NO_EDNS:
        emit_trouble(recursor, note->server, note->zone, note->name, "the server does not understand EDNS");
        break;
    case DNS_NOTE_TRUNCATED:
        emit_trouble(recursor, note->server, note->zone, note->name, "truncated, asked again over TCP");
        break;
    }
}

/* --- its life --- */

static uint64_t draw(void *context, const char *what, uint64_t n)
{
    const struct recursor *recursor = context;
    return random_draw(recursor_world(recursor)->seed, recursor->host->name_hash, random_hash_text(what), n);
}

/* The root servers, as a real resolver's hints file has them. */
static size_t list_hints(const struct host *host, struct dns_hint *hints)
{
    const struct scenario *scenario = host->world->scenario;
    const struct scenario_dns_zone *root = &scenario->dns_zones[0];
    size_t n = 0;
    for (size_t i = 0; i < root->n_servers; i++) {
        const struct host *server = &host->world->hosts[root->servers[i]];
        if (!ip_is_none(server->address6)) hints[n++] = (struct dns_hint){server->description->name, server->address6};
        if (!ip_is_none(server->address)) hints[n++] = (struct dns_hint){server->description->name, server->address};
    }
    return n;
}

struct recursor *recursor_new(struct host *host)
{
    struct recursor *recursor = mem_calloc(1, sizeof *recursor);
    const struct scenario_resolver *settings = &host->description->resolver;
    struct dns_resolver_config config = dns_resolver_config_default();
    struct dns_resolver_owner owner = {.context = recursor,
                                       .draw = draw,
                                       .send = on_send,
                                       .give_up = on_give_up,
                                       .answer = recursor_on_answer,
                                       .note = on_note};
    recursor->host = host;
    config.v4 = !ip_is_none(host->address);
    config.v6 = !ip_is_none(host->address6);
    config.most_ttl_s = settings->most_ttl_s;
    config.most_negative_ttl_s = settings->most_negative_ttl_s;
    config.failure_ttl_s = settings->failure_ttl_s;
    if (settings->no_edns) config.edns_bytes = 0;
    struct dns_hint *hints = mem_calloc(2 * host->world->scenario->dns_zones[0].n_servers, sizeof *hints);
    size_t n_hints = list_hints(host, hints);
    recursor->resolver = dns_resolver_new(&config, &owner, hints, n_hints);
    mem_free(hints);
    wake_init(&recursor->wake, host, "dns resolver", on_wake, recursor);
    return recursor;
}

void recursor_crash(struct recursor *recursor)
{
    wake_set(&recursor->wake, TIME_NEVER);
    while (recursor->streams) {
        dns_stream_crash(recursor->streams->stream);
        end_stream(recursor->streams);
    }
    dns_resolver_crash(recursor->resolver);
    while (recursor->askers)
        recursor_asker_free(recursor->askers);
    if (!recursor_world(recursor)->ended)
        JOURNAL_EMIT(recursor_world(recursor)->journal, DNS_CACHE, F_INT(HOST, recursor->host->id.n),
                     F_TEXT(WHY, "emptied"));
}

void recursor_free(struct recursor *recursor)
{
    if (!recursor) return;
    recursor_crash(recursor);
    wake_forget(&recursor->wake);
    dns_resolver_free(recursor->resolver);
    mem_free(recursor);
}
