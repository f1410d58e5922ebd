/* The laws of mail, SMTP and names: each planted bug is seen, and named by its law. */
#include <criterion/criterion.h>

#include "tests/viz/readers/planted.h"

static int acknowledges_before_it_is_durable(struct event *e)
{
    return e->kind == EVENT_MAIL_COMMIT ? 0 : 1;
}

static int delivers_twice(struct event *e)
{
    return planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "delivered") ? 2 : 1;
}

static int changes_a_byte_on_the_way(struct event *e)
{
    if (planted_has(e, EVENT_MAIL_CONTENT, FIELD_NAME, "delivered")) planted_int(e, FIELD_MAIL_DIGEST, 1);
    return 1;
}

static int gets_what_nobody_wrote(struct event *e)
{
    return planted_has(e, EVENT_MAIL_CONTENT, FIELD_NAME, "written") ? 0 : 1;
}

static int has_it_from_nowhere(struct event *e)
{
    return e->kind == EVENT_SMTP_CONTENT ? 0 : 1;
}

static int bounces_with_a_sender(struct event *e)
{
    if (e->kind == EVENT_MAIL_COMPOSE && event_int(e, FIELD_PARENT))
        planted_text(e, FIELD_FROM, "postmaster@b.example");
    return 1;
}

static int bounces_to_the_recipient(struct event *e)
{
    if (e->kind == EVENT_MAIL_COMPOSE && event_int(e, FIELD_PARENT)) planted_text(e, FIELD_TO, "bob@b.example");
    return 1;
}

static int bounces_a_bounce(struct event *e)
{
    if (e->kind == EVENT_MAIL_COMPOSE && !event_int(e, FIELD_PARENT)) planted_text(e, FIELD_FROM, "");
    return 1;
}

static int reports_twice(struct event *e)
{
    return planted_has(e, EVENT_MAIL_REPORT, FIELD_OUTCOME, "failed") ? 2 : 1;
}

/* The attempt after one that was put off is told to have been refused before. */
static int goes_on_after_a_refusal(struct event *e)
{
    if (planted_has(e, EVENT_ATTEMPT_END, FIELD_OUTCOME, "later")) planted_text(e, FIELD_OUTCOME, "never");
    return 1;
}

static int forgets_a_mail_at_the_end(struct event *e)
{
    return planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "delivered") ? 0 : 1;
}

static int ends_attempts_twice(struct event *e)
{
    return e->kind == EVENT_ATTEMPT_END ? 2 : 1;
}

static int is_older_than_its_stages(struct event *e)
{
    if (e->kind == EVENT_MAIL_COMPOSE) e->at_ns -= 500000000;
    return 1;
}

static int is_under_way_without_an_attempt(struct event *e)
{
    return e->kind == EVENT_ATTEMPT_BEGIN || e->kind == EVENT_ATTEMPT_END ? 0 : 1;
}

static int tries_while_it_waits(struct event *e)
{
    return planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "active") ? 0 : 1;
}

/* Inside of attempts: two seconds of which nobody says what passed. */
static int loses_time_before_it_connects(struct event *e)
{
    static int64_t late_ns;
    if (e->kind == EVENT_RUN_BEGIN) late_ns = 0;
    if (e->kind == EVENT_CONN_OPEN && event_int(e, FIELD_REMOTE_PORT) == 25) late_ns = 2000000000;
    e->at_ns += late_ns;
    return 1;
}

static int sends_without_a_session(struct event *e)
{
    return e->kind == EVENT_SESSION_OPEN ? 0 : 1;
}

static int connects_twice_at_a_time(struct event *e)
{
    bool is_again = planted_has(e, EVENT_CONN_OPEN, FIELD_ROLE, "active") && event_int(e, FIELD_REMOTE_PORT) == 25;
    return is_again ? 2 : 1;
}

static int goes_round_and_round(struct event *e)
{
    return planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "queued") ? 200 : 1;
}

static int composes_twice(struct event *e)
{
    return e->kind == EVENT_MAIL_COMPOSE ? 2 : 1;
}

static int takes_data_without_recipients(struct event *e)
{
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "RCPT TO")) planted_text(e, FIELD_TEXT, "NOOP");
    return 1;
}

static int takes_recipients_without_a_sender(struct event *e)
{
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "MAIL FROM")) planted_text(e, FIELD_TEXT, "NOOP");
    return 1;
}

static int keeps_the_sender_after_rset(struct event *e)
{
    static int seen;
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "RCPT TO"))
        planted_text(e, FIELD_TEXT, seen++ ? "RCPT TO:<x>" : "RSET");
    return 1;
}

static int replies_twice(struct event *e)
{
    return planted_has(e, EVENT_SMTP_LINE, FIELD_WHO, "S") ? 2 : 1;
}

static int takes_a_line_of_the_mail_for_a_command(struct event *e)
{
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "354")) planted_text(e, FIELD_TEXT, "250 OK");
    return 1;
}

