/* The names of the signs on the time line: each kind that occurs in this run is named once, beside the first sign of it
   that has room. Where none has, the dot of a caption gives way. */
#ifndef POSTROAD_VIZ_DRAW_TIMELINE_NAMES_H
#define POSTROAD_VIZ_DRAW_TIMELINE_NAMES_H

#include "viz/draw/timeline_view.h"

struct timeline_names {
    struct {
        enum sign sign;
        struct box box;
    } of[TIMELINE_SIGNS];
    size_t n;
};

/* Of the marks that have a sign, in any order; box: the whole time line. */
void timeline_names_place(const struct view *view, struct box box, const struct story_mark *const *shown, size_t n,
                          struct timeline_names *names);
void timeline_names_draw(const struct view *view, const struct timeline_names *names);
/* Whether a name has taken the place of a sign at x, which reaches `half` to each side. */
bool timeline_names_cover(const struct timeline_names *names, double x, double half);

#endif
