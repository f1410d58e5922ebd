/* What a name server answers from its zones: RFC 1034 4.3.2, RFC 2308, RFC 2181, RFC 8020. */
#include "model/dns/dns_zones.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static bool add_line(struct dns_zones *zones, const char *apex, const char *line, char *error, size_t error_size)
{
    struct dns_lines lines;
    dns_lines_begin(&lines, apex);
    return dns_zones_add_line(zones, &lines, line, error, error_size);
}

/* Zones of lines in master-file syntax, as "apex: line". */
static struct dns_zones *zones_of(const char *const *lines, size_t n)
{
    struct dns_zones *zones = dns_zones_new();
    for (size_t i = 0; i < n; i++) {
        char apex[64], error[128] = "";
        const char *colon = strchr(lines[i], ':');
        snprintf(apex, sizeof apex, "%.*s", (int)(colon - lines[i]), lines[i]);
        dns_zones_add_zone(zones, apex);
        cr_assert(add_line(zones, apex, colon + 1, error, sizeof error), "%s %s", lines[i], error);
    }
    dns_zones_finish(zones);
    return zones;
}

static const char *const lines[] = {
    "b.example: @ 300 IN MX 20 mx2",
    "b.example: @ 300 IN MX 10 mx1",
    "b.example: @ 300 IN MX 30 backup.c.example.",
    "b.example: @ 300 IN MX 40 elsewhere.org.",
    "b.example: mx1 A 10.0.0.5",
    "b.example: mx1 A 10.0.0.6",
    "b.example: mx2 A 10.0.0.7",
    "b.example: mx2 A 10.0.0.7",
    "b.example: deep.down.below A 10.0.0.8",
    "b.example: www CNAME mx1",
    "b.example: alias CNAME www",
    "b.example: gone CNAME nowhere.c.example.",
    "b.example: away CNAME elsewhere.org.",
    "b.example: mailless CNAME mx1",
    "b.example: round CNAME about",
    "b.example: about CNAME round",
    "b.example: @ NS mx1",
    "b.example: ; nothing but a comment",
    "c.example: @ SOA ns.c.example. root.c.example. 7 1 2 3 60",
    "c.example: backup A 10.0.0.9",
    "sub.b.example: @ A 10.0.0.10",
};

/* "RCODE [aa]: answer | authority | additional", each record as "name TYPE ttl data". */
static void append_rr(char *text, size_t size, const struct dns_rr *rr)
{
    struct dns_message one = {.qname = "", .n_answer = 1, .rrs = rr};
    char data[600];
    size_t used = strlen(text);
    snprintf(text + used, size - used, " %s %s %u %s;", rr->name, dns_type_text(rr->type), rr->ttl_s,
             dns_answer_text(&one, data, sizeof data));
}

static const char *answer_text(const struct dns_zones *zones, const char *qname, enum dns_type qtype)
{
    static char text[4096];
    struct dns_message query = {.id = 9, .recursion_desired = true, .qname = qname, .qtype = qtype};
    struct dns_message *answer = dns_zones_answer(zones, &query);
    cr_assert(answer->is_response && answer->id == 9 && answer->qtype == qtype && answer->recursion_desired);
    cr_assert_str_eq(answer->qname, qname);
    uint8_t bytes[DNS_UDP_MAX_BYTES];
    cr_assert_eq(dns_wire_size(answer), dns_encode(answer, bytes, sizeof bytes), "%s", qname);
    snprintf(text, sizeof text, "%s%s%s:", dns_rcode_text(answer->rcode), answer->authoritative ? " aa" : "",
             answer->truncated ? " tc" : "");
    int n_two = answer->n_answer + answer->n_authority;
    for (int i = 0; i < n_two + answer->n_additional; i++) {
        if (i == answer->n_answer && answer->n_authority > 0) strcat(text, " |");
        if (i == n_two) strcat(text, " +");
        append_rr(text, sizeof text, &answer->rrs[i]);
    }
    dns_message_drop(answer);
    return text;
}