static int answers_what_nobody_asked(struct event *e)
{
    return e->kind == EVENT_DNS_QUERY ? 0 : 1;
}

static int keeps_records_too_long(struct event *e)
{
    if (planted_has(e, EVENT_DNS_CACHE, FIELD_WHY, "put")) planted_int(e, FIELD_TTL, 1);
    return 1;
}

static int gives_more_time_than_is_left(struct event *e)
{
    if (planted_has(e, EVENT_DNS_CACHE, FIELD_WHY, "hit")) planted_int(e, FIELD_TTL, 1000000);
    return 1;
}

static int keeps_failures_for_a_day(struct event *e)
{
    if (!planted_has(e, EVENT_DNS_CACHE, FIELD_WHY, "put")) return 1;
    planted_text(e, FIELD_TEXT, "failure");
    planted_int(e, FIELD_TTL, 86400);
    return 1;
}

static int believes_what_servers_say_of_others(struct event *e)
{
    if (planted_has(e, EVENT_DNS_CACHE, FIELD_WHY, "put")) planted_text(e, FIELD_ZONE, "elsewhere.example");
    return 1;
}

static int takes_servfail_for_nxdomain(struct event *e)
{
    if (planted_has(e, EVENT_DNS_ANSWER, FIELD_RCODE, "NXDOMAIN")) planted_text(e, FIELD_RCODE, "SERVFAIL");
    if (planted_has(e, EVENT_DNS_CACHE, FIELD_TEXT, "no such name")) planted_text(e, FIELD_TEXT, "failure");
    return 1;
}

Test(laws_mail, each_planted_bug_of_a_delivery_is_seen)
{
    static const struct planted_bug bugs[] = {{"M3", acknowledges_before_it_is_durable},
                                              {"M4", changes_a_byte_on_the_way},
                                              {"M4", gets_what_nobody_wrote},
                                              {"M4", has_it_from_nowhere},
                                              {"M5", delivers_twice},
                                              {"M9", forgets_a_mail_at_the_end},
                                              {"M10", goes_round_and_round},
                                              {"M18", ends_attempts_twice},
                                              {"M18", is_older_than_its_stages},
                                              {"M18", is_under_way_without_an_attempt},
                                              {"M18", tries_while_it_waits},
                                              {"M18", loses_time_before_it_connects},
                                              {"M18", sends_without_a_session},
                                              {"M18", connects_twice_at_a_time},
                                              {"M20", composes_twice},
                                              {"M11", takes_data_without_recipients},
                                              {"M11", takes_recipients_without_a_sender},
                                              {"M11", keeps_the_sender_after_rset},
                                              {"M12", replies_twice},
                                              {"M14", takes_a_line_of_the_mail_for_a_command},
                                              {"D3", answers_what_nobody_asked}};
    planted_see("lost-segment", bugs, sizeof bugs / sizeof *bugs);
}

/* Bob is named twice, by himself and by an alias, and gets two copies. */
Test(laws_mail, a_copy_more_than_aliases_account_for_is_seen)
{
    static const struct planted_bug bugs[] = {{"M5", delivers_twice}};
    planted_see(
        "{ \"postroad\": 1, \"title\": \"t\", \"hosts\": {"
        "\"pc\": { \"client\": { \"user\": \"bob@b.example\", \"submits_to\": \"mx.b.example\" } },"
        "\"r\": { \"router\": {} },"
        "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"],"
        " \"aliases\": { \"friends\": [\"bob@b.example\"] } } } },"
        "\"links\": { \"a\": { \"between\": [\"pc\", \"r\"] }, \"b\": { \"between\": [\"mx.b.example\", \"r\"] } },"
        "\"mail\": { \"m1\": { \"from\": \"bob@b.example\", \"to\": [\"friends@b.example\", \"bob@b.example\"] } } }",
        bugs, 1);
}

/* Ann's mail comes straight, over a long way, and as a member's of friends, who live elsewhere; while the first is
   still under way, the second is taken. */
Test(laws_mail, a_mail_may_come_from_two_hosts_at_a_time)
{
    static const struct planted_bug bugs[] = {{"M18", tries_while_it_waits}};
    planted_see(
        "{ \"postroad\": 1, \"title\": \"t\", \"tcp\": { \"receive_buffer\": \"1460 B\" }, \"hosts\": {"
        "\"pc\": { \"client\": { \"user\": \"cat@c.example\", \"submits_to\": \"mx.c.example\" } },"
        "\"r\": { \"router\": {} },"
        "\"mx.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"ann\"] } },"
        "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"],"
        " \"aliases\": { \"friends\": [\"ann@a.example\"] } }, \"tcp\": { \"receive_buffer\": \"65535 B\" } },"
        "\"mx.c.example\": { \"mail_server\": { \"domains\": [\"c.example\"], \"users\": [\"cat\"] } } },"
        "\"links\": { \"p\": { \"between\": [\"pc\", \"r\"] }, \"a\": { \"between\": [\"mx.a.example\", \"r\"] },"
        "\"b\": { \"between\": [\"mx.b.example\", \"r\"] },"
        "\"c\": { \"between\": [\"mx.c.example\", \"r\"], \"delay\": \"80 ms\" } },"
        "\"mail\": { \"m1\": { \"from\": \"cat@c.example\", \"to\": [\"ann@a.example\", \"friends@b.example\"],"
        " \"size\": \"60 kB\" } } }",
        bugs, 1);
}

