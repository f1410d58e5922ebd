/* What only the whole shows: addresses, who serves which domain, whether
   everybody can reach everybody, and whether every packet fits through. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/journal/vtime.h"

/* ---- roles that there is one of ---- */

int find_role_of(const struct scenario *s, enum host_role role)
{
    for (size_t i = 0; i < s->n_hosts; i++)
        if (s->hosts[i].role == role) return (int)i;
    return -1;
}

/* Of these roles there is one host at most. what: "is a second ... beside". */
void check_only_one(struct loader *l, enum host_role role, const char *what, const char *hint)
{
    const struct scenario *s = l->scenario;
    struct spot section = spot_key(&l->root, "hosts");
    int first = find_role_of(s, role);
    for (size_t i = (size_t)first + 1; first >= 0 && i < s->n_hosts; i++) {
        if (s->hosts[i].role != role) continue;
        struct spot host = spot_key(&section, s->hosts[i].name);
        spot_refuse_key(&host, hint, "\"%s\" %s \"%s\"", s->hosts[i].name, what, s->hosts[first].name);
    }
}

void check_outside(struct loader *l)
{
    check_only_one(l, ROLE_OUTSIDE, tr("is a second way in from outside beside"),
                   tr("delete one of the two: all programs outside enter at one host"));
}

/* ---- addresses ---- */

struct addressed {
    struct ip_address address;
    size_t host;
};

static int compare_addressed(const void *a, const void *b)
{
    const struct addressed *x = a, *y = b;
    if (x->address.high != y->address.high) return x->address.high < y->address.high ? -1 : 1;
    if (x->address.low != y->address.low) return x->address.low < y->address.low ? -1 : 1;
    return (x->host > y->host) - (x->host < y->host);
}

static bool is_taken(const struct addressed *written, size_t n, struct ip_address address)
{
    for (size_t i = 0; i < n; i++)
        if (ip_equals(written[i].address, address)) return true;
    return false;
}

static void refuse_same_address(struct loader *l, const char *key, size_t first, size_t second)
{
    const struct scenario *s = l->scenario;
    struct spot section = spot_key(&l->root, "hosts");
    struct spot host = spot_key(&section, s->hosts[second].name), address = spot_key(&host, key);
    spot_refuse(&address, tr("leave it out, and a free one is chosen"), tr("%s is already the address of \"%s\""),
                checks_value(l->checks, address.json), s->hosts[first].name);
}

static struct ip_address address_of(const struct scenario_host *host, bool v6)
{
    if (v6) return host->address6;
    return host->address ? ip_of_v4(host->address) : (struct ip_address){0};
}

static void set_address(struct scenario_host *host, struct ip_address address, bool v6)
{
    if (v6)
        host->address6 = address;
    else
        host->address = ip_v4(address);
}

/* 10.0.0.1, 10.0.0.2, ... 10.0.0.254, 10.0.1.1, ...; 2001:db8::1, 2001:db8::2, ... */
static struct ip_address candidate(uint32_t nth, bool v6)
{
    if (v6) return (struct ip_address){UINT64_C(0x20010db800000000), (uint64_t)nth + 1};
    return ip_of_v4(UINT32_C(0x0A000000) + ((nth / 254) << 8) + nth % 254 + 1);
}

/* The addresses of one version, for all or for none but those that write one, passing over those that are written. */
static void assign_version(struct loader *l, bool v6, bool to_all)
{
    struct scenario *s = l->scenario;
    struct addressed *written = mem_calloc(s->n_hosts, sizeof *written);
    size_t n = 0;
    uint32_t next = 0;
    for (size_t i = 0; i < s->n_hosts; i++)
        if (!ip_is_none(address_of(&s->hosts[i], v6)))
            written[n++] = (struct addressed){address_of(&s->hosts[i], v6), i};
    if (n) qsort(written, n, sizeof *written, compare_addressed);
    for (size_t i = 1; i < n; i++)
        if (ip_equals(written[i].address, written[i - 1].address))
            refuse_same_address(l, v6 ? "address6" : "address", written[i - 1].host, written[i].host);
    for (size_t i = 0; to_all && i < s->n_hosts; i++)
        while (ip_is_none(address_of(&s->hosts[i], v6))) {
            struct ip_address address = candidate(next++, v6);
            if (!is_taken(written, n, address)) set_address(&s->hosts[i], address, v6);
        }
    mem_free(written);
}

void assign_addresses(struct loader *l)
{
    assign_version(l, false, l->scenario->ip & IP_V4);
    assign_version(l, true, l->scenario->ip & IP_V6);
}

/* ---- domains and users ---- */

static bool contains(const char **texts, size_t n, const char *text)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(texts[i], text) == 0) return true;
    return false;
}

static struct spot spot_of_server(const struct spot *host)
{
    return spot_key(host, "mail_server");
}

