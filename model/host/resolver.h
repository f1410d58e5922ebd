/* A host's stub resolver: asks the name server, over datagrams that may be lost. */
#ifndef POSTROAD_MODEL_HOST_RESOLVER_H
#define POSTROAD_MODEL_HOST_RESOLVER_H

#include "model/dns/dns_lookup.h"
#include "model/host/packets.h"
#include "model/host/world_internal.h"

/* The answer is the callee's to look at for the call; NULL when there is none. */
typedef void (*resolver_answer_fn)(void *context, enum dns_outcome outcome, const struct dns_message *answer);

struct resolver_question;

struct resolver *resolver_new(struct host *host);
void resolver_free(struct resolver *resolver);
/* The answer comes in a later event, once. */
struct resolver_question *resolver_ask(struct resolver *resolver, const char *qname, enum dns_type qtype,
                                       resolver_answer_fn answer, void *context);
/* The asker is no longer interested; not after the answer. */
void resolver_forget(struct resolver *resolver, struct resolver_question *question);
/* A response to one of our ports; false if nobody waits there for one from that server. */
bool resolver_receive(struct resolver *resolver, const struct ip_packet *ip);
/* An ICMP error quotes a question from this port to this server: it need not be waited for. */
void resolver_on_icmp(struct resolver *resolver, struct ip_address server, uint16_t port, const char *why);
/* The host stops: all questions are dropped, nobody is told. */
void resolver_crash(struct resolver *resolver);

#endif
