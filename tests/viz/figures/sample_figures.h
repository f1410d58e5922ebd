/* Figures of every kind from plain numbers, for tests and eyes. */
#ifndef POSTROAD_TESTS_VIZ_FIGURES_SAMPLE_FIGURES_H
#define POSTROAD_TESTS_VIZ_FIGURES_SAMPLE_FIGURES_H

#include "viz/figures/figure.h"

enum { SAMPLE_FIGURES = 11 };
extern const char *const sample_names[SAMPLE_FIGURES];
/* Lent; the same each time. */
const struct figure *sample_figure(int n);

#endif
