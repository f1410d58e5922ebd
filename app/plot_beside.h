/* Formulas drawn beside what was measured, as they are written on the command line:
   "handshake:rtt=70 ms,timeout=1 s". What is not said is as in formula_path_default. */
#ifndef POSTROAD_APP_PLOT_BESIDE_H
#define POSTROAD_APP_PLOT_BESIDE_H

#include "app/plot_choice.h"
#include "app/study/formulas.h"

struct plot_beside {
    enum plot_formula { FORMULA_HANDSHAKE, FORMULA_TRANSFER, FORMULA_RATE } formula;
    struct formula_path path;
    double size_bytes, segment_bytes;
};

/* False after a message. */
bool plot_beside_read(const char *written, struct plot_beside *beside);
/* Whether it can stand beside this figure: over a share, in its unit. False after a message. */
bool plot_beside_fits(const struct plot_beside *beside, const struct plot_data *data, const struct plot_choice *choice);
double plot_beside_at(const struct plot_beside *beside, double loss);
const char *plot_beside_name(const struct plot_beside *beside); /* as at the right of the figure */

#endif
