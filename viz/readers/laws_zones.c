/* D8: what a name server answers is what a naive look-up over its records says (RFC 1034 4.3.2): the records of the
   journal (zone.record), the bytes on the wire. The look-up shares no code with the server. A lie that the scenario
   has told it to tell (dns.fault) is excused, once. A server that is or was slow, paused or stopped, and one that says
   the truth late, may speak from the records that it had before they changed. */
#include "viz/readers/laws_zones.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/journal/memory.h"

enum {
    MOST_ALIASES = 8,
    FIRST_META_TYPE = 252,
    EDNS_BYTES = 1232,
    PLAIN_BYTES = 512,
    STREAM_BYTES = 65535,
    OPT_BYTES = 11
};
enum rcode { NOERROR = 0, SERVFAIL = 2, NXDOMAIN = 3, NOTIMP = 4, REFUSED = 5, BADVERS = 16 };
#define NO_RECORD SIZE_MAX

struct zone_record {
    const char *owner, *data, *target; /* target: of MX, NS, CNAME, within data */
    unsigned type;
    uint32_t ttl_s;
    size_t next; /* of the same owner and type */
};

/* All that a server answers from. */
struct zone_set {
    TABLE_OF(struct zone_record) records;
    struct index_map first;         /* hash of an owner and a type -> the first record */
    struct index_map names, apexes; /* hash of a name -> 1: it exists, it is a zone's */
    struct text_store texts;
    bool refers; /* NS records below a zone's name are delegations */
};

struct zone_server {
    struct zone_set now, before;
    int64_t changed_ns;
    bool may_be_late;
};

struct law_zones {
    struct index_map servers; /* host -> index */
    TABLE_OF(struct zone_server) of;
    struct index_map lies; /* hash of (host, name) -> lies told of that have not been heard */
};

/* --- the records --- */

static void zone_set_free(struct zone_set *set)
{
    mem_free(set->records.items);
    index_map_free(&set->first);
    index_map_free(&set->names);
    index_map_free(&set->apexes);
    text_store_free(&set->texts);
    *set = (struct zone_set){0};
}

void laws_zones_free(struct laws *laws)
{
    struct law_zones *zones = laws->zones;
    if (!zones) return;
    for (size_t i = 0; i < zones->of.count; i++) {
        zone_set_free(&zones->of.items[i].now);
        zone_set_free(&zones->of.items[i].before);
    }
    mem_free(zones->of.items);
    index_map_free(&zones->servers);
    index_map_free(&zones->lies);
    mem_free(zones);
}

static struct law_zones *zones_of(struct laws *laws)
{
    if (!laws->zones) laws->zones = mem_calloc(1, sizeof *laws->zones);
    return laws->zones;
}

static struct zone_server *server_of(struct laws *laws, int64_t host)
{
    size_t index = laws->zones ? index_map_get(&laws->zones->servers, (uint64_t)host) : SIZE_MAX;
    return index == SIZE_MAX ? NULL : &laws->zones->of.items[index];
}

static bool is_in(const struct index_map *names, const char *name)
{
    return index_map_get(names, law_hash_text(1, name)) != SIZE_MAX;
}

/* "a.b" -> "b" -> "" -> NULL */
static const char *above(const char *name)
{
    const char *dot = strchr(name, '.');
    return dot ? dot + 1 : *name ? "" : NULL;
}

static unsigned type_of(const char *word)
{
    static const struct {
        const char *word;
        unsigned type;
    } types[] = {{"A", READ_A},   {"NS", READ_NS},   {"CNAME", READ_CNAME}, {"SOA", READ_SOA},
                 {"MX", READ_MX}, {"TXT", READ_TXT}, {"AAAA", READ_AAAA}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].word, word) == 0) return types[i].type;
    return 0;
}

