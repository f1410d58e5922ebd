/* Greylisting and limits of rate as pure rules: each of postgrey's and anvil's, at the limit and just beyond it. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "model/mail/greylist.h"
#include "model/mail/rate_limit.h"
#include "sim/journal/vtime.h"

static const char alice[] = "alice@a.example", bob[] = "bob@b.example";

static struct ip_address address(const char *text)
{
    struct ip_address ip;
    cr_assert(ip_parse(text, &ip));
    return ip;
}

static struct greylist *default_greylist(void)
{
    struct greylist_settings settings = greylist_settings_default();
    return greylist_new(&settings);
}

static enum greylist_outcome ask(struct greylist *g, const char *client, const char *from, const char *to,
                                 int64_t at_ns)
{
    return greylist_ask(g, address(client), from, to, at_ns).outcome;
}

Test(greylist, a_triplet_passes_after_exactly_the_delay)
{
    struct greylist *g = default_greylist();
    cr_expect_eq(ask(g, "192.0.2.1", alice, bob, 0), GREYLIST_NEW);
    cr_expect_eq(ask(g, "192.0.2.1", alice, bob, 300 * SECOND - 1), GREYLIST_EARLY);
    cr_expect_eq(ask(g, "192.0.2.1", alice, bob, 300 * SECOND), GREYLIST_WAITED);
    cr_expect_eq(ask(g, "192.0.2.1", alice, bob, 301 * SECOND), GREYLIST_PASSED);
    greylist_free(g);
}

Test(greylist, the_answer_says_when_it_would_pass)
{
    struct greylist *g = default_greylist();
    struct greylist_answer answer = greylist_ask(g, address("192.0.2.1"), alice, bob, 7 * SECOND);
    cr_expect_eq(answer.passes_ns, 307 * SECOND);
    answer = greylist_ask(g, address("192.0.2.1"), alice, bob, 107 * SECOND);
    cr_expect_eq(answer.passes_ns, 307 * SECOND);
    cr_expect_eq(answer.waited_ns, 100 * SECOND);
    greylist_free(g);
}

Test(greylist, each_part_of_the_triplet_counts_but_not_its_case)
{
    struct greylist *g = default_greylist();
    ask(g, "192.0.2.1", alice, bob, 0);
    cr_expect_eq(ask(g, "192.0.2.1", "Alice@A.EXAMPLE", "BOB@b.example", HOUR), GREYLIST_WAITED);
    cr_expect_eq(ask(g, "192.0.2.1", "carol@a.example", bob, HOUR), GREYLIST_NEW);
    cr_expect_eq(ask(g, "192.0.2.1", alice, "dave@b.example", HOUR), GREYLIST_NEW);
    cr_expect_eq(ask(g, "192.0.3.1", alice, bob, HOUR), GREYLIST_NEW);
    greylist_free(g);
}

Test(greylist, clients_of_one_net_are_one)
{
    struct greylist *g = default_greylist();
    ask(g, "192.0.2.1", alice, bob, 0);
    cr_expect_eq(ask(g, "192.0.2.254", alice, bob, HOUR), GREYLIST_WAITED, "a /24");
    ask(g, "2001:db8:1:2::1", alice, bob, 0);
    cr_expect_eq(ask(g, "2001:db8:1:2:ffff::9", alice, bob, HOUR), GREYLIST_WAITED, "a /64");
    cr_expect_eq(ask(g, "2001:db8:1:3::1", alice, bob, HOUR), GREYLIST_NEW);
    greylist_free(g);
}

Test(greylist, by_single_addresses_where_the_setting_says_so)
{
    struct greylist_settings settings = greylist_settings_default();
    settings.prefix4 = 32;
    settings.prefix6 = 128;
    struct greylist *g = greylist_new(&settings);
    ask(g, "192.0.2.1", alice, bob, 0);
    cr_expect_eq(ask(g, "192.0.2.2", alice, bob, HOUR), GREYLIST_NEW);
    ask(g, "2001:db8::1", alice, bob, 0);
    cr_expect_eq(ask(g, "2001:db8::2", alice, bob, HOUR), GREYLIST_NEW);
    greylist_free(g);
}

Test(greylist, who_stays_away_longer_than_the_window_begins_anew)
{
    struct greylist *g = default_greylist();
    ask(g, "192.0.2.1", alice, bob, 0);
    cr_expect_eq(ask(g, "192.0.2.1", alice, bob, 2 * DAY), GREYLIST_WAITED);
    ask(g, "198.51.100.1", alice, bob, 0);
    cr_expect_eq(ask(g, "198.51.100.1", alice, bob, 2 * DAY + 1), GREYLIST_NEW);
    cr_expect_eq(ask(g, "198.51.100.1", alice, bob, 2 * DAY + 300 * SECOND + 1), GREYLIST_WAITED);
    greylist_free(g);
}

Test(greylist, what_has_passed_is_kept_for_35_days)
{
    struct greylist *g = default_greylist();
    ask(g, "192.0.2.1", alice, bob, 0);
    ask(g, "192.0.2.1", alice, bob, HOUR);
    cr_expect_eq(ask(g, "192.0.2.1", alice, bob, HOUR + 35 * DAY), GREYLIST_PASSED);
    cr_expect_eq(ask(g, "192.0.2.1", alice, bob, HOUR + 70 * DAY + 1), GREYLIST_NEW);
    greylist_free(g);
}

/* The n-th sender of a client waits, and then passes. */
static void succeed(struct greylist *g, int n, int64_t at_ns)
{
    char from[32];
    snprintf(from, sizeof from, "sender%d@a.example", n);
    cr_assert_eq(ask(g, "192.0.2.1", from, bob, at_ns - 300 * SECOND), GREYLIST_NEW);
    cr_assert_eq(ask(g, "192.0.2.1", from, bob, at_ns), GREYLIST_WAITED);
}

