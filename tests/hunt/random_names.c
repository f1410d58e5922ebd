/* Who knows the names: one name server, or a tree of them with resolvers; some stand in the scenario, others come by
   themselves. Their names are the same in both cases, so that faults can name them. */
#include <string.h>

#include "tests/hunt/random_internal.h"

static void add_name_server(struct maker *m, const char *name, const char *zones)
{
    cJSON *server = maker_add_host(m, name, "name_server");
    if (zones) luck_add(&m->luck, server, "zones", zones);
}

static void add_tree(struct maker *m, bool all)
{
    cJSON_AddStringToObject(m->json, "dns", "tree");
    if (all || luck_odds(&m->luck, 30)) add_name_server(m, "ns1.b.example", "['b.example']|['b.example','a.example']");
    if (all || luck_odds(&m->luck, 30)) add_name_server(m, "a.nic.example", "['example']");
    if (all || luck_odds(&m->luck, 30)) add_name_server(m, "a.root-servers.net", "['.']");
    if (!all && luck_odds(&m->luck, 50)) return;
    cJSON *resolver = maker_add_host(m, "resolver", "resolver");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, resolver, "max_ttl", "10 s|10 min|7 d");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, resolver, "max_negative_ttl", "10 s|1 d");
    if (luck_odds(&m->luck, 30)) luck_add(&m->luck, resolver, "failure_ttl", "1 s|5 min");
    if (luck_odds(&m->luck, 20)) luck_add(&m->luck, resolver, "edns", "false");
}

/* Faults name only what is written. */
static bool any_fault_names_them(const struct maker *m)
{
    for (size_t i = 0; i < n_fault_kinds; i++)
        if (m->world->drawn[i] && (strstr(fault_kinds[i].values, "$D") || strstr(fault_kinds[i].values, "$Q")))
            return true;
    return false;
}

static bool is_drawn(const struct maker *m, const char *name)
{
    for (size_t i = 0; i < n_fault_kinds; i++)
        if (strcmp(fault_kinds[i].name, name) == 0) return m->world->drawn[i];
    return false;
}

/* Where the aliases of "too many aliases" go on. */
static void add_aliases(cJSON *zones)
{
    static const char *const lines[] = {
        "@ 60 IN MX 10 mx",  "y0 60 IN CNAME y1", "y1 60 IN CNAME y2",           "y2 60 IN CNAME y3",
        "y3 60 IN CNAME y4", "y4 60 IN CNAME y5", "y5 60 IN CNAME mx.b.example."};
    cJSON_AddItemToObject(zones, "a.example", cJSON_CreateStringArray(lines, sizeof lines / sizeof *lines));
}

void random_names(struct maker *m)
{
    bool all = any_fault_names_them(m);
    if (m->is_tree)
        add_tree(m, all);
    else if (all || luck_odds(&m->luck, 50))
        add_name_server(m, "name-server", NULL);
    if (is_drawn(m, "too many aliases")) add_aliases(maker_object(m->json, "zones"));
    if (!maker_wants(m, "short ttl") && !luck_odds(&m->luck, 15)) return;
    cJSON *zones = maker_object(m->json, "zones");
    luck_add(&m->luck, zones, "b.example", "['@ 2 IN MX 10 mx']|['@ 20 IN MX 10 mx','@ 20 IN MX 20 mx.a.example.']");
}
