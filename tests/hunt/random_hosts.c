/* Who is there: routers, servers, and the people of each domain. */
#include <stdio.h>
#include <string.h>

#include "tests/hunt/random_internal.h"

/* Most give up after hours, not days: what is refused for ever costs an attempt every few minutes until then. */
static const char retries[] =
    "postfix|exim|qmail|opensmtpd|kumomta|rfc-minimum|"
    "{'policy':'sendmail','queue_run_interval':'2 h'}|"
    "{'policy':'exchange','message_expiration_timeout':'6 h','delay_notification_timeout':'1 h'}|"
    "{'queue_run_delay':'20 s','minimal_backoff_time':'30 s','maximal_backoff_time':'5 min',"
    "'maximal_queue_lifetime':'4 h','bounce_queue_lifetime':'4 h'}|"
    "{'queue_run_delay':'20 s','minimal_backoff_time':'30 s','maximal_backoff_time':'2 h'}|"
    "{'queue_run_delay':'1 min','minimal_backoff_time':'1 min','maximal_queue_lifetime':'1 h',"
    "'bounce_queue_lifetime':'1 d'}|"
    "{'delay_warning_time':'10 min','queue_run_delay':'1 min','minimal_backoff_time':'1 min'}|"
    "{'policy':'exim','rules':'F,2h,2m; G,4h,10m,1.5','queue_run_interval':'1 min'}|"
    "{'policy':'sendmail','queue_run_interval':'1 min','timeout_queuereturn':'3 h'}|"
    "{'policy':'sendmail','queue_run_interval':'1 min','timeout_queuereturn':'3 h','timeout_queuereturn_urgent':'30 min',"
    "'timeout_queuereturn_non_urgent':'6 h','timeout_queuewarn_urgent':'10 min'}|"
    "{'policy':'kumomta','retry_interval':'1 min','max_age':'2 h'}|"
    "{'policy':'opensmtpd','ttl':'6 h'}|{'policy':'qmail','queuelifetime':'6 h'}|"
    "{'policy':'custom','steps':['10 s','1 min','10 min'],'lifetime':'6 h','bounce_lifetime':'6 h'}|"
    "{'policy':'custom','geometric':{'first':'1 min','factor':2,'cap':'1 h'},'jitter':'10 %','lifetime':'1 d',"
    "'bounce_lifetime':'1 d','destination_concurrency_limit':1,'messages_per_connection':1}|"
    "{'policy':'custom','quadratic':{'base':'3 min'},'lifetime':'5 h','bounce_lifetime':'5 h',"
    "'destination_recipient_limit':1}";

/* A server of the sending side that tells of delays soon. */
static const char early_warnings[] =
    "{'delay_warning_time':'1 min','queue_run_delay':'20 s','minimal_backoff_time':'30 s',"
    "'maximal_queue_lifetime':'4 h','bounce_queue_lifetime':'4 h'}|"
    "{'policy':'custom','steps':['30 s','2 min'],'delay_warning':'1 min','lifetime':'2 h','bounce_lifetime':'2 h'}|"
    "{'policy':'sendmail','queue_run_interval':'1 min','timeout_queuereturn':'3 h','timeout_queuewarn':'2 min'}";

/* How much it sends at a time: without, several mails for one domain rarely wait for one another. */
static void limit_sessions(struct luck *luck, cJSON *server)
{
    cJSON *retry = cJSON_GetObjectItem(server, "retry");
    if (cJSON_IsString(retry)) {
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "policy", retry->valuestring);
        cJSON_ReplaceItemInObject(server, "retry", retry = object);
    }
    const cJSON *policy = cJSON_GetObjectItem(retry, "policy");
    if (policy && strcmp(policy->valuestring, "qmail") == 0) {
        luck_add(luck, retry, "concurrencyremote", "1|2");
        return;
    }
    static const char *const keys[] = {"destination_concurrency_limit", "destination_recipient_limit",
                                       "messages_per_connection"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (luck_odds(luck, 50) && !cJSON_HasObjectItem(retry, keys[i])) luck_add(luck, retry, keys[i], "1|2|3");
}

