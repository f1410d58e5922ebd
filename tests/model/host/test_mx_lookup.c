/* Where mail goes, and when it goes nowhere (RFC 5321 5.1, RFC 7505, RFC 2181 10.3): each row is a zone, and what a
   whole world does with it. Hosts of b.example refuse connections unless they are mail servers. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world_runs.h"

static const char template[] =
    "{ \"postroad\": 1, \"title\": \"t\", \"seed\": 1, \"ip\": \"both\", \"until\": \"10 min\", \"hosts\": {"
    "\"alice-pc\": { \"client\": { \"user\": \"alice@a.example\", \"submits_to\": \"mail.a.example\" } },"
    "\"mail.a.example\": { \"mail_server\": { \"domains\": [\"a.example\"], \"users\": [\"alice\"]%s } },"
    "\"internet\": { \"router\": {} },"
    "\"mx1.b.example\": { \"address\": \"10.1.0.1\", \"address6\": \"2001:db8::b1\","
    " \"mail_server\": { \"domains\": [\"b.example\"], \"users\": [\"bob\"] } },"
    "\"mx2.b.example\": { \"address\": \"10.1.0.2\", \"address6\": \"2001:db8::b2\","
    " \"client\": { \"user\": \"bob@b.example\" } } },"
    "\"links\": {"
    "\"alice\": { \"between\": [\"alice-pc\", \"internet\"] },"
    "\"a\": { \"between\": [\"mail.a.example\", \"internet\"] },"
    "\"b1\": { \"between\": [\"mx1.b.example\", \"internet\"] },"
    "\"b2\": { \"between\": [\"mx2.b.example\", \"internet\"] } },"
    "\"zones\": { \"b.example\": [%s] },"
    "\"mail\": { \"m1\": { \"at\": \"1 s\", \"from\": \"alice@a.example\", \"to\": [\"%s\"] } } }";

struct row {
    const char *what;
    const char *zone;   /* of b.example */
    const char *to;     /* NULL: bob@b.example */
    const char *server; /* of mail.a.example */
    const char *why;    /* of the first change of state after the queue took it */
    const char *order;  /* the hosts that were called, in their order: "mx2/6 mx1/4" */
};

static const struct row rows[] = {
    {"by preference", "\"@ MX 20 mx1\", \"@ MX 10 mx2\"", NULL, "", "250 ", "2/6 2/4 1/6"},
    {"IPv4 first", "\"@ MX 20 mx1\", \"@ MX 10 mx2\"", NULL, ", \"address_order\": \"ipv4 first\"", "250 ",
     "2/4 2/6 1/4"},
    {"addresses without MX", "\"@ A 10.1.0.1\"", NULL, "", "250 ", "1/4"},
    {"an alias without MX", "\"@ NS ns\"", "bob@www.b.example", "", "550 5.1.2 no such domain: www.b.example", ""},
    {"neither MX nor address", "\"@ NS ns\"", NULL, "", "550 5.4.4 no host for b.example has an address", ""},
    {"MX to nothing", "\"@ MX 10 nowhere\", \"@ A 10.1.0.1\"", NULL, "",
     "550 5.4.4 no host for b.example has an address: nowhere.b.example", ""},
    {"MX to nothing beside a good one", "\"@ MX 10 nowhere\", \"@ MX 20 mx1\"", NULL, "", "250 ", "1/6"},
    {"null MX", "\"@ MX 0 .\"", NULL, "", "556 5.1.10 b.example takes no mail (null MX)", ""},
    {"null MX beside another", "\"@ MX 0 .\", \"@ MX 10 mx1\"", NULL, "", "250 ", "1/6"},
    {"ourselves", "\"@ MX 10 mail.a.example.\", \"@ MX 20 mx1\"", NULL, "",
     "554 5.4.6 mail for b.example loops back to this host", ""},
    {"ourselves, no better than another", "\"@ MX 10 mx1\", \"@ MX 20 mail.a.example.\", \"@ MX 30 mx2\"", NULL, "",
     "250 ", "1/6"},
    {"ourselves under another name", "\"@ MX 10 mx3\", \"mx3 CNAME mail.a.example.\"", NULL, "",
     "554 5.4.6 mail for b.example loops back to this host", ""},
    {"MX to an alias", "\"@ MX 10 mx3\", \"mx3 CNAME mx1\"", NULL, "", "250 ", "1/6"},
    {"MX to an alias, refused", "\"@ MX 10 mx3\", \"mx3 CNAME mx1\"", NULL, ", \"mx_aliases\": \"refuse\"",
     "550 5.4.4 the hosts of b.example are aliases (RFC 2181 10.3)", ""},
    {"aliases in a circle", "\"@ MX 10 mx3\", \"mx3 CNAME mx4\", \"mx4 CNAME mx3\"", NULL, "",
     "451 4.4.3 no answer about the addresses of the hosts of b.example", ""},
    {"no such domain", "\"@ MX 10 mx1\"", "bob@c.example", "", "550 5.1.2 no such domain: c.example", ""},
    {"an address literal", "\"@ MX 10 mx1\"", "postmaster@[10.1.0.1]", "", "", "1/4"},
    {"an address literal of IPv6", "\"@ MX 10 mx1\"", "postmaster@[IPv6:2001:db8::b1]", "", "", "1/6"},
};

