/* All sockets of a host, for its ground floor: what arrives for them, and the host's end. */
#ifndef POSTROAD_MODEL_HOST_HOST_SOCKETS_H
#define POSTROAD_MODEL_HOST_HOST_SOCKETS_H

#include "model/host/packets.h"
#include "model/tcp/tcp.h"

bool sockets_have(struct host *host, const struct packet *packet); /* whether it is a segment for one of them */
void sockets_on_packet(struct host *host, struct packet *packet);  /* takes over the reference */
/* An ICMP error quotes a segment of ours; whether a connection believed it. */
bool sockets_on_icmp(struct host *host, struct ip_address remote, uint16_t local_port, uint16_t remote_port,
                     const struct tcp_icmp *icmp);
void sockets_free_all(struct host *host);  /* the host stops: nobody is told */
void sockets_emit_open(struct host *host); /* at the end of a run: conn.close for all that are left */
void sockets_settle(struct world *world);  /* lets every socket with something to do do it */

#endif
