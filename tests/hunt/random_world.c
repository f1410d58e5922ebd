/* How worlds are drawn. Which faults a world may have is drawn first (a swarm: most are off in most worlds, and all but
   none in some), then how bad they are. All faults end, so that in the end each queue must be empty. */
#include "tests/hunt/random_world.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/hunt/fault_kinds.h"

enum { MAX_HOSTS = 24, MAX_USERS = 12, NAME_BYTES = 32 };

struct maker {
    struct luck luck;
    struct random_world *world;
    cJSON *hosts, *links, *faults;
    char names[MAX_HOSTS][NAME_BYTES], users[MAX_USERS][NAME_BYTES], servers[8][NAME_BYTES];
    unsigned n_hosts, n_routers, n_servers, n_users, n_links;
};

static cJSON *add_host(struct maker *m, const char *name, const char *role)
{
    snprintf(m->names[m->n_hosts++], NAME_BYTES, "%s", name);
    cJSON *host = cJSON_AddObjectToObject(m->hosts, name);
    return cJSON_AddObjectToObject(host, role);
}

/* ---- who is there ---- */

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
    "{'policy':'kumomta','retry_interval':'1 min','max_age':'2 h'}|"
    "{'policy':'opensmtpd','ttl':'6 h'}|{'policy':'qmail','queuelifetime':'6 h'}|"
    "{'policy':'custom','steps':['10 s','1 min','10 min'],'lifetime':'6 h','bounce_lifetime':'6 h'}";

static void add_server(struct maker *m, const char *name, const char *domain, unsigned preference, unsigned n_users)
{
    cJSON *server = add_host(m, name, "mail_server"), *users, *domains = cJSON_AddArrayToObject(server, "domains");
    snprintf(m->servers[m->n_servers++], NAME_BYTES, "%s", name);
    cJSON_AddItemToArray(domains, cJSON_CreateString(domain));
    if (preference) cJSON_AddNumberToObject(server, "mx_preference", preference);
    luck_add(&m->luck, server, "retry", retries);
    users = cJSON_AddArrayToObject(server, "users");
    for (unsigned i = 0; i < n_users; i++) {
        char user[16];
        snprintf(user, sizeof user, "u%u", i);
        cJSON_AddItemToArray(users, cJSON_CreateString(user));
    }
}

static void add_client(struct maker *m, unsigned user, char domain, const char *server)
{
    char name[NAME_BYTES], *address = m->users[m->n_users++];
    snprintf(name, sizeof name, "u%u-%c", user, domain);
    snprintf(address, NAME_BYTES, "u%u@%c.example", user, domain);
    cJSON *client = add_host(m, name, "client");
    cJSON_AddStringToObject(client, "user", address);
    cJSON_AddStringToObject(client, "submits_to", server);
    cJSON_AddStringToObject(client, "fetches_from", server);
    luck_add(&m->luck, client, "fetches_every", "20 min|2 h|6 h|1 d");
}

static void add_domain(struct maker *m, char letter)
{
    char domain[NAME_BYTES], server[NAME_BYTES];
    snprintf(domain, sizeof domain, "%c.example", letter);
    snprintf(server, sizeof server, "mx.%c.example", letter);
    unsigned n_users = 1 + luck_below(&m->luck, 2);
    bool two = luck_odds(&m->luck, 20);
    add_server(m, server, domain, two ? 10 : 0, n_users);
    for (unsigned i = 0; i < n_users; i++)
        add_client(m, i, letter, server);
    if (!two) return;
    snprintf(server, sizeof server, "mx2.%c.example", letter);
    add_server(m, server, domain, luck_odds(&m->luck, 50) ? 10 : 20, n_users);
}

static void add_hosts(struct maker *m)
{
    m->n_routers = 1 + luck_below(&m->luck, 3);
    for (unsigned i = 0; i < m->n_routers; i++) {
        char name[NAME_BYTES];
        snprintf(name, sizeof name, "r%u", i);
        add_host(m, name, "router");
    }
    for (unsigned n = 1 + luck_below(&m->luck, 3), i = 0; i < n; i++)
        add_domain(m, (char)('a' + i));
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
    if (luck_odds(luck, 30)) luck_add(luck, settings, "mtu_probing", "true");
    if (luck_odds(luck, 30)) luck_add(luck, settings, "user_timeout", "2 min|15 min");
    if (luck_odds(luck, 15)) luck_add(luck, settings, "keep_alive", "30 s|2 h");
    return settings;
}

/* ---- how they are joined ---- */

