/* What mails wait for at this instant, in a sentence, and which events are too small to be told instead of it. */
#ifndef POSTROAD_VIZ_DRAW_WAITING_WORDS_H
#define POSTROAD_VIZ_DRAW_WAITING_WORDS_H

#include "viz/story/story.h"

/* "Mail m1 for bob@b.example waits at mail.a.example until 00:10:00.000000: 450 4.7.1 ...": of several that wait for
   their next attempt, the one whose turn comes first. Where none does, but one is being handed over and the other side
   has been silent for a while, that, and when it is sent again. Empty where nothing waits. Returns buffer. */
const char *waiting_words(const struct story *story, char *buffer, size_t size);

/* The letter (story.h) that waits for its next attempt, of which those words tell; STORY_NONE: of none. */
size_t waiting_letter(const struct story *story);

/* Whether an event belongs to a look into a mailbox that finds nothing, or only ends what is over: a connection closes,
   a session, a timer of one. Where a mail waits, such an event is not what one wants to hear of first. */
bool is_less_than_waiting(const struct story *story, size_t event);

/* Whether this timer has been set for so long that the other side is silent: it sends again what nobody answers. */
bool is_silence(const struct story *story, const struct story_timer *timer);

/* A look into a mailbox, by its protocol or port. */
bool is_look_into_mailbox(const struct story_conn *conn);

#endif
