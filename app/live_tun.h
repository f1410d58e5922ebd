/* A TUN device: to the machine's own TCP/IP the simulated hosts are then reachable like any others, and the outside
   host's address is the machine's own (docs/live.md). */
#ifndef POSTROAD_APP_LIVE_TUN_H
#define POSTROAD_APP_LIVE_TUN_H

#include <stdio.h>

#include "app/live_poll.h"
#include "model/host/world.h"

struct live_tun;

/* Makes the device and configures it: the outside host's address, its MTU, routes to the simulated hosts. NULL after a
   message; needs root or CAP_NET_ADMIN. */
struct live_tun *live_tun_open(const char *name, const struct scenario *scenario);
/* As the kernel calls it. */
const char *live_tun_name(const struct live_tun *tun);

/* What leaves the world at the outside host is written to the device from now on. */
void live_tun_attach(struct live_tun *tun, struct world *world);
void live_tun_wait(struct live_tun *tun, struct live_poll *poll);
/* Lets packets in, the world being at the present time. */
void live_tun_serve(struct live_tun *tun, const struct live_poll *poll, struct world *world);

/* How many packets went which way, and what was dropped, why: for people. */
void live_tun_tell(const struct live_tun *tun, FILE *out);
/* The device is gone with it. */
void live_tun_free(struct live_tun *tun);

#endif
