/* Of a host that is looked at: what waits there, mail by mail and recipient by recipient. */
#ifndef POSTROAD_VIZ_DRAW_INSPECTOR_QUEUE_H
#define POSTROAD_VIZ_DRAW_INSPECTOR_QUEUE_H

#include "viz/draw/pen.h"

void inspector_queue_draw(struct pen *pen, size_t host);

#endif
