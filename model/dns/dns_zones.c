/* Authoritative data and the answers made from it: RFC 1034 4.3.2 (the algorithm), 3.6.2 (aliases), RFC 2308 3
   (negative answers carry the SOA), RFC 8020 (a name with names below it exists), RFC 2181 5 and 9 (sets of records,
   truncation). Every answer there can be, except for names that do not exist, is put together when the zones are
   finished; to answer is then to find it and to copy its head.

   Left out on purpose: wildcards (refused with a message), transfers, updates. */
#include "model/dns/dns_zones.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/dns/dns_fit.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { NEGATIVE_TTL_S = 300, ALIASES_MAX = 8, FIRST_QTYPE_WITHOUT_DATA = 252 };
/* No message holds more records, of 12 bytes at least (RFC 1035 4.1.3): an answer of that many says what it says with
   the truncated bit. Of additional records no more than this are prepared: names may all point to the same hosts. */
enum { MOST_RECORDS = 65535 / 12, MOST_ADDITIONAL = 128 };

/* The types an answer is prepared for; for any other the answer is that of the last row: no data. */
static const enum dns_type prepared_types[] = {DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_TXT, DNS_AAAA};
enum { PREPARED = sizeof prepared_types / sizeof *prepared_types + 1 };

struct node {
    char *owner;
    uint64_t hash;
    bool is_apex;
    struct dns_rr *rrs; /* names other than the owner are owned */
    size_t n_rrs, room;
    /* Once finished: */
    const struct node *apex; /* of the zone it lies in */
    const struct node *cut;  /* where that zone ends above it, or at it: others know more (RFC 1034 4.2.1); or NULL */
    struct dns_message referral; /* of a cut */
    struct dns_rr negative;      /* of an apex: the SOA as negative answers carry it */
    struct dns_message answers[PREPARED];
};

/* A record that is there, by what it says: one given twice is found without looking at all others of its set. */
struct said {
    uint64_t hash;
    struct node *node; /* NULL: free */
    size_t index;      /* among the node's */
};

struct dns_zones {
    struct node **nodes; /* in the order in which they came */
    size_t n_nodes, room;
    uint32_t *slots;          /* open addressing; index into nodes + 1, 0 is free */
    size_t n_slots;           /* a power of two */
    struct said *said;        /* open addressing */
    size_t n_said, said_room; /* a power of two */
    bool delegates, finished;
};

struct dns_zones *dns_zones_new(void)
{
    return mem_calloc(1, sizeof(struct dns_zones));
}

static void free_node(struct node *node)
{
    for (size_t i = 0; i < PREPARED; i++)
        if (node->apex && node->answers[i].rrs != &node->apex->negative) mem_free((void *)node->answers[i].rrs);
    mem_free((void *)node->referral.rrs);
    for (size_t i = 0; i < node->n_rrs; i++) {
        mem_free((void *)node->rrs[i].target);
        mem_free((void *)node->rrs[i].soa_rname);
    }
    mem_free(node->rrs);
    mem_free(node->owner);
}

void dns_zones_free(struct dns_zones *zones)
{
    if (!zones) return;
    for (size_t i = 0; i < zones->n_nodes; i++)
        free_node(zones->nodes[i]);
    for (size_t i = 0; i < zones->n_nodes; i++)
        mem_free(zones->nodes[i]);
    mem_free(zones->nodes);
    mem_free(zones->slots);
    mem_free(zones->said);
    mem_free(zones);
}

/* --- Names to nodes --- */

