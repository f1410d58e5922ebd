/* The button that opens a packet in another program; where that cannot be, it is grey and says why. */
#ifndef POSTROAD_VIZ_DRAW_ELSEWHERE_VIEW_H
#define POSTROAD_VIZ_DRAW_ELSEWHERE_VIEW_H

#include "viz/draw/pen.h"

void elsewhere_draw(struct pen *pen, size_t packet);

#endif
