#include "app/study/study_shard.h"

#include <string.h>

#include "app/study/study_points.h"
#include "sim/journal/tr.h"

/* Digits at the beginning of a text; false: none, or too many. */
static bool read_number(const char **text, uint64_t *number)
{
    size_t digits = strspn(*text, "0123456789");
    *number = 0;
    for (size_t i = 0; i < digits && i < 10; i++)
        *number = *number * 10 + (uint64_t)((*text)[i] - '0');
    *text += digits;
    return digits > 0 && digits < 10;
}

bool study_shard_parse(const char *text, struct study_shard *shard, char *problem, size_t room)
{
    const char *rest = text;
    bool shaped = read_number(&rest, &shard->part) && *rest++ == '/' && read_number(&rest, &shard->parts) && !*rest;
    if (!shaped || shard->parts < 1 || shard->parts > STUDY_MOST_SHARDS)
        snprintf(problem, room, tr("\"%s\" is no part of a study\n  hint: write it like 3/8, the third of eight"),
                 text);
    else if (shard->part < 1)
        snprintf(problem, room, tr("\"%s\": parts count from 1\n  hint: in a job array of Slurm: --array=1-%llu"), text,
                 (unsigned long long)shard->parts);
    else if (shard->part > shard->parts)
        snprintf(problem, room, tr("\"%s\": there are only %llu parts"), text, (unsigned long long)shard->parts);
    else
        return true;
    return false;
}

bool study_shard_divides_groups(const struct study *study, struct study_shard shard)
{
    uint64_t groups = study_points(study) / study_group_size(study);
    return study->precision.is_wanted || groups >= 4 * shard.parts;
}

bool study_shard_has(const struct study *study, struct study_shard shard, uint64_t group, int64_t replication)
{
    if (study_shard_divides_groups(study, shard)) return group % shard.parts == shard.part - 1;
    return (group + (uint64_t)replication) % shard.parts == shard.part - 1;
}

/* Of the numbers first, first + 1, ... before end: those that are `part - 1` modulo `parts`. */
static uint64_t count_of(struct study_shard shard, uint64_t end)
{
    return end / shard.parts + (end % shard.parts >= shard.part);
}

uint64_t study_shard_runs(const struct study *study, struct study_shard shard)
{
    uint64_t size = study_group_size(study), groups = study_points(study) / size, runs = (uint64_t)study->most_runs;
    if (study_shard_divides_groups(study, shard)) return count_of(shard, groups) * size * runs;
    uint64_t mine = 0;
    for (uint64_t group = 0; group < groups; group++)
        mine += (count_of(shard, group + runs) - count_of(shard, group)) * size;
    return mine;
}
