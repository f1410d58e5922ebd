/* What dns_zones.c (the records) and dns_zones_answer.c (the answers made from them) share. */
#ifndef POSTROAD_MODEL_DNS_DNS_ZONES_INTERNAL_H
#define POSTROAD_MODEL_DNS_DNS_ZONES_INTERNAL_H

#include "model/dns/dns_zones.h"

/* Of a name: one for each of seven types, and that for any other. */
enum { DNS_ANSWERS_PREPARED = 8 };

struct dns_node {
    char *owner;
    uint64_t hash;
    bool is_apex;
    struct dns_rr *rrs; /* names other than the owner are owned */
    size_t n_rrs, room;
    /* Once finished: */
    const struct dns_node *apex; /* of the zone it lies in */
    /* Where that zone ends above it, or at it: others know more (RFC 1034 4.2.1); or NULL. */
    const struct dns_node *cut;
    struct dns_message referral; /* of a cut */
    struct dns_rr negative;      /* of an apex: the SOA as negative answers carry it */
    struct dns_message answers[DNS_ANSWERS_PREPARED];
};

/* A record that is there, by what it says: one given twice is found without looking at all others of its set. */
struct said {
    uint64_t hash;
    struct dns_node *node; /* NULL: free */
    size_t index;          /* among the node's */
};

struct dns_zones {
    struct dns_node **nodes; /* in the order in which they came */
    size_t n_nodes, room;
    uint32_t *slots;          /* open addressing; index into nodes + 1, 0 is free */
    size_t n_slots;           /* a power of two */
    struct said *said;        /* open addressing */
    size_t n_said, said_room; /* a power of two */
    bool delegates, finished;
};

/* The name itself, or NULL. */
struct dns_node *dns_zones_find(const struct dns_zones *zones, const char *name);
/* The name itself or the nearest above it that is known; NULL: none. */
struct dns_node *dns_zones_find_nearest(const struct dns_zones *zones, const char *name);
struct dns_node *dns_zones_find_or_add(struct dns_zones *zones, const char *name);
/* The apex nearest above a name, itself included. */
const struct dns_node *dns_zones_find_apex(const struct dns_zones *zones, const char *name);
/* "a.b.example" -> "b.example" -> "example" -> "" -> NULL */
const char *dns_zones_parent_name(const char *name);
const struct dns_rr *dns_zones_first_of(const struct dns_node *node, enum dns_type type);
void dns_zones_join_sets(struct dns_node *node);

#endif
