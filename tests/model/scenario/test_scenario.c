/* Good files: what they become. */
#include <criterion/criterion.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "sim/journal/vtime.h"
#include "tests/model/scenario/scenario_files.h"

/* Loads JSON written with ' for "; what is said of it is to be freed. */
static char *try_load(const char *quoted, const struct scenario_override *overrides, size_t n,
                      struct scenario **scenario)
{
    char *text = strdup(quoted);
    for (char *p = text; *p; p++)
        if (*p == '\'') *p = '"';
    char *said = load_text("test.json", text, strlen(text), overrides, n, scenario);
    free(text);
    return said;
}

/* The same of what must be good. */
static struct scenario *load(const char *quoted, const struct scenario_override *overrides, size_t n)
{
    struct scenario *scenario;
    char *said = try_load(quoted, overrides, n, &scenario);
    cr_assert(scenario != NULL, "%s", said);
    cr_expect_str_eq(said, "");
    free(said);
    return scenario;
}

static const char two_servers[] =
    "{'postroad':1,'hosts':{"
    "'alice-pc':{'client':{'user':'alice@a.example','submits_to':'mail.a.example'}},"
    "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice']}},"
    "'internet':{'router':{}},"
    "'mx.b.example':{'mail_server':{'domains':'b.example','users':'bob'}}},"
    "'links':{"
    "'alice':{'between':['alice-pc','internet']},"
    "'a-mail':{'between':['mail.a.example','internet'],'rate':'10 Mbit/s','delay':'15 ms','loss':'2 %'},"
    "'b-mail':{'between':['mx.b.example','internet'],'queue':'unlimited','back':{'rate':'unlimited','loss':'50 %'}}},"
    "'mail':{'m1':{'from':'alice@a.example','to':'bob@b.example'}}}";

/* Each key of a policy lands in its own field, which its default had not. */
static void expect_key(const char *policy, const char *key, const char *value, size_t place, int64_t expected)
{
    char json[2048];
    enum retry_kind kind;
    snprintf(json, sizeof json,
             "{'postroad':1,'hosts':{'mx.b.example':{'mail_server':{'domains':'b.example','users':'bob',"
             "'retry':{'policy':'%s','%s':%s}}},'internet':{'router':{}}},'links':{'b':{'between':['mx.b.example','"
             "internet']}},'mail':{}}",
             policy, key, value);
    cr_assert(retry_kind_by_name(policy, &kind));
    struct retry_policy usual = retry_policy_default(kind);
    struct scenario *s = load(json, NULL, 0);
    const char *read = (const char *)&s->hosts[0].mail_server.retry, *before = (const char *)&usual;
    cr_expect_eq(*(const int64_t *)(const void *)(read + place), expected, "%s %s", policy, key);
    cr_expect_neq(*(const int64_t *)(const void *)(before + place), expected, "%s %s", policy, key);
    scenario_free(s);
}
#define KEY(policy, key, value, field, expected)                                                                       \
    expect_key(policy, key, value, offsetof(struct retry_policy, field), expected)

