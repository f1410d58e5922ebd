/* A packet in a few words for a reader who wants to know what is going on: the line of the dialogue that it carries, if it
   carries one, else what the story says of it. */
#ifndef POSTROAD_VIZ_DRAW_PACKET_WORDS_H
#define POSTROAD_VIZ_DRAW_PACKET_WORDS_H

#include "viz/story/story.h"

/* "MAIL FROM:<alice@a.example>", "part of mail m1, 1448 bytes", "SYN". Returns buffer: whole words, as many as
   a label has room for. */
const char *packet_words(const struct story *story, size_t packet, char *buffer, size_t size);
/* The same whole, and where there is no room for that, by 1 or 2 steps shorter and yet not cut: "RCPT TO", "250"; "1460
   bytes", "data". "" where there is nothing so short to say. Returns buffer. */
const char *packet_words_shorter(const struct story *story, size_t packet, int by, char *buffer, size_t size);
/* Of the lines of the dialogue that this packet carries the one that tells most: the first refusal, else the first line;
   or STORY_NONE. */
size_t packet_line(const struct story *story, size_t packet);

/* Whether it came to a host that did not take it (a host that is down, a closed port, no route), and was not lost on the
   way: links count what they lose, and this is not among it. */
bool packet_is_not_taken(const struct story *story, size_t packet);
/* Why a packet died, as a cry beside its mark: "lost by chance", "lost: queue full"; of one that came to a host, "not taken:
   host down". Returns buffer. */
const char *packet_death_words(const struct story *story, size_t packet, char *buffer, size_t size);

#endif
