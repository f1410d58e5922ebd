/* The answers made from authoritative data: RFC 1034 4.3.2 (the algorithm), 3.6.2 (aliases), RFC 2308 3 (negative
   answers carry the SOA), RFC 8020 (a name with names below it exists), RFC 2181 9 (truncation). Every answer there can
   be, except for names that do not exist, is put together when the zones are finished; to answer is then to find it and
   to copy its head. */
#include <assert.h>
#include <string.h>

#include "model/dns/dns_fit.h"
#include "model/dns/dns_zones_internal.h"
#include "sim/journal/memory.h"

enum { ALIASES_MAX = 8, FIRST_QTYPE_WITHOUT_DATA = 252 };
/* No message holds more records, of 12 bytes at least (RFC 1035 4.1.3): an answer of that many says what it says with
   the truncated bit. Of additional records no more than this are prepared: names may all point to the same hosts. */
enum { MOST_RECORDS = 65535 / 12, MOST_ADDITIONAL = 128 };

/* The types an answer is prepared for; for any other the answer is that of the last row: no data. */
static const enum dns_type prepared_types[] = {DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_TXT, DNS_AAAA};
_Static_assert(sizeof prepared_types / sizeof *prepared_types + 1 == DNS_ANSWERS_PREPARED,
               "one more, for any other type");

/* An answer being put together. */
struct draft {
    struct dns_message head;
    struct dns_rr *rrs;
    size_t n, room;
};

static void append(struct draft *draft, struct dns_rr rr)
{
    if (draft->n == draft->room) {
        draft->room = draft->room ? 2 * draft->room : 4;
        draft->rrs = mem_realloc(draft->rrs, draft->room * sizeof *draft->rrs);
    }
    draft->rrs[draft->n++] = rr;
}

static void append_set(struct draft *draft, const struct dns_node *node, enum dns_type type, uint16_t *count)
{
    for (size_t i = 0; i < node->n_rrs && draft->n < MOST_RECORDS; i++) {
        if (node->rrs[i].type != type) continue;
        append(draft, node->rrs[i]);
        ++*count;
    }
}

static void append_soa(struct draft *draft, const struct dns_node *apex)
{
    append(draft, apex->negative);
    draft->head.n_authority = 1;
}

/* RFC 1034 4.3.2 step 3a: the records, or the alias and then what it stands for. */
static void draft_answer(const struct dns_zones *zones, struct draft *draft, const struct dns_node *node)
{
    enum dns_type qtype = draft->head.qtype;
    for (unsigned aliases = 0; aliases <= ALIASES_MAX; aliases++) {
        const struct dns_rr *alias = qtype == DNS_CNAME ? NULL : dns_zones_first_of(node, DNS_CNAME);
        if (!alias) {
            uint16_t before = draft->head.n_answer;
            append_set(draft, node, qtype, &draft->head.n_answer);
            if (draft->head.n_answer == before) append_soa(draft, node->apex);
            return;
        }
        append(draft, *alias);
        draft->head.n_answer++;
        node = dns_zones_find_nearest(zones, alias->target);
        if (!node || node->cut) return; /* the asker has to look elsewhere */
        if (strcmp(node->owner, alias->target) != 0) {
            draft->head.rcode = DNS_NXDOMAIN; /* RFC 6604 3: it speaks of the last name */
            append_soa(draft, node->apex);
            return;
        }
    }
    draft->head.rcode = DNS_SERVFAIL; /* aliases in a circle */
    draft->head.n_answer = 0;
    draft->n = 0;
}

