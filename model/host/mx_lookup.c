/* MX look-up: RFC 5321 5.1 with RFC 7505, over the host's resolver. All addresses are known before the first of them is
   tried, as Postfix (smtp_addr.c) and Exim (host.c) do it. Of the places' addresses those of a host alternate between
   IPv6 and IPv4 unless the server says otherwise; "any" is Postfix's own default, smtp_address_preference = any, which
   shuffles the addresses of all hosts of one preference. */
#include "model/host/mx_lookup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/host/address_lookup.h"
#include "model/host/outbound_tls.h"
#include "model/host/resolver.h"
#include "model/host/sts_lookup.h"
#include "model/host/wake.h"
#include "model/mail/mx.h"
#include "sim/journal/memory.h"

struct draft_place {
    struct mx_place place;
    uint64_t order; /* among those of equal preference */
};

struct mx_lookup {
    struct host *host;
    char *domain;
    uint64_t draw_key;
    mx_lookup_fn done;
    void *context;
    struct resolver_question *question; /* open one, or NULL */
    struct address_lookup *lookup;      /* likewise */
    struct sts_lookup *sts;             /* likewise */
    struct sts_policy *policy;          /* that is to be kept to, or NULL */
    struct wake wake;                   /* of an address literal, which needs no question */
    struct mx_list list;
    size_t asked; /* hosts whose addresses were asked for */
    bool had_no_answer, met_alias;
    struct draft_place *places;
    size_t n_places, room;
    struct mx_route route;
};

/* --- the end --- */

static void lookup_free(struct mx_lookup *lookup)
{
    sts_lookup_forget(lookup->sts);
    mem_free(lookup->policy);
    wake_forget(&lookup->wake);
    mx_list_free(&lookup->list);
    mem_free(lookup->places);
    mem_free(lookup->domain);
    mem_free(lookup);
}

void mx_lookup_forget(struct mx_lookup *lookup)
{
    if (lookup->question) resolver_forget(lookup->host->resolver, lookup->question);
    if (lookup->lookup) address_lookup_forget(lookup->lookup);
    lookup_free(lookup);
}

/* The reason is what stands before and after the domain. */
static void finish(struct mx_lookup *lookup, enum mx_route_outcome outcome, const char *before, const char *after)
{
    lookup->route.outcome = outcome;
    snprintf(lookup->route.reason, sizeof lookup->route.reason, "%s%.200s%s", before, lookup->domain, after);
    lookup->done(lookup->context, &lookup->route);
    lookup_free(lookup);
}

