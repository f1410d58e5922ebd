/* Events to fill journals with in tests: every kind, every field different. */
#ifndef POSTROAD_TESTS_SIM_JOURNAL_SAMPLE_JOURNAL_H
#define POSTROAD_TESTS_SIM_JOURNAL_SAMPLE_JOURNAL_H

#include "sim/journal/journal_memory.h"

/* Emits `rounds` events of each kind. Values differ by field and round: numbers small, large and negative; texts empty,
   long and with any bytes. */
void sample_emit_all(struct journal *journal, int rounds);
/* Whether the first n events are the same in both. */
bool sample_same_events(const struct journal_memory *a, const struct journal_memory *b, size_t n);

#endif
