/* What answers questions at port 53 of a host, by datagram and over TCP (RFC 7766): from its zones, or, at a resolver, by
   asking others. */
#ifndef POSTROAD_MODEL_HOST_NAME_SERVER_H
#define POSTROAD_MODEL_HOST_NAME_SERVER_H

#include "model/host/packets.h"
#include "model/host/world_internal.h"

struct name_server;
struct socket;

struct name_server *name_server_new(struct host *host);
void name_server_free(struct name_server *server);
bool name_server_listens(const struct name_server *server, uint16_t port);
/* A question came as a datagram. */
void name_server_take_question(struct name_server *server, const struct packet *packet);
/* A peer opens a connection. */
void name_server_accept(struct name_server *server, struct socket *socket);
/* The host stops: connections are gone, and a resolver's cache. */
void name_server_crash(struct name_server *server);
/* The part of it that asks others; NULL: it is no resolver. */
struct recursor *name_server_recursor(const struct name_server *server);

#endif
