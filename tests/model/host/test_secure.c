/* TLS in whole worlds: over links that lose packets, with certificates that do not do, real and modelled. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/wire/tls_record.h"
#include "world_runs.h"

TestSuite(secure);

/* Alice submits and Bob fetches; %s: at the top, the server's "tls", what more the clients have, the loss. */
static const char world_text[] =
    "{ \"postroad\": 1, %s \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@b.example\", \"submits_to\": \"mx.b.example\", \"tls\": \"%s\" } "
    "},"
    "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"alice\", \"bob\"],"
    " \"tls\": { %s } } }, \"internet\": { \"router\": {} },"
    "\"bob-pc\": { \"client\": { \"user\": \"bob@b.example\", \"fetches_from\": \"mx.b.example\", \"tls\": \"%s\","
    " \"fetches_every\": \"5 s\" } } },"
    "\"links\": { \"a\": { \"between\": [\"alice-pc\", \"internet\"], \"delay\": \"5 ms\", \"loss\": \"%s\" },"
    "\"m\": { \"between\": [\"mx.b.example\", \"internet\"], \"delay\": \"10 ms\" },"
    "\"b\": { \"between\": [\"bob-pc\", \"internet\"], \"delay\": \"5 ms\", \"loss\": \"%s\" } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@b.example\", \"to\": [\"bob@b.example\"], \"size\": \"40 "
    "kB\" } },"
    "\"until\": \"%s\" }";

struct variant {
    const char *top, *alice, *server, *bob, *loss, *until;
};

static struct world_run run_variant(struct variant v, uint64_t seed)
{
    char json[2000];
    int n = snprintf(json, sizeof json, world_text, v.top ? v.top : "", v.alice ? v.alice : "implicit",
                     v.server ? v.server : "", v.bob ? v.bob : "starttls", v.loss ? v.loss : "0 %",
                     v.loss ? v.loss : "0 %", v.until ? v.until : "1 h");
    cr_assert(n > 0 && (size_t)n < sizeof json);
    return world_run_scenario(json, seed, event_mask_all());
}

/* The line of dialogue lies exactly in whole records of its stream, all of them application data. */
static void must_lie_in_records(const struct world_run *run, const struct event *line)
{
    uint64_t offset = (uint64_t)event_int(line, FIELD_OFFSET), length = (uint64_t)event_int(line, FIELD_LENGTH);
    char *bytes = stream_bytes(run, (uint64_t)event_int(line, FIELD_STREAM), offset, length);
    uint64_t at = 0;
    while (at < length) {
        struct tls_record record;
        cr_assert(tls_record_decode((const uint8_t *)bytes + at, length - at, &record), "a record begins here");
        cr_assert_eq(record.type, TLS_APPLICATION_DATA);
        at += TLS_RECORD_HEADER_BYTES + (uint64_t)record.length;
    }
    cr_assert_eq(at, length);
    free(bytes);
}

static bool has_handshake_before(const struct world_run *run, const struct event *line)
{
    size_t i = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_TLS_DONE, NULL));)
        if (event_int(e, FIELD_CONN) == event_int(line, FIELD_CONN) && e->id < line->id) return true;
    return false;
}

static size_t count_lines_in_records(const struct world_run *run, enum event_kind kind)
{
    size_t i = 0, n = 0;
    for (const struct event *e; (e = find_event(run, &i, kind, NULL));) {
        if (!has_handshake_before(run, e)) continue;
        must_lie_in_records(run, e);
        n++;
    }
    return n;
}

/* All that was written, of all streams, as long as it holds no zero byte. */
static bool is_on_the_wire(const struct world_run *run, const char *word)
{
    size_t i = 0;
    for (const struct event *e; (e = find_event(run, &i, EVENT_STREAM_DATA, NULL));) {
        size_t size, n = strlen(word);
        const char *bytes = event_bytes(e, FIELD_BYTES, &size);
        for (size_t at = 0; at + n <= size; at++)
            if (memcmp(bytes + at, word, n) == 0) return true;
    }
    return false;
}

