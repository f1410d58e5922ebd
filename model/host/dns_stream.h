/* One question over TCP (RFC 7766): opens a connection to a name server, asks, and closes it with the answer. */
#ifndef POSTROAD_MODEL_HOST_DNS_STREAM_H
#define POSTROAD_MODEL_HOST_DNS_STREAM_H

#include "model/host/world_internal.h"
#include "model/wire/dns_wire.h"

struct dns_stream;

/* response NULL: the connection could not be opened, or ended without one, for this reason. The stream is gone then. */
typedef void (*dns_stream_fn)(void *context, const struct dns_message *response, const char *why);

struct dns_stream *dns_stream_ask(struct host *host, struct ip_address server, const struct dns_message *query,
                                  dns_stream_fn done, void *context);
/* Nobody is interested any more: the connection is reset. */
void dns_stream_forget(struct dns_stream *stream);
/* The host stops: its sockets go by themselves. */
void dns_stream_crash(struct dns_stream *stream);

/* A message with its two bytes of length before it (RFC 1035 4.2.2) into a connection. */
struct socket;
void dns_stream_write(struct socket *socket, const struct dns_message *message);

#endif
