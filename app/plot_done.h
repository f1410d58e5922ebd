/* Whether the study of which there are results had come to its end. */
#ifndef POSTROAD_APP_PLOT_DONE_H
#define POSTROAD_APP_PLOT_DONE_H

#include "app/plot_data.h"

struct plot_done {
    bool is_unfinished;
    uint64_t runs, planned; /* that there are of those that were planned */
    bool may_be_fewer;      /* a precision was asked for: at most so many were planned */
};

/* From the study's text and the numbers of runs. With a precision: whether all points of each group have come to the
   same number of runs, at which the rule looks. A study that was stopped just then looks finished. */
struct plot_done plot_done_of(const struct plot_data *data);

#endif
