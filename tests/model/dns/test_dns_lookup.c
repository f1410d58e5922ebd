/* One question of a stub resolver: when it is asked again, what counts as its answer, how it ends. */
#include "model/dns/dns_lookup.h"

#include <criterion/criterion.h>

#include "sim/journal/vtime.h"

static struct dns_lookup *begin(const char *qname, enum dns_type qtype)
{
    struct dns_lookup_config config = dns_lookup_config_default();
    struct dns_lookup *lookup = dns_lookup_new(&config, qname, qtype, 77);
    dns_lookup_start(lookup, 0);
    return lookup;
}

/* The transmission that is due, or 0. */
static uint32_t send_query(struct dns_lookup *lookup)
{
    uint32_t transmission = 0;
    struct dns_message *query = dns_lookup_next_query(lookup, &transmission);
    if (!query) return 0;
    cr_assert_eq(query->id, 77);
    cr_assert(query->recursion_desired && !query->is_response);
    dns_message_drop(query);
    return transmission;
}

static bool receive(struct dns_lookup *lookup, struct dns_message content)
{
    content.is_response = true;
    struct dns_message *response = dns_message_new(&content);
    bool taken = dns_lookup_receive(lookup, response, SECOND);
    dns_message_drop(response);
    return taken;
}

Test(dns_lookup, without_an_answer_it_asks_twice_and_gives_up_after_ten_seconds)
{
    struct dns_lookup *lookup = begin("B.example.", DNS_MX);
    cr_assert_eq(send_query(lookup), 1);
    cr_assert_eq(send_query(lookup), 0, "once for each time it is due");
    cr_assert_eq(dns_lookup_deadline(lookup), 5 * SECOND);
    dns_lookup_on_deadline(lookup, 4 * SECOND);
    cr_assert_eq(send_query(lookup), 0, "too early");
    dns_lookup_on_deadline(lookup, 5 * SECOND);
    cr_assert_eq(send_query(lookup), 2);
    cr_assert_eq(dns_lookup_deadline(lookup), 10 * SECOND);
    dns_lookup_on_deadline(lookup, 10 * SECOND);
    cr_assert(dns_lookup_is_over(lookup));
    cr_assert_eq(dns_lookup_deadline(lookup), TIME_NEVER);
    const struct dns_message *response;
    cr_assert_eq(dns_lookup_outcome(lookup, &response), DNS_TEMPORARY_ERROR);
    cr_assert_null(response);
    cr_assert_not(receive(lookup, (struct dns_message){.id = 77, .qname = "b.example", .qtype = DNS_MX}), "too late");
    dns_lookup_free(lookup);
}

/* RFC 1122 4.1.3.3; as a stub that gets ECONNREFUSED. */
Test(dns_lookup, told_that_the_server_cannot_be_reached_it_asks_again_at_once_and_gives_up_at_once)
{
    struct dns_lookup *lookup = begin("b.example", DNS_A);
    cr_assert_not(dns_lookup_on_unreachable(lookup, 0), "nothing has been sent that could be told of");
    cr_assert_eq(send_query(lookup), 1);
    cr_assert(dns_lookup_on_unreachable(lookup, 20 * MILLISECOND));
    cr_assert_eq(send_query(lookup), 2);
    cr_assert_eq(dns_lookup_deadline(lookup), 5 * SECOND + 20 * MILLISECOND);
    cr_assert(dns_lookup_on_unreachable(lookup, 40 * MILLISECOND));
    cr_assert(dns_lookup_is_over(lookup));
    cr_assert_eq(dns_lookup_outcome(lookup, NULL), DNS_TEMPORARY_ERROR);
    cr_assert_not(dns_lookup_on_unreachable(lookup, 40 * MILLISECOND), "it is over");
    dns_lookup_free(lookup);
}

Test(dns_lookup, an_answer_to_the_first_transmission_counts_after_the_second)
{
    struct dns_lookup *lookup = begin("b.example", DNS_A);
    send_query(lookup);
    dns_lookup_on_deadline(lookup, 5 * SECOND);
    send_query(lookup);
    struct dns_rr a = {.name = "b.example", .type = DNS_A, .address = 1};
    struct dns_message m = {.id = 77, .qname = "b.example", .qtype = DNS_A, .n_answer = 1, .rrs = &a};
    cr_assert(receive(lookup, m));
    const struct dns_message *response;
    cr_assert_eq(dns_lookup_outcome(lookup, &response), DNS_FOUND);
    cr_assert_eq(response->rrs[0].address, 1, "the response stays with the lookup");
    cr_assert_not(receive(lookup, m), "one answer only");
    dns_lookup_free(lookup);
}

