/* The menu of the views, below a heading: each view can be put in this place, on its right or below it. */
#ifndef POSTROAD_VIZ_DRAW_MENU_VIEW_H
#define POSTROAD_VIZ_DRAW_MENU_VIEW_H

#include "viz/draw/view.h"

const char *view_title(enum view_id view); /* as a menu calls it */

/* The argument of ACT_SHOW_HERE and its kin. */
size_t act_of_views(enum view_id at, enum view_id view);
enum view_id act_view_at(size_t arg);
enum view_id act_view_shown(size_t arg);

void menu_view_draw(const struct view *view, struct box window, struct box panel, enum view_id at,
                    const struct workspace *workspace);

#endif
