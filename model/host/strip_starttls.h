/* A man in the middle: a router that writes over STARTTLS where it passes by, so that nobody learns that TLS was to be
   had. Some firewalls did so for years: "250-XXXXXXXA" is their mark. */
#ifndef POSTROAD_MODEL_HOST_STRIP_STARTTLS_H
#define POSTROAD_MODEL_HOST_STRIP_STARTTLS_H

#include "model/host/world_internal.h"

/* A packet that the router is about to send on. */
void strip_starttls(struct host *router, struct packet *packet);

#endif
