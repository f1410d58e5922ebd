/* Which of the signs (signs.h) stands for what happens on the time line, its name beside it there, and how it is drawn.
 */
#ifndef POSTROAD_VIZ_DRAW_TIMELINE_SIGNS_H
#define POSTROAD_VIZ_DRAW_TIMELINE_SIGNS_H

#include "viz/draw/signs.h"
#include "viz/draw/view.h"

enum sign timeline_sign_of(const struct story *story, const struct story_mark *mark);
void timeline_sign_draw(const struct view *view, enum sign sign, struct point at);
const char *timeline_sign_name(enum sign sign); /* "lost", beside a mark of what happens; else "" */

#endif