Test(scenario, parameters_of_policies_land_in_their_fields)
{
    KEY("postfix", "smtp_mx_address_limit", "7", address_limit, 7);
    KEY("postfix", "smtp_mx_session_limit", "0", session_limit, 0);
    KEY("postfix", "destination_concurrency_positive_feedback", "'1/4'", positive_feedback.millionths, 250000);
    KEY("postfix", "destination_concurrency_negative_feedback", "'0.5'", negative_feedback.millionths, 500000);
    KEY("postfix", "smtp_connect_timeout", "'7 s'", connect_timeout_ns, 7 * SECOND);
    KEY("postfix", "smtp_rset_timeout", "'7 s'", timeouts.rset_ns, 7 * SECOND);
    KEY("postfix", "hopcount_limit", "7", max_hops, 7);
    KEY("exim", "hosts_max_try", "7", address_limit, 7);
    KEY("exim", "hosts_max_try_hardlimit", "7", address_hardlimit, 7);
    KEY("exim", "data_timeout", "'7 s'", timeouts.data_block_ns, 7 * SECOND);
    KEY("exim", "received_headers_max", "7", max_hops, 7);
    KEY("sendmail", "timeout_datafinal", "'7 s'", timeouts.data_done_ns, 7 * SECOND);
    KEY("sendmail", "max_hop_count", "7", max_hops, 7);
    KEY("sendmail", "timeout_queuereturn_urgent", "'7 s'", lifetime_urgent_ns, 7 * SECOND);
    KEY("sendmail", "timeout_queuereturn_non_urgent", "'7 s'", lifetime_non_urgent_ns, 7 * SECOND);
    KEY("sendmail", "timeout_queuereturn_dsn", "'7 s'", bounce_lifetime_ns, 7 * SECOND);
    KEY("sendmail", "timeout_queuewarn_urgent", "'7 s'", warning_urgent_ns, 7 * SECOND);
    KEY("sendmail", "timeout_queuewarn_non_urgent", "'7 s'", warning_non_urgent_ns, 7 * SECOND);
    KEY("qmail", "chanskip_remote", "7", base_remote_ns, 49 * SECOND);
    KEY("qmail", "chanskip_local", "7", base_local_ns, 49 * SECOND);
    KEY("qmail", "tcpto_timeouts", "7", tcpto_timeouts, 7);
    KEY("qmail", "tcpto_spacing", "'7 s'", tcpto_spacing_ns, 7 * SECOND);
    KEY("qmail", "tcpto_unit", "'7 s'", tcpto_unit_ns, 7 * SECOND);
    KEY("qmail", "timeoutremote", "'7 s'", timeout_ns, 7 * SECOND);
    KEY("opensmtpd", "base_remote", "'7 s'", base_remote_ns, 7 * SECOND);
    KEY("opensmtpd", "base_local", "'7 s'", base_local_ns, 7 * SECOND);
    KEY("opensmtpd", "route_penalty", "'7 s'", route_base_ns, 7 * SECOND);
    KEY("opensmtpd", "route_penalty_max", "'7 s'", route_max_ns, 7 * SECOND);
    KEY("opensmtpd", "conn_delay_route", "'7 s'", connect_pause_ns, 7 * SECOND);
    KEY("opensmtpd", "disc_delay_route", "'7 s'", disconnect_pause_ns, 7 * SECOND);
    KEY("opensmtpd", "session_keepalive", "'7 s'", idle_ns, 7 * SECOND);
    KEY("opensmtpd", "session_timeout", "'7 s'", timeout_ns, 7 * SECOND);
    KEY("kumomta", "banner_timeout", "'7 s'", timeouts.greeting_ns, 7 * SECOND);
    KEY("exchange", "connection_inactivity_timeout", "'7 s'", timeout_ns, 7 * SECOND);
    KEY("rfc-minimum", "bounce_lifetime", "'7 s'", bounce_lifetime_ns, 7 * SECOND);
}

Test(scenario, a_server_counts_hops_as_its_policy_does_unless_smtp_says_otherwise)
{
    static const char server[] = "{'postroad':1,'hosts':{'mx.b.example':{'mail_server':{'domains':'b.example',"
                                 "'users':'bob','retry':'sendmail'%s}},'internet':{'router':{}}},'links':{'b':{'"
                                 "between':['mx.b.example','internet']}},'mail':{}}";
    char json[1024];
    snprintf(json, sizeof json, server, "");
    struct scenario *s = load(json, NULL, 0);
    cr_expect_eq(s->hosts[0].smtp.max_hops, 25);
    scenario_free(s);
    snprintf(json, sizeof json, server, ",'smtp':{'max_hops':9}");
    s = load(json, NULL, 0);
    cr_expect_eq(s->hosts[0].smtp.max_hops, 9);
    scenario_free(s);
}

