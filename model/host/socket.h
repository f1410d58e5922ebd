/* One end of a TCP connection of a simulated host: ties the TCP machine to packets, timers and the bytes, and an
   application to both. */
#ifndef POSTROAD_MODEL_HOST_SOCKET_H
#define POSTROAD_MODEL_HOST_SOCKET_H

#include "model/host/byte_stream.h"
#include "model/host/world_internal.h"
#include "model/smtp/session_io.h"

/* What an application is told. After `failed` the socket is gone. */
struct socket_handler {
    void *context;
    void (*opened)(void *context);
    void (*received)(void *context, const char *bytes, size_t size);
    void (*acked)(void *context);                   /* the peer has acknowledged more; may be NULL */
    void (*ended)(void *context);                   /* the peer will send no more */
    void (*failed)(void *context, const char *why); /* could not be opened, or was lost */
};

/* Opens a connection; the handler is told what comes of it, never from within this call. */
struct socket *socket_connect(struct host *host, struct ip_address address, uint16_t port,
                              struct socket_handler handler);
/* For a connection that a peer opened. */
void socket_set_handler(struct socket *socket, struct socket_handler handler);
/* Returns the offset in our stream. */
uint64_t socket_write(struct socket *socket, const void *bytes, size_t size);
/* No more will be written; what comes is still told, up to `ended`. */
void socket_end_writing(struct socket *socket);
/* The application takes bytes when it has room for them: `received` is never called, and what is not taken closes the
   window to the peer. */
void socket_take_by_hand(struct socket *socket);
const char *socket_readable(const struct socket *socket, size_t *size);
void socket_take(struct socket *socket, size_t size); /* of what is readable */
/* Bytes written and not yet acknowledged. */
uint64_t socket_unacknowledged(const struct socket *socket);
/* The application is done: what was written is still delivered, what arrives is passed over, nobody is told. */
void socket_finish(struct socket *socket);
/* The same of an application that stops in the middle of what it writes: what the send buffer has not taken is not
   sent, nor is TLS brought to an end. */
void socket_break_off(struct socket *socket);
/* Resets the connection at once. */
void socket_abort(struct socket *socket);

/* Everything a session needs to speak over this socket. */
struct session_io socket_session_io(struct socket *socket, struct session_id session);
struct conn_id socket_conn(const struct socket *socket);
struct host *socket_host(const struct socket *socket);
struct ip_address socket_remote_address(const struct socket *socket);
struct host_id socket_peer(const struct socket *socket); /* {0} if the address is nobody's */
uint16_t socket_local_port(const struct socket *socket);

#endif
