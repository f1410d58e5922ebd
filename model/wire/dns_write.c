/* The bytes of a DNS message: RFC 1035 3.3 and 4.1, names compressed where 4.1.4 and RFC 3597 4 allow it, EDNS after
   RFC 6891 6.1.2. Sizes are asked for far more often than bytes, so that the same walk counts without writing; its work
   is linear in the size. ldns is not asked: it compares each name with many others, label by label (5 s for an answer
   of 1,000 records); that the bytes are those that it would write is tested. */
#include <assert.h>
#include <string.h>

#include "model/wire/dns_internal.h"
#include "model/wire/ip_wire.h"

enum { CLASS_IN = 1, TYPE_OPT = 41, OPT_BYTES = 11, TEXT_MAX_BYTES = 255, NAME_TEXT_MAX_BYTES = 253 };

struct writer {
    uint8_t *out; /* NULL: bytes are only counted */
    size_t room, size;
    bool bad; /* a name or a text that has no bytes */
    struct dns_suffixes seen;
};

static void put_bytes(struct writer *w, const void *bytes, size_t n)
{
    if (w->out && w->size <= w->room && n <= w->room - w->size) memcpy(w->out + w->size, bytes, n);
    w->size += n;
}

static void put_u8(struct writer *w, unsigned value)
{
    uint8_t byte = (uint8_t)value;
    put_bytes(w, &byte, 1);
}

static void put_u16(struct writer *w, unsigned value)
{
    uint8_t bytes[] = {(uint8_t)(value >> 8), (uint8_t)value};
    put_bytes(w, bytes, sizeof bytes);
}

static void put_u32(struct writer *w, uint32_t value)
{
    put_u16(w, value >> 16);
    put_u16(w, value & 0xffff);
}

/* --- Names --- */

static bool is_name(const char *name, size_t length)
{
    if (length > NAME_TEXT_MAX_BYTES) return false;
    for (size_t at = 0; at < length;) {
        size_t label = strcspn(name + at, ".");
        if (label == 0 || label > DNS_LABEL_MAX_BYTES || at + label + 1 == length) return false;
        at += label + 1;
    }
    return true;
}

/* The hash of every suffix: FNV-1a, 32 bits, from the end on. */
static void hash_suffixes(const char *name, size_t length, uint32_t hashes[DNS_NAME_BYTES])
{
    uint32_t hash = UINT32_C(0x811c9dc5);
    for (size_t i = length; i-- > 0;) {
        hash = (hash ^ (uint8_t)name[i]) * UINT32_C(0x01000193);
        hashes[i] = hash ^ hash >> 15;
    }
}

/* RFC 1035 4.1.4: as many labels as have not been said, then a pointer to where the others were. */
static void put_name(struct writer *w, const char *name)
{
    uint32_t hashes[DNS_NAME_BYTES];
    size_t length = strlen(name);
    if (!is_name(name, length)) {
        w->bad = true;
        length = 0;
    }
    hash_suffixes(name, length, hashes);
    for (size_t at = 0; at < length;) {
        size_t there = dns_suffixes_find_or_add(&w->seen, name + at, length - at, hashes[at], w->size);
        if (there) {
            put_u16(w, 0xc000u | (unsigned)there);
            return;
        }
        size_t label = strcspn(name + at, ".");
        put_u8(w, (unsigned)label);
        put_bytes(w, name + at, label);
        at += label + 1;
    }
    put_u8(w, 0);
}

/* --- Records --- */

static void put_soa(struct writer *w, const struct dns_rr *rr)
{
    put_name(w, rr->target);
    put_name(w, rr->soa_rname);
    put_u32(w, rr->soa_serial);
    put_u32(w, rr->soa_refresh);
    put_u32(w, rr->soa_retry);
    put_u32(w, rr->soa_expire);
    put_u32(w, rr->soa_minimum);
}

/* RFC 1035 3.3: a character-string, its length before it. */
static void put_text_string(struct writer *w, const char *text)
{
    size_t length = strlen(text);
    if (length > TEXT_MAX_BYTES) w->bad = true;
    put_u8(w, (unsigned)length);
    put_bytes(w, text, length);
}