Test(scenario, what_is_left_out_has_the_documented_defaults)
{
    struct scenario *s = load(two_servers, NULL, 0);
    cr_expect_str_eq(s->title, "test");
    cr_expect(s->seed == 1 && strcmp(s->seed_text, "1") == 0);
    cr_expect_str_eq(s->starts_text, "2025-03-03T09:00:00Z");
    cr_expect_eq(s->starts_unix_s, 1740992400);
    cr_expect(s->until_ns == TIME_NEVER && s->reroute_after_ns == TIME_NEVER);
    const struct scenario_client *c = &s->hosts[0].client;
    cr_expect(s->hosts[0].role == ROLE_CLIENT && c->submits_to == 1 && c->fetches_from == -1);
    cr_expect(c->submission_port == 587 && c->fetches_every_ns == MINUTE);
    const struct tcp_config *t = &s->hosts[0].tcp;
    cr_expect(t->flavour == TCP_FLAVOUR_CUBIC && t->sack && t->rack && t->delayed_ack_ns && t->nagle &&
              t->initial_window_segments == 10);
    cr_expect(t->receive_buffer == 256 * 1024 && t->rto_min_ns == SECOND);
    const struct scenario_mail_server *m = &s->hosts[3].mail_server;
    cr_expect(m->n_domains == 1 && strcmp(m->domains[0], "b.example") == 0 && m->mx_preference == 10);
    cr_expect(m->n_users == 1 && strcmp(m->users[0], "bob") == 0);
    cr_expect(m->retry.kind == RETRY_POSTFIX);
    cr_expect(m->retry.run_interval_ns == 300 * SECOND && m->retry.run_phase_ns == 0);
    cr_expect(m->retry.minimal_backoff_ns == 300 * SECOND && m->retry.maximal_backoff_ns == 4000 * SECOND);
    cr_expect(m->retry.lifetime_ns == 5 * DAY && m->retry.bounce_lifetime_ns == 5 * DAY);
    const struct link_settings *d = &s->links[0].out;
    cr_expect(d->rate_bps == 100000000 && d->delay_ns == 10 * MILLISECOND && d->queue_bytes == 256000);
    cr_expect(d->loss_of_2_32 == 0 && s->links[0].mtu_bytes == 1500);
    const struct scenario_mail *mail = &s->mails[0];
    cr_expect(mail->at_ns == 0 && mail->client == 0 && mail->n_to == 1 && mail->size_bytes == 0);
    cr_expect(!*mail->subject && !*mail->text && strcmp(mail->to[0], "bob@b.example") == 0);
    scenario_free(s);
}

Test(scenario, a_link_is_the_same_both_ways_except_for_what_back_says)
{
    struct scenario *s = load(two_servers, NULL, 0);
    const struct scenario_link *k = &s->links[1];
    cr_expect(k->a == 1 && k->b == 2 && memcmp(&k->out, &k->back, sizeof k->out) == 0);
    cr_expect(k->out.rate_bps == 10000000 && k->out.delay_ns == 15 * MILLISECOND && k->out.loss_of_2_32 == 85899346);
    k = &s->links[2];
    cr_expect(k->out.rate_bps == 100000000 && k->out.loss_of_2_32 == 0 && k->out.queue_bytes == 0);
    cr_expect(k->back.rate_bps == 0 && k->back.loss_of_2_32 == UINT64_C(1) << 31 && k->back.queue_bytes == 0);
    scenario_free(s);
}

