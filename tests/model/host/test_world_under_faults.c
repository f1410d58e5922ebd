/* Small worlds that suffer: loss, crashes, cuts. Whatever happens, every accepted mail ends delivered or bounced, and
   what arrives is what was sent (laws M1, M4, N1 of a mail world). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/vtime.h"
#include "world_runs.h"

static const char small_world[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\", "
    "\"fetches_from\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"] } },"
    "\"internet\": { \"router\": {} },"
    "\"mx1.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } },"
    "\"bob-pc\": { \"client\": { \"user\": \"bob@b.example\", \"fetches_from\": \"mx1.b.example\", \"fetches_every\": "
    "\"20 s\" } } },"
    "\"links\": {"
    "\"alice\": { \"between\": [\"alice-pc\", \"internet\"], \"delay\": \"5 ms\", \"loss\": \"%d %%\" },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"], \"delay\": \"15 ms\", \"loss\": \"%d %%\" },"
    "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"], \"delay\": \"20 ms\", \"loss\": \"%d %%\" },"
    "\"bob\": { \"between\": [\"bob-pc\", \"internet\"], \"delay\": \"5 ms\", \"loss\": \"%d %%\" } },"
    "\"mail\": {"
    "\"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"], \"subject\": \"x\", "
    "\"text\": \".dots\\n..\\n.\\nend\", \"size\": \"9 kB\" },"
    "\"m2\": { \"at\": \"2 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\", \"nobody@b.example\"], "
    "\"subject\": \"y\", \"text\": \"z\" } }"
    "%s }";

static struct world_run run_small(int loss, uint64_t seed, const char *more)
{
    char json[4096];
    snprintf(json, sizeof json, small_world, loss, loss, loss, loss, more);
    return world_run_scenario(json, seed, event_mask_all());
}

/* The body as it was first written, from the submission's content, and each body that was fetched. */
static void expect_equal_bodies(const struct world_run *run, int64_t message)
{
    size_t i = 0, fetched = 0;
    char *sent = NULL;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_SMTP_CONTENT, NULL)) && !sent)
        if (event_int(e, FIELD_MESSAGE) == message)
            sent = stream_bytes(run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                                (uint64_t)event_int(e, FIELD_LENGTH));
    cr_assert(sent);
    i = 0;
    while ((e = find_event(run, &i, EVENT_POP3_CONTENT, NULL))) {
        if (event_int(e, FIELD_MESSAGE) != message) continue;
        char *got = stream_bytes(run, (uint64_t)event_int(e, FIELD_STREAM), (uint64_t)event_int(e, FIELD_OFFSET),
                                 (uint64_t)event_int(e, FIELD_LENGTH));
        cr_assert_str_eq(body_of(got), body_of(sent), "both are dot-stuffed the same way");
        free(got);
        fetched++;
    }
    cr_assert_geq(fetched, 1);
    free(sent);
}

/* Follows every (message, recipient, host) through its states: each change must begin where the last one ended. */
struct holding {
    int64_t message, host;
    const char *recipient, *queue_id, *state;
};

