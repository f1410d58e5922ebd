/* What a host has learnt of the paths to others (RFC 1191, RFC 8201): the largest packet that gets through, for ten
   minutes, after which it tries with large ones again. */
#ifndef POSTROAD_MODEL_HOST_PATH_MTU_H
#define POSTROAD_MODEL_HOST_PATH_MTU_H

#include "model/host/world_internal.h"

struct path_mtus;

/* What the path to an address takes, as far as is known: at most the host's own MTU. */
uint32_t path_mtu_of(const struct host *host, struct ip_address destination);
/* What a message "packet too big" means: its next hop's MTU or, where an old router told none, the next plateau below
   the quoted packet's size (RFC 1191 7.1). 0: it is not to be believed, since it is not below what is known, or below
   what every link takes (RFC 8201 4). */
uint32_t path_mtu_believed(const struct host *host, struct ip_address destination, uint32_t told, uint32_t quoted_size);
void path_mtu_lower(struct host *host, struct ip_address destination, uint32_t mtu_bytes); /* emits path.mtu */
void path_mtus_free(struct host *host);

#endif
