/* What a resolver remembers: sets of records, and that there are none, until their time runs out (RFC 1035 7.4, RFC 2181
   5, RFC 2308, RFC 9520). Bounded; what was used longest ago goes first. */
#ifndef POSTROAD_MODEL_DNS_DNS_CACHE_H
#define POSTROAD_MODEL_DNS_DNS_CACHE_H

#include "model/wire/dns_wire.h"

/* How far data is trusted, RFC 2181 5.4.1, the least first. */
enum dns_rank {
    DNS_RANK_GLUE = 1,  /* from an additional section */
    DNS_RANK_REFERRAL,  /* NS records by which a parent points to its child */
    DNS_RANK_AUTHORITY, /* from the authority section of an authoritative answer */
    DNS_RANK_ANSWER     /* an authoritative answer */
};
const char *dns_rank_text(enum dns_rank rank); /* "glue" */

enum dns_cached { DNS_CACHED_RECORDS, DNS_CACHED_NO_DATA, DNS_CACHED_NO_NAME, DNS_CACHED_FAILURE };
const char *dns_cached_text(enum dns_cached what); /* "records", "no data", "no such name", "failure" */

/* One thing remembered; unchanged once made, and held by reference, so that it may leave the cache while in use. */
struct dns_entry {
    uint32_t references;
    enum dns_cached what;
    enum dns_rank rank;
    const char *name;
    enum dns_type type; /* of DNS_CACHED_NO_NAME: 0, since it is about all types */
    const char *zone;   /* whose server said so; "" is the root */
    uint32_t ttl_s;     /* when it was put */
    int64_t put_ns, expires_ns;
    uint64_t transaction; /* a TTL of 0 is good for this transaction alone (RFC 1035 3.2.1) */
    const struct dns_rr *rrs; /* the set, or the SOA of a negative answer where there is one */
    size_t n;
};
struct dns_entry *dns_entry_hold(struct dns_entry *entry);
void dns_entry_drop(struct dns_entry *entry);
/* What is left of its time, in whole seconds, never more than that and never negative. */
uint32_t dns_entry_ttl_left_s(const struct dns_entry *entry, int64_t now_ns);

struct dns_cache;

struct dns_cache *dns_cache_new(size_t most_entries);
void dns_cache_free(struct dns_cache *cache);
void dns_cache_clear(struct dns_cache *cache);
size_t dns_cache_entries(const struct dns_cache *cache);

/* What is known, at least this far trusted, and not run out. *ran_out, where given, gets what was there and has just
   left, with a reference for the caller, or NULL. The entry is the cache's. */
struct dns_entry *dns_cache_find(struct dns_cache *cache, const char *name, enum dns_type type, enum dns_rank least,
                                 int64_t now_ns, uint64_t transaction, struct dns_entry **ran_out);

/* Remembers a copy of the content, whose put_ns is now; expires_ns and references are set here. What is there, has not run
   out and ranks higher stays, and so does the time of NS records that are there (a child must not keep itself alive
   after its parent let go: Jiang et al. 2012). The entry now there, the cache's, if it is the new one, else NULL. */
struct dns_entry *dns_cache_put(struct dns_cache *cache, const struct dns_entry *content);

#endif