#define SOA_B    " | b.example SOA 300 ns.b.example. hostmaster.b.example. 1;"
#define SOA_C    " | c.example SOA 60 ns.c.example. root.c.example. 7;"
#define MX1_BOTH " mx1.b.example A 3600 10.0.0.5; mx1.b.example A 3600 10.0.0.6;"

Test(dns_zones, answers_are_those_of_rfc_1034)
{
    static const struct {
        const char *qname;
        enum dns_type qtype;
        const char *expected;
    } cases[] = {
        /* the set, and the addresses of hosts that are known here */
        {"b.example", DNS_MX,
         "NOERROR aa: b.example MX 300 20 mx2.b.example.; b.example MX 300 10 mx1.b.example.; b.example MX 300 30 "
         "backup.c.example.; b.example MX 300 40 elsewhere.org.; + mx2.b.example A 3600 10.0.0.7;" MX1_BOTH
         " backup.c.example A 3600 10.0.0.9;"},
        {"mx1.b.example", DNS_A, "NOERROR aa:" MX1_BOTH},
        {"mx2.b.example", DNS_A, "NOERROR aa: mx2.b.example A 3600 10.0.0.7;"}, /* the record given twice */
        {"b.example", DNS_NS, "NOERROR aa: b.example NS 3600 mx1.b.example.; +" MX1_BOTH},
        {"b.example", DNS_SOA, "NOERROR aa: b.example SOA 3600 ns.b.example. hostmaster.b.example. 1;"},
        {"c.example", DNS_SOA, "NOERROR aa: c.example SOA 3600 ns.c.example. root.c.example. 7;"},
        /* the name is there, the type is not */
        {"mx1.b.example", DNS_MX, "NOERROR aa:" SOA_B},
        {"b.example", DNS_AAAA, "NOERROR aa:" SOA_B},
        {"b.example", (enum dns_type)33, "NOERROR aa:" SOA_B},
        {"down.below.b.example", DNS_A, "NOERROR aa:" SOA_B}, /* RFC 8020: names below it are there */
        {"below.b.example", DNS_MX, "NOERROR aa:" SOA_B},
        {"c.example", DNS_MX, "NOERROR aa:" SOA_C},
        /* no such name */
        {"nobody.b.example", DNS_A, "NXDOMAIN aa:" SOA_B},
        {"x.mx1.b.example", DNS_A, "NXDOMAIN aa:" SOA_B},
        {"x.ns.b.example", DNS_A, "NXDOMAIN aa:" SOA_B}, /* compressed with the SOA's own names */
        {"x.c.example", DNS_MX, "NXDOMAIN aa:" SOA_C},
        /* a zone inside a zone */
        {"sub.b.example", DNS_A, "NOERROR aa: sub.b.example A 3600 10.0.0.10;"},
        {"x.sub.b.example", DNS_A,
         "NXDOMAIN aa: | sub.b.example SOA 300 ns.sub.b.example. hostmaster.sub.b.example. 1;"},
        /* aliases */
        {"www.b.example", DNS_A, "NOERROR aa: www.b.example CNAME 3600 CNAME mx1.b.example.;" MX1_BOTH},
        {"alias.b.example", DNS_A,
         "NOERROR aa: alias.b.example CNAME 3600 CNAME www.b.example.; www.b.example CNAME 3600 CNAME "
         "mx1.b.example.;" MX1_BOTH},
        {"www.b.example", DNS_CNAME, "NOERROR aa: www.b.example CNAME 3600 CNAME mx1.b.example.;"},
        {"mailless.b.example", DNS_MX, "NOERROR aa: mailless.b.example CNAME 3600 CNAME mx1.b.example.;" SOA_B},
        {"gone.b.example", DNS_A, "NXDOMAIN aa: gone.b.example CNAME 3600 CNAME nowhere.c.example.;" SOA_C},
        {"away.b.example", DNS_A, "NOERROR aa: away.b.example CNAME 3600 CNAME elsewhere.org.;"},
        {"round.b.example", DNS_A, "SERVFAIL aa:"},
        /* not ours */
        {"elsewhere.org", DNS_A, "REFUSED:"},
        {"example", DNS_MX, "REFUSED:"},
        {"", DNS_NS, "REFUSED:"},
        {"b.example", (enum dns_type)255, "NOTIMP:"},
    };
    struct dns_zones *zones = zones_of(lines, sizeof lines / sizeof *lines);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_expect_str_eq(answer_text(zones, cases[i].qname, cases[i].qtype), cases[i].expected, "%s %s", cases[i].qname,
                         dns_type_text(cases[i].qtype));
    dns_zones_free(zones);
}