/* FNV-1a, 64 bits. */
static uint64_t hash_name(const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static struct node *find(const struct dns_zones *zones, const char *name)
{
    if (zones->n_slots == 0) return NULL;
    uint64_t hash = hash_name(name);
    for (size_t i = hash & (zones->n_slots - 1); zones->slots[i]; i = (i + 1) & (zones->n_slots - 1)) {
        struct node *node = zones->nodes[zones->slots[i] - 1];
        if (node->hash == hash && strcmp(node->owner, name) == 0) return node;
    }
    return NULL;
}

static void put_in_slot(struct dns_zones *zones, size_t index)
{
    size_t i = zones->nodes[index]->hash & (zones->n_slots - 1);
    while (zones->slots[i])
        i = (i + 1) & (zones->n_slots - 1);
    zones->slots[i] = (uint32_t)(index + 1);
}

static void grow(struct dns_zones *zones)
{
    zones->room = zones->room ? 2 * zones->room : 16;
    zones->nodes = mem_realloc(zones->nodes, zones->room * sizeof *zones->nodes);
    zones->n_slots = 2 * zones->room;
    mem_free(zones->slots);
    zones->slots = mem_calloc(zones->n_slots, sizeof *zones->slots);
    for (size_t i = 0; i < zones->n_nodes; i++)
        put_in_slot(zones, i);
}

/* "a.b.example" -> "b.example" -> "example" -> "" -> NULL */
static const char *parent_name(const char *name)
{
    if (!*name) return NULL;
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : "";
}

/* The name itself or the nearest above it that is known; NULL: none. */
static struct node *find_nearest(const struct dns_zones *zones, const char *name)
{
    struct node *node = NULL;
    for (; name && !node; name = parent_name(name))
        node = find(zones, name);
    return node;
}

static struct node *find_or_add(struct dns_zones *zones, const char *name)
{
    struct node *node = find(zones, name);
    if (node) return node;
    if (zones->n_nodes == zones->room) grow(zones);
    node = mem_calloc(1, sizeof *node);
    node->owner = mem_strdup(name);
    node->hash = hash_name(name);
    zones->nodes[zones->n_nodes] = node;
    put_in_slot(zones, zones->n_nodes++);
    return node;
}

/* The apex nearest above a name, itself included. */
static const struct node *find_apex(const struct dns_zones *zones, const char *name)
{
    for (; name; name = parent_name(name)) {
        const struct node *node = find(zones, name);
        if (node && node->is_apex) return node;
    }
    return NULL;
}

/* --- Records --- */

static const struct dns_rr *first_of(const struct node *node, enum dns_type type)
{
    for (size_t i = 0; i < node->n_rrs; i++)
        if (node->rrs[i].type == type) return &node->rrs[i];
    return NULL;
}

static bool same_name(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 29;
}

static uint64_t hash_record(const struct node *node, const struct dns_rr *rr)
{
    uint64_t hash = mix(node->hash, (uint64_t)rr->type << 16 | rr->preference);
    hash = mix(mix(mix(hash, rr->address), rr->address6.high), rr->address6.low);
    return rr->target ? mix(hash, hash_name(rr->target)) : hash;
}

static bool same_record(const struct dns_rr *a, const struct dns_rr *b)
{
    return a->type == b->type && a->preference == b->preference && a->address == b->address &&
           ip_equals(a->address6, b->address6) && same_name(a->target, b->target);
}

/* The record's place, or a free one. */
static struct said *find_said(const struct dns_zones *zones, const struct node *node, const struct dns_rr *rr,
                              uint64_t hash)
{
    size_t i = hash & (zones->said_room - 1);
    while (zones->said[i].node && (zones->said[i].hash != hash || zones->said[i].node != node ||
                                   !same_record(&node->rrs[zones->said[i].index], rr)))
        i = (i + 1) & (zones->said_room - 1);
    return &zones->said[i];
}

static void grow_said(struct dns_zones *zones)
{
    struct said *old = zones->said;
    size_t n = zones->said_room;
    zones->said_room = n ? 2 * n : 64;
    zones->said = mem_calloc(zones->said_room, sizeof *zones->said);
    for (size_t k = 0; k < n; k++) {
        size_t i = old[k].hash & (zones->said_room - 1);
        while (old[k].node && zones->said[i].node)
            i = (i + 1) & (zones->said_room - 1);
        if (old[k].node) zones->said[i] = old[k];
    }
    mem_free(old);
}

/* RFC 2181 5: a set holds a record once. Of its two TTLs the smaller stays. */
static bool is_said(struct dns_zones *zones, struct node *node, const struct dns_rr *rr)
{
    if (2 * zones->n_said >= zones->said_room) grow_said(zones);
    const struct said *said = find_said(zones, node, rr, hash_record(node, rr));
    if (!said->node) return false;
    struct dns_rr *old = &node->rrs[said->index];
    if (rr->ttl_s < old->ttl_s) old->ttl_s = rr->ttl_s;
    return true;
}

/* Of the record that was owned last. */
static void note_said(struct dns_zones *zones, struct node *node)
{
    const struct dns_rr *rr = &node->rrs[node->n_rrs - 1];
    uint64_t hash = hash_record(node, rr);
    *find_said(zones, node, rr, hash) = (struct said){hash, node, node->n_rrs - 1};
    zones->n_said++;
}

/* RFC 2181 5.2: all of a set have one TTL; here, the smallest. */
static void join_sets(struct node *node)
{
    uint32_t least_s[DNS_AAAA + 1];
    memset(least_s, 0xff, sizeof least_s);
    for (size_t i = 0; i < node->n_rrs; i++)
        if (node->rrs[i].ttl_s < least_s[node->rrs[i].type]) least_s[node->rrs[i].type] = node->rrs[i].ttl_s;
    for (size_t i = 0; i < node->n_rrs; i++)
        node->rrs[i].ttl_s = least_s[node->rrs[i].type];
}

static void own_record(struct node *node, struct dns_rr rr)
{
    if (node->n_rrs == node->room) {
        node->room = node->room ? 2 * node->room : 4;
        node->rrs = mem_realloc(node->rrs, node->room * sizeof *node->rrs);
    }
    rr.name = node->owner;
    rr.target = rr.target ? mem_strdup(rr.target) : NULL;
    rr.soa_rname = rr.soa_rname ? mem_strdup(rr.soa_rname) : NULL;
    node->rrs[node->n_rrs++] = rr;
}

static void replace_soa(struct node *node, struct dns_rr soa)
{
    own_record(node, soa);
    struct dns_rr *old = (struct dns_rr *)first_of(node, DNS_SOA), *new = &node->rrs[node->n_rrs - 1];
    if (old == new) return;
    mem_free((void *)old->target);
    mem_free((void *)old->soa_rname);
    *old = *new;
    node->n_rrs--;
}

static void default_soa(struct node *node)
{
    char mname[DNS_NAME_BYTES + 16], rname[DNS_NAME_BYTES + 16], checked[DNS_NAME_BYTES];
    snprintf(mname, sizeof mname, "ns.%s", node->owner);
    snprintf(rname, sizeof rname, "hostmaster.%s", node->owner);
    struct dns_rr soa = {
        .type = DNS_SOA,
        .ttl_s = DNS_LINE_TTL_S,
        .target = dns_name_normalize(mname, checked) ? mname : node->owner,
        .soa_rname = dns_name_normalize(rname, checked) ? rname : node->owner,
        .soa_serial = 1,
        .soa_refresh = 86400,
        .soa_retry = 7200,
        .soa_expire = 3600000,
        .soa_minimum = NEGATIVE_TTL_S,
    };
    if (node->owner[0] == '\0') soa.target = "ns", soa.soa_rname = "hostmaster";
    own_record(node, soa);
}

void dns_zones_add_zone(struct dns_zones *zones, const char *apex)
{
    assert(!zones->finished);
    char name[DNS_NAME_BYTES];
    bool is_name = dns_name_normalize(apex, name);
    assert(is_name);
    (void)is_name;
    struct node *node = find_or_add(zones, name);
    if (node->is_apex) return;
    node->is_apex = true;
    default_soa(node);
}

/* What is wrong with a record, or NULL when it was added. Its names are in their usual form. */
static const char *add_record(struct dns_zones *zones, struct dns_rr rr)
{
    if (strchr(rr.name, '*')) return tr("is a wildcard, which the name servers here do not know");
    if (!find_apex(zones, rr.name)) return tr("has an owner outside the zone");
    struct node *node = find(zones, rr.name);
    if (rr.type == DNS_SOA) {
        if (!node || !node->is_apex) return tr("is an SOA record, but its owner is not the name of the zone");
        replace_soa(node, rr);
        return NULL;
    }
    node = find_or_add(zones, rr.name);
    if (is_said(zones, node, &rr)) return NULL;
    bool has_alias = node->n_rrs > 0 && node->rrs[0].type == DNS_CNAME; /* it stands alone */
    if (has_alias || (rr.type == DNS_CNAME && node->n_rrs > 0))
        return tr("gives an alias (CNAME) and other records to one name");
    own_record(node, rr);
    note_said(zones, node);
    return NULL;
}

static bool normalize_names(struct dns_rr *rr, char names[3][DNS_NAME_BYTES])
{
    const char **all[] = {&rr->name, &rr->target, &rr->soa_rname};
    for (size_t i = 0; i < 3; i++) {
        if (!*all[i] || (i == 1 && rr->type == DNS_TXT)) continue;
        if (!dns_name_normalize(*all[i], names[i])) return false;
        *all[i] = names[i];
    }
    return rr->name != NULL;
}

static bool is_complete(const struct dns_rr *rr)
{
    switch (rr->type) {
    case DNS_A:
    case DNS_AAAA:
        return !rr->target;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_MX:
    case DNS_TXT:
        return rr->target != NULL;
    case DNS_SOA:
        return rr->target && rr->soa_rname;
    }
    return false;
}

bool dns_zones_add(struct dns_zones *zones, const struct dns_rr *rr)
{
    assert(!zones->finished);
    char names[3][DNS_NAME_BYTES];
    struct dns_rr record = *rr;
    return is_complete(rr) && normalize_names(&record, names) && add_record(zones, record) == NULL;
}

bool dns_zones_add_line(struct dns_zones *zones, struct dns_lines *lines, const char *line, char *error,
                        size_t error_size)
{
    assert(!zones->finished);
    struct dns_rr_line parsed;
    char names[3][DNS_NAME_BYTES];
    enum dns_line what = dns_lines_read(lines, line, &parsed, error, error_size);
    if (what != DNS_LINE_RECORD) return what == DNS_LINE_NOTHING;
    const char *problem =
        normalize_names(&parsed.rr, names) ? add_record(zones, parsed.rr) : tr("holds a name that no host can have");
    if (problem) snprintf(error, error_size, "%s", problem);
    return problem == NULL;
}

/* --- Answers --- */

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

static void append_set(struct draft *draft, const struct node *node, enum dns_type type, uint16_t *count)
{
    for (size_t i = 0; i < node->n_rrs && draft->n < MOST_RECORDS; i++) {
        if (node->rrs[i].type != type) continue;
        append(draft, node->rrs[i]);
        ++*count;
    }
}

static void append_soa(struct draft *draft, const struct node *apex)
{
    append(draft, apex->negative);
    draft->head.n_authority = 1;
}

/* RFC 1034 4.3.2 step 3a: the records, or the alias and then what it stands for. */
static void draft_answer(const struct dns_zones *zones, struct draft *draft, const struct node *node)
{
    enum dns_type qtype = draft->head.qtype;
    for (unsigned aliases = 0; aliases <= ALIASES_MAX; aliases++) {
        const struct dns_rr *alias = qtype == DNS_CNAME ? NULL : first_of(node, DNS_CNAME);
        if (!alias) {
            uint16_t before = draft->head.n_answer;
            append_set(draft, node, qtype, &draft->head.n_answer);
            if (draft->head.n_answer == before) append_soa(draft, node->apex);
            return;
        }
        append(draft, *alias);
        draft->head.n_answer++;
        node = find_nearest(zones, alias->target);
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
        const struct node *host = rr->type == DNS_MX || rr->type == DNS_NS ? find(zones, rr->target) : NULL;
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

static struct dns_message prepare(const struct dns_zones *zones, const struct node *node, enum dns_type qtype)
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
static struct dns_message prepare_referral(const struct dns_zones *zones, const struct node *node)
{
    struct draft draft = {.head = {.is_response = true, .qname = node->owner, .qtype = DNS_NS}};
    append_set(&draft, node, DNS_NS, &draft.head.n_authority);
    append_addresses(zones, &draft, true);
    draft.head.rrs = draft.rrs;
    return draft.head;
}

/* The cut nearest to the name of the zone: what lies below it is not the zone's to say. */
static const struct node *find_cut(const struct dns_zones *zones, const struct node *node)
{
    const struct node *cut = NULL;
    for (; !node->is_apex; node = find(zones, parent_name(node->owner)))
        if (first_of(node, DNS_NS)) cut = node;
    return cut;
}

/* RFC 2308 3: the TTL of the SOA in a negative answer is the smaller of its own and its MINIMUM. */
static void set_negative(struct node *apex)
{
    apex->negative = *first_of(apex, DNS_SOA);
    if (apex->negative.soa_minimum < apex->negative.ttl_s) apex->negative.ttl_s = apex->negative.soa_minimum;
}

/* RFC 8020 2: between a name and its zone there is no name that does not exist. */
static void add_names_between(struct dns_zones *zones)
{
    for (size_t i = 0; i < zones->n_nodes; i++) { /* those added are looked at as well */
        const struct node *node = zones->nodes[i];
        if (!node->is_apex) find_or_add(zones, parent_name(node->owner));
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
        struct node *node = zones->nodes[i];
        join_sets(node);
        node->apex = find_apex(zones, node->owner);
        if (node->is_apex) set_negative(node);
        if (zones->delegates) node->cut = find_cut(zones, node);
    }
    for (size_t i = 0; i < zones->n_nodes; i++)
        if (zones->nodes[i]->cut == zones->nodes[i])
            zones->nodes[i]->referral = prepare_referral(zones, zones->nodes[i]);
    for (size_t i = 0; i < zones->n_nodes; i++)
        for (size_t k = 0; k < PREPARED; k++)
            zones->nodes[i]->answers[k] =
                prepare(zones, zones->nodes[i], k + 1 < PREPARED ? prepared_types[k] : (enum dns_type)0);
    zones->finished = true;
}

bool dns_zones_name(const struct dns_zones *zones, size_t n, struct dns_zones_name *out)
{
    assert(zones->finished);
    if (n >= zones->n_nodes) return false;
    const struct node *node = zones->nodes[n];
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
    while (i + 1 < PREPARED && prepared_types[i] != qtype)
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
                                               const struct node *apex)
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

static struct dns_message *refer(const struct dns_message *query, const struct node *cut)
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
    const struct node *node = find_nearest(zones, query->qname);
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
