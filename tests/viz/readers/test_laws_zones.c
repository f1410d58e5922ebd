/* D8: name servers answer what their records say. D9: DNS messages can be read, and say what was meant. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/viz/readers/planted.h"

enum { FLAGS = 2, CODE = 3, AUTHORITATIVE = 4, TRUNCATED = 2, RESPONSE = 0x80, QUESTION = 12 };

/* A datagram of DNS, copied so that it can be changed; NULL: it is none, or no response where one is wanted. */
static uint8_t *message_in(struct event *e, bool response, size_t *size)
{
    static uint8_t copy[2000];
    if (e->kind != EVENT_STREAM_DATA || event_int(e, FIELD_CONN) != 0) return NULL;
    const char *bytes = event_bytes(e, FIELD_BYTES, size);
    if (*size < QUESTION || *size > sizeof copy || ((bytes[FLAGS] & RESPONSE) != 0) != response) return NULL;
    memcpy(copy, bytes, *size);
    planted_bytes(e, FIELD_BYTES, (const char *)copy, *size);
    return copy;
}

static int denies_its_authority(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, true, &size);
    if (bytes && !(bytes[CODE] & 0x80)) bytes[FLAGS] &= (uint8_t)~AUTHORITATIVE; /* a resolver has none */
    return 1;
}

static int claims_authority_where_it_refers(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, true, &size);
    if (bytes && !(bytes[CODE] & 0x80)) bytes[FLAGS] |= AUTHORITATIVE;
    return 1;
}

static int says_truncated_of_what_is_whole(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, true, &size);
    if (bytes) bytes[FLAGS] |= TRUNCATED;
    return 1;
}

static int says_that_there_is_no_such_name(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, true, &size);
    if (bytes) bytes[CODE] |= 3;
    return 1;
}

/* Of the last record, if it is an address's: the zone has another one. */
static int gives_another_address(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, true, &size);
    if (bytes) bytes[size - 1] ^= 64;
    return 1;
}

static int answers_from_a_record_that_is_not_there(struct event *e)
{
    return !(e->kind == EVENT_ZONE_RECORD && strstr(event_text(e, FIELD_TEXT), " MX "));
}

static int leaves_a_record_out(struct event *e)
{
    if (planted_has(e, EVENT_ZONE_RECORD, FIELD_TEXT, " MX ")) planted_text(e, FIELD_TEXT, "300 MX 11 other.b.example.");
    return 1;
}

static int has_another_ttl(struct event *e)
{
    if (planted_has(e, EVENT_ZONE_RECORD, FIELD_TEXT, " MX ")) planted_text(e, FIELD_TEXT, "299 MX 10 mx.b.example.");
    return 1;
}

static int has_not_heard_of_the_delegation(struct event *e)
{
    if (e->kind == EVENT_ZONE_RECORD) planted_text(e, FIELD_WHY, "");
    return 1;
}

static int keeps_what_does_not_exist_for_longer(struct event *e)
{
    if (!planted_has(e, EVENT_ZONE_RECORD, FIELD_TEXT, " SOA ")) return 1;
    static char text[700];
    const char *before = event_text(e, FIELD_TEXT), *last = strrchr(before, ' ');
    snprintf(text, sizeof text, "%.*s 60", (int)(last - before), before);
    planted_text(e, FIELD_TEXT, text);
    return 1;
}

Test(laws_zones, a_name_server_answers_what_its_records_say)
{
    static const struct planted_bug simple[] = {{"D8", denies_its_authority},
                                                {"D8", says_truncated_of_what_is_whole},
                                                {"D8", says_that_there_is_no_such_name},
                                                {"D8", gives_another_address},
                                                {"D8", answers_from_a_record_that_is_not_there},
                                                {"D8", leaves_a_record_out},
                                                {"D8", has_another_ttl}};
    static const struct planted_bug tree[] = {{"D8", claims_authority_where_it_refers},
                                              {"D8", has_not_heard_of_the_delegation},
                                              {"D8", says_that_there_is_no_such_name}};
    static const struct planted_bug negative[] = {{"D8", keeps_what_does_not_exist_for_longer}};
    planted_see("first-mail", simple, sizeof simple / sizeof *simple);
    planted_see("dns-tree", tree, sizeof tree / sizeof *tree);
    planted_see("servfail-or-nxdomain", negative, sizeof negative / sizeof *negative);
}

/* --- D9 --- */

static int points_forward(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, true, &size);
    for (size_t i = QUESTION; bytes && i + 1 < size; i++)
        if (bytes[i] == 0xc0) bytes[i + 1] = (uint8_t)(i + 2);
    return 1;
}

static int ends_too_early(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, true, &size);
    if (bytes) planted_bytes(e, FIELD_BYTES, (const char *)bytes, size - 1);
    if (e->kind == EVENT_PACKET_SEND && planted_has(e, EVENT_PACKET_SEND, FIELD_TAG, "dns.answer"))
        planted_int(e, FIELD_LENGTH, event_int(e, FIELD_LENGTH) - 1);
    return 1;
}

static int asks_for_something_else(struct event *e)
{
    size_t size;
    uint8_t *bytes = message_in(e, false, &size);
    if (bytes) bytes[QUESTION + 1] ^= 2;
    return 1;
}

static int is_understood_as_another_code(struct event *e)
{
    if (e->kind == EVENT_DNS_ANSWER) planted_text(e, FIELD_RCODE, "REFUSED");
    return 1;
}

static int is_understood_as_another_host(struct event *e)
{
    if (planted_has(e, EVENT_DNS_ANSWER, FIELD_QTYPE, "MX")) planted_text(e, FIELD_TEXT, "10 other.b.example.");
    return 1;
}

Test(laws_zones, messages_can_be_read_and_say_what_was_meant)
{
    static const struct planted_bug bugs[] = {{"D9", points_forward},
                                              {"D9", ends_too_early},
                                              {"D9", asks_for_something_else},
                                              {"D9", is_understood_as_another_code},
                                              {"D9", is_understood_as_another_host}};
    planted_see("first-mail", bugs, sizeof bugs / sizeof *bugs);
}
