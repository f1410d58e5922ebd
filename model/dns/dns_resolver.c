/* RFC 1034 5.3.3, step 1: what is known already; and the answers made of it. The walk is in dns_resolver_walk.c, what
   responses say in dns_resolver_response.c.

   Left out on purpose: DNSSEC, priming (RFC 8109: the hints are used as they are, as long as no better NS records of
   the root are known), QNAME minimisation (RFC 9156), 0x20 bits, prefetching, answers from what has run out (RFC 8767).
 */
#include "model/dns/dns_resolver_internal.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

struct dns_resolver_config dns_resolver_config_default(void)
{
    return (struct dns_resolver_config){.most_queries = 50,
                                        .most_depth = 7,
                                        .most_aliases = 11,
                                        .most_transmissions = 5,
                                        .most_side_questions = 2,
                                        .most_questions = 4096,
                                        .most_time_ns = 10 * SECOND,
                                        .most_ttl_s = 86400,
                                        .most_negative_ttl_s = 3600,
                                        .failure_ttl_s = 5,
                                        .edns_bytes = DNS_EDNS_BYTES,
                                        .most_entries = 65536,
                                        .v4 = true,
                                        .v6 = true};
}

struct dns_resolver *dns_resolver_new(const struct dns_resolver_config *config, const struct dns_resolver_owner *owner,
                                      const struct dns_hint *hints, size_t n_hints)
{
    assert(config->most_aliases <= MOST_ALIASES);
    struct dns_resolver *r = mem_calloc(1, sizeof *r);
    r->config = *config;
    r->owner = *owner;
    r->hints = mem_calloc(n_hints, sizeof *r->hints);
    r->n_hints = n_hints;
    for (size_t i = 0; i < n_hints; i++)
        r->hints[i] = (struct dns_hint){mem_strdup(hints[i].name), hints[i].address};
    r->cache = dns_cache_new(config->most_entries);
    r->servers = dns_servers_new();
    return r;
}

void dns_resolver_crash(struct dns_resolver *r)
{
    while (r->questions)
        question_free(r->questions);
    dns_cache_clear(r->cache);
    dns_servers_clear(r->servers);
}

void dns_resolver_free(struct dns_resolver *r)
{
    if (!r) return;
    dns_resolver_crash(r);
    for (size_t i = 0; i < r->n_hints; i++)
        mem_free((void *)r->hints[i].name);
    mem_free(r->hints);
    mem_free(r->heap);
    dns_cache_free(r->cache);
    dns_servers_free(r->servers);
    mem_free(r);
}

size_t dns_resolver_open_questions(const struct dns_resolver *r)
{
    return r->n_questions;
}

const struct dns_cache *dns_resolver_cache(const struct dns_resolver *r)
{
    return r->cache;
}

/* --- names --- */

const char *parent_of(const char *name)
{
    if (!*name) return NULL;
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : "";
}

bool name_is_in(const char *name, const char *zone)
{
    size_t length = strlen(name), zone_length = strlen(zone);
    if (zone_length == 0) return true;
    if (length < zone_length || strcmp(name + length - zone_length, zone) != 0) return false;
    return length == zone_length || name[length - zone_length - 1] == '.';
}

/* --- the cache --- */

void resolver_note(struct dns_resolver *r, struct dns_note note)
{
    r->owner.note(r->owner.context, &note);
}

struct dns_entry *resolver_find(struct dns_resolver *r, const char *name, enum dns_type type, enum dns_rank least,
                                uint64_t transaction)
{
    struct dns_entry *ran_out;
    struct dns_entry *entry = dns_cache_find(r->cache, name, type, least, r->now_ns, transaction, &ran_out);
    if (ran_out) {
        resolver_note(r, (struct dns_note){.kind = DNS_NOTE_RAN_OUT, .entry = ran_out});
        dns_entry_drop(ran_out);
    }
    return entry;
}

/* What is used at the instant it was put is the answer to a query, and no hit; so is what was put with a TTL of 0, for
   the transaction that it came in. */
static void note_hit(struct dns_resolver *r, const struct dns_entry *entry, uint64_t transaction)
{
    bool came_for_this = entry->put_ns == r->now_ns || (entry->ttl_s == 0 && entry->transaction == transaction);
    if (!came_for_this) resolver_note(r, (struct dns_note){.kind = DNS_NOTE_HIT, .entry = entry});
}