/* "2001:db8::1" as 32 digits: groups before "::", and behind it. */
static void put_groups(const char *text, char out[33])
{
    unsigned groups[8] = {0}, n = 0, gap = 8;
    while (*text && n < 8) {
        if (text[0] == ':' && text[1] == ':') gap = n;
        text += strspn(text, ":");
        if (!*text) break;
        char *end;
        groups[n++] = (unsigned)strtoul(text, &end, 16);
        text = end;
    }
    for (unsigned i = 0, behind = n - (gap < n ? gap : n); i < 8; i++) {
        bool is_behind = i >= 8 - behind;
        unsigned group = is_behind ? groups[n - (8 - i)] : i < gap && i < n ? groups[i] : 0;
        snprintf(out + 4 * i, 5, "%04x", group & 0xffff);
    }
}

/* Words of a record's data as dns_reading.h has them: without the last dots of names. */
static void put_data(unsigned type, const char *text, char *out, size_t size)
{
    if (type == READ_AAAA) {
        put_groups(text, out);
        return;
    }
    size_t n = 0;
    for (; *text && n + 1 < size; text++) {
        bool ends_name = type != READ_A && type != READ_TXT && *text == '.' && (text[1] == ' ' || text[1] == '\0');
        if (!ends_name) out[n++] = *text;
    }
    out[n] = '\0';
}

static const char *target_in(unsigned type, const char *data)
{
    if (type == READ_NS || type == READ_CNAME) return data;
    return type == READ_MX ? strchr(data, ' ') + 1 : NULL;
}

static uint64_t owner_key(const char *owner, unsigned type)
{
    return law_hash_text(law_hash(3, type), owner);
}

/* "300 MX 10 mx.b.example." */
static void add_record(struct zone_set *set, const char *owner, const char *line)
{
    char word[8], data[READ_DATA_BYTES];
    unsigned long ttl_s;
    int at = 0;
    if (sscanf(line, "%lu %7s %n", &ttl_s, word, &at) < 2 || !type_of(word)) return;
    put_data(type_of(word), line + at, data, sizeof data);
    size_t index = set->records.count, first = index_map_get(&set->first, owner_key(owner, type_of(word)));
    struct zone_record *record = TABLE_ADD(&set->records);
    *record = (struct zone_record){.owner = owner, .type = type_of(word), .ttl_s = (uint32_t)ttl_s, .next = first};
    record->data = text_store_add(&set->texts, data);
    record->target = target_in(record->type, record->data);
    index_map_put(&set->first, owner_key(owner, record->type), index);
}

static const char *name_in(const struct event *e, enum field_id field)
{
    const char *name = event_text(e, field);
    return strcmp(name, ".") == 0 ? "" : name;
}

/* RFC 8020 2: between a name and its zone there is no name that does not exist. */
static void add_names(struct zone_set *set, const char *owner, const char *zone)
{
    index_map_put(&set->apexes, law_hash_text(1, zone), 1);
    index_map_put(&set->names, law_hash_text(1, zone), 1);
    for (const char *name = owner; name && strcmp(name, zone) != 0; name = above(name))
        index_map_put(&set->names, law_hash_text(1, name), 1);
}

static void on_record(struct laws *laws, const struct event *e)
{
    struct law_zones *zones = zones_of(laws);
    int64_t host = event_int(e, FIELD_HOST);
    struct zone_server *server = server_of(laws, host);
    if (!server) {
        index_map_put(&zones->servers, (uint64_t)host, zones->of.count);
        server = TABLE_ADD(&zones->of);
    }
    if (event_int(e, FIELD_NTH) == 1) {
        zone_set_free(&server->before);
        server->before = server->now;
        server->now = (struct zone_set){.refers = strcmp(event_text(e, FIELD_WHY), "refers") == 0};
        server->changed_ns = e->at_ns;
    }
    const char *owner = text_store_add(&server->now.texts, name_in(e, FIELD_NAME));
    add_names(&server->now, owner, name_in(e, FIELD_ZONE));
    add_record(&server->now, owner, event_text(e, FIELD_TEXT));
}

/* --- the look-up --- */

struct looked_up {
    const struct zone_set *set;
    unsigned rcode;
    bool authoritative;
    TABLE_OF(const struct zone_record *) answer;
    const char *soa_of; /* in the authority section: this zone's SOA, or the servers of the zone below */
    const char *servers_of;
};

