/* M7 and M8: by each policy a queue tries again when it should, and gives up when it should. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/viz/readers/planted.h"

static const int64_t second = 1000000000, day = 86400 * INT64_C(1000000000);

static bool is_tried_again(const struct event *e)
{
    return planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "active") && strcmp(event_text(e, FIELD_FROM), "deferred") == 0;
}

static int tries_a_second_too_early(struct event *e)
{
    if (is_tried_again(e)) e->at_ns -= second;
    return 1;
}

static int tries_a_second_too_late(struct event *e)
{
    if (is_tried_again(e)) e->at_ns += second;
    return 1;
}

static int puts_off_for_a_day_more(struct event *e)
{
    if (planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "deferred")) planted_int(e, FIELD_AT, event_int(e, FIELD_AT) + day);
    return 1;
}

static int puts_off_for_an_hour_less(struct event *e)
{
    bool is_deferral = planted_has(e, EVENT_MAIL_STATE, FIELD_TO, "deferred");
    if (is_deferral) planted_int(e, FIELD_AT, e->at_ns + (event_int(e, FIELD_AT) - e->at_ns) / 20);
    return 1;
}

static int keeps_what_has_expired(struct event *e)
{
    static const char text[] = "policy=postfix lifetime=0.001s bounce_lifetime=0.001s run_interval=300s "
                               "minimal_backoff=300s maximal_backoff=4000s";
    if (planted_has(e, EVENT_HOST_SETTINGS, FIELD_TEXT, "policy=postfix")) planted_text(e, FIELD_TEXT, text);
    return 1;
}

static int gives_up_after_a_4yz(struct event *e)
{
    if (planted_has(e, EVENT_ATTEMPT_END, FIELD_OUTCOME, "never")) planted_text(e, FIELD_OUTCOME, "later");
    return 1;
}

static int takes_a_4yz_for_a_refusal(struct event *e)
{
    if (planted_has(e, EVENT_ATTEMPT_END, FIELD_OUTCOME, "never")) planted_text(e, FIELD_WHY, "450 4.2.1 busy");
    return 1;
}

static void see_quoted(char *json, const struct planted_bug *bugs, size_t n_bugs)
{
    for (char *quote = json; (quote = strchr(quote, '\'')) != NULL;)
        *quote = '"';
    planted_see(json, bugs, n_bugs);
}

Test(laws_schedule, each_policy_is_held_to_its_times)
{
    static const char *const policies[] = {
        "'postfix'",
        "'exim'",
        "'sendmail'",
        "'qmail'",
        "'opensmtpd'",
        "'kumomta'",
        "'exchange'",
        "'rfc-minimum'",
        "{'policy':'custom','steps':['10 min','30 min']}",
        "{'policy':'custom','geometric':{'first':'10 min','factor':1.5,'cap':'2 h'},'jitter':'10 %'}",
        "{'policy':'custom','quadratic':{'base':'400 s'}}"};
    static const struct planted_bug bugs[] = {{"M8", tries_a_second_too_early},
                                              {"M8", tries_a_second_too_late},
                                              {"M8", puts_off_for_a_day_more},
                                              {"M8", puts_off_for_an_hour_less}};
    for (size_t i = 0; i < sizeof policies / sizeof *policies; i++) {
        char json[2048];
        snprintf(json, sizeof json,
                 "{'postroad':1,'title':'t','seed':1,'hosts':{"
                 "'alice-pc':{'client':{'user':'alice@a.example','submits_to':'mail.a.example'}},"
                 "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice'],'retry':%s}},"
                 "'internet':{'router':{}},"
                 "'mx1.b.example':{'mail_server':{'domains':['b.example'],'users':['bob']}}},"
                 "'links':{'l1':{'between':['alice-pc','internet']},'l2':{'between':['mail.a.example','internet']},"
                 "'l3':{'between':['mx1.b.example','internet']}},"
                 "'mail':{'m1':{'at':'1 s','from':'alice@a.example','to':['bob@b.example'],'text':'x'}},"
                 "'faults':[{'at':'0 s','for':'8 h','reply':{'server':'mx1.b.example','to':'RCPT',"
                 "'with':'451 4.7.1 maybe later'}}]}",
                 policies[i]);
        see_quoted(json, bugs, sizeof bugs / sizeof *bugs);
    }
}

/* Each time one of two addresses is due while the other one is not: Exim has a record of each. */
Test(laws_schedule, exim_goes_by_the_address_that_is_due_first)
{
    static const struct planted_bug bugs[] = {{"M8", tries_a_second_too_late}, {"M8", puts_off_for_a_day_more}};
    char json[] = "{'postroad':1,'title':'t','seed':1,'ip':'both','hosts':{"
                  "'alice-pc':{'client':{'user':'alice@a.example','submits_to':'mail.a.example'}},"
                  "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice'],"
                  "'retry':{'policy':'exim','rules':'F,1h,15m','queue_run_interval':'2 s'},"
                  "'tls':{'outbound':'required'}}},"
                  "'internet':{'router':{}},"
                  "'mx1.b.example':{'mail_server':{'domains':['b.example'],'users':['bob']}}},"
                  "'links':{'l1':{'between':['alice-pc','internet']},"
                  "'l2':{'between':['mail.a.example','internet'],'delay':'150 ms'},"
                  "'l3':{'between':['mx1.b.example','internet'],'delay':'200 ms'}},"
                  "'mail':{'m1':{'at':'1 s','from':'alice@a.example','to':['bob@b.example'],'text':'x'}}}";
    see_quoted(json, bugs, sizeof bugs / sizeof *bugs);
}

Test(laws_schedule, what_has_expired_is_given_up)
{
    static const struct planted_bug bugs[] = {{"M8", keeps_what_has_expired}};
    planted_see("busy-server", bugs, sizeof bugs / sizeof *bugs);
}

Test(laws_schedule, only_what_was_refused_or_has_expired_is_given_up)
{
    static const struct planted_bug bugs[] = {{"M7", gives_up_after_a_4yz}, {"M7", takes_a_4yz_for_a_refusal}};
    planted_see("unknown-user", bugs, sizeof bugs / sizeof *bugs);
}
