/* What the losses on a mail's way cost it: an estimate from the run itself, and the acts that undo them, for who wants
   to know exactly and has the world run again. */
#ifndef POSTROAD_VIZ_DRAW_WHY_LOSSES_H
#define POSTROAD_VIZ_DRAW_WHY_LOSSES_H

#include "viz/draw/what_if.h"
#include "viz/readers/delay_account.h"

struct why_losses {
    size_t n;             /* packets of this mail's connections and questions that links have lost */
    size_t can_be_spared; /* of these, what an act can undo (what_if.h) */
    size_t n_timed;       /* of all, what only a timer noticed: until then the connection stood still */
    int64_t waited_ns;    /* for those timers, each instant counted once */
};

struct why_losses why_losses_of(const struct story *story, const struct delay_interval *intervals, size_t n);
/* An act for each that can be spared; how many: those that fit. */
size_t why_losses_acts(const struct story *story, const struct delay_interval *intervals, size_t n,
                       struct act_line *acts, size_t room);

#endif
