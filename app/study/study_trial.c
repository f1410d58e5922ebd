/* Whether the values of a study are any good: the scenario is tried without them, and then with each value, beside the
   first values of the others.
   That is as many scenarios as there are values, and not as there are points; of a range that is long, only the ends
   are tried. What only two values together spoil is found when their point is run. */
#include <string.h>

#include "app/study/study_loader.h"
#include "app/study/study_points.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

enum { MOST_TRIED_OF_RANGE = 200, MOST_BAD_LEVELS = 20 };

/* The point at which all axes but one are at their first level. */
static uint64_t point_at(const struct study *study, size_t axis, size_t level)
{
    uint64_t group = study_group_size(study), point = level;
    if (study->compared_axis == (int)axis) return point;
    for (size_t i = axis + 1; i < study->n_axes; i++)
        if (study->compared_axis != (int)i) point *= study->levels[i];
    return point * group;
}

static bool is_listed(const struct study *study, size_t axis)
{
    for (size_t i = 0; i < study->n_factors; i++)
        if (study->factors[i].axis == axis && study->factors[i].is_listed) return true;
    return false;
}

/* What was said so far, so that nothing is said twice: a bad first value spoils all the trials. */
struct trial {
    const struct study *study;
    struct text_buffer told;
    FILE *errors;
};

/* A problem is a line that does not begin with a space, with the hints that follow it. */
static char *end_of_problem(char *problem)
{
    char *end = strchr(problem, '\n') + 1;
    while (*end == ' ')
        end = strchr(end, '\n') + 1;
    return end;
}

static void tell_news(struct trial *trial, char *problems)
{
    for (char *problem = problems; *problem;) {
        char *end = end_of_problem(problem), kept = *end, *what = strstr(problem, ": "); /* behind the place */
        *end = '\0';
        if (!trial->told.text || !strstr(trial->told.text, what)) {
            fputs(problem, trial->errors);
            text_add_string(&trial->told, what);
        }
        *end = kept;
        problem = end;
    }
}

static bool try_point(struct trial *trial, uint64_t point)
{
    char *problems = NULL;
    size_t length = 0;
    FILE *memory = open_memstream(&problems, &length);
    struct scenario *scenario = study_point_scenario(trial->study, point, memory);
    fclose(memory);
    tell_news(trial, problems);
    mem_free(problems);
    scenario_free(scenario);
    return scenario != NULL;
}

static bool try_axis(struct trial *trial, size_t axis)
{
    size_t n = trial->study->levels[axis], bad = 0;
    bool all = is_listed(trial->study, axis) || n <= MOST_TRIED_OF_RANGE;
    for (size_t level = 1; level < n && bad < MOST_BAD_LEVELS; level++) {
        if (!all && level >= MOST_TRIED_OF_RANGE && level < n - 1) continue;
        if (!try_point(trial, point_at(trial->study, axis, level))) bad++;
    }
    return bad == 0;
}

bool study_try_values(const struct study *study, FILE *errors)
{
    struct trial trial = {.study = study, .errors = errors};
    struct scenario *bare = study_point_scenario(study, STUDY_NO_POINT, errors);
    scenario_free(bare);
    if (!bare) return false;
    bool good = try_point(&trial, 0);
    for (size_t axis = 0; axis < study->n_axes; axis++)
        good = try_axis(&trial, axis) && good;
    mem_free(trial.told.text);
    return good;
}
