/* Of a host that is looked at: its connections, each with the variables of its TCP as they are at this instant, and its
   timers. */
#ifndef POSTROAD_VIZ_DRAW_INSPECTOR_CONNS_H
#define POSTROAD_VIZ_DRAW_INSPECTOR_CONNS_H

#include "viz/draw/pen.h"

void inspector_conns_draw(struct pen *pen, size_t host);

#endif