Test(secure, a_mail_goes_over_lossy_links_and_every_line_is_told_with_the_records_that_bear_it)
{
    static const char *const versions[] = {"", "\"version\": \"1.2\""};
    for (int version = 0; version < 2; version++)
        for (uint64_t seed = 1; seed <= 8; seed++) {
            struct world_run run = run_variant((struct variant){.server = versions[version], .loss = "10 %"}, seed);
            cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 1, "seed %llu", (unsigned long long)seed);
            cr_assert_geq(count_lines_in_records(&run, EVENT_SMTP_LINE), 12);
            cr_assert_geq(count_lines_in_records(&run, EVENT_POP3_LINE), 12);
            cr_assert_eq(count_lines_in_records(&run, EVENT_SMTP_CONTENT), 1);
            cr_assert_not(is_on_the_wire(&run, "MAIL FROM"));
            cr_assert_not(is_on_the_wire(&run, "PASS secret"));
            cr_assert(is_on_the_wire(&run, "STLS"));
            world_run_free(&run);
        }
}

Test(secure, with_tls_written_nowhere_there_is_none)
{
    struct world_run run = world_run_scenario("first-mail", 0, event_mask_all());
    cr_assert_eq(count_events(&run, EVENT_TLS_START, NULL), 0);
    cr_assert(is_on_the_wire(&run, "MAIL FROM"));
    world_run_free(&run);
}

/* The core events are the same, times and all: only the bytes in the records differ. */
Test(secure, modelled_tls_gives_the_run_of_real_tls)
{
    static const char *const servers[] = {"", "\"version\": \"1.2\"", "\"certificate\": \"expired\""};
    for (size_t i = 0; i < 3; i++)
        for (uint64_t seed = 1; seed <= 4; seed++) {
            struct variant v = {.server = servers[i], .loss = "5 %"};
            struct world_run real = run_variant(v, seed);
            v.top = "\"tls\": \"modelled\",";
            struct world_run modelled = run_variant(v, seed);
            cr_assert_str_eq(real.fingerprint, modelled.fingerprint);
            cr_assert_eq(real.ended_ns, modelled.ended_ns);
            cr_assert_gt(count_events(&real, EVENT_TLS_SECRETS, NULL), 0);
            cr_assert_eq(count_events(&modelled, EVENT_TLS_SECRETS, NULL), 0);
            world_run_free(&real);
            world_run_free(&modelled);
        }
}

static bool has_same_bytes(const struct world_run *a, const struct world_run *b)
{
    size_t i = 0, k = 0;
    const struct event *x, *y;
    do {
        size_t n = 0, m = 0;
        x = find_event(a, &i, EVENT_STREAM_DATA, NULL);
        y = find_event(b, &k, EVENT_STREAM_DATA, NULL);
        const char *p = x ? event_bytes(x, FIELD_BYTES, &n) : "", *q = y ? event_bytes(y, FIELD_BYTES, &m) : "";
        if (n != m || memcmp(p, q, n) != 0) return false;
    } while (x && y);
    return !x && !y;
}

Test(secure, the_same_seed_gives_the_same_records_and_another_others)
{
    struct world_run a = run_variant((struct variant){.loss = "5 %"}, 3);
    struct world_run b = run_variant((struct variant){.loss = "5 %"}, 3);
    struct world_run c = run_variant((struct variant){.loss = "5 %"}, 4);
    cr_assert(has_same_bytes(&a, &b));
    cr_assert_not(has_same_bytes(&a, &c));
    world_run_free(&a);
    world_run_free(&b);
    world_run_free(&c);
}

