/* DNS: the latest question with the whole walk that it took, from host to host, and beside it what the resolver
   remembers, each with the time that it has left. */
#ifndef POSTROAD_VIZ_DRAW_NAMES_VIEW_H
#define POSTROAD_VIZ_DRAW_NAMES_VIEW_H

#include "viz/draw/view.h"

void names_view_draw(const struct view *view, struct box box);

#endif
