/* The mail on the map: an envelope that rests at the host that has it and travels along the links while it is handed
   over; and under each host's name what it holds. */
#ifndef POSTROAD_VIZ_DRAW_MAP_MAIL_H
#define POSTROAD_VIZ_DRAW_MAP_MAIL_H

#include "viz/draw/map_plan.h"
#include "viz/draw/view.h"

/* The ways that mails are taking now, as a soft shine under everything that moves. */
void map_mail_draw_ways(const struct view *view, const struct map_plan *plan);
void map_mail_draw(const struct view *view, const struct map_plan *plan);
/* Hosts from one to another by the fewest links, both ends included; 0 when there is no way. */
size_t map_route(const struct story *story, size_t from, size_t to, size_t *hosts, size_t room);

#endif
