/* TLS between a socket and its application: what the application writes leaves as records, what arrives as records is
   told as plain text. It belongs to the socket, takes the place of the application's handler when the handshake begins,
   and gives way to nothing: a connection never becomes plain again.

   Positions. A session counts the plain bytes that it writes; the journal and TCP count the bytes of the stream. Until
   the handshake they are the same; from then on `locate` tells which records carry which bytes. */
#ifndef POSTROAD_MODEL_HOST_SECURE_H
#define POSTROAD_MODEL_HOST_SECURE_H

#include "model/host/socket.h"
#include "model/tls/tls_conn.h"

struct secure_settings {
    bool is_server, verify;
    enum tls_version version;
    const char *name; /* the server's, as the client knows it; copied */
    enum tls_certificate_kind certificate;
    struct session_id session; /* for events; {0} where it is not open yet */
};

/* The handshake that a STARTTLS began is done; the context is that of the socket's handler. */
typedef void (*secured_fn)(void *context, const struct session_security *security);

/* TLS can begin: by session_io.start_tls from now on, or by socket_start_tls. The handler must be set. */
void socket_offer_tls(struct socket *socket, const struct secure_settings *settings, secured_fn secured);
/* Implicit TLS (RFC 8314): the handshake comes as soon as the connection is open, and only then is `opened` told. */
void socket_start_tls(struct socket *socket);
/* NULL: plain text, or the handshake is not done. */
const struct session_security *socket_security(const struct socket *socket);

/* For the socket. */
struct secure;
void secure_name_session(struct secure *secure, struct session_id session); /* for events, from now on */
void secure_begin(struct secure *secure); /* the handshake, in place of plain text */
uint64_t secure_write(struct secure *secure, const void *bytes, size_t size); /* returns the position */
void secure_gather(struct secure *secure, bool begins); /* what is written between goes out together */
void secure_let_go(struct secure *secure); /* nobody waits for the handshake any more, nor hears of it */
void secure_close(struct secure *secure); /* close_notify, where the handshake is done */
void secure_locate(const struct secure *secure, uint64_t *position, uint64_t *length);
uint64_t secure_acknowledged(struct secure *secure); /* position up to which all is */
uint64_t secure_taken(struct secure *secure); /* position up to which all is in TCP's send buffer */
void secure_free(struct secure *secure);

#endif