/* RFC 8314 5: a client without trust says nothing of its user and its mail. */
Test(secure, a_client_keeps_its_mail_where_the_certificate_does_not_do)
{
    static const char *const failing[][3] = {
        {"expired", "certificate_expired", "certificate has expired"},
        {"not yet valid", "bad_certificate", "certificate is not yet valid"},
        {"self-signed", "unknown_ca", "self-signed certificate"},
        {"wrong name", "bad_certificate", "hostname mismatch"},
        {"untrusted ca", "unknown_ca", "unable to get local issuer certificate"},
    };
    for (size_t i = 0; i < sizeof failing / sizeof failing[0]; i++) {
        char server[80];
        snprintf(server, sizeof server, "\"certificate\": \"%s\"", failing[i][0]);
        struct world_run run = run_variant((struct variant){.server = server, .until = "20 s"}, 1);
        cr_assert_eq(count_events(&run, EVENT_SMTP_LINE, NULL), 0);
        cr_assert_eq(count_events(&run, EVENT_POP3_LINE, "USER"), 0);
        size_t n = count_events(&run, EVENT_TLS_FAILED, failing[i][1]);
        cr_assert_geq(n, 4, "both ends of both clients' connections tell of the alert");
        cr_assert_eq(count_events(&run, EVENT_TLS_FAILED, failing[i][2]), n / 2, "%s", failing[i][2]);
        cr_assert_eq(count_events(&run, EVENT_TLS_DONE, NULL), 0);
        world_run_free(&run);
    }
}

static bool is_alert(const struct event *data)
{
    struct tls_record record;
    size_t size;
    const char *bytes = event_bytes(data, FIELD_BYTES, &size);
    return tls_record_decode((const uint8_t *)bytes, size, &record) && record.type == TLS_ALERT;
}

/* RFC 8446 6.1. In 1.2, since 1.3 hides what kind of record it is. */
Test(secure, the_last_word_of_each_end_is_close_notify)
{
    struct world_run run = run_variant((struct variant){.server = "\"version\": \"1.2\"", .loss = "2 %"}, 5);
    size_t i = 0, n = 0;
    for (const struct event *done; (done = find_event(&run, &i, EVENT_TLS_DONE, NULL)); n++) {
        const struct event *e, *last = NULL;
        size_t k = 0;
        while ((e = find_event(&run, &k, EVENT_STREAM_DATA, NULL)))
            if (event_int(e, FIELD_CONN) == event_int(done, FIELD_CONN)) last = e;
        cr_assert(last && is_alert(last));
    }
    cr_assert_gt(n, 2);
    cr_assert_eq(count_events(&run, EVENT_TLS_CLOSE, "truncated"), 0);
    world_run_free(&run);
}

/* Two servers; %s: the sender's "tls", the receiver's "tls", what the router is. */
static const char relay_text[] =
    "{ \"postroad\": 1, \"hosts\": {"
    "\"pc\": { \"client\": { \"user\": \"a@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"a\"], %s } },"
    "\"internet\": { \"router\": { %s } },"
    "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"b\"], %s } } },"
    "\"links\": { \"p\": { \"between\": [\"pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], \"delay\": \"10 ms\" },"
    "\"b\": { \"between\": [\"mx.b.example\", \"internet\"], \"delay\": \"10 ms\" } },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"a@a.example\", \"to\": [\"b@b.example\"], \"size\": \"3 kB\" } "
    "},"
    "\"until\": \"1 min\" }";

static struct world_run run_relay(const char *sender, const char *receiver, const char *router)
{
    char json[2000];
    int n = snprintf(json, sizeof json, relay_text, sender, router, receiver);
    cr_assert(n > 0 && (size_t)n < sizeof json);
    return world_run_scenario(json, 1, event_mask_all());
}

