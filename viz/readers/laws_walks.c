/* D5, how far a question leads: a resolver follows so many aliases, and looks for the addresses of servers, of the
   servers of those servers and so on, so many levels deep (docs/dns.md: 11 aliases, 7 deep). Judged is each query by
   what the cache was told before: aliases lead from a name to the next; who asks for a name in a zone may have to ask
   for the names of the zone's servers. What is counted is the shortest way from any client's question to the name, so
   that nobody is suspected who knows a shorter one. */
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/readers/laws_internal.h"

enum { MOST_ALIASES = 11, MOST_DEPTH = 7, UNKNOWN = 1000, LONGEST_TEXT = 240 /* longer ones may be cut */ };

struct walk_name {
    int64_t host; /* the resolver */
    const char *name;
    unsigned depth, aliases; /* by the shortest way that was known when it was last looked at */
};

/* From an alias to what it stands for; or from a zone to the name of one of its servers. */
struct walk_edge {
    int64_t host;
    const char *from, *to;
    bool is_alias;
};

struct law_walks {
    struct index_map index; /* hash of (host, name) -> index of names */
    TABLE_OF(struct walk_name) names;
    struct index_map edge_index; /* hash -> 1: it is there */
    TABLE_OF(struct walk_edge) edges;
    struct index_map zone_depth; /* hash of (host, zone) -> the smallest depth of a name in it */
    struct index_map unknown;    /* resolver -> 1: a text was cut, so that there may be ways that nobody knows */
    struct text_store texts;
};

void laws_walks_free(struct laws *laws)
{
    struct law_walks *walks = laws->walks;
    if (!walks) return;
    index_map_free(&walks->index);
    index_map_free(&walks->edge_index);
    index_map_free(&walks->zone_depth);
    index_map_free(&walks->unknown);
    text_store_free(&walks->texts);
    mem_free(walks->names.items);
    mem_free(walks->edges.items);
    mem_free(walks);
}

/* Without the last dot, in at most 255 bytes. */
static const char *bare(const char *name, size_t length, char out[256])
{
    if (length > 0 && name[length - 1] == '.') length--;
    snprintf(out, 256, "%.*s", (int)length, name);
    return out;
}

static uint64_t key_of(int64_t host, const char *name)
{
    return law_hash_text(law_hash(61, (uint64_t)host), name);
}

static struct walk_name *name_of(struct law_walks *walks, int64_t host, const char *name)
{
    size_t index = index_map_get(&walks->index, key_of(host, name));
    if (index != SIZE_MAX) return &walks->names.items[index];
    index_map_put(&walks->index, key_of(host, name), walks->names.count);
    struct walk_name *new = TABLE_ADD(&walks->names);
    *new = (struct walk_name){host, text_store_add(&walks->texts, name), UNKNOWN, UNKNOWN};
    return new;
}

static const char *above(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : *name ? "" : NULL;
}

static void lower(unsigned *number, unsigned to)
{
    if (to < *number) *number = to;
}

static void note_depth(struct law_walks *walks, struct walk_name *name, unsigned depth)
{
    lower(&name->depth, depth);
    for (const char *zone = name->name; zone && depth < UNKNOWN; zone = above(zone)) {
        size_t known = index_map_get(&walks->zone_depth, key_of(name->host, zone));
        if (known == SIZE_MAX || known > depth) index_map_put(&walks->zone_depth, key_of(name->host, zone), depth);
    }
}

static void add_edge(struct law_walks *walks, int64_t host, const char *from, const char *to, bool is_alias)
{
    uint64_t key = law_hash(law_hash_text(key_of(host, from), to), is_alias);
    if (index_map_get(&walks->edge_index, key) != SIZE_MAX) return;
    index_map_put(&walks->edge_index, key, 1);
    *TABLE_ADD(&walks->edges) =
        (struct walk_edge){host, text_store_add(&walks->texts, from), name_of(walks, host, to)->name, is_alias};
}

static void on_alias(struct law_walks *walks, int64_t host, const char *owner, const char *target)
{
    unsigned depth = name_of(walks, host, owner)->depth, aliases = name_of(walks, host, owner)->aliases;
    struct walk_name *to = name_of(walks, host, target);
    add_edge(walks, host, owner, target, true);
    lower(&to->aliases, aliases + 1);
    note_depth(walks, to, depth);
}

static void on_server(struct law_walks *walks, int64_t host, const char *zone, const char *target)
{
    size_t depth = index_map_get(&walks->zone_depth, key_of(host, zone));
    struct walk_name *to = name_of(walks, host, target);
    add_edge(walks, host, zone, target, false);
    to->aliases = 0;
    if (depth != SIZE_MAX) note_depth(walks, to, (unsigned)depth + 1);
}

