/* What a scenario says about DNS: the kind, name servers and their zones, resolvers, what goes wrong with them, and how
   a mail server chooses among the places that DNS names. */
#include <string.h>

#include "model/dns/dns_zones.h"
#include "model/scenario/loader.h"
#include "model/scenario/names.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

void load_dns_kind(struct loader *l)
{
    static const struct choice kinds[] = {{"simple", NULL}, {"tree", NULL}};
    size_t kind = 0;
    want_choice(&l->root, "dns", kinds, sizeof kinds / sizeof *kinds, &kind);
    l->scenario->dns_tree = kind == 1;
}

void load_mx_choice(const struct spot *server, struct scenario_mail_server *m)
{
    static const struct choice orders[] = {
        {"alternate", NULL}, {"ipv6 first", NULL}, {"ipv4 first", NULL}, {"any", NULL}};
    static const struct choice aliases[] = {{"follow", NULL}, {"refuse", NULL}};
    size_t order = ADDRESSES_ALTERNATE, alias = 0;
    want_choice(server, "address_order", orders, sizeof orders / sizeof *orders, &order);
    want_choice(server, "mx_aliases", aliases, sizeof aliases / sizeof *aliases, &alias);
    m->address_order = (enum address_order)order;
    m->refuses_mx_aliases = alias == 1;
    want_flag(server, "refuse_null_mx_senders", &m->refuses_null_mx_senders);
}

/* ---- zones ---- */

/* Behind a line that was refused. */
static const char *hint_about_line(const char *line)
{
    line += strspn(line, " \t");
    bool is_wildcard = line[0] == '*' && (line[1] == '.' || line[1] == ' ' || line[1] == '\t');
    if (is_wildcard) return tr("write a line for each of the names that are meant");
    if (strstr(line, " A ")) return tr("write it like \"mx1 300 IN A 10.0.0.4\"");
    if (strstr(line, " AAAA ")) return tr("write it like \"mx1 300 IN AAAA fd00::4\"");
    return tr("write it like \"@ 300 IN MX 10 mx1\"");
}

static void check_zone_lines(const struct spot *zone, const char *apex)
{
    struct dns_zones *zones = dns_zones_new();
    struct dns_lines lines;
    char error[256];
    dns_lines_begin(&lines, apex);
    dns_zones_add_zone(zones, apex);
    struct spot one = *zone;
    for (struct spot s = cJSON_IsString(zone->json) ? one : spot_first(zone); s.json; s = spot_next(&s)) {
        if (!cJSON_IsString(s.json)) continue;
        if (!dns_zones_add_line(zones, &lines, s.json->valuestring, error, sizeof error))
            spot_refuse(&s, hint_about_line(s.json->valuestring), "%s: %s", checks_value(s.checks, s.json), error);
        if (s.up == zone->up) break;
    }
    dns_zones_free(zones);
}

/* The name of a zone: "." is the root. */
static const char *zone_name_problem(const char *name, char better[])
{
    if (strcmp(name, ".") != 0) return name_host_problem(name, better);
    better[0] = '\0';
    return NULL;
}

static const char *apex_of(struct loader *l, const char *name)
{
    return scenario_text(l->scenario->memory, strcmp(name, ".") == 0 ? "" : name);
}

static void load_zone(struct loader *l, const struct spot *zone, struct scenario_zone *z)
{
    bool is_name = loader_good_key(zone, zone_name_problem, tr("write it like \"b.example\""));
    z->apex = apex_of(l, zone->key);
    z->lines = loader_lines(l, zone, "@ 300 IN MX 10 mx1", &z->n_lines);
    if (is_name) check_zone_lines(zone, z->apex);
}

void load_zones(struct loader *l)
{
    struct scenario *s = l->scenario;
    struct spot section;
    if (!want_object(&l->root, "zones", &section)) return;
    s->zones = scenario_alloc(s->memory, (size_t)cJSON_GetArraySize(section.json), sizeof *s->zones);
    for (struct spot zone = spot_first(&section); zone.json; zone = spot_next(&zone))
        load_zone(l, &zone, &s->zones[s->n_zones++]);
}

/* ---- hosts ---- */

static bool check_tree(const struct loader *l, const struct spot *spot)
{
    if (l->scenario->dns_tree) return true;
    spot_refuse_key(spot, tr("write \"dns\": \"tree\" at the top"),
                    tr("\"%s\" has no meaning in \"dns\": \"simple\", where one name server serves every zone"),
                    spot->key);
    return false;
}

void load_name_server(struct loader *l, const struct spot *object, struct scenario_host *h)
{
    static const struct key_rule keys[] = {{"zones", NULL}};
    struct spot zones = spot_key(object, "zones");
    CHECK_KEYS(object, keys);
    if (!l->scenario->dns_tree) {
        if (zones.json) check_tree(l, &zones);
        return;
    }
    if (!check_present(object, "zones", "\"zones\": [\"b.example\"]")) return;
    h->zones = loader_texts(l, &zones, "b.example", &h->n_zones);
    for (struct spot s = spot_first(&zones); s.json; s = spot_next(&s))
        if (cJSON_IsString(s.json)) loader_good_name(&s, zone_name_problem, tr("write it like \"b.example\""));
    if (cJSON_IsString(zones.json)) loader_good_name(&zones, zone_name_problem, tr("write it like \"b.example\""));
    for (size_t i = 0; h->zones && i < h->n_zones; i++)
        h->zones[i] = apex_of(l, h->zones[i]);
}

