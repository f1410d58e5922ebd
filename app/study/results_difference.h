/* Why results cannot share a file: the first thing that two studies do not have in common. For results*.c only. */
#ifndef POSTROAD_APP_STUDY_RESULTS_DIFFERENCE_H
#define POSTROAD_APP_STUDY_RESULTS_DIFFERENCE_H

#include <stdbool.h>

struct results_side {
    const char *study_text, *scenario_text, *version;
};

enum results_what { RESULTS_OTHER_SCENARIO, RESULTS_OTHER_VERSION, RESULTS_OTHER_STUDY };

struct results_difference {
    enum results_what what;
    /* Of scenarios and studies: a JSON Pointer, and what is there on either side, cut short; or empty. */
    char where[160], there[80], here[80];
    bool is_only_writing; /* they say the same, with other blanks or their keys in another order */
};

/* The scenario is the likeliest, then the version; of two studies, what decides how a run comes out. */
struct results_difference results_difference(struct results_side there, struct results_side here);

/* A line about it, after a newline of its own; or nothing. */
enum { RESULTS_DIFFERENCE_BYTES = 400 };
const char *results_difference_text(const struct results_difference *d, char text[RESULTS_DIFFERENCE_BYTES]);

#endif
