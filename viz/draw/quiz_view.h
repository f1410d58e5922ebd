/* Guessing: the question with its choices over the views, the answer with its reason, and the score. */
#ifndef POSTROAD_VIZ_DRAW_QUIZ_VIEW_H
#define POSTROAD_VIZ_DRAW_QUIZ_VIEW_H

#include "viz/draw/scene.h"
#include "viz/draw/view.h"

void quiz_view_draw(const struct view *view, struct box middle, const struct scene *scene);

#endif
