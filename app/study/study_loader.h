/* What the parts of the loader of study files share (study_file.c, study_vary.c, study_values.c, study_trial.c). */
#ifndef POSTROAD_APP_STUDY_STUDY_LOADER_H
#define POSTROAD_APP_STUDY_STUDY_LOADER_H

#include "app/study/study_file.h"
#include "model/scenario/checks.h"

enum { STUDY_MOST_LEVELS = 1000000, STUDY_MOST_FACTORS = 100 };
#define STUDY_MOST_RUNS INT64_C(1000000000) /* of a point; and points of a study */

struct study_loader {
    struct study *study;
    struct checks *checks;
    struct spot root;
    size_t sampled;   /* points of the Latin hypercube; 0: a grid */
    int sampled_axis; /* STUDY_NO_AXIS: nothing is sampled so far */
    bool *axis_draws; /* by axis: its values are drawn, and what is drawn twice is left out */
};

/* Reads "seed", "design", "vary", "set" and "compare" (study_vary.c). */
void study_load_vary(struct study_loader *l);

/* What the values of a factor are, as they are written. */
struct study_values {
    const char **texts; /* JSON */
    size_t n;
    bool is_listed, is_drawn, is_sampled;
};
/* A list, or a range. n_levels: how many it has to have; 0: any number. False when it was refused (study_values.c). */
bool study_read_values(struct study_loader *l, const struct spot *spot, const char *pointer, size_t n_levels,
                       struct study_values *values);

/* Loads the scenario with the first value of each factor, and then with each other value in its turn; what is refused
   is told at its place in the study file. True when all are good (study_trial.c). */
bool study_try_values(const struct study *study, FILE *errors);

#endif
