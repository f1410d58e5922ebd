/* Aliases that are written for names which have other records: RFC 1034 3.6.2 lets none stand beside a CNAME. The lines
   of one zone are compared where they are read; here they are with all else that the world's name servers hold, which
   model/host/world_zones.c puts together: addresses of hosts, zones with their SOA and NS records, records of MTA-STS
   policies, and lines of other zones that the same server answers from. What a fault writes counts as if it were there
   all the time, but for what another fault writes that is never in force along with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "model/wire/dns_wire.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* What a zone holds, from the start or by a fault. */
struct version {
    struct spot above[3], zone; /* spots above the zone's, which it points to */
    const char *apex;
    size_t first_fault,
        n_faults; /* of the scenario: the fault, each time that it comes; 0: it is there from the start */
};

enum claim_of { CLAIM_LINE, CLAIM_HOST, CLAIM_ZONE, CLAIM_POLICY };
/* A name that has records. */
struct claim {
    char *name;
    enum claim_of of;
    int zone;         /* where: of the tree; -1 in "simple", where all zones are in one place */
    const char *apex; /* LINE: of its zone; POLICY: its domain; glue: of the zone that it leads to; or NULL */
    enum dns_type type;
    char *target; /* of an alias */
    size_t version, index;
    bool is_of_version; /* is there as long as it is; always of LINE */
    const cJSON *json;
};

struct claims {
    struct loader *l;
    struct version *versions;
    size_t n_versions;
    struct claim *list;
    size_t n, room;
};

static void claim(struct claims *c, struct claim claim, const char *name)
{
    if (c->n == c->room) {
        c->room = c->room ? 2 * c->room : 64;
        c->list = mem_realloc(c->list, c->room * sizeof *c->list);
    }
    claim.name = mem_strdup(name);
    c->list[c->n++] = claim;
}

static bool is_in(const char *name, const char *zone)
{
    size_t a = strlen(name), b = strlen(zone);
    if (b == 0) return true;
    return a >= b && strcmp(name + a - b, zone) == 0 && (a == b || name[a - b - 1] == '.');
}

static int tree_zone(const struct scenario *s, const char *apex)
{
    for (size_t i = 0; i < s->n_dns_zones; i++)
        if (strcmp(s->dns_zones[i].apex, apex) == 0) return (int)i;
    return -1;
}

/* ---- what is written ---- */

static void claim_line(struct claims *c, size_t version, const struct spot *spot, struct dns_lines *lines, int zone)
{
    struct dns_rr_line line;
    char name[DNS_NAME_BYTES], target[DNS_NAME_BYTES], error[256];
    const char *apex = c->versions[version].apex;
    if (!cJSON_IsString(spot->json)) return;
    if (dns_lines_read(lines, spot->json->valuestring, &line, error, sizeof error) != DNS_LINE_RECORD) return;
    if (!dns_name_normalize(line.rr.name, name)) return;
    struct claim one = {.of = CLAIM_LINE,
                        .zone = zone,
                        .apex = apex,
                        .type = line.rr.type,
                        .version = version,
                        .is_of_version = true,
                        .index = spot->index,
                        .json = spot->json};
    if (line.rr.type == DNS_CNAME && dns_name_normalize(line.rr.target, target)) one.target = mem_strdup(target);
    claim(c, one, name);
}

static void claim_lines(struct claims *c, size_t version)
{
    const struct spot *zone = &c->versions[version].zone;
    int index = tree_zone(c->l->scenario, c->versions[version].apex);
    struct dns_lines lines;
    dns_lines_begin(&lines, c->versions[version].apex);
    if (cJSON_IsString(zone->json)) claim_line(c, version, zone, &lines, index);
    for (struct spot s = spot_first(zone); cJSON_IsArray(zone->json) && s.json; s = spot_next(&s))
        claim_line(c, version, &s, &lines, index);
}

static struct version *add_version(struct claims *c)
{
    return &c->versions[c->n_versions++];
}

static void set_zone(struct version *v, const struct spot *zone, const struct spot *above)
{
    v->zone = *zone;
    v->zone.up = above;
    v->apex = strcmp(zone->key, ".") == 0 ? "" : zone->key;
}

/* A fault that is read has its text once, however often it comes. */
static void find_times(const struct scenario *s, struct version *v, size_t *at)
{
    while (*at < s->n_faults && s->faults[*at].verb != FAULT_ZONE)
        ++*at;
    v->first_fault = *at;
    while (*at < s->n_faults && s->faults[*at].zone.apex == s->faults[v->first_fault].zone.apex)
        ++*at;
    v->n_faults = *at - v->first_fault;
}

