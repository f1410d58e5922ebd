/* Whether bytes are a message that may be given to ldns, which takes more than RFC 1035 4.1 allows: pointers lead
   strictly backwards and to a label (4.1.4), so that the work is linear in the size; data is as long as its record
   says; records are of types that struct dns_rr can tell, and there is one OPT at most (RFC 6891 6.1.1). */
#include "model/wire/dns_wire.h"

#include "model/wire/dns_internal.h"

enum { HEADER_SIZE = 12, FIXED_SIZE = 10, MOST_LABELS = 127, TYPE_OPT = 41 };

struct cursor {
    const uint8_t *bytes;
    size_t size, at;
};

static uint16_t u16_at(const struct cursor *c, size_t at)
{
    return (uint16_t)(c->bytes[at] << 8 | c->bytes[at + 1]);
}

/* How many bytes the labels from `from` take up to the root's or a pointer's first, or 0: there is something else. */
static size_t labels_size(const struct cursor *c, size_t from)
{
    size_t at = from;
    while (at < c->size && at - from < DNS_NAME_WIRE_MAX_BYTES && c->bytes[at] > 0 &&
           c->bytes[at] <= DNS_LABEL_MAX_BYTES)
        at += 1u + c->bytes[at];
    bool ends = at < c->size && (c->bytes[at] == 0 || (c->bytes[at] >> 6 == 3 && at + 1 < c->size));
    return ends ? at - from + 1 : 0;
}

/* RFC 1035 3.1: 255 bytes in all, the root's included. Goes on behind the name. */
static bool skip_name(struct cursor *c)
{
    size_t from = c->at, total = 0, size = labels_size(c, from);
    if (size == 0) return false;
    bool is_pointer = c->bytes[from + size - 1] != 0;
    c->at = from + size + is_pointer;
    for (int hops = 0; is_pointer; hops++) {
        size_t target = u16_at(c, from + size - 1) & 0x3fff;
        total += size - 1;
        if (target >= from || c->bytes[target] >> 6 == 3 || hops > MOST_LABELS) return false;
        from = target;
        size = labels_size(c, from);
        if (size == 0) return false;
        is_pointer = c->bytes[from + size - 1] != 0;
    }
    return total + size <= DNS_NAME_WIRE_MAX_BYTES;
}

static bool is_data(struct cursor *c, unsigned type, size_t size)
{
    size_t end = c->at + size;
    switch (type) {
    case DNS_A:
        return size == 4;
    case DNS_AAAA:
        return size == 16;
    case DNS_TXT:
        return size > 0 && c->bytes[c->at] + 1u == size;
    case DNS_NS:
    case DNS_CNAME:
        return skip_name(c) && c->at == end;
    case DNS_MX:
        c->at += 2;
        return size > 2 && skip_name(c) && c->at == end;
    case DNS_SOA:
        return skip_name(c) && skip_name(c) && c->at + 20 == end;
    default:
        return false;
    }
}

static bool skip_record(struct cursor *c, bool may_be_opt, bool *has_opt)
{
    size_t owner = c->at;
    if (!skip_name(c) || c->size - c->at < FIXED_SIZE) return false;
    unsigned type = u16_at(c, c->at), class = u16_at(c, c->at + 2);
    size_t size = u16_at(c, c->at + 8);
    c->at += FIXED_SIZE;
    if (size > c->size - c->at) return false;
    size_t end = c->at + size;
    bool is_opt = type == TYPE_OPT;
    if (is_opt && (*has_opt || !may_be_opt || c->bytes[owner] != 0)) return false;
    *has_opt |= is_opt;
    if (!is_opt && (class != LDNS_RR_CLASS_IN || !is_data(c, type, size))) return false;
    c->at = end;
    return true;
}

bool dns_wire_check(const uint8_t *bytes, size_t size, bool *has_opt)
{
    struct cursor c = {bytes, size, HEADER_SIZE};
    *has_opt = false;
    if (size < HEADER_SIZE || size > DNS_MESSAGE_MAX_BYTES || u16_at(&c, 4) != 1 || !skip_name(&c)) return false;
    if (size - c.at < 4) return false;
    c.at += 4;
    for (size_t section = 6; section < HEADER_SIZE; section += 2)
        for (unsigned n = u16_at(&c, section); n > 0; n--)
            if (!skip_record(&c, section == 10, has_opt)) return false;
    return true;
}
