/* What goes wrong, and where and when. */
#include <stdio.h>
#include <string.h>

#include "tests/hunt/random_internal.h"

/* ---- where ---- */

/* Where the featured fault is placed so that it meets the first mail; NULL: anywhere. */
static const char *featured_place(char letter)
{
    switch (letter) {
    case 'S':
        return RECEIVING_SERVER;
    case 'A':
    case 'H':
        return SENDING_SERVER;
    case 'C':
        return "u0-a";
    case 'M':
        return RECIPIENT;
    case 'F':
        return SENDER;
    case 'R':
        return "r0";
    case 'W':
        return "RCPT";
    default:
        return NULL;
    }
}

static const char *name_server(struct maker *m)
{
    static const char *const in_tree[] = {"a.root-servers.net", "a.nic.example", "ns1.b.example"};
    return m->is_tree ? in_tree[luck_below(&m->luck, 3)] : "name-server";
}

static const char *choice(struct maker *m, const char *choices)
{
    static char text[NAME_BYTES];
    cJSON *value = luck_value(&m->luck, choices);
    snprintf(text, sizeof text, "%s", value->valuestring);
    cJSON_Delete(value);
    return text;
}

static const char *client_name(struct maker *m)
{
    unsigned i;
    do {
        i = luck_below(&m->luck, m->n_hosts);
    } while (!maker_role(m, m->names[i], "client"));
    return m->names[i];
}

static const char *any_place(struct maker *m, char letter, bool is_featured)
{
    switch (letter) {
    case 'S':
    case 'A':
        return m->servers[luck_below(&m->luck, m->n_servers)];
    case 'H':
        return m->names[luck_below(&m->luck, m->n_hosts)];
    case 'R':
        return m->names[luck_below(&m->luck, m->n_routers)];
    case 'M':
    case 'F':
        return m->users[luck_below(&m->luck, m->n_users)];
    case 'C':
        return client_name(m);
    case 'D':
        return name_server(m);
    case 'Q':
        return "resolver";
    case 'V':
        return choice(m, is_featured ? "CONNECT|EHLO|MAIL|RCPT" : "CONNECT|EHLO|MAIL|RCPT|DATA|.|QUIT");
    case 'W':
        return choice(m, "MAIL|RCPT|DATA|.");
    default:
        return choice(m, is_featured ? "tcp.syn|tcp.syn-ack|tcp.data|tcp.ack|tcp.fin|dns.query|dns.answer"
                                     : "tcp.syn|tcp.syn-ack|tcp.data|tcp.ack|tcp.fin|tcp.rst|dns.query|dns.answer|"
                                       "icmp.unreachable|icmp.too-big|fragment");
    }
}

/* "$L" and "$E" belong together: an end of the link. */
static const char *end_of(struct maker *m, unsigned link)
{
    cJSON *between = cJSON_GetObjectItem(cJSON_GetArrayItem(m->links, (int)link), "between");
    return cJSON_GetArrayItem(between, (int)luck_below(&m->luck, 2))->valuestring;
}

/* Most dialogues are longer than this one is at the first of them, and some than at the second. */
static void become_octet(struct maker *m, cJSON *value, bool is_featured)
{
    value->type = cJSON_Number;
    cJSON_SetNumberValue(value, 1 + luck_below(&m->luck, is_featured ? 300 : 3000));
}

static void fill(struct maker *m, cJSON *value, unsigned link, bool is_featured)
{
    if (cJSON_IsString(value) && strcmp(value->valuestring, "$O") == 0)
        become_octet(m, value, is_featured);
    else if (cJSON_IsString(value) && value->valuestring[0] == '$') {
        char letter = value->valuestring[1], name[16];
        const char *text = is_featured ? featured_place(letter) : NULL;
        snprintf(name, sizeof name, "l%u", link);
        if (letter == 'L') text = name;
        if (letter == 'E') text = end_of(m, link);
        cJSON_SetValuestring(value, text ? text : any_place(m, letter, is_featured));
    }
    for (cJSON *child = value->child; child; child = child->next)
        fill(m, child, link, is_featured);
}

/* ---- when ---- */

