/* Warnings: what is valid, since a world may have it on purpose, and yet hardly meant. MX records that name what has no
   address, so that the mail waits or comes back (RFC 5321 5.1): a slip of the pen, a missing dot at the end of a name,
   or an address where a name must stand (RFC 1035 3.3.9). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "model/wire/dns_wire.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* Names that have an address, or lead to one; at any time of the run. */
struct addressed {
    char **names;
    size_t n, room;
};

static void add_name(struct addressed *a, const char *name)
{
    if (a->n == a->room) {
        a->room = a->room ? 2 * a->room : 64;
        a->names = mem_realloc(a->names, a->room * sizeof *a->names);
    }
    a->names[a->n++] = mem_strdup(name);
}

static bool has_address(const struct addressed *a, const char *name)
{
    for (size_t i = 0; i < a->n; i++)
        if (strcmp(a->names[i], name) == 0) return true;
    return false;
}

/* ---- lines ---- */

struct line {
    struct spot spot;
    const char *origin; /* what relative names are in, without a dot at its end */
    const struct dns_rr *rr;
};
typedef void line_fn(struct addressed *a, const struct line *line);

static void read_line(struct addressed *a, line_fn *visit, const struct spot *spot, struct dns_lines *lines)
{
    struct dns_rr_line line;
    char error[256];
    if (!cJSON_IsString(spot->json)) return;
    if (dns_lines_read(lines, spot->json->valuestring, &line, error, sizeof error) != DNS_LINE_RECORD) return;
    visit(a, &(struct line){*spot, lines->origin, &line.rr});
}

static void read_zone(struct addressed *a, line_fn *visit, const struct spot *zone)
{
    struct dns_lines lines;
    dns_lines_begin(&lines, strcmp(zone->key, ".") == 0 ? "" : zone->key);
    if (cJSON_IsString(zone->json)) read_line(a, visit, zone, &lines);
    for (struct spot s = spot_first(zone); cJSON_IsArray(zone->json) && s.json; s = spot_next(&s))
        read_line(a, visit, &s, &lines);
}

/* Of the zones as they are at first, and as faults write them. */
static void read_lines(struct loader *l, struct addressed *a, line_fn *visit)
{
    struct spot zones = spot_key(&l->root, "zones"), faults = spot_key(&l->root, "faults");
    for (struct spot zone = spot_first(&zones); zone.json; zone = spot_next(&zone))
        read_zone(a, visit, &zone);
    for (struct spot fault = spot_first(&faults); fault.json; fault = spot_next(&fault)) {
        struct spot written = spot_key(&fault, "zone");
        for (struct spot zone = spot_first(&written); zone.json; zone = spot_next(&zone))
            read_zone(a, visit, &zone);
    }
}

static void note_address(struct addressed *a, const struct line *line)
{
    char name[DNS_NAME_BYTES];
    bool leads = line->rr->type == DNS_A || line->rr->type == DNS_AAAA || line->rr->type == DNS_CNAME;
    if (leads && dns_name_normalize(line->rr->name, name)) add_name(a, name);
}

/* ---- what is told ---- */

/* The name without the zone behind it, which a missing dot has put there; false: it does not end so. */
static bool without_origin(const char *name, const char *origin, char out[DNS_NAME_BYTES])
{
    size_t whole = strlen(name), length = strlen(origin);
    if (length == 0 || whole < length + 2 || strcmp(name + whole - length, origin) != 0) return false;
    if (name[whole - length - 1] != '.') return false;
    memcpy(out, name, whole - length - 1);
    out[whole - length - 1] = '\0';
    return true;
}

static bool is_address(const char *name)
{
    struct in_addr binary;
    return inet_pton(AF_INET, name, &binary) == 1;
}

/* What is called nearly so in the zone origin, or with its whole name where that is "". */
static const char *near_name(struct checks *checks, const struct addressed *a, const char *word, const char *origin)
{
    char bare[DNS_NAME_BYTES];
    struct suggest near = suggest_for(word);
    for (size_t i = 0; i < a->n; i++)
        if (!*origin)
            suggest_offer(&near, checks_hint(checks, "%s.", a->names[i]));
        else if (without_origin(a->names[i], origin, bare))
            suggest_offer(&near, checks_hint(checks, "%s", bare));
    return near.best;
}

static const char *hint_about(struct checks *checks, const struct addressed *a, const char *target, const char *origin)
{
    char bare[DNS_NAME_BYTES];
    bool is_relative = without_origin(target, origin, bare);
    if (is_address(target) || (is_relative && is_address(bare)))
        return tr("an MX names a host and never an address: give a name that address, as in \"mx1 300 IN A 10.0.0.4\", "
                  "and let the MX name that");
    if (is_relative && has_address(a, bare))
        return checks_hint(checks, tr("without a dot at its end a name is one in %s: write \"%s.\""), origin, bare);
    const char *near = near_name(checks, a, is_relative ? bare : target, is_relative ? origin : "");
    if (near) return checks_hint(checks, tr("did you mean \"%s\"?"), near);
    if (!is_relative) return tr("name a host of this world, or a name that has an A record in one of its zones");
    return checks_hint(checks, tr("give it one: \"%s. 300 IN A 10.0.0.4\""), target);
}

static void warn_about_mx(struct addressed *a, const struct line *line)
{
    char target[DNS_NAME_BYTES];
    struct checks *checks = line->spot.checks;
    if (line->rr->type != DNS_MX || !dns_name_normalize(line->rr->target, target)) return;
    if (*target == '\0' || has_address(a, target)) return; /* null MX: RFC 7505 */
    spot_warn(&line->spot, hint_about(checks, a, target, line->origin), tr("warning: %s: \"%s\" has no address"),
              checks_value(checks, line->spot.json), target);
}

void warn_of_zones(struct loader *l)
{
    const struct scenario *s = l->scenario;
    struct addressed a = {0};
    for (size_t i = 0; i < s->n_hosts; i++)
        if (s->hosts[i].role != ROLE_ROUTER) add_name(&a, s->hosts[i].name);
    read_lines(l, &a, note_address);
    read_lines(l, &a, warn_about_mx);
    for (size_t i = 0; i < a.n; i++)
        mem_free(a.names[i]);
    mem_free(a.names);
}
