/* DNS messages and their bytes: RFC 1035 3, 4 and 5.1. */
#include "model/wire/dns_wire.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static uint32_t draw(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33) % below;
}

static struct dns_message query_for(const char *qname, enum dns_type qtype)
{
    return (struct dns_message){
        .references = 1, .id = 0x1234, .recursion_desired = true, .qname = qname, .qtype = qtype};
}

/* The answer of "b.example MX" with its host's address, as a name server would send it. */
static const struct dns_rr mx_and_address[] = {
    {.name = "b.example", .type = DNS_MX, .ttl_s = 300, .preference = 10, .target = "mx1.b.example"},
    {.name = "mx1.b.example", .type = DNS_A, .ttl_s = 300, .address = 0x0a000005},
};

static struct dns_message mx_answer(void)
{
    struct dns_message m = query_for("b.example", DNS_MX);
    m.is_response = m.authoritative = true;
    m.n_answer = 1;
    m.n_additional = 1;
    m.rrs = mx_and_address;
    return m;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_rr(const struct dns_rr *a, const struct dns_rr *b)
{
    return a->type == b->type && a->ttl_s == b->ttl_s && a->preference == b->preference && a->address == b->address &&
           ip_equals(a->address6, b->address6) && same_text(a->name, b->name) && same_text(a->target, b->target) &&
           same_text(a->soa_rname, b->soa_rname) && a->soa_serial == b->soa_serial &&
           a->soa_refresh == b->soa_refresh && a->soa_retry == b->soa_retry && a->soa_expire == b->soa_expire &&
           a->soa_minimum == b->soa_minimum;
}

static bool same_message(const struct dns_message *a, const struct dns_message *b)
{
    if (a->id != b->id || a->is_response != b->is_response || a->authoritative != b->authoritative ||
        a->truncated != b->truncated || a->recursion_desired != b->recursion_desired ||
        a->recursion_available != b->recursion_available || a->rcode != b->rcode || a->qtype != b->qtype ||
        strcmp(a->qname, b->qname) != 0 || a->n_answer != b->n_answer || a->n_authority != b->n_authority ||
        a->n_additional != b->n_additional || a->has_edns != b->has_edns || a->edns_size != b->edns_size ||
        a->edns_version != b->edns_version)
        return false;
    for (int i = 0; i < a->n_answer + a->n_authority + a->n_additional; i++)
        if (!same_rr(&a->rrs[i], &b->rrs[i])) return false;
    return true;
}

Test(dns_wire, a_query_is_header_question_and_nothing_else)
{
    static const uint8_t expected[] = {0x12, 0x34, 0x01, 0x00, 0,   1,   0,   0,   0, 0, 0,  0, 1, 'b',
                                       7,    'e',  'x',  'a',  'm', 'p', 'l', 'e', 0, 0, 15, 0, 1};
    struct dns_message query = query_for("b.example", DNS_MX);
    uint8_t bytes[DNS_UDP_MAX_BYTES];
    cr_assert_eq(dns_encode(&query, bytes, sizeof bytes), sizeof expected);
    cr_assert_arr_eq(bytes, expected, sizeof expected);
    cr_assert_eq(dns_wire_size(&query), 12 + 11 + 4);
    cr_assert_eq(dns_encode(&query, bytes, sizeof expected - 1), 0, "what does not fit is not cut");
}

Test(dns_wire, names_said_before_become_pointers)
{
    /* RFC 1035 4.1.4: b.example stands at 12, mx1.b.example (in the MX record) at 41. */
    static const uint8_t records[] = {0xc0, 12, 0,    15, 0, 1, 0, 0, 1, 44, 0, 8,  0, 10, 3,  'm', 'x', '1',
                                      0xc0, 12, 0xc0, 41, 0, 1, 0, 1, 0, 0,  1, 44, 0, 4,  10, 0,   0,   5};
    struct dns_message answer = mx_answer();
    uint8_t bytes[DNS_UDP_MAX_BYTES];
    cr_assert_eq(dns_encode(&answer, bytes, sizeof bytes), 27 + sizeof records);
    cr_assert_arr_eq(bytes + 27, records, sizeof records);
    cr_assert_eq(bytes[2], 0x85, "QR, AA and RD");
    cr_assert_eq(dns_wire_size(&answer), 27 + sizeof records);
}

Test(dns_wire, a_message_is_one_block_that_several_may_hold)
{
    struct dns_message content = mx_answer();
    struct dns_message *m = dns_message_new(&content);
    cr_assert(same_message(m, &content));
    cr_assert_neq(m->qname, content.qname);
    cr_assert_neq(m->rrs[0].target, content.rrs[0].target);
    cr_assert_eq(dns_message_hold(m), m);
    dns_message_drop(m);
    cr_assert_str_eq(m->rrs[1].name, "mx1.b.example", "still held once");
    dns_message_drop(m);
    dns_message_drop(NULL);
}

static const char *random_name(uint64_t *state)
{
    static const char *const names[] = {"",
                                        "example",
                                        "b.example",
                                        "mx1.b.example",
                                        "a.mx1.b.example",
                                        "mx2.b.example",
                                        "xample",
                                        "ab.example",
                                        "c.org",
                                        "a-very-long-label-of-sixty-three-bytes-which-is-as-long-as-it-g.c.org"};
    return names[draw(state, sizeof names / sizeof *names)];
}

static void random_rr(uint64_t *state, struct dns_rr *rr)
{
    static const enum dns_type types[] = {DNS_A, DNS_NS, DNS_CNAME, DNS_SOA, DNS_MX};
    *rr = (struct dns_rr){.name = random_name(state), .type = types[draw(state, 5)], .ttl_s = draw(state, 90000)};
    if (rr->type == DNS_A) {
        rr->address = draw(state, UINT32_MAX);
        return;
    }
    rr->target = random_name(state);
    if (rr->type == DNS_MX) rr->preference = (uint16_t)draw(state, 65536);
    if (rr->type != DNS_SOA) return;
    rr->soa_rname = random_name(state);
    rr->soa_serial = draw(state, UINT32_MAX);
    rr->soa_refresh = draw(state, 100000);
    rr->soa_retry = draw(state, 100000);
    rr->soa_expire = draw(state, 100000);
    rr->soa_minimum = draw(state, 100000);
}

Test(dns_wire, every_message_comes_back_from_its_bytes_and_has_the_size_that_was_counted)
{
    static uint8_t bytes[65535];
    static struct dns_rr rrs[1200];
    uint64_t state = 7;
    for (int round = 0; round < 3000; round++) {
        struct dns_message m = query_for(random_name(&state), (enum dns_type)(1 + draw(&state, 260)));
        m.id = (uint16_t)draw(&state, 65536);
        m.is_response = draw(&state, 2);
        m.authoritative = draw(&state, 2);
        m.truncated = draw(&state, 2);
        m.recursion_desired = draw(&state, 2);
        m.recursion_available = draw(&state, 2);
        m.has_edns = draw(&state, 2);
        m.edns_size = m.has_edns ? (uint16_t)(512 + draw(&state, 65536 - 512)) : 0;
        m.edns_version = m.has_edns ? (uint8_t)draw(&state, 3) : 0;
        m.rcode = (enum dns_rcode)draw(&state, m.has_edns ? 17 : 6);
        /* Now and then a large one, beyond what a pointer reaches (16383). */
        uint32_t most = round % 500 == 499 ? 400 : 4;
        m.n_answer = (uint16_t)draw(&state, most);
        m.n_authority = (uint16_t)draw(&state, most);
        m.n_additional = (uint16_t)draw(&state, most);
        for (int i = 0; i < m.n_answer + m.n_authority + m.n_additional; i++)
            random_rr(&state, &rrs[i]);
        m.rrs = rrs;
        size_t size = dns_encode(&m, bytes, sizeof bytes);
        cr_assert_eq(dns_wire_size(&m), size, "round %d: counted %u, encoded %zu", round, m.wire_size, size);
        struct dns_message *back = dns_decode(bytes, size);
        cr_assert(back && same_message(&m, back), "round %d", round);
        dns_message_drop(back);
    }
}

/* RFC 6891 6.2.3. */
Test(dns_wire, an_opt_record_that_takes_less_than_512_bytes_takes_512)
{
    static const uint16_t said[] = {0, 1, 511, 512, 513};
    static const uint16_t taken[] = {512, 512, 512, 512, 513};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        uint8_t bytes[] = {0,
                           1,
                           0,
                           0,
                           0,
                           1,
                           0,
                           0,
                           0,
                           0,
                           0,
                           1,
                           1,
                           'b',
                           0,
                           0,
                           15,
                           0,
                           1,
                           0,
                           0,
                           41,
                           (uint8_t)(said[i] >> 8),
                           (uint8_t)said[i],
                           0,
                           0,
                           0,
                           0,
                           0,
                           0};
        struct dns_message *m = dns_decode(bytes, sizeof bytes);
        cr_assert(m && m->has_edns);
        cr_expect_eq(m->edns_size, taken[i], "%u was read as %u", said[i], m->edns_size);
        cr_expect_eq(dns_wire_size(m), sizeof bytes);
        cr_expect_eq(dns_encode(m, bytes, sizeof bytes), sizeof bytes);
        dns_message_drop(m);
    }
}

