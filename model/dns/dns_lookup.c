/* One question of a stub resolver (RFC 1034 5.3.1), asked over UDP of one server.

   Matching after RFC 5452 9.1 (id and question; addresses and ports are checked by whoever owns the socket), aliases
   inside an answer followed after RFC 1034 5.2.2, no data told from no name after RFC 2308 2, TCP after a truncated
   answer (RFC 7766 5). Left out on purpose: a cache, and several servers. */
#include "model/dns/dns_lookup.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

enum { ALIASES_MAX = 16 };

enum lookup_state { NEW, TO_SEND, WAITING, TO_SEND_STREAM, WAITING_STREAM, OVER };

struct dns_lookup {
    struct dns_lookup_config config;
    enum lookup_state state;
    enum dns_outcome outcome; /* once OVER */
    uint32_t transmissions;
    int64_t deadline_ns;
    struct dns_message *query;    /* NULL when the name cannot be asked for */
    struct dns_message *response; /* NULL until one is taken */
};

const char *dns_outcome_text(enum dns_outcome outcome)
{
    switch (outcome) {
    case DNS_FOUND:
        return "found";
    case DNS_NO_DATA:
        return "no data";
    case DNS_NO_NAME:
        return "no such name";
    case DNS_TEMPORARY_ERROR:
        return "temporary error";
    }
    return "?";
}

struct dns_lookup_config dns_lookup_config_default(void)
{
    return (struct dns_lookup_config){.timeout_ns = 5 * SECOND, .attempts = 2};
}

struct dns_lookup *dns_lookup_new(const struct dns_lookup_config *config, const char *qname, enum dns_type qtype,
                                  uint16_t id)
{
    assert(config->timeout_ns > 0 && config->attempts > 0);
    struct dns_lookup *lookup = mem_alloc(sizeof *lookup);
    *lookup = (struct dns_lookup){.config = *config, .state = NEW, .deadline_ns = TIME_NEVER};
    char name[DNS_NAME_BYTES];
    if (dns_name_normalize(qname, name)) {
        struct dns_message query = {.id = id,
                                    .recursion_desired = true,
                                    .qname = name,
                                    .qtype = qtype,
                                    .has_edns = config->edns_bytes > 0,
                                    .edns_size = config->edns_bytes};
        lookup->query = dns_message_new(&query);
        dns_wire_size(lookup->query);
    }
    return lookup;
}

void dns_lookup_free(struct dns_lookup *lookup)
{
    if (!lookup) return;
    dns_message_drop(lookup->query);
    dns_message_drop(lookup->response);
    mem_free(lookup);
}

static void end_lookup(struct dns_lookup *lookup, enum dns_outcome outcome)
{
    lookup->state = OVER;
    lookup->outcome = outcome;
    lookup->deadline_ns = TIME_NEVER;
}

void dns_lookup_start(struct dns_lookup *lookup, int64_t now_ns)
{
    assert(lookup->state == NEW);
    if (!lookup->query) {
        end_lookup(lookup, DNS_NO_NAME); /* such a name cannot be in any zone */
        return;
    }
    lookup->state = TO_SEND;
    lookup->deadline_ns = now_ns + lookup->config.timeout_ns;
}

struct dns_message *dns_lookup_next_query(struct dns_lookup *lookup, uint32_t *transmission)
{
    if (lookup->state != TO_SEND) return NULL;
    lookup->state = WAITING;
    *transmission = ++lookup->transmissions;
    return dns_message_hold(lookup->query);
}

/* RFC 1034 5.2.2: an answer is for the name at the end of the aliases, and nothing else in it counts. */
static bool holds_answer(const struct dns_message *response)
{
    const char *name = response->qname;
    for (unsigned aliases = 0; aliases <= ALIASES_MAX; aliases++) {
        const char *next = NULL;
        for (uint16_t i = 0; i < response->n_answer; i++) {
            const struct dns_rr *rr = &response->rrs[i];
            if (strcmp(rr->name, name) != 0) continue;
            if (rr->type == response->qtype) return true;
            if (rr->type == DNS_CNAME) next = rr->target;
        }
        if (!next) return false;
        name = next;
    }
    return false;
}

