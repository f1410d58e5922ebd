/* Which questions and answers of the DNS belong together: one walk, from the question of a host that is no resolver to
   its answer. */
#ifndef POSTROAD_VIZ_DRAW_NAMES_WALK_H
#define POSTROAD_VIZ_DRAW_NAMES_WALK_H

#include "sim/journal/vtime.h"
#include "viz/story/story.h"

/* The question that an event goes back to; of questions of a host that follow from each other, as A from MX, the first.
   STORY_NONE when there is none. */
size_t names_question_of(const struct story *story, size_t event);

/* The mail for which a question was asked; STORY_NONE: none, as of who looks into a mailbox. */
size_t names_mail_of(const struct story *s, size_t question);

/* How long something is still remembered: "15 min 2 s", "22 h 45 min", "3 d 2 h". */
const char *names_left(int64_t left_ns, char text[VTIME_TEXT_BYTES]);

#endif
