/* What stands around the data: title, axes with their ticks, names of series at the right, the caption. For the figures
   of this room only. */
#ifndef POSTROAD_VIZ_FIGURES_FRAME_H
#define POSTROAD_VIZ_FIGURES_FRAME_H

#include "viz/figures/axis.h"
#include "viz/figures/figure.h"
#include "viz/figures/look.h"

struct frame {
    struct look look;
    const struct figure *figure;
    struct axis x, y;
    struct box plot;
    double under; /* y of what stands below the x axis and its title */
};

struct frame_wish {
    double right; /* pixels wanted at the right of the plot */
    double left;  /* at the left, where there is no y axis */
    double under; /* between the x axis and the caption */
    bool without_y, without_grid;
    bool only_measured; /* nothing is drawn: how would it lie? */
};

/* Draws title and caption, and finds room for the rest. x and y are axes without places. */
struct frame frame_open(const struct look *look, const struct figure *figure, struct axis x, struct axis y,
                        struct frame_wish wish);
void frame_draw_axes(struct frame *frame, struct frame_wish wish);

struct point frame_at(const struct frame *frame, double x, double y);
/* An arrow at the edge, for what lies beyond it. */
void frame_arrow(const struct frame *frame, double x, bool up, struct colour colour);

/* The name of a series at the right of the plot, with its mark and its stroke; y: where its line ends. */
struct frame_name {
    const char *text;
    size_t series;
    double y;
    bool is_reference;
    bool with_line; /* a thin line from the data to the name */
    double from_x;  /* where the data end */
};
double frame_names_width(const struct look *look, const struct figure *figure);
void frame_draw_names(const struct frame *frame, struct frame_name *names, size_t n);

/* The kinds, each in its file. */
void curve_draw(const struct look *look, const struct figure *figure);
void steps_draw(const struct look *look, const struct figure *figure);
void box_draw(const struct look *look, const struct figure *figure);
void violin_draw(const struct look *look, const struct figure *figure);
void heat_draw(const struct look *look, const struct figure *figure);
void attempts_draw(const struct look *look, const struct figure *figure);

#endif