Test(dns_zones, an_answer_may_outlive_its_question_and_differs_from_others_only_in_the_head)
{
    struct dns_zones *zones = zones_of(lines, sizeof lines / sizeof *lines);
    char names[2][32] = {"nobody.b.example", "mx2.b.example"};
    for (int i = 0; i < 2; i++) {
        char expected[32];
        strcpy(expected, names[i]);
        struct dns_message query = {.id = 1, .qname = names[i], .qtype = DNS_A};
        struct dns_message *first = dns_zones_answer(zones, &query);
        query.id = 2;
        struct dns_message *second = dns_zones_answer(zones, &query);
        memset(names[i], 'x', sizeof names[i]);
        cr_assert_str_eq(first->qname, expected);
        cr_assert(first->id == 1 && second->id == 2);
        cr_assert_eq(first->rrs, second->rrs, "records are not copied");
        cr_assert_not(first->recursion_desired);
        dns_message_drop(first);
        dns_message_drop(second);
    }
    dns_zones_free(zones);
}

Test(dns_zones, records_that_cannot_be_are_refused_with_a_reason)
{
    static const struct {
        const char *line, *error;
    } cases[] = {
        {"@ A 10.0.0.1", ""},
        {"@ CNAME x", "gives an alias (CNAME) and other records to one name"},
        {"x CNAME @", ""},
        {"x CNAME @", ""},
        {"x A 10.0.0.1", "gives an alias (CNAME) and other records to one name"},
        {"x CNAME y", "gives an alias (CNAME) and other records to one name"},
        {"* MX 10 x", "is a wildcard, which the name servers here do not know"},
        {"x.org. A 10.0.0.1", "has an owner outside the zone"},
        {"y SOA ns root 1 2 3 4 5", "is an SOA record, but its owner is not the name of the zone"},
        {"a!b A 10.0.0.1", "holds a name that no host can have"},
        {"@ MX", "is not a record in master-file syntax, as in \"@ 300 IN MX 10 mx1\""},
    };
    struct dns_zones *zones = dns_zones_new();
    dns_zones_add_zone(zones, "B.example");
    dns_zones_add_zone(zones, "b.example");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char error[128] = "";
        bool good = add_line(zones, "b.example", cases[i].line, error, sizeof error);
        cr_assert_str_eq(error, cases[i].error, "%s", cases[i].line);
        cr_assert_eq(good, error[0] == '\0');
    }
    struct dns_rr outside = {.name = "c.example", .type = DNS_A}, no_target = {.name = "b.example", .type = DNS_MX},
                  good = {.name = "M.b.example.", .type = DNS_A, .address = 3};
    cr_assert_not(dns_zones_add(zones, &outside));
    cr_assert_not(dns_zones_add(zones, &no_target));
    cr_assert(dns_zones_add(zones, &good));
    dns_zones_finish(zones);
    cr_assert_str_eq(answer_text(zones, "m.b.example", DNS_A), "NOERROR aa: m.b.example A 0 0.0.0.3;");
    dns_zones_free(zones);
}

Test(dns_zones, a_set_has_one_ttl)
{
    /* RFC 2181 5.2 */
    static const char *const set[] = {"b: @ 300 MX 10 x", "b: @ 200 MX 20 y", "b: @ 400 MX 30 z"};
    struct dns_zones *zones = zones_of(set, 3);
    cr_assert_str_eq(answer_text(zones, "b", DNS_MX),
                     "NOERROR aa: b MX 200 10 x.b.; b MX 200 20 y.b.; b MX 200 30 z.b.;");
    dns_zones_free(zones);
}