Test(dns_wire, the_size_is_right_when_there_are_more_names_than_one_remembers)
{
    static char names[600][24];
    static struct dns_rr rrs[600];
    static uint8_t bytes[65535];
    struct dns_message m = query_for("c", DNS_A);
    for (int i = 0; i < 600; i++) {
        snprintf(names[i], sizeof names[i], "host%d.c", i);
        rrs[i] = (struct dns_rr){.name = names[i], .type = DNS_A};
    }
    m.rrs = rrs;
    m.n_answer = 600;
    cr_assert_eq(dns_wire_size(&m), dns_encode(&m, bytes, sizeof bytes));
}

Test(dns_wire, damaged_bytes_are_refused_or_understood_and_never_crash)
{
    struct dns_message answer = mx_answer();
    uint8_t good[DNS_UDP_MAX_BYTES], bytes[DNS_UDP_MAX_BYTES], again[65535];
    size_t good_size = dns_encode(&answer, good, sizeof good);
    for (size_t size = 0; size < good_size; size++)
        cr_assert_null(dns_decode(good, size), "cut after %zu bytes", size);
    uint64_t state = 11;
    unsigned understood = 0, refused = 0;
    for (int round = 0; round < 60000; round++) {
        memcpy(bytes, good, good_size);
        size_t size = good_size;
        for (uint32_t n = 1 + draw(&state, 4); n > 0; n--)
            bytes[draw(&state, (uint32_t)size)] = (uint8_t)draw(&state, 256);
        if (draw(&state, 4) == 0) size = draw(&state, (uint32_t)size + 1);
        if (draw(&state, 8) == 0)
            for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)draw(&state, 256);
        struct dns_message *m = dns_decode(bytes, size);
        if (!m) {
            refused++;
            continue;
        }
        understood++;
        size_t again_size = dns_encode(m, again, sizeof again);
        cr_assert_eq(dns_wire_size(m), again_size);
        struct dns_message *back = dns_decode(again, again_size);
        cr_assert(back && same_message(m, back));
        dns_message_drop(back);
        dns_message_drop(m);
    }
    cr_assert(understood > 1000 && refused > 1000, "%u understood, %u refused", understood, refused);
}

