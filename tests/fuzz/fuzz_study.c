/* Study files: loaded, or refused with at least one message. Of each that is loaded the points can be counted, named
   and made scenarios of, its rule looks at ever more runs and comes to its end, its parts have all runs and no run
   twice, and its text alone says as much as the file did (tried with a rule whose steps shrink to nothing). The
   scenario beside it is world.json. */
#include "app/study/study_file.h"
#include "app/study/study_points.h"
#include "app/study/study_rule.h"
#include "app/study/study_shard.h"
#include "sim/journal/memory.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_file.h"

static const char world_text[] =
    "{\"postroad\":1,\"hosts\":{\"alice-pc\":{\"client\":{\"user\":\"alice@a.example\",\"submits_to\":\"mail.a."
    "example\"}},"
    "\"mail.a.example\":{\"mail_server\":{\"domains\":[\"a.example\"],\"users\":[\"alice\"]}},\"internet\":{\"router\":"
    "{}},"
    "\"mx1.b.example\":{\"mail_server\":{\"domains\":[\"b.example\"],\"users\":[\"bob\"]}}},"
    "\"links\":{\"alice\":{\"between\":[\"alice-pc\",\"internet\"]},\"a-mail\":{\"between\":[\"mail.a.example\","
    "\"internet\"]},\"b-mail\":{\"between\":[\"mx1.b.example\",\"internet\"]}},"
    "\"traffic\":{\"letter\":{\"from\":\"alice@a.example\",\"to\":\"bob@b.example\",\"every\":\"1 s\",\"count\":1}}}";

enum { POINTS_TRIED = 3, LOOKS_MAX = 60, PARTS = 3, RUNS_TRIED = 50 };

static void try_point(const struct study *study, uint64_t point)
{
    struct text_buffer text = {0};
    study_point_text(study, point, &text);
    FUZZ_MUST(text.text || text.size == 0);
    mem_free(text.text);
    for (size_t i = 0; i < study->n_factors; i++) {
        FUZZ_MUST(study_level(study, i, point) < study->levels[study->factors[i].axis]);
        FUZZ_MUST(study_value(study, i, point));
    }
    struct scenario *scenario = study_point_scenario(study, point, stderr);
    scenario_free(scenario); /* NULL: two values that do not go together; told */
}

static void try_rule(const struct study *study)
{
    int64_t n = 0;
    for (int looks = 0; n < study->most_runs; looks++) {
        int64_t next = study_rule_next_look(study, n);
        FUZZ_MUST(next > n && next <= study->most_runs && looks < LOOKS_MAX);
        n = next;
    }
}

static void try_parts(const struct study *study, uint64_t groups)
{
    for (uint64_t group = 0; group < groups && group < POINTS_TRIED; group++)
        for (int64_t run = 0; run < study->most_runs && run < RUNS_TRIED; run++) {
            unsigned n = 0;
            for (uint64_t part = 1; part <= PARTS; part++)
                n += study_shard_has(study, (struct study_shard){part, PARTS}, group, run);
            FUZZ_MUST(n == 1);
        }
}

static void try_study(const struct study *study)
{
    uint64_t points = study_points(study), size = study_group_size(study);
    FUZZ_MUST(points > 0 && size > 0 && points % size == 0);
    FUZZ_MUST(study->least_runs > 0 && study->least_runs <= study->most_runs);
    for (uint64_t i = 0; i < points && i < POINTS_TRIED; i++)
        try_point(study, i);
    try_point(study, points - 1);
    try_rule(study);
    try_parts(study, points / size);
    struct study *again = study_recall(study->text);
    FUZZ_MUST(again && study_points(again) == points && again->most_runs == study->most_runs);
    try_rule(again);
    study_free(again);
}

/* "3/8", on the command line. */
static void try_part(const char *text)
{
    struct study_shard shard = {0, 0};
    char problem[200] = "";
    if (study_shard_parse(text, &shard, problem, sizeof problem))
        FUZZ_MUST(shard.part >= 1 && shard.part <= shard.parts && shard.parts <= STUDY_MOST_SHARDS);
    else
        FUZZ_MUST(problem[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static bool has_world;
    if (!has_world) fuzz_file("world.json", world_text, sizeof world_text - 1);
    has_world = true;
    const char *path = fuzz_file("study.json", bytes, size);
    char *said = NULL, *text = calloc(1, size + 1);
    size_t said_size = 0;
    FILE *errors = open_memstream(&said, &said_size);
    struct study *study = study_load(path, NULL, errors);
    fclose(errors);
    FUZZ_MUST((study != NULL) == (said_size == 0));
    if (study) try_study(study);
    study_free(study);
    memcpy(text, bytes, size);
    study_free(study_recall(text)); /* as somebody's file of results may have it */
    try_part(text);
    free(text);
    free(said);
    return 0;
}