/* Neither an authority nor a resolver says so: no proof of anything (as glibc's res_send, which asks the next server).
 */
static bool is_lame(const struct dns_message *response)
{
    return response->rcode == DNS_NOERROR && response->n_answer == 0 && !response->authoritative &&
           !response->recursion_available;
}

static enum dns_outcome outcome_of(const struct dns_message *response)
{
    if (response->truncated || is_lame(response)) return DNS_TEMPORARY_ERROR;
    if (response->rcode == DNS_NXDOMAIN) return DNS_NO_NAME;
    if (response->rcode != DNS_NOERROR) return DNS_TEMPORARY_ERROR;
    return holds_answer(response) ? DNS_FOUND : DNS_NO_DATA;
}

static bool matches(const struct dns_message *query, const struct dns_message *response)
{
    return response->is_response && response->id == query->id && response->qtype == query->qtype &&
           strcmp(response->qname, query->qname) == 0;
}

static void take(struct dns_lookup *lookup, const struct dns_message *response)
{
    /* Holding counts references, and changes nothing that anybody reads. */
    lookup->response = dns_message_hold((struct dns_message *)response);
    end_lookup(lookup, outcome_of(response));
}

bool dns_lookup_receive(struct dns_lookup *lookup, const struct dns_message *response, int64_t now_ns)
{
    if (lookup->state != WAITING || !matches(lookup->query, response)) return false;
    if (response->truncated) {
        lookup->state = TO_SEND_STREAM;
        lookup->deadline_ns = now_ns + lookup->config.timeout_ns;
    } else {
        take(lookup, response);
    }
    return true;
}

struct dns_message *dns_lookup_next_stream(struct dns_lookup *lookup)
{
    if (lookup->state != TO_SEND_STREAM) return NULL;
    lookup->state = WAITING_STREAM;
    return dns_message_hold(lookup->query);
}

bool dns_lookup_receive_stream(struct dns_lookup *lookup, const struct dns_message *response, int64_t now_ns)
{
    (void)now_ns;
    if (lookup->state != WAITING_STREAM || !matches(lookup->query, response)) return false;
    take(lookup, response);
    return true;
}

void dns_lookup_stream_failed(struct dns_lookup *lookup, int64_t now_ns)
{
    if (lookup->state != WAITING_STREAM) return;
    lookup->deadline_ns = now_ns;
    dns_lookup_on_deadline(lookup, now_ns);
}

int64_t dns_lookup_deadline(const struct dns_lookup *lookup)
{
    return lookup->deadline_ns;
}

void dns_lookup_on_deadline(struct dns_lookup *lookup, int64_t now_ns)
{
    if (lookup->state == OVER || now_ns < lookup->deadline_ns) return;
    if (lookup->transmissions >= lookup->config.attempts) {
        end_lookup(lookup, DNS_TEMPORARY_ERROR);
        return;
    }
    lookup->state = TO_SEND;
    lookup->deadline_ns = now_ns + lookup->config.timeout_ns;
}

bool dns_lookup_on_unreachable(struct dns_lookup *lookup, int64_t now_ns)
{
    if (lookup->state != WAITING) return false;
    lookup->deadline_ns = now_ns;
    dns_lookup_on_deadline(lookup, now_ns);
    return true;
}

bool dns_lookup_is_over(const struct dns_lookup *lookup)
{
    return lookup->state == OVER;
}

enum dns_outcome dns_lookup_outcome(const struct dns_lookup *lookup, const struct dns_message **response)
{
    assert(lookup->state == OVER);
    if (response) *response = lookup->response;
    return lookup->outcome;
}
