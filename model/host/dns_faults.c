#include "model/host/dns_faults.h"

#include <string.h>

static bool is_at_or_below(const char *name, const char *top)
{
    size_t a = strlen(name), b = strlen(top);
    return b == 0 || (a >= b && strcmp(name + a - b, top) == 0 && (a == b || name[a - b - 1] == '.'));
}

static bool is_meant(const struct scenario_fault *fault, const struct host *server, const struct dns_message *query)
{
    if (fault->verb != FAULT_DNS || (size_t)fault->host + 1 != server->id.n) return false;
    return !fault->dns_name || is_at_or_below(query->qname, fault->dns_name);
}

const struct scenario_fault *dns_fault_for(struct host *server, struct host_id asker, const struct dns_message *query,
                                           uint64_t flow, uint32_t transmission)
{
    struct world *world = server->world;
    if (world->dns_faults_in_force == 0) return NULL;
    for (size_t i = 0; i < world->scenario->n_faults; i++) {
        const struct scenario_fault *fault = &world->scenario->faults[i];
        if (!world->faults_in_force[i] || !is_meant(fault, server, query)) continue;
        uint64_t which = random_hash_mix(random_hash_text("dns fault"), random_hash_mix(flow, i));
        if (!random_chance(random_draw(world->seed, server->name_hash, which, transmission), fault->reply_odds_of_2_32))
            continue;
        uint64_t event = JOURNAL_EMIT(world->journal, DNS_FAULT, F_INT(HOST, server->id.n), F_INT(PEER, asker.n),
                                      F_TEXT(QNAME, query->qname), F_TEXT(WHY, dns_lie_text(fault->dns_lie)));
        journal_set_cause(world->journal, event);
        return fault;
    }
    return NULL;
}

static struct dns_message *bare(const struct dns_message *query, enum dns_rcode rcode)
{
    struct dns_message content = {.id = query->id,
                                  .is_response = true,
                                  .authoritative = rcode == DNS_NXDOMAIN,
                                  .recursion_desired = query->recursion_desired,
                                  .qname = query->qname,
                                  .qtype = query->qtype,
                                  .rcode = rcode};
    return dns_message_new(&content);
}

static struct dns_message *changed(const struct dns_message *truth, bool id, bool truncated)
{
    struct dns_message content = *truth;
    content.wire_size = 0;
    if (id) content.id ^= 1;
    if (truncated) {
        content.truncated = true;
        content.n_answer = content.n_authority = content.n_additional = 0;
    }
    return dns_message_new(&content);
}

struct dns_message *dns_fault_answer(const struct scenario_fault *fault, const struct dns_message *query,
                                     const struct dns_message *truth, bool stream)
{
    switch (fault->dns_lie) {
    case LIE_SERVFAIL:
        return bare(query, DNS_SERVFAIL);
    case LIE_REFUSED:
        return bare(query, DNS_REFUSED);
    case LIE_NOTIMP:
        return bare(query, DNS_NOTIMP);
    case LIE_FORMERR:
        return bare(query, DNS_FORMERR);
    case LIE_NXDOMAIN:
        return bare(query, DNS_NXDOMAIN);
    case LIE_LAME: /* RFC 1912 2.8: it knows nothing of the zone */
        return bare(query, DNS_NOERROR);
    case LIE_NOTHING:
        return NULL;
    case LIE_TRUNCATED:
        return changed(truth, false, !stream);
    case LIE_WRONG_ID:
        return changed(truth, true, false);
    case LIE_LATE:
    case LIE_WRONG_PORT:
        break;
    }
    return changed(truth, false, false);
}

bool dns_fault_needs_truth(const struct scenario_fault *fault)
{
    switch (fault->dns_lie) {
    case LIE_SERVFAIL:
    case LIE_REFUSED:
    case LIE_NOTIMP:
    case LIE_FORMERR:
    case LIE_NXDOMAIN:
    case LIE_LAME:
    case LIE_NOTHING:
        return false;
    case LIE_TRUNCATED:
    case LIE_LATE:
    case LIE_WRONG_ID:
    case LIE_WRONG_PORT:
        return true;
    }
    return true;
}