static void expect_unbroken_states(const struct world_run *run)
{
    enum { ROOM = 256 };
    struct holding *holdings = calloc(ROOM, sizeof *holdings);
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_MAIL_STATE, NULL))) {
        struct holding *found = NULL;
        for (size_t k = 0; k < n && !found; k++)
            if (holdings[k].message == event_int(e, FIELD_MESSAGE) && holdings[k].host == event_int(e, FIELD_HOST) &&
                strcmp(holdings[k].recipient, event_text(e, FIELD_RECIPIENT)) == 0 &&
                strcmp(holdings[k].queue_id, event_text(e, FIELD_QUEUE_ID)) == 0)
                found = &holdings[k];
        bool is_new = event_text(e, FIELD_FROM)[0] == '\0';
        if (is_new) {
            cr_assert_lt(n, (size_t)ROOM);
            holdings[n] = (struct holding){event_int(e, FIELD_MESSAGE), event_int(e, FIELD_HOST),
                                           event_text(e, FIELD_RECIPIENT), event_text(e, FIELD_QUEUE_ID), ""};
            found = &holdings[n++];
        }
        cr_assert(found, "a host that never had the mail changes its state");
        if (!is_new) cr_assert_str_eq(found->state, event_text(e, FIELD_FROM));
        found->state = event_text(e, FIELD_TO);
    }
    static const char *const ends[] = {"handed on", "delivered", "picked up", "bounced", "discarded"};
    for (size_t k = 0; k < n; k++) {
        bool ended = false;
        for (size_t m = 0; m < sizeof ends / sizeof *ends; m++)
            ended = ended || strcmp(holdings[k].state, ends[m]) == 0;
        cr_assert(ended, "message %lld for %s is still %s", (long long)holdings[k].message, holdings[k].recipient,
                  holdings[k].state);
    }
    free(holdings);
}

/* N1 at the end: what was offered to a link was delivered or lost for a reason. */
static void expect_no_packet_unaccounted(const struct world_run *run)
{
    static const enum field_id losses[] = {FIELD_LOST_CHANCE, FIELD_LOST_EXACT, FIELD_LOST_QUEUE,
                                           FIELD_LOST_DOWN,   FIELD_LOST_MTU,   FIELD_LOST_CODEL};
    size_t i = 0, n = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_LINK_TOTALS, NULL))) {
        int64_t sum = event_int(e, FIELD_DELIVERED);
        for (size_t k = 0; k < sizeof losses / sizeof *losses; k++)
            sum += event_int(e, losses[k]);
        cr_assert_eq(sum, event_int(e, FIELD_OFFERED) + event_int(e, FIELD_DUPLICATED), "link %d dir %d: %d of %d",
                     (int)event_int(e, FIELD_LINK), (int)event_int(e, FIELD_DIR), (int)sum,
                     (int)event_int(e, FIELD_OFFERED));
        n++;
    }
    cr_assert_eq(n, 10);
    cr_assert_eq(count_events(run, EVENT_LINK_SEND, NULL) > 0, true);
}

static void expect_good_end(const struct world_run *run, const char *what)
{
    cr_assert_geq(count_events(run, EVENT_MAIL_STATE, "picked up"), 2, "%s", what);
    cr_assert_geq(count_events(run, EVENT_MAIL_COMPOSE, "Undelivered"), 1, "%s: nobody's copy is bounced", what);
    expect_unbroken_states(run);
    expect_no_packet_unaccounted(run);
    expect_equal_bodies(run, 1);
    expect_equal_bodies(run, 2);
}

Test(world_under_faults, every_mail_ends_delivered_or_bounced_and_whole_over_200_seeds, .timeout = 600)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        int loss = (int)(seed % 21);
        char what[64];
        snprintf(what, sizeof what, "seed %llu, loss %d %%", (unsigned long long)seed, loss);
        struct world_run run = run_small(loss, seed, "");
        expect_good_end(&run, what);
        world_run_free(&run);
    }
}

/* Law M2: a server that stops at any instant keeps what it acknowledged. */
Test(world_under_faults, no_mail_is_lost_when_a_server_stops_at_any_instant, .timeout = 600)
{
    static const char *const hosts[] = {"mail.a.example", "mx1.b.example"};
    for (int ms = 900; ms < 4000; ms += 41)
        for (size_t h = 0; h < 2; h++) {
            char fault[256], what[300];
            snprintf(fault, sizeof fault,
                     ", \"faults\": [ { \"at\": \"%d ms\", \"for\": \"90 s\", \"stop_host\": { \"host\": \"%s\" } } ]",
                     ms, hosts[h]);
            snprintf(what, sizeof what, "%s stops at %d ms", hosts[h], ms);
            struct world_run run = run_small(1, 7, fault);
            expect_good_end(&run, what);
            world_run_free(&run);
        }
}

