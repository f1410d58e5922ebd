/* Where the mail is at this instant, and what is known to come next, in a sentence that stands in every picture: who
   looks up after a minute, or sees the picture only, finds it there. */
#ifndef POSTROAD_VIZ_DRAW_WHERE_WORDS_H
#define POSTROAD_VIZ_DRAW_WHERE_WORDS_H

#include "viz/story/story.h"

/* "m1 for bob@b.example: mail.a.example is handing it to mx1.b.example, 1460 of 30268 bytes are there", "m1 for
   bob@b.example: waits at mail.a.example, next attempt in 6 min 0 s". Of several it is the letter that `event` is
   about, else the first that is still on its way. others: how all stand is said behind it, " · of 5 mails: picked up 3,
   ...". event: what is told at this instant, or STORY_NONE. Empty before a mail is written. Returns buffer. */
const char *where_words(const struct story *story, size_t event, bool others, char *buffer, size_t size);

#endif
