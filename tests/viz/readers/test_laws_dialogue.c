/* The laws of what clients and servers say: M13, M16, M19. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/viz/readers/planted.h"

static int books_a_mail_that_was_put_off(struct event *e)
{
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "OK queued as")) planted_text(e, FIELD_TEXT, "451 4.3.0 Later");
    return 1;
}

/* All replies come one late, as after a surplus one. */
static int books_the_reply_before(struct event *e)
{
    static char before[600];
    if (!planted_has(e, EVENT_SMTP_LINE, FIELD_WHO, "S") || event_text(e, FIELD_TEXT)[3] == '-') return 1;
    static char now[600];
    snprintf(now, sizeof now, "%s", *before ? before : "220 hello");
    snprintf(before, sizeof before, "%s", event_text(e, FIELD_TEXT));
    planted_text(e, FIELD_TEXT, now);
    return 1;
}

static int books_a_refusal_that_nobody_said(struct event *e)
{
    if (planted_has(e, EVENT_ATTEMPT_END, FIELD_OUTCOME, "never")) planted_text(e, FIELD_WHY, "550 5.7.1 never");
    return 1;
}

static int books_what_comes_after_nonsense(struct event *e)
{
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "354 "))
        planted_text(e, FIELD_TEXT, "421 4.3.2 going down"); /* and what follows counts for nothing */
    return 1;
}

Test(laws_dialogue, a_client_books_what_the_server_said_of_it)
{
    static const struct planted_bug bugs[] = {{"M13", books_a_mail_that_was_put_off},
                                              {"M13", books_the_reply_before},
                                              {"M13", books_what_comes_after_nonsense}};
    static const struct planted_bug refusals[] = {{"M13", books_a_refusal_that_nobody_said}};
    planted_see("lost-segment", bugs, sizeof bugs / sizeof *bugs);
    planted_see("unknown-user", refusals, sizeof refusals / sizeof *refusals);
}

static int answers_in_the_midst_of_a_handshake(struct event *e)
{
    return planted_has(e, EVENT_TLS_DONE, FIELD_ROLE, "server") ? 0 : 1;
}

static bool is_secured;

static int goes_on_without_a_new_ehlo(struct event *e)
{
    if (e->kind == EVENT_TLS_DONE) is_secured = true;
    if (is_secured && planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "EHLO")) planted_text(e, FIELD_TEXT, "NOOP");
    return 1;
}

static int answers_what_came_in_the_clear(struct event *e)
{
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "EHLO") && is_secured) return 0;
    if (e->kind == EVENT_TLS_DONE) is_secured = true;
    return 1;
}

Test(laws_dialogue, nothing_crosses_the_wall_of_tls)
{
    static const struct planted_bug bugs[] = {{"M16", answers_in_the_midst_of_a_handshake},
                                              {"M16", goes_on_without_a_new_ehlo},
                                              {"M12", answers_what_came_in_the_clear}};
    planted_see("starttls", bugs, sizeof bugs / sizeof *bugs);
}

static int takes_more_than_it_may(struct event *e)
{
    static const char text[] = "max_message=100 max_recipients=1000 max_mails=0 max_hops=50";
    if (planted_has(e, EVENT_HOST_SETTINGS, FIELD_NAME, "smtp")) planted_text(e, FIELD_TEXT, text);
    return 1;
}

static int takes_one_recipient_more(struct event *e)
{
    static const char text[] = "max_message=10000000 max_recipients=1 max_mails=0 max_hops=50";
    if (planted_has(e, EVENT_HOST_SETTINGS, FIELD_NAME, "smtp")) planted_text(e, FIELD_TEXT, text);
    return 1;
}

static int has_no_room_for_the_last_recipient(struct event *e)
{
    if (!planted_has(e, EVENT_SMTP_LINE, FIELD_WHO, "S")) return 1;
    if (strstr(event_text(e, FIELD_TEXT), "2.1.5")) planted_text(e, FIELD_TEXT, "452 4.5.3 Too many recipients");
    return 1;
}

static int refuses_what_is_within_its_limit(struct event *e)
{
    if (planted_has(e, EVENT_SMTP_LINE, FIELD_TEXT, "OK queued as"))
        planted_text(e, FIELD_TEXT, "552 5.3.4 Message size exceeds the limit of 10000000 bytes");
    return 1;
}

Test(laws_dialogue, limits_hold_exactly)
{
    static const struct planted_bug bugs[] = {{"M19", takes_more_than_it_may},
                                              {"M19", takes_one_recipient_more},
                                              {"M19", has_no_room_for_the_last_recipient},
                                              {"M19", refuses_what_is_within_its_limit}};
    char json[] = "{'postroad':1,'title':'t','seed':1,'hosts':{"
                  "'alice-pc':{'client':{'user':'alice@a.example','submits_to':'mail.a.example'}},"
                  "'mail.a.example':{'mail_server':{'domains':['a.example'],'users':['alice']}},"
                  "'internet':{'router':{}},"
                  "'mx1.b.example':{'mail_server':{'domains':['b.example'],'users':['bob','eve']}}},"
                  "'links':{'l1':{'between':['alice-pc','internet']},'l2':{'between':['mail.a.example','internet']},"
                  "'l3':{'between':['mx1.b.example','internet']}},"
                  "'mail':{'m1':{'at':'1 s','from':'alice@a.example','to':['bob@b.example','eve@b.example'],"
                  "'text':'x'}}}";
    for (char *quote = json; (quote = strchr(quote, '\'')) != NULL;)
        *quote = '"';
    planted_see(json, bugs, sizeof bugs / sizeof *bugs);
}