Test(dns_lookup, what_matches_neither_id_nor_question_is_passed_over)
{
    /* RFC 5452 9.1 */
    struct dns_lookup *lookup = begin("b.example", DNS_A);
    struct dns_message good = {.id = 77, .qname = "b.example", .qtype = DNS_A};
    cr_assert_not(receive(lookup, good), "an answer before the question");
    send_query(lookup);
    struct dns_message m = good;
    m.id = 78;
    cr_assert_not(receive(lookup, m), "another id");
    m = good;
    m.qname = "c.example";
    cr_assert_not(receive(lookup, m), "another name");
    m = good;
    m.qtype = DNS_MX;
    cr_assert_not(receive(lookup, m), "another type");
    struct dns_message *query = dns_message_new(&good);
    cr_assert_not(dns_lookup_receive(lookup, query, 0), "a question");
    dns_message_drop(query);
    cr_assert_not(dns_lookup_is_over(lookup));
    cr_assert(receive(lookup, good));
    dns_lookup_free(lookup);
}

Test(dns_lookup, the_outcome_follows_from_rcode_and_records)
{
    static const struct dns_rr mx = {.name = "b.example", .type = DNS_MX, .preference = 10, .target = "mx1.b.example"};
    static const struct dns_rr elsewhere = {.name = "x.example", .type = DNS_MX, .target = "evil.example"};
    static const struct dns_rr chain[] = {
        {.name = "w.example", .type = DNS_CNAME, .target = "b.example"},
        {.name = "b.example", .type = DNS_CNAME, .target = "v.example"},
        {.name = "w.example", .type = DNS_MX, .target = "mx1.b.example"},
    };
    static const struct dns_rr circle[] = {
        {.name = "b.example", .type = DNS_CNAME, .target = "c.example"},
        {.name = "c.example", .type = DNS_CNAME, .target = "b.example"},
    };
    static const struct {
        const char *what;
        enum dns_rcode rcode;
        uint16_t n;
        const struct dns_rr *rrs;
        enum dns_outcome outcome;
    } cases[] = {
        {"a record of the type", DNS_NOERROR, 1, &mx, DNS_FOUND},
        {"no record", DNS_NOERROR, 0, NULL, DNS_NO_DATA},
        {"a record of another name", DNS_NOERROR, 1, &elsewhere, DNS_NO_DATA},
        {"an alias to a name without record", DNS_NOERROR, 3, chain, DNS_NO_DATA},
        {"aliases in a circle", DNS_NOERROR, 2, circle, DNS_NO_DATA},
        {"NXDOMAIN", DNS_NXDOMAIN, 0, NULL, DNS_NO_NAME},
        {"SERVFAIL", DNS_SERVFAIL, 0, NULL, DNS_TEMPORARY_ERROR},
        {"REFUSED", DNS_REFUSED, 0, NULL, DNS_TEMPORARY_ERROR},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dns_lookup *lookup = begin("b.example", DNS_MX);
        send_query(lookup);
        cr_assert(receive(lookup, (struct dns_message){.id = 77,
                                                       .rcode = cases[i].rcode,
                                                       .recursion_available = true,
                                                       .qname = "b.example",
                                                       .qtype = DNS_MX,
                                                       .n_answer = cases[i].n,
                                                       .rrs = cases[i].rrs}));
        cr_assert_eq(dns_lookup_outcome(lookup, NULL), cases[i].outcome, "%s: %s", cases[i].what,
                     dns_outcome_text(dns_lookup_outcome(lookup, NULL)));
        dns_lookup_free(lookup);
    }
}

Test(dns_lookup, an_answer_behind_aliases_is_found)
{
    static const struct dns_rr chain[] = {
        {.name = "c.example", .type = DNS_A, .address = 5}, /* the order of records means nothing */
        {.name = "b.example", .type = DNS_CNAME, .target = "c.example"},
        {.name = "a.example", .type = DNS_CNAME, .target = "b.example"},
    };
    struct dns_lookup *lookup = begin("a.example", DNS_A);
    send_query(lookup);
    receive(lookup, (struct dns_message){.id = 77, .qname = "a.example", .qtype = DNS_A, .n_answer = 3, .rrs = chain});
    cr_assert_eq(dns_lookup_outcome(lookup, NULL), DNS_FOUND);
    dns_lookup_free(lookup);
}