static void find_versions(struct claims *c)
{
    size_t fault_at = 0;
    struct spot zones = spot_key(&c->l->root, "zones"), faults = spot_key(&c->l->root, "faults");
    size_t most = (size_t)cJSON_GetArraySize(zones.json) + (size_t)cJSON_GetArraySize(faults.json);
    c->versions = mem_calloc(most + 1, sizeof *c->versions);
    for (struct spot zone = spot_first(&zones); zone.json; zone = spot_next(&zone)) {
        struct version *v = add_version(c);
        v->above[0] = zones;
        set_zone(v, &zone, &v->above[0]);
    }
    for (struct spot fault = spot_first(&faults); fault.json; fault = spot_next(&fault)) {
        struct spot written = spot_key(&fault, "zone"), zone = spot_first(&written);
        if (!written.json || !zone.json) continue;
        struct version *v = add_version(c);
        v->above[0] = faults;
        v->above[1] = fault;
        v->above[1].up = &v->above[0];
        v->above[2] = written;
        v->above[2].up = &v->above[1];
        set_zone(v, &zone, &v->above[2]);
        find_times(c->l->scenario, v, &fault_at);
    }
}

/* ---- what the world adds ---- */

static bool is_written_from_the_start(const struct scenario *s, const char *apex)
{
    for (size_t i = 0; i < s->n_zones; i++)
        if (strcmp(s->zones[i].apex, apex) == 0) return true;
    return false;
}

static void claim_domain(struct claims *c, const struct scenario_mail_server *server, const char *domain)
{
    const struct scenario *s = c->l->scenario;
    char name[DNS_NAME_BYTES];
    if (!s->dns_tree) claim(c, (struct claim){.of = CLAIM_ZONE, .zone = -1}, domain);
    if (!server->tls.sts.is_published || is_written_from_the_start(s, domain)) return;
    if ((size_t)snprintf(name, sizeof name, "_mta-sts.%s", domain) >= sizeof name) return;
    claim(c, (struct claim){.of = CLAIM_POLICY, .zone = tree_zone(s, domain), .apex = domain}, name);
}

static void claim_host(struct claims *c, const struct scenario_host *host)
{
    const struct scenario_mail_server *server = &host->mail_server;
    if (host->role == ROLE_ROUTER) return;
    claim(c, (struct claim){.of = CLAIM_HOST, .zone = c->l->scenario->dns_tree ? host->dns_zone : -1}, host->name);
    for (size_t i = 0; host->role == ROLE_MAIL_SERVER && i < server->n_domains; i++)
        claim_domain(c, server, server->domains[i]);
    for (size_t i = 0; host->role == ROLE_MAIL_SERVER && i < server->n_backup_for; i++)
        claim_domain(c, server, server->backup_for[i]);
}

/* In itself and in the zone above; there with the addresses of servers that lie in it. */
static void claim_tree_zone(struct claims *c, size_t index)
{
    const struct scenario *s = c->l->scenario;
    const struct scenario_dns_zone *zone = &s->dns_zones[index];
    int in[] = {(int)index, zone->parent};
    for (size_t k = 0; k < 2; k++) {
        if (in[k] < 0) continue;
        claim(c, (struct claim){.of = CLAIM_ZONE, .zone = in[k]}, zone->apex);
        for (size_t i = 0; i < zone->n_servers; i++) {
            const char *name = s->hosts[zone->servers[i]].name;
            if (is_in(name, s->dns_zones[in[k]].apex))
                claim(c, (struct claim){.of = CLAIM_HOST, .zone = in[k], .apex = zone->apex}, name);
        }
    }
}

static void claim_the_worlds_own(struct claims *c)
{
    const struct scenario *s = c->l->scenario;
    for (size_t i = 0; i < s->n_hosts; i++)
        claim_host(c, &s->hosts[i]);
    for (size_t i = 0; i < s->n_dns_zones; i++)
        claim_tree_zone(c, i);
    for (size_t i = 0; !s->dns_tree && i < c->n_versions; i++)
        claim(c, (struct claim){.of = CLAIM_ZONE, .zone = -1, .version = i, .is_of_version = true},
              c->versions[i].apex);
}

/* ---- which of them meet ---- */

/* Whether one server answers from both. */
static bool share_a_server(const struct scenario *s, int a, int b)
{
    if (a == b) return true;
    if (a < 0 || b < 0) return false;
    for (size_t i = 0; i < s->dns_zones[a].n_servers; i++)
        for (size_t k = 0; k < s->dns_zones[b].n_servers; k++)
            if (s->dns_zones[a].servers[i] == s->dns_zones[b].servers[k]) return true;
    return false;
}

