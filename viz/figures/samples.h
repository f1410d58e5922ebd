/* What boxes and violins share: samples side by side over an axis. */
#ifndef POSTROAD_VIZ_FIGURES_SAMPLES_H
#define POSTROAD_VIZ_FIGURES_SAMPLES_H

#include "viz/figures/frame.h"

/* With its axes drawn. */
struct frame samples_open(const struct look *look, const struct figure *figure);
double samples_place(const struct frame *frame, const struct figure_sample *sample); /* pixels: its middle */
double samples_width(const struct frame *frame);                                     /* of each */
void samples_draw_names(const struct frame *frame);

#endif