/* The addresses of the hosts that the records so far name: sets, each whole or not at all (RFC 2181 9). */
static void append_addresses(const struct dns_zones *zones, struct draft *draft, bool glue)
{
    size_t n_named = draft->n, most = glue ? MOST_RECORDS : MOST_ADDITIONAL;
    for (size_t i = 0; i < n_named && draft->head.n_additional < most; i++) {
        const struct dns_rr *rr = &draft->rrs[i];
        const struct dns_node *host =
            rr->type == DNS_MX || rr->type == DNS_NS ? dns_zones_find(zones, rr->target) : NULL;
        bool is_there = false;
        for (size_t k = n_named; host && k < draft->n; k++)
            is_there |= draft->rrs[k].name == host->owner;
        if (!host || is_there || (host->cut && !glue)) continue;
        append_set(draft, host, DNS_A, &draft->head.n_additional);
        append_set(draft, host, DNS_AAAA, &draft->head.n_additional);
    }
    const char *last = draft->head.n_additional > most ? draft->rrs[draft->n - 1].name : NULL;
    for (; last && draft->n > n_named && draft->rrs[draft->n - 1].name == last; draft->n--)
        draft->head.n_additional--;
}

static struct dns_message prepare(const struct dns_zones *zones, const struct dns_node *node, enum dns_type qtype)
{
    struct draft draft = {.head = {.is_response = true, .authoritative = true, .qname = node->owner, .qtype = qtype}};
    draft_answer(zones, &draft, node);
    if (draft.head.n_authority == 0) append_addresses(zones, &draft, false); /* RFC 1035 3.3.9, 3.3.11 */
    draft.head.rrs = draft.rrs;
    dns_wire_size(&draft.head);
    if (draft.head.n_authority == 1 && draft.n == 1) { /* no data: all names of a zone share it */
        mem_free(draft.rrs);
        draft.head.rrs = &node->apex->negative;
    }
    return draft.head;
}

/* RFC 1034 4.3.2 step 3b: the servers of the zone below, and where they are. */
static struct dns_message prepare_referral(const struct dns_zones *zones, const struct dns_node *node)
{
    struct draft draft = {.head = {.is_response = true, .qname = node->owner, .qtype = DNS_NS}};
    append_set(&draft, node, DNS_NS, &draft.head.n_authority);
    append_addresses(zones, &draft, true);
    draft.head.rrs = draft.rrs;
    return draft.head;
}

/* The cut nearest to the name of the zone: what lies below it is not the zone's to say. */
static const struct dns_node *find_cut(const struct dns_zones *zones, const struct dns_node *node)
{
    const struct dns_node *cut = NULL;
    for (; !node->is_apex; node = dns_zones_find(zones, dns_zones_parent_name(node->owner)))
        if (dns_zones_first_of(node, DNS_NS)) cut = node;
    return cut;
}

/* RFC 2308 3: the TTL of the SOA in a negative answer is the smaller of its own and its MINIMUM. */
static void set_negative(struct dns_node *apex)
{
    apex->negative = *dns_zones_first_of(apex, DNS_SOA);
    if (apex->negative.soa_minimum < apex->negative.ttl_s) apex->negative.ttl_s = apex->negative.soa_minimum;
}

/* RFC 8020 2: between a name and its zone there is no name that does not exist. */
static void add_names_between(struct dns_zones *zones)
{
    for (size_t i = 0; i < zones->n_nodes; i++) { /* those added are looked at as well */
        const struct dns_node *node = zones->nodes[i];
        if (!node->is_apex) dns_zones_find_or_add(zones, dns_zones_parent_name(node->owner));
    }
}

void dns_zones_delegate(struct dns_zones *zones)
{
    assert(!zones->finished);
    zones->delegates = true;
}

void dns_zones_finish(struct dns_zones *zones)
{
    assert(!zones->finished);
    add_names_between(zones);
    for (size_t i = 0; i < zones->n_nodes; i++) {
        struct dns_node *node = zones->nodes[i];
        dns_zones_join_sets(node);
        node->apex = dns_zones_find_apex(zones, node->owner);
        if (node->is_apex) set_negative(node);
        if (zones->delegates) node->cut = find_cut(zones, node);
    }
    for (size_t i = 0; i < zones->n_nodes; i++)
        if (zones->nodes[i]->cut == zones->nodes[i])
            zones->nodes[i]->referral = prepare_referral(zones, zones->nodes[i]);
    for (size_t i = 0; i < zones->n_nodes; i++)
        for (size_t k = 0; k < DNS_ANSWERS_PREPARED; k++)
            zones->nodes[i]->answers[k] =
                prepare(zones, zones->nodes[i], k + 1 < DNS_ANSWERS_PREPARED ? prepared_types[k] : (enum dns_type)0);
    zones->finished = true;
}