/* What came of the mail, and how it went: over TLS, in clear, or not at all. */
Test(secure, each_demand_meets_each_server)
{
    static const char never[] = "\"tls\": { \"outbound\": \"never\" }", may[] = "\"tls\": {}";
    static const char must[] = "\"tls\": { \"outbound\": \"required\" }",
                      sure[] = "\"tls\": { \"outbound\": \"verify\" }";
    static const char none[] = "\"mx_preference\": 10", good[] = "\"tls\": {}";
    static const char bad[] = "\"tls\": { \"certificate\": \"untrusted ca\" }", strips[] = "\"strips_starttls\": true";
    static const struct {
        const char *sender, *receiver, *router;
        bool delivered, encrypted;
        const char *why; /* it waits */
    } cases[] = {
        {never, good, "", true, false, NULL},        {may, none, "", true, false, NULL},
        {may, good, "", true, true, NULL},           {may, bad, "", true, true, NULL},
        {may, good, strips, true, false, NULL},      {must, good, "", true, true, NULL},
        {must, bad, "", true, true, NULL},           {must, none, "", false, false, "4.7.4"},
        {must, good, strips, false, false, "4.7.4"}, {sure, good, "", true, true, NULL},
        {sure, bad, "", false, false, "4.7.5"},      {sure, none, "", false, false, "4.7.4"},
        {sure, good, strips, false, false, "4.7.4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world_run run = run_relay(cases[i].sender, cases[i].receiver, cases[i].router);
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), cases[i].delivered ? 1 : 0, "case %zu", i);
        cr_assert_eq(count_events(&run, EVENT_TLS_DONE, "client"), cases[i].encrypted ? 1 : 0, "case %zu", i);
        if (cases[i].why) cr_assert_gt(count_events(&run, EVENT_ATTEMPT_END, cases[i].why), 0, "case %zu", i);
        if (!cases[i].delivered) cr_assert_eq(count_events(&run, EVENT_SMTP_CONTENT, NULL), 1, "only the submission");
        world_run_free(&run);
    }
}

/* RFC 8461: what a policy demands, and of whom. */
Test(secure, a_published_policy_is_kept_to)
{
    static const char sender[] = "\"tls\": { \"outbound\": \"mta-sts\" }", strips[] = "\"strips_starttls\": true";
    static const struct {
        const char *receiver, *router;
        bool delivered, encrypted;
        const char *why;
    } cases[] = {
        {"\"tls\": {}", strips, true, false, NULL},
        {"\"tls\": { \"mta_sts\": {} }", "", true, true, NULL},
        {"\"tls\": { \"mta_sts\": {} }", strips, false, false, "4.7.4"},
        {"\"tls\": { \"offer\": false, \"mta_sts\": {} }", "", false, false, "4.7.4"},
        {"\"tls\": { \"certificate\": \"expired\", \"mta_sts\": {} }", "", false, false, "4.7.5"},
        {"\"tls\": { \"mta_sts\": { \"mx\": [\"*.b.example\"] } }", "", true, true, NULL},
        {"\"tls\": { \"mta_sts\": { \"mx\": [\"*.c.example\"] } }", "", false, false, "4.7.5"},
        {"\"tls\": { \"mta_sts\": { \"mode\": \"testing\" } }", strips, true, false, NULL},
        {"\"tls\": { \"mta_sts\": { \"mode\": \"none\" } }", strips, true, false, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world_run run = run_relay(sender, cases[i].receiver, cases[i].router);
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), cases[i].delivered ? 1 : 0, "case %zu", i);
        cr_assert_eq(count_events(&run, EVENT_TLS_DONE, "client"), cases[i].encrypted ? 1 : 0, "case %zu", i);
        if (cases[i].why) cr_assert_gt(count_events(&run, EVENT_ATTEMPT_END, cases[i].why), 0, "case %zu", i);
        cr_assert_geq(count_events(&run, EVENT_STS_POLICY, NULL), 1);
        world_run_free(&run);
    }
}

/* Faults of a server speak through the same records as it does. */
Test(secure, a_reply_that_a_fault_forces_is_encrypted_too)
{
    struct variant v = {
        .top = "\"faults\": [{ \"at\": \"0 s\", \"for\": \"10 s\", \"reply\": { \"server\": \"mx.b.example\","
               " \"to\": \"RCPT\", \"with\": \"451 4.7.1 not now\" } }],"};
    struct world_run run = run_variant(v, 1);
    cr_assert_gt(count_events(&run, EVENT_SMTP_LINE, "451 4.7.1 not now"), 0);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 1);
    cr_assert_gt(count_lines_in_records(&run, EVENT_SMTP_LINE), 12);
    cr_assert_not(is_on_the_wire(&run, "451 4.7.1 not now"));
    world_run_free(&run);
}

/* --- a handshake that fails --- */