static void load_seconds(const struct spot *object, const char *key, int64_t most_ns, uint32_t *out)
{
    int64_t value_ns;
    if (want_duration(object, key, 0, most_ns, &value_ns)) *out = (uint32_t)(value_ns / SECOND);
}

void load_resolver(struct loader *l, const struct spot *object, const struct spot *host, struct scenario_host *h)
{
    static const struct key_rule keys[] = {
        {"max_ttl", NULL}, {"max_negative_ttl", NULL}, {"failure_ttl", NULL}, {"edns", NULL}};
    bool edns = true;
    struct spot role = spot_key(host, "resolver");
    CHECK_KEYS(object, keys);
    if (!check_tree(l, &role)) return;
    load_seconds(object, "max_ttl", 7 * DAY, &h->resolver.most_ttl_s);
    load_seconds(object, "max_negative_ttl", DAY, &h->resolver.most_negative_ttl_s);
    load_seconds(object, "failure_ttl", 5 * MINUTE, &h->resolver.failure_ttl_s);
    want_flag(object, "edns", &edns);
    h->resolver.no_edns = !edns;
}

void load_asks(struct loader *l, const struct spot *host, struct scenario_host *h)
{
    struct spot asks = spot_key(host, "asks");
    h->asks = -1;
    h->dns_zone = -1;
    h->resolver = (struct scenario_resolver){.most_ttl_s = 86400, .most_negative_ttl_s = 3600, .failure_ttl_s = 5};
    if (asks.json && check_tree(l, &asks)) loader_host(l, &asks, 1 << ROLE_RESOLVER, &h->asks);
}

/* ---- faults ---- */

static const struct choice lies[] = {{"SERVFAIL", NULL}, {"REFUSED", NULL},  {"NOTIMP", NULL},    {"FORMERR", NULL},
                                     {"NXDOMAIN", NULL}, {"lame", NULL},     {"nothing", NULL},   {"truncated", NULL},
                                     {"late", NULL},     {"wrong id", NULL}, {"wrong port", NULL}};

const char *dns_lie_text(enum dns_lie lie)
{
    return lies[lie].word;
}

void load_dns_fault(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    static const struct key_rule keys[] = {
        {"server", NULL}, {"answer", NULL}, {"name", NULL}, {"odds", NULL}, {"delay", NULL}};
    struct spot server = spot_key(object, "server"), name = spot_key(object, "name"), delay = spot_key(object, "delay");
    size_t lie = 0;
    CHECK_KEYS(object, keys);
    if (check_present(object, "server", "\"server\": \"ns1.b.example\""))
        loader_host(l, &server, 1 << ROLE_NAME_SERVER | 1 << ROLE_RESOLVER, &f->host);
    if (check_present(object, "answer", "\"answer\": \"SERVFAIL\""))
        want_choice(object, "answer", lies, sizeof lies / sizeof *lies, &lie);
    f->dns_lie = (enum dns_lie)lie;
    if (want_text(object, "name", "b.example", &f->dns_name)) {
        loader_good_name(&name, zone_name_problem, tr("write it like \"b.example\""));
        f->dns_name = apex_of(l, f->dns_name);
    }
    want_chance(object, "odds", &f->reply_odds_of_2_32);
    f->dns_delay_ns = 8 * SECOND;
    if (!want_duration(object, "delay", 1, HOUR, &f->dns_delay_ns) || f->dns_lie == LIE_LATE) return;
    spot_refuse_key(&delay, tr("write \"answer\": \"late\", or leave it out"),
                    tr("\"delay\" has a meaning only for an answer that is late"));
}

static bool is_zone(const struct scenario *s, const char *apex)
{
    for (size_t i = 0; i < s->n_dns_zones; i++)
        if (strcmp(s->dns_zones[i].apex, apex) == 0) return true;
    return !s->dns_tree;
}

/* { "b.example": [lines] } */
void load_zone_fault(struct loader *l, const struct spot *object, struct scenario_fault *f)
{
    struct spot zone = spot_first(object), next;
    if (!zone.json) {
        spot_refuse(object, tr("write { \"b.example\": [\"@ 300 IN MX 10 mx1\"] }"), tr("no zone is named"));
        return;
    }
    next = spot_next(&zone);
    if (next.json) spot_refuse_key(&next, tr("write one fault for each zone"), tr("\"%s\" is a second zone"), next.key);
    load_zone(l, &zone, &f->zone);
    if (checks_count(l->checks) == 0 && !is_zone(l->scenario, f->zone.apex))
        spot_refuse_key(&zone, tr("give it its first records in \"zones\""), tr("\"%s\" is no zone of this world"),
                        zone.key);
}
