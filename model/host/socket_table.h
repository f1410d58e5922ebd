/* The sockets of a host, found by ports and peer. */
#ifndef POSTROAD_MODEL_HOST_SOCKET_TABLE_H
#define POSTROAD_MODEL_HOST_SOCKET_TABLE_H

#include "model/host/world_internal.h"

struct socket_key {
    struct ip_address remote_address;
    uint16_t local_port, remote_port;
};

/* Every struct socket begins with its key. */
struct socket *socket_table_find(const struct host *host, struct socket_key key);
void socket_table_add(struct host *host, struct socket *socket);
void socket_table_remove(struct host *host, struct socket *socket);

#endif
