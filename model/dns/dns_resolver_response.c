/* RFC 1034 5.3.3, step 4: what a response says, and what of it may be believed: only what lies in the zone whose server
   was asked, ranked as RFC 2181 5.4.1 does; of the rest nothing is kept. */
#include <assert.h>
#include <string.h>

#include "model/dns/dns_resolver_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum verdict {
    ANSWERED, /* what it says is in the cache now */
    REFERRED, /* to the servers of a zone nearer to the name */
    LAME,     /* the server does not know its zone */
    USELESS   /* refused, failed, or cut off */
};

/* A response that is being read. */
struct reading {
    struct question *q;
    const struct dns_message *message;
    const char *zone; /* whose server said it */
    struct ip_address server;
    struct dns_rr *rrs; /* room for one set */
};

enum section { ANSWER, AUTHORITY, ADDITIONAL };

static const struct dns_rr *section_of(const struct dns_message *message, enum section section, size_t *n)
{
    const struct dns_rr *rrs = message->rrs;
    switch (section) {
    case ANSWER:
        *n = message->n_answer;
        return rrs;
    case AUTHORITY:
        *n = message->n_authority;
        return message->n_authority ? rrs + message->n_answer : NULL;
    case ADDITIONAL:
        *n = message->n_additional;
        return message->n_additional ? rrs + message->n_answer + message->n_authority : NULL;
    }
    return NULL;
}

/* --- into the cache --- */

/* RFC 2181 8: a TTL with the highest bit set is 0. */
static uint32_t capped(uint32_t ttl_s, uint32_t most_s)
{
    if (ttl_s > INT32_MAX) return 0;
    return ttl_s < most_s ? ttl_s : most_s;
}

static struct dns_entry *put(const struct reading *reading, struct dns_entry content)
{
    struct dns_resolver *r = reading->q->resolver;
    content.zone = reading->zone;
    content.put_ns = r->now_ns;
    content.transaction = reading->q->work->transaction;
    struct dns_entry *entry = dns_cache_put(r->cache, &content);
    if (entry) resolver_note(r, (struct dns_note){.kind = DNS_NOTE_PUT, .entry = entry, .server = reading->server});
    return entry;
}

/* The records of a name and type in a section, all with the smallest of their TTLs (RFC 2181 5.2). NULL: there are
   none, or better ones are known. */
static struct dns_entry *put_set(struct reading *reading, enum section section, const char *name, enum dns_type type,
                                 enum dns_rank rank)
{
    size_t n_all, n = 0;
    uint32_t ttl_s = UINT32_MAX;
    const struct dns_rr *all = section_of(reading->message, section, &n_all);
    for (size_t i = 0; i < n_all; i++) {
        if (all[i].type != type || strcmp(all[i].name, name) != 0) continue;
        uint32_t this_ttl_s = capped(all[i].ttl_s, reading->q->resolver->config.most_ttl_s);
        if (this_ttl_s < ttl_s) ttl_s = this_ttl_s;
        reading->rrs[n++] = all[i];
        if (type == DNS_CNAME) break; /* RFC 2181 10.1: an alias has one target */
    }
    if (n == 0) return NULL;
    return put(reading, (struct dns_entry){.what = DNS_CACHED_RECORDS,
                                           .rank = rank,
                                           .name = name,
                                           .type = type,
                                           .ttl_s = ttl_s,
                                           .rrs = reading->rrs,
                                           .n = n});
}

/* Glue: addresses of these servers, if they lie in the zone that gives them. */
static void put_addresses(struct reading *reading, const char *const *names, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!name_is_in(names[i], reading->zone)) continue;
        put_set(reading, ADDITIONAL, names[i], DNS_A, DNS_RANK_GLUE);
        put_set(reading, ADDITIONAL, names[i], DNS_AAAA, DNS_RANK_GLUE);
    }
}