Test(dns_wire, only_one_question_of_the_internet_class_is_understood)
{
    struct dns_message query = query_for("b.example", DNS_MX);
    uint8_t bytes[DNS_UDP_MAX_BYTES];
    size_t size = dns_encode(&query, bytes, sizeof bytes);
    static const struct {
        size_t at;
        uint8_t value;
        const char *why;
    } changes[] = {
        {5, 0, "no question"},
        {5, 2, "two questions announced, one there"},
        {26, 3, "class CHAOS"},
        {2, 0x29, "a notify"},
        {15, '.', "a dot inside a label"},
        {13, 0, "a zero byte inside a label"},
        {12, 0xc0, "a pointer forwards"},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        uint8_t changed[DNS_UDP_MAX_BYTES];
        memcpy(changed, bytes, size);
        changed[changes[i].at] = changes[i].value;

        cr_assert_null(dns_decode(changed, size), "%s", changes[i].why);
    }
    bytes[13] = 'B';
    struct dns_message *m = dns_decode(bytes, size);
    cr_assert(m && strcmp(m->qname, "b.example") == 0, "upper case is read as lower case");
    dns_message_drop(m);
}

Test(dns_wire, names_are_brought_to_one_form)
{
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"B.Example", "b.example"},
        {"b.example.", "b.example"},
        {"", ""},
        {"_dmarc.b", "_dmarc.b"},
        {"*.b", "*.b"},
        {"b..example", NULL},
        {".b", NULL},
        {".", NULL},
        {"b.example..", NULL},
        {"[10.0.0.1]", NULL},
        {"a b", NULL},
        {"b\xc3\xa9.example", NULL},
        {"a\tb", NULL},
        {"1.2", "1.2"},
        {"x-y", "x-y"},
    };
    char out[DNS_NAME_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool good = dns_name_normalize(cases[i].in, out);
        cr_assert_eq(good, cases[i].out != NULL, "\"%s\"", cases[i].in);
        if (good) cr_assert_str_eq(out, cases[i].out);
    }
    char name[300];
    memset(name, 'a', sizeof name);
    name[63] = name[127] = name[191] = '.';
    name[253] = '\0';
    cr_assert(dns_name_normalize(name, out), "253 bytes in labels of at most 63");
    name[253] = 'a', name[254] = '\0';
    cr_assert_not(dns_name_normalize(name, out), "254 bytes");
    name[63] = 'a', name[100] = '\0';
    cr_assert_not(dns_name_normalize(name, out), "a label of 100");
}

