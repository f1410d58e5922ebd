/* A mail server's domains get an MX record that names it, and its name gets an address. A zone that the scenario writes
   itself holds what is written, and addresses of hosts that lie in it. In the tree each zone also gets NS records of
   its own servers, and of those of each zone right below it, with glue where their names lie in it (RFC 1034 4.2.1);
   where NS records for a name are written, they stand alone. */
#include "model/host/world_zones.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "model/host/sts_lookup.h"
#include "sim/journal/memory.h"

enum { RECORD_TTL_S = 300, NS_TTL_S = 86400 };

/* Zones that are no longer answered from; answers on their way point into them. */
struct old_zones {
    struct old_zones *next;
    struct dns_zones *zones;
};

/* What the scenario writes for a zone: in the fault in force that began last, or from the start; NULL: nothing. */
static const struct scenario_zone *written_zone(const struct world *world, const char *apex)
{
    const struct scenario *scenario = world->scenario;
    const struct scenario_zone *zone = NULL;
    int64_t since_ns = -1;
    for (size_t i = 0; i < scenario->n_zones && !zone; i++)
        if (strcasecmp(scenario->zones[i].apex, apex) == 0) zone = &scenario->zones[i];
    for (size_t i = 0; world->faults_in_force && i < scenario->n_faults; i++) {
        const struct scenario_fault *fault = &scenario->faults[i];
        if (fault->verb != FAULT_ZONE || !world->faults_in_force[i] || fault->at_ns < since_ns) continue;
        if (strcasecmp(fault->zone.apex, apex) != 0) continue;
        zone = &fault->zone;
        since_ns = fault->at_ns;
    }
    return zone;
}

static void add_written(struct dns_zones *zones, const struct scenario_zone *written)
{
    struct dns_lines lines;
    if (written) dns_lines_begin(&lines, written->apex);
    for (size_t k = 0; written && k < written->n_lines; k++) {
        char error[256];
        bool understood = dns_zones_add_line(zones, &lines, written->lines[k], error, sizeof error);
        assert(understood && "the loader checks every line");
        (void)understood;
    }
}

static void add_mx(struct dns_zones *zones, const struct scenario_host *host, const char *domain)
{
    struct dns_rr mx = {.name = domain,
                        .type = DNS_MX,
                        .ttl_s = RECORD_TTL_S,
                        .preference = host->mail_server.mx_preference,
                        .target = host->name};
    dns_zones_add(zones, &mx);
}

/* RFC 8461 3.1. */
static void add_policy(struct dns_zones *zones, const struct scenario *scenario, const struct scenario_host *host,
                       const char *domain)
{
    if (!host->mail_server.tls.sts.is_published) return;
    char name[DNS_NAME_BYTES], record[STS_RECORD_BYTES];
    struct sts_policy policy;
    sts_published(scenario, host, domain, &policy);
    sts_published_record(&policy, record);
    if ((size_t)snprintf(name, sizeof name, "_mta-sts.%s", domain) >= sizeof name) return;
    struct dns_rr txt = {.name = name, .type = DNS_TXT, .ttl_s = RECORD_TTL_S, .target = record};
    dns_zones_add(zones, &txt);
}

/* One record for each version that it speaks; false when the name lies in no zone. */
static bool add_address(struct dns_zones *zones, const struct scenario_host *host)
{
    /* Name servers are where they are for as long as the records that name them. */
    uint32_t ttl_s = host->n_zones || (host->implied && host->role == ROLE_NAME_SERVER && host->dns_zone >= 0)
                         ? NS_TTL_S
                         : RECORD_TTL_S;
    struct dns_rr a = {.name = host->name, .type = DNS_A, .ttl_s = ttl_s, .address = host->address};
    struct dns_rr aaaa = {.name = host->name, .type = DNS_AAAA, .ttl_s = ttl_s, .address6 = host->address6};
    bool added = true;
    if (host->address) added = dns_zones_add(zones, &a);
    if (!ip_is_none(host->address6)) added = dns_zones_add(zones, &aaaa);
    return added;
}

/* --- "simple" --- */

/* A host whose name lies in no zone gets one: all but the first label, or the name itself. */
static void add_address_and_zone(struct dns_zones *zones, const struct scenario_host *host)
{
    if (add_address(zones, host)) return;
    const char *dot = strchr(host->name, '.');
    dns_zones_add_zone(zones, dot && strchr(dot + 1, '.') ? dot + 1 : host->name);
    add_address(zones, host);
}

/* Those of which it is an MX: its own domains, then those it is a backup for; NULL behind the last. */
static const char *mx_domain(const struct scenario_host *host, size_t i)
{
    const struct scenario_mail_server *server = &host->mail_server;
    if (host->role != ROLE_MAIL_SERVER) return NULL;
    if (i < server->n_domains) return server->domains[i];
    i -= server->n_domains;
    return i < server->n_backup_for ? server->backup_for[i] : NULL;
}

