/* The inspector's page of a host: what it is, what it holds and remembers, its connections and timers. */
#ifndef POSTROAD_VIZ_DRAW_INSPECTOR_HOST_H
#define POSTROAD_VIZ_DRAW_INSPECTOR_HOST_H

#include "viz/draw/pen.h"

void inspector_host_draw(const struct view *view, struct pen_page *page, size_t host);

#endif
