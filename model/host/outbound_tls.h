/* What a mail server demands of TLS where it hands mail on: nothing, what is offered, or a certificate that names the
   host (RFC 3207 4.1; Postfix calls these levels none, may, encrypt and verify). */
#ifndef POSTROAD_MODEL_HOST_OUTBOUND_TLS_H
#define POSTROAD_MODEL_HOST_OUTBOUND_TLS_H

#include "model/host/mx_lookup.h"
#include "model/host/secure.h"
#include "model/smtp/smtp_client.h"

/* What a server's own setting says of each route, whoever it leads to. */
enum route_tls outbound_tls_of(const struct host *host);
/* For a connection to a place of a route, whose handler is set. `secured` is told with that handler's context. */
void outbound_offer_tls(struct socket *socket, enum route_tls level, const char *place, secured_fn secured);
enum smtp_tls outbound_smtp_tls(enum route_tls level); /* for the client's configuration */

#endif
