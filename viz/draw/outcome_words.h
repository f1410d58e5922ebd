/* What has become of the mails at this instant, in a few words: who comes to the end wants to know it first. */
#ifndef POSTROAD_VIZ_DRAW_OUTCOME_WORDS_H
#define POSTROAD_VIZ_DRAW_OUTCOME_WORDS_H

#include "viz/story/story.h"

/* "m1 for bob@b.example: picked up", "of 5 mails: picked up 3, sent back 2", a mail counting once a recipient and a bounce not at
   all; empty without mails, and of so many that counting would be felt. Returns buffer. */
const char *outcome_words(const struct story *story, char *buffer, size_t size);

#endif