/* The featured fault is there before the first mail and for long enough; the others come as they like. */
static void add_times(struct maker *m, cJSON *fault, enum fault_way way, bool is_featured)
{
    char at[16];
    unsigned span_ms = luck_odds(&m->luck, 80) ? 3000 : 60000;
    snprintf(at, sizeof at, "%u ms", luck_odds(&m->luck, 30) ? 0 : luck_below(&m->luck, span_ms));
    if (way != BY_STEP) cJSON_AddStringToObject(fault, "at", is_featured ? "1 ms" : at);
    luck_add(&m->luck, fault, "for",
             is_featured && way != BY_STEP ? "3 min|20 min|2 h" : "200 ms|2 s|20 s|3 min|20 min|2 h");
    if (way == BY_STEP || !luck_odds(&m->luck, 20)) return;
    luck_add(&m->luck, fault, "every", "3 h|5 h");
    luck_add(&m->luck, fault, "times", "2|3");
}

static void add_fault(struct maker *m, size_t kind, bool is_featured)
{
    const struct fault_kind *k = &fault_kinds[kind];
    cJSON *fault = cJSON_CreateObject(), *what = luck_value(&m->luck, k->values);
    unsigned link = is_featured ? maker_link_of(m, RECEIVING_SERVER) : luck_below(&m->luck, m->n_links);
    if (k->way != BY_COUNT) add_times(m, fault, k->way, is_featured);
    if (k->way == BY_SET) {
        char pointer[64];
        snprintf(pointer, sizeof pointer, "/links/l%u/%s", link, k->what);
        cJSON *set = cJSON_AddObjectToObject(fault, "set");
        cJSON_AddItemToObject(set, pointer, what);
        m->world->places[kind] |= UINT32_C(1) << link;
    } else {
        fill(m, what, link, is_featured);
        cJSON_AddItemToObject(fault, k->what, what);
    }
    cJSON_AddItemToArray(m->faults, fault);
}

/* ---- what is so for as long as the world lasts ---- */

static void set_where(struct maker *m, size_t kind, cJSON *object, unsigned place)
{
    const struct fault_kind *k = &fault_kinds[kind];
    bool is_there = cJSON_HasObjectItem(object, k->what);
    if (is_there && kind != m->featured) return;                              /* another fault has said so */
    if (is_there && k->way == BY_LINK && strcmp(k->what, "mtu") == 0) return; /* the narrow middle */
    cJSON_DeleteItemFromObject(object, k->what);
    luck_add(&m->luck, object, k->what, k->values);
    m->world->places[kind] |= UINT32_C(1) << place;
}

static cJSON *object_at(const struct maker *m, enum fault_way way, unsigned i)
{
    cJSON *object = cJSON_GetArrayItem(way == BY_LINK ? m->links : m->hosts, (int)i);
    switch (way) {
    case BY_SERVER:
        return cJSON_GetObjectItem(object, "mail_server");
    case BY_TLS:
        return cJSON_GetObjectItem(cJSON_GetObjectItem(object, "mail_server"), "tls");
    case BY_ROUTER:
        return cJSON_GetObjectItem(object, "router");
    case BY_HOST:
        return cJSON_HasObjectItem(object, "client") || cJSON_HasObjectItem(object, "mail_server") ? object : NULL;
    case BY_LINK:
        return object;
    case BY_SET:
    case BY_FAULT:
    case BY_STEP:
    case BY_COUNT:
    case BY_HABIT:
        return NULL;
    }
    return NULL;
}

static unsigned number_of(const struct maker *m, const char *host)
{
    unsigned i = 0;
    while (strcmp(m->names[i], host) != 0)
        i++;
    return i;
}

/* A value at some of the places where it can be; at one in any case, which is the first mail's when it is featured. */
static void add_values(struct maker *m, size_t kind)
{
    const struct fault_kind *k = &fault_kinds[kind];
    unsigned n = (unsigned)cJSON_GetArraySize(k->way == BY_LINK ? m->links : m->hosts);
    unsigned odds = luck_odds(&m->luck, 50) ? 20 : 70, first = luck_below(&m->luck, n);
    if (kind == m->featured)
        first = k->way == BY_ROUTER ? 0
                : k->way == BY_LINK ? maker_link_of(m, RECEIVING_SERVER)
                                    : number_of(m, k->needs & ANYWHERE ? SENDING_SERVER : RECEIVING_SERVER);
    for (unsigned i = first, seen = 0; seen < n; seen++, i = (i + 1) % n) {
        cJSON *object = object_at(m, k->way, i);
        if (object && (m->world->places[kind] == 0 || luck_odds(&m->luck, odds))) set_where(m, kind, object, i);
    }
}