static bool push_alias(struct dns_resolver *r, struct trail *trail, struct dns_entry *alias)
{
    const char *target = alias->rrs[0].target;
    if (trail->n_aliases == r->config.most_aliases) return false;
    for (unsigned i = 0; i < trail->n_aliases; i++)
        if (strcmp(trail->aliases[i]->name, target) == 0) return false;
    if (strcmp(alias->name, target) == 0) return false;
    trail->aliases[trail->n_aliases++] = dns_entry_hold(alias);
    trail->sname = target;
    return true;
}

/* RFC 2181 5.4.1: glue and referrals are no answers. */
enum trail_end trail_follow(struct dns_resolver *r, struct trail *trail, enum dns_type qtype, uint64_t transaction,
                            struct dns_entry **end)
{
    for (;;) {
        struct dns_entry *entry = resolver_find(r, trail->sname, qtype, DNS_RANK_AUTHORITY, transaction);
        if (!entry) entry = resolver_find(r, trail->sname, (enum dns_type)0, DNS_RANK_AUTHORITY, transaction);
        if (entry) {
            note_hit(r, entry, transaction);
            *end = entry;
            return TRAIL_KNOWN;
        }
        struct dns_entry *alias =
            qtype == DNS_CNAME ? NULL : resolver_find(r, trail->sname, DNS_CNAME, DNS_RANK_AUTHORITY, transaction);
        if (!alias || alias->what != DNS_CACHED_RECORDS) return TRAIL_UNKNOWN;
        note_hit(r, alias, transaction);
        if (!push_alias(r, trail, alias)) return TRAIL_BROKEN;
    }
}

void trail_drop(struct trail *trail)
{
    for (unsigned i = 0; i < trail->n_aliases; i++)
        dns_entry_drop(trail->aliases[i]);
    trail->n_aliases = 0;
}

/* --- answers --- */

static uint16_t put_records(struct dns_rr *rrs, size_t *n, const struct dns_entry *entry, int64_t now_ns)
{
    for (size_t i = 0; i < entry->n; i++) {
        rrs[*n] = entry->rrs[i];
        rrs[(*n)++].ttl_s = dns_entry_ttl_left_s(entry, now_ns);
    }
    return (uint16_t)entry->n;
}

struct dns_message *resolver_make_answer(struct dns_resolver *r, const char *qname, enum dns_type qtype,
                                         const struct trail *trail, const struct dns_entry *end)
{
    struct dns_message content = {
        .is_response = true, .recursion_desired = true, .recursion_available = true, .qname = qname, .qtype = qtype};
    struct dns_rr *rrs = NULL;
    size_t n = 0;
    if (!end || end->what == DNS_CACHED_FAILURE) {
        content.rcode = DNS_SERVFAIL;
    } else {
        rrs = mem_alloc((trail->n_aliases + end->n) * sizeof *rrs);
        for (unsigned i = 0; i < trail->n_aliases; i++)
            content.n_answer = (uint16_t)(content.n_answer + put_records(rrs, &n, trail->aliases[i], r->now_ns));
        uint16_t more = put_records(rrs, &n, end, r->now_ns);
        if (end->what == DNS_CACHED_RECORDS)
            content.n_answer = (uint16_t)(content.n_answer + more);
        else
            content.n_authority = more;
        if (end->what == DNS_CACHED_NO_NAME) content.rcode = DNS_NXDOMAIN;
    }
    content.rrs = rrs;
    struct dns_message *answer = dns_message_new(&content);
    mem_free(rrs);
    return answer;
}

/* --- questions --- */

static struct dns_message *refuse(struct dns_resolver *r, const char *qname, enum dns_type qtype)
{
    const struct trail none = {0};
    return resolver_make_answer(r, qname, qtype, &none, NULL);
}

/* A new question, which takes over the aliases that were followed. */
static struct question *begin(struct dns_resolver *r, const char *qname, enum dns_type qtype, struct trail *trail)
{
    struct work *work = work_new(r);
    struct question *q = question_new(r, qname, qtype, work, 0);
    work_drop(work);
    if (trail->n_aliases > 0) q->trail = *trail;
    trail->n_aliases = 0;
    return q;
}

