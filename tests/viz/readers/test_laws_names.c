/* The laws of where mail goes: D5, D6, D7; and M10. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/viz/readers/planted.h"

static int64_t backup;

static bool is_to_b(const struct event *e)
{
    return planted_has(e, EVENT_MAIL_ROUTE, FIELD_NAME, "b.example");
}

static int tries_the_backup_first(struct event *e)
{
    if (planted_has(e, EVENT_HOST_ADD, FIELD_NAME, "mx2.b.example")) backup = event_int(e, FIELD_HOST);
    bool is_delivery = e->kind == EVENT_CONN_OPEN && event_int(e, FIELD_REMOTE_PORT) == 25;
    if (is_delivery && planted_has(e, EVENT_CONN_OPEN, FIELD_ROLE, "active")) planted_int(e, FIELD_PEER, backup);
    return 1;
}

static int tries_hosts_of_its_own_choice(struct event *e)
{
    bool is_delivery = e->kind == EVENT_CONN_OPEN && event_int(e, FIELD_REMOTE_PORT) == 25;
    if (is_delivery && planted_has(e, EVENT_CONN_OPEN, FIELD_ROLE, "active")) planted_int(e, FIELD_PEER, 1);
    return 1;
}

static int sorts_the_wrong_way_round(struct event *e)
{
    static char swapped[400];
    if (!is_to_b(e) || !strchr(event_text(e, FIELD_TEXT), ',')) return 1;
    const char *text = event_text(e, FIELD_TEXT), *comma = strchr(text, ',');
    strcpy(swapped, comma + 2);
    strcat(swapped, ", ");
    strncat(swapped, text, (size_t)(comma - text));
    planted_text(e, FIELD_TEXT, swapped);
    return 1;
}

static int goes_where_dns_does_not_say(struct event *e)
{
    if (is_to_b(e)) planted_text(e, FIELD_TEXT, "5 mx1.b.example 10.0.0.4");
    return 1;
}

static int takes_the_domain_for_its_host(struct event *e)
{
    if (is_to_b(e)) planted_text(e, FIELD_WHY, "no mx");
    return 1;
}

static int takes_silence_for_no_mail_host(struct event *e)
{
    if (planted_has(e, EVENT_DNS_ANSWER, FIELD_QTYPE, "MX")) planted_text(e, FIELD_RCODE, "SERVFAIL");
    return 1;
}

Test(laws_names, mail_goes_where_dns_says_the_best_host_first)
{
    static const struct planted_bug bugs[] = {{"D7", tries_the_backup_first},
                                              {"D7", tries_hosts_of_its_own_choice},
                                              {"D7", sorts_the_wrong_way_round},
                                              {"D7", goes_where_dns_does_not_say},
                                              {"D6", takes_the_domain_for_its_host}};
    static const struct planted_bug failures[] = {{"D6", takes_silence_for_no_mail_host}};
    planted_see("backup-mx", bugs, sizeof bugs / sizeof *bugs);
    planted_see("null-mx", failures, sizeof failures / sizeof *failures);
}

static int goes_by_another_preference(struct event *e)
{
    if (is_to_b(e)) planted_text(e, FIELD_TEXT, "30 mx.b.example 10.0.0.4");
    return 1;
}

/* The zone changes while the mail is tried again and again: 10, then 20, then 10 once more. */
Test(laws_names, what_dns_says_may_change)
{
    static const struct planted_bug bugs[] = {{"D7", goes_by_another_preference}};
    planted_see(
        "{ \"postroad\": 1, \"title\": \"t\", \"hosts\": { \"r\": { \"router\": {} },"
        "\"pc\": { \"client\": { \"user\": \"ann@a.example\", \"submits_to\": \"mx.a.example\" } },"
        "\"mx.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"ann\"], \"retry\": {"
        " \"queue_run_delay\": \"1 min\", \"minimal_backoff_time\": \"1 min\", \"maximal_backoff_time\": \"5 min\","
        " \"maximal_queue_lifetime\": \"4 h\" } } },"
        "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"unknown_users\": \"later\" } },"
        "\"names\": { \"name_server\": {} } },"
        "\"links\": { \"a\": { \"between\": [\"mx.a.example\", \"r\"] }, \"b\": { \"between\": [\"mx.b.example\", "
        "\"r\"] },"
        " \"c\": { \"between\": [\"pc\", \"r\"] }, \"d\": { \"between\": [\"names\", \"r\"] } },"
        "\"mail\": { \"m1\": { \"from\": \"ann@a.example\", \"to\": [\"bob@b.example\"] } },"
        "\"faults\": [{ \"at\": \"1 h\", \"for\": \"1 h\", \"zone\": { \"b.example\": [\"@ 60 IN MX 20 mx\"] } }] }",
        bugs, 1);
}

static int asks_without_end(struct event *e)
{
    return e->kind == EVENT_DNS_QUERY ? 60 : 1;
}

static int asks_the_same_again_and_again(struct event *e)
{
    if (e->kind == EVENT_DNS_QUERY) planted_int(e, FIELD_NTH, 6);
    return 1;
}

static int takes_a_minute(struct event *e)
{
    if (e->kind == EVENT_DNS_TOLD) e->at_ns += INT64_C(60000000000);
    return 1;
}

Test(laws_names, the_work_for_a_question_is_bounded)
{
    static const struct planted_bug bugs[] = {
        {"D5", asks_without_end}, {"D5", asks_the_same_again_and_again}, {"D5", takes_a_minute}};
    planted_see("dns-tree", bugs, sizeof bugs / sizeof *bugs);
}

static int lets_mail_go_round_once_more(struct event *e)
{
    static const char text[] = "max_message=10000000 max_recipients=1000 max_mails=0 max_hops=1";
    if (planted_has(e, EVENT_HOST_SETTINGS, FIELD_NAME, "smtp")) planted_text(e, FIELD_TEXT, text);
    return 1;
}

Test(laws_names, no_mail_goes_over_more_hops_than_are_allowed)
{
    static const struct planted_bug bugs[] = {{"M10", lets_mail_go_round_once_more}};
    planted_see("mail-loop", bugs, sizeof bugs / sizeof *bugs);
}
