/* "dns": "tree": which zones there are, and who serves them. A zone that no written name server serves gets one of its
   own at the first router: "a.root-servers.net" for the root, "a.nic.example" for a top-level zone, "ns1.b.example" for
   another. Where no resolver is written one stands there too. Links of these servers have a delay of 10 ms, that of the
   resolver 1 ms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

enum { NAME_TRIES = 9 };

struct tree {
    struct loader *l;
    const char **apexes; /* while they are collected */
    size_t n, room;
    int router;
};

/* ---- zones ---- */

static size_t count_labels(const char *name)
{
    size_t n = *name != '\0';
    for (; *name; name++)
        n += *name == '.';
    return n;
}

static int compare_names(const char *a, const char *b)
{
    size_t x = count_labels(a), y = count_labels(b);
    return x != y ? (x < y ? -1 : 1) : strcmp(a, b);
}

static int compare_apexes(const void *a, const void *b)
{
    return compare_names(*(const char *const *)a, *(const char *const *)b);
}

static void add_apex(struct tree *t, const char *apex)
{
    if (t->n == t->room) {
        t->room = t->room ? 2 * t->room : 32;
        t->apexes = mem_realloc(t->apexes, t->room * sizeof *t->apexes);
    }
    t->apexes[t->n++] = apex;
}

/* Fewest labels first, each once. */
static void sort_apexes(struct tree *t)
{
    size_t kept = 0;
    qsort(t->apexes, t->n, sizeof *t->apexes, compare_apexes);
    for (size_t i = 0; i < t->n; i++)
        if (kept == 0 || strcmp(t->apexes[kept - 1], t->apexes[i]) != 0) t->apexes[kept++] = t->apexes[i];
    t->n = kept;
}

static const char *parent_of(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : *name ? "" : NULL;
}

/* The nearest at or above the name; -1: there is none yet. */
static int find_zone(const struct tree *t, const char *name)
{
    for (; name; name = parent_of(name)) {
        const char **found = t->n ? bsearch(&name, t->apexes, t->n, sizeof *t->apexes, compare_apexes) : NULL;
        if (found) return (int)(found - t->apexes);
    }
    return -1;
}

static const char *top_of(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* What the file names as zones, or as domains. */
static void collect_named(struct tree *t)
{
    const struct scenario *s = t->l->scenario;
    for (size_t i = 0; i < s->n_zones; i++)
        add_apex(t, s->zones[i].apex);
    for (size_t i = 0; i < s->n_hosts; i++) {
        for (size_t k = 0; k < s->hosts[i].n_zones; k++)
            add_apex(t, s->hosts[i].zones[k]);
        for (size_t k = 0; s->hosts[i].role == ROLE_MAIL_SERVER && k < s->hosts[i].mail_server.n_domains; k++)
            add_apex(t, s->hosts[i].mail_server.domains[k]);
    }
    sort_apexes(t);
}

/* Zones for hosts whose names lie in none of these, then what lies above all of them. */
static void collect_others(struct tree *t)
{
    const struct scenario *s = t->l->scenario;
    size_t n_named = t->n;
    const char **found = mem_calloc(s->n_hosts, sizeof *found);
    for (size_t i = 0; i < s->n_hosts; i++) {
        const char *name = s->hosts[i].name, *dot = strchr(name, '.');
        int zone = find_zone(t, name);
        bool has_zone = zone >= 0 && *t->apexes[zone]; /* what lies only in the root is nobody's */
        if (s->hosts[i].role != ROLE_ROUTER && dot && !has_zone) found[i] = strchr(dot + 1, '.') ? dot + 1 : name;
    }
    for (size_t i = 0; i < s->n_hosts; i++)
        if (found[i]) add_apex(t, found[i]);
    mem_free(found);
    n_named = t->n;
    for (size_t i = 0; i < n_named; i++)
        add_apex(t, top_of(t->apexes[i]));
    add_apex(t, "");
    sort_apexes(t);
}

static void make_zones(struct tree *t)
{
    struct scenario *s = t->l->scenario;
    s->dns_zones = scenario_alloc(s->memory, t->n, sizeof *s->dns_zones);
    s->n_dns_zones = t->n;
    for (size_t i = 0; i < t->n; i++) {
        const char *above = parent_of(t->apexes[i]);
        s->dns_zones[i] = (struct scenario_dns_zone){.apex = scenario_text(s->memory, t->apexes[i]),
                                                     .parent = above ? find_zone(t, above) : -1};
    }
}

/* ---- hosts ---- */

static bool is_taken(struct loader *l, const char *name)
{
    return name_index_find(&l->hosts, name) >= 0 || name_index_find(&l->links, name) >= 0;
}

/* The n-th name for a server of the zone. */
static const char *server_name(struct tree *t, const char *apex, int n)
{
    struct checks *checks = t->l->checks;
    if (!*apex) return checks_hint(checks, "%c.root-servers.net", 'a' + n);
    if (!strchr(apex, '.')) return checks_hint(checks, "%c.nic.%s", 'a' + n, apex);
    return checks_hint(checks, "ns%d.%s", n + 1, apex);
}

static int add_server(struct tree *t, const char *apex)
{
    const char *name = NULL;
    for (int n = 0; n < NAME_TRIES && (!name || is_taken(t->l, name)); n++)
        name = server_name(t, apex, n);
    if (strlen(name) > 253 || is_taken(t->l, name)) name = checks_hint(t->l->checks, "ns-%zu", t->l->scenario->n_hosts);
    return implied_add(t->l, t->router, name, ROLE_NAME_SERVER, 10 * MILLISECOND);
}

static void give_servers(struct tree *t, size_t index)
{
    struct scenario *s = t->l->scenario;
    struct scenario_dns_zone *zone = &s->dns_zones[index];
    size_t n = 0;
    for (size_t i = 0; i < s->n_hosts; i++)
        for (size_t k = 0; k < s->hosts[i].n_zones; k++)
            n += strcmp(s->hosts[i].zones[k], zone->apex) == 0;
    zone->servers = scenario_alloc(s->memory, n + 1, sizeof *zone->servers);
    for (size_t i = 0; i < s->n_hosts; i++)
        for (size_t k = 0; k < s->hosts[i].n_zones; k++)
            if (strcmp(s->hosts[i].zones[k], zone->apex) == 0) zone->servers[zone->n_servers++] = (int)i;
    if (n == 0) zone->servers[zone->n_servers++] = add_server(t, zone->apex);
}

/* ---- resolvers ---- */

static int find_or_add_resolver(struct tree *t)
{
    const struct scenario *s = t->l->scenario;
    for (size_t i = 0; i < s->n_hosts; i++)
        if (s->hosts[i].role == ROLE_RESOLVER) return (int)i;
    const char *name = is_taken(t->l, "resolver") ? "resolver-1" : "resolver";
    return implied_add(t->l, t->router, name, ROLE_RESOLVER, MILLISECOND);
}

void add_tree(struct loader *l, int router)
{
    struct scenario *s = l->scenario;
    struct tree t = {.l = l, .router = router};
    collect_named(&t);
    collect_others(&t);
    make_zones(&t);
    implied_make_room(l, t.n + 1);
    for (size_t i = 0; i < t.n; i++)
        give_servers(&t, i);
    int resolver = find_or_add_resolver(&t);
    for (size_t i = 0; i < s->n_hosts; i++) {
        if (s->hosts[i].asks < 0) s->hosts[i].asks = resolver;
        s->hosts[i].dns_zone = find_zone(&t, s->hosts[i].name);
    }
    mem_free(t.apexes);
}
