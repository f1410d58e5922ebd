/* What is sent. */
#include <stdio.h>

#include "tests/hunt/random_internal.h"

static void add_recipients(struct maker *m, cJSON *to, unsigned most)
{
    for (unsigned n = luck_odds(&m->luck, 60) ? 1 : most, first = luck_below(&m->luck, m->n_users), i = 0;
         i < n && i < m->n_users; i++)
        cJSON_AddItemToArray(to, cJSON_CreateString(m->users[(first + i) % m->n_users]));
}

static void add_wishes(struct maker *m, cJSON *mail)
{
    static const char strangers[] = "nobody@a.example|nobody@b.example|u0@nowhere.example|U0@a.example|"
                                    "u0@[10.0.0.3]|nobody@[10.0.0.4]";
    cJSON *to = cJSON_GetObjectItem(mail, "to");
    if (luck_odds(&m->luck, 12)) cJSON_AddItemToArray(to, luck_value(&m->luck, strangers));
    if (maker_wants(m, "aliases"))
        cJSON_AddItemToArray(to, luck_value(&m->luck, "friends@b.example|list@b.example|moved@b.example"));
    if (maker_wants(m, "utf8"))
        cJSON_AddItemToArray(to, luck_value(&m->luck, "zoë@b.example|zoë@a.example|ü@b.example"));
    if (luck_odds(&m->luck, 8)) luck_add(&m->luck, mail, "cc", "['stranger@b.example']|stranger@a.example");
    if (luck_odds(&m->luck, 8))
        luck_add(&m->luck, mail, "bcc", "U0@c.example|['postmaster@a.example','other@b.example']");
    if (luck_odds(&m->luck, 5)) luck_add(&m->luck, mail, "reply_to", "u0@b.example");
    if (maker_wants(m, "notify") || luck_odds(&m->luck, 5))
        luck_add(&m->luck, mail, "notify", "['success','failure','delay']|['success']|never|['failure']");
    if (luck_odds(&m->luck, 8)) luck_add(&m->luck, mail, "ret", "full|headers");
    if (luck_odds(&m->luck, 10)) luck_add(&m->luck, mail, "priority", "urgent|non-urgent|normal");
    if (luck_odds(&m->luck, 5)) luck_add(&m->luck, mail, "envid", "order-314|+=x");
}

static void add_contents(struct maker *m, cJSON *mail)
{
    if (maker_wants(m, "line ends") && luck_odds(&m->luck, 60)) {
        cJSON_AddTrueToObject(mail, "verbatim");
        cJSON_AddStringToObject(mail, "text", luck_odds(&m->luck, 50) ? "one\ntwo\rthree\r\n" : "one\r\n.\ntwo\n.\r\n");
        return;
    }
    if (luck_odds(&m->luck, 20)) luck_add(&m->luck, mail, "subject", "cheap watches|hello");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, mail, "text", ".\n..\n.x|buy watches|one\ntwo\n\n");
    if (luck_odds(&m->luck, 8)) luck_add(&m->luck, mail, "html", "<p>Hello</p>");
    if (maker_wants(m, "attach") && luck_odds(&m->luck, 60))
        luck_add(&m->luck, mail, "attach",
                 "[{'name':'a.pdf','size':'1 kB'}]|[{'name':'b','size':'10 kB'},{'name':'c.txt','size':'1 B'}]");
    luck_add(&m->luck, mail, "size", luck_odds(&m->luck, 85) ? "300 B|1 kB|2 kB|5 kB" : "20 kB|60 kB");
}

static void add_mail(struct maker *m, unsigned nth)
{
    char name[16], at[16];
    snprintf(name, sizeof name, "m%u", nth);
    snprintf(at, sizeof at, "%u ms", luck_below(&m->luck, luck_odds(&m->luck, 80) ? 5000 : 100000));
    cJSON *mail = cJSON_AddObjectToObject(m->mails, name);
    cJSON_AddStringToObject(mail, "at", at);
    cJSON_AddStringToObject(mail, "from", m->users[luck_below(&m->luck, m->n_users)]);
    add_recipients(m, cJSON_AddArrayToObject(mail, "to"), 3);
    add_wishes(m, mail);
    add_contents(m, mail);
}

/* The one that the featured fault strikes. */
static void add_first_mail(struct maker *m)
{
    cJSON *mail = cJSON_AddObjectToObject(m->mails, "m0");
    luck_add(&m->luck, mail, "at", "10 ms|1 s");
    cJSON_AddStringToObject(mail, "from", SENDER);
    luck_add(&m->luck, mail, "to",
             m->needs & NEEDS_STRANGER ? "['nobody@b.example','u0@b.example']|['nobody@b.example','none@b.example']"
                                       : "['u0@b.example']");
    if (maker_wants(m, "utf8"))
        cJSON_AddItemToArray(cJSON_GetObjectItem(mail, "to"), luck_value(&m->luck, "zoë@b.example|zoë@a.example"));
    if (maker_wants(m, "notify")) luck_add(&m->luck, mail, "notify", "['success','failure','delay']|['success']");
    if (m->needs & NEEDS_SPAM) cJSON_AddStringToObject(mail, "subject", "cheap watches");
    if (maker_wants(m, "attach")) luck_add(&m->luck, mail, "attach", "[{'name':'a.pdf','size':'1 kB'}]");
    if (m->needs & NEEDS_LARGE) luck_add(&m->luck, mail, "size", "30 kB|60 kB");
}

static void add_traffic(struct maker *m)
{
    cJSON *traffic = cJSON_AddObjectToObject(cJSON_AddObjectToObject(m->json, "traffic"), "t0");
    luck_add(&m->luck, traffic, "from", "clients|u0@a.example|['u0@a.example','u0@b.example']");
    bool several = m->n_users >= 4 && luck_odds(&m->luck, 30);
    luck_add(&m->luck, traffic, "to",
             several ? "clients"
                     : "clients|['u0@b.example','u0@a.example']|['u0@b.example','nobody@b.example','u0@a.example']");
    luck_add(&m->luck, traffic, "every", "1 s|{'poisson':'20 s'}|{'uniform':['1 s','1 min']}");
    luck_add(&m->luck, traffic, "count", "2|4|8");
    if (several) luck_add(&m->luck, traffic, "recipients", "2|[1,2]");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, traffic, "burst", "{'mails':3,'apart':'10 ms'}");
    if (luck_odds(&m->luck, 60))
        luck_add(&m->luck, traffic, "size",
                 "1 kB|{'uniform':['1 kB','8 kB']}|{'lognormal':['1 kB',1.5],'most':'30 kB'}");
}

void random_mails(struct maker *m)
{
    unsigned n = m->needs & NEEDS_MANY ? 4 : luck_below(&m->luck, 4);
    add_first_mail(m);
    for (unsigned i = 1; i <= n; i++)
        add_mail(m, i);
    for (unsigned i = 1; m->needs & NEEDS_MANY && i <= 2; i++) {
        cJSON *mail = cJSON_GetArrayItem(m->mails, (int)i);
        cJSON_ReplaceItemInObject(mail, "from", cJSON_CreateString(SENDER));
        cJSON_ReplaceItemInObject(mail, "to",
                                  luck_value(&m->luck, "['u0@b.example']|['u0@b.example','nobody@b.example']"));
    }
    if (maker_wants(m, "traffic")) add_traffic(m);
}
