/* The dialogue: what was said over SMTP, POP3 and DNS, growing as it happens, the newest line at the bottom. */
#ifndef POSTROAD_VIZ_DRAW_DIALOGUE_VIEW_H
#define POSTROAD_VIZ_DRAW_DIALOGUE_VIEW_H

#include "viz/draw/view.h"

void dialogue_view_draw(const struct view *view, struct box box);

#endif
