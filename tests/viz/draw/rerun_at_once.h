/* What if in tests: the world is run again when somebody asks, at once; the program does it in a thread. */
#ifndef POSTROAD_TESTS_VIZ_DRAW_RERUN_AT_ONCE_H
#define POSTROAD_TESTS_VIZ_DRAW_RERUN_AT_ONCE_H

#include "viz/draw/rerun.h"

extern struct rerun rerun_at_once;
extern char rerun_saved[20000]; /* the scenario that was saved last */

#endif
