/* What is seen of a journal that is still being read: the part of the time line that is not known yet, and, as long as
   nothing is known, a page that says so. */
#ifndef POSTROAD_VIZ_DRAW_LOADING_VIEW_H
#define POSTROAD_VIZ_DRAW_LOADING_VIEW_H

#include "viz/draw/loading.h"
#include "viz/draw/view.h"

/* Leaves the time line as much room as it knows of the whole, below 0 when nobody knows; returns the rest. */
struct box loading_view_cut(struct box *time_line, double part);
void loading_view_draw_unread(const struct view *view, struct box box, const struct loading_progress *progress);
/* Fills the canvas: the name of what is being opened, and how far it is. */
void loading_view_draw(struct canvas *canvas, bool dark, const char *name, const struct loading_progress *progress);

#endif