static cJSON *add_server(struct maker *m, const char *name, const char *domain, unsigned preference, unsigned n_users)
{
    cJSON *server = maker_add_host(m, name, "mail_server"), *users,
          *domains = cJSON_AddArrayToObject(server, "domains");
    snprintf(m->servers[m->n_servers++], NAME_BYTES, "%s", name);
    cJSON_AddItemToArray(domains, cJSON_CreateString(domain));
    if (preference) cJSON_AddNumberToObject(server, "mx_preference", preference);
    bool warns = strcmp(name, SENDING_SERVER) == 0 && maker_wants(m, "delays");
    luck_add(&m->luck, server, "retry", warns ? early_warnings : retries);
    if (luck_odds(&m->luck, 12)) limit_sessions(&m->luck, server);
    if (luck_odds(&m->luck, 10)) luck_add(&m->luck, server, "address_order", "ipv6 first|ipv4 first|any");
    if (luck_odds(&m->luck, 10)) luck_add(&m->luck, server, "mx_aliases", "refuse");
    if (luck_odds(&m->luck, 10)) luck_add(&m->luck, server, "refuse_null_mx_senders", "true");
    users = cJSON_AddArrayToObject(server, "users");
    for (unsigned i = 0; i < n_users; i++) {
        char user[16];
        snprintf(user, sizeof user, "u%u", i);
        cJSON_AddItemToArray(users, cJSON_CreateString(user));
    }
    if (maker_wants(m, "utf8")) cJSON_AddItemToArray(users, cJSON_CreateString("zoë"));
    if (maker_wants(m, "utf8") && luck_odds(&m->luck, 30))
        luck_add(&m->luck, maker_object(server, "smtp"), "extensions", "{'smtputf8':false}|plain|modern");
    return server;
}

static void add_client(struct maker *m, unsigned user, char domain, const char *server)
{
    char name[NAME_BYTES], *address = m->users[m->n_users++];
    snprintf(name, sizeof name, "u%u-%c", user, domain);
    snprintf(address, NAME_BYTES, "u%u@%c.example", user, domain);
    cJSON *client = maker_add_host(m, name, "client");
    cJSON_AddStringToObject(client, "user", address);
    cJSON_AddStringToObject(client, "submits_to", server);
    if (luck_odds(&m->luck, 90)) {
        cJSON_AddStringToObject(client, "fetches_from", server);
        luck_add(&m->luck, client, "fetches_every", "20 min|2 h|6 h|1 d");
        if (luck_odds(&m->luck, 10)) luck_add(&m->luck, client, "fetch_jitter", "10 min");
        if (luck_odds(&m->luck, 15)) luck_add(&m->luck, client, "leaves_on_server", "true|2 h|1 d");
    }
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, client, "submission_retry", "20 s|1 min|20 min");
    if (luck_odds(&m->luck, 5)) luck_add(&m->luck, client, "online", "['08:00-12:00','13:00-18:00']|['09:01-17:00']");
}

/* All clients of a server that asks for passwords know one; whoever insists on a mechanism that it does not offer would
   never get rid of his mail. */
static void add_passwords(struct maker *m, cJSON *server, char letter)
{
    cJSON *host, *smtp = maker_object(server, "smtp");
    cJSON_AddStringToObject(smtp, "offers_auth", "always");
    if (luck_odds(&m->luck, 60)) cJSON_AddTrueToObject(smtp, "requires_auth");
    if (luck_odds(&m->luck, 20)) luck_add(&m->luck, smtp, "auth_mechanisms", "LOGIN|PLAIN|['LOGIN','PLAIN']");
    const char *only = cJSON_GetStringValue(cJSON_GetObjectItem(smtp, "auth_mechanisms"));
    bool lacks_login = only && strcmp(only, "PLAIN") == 0;
    cJSON_ArrayForEach(host, m->hosts)
    {
        cJSON *client = cJSON_GetObjectItem(host, "client");
        if (client && host->string[strlen(host->string) - 1] == letter)
            luck_add(&m->luck, maker_object(client, "smtp"), "auth",
                     lacks_login ? "true|true|{'mechanism':'LOGIN'}"
                                 : "true|true|{'mechanism':'LOGIN'}|{'mechanism':'LOGIN','insists':true}");
    }
}

/* Those of b take the mail that a featured fault strikes: there is one server, so that it goes there. */
static void add_domain(struct maker *m, char letter)
{
    char domain[NAME_BYTES], server[NAME_BYTES];
    snprintf(domain, sizeof domain, "%c.example", letter);
    snprintf(server, sizeof server, "mx.%c.example", letter);
    unsigned n_users = 1 + luck_below(&m->luck, 2);
    bool two = luck_odds(&m->luck, 20) && letter != 'b';
    cJSON *first = add_server(m, server, domain, two ? 10 : 0, n_users);
    for (unsigned i = 0; i < n_users; i++)
        add_client(m, i, letter, server);
    if (maker_wants(m, "auth") && (letter == 'a' || luck_odds(&m->luck, 50))) add_passwords(m, first, letter);
    if (!two) return;
    snprintf(server, sizeof server, "mx2.%c.example", letter);
    add_server(m, server, domain, luck_odds(&m->luck, 50) ? 10 : 20, n_users);
}