/* Where the zone's own lines say who serves the zone below, nothing is added to them. */
static bool has_written_ns(const struct claims *c, size_t version, const char *apex)
{
    for (size_t i = 0; i < c->n; i++) {
        const struct claim *line = &c->list[i];
        if (line->of == CLAIM_LINE && line->version == version && line->type == DNS_NS && !strcmp(line->name, apex))
            return true;
    }
    return false;
}

/* Whether there is a time at which both are in force. */
static bool are_together(const struct claims *c, size_t a, size_t b)
{
    const struct version *v = &c->versions[a], *w = &c->versions[b];
    const struct scenario_fault *faults = c->l->scenario->faults;
    if (a == b || v->n_faults == 0 || w->n_faults == 0) return true;
    for (size_t i = 0; i < v->n_faults; i++)
        for (size_t k = 0; k < w->n_faults; k++)
            if (loader_faults_meet(&faults[v->first_fault + i], &faults[w->first_fault + k])) return true;
    return false;
}

static bool is_in_its_way(const struct claims *c, const struct claim *alias, const struct claim *other)
{
    if (other->is_of_version && !are_together(c, alias->version, other->version)) return false;
    if (!share_a_server(c->l->scenario, alias->zone, other->zone)) return false;
    switch (other->of) {
    case CLAIM_LINE: /* of another zone; those of this one have been compared */
        return strcmp(alias->apex, other->apex) != 0 && !(other->target && !strcmp(other->target, alias->target));
    case CLAIM_HOST:
        return !other->apex || alias->zone != other->zone || !has_written_ns(c, alias->version, other->apex);
    case CLAIM_ZONE:
        return true;
    case CLAIM_POLICY: /* a zone that is written publishes what it says itself */
        return strcmp(alias->apex, other->apex) != 0;
    }
    return false;
}

static const char *hint_about(struct checks *checks, const struct claim *other)
{
    switch (other->of) {
    case CLAIM_LINE:
        return checks_hint(checks, tr("another zone gives \"%s\" records of its own: give the alias another name"),
                           other->name);
    case CLAIM_HOST:
        return checks_hint(checks,
                           tr("\"%s\" is a host of this world, which has its address: give the alias another name"),
                           other->name);
    case CLAIM_ZONE:
        return checks_hint(checks, tr("\"%s\" is a zone of its own: give the alias another name"), other->name);
    case CLAIM_POLICY:
        return checks_hint(checks, tr("\"%s\" has the record of an MTA-STS policy: give the alias another name"),
                           other->name);
    }
    return NULL;
}

static void refuse(struct claims *c, const struct claim *alias, const struct claim *other)
{
    struct checks *checks = c->l->checks;
    const struct spot *zone = &c->versions[alias->version].zone;
    struct spot at = alias->json == zone->json ? *zone : spot_child(zone, alias->json, alias->index);
    spot_refuse(&at, hint_about(checks, other), "%s: %s", checks_value(checks, alias->json),
                tr("gives an alias (CNAME) and other records to one name"));
}

static int compare_claims(const void *a, const void *b)
{
    const struct claim *x = a, *y = b;
    int names = strcmp(x->name, y->name);
    return names ? names : (x->of < y->of) - (x->of > y->of); /* lines last: what the world adds is told of first */
}

static void compare_all(struct claims *c)
{
    qsort(c->list, c->n, sizeof *c->list, compare_claims);
    for (size_t first = 0, end; first < c->n; first = end) {
        for (end = first + 1; end < c->n && strcmp(c->list[end].name, c->list[first].name) == 0;)
            end++;
        for (size_t i = first; i < end; i++) {
            size_t k = first;
            while (c->list[i].target && k < end && !is_in_its_way(c, &c->list[i], &c->list[k]))
                k++;
            if (c->list[i].target && k < end) refuse(c, &c->list[i], &c->list[k]);
        }
    }
}

void check_aliases(struct loader *l)
{
    struct claims c = {.l = l};
    bool any = false;
    if (checks_count(l->checks) > 0) return;
    find_versions(&c);
    for (size_t i = 0; i < c.n_versions; i++)
        claim_lines(&c, i);
    for (size_t i = 0; i < c.n; i++)
        any |= c.list[i].target != NULL;
    if (any) {
        claim_the_worlds_own(&c);
        compare_all(&c);
    }
    for (size_t i = 0; i < c.n; i++) {
        mem_free(c.list[i].name);
        mem_free(c.list[i].target);
    }
    mem_free(c.list);
    mem_free(c.versions);
}
