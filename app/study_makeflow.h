/* A study as a workflow of Makeflow, which runs it on this machine, on Work Queue workers, or as jobs of Slurm,
   HTCondor, SGE or PBS: one rule for each part, and one that merges them.

   Beside FILE a folder FILE.d is made with copies of the study and its scenario, so that a worker elsewhere gets all
   that it needs; the parts are made there too. */
#ifndef POSTROAD_APP_STUDY_MAKEFLOW_H
#define POSTROAD_APP_STUDY_MAKEFLOW_H

#include "app/study/study_file.h"

struct makeflow_plan {
    const char *path;    /* of the workflow */
    const char *output;  /* what is merged into */
    const char *program; /* postroad, as workers call it */
    uint64_t parts;
    size_t jobs; /* cores of a part */
};

/* Into how many parts it is cut where nobody says. */
uint64_t makeflow_usual_parts(const struct study *study);
/* False after a message on stderr. */
bool makeflow_write(const struct study *study, const struct makeflow_plan *plan);

#endif