/* friends@b.example and list@b.example; mail for the former may come round. */
static void add_aliases(struct maker *m)
{
    cJSON *aliases = cJSON_AddObjectToObject(maker_role(m, RECEIVING_SERVER, "mail_server"), "aliases");
    luck_add(&m->luck, aliases, "friends",
             "['u0@a.example','u0@b.example']|['u0@b.example','nobody@a.example']|['friends@a.example']|"
             "['u0@a.example','friends@b.example']");
    luck_add(&m->luck, aliases, "list",
             "{'members':['u0@a.example','u0@b.example','nobody@a.example'],'owner':'u0@b.example'}|"
             "{'members':['u0@a.example','friends@b.example'],'owner':'owner@b.example'}");
    luck_add(&m->luck, aliases, "owner", "['u0@b.example']");
    luck_add(&m->luck, aliases, "moved",
             "{'members':['u0@a.example'],'moved':'forwards'}|{'members':['u0@b.example'],'moved':'refuses'}|"
             "{'members':['moved@b.example'],'moved':'forwards'}");
    if (!luck_odds(&m->luck, 50)) return;
    aliases = cJSON_AddObjectToObject(maker_role(m, SENDING_SERVER, "mail_server"), "aliases");
    luck_add(&m->luck, aliases, "friends", "['friends@b.example']|['u0@a.example','list@b.example']");
}

static void add_backup(struct maker *m)
{
    cJSON *backup = maker_add_host(m, "backup.b.example", "mail_server");
    snprintf(m->servers[m->n_servers++], NAME_BYTES, "%s", "backup.b.example");
    luck_add(&m->luck, backup, "domains", "['backup.example']");
    luck_add(&m->luck, backup, "backup_for", "['b.example']");
    luck_add(&m->luck, backup, "retry", retries);
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, backup, "mx_preference", "5|10|30");
}

/* Always with a flavour and all options, so that what the top says does not contradict what a host says. */
static cJSON *tcp(struct luck *luck)
{
    cJSON *settings = cJSON_CreateObject();
    luck_add(luck, settings, "flavour", "stop-and-wait|go-back-n|tahoe|reno|newreno|sack|cubic|cubic");
    const char *flavour = cJSON_GetObjectItem(settings, "flavour")->valuestring;
    bool sack = luck_odds(luck, 70), modern = sack && (strcmp(flavour, "sack") == 0 || strcmp(flavour, "cubic") == 0);
    bool scales = luck_odds(luck, 50);
    cJSON_AddBoolToObject(settings, "sack", sack);
    cJSON_AddBoolToObject(settings, "window_scaling", scales);
    luck_add(luck, settings, "timestamps", "true|false");
    luck_add(luck, settings, "rack", modern ? "true|true|false" : "false");
    luck_add(luck, settings, "tlp", modern ? "true|true|false" : "false");
    luck_add(luck, settings, "receive_buffer",
             scales ? "1460 B|3 kB|8 kB|20 kB|65535 B|200 kB|1 MB" : "1460 B|3 kB|8 kB|20 kB|65535 B");
    luck_add(luck, settings, "initial_window", strcmp(flavour, "stop-and-wait") == 0 ? "1" : "1|2|4|10|40");
    if (luck_odds(luck, 30)) luck_add(luck, settings, "delayed_ack", "true|false");
    if (luck_odds(luck, 30)) luck_add(luck, settings, "nagle", "true|false");
    if (luck_odds(luck, 30)) luck_add(luck, settings, "rto_min", "1 ms|50 ms|200 ms|1 s");
    if (luck_odds(luck, 30)) luck_add(luck, settings, "timers", "rfc|linux");
    if (luck_odds(luck, 30)) luck_add(luck, settings, "mtu_probing", "true|false");
    if (luck_odds(luck, 30)) luck_add(luck, settings, "user_timeout", "2 min|15 min");
    if (luck_odds(luck, 15)) luck_add(luck, settings, "keep_alive", "30 s|2 h");
    return settings;
}

static void add_tcp(struct maker *m)
{
    cJSON *host;
    if (!luck_odds(&m->luck, 60)) return;
    cJSON_AddItemToObject(m->json, "tcp", tcp(&m->luck));
    cJSON_ArrayForEach(host, m->hosts)
    {
        if (luck_odds(&m->luck, 25)) cJSON_AddItemToObject(host, "tcp", tcp(&m->luck));
    }
}

void random_hosts(struct maker *m)
{
    m->n_routers = m->needs & NEEDS_MIDDLE ? 2 : 1 + luck_below(&m->luck, 3);
    for (unsigned i = 0; i < m->n_routers; i++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "r%u", i);
        maker_add_host(m, name, "router");
    }
    for (unsigned n = 2 + luck_below(&m->luck, 2), i = 0; i < n; i++)
        add_domain(m, (char)('a' + i));
    if (maker_wants(m, "aliases")) add_aliases(m);
    if (maker_wants(m, "backup")) add_backup(m);
    add_tcp(m);
}
