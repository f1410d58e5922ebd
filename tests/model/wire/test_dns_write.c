/* The bytes of DNS messages are those that ldns writes, and to write or to count them takes work in proportion. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ldns_encode.h"
#include "model/wire/dns_internal.h"

enum { MOST_RECORDS = 1500 };

static char names[MOST_RECORDS][128];
static struct dns_rr rrs[MOST_RECORDS];
static uint8_t ours[DNS_MESSAGE_MAX_BYTES], theirs[2 * DNS_MESSAGE_MAX_BYTES];

static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

/* Of one to five labels that come again and again, and now and then the root. */
static const char *any_name(uint64_t *state, char *out, size_t size, uint32_t n_labels)
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t labels = draw(state, 16) ? 1 + draw(state, 5) : 0; labels > 0; labels--)
        used += (size_t)snprintf(out + used, size - used, "%sl%u", used ? "." : "", draw(state, n_labels));
    return out;
}

static void any_record(uint64_t *state, size_t i, uint32_t n_labels)
{
    static const enum dns_type types[] = {DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX, DNS_TXT, DNS_AAAA};
    struct dns_rr *rr = &rrs[i];
    *rr = (struct dns_rr){.name = names[draw(state, (uint32_t)i + 1)],
                          .type = types[draw(state, 7)],
                          .ttl_s = draw(state, 1u << 31),
                          .preference = (uint16_t)draw(state, 65536)};
    any_name(state, names[i], sizeof names[i], n_labels);
    if (rr->type == DNS_A) rr->address = draw(state, 1u << 31);
    if (rr->type == DNS_AAAA) rr->address6 = (struct ip_address){draw(state, 1u << 31), draw(state, 1u << 31)};
    if (rr->type != DNS_A && rr->type != DNS_AAAA) rr->target = names[draw(state, (uint32_t)i + 1)];
    if (rr->type == DNS_SOA) rr->soa_rname = names[draw(state, (uint32_t)i + 1)], rr->soa_serial = draw(state, 1000);
}

static struct dns_message any_message(uint64_t *state, uint32_t most, uint32_t n_labels)
{
    struct dns_message m = {.references = 1, .id = (uint16_t)draw(state, 65536), .rrs = rrs};
    uint32_t flags = draw(state, 64);
    m.is_response = flags & 1, m.authoritative = flags & 2, m.truncated = flags & 4;
    m.recursion_desired = flags & 8, m.recursion_available = flags & 16, m.has_edns = flags & 32;
    m.edns_size = m.has_edns ? 1232 : 0;
    m.rcode = (enum dns_rcode)draw(state, m.has_edns ? 17 : 6);
    m.qtype = (enum dns_type)(1 + draw(state, 260));
    m.n_answer = (uint16_t)draw(state, most);
    m.n_authority = (uint16_t)draw(state, most);
    m.n_additional = (uint16_t)draw(state, most);
    for (size_t i = 0; i < dns_message_count_rrs(&m); i++)
        any_record(state, i, n_labels);
    m.qname = names[0];
    return m;
}

Test(dns_write, bytes_are_those_of_ldns)
{
    uint64_t state = 3;
    for (int round = 0; round < 2000; round++) {
        uint32_t most = round % 100 == 99 ? MOST_RECORDS / 3 : round % 10 == 9 ? 40 : 4;
        memset(names, 0, sizeof names);
        struct dns_message m = any_message(&state, most, round % 200 < 100 ? 6 : 3000);
        size_t size = dns_encode(&m, ours, sizeof ours), expected = ldns_encode(&m, theirs, sizeof theirs);
        if (expected > DNS_MESSAGE_MAX_BYTES) expected = 0;
        cr_assert_eq(size, expected, "round %d: %zu bytes instead of %zu", round, size, expected);
        cr_assert(memcmp(ours, theirs, size) == 0, "round %d, %zu bytes", round, size);
        if (size > 0) cr_assert_eq(dns_wire_size(&m), size, "round %d", round);
    }
}

