/* "What if ..." with a button for each act that is offered for what is selected; where the world cannot be run again the
   buttons are grey, and it is said why. */
#ifndef POSTROAD_VIZ_DRAW_OFFERS_VIEW_H
#define POSTROAD_VIZ_DRAW_OFFERS_VIEW_H

#include "viz/draw/pen.h"

void offers_draw(struct pen *pen);
/* One such button, in a line of its own. */
void offers_draw_button(struct pen *pen, const char *text, enum act act, size_t arg);
/* In the panel's heading, where there is room: takes away what is selected. */
void offers_draw_removal(const struct view *view, struct box panel, const char *heading);

#endif
