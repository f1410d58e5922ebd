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

/* Whatever is set after whatever: a mail is written every five hours, and none arrives for three days. */
Test(laws_schedule, a_policy_that_is_set_while_the_world_runs_is_held_to_its_times)
{
    static const char *const policies[] = {"postfix",   "exim",    "sendmail", "qmail",
                                           "opensmtpd", "kumomta", "exchange", "rfc-minimum"};
    enum { KINDS = sizeof policies / sizeof *policies };
    static const struct planted_bug bugs[] = {{"M8", puts_off_for_a_day_more}};
    for (size_t first = 0; first < KINDS; first += 3) {
        char json[8192], faults[4096] = "";
        size_t used = 0;
        for (size_t i = 1; i < KINDS; i++)
            used += (size_t)snprintf(faults + used, sizeof faults - used,
                                     ",{'at':'%zu min','set':{'/hosts/mail.a.example/mail_server/retry':'%s'}}",
                                     i * 307, policies[(first + i * (first % 2 ? 1 : 3)) % KINDS]);
        snprintf(json, sizeof json,
                 "{'postroad':1,'title':'t','seed':1,'hosts':{"
                 "'alice-pc':{'client':{'user':'alice@a.example','submits_to':'mail.a.example'}},"
                 "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice'],'retry':'%s'}},"
                 "'internet':{'router':{}},"
                 "'mx1.b.example':{'mail_server':{'domains':['b.example'],'users':['bob']}}},"
                 "'links':{'l1':{'between':['alice-pc','internet']},'l2':{'between':['mail.a.example','internet']},"
                 "'l3':{'between':['mx1.b.example','internet']}},"
                 "'traffic':{'t':{'from':'alice@a.example','to':['bob@b.example'],'every':'5 h','count':8}},"
                 "'faults':[{'at':'0 s','for':'20 h','reply':{'server':'mx1.b.example','to':'RCPT',"
                 "'with':'451 4.7.1 maybe later'}},{'at':'20 h','for':'2 d','stop_host':{'host':'mx1.b.example'}}%s]}",
                 policies[first], faults);
        see_quoted(json, bugs, 1);
    }
}

#define THREE_HOSTS_AND                                                                                                \
    "'alice-pc':{'client':{'user':'alice@a.example','submits_to':'mail.a.example'}},'internet':{'router':{}},"         \
    "'mx1.b.example':{'mail_server':{'domains':['b.example'],'users':['bob']}},"
#define LINKS                                                                                                          \
    "'links':{'l1':{'between':['alice-pc','internet']},'l2':{'between':['mail.a.example','internet']},"                \
    "'l3':{'between':['mx1.b.example','internet']}},"

/* The second address fails in the second after the first one, so that it is not due with it: Exim has a record of
   each. */
Test(laws_schedule, exim_goes_by_the_address_that_is_due_first)
{
    static const struct planted_bug bugs[] = {{"M8", tries_a_second_too_late}, {"M8", puts_off_for_a_day_more}};
    char json[] = "{'postroad':1,'title':'t','seed':1,'ip':'both','hosts':{" THREE_HOSTS_AND
                  "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice'],"
                  "'retry':{'policy':'exim','rules':'F,1h,15m','queue_run_interval':'1 s'},"
                  "'tls':{'outbound':'required'}}}}," LINKS
                  "'mail':{'m1':{'at':'1450 ms','from':'alice@a.example','to':['bob@b.example'],'text':'x'}}}";
    see_quoted(json, bugs, sizeof bugs / sizeof *bugs);
}

/* What comes due while the slow disk is read waits for the end of that. */
Test(laws_schedule, a_slow_disk_may_be_read_for_longer_after_a_restart)
{
    static const struct planted_bug bugs[] = {{"M8", tries_a_second_too_early}, {"M8", tries_a_second_too_late}};
    char json[] = "{'postroad':1,'title':'t','seed':1,'hosts':{" THREE_HOSTS_AND
                  "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice']},"
                  "'disk':{'read':'100 ms'}}}," LINKS
                  "'mail':{'m1':{'at':'1 s','from':'alice@a.example','to':['bob@b.example'],'text':'x'}},"
                  "'faults':[{'at':'0 s','for':'1 h','reply':{'server':'mx1.b.example','to':'RCPT',"
                  "'with':'451 4.7.1 maybe later'}},"
                  "{'at':'2 min','for':'1 h','disk':{'host':'mail.a.example','slow':100}},"
                  "{'at':'550 s','for':'45 s','stop_host':{'host':'mail.a.example'}}]}";
    see_quoted(json, bugs, sizeof bugs / sizeof *bugs);
}

