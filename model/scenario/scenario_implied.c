/* Hosts that nobody writes: the name server of "dns": "simple", and in "tree" those that scenario_tree.c asks for. They
   stand at the first router. */
#include <string.h>

#include "model/scenario/link_values.h"
#include "model/scenario/loader.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

void implied_make_room(struct loader *l, size_t more)
{
    struct scenario *s = l->scenario;
    struct scenario_host *hosts = scenario_alloc(s->memory, s->n_hosts + more + 1, sizeof *hosts);
    struct scenario_link *links = scenario_alloc(s->memory, s->n_links + more + 1, sizeof *links);
    bool *good = scenario_alloc(s->memory, s->n_hosts + more + 1, sizeof *good);
    memcpy(hosts, s->hosts, (s->n_hosts + 1) * sizeof *hosts); /* the next one has its defaults already */
    memcpy(good, l->host_is_good, s->n_hosts * sizeof *good);
    if (s->n_links) memcpy(links, s->links, s->n_links * sizeof *links);
    for (size_t i = 1; i <= more; i++)
        hosts[s->n_hosts + i] = hosts[s->n_hosts];
    s->hosts = hosts;
    s->links = links;
    l->host_is_good = good;
}

int implied_add(struct loader *l, int router, const char *name, enum host_role role, int64_t delay_ns)
{
    struct scenario *s = l->scenario;
    struct scenario_host *host = &s->hosts[s->n_hosts];
    struct link_settings direction = link_values_default();
    direction.rate_bps = 1000000000;
    direction.delay_ns = delay_ns;
    host->name = scenario_text(s->memory, name);
    host->role = role;
    host->implied = true;
    l->host_is_good[s->n_hosts] = true;
    s->links[s->n_links++] = (struct scenario_link){.name = host->name,
                                                    .a = (int)s->n_hosts,
                                                    .b = router,
                                                    .implied = true,
                                                    .mtu_bytes = 1500,
                                                    .out = direction,
                                                    .back = direction};
    return (int)s->n_hosts++;
}

/* From here on references may name them. */
static void index_names(struct loader *l)
{
    const struct scenario *s = l->scenario;
    l->hosts.entries = scenario_alloc(s->memory, s->n_hosts, sizeof *l->hosts.entries);
    l->links.entries = scenario_alloc(s->memory, s->n_links, sizeof *l->links.entries);
    for (l->hosts.n = 0; l->hosts.n < s->n_hosts; l->hosts.n++)
        l->hosts.entries[l->hosts.n] = (struct name_entry){s->hosts[l->hosts.n].name, (int)l->hosts.n};
    for (l->links.n = 0; l->links.n < s->n_links; l->links.n++)
        l->links.entries[l->links.n] = (struct name_entry){s->links[l->links.n].name, (int)l->links.n};
    name_index_sort(&l->hosts);
    name_index_sort(&l->links);
}

static bool name_is_free(struct loader *l, const char *name)
{
    static const char *const sections[] = {"hosts", "links"};
    const struct name_index *indices[] = {&l->hosts, &l->links};
    bool ok = true;
    for (size_t i = 0; i < 2; i++) {
        if (name_index_find(indices[i], name) < 0) continue;
        struct spot section = spot_key(&l->root, sections[i]), taken = spot_key(&section, name);
        spot_refuse_key(&taken, tr("rename it, or write a host with \"name_server\": {}"),
                        tr("\"%s\" is the name of the name server that stands by default"), name);
        ok = false;
    }
    return ok;
}

static void refuse_without_router(struct loader *l)
{
    struct spot hosts = spot_key(&l->root, "hosts");
    spot_refuse(&hosts,
                tr("add a router, such as \"internet\": { \"router\": {} }, or a name server, such as "
                   "\"ns\": { \"name_server\": {} }, and links to it"),
                tr("there is no router at which a name server could stand"));
}

static void add_name_server(struct loader *l, int router)
{
    struct scenario *s = l->scenario;
    static const char name[] = "name-server";
    int server = find_role_of(s, ROLE_NAME_SERVER);
    if (server >= 0) {
        check_only_one(l, ROLE_NAME_SERVER, tr("is a second name server beside"),
                       tr("delete one of the two, or write \"dns\": \"tree\": in \"simple\" one serves every zone"));
    } else if (router < 0) {
        refuse_without_router(l);
    } else if (name_is_free(l, name)) {
        implied_make_room(l, 1);
        server = implied_add(l, router, name, ROLE_NAME_SERVER, MILLISECOND);
    }
    for (size_t i = 0; i < s->n_hosts; i++)
        s->hosts[i].asks = server;
}

void add_implied_hosts(struct loader *l)
{
    int router = find_role_of(l->scenario, ROLE_ROUTER);
    if (checks_count(l->checks) > 0) return; /* what is there is not known well enough */
    if (!l->scenario->dns_tree)
        add_name_server(l, router);
    else if (router < 0)
        refuse_without_router(l);
    else
        add_tree(l, router);
    index_names(l);
}