Test(dns_wire, a_line_of_a_master_file_is_a_record)
{
    static const struct {
        const char *line;
        struct dns_rr rr; /* without a name: refused */
    } cases[] = {
        {"@ 300 IN MX 10 mx1",
         {.name = "b.example", .type = DNS_MX, .ttl_s = 300, .preference = 10, .target = "mx1.b.example"}},
        {"MX1 A 10.0.0.5", {.name = "mx1.b.example", .type = DNS_A, .ttl_s = 3600, .address = 0x0a000005}},
        {"@ 1h IN CNAME www.C.org.", {.name = "b.example", .type = DNS_CNAME, .ttl_s = 3600, .target = "www.c.org"}},
        {"@ IN MX 0 .", {.name = "b.example", .type = DNS_MX, .ttl_s = 3600, .preference = 0, .target = ""}},
        {"@ IN NS ns ; a comment", {.name = "b.example", .type = DNS_NS, .ttl_s = 3600, .target = "ns.b.example"}},
        {"@ SOA ns root 4000000000 2 3 4 5",
         {.name = "b.example",
          .type = DNS_SOA,
          .ttl_s = 3600,
          .target = "ns.b.example",
          .soa_rname = "root.b.example",
          .soa_serial = 4000000000,
          .soa_refresh = 2,
          .soa_retry = 3,
          .soa_expire = 4,
          .soa_minimum = 5}},
        {"@ MX 70000 mx1", {0}},
        {"@ 99999999999 A 10.0.0.1", {0}},
        {"@ 2147483647 A 10.0.0.1", {.name = "b.example", .type = DNS_A, .ttl_s = 2147483647, .address = 0x0a000001}},
        {"@ 2147483648 A 10.0.0.1", {.name = "b.example", .type = DNS_A, .ttl_s = 0, .address = 0x0a000001}},
        {"@ 4294967296 A 10.0.0.1", {0}},
        {"@ 10000w A 10.0.0.1", {0}},
        {"99999999999 in 1h30m a 10.0.0.1",
         {.name = "99999999999.b.example", .type = DNS_A, .ttl_s = 5400, .address = 0x0a000001}},
        {"@ TXT \"99999999999\"", {.name = "b.example", .type = DNS_TXT, .ttl_s = 3600, .target = "99999999999"}},
        {"@ SOA ns root 4294967296 2 3 4 5", {0}},
        {"@ IN IN A 10.0.0.1", {0}},
        {"@ 300 IN 300 A 10.0.0.1", {0}},
        {"@ A 10.0.0", {0}},
        {"@ MX 10", {0}},
        {"@ A 10.0.0.1 10.0.0.2", {0}},
        {"@ CH A 10.0.0.1", {0}},
        {"@ TXT \"v=spf1 -all\"", {.name = "b.example", .type = DNS_TXT, .ttl_s = 3600, .target = "v=spf1 -all"}},
        {"@ TXT \"two\" \"strings\"", {0}},
        {"@ TXT \"no\\007text\"", {0}},
        {"@ AAAA 2001:db8::5",
         {.name = "b.example", .type = DNS_AAAA, .ttl_s = 3600, .address6 = {0x20010db800000000, 5}}},
        {"@ AAAA 10.0.0.1", {0}},
        {"nonsense", {0}},
        {"a..b A 10.0.0.1", {0}},
        {"@", {0}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dns_rr_line out;
        char error[128] = "";
        struct dns_lines lines;
        dns_lines_begin(&lines, "b.example");
        bool good = dns_lines_read(&lines, cases[i].line, &out, error, sizeof error) == DNS_LINE_RECORD;
        cr_assert_eq(good, cases[i].rr.name != NULL, "\"%s\": %s", cases[i].line, error);
        if (good) cr_assert(same_rr(&out.rr, &cases[i].rr), "\"%s\"", cases[i].line);
        bool tells =
            strncmp(error, "is not", 6) == 0 || strncmp(error, "holds", 5) == 0 || strncmp(error, "gives", 5) == 0;
        if (!good) cr_assert(tells, "\"%s\"", error);
    }
}

/* RFC 1035 5.1, RFC 2308 4: what is said of the lines behind. */
Test(dns_wire, origin_and_ttl_hold_until_they_are_said_anew)
{
    static const struct {
        const char *line, *name, *target; /* no name: no record */
        uint32_t ttl_s;
        const char *error;
    } cases[] = {
        {"; a comment", NULL, NULL, 0, ""},
        {"", NULL, NULL, 0, ""},
        {"@ MX 10 mx1", "b.example", "mx1.b.example", 3600, ""},
        {"$TTL 300", NULL, NULL, 0, ""},
        {"@ MX 10 mx1", "b.example", "mx1.b.example", 300, ""},
        {"@ 60 MX 10 mx1", "b.example", "mx1.b.example", 60, ""},
        {"$ORIGIN sub", NULL, NULL, 0, ""},
        {"@ MX 10 mx1", "sub.b.example", "mx1.sub.b.example", 300, ""},
        {"$origin DEEP ; below", NULL, NULL, 0, ""},
        {"x MX 10 mx1.b.example.", "x.deep.sub.b.example", "mx1.b.example", 300, ""},
        {"$ORIGIN @", NULL, NULL, 0, ""},
        {"$ttl\t1d12h", NULL, NULL, 0, ""},
        {"x MX 10 mx1", "x.deep.sub.b.example", "mx1.deep.sub.b.example", 129600, ""},
        {"$ORIGIN .", NULL, NULL, 0, ""},
        {"c.example MX 10 mx1", "c.example", "mx1", 129600, ""},
        {"$ORIGIN c.example", NULL, NULL, 0, ""},
        {"$TTL 2147483648", NULL, NULL, 0, ""}, /* RFC 2181 8 */
        {"@ MX 10 mx1", "c.example", "mx1.c.example", 0, ""},
        {"$ORIGIN", NULL, NULL, 0, "is not of the form \"$ORIGIN sub.b.example.\""},
        {"$ORIGIN a..b", NULL, NULL, 0, "is not of the form \"$ORIGIN sub.b.example.\""},
        {"$ORIGIN a b", NULL, NULL, 0, "is not of the form \"$ORIGIN sub.b.example.\""},
        {"$TTL", NULL, NULL, 0, "is not of the form \"$TTL 300\""},
        {"$TTL soon", NULL, NULL, 0, "is not of the form \"$TTL 300\""},
        {"$TTL 300 400", NULL, NULL, 0, "is not of the form \"$TTL 300\""},
        {"$TTL 4294967296", NULL, NULL, 0, "holds a number that is too large for its field"},
        {"$INCLUDE other", NULL, NULL, 0, "is a directive that is not known here: there are $TTL and $ORIGIN"},
        {"@ MX 10 mx1", "c.example", "mx1.c.example", 0, ""},
    };
    struct dns_lines lines;
    dns_lines_begin(&lines, "b.example");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dns_rr_line out;
        char error[128] = "";
        enum dns_line what = dns_lines_read(&lines, cases[i].line, &out, error, sizeof error);
        cr_assert_str_eq(error, cases[i].error, "\"%s\"", cases[i].line);
        cr_assert_eq(what, cases[i].name ? DNS_LINE_RECORD : *error ? DNS_LINE_WRONG : DNS_LINE_NOTHING);
        if (!cases[i].name) continue;
        cr_expect_str_eq(out.rr.name, cases[i].name, "\"%s\": %s", cases[i].line, out.rr.name);
        cr_expect_str_eq(out.rr.target, cases[i].target, "\"%s\": %s", cases[i].line, out.rr.target);
        cr_expect_eq(out.rr.ttl_s, cases[i].ttl_s, "\"%s\": %u", cases[i].line, out.rr.ttl_s);
    }
}