static const struct zone_record *next_of(const struct zone_set *set, const struct zone_record *record,
                                         const char *owner, unsigned type)
{
    size_t i = record ? record->next : index_map_get(&set->first, owner_key(owner, type));
    return i == NO_RECORD ? NULL : &set->records.items[i];
}

static const char *zone_of_name(const struct zone_set *set, const char *name)
{
    while (name && !is_in(&set->apexes, name))
        name = above(name);
    return name;
}

/* The highest name with NS records below the zone's; NULL: the zone speaks of the name itself. */
static const char *cut_of(const struct zone_set *set, const char *name)
{
    const char *zone = zone_of_name(set, name), *cut = NULL;
    if (!zone || !set->refers) return NULL;
    for (const char *at = name; strcmp(at, zone) != 0; at = above(at))
        if (next_of(set, NULL, at, READ_NS)) cut = at;
    return cut;
}

static void deny(struct looked_up *up, const char *name)
{
    up->soa_of = zone_of_name(up->set, name);
    if (!is_in(&up->set->names, name)) up->rcode = NXDOMAIN;
}

/* 3a: the records, or an alias and what it stands for as far as it is known. */
static void look_up_records(struct looked_up *up, const char *name, unsigned type)
{
    const struct zone_set *set = up->set;
    for (int aliases = 0; aliases <= MOST_ALIASES; aliases++) {
        const struct zone_record *record = type == READ_CNAME ? NULL : next_of(set, NULL, name, READ_CNAME);
        if (!record) {
            size_t before = up->answer.count;
            for (record = next_of(set, NULL, name, type); record; record = next_of(set, record, name, type))
                *TABLE_ADD(&up->answer) = record;
            if (up->answer.count == before) deny(up, name);
            return;
        }
        *TABLE_ADD(&up->answer) = record;
        name = record->target;
        if (!zone_of_name(set, name) || cut_of(set, name)) return;
    }
    up->rcode = SERVFAIL;
    up->answer.count = 0;
}

/* question: as the answer repeats it, but for the version of EDNS, of which the answer tells the server's (RFC 6891
   6.1.3). Of whom nobody heard ask, the answer is believed. */
static void look_up(struct looked_up *up, const struct dns_reading *question, const struct law_asked *asked)
{
    const char *name = question->qname;
    if (asked ? asked->has_opt && asked->opt_version > 0 : question->rcode == BADVERS)
        up->rcode = BADVERS;
    else if (question->qtype >= FIRST_META_TYPE)
        up->rcode = NOTIMP;
    else if (!zone_of_name(up->set, name))
        up->rcode = REFUSED;
    else if ((up->servers_of = cut_of(up->set, name)) == NULL) {
        up->authoritative = true;
        look_up_records(up, name, question->qtype);
    }
}

/* --- the comparison --- */

struct missing {
    unsigned n[READ_SECTIONS], bytes[READ_SECTIONS]; /* at most so many, were they there */
};

static void count_missing(struct missing *missing, enum read_section section, const struct zone_record *record)
{
    missing->n[section]++;
    missing->bytes[section] += (unsigned)(strlen(record->owner) + strlen(record->data)) + 40;
}

/* The answer as it was read, and the hashes of its records: zones may have thousands of an owner. */
struct heard {
    const struct dns_reading *reading;
    struct index_map records;
};

static uint64_t record_key(enum read_section section, unsigned type, uint32_t ttl_s, const char *owner,
                           const char *data)
{
    return law_hash_text(law_hash_text(law_hash(law_hash(law_hash(5, section), type), ttl_s), owner), data);
}

static struct heard hear(const struct dns_reading *reading)
{
    struct heard heard = {.reading = reading};
    struct dns_reading from_the_first = *reading;
    struct read_record r;
    while (dns_reading_next(&from_the_first, &r))
        index_map_put(&heard.records, record_key(r.section, r.type, r.ttl_s, r.owner, r.data), 1);
    return heard;
}

static bool holds(const struct heard *heard, enum read_section section, const struct zone_record *record,
                  uint32_t ttl_s)
{
    uint64_t key = record_key(section, record->type, ttl_s, record->owner, record->data);
    return index_map_get(&heard->records, key) != SIZE_MAX;
}

