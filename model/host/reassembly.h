/* Fragments become whole packets again (RFC 791 3.2, RFC 815, RFC 8200 4.5). A packet whose pieces overlap is never
   rebuilt (RFC 5722), so that what is rebuilt is what was cut, or nothing (law N7). What waits is bounded in number, in
   bytes and in time. */
#ifndef POSTROAD_MODEL_HOST_REASSEMBLY_H
#define POSTROAD_MODEL_HOST_REASSEMBLY_H

#include "model/host/packets.h"

struct reassembly;

/* Takes over a fragment. The whole packet, when this was the last piece that it waited for, with one reference; or
 * NULL. */
struct packet *reassembly_take(struct host *host, struct packet *fragment);
void reassembly_free(struct host *host); /* what waits is dropped, and nobody is told */

#endif
