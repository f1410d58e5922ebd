/* Hosts whose programs hear late, because a fault makes them slow or pauses them. Their TCP goes on, as a kernel does:
   segments are acknowledged, and what nobody reads closes the window. */
#ifndef POSTROAD_MODEL_HOST_HINDERED_H
#define POSTROAD_MODEL_HOST_HINDERED_H

#include "model/host/world_internal.h"

/* When a program of this host gets to hear of what happens now. By default that is now, since what programs do takes no
   time here. On a host that is F times slower, each thing that one is told takes F times a millisecond; one that is
   paused hears nothing until it goes on. TIME_NEVER: never. */
int64_t hindered_hears_ns(const struct host *host);
/* The same for a timer, which a program that goes on looks at after it has read what came meanwhile. */
int64_t hindered_rings_ns(const struct host *host);

/* A datagram waits until it is heard; takes over the reference, and gives it to hear. */
void hindered_hold(struct host *host, struct packet *packet, void (*hear)(struct host *host, struct packet *packet));
void hindered_free(struct host *host); /* the host stops: what was not heard is gone */

#endif
