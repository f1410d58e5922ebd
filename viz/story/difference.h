/* Two runs side by side: where they part, and what became of each mail in both. */
#ifndef POSTROAD_VIZ_STORY_DIFFERENCE_H
#define POSTROAD_VIZ_STORY_DIFFERENCE_H

#include "viz/story/story.h"

/* The first events that tell something different: STORY_NONE for both when all is the same, for one when it ends before the
   other goes on. What runs are made of (run.begin) does not count, nor do numbers and causes of events, which follow. */
struct difference {
    size_t event_a, event_b;
    int64_t at_ns; /* of the earlier one */
};
struct difference first_difference(const struct journal_memory *a, const struct journal_memory *b);

/* What became of a mail for one recipient in a whole run. */
struct outcome_of_letter {
    const char *mail, *recipient;
    bool composed;        /* false: there was no such mail */
    enum story_mark_kind end; /* STORY_MARK_DELIVERED, _BOUNCED, _NOT_SENT; STORY_MARK_COMPOSED: neither */
    int64_t composed_ns, end_ns;
    int64_t picked_up_ns; /* TIME_NEVER: it was not */
    uint32_t attempts;    /* on all servers */
};
struct outcome_totals {
    uint64_t packets, lost, not_taken, retransmitted, attempts, delivered, bounced;
    int64_t end_ns;
};

struct comparison {
    struct difference first;
    struct outcome_of_letter *letters[2]; /* rows of both runs, side by side: the same mail and recipient */
    size_t n_letters;
    struct outcome_totals totals[2];
};

/* The stories must outlive it. They are read as wholes, whatever instant they stand at. */
struct comparison *comparison_new(const struct story *a, const struct journal_memory *of_a, const struct story *b,
                                  const struct journal_memory *of_b);
void comparison_free(struct comparison *comparison);

#endif
