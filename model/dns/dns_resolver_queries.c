/* The resolver's queries: their messages, ids and ports, and how to find them again. */
#include <assert.h>
#include <string.h>

#include "model/dns/dns_resolver_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { FIRST_PORT = 1024 }; /* RFC 5452 9.2: as many ports as there are */
static const int64_t stream_timeout_ns = 5 * SECOND;

static struct query **bucket_of(struct dns_resolver *r, uint16_t port)
{
    return &r->by_port[port % PORT_BUCKETS];
}

struct query *query_by_port(const struct dns_resolver *r, uint16_t port)
{
    struct query *query = r->by_port[port % PORT_BUCKETS];
    while (query && (query->upstream.stream || query->upstream.port != port))
        query = query->next;
    return query;
}

struct query *query_by_n(const struct dns_resolver *r, uint32_t n)
{
    for (struct question *q = r->questions; q; q = q->next)
        if (q->query && q->query->upstream.n == n) return q->query;
    return NULL;
}

static uint16_t free_port(struct dns_resolver *r, uint64_t draw)
{
    uint16_t port = (uint16_t)(FIRST_PORT + draw % (UINT16_MAX + 1 - FIRST_PORT));
    while (query_by_port(r, port))
        port = port == UINT16_MAX ? FIRST_PORT : (uint16_t)(port + 1);
    return port;
}

static struct dns_message *make_message(const struct question *q, uint16_t id, bool edns)
{
    struct dns_message content = {.id = id,
                                  .qname = q->trail.sname,
                                  .qtype = q->qtype,
                                  .has_edns = edns,
                                  .edns_size = edns ? q->resolver->config.edns_bytes : 0};
    struct dns_message *message = dns_message_new(&content);
    dns_wire_size(message);
    return message;
}

bool query_send(struct question *q, struct candidate *candidate, bool stream)
{
    struct dns_resolver *r = q->resolver;
    assert(!q->query);
    if (q->work->queries_left == 0) return false;
    q->work->queries_left--;
    const struct dns_server *server = dns_servers_get(r->servers, candidate->address, r->now_ns);
    struct query *query = mem_calloc(1, sizeof *query);
    uint32_t n = ++r->last_query;
    query->edns = r->config.edns_bytes > 0 && !server->no_edns;
    query->timeout_ns = stream ? stream_timeout_ns : server->rto_ns;
    query->sent_ns = r->now_ns;
    query->question = q;
    query->upstream = (struct dns_upstream){.n = n,
                                            .server = candidate->address,
                                            .id = (uint16_t)r->owner.draw(r->owner.context, "dns id", n),
                                            .stream = stream,
                                            .transmission = candidate->transmissions,
                                            .zone = q->cut};
    query->upstream.port = free_port(r, r->owner.draw(r->owner.context, "dns port", n));
    query->upstream.message = make_message(q, query->upstream.id, query->edns);
    struct query **bucket = bucket_of(r, query->upstream.port);
    query->next = *bucket;
    *bucket = query;
    q->query = query;
    int64_t until_ns = r->now_ns + query->timeout_ns;
    question_set_deadline(q, until_ns < q->work->until_ns ? until_ns : q->work->until_ns);
    r->owner.send(r->owner.context, &query->upstream);
    return true;
}

void query_drop(struct question *q, const char *given_up)
{
    struct dns_resolver *r = q->resolver;
    struct query *query = q->query, **link = bucket_of(r, query->upstream.port);
    while (*link != query)
        link = &(*link)->next;
    *link = query->next;
    q->query = NULL;
    if (given_up) r->owner.give_up(r->owner.context, &query->upstream, given_up);
    dns_message_drop(query->upstream.message);
    mem_free(query);
}
