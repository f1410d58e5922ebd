/* What if: the acts, where the two runs part, and what became of the mails in both. */
#ifndef POSTROAD_VIZ_DRAW_COMPARE_VIEW_H
#define POSTROAD_VIZ_DRAW_COMPARE_VIEW_H

#include "viz/draw/pen.h"
#include "viz/draw/view.h"
#include "viz/draw/what_if.h"
#include "viz/story/difference.h"

struct loss_cost;

struct compare_page {
    const struct act_line *acts; /* of the changed run */
    size_t n_acts;
    const struct comparison *comparison; /* NULL: nothing has been changed yet */
    const struct story *stories[2];      /* as it was, as it would have been */
    int shown;                           /* which of the two is in the other views */
    size_t told;                         /* the row of the comparison that tells most; STORY_NONE */
    const struct loss_cost *cost; /* of the loss in which the runs differ, for that row; NULL: there is none such */
    bool running;
    const char *message; /* what went wrong, or was saved; "" */
};

/* Of what the cost of the loss consists, in lines; nothing where there is none. */
void compare_view_write_cost(struct pen *pen, const struct compare_page *page);
void compare_view_draw(const struct view *view, struct box box, const struct compare_page *page);

#endif
