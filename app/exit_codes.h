/* What every subcommand answers to the shell. */
#ifndef POSTROAD_APP_EXIT_CODES_H
#define POSTROAD_APP_EXIT_CODES_H

enum {
    EXIT_DONE = 0,   /* done, and all expectations of the scenario held */
    EXIT_FAILED = 1, /* a run failed, an expectation did not hold, or something could not be written */
    EXIT_USAGE = 2   /* wrong usage or invalid input */
};

#endif
