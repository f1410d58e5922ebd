/* While there are two runs a band above the views says which of them they show, where on the clock one is and why, and
   leads to the other and to what compares them. A frame around the views says the same from afar when what they show
   has never been. */
#ifndef POSTROAD_VIZ_DRAW_WHAT_IF_BAND_H
#define POSTROAD_VIZ_DRAW_WHAT_IF_BAND_H

#include "viz/draw/compare_view.h"

struct what_if_band {
    struct compare_page page;
    int64_t left_ns; /* where the clock was before it went back to where the runs part; TIME_NEVER: it did not */
    size_t n_aside;  /* acts that were left aside when what is seen was begun anew, from the run as it was */
};

void what_if_band_draw(const struct view *view, struct box box, const struct what_if_band *band);
/* Around the views, in the gap beside them. */
void what_if_band_frame(const struct view *view, struct box views, double gap, const struct what_if_band *band);

#endif
