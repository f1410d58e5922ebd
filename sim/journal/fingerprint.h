/* A running 64-bit hash over events: their times, kinds and fields, never their ids or causes. The same on every
   machine. Not a cryptographic one. */
#ifndef POSTROAD_SIM_JOURNAL_FINGERPRINT_H
#define POSTROAD_SIM_JOURNAL_FINGERPRINT_H

#include "sim/journal/journal.h"

uint64_t fingerprint_begin(void);
/* The hash after one more event. */
uint64_t fingerprint_add(uint64_t hash, const struct event *e);
/* The same of an event that nobody else wants to see, from what it would be made of. False, and no change: its fields
   are not given in the order of the manifest. */
bool fingerprint_add_fields(uint64_t *hash, int64_t at_ns, enum event_kind kind, const struct event_field *fields,
                            size_t n);
/* 16 hexadecimal digits; returns buffer. */
const char *fingerprint_text(uint64_t hash, char buffer[FINGERPRINT_TEXT_BYTES]);

#endif