Test(world_under_faults, a_link_that_is_cut_for_an_hour_only_delays, .timeout = 600)
{
    for (int ms = 1000; ms < 3000; ms += 97) {
        char fault[256], what[64];
        snprintf(fault, sizeof fault,
                 ", \"faults\": [ { \"at\": \"%d ms\", \"for\": \"1 h\", \"cut_link\": { \"link\": \"b\" } } ]", ms);
        snprintf(what, sizeof what, "cut at %d ms", ms);
        struct world_run run = run_small(0, 3, fault);
        expect_good_end(&run, what);
        world_run_free(&run);
    }
}

Test(world_under_faults, a_domain_that_is_never_reached_bounces_after_five_days)
{
    struct world_run run =
        run_small(0, 3, ", \"faults\": [ { \"at\": \"0 s\", \"stop_host\": { \"host\": \"mx1.b.example\" } } ]");
    cr_assert_eq(count_events(&run, EVENT_MAIL_COMPOSE, "Undelivered"), 2);
    cr_assert_eq(count_events(&run, EVENT_MAIL_STATE, "picked up"), 2, "alice gets both reports");
    cr_assert_gt(run.ended_ns, 5 * DAY);
    cr_assert_lt(run.ended_ns, 5 * DAY + 2 * HOUR);
    expect_unbroken_states(&run);
    world_run_free(&run);
}

/* Each fault of a link alone, set while the world runs and then for good, with loss besides. */
Test(world_under_faults, a_link_may_play_every_trick_and_the_mail_arrives_as_it_was_sent, .timeout = 300)
{
    static const char *const tricks[] = {
        "\"/links/b/jitter\": \"30 ms\"",
        "\"/links/b/queue\": \"3 packets\", \"/links/b/rate\": \"1 Mbit/s\"",
        "\"/links/b/codel\": { \"target\": \"1 ms\", \"interval\": \"20 ms\" }, \"/links/b/rate\": \"200 kbit/s\"",
        "\"/links/b/loss\": { \"good_to_bad\": \"10 %\", \"bad_to_good\": \"40 %\" }",
        "\"/links/b/loss\": { \"good_to_bad\": \"2 %\", \"bad_to_good\": \"10 %\", \"per\": \"20 ms\" }",
        "\"/links/b/duplicate\": \"30 %\"",
        "\"/links/b/reorder\": { \"odds\": \"30 %\", \"by\": \"50 ms\" }",
        "\"/links/b/corrupt\": \"10 %\""};
    for (size_t i = 0; i < sizeof tricks / sizeof *tricks; i++)
        for (uint64_t seed = 1; seed <= 3; seed++) {
            char more[500];
            snprintf(more, sizeof more, ", \"faults\": [ { \"at\": \"1200 ms\", \"set\": { %s } } ]", tricks[i]);
            struct world_run run = run_small(seed == 1 ? 0 : 3, seed, more);
            cr_assert_geq(count_events(&run, EVENT_LINK_VALUE, NULL), 2);
            expect_good_end(&run, tricks[i]);
            world_run_free(&run);
        }
}

Test(world_under_faults, every_value_of_a_link_can_be_set_toward_one_end_and_is_afterwards_as_before)
{
    static const char *const names[] = {"rate", "delay",     "jitter",  "queue",  "codel",
                                        "loss", "duplicate", "reorder", "corrupt"};
    struct world_run run = run_small(
        2, 0,
        ", \"faults\": [ { \"at\": \"1200 ms\", \"for\": \"2 s\", \"set\": { \"toward\": \"internet\","
        "\"/links/b/rate\": \"1 Mbit/s\", \"/links/b/delay\": \"30 ms\", \"/links/b/jitter\": \"2 ms\","
        "\"/links/b/queue\": \"30 packets\", \"/links/b/codel\": true, \"/links/b/loss\": { \"odds\": \"1 %\" },"
        "\"/links/b/duplicate\": \"3 %\", \"/links/b/reorder\": \"4 %\", \"/links/b/corrupt\": \"5 %\" } } ]");
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
        size_t i = 0, set = 0, back = 0;
        const struct event *e;
        while ((e = find_event(&run, &i, EVENT_LINK_VALUE, names[n]))) {
            if (e->at_ns == 0) continue;
            cr_assert(event_int(e, FIELD_LINK) == 3 && event_int(e, FIELD_DIR) == 0);
            set += e->at_ns == 1200 * MILLISECOND;
            back += e->at_ns == 3200 * MILLISECOND && strcmp(event_text(e, FIELD_TEXT), "as before") == 0;
        }
        cr_assert(set == 1 && back == 1, "%s was set %zu times, and %zu times back", names[n], set, back);
    }
    expect_good_end(&run, "values that come and go");
    world_run_free(&run);
}

