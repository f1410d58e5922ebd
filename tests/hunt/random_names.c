/* Who knows the names: one name server, or a tree of them with resolvers; some stand in the scenario, others come by
   themselves. Their names are the same in both cases, so that faults can name them. */
#include <string.h>

#include "tests/hunt/random_internal.h"

static void add_name_server(struct maker *m, const char *name, const char *zones)
{
    cJSON *server = maker_add_host(m, name, "name_server");
    if (zones) luck_add(&m->luck, server, "zones", zones);
}

static bool is_drawn(const struct maker *m, const char *name)
{
    for (size_t i = 0; i < n_fault_kinds; i++)
        if (strcmp(fault_kinds[i].name, name) == 0) return m->world->drawn[i];
    return false;
}

/* One server for both zones has the addresses of a to add to what it says of b: who asked must not believe them. */
static void add_tree(struct maker *m, bool all)
{
    static const char both[] = "['b.example','a.example']";
    bool is_of_both = is_drawn(m, "MX that one server knows");
    cJSON_AddStringToObject(m->json, "dns", "tree");
    if (is_of_both || all || luck_odds(&m->luck, 30))
        add_name_server(m, "ns1.b.example", is_of_both ? both : "['b.example']|['b.example','a.example']");
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

static void add_lines(cJSON *to, const char *const *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        cJSON_AddItemToArray(to, cJSON_CreateString(lines[i]));
}

/* Where the aliases of "too many aliases" go on, and a host of a that nobody asks for, but as an MX of b. */
static void add_a(struct maker *m)
{
    static const char *const mx[] = {"@ 60 IN MX 10 mx"};
    static const char *const aliases[] = {"y0 60 IN CNAME y1", "y1 60 IN CNAME y2", "y2 60 IN CNAME y3",
                                          "y3 60 IN CNAME y4", "y4 60 IN CNAME y5", "y5 60 IN CNAME mx.b.example."};
    static const char *const door[] = {"door 60 IN A 10.0.0.1", "door 60 IN AAAA 2001:db8::1"};
    bool has_aliases = is_drawn(m, "too many aliases"), has_door = is_drawn(m, "MX that one server knows");
    if (!has_aliases && !has_door) return;
    cJSON *lines = cJSON_AddArrayToObject(maker_object(m->json, "zones"), "a.example");
    add_lines(lines, mx, sizeof mx / sizeof *mx);
    if (has_aliases) add_lines(lines, aliases, sizeof aliases / sizeof *aliases);
    if (has_door) add_lines(lines, door, sizeof door / sizeof *door);
}

void random_names(struct maker *m)
{
    bool all = any_fault_names_them(m);
    if (m->is_tree)
        add_tree(m, all);
    else if (all || luck_odds(&m->luck, 50))
        add_name_server(m, "name-server", NULL);
    add_a(m);
    if (!maker_wants(m, "short ttl") && !luck_odds(&m->luck, 15)) return;
    cJSON *zones = maker_object(m->json, "zones");
    luck_add(&m->luck, zones, "b.example", "['@ 2 IN MX 10 mx']|['@ 20 IN MX 10 mx','@ 20 IN MX 20 mx.a.example.']");
}