/* M15 is M1, M2 and M4 together: each hop hands on what it took, no more and no less. Of lost-segment's last hop: */
static const char last_hops_id[] = "0EE8430001";

static bool is_taken(const struct event *e)
{
    return planted_has(e, EVENT_MAIL_STATE, FIELD_WHY, "accepted") &&
           planted_has(e, EVENT_MAIL_STATE, FIELD_QUEUE_ID, last_hops_id);
}

static int hands_on_what_it_did_not_take(struct event *e)
{
    return is_taken(e) ? 0 : 1;
}

static int takes_one_and_has_two(struct event *e)
{
    return is_taken(e) ? 2 : 1;
}

/* The next hop says that it has it, and is never heard of again. */
static int swallows_what_it_took(struct event *e)
{
    bool is_of_mail = e->kind == EVENT_MAIL_STATE || e->kind == EVENT_MAIL_COMMIT;
    if (is_of_mail && planted_has(e, e->kind, FIELD_QUEUE_ID, last_hops_id)) return 0;
    return 1;
}

static int hands_on_another_mail(struct event *e)
{
    if (planted_has(e, EVENT_MAIL_CONTENT, FIELD_NAME, "accepted")) planted_int(e, FIELD_MAIL_DIGEST, 1);
    return 1;
}

Test(laws_mail, each_planted_bug_of_a_hop_is_seen)
{
    static const struct planted_bug bugs[] = {{"M1", hands_on_what_it_did_not_take},
                                              {"M1", takes_one_and_has_two},
                                              {"M2", swallows_what_it_took},
                                              {"M4", hands_on_another_mail}};
    planted_see("lost-segment", bugs, sizeof bugs / sizeof *bugs);
}

/* It goes to two lists, each of which has a member who is not there; each owner hears of his own. */
Test(laws_mail, reports_go_to_who_sends_to_the_members)
{
    static const struct planted_bug bugs[] = {{"M6", bounces_to_the_recipient}};
    planted_see(
        "{ \"postroad\": 1, \"title\": \"t\", \"hosts\": {"
        "\"pc\": { \"client\": { \"user\": \"cat@c.example\", \"submits_to\": \"mx.c.example\" } },"
        "\"r\": { \"router\": {} },"
        "\"mx.b.example\": { \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"owner\", \"boss\"],"
        " \"aliases\": { \"first\": { \"members\": [\"nobody@c.example\"], \"owner\": \"owner@b.example\" },"
        " \"second\": { \"members\": [\"no-one@c.example\"], \"owner\": \"boss@b.example\" } } } },"
        "\"mx.c.example\": { \"mail_server\": { \"domains\": [\"c.example\"], \"users\": [\"cat\"] } } },"
        "\"links\": { \"p\": { \"between\": [\"pc\", \"r\"] }, \"b\": { \"between\": [\"mx.b.example\", \"r\"] },"
        "\"c\": { \"between\": [\"mx.c.example\", \"r\"] } },"
        "\"mail\": { \"m1\": { \"from\": \"cat@c.example\", \"to\": [\"first@b.example\", \"second@b.example\"] } } }",
        bugs, 1);
}

Test(laws_mail, each_planted_bug_of_a_bounce_is_seen)
{
    static const struct planted_bug bugs[] = {{"M6", bounces_with_a_sender},
                                              {"M6", bounces_to_the_recipient},
                                              {"M6", bounces_a_bounce},
                                              {"M6", reports_twice}};
    planted_see("unknown-user", bugs, sizeof bugs / sizeof *bugs);
}

Test(laws_mail, each_planted_bug_of_a_retry_is_seen)
{
    static const struct planted_bug bugs[] = {{"M7", goes_on_after_a_refusal}};
    planted_see("busy-server", bugs, sizeof bugs / sizeof *bugs);
}

Test(laws_mail, each_planted_bug_of_a_resolver_is_seen)
{
    static const struct planted_bug bugs[] = {{"D1", keeps_records_too_long},
                                              {"D1", gives_more_time_than_is_left},
                                              {"D2", keeps_failures_for_a_day},
                                              {"D4", believes_what_servers_say_of_others}};
    static const struct planted_bug failures[] = {{"D6", takes_servfail_for_nxdomain}};
    planted_see("dns-tree", bugs, sizeof bugs / sizeof *bugs);
    planted_see("servfail-or-nxdomain", failures, sizeof failures / sizeof *failures);
}
