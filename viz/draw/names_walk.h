/* Which questions and answers of the DNS belong together: one walk, from the question of a host that is no resolver to its
   answer. */
#ifndef POSTROAD_VIZ_DRAW_NAMES_WALK_H
#define POSTROAD_VIZ_DRAW_NAMES_WALK_H

#include "viz/story/story.h"

/* The question that an event goes back to; of questions of a host that follow from each other, as A from MX, the first.
   STORY_NONE when there is none. */
size_t names_question_of(const struct story *story, size_t event);

#endif