Test(scenario, a_link_has_its_queue_and_its_faults_in_each_direction)
{
    struct scenario_override o = {
        "/links/a-mail",
        "{\"between\":[\"mail.a.example\",\"internet\"],\"jitter\":\"3 ms\",\"queue\":\"20 packets\",\"codel\":true,"
        "\"duplicate\":\"1 %\",\"reorder\":{\"odds\":\"25 %\",\"by\":\"15 ms\"},\"corrupt\":\"50 %\","
        "\"loss\":{\"good_to_bad\":\"25 %\",\"bad_to_good\":\"50 %\",\"per\":\"10 ms\",\"toward\":\"internet\"},"
        "\"back\":{\"codel\":{\"target\":\"7 ms\"},\"reorder\":\"50 %\",\"queue\":\"unlimited\"}}"};
    struct scenario *s = load(two_servers, &o, 1);
    const struct link_settings *out = &s->links[1].out, *back = &s->links[1].back;
    cr_expect(out->jitter_ns == 3 * MILLISECOND && out->queue_packets == 20 && out->queue_bytes == 0);
    cr_expect(out->codel.target_ns == 5 * MILLISECOND && out->codel.interval_ns == 100 * MILLISECOND);
    cr_expect(out->reorder_of_2_32 == UINT64_C(1) << 30 && out->reorder_by_ns == 15 * MILLISECOND);
    cr_expect(out->duplicate_of_2_32 == 42949673 && out->corrupt_of_2_32 == UINT64_C(1) << 31);
    cr_expect(out->burst.kind == BURST_PER_TIME && out->burst.step_ns == 10 * MILLISECOND && out->loss_of_2_32 == 0);
    cr_expect(out->burst.bad_loss_of_2_32 == UINT64_C(1) << 32 && out->burst.good_to_bad_of_2_32 == UINT64_C(1) << 30);
    cr_expect(out->burst.bad_to_good_of_2_32 == UINT64_C(1) << 31);
    cr_expect(back->burst.kind == BURST_NONE && back->loss_of_2_32 == 0, "the loss is toward the internet");
    cr_expect(back->codel.target_ns == 7 * MILLISECOND && back->codel.interval_ns == 100 * MILLISECOND);
    cr_expect(back->reorder_of_2_32 == UINT64_C(1) << 31 && back->reorder_by_ns == 10 * MILLISECOND);
    cr_expect(back->queue_packets == 0 && back->queue_bytes == 0 && back->jitter_ns == 3 * MILLISECOND);
    scenario_free(s);
}

Test(scenario, a_name_server_stands_at_the_first_router_after_all_that_is_written)
{
    struct scenario *s = load(two_servers, NULL, 0);
    cr_assert(s->n_hosts == 5 && s->n_links == 4);
    cr_expect(s->hosts[4].role == ROLE_NAME_SERVER && s->hosts[4].implied);
    cr_expect_str_eq(s->hosts[4].name, "name-server");
    cr_expect(s->links[3].implied && s->links[3].a == 4 && s->links[3].b == 2);
    cr_expect(s->links[3].out.rate_bps == 1000000000 && s->links[3].out.delay_ns == MILLISECOND);
    for (size_t i = 0; i < s->n_hosts; i++)
        cr_expect_eq(s->hosts[i].address, 0x0A000001 + i);
    scenario_free(s);
    struct scenario_override own[] = {{"/hosts/ns.example", "{\"name_server\":{},\"address\":\"10.0.0.2\"}"},
                                      {"/links/ns", "{\"between\":[\"ns.example\",\"internet\"]}"}};
    s = load(two_servers, own, 2);
    cr_assert(s->n_hosts == 5 && s->n_links == 4);
    cr_expect(!s->hosts[4].implied && s->hosts[4].address == 0x0A000002);
    cr_expect(s->hosts[1].address == 0x0A000003, "a written address is passed over");
    scenario_free(s);
}

Test(scenario, what_the_command_line_sets_is_checked_and_is_in_the_effective_file)
{
    struct scenario_override set[] = {{"/links/a-mail/loss", "20 %"},
                                      {"/seed", "7"},
                                      {"/until", "3 d"},
                                      {"/hosts/alice-pc/tcp/nagle", "false"},
                                      {"/mail/m1/to", "[\"bob@b.example\",\"carol@b.example\"]"},
                                      {"/links/b-mail/back/loss", "0%"}};
    struct scenario *s = load(two_servers, set, 6);
    cr_expect(s->links[1].out.loss_of_2_32 == 858993459 && s->seed == 7 && s->until_ns == 3 * DAY);
    cr_expect(!s->hosts[0].tcp.nagle && s->hosts[1].tcp.nagle && s->mails[0].n_to == 2);
    cr_expect(strstr(s->json, "\"loss\":\"20 %\"") && strstr(s->json, "\"seed\":7") && !strchr(s->json, '\n'));
    struct scenario *again;
    char *said = load_text("again.json", s->json, strlen(s->json), NULL, 0, &again);
    cr_assert(again != NULL, "%s", said);
    cr_expect_str_eq(again->json, s->json);
    scenario_free(again);
    scenario_free(s);
    free(said);
}