/* "1/6" for a call to mx1.b.example over IPv6. */
static void calls_of(const struct world_run *run, char *text, size_t size)
{
    size_t i = 0, used = 0;
    const struct event *e;
    text[0] = '\0';
    while ((e = find_event(run, &i, EVENT_PACKET_SEND, NULL)) != NULL) {
        const char *tag = event_text(e, FIELD_TAG);
        if (strcmp(tag, "tcp.syn") != 0 || event_int(e, FIELD_HOST) != 2) continue;
        size_t length;
        used += (size_t)snprintf(text + used, size - used, "%s%d/%d", used ? " " : "",
                                 (int)event_int(e, FIELD_PEER) - 3, event_bytes(e, FIELD_HEADER, &length)[0] >> 4);
    }
}

static const char *first_why(const struct world_run *run)
{
    size_t i = 0;
    const struct event *e;
    while ((e = find_event(run, &i, EVENT_ATTEMPT_END, NULL)) != NULL)
        if (event_int(e, FIELD_HOST) == 2) return event_text(e, FIELD_WHY);
    return "nothing was attempted";
}

Test(mx_lookup, each_zone_leads_where_it_should)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char json[4096], calls[256];
        snprintf(json, sizeof json, template, rows[i].server, rows[i].zone, rows[i].to ? rows[i].to : "bob@b.example");
        struct world_run run = world_run_scenario(json, 0, event_mask_all());
        calls_of(&run, calls, sizeof calls);
        cr_expect_str_eq(calls, rows[i].order, "%s: called %s", rows[i].what, calls);
        cr_expect(strncmp(first_why(&run), rows[i].why, strlen(rows[i].why)) == 0, "%s: %s", rows[i].what,
                  first_why(&run));
        world_run_free(&run);
    }
}

/* Law 6: which of two equal hosts a mail calls first hangs on the mail, not on how many were written before it. */
Test(mx_lookup, another_mail_does_not_change_the_order_of_equals)
{
    unsigned first_mx2 = 0;
    for (uint64_t seed = 1; seed <= 16; seed++) {
        char alone[4096], together[8192], calls[2][256];
        snprintf(alone, sizeof alone, template, "", "\"@ MX 10 mx1\", \"@ MX 10 mx2\"", "bob@b.example");
        const char *mails = strstr(alone, "\"m1\"");
        snprintf(together, sizeof together, "%.*s%s%s", (int)(mails - alone), alone,
                 "\"m0\": { \"at\": \"0 s\", \"from\": \"alice@a.example\", \"to\": [\"alice@a.example\"] }, ", mails);
        const char *json[] = {alone, together};
        for (size_t i = 0; i < 2; i++) {
            struct world_run run = world_run_scenario(json[i], seed, event_mask_all());
            calls_of(&run, calls[i], sizeof calls[i]);
            world_run_free(&run);
        }
        cr_expect_str_eq(calls[0], calls[1], "seed %d: %s alone, %s after another", (int)seed, calls[0], calls[1]);
        first_mx2 += calls[0][0] == '2';
    }
    cr_expect(first_mx2 > 0 && first_mx2 < 16, "mx2 was first %u times of 16", first_mx2);
}
