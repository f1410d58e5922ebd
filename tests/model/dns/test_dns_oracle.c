/* Law D8: what a name server answers is what a naive look-up over the same records says, in a few thousand zones drawn
   at random. The look-up here is written from RFC 1034 4.3.2 alone, over a plain list, and shares no code with the
   server. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/dns/dns_zones.h"

enum { RECORDS = 24, WORLDS = 3000, QUERIES = 40 };

struct world {
    struct dns_rr records[RECORDS]; /* those that the server took */
    char owners[RECORDS][64], targets[RECORDS][64];
    size_t n;
    uint64_t state;
};

static uint32_t below(struct world *w, uint32_t n)
{
    w->state = w->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(w->state >> 33) % n;
}

/* A name of few labels, in the zones more often than not. */
static void any_name(struct world *w, char out[64])
{
    static const char *const ends[] = {"b.example", "b.example", "s.b.example", "c.example", "example", "test"};
    const char *end = ends[below(w, 6)];
    static const char *const labels[] = {"", "", "a.", "m.", "s.", "a.m.", "x.s.", "ns."};
    snprintf(out, 64, "%s%s", labels[below(w, 8)], end);
}

static struct dns_zones *make(struct world *w)
{
    static const enum dns_type types[] = {DNS_A, DNS_A, DNS_MX, DNS_NS, DNS_CNAME, DNS_AAAA};
    struct dns_zones *zones = dns_zones_new();
    dns_zones_add_zone(zones, "b.example");
    dns_zones_add_zone(zones, "c.example");
    for (size_t i = 0; i < RECORDS; i++) {
        struct dns_rr *rr = &w->records[w->n];
        any_name(w, w->owners[w->n]);
        any_name(w, w->targets[w->n]);
        *rr = (struct dns_rr){.name = w->owners[w->n], .type = types[below(w, 6)], .ttl_s = 300};
        if (rr->type == DNS_A) rr->address = below(w, 100) + 1;
        if (rr->type == DNS_AAAA) rr->address6 = (struct ip_address){1, below(w, 100) + 1};
        if (rr->type == DNS_MX || rr->type == DNS_NS || rr->type == DNS_CNAME) rr->target = w->targets[w->n];
        if (rr->type == DNS_MX) rr->preference = (uint16_t)below(w, 3);
        if (dns_zones_add(zones, rr)) w->n++;
    }
    dns_zones_delegate(zones);
    dns_zones_finish(zones);
    return zones;
}

/* --- the naive look-up --- */

static bool lies_in(const char *name, const char *top)
{
    size_t a = strlen(name), b = strlen(top);
    return a >= b && strcmp(name + a - b, top) == 0 && (a == b || name[a - b - 1] == '.');
}

static const char *zone_of(const char *name)
{
    return lies_in(name, "b.example") ? "b.example" : lies_in(name, "c.example") ? "c.example" : NULL;
}

static bool is_apex(const char *name)
{
    return strcmp(name, "b.example") == 0 || strcmp(name, "c.example") == 0;
}

static bool has(const struct world *w, const char *name, enum dns_type type)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->records[i].type == type && strcmp(w->records[i].name, name) == 0) return true;
    return false;
}

/* The highest name with NS records between the zone's name and this one. */
static const char *cut_of(const struct world *w, const char *name)
{
    const char *cut = NULL;
    for (const char *at = name; at && !is_apex(at); at = strchr(at, '.') ? strchr(at, '.') + 1 : NULL)
        if (has(w, at, DNS_NS)) cut = at;
    return cut;
}

static bool exists(const struct world *w, const char *name)
{
    if (is_apex(name)) return true;
    for (size_t i = 0; i < w->n; i++)
        if (lies_in(w->records[i].name, name)) return true;
    return false;
}

struct expected {
    enum dns_rcode rcode;
    bool authoritative, negative;
    size_t n_answer;
    const struct dns_rr *answer[2 * RECORDS];
    const char *referral; /* the zone that others serve */
};

