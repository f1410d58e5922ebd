#include "model/host/address_lookup.h"

#include "model/host/resolver.h"
#include "sim/journal/memory.h"

struct address_lookup {
    struct host *host;
    char name[DNS_NAME_BYTES];
    enum dns_type types[2]; /* to be asked for, in this order */
    size_t n_types, asked;
    struct resolver_question *question;
    bool had_no_answer, met_alias;
    struct ip_address addresses[LOOKUP_ADDRESSES_MAX];
    size_t n;
    address_lookup_fn done;
    void *context;
};

static void on_answer(void *context, enum dns_outcome outcome, const struct dns_message *answer);

static void ask_next(struct address_lookup *lookup)
{
    lookup->question =
        resolver_ask(lookup->host->resolver, lookup->name, lookup->types[lookup->asked++], on_answer, lookup);
}

static void finish(struct address_lookup *lookup, enum dns_outcome outcome)
{
    if (lookup->n > 0)
        outcome = DNS_FOUND;
    else if (lookup->had_no_answer)
        outcome = DNS_TEMPORARY_ERROR;
    lookup->done(lookup->context, outcome, lookup->addresses, lookup->n);
    mem_free(lookup);
}

static void on_answer(void *context, enum dns_outcome outcome, const struct dns_message *answer)
{
    struct address_lookup *lookup = context;
    lookup->question = NULL;
    lookup->had_no_answer |= outcome == DNS_TEMPORARY_ERROR;
    for (size_t i = 0; outcome == DNS_FOUND && i < answer->n_answer && lookup->n < LOOKUP_ADDRESSES_MAX; i++) {
        const struct dns_rr *rr = &answer->rrs[i];
        lookup->met_alias |= rr->type == DNS_CNAME;
        if (rr->type == DNS_A) lookup->addresses[lookup->n++] = ip_of_v4(rr->address);
        if (rr->type == DNS_AAAA) lookup->addresses[lookup->n++] = rr->address6;
    }
    if (lookup->asked < lookup->n_types && outcome != DNS_NO_NAME)
        ask_next(lookup);
    else
        finish(lookup, outcome);
}

struct address_lookup *address_lookup_start(struct host *host, const char *name, address_lookup_fn done, void *context)
{
    struct address_lookup *lookup = mem_calloc(1, sizeof *lookup);
    lookup->host = host;
    lookup->done = done;
    lookup->context = context;
    for (size_t i = 0; i + 1 < sizeof lookup->name && name[i]; i++)
        lookup->name[i] = name[i];
    if (!ip_is_none(host->address6)) lookup->types[lookup->n_types++] = DNS_AAAA;
    if (!ip_is_none(host->address)) lookup->types[lookup->n_types++] = DNS_A;
    ask_next(lookup);
    return lookup;
}

void address_lookup_forget(struct address_lookup *lookup)
{
    if (lookup->question) resolver_forget(lookup->host->resolver, lookup->question);
    mem_free(lookup);
}

bool address_lookup_met_alias(const struct address_lookup *lookup)
{
    return lookup->met_alias;
}