Test(dns_zones, answers_fit_a_datagram_additional_records_go_first)
{
    struct dns_zones *zones = dns_zones_new();
    dns_zones_add_zone(zones, "b");
    for (int i = 0; i < 40; i++) {
        char line[64], error[128];
        snprintf(line, sizeof line, "%s MX %d mx%d", i < 15 ? "some" : "many", i, i);
        add_line(zones, "b", line, error, sizeof error);
        if (i >= 15) continue;
        snprintf(line, sizeof line, "many MX %d mx%d", i, i);
        add_line(zones, "b", line, error, sizeof error);
        for (int k = 0; k < 2; k++) {
            snprintf(line, sizeof line, "mx%d A 10.0.%d.%d", i, i, k);
            add_line(zones, "b", line, error, sizeof error);
        }
    }
    dns_zones_finish(zones);
    struct dns_message query = {.qname = "some.b", .qtype = DNS_MX};
    struct dns_message *answer = dns_zones_answer(zones, &query);
    cr_assert_eq(answer->n_answer, 15);
    cr_assert_not(answer->truncated, "RFC 2181 9: what is additional may be missing");
    cr_assert(answer->n_additional > 0 && answer->n_additional < 30 && answer->n_additional % 2 == 0,
              "%u: sets stay whole", answer->n_additional);
    cr_assert_leq(dns_wire_size(answer), DNS_UDP_MAX_BYTES);
    dns_message_drop(answer);
    query.qname = "many.b";
    answer = dns_zones_answer(zones, &query);
    cr_assert(answer->truncated && answer->n_additional == 0 && answer->n_answer < 40 && answer->n_answer > 20);
    cr_assert_leq(dns_wire_size(answer), DNS_UDP_MAX_BYTES);
    dns_message_drop(answer);
    dns_zones_free(zones);
}

/* RFC 6891 6.2.3 to 6.2.5, 6.1.3; RFC 7766 */
Test(dns_zones, how_much_is_answered_depends_on_the_question)
{
    static const struct {
        bool has_edns;
        uint16_t size;
        size_t most;
    } questions[] = {{false, 0, 512}, {true, 100, 512}, {true, 512, 512}, {true, 900, 900}, {true, 4096, 1232}};
    struct dns_zones *zones = dns_zones_new();
    dns_zones_add_zone(zones, "b");
    for (int i = 0; i < 100; i++) {
        char line[64], error[128];
        snprintf(line, sizeof line, "@ MX %d an-exchange-called-mx%d", i, i);
        add_line(zones, "b", line, error, sizeof error);
    }
    dns_zones_finish(zones);
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        struct dns_message query = {
            .qname = "b", .qtype = DNS_MX, .has_edns = questions[i].has_edns, .edns_size = questions[i].size};
        struct dns_message *answer = dns_zones_answer(zones, &query);
        cr_expect(answer->truncated && answer->has_edns == questions[i].has_edns, "question %zu", i);
        cr_expect(dns_wire_size(answer) <= questions[i].most && dns_wire_size(answer) > questions[i].most - 40,
                  "question %zu: %zu bytes", i, dns_wire_size(answer));
        dns_message_drop(answer);
        answer = dns_zones_answer_stream(zones, &query);
        cr_expect(!answer->truncated && answer->n_answer == 100, "question %zu over TCP", i);
        dns_message_drop(answer);
    }
    struct dns_message later = {.qname = "b", .qtype = DNS_MX, .has_edns = true, .edns_version = 1};
    struct dns_message *answer = dns_zones_answer(zones, &later);
    cr_expect(answer->rcode == DNS_BADVERS && answer->edns_version == 0 && answer->n_answer == 0);
    dns_message_drop(answer);
    dns_zones_free(zones);
}

Test(dns_zones, the_root_can_be_a_zone)
{
    static const char *const root[] = {": example NS ns.example.", ": ns.example. A 10.0.0.1"};
    struct dns_zones *zones = zones_of(root, 2);
    cr_assert_str_eq(answer_text(zones, "org", DNS_A), "NXDOMAIN aa: |  SOA 300 ns. hostmaster. 1;");
    cr_assert_str_eq(answer_text(zones, "ns.example", DNS_A), "NOERROR aa: ns.example A 3600 10.0.0.1;");
    dns_zones_free(zones);
}

