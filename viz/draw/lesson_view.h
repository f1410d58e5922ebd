/* A step of a lesson: where one is in it, what there is to see, and the way on and back. */
#ifndef POSTROAD_VIZ_DRAW_LESSON_VIEW_H
#define POSTROAD_VIZ_DRAW_LESSON_VIEW_H

#include "viz/draw/scene.h"
#include "viz/draw/view.h"

void lesson_view_draw(const struct view *view, struct box box, const struct scene_lesson *lesson);

#endif