/* RFC 2308 3: in a negative answer, the smaller of the SOA's TTL and its MINIMUM. */
static uint32_t negative_ttl_s(const struct zone_record *soa)
{
    const char *minimum = strrchr(soa->data, ' ');
    unsigned long ttl_s = minimum ? strtoul(minimum + 1, NULL, 10) : 0;
    return ttl_s < soa->ttl_s ? (uint32_t)ttl_s : soa->ttl_s;
}

static unsigned compare_answer(const struct looked_up *up, const struct heard *heard, struct missing *missing)
{
    unsigned n = 0;
    for (size_t i = 0; i < up->answer.count; i++)
        if (holds(heard, READ_ANSWER, up->answer.items[i], up->answer.items[i]->ttl_s))
            n++;
        else
            count_missing(missing, READ_ANSWER, up->answer.items[i]);
    return n;
}

static unsigned compare_authority(const struct looked_up *up, const struct heard *heard, struct missing *missing)
{
    const char *owner = up->soa_of ? up->soa_of : up->servers_of;
    unsigned n = 0, type = up->soa_of ? READ_SOA : READ_NS;
    const struct zone_record *record = owner ? next_of(up->set, NULL, owner, type) : NULL;
    for (; record; record = next_of(up->set, record, owner, type))
        if (holds(heard, READ_AUTHORITY, record, up->soa_of ? negative_ttl_s(record) : record->ttl_s))
            n++;
        else
            count_missing(missing, READ_AUTHORITY, record);
    return n;
}

static unsigned compare_addresses(const struct looked_up *up, const char *host, const struct heard *heard,
                                  struct missing *missing)
{
    static const unsigned types[] = {READ_A, READ_AAAA};
    unsigned n = 0;
    for (size_t t = 0; t < 2; t++)
        for (const struct zone_record *a = next_of(up->set, NULL, host, types[t]); a;
             a = next_of(up->set, a, host, types[t]))
            if (holds(heard, READ_ADDITIONAL, a, a->ttl_s))
                n++;
            else
                count_missing(missing, READ_ADDITIONAL, a);
    return n;
}

/* RFC 1035 3.3.9, 3.3.11: the addresses of hosts that the records name, each host once; those below a delegation only
   as its glue. */
static unsigned compare_additional(const struct looked_up *up, const struct heard *heard, struct missing *missing)
{
    TABLE_OF(const char *) named = {0};
    struct index_map met = {0};
    unsigned n = 0;
    for (size_t i = 0; i < up->answer.count && !up->soa_of; i++)
        if (up->answer.items[i]->type == READ_MX || up->answer.items[i]->type == READ_NS)
            *TABLE_ADD(&named) = up->answer.items[i]->target;
    const struct zone_record *ns = up->servers_of ? next_of(up->set, NULL, up->servers_of, READ_NS) : NULL;
    for (; ns; ns = next_of(up->set, ns, up->servers_of, READ_NS))
        *TABLE_ADD(&named) = ns->target;
    for (size_t i = 0; i < named.count; i++) {
        const char *host = named.items[i];
        if (is_in(&met, host)) continue;
        index_map_put(&met, law_hash_text(1, host), 1);
        if (!cut_of(up->set, host) || up->servers_of) n += compare_addresses(up, host, heard, missing);
    }
    index_map_free(&met);
    mem_free(named.items);
    return n;
}

/* RFC 2181 9, RFC 6891 6.2.3: what may be left out, and how it is said. */
static const char *judge_size(const struct dns_reading *r, const struct missing *missing, unsigned most)
{
    unsigned cut = missing->n[READ_ANSWER] + missing->n[READ_AUTHORITY], bytes = 0;
    for (size_t i = 0; i < READ_SECTIONS; i++)
        bytes += missing->bytes[i];
    if (r->size > most) return "is larger than may be";
    if (cut > 0 && !r->truncated) return "lacks records, and is not truncated";
    if (cut == 0 && r->truncated) return "is said to be truncated, and is not";
    if (cut > 0 && r->n[READ_ADDITIONAL] > 0) return "is truncated, but has additional records";
    if (bytes > 0 && r->size + bytes <= most) return "lacks records that would have had room";
    return NULL;
}