static struct world_run run_failing(const char *tls, const char *retry, const char *action, const char *until)
{
    char json[3000], sender[300], faults[300];
    snprintf(sender, sizeof sender, "\"tls\": { %s }, \"retry\": \"%s\"", tls, retry);
    snprintf(faults, sizeof faults,
             "[{ \"reply\": { \"server\": \"mx.b.example\", \"to\": \"handshake\", \"action\": \"%s\" } }]", action);
    cr_assert_gt(snprintf(json, sizeof json, relay_text, sender, "", "\"tls\": {}"), 0);
    struct scenario_override values[] = {{"/faults", faults}, {"/until", until}};
    return world_run_changed(json, values, 2, event_mask_all());
}

static const struct event *first_event(const struct world_run *run, enum event_kind kind, const char *word)
{
    size_t i = 0;
    return find_event(run, &i, kind, word);
}

/* RFC 7435 3, and what each server makes of it. at_s: of the mail's delivery in clear, or -1. */
Test(secure, an_opportunistic_mail_goes_in_clear_when_its_policy_says)
{
    static const struct {
        const char *tls, *retry;
        int64_t from_s, until_s;
    } cases[] = {
        {"", "postfix", 300, 700},
        {"", "exim", 1, 4},
        {"", "opensmtpd", 1, 4},
        {"", "rfc-minimum", 1, 4},
        {"", "sendmail", -1, -1},
        {"", "qmail", -1, -1},
        {"", "kumomta", -1, -1},
        {"", "exchange", -1, -1},
        {"\"clear_after\": \"0 s\"", "postfix", 1, 4},
        {"\"clear_after\": \"never\"", "exim", -1, -1},
        {"\"clear_after\": \"1 h\"", "postfix", 3600, 8000},
        {"\"outbound\": \"mta-sts\"", "exim", 1, 4},
        {"\"outbound\": \"required\"", "exim", -1, -1},
        {"\"outbound\": \"verify\"", "exim", -1, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct world_run run = run_failing(cases[i].tls, cases[i].retry, "close", "4 h");
        const struct event *delivered = first_event(&run, EVENT_MAIL_STATE, "delivered");
        bool goes = cases[i].from_s >= 0;
        cr_assert_eq(delivered != NULL, goes, "case %zu", i);
        cr_assert_eq(count_events(&run, EVENT_TLS_FALLBACK, "mx.b.example"), goes ? 1 : 0, "case %zu", i);
        if (goes)
            cr_assert(delivered->at_ns >= cases[i].from_s * SECOND && delivered->at_ns <= cases[i].until_s * SECOND,
                      "case %zu: at %lld s", i, (long long)(delivered->at_ns / SECOND));
        cr_assert_eq(count_events(&run, EVENT_TLS_DONE, NULL), 0);
        cr_assert_eq(count_events(&run, EVENT_SMTP_CONTENT, NULL), goes ? 2 : 1, "submitted, and relayed once");
        cr_assert_geq(count_events(&run, EVENT_TLS_FAILED, "client"), 1);
        world_run_free(&run);
    }
}

/* However it fails; and within one attempt. */
Test(secure, each_way_in_which_a_handshake_fails_leads_into_the_clear)
{
    static const struct {
        const char *action, *told;
    } ways[] = {{"close", "closed"},
                {"reset", "reset"},
                {"silence", "TLS handshake failed"},
                {"garbage", "TLS handshake failed"}};
    for (size_t i = 0; i < 4; i++) {
        struct world_run run = run_failing("\"clear_after\": \"0 s\"", "postfix", ways[i].action, "1 h");
        cr_assert_eq(count_events(&run, EVENT_TLS_FALLBACK, NULL), 1, "%s", ways[i].action);
        cr_assert_eq(count_events(&run, EVENT_TLS_FALLBACK, ways[i].told), 1, "%s", ways[i].action);
        cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "delivered"), 1, "%s", ways[i].action);
        cr_assert_eq(count_events(&run, EVENT_ATTEMPT_BEGIN, NULL), 2, "%s: of the client, and of the server",
                     ways[i].action);
        cr_assert_eq(count_events(&run, EVENT_SMTP_RULE, "fault"), 1, "%s", ways[i].action);
        world_run_free(&run);
    }
}