static void expect_override_says(const char *pointer, const char *value, const char *expected)
{
    struct scenario_override o = {pointer, value};
    char *text = strdup(two_servers);
    for (char *p = text; *p; p++)
        if (*p == '\'') *p = '"';
    struct scenario *s;
    char *said = load_text("test.json", text, strlen(text), &o, 1, &s);
    cr_expect(s == NULL);
    cr_expect_str_eq(said, expected);
    scenario_free(s);
    free(said);
    free(text);
}

Test(scenario, what_is_wrong_on_the_command_line_names_the_override)
{
    expect_override_says(
        "/links/a-mail/loss", "150 %",
        "--set /links/a-mail/loss: \"150 %\" is not between 0 % and 100 %\n  hint: did you mean \"1.5 %\"?\n");
    expect_override_says(
        "/links/amail/loss", "1 %",
        "--set /links/amail/loss: there is no \"amail\" in /links\n  hint: did you mean \"a-mail\"?\n");
    expect_override_says(
        "/links/a-mail/los", "1 %",
        "--set /links/a-mail/los: /links/a-mail: unknown key \"los\"\n  hint: did you mean \"loss\"?\n");
    expect_override_says("/seed/x", "1",
                         "--set /seed/x: /seed: {\"x\":1} is neither a number nor a text\n"
                         "  hint: write 7, or \"seven\"\n");
    expect_override_says(
        "/mail/m1/from/x", "1",
        "--set /mail/m1/from/x: \"from\" in /mail/m1 has no parts\n  hint: set all of it: /mail/m1/from\n");
    expect_override_says("/links/alice/between/5", "x",
                         "--set /links/alice/between/5: the list has no such place\n  hint: places count from 0\n");
    expect_override_says(
        "seed", "1", "--set seed: this is not a JSON Pointer to a value\n  hint: write it like /links/a-mail/loss\n");
    expect_override_says("/mail/m1/subject", "caf\xE9", "--set /mail/m1/subject: these bytes are not UTF-8\n");
    expect_override_says("/hosts/alice-pc/\xE9", "1", "--set /hosts/alice-pc/\xE9: these bytes are not UTF-8\n");
    expect_override_says("/mail/m1", "{\"from\":}",
                         "--set /mail/m1: a value is expected here\n  hint: a text stands between \"\"\n");
    expect_override_says(
        "/seed", "9007199254740993",
        "--set /seed: this integer is beyond 2^53 and would lose digits\n  hint: write it as a text, between "
        "\"\"\n");
}

Test(scenario, a_fault_has_its_verb_its_time_and_its_target)
{
    struct scenario_override o = {
        "/faults",
        "[{\"at\":\"1 s\",\"for\":\"2 h\",\"stop_host\":{\"host\":\"mx.b.example\"}},"
        "{\"cut_link\":{\"link\":\"b-mail\",\"toward\":\"internet\"}},"
        "{\"at\":\"1 h\",\"set\":{\"/links/a-mail/loss\":\"20 %\",\"/links/a-mail/rate\":\"1 Mbit/s\","
        "\"/links/a-mail/delay\":\"1 s\",\"toward\":\"mail.a.example\"}},"
        "{\"drop\":{\"mail\":\"m1\",\"part\":\"body\",\"segment\":3,\"link\":\"b-mail\",\"toward\":\"mx.b.example\"}},"
        "{\"drop\":{\"tag\":\"tcp.syn\",\"nth\":2,\"count\":3}},"
        "{\"reply\":{\"server\":\"mx.b.example\",\"to\":\".\",\"with\":\"452 Full\",\"odds\":\"50 %\"}}]"};
    struct scenario *s = load(two_servers, &o, 1);
    cr_assert_eq(s->n_faults, 8);
    const struct scenario_fault *f = s->faults;
    cr_expect(f[0].verb == FAULT_STOP_HOST && f[0].host == 3 && f[0].at_ns == SECOND && f[0].for_ns == 2 * HOUR);
    cr_expect(f[1].verb == FAULT_CUT_LINK && f[1].link == 2 && f[1].dir == 0 && f[1].for_ns == TIME_NEVER);
    cr_expect(f[2].verb == FAULT_SET && f[2].set == LINK_LOSS && f[2].set_to.loss_of_2_32 == 858993459 &&
              f[2].at_ns == HOUR);
    cr_expect(f[2].link == 1 && f[2].dir == 1 && strcmp(f[2].set_text, "20 %") == 0);
    cr_expect(f[3].set == LINK_RATE && f[3].set_to.rate_bps == 1000000 && f[4].set == LINK_DELAY &&
              f[4].set_to.delay_ns == SECOND);
    cr_expect(f[5].verb == FAULT_DROP && f[5].drop_mail == 0 && f[5].drop_part == DROP_BODY && f[5].drop_segment == 3);
    cr_expect(f[5].drop_transmission == 1 && f[5].link == 2 && f[5].dir == 1 && f[5].nth == 1 && f[5].count == 1);
    cr_expect(f[6].drop_mail == -1 && f[6].link == -1 && f[6].dir == 2 && f[6].nth == 2 && f[6].count == 3);
    cr_expect_str_eq(f[6].drop_tag, "tcp.syn");
    cr_expect(f[7].verb == FAULT_REPLY && f[7].host == 3 && f[7].reply_odds_of_2_32 == UINT64_C(1) << 31);
    cr_expect(strcmp(f[7].reply_to, ".") == 0 && strcmp(f[7].reply_with, "452 Full") == 0);
    scenario_free(s);
}

