/* ICMP and ICMPv6 of a host or router: answers echoes, tells senders what became of their packets, and passes on what
   is told. */
#ifndef POSTROAD_MODEL_HOST_ICMP_H
#define POSTROAD_MODEL_HOST_ICMP_H

#include "model/host/packets.h"

/* Tells the sender of a packet that is about to be dropped here; the packet stays the caller's. Nothing is sent about
   an ICMP error, about a fragment but the first, to an address that is no single host's (RFC 1122 3.2.2), by a router
   with "icmp": false, or above ten messages a second (RFC 4443 2.4 (f)). rest: the MTU in ICMP_TOO_BIG, else 0. */
void icmp_send_error(struct host *host, const struct packet *about, enum icmp_kind kind, uint32_t rest);
/* A message for this host; takes over the reference. */
void icmp_on_packet(struct host *host, struct packet *packet);

#endif
