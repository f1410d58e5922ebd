/* The points of a study: which values belong to each, its name, and its scenario. Points are counted, not stored. */
#ifndef POSTROAD_APP_STUDY_STUDY_POINTS_H
#define POSTROAD_APP_STUDY_STUDY_POINTS_H

#include "app/study/study_file.h"
#include "model/scenario/text_buffer.h"

/* Points that are compared with one another stand together: a group. Where nothing is compared a group is a point. */
uint64_t study_points(const struct study *study);
uint64_t study_group_size(const struct study *study); /* the group of a point: point / size */

/* The level of a factor's values at a point, and the value itself as JSON text. */
size_t study_level(const struct study *study, size_t factor, uint64_t point);
const char *study_value(const struct study *study, size_t factor, uint64_t point);

/* POINTER=VALUE;... in the order of the pointers, into text, which is emptied first. */
void study_point_text(const struct study *study, uint64_t point, struct text_buffer *text);
uint64_t study_point_key(const char *text); /* the identity of a point */

/* The same luck for all points (common random numbers): a seed depends on the study's seed and the replication. It is
   at most 2^53, so that `postroad run --seed` takes it. */
uint64_t study_seed(const struct study *study, int64_t replication);

/* NULL after errors, which are told at the place of the value in the study file. STUDY_NO_POINT: with what is the same
   in all runs, and as it stands for the rest. */
#define STUDY_NO_POINT UINT64_MAX
struct scenario *study_point_scenario(const struct study *study, uint64_t point, FILE *errors);

#endif