static void put_data(struct writer *w, const struct dns_rr *rr)
{
    uint8_t address6[16];
    switch (rr->type) {
    case DNS_A:
        put_u32(w, rr->address);
        return;
    case DNS_AAAA:
        ip_put_16_bytes(rr->address6, address6);
        put_bytes(w, address6, sizeof address6);
        return;
    case DNS_MX:
        put_u16(w, rr->preference);
        put_name(w, rr->target);
        return;
    case DNS_NS:
    case DNS_CNAME:
        put_name(w, rr->target);
        return;
    case DNS_SOA:
        put_soa(w, rr);
        return;
    case DNS_TXT:
        put_text_string(w, rr->target);
        return;
    }
    assert(!"a record of a type without data");
    w->bad = true;
}

static void put_rr(struct writer *w, const struct dns_rr *rr)
{
    put_name(w, rr->name);
    put_u16(w, rr->type);
    put_u16(w, CLASS_IN);
    put_u32(w, rr->ttl_s);
    size_t length_at = w->size;
    put_u16(w, 0);
    put_data(w, rr);
    size_t length = w->size - length_at - 2;
    if (!w->out || w->size > w->room) return;
    w->out[length_at] = (uint8_t)(length >> 8);
    w->out[length_at + 1] = (uint8_t)length;
}

/* --- Messages --- */

static unsigned flags_of(const struct dns_message *m)
{
    return (m->is_response ? 0x8000u : 0) | (m->authoritative ? 0x0400u : 0) | (m->truncated ? 0x0200u : 0) |
           (m->recursion_desired ? 0x0100u : 0) | (m->recursion_available ? 0x0080u : 0) | ((unsigned)m->rcode & 15);
}

static void put_header_and_question(struct writer *w, const struct dns_message *m)
{
    put_u16(w, m->id);
    put_u16(w, flags_of(m));
    put_u16(w, 1);
    put_u16(w, m->n_answer);
    put_u16(w, m->n_authority);
    put_u16(w, m->n_additional + (m->has_edns ? 1u : 0));
    put_name(w, m->qname);
    put_u16(w, m->qtype);
    put_u16(w, CLASS_IN);
}

static void put_opt(struct writer *w, const struct dns_message *m)
{
    if (!m->has_edns) return;
    put_u8(w, 0);
    put_u16(w, TYPE_OPT);
    put_u16(w, m->edns_size);
    put_u8(w, (unsigned)m->rcode >> 4);
    put_u8(w, m->edns_version);
    put_u16(w, 0);
    put_u16(w, 0);
}

static void begin(struct writer *w, uint8_t *out, size_t room)
{
    w->out = out;
    w->room = room;
    w->size = 0;
    w->bad = false;
    dns_suffixes_init(&w->seen);
}

static void put_message(struct writer *w, const struct dns_message *m)
{
    size_t n = dns_message_count_rrs(m);
    put_header_and_question(w, m);
    for (size_t i = 0; i < n && (!w->out || w->size <= w->room); i++)
        put_rr(w, &m->rrs[i]);
    put_opt(w, m);
}

size_t dns_encode(const struct dns_message *message, uint8_t *out, size_t room)
{
    struct writer w;
    begin(&w, out, room < DNS_MESSAGE_MAX_BYTES ? room : DNS_MESSAGE_MAX_BYTES);
    put_message(&w, message);
    dns_suffixes_free(&w.seen);
    return w.bad || w.size > w.room ? 0 : w.size;
}

size_t dns_wire_size(struct dns_message *message)
{
    if (message->wire_size == 0) {
        struct writer w;
        begin(&w, NULL, 0);
        put_message(&w, message);
        dns_suffixes_free(&w.seen);
        message->wire_size = (uint32_t)w.size;
    }
    return message->wire_size;
}

size_t dns_wire_records_within(const struct dns_message *message, size_t most_bytes, size_t *size)
{
    struct writer w;
    size_t n = dns_message_count_rrs(message), n_within = 0;
    begin(&w, NULL, 0);
    put_header_and_question(&w, message);
    size_t opt = message->has_edns ? OPT_BYTES : 0;
    for (*size = w.size + opt; n_within < n; n_within++) {
        put_rr(&w, &message->rrs[n_within]);
        if (w.size + opt > most_bytes) break;
        *size = w.size + opt;
    }
    dns_suffixes_free(&w.seen);
    return n_within;
}
