/* Why late: where the time of a mail went, from its writing to its delivery. A bar of all intervals, which add up
   exactly; below, what each was spent on, and in it the losses and refusals that made it long, each a click away. And
   what it had been without those losses: an estimate, and by a press the truth, for which the world is run again. */
#ifndef POSTROAD_VIZ_DRAW_WHY_LATE_VIEW_H
#define POSTROAD_VIZ_DRAW_WHY_LATE_VIEW_H

#include "viz/draw/compare_view.h"
#include "viz/draw/queue_plan.h"
#include "viz/draw/view.h"
#include "viz/draw/why_losses.h"
#include "viz/draw/why_parts.h"
#include "viz/readers/delay_account.h"

enum { WHY_INTERVALS_MAX = 2000, WHY_DEPTH_MAX = 4 };

/* What is kept: the accounts of a journal, and that of one letter. */
struct why_plan {
    struct delay_account *account;
    size_t letter; /* STORY_NONE: none yet */
    struct delay_interval intervals[WHY_INTERVALS_MAX];
    size_t n_intervals, n_all; /* more than are kept, when a mail was tried very often */
    struct delay_span span;
    struct why_losses losses;
    struct why_part path[WHY_DEPTH_MAX]; /* what was opened, one in the other */
    size_t depth;
    struct why_part parts[WHY_INTERVALS_MAX]; /* of what was opened last, or of the whole */
    size_t n_parts, n_all_parts;
    bool tells_short; /* those that are short among many, too */
};

struct why_plan *why_plan_new(const struct journal_memory *journal);
void why_plan_free(struct why_plan *plan);
void why_plan_take(struct why_plan *plan, const struct story *story, size_t letter);
/* One level in, to what this part consists of; false: to nothing more. And back, so that so many are open. */
bool why_plan_open(struct why_plan *plan, const struct story *story, size_t part);
void why_plan_close(struct why_plan *plan, const struct story *story, size_t depth);

/* The letter of what is selected; else the one whose waiting is the headline; else the one that took longest.
 * STORY_NONE: there is none. */
size_t why_late_letter(const struct view *view, const struct queue_plan *queue);
/* compared: where the world was run again, what that changed for this mail is told; NULL: it was not. */
void why_late_view_draw(const struct view *view, struct box box, const struct why_plan *plan,
                        const struct compare_page *compared);

#endif
