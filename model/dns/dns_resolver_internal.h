/* What the resolver's files share: its questions, and the steps from one to the next. */
#ifndef POSTROAD_MODEL_DNS_DNS_RESOLVER_INTERNAL_H
#define POSTROAD_MODEL_DNS_DNS_RESOLVER_INTERNAL_H

#include "model/dns/dns_resolver.h"
#include "model/dns/dns_servers.h"

enum { MOST_ALIASES = 16, MOST_NAME_SERVERS = 16, MOST_CANDIDATES = 32, PORT_BUCKETS = 256 };
#define NO_HEAP UINT32_MAX

/* What a client's question may still cost, side questions included. */
struct work {
    uint32_t references;
    uint64_t transaction; /* from 1 */
    unsigned queries_left;
    int64_t until_ns;
};

struct query {
    struct dns_upstream upstream;
    struct question *question;
    struct query *next; /* in the bucket of its port */
    int64_t sent_ns, timeout_ns;
    bool edns;
};

/* An address of a server of the zone at hand. */
struct candidate {
    struct ip_address address;
    unsigned transmissions;
    bool bad; /* answered with what is no use */
};

/* Somebody who waits for a question's end: a client, or another question that wants a server's address. */
struct waiter {
    struct waiter *next;
    void *asker;
    struct question *parent; /* NULL: a client */
};

/* RFC 1034 5.3.3: the aliases met, and what is looked for now (SNAME) at their end. */
struct trail {
    const char *sname; /* the question's, or in the last of: */
    struct dns_entry *aliases[MOST_ALIASES];
    unsigned n_aliases;
};
enum trail_end { TRAIL_UNKNOWN, TRAIL_KNOWN, TRAIL_BROKEN /* aliases in a circle, or too many */ };

/* A name and a type that is being looked for. */
struct question {
    struct dns_resolver *resolver;
    struct question *next, *previous; /* all of them */
    struct question *next_ready;
    bool is_ready, is_over;
    uint64_t looked_at; /* by which search for who waits for whom */
    char qname[DNS_NAME_BYTES];
    enum dns_type qtype;
    struct waiter *waiters;
    unsigned depth;
    struct work *work;

    struct trail trail;
    bool has_cut;
    char cut[DNS_NAME_BYTES]; /* RFC 1034 5.3.3: the zone whose servers (SLIST) are asked now */
    struct dns_entry *ns;     /* their names; NULL: the hints */
    bool is_asked[MOST_NAME_SERVERS]; /* of these names: addresses were looked up, or cannot be */
    struct candidate candidates[MOST_CANDIDATES];
    size_t n_candidates;
    unsigned side_questions; /* open */
    struct query *query;     /* on its way, or NULL */

    int64_t deadline_ns;
    uint32_t heap_place;
};

struct dns_resolver {
    struct dns_resolver_config config;
    struct dns_resolver_owner owner;
    struct dns_hint *hints;
    size_t n_hints;
    struct dns_cache *cache;
    struct dns_servers *servers;
    struct question *questions;
    size_t n_questions;
    struct question **heap; /* by deadline */
    size_t n_heap, heap_room;
    struct question *first_ready, *last_ready;
    struct query *by_port[PORT_BUCKETS];
    uint32_t last_query;
    uint64_t last_transaction, last_search;
    int64_t now_ns;
};

/* dns_questions.c: their life, their waiters, their deadlines */
struct question *question_new(struct dns_resolver *r, const char *qname, enum dns_type qtype, struct work *work,
                              unsigned depth);
void question_free(struct question *q);
void question_add_waiter(struct question *q, void *asker, struct question *parent);
struct question *question_find(const struct dns_resolver *r, const char *qname, enum dns_type qtype);
/* Whether the question waits for the other, however many lie between. */
bool question_waits_for(const struct question *q, struct question *other);
void question_set_deadline(struct question *q, int64_t at_ns);
void question_make_ready(struct question *q);
struct work *work_new(struct dns_resolver *r);
void work_drop(struct work *work);

/* dns_resolver_walk.c: the next step of each ready question */
void resolver_run_ready(struct dns_resolver *r);
void question_fail(struct question *q);
/* RFC 1034 5.3.3 step 4b: from now on the servers of this zone are asked. */
void question_set_cut(struct question *q, const char *zone, struct dns_entry *ns);

/* dns_resolver_queries.c: queries to servers */
/* False when the question may cost no more. */
bool query_send(struct question *q, struct candidate *candidate, bool stream);
void query_drop(struct question *q, const char *given_up); /* NULL: it was answered */
struct query *query_by_port(const struct dns_resolver *r, uint16_t port);
struct query *query_by_n(const struct dns_resolver *r, uint32_t n);

/* dns_resolver_response.c: what a response to the question's open query says */
void question_take_response(struct question *q, const struct dns_message *response);

/* dns_resolver.c */
struct dns_entry *resolver_find(struct dns_resolver *r, const char *name, enum dns_type type, enum dns_rank least,
                                uint64_t transaction);
void resolver_note(struct dns_resolver *r, struct dns_note note);
/* Follows what the cache knows; *end is the entry that answers, the cache's. */
enum trail_end trail_follow(struct dns_resolver *r, struct trail *trail, enum dns_type qtype, uint64_t transaction,
                            struct dns_entry **end);
void trail_drop(struct trail *trail);
/* end NULL: SERVFAIL */
struct dns_message *resolver_make_answer(struct dns_resolver *r, const char *qname, enum dns_type qtype,
                                         const struct trail *trail, const struct dns_entry *end);
bool name_is_in(const char *name, const char *zone); /* at or below it */
const char *parent_of(const char *name);             /* NULL: of the root */

#endif
