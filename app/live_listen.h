/* Ports of this machine that lead into a live world: the bytes of each connection accepted there travel through a
   simulated one (model/host/outside.h). */
#ifndef POSTROAD_APP_LIVE_LISTEN_H
#define POSTROAD_APP_LIVE_LISTEN_H

#include <stdbool.h>
#include <stdio.h>

#include "app/live_poll.h"
#include "app/options.h"
#include "model/host/world.h"

struct live_listeners;

/* Each item: [ADDRESS:]PORT=HOST:PORT. Opens the ports; port 0 takes any that is free. NULL after a message. The
   scenario must outlive it. */
struct live_listeners *live_listeners_open(const struct option_list *items, const struct scenario *scenario);
/* "127.0.0.1:2525=mail.a.example:25, ...", for live.begin. Valid until freed. */
const char *live_listeners_text(const struct live_listeners *listeners);
/* One line each, for people. */
void live_listeners_tell(const struct live_listeners *listeners, FILE *out);

/* What it waits for; then what has come of it, the world being at the present time. */
void live_listeners_wait(struct live_listeners *listeners, struct live_poll *poll);
void live_listeners_serve(struct live_listeners *listeners, const struct live_poll *poll, struct world *world);
/* Resets what is still open, and returns how many that were. Before the world is freed; NULL is none. */
size_t live_listeners_free(struct live_listeners *listeners);

#endif
