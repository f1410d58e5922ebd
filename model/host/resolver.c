/* The stub resolver's glue: one port and one timer for each open question (RFC 5452 9.2). */
#include "model/host/resolver.h"

#include "model/host/dns_stream.h"
#include "model/host/host.h"
#include "model/host/wake.h"
#include "sim/journal/memory.h"

struct resolver_question {
    struct resolver *resolver;
    struct resolver_question *next;
    struct dns_lookup *lookup;
    uint16_t port, id;
    uint64_t flow;
    const char *unreachable; /* what ICMP told of the last query; NULL: nothing */
    char qname[DNS_NAME_BYTES];
    enum dns_type qtype;
    struct wake wake;
    struct dns_stream *stream; /* open, after a truncated answer */
    resolver_answer_fn answer;
    void *context;
};

struct resolver {
    struct host *host;
    struct resolver_question *open; /* newest first */
};

struct resolver *resolver_new(struct host *host)
{
    struct resolver *resolver = mem_calloc(1, sizeof *resolver);
    resolver->host = host;
    return resolver;
}

/* The stream is gone, or goes with its host. */
static void question_free(struct resolver_question *question)
{
    wake_forget(&question->wake);
    dns_lookup_free(question->lookup);
    mem_free(question);
}

void resolver_crash(struct resolver *resolver)
{
    while (resolver->open) {
        struct resolver_question *question = resolver->open;
        resolver->open = question->next;
        if (question->stream) dns_stream_crash(question->stream);
        question_free(question);
    }
}

void resolver_free(struct resolver *resolver)
{
    if (!resolver) return;
    resolver_crash(resolver);
    mem_free(resolver);
}

/* Over IPv6 where both speak it. */
static struct ip_address server_address(const struct host *host)
{
    bool v6 = !ip_is_none(host->address6) && !ip_is_none(host->name_server->address6);
    return v6 ? host->name_server->address6 : host->name_server->address;
}

static void send_queries(struct resolver_question *question)
{
    struct host *host = question->resolver->host;
    struct dns_message *query;
    uint32_t transmission;
    while ((query = dns_lookup_next_query(question->lookup, &transmission)) != NULL) {
        question->unreachable = NULL;
        uint64_t event =
            JOURNAL_EMIT(host->world->journal, DNS_QUERY, F_INT(HOST, host->id.n), F_INT(PEER, host->name_server->id.n),
                         F_TEXT(QNAME, question->qname), F_TEXT(QTYPE, dns_type_text(question->qtype)),
                         F_INT(ID, question->id), F_INT(NTH, transmission));
        journal_set_cause(host->world->journal, event);
        struct datagram datagram = {.destination = server_address(host),
                                    .source_port = question->port,
                                    .destination_port = DNS_PORT,
                                    .flow = question->flow,
                                    .transmission = transmission,
                                    .why = transmission > 1 ? "question repeated" : "question"};
        host_send_datagram(host, &datagram, query);
        dns_message_drop(query);
    }
}

void resolver_forget(struct resolver *resolver, struct resolver_question *question)
{
    struct resolver_question **link = &resolver->open;
    while (*link != question)
        link = &(*link)->next;
    *link = question->next;
    if (question->stream) dns_stream_forget(question->stream);
    question_free(question);
}

static void emit_answer(const struct resolver_question *question, const struct dns_message *response)
{
    struct host *host = question->resolver->host;
    char text[256];
    uint64_t event = JOURNAL_EMIT(
        host->world->journal, DNS_ANSWER, F_INT(HOST, host->id.n), F_INT(PEER, host->name_server->id.n),
        F_TEXT(QNAME, question->qname), F_TEXT(QTYPE, dns_type_text(question->qtype)), F_INT(ID, question->id),
        F_TEXT(RCODE, dns_rcode_text(response->rcode)), F_TEXT(TEXT, dns_answer_text(response, text, sizeof text)));
    journal_set_cause(host->world->journal, event);
}

static void emit_failure(const struct resolver_question *question)
{
    struct host *host = question->resolver->host;
    uint64_t event =
        JOURNAL_EMIT(host->world->journal, DNS_FAILURE, F_INT(HOST, host->id.n), F_TEXT(QNAME, question->qname),
                     F_TEXT(QTYPE, dns_type_text(question->qtype)),
                     F_TEXT(WHY, question->unreachable ? question->unreachable : "no answer from the name server"),
                     F_INT(ID, question->id));
    journal_set_cause(host->world->journal, event);
}

static void proceed(struct resolver_question *question);

static void on_stream(void *context, const struct dns_message *response, const char *why)
{
    struct resolver_question *question = context;
    int64_t now_ns = question->resolver->host->world->engine->now_ns;
    question->stream = NULL;
    if (!response || !dns_lookup_receive_stream(question->lookup, response, now_ns)) {
        question->unreachable = why ? why : "what came is no answer";
        dns_lookup_stream_failed(question->lookup, now_ns);
    }
    proceed(question);
}

