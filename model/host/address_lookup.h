/* The addresses of a name, of the versions of IP that the asking host speaks: IPv6 first, then IPv4 (RFC 6724 2.1 in a
   world without tunnels). */
#ifndef POSTROAD_MODEL_HOST_ADDRESS_LOOKUP_H
#define POSTROAD_MODEL_HOST_ADDRESS_LOOKUP_H

#include "model/dns/dns_lookup.h"
#include "model/host/world_internal.h"

enum { LOOKUP_ADDRESSES_MAX = 32 };

struct address_lookup;

/* DNS_FOUND also where the answers hold no address. Called once, after which the lookup is gone. */
typedef void (*address_lookup_fn)(void *context, enum dns_outcome outcome, const struct ip_address *addresses,
                                  size_t n);
struct address_lookup *address_lookup_start(struct host *host, const char *name, address_lookup_fn done, void *context);
void address_lookup_forget(struct address_lookup *lookup);
/* While the answer is given: whether the name is an alias (CNAME) of the one that has the addresses. */
bool address_lookup_met_alias(const struct address_lookup *lookup);

#endif
