/* Clients that mean no mail (the fault "abuse"): they guess addresses, speak before the greeting, take a mail server
   for a web server, speak TLS in clear, send chunks that nobody asked for, drip, or only hold connections open. What
   they are told they do not read; a connection of theirs ends when the server ends it, when the fault does, or when
   nothing was heard on it for half an hour. */
#ifndef POSTROAD_MODEL_HOST_ABUSE_H
#define POSTROAD_MODEL_HOST_ABUSE_H

#include "model/host/world_internal.h"

/* This fault has begun, or ended. */
void abuse_set(struct world *world, const struct scenario_fault *fault, bool is_in_force);
void abuse_crash(struct host *host); /* its connections are gone */
void abuse_free(struct world *world);

#endif