static void add_all_mx(struct dns_zones *zones, const struct world *world, const struct scenario_host *host)
{
    const char *domain;
    for (size_t i = 0; (domain = mx_domain(host, i)) != NULL; i++) {
        dns_zones_add_zone(zones, domain);
        if (written_zone(world, domain)) continue;
        add_mx(zones, host, domain);
        add_policy(zones, world->scenario, host, domain);
    }
}

/* Faults may write zones that nothing else names. */
static void add_changed_zones(struct dns_zones *zones, const struct world *world)
{
    const struct scenario *scenario = world->scenario;
    for (size_t i = 0; world->faults_in_force && i < scenario->n_faults; i++)
        if (scenario->faults[i].verb == FAULT_ZONE && world->faults_in_force[i])
            dns_zones_add_zone(zones, scenario->faults[i].zone.apex);
}

/* Each zone's lines once, whoever wrote them. */
static void add_all_written(struct dns_zones *zones, const struct world *world)
{
    const struct scenario *scenario = world->scenario;
    for (size_t i = 0; i < scenario->n_zones; i++)
        add_written(zones, written_zone(world, scenario->zones[i].apex));
    for (size_t i = 0; world->faults_in_force && i < scenario->n_faults; i++) {
        const struct scenario_zone *zone = &scenario->faults[i].zone;
        if (scenario->faults[i].verb == FAULT_ZONE && written_zone(world, zone->apex) == zone) add_written(zones, zone);
    }
}

static struct dns_zones *make_all(const struct world *world)
{
    const struct scenario *scenario = world->scenario;
    struct dns_zones *zones = dns_zones_new();
    for (size_t i = 0; i < scenario->n_zones; i++)
        dns_zones_add_zone(zones, scenario->zones[i].apex);
    add_changed_zones(zones, world);
    for (size_t i = 0; i < scenario->n_hosts; i++)
        if (scenario->hosts[i].role == ROLE_MAIL_SERVER) add_all_mx(zones, world, &scenario->hosts[i]);
    for (size_t i = 0; i < scenario->n_hosts; i++)
        if (scenario->hosts[i].role != ROLE_ROUTER) add_address_and_zone(zones, &scenario->hosts[i]);
    add_all_written(zones, world);
    /* The one name server speaks for the whole internet: a name that is in no zone does not exist. */
    dns_zones_add_zone(zones, "");
    dns_zones_finish(zones);
    return zones;
}

/* --- "tree" --- */

static bool is_below(const char *name, const char *zone)
{
    size_t a = strlen(name), b = strlen(zone);
    if (b == 0) return true;
    return a > b && name[a - b - 1] == '.' && strcasecmp(name + a - b, zone) == 0;
}

static bool is_in(const char *name, const char *zone)
{
    return strcasecmp(name, zone) == 0 || is_below(name, zone);
}

static bool serves(const struct scenario_dns_zone *zone, size_t host)
{
    for (size_t i = 0; i < zone->n_servers; i++)
        if ((size_t)zone->servers[i] == host) return true;
    return false;
}

/* Whether NS records for this name are written in the zone. */
static bool has_written_ns(const struct scenario_zone *written, const char *name)
{
    struct dns_lines lines;
    if (written) dns_lines_begin(&lines, written->apex);
    for (size_t i = 0; written && i < written->n_lines; i++) {
        struct dns_rr_line line;
        char error[256];
        if (dns_lines_read(&lines, written->lines[i], &line, error, sizeof error) != DNS_LINE_RECORD) continue;
        if (line.rr.type == DNS_NS && strcasecmp(line.name, name) == 0) return true;
    }
    return false;
}

static void add_servers(struct dns_zones *zones, const struct scenario *scenario, const struct scenario_dns_zone *zone,
                        const char *glue_in)
{
    for (size_t i = 0; i < zone->n_servers; i++) {
        const struct scenario_host *server = &scenario->hosts[zone->servers[i]];
        struct dns_rr ns = {.name = zone->apex, .type = DNS_NS, .ttl_s = NS_TTL_S, .target = server->name};
        dns_zones_add(zones, &ns);
        if (is_in(server->name, glue_in)) add_address(zones, server);
    }
}

