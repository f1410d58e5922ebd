/* What a teacher would say now: the scenario's caption in large letters with its citation, and beneath it in one sentence
   what is just happening. */
#ifndef POSTROAD_VIZ_DRAW_CAPTION_VIEW_H
#define POSTROAD_VIZ_DRAW_CAPTION_VIEW_H

#include "viz/draw/view.h"

/* The latest event that the sentence may tell of, before that one; STORY_NONE: up to now. STORY_NONE when there is none. */
size_t caption_view_told(const struct story *story, size_t before);
void caption_view_draw(const struct view *view, struct box box);

#endif
