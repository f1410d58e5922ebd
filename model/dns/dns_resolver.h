/* An iterative, caching resolver as pure code (RFC 1034 5.3.3): questions and datagrams in, datagrams and deadlines out.
   It walks from the root to the zone that knows, and its work for one question is bounded whatever the zones say.

   The caps are BIND's and Unbound's: 50 queries for a question (BIND max-recursion-queries), 7 side questions deep (BIND
   max-recursion-depth), 11 aliases (both), 10 s (BIND resolver-query-timeout), 5 transmissions to a server (Unbound
   outbound-msg-retry), 2 addresses of name servers looked up at once (against NXNS, Afek et al. 2020), TTLs of at most a
   day, negative ones of an hour (Unbound), failures kept 5 s (RFC 9520: 1 s to 5 min; Unbound 5 s). */
#ifndef POSTROAD_MODEL_DNS_DNS_RESOLVER_H
#define POSTROAD_MODEL_DNS_DNS_RESOLVER_H

#include "model/dns/dns_cache.h"

struct dns_resolver_config {
    unsigned most_queries;        /* to name servers, for one question and its side questions */
    unsigned most_depth;          /* of side questions: the address of the server that knows the address of ... */
    unsigned most_aliases;
    unsigned most_transmissions;  /* to one server for one question */
    unsigned most_side_questions; /* at once, for one question */
    unsigned most_questions;      /* open at once, side questions included; more are refused with SERVFAIL */
    int64_t most_time_ns;
    uint32_t most_ttl_s, most_negative_ttl_s, failure_ttl_s;
    uint16_t edns_bytes; /* 0: without EDNS */
    size_t most_entries; /* of the cache */
    bool v4, v6;         /* of servers that can be asked */
};
struct dns_resolver_config dns_resolver_config_default(void);

/* A root server. */
struct dns_hint {
    const char *name;
    struct ip_address address;
};

/* A query on its way to a name server. */
struct dns_upstream {
    uint32_t n; /* from 1, never again in this resolver */
    struct ip_address server;
    uint16_t id, port; /* both drawn at random (RFC 5452); port: of the datagram, or of the connection if free */
    bool stream;       /* over TCP, since the datagram was truncated */
    uint32_t transmission; /* to this server for this question, from 1 */
    const char *zone;  /* whose server is asked */
    struct dns_message *message;
};

/* What a reader of the journal may want to know. */
enum dns_note_kind {
    DNS_NOTE_PUT,      /* entry was remembered */
    DNS_NOTE_HIT,      /* entry was the answer, or an alias on the way to it, without a query */
    DNS_NOTE_RAN_OUT,  /* entry was found too old, and is gone */
    DNS_NOTE_REFERRAL, /* the servers of zone say to ask those of name */
    DNS_NOTE_LAME,     /* the server does not know the zone that it should */
    DNS_NOTE_NO_EDNS,  /* the server does not understand EDNS */
    DNS_NOTE_TRUNCATED /* the question is put again over TCP */
};
struct dns_note {
    enum dns_note_kind kind;
    const struct dns_entry *entry;
    const char *zone, *name;
    struct ip_address server;
};

struct dns_resolver_owner {
    void *context;
    /* 64 random bits of its own for each (what, n) */
    uint64_t (*draw)(void *context, const char *what, uint64_t n);
    void (*send)(void *context, const struct dns_upstream *upstream);
    /* An upstream is given up: its time is out, or nobody wants it any more. */
    void (*give_up)(void *context, const struct dns_upstream *upstream, const char *why);
    /* The answer has no id yet; the callee's to look at for the call. */
    void (*answer)(void *context, void *asker, const struct dns_message *answer);
    void (*note)(void *context, const struct dns_note *note);
};

struct dns_resolver;

struct dns_resolver *dns_resolver_new(const struct dns_resolver_config *config, const struct dns_resolver_owner *owner,
                                      const struct dns_hint *hints, size_t n_hints);
void dns_resolver_free(struct dns_resolver *resolver);
/* The host stops: all questions and all it knows are gone, nobody is told. */
void dns_resolver_crash(struct dns_resolver *resolver);

/* A question, its name as dns_name_normalize makes it. An answer that is known comes back at once, with one reference;
   else NULL, and owner.answer comes, perhaps at once where no server can be asked. */
struct dns_message *dns_resolver_ask(struct dns_resolver *resolver, const char *qname, enum dns_type qtype, void *asker,
                                     int64_t now_ns);
/* The asker is no longer interested; what was begun is finished for the cache's sake. */
void dns_resolver_forget(struct dns_resolver *resolver, void *asker);

/* Whether a datagram from there to this port of ours would be taken. */
bool dns_resolver_expects(const struct dns_resolver *resolver, struct ip_address from, uint16_t port,
                          const struct dns_message *response);
/* A datagram came to this port of ours. False: nothing that was asked for (RFC 5452 9.1), and it changed nothing. */
bool dns_resolver_receive(struct dns_resolver *resolver, struct ip_address from, uint16_t port,
                          const struct dns_message *response, int64_t now_ns);
/* The same for the connection that was made for an upstream, by its n; and that it could not be opened or was lost. */
bool dns_resolver_receive_stream(struct dns_resolver *resolver, uint32_t n, const struct dns_message *response,
                                 int64_t now_ns);
void dns_resolver_stream_failed(struct dns_resolver *resolver, uint32_t n, int64_t now_ns);
/* ICMP says that the query sent from this port cannot reach the server: it is not waited for. */
void dns_resolver_unreachable(struct dns_resolver *resolver, struct ip_address server, uint16_t port, int64_t now_ns);

int64_t dns_resolver_deadline(const struct dns_resolver *resolver);
void dns_resolver_on_deadline(struct dns_resolver *resolver, int64_t now_ns);

size_t dns_resolver_open_questions(const struct dns_resolver *resolver); /* side questions included */
const struct dns_cache *dns_resolver_cache(const struct dns_resolver *resolver);

#endif