/* ---- What if ---- */

/* Whether two events tell the same; causes and numbers of events follow from those before. */
static bool is_same(const struct event *a, const struct event *b)
{
    const enum field_id *fields;
    if (a->kind != b->kind || a->at_ns != b->at_ns) return false;
    for (size_t i = 0, n = event_kind_fields(a->kind, &fields); i < n; i++) {
        if (field_type(fields[i]) == TYPE_TEXT) {
            if (strcmp(event_text(a, fields[i]), event_text(b, fields[i]))) return false;
        } else if (field_type(fields[i]) != TYPE_BLOB && event_int(a, fields[i]) != event_int(b, fields[i])) {
            return false;
        }
    }
    return true;
}

/* The first event that differs, but for the scenario that is told at the beginning. */
static const struct event *first_difference(const struct world_run *a, const struct world_run *b)
{
    size_t n = journal_memory_count(a->journal), m = journal_memory_count(b->journal);
    for (size_t i = 0; i < n && i < m; i++) {
        const struct event *e = journal_memory_at(a->journal, i);
        if (e->kind != EVENT_RUN_BEGIN && !is_same(e, journal_memory_at(b->journal, i)))
            return journal_memory_at(b->journal, i);
    }
    return NULL;
}

Test(world_under_faults, a_lost_packet_that_is_spared_arrives_and_until_then_all_is_as_it_was)
{
    enum { LOSS = 8, SEED = 3 };
    char fault[200];
    size_t at = 0, tried = 0;
    const struct event *lost;
    struct world_run before = run_small(LOSS, SEED, "");
    while ((lost = find_event(&before, &at, EVENT_LINK_DROP, "loss")) && tried++ < 20) {
        snprintf(fault, sizeof fault, ", \"faults\": [ { \"spare\": { \"packet\": %lld, \"link\": \"%s\" } } ]",
                 (long long)event_int(lost, FIELD_PACKET),
                 before.scenario->links[event_int(lost, FIELD_LINK) - 1].name);
        int64_t packet = event_int(lost, FIELD_PACKET), at_ns = lost->at_ns; /* the event itself is lent for a while only */
        struct world_run after = run_small(LOSS, SEED, fault);
        const struct event *e = first_difference(&before, &after);
        cr_assert(e && e->kind == EVENT_LINK_DELIVER && e->at_ns == at_ns, "%s", fault);
        cr_assert_eq(event_int(e, FIELD_PACKET), packet);
        world_run_free(&after);
    }
    cr_assert_geq(tried, 10);
    world_run_free(&before);
}

Test(world_under_faults, a_packet_is_dropped_by_its_number_and_until_then_all_is_as_it_was)
{
    char fault[200];
    struct world_run before = run_small(0, 1, "");
    for (int packet = 5; packet < 100; packet += 7) {
        snprintf(fault, sizeof fault, ", \"faults\": [ { \"drop\": { \"packet\": %d } } ]", packet);
        struct world_run after = run_small(0, 1, fault);
        const struct event *e = first_difference(&before, &after);
        cr_assert(e && e->kind == EVENT_LINK_DROP, "%s", fault);
        cr_assert_eq(event_int(e, FIELD_PACKET), packet);
        expect_good_end(&after, fault);
        world_run_free(&after);
    }
    world_run_free(&before);
}