/* RFC 7766 5: what was cut off is asked for again over TCP. */
static void send_stream(struct resolver_question *question)
{
    struct host *host = question->resolver->host;
    struct dns_message *query = dns_lookup_next_stream(question->lookup);
    if (!query) return;
    uint64_t event =
        JOURNAL_EMIT(host->world->journal, DNS_TROUBLE, F_INT(HOST, host->id.n), F_INT(PEER, host->name_server->id.n),
                     F_TEXT(QNAME, question->qname), F_TEXT(WHY, "truncated, asked again over TCP"));
    journal_set_cause(host->world->journal, event);
    question->stream = dns_stream_ask(host, server_address(host), query, on_stream, question);
    dns_message_drop(query);
}

/* Sends what there is to send; when the question is over, tells and frees it. A connection that takes too long is given
   up for the next attempt. */
static void proceed(struct resolver_question *question)
{
    send_stream(question);
    send_queries(question);
    wake_set(&question->wake, dns_lookup_deadline(question->lookup));
    if (!dns_lookup_is_over(question->lookup)) return;

    struct resolver *resolver = question->resolver;
    struct resolver_question **link = &resolver->open;
    while (*link != question)
        link = &(*link)->next;
    *link = question->next;

    const struct dns_message *response;
    enum dns_outcome outcome = dns_lookup_outcome(question->lookup, &response);
    if (response)
        emit_answer(question, response);
    else
        emit_failure(question);
    question->answer(question->context, outcome, response);
    question_free(question);
}

static void on_wake(void *context)
{
    struct resolver_question *question = context;
    if (question->stream) {
        dns_stream_forget(question->stream);
        question->stream = NULL;
        question->unreachable = "no answer from the name server over TCP";
    }
    dns_lookup_on_deadline(question->lookup, question->resolver->host->world->engine->now_ns);
    proceed(question);
}

static bool is_open(const struct resolver *resolver, uint16_t id)
{
    const struct resolver_question *question = resolver->open;
    while (question && question->id != id)
        question = question->next;
    return question;
}

/* RFC 5452 9.2: not to be guessed; and, while there are others, not that of a question on its way. */
static uint16_t unused_id(const struct resolver *resolver, uint64_t flow)
{
    uint64_t n = 0;
    uint16_t id;
    do {
        id = (uint16_t)random_draw(resolver->host->world->seed, flow, random_hash_text("dns id"), n++);
    } while (is_open(resolver, id) && n <= UINT16_MAX);
    return id;
}

struct resolver_question *resolver_ask(struct resolver *resolver, const char *qname, enum dns_type qtype,
                                       resolver_answer_fn answer, void *context)
{
    struct host *host = resolver->host;
    struct world *world = host->world;
    struct resolver_question *question = mem_calloc(1, sizeof *question);
    question->resolver = resolver;
    question->qtype = qtype;
    question->answer = answer;
    question->context = context;
    question->port = host_ephemeral_port(host);
    question->flow = host_question_flow(host, host->name_server);
    question->id = unused_id(resolver, question->flow);
    for (size_t i = 0; i + 1 < sizeof question->qname && qname[i]; i++)
        question->qname[i] = qname[i];
    struct dns_lookup_config config = dns_lookup_config_default();
    if (world->scenario->dns_tree) config.edns_bytes = DNS_EDNS_BYTES;
    question->lookup = dns_lookup_new(&config, qname, qtype, question->id);
    wake_init(&question->wake, host, "dns time-out", on_wake, question);
    question->next = resolver->open;
    resolver->open = question;
    dns_lookup_start(question->lookup, world->engine->now_ns);
    /* A letter of an answer may have been changed on its way, and the checksum deceived: nobody is asked for such a
       name. The answer comes in its own step all the same, not within the question. */
    if (dns_lookup_is_over(question->lookup)) question->unreachable = "it is no host name, and nobody is asked for it";
    send_queries(question);
    wake_set(&question->wake,
             dns_lookup_is_over(question->lookup) ? world->engine->now_ns : dns_lookup_deadline(question->lookup));
    return question;
}

/* RFC 5452 9.1: it comes from where the question went. */
bool resolver_receive(struct resolver *resolver, const struct ip_packet *ip)
{
    struct resolver_question *question = resolver->open;
    if (ip->udp.source_port != DNS_PORT) return false;
    while (question && question->port != ip->udp.destination_port)
        question = question->next;
    if (!question || !ip_equals(ip->ip.source, server_address(resolver->host))) return false;
    if (dns_lookup_receive(question->lookup, ip->dns, resolver->host->world->engine->now_ns)) proceed(question);
    return true;
}

void resolver_on_icmp(struct resolver *resolver, struct ip_address server, uint16_t port, const char *why)
{
    struct host *host = resolver->host;
    struct resolver_question *question = resolver->open;
    while (question && question->port != port)
        question = question->next;
    if (!question || !ip_equals(server, server_address(host))) return;
    if (!dns_lookup_on_unreachable(question->lookup, host->world->engine->now_ns)) return;
    uint64_t event =
        JOURNAL_EMIT(host->world->journal, DNS_UNREACHABLE, F_INT(HOST, host->id.n),
                     F_INT(PEER, host->name_server->id.n), F_TEXT(QNAME, question->qname),
                     F_TEXT(QTYPE, dns_type_text(question->qtype)), F_INT(ID, question->id), F_TEXT(WHY, why));
    journal_set_cause(host->world->journal, event);
    question->unreachable = why;
    proceed(question);
}