static void fill_zone(struct dns_zones *zones, const struct world *world, const struct scenario_dns_zone *zone)
{
    const struct scenario *scenario = world->scenario;
    const struct scenario_zone *written = written_zone(world, zone->apex);
    for (size_t i = 0; i < scenario->n_hosts; i++) {
        const struct scenario_host *host = &scenario->hosts[i];
        if (host->role != ROLE_ROUTER && &scenario->dns_zones[host->dns_zone] == zone) add_address(zones, host);
        const char *domain;
        for (size_t k = 0; !written && (domain = mx_domain(host, k)) != NULL; k++)
            if (strcasecmp(domain, zone->apex) == 0) {
                add_mx(zones, host, zone->apex);
                add_policy(zones, scenario, host, zone->apex);
            }
    }
    if (!has_written_ns(written, zone->apex)) add_servers(zones, scenario, zone, zone->apex);
    for (size_t i = 1; i < scenario->n_dns_zones; i++) {
        const struct scenario_dns_zone *child = &scenario->dns_zones[i];
        if (&scenario->dns_zones[child->parent] != zone) continue;
        if (!has_written_ns(written, child->apex)) add_servers(zones, scenario, child, zone->apex);
    }
    add_written(zones, written);
}

static struct dns_zones *make_served(const struct world *world, size_t host)
{
    const struct scenario *scenario = world->scenario;
    struct dns_zones *zones = dns_zones_new();
    for (size_t i = 0; i < scenario->n_dns_zones; i++)
        if (serves(&scenario->dns_zones[i], host)) dns_zones_add_zone(zones, scenario->dns_zones[i].apex);
    for (size_t i = 0; i < scenario->n_dns_zones; i++)
        if (serves(&scenario->dns_zones[i], host)) fill_zone(zones, world, &scenario->dns_zones[i]);
    dns_zones_delegate(zones);
    dns_zones_finish(zones);
    return zones;
}

/* --- both --- */

/* "300 MX 10 mx.b.example." */
static void tell_record(struct host *host, const struct dns_zones_name *name, const struct dns_rr *rr, int64_t nth)
{
    char data[DNS_NAME_BYTES * 2 + 64], text[sizeof data + 80], numbers[48] = "";
    const struct dns_message alone = {.n_answer = 1, .rrs = rr};
    const char *words = rr->type == DNS_TXT ? rr->target : dns_answer_text(&alone, data, sizeof data);
    if (rr->type == DNS_CNAME) words = strchr(words, ' ') + 1; /* behind "CNAME", as answers have it */
    if (rr->type == DNS_SOA)
        snprintf(numbers, sizeof numbers, " %u %u %u %u", rr->soa_refresh, rr->soa_retry, rr->soa_expire,
                 rr->soa_minimum);
    snprintf(text, sizeof text, "%u %s %s%s", rr->ttl_s, dns_type_text(rr->type), words, numbers);
    JOURNAL_EMIT(host->world->journal, ZONE_RECORD, F_INT(HOST, host->id.n),
                 F_TEXT(ZONE, *name->apex ? name->apex : "."), F_TEXT(NAME, *name->name ? name->name : "."),
                 F_INT(NTH, nth), F_TEXT(TEXT, text), F_TEXT(WHY, dns_zones_delegates(host->zones) ? "refers" : ""));
}

static void tell(struct host *host)
{
    struct dns_zones_name name;
    int64_t nth = 0;
    if (!journal_wants(host->world->journal, EVENT_ZONE_RECORD)) return;
    for (size_t i = 0; dns_zones_name(host->zones, i, &name); i++)
        for (size_t k = 0; k < name.n_rrs; k++)
            tell_record(host, &name, &name.rrs[k], ++nth);
}

static void give(struct host *host, struct dns_zones *zones)
{
    if (host->zones) {
        struct old_zones *old = mem_alloc(sizeof *old);
        *old = (struct old_zones){host->world->old_zones, host->zones};
        host->world->old_zones = old;
    }
    host->zones = zones;
    tell(host);
}

void world_zones_make(struct world *world)
{
    for (size_t i = 0; i < world->n_hosts; i++)
        if (world->hosts[i].description->role == ROLE_NAME_SERVER)
            give(&world->hosts[i], world->scenario->dns_tree ? make_served(world, i) : make_all(world));
}

void world_zones_renew(struct world *world, const char *apex)
{
    const struct scenario *scenario = world->scenario;
    for (size_t i = 0; i < world->n_hosts; i++) {
        if (world->hosts[i].description->role != ROLE_NAME_SERVER) continue;
        bool concerned = !scenario->dns_tree;
        for (size_t k = 0; k < scenario->n_dns_zones; k++)
            concerned |= strcasecmp(scenario->dns_zones[k].apex, apex) == 0 && serves(&scenario->dns_zones[k], i);
        if (concerned) give(&world->hosts[i], scenario->dns_tree ? make_served(world, i) : make_all(world));
    }
}

void world_zones_free(struct world *world)
{
    for (size_t i = 0; i < world->n_hosts; i++)
        dns_zones_free(world->hosts[i].zones);
    while (world->old_zones) {
        struct old_zones *old = world->old_zones;
        world->old_zones = old->next;
        dns_zones_free(old->zones);
        mem_free(old);
    }
}
