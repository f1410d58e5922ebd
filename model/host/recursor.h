/* A host that resolves names for others: binds the resolver machine (model/dns/dns_resolver.h) to datagrams, connections,
   the journal, and those who ask. */
#ifndef POSTROAD_MODEL_HOST_RECURSOR_H
#define POSTROAD_MODEL_HOST_RECURSOR_H

#include "model/host/packets.h"
#include "model/host/world_internal.h"

struct recursor;
struct recursor_asker;

struct recursor *recursor_new(struct host *host);
void recursor_free(struct recursor *recursor);
/* The host stops: questions and cache are gone. */
void recursor_crash(struct recursor *recursor);

/* A question came as a datagram. */
void recursor_take_datagram(struct recursor *recursor, const struct packet *packet);
/* A question came over a connection; the answer, ready to be sent, comes later or at once. Forget it when the connection
   goes before that. NULL: it was answered at once. */
typedef void (*recursor_answer_fn)(void *context, struct recursor_asker *asker, const struct dns_message *answer);
struct recursor_asker *recursor_take_stream(struct recursor *recursor, struct ip_address from,
                                            struct dns_message *query, recursor_answer_fn answer, void *context);
void recursor_forget(struct recursor_asker *asker);

/* A response to one of its own ports; false when it is none that it waits for. */
bool recursor_receive(struct recursor *recursor, const struct packet *packet);
/* An ICMP error quotes a query of its own. */
void recursor_on_icmp(struct recursor *recursor, struct ip_address server, uint16_t port, const char *why);

#endif
