/* RFC 2181 9 (truncation), RFC 6891 6.2.3 to 6.2.5 and 7. */
#include "model/dns/dns_fit.h"

#include <stddef.h>

enum { STREAM_MAX_BYTES = 65535 };

/* RFC 2181 9: additional records may be left out in silence, a set at a time; answers may not. */
static void fit(struct dns_message *answer, size_t most_bytes)
{
    size_t size, n = (size_t)answer->n_answer + answer->n_authority + answer->n_additional;
    size_t n_said = (size_t)answer->n_answer + answer->n_authority;
    size_t n_fitting = dns_wire_records_within(answer, most_bytes, &size);
    answer->wire_size = (uint32_t)size;
    if (n_fitting == n) return;
    if (n_fitting >= n_said) {
        const char *cut = answer->rrs[n_fitting].name;
        size_t kept = n_fitting;
        while (kept > n_said && answer->rrs[kept - 1].name == cut)
            kept--;
        if (kept < n_fitting) answer->wire_size = 0;
        answer->n_additional = (uint16_t)(kept - n_said);
        return;
    }
    answer->truncated = true;
    answer->n_additional = 0;
    if (n_fitting < answer->n_answer) answer->n_answer = (uint16_t)n_fitting;
    answer->n_authority = (uint16_t)(n_fitting - answer->n_answer);
}

static void add_edns(struct dns_message *answer, const struct dns_message *query)
{
    if (!query->has_edns) return;
    answer->has_edns = true;
    answer->edns_size = DNS_EDNS_BYTES;
    answer->wire_size = 0;
}

/* RFC 6891 6.2.3 to 6.2.5: values below 512 are 512; we send no more than passes everywhere. */
static size_t datagram_bytes(const struct dns_message *query)
{
    if (!query->has_edns || query->edns_size < DNS_UDP_MAX_BYTES) return DNS_UDP_MAX_BYTES;
    return query->edns_size < DNS_EDNS_BYTES ? query->edns_size : DNS_EDNS_BYTES;
}

void dns_fit_datagram(struct dns_message *answer, const struct dns_message *query)
{
    add_edns(answer, query);
    fit(answer, datagram_bytes(query));
}

void dns_fit_stream(struct dns_message *answer, const struct dns_message *query)
{
    add_edns(answer, query);
    fit(answer, STREAM_MAX_BYTES);
}
