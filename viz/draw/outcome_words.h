/* What has become of the mails at this instant, in a few words: who comes to the end wants to know it first. */
#ifndef POSTROAD_VIZ_DRAW_OUTCOME_WORDS_H
#define POSTROAD_VIZ_DRAW_OUTCOME_WORDS_H

#include "viz/story/story.h"

/* "m1 for bob@b.example: picked up, 2 copies", "of 5 mails: picked up 3, sent back 2", and where some have several
   recipients, each of which counts, "2 mails for 7 recipients: picked up 1, sent back 6". A bounce does not count. Empty
   without mails, and of so many that counting would be felt. Returns buffer. */
const char *outcome_words(const struct story *story, char *buffer, size_t size);

/* What to call the reason that a letter's state names: a mail waits "because" somebody said 451, but it lies in the mailbox
   after its "last step", which is "into the mailbox", and it was handed on with "the answer", which is a reply. */
const char *letter_why_name(enum story_mail_state state, const char *why);

#endif