Test(dns_wire, an_answer_reads_as_people_write_records)
{
    static const struct dns_rr two[] = {
        {.name = "b", .type = DNS_MX, .preference = 10, .target = "mx1.b"},
        {.name = "b", .type = DNS_MX, .preference = 20, .target = "mx2.b"},
    };
    static const struct dns_rr address = {.name = "b", .type = DNS_A, .address = 0x0a000005};
    struct dns_message m = query_for("b", DNS_MX);
    char text[64];
    cr_assert_str_eq(dns_answer_text(&m, text, sizeof text), "");
    m.n_answer = 2;
    m.rrs = two;
    cr_assert_str_eq(dns_answer_text(&m, text, sizeof text), "10 mx1.b., 20 mx2.b.");
    cr_assert_str_eq(dns_answer_text(&m, text, 12), "10 mx1.b., ", "cut to size");
    m.n_answer = 1;
    m.rrs = &address;
    cr_assert_str_eq(dns_answer_text(&m, text, sizeof text), "10.0.0.5");
    cr_assert_str_eq(dns_type_text(DNS_MX), "MX");
    cr_assert_str_eq(dns_type_text((enum dns_type)257), "?");
    cr_assert_str_eq(dns_rcode_text(DNS_NXDOMAIN), "NXDOMAIN");
}
