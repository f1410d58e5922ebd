/* The question whether to leave: a box over everything, with a button for each answer, that stays until one is given.
   The mouse presses them (ACT_LEAVE, ACT_STAY); Enter presses the one that is filled, Tab and the arrow keys fill the
   other one, and Esc stays. */
#ifndef POSTROAD_VIZ_DRAW_LEAVE_VIEW_H
#define POSTROAD_VIZ_DRAW_LEAVE_VIEW_H

#include "viz/draw/input.h"
#include "viz/draw/view.h"

struct leave_question {
    const char *title, *warning; /* warning: what would be lost; "" */
    const char *keys, *yes;      /* what the keys do; the words on the button */
    bool is_stay_filled;
};

/* Nothing else can be pressed then. Needs the view's canvas, targets, theme and unit. */
void leave_view_draw(const struct view *view, struct box window, const struct leave_question *question);

enum leave_answer { LEAVE_NOT_YET, LEAVE_YES, LEAVE_NO };
/* `again`: the key that asked, which says yes. Any other key is for nobody. */
enum leave_answer leave_view_key(int key, int again, bool *is_stay_filled);

#endif
