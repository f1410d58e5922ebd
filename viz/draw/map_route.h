/* Ways over the map by the fewest links that are up. What is spread out from a host is kept for as long as no link goes
   up or down, so that hundreds of mails on their way to a few servers cost little. */
#ifndef POSTROAD_VIZ_DRAW_MAP_ROUTE_H
#define POSTROAD_VIZ_DRAW_MAP_ROUTE_H

#include "viz/story/story.h"

struct map_routes;

/* The story must outlive it. */
struct map_routes *map_routes_new(const struct story *story);
void map_routes_free(struct map_routes *routes);
/* The story stands at another instant: links may have changed. */
void map_routes_look(struct map_routes *routes);
/* Hosts from one to another, both ends included; 0 when there is no way. */
size_t map_routes_way(struct map_routes *routes, size_t from, size_t to, size_t *hosts, size_t room);
/* The same; where there is none any more, as if all links were up: who is on the way when a link goes down stays on it.
 */
size_t map_routes_old_way(struct map_routes *routes, size_t from, size_t to, size_t *hosts, size_t room);

#endif
