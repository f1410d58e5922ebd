/* Authoritative data: RFC 2181 5 (sets of records). Left out on purpose: wildcards (refused with a message), transfers,
   updates. */
#include "model/dns/dns_zones.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "model/dns/dns_zones_internal.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { NEGATIVE_TTL_S = 300 };

struct dns_zones *dns_zones_new(void)
{
    return mem_calloc(1, sizeof(struct dns_zones));
}

static void free_node(struct dns_node *node)
{
    for (size_t i = 0; i < DNS_ANSWERS_PREPARED; i++)
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

struct dns_node *dns_zones_find(const struct dns_zones *zones, const char *name)
{
    if (zones->n_slots == 0) return NULL;
    uint64_t hash = hash_name(name);
    for (size_t i = hash & (zones->n_slots - 1); zones->slots[i]; i = (i + 1) & (zones->n_slots - 1)) {
        struct dns_node *node = zones->nodes[zones->slots[i] - 1];
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
const char *dns_zones_parent_name(const char *name)
{
    if (!*name) return NULL;
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : "";
}

/* The name itself or the nearest above it that is known; NULL: none. */
struct dns_node *dns_zones_find_nearest(const struct dns_zones *zones, const char *name)
{
    struct dns_node *node = NULL;
    for (; name && !node; name = dns_zones_parent_name(name))
        node = dns_zones_find(zones, name);
    return node;
}

struct dns_node *dns_zones_find_or_add(struct dns_zones *zones, const char *name)
{
    struct dns_node *node = dns_zones_find(zones, name);
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
const struct dns_node *dns_zones_find_apex(const struct dns_zones *zones, const char *name)
{
    for (; name; name = dns_zones_parent_name(name)) {
        const struct dns_node *node = dns_zones_find(zones, name);
        if (node && node->is_apex) return node;
    }
    return NULL;
}

/* --- Records --- */

const struct dns_rr *dns_zones_first_of(const struct dns_node *node, enum dns_type type)
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

static uint64_t hash_record(const struct dns_node *node, const struct dns_rr *rr)
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
static struct said *find_said(const struct dns_zones *zones, const struct dns_node *node, const struct dns_rr *rr,
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
static bool is_said(struct dns_zones *zones, struct dns_node *node, const struct dns_rr *rr)
{
    if (2 * zones->n_said >= zones->said_room) grow_said(zones);
    const struct said *said = find_said(zones, node, rr, hash_record(node, rr));
    if (!said->node) return false;
    struct dns_rr *old = &node->rrs[said->index];
    if (rr->ttl_s < old->ttl_s) old->ttl_s = rr->ttl_s;
    return true;
}

/* Of the record that was owned last. */
static void note_said(struct dns_zones *zones, struct dns_node *node)
{
    const struct dns_rr *rr = &node->rrs[node->n_rrs - 1];
    uint64_t hash = hash_record(node, rr);
    *find_said(zones, node, rr, hash) = (struct said){hash, node, node->n_rrs - 1};
    zones->n_said++;
}

/* RFC 2181 5.2: all of a set have one TTL; here, the smallest. */
void dns_zones_join_sets(struct dns_node *node)
{
    uint32_t least_s[DNS_AAAA + 1];
    memset(least_s, 0xff, sizeof least_s);
    for (size_t i = 0; i < node->n_rrs; i++)
        if (node->rrs[i].ttl_s < least_s[node->rrs[i].type]) least_s[node->rrs[i].type] = node->rrs[i].ttl_s;
    for (size_t i = 0; i < node->n_rrs; i++)
        node->rrs[i].ttl_s = least_s[node->rrs[i].type];
}

static void own_record(struct dns_node *node, struct dns_rr rr)
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

static void replace_soa(struct dns_node *node, struct dns_rr soa)
{
    own_record(node, soa);
    struct dns_rr *old = (struct dns_rr *)dns_zones_first_of(node, DNS_SOA), *new = &node->rrs[node->n_rrs - 1];
    if (old == new) return;
    mem_free((void *)old->target);
    mem_free((void *)old->soa_rname);
    *old = *new;
    node->n_rrs--;
}

static void default_soa(struct dns_node *node)
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
    struct dns_node *node = dns_zones_find_or_add(zones, name);
    if (node->is_apex) return;
    node->is_apex = true;
    default_soa(node);
}

/* What is wrong with a record, or NULL when it was added. Its names are in their usual form. */
static const char *add_record(struct dns_zones *zones, struct dns_rr rr)
{
    if (strchr(rr.name, '*')) return tr("is a wildcard, which the name servers here do not know");
    if (!dns_zones_find_apex(zones, rr.name)) return tr("has an owner outside the zone");
    struct dns_node *node = dns_zones_find(zones, rr.name);
    if (rr.type == DNS_SOA) {
        if (!node || !node->is_apex) return tr("is an SOA record, but its owner is not the name of the zone");
        replace_soa(node, rr);
        return NULL;
    }
    node = dns_zones_find_or_add(zones, rr.name);
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