Test(scenario, a_caption_waits_for_the_nth_event_of_a_kind_with_a_word)
{
    struct scenario_override o = {"/story",
                                  "[{\"on\":\"first tcp.state ESTABLISHED\",\"say\":\"A\",\"cite\":\"RFC 9293\"},"
                                  "{\"on\":\"22nd smtp.line RCPT TO\",\"say\":{\"en\":\"B\"}},"
                                  "{\"on\":\"tcp.syn\",\"say\":\"C\"},{\"on\":\"third dns.query\",\"say\":\"D\"}]"};
    struct scenario *s = load(two_servers, &o, 1);
    const struct scenario_caption *c = s->captions;
    cr_assert_eq(s->n_captions, 4);
    cr_expect(c[0].nth == 1 && c[0].kind == EVENT_TCP_STATE && strcmp(c[0].words, "ESTABLISHED") == 0);
    cr_expect(strcmp(c[0].say, "A") == 0 && strcmp(c[0].cite, "RFC 9293") == 0);
    cr_expect(c[1].nth == 22 && c[1].kind == EVENT_SMTP_LINE && strcmp(c[1].words, "RCPT TO") == 0);
    cr_expect_str_eq(c[1].say, "B");
    cr_expect(c[2].nth == 1 && c[2].kind == EVENT_PACKET_SEND && strcmp(c[2].words, "tcp.syn") == 0);
    cr_expect(c[3].nth == 3 && c[3].kind == EVENT_DNS_QUERY && c[3].words == NULL);
    scenario_free(s);
}

Test(scenario, tcp_of_the_file_holds_for_every_host_and_a_host_can_differ)
{
    struct scenario_override o[] = {{"/tcp", "{\"flavour\":\"stop-and-wait\",\"delayed_ack\":false}"},
                                    {"/hosts/internet/tcp", "{\"flavour\":\"newreno\",\"receive_buffer\":\"8 KiB\"}"},
                                    {"/hosts/mx.b.example/tcp", "{\"rto_min\":\"200 ms\"}"}};
    struct scenario *s = load(two_servers, o, 3);
    const struct tcp_config *t[] = {&s->hosts[0].tcp, &s->hosts[2].tcp, &s->hosts[3].tcp, &s->hosts[4].tcp};
    for (size_t i = 0; i < 4; i++) {
        cr_expect((t[i]->flavour == TCP_FLAVOUR_STOP_AND_WAIT) == (i != 1) && t[i]->delayed_ack_ns == 0, "%zu", i);
    }
    cr_expect(t[1]->receive_buffer == 8192 && t[2]->rto_min_ns == 200 * MILLISECOND);
    scenario_free(s);
}

