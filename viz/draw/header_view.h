/* Headers as the RFCs draw them: rows of 32 bits, each field as wide as it is. */
#ifndef POSTROAD_VIZ_DRAW_HEADER_VIEW_H
#define POSTROAD_VIZ_DRAW_HEADER_VIEW_H

#include "viz/draw/view.h"

/* Draws the headers of a packet from the transport downwards, as many as have room. False when the journal has none. */
bool header_view_draw(const struct view *view, struct box box, size_t packet);

#endif
