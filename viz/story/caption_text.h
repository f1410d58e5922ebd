/* A caption of a scenario may have places for what only the run knows: "tries again in {wait}". They are filled from
   the caption's event, in whatever language the text is.

     {wait}           until the next attempt of the mail that was put off   "8 min 59 s"
     {next_attempt}   its instant                                           "00:10:00.500000"
     {age}            since the mail that it is about was written           "31.05 s"
     {time_of_day}    when it is told                                       "09:12 on Monday" */
#ifndef POSTROAD_VIZ_STORY_CAPTION_TEXT_H
#define POSTROAD_VIZ_STORY_CAPTION_TEXT_H

#include "sim/journal/journal.h"

enum { CAPTION_TEXT_BYTES = 1200 };

/* starts_unix_s: as in run.begin. Returns buffer. */
const char *caption_text_fill(const struct event *caption, int64_t starts_unix_s, const char *text,
                              char buffer[CAPTION_TEXT_BYTES]);

#endif
