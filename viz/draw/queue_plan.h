/* The rows of the queue view: one for each mail and recipient, with when it came, when it ended, and its attempts. Made
   once for a story; it does not change with time. */
#ifndef POSTROAD_VIZ_DRAW_QUEUE_PLAN_H
#define POSTROAD_VIZ_DRAW_QUEUE_PLAN_H

#include "viz/story/story.h"

struct queue_row {
    size_t letter, mail;
    int64_t from_ns, to_ns; /* composed; in the mailbox, bounced or thrown away: the end of the run when it never is */
    enum story_mark_kind end; /* STORY_MARK_DELIVERED, _BOUNCED or _NOT_SENT; STORY_MARK_COMPOSED: neither is told */
    size_t *attempts, n_attempts; /* the story's indices, in the order of time */
};

enum { QUEUE_LONG_ROWS = 200 };

struct queue_plan {
    struct queue_row *rows; /* in the order in which the mails were written */
    size_t n_rows;
    size_t *attempts; /* of all rows */
    int64_t first_ns, last_ns; /* of all rows */
    /* Those with the longest names, in bytes: which are the widest of all can be found among them. */
    size_t long_rows[QUEUE_LONG_ROWS], n_long_rows;
};

struct queue_plan *queue_plan_new(const struct story *story);
void queue_plan_free(struct queue_plan *plan);
/* STORY_NONE when there is no such row. */
size_t queue_plan_row_of(const struct queue_plan *plan, const struct story *story, size_t mail, const char *recipient);

#endif
