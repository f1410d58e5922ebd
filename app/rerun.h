/* Running a world again for the window's what if: see viz/draw/rerun.h. */
#ifndef POSTROAD_APP_RERUN_H
#define POSTROAD_APP_RERUN_H

#include "viz/draw/rerun.h"

/* How to run the world of this journal again. What came from outside, or was read from a capture, cannot be; then why_not
   says so. save_as: the scenario's name, from which those of saved ones are made. It must outlive the value. */
struct rerun rerun_of(const struct journal_memory *journal, const char *save_as);

/* How to run scenarios that come from no journal. */
struct rerun rerun_of_scenarios(void);

#endif
