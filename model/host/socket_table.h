/* The sockets of a host, found by ports and peer. */
#ifndef POSTROAD_MODEL_HOST_SOCKET_TABLE_H
#define POSTROAD_MODEL_HOST_SOCKET_TABLE_H

#include "model/host/world_internal.h"

/* A place in a host's table, empty without a socket. The hash stands beside it, since most that are looked at in vain
   have been in TIME-WAIT for minutes, and nobody should have to fetch them from memory. */
struct socket_slot {
    struct socket *socket;
    uint64_t hash;
};

struct socket_key {
    struct ip_address remote_address;
    uint16_t local_port, remote_port;
};

/* Every struct socket begins with its key. */
struct socket *socket_table_find(const struct host *host, struct socket_key key);
void socket_table_add(struct host *host, struct socket *socket);
void socket_table_remove(struct host *host, struct socket *socket);

#endif
