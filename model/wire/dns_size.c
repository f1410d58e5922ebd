/* How many bytes a DNS message takes on the wire, compressed (RFC 1035 4.1.4) as ldns does it. Counted here, since
   sizes are asked for far more often than bytes. */
#include <assert.h>
#include <string.h>

#include "model/wire/dns_internal.h"
#include "sim/journal/memory.h"

enum { HEADER_BYTES = 12, QUESTION_FIXED_BYTES = 4, RR_FIXED_BYTES = 10, POINTER_BYTES = 2, OPT_BYTES = 11 };
enum { POINTER_REACH = 0x3fff, SEEN_ROOM = 128 };

/* What compression has seen: every suffix of every name written so far that a pointer can reach (RFC 1035 4.1.4). */
struct seen {
    size_t n;
    struct {
        const char *suffix;
        size_t length;
    } suffixes[SEEN_ROOM];
};

static bool seen_has(const struct seen *seen, const char *suffix, size_t length)
{
    for (size_t i = 0; i < seen->n; i++)
        if (seen->suffixes[i].length == length && memcmp(seen->suffixes[i].suffix, suffix, length) == 0) return true;
    return false;
}

/* Adds the bytes that a name takes at this offset; false when there is no more room to remember suffixes. */
static bool add_name(struct seen *seen, const char *name, size_t *size)
{
    size_t length = strlen(name);
    while (length > 0) {
        if (seen_has(seen, name, length)) {
            *size += POINTER_BYTES;
            return true;
        }
        if (*size < POINTER_REACH) {
            if (seen->n == SEEN_ROOM) return false;
            seen->suffixes[seen->n].suffix = name;
            seen->suffixes[seen->n++].length = length;
        }
        size_t label = strcspn(name, ".");
        *size += 1 + label;
        size_t step = label < length ? label + 1 : label;
        name += step;
        length -= step;
    }
    *size += 1;
    return true;
}

static bool add_rr(struct seen *seen, const struct dns_rr *rr, size_t *size)
{
    if (!add_name(seen, rr->name, size)) return false;
    *size += RR_FIXED_BYTES;
    switch (rr->type) {
    case DNS_A:
        *size += 4;
        return true;
    case DNS_AAAA:
        *size += 16;
        return true;
    case DNS_MX:
        *size += 2;
        return add_name(seen, rr->target, size);
    case DNS_NS:
    case DNS_CNAME:
        return add_name(seen, rr->target, size);
    case DNS_SOA:
        if (!add_name(seen, rr->target, size) || !add_name(seen, rr->soa_rname, size)) return false;
        *size += 20;
        return true;
    case DNS_TXT:
        *size += 1 + strlen(rr->target);
        return true;
    }
    assert(!"a record of a type without data");
    return false;
}

static bool count_bytes(const struct dns_message *message, size_t *size)
{
    *size = HEADER_BYTES + (message->qname[0] ? strlen(message->qname) + 2 : 1) + QUESTION_FIXED_BYTES;
    if (message->has_edns) *size += OPT_BYTES;
    size_t n = dns_message_count_rrs(message);
    if (n == 0) return true;
    struct seen seen;
    seen.n = 0; /* the rest is large, and read only where written */
    size_t again = HEADER_BYTES;
    if (!add_name(&seen, message->qname, &again)) return false;
    for (size_t i = 0; i < n; i++)
        if (!add_rr(&seen, &message->rrs[i], size)) return false;
    return true;
}

static size_t size_by_encoding(const struct dns_message *message)
{
    uint8_t *bytes = mem_alloc(DNS_MESSAGE_MAX_BYTES);
    size_t size = dns_encode(message, bytes, DNS_MESSAGE_MAX_BYTES);
    mem_free(bytes);
    return size;
}

size_t dns_wire_size(struct dns_message *message)
{
    if (message->wire_size == 0) {
        size_t size;
        if (!count_bytes(message, &size)) size = size_by_encoding(message);
        message->wire_size = (uint32_t)size;
    }
    return message->wire_size;
}