static int compare_places(const void *a, const void *b)
{
    const struct draft_place *x = a, *y = b;
    if (x->place.preference != y->place.preference) return x->place.preference < y->place.preference ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

/* RFC 8461 4.1: what the policy does not name is not tried. */
static void leave_out_unnamed(struct mx_lookup *lookup)
{
    size_t n = 0;
    for (size_t i = 0; i < lookup->n_places; i++)
        if (sts_policy_names(lookup->policy, lookup->places[i].place.host)) lookup->places[n++] = lookup->places[i];
    lookup->n_places = n;
}

/* In the order in which they are to be tried. */
static void tell_places(const struct mx_lookup *lookup)
{
    struct journal *journal = lookup->host->world->journal;
    char text[MX_ADDRESSES_MOST * 320], address[IP_TEXT_BYTES];
    size_t used = 0;
    if (!journal_wants(journal, EVENT_MAIL_ROUTE)) return;
    text[0] = '\0'; /* the rest of it is large, and not to be cleared for each mail */
    for (size_t i = 0; i < lookup->route.n && used < sizeof text; i++) {
        const struct mx_place *place = &lookup->route.places[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%u %s %s", i ? ", " : "", place->preference,
                                 place->host, ip_text(place->address, address));
    }
    const char *why = lookup->domain[0] == '[' ? "address literal" : lookup->list.implicit ? "no mx" : "mx";
    journal_set_cause(journal, JOURNAL_EMIT(journal, MAIL_ROUTE, F_INT(HOST, lookup->host->id.n),
                                            F_TEXT(NAME, lookup->domain), F_TEXT(TEXT, text), F_TEXT(WHY, why)));
}

static void finish_with_places(struct mx_lookup *lookup)
{
    if (lookup->policy) leave_out_unnamed(lookup);
    if (lookup->n_places == 0) {
        finish(lookup, MX_ROUTE_LATER, "451 4.7.5 no host of ", " is one that its MTA-STS policy names");
        return;
    }
    struct mx_place *places = mem_calloc(lookup->n_places, sizeof *places);
    qsort(lookup->places, lookup->n_places, sizeof *lookup->places, compare_places);
    for (size_t i = 0; i < lookup->n_places; i++)
        places[i] = lookup->places[i].place;
    lookup->route.places = places;
    lookup->route.n = lookup->n_places;
    lookup->route.tls = lookup->policy ? ROUTE_TLS_VERIFIED : outbound_tls_of(lookup->host);
    tell_places(lookup);
    finish(lookup, MX_ROUTE_FOUND, "", "");
    mem_free(places);
}

/* Named, since it may be the name that is misspelt. */
static void finish_without_addresses(struct mx_lookup *lookup)
{
    char after[256] = " has an address";
    if (!lookup->list.implicit && lookup->list.n > 0)
        snprintf(after, sizeof after, " has an address: %.200s%s", lookup->list.hosts[0].name,
                 lookup->list.n > 1 ? ", ..." : "");
    finish(lookup, MX_ROUTE_NEVER, "550 5.4.4 no host for ", after);
}

/* RFC 5321 5.1: hosts without addresses are an error as a domain without hosts is, if that is all there is; while some
   host's addresses are only not known now, it is none. */
static void finish_after_hosts(struct mx_lookup *lookup)
{
    if (lookup->n_places > 0)
        finish_with_places(lookup);
    else if (lookup->list.only_self)
        finish(lookup, MX_ROUTE_NEVER, "554 5.4.6 mail for ", " loops back to this host");
    else if (lookup->had_no_answer)
        finish(lookup, MX_ROUTE_LATER, "451 4.4.3 no answer about the addresses of the hosts of ", "");
    else if (lookup->met_alias)
        finish(lookup, MX_ROUTE_NEVER, "550 5.4.4 the hosts of ", " are aliases (RFC 2181 10.3)");
    else
        finish_without_addresses(lookup);
}

/* --- places --- */

static uint64_t draw_shuffle(void *context, const char *name)
{
    const struct mx_lookup *lookup = context;
    uint64_t which = random_hash_mix(random_hash_text("mx order"), random_hash_text(lookup->domain));
    return random_draw(lookup->host->world->seed, lookup->host->name_hash,
                       random_hash_mix(which, random_hash_text(name)), lookup->draw_key);
}

static void add_place(struct mx_lookup *lookup, const char *host, uint16_t preference, struct ip_address address)
{
    if (lookup->n_places == MX_ADDRESSES_MOST) return;
    if (lookup->n_places == lookup->room) {
        lookup->room = lookup->room ? 2 * lookup->room : 4;
        lookup->places = mem_realloc(lookup->places, lookup->room * sizeof *lookup->places);
    }
    struct draft_place place = {{host, preference, address}, lookup->n_places};
    if (lookup->host->description->mail_server.address_order == ADDRESSES_ANY) {
        char text[IP_TEXT_BYTES];
        place.order = draw_shuffle(lookup, ip_text(address, text));
    }
    lookup->places[lookup->n_places++] = place;
}

/* The k-th address of a host in the order that the server wants; they come with IPv6 first. */
static struct ip_address kth(const struct ip_address *addresses, size_t n, enum address_order order, size_t k)
{
    size_t n6 = 0;
    while (n6 < n && !ip_is_v4(addresses[n6]))
        n6++;
    size_t n4 = n - n6, pairs = n6 < n4 ? n6 : n4;
    switch (order) {
    case ADDRESSES_V4_FIRST:
        return addresses[k < n4 ? n6 + k : k - n4];
    case ADDRESSES_ALTERNATE:
        if (k < 2 * pairs) return addresses[k % 2 == 0 ? k / 2 : n6 + k / 2];
        return n6 > n4 ? addresses[k - pairs] : addresses[n6 + k - pairs];
    case ADDRESSES_V6_FIRST:
    case ADDRESSES_ANY:
        break;
    }
    return addresses[k];
}

static bool is_own(const struct host *host, struct ip_address address)
{
    return ip_equals(address, host->address) || (!ip_is_none(host->address6) && ip_equals(address, host->address6));
}

static bool holds_own(const struct host *host, const struct ip_address *addresses, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (is_own(host, addresses[i])) return true;
    return false;
}

/* 5.1: we are in the list under another name. Whom we know of that is no better than this host goes. */
static void leave_out_from(struct mx_lookup *lookup, uint16_t preference)
{
    size_t kept = 0;
    for (size_t i = 0; i < lookup->n_places; i++)
        if (lookup->places[i].place.preference < preference) lookup->places[kept++] = lookup->places[i];
    lookup->n_places = kept;
    mx_list_leave_out_from(&lookup->list, preference);
}

static void ask_next_host(struct mx_lookup *lookup);

static void on_addresses(void *context, enum dns_outcome outcome, const struct ip_address *addresses, size_t n)
{
    struct mx_lookup *lookup = context;
    const struct scenario_mail_server *server = &lookup->host->description->mail_server;
    const struct mx_host *host = &lookup->list.hosts[lookup->asked - 1];
    bool refused = n > 0 && server->refuses_mx_aliases && address_lookup_met_alias(lookup->lookup);
    lookup->lookup = NULL;
    lookup->had_no_answer |= outcome == DNS_TEMPORARY_ERROR;
    lookup->met_alias |= refused;
    if (!refused && holds_own(lookup->host, addresses, n))
        leave_out_from(lookup, host->preference);
    else if (!refused)
        for (size_t k = 0; k < n; k++)
            add_place(lookup, host->name, host->preference, kth(addresses, n, server->address_order, k));
    ask_next_host(lookup);
}

static void ask_next_host(struct mx_lookup *lookup)
{
    bool enough = lookup->n_places >= MX_ADDRESSES_MOST || lookup->asked >= MX_HOSTS_MOST;
    if (enough || lookup->asked >= lookup->list.n) {
        finish_after_hosts(lookup);
        return;
    }
    const char *name = lookup->list.hosts[lookup->asked++].name;
    lookup->lookup = address_lookup_start(lookup->host, name, on_addresses, lookup);
}

/* --- MX records --- */

/* RFC 1035 4.1.1: a name server that answers SERVFAIL or REFUSED is there; one that is silent may not be. */
static void finish_without_mx(struct mx_lookup *lookup, const struct dns_message *answer)
{
    char before[64];
    snprintf(before, sizeof before, "451 4.4.3 %s from the name server about ",
             answer && answer->rcode ? dns_rcode_text(answer->rcode) : "no answer");
    finish(lookup, MX_ROUTE_LATER, before, "");
}

static void on_mx(void *context, enum dns_outcome outcome, const struct dns_message *answer)
{
    struct mx_lookup *lookup = context;
    lookup->question = NULL;
    switch (outcome) {
    case DNS_FOUND:
        mx_list_from_answer(&lookup->list, answer, lookup->host->description->name, draw_shuffle, lookup);
        break;
    case DNS_NO_DATA:
        mx_list_implicit(&lookup->list, lookup->domain, answer);
        break;
    case DNS_NO_NAME:
        finish(lookup, MX_ROUTE_NEVER, "550 5.1.2 no such domain: ", "");
        return;
    case DNS_TEMPORARY_ERROR:
        finish_without_mx(lookup, answer);
        return;
    }
    if (lookup->list.null_mx)
        finish(lookup, MX_ROUTE_NEVER, "556 5.1.10 ", " takes no mail (null MX)");
    else
        ask_next_host(lookup);
}

/* RFC 5321 4.1.3: "[192.0.2.1]" and "[IPv6:2001:db8::1]" name a host by its address; DNS is not asked. */
static bool parse_literal(const char *domain, struct ip_address *address)
{
    char text[IP_TEXT_BYTES];
    size_t length = strlen(domain);
    bool v6 = strncmp(domain, "[IPv6:", 6) == 0;
    size_t skip = v6 ? 6 : 1;
    if (length < skip + 2 || domain[length - 1] != ']' || length - skip - 1 >= sizeof text) return false;
    memcpy(text, domain + skip, length - skip - 1);
    text[length - skip - 1] = '\0';
    return ip_parse(text, address) && ip_is_v4(*address) != v6;
}

static void on_literal(void *context)
{
    struct mx_lookup *lookup = context;
    struct ip_address address;
    if (!parse_literal(lookup->domain, &address) || ip_is_no_host(address))
        finish(lookup, MX_ROUTE_NEVER, "550 5.1.3 ", " is no address that a host can have");
    else if (is_own(lookup->host, address))
        finish(lookup, MX_ROUTE_NEVER, "554 5.4.6 mail for ", " loops back to this host");
    else {
        add_place(lookup, lookup->domain, 0, address);
        finish_with_places(lookup);
    }
}

/* Only a policy in the mode "enforce" demands anything; "testing" asks for reports, which nobody here writes. */
static void on_policy(void *context, const struct sts_policy *policy)
{
    struct mx_lookup *lookup = context;
    lookup->sts = NULL;
    if (policy && policy->mode == STS_ENFORCE) {
        lookup->policy = mem_alloc(sizeof *lookup->policy);
        *lookup->policy = *policy;
    }
    lookup->question = resolver_ask(lookup->host->resolver, lookup->domain, DNS_MX, on_mx, lookup);
}

struct mx_lookup *mx_lookup_start(struct host *host, const char *domain, uint64_t draw_key, mx_lookup_fn done,
                                  void *context)
{
    struct mx_lookup *lookup = mem_calloc(1, sizeof *lookup);
    lookup->host = host;
    lookup->domain = mem_strdup(domain);
    lookup->draw_key = draw_key;
    lookup->done = done;
    lookup->context = context;
    wake_init(&lookup->wake, host, "address literal", on_literal, lookup);
    if (domain[0] == '[')
        wake_set(&lookup->wake, host->world->engine->now_ns);
    else if (host->description->mail_server.tls.outbound == OUTBOUND_MTA_STS)
        lookup->sts = sts_lookup_start(host, domain, on_policy, lookup);
    else
        lookup->question = resolver_ask(host->resolver, domain, DNS_MX, on_mx, lookup);
    return lookup;
}