Test(greylist, five_successes_make_a_client_known)
{
    struct greylist *g = default_greylist();
    for (int i = 1; i <= 5; i++)
        succeed(g, i, i * HOUR);
    cr_expect_eq(ask(g, "192.0.2.77", "new@a.example", bob, 6 * HOUR), GREYLIST_KNOWN_CLIENT);
    cr_expect_eq(ask(g, "192.0.3.77", "new@a.example", bob, 6 * HOUR), GREYLIST_NEW, "another net");
    cr_expect_eq(ask(g, "192.0.2.1", "other@a.example", bob, 6 * HOUR + 35 * DAY + 1), GREYLIST_NEW, "forgotten");
    greylist_free(g);
}

Test(greylist, only_one_success_an_hour_counts)
{
    struct greylist *g = default_greylist();
    for (int i = 1; i <= 20; i++)
        succeed(g, i, HOUR + i * MINUTE);
    cr_expect_eq(ask(g, "192.0.2.1", "new@a.example", bob, 90 * MINUTE), GREYLIST_NEW);
    greylist_free(g);
}

Test(greylist, numbers_and_extensions_of_list_senders_are_alike)
{
    struct greylist *g = default_greylist();
    ask(g, "192.0.2.1", "list-return-4711@a.example", bob, 0);
    cr_expect_eq(ask(g, "192.0.2.1", "list-return-4712@a.example", bob, HOUR), GREYLIST_WAITED);
    ask(g, "192.0.2.1", "list+bob=b.example@a.example", bob, 0);
    cr_expect_eq(ask(g, "192.0.2.1", "list+carol=c.example@a.example", bob, HOUR), GREYLIST_WAITED);
    ask(g, "192.0.2.1", "agent7@a.example", bob, 0);
    cr_expect_eq(ask(g, "192.0.2.1", "agent8@a.example", bob, HOUR), GREYLIST_NEW, "part of a word");
    cr_expect_eq(ask(g, "192.0.2.1", "", bob, HOUR), GREYLIST_NEW, "the null sender");
    cr_expect_eq(ask(g, "192.0.2.1", "", bob, 2 * HOUR), GREYLIST_WAITED);
    greylist_free(g);
}

Test(greylist, what_has_aged_is_forgotten_when_others_come)
{
    struct greylist *g = default_greylist();
    char from[32];
    for (int i = 0; i < 100000; i++) {
        snprintf(from, sizeof from, "s%dx@a.example", i);
        ask(g, "192.0.2.1", from, bob, (int64_t)i * MINUTE);
    }
    cr_expect_lt(greylist_size(g), 2880 + 4097, "two days of one a minute, and what comes before the next sweep");
    greylist_free(g);
}

/* --- rates --- */

Test(rate_limit, so_many_connections_at_once_and_no_more)
{
    struct rate_limit_settings settings = rate_limit_settings_default();
    settings.at_once = 2;
    struct rate_limit *limit = rate_limit_new(&settings);
    struct ip_address client = address("192.0.2.1");
    cr_expect_eq(rate_limit_begin(limit, client, 0), RATE_OK);
    cr_expect_eq(rate_limit_begin(limit, client, 0), RATE_OK);
    cr_expect_eq(rate_limit_begin(limit, client, 0), RATE_TOO_MANY_AT_ONCE);
    cr_expect_eq(rate_limit_begin(limit, address("192.0.2.2"), 0), RATE_OK, "another client");
    rate_limit_end(limit, client);
    rate_limit_end(limit, client);
    cr_expect_eq(rate_limit_begin(limit, client, 0), RATE_OK);
    rate_limit_free(limit);
}

Test(rate_limit, a_time_unit_begins_with_the_first_and_then_anew)
{
    struct rate_limit_settings settings = rate_limit_settings_default();
    settings.connections = 1;
    settings.mails = 2;
    settings.recipients = 3;
    struct rate_limit *limit = rate_limit_new(&settings);
    struct ip_address client = address("2001:db8::1");
    cr_expect_eq(rate_limit_begin(limit, client, 10 * SECOND), RATE_OK);
    cr_expect_eq(rate_limit_begin(limit, client, 11 * SECOND), RATE_TOO_MANY);
    for (int i = 1; i <= 4; i++) {
        cr_expect_eq(rate_limit_mail(limit, client, 12 * SECOND), i <= 2);
        cr_expect_eq(rate_limit_recipient(limit, client, 12 * SECOND), i <= 3);
    }
    cr_expect_not(rate_limit_mail(limit, client, 70 * SECOND - 1));
    cr_expect(rate_limit_mail(limit, client, 70 * SECOND));
    cr_expect_eq(rate_limit_begin(limit, client, 70 * SECOND), RATE_OK);
    rate_limit_free(limit);
}

Test(rate_limit, clients_that_are_gone_are_forgotten)
{
    struct rate_limit_settings settings = rate_limit_settings_default();
    struct rate_limit *limit = rate_limit_new(&settings);
    for (uint32_t i = 0; i < 100000; i++) {
        struct ip_address client = ip_of_v4(0x0a000000 + i);
        rate_limit_begin(limit, client, (int64_t)i * SECOND);
        rate_limit_end(limit, client);
    }
    cr_expect_lt(rate_limit_size(limit), 60 + 1025);
    rate_limit_free(limit);
}
