/* A hash table with chains, and a list in the order of last use. An entry is one block of memory with its records. */
#include "model/dns/dns_cache.h"

#include <assert.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "sim/journal/vtime.h"

struct place {
    struct dns_entry *entry;
    uint64_t hash;
    struct place *next;          /* in the chain */
    struct place *newer, *older; /* used after, and before, this one */
};

struct dns_cache {
    struct place **chains;
    size_t n_chains; /* a power of two */
    size_t n, most;
    struct place *newest, *oldest;
};

const char *dns_rank_text(enum dns_rank rank)
{
    switch (rank) {
    case DNS_RANK_GLUE:
        return "glue";
    case DNS_RANK_REFERRAL:
        return "referral";
    case DNS_RANK_AUTHORITY:
        return "authority";
    case DNS_RANK_ANSWER:
        return "answer";
    }
    return "?";
}

const char *dns_cached_text(enum dns_cached what)
{
    switch (what) {
    case DNS_CACHED_RECORDS:
        return "records";
    case DNS_CACHED_NO_DATA:
        return "no data";
    case DNS_CACHED_NO_NAME:
        return "no such name";
    case DNS_CACHED_FAILURE:
        return "failure";
    }
    return "?";
}

/* --- entries --- */

struct dns_entry *dns_entry_hold(struct dns_entry *entry)
{
    assert(entry->references > 0);
    entry->references++;
    return entry;
}

void dns_entry_drop(struct dns_entry *entry)
{
    if (!entry) return;
    assert(entry->references > 0);
    if (--entry->references == 0) mem_free(entry);
}

uint32_t dns_entry_ttl_left_s(const struct dns_entry *entry, int64_t now_ns)
{
    return now_ns >= entry->expires_ns ? 0 : (uint32_t)((entry->expires_ns - now_ns) / SECOND);
}

static size_t room_of(const char *name)
{
    return name ? strlen(name) + 1 : 0;
}

static const char *put_name(char **place, const char *name)
{
    if (!name) return NULL;
    size_t room = room_of(name);
    char *copy = memcpy(*place, name, room);
    *place += room;
    return copy;
}

static struct dns_entry *copy_entry(const struct dns_entry *content)
{
    size_t head = (sizeof *content + 15) & ~(size_t)15;
    size_t size = head + content->n * sizeof(struct dns_rr) + room_of(content->name) + room_of(content->zone);
    for (size_t i = 0; i < content->n; i++) {
        const struct dns_rr *rr = &content->rrs[i];
        size += (strcmp(rr->name, content->name) == 0 ? 0 : room_of(rr->name)) + room_of(rr->target) +
                room_of(rr->soa_rname);
    }
    struct dns_entry *entry = mem_alloc(size);
    struct dns_rr *rrs = (struct dns_rr *)((char *)entry + head);
    char *names = (char *)(rrs + content->n);
    *entry = *content;
    entry->references = 1;
    entry->name = put_name(&names, content->name);
    entry->zone = put_name(&names, content->zone);
    entry->rrs = rrs;
    for (size_t i = 0; i < content->n; i++) {
        const struct dns_rr *rr = &content->rrs[i];
        rrs[i] = *rr;
        rrs[i].name = strcmp(rr->name, content->name) == 0 ? entry->name : put_name(&names, rr->name);
        rrs[i].target = put_name(&names, rr->target);
        rrs[i].soa_rname = put_name(&names, rr->soa_rname);
    }
    return entry;
}

/* --- the table --- */

struct dns_cache *dns_cache_new(size_t most_entries)
{
    struct dns_cache *cache = mem_calloc(1, sizeof *cache);
    cache->most = most_entries;
    cache->n_chains = 64;
    cache->chains = mem_calloc(cache->n_chains, sizeof(struct place *));
    return cache;
}

void dns_cache_clear(struct dns_cache *cache)
{
    struct place *place = cache->newest;
    while (place) {
        struct place *older = place->older;
        dns_entry_drop(place->entry);
        mem_free(place);
        place = older;
    }
    memset(cache->chains, 0, cache->n_chains * sizeof(struct place *));
    cache->newest = cache->oldest = NULL;
    cache->n = 0;
}

void dns_cache_free(struct dns_cache *cache)
{
    if (!cache) return;
    dns_cache_clear(cache);
    mem_free(cache->chains);
    mem_free(cache);
}

size_t dns_cache_entries(const struct dns_cache *cache)
{
    return cache->n;
}

