/* What why_late_view.c (the page, and its rows) and why_late_bar.c (the bar above them) share. */
#ifndef POSTROAD_VIZ_DRAW_WHY_LATE_INTERNAL_H
#define POSTROAD_VIZ_DRAW_WHY_LATE_INTERNAL_H

#include "viz/draw/why_late_view.h"

struct account_page {
    const struct view *v;
    const struct why_plan *plan;
    const struct compare_page *compared;
    struct box bar;
    int64_t from_ns, to_ns;
};

/* In the colour and the pattern of this part. */
void why_late_fill_part(const struct account_page *p, struct box box, size_t index);
void why_late_draw_bar(const struct account_page *p);

#endif
