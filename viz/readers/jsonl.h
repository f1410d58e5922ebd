/* A journal as JSON Lines: one object a line, for jq, pandas and the like.

     {"id":12,"cause":11,"t_ns":1023456789,"kind":"tcp.state","conn":3,"host":"mx1.b.example","from":"SYN-SENT", ...}

   id, cause and t_ns (nanoseconds since the world began) and kind come first, then all fields of the kind under their
   names in the order of the manifest; only the field "id", a protocol's own number, is called "protocol_id" here.
   Hosts, links and mails are given by name where it is known, else by number; none is null, and so is a time that
   never comes. Addresses are text, "10.0.0.1". Bytes are hexadecimal digits. Text is valid UTF-8 whatever the journal
   holds: what is not becomes U+FFFD. */
#ifndef POSTROAD_VIZ_READERS_JSONL_H
#define POSTROAD_VIZ_READERS_JSONL_H

#include <stdio.h>

#include "viz/readers/journal_names.h"

/* One event and the end of its line; names may be NULL. False when it could not be written. */
bool jsonl_write(const struct event *e, const struct journal_names *names, FILE *out);
/* A whole journal. False when it could not be written. */
bool jsonl_write_journal(const struct journal_memory *memory, FILE *out);

#endif