Test(scenario, a_seed_is_a_number_or_a_word)
{
    static const struct {
        const char *value;
        uint64_t seed;
        const char *text;
    } seeds[] = {{"0", 0, "0"},
                 {"9007199254740992", UINT64_C(9007199254740992), "9007199254740992"},
                 {"\"42\"", 42, "42"},
                 {"rain", UINT64_C(0x6dbdfd1fd1f50453), "rain"}};
    for (size_t i = 0; i < 4; i++) {
        struct scenario_override o = {"/seed", seeds[i].value};
        struct scenario *s = load(two_servers, &o, 1);
        cr_expect_eq(s->seed, seeds[i].seed);
        cr_expect_str_eq(s->seed_text, seeds[i].text);
        cr_expect_eq(s->seed, scenario_seed_from_text(s->seed_text));
        scenario_free(s);
    }
    cr_expect_neq(scenario_seed_from_text("rain"), scenario_seed_from_text("snow"));
}

Test(scenario, one_domain_on_two_servers_needs_a_preference_for_each_or_a_zone)
{
    struct scenario_override o[] = {
        {"/hosts/mx2.b.example",
         "{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"bob\"],\"mx_preference\":20}}"},
        {"/links/b2", "{\"between\":[\"mx2.b.example\",\"internet\"]}"},
        {"/hosts/mx.b.example/mail_server/mx_preference", "5"}};
    struct scenario *s = load(two_servers, o, 3);
    cr_expect(s->hosts[3].mail_server.mx_preference == 5 && s->hosts[4].mail_server.mx_preference == 20);
    scenario_free(s);
    o[2] = (struct scenario_override){"/zones", "{\"b.example\":[\"@ 300 IN MX 10 mx\",\"@ 300 IN MX 20 mx2\"]}"};
    s = load(two_servers, o, 3);
    cr_expect(s->n_zones == 1 && s->zones[0].n_lines == 2 && strcmp(s->zones[0].apex, "b.example") == 0);
    scenario_free(s);
}

/* RFC 1034 3.6.2; those that are refused are in bad/. */
Test(scenario, an_alias_may_be_written_where_nothing_else_is)
{
    static const char *const zones[] = {
        "{\"b.example\":[\"@ MX 10 mx\",\"www CNAME mx\"]}",
        /* two zones may write the same alias */
        "{\"example\":[\"www.b CNAME mx.b\"],\"b.example\":[\"@ MX 10 mx\",\"www CNAME mx\"]}",
        /* a zone that is written publishes no policy but its own */
        "{\"b.example\":[\"@ MX 10 mx\",\"_mta-sts CNAME policy\"]}",
    };
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct scenario_override o[] = {
            {"/zones", zones[i]}, {"/hosts/mx.b.example/mail_server/tls", "{\"mta_sts\":{\"mode\":\"enforce\"}}"}};
        scenario_free(load(two_servers, o, 2));
    }
}

/* A parent zone's records for what lies below another zone are on another server, and in nobody's way. */
Test(scenario, an_alias_and_an_address_may_be_on_two_servers)
{
    struct scenario_override o[] = {
        {"/dns", "tree"},
        {"/zones", "{\"example\":[\"x.b A 10.0.0.9\"],\"b.example\":[\"@ MX 10 mx\",\"x CNAME mx\"]}"}};
    scenario_free(load(two_servers, o, 2));
}

