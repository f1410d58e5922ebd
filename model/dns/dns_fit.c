/* RFC 2181 9 (truncation), RFC 6891 6.2.3 to 6.2.5 and 7. */
#include "model/dns/dns_fit.h"

#include <stddef.h>

enum { STREAM_MAX_BYTES = 65535 };

/* RFC 2181 9: additional records may be left out in silence, a set at a time; answers may not. */
static void fit(struct dns_message *answer, size_t most_bytes)
{
    while (dns_wire_size(answer) > most_bytes) {
        size_t n = (size_t)answer->n_answer + answer->n_authority + answer->n_additional;
        answer->wire_size = 0;
        if (answer->n_additional > 0) {
            for (const char *last = answer->rrs[n - 1].name;
                 answer->n_additional > 0 && answer->rrs[n - 1].name == last; n--)
                answer->n_additional--;
            continue;
        }
        answer->truncated = true;
        if (n == 0) return;
        if (answer->n_authority > 0)
            answer->n_authority--;
        else
            answer->n_answer--;
    }
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