/* The NS records of one name in the authority section, and the addresses that come with them. */
static struct dns_entry *put_servers(struct reading *reading, const char *zone, enum dns_rank rank)
{
    const char *names[MOST_NAME_SERVERS];
    size_t n_all, n = 0;
    const struct dns_rr *all = section_of(reading->message, AUTHORITY, &n_all);
    for (size_t i = 0; i < n_all && n < MOST_NAME_SERVERS; i++)
        if (all[i].type == DNS_NS && strcmp(all[i].name, zone) == 0) names[n++] = all[i].target;
    struct dns_entry *entry = put_set(reading, AUTHORITY, zone, DNS_NS, rank);
    put_addresses(reading, names, n);
    return entry;
}

static const struct dns_rr *find_in(const struct reading *reading, enum section section, const char *name,
                                    enum dns_type type)
{
    size_t n;
    const struct dns_rr *all = section_of(reading->message, section, &n);
    for (size_t i = 0; i < n; i++)
        if (all[i].type == type && (!name || strcmp(all[i].name, name) == 0)) return &all[i];
    return NULL;
}

/* RFC 2308 5: kept for the smaller of the SOA's TTL and its MINIMUM; without an SOA not at all. */
static void put_negative(struct reading *reading, const char *name)
{
    const struct dns_resolver_config *config = &reading->q->resolver->config;
    const struct dns_rr *soa = find_in(reading, AUTHORITY, NULL, DNS_SOA);
    bool no_name = reading->message->rcode == DNS_NXDOMAIN;
    struct dns_entry content = {.what = no_name ? DNS_CACHED_NO_NAME : DNS_CACHED_NO_DATA,
                                .rank = DNS_RANK_ANSWER,
                                .name = name,
                                .type = no_name ? (enum dns_type)0 : reading->message->qtype};
    if (soa && name_is_in(name, soa->name) && name_is_in(soa->name, reading->zone)) {
        uint32_t ttl_s = soa->ttl_s < soa->soa_minimum ? soa->ttl_s : soa->soa_minimum;
        content.ttl_s = capped(ttl_s, config->most_negative_ttl_s);
        content.rrs = soa;
        content.n = 1;
    }
    put(reading, content);
}

/* --- what kind of response it is --- */

/* The records asked for, or aliases and perhaps what they lead to, as far as the zone reaches. */
static enum verdict read_answer(struct reading *reading)
{
    const struct dns_message *message = reading->message;
    const char *name = message->qname;
    for (unsigned aliases = 0; aliases <= MOST_ALIASES && name_is_in(name, reading->zone); aliases++) {
        if (put_set(reading, ANSWER, name, message->qtype, DNS_RANK_ANSWER)) break;
        const struct dns_rr *alias = find_in(reading, ANSWER, name, DNS_CNAME);
        if (!alias) {
            /* RFC 2308 2.1, 2.2: the end of the aliases is not there; with an SOA that is proven. */
            if (find_in(reading, AUTHORITY, NULL, DNS_SOA)) put_negative(reading, name);
            break;
        }
        put_set(reading, ANSWER, name, DNS_CNAME, DNS_RANK_ANSWER);
        name = alias->target;
    }
    const struct dns_rr *ns = find_in(reading, AUTHORITY, NULL, DNS_NS);
    if (ns && name_is_in(message->qname, ns->name) && name_is_in(ns->name, reading->zone))
        put_servers(reading, ns->name, DNS_RANK_AUTHORITY);
    return ANSWERED;
}

/* The NS records of a zone below the one that was asked, and above the name. */
static enum verdict read_referral(struct reading *reading)
{
    struct question *q = reading->q;
    const struct dns_rr *ns = find_in(reading, AUTHORITY, NULL, DNS_NS);
    bool is_nearer = ns && name_is_in(q->trail.sname, ns->name) && name_is_in(ns->name, reading->zone) &&
                     strcmp(ns->name, reading->zone) != 0;
    if (!is_nearer) return LAME;
    resolver_note(q->resolver,
                  (struct dns_note){
                      .kind = DNS_NOTE_REFERRAL, .zone = reading->zone, .name = ns->name, .server = reading->server});
    struct dns_entry *entry = put_servers(reading, ns->name, DNS_RANK_REFERRAL);
    /* Where the child's own word is known, it ranks higher. */
    if (!entry) entry = resolver_find(q->resolver, ns->name, DNS_NS, DNS_RANK_REFERRAL, q->work->transaction);
    if (!entry || entry->what != DNS_CACHED_RECORDS) return LAME;
    question_set_cut(q, ns->name, entry);
    return REFERRED;
}

