/* Where mail for a domain goes: its MX records, then the addresses of all their hosts, in the order in which they are to
   be tried (RFC 5321 5.1), or why there is no such place. */
#ifndef POSTROAD_MODEL_HOST_MX_LOOKUP_H
#define POSTROAD_MODEL_HOST_MX_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

#include "model/host/world_internal.h"

enum {
    MX_HOSTS_MOST = 100,    /* whose addresses are asked for, the best first */
    MX_ADDRESSES_MOST = 50, /* once this many are known no further host is asked for */
    MX_REASON_BYTES = 512
};

enum mx_route_outcome {
    MX_ROUTE_FOUND, /* at least one place */
    MX_ROUTE_LATER, /* DNS gave no answer: temporary */
    MX_ROUTE_NEVER  /* no such domain, no mail there, or it loops back */
};

/* What a connection to one of the places must have before mail is shown to it. */
enum route_tls { ROUTE_TLS_NEVER, ROUTE_TLS_IF_OFFERED, ROUTE_TLS_REQUIRED, ROUTE_TLS_VERIFIED };

struct mx_place {
    const char *host; /* "mx1.b.example"; of an address literal: the literal */
    uint16_t preference;
    struct ip_address address;
};

struct mx_route {
    enum mx_route_outcome outcome;
    char reason[MX_REASON_BYTES]; /* when not found: "550 5.1.2 ..." */
    const struct mx_place *places;
    size_t n;
    enum route_tls tls; /* see outbound_tls.h */
};

/* The route is the callee's to look at for the call. */
typedef void (*mx_lookup_fn)(void *context, const struct mx_route *route);

struct mx_lookup;

/* The answer comes in a later event, once, after which the look-up is gone. draw_key names the chance that shuffles hosts
   of equal preference: the same key gives the same order. */
struct mx_lookup *mx_lookup_start(struct host *host, const char *domain, uint64_t draw_key, mx_lookup_fn done,
                                  void *context);
/* The asker is no longer interested; not after the answer. */
void mx_lookup_forget(struct mx_lookup *lookup);

#endif
