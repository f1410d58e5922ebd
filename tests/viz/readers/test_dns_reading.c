/* Law D9: two readers of DNS messages that share no code agree on any bytes, take the same and refuse the same; and
   what was written comes back. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "model/wire/dns_wire.h"
#include "viz/readers/dns_reading.h"

enum { MOST_RECORDS = 12, MESSAGES = 2000, MUTANTS = 60 };

static uint64_t state = 11;

static uint32_t draw(uint32_t below)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(state >> 33) % below;
}

static const char *any_name(void)
{
    static const char *const names[] = {"",
                                        "example",
                                        "b.example",
                                        "mx1.b.example",
                                        "a.mx1.b.example",
                                        "c.org",
                                        "a-very-long-label-of-sixty-three-bytes-which-is-as-long-as-it-g.c.org"};
    return names[draw(sizeof names / sizeof *names)];
}

static struct dns_rr any_record(void)
{
    static const enum dns_type types[] = {DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_TXT, DNS_AAAA};
    struct dns_rr rr = {.name = any_name(), .type = types[draw(7)], .ttl_s = draw(90000)};
    if (rr.type == DNS_A) rr.address = draw(UINT32_MAX);
    if (rr.type == DNS_AAAA) rr.address6 = (struct ip_address){draw(UINT32_MAX) + 1, draw(UINT32_MAX)};
    if (rr.type == DNS_A || rr.type == DNS_AAAA) return rr;
    rr.target = rr.type == DNS_TXT ? "v=spf1 -all" : any_name();
    if (rr.type == DNS_MX) rr.preference = (uint16_t)draw(65536);
    if (rr.type != DNS_SOA) return rr;
    rr.soa_rname = any_name();
    rr.soa_serial = draw(UINT32_MAX);
    rr.soa_refresh = draw(UINT32_MAX);
    rr.soa_retry = draw(100000);
    rr.soa_expire = draw(100000);
    rr.soa_minimum = draw(100000);
    return rr;
}

static size_t any_message(uint8_t *bytes, size_t room)
{
    struct dns_rr rrs[MOST_RECORDS];
    struct dns_message m = {.references = 1, .id = (uint16_t)draw(65536), .qname = any_name(), .rrs = rrs};
    m.qtype = (enum dns_type)(1 + draw(40));
    m.is_response = draw(2);
    m.authoritative = draw(2);
    m.truncated = draw(2);
    m.recursion_desired = draw(2);
    m.recursion_available = draw(2);
    m.has_edns = draw(2);
    if (m.has_edns) m.edns_size = (uint16_t)(512 + draw(4000));
    m.rcode = m.has_edns && draw(4) == 0 ? DNS_BADVERS : (enum dns_rcode)draw(6);
    m.n_answer = (uint16_t)draw(5);
    m.n_authority = (uint16_t)draw(4);
    m.n_additional = (uint16_t)draw(4);
    for (size_t i = 0; i < MOST_RECORDS; i++)
        rrs[i] = any_record();
    return dns_encode(&m, bytes, room);
}

/* --- the comparison --- */

static void data_of(const struct dns_rr *rr, char out[READ_DATA_BYTES])
{
    uint64_t high = rr->address6.high, low = rr->address6.low;
    if (rr->type == DNS_A)
        snprintf(out, READ_DATA_BYTES, "%u.%u.%u.%u", rr->address >> 24, rr->address >> 16 & 255,
                 rr->address >> 8 & 255, rr->address & 255);
    else if (rr->type == DNS_AAAA)
        snprintf(out, READ_DATA_BYTES, "%016llx%016llx", (unsigned long long)high, (unsigned long long)low);
    else if (rr->type == DNS_MX)
        snprintf(out, READ_DATA_BYTES, "%u %s", rr->preference, rr->target);
    else if (rr->type == DNS_SOA)
        snprintf(out, READ_DATA_BYTES, "%s %s %u %u %u %u %u", rr->target, rr->soa_rname, rr->soa_serial,
                 rr->soa_refresh, rr->soa_retry, rr->soa_expire, rr->soa_minimum);
    else
        snprintf(out, READ_DATA_BYTES, "%s", rr->target);
}

static bool same_head(const struct dns_reading *r, const struct dns_message *m)
{
    unsigned edns_size = r->has_opt && r->opt_size < DNS_UDP_MAX_BYTES ? DNS_UDP_MAX_BYTES : r->opt_size;
    return r->id == m->id && r->is_response == m->is_response && r->authoritative == m->authoritative &&
           r->truncated == m->truncated && r->recursion_desired == m->recursion_desired &&
           r->recursion_available == m->recursion_available && r->rcode == (unsigned)m->rcode &&
           strcmp(r->qname, m->qname) == 0 && r->qtype == (unsigned)m->qtype && r->has_opt == m->has_edns &&
           edns_size == m->edns_size && r->opt_version == m->edns_version && r->n[READ_ANSWER] == m->n_answer &&
           r->n[READ_AUTHORITY] == m->n_authority && r->n[READ_ADDITIONAL] == m->n_additional;
}

