/* The inspector: all that is to be said of what was selected. For a packet: why it was sent, what led to that (press a
   cause to go there), and its headers as the RFCs draw them, bit by bit. */
#ifndef POSTROAD_VIZ_DRAW_INSPECTOR_VIEW_H
#define POSTROAD_VIZ_DRAW_INSPECTOR_VIEW_H

#include "viz/draw/pen.h"

void inspector_view_draw(const struct view *view, struct box box);
/* The event from which the selection's chain of causes begins; STORY_NONE when it has none. */
size_t inspector_event(const struct story *story, struct selection selection);

/* An event as a row that leads there when it is pressed; false: no room left. */
bool inspector_row(struct pen *pen, size_t event);

/* The events that led to this one, itself first, without each link on a packet's way: what the inspector lists. Returns
   how many were filled. */
size_t inspector_causes(const struct story *story, size_t event, size_t *chain, size_t room);

#endif
