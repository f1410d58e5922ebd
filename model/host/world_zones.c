/* A mail server's domains get an MX record that names it, and its name gets an address. A zone that the scenario writes
   itself holds what is written, and addresses of hosts that lie in it. */
#include "model/host/world_zones.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { RECORD_TTL_S = 300 };

static bool is_written(const struct scenario *scenario, const char *apex)
{
    for (size_t i = 0; i < scenario->n_zones; i++)
        if (strcasecmp(scenario->zones[i].apex, apex) == 0) return true;
    return false;
}

static void add_mx(struct dns_zones *zones, const struct scenario *scenario, const struct scenario_host *host)
{
    const struct scenario_mail_server *server = &host->mail_server;
    for (size_t i = 0; i < server->n_domains; i++) {
        dns_zones_add_zone(zones, server->domains[i]);
        if (is_written(scenario, server->domains[i])) continue;
        struct dns_rr mx = {.name = server->domains[i],
                            .type = DNS_MX,
                            .ttl_s = RECORD_TTL_S,
                            .preference = server->mx_preference,
                            .target = host->name};
        dns_zones_add(zones, &mx);
    }
}

/* One record for each version that it speaks. A host whose name lies in no zone gets one: all but the first label, or
 * the name itself. */
static void add_address(struct dns_zones *zones, const struct scenario_host *host)
{
    struct dns_rr a = {.name = host->name, .type = DNS_A, .ttl_s = RECORD_TTL_S, .address = host->address};
    struct dns_rr aaaa = {.name = host->name, .type = DNS_AAAA, .ttl_s = RECORD_TTL_S, .address6 = host->address6};
    const struct dns_rr *first = host->address ? &a : &aaaa;
    if (!dns_zones_add(zones, first)) {
        const char *dot = strchr(host->name, '.');
        dns_zones_add_zone(zones, dot && strchr(dot + 1, '.') ? dot + 1 : host->name);
        dns_zones_add(zones, first);
    }
    if (first == &a && !ip_is_none(host->address6)) dns_zones_add(zones, &aaaa);
}

struct dns_zones *world_zones_make(const struct scenario *scenario)
{
    struct dns_zones *zones = dns_zones_new();
    for (size_t i = 0; i < scenario->n_zones; i++)
        dns_zones_add_zone(zones, scenario->zones[i].apex);
    for (size_t i = 0; i < scenario->n_hosts; i++)
        if (scenario->hosts[i].role == ROLE_MAIL_SERVER) add_mx(zones, scenario, &scenario->hosts[i]);
    for (size_t i = 0; i < scenario->n_hosts; i++)
        if (scenario->hosts[i].role != ROLE_ROUTER) add_address(zones, &scenario->hosts[i]);
    for (size_t i = 0; i < scenario->n_zones; i++)
        for (size_t k = 0; k < scenario->zones[i].n_lines; k++) {
            char error[256];
            bool understood =
                dns_zones_add_line(zones, scenario->zones[i].apex, scenario->zones[i].lines[k], error, sizeof error);
            assert(understood && "the loader checks every line");
        }
    /* The one name server speaks for the whole internet: a name that is in no zone does not exist. */
    dns_zones_add_zone(zones, "");
    dns_zones_finish(zones);
    return zones;
}