/* "ns1.b.example., ns2.b.example." of NS records; of an alias "CNAME mx.b.example." */
static void on_put(struct law_walks *walks, const struct event *e)
{
    const char *text = event_text(e, FIELD_TEXT), *type = event_text(e, FIELD_QTYPE);
    bool is_alias = strcmp(type, "CNAME") == 0 && strncmp(text, "CNAME ", 6) == 0;
    char owner[256], target[256];
    if (!is_alias && (strcmp(type, "NS") != 0 || strncmp(text, "no ", 3) == 0)) return;
    if (strlen(text) > LONGEST_TEXT) index_map_put(&walks->unknown, (uint64_t)event_int(e, FIELD_HOST), 1);
    bare(event_text(e, FIELD_NAME), strlen(event_text(e, FIELD_NAME)), owner);
    for (const char *word = is_alias ? text + 6 : text; *word; word += strspn(word, ", ")) {
        size_t length = strcspn(word, ",");
        bare(word, length, target);
        if (is_alias)
            on_alias(walks, event_int(e, FIELD_HOST), owner, target);
        else
            on_server(walks, event_int(e, FIELD_HOST), owner, target);
        word += length;
    }
}

/* --- the shortest ways, when one seems too long --- */

static bool lies_in(const char *name, const char *zone)
{
    while (name && strcmp(name, zone) != 0)
        name = above(name);
    return name != NULL;
}

static unsigned depth_in(const struct law_walks *walks, int64_t host, const char *zone)
{
    unsigned depth = UNKNOWN;
    for (size_t i = 0; i < walks->names.count; i++)
        if (walks->names.items[i].host == host && lies_in(walks->names.items[i].name, zone))
            lower(&depth, walks->names.items[i].depth);
    return depth;
}

/* One look at all the ways; false when nothing became shorter. */
static bool shorten(struct law_walks *walks, int64_t host)
{
    bool any = false;
    for (size_t i = 0; i < walks->edges.count; i++) {
        const struct walk_edge *edge = &walks->edges.items[i];
        if (edge->host != host) continue;
        unsigned depth =
            edge->is_alias ? name_of(walks, host, edge->from)->depth : depth_in(walks, host, edge->from) + 1;
        unsigned aliases = edge->is_alias ? name_of(walks, host, edge->from)->aliases + 1 : 0;
        struct walk_name *to = name_of(walks, host, edge->to);
        any |= depth < to->depth || aliases < to->aliases;
        note_depth(walks, to, depth);
        lower(&to->aliases, aliases);
    }
    return any;
}

static bool is_too_far(const struct walk_name *name)
{
    return (name->depth != UNKNOWN && name->depth > MOST_DEPTH) ||
           (name->aliases != UNKNOWN && name->aliases > MOST_ALIASES);
}

static void on_query(struct laws *laws, const struct event *e)
{
    struct law_walks *walks = laws->walks;
    int64_t host = event_int(e, FIELD_HOST);
    char qname[256];
    bare(event_text(e, FIELD_QNAME), strlen(event_text(e, FIELD_QNAME)), qname);
    size_t index = index_map_get(&walks->index, key_of(host, qname));
    if (index == SIZE_MAX || index_map_get(&walks->unknown, (uint64_t)host) != SIZE_MAX) return;
    while (is_too_far(&walks->names.items[index]) && shorten(walks, host)) {
    }
    const struct walk_name *name = &walks->names.items[index];
    if (is_too_far(name))
        law_broken(laws, e, "D5", "%s is asked for, %u deep and behind %u aliases", qname, name->depth, name->aliases);
}

static void on_asked(struct law_walks *walks, const struct event *e)
{
    char qname[256];
    bare(event_text(e, FIELD_QNAME), strlen(event_text(e, FIELD_QNAME)), qname);
    struct walk_name *name = name_of(walks, event_int(e, FIELD_HOST), qname);
    name->aliases = 0;
    note_depth(walks, name, 0);
}

static void on_told(struct laws *laws, const struct event *e)
{
    unsigned aliases = 0;
    for (const char *at = event_text(e, FIELD_TEXT); (at = strstr(at, "CNAME ")) != NULL; at++)
        aliases++;
    bool counts = strcmp(event_text(e, FIELD_QTYPE), "CNAME") != 0 && strcmp(event_text(e, FIELD_QTYPE), "TXT") != 0;
    if (counts && aliases > MOST_ALIASES) law_broken(laws, e, "D5", "the answer comes by %u aliases", aliases);
}

void laws_of_walks(struct laws *laws, const struct event *e)
{
    if (e->kind == EVENT_DNS_ASKED && !laws->walks) laws->walks = mem_calloc(1, sizeof *laws->walks);
    if (!laws->walks) return;
    if (e->kind == EVENT_DNS_ASKED) on_asked(laws->walks, e);
    if (e->kind == EVENT_DNS_CACHE && strcmp(event_text(e, FIELD_WHY), "put") == 0) on_put(laws->walks, e);
    if (e->kind == EVENT_DNS_QUERY) on_query(laws, e);
    if (e->kind == EVENT_DNS_TOLD) on_told(laws, e);
}
