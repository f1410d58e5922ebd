/* Why a packet was sent, in one sentence: from the reason that its sender gave, from what it was sent upon, and from
   what its TCP knew then. Nothing is guessed. */
#ifndef POSTROAD_VIZ_STORY_WHY_SENT_H
#define POSTROAD_VIZ_STORY_WHY_SENT_H

#include "viz/story/story.h"

/* "Why: its program opens a connection (RFC 9293 3.10.1)."; false, and "", where the journal does not say. */
bool story_why_sent(const struct story *story, size_t packet, char *text, size_t size);

#endif
