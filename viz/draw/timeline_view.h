/* The time line: the whole journey as a strip, with how much happens when, a mark for what matters, and a cursor to
   drag. Its scale is the pace's, so what is idle takes little room; the labels say the true times. Of the run it shows
   the view's span: of a part, the clock's stands take no room, and of a very short one time runs straight. What is to
   come and known already, timers and next attempts, is marked behind the cursor. */
#ifndef POSTROAD_VIZ_DRAW_TIMELINE_VIEW_H
#define POSTROAD_VIZ_DRAW_TIMELINE_VIEW_H

#include "viz/draw/timeline_scale.h"
#include "viz/draw/timeline_signs.h"
#include "viz/draw/view.h"

/* What does not move: density, marks, labels. Notes the targets only when it is asked to. */
void timeline_view_draw_still(const struct view *view, struct box box);
void timeline_view_draw_moving(const struct view *view, struct box box);
/* The marks that have a sign in the row above the strip: where there is no room for all, those that matter most. How
   many. */
enum { TIMELINE_MOST_SIGNS = 400 };
size_t timeline_marks_with_signs(const struct view *view, struct box box,
                                 const struct story_mark *shown[TIMELINE_MOST_SIGNS]);
/* The mark at this place in the row above the strip, the most important one where several meet; NULL: none is near. */
const struct story_mark *timeline_mark_at(const struct view *view, struct box box, struct point at);

/* The sign at a place, whether it marks what happens or what is known to come. */
struct timeline_found {
    enum sign sign; /* TIMELINE_SIGNS: there is none */
    size_t event;   /* that it stands for, or that told of it; STORY_NONE */
    int64_t at_ns;
};
struct timeline_found timeline_sign_at(const struct view *view, struct box box, struct point at);
/* What it is, over everything, its lower edge above this line. */
void timeline_view_draw_tip(const struct view *view, struct box box, double above, const struct timeline_found *found);

#endif