/* What came before may have times by the wrong clock; what comes later has not. */
Test(laws_schedule, a_clock_that_is_right_again_is_judged_again)
{
    static const struct planted_bug bugs[] = {{"M8", tries_a_second_too_early}, {"M8", tries_a_second_too_late}};
    char json[] = "{'postroad':1,'title':'t','seed':1,'hosts':{" THREE_HOSTS_AND
                  "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice']}}}," LINKS
                  "'mail':{'m1':{'at':'3 min','from':'alice@a.example','to':['bob@b.example'],'text':'x'}},"
                  "'faults':[{'at':'0 s','for':'1 h','reply':{'server':'mx1.b.example','to':'RCPT',"
                  "'with':'451 4.7.1 maybe later'}},"
                  "{'at':'1 s','for':'1 min','clock':{'host':'mail.a.example','ahead':'1 h'}}]}";
    see_quoted(json, bugs, sizeof bugs / sizeof *bugs);
}

/* Carol is refused, and for twenty seconds the disk does not say that it fails to take the report. */
Test(laws_schedule, a_recipient_waits_for_the_report_of_another_one)
{
    static const struct planted_bug bugs[] = {{"M8", tries_a_second_too_early}, {"M8", tries_a_second_too_late}};
    char json[] = "{'postroad':1,'title':'t','seed':1,'hosts':{" THREE_HOSTS_AND
                  "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice'],"
                  "'retry':{'policy':'custom','steps':['30 s','2 min']}},'disk':{'sync':'20 s'}}}," LINKS
                  "'mail':{'m1':{'at':'1 s','from':'alice@a.example','to':['bob@b.example','carol@b.example'],"
                  "'text':'x'}},"
                  "'faults':[{'at':'0 s','for':'2 h','reply':{'server':'mx1.b.example','to':'RCPT',"
                  "'rcpt':'bob@b.example','with':'451 4.7.1 maybe later'}},"
                  "{'at':'20 s','for':'1 h','reply':{'server':'mx1.b.example','to':'RCPT',"
                  "'rcpt':'carol@b.example','with':'550 5.1.1 nobody'}},"
                  "{'at':'22 s','for':'1 h','disk':{'host':'mail.a.example','error':'sync'}}]}";
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

static int takes_what_waits_for_urgent(struct event *e)
{
    if (planted_has(e, EVENT_MAIL_PRIORITY, FIELD_NAME, "non-urgent")) planted_text(e, FIELD_NAME, "urgent");
    return 1;
}

static int overlooks_what_is_urgent(struct event *e)
{
    return e->kind != EVENT_MAIL_PRIORITY || strcmp(event_text(e, FIELD_NAME), "urgent") != 0;
}

/* Sendmail's times for three kinds of mail, the third by the Precedence of a list. */
Test(laws_schedule, what_is_urgent_has_its_own_lifetime)
{
    static const struct planted_bug bugs[] = {{"M8", takes_what_waits_for_urgent}, {"M7", overlooks_what_is_urgent}};
    char json[] = "{'postroad':1,'title':'t','seed':1,'until':'2 d','hosts':{" THREE_HOSTS_AND
                  "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice'],"
                  "'aliases':{'all':{'members':['bob@b.example'],'owner':'alice@a.example'}},"
                  "'retry':{'policy':'sendmail','timeout_queuereturn':'8 h','timeout_queuereturn_urgent':'2 h',"
                  "'timeout_queuereturn_non_urgent':'1 d'}}}}," LINKS
                  "'mail':{'m1':{'at':'1 s','from':'alice@a.example','to':['bob@b.example'],'priority':'urgent'},"
                  "'m2':{'at':'1 s','from':'alice@a.example','to':['bob@b.example'],'priority':'non-urgent'},"
                  "'m3':{'at':'1 s','from':'alice@a.example','to':['all@a.example']}},"
                  "'faults':[{'at':'0 s','reply':{'server':'mx1.b.example','to':'RCPT','with':'451 4.7.1 later'}}]}";
    see_quoted(json, bugs, sizeof bugs / sizeof *bugs);
}
