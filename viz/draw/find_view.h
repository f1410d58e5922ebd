/* The line in which one writes what to run until. */
#ifndef POSTROAD_VIZ_DRAW_FIND_VIEW_H
#define POSTROAD_VIZ_DRAW_FIND_VIEW_H

#include "viz/draw/view.h"

void find_view_draw(const struct view *view, struct box window, const char *text, bool missed);

#endif
