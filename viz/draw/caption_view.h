/* What a teacher would say now: the scenario's caption in large letters with its citation, and beneath it in one sentence
   what is just happening. */
#ifndef POSTROAD_VIZ_DRAW_CAPTION_VIEW_H
#define POSTROAD_VIZ_DRAW_CAPTION_VIEW_H

#include "viz/draw/view.h"

void caption_view_draw(const struct view *view, struct box box);

#endif
