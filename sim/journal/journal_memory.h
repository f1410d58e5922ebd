/* A journal kept in memory, for readers that go back and forth: the window, the tests, the exporters. Events have
   growing ids, whether they came from a run, a file or an import. */
#ifndef POSTROAD_SIM_JOURNAL_JOURNAL_MEMORY_H
#define POSTROAD_SIM_JOURNAL_JOURNAL_MEMORY_H

#include "sim/journal/journal.h"

struct journal_memory;

struct journal_memory *journal_memory_new(void);
void journal_memory_free(struct journal_memory *memory);
/* The journal as it is now, to be read by another thread while this one appends to the original: events and texts are
   shared, only where they lie is copied (2.4 bytes an event). Nothing can be appended to it; to be freed before the
   original is. */
struct journal_memory *journal_memory_as_now(const struct journal_memory *memory);
/* A reader for journal_add_reader that stores what the mask lets through. */
struct journal_reader journal_memory_reader(struct journal_memory *memory, struct event_mask mask);
/* Appends a copy of an event as it is; ids must grow. Used by whoever reads journals from elsewhere. */
void journal_memory_append(struct journal_memory *memory, const struct event *e);

size_t journal_memory_count(const struct journal_memory *memory);
/* The i-th event kept, from 0. Events are kept in few bytes, and made whole when they are asked for: this one is there
   until the same thread has asked for a hundred others; whoever needs it longer copies it. Its texts and bytes stay
   until the journal_memory is freed. */
const struct event *journal_memory_at(const struct journal_memory *memory, size_t i);
/* The same, for who needs no more than this. */
enum event_kind journal_memory_kind(const struct journal_memory *memory, size_t i);
int64_t journal_memory_time(const struct journal_memory *memory, size_t i);
/* The event with this id, or NULL (ids have gaps where the mask left kinds out or the run made them for others). */
const struct event *journal_memory_by_id(const struct journal_memory *memory, uint64_t id);
/* Its index, or SIZE_MAX. */
size_t journal_memory_find(const struct journal_memory *memory, uint64_t id);
/* Index of the first event later than at_ns; count if there is none. */
size_t journal_memory_after(const struct journal_memory *memory, int64_t at_ns);
int64_t journal_memory_end_ns(const struct journal_memory *memory); /* time of the last event */

#endif