Test(dns_zones, thousands_of_names_are_all_found)
{
    struct dns_zones *zones = dns_zones_new();
    dns_zones_add_zone(zones, "b");
    for (uint32_t i = 0; i < 3000; i++) {
        char name[32];
        snprintf(name, sizeof name, "host%u.b", i);
        cr_assert(dns_zones_add(zones, &(struct dns_rr){.name = name, .type = DNS_A, .address = i}));
    }
    dns_zones_finish(zones);
    for (uint32_t i = 0; i < 3000; i++) {
        char name[32];
        snprintf(name, sizeof name, "host%u.b", i);
        struct dns_message query = {.qname = name, .qtype = DNS_A};
        struct dns_message *answer = dns_zones_answer(zones, &query);
        cr_assert(answer->n_answer == 1 && answer->rrs[0].address == i);
        dns_message_drop(answer);
    }
    dns_zones_free(zones);
}

static struct dns_zones *zone_of_many_hosts(unsigned n)
{
    struct dns_zones *zones = dns_zones_new();
    dns_zones_add_zone(zones, "b");
    for (unsigned i = 0; i < n; i++) {
        char host[32];
        snprintf(host, sizeof host, "mx%u.b", i);
        cr_assert(dns_zones_add(zones, &(struct dns_rr){.name = "b", .type = DNS_MX, .target = host}));
        for (uint32_t k = 1; k <= 2; k++)
            cr_assert(dns_zones_add(zones, &(struct dns_rr){.name = host, .type = DNS_A, .address = 2 * i + k}));
    }
    return zones;
}

/* RFC 2181 9: what is additional may be missing, sets whole. */
Test(dns_zones, addresses_that_come_along_are_a_few)
{
    struct dns_zones *zones = zone_of_many_hosts(1000);
    dns_zones_finish(zones);
    struct dns_message query = {.qname = "b", .qtype = DNS_MX};
    struct dns_message *answer = dns_zones_answer_stream(zones, &query);
    cr_expect(answer->n_answer == 1000 && answer->n_additional == 128 && !answer->truncated);
    dns_message_drop(answer);
    dns_zones_free(zones);
}

/* RFC 1035 4.2.2: a length has 16 bits. */
Test(dns_zones, what_no_message_holds_is_cut_off_over_a_connection_too)
{
    static uint8_t bytes[65535];
    struct dns_zones *zones = zone_of_many_hosts(70000);
    dns_zones_finish(zones);
    struct dns_message query = {.qname = "b", .qtype = DNS_MX};
    struct dns_message *answer = dns_zones_answer_stream(zones, &query);
    cr_expect(answer->truncated && answer->n_answer > 2000 && answer->n_additional == 0);
    cr_expect_eq(dns_wire_size(answer), dns_encode(answer, bytes, sizeof bytes));
    cr_expect_gt(dns_wire_size(answer), 65000);
    dns_message_drop(answer);
    dns_zones_free(zones);
}

/* RFC 2181 5: once, and with the smaller TTL; whichever of many it is. */
Test(dns_zones, a_record_given_twice_is_one_among_many)
{
    struct dns_zones *zones = zone_of_many_hosts(3000);
    for (uint32_t i = 0; i < 3000; i += 7) {
        char host[32];
        snprintf(host, sizeof host, "mx%u.b", i);
        cr_assert(dns_zones_add(zones, &(struct dns_rr){.name = "b", .type = DNS_MX, .target = host, .ttl_s = i}));
    }
    dns_zones_finish(zones);
    struct dns_zones_name name;
    cr_assert(dns_zones_name(zones, 0, &name));
    cr_expect_eq(name.n_rrs, 1 + 3000);
    for (size_t i = 1; i < name.n_rrs; i++)
        cr_assert_eq(name.rrs[i].ttl_s, 0);
    dns_zones_free(zones);
}
