/* Worlds over IPv6, over both versions, and with hosts that speak only one. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "model/wire/ip_header.h"
#include "world_runs.h"

#define WORLD(top, alice, mx)                                                                                          \
    "{\"postroad\":1,\"title\":\"Versions\"," top "\"hosts\":{"                                                        \
    "\"pc\":{" alice "\"client\":{\"user\":\"a@b.example\",\"submits_to\":\"mx.b.example\","                           \
    "\"fetches_from\":\"mx.b.example\"}},"                                                                             \
    "\"r\":{\"router\":{}},"                                                                                           \
    "\"mx.b.example\":{" mx "\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"a\"]}}},"                       \
    "\"links\":{\"l\":{\"between\":[\"pc\",\"r\"]},\"m\":{\"between\":[\"r\",\"mx.b.example\"]}},"                     \
    "\"mail\":{\"m1\":{\"at\":\"1 s\",\"from\":\"a@b.example\",\"to\":[\"a@b.example\"],\"size\":\"9 kB\"}}}"

struct versions {
    size_t v4, v6;
};

/* Packets of each version, by what their headers say. */
static struct versions count_versions(const struct world_run *run, const char *tag)
{
    struct versions n = {0, 0};
    const struct event *e;
    size_t i = 0, size, header_size;
    while ((e = find_event(run, &i, EVENT_PACKET_SEND, tag)) != NULL) {
        struct ip_header header;
        const uint8_t *bytes = (const uint8_t *)event_bytes(e, FIELD_HEADER, &size);
        cr_assert(ip_decode(bytes, size, &header, &header_size));
        if (ip_is_v6(&header))
            n.v6++;
        else
            n.v4++;
    }
    return n;
}

static struct world_run run_world(const char *json)
{
    struct world_run run = world_run_scenario(json, 1, event_mask_all());
    cr_expect_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 1);
    return run;
}

Test(ip_versions, a_world_over_ipv6_has_no_ipv4_packet_and_mail_arrives)
{
    struct world_run run = run_world(WORLD("\"ip\":\"v6\",", "", ""));
    cr_expect_eq(count_versions(&run, NULL).v4, 0);
    cr_expect_eq(count_events(&run, EVENT_DNS_QUERY, "AAAA") > 0, true);
    size_t i = 0;
    cr_expect_str_eq(event_text(find_event(&run, &i, EVENT_HOST_ADD, "pc"), FIELD_ADDRESS6), "2001:db8::1");
    world_run_free(&run);
}

/* RFC 9293 3.7.1: the MSS is the MTU less 60 over IPv6, less 40 over IPv4. */
Test(ip_versions, a_segment_fits_the_mtu_in_either_version)
{
    static const char *const worlds[] = {WORLD("\"ip\":\"v4\",", "", ""), WORLD("\"ip\":\"v6\",", "", "")};
    for (size_t w = 0; w < 2; w++) {
        struct world_run run = run_world(worlds[w]);
        int64_t largest = 0;
        size_t i = 0;
        const struct event *e;
        while ((e = find_event(&run, &i, EVENT_PACKET_SEND, NULL)) != NULL)
            if (event_int(e, FIELD_SIZE) > largest) largest = event_int(e, FIELD_SIZE);
        cr_expect_eq(largest, 1500);
        world_run_free(&run);
    }
}

Test(ip_versions, where_both_are_spoken_ipv6_is_tried_first)
{
    struct world_run run = run_world(WORLD("\"ip\":\"both\",", "", ""));
    struct versions tcp = count_versions(&run, "tcp.syn");
    cr_expect(tcp.v6 > 0 && tcp.v4 == 0);
    cr_expect(count_events(&run, EVENT_DNS_QUERY, "AAAA") > 0);
    world_run_free(&run);
}

Test(ip_versions, a_host_with_both_reaches_one_with_ipv4_alone)
{
    struct world_run run = run_world(WORLD("", "\"address6\":\"2001:db8:7::1\",", ""));
    cr_expect(count_events(&run, EVENT_DNS_QUERY, "AAAA") > 0);
    cr_expect_eq(count_versions(&run, NULL).v6, 0);
    world_run_free(&run);
}

/* RFC 5321 4.1.3: an address literal of IPv6 has a tag. */
Test(ip_versions, the_received_line_tells_an_ipv6_address)
{
    struct world_run run = run_world(WORLD("\"ip\":\"v6\",", "", ""));
    size_t i = 0;
    const struct event *e = find_event(&run, &i, EVENT_POP3_CONTENT, NULL);
    char *content = stream_bytes(&run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                                 (uint64_t)event_int(e, FIELD_LENGTH));
    cr_expect(strstr(content, "([IPv6:2001:db8::1])") != NULL);
    free(content);
    world_run_free(&run);
}