static bool same_records(struct dns_reading *r, const struct dns_message *m)
{
    struct read_record record;
    char data[READ_DATA_BYTES];
    size_t i = 0;
    for (; dns_reading_next(r, &record); i++) {
        const struct dns_rr *rr = &m->rrs[i];
        data_of(rr, data);
        if (record.type != (unsigned)rr->type || record.ttl_s != rr->ttl_s || strcmp(record.owner, rr->name) != 0 ||
            strcmp(record.data, data) != 0)
            return false;
    }
    return i == (size_t)m->n_answer + m->n_authority + m->n_additional;
}

static const char *in_hex(const uint8_t *bytes, size_t size)
{
    static char text[4096];
    for (size_t i = 0; i < size && 2 * i + 3 < sizeof text; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

/* parse(serialise(parse(b))) = parse(b) */
static void comes_back(const struct dns_message *m, struct dns_reading r)
{
    static uint8_t again[65535];
    struct dns_reading second;
    size_t size = dns_encode(m, again, sizeof again);
    cr_assert(size > 0 && dns_reading_begin(&second, again, size));
    cr_assert(same_head(&second, m) && same_records(&second, m));
    cr_assert(same_head(&r, m));
}

/* Whether the bytes are a message. */
static bool agree(const uint8_t *bytes, size_t size)
{
    struct dns_reading r;
    struct dns_message *m = dns_decode(bytes, size);
    bool is_message = dns_reading_begin(&r, bytes, size);
    cr_assert_eq(is_message, m != NULL, "one takes it, and the other does not (%d): %s", is_message,
                 in_hex(bytes, size));
    if (m) {
        comes_back(m, r);
        cr_assert(same_head(&r, m) && same_records(&r, m), "they read different things: %s", in_hex(bytes, size));
    }
    dns_message_drop(m);
    return is_message;
}

static size_t mutate(uint8_t *bytes, size_t size)
{
    for (uint32_t n = 1 + draw(3); n > 0; n--) {
        size_t at = draw((uint32_t)size);
        switch (draw(5)) {
        case 0:
            bytes[at] = (uint8_t)draw(256);
            break;
        case 1:
            bytes[at] ^= (uint8_t)(1u << draw(8));
            break;
        case 2: /* a pointer to anywhere near */
            bytes[at] = 0xc0;
            if (at + 1 < size) bytes[at + 1] = (uint8_t)draw((uint32_t)size);
            break;
        case 3:
            size = 1 + at;
            break;
        default:
            memmove(bytes + at, bytes + draw((uint32_t)at + 1), size - at);
        }
    }
    return size;
}

Test(dns_reading, two_readers_agree_on_messages_and_on_what_is_made_of_them)
{
    static uint8_t bytes[4096], mutant[4096];
    unsigned taken = 0;
    for (int i = 0; i < MESSAGES; i++) {
        size_t size = any_message(bytes, sizeof bytes);
        cr_assert(size > 0 && agree(bytes, size));
        for (int k = 0; k < MUTANTS; k++) {
            memcpy(mutant, bytes, size);
            taken += agree(mutant, mutate(mutant, size));
        }
    }
    cr_assert(taken > MESSAGES && taken < MESSAGES * MUTANTS / 2, "%u mutants are messages", taken);
}

/* An answer whose owner is this pointer, behind a question for "b" at 12. */
static bool takes_pointer_to(uint8_t target)
{
    uint8_t bytes[] = {0, 1,    0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 'b', 0, 0, 1, 0,
                       1, 0xc0, 0,    0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 10,  0, 0, 5};
    bytes[20] = target;
    return agree(bytes, sizeof bytes);
}

Test(dns_reading, pointers_lead_strictly_backwards)
{
    cr_expect(takes_pointer_to(12));
    cr_expect(takes_pointer_to(14), "the root");
    cr_expect(!takes_pointer_to(19), "itself");
    cr_expect(!takes_pointer_to(20) && !takes_pointer_to(21) && !takes_pointer_to(200), "what follows");
}

/* RFC 1035 4.1.4: labels that end with a pointer. A row of nothing but pointers would cost its length for each name. */
Test(dns_reading, a_pointer_leads_to_a_label)
{
    static uint8_t bytes[] = {0, 1,    0x80, 0,  0, 1, 0, 2, 0, 0, 0, 0, 1, 'b', 0,  0, 1,
                              0, 1,    0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4,   10, 0, 0,
                              5, 0xc0, 19,   0,  1, 0, 1, 0, 0, 0, 9, 0, 4, 10,  0,  0, 5};
    cr_expect(!agree(bytes, sizeof bytes));
    bytes[36] = 12;
    cr_expect(agree(bytes, sizeof bytes));
}
