/* What a resolver's two sides share: those who ask it (recursor_askers.c), and what it asks itself (recursor.c). */
#ifndef POSTROAD_MODEL_HOST_RECURSOR_INTERNAL_H
#define POSTROAD_MODEL_HOST_RECURSOR_INTERNAL_H

#include "model/dns/dns_resolver.h"
#include "model/host/recursor.h"
#include "model/host/wake.h"

struct upstream_stream;

struct recursor {
    struct host *host;
    struct dns_resolver *resolver;
    struct wake wake;
    struct recursor_asker *askers;
    struct upstream_stream *streams;
};

/* --- recursor.c --- */
struct world *recursor_world(const struct recursor *recursor);
int64_t recursor_now_ns(const struct recursor *recursor);
/* Its number; 0: nobody has this address. */
uint32_t recursor_host_at(const struct recursor *recursor, struct ip_address address);
/* After whatever may have moved the resolver's deadline. */
void recursor_settle(struct recursor *recursor);

/* --- recursor_askers.c --- */
void recursor_asker_free(struct recursor_asker *asker);
/* The resolver knows what this one has asked for. */
void recursor_on_answer(void *context, void *asker, const struct dns_message *known);

#endif