bool dns_zones_name(const struct dns_zones *zones, size_t n, struct dns_zones_name *out)
{
    assert(zones->finished);
    if (n >= zones->n_nodes) return false;
    const struct dns_node *node = zones->nodes[n];
    *out = (struct dns_zones_name){node->owner, node->apex->owner, node->rrs, node->n_rrs};
    return true;
}

bool dns_zones_delegates(const struct dns_zones *zones)
{
    return zones->delegates;
}

static size_t prepared_index(enum dns_type qtype)
{
    size_t i = 0;
    while (i + 1 < DNS_ANSWERS_PREPARED && prepared_types[i] != qtype)
        i++;
    return i;
}

/* The head alone is new; records stay where the zones have them. */
static struct dns_message *copy_head(const struct dns_message *head, const struct dns_message *query)
{
    struct dns_message *answer = mem_alloc(sizeof *answer);
    *answer = *head;
    answer->references = 1;
    answer->id = query->id;
    answer->qtype = query->qtype;
    answer->recursion_desired = query->recursion_desired;
    return answer;
}

static struct dns_message *answer_without_node(const struct dns_message *query, enum dns_rcode rcode,
                                               const struct dns_node *apex)
{
    size_t name_bytes = strlen(query->qname) + 1;
    struct dns_message *answer = mem_alloc(sizeof *answer + name_bytes);
    *answer = (struct dns_message){
        .references = 1,
        .id = query->id,
        .is_response = true,
        .authoritative = apex != NULL,
        .recursion_desired = query->recursion_desired,
        .rcode = rcode,
        .qname = memcpy(answer + 1, query->qname, name_bytes),
        .qtype = query->qtype,
        .n_authority = apex != NULL,
        .rrs = apex ? &apex->negative : NULL,
    };
    return answer;
}

static struct dns_message *refer(const struct dns_message *query, const struct dns_node *cut)
{
    struct dns_message *answer = answer_without_node(query, DNS_NOERROR, NULL);
    answer->n_authority = cut->referral.n_authority;
    answer->n_additional = cut->referral.n_additional;
    answer->rrs = cut->referral.rrs;
    return answer;
}

static struct dns_message *answer_of(const struct dns_zones *zones, const struct dns_message *query)
{
    assert(zones->finished && !query->is_response);
    if (query->has_edns && query->edns_version > 0) return answer_without_node(query, DNS_BADVERS, NULL);
    if ((int)query->qtype >= FIRST_QTYPE_WITHOUT_DATA) return answer_without_node(query, DNS_NOTIMP, NULL);
    const struct dns_node *node = dns_zones_find_nearest(zones, query->qname);
    if (!node) return answer_without_node(query, DNS_REFUSED, NULL);
    if (node->cut) return refer(query, node->cut);
    if (strcmp(node->owner, query->qname) != 0) return answer_without_node(query, DNS_NXDOMAIN, node->apex);
    return copy_head(&node->answers[prepared_index(query->qtype)], query);
}

struct dns_message *dns_zones_answer(const struct dns_zones *zones, const struct dns_message *query)
{
    struct dns_message *answer = answer_of(zones, query);
    dns_fit_datagram(answer, query);
    return answer;
}

struct dns_message *dns_zones_answer_stream(const struct dns_zones *zones, const struct dns_message *query)
{
    struct dns_message *answer = answer_of(zones, query);
    dns_fit_stream(answer, query);
    return answer;
}