/* What two faults write meets only while both are in force; where one ends as the other begins, it may. */
Test(scenario, an_alias_and_records_of_faults_that_never_meet_are_in_nobodys_way)
{
    static const char faults[] =
        "[{\"at\":%s,\"for\":\"%d min\",\"zone\":{\"b.example\":[\"@ MX 10 mx\",\"x CNAME mx\"]}},"
        "{\"at\":\"31 min\",\"zone\":{\"example\":[\"x.b A 10.0.0.9\"]}}]";
    static const struct {
        const char *at;
        int minutes;
        bool good;
    } cases[] = {{"\"1 min\"", 29, true},
                 {"\"1 min\"", 30, false},
                 {"\"1 min\"", 300, false},
                 {"[\"1 min\",\"10 min\"]", 20, true},
                 {"[\"1 min\",\"10 min\"]", 21, false},
                 {"\"40 min\"", 1, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[400];
        struct scenario *s;
        snprintf(text, sizeof text, faults, cases[i].at, cases[i].minutes);
        struct scenario_override o = {"/faults", text};
        char *said = try_load(two_servers, &o, 1, &s);
        cr_expect_eq(s != NULL, cases[i].good, "case %zu: %s", i, said);
        if (!cases[i].good) cr_expect(strstr(said, "gives an alias (CNAME) and other records"), "%s", said);
        scenario_free(s);
        free(said);
    }
}

/* ---- the scenarios that are shipped ---- */

static void loads(const char *path, const char *name)
{
    size_t size;
    struct scenario *s;
    char *text = read_file(path, &size), *said = load_text(name, text, size, NULL, 0, &s);
    cr_expect(s != NULL, "%s", said);
    if (s) {
        cr_expect(*s->title && *s->description && s->n_captions > 0 && s->n_expectations > 0, "%s", name);
        for (size_t i = 0; i < s->n_captions; i++) {
            size_t length = strlen(s->captions[i].say);
            cr_expect(length > 10 && length < 260, "%s: caption %zu has %zu letters", name, i, length);
        }
    }
    scenario_free(s);
    free(said);
    free(text);
}

static void is_in_the_list(const char *path, const char *name)
{
    size_t size;
    char *readme = read_file(POSTROAD_SOURCE_DIR "/scenarios/README.md", &size);
    (void)path;
    cr_assert(readme != NULL);
    cr_expect(strstr(readme, name) != NULL, "%s is not in scenarios/README.md", name);
    free(readme);
}

Test(scenario, every_shipped_scenario_loads_and_tells_its_story)
{
    cr_expect(each_scenario("scenarios", loads) >= 8);
    each_scenario("scenarios", is_in_the_list);
}

/* ---- what the schema says twice ---- */

static void expect_in_schema(const char *schema, const char *word)
{
    char pattern[64];
    size_t n = 0;
    for (; *word && n + 4 < sizeof pattern; word++) {
        if (*word == '.') n += (size_t)snprintf(pattern + n, 4, "\\\\");
        pattern[n++] = *word;
    }
    pattern[n] = '\0';
    cr_expect(strstr(schema, pattern) != NULL, "the schema does not know the event %s", pattern);
}

Test(scenario, the_schema_knows_every_kind_of_event_a_caption_can_wait_for)
{
    size_t size;
    char *schema = read_file(POSTROAD_SOURCE_DIR "/scenarios/scenario.schema.json", &size);
    cr_assert(schema != NULL);
    for (int kind = EVENT_NONE + 1; kind < EVENT_KINDS; kind++)
        if (kind != EVENT_CAPTION) expect_in_schema(schema, event_kind_name((enum event_kind)kind));
    for (size_t i = 0; i < PACKET_TAGS; i++)
        expect_in_schema(schema, packet_tags[i].word);
    free(schema);
}

/* ---- size ---- */

Test(scenario, ten_thousand_hosts_load)
{
    enum { HOSTS = 10000 };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    fprintf(out, "{\"postroad\":1,\"hosts\":{\"r\":{\"router\":{}}");
    for (int i = 0; i < HOSTS; i++)
        fprintf(out, ",\"h%d\":{\"router\":{}}", i);
    fprintf(out, "},\"links\":{\"l\":{\"between\":[\"r\",\"h0\"]}");
    for (int i = 1; i < HOSTS; i++)
        fprintf(out, ",\"l%d\":{\"between\":[\"h%d\",\"h%d\"]}", i, i - 1, i);
    fprintf(out, "}}");
    fclose(out);
    struct scenario *s;
    char *said = load_text("large.json", text, size, NULL, 0, &s);
    cr_assert(s != NULL, "%.400s", said);
    cr_expect(s->n_hosts == HOSTS + 2 && s->hosts[HOSTS].address == 0x0A000000 + (10000 / 254 << 8) + 10000 % 254 + 1);
    scenario_free(s);
    free(said);
    free(text);
}
