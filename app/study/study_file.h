/* A study file: which scenario, what of it varies, how often each is run, what is measured, and when that is precise
   enough. docs/studies.md explains every key; scenarios/studies/study.schema.json is the same for editors. */
#ifndef POSTROAD_APP_STUDY_STUDY_FILE_H
#define POSTROAD_APP_STUDY_STUDY_FILE_H

#include <stdio.h>

#include "model/scenario/json.h"
#include "model/scenario/scenario.h"
#include "viz/readers/measures.h"

/* A value of the scenario that varies. Factors of one axis go along with one another, level by level; axes are crossed.
 */
struct study_factor {
    const char *pointer; /* into the scenario (RFC 6901) */
    size_t axis;
    const char **values; /* JSON texts, one a level of the axis */
    bool is_listed;      /* written out, value by value; else made from a range */
};

struct study_precision {
    bool is_wanted;
    enum measure measure;
    bool of_difference;        /* of each compared value to the first one, replication by replication */
    double quantile;           /* above 0 and below 1; 0: the mean is judged */
    double relative, absolute; /* half the width of the interval; 0: not asked for */
    double confidence;
};

enum { STUDY_NO_AXIS = -1 };

struct study {
    const char *path, *name;   /* of the study file; its title, or the file's name without its ending */
    const char *scenario_path; /* as it can be opened */
    const char *scenario_text; /* the whole file */
    size_t scenario_size;
    const char *text;  /* the study as compact JSON, with the scenario's file name alone */
    uint64_t identity; /* hash of all that decides what a run is: of the study without what only says which
                          runs there are, of the scenario and of the program's version */
    uint64_t seed;
    struct study_factor *factors; /* in the order of the file */
    size_t n_factors;
    size_t *levels; /* of each axis */
    size_t n_axes;
    int compared_axis;               /* its levels stop together; STUDY_NO_AXIS: each point alone */
    struct scenario_override *fixed; /* "set": the same in all runs */
    size_t n_fixed;
    int64_t least_runs, most_runs; /* replications of a point */
    struct study_precision precision;
    uint64_t measures; /* bit set of enum measure */
    int64_t time_ns;   /* how long it may take on the clock; TIME_NEVER: as long as it takes */
    struct json_document *document;
    struct scenario_memory *memory; /* owns all of the above but the document */
};

/* Reads and checks, and tries each value in the scenario. library: where scenarios are found that are not beside the
   study; may be NULL. All errors are written to `errors` (file:line:column: pointer: what, then a hint line); NULL
   then.
 */
struct study *study_load(const char *path, const char *library, FILE *errors);
void study_free(struct study *study);
/* A study of which only the text is left (study->text, as results keep it): its points can be counted and named, and
   its rule asked; its scenario is not there. NULL: it is no study. */
struct study *study_recall(const char *text);

/* Where in the study file the value of this factor and level stands; of a range: where that stands. */
struct json_position study_place(const struct study *study, const char *pointer, size_t level);

#endif
