/* Events in the order in which an import finds them; emitted in the order of time. An event is named by its number here
   until then, also as a cause. */
#ifndef POSTROAD_MODEL_IMPORT_DRAFT_H
#define POSTROAD_MODEL_IMPORT_DRAFT_H

#include "sim/journal/journal.h"

struct draft;

/* What comes first of what happens at the same instant. */
enum draft_rank { RANK_WORLD, RANK_ARRIVAL, RANK_STATE, RANK_WORDS, RANK_PACKET, RANK_LAST };

struct draft *draft_new(void);
void draft_free(struct draft *draft);

/* Its number, from 1. Times may be negative: 0 is where the clock of the recording begins. Texts and bytes are copied.
 */
uint64_t draft_add(struct draft *draft, enum event_kind kind, int64_t at_ns, enum draft_rank rank, uint64_t cause,
                   const struct event_field *fields, size_t n);
#define DRAFT_ADD(draft, kind, at_ns, rank, cause, ...)                                                                \
    draft_add((draft), EVENT_##kind, (at_ns), (rank), (cause), (const struct event_field[]){__VA_ARGS__},              \
              sizeof((const struct event_field[]){__VA_ARGS__}) / sizeof(struct event_field))

/* Another value for a field that the event was given. */
void draft_set(struct draft *draft, uint64_t event, struct event_field value);

size_t draft_count(const struct draft *draft);
int64_t draft_earliest_ns(const struct draft *draft);     /* 0 when empty */
int64_t draft_first_second_ns(const struct draft *draft); /* in which that is: where the journal begins */
int64_t draft_latest_ns(const struct draft *draft);
/* Emits all, each at its time plus shift_ns, which must make none negative. A cause that would come later than its
   effect is left out. Fields that hold times are shifted with them. */
void draft_emit(struct draft *draft, int64_t shift_ns, struct journal *journal);

#endif