/* One domain on two servers is right only when the file shows that it is meant: a preference for each, or a zone. */
static void check_shared_domain(struct loader *l, size_t first, size_t second, const char *domain)
{
    const struct scenario *s = l->scenario;
    struct spot section = spot_key(&l->root, "hosts");
    struct spot hosts[] = {spot_key(&section, s->hosts[first].name), spot_key(&section, s->hosts[second].name)};
    struct spot servers[] = {spot_of_server(&hosts[0]), spot_of_server(&hosts[1])};
    bool said = spot_key(&servers[0], "mx_preference").json && spot_key(&servers[1], "mx_preference").json;
    for (size_t i = 0; i < s->n_zones && !said; i++)
        said = strcmp(s->zones[i].apex, domain) == 0;
    if (said) return;
    struct spot domains = spot_key(&servers[1], "domains");
    spot_refuse(&domains, tr("if both are to take its mail, write \"mx_preference\": 10 and \"mx_preference\": 20"),
                tr("\"%s\" is already a domain of \"%s\""), domain, s->hosts[first].name);
}

/* The local part of an address, and its domain, belong to this server. */
static void check_user_at(struct loader *l, size_t client, const char *key, int server)
{
    const struct scenario *s = l->scenario;
    const struct scenario_mail_server *m = &s->hosts[server].mail_server;
    const char *user = s->hosts[client].client.user, *at = strrchr(user, '@');
    struct spot section = spot_key(&l->root, "hosts"), host = spot_key(&section, s->hosts[client].name);
    struct spot object = spot_key(&host, "client"), spot = spot_key(&object, key);
    if (!at) return;
    const char *local = checks_hint(l->checks, "%.*s", (int)(at - user), user), *server_name = s->hosts[server].name;
    if (!contains(m->domains, m->n_domains, at + 1))
        spot_refuse(&spot, checks_hint(l->checks, tr("add \"%s\" to the \"domains\" of \"%s\""), at + 1, server_name),
                    tr("\"%s\" does not serve the domain of %s"), server_name, user);
    else if (!contains(m->users, m->n_users, local))
        spot_refuse(&spot, checks_hint(l->checks, tr("add \"%s\" to the \"users\" of \"%s\""), local, server_name),
                    tr("\"%s\" knows no user \"%s\""), server_name, local);
}

/* A backup hands on to the server whose domain it is, or to what a zone names. */
static void check_backup(struct loader *l, size_t server)
{
    const struct scenario *s = l->scenario;
    const struct scenario_mail_server *m = &s->hosts[server].mail_server;
    for (size_t i = 0; i < m->n_backup_for; i++) {
        const char *domain = m->backup_for[i];
        bool is_own = contains(m->domains, m->n_domains, domain), is_served = false;
        for (size_t k = 0; k < s->n_zones; k++)
            is_served |= strcmp(s->zones[k].apex, domain) == 0;
        for (size_t k = 0; k < s->n_hosts; k++)
            is_served |= s->hosts[k].role == ROLE_MAIL_SERVER &&
                         contains(s->hosts[k].mail_server.domains, s->hosts[k].mail_server.n_domains, domain);
        struct spot section = spot_key(&l->root, "hosts"), host = spot_key(&section, s->hosts[server].name);
        struct spot object = spot_of_server(&host), spot = spot_key(&object, "backup_for");
        if (is_own)
            spot_refuse(&spot, tr("leave it out of one of the two"), tr("\"%s\" is one of the server's own \"domains\""),
                        domain);
        else if (!is_served)
            spot_refuse(&spot, tr("a backup hands mail on: write the domain at the mail server that is to get it"),
                        tr("no mail server has the domain \"%s\""), domain);
    }
}

static void check_same_user(struct loader *l, size_t second)
{
    const struct scenario *s = l->scenario;
    const char *user = s->hosts[second].client.user;
    for (size_t i = 0; i < second; i++) {
        if (s->hosts[i].role != ROLE_CLIENT || strcmp(s->hosts[i].client.user, user) != 0) continue;
        struct spot section = spot_key(&l->root, "hosts"), host = spot_key(&section, s->hosts[second].name);
        struct spot object = spot_key(&host, "client"), spot = spot_key(&object, "user");
        spot_refuse(&spot, tr("give each client a user of its own"), tr("%s is already the user of \"%s\""), user,
                    s->hosts[i].name);
        return;
    }
}

