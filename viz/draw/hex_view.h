/* The bytes of a packet as a hex dump. The bytes of the field under the pointer are marked, and a byte under the pointer
   marks its field (header_view.h). */
#ifndef POSTROAD_VIZ_DRAW_HEX_VIEW_H
#define POSTROAD_VIZ_DRAW_HEX_VIEW_H

#include "viz/draw/view.h"

void hex_view_draw(const struct view *view, struct box box, size_t packet);

#endif