static const char *compare(struct looked_up *up, const struct heard *heard, unsigned most)
{
    const struct dns_reading *r = heard->reading;
    struct missing missing = {0};
    if (r->rcode != up->rcode) return "has another code";
    if (r->authoritative != up->authoritative)
        return r->authoritative ? "claims an authority that it has not" : "denies its authority";
    if (r->recursion_available) return "offers recursion";
    if (compare_answer(up, heard, &missing) != r->n[READ_ANSWER]) return "has an answer that is not there";
    if (compare_authority(up, heard, &missing) != r->n[READ_AUTHORITY]) return "has another authority section";
    if (compare_additional(up, heard, &missing) != r->n[READ_ADDITIONAL])
        return "has additional records that are not there";
    return judge_size(r, &missing, most);
}

static unsigned most_bytes(const struct law_message *m, const struct law_asked *asked)
{
    if (m->over_tcp) return STREAM_BYTES;
    if (!m->reading->has_opt) return PLAIN_BYTES;
    unsigned size = asked ? asked->opt_size : EDNS_BYTES;
    return size < PLAIN_BYTES ? PLAIN_BYTES : size < EDNS_BYTES ? size : EDNS_BYTES;
}

static const char *differs(const struct zone_set *set, const struct law_message *m, const struct law_asked *asked)
{
    struct looked_up up = {.set = set};
    look_up(&up, m->reading, asked);
    struct heard heard = hear(m->reading);
    const char *how = compare(&up, &heard, most_bytes(m, asked));
    index_map_free(&heard.records);
    mem_free(up.answer.items);
    return how;
}

/* --- who is judged --- */

/* Whom it answers, corrupted bytes may have told it wrongly. */
static uint64_t lie_key(int64_t host, const char *name)
{
    return law_hash_text(law_hash(7, (uint64_t)host), name);
}

static bool is_a_lie(struct laws *laws, const struct law_message *m)
{
    uint64_t key = lie_key(m->from, m->reading->qname);
    size_t left = index_map_get(&laws->zones->lies, key);
    if (left == SIZE_MAX || left == 0) return false;
    index_map_put(&laws->zones->lies, key, left - 1);
    return true;
}

void law_of_zones(struct laws *laws, const struct event *e, const struct law_message *m, const struct law_asked *asked)
{
    const struct zone_server *server = server_of(laws, m->from);
    if (!server) return;
    const char *how = differs(&server->now, m, asked);
    if (!how && asked && asked->recursion_desired != m->reading->recursion_desired) how = "forgets what was desired";
    if (!how && asked && asked->has_opt != m->reading->has_opt) how = "speaks of EDNS, or not, unlike the question";
    if (how && server->may_be_late && !differs(&server->before, m, asked)) return;
    if (how && !is_a_lie(laws, m))
        law_broken(laws, e, "D8", "the answer about %s %u %s", m->reading->qname, m->reading->qtype, how);
}

static void on_fault(struct laws *laws, const struct event *e)
{
    struct zone_server *server = server_of(laws, event_int(e, FIELD_HOST));
    if (!server) return;
    uint64_t key = lie_key(event_int(e, FIELD_HOST), event_text(e, FIELD_QNAME));
    size_t before = index_map_get(&laws->zones->lies, key);
    index_map_put(&laws->zones->lies, key, before == SIZE_MAX ? 1 : before + 1);
    if (strcmp(event_text(e, FIELD_WHY), "late") == 0) server->may_be_late = true;
}

static void on_trouble(struct laws *laws, const struct event *e)
{
    struct zone_server *server = server_of(laws, event_int(e, FIELD_HOST));
    if (server) server->may_be_late = true;
}

void laws_of_zones(struct laws *laws, const struct event *e)
{
    if (e->kind == EVENT_ZONE_RECORD) on_record(laws, e);
    if (e->kind == EVENT_DNS_FAULT) on_fault(laws, e);
    if (e->kind == EVENT_HOST_STATE || e->kind == EVENT_HOST_TROUBLE) on_trouble(laws, e);
}
