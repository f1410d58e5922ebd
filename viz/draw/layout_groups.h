/* Where hosts stand in a network of several routers with many hosts around them: the routers on a flat ring in the
   middle of the map, and each one's own hosts in arcs outside of it. So no wire of a host crosses another one's, nor a
   wire between routers; only those can cross each other, and their order on the ring is chosen so that few do. */
#ifndef POSTROAD_VIZ_DRAW_LAYOUT_GROUPS_H
#define POSTROAD_VIZ_DRAW_LAYOUT_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#include "viz/draw/layout.h"

/* False, and nothing is written, when the network is small or has not such groups: layout_solve then searches. */
bool layout_groups(const struct layout_host *hosts, size_t n_hosts, const struct layout_link *links, size_t n_links,
                   struct point *places);

#endif