/* 4.1.4: a pointer has 14 bits. A name is pushed byte by byte over where they end. */
Test(dns_write, pointers_reach_as_far_as_they_can)
{
    static char text[256];
    for (int extra = 0; extra < 40; extra++) {
        size_t n = 0;
        for (; n < 60; n++)
            rrs[n] = (struct dns_rr){.name = "a", .type = DNS_TXT, .target = text};
        memset(text, 'x', 255);
        rrs[n++] = (struct dns_rr){.name = "a", .type = DNS_TXT, .target = text + 255 - 220};
        rrs[n++] = (struct dns_rr){.name = "a", .type = DNS_TXT, .target = text + 255 - 20 - extra};
        for (int i = 0; i < 3; i++)
            rrs[n++] = (struct dns_rr){.name = "far.away.here", .type = DNS_NS, .target = "so.far.away.here"};
        struct dns_message m = {.references = 1, .qname = "a", .qtype = DNS_A, .rrs = rrs, .n_answer = (uint16_t)n};
        size_t size = dns_encode(&m, ours, sizeof ours);
        cr_assert(size > 16384 && size == ldns_encode(&m, theirs, sizeof theirs), "%zu bytes", size);
        cr_assert(memcmp(ours, theirs, size) == 0, "%d", extra);
        cr_assert_eq(dns_wire_size(&m), size);
    }
}

/* The looks at what was seen, for as many records of different names. */
static size_t looks_for(size_t n)
{
    struct dns_suffixes seen;
    dns_suffixes_init(&seen);
    size_t at = 12;
    for (size_t i = 0; i < n; i++) {
        char *name = names[i % MOST_RECORDS];
        size_t length = (size_t)snprintf(name, sizeof names[0], "mx%zu", i);
        uint32_t hash = (uint32_t)i * 0x9e3779b9u;
        dns_suffixes_find_or_add(&seen, name, length, hash ^ hash >> 15, at);
        at += 10;
    }
    size_t looks = seen.looks;
    dns_suffixes_free(&seen);
    return looks;
}

Test(dns_write, what_was_seen_is_found_with_a_look_or_two)
{
    cr_expect(looks_for(100) < 400, "%zu", looks_for(100));
    cr_expect(looks_for(1000) < 4000, "%zu", looks_for(1000));
}

/* Names whose hashes are equal cost no more than a bound, and are written in full where they are not found. */
Test(dns_write, the_work_is_bounded_whatever_the_names_are)
{
    struct dns_suffixes seen;
    dns_suffixes_init(&seen);
    for (size_t i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "mx%04zu", i);
        cr_assert_eq(dns_suffixes_find_or_add(&seen, names[i], 6, 7, 100 + i), 0);
    }
    cr_expect(seen.looks < 100 * 1000, "%zu", seen.looks);
    cr_expect_eq(dns_suffixes_find_or_add(&seen, "mx0000", 6, 7, 5000), 100);
    dns_suffixes_free(&seen);
}

Test(dns_write, how_many_records_fit_is_said_to_the_byte)
{
    uint64_t state = 5;
    for (int round = 0; round < 300; round++) {
        memset(names, 0, sizeof names);
        struct dns_message m = any_message(&state, 10, 6);
        size_t most = draw(&state, 900), size, n = dns_wire_records_within(&m, most, &size);
        size_t n_all = dns_message_count_rrs(&m);
        m.n_answer = (uint16_t)n, m.n_authority = m.n_additional = 0, m.wire_size = 0;
        cr_assert_eq(dns_wire_size(&m), size, "round %d", round);
        cr_assert(n == 0 || size <= most);
        m.n_answer++, m.wire_size = 0;
        if (n < n_all) cr_assert_gt(dns_wire_size(&m), most, "round %d", round);
    }
}

Test(dns_write, what_has_no_bytes_is_not_written)
{
    static char long_label[65], long_text[300], long_name[260];
    memset(long_label, 'a', 64);
    memset(long_text, 'a', 256);
    for (size_t i = 0; i < 254; i++)
        long_name[i] = i % 50 == 49 ? '.' : 'a';
    const char *const bad[] = {long_label, long_name, "a..b", ".a", "a."};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct dns_message m = {.references = 1, .qname = bad[i], .qtype = DNS_A};
        cr_expect_eq(dns_encode(&m, ours, sizeof ours), 0, "%s", bad[i]);
    }
    struct dns_rr text = {.name = "a", .type = DNS_TXT, .target = long_text};
    struct dns_message m = {.references = 1, .qname = "a", .qtype = DNS_TXT, .rrs = &text, .n_answer = 1};
    cr_expect_eq(dns_encode(&m, ours, sizeof ours), 0);
    text.target = long_text + 1;
    cr_expect_gt(dns_encode(&m, ours, sizeof ours), 255);
    long_name[253] = '\0';
    m.qname = text.name = long_name;
    cr_expect_gt(dns_encode(&m, ours, sizeof ours), 255 + 255);
}
