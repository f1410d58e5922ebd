/* An axis: which values it shows, where they lie, and round ones to name. */
#ifndef POSTROAD_VIZ_FIGURES_AXIS_H
#define POSTROAD_VIZ_FIGURES_AXIS_H

#include "viz/figures/figure.h"
#include "viz/figures/value_text.h"

enum { AXIS_MOST_TICKS = 48 };

struct axis_tick {
    double value;
    char text[VALUE_TEXT_BYTES]; /* empty: a small one */
};

struct axis {
    const struct figure_axis *of;
    enum figure_scale scale; /* no longer FIGURE_AUTO */
    double low, high;        /* at its ends */
    double from, to;         /* pixels: of low and of high; y axes have from > to */
    struct value_step step;  /* of a linear axis: all its numbers share it, and the title names it */
    struct axis_tick ticks[AXIS_MOST_TICKS];
    int n_ticks;
};

/* What the values span. */
struct axis_range {
    double low, high, least_positive;
    bool has_negative, is_empty;
};
struct axis_range axis_range_none(void);
void axis_range_add(struct axis_range *range, double value); /* what is not finite does not count */

/* margin: part of the axis left free on both sides where no zero bounds it. from_zero: a linear axis begins at zero
   where that does not squeeze the values. */
struct axis axis_new(const struct figure_axis *of, struct axis_range range, bool from_zero, double margin);
/* Gives it its place and its ticks, at least so many pixels apart. */
void axis_place(struct axis *axis, double from, double to, double least_gap);
/* Pixels. On a logarithmic axis zero and less lie at its lower end. */
double axis_at(const struct axis *axis, double value);
/* Its title with the unit of its numbers. */
const char *axis_title(const struct axis *axis, char *text, size_t room);

#endif
