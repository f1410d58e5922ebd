#include "viz/readers/dns_reading.h"

#include <stdio.h>
#include <string.h>

enum { HEADER_BYTES = 12, CLASS_IN = 1, NAME_WIRE_BYTES = 255, RECORD_HEAD_BYTES = 10 };

static unsigned number16(const uint8_t *b)
{
    return (unsigned)b[0] << 8 | b[1];
}

static uint32_t number32(const uint8_t *b)
{
    return (uint32_t)number16(b) << 16 | number16(b + 2);
}

/* --- names: RFC 1035 3.1, 4.1.4 --- */

/* A label's octets in lower case; false where the text could not tell them from others. */
static bool take_label(const uint8_t *label, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++) {
        uint8_t c = label[i];
        if (c <= ' ' || c > '~' || c == '.' || c == '\\') return false;
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    return true;
}

/* The name at *at, which goes on behind it. A pointer leads to what stands before all that was read of this name, and
   not to another pointer: else a row of them would cost as much as it is long. */
static bool read_name(const struct dns_reading *r, size_t *at, size_t end, char out[READ_NAME_BYTES])
{
    size_t place = *at, earliest = *at, wire = 1, length = 0;
    bool has_jumped = false;
    for (;;) {
        size_t limit = has_jumped ? r->size : end;
        if (place >= limit) return false;
        uint8_t head = r->bytes[place];
        if (head >= 0xc0) {
            if (place + 2 > limit) return false;
            size_t target = number16(r->bytes + place) & 0x3fff;
            if (target >= earliest || r->bytes[target] >= 0xc0) return false;
            if (!has_jumped) *at = place + 2;
            has_jumped = true;
            place = earliest = target;
            continue;
        }
        if (head == 0) break;
        wire += head + 1u;
        if (head > 63 || wire > NAME_WIRE_BYTES || place + 1 + head > limit) return false;
        if (length > 0) out[length++] = '.';
        if (!take_label(r->bytes + place + 1, head, out + length)) return false;
        length += head;
        place += 1u + head;
    }
    out[length] = '\0';
    if (!has_jumped) *at = place + 1;
    return true;
}

/* --- data --- */