static enum verdict read_response(struct reading *reading)
{
    const struct dns_message *message = reading->message;
    if (message->truncated || (message->rcode != DNS_NOERROR && message->rcode != DNS_NXDOMAIN)) return USELESS;
    bool has_answer =
        find_in(reading, ANSWER, message->qname, message->qtype) || find_in(reading, ANSWER, message->qname, DNS_CNAME);
    if (has_answer) return message->authoritative ? read_answer(reading) : LAME;
    bool is_negative = message->rcode == DNS_NXDOMAIN || find_in(reading, AUTHORITY, NULL, DNS_SOA) ||
                       (message->authoritative && !find_in(reading, AUTHORITY, NULL, DNS_NS));
    if (!is_negative) return read_referral(reading);
    if (!message->authoritative) return LAME;
    put_negative(reading, message->qname);
    return ANSWERED;
}

static struct candidate *candidate_at(struct question *q, struct ip_address address)
{
    for (size_t i = 0; i < q->n_candidates; i++)
        if (ip_equals(q->candidates[i].address, address)) return &q->candidates[i];
    assert(!"a query goes to a candidate");
    return NULL;
}

/* RFC 6891 7: who does not know EDNS says FORMERR, or NOTIMP, and is asked again without. RFC 1035 4.2.1: what was cut
   off is asked for again over TCP. False: neither. */
static bool ask_again(struct reading *reading, bool had_edns, bool was_stream)
{
    struct question *q = reading->q;
    struct dns_resolver *r = q->resolver;
    enum dns_rcode rcode = reading->message->rcode;
    bool no_edns = had_edns && (rcode == DNS_FORMERR || rcode == DNS_NOTIMP || rcode == DNS_BADVERS);
    bool stream = !no_edns && reading->message->truncated && !was_stream;
    if (!no_edns && !stream) return false;
    if (no_edns) dns_servers_get(r->servers, reading->server, r->now_ns)->no_edns = true;
    resolver_note(r, (struct dns_note){.kind = no_edns ? DNS_NOTE_NO_EDNS : DNS_NOTE_TRUNCATED,
                                       .name = q->trail.sname,
                                       .zone = reading->zone,
                                       .server = reading->server});
    if (!query_send(q, candidate_at(q, reading->server), stream || was_stream)) question_fail(q);
    return true;
}

static void read_and_judge(struct reading *reading)
{
    struct question *q = reading->q;
    struct dns_resolver *r = q->resolver;
    switch (read_response(reading)) {
    case ANSWERED:
    case REFERRED:
        break;
    case LAME:
        resolver_note(r, (struct dns_note){.kind = DNS_NOTE_LAME, .zone = reading->zone, .server = reading->server});
        dns_servers_set_lame(r->servers, reading->server, reading->zone, r->now_ns);
        candidate_at(q, reading->server)->bad = true;
        break;
    case USELESS:
        candidate_at(q, reading->server)->bad = true;
        break;
    }
}

void question_take_response(struct question *q, const struct dns_message *response)
{
    struct dns_resolver *r = q->resolver;
    const struct query *query = q->query;
    bool had_edns = query->edns, was_stream = query->upstream.stream;
    char zone[DNS_NAME_BYTES];
    memcpy(zone, q->cut, strlen(q->cut) + 1);
    size_t n = (size_t)response->n_answer + response->n_authority + response->n_additional;
    struct reading reading = {.q = q,
                              .message = response,
                              .zone = zone,
                              .server = query->upstream.server,
                              .rrs = mem_alloc(n * sizeof(struct dns_rr))};
    if (!was_stream)
        dns_server_on_answer(dns_servers_get(r->servers, reading.server, r->now_ns), r->now_ns - query->sent_ns);
    query_drop(q, NULL);
    question_set_deadline(q, q->work->until_ns);
    if (!ask_again(&reading, had_edns, was_stream)) read_and_judge(&reading);
    question_make_ready(q);
    mem_free(reading.rrs);
}
