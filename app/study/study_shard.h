/* A part of a study, for running it on several machines: i of n. Parts have no run in common, and all runs are in one
   of them; `postroad study merge` puts them together again.

   Where a precision is asked for, groups are divided, since the rule looks at whole ones. Else, when there are few
   groups, the replications are. */
#ifndef POSTROAD_APP_STUDY_STUDY_SHARD_H
#define POSTROAD_APP_STUDY_STUDY_SHARD_H

#include "app/study/study_file.h"

struct study_shard {
    uint64_t part, parts; /* part from 1; 1 of 1: the whole */
};

enum { STUDY_MOST_SHARDS = 1000000 };

/* "3/8". False after a message with a hint in `problem`. */
bool study_shard_parse(const char *text, struct study_shard *shard, char *problem, size_t room);
bool study_shard_divides_groups(const struct study *study, struct study_shard shard);
/* Whether this run belongs to the part. */
bool study_shard_has(const struct study *study, struct study_shard shard, uint64_t group, int64_t replication);
/* How many runs there are at most in this part. */
uint64_t study_shard_runs(const struct study *study, struct study_shard shard);

#endif
