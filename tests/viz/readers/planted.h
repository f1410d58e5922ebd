/* Bugs planted into a journal, for tests of the law checker. */
#ifndef POSTROAD_TESTS_VIZ_READERS_PLANTED_H
#define POSTROAD_TESTS_VIZ_READERS_PLANTED_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/journal/journal.h"

/* May change the event; 0 leaves it out, 1 hands it on, 2 hands it on twice. */
typedef int (*tamper_fn)(struct event *e);
struct planted_bug {
    const char *law;
    tamper_fn tamper;
};

/* Runs the scenario, which must be sound, and expects each bug to break its law. */
void planted_see(const char *scenario, const struct planted_bug *bugs, size_t n_bugs);

/* For tampering. A text must live as long as the event is read. */
void planted_text(struct event *e, enum field_id field, const char *text);
void planted_bytes(struct event *e, enum field_id field, const char *bytes, size_t size);
void planted_int(struct event *e, enum field_id field, int64_t value);
/* Whether it is of this kind, and its text holds these words. */
bool planted_has(const struct event *e, enum event_kind kind, enum field_id field, const char *words);

#endif
