/* Hosts that all hang on one router: more than a few of them get a row above it and a row below it, evenly from edge to
   edge, so that each has room for its name away from the wires; of very many, one more at either side. */
#ifndef POSTROAD_VIZ_DRAW_LAYOUT_STAR_H
#define POSTROAD_VIZ_DRAW_LAYOUT_STAR_H

#include <stdbool.h>

#include "viz/draw/layout.h"

/* False: this is no such network, or one of too few or too many hosts; no place is given then. */
bool layout_star(const struct layout_host *hosts, size_t n_hosts, const struct layout_link *links, size_t n_links,
                 struct point *places);

#endif
