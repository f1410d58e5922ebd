/* Any event as one line of text, made from the manifest alone: what `postroad show` prints. */
#ifndef POSTROAD_VIZ_READERS_EVENT_TEXT_H
#define POSTROAD_VIZ_READERS_EVENT_TEXT_H

#include <stdio.h>

#include "viz/readers/journal_names.h"

/* "00:00:01.023456 #12 <11 tcp.state host=mx1.b.example from=SYN-SENT to=ESTABLISHED why=\"SYN,ACK arrived\"", without an
   end of line: time, the event's number, its cause's, kind, and the fields that say something. Cut to size at a whole
   character; names may be NULL. Returns buffer. */
const char *event_describe(const struct event *e, const struct journal_names *names, char *buffer, size_t size);

/* The same as a line of its own, never cut. False when it could not be written. */
bool event_text_write(const struct event *e, const struct journal_names *names, FILE *out);

#endif
