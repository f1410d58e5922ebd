/* Where hosts stand on the map. A scenario gives no coordinates: hosts are put on the cells of a coarse grid, so that
   the picture is calm, and are moved and swapped until nothing is gained: no crossing links first, then no link through
   a host, then short links, then each host where a reader expects it. Integers only and no chance: the same network gets
   the same map everywhere. A network of several routers with many hosts is not searched for
   (layout_groups.h), nor one of more than a few hosts around one router (layout_star.h). */
#ifndef POSTROAD_VIZ_DRAW_LAYOUT_H
#define POSTROAD_VIZ_DRAW_LAYOUT_H

#include <stddef.h>

#include "viz/draw/canvas.h"

#define LAYOUT_ANYWHERE (-1)
#define LAYOUT_NOBODY ((size_t)-1)

struct layout_host {
    int want_x, want_y; /* percent of the width and height, or LAYOUT_ANYWHERE */
    int weight_x, weight_y; /* how much it minds being elsewhere: 1 hardly, 10 much */
    size_t near;        /* would like to stand beside this host; LAYOUT_NOBODY */
    /* Among the hosts around one router, where there are several such (layout_groups.h): */
    int away;           /* those with less stand nearer to the router */
    size_t kin;         /* those with the same stand beside each other */
};

struct layout_link {
    size_t a, b;
};

/* places: one point a host, 0 to 1 in both directions, never two the same. */
void layout_solve(const struct layout_host *hosts, size_t n_hosts, const struct layout_link *links, size_t n_links,
                  struct point *places);
/* Pairs of links that cross or lie on each other, for tests. */
size_t layout_crossings(const struct point *places, const struct layout_link *links, size_t n_links);

#endif