Test(world_under_faults, faults_end_when_another_says_so_and_not_once_more)
{
    struct world_run run =
        run_small(0, 1,
                  ", \"faults\": [ { \"for\": \"1 h\", \"cut_link\": { \"link\": \"a\" } },"
                  " { \"for\": \"1 h\", \"set\": { \"/links/b/loss\": \"50 %\" } },"
                  " { \"for\": \"1 h\", \"stop_host\": { \"host\": \"mx1.b.example\" } },"
                  " { \"at\": \"30 s\", \"end\": { \"link\": \"a\" } },"
                  " { \"at\": \"40 s\", \"end\": { \"host\": \"mx1.b.example\" } },"
                  " { \"at\": \"50 s\", \"end\": { \"link\": \"bob\" } } ]");
    size_t at = 0, n_up = 0;
    for (const struct event *e; (e = find_event(&run, &at, EVENT_LINK_STATE, NULL));) {
        if (!event_int(e, FIELD_UP)) continue;
        cr_assert_eq(e->at_ns, 30 * SECOND);
        n_up++;
    }
    cr_assert_eq(n_up, 2, "both directions, once");
    at = 0;
    for (const struct event *e; (e = find_event(&run, &at, EVENT_HOST_STATE, NULL));)
        if (event_int(e, FIELD_UP)) cr_assert_eq(e->at_ns, 40 * SECOND);
    cr_assert_eq(count_events(&run, EVENT_HOST_STATE, NULL), 2);
    cr_assert_eq(count_events(&run, EVENT_LINK_VALUE, "50 %"), 2, "what is set on another link stays");
    expect_good_end(&run, "ended faults");
    world_run_free(&run);
}

/* --- content that is not written to its end --- */

/* RFC 5321 4.5.3.2.5: who gives up while the send buffer is full has never written the dot; so there is no second copy,
   and nothing to doubt. */
static struct world_run run_paused(const char *tls)
{
    char json[2048];
    snprintf(json, sizeof json,
             "{ \"postroad\": 1, \"seed\": 1, \"hosts\": { " ALICE_PC ", \"mail.a.example\": { \"mail_server\": {"
             "\"domains\": [\"a.example\"], \"users\": [\"alice\"], \"smtp\": { \"timeouts\": { \"data_block\": \"20 s\" } }"
             "%s } }, \"internet\": { \"router\": {} }, \"mx1.b.example\": { \"mail_server\": { \"domains\":"
             "[\"b.example\"], \"users\": [\"bob\"]%s } } },"
             "\"links\": { \"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
             "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
             "\"b\": { \"between\": [\"mx1.b.example\", \"internet\"], \"rate\": \"10 Mbit/s\" } },"
             "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"bob@b.example\"],"
             "\"text\": \"x\", \"size\": \"5 MB\" } },"
             "\"faults\": [ { \"at\": \"4 s\", \"for\": \"60 s\", \"pause\": { \"host\": \"mx1.b.example\" } } ] }",
             tls, tls);
    return world_run_scenario(json, 0, event_mask_all());
}

Test(world_under_faults, content_given_up_in_its_midst_has_no_dot_and_leaves_no_doubt)
{
    static const char *const tls[] = {"", ", \"tls\": {}"};
    for (size_t i = 0; i < sizeof tls / sizeof *tls; i++) {
        struct world_run run = run_paused(tls[i]);
        cr_expect_eq(count_events(&run, EVENT_ATTEMPT_END, "waiting for the content"), 1);
        cr_expect_eq(count_events(&run, EVENT_MAIL_DOUBT, NULL), 0);
        cr_expect_eq(count_events(&run, EVENT_SMTP_CONTENT, NULL), 3); /* a submission, and two attempts */
        cr_expect_eq(count_events(&run, EVENT_SMTP_LINE, "OK queued as"), 2); /* but each server has taken it once */
        world_run_free(&run);
    }
}