/* FNV-1a over the name, then the type. */
static uint64_t hash_of(const char *name, enum dns_type type)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (uint64_t)type;
    for (; *name; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
    return hash ^ hash >> 32;
}

static struct place *find_place(const struct dns_cache *cache, const char *name, enum dns_type type, uint64_t hash)
{
    struct place *place = cache->chains[hash & (cache->n_chains - 1)];
    while (place && (place->hash != hash || place->entry->type != type || strcmp(place->entry->name, name) != 0))
        place = place->next;
    return place;
}

static void unlink_use(struct dns_cache *cache, struct place *place)
{
    *(place->newer ? &place->newer->older : &cache->newest) = place->older;
    *(place->older ? &place->older->newer : &cache->oldest) = place->newer;
}

static void link_use(struct dns_cache *cache, struct place *place)
{
    place->newer = NULL;
    place->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = place;
    cache->newest = place;
}

/* Takes the place out; its entry's reference goes to the caller. */
static struct dns_entry *remove_place(struct dns_cache *cache, struct place *place)
{
    struct place **link = &cache->chains[place->hash & (cache->n_chains - 1)];
    while (*link != place)
        link = &(*link)->next;
    *link = place->next;
    unlink_use(cache, place);
    struct dns_entry *entry = place->entry;
    mem_free(place);
    cache->n--;
    return entry;
}

static void grow(struct dns_cache *cache)
{
    cache->n_chains *= 2;
    mem_free(cache->chains);
    cache->chains = mem_calloc(cache->n_chains, sizeof(struct place *));
    for (struct place *place = cache->newest; place; place = place->older) {
        struct place **chain = &cache->chains[place->hash & (cache->n_chains - 1)];
        place->next = *chain;
        *chain = place;
    }
}

static bool is_good(const struct dns_entry *entry, int64_t now_ns, uint64_t transaction)
{
    return now_ns < entry->expires_ns || (entry->ttl_s == 0 && entry->transaction == transaction);
}

struct dns_entry *dns_cache_find(struct dns_cache *cache, const char *name, enum dns_type type, enum dns_rank least,
                                 int64_t now_ns, uint64_t transaction, struct dns_entry **ran_out)
{
    if (ran_out) *ran_out = NULL;
    struct place *place = find_place(cache, name, type, hash_of(name, type));
    if (!place) return NULL;
    if (!is_good(place->entry, now_ns, transaction)) {
        if (place->entry->ttl_s == 0) return NULL; /* another transaction still uses it */
        struct dns_entry *old = remove_place(cache, place);
        if (ran_out)
            *ran_out = old;
        else
            dns_entry_drop(old);
        return NULL;
    }
    if (place->entry->rank < least) return NULL;
    unlink_use(cache, place);
    link_use(cache, place);
    return place->entry;
}

static void add_place(struct dns_cache *cache, struct dns_entry *entry, uint64_t hash)
{
    if (cache->n == cache->most) dns_entry_drop(remove_place(cache, cache->oldest));
    if (cache->n == cache->n_chains) grow(cache);
    struct place *place = mem_calloc(1, sizeof *place);
    struct place **chain = &cache->chains[hash & (cache->n_chains - 1)];
    *place = (struct place){.entry = entry, .hash = hash, .next = *chain};
    *chain = place;
    link_use(cache, place);
    cache->n++;
}

struct dns_entry *dns_cache_put(struct dns_cache *cache, const struct dns_entry *content)
{
    uint64_t hash = hash_of(content->name, content->type);
    int64_t expires_ns = content->put_ns + content->ttl_s * SECOND;
    struct place *place = find_place(cache, content->name, content->type, hash);
    bool is_there = place && content->put_ns < place->entry->expires_ns;
    if (is_there && place->entry->what != DNS_CACHED_FAILURE) {
        if (place->entry->rank > content->rank) return NULL;
        bool same_rank_ns = content->type == DNS_NS && place->entry->rank == content->rank;
        if (same_rank_ns && place->entry->expires_ns < expires_ns) expires_ns = place->entry->expires_ns;
    }
    struct dns_entry *entry = copy_entry(content);
    entry->expires_ns = expires_ns;
    if (place) {
        dns_entry_drop(place->entry);
        place->entry = entry;
        unlink_use(cache, place);
        link_use(cache, place);
        return entry;
    }
    add_place(cache, entry, hash);
    return entry;
}