static void add_link(struct maker *m, const char *a, const char *b)
{
    char name[16];
    snprintf(name, sizeof name, "l%u", m->n_links++);
    cJSON *link = cJSON_AddObjectToObject(m->links, name), *between = cJSON_AddArrayToObject(link, "between");
    cJSON_AddItemToArray(between, cJSON_CreateString(a));
    cJSON_AddItemToArray(between, cJSON_CreateString(b));
    if (luck_odds(&m->luck, 50)) luck_add(&m->luck, link, "rate", "unlimited|64 kbit/s|1 Mbit/s|10 Mbit/s|1 Gbit/s");
    if (luck_odds(&m->luck, 50)) luck_add(&m->luck, link, "delay", "0 ms|1 ms|15 ms|80 ms|400 ms");
}

static void add_links(struct maker *m)
{
    for (unsigned i = 1; i < m->n_routers; i++)
        add_link(m, m->names[i - 1], m->names[i]);
    if (m->n_routers == 3 && luck_odds(&m->luck, 50)) add_link(m, m->names[2], m->names[0]);
    for (unsigned i = m->n_routers; i < m->n_hosts; i++)
        add_link(m, m->names[i], m->names[luck_below(&m->luck, m->n_routers)]);
}

/* ---- what is sent ---- */

static void add_mail(struct maker *m, cJSON *mails, unsigned nth)
{
    static const char strangers[] = "nobody@a.example|nobody@b.example|u0@nowhere.example|U0@a.example";
    char name[16], at[16];
    snprintf(name, sizeof name, "m%u", nth);
    snprintf(at, sizeof at, "%u ms", luck_below(&m->luck, luck_odds(&m->luck, 80) ? 5000 : 100000));
    cJSON *mail = cJSON_AddObjectToObject(mails, name), *to;
    cJSON_AddStringToObject(mail, "at", at);
    cJSON_AddStringToObject(mail, "from", m->users[luck_below(&m->luck, m->n_users)]);
    to = cJSON_AddArrayToObject(mail, "to");
    for (unsigned n = luck_odds(&m->luck, 60) ? 1 : 3, first = luck_below(&m->luck, m->n_users), i = 0;
         i < n && i < m->n_users; i++)
        cJSON_AddItemToArray(to, cJSON_CreateString(m->users[(first + i) % m->n_users]));
    if (luck_odds(&m->luck, 12)) cJSON_AddItemToArray(to, luck_value(&m->luck, strangers));
    if (luck_odds(&m->luck, 20)) luck_add(&m->luck, mail, "subject", "cheap watches|hello");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, mail, "text", ".\\n..\\n.x|buy watches|one\\ntwo\\n\\n");
    luck_add(&m->luck, mail, "size", luck_odds(&m->luck, 85) ? "300 B|1 kB|2 kB|5 kB" : "20 kB|100 kB");
}

/* ---- what goes wrong ---- */

static const char *placeholder(struct maker *m, char letter)
{
    switch (letter) {
    case 'S':
        return m->servers[luck_below(&m->luck, m->n_servers)];
    case 'H':
        return m->names[luck_below(&m->luck, m->n_hosts)];
    case 'R':
        return m->names[luck_below(&m->luck, m->n_routers)];
    case 'M':
        return m->users[luck_below(&m->luck, m->n_users)];
    default: {
        static char text[NAME_BYTES];
        const char *choices = letter == 'V'   ? "CONNECT|EHLO|MAIL|RCPT|DATA|.|QUIT"
                              : letter == 'W' ? "MAIL|RCPT|DATA|."
                                              : "tcp.syn|tcp.syn-ack|tcp.data|tcp.ack|tcp.fin|dns.query|dns.answer";
        cJSON *value = luck_value(&m->luck, choices);
        snprintf(text, sizeof text, "%s", value->valuestring);
        cJSON_Delete(value);
        return text;
    }
    }
}

static const char *client_name(struct maker *m)
{
    unsigned i;
    do {
        i = luck_below(&m->luck, m->n_hosts);
    } while (m->names[i][0] != 'u');
    return m->names[i];
}

/* "$L" and "$E" belong together: an end of the link. */
static void fill(struct maker *m, cJSON *value, unsigned link)
{
    if (cJSON_IsString(value) && value->valuestring[0] == '$') {
        char letter = value->valuestring[1], name[16];
        const char *text;
        if (letter == 'L' || letter == 'E') {
            snprintf(name, sizeof name, "l%u", link);
            cJSON *between = cJSON_GetObjectItem(cJSON_GetObjectItem(m->links, name), "between");
            text = letter == 'L' ? name : cJSON_GetArrayItem(between, (int)luck_below(&m->luck, 2))->valuestring;
        } else {
            text = letter == 'C' ? client_name(m) : placeholder(m, letter);
        }
        cJSON_SetValuestring(value, text);
    }
    for (cJSON *child = value->child; child; child = child->next)
        fill(m, child, link);
}