static bool read_addresses(const uint8_t *b, size_t size, unsigned type, char out[READ_DATA_BYTES])
{
    if (size != (type == READ_A ? 4u : 16u)) return false;
    if (type == READ_A) snprintf(out, READ_DATA_BYTES, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
    for (size_t i = 0; type == READ_AAAA && i < size; i++)
        snprintf(out + 2 * i, 3, "%02x", b[i]);
    return true;
}

/* RFC 1035 3.3.14: one string, of printable characters. */
static bool read_text(const uint8_t *b, size_t size, char out[READ_DATA_BYTES])
{
    if (size == 0 || size != b[0] + 1u) return false;
    for (size_t i = 1; i < size; i++)
        if (b[i] < ' ' || b[i] > '~') return false;
    memcpy(out, b + 1, size - 1);
    out[size - 1] = '\0';
    return true;
}

static bool read_soa(const struct dns_reading *r, size_t at, size_t end, char out[READ_DATA_BYTES])
{
    char names[2][READ_NAME_BYTES];
    if (!read_name(r, &at, end, names[0]) || !read_name(r, &at, end, names[1]) || end - at != 20) return false;
    int n = snprintf(out, READ_DATA_BYTES, "%s %s", names[0], names[1]);
    for (size_t i = 0; i < 20; i += 4)
        n += snprintf(out + n, READ_DATA_BYTES - (size_t)n, " %lu", (unsigned long)number32(r->bytes + at + i));
    return true;
}

static bool read_data(const struct dns_reading *r, size_t at, size_t end, struct read_record *record)
{
    char name[READ_NAME_BYTES];
    switch (record->type) {
    case READ_A:
    case READ_AAAA:
        return read_addresses(r->bytes + at, end - at, record->type, record->data);
    case READ_TXT:
        return read_text(r->bytes + at, end - at, record->data);
    case READ_SOA:
        return read_soa(r, at, end, record->data);
    case READ_NS:
    case READ_CNAME:
        return read_name(r, &at, end, record->data) && at == end;
    case READ_MX:
        if (end - at < 2) return false;
        unsigned preference = number16(r->bytes + at);
        at += 2;
        if (!read_name(r, &at, end, name) || at != end) return false;
        snprintf(record->data, READ_DATA_BYTES, "%u %s", preference, name);
        return true;
    default:
        return false;
    }
}

/* --- records --- */

/* RFC 6891 6.1.1: at most one, of the root, among the additional records. */
static bool take_opt(struct dns_reading *r, const struct read_record *record, unsigned class)
{
    if (r->has_opt || record->section != READ_ADDITIONAL || r->bytes[r->at] != 0) return false;
    r->has_opt = true;
    r->opt_size = class;
    r->opt_version = record->ttl_s >> 16 & 0xff;
    r->rcode |= record->ttl_s >> 24 << 4;
    return true;
}

static bool read_record(struct dns_reading *r, struct read_record *record, bool *is_opt)
{
    size_t at = r->at;
    record->section = READ_ANSWER;
    while (r->of_section[record->section] == 0)
        record->section++;
    if (!read_name(r, &at, r->size, record->owner) || r->size - at < RECORD_HEAD_BYTES) return false;
    const uint8_t *head = r->bytes + at;
    unsigned class = number16(head + 2);
    size_t size = number16(head + 8);
    record->type = number16(head);
    record->ttl_s = number32(head + 4);
    at += RECORD_HEAD_BYTES;
    if (size > r->size - at) return false;
    *is_opt = record->type == READ_OPT;
    if (*is_opt ? !take_opt(r, record, class) : class != CLASS_IN || !read_data(r, at, at + size, record)) return false;
    r->at = at + size;
    r->of_section[record->section]--;
    r->left--;
    return true;
}

static bool read_all(struct dns_reading *r)
{
    struct read_record record;
    bool is_opt;
    while (r->left > 0) {
        if (!read_record(r, &record, &is_opt)) return false;
        r->n[record.section] += !is_opt;
    }
    return true;
}

static void read_header(struct dns_reading *r)
{
    unsigned flags = number16(r->bytes + 2);
    r->id = (uint16_t)number16(r->bytes);
    r->is_response = flags >> 15 & 1;
    r->authoritative = flags >> 10 & 1;
    r->truncated = flags >> 9 & 1;
    r->recursion_desired = flags >> 8 & 1;
    r->recursion_available = flags >> 7 & 1;
    r->rcode = flags & 15;
    for (size_t i = 0; i < READ_SECTIONS; i++)
        r->left += r->of_section[i] = number16(r->bytes + 6 + 2 * i);
}

bool dns_reading_begin(struct dns_reading *r, const uint8_t *bytes, size_t size)
{
    *r = (struct dns_reading){.bytes = bytes, .size = size, .at = HEADER_BYTES};
    if (size < HEADER_BYTES || size > 65535 || (bytes[2] >> 3 & 15) != 0 || number16(bytes + 4) != 1) return false;
    read_header(r);
    if (!read_name(r, &r->at, size, r->qname) || size - r->at < 4) return false;
    r->qtype = number16(bytes + r->at);
    if (number16(bytes + r->at + 2) != CLASS_IN) return false;
    r->at += 4;
    struct dns_reading begin = *r;
    if (!read_all(r)) return false;
    begin.has_opt = r->has_opt;
    begin.opt_size = r->opt_size;
    begin.opt_version = r->opt_version;
    begin.rcode = r->rcode;
    memcpy(begin.n, r->n, sizeof begin.n);
    *r = begin;
    return true;
}

bool dns_reading_next(struct dns_reading *r, struct read_record *record)
{
    bool is_opt = true;
    while (r->left > 0 && is_opt) {
        struct dns_reading known = *r;
        r->has_opt = false;
        if (!read_record(r, record, &is_opt)) return false;
        r->has_opt = known.has_opt;
        r->rcode = known.rcode;
    }
    return !is_opt;
}