/* A reply without end comes as fast as the link lets it, for as long as the client waits. */
static void tame_endless(struct maker *m)
{
    cJSON *link;
    cJSON_ArrayForEach(link, m->links)
    {
        cJSON_DeleteItemFromObject(link, "rate");
        luck_add(&m->luck, link, "rate", "64 kbit/s");
    }
}

/* What nobody takes from a disk that has a size may fill it for ever. */
static void empty_mailboxes(struct maker *m)
{
    cJSON *host;
    cJSON_ArrayForEach(host, m->hosts)
    {
        cJSON *client = cJSON_GetObjectItem(host, "client"), *server = cJSON_GetObjectItem(client, "submits_to");
        cJSON_DeleteItemFromObject(client, "leaves_on_server");
        if (!server || cJSON_HasObjectItem(client, "fetches_from")) continue;
        cJSON_AddStringToObject(client, "fetches_from", server->valuestring);
        luck_add(&m->luck, client, "fetches_every", "20 min|2 h");
    }
}

static void add_guesser(struct maker *m)
{
    cJSON *fault = cJSON_CreateObject();
    cJSON *abuse = luck_value(&m->luck, "{'kind':'vrfy','count':12}|{'kind':'vrfy','count':4}");
    cJSON_AddStringToObject(abuse, "client", "u0-a");
    cJSON_AddStringToObject(abuse, "server", RECEIVING_SERVER);
    cJSON_AddItemToObject(fault, "abuse", abuse);
    cJSON_AddStringToObject(fault, "at", luck_odds(&m->luck, 50) ? "1 ms" : "5 s");
    cJSON_AddItemToArray(m->faults, fault);
}

static void add_kind(struct maker *m, size_t kind)
{
    switch (fault_kinds[kind].way) {
    case BY_LINK:
    case BY_SERVER:
    case BY_HOST:
    case BY_ROUTER:
    case BY_TLS:
        add_values(m, kind);
        break;
    case BY_SET:
    case BY_FAULT:
    case BY_STEP:
    case BY_COUNT:
        if (kind == m->featured) add_fault(m, kind, true);
        for (unsigned n = kind == m->featured ? 0 : luck_odds(&m->luck, 70) ? 1 : 3; n > 0; n--)
            add_fault(m, kind, false);
        break;
    case BY_HABIT:
        break;
    }
    if (strstr(fault_kinds[kind].values, "endless")) tame_endless(m);
    if (fault_kinds[kind].way == BY_HOST && strstr(fault_kinds[kind].values, "'files'")) empty_mailboxes(m);
    if (fault_kinds[kind].needs & NEEDS_GUESSER) add_guesser(m);
}

static cJSON *slow_clock(const cJSON *fault)
{
    cJSON *clock = cJSON_GetObjectItem(fault, "clock");
    return cJSON_HasObjectItem(clock, "slow") ? clock : NULL;
}

/* Two that are slow could bring a clock to a stand, which is refused: the second becomes fast. */
static void spare_clocks(struct maker *m)
{
    cJSON *fault, *clock;
    cJSON_ArrayForEach(fault, m->faults)
    {
        if (!(clock = slow_clock(fault))) continue;
        const char *host = cJSON_GetStringValue(cJSON_GetObjectItem(clock, "host"));
        for (cJSON *other = fault->next; other; other = other->next) {
            cJSON *second = slow_clock(other);
            if (!second || strcmp(cJSON_GetStringValue(cJSON_GetObjectItem(second, "host")), host) != 0) continue;
            cJSON_DeleteItemFromObject(second, "slow");
            cJSON_AddStringToObject(second, "fast", "10 %");
        }
    }
}

/* The featured one comes first: of several faults at a command the first strikes. */
void random_faults(struct maker *m)
{
    add_kind(m, m->featured);
    for (size_t i = 0; i < n_fault_kinds; i++)
        if (m->world->drawn[i] && i != m->featured) add_kind(m, i);
    spare_clocks(m);
}