static void add_times(struct maker *m, cJSON *fault, enum fault_way way)
{
    char at[16];
    unsigned span_ms = luck_odds(&m->luck, 80) ? 3000 : 60000;
    snprintf(at, sizeof at, "%u ms", luck_odds(&m->luck, 30) ? 0 : luck_below(&m->luck, span_ms));
    if (way != BY_STEP) cJSON_AddStringToObject(fault, "at", at);
    luck_add(&m->luck, fault, "for", "200 ms|2 s|20 s|3 min|20 min|2 h");
    if (way == BY_STEP || !luck_odds(&m->luck, 20)) return;
    luck_add(&m->luck, fault, "every", "3 h|5 h");
    luck_add(&m->luck, fault, "times", "2|3");
}

static void add_fault(struct maker *m, size_t kind)
{
    const struct fault_kind *k = &fault_kinds[kind];
    cJSON *fault = cJSON_CreateObject(), *what = luck_value(&m->luck, k->values);
    unsigned link = luck_below(&m->luck, m->n_links);
    if (k->way != BY_COUNT) add_times(m, fault, k->way);
    if (k->way == BY_SET) {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/links/l%u/%s", link, k->what);
        cJSON *set = cJSON_AddObjectToObject(fault, "set");
        cJSON_AddItemToObject(set, pointer, what);
        m->world->places[kind] |= UINT32_C(1) << link;
    } else {
        fill(m, what, link);
        cJSON_AddItemToObject(fault, k->what, what);
    }
    cJSON_AddItemToArray(m->faults, fault);
}

static void set_where(struct maker *m, size_t kind, cJSON *object, unsigned place)
{
    const struct fault_kind *k = &fault_kinds[kind];
    if (cJSON_HasObjectItem(object, k->what)) return; /* another fault has said so */
    luck_add(&m->luck, object, k->what, k->values);
    m->world->places[kind] |= UINT32_C(1) << place;
}

/* A value at some of the places where it can be; at one in any case. */
static void add_values(struct maker *m, size_t kind)
{
    enum fault_way way = fault_kinds[kind].way;
    const cJSON *all = way == BY_LINK ? m->links : m->hosts;
    unsigned n = (unsigned)cJSON_GetArraySize(all), odds = luck_odds(&m->luck, 50) ? 20 : 70;
    for (unsigned i = luck_below(&m->luck, n), seen = 0; seen < n; seen++, i = (i + 1) % n) {
        cJSON *object = cJSON_GetArrayItem(all, (int)i);
        if (way == BY_SERVER) object = cJSON_GetObjectItem(object, "mail_server");
        if (way == BY_ROUTER) object = cJSON_GetObjectItem(object, "router");
        if (way == BY_HOST && cJSON_GetObjectItem(object, "router")) object = NULL;
        if (object && (m->world->places[kind] == 0 || luck_odds(&m->luck, odds))) set_where(m, kind, object, i);
    }
}

static void add_fault_kind(struct maker *m, size_t kind)
{
    switch (fault_kinds[kind].way) {
    case BY_LINK:
    case BY_SERVER:
    case BY_HOST:
    case BY_ROUTER:
        add_values(m, kind);
        break;
    case BY_SET:
    case BY_FAULT:
    case BY_STEP:
    case BY_COUNT:
        for (unsigned n = luck_odds(&m->luck, 70) ? 1 : 3; n > 0; n--)
            add_fault(m, kind);
        break;
    }
}

/* A reply without end comes as fast as the link lets it, for as long as the client waits; which is longer than the
   slowest disk takes, or each submission would come twice for ever. */
static void tame_endless(struct maker *m, cJSON *json)
{
    cJSON *link, *smtp = cJSON_GetObjectItem(json, "smtp");
    if (!smtp) smtp = cJSON_AddObjectToObject(json, "smtp");
    cJSON_AddItemToObject(smtp, "timeouts",
                          luck_value(&m->luck,
                                     "{'greeting':'20 s','ehlo':'20 s','mail':'20 s','rcpt':'20 s',"
                                     "'data':'20 s','data_block':'20 s','end_of_data':'2 min','quit':'20 s'}"));
    cJSON_ArrayForEach(link, m->links)
    {
        cJSON_DeleteItemFromObject(link, "rate");
        luck_add(&m->luck, link, "rate", "64 kbit/s|128 kbit/s");
    }
}

static void add_faults(struct maker *m)
{
    static const unsigned how_many[] = {0, 3, 3, 8, 8, 15, 30, 60}; /* in a hundred */
    unsigned odds = how_many[luck_below(&m->luck, sizeof how_many / sizeof *how_many)];
    assert(n_fault_kinds <= RANDOM_KINDS);
    for (size_t i = 0; i < n_fault_kinds; i++) {
        m->world->drawn[i] = luck_odds(&m->luck, odds);
        if (!m->world->drawn[i]) continue;
        add_fault_kind(m, i);
        if (strstr(fault_kinds[i].values, "endless")) tame_endless(m, m->world->json);
    }
}

