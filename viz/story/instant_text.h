/* Instants as sentences tell them. Where a scenario says when it starts, the time of day is what a postmaster reads on
   every clock: from an hour after the beginning on instants are told so, "16:30 on Monday". What is told as time since
   the beginning all the same has a plus before it there, "+16:30:00.000000", so that nobody takes it for a time of day.
   In a world without a start neither is done. */
#ifndef POSTROAD_VIZ_STORY_INSTANT_TEXT_H
#define POSTROAD_VIZ_STORY_INSTANT_TEXT_H

#include "viz/story/day_time.h"
#include "viz/story/story.h"

enum { INSTANT_BYTES = DAY_TIME_BYTES };

const char *instant_text(const struct story *story, int64_t at_ns, char buffer[INSTANT_BYTES]);
/* Since the beginning, with all places: "+16:30:00.000000", or "16:30:00.000000". */
const char *instant_text_elapsed(const struct story *story, int64_t at_ns, char buffer[INSTANT_BYTES]);
/* The first for who knows the start alone. */
const char *instant_text_of(bool tells_starts, int64_t starts_unix_s, int64_t at_ns, char buffer[INSTANT_BYTES]);

#endif