static size_t add_set(const struct world *w, struct expected *e, const char *name, enum dns_type type)
{
    size_t before = e->n_answer;
    for (size_t i = 0; i < w->n; i++)
        if (w->records[i].type == type && strcmp(w->records[i].name, name) == 0)
            e->answer[e->n_answer++] = &w->records[i];
    return e->n_answer - before;
}

static struct expected look_up(const struct world *w, const char *qname, enum dns_type qtype)
{
    struct expected e = {.authoritative = true};
    const char *name = qname;
    if (!zone_of(name)) return (struct expected){.rcode = DNS_REFUSED};
    if (cut_of(w, name)) return (struct expected){.referral = cut_of(w, name)};
    for (int aliases = 0; aliases <= 8; aliases++) {
        if (qtype != DNS_CNAME && has(w, name, DNS_CNAME)) {
            add_set(w, &e, name, DNS_CNAME);
            name = e.answer[e.n_answer - 1]->target;
            if (!zone_of(name) || cut_of(w, name)) return e; /* the asker goes on */
            continue;
        }
        e.negative = add_set(w, &e, name, qtype) == 0;
        if (!exists(w, name)) e.rcode = DNS_NXDOMAIN;
        return e;
    }
    return (struct expected){.rcode = DNS_SERVFAIL, .authoritative = true};
}

/* --- the comparison --- */

static bool same(const struct dns_rr *a, const struct dns_rr *b)
{
    return a->type == b->type && strcmp(a->name, b->name) == 0 && a->preference == b->preference &&
           a->address == b->address && ip_equals(a->address6, b->address6) && !a->target == !b->target &&
           (!a->target || strcmp(a->target, b->target) == 0);
}

/* Records that were added twice are one. */
static size_t count_different(const struct expected *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->n_answer; i++) {
        bool is_new = true;
        for (size_t k = 0; k < i; k++)
            is_new &= !same(e->answer[i], e->answer[k]);
        n += is_new;
    }
    return n;
}

static void compare(const struct world *w, const struct dns_zones *zones, const char *qname, enum dns_type qtype)
{
    struct dns_message query = {.references = 1, .id = 1, .qname = qname, .qtype = qtype};
    struct dns_message *answer = dns_zones_answer_stream(zones, &query);
    struct expected e = look_up(w, qname, qtype);
    cr_assert_eq(answer->rcode, e.rcode, "%s %d: %s", qname, qtype, dns_rcode_text(answer->rcode));
    cr_assert_eq(answer->authoritative, e.authoritative, "%s %d", qname, qtype);
    cr_assert_eq(answer->n_answer, count_different(&e), "%s %d: %d records", qname, qtype, answer->n_answer);
    for (uint16_t i = 0; i < answer->n_answer; i++) {
        bool is_there = false;
        for (size_t k = 0; k < e.n_answer; k++)
            is_there |= same(&answer->rrs[i], e.answer[k]);
        cr_assert(is_there, "%s %d: a record that is not expected", qname, qtype);
    }
    const struct dns_rr *authority = answer->n_authority ? &answer->rrs[answer->n_answer] : NULL;
    if (e.referral)
        cr_assert(authority && authority->type == DNS_NS && strcmp(authority->name, e.referral) == 0);
    else
        cr_assert_eq(answer->n_authority, e.negative, "%s %d", qname, qtype);
    if (e.negative) cr_assert_eq(authority->type, DNS_SOA);
    dns_message_drop(answer);
}

Test(dns_oracle, the_server_answers_as_a_naive_look_up_does)
{
    static const enum dns_type qtypes[] = {DNS_A, DNS_MX, DNS_NS, DNS_CNAME, DNS_AAAA, DNS_TXT};
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        struct world w = {.state = seed * UINT64_C(0x9e3779b97f4a7c15)};
        struct dns_zones *zones = make(&w);
        for (int i = 0; i < QUERIES; i++) {
            char qname[64];
            any_name(&w, qname);
            compare(&w, zones, qname, qtypes[below(&w, 6)]);
        }
        dns_zones_free(zones);
    }
}