Test(dns_lookup, a_name_that_cannot_be_asked_for_does_not_exist)
{
    struct dns_lookup *lookup = begin("[10.0.0.1]", DNS_MX);
    cr_assert_eq(send_query(lookup), 0);
    cr_assert(dns_lookup_is_over(lookup));
    cr_assert_eq(dns_lookup_outcome(lookup, NULL), DNS_NO_NAME);
    dns_lookup_free(lookup);
}

/* A response without records from whom neither knows the zone nor looks it up proves nothing: law D6. */
Test(dns_lookup, a_lame_response_is_temporary)
{
    struct dns_lookup *lookup = begin("b.example", DNS_MX);
    send_query(lookup);
    receive(lookup, (struct dns_message){.id = 77, .qname = "b.example", .qtype = DNS_MX});
    cr_assert_eq(dns_lookup_outcome(lookup, NULL), DNS_TEMPORARY_ERROR);
    dns_lookup_free(lookup);
}

static struct dns_message *record(bool truncated)
{
    static const struct dns_rr mx = {.name = "b.example", .type = DNS_MX, .target = "mx1.b.example"};
    struct dns_message content = {.id = 77,
                                  .is_response = true,
                                  .recursion_available = true,
                                  .truncated = truncated,
                                  .qname = "b.example",
                                  .qtype = DNS_MX,
                                  .n_answer = !truncated,
                                  .rrs = &mx};
    return dns_message_new(&content);
}

/* Sends the query, and takes an answer that was cut off: the same is to be asked over TCP. */
static struct dns_lookup *begin_with_truncated(void)
{
    struct dns_lookup *lookup = begin("b.example", DNS_MX);
    struct dns_message *truncated = record(true);
    send_query(lookup);
    cr_assert(dns_lookup_receive(lookup, truncated, SECOND));
    cr_assert_not(dns_lookup_is_over(lookup));
    struct dns_message *query = dns_lookup_next_stream(lookup);
    cr_assert(query && query->id == 77 && strcmp(query->qname, "b.example") == 0);
    cr_assert_null(dns_lookup_next_stream(lookup), "once");
    dns_message_drop(query);
    dns_message_drop(truncated);
    return lookup;
}

Test(dns_lookup, what_was_cut_off_is_asked_for_over_tcp) /* RFC 7766 5 */
{
    struct dns_lookup *lookup = begin_with_truncated();
    struct dns_message *whole = record(false);
    cr_assert_not(dns_lookup_receive(lookup, whole, SECOND), "no datagram is waited for");
    cr_assert(dns_lookup_receive_stream(lookup, whole, SECOND));
    cr_assert_eq(dns_lookup_outcome(lookup, NULL), DNS_FOUND);
    dns_message_drop(whole);
    dns_lookup_free(lookup);
}

Test(dns_lookup, a_connection_that_fails_costs_an_attempt)
{
    struct dns_lookup *lookup = begin_with_truncated();
    uint32_t transmission = 0;
    dns_lookup_stream_failed(lookup, 2 * SECOND);
    cr_assert_not(dns_lookup_is_over(lookup));
    dns_message_drop(dns_lookup_next_query(lookup, &transmission));
    cr_assert_eq(transmission, 2);
    cr_assert_eq(dns_lookup_deadline(lookup), 7 * SECOND);
    dns_lookup_on_deadline(lookup, 7 * SECOND);
    cr_assert_eq(dns_lookup_outcome(lookup, NULL), DNS_TEMPORARY_ERROR);
    dns_lookup_free(lookup);
}

Test(dns_lookup, edns_is_said_where_it_is_wanted) /* RFC 6891 6.2.3 */
{
    struct dns_lookup_config config = dns_lookup_config_default();
    config.edns_bytes = 1232;
    struct dns_lookup *lookup = dns_lookup_new(&config, "b.example", DNS_MX, 77);
    uint32_t transmission;
    dns_lookup_start(lookup, 0);
    struct dns_message *query = dns_lookup_next_query(lookup, &transmission);
    cr_assert(query->has_edns && query->edns_size == 1232);
    dns_message_drop(query);
    dns_lookup_free(lookup);
}
