/* A name server's connections: DNS over TCP (RFC 7766). Datagrams are answered by the host itself. */
#ifndef POSTROAD_MODEL_HOST_NAME_SERVER_H
#define POSTROAD_MODEL_HOST_NAME_SERVER_H

#include "model/host/world_internal.h"

struct name_server;
struct socket;

struct name_server *name_server_new(struct host *host);
void name_server_free(struct name_server *server);
bool name_server_listens(const struct name_server *server, uint16_t port);
/* A peer opens a connection. */
void name_server_accept(struct name_server *server, struct socket *socket);
/* The host stops: connections are gone. */
void name_server_crash(struct name_server *server);

#endif