/* What a link is like for as long as the world lasts ends too, but for its MTU. */
static void heal_links(struct maker *m)
{
    static const struct {
        const char *key, *healthy;
    } values[] = {{"loss", "0 %"},   {"duplicate", "0 %"}, {"reorder", "0 %"}, {"corrupt", "0 %"},
                  {"jitter", "0 s"}, {"queue", "256 kB"},  {"codel", "false"}};
    cJSON *fault = cJSON_CreateObject(), *set, *link;
    luck_add(&m->luck, fault, "at", "20 min|3 h");
    set = cJSON_AddObjectToObject(fault, "set");
    cJSON_ArrayForEach(link, m->links) for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/links/%s/%s", link->string, values[i].key);
        if (cJSON_HasObjectItem(link, values[i].key)) luck_add(&m->luck, set, pointer, values[i].healthy);
    }
    cJSON_ArrayForEach(link, m->hosts) /* a silent router and a narrow link are a black hole for ever but for probing */
    {
        cJSON *tcp_of_host = cJSON_GetObjectItem(link, "tcp");
        if (tcp_of_host) cJSON_DeleteItemFromObject(tcp_of_host, "mtu_probing");
    }
    if (!cJSON_HasObjectItem(m->world->json, "tcp")) cJSON_AddObjectToObject(m->world->json, "tcp");
    cJSON_DeleteItemFromObject(cJSON_GetObjectItem(m->world->json, "tcp"), "mtu_probing");
    cJSON_AddBoolToObject(cJSON_GetObjectItem(m->world->json, "tcp"), "mtu_probing", true);
    if (set->child)
        cJSON_AddItemToArray(m->faults, fault);
    else
        cJSON_Delete(fault);
}

static void add_smtp(struct maker *m, cJSON *json)
{
    if (!luck_odds(&m->luck, 60)) return;
    cJSON *smtp = cJSON_AddObjectToObject(json, "smtp");
    luck_add(&m->luck, smtp, "extensions", "modern|plain|{'pipelining':false}|{'chunking':false,'dsn':false}");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, smtp, "sends_chunks", "true");
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, smtp, "chunk_size", "100 B|1 kB");
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, smtp, "max_recipients", "1|2");
    if (luck_odds(&m->luck, 15)) luck_add(&m->luck, smtp, "max_mails", "1|2");
    if (luck_odds(&m->luck, 10)) luck_add(&m->luck, smtp, "max_message", "1 kB|3 kB");
    if (luck_odds(&m->luck, 10)) luck_add(&m->luck, smtp, "max_hops", "2|3");
    if (luck_odds(&m->luck, 20)) luck_add(&m->luck, smtp, "line_endings", "strict|normalize|keep|lenient");
}

struct random_world random_world_make(uint64_t seed)
{
    struct random_world world = {.json = cJSON_CreateObject()};
    struct maker m = {.luck = {seed}, .world = &world};
    char title[40];
    snprintf(title, sizeof title, "random world %llu", (unsigned long long)seed);
    cJSON_AddNumberToObject(world.json, "postroad", 1);
    cJSON_AddStringToObject(world.json, "title", title);
    cJSON_AddNumberToObject(world.json, "seed", (double)(luck_draw(&m.luck) >> 20));
    luck_add(&m.luck, world.json, "ip", "v4|v4|v6|both");
    if (luck_odds(&m.luck, 60)) cJSON_AddItemToObject(world.json, "tcp", tcp(&m.luck));
    add_smtp(&m, world.json);
    m.hosts = cJSON_AddObjectToObject(world.json, "hosts");
    m.links = cJSON_AddObjectToObject(world.json, "links");
    cJSON *mails = cJSON_AddObjectToObject(world.json, "mail");
    m.faults = cJSON_AddArrayToObject(world.json, "faults");
    add_hosts(&m);
    for (unsigned i = 0; i < m.n_hosts; i++)
        if (cJSON_HasObjectItem(world.json, "tcp") && luck_odds(&m.luck, 25))
            cJSON_AddItemToObject(cJSON_GetArrayItem(m.hosts, (int)i), "tcp", tcp(&m.luck));
    add_links(&m);
    for (unsigned n = 1 + luck_below(&m.luck, 5), i = 0; i < n; i++)
        add_mail(&m, mails, i);
    add_faults(&m);
    heal_links(&m);
    return world;
}

void random_world_free(struct random_world *world)
{
    cJSON_Delete(world->json);
}