struct dns_message *dns_resolver_ask(struct dns_resolver *r, const char *qname, enum dns_type qtype, void *asker,
                                     int64_t now_ns)
{
    struct trail trail = {.sname = qname};
    struct dns_entry *end = NULL;
    struct dns_message *answer = NULL;
    r->now_ns = now_ns;
    if (trail_follow(r, &trail, qtype, 0, &end) != TRAIL_UNKNOWN) {
        answer = resolver_make_answer(r, qname, qtype, &trail, end);
    } else {
        struct question *q = question_find(r, qname, qtype);
        bool is_new = !q;
        if (is_new && r->n_questions < r->config.most_questions) q = begin(r, qname, qtype, &trail);
        if (!q) answer = refuse(r, qname, qtype);
        if (q) question_add_waiter(q, asker, NULL);
        if (q && is_new) question_make_ready(q);
    }
    trail_drop(&trail);
    resolver_run_ready(r);
    return answer;
}

void dns_resolver_forget(struct dns_resolver *r, void *asker)
{
    for (struct question *q = r->questions; q; q = q->next)
        for (struct waiter **link = &q->waiters; *link;) {
            struct waiter *waiter = *link;
            if (waiter->parent || waiter->asker != asker) {
                link = &waiter->next;
                continue;
            }
            *link = waiter->next;
            mem_free(waiter);
        }
}

/* RFC 5452 9.1: id, question, and the addresses and ports both ways. */
static bool is_asked_for(const struct query *query, const struct dns_message *response)
{
    const struct dns_message *message = query->upstream.message;
    return response->is_response && response->id == query->upstream.id && response->qtype == message->qtype &&
           strcmp(response->qname, message->qname) == 0;
}

bool dns_resolver_expects(const struct dns_resolver *r, struct ip_address from, uint16_t port,
                          const struct dns_message *response)
{
    const struct query *query = query_by_port(r, port);
    return query && ip_equals(query->upstream.server, from) && is_asked_for(query, response);
}

bool dns_resolver_receive(struct dns_resolver *r, struct ip_address from, uint16_t port,
                          const struct dns_message *response, int64_t now_ns)
{
    if (!dns_resolver_expects(r, from, port, response)) return false;
    r->now_ns = now_ns;
    question_take_response(query_by_port(r, port)->question, response);
    resolver_run_ready(r);
    return true;
}

bool dns_resolver_receive_stream(struct dns_resolver *r, uint32_t n, const struct dns_message *response, int64_t now_ns)
{
    struct query *query = query_by_n(r, n);
    if (!query || !query->upstream.stream || !is_asked_for(query, response)) return false;
    r->now_ns = now_ns;
    question_take_response(query->question, response);
    resolver_run_ready(r);
    return true;
}

/* This server is no use for this question. */
static void pass_over(struct dns_resolver *r, const struct query *query, const char *given_up, int64_t now_ns)
{
    struct question *q = query->question;
    r->now_ns = now_ns;
    for (size_t i = 0; i < q->n_candidates; i++)
        if (ip_equals(q->candidates[i].address, query->upstream.server)) q->candidates[i].bad = true;
    query_drop(q, given_up);
    question_set_deadline(q, q->work->until_ns);
    question_make_ready(q);
    resolver_run_ready(r);
}

void dns_resolver_stream_failed(struct dns_resolver *r, uint32_t n, int64_t now_ns)
{
    const struct query *query = query_by_n(r, n);
    if (query) pass_over(r, query, NULL, now_ns);
}

void dns_resolver_unreachable(struct dns_resolver *r, struct ip_address server, uint16_t port, int64_t now_ns)
{
    const struct query *query = query_by_port(r, port);
    if (query && ip_equals(query->upstream.server, server)) pass_over(r, query, "it cannot be reached", now_ns);
}

int64_t dns_resolver_deadline(const struct dns_resolver *r)
{
    return r->n_heap ? r->heap[0]->deadline_ns : TIME_NEVER;
}

/* A query's time is out, or the question's. */
static void on_deadline(struct question *q)
{
    struct dns_resolver *r = q->resolver;
    question_set_deadline(q, r->now_ns >= q->work->until_ns ? TIME_NEVER : q->work->until_ns);
    if (r->now_ns >= q->work->until_ns) {
        question_fail(q);
    } else if (q->query) {
        struct dns_server *server = dns_servers_get(r->servers, q->query->upstream.server, r->now_ns);
        if (!q->query->upstream.stream) dns_server_on_timeout(server, q->query->timeout_ns);
        query_drop(q, "no answer in time");
    }
    question_make_ready(q);
}

void dns_resolver_on_deadline(struct dns_resolver *r, int64_t now_ns)
{
    r->now_ns = now_ns;
    while (r->n_heap && r->heap[0]->deadline_ns <= now_ns)
        on_deadline(r->heap[0]);
    resolver_run_ready(r);
}
