/* The page of keys that lies over everything when asked for. docs/window.md says the same at more length. */
#ifndef POSTROAD_VIZ_DRAW_HELP_VIEW_H
#define POSTROAD_VIZ_DRAW_HELP_VIEW_H

#include "viz/draw/view.h"

void help_view_draw(const struct view *view, struct box window);

#endif
