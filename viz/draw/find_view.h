/* The line in which one writes what to run until, or another value. */
#ifndef POSTROAD_VIZ_DRAW_FIND_VIEW_H
#define POSTROAD_VIZ_DRAW_FIND_VIEW_H

#include "viz/draw/view.h"

/* question: what is to be written; told: in the colour of what goes wrong. */
void find_view_draw(const struct view *view, struct box window, const char *question, const char *text, bool told);
/* What one is to do, or why something was not done. */
void find_view_hint(const struct view *view, struct box box, const char *text, bool told);

#endif
