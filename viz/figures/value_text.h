/* How a number is written on an axis and in a table. */
#ifndef POSTROAD_VIZ_FIGURES_VALUE_TEXT_H
#define POSTROAD_VIZ_FIGURES_VALUE_TEXT_H

#include "viz/figures/figure.h"

enum { VALUE_TEXT_BYTES = 32 };

/* With as many digits as matter, and its unit: "1.25 s", "30 min", "12.5 %", "40 kB", "0.031". Infinite: "not reached".
 */
const char *value_text(enum figure_unit unit, double value, char text[VALUE_TEXT_BYTES]);
/* Two of them, "2.05 \u2013 2.38 min": a unit that both share is named once. */
enum { VALUE_RANGE_BYTES = 80 };
const char *value_text_range(enum figure_unit unit, double low, double high, char text[VALUE_RANGE_BYTES]);
/* "144 000", in groups as above. */
const char *value_text_count(unsigned long long count, char text[VALUE_TEXT_BYTES]);
/* A round value of an axis: "30 min", "10 %", "1 000". */
const char *value_text_round(enum figure_unit unit, double value, char text[VALUE_TEXT_BYTES]);

/* What values up to this size are divided by on an axis on which all share a unit: 3600 and "h". The name may be empty.
 */
struct value_step {
    double size;
    const char *name;
};
struct value_step value_step_for(enum figure_unit unit, double most);

#endif