void check_domains(struct loader *l)
{
    const struct scenario *s = l->scenario;
    /* Every part must have been read well, or what is said here would only repeat it. */
    if (checks_count(l->checks) > 0) return;
    for (size_t i = 0; i < s->n_hosts; i++) {
        const struct scenario_host *h = &s->hosts[i];
        if (h->role == ROLE_CLIENT) {
            check_same_user(l, i);
            if (h->client.submits_to >= 0) check_user_at(l, i, "submits_to", h->client.submits_to);
            if (h->client.fetches_from >= 0) check_user_at(l, i, "fetches_from", h->client.fetches_from);
        }
        if (h->role == ROLE_MAIL_SERVER) check_backup(l, i);
        for (size_t k = 0; h->role == ROLE_MAIL_SERVER && k < i; k++) {
            const struct scenario_mail_server *other = &s->hosts[k].mail_server;
            for (size_t d = 0; s->hosts[k].role == ROLE_MAIL_SERVER && d < h->mail_server.n_domains; d++)
                if (contains(other->domains, other->n_domains, h->mail_server.domains[d]))
                    check_shared_domain(l, k, i, h->mail_server.domains[d]);
        }
    }
}

/* ---- ways ---- */

/* The links of each host, as two arrays: links of host h are at[begin[h]] to at[begin[h + 1] - 1]. */
struct ways {
    const struct scenario *s;
    size_t *begin;
    int *neighbour;
    int *queue;
    bool *reached;
};

static struct ways ways_new(const struct scenario *s)
{
    struct ways w = {s, mem_calloc(s->n_hosts + 2, sizeof(size_t)), mem_calloc(2 * s->n_links + 1, sizeof(int)),
                     mem_calloc(s->n_hosts + 1, sizeof(int)), mem_calloc(s->n_hosts + 1, sizeof(bool))};
    for (size_t i = 0; i < s->n_links; i++) {
        w.begin[s->links[i].a + 2]++;
        w.begin[s->links[i].b + 2]++;
    }
    for (size_t h = 2; h <= s->n_hosts; h++)
        w.begin[h] += w.begin[h - 1];
    for (size_t i = 0; i < s->n_links; i++) {
        const struct scenario_link *k = &s->links[i];
        w.neighbour[w.begin[k->a + 1]++] = k->b;
        w.neighbour[w.begin[k->b + 1]++] = k->a;
    }
    return w;
}

static void ways_free(struct ways *w)
{
    mem_free(w->begin);
    mem_free(w->neighbour);
    mem_free(w->queue);
    mem_free(w->reached);
}

/* Marks whom `from` reaches, only routers passing anything on; how many that are, itself included. */
static size_t reach(struct ways *w, int from)
{
    size_t n = 0;
    memset(w->reached, 0, w->s->n_hosts * sizeof *w->reached);
    w->queue[n++] = from;
    w->reached[from] = true;
    for (size_t i = 0; i < n; i++) {
        int at = w->queue[i];
        if (at != from && w->s->hosts[at].role != ROLE_ROUTER) continue;
        for (size_t k = w->begin[at]; k < w->begin[at + 1]; k++) {
            int next = w->neighbour[k];
            if (w->reached[next]) continue;
            w->reached[next] = true;
            w->queue[n++] = next;
        }
    }
    return n;
}

static void refuse_unreachable(struct loader *l, const char *from, const struct scenario_host *to)
{
    struct spot section = spot_key(&l->root, "hosts"), host = spot_key(&section, to->name);
    spot_refuse_key(&host, tr("join them by links; only routers pass packets on"),
                    tr("no way leads from \"%s\" to \"%s\""), from, to->name);
}

static void check_reachable(struct loader *l)
{
    const struct scenario *s = l->scenario;
    struct ways w = ways_new(s);
    int router = find_role_of(s, ROLE_ROUTER);
    /* Whom a router reaches reach one another through it; else everyone has to be asked, and told of once. */
    bool whole = router >= 0 && reach(&w, router) == s->n_hosts;
    for (size_t from = 0; !whole && from < s->n_hosts; from++) {
        if (reach(&w, (int)from) == s->n_hosts) continue;
        for (size_t to = 0; to < s->n_hosts; to++)
            if (!w.reached[to] && !s->hosts[to].implied) refuse_unreachable(l, s->hosts[from].name, &s->hosts[to]);
        break;
    }
    ways_free(&w);
}

/* ---- MTU ---- */

/* RFC 8200 5: every link that bears IPv6 takes 1280 bytes. */
static void check_mtus(struct loader *l)
{
    enum { IPV6_LEAST = 1280 };
    const struct scenario *s = l->scenario;
    struct spot section = spot_key(&l->root, "links");
    bool v6 = false;
    for (size_t i = 0; i < s->n_hosts; i++)
        v6 |= !ip_is_none(s->hosts[i].address6);
    for (size_t i = 0; v6 && i < s->n_links; i++) {
        if (s->links[i].mtu_bytes >= IPV6_LEAST) continue;
        struct spot link = spot_key(&section, s->links[i].name);
        spot_refuse(&link, tr("write \"mtu\": \"1280 B\", or leave IPv6 out"),
                    tr("its MTU of %u B is less than the 1280 B that IPv6 needs"), (unsigned)s->links[i].mtu_bytes);
    }
}

void check_ways(struct loader *l)
{
    if (checks_count(l->checks) > 0) return;
    check_reachable(l);
    check_mtus(l);
}
