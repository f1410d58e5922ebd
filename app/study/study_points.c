/* A point is a number in which each axis is a digit, the compared one the last: so a group is a run of numbers. */
#include "app/study/study_points.h"

#include <string.h>

#include "app/study/study_loader.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"
#include "sim/random.h"

uint64_t study_points(const struct study *study)
{
    uint64_t points = 1;
    for (size_t i = 0; i < study->n_axes; i++)
        points *= study->levels[i];
    return points;
}

uint64_t study_group_size(const struct study *study)
{
    return study->compared_axis == STUDY_NO_AXIS ? 1 : study->levels[study->compared_axis];
}

size_t study_level(const struct study *study, size_t factor, uint64_t point)
{
    size_t axis = study->factors[factor].axis;
    uint64_t group = study_group_size(study);
    if (study->compared_axis == (int)axis) return (size_t)(point % group);
    uint64_t rest = point / group;
    for (size_t i = study->n_axes; i-- > axis + 1;)
        if (study->compared_axis != (int)i) rest /= study->levels[i];
    return (size_t)(rest % study->levels[axis]);
}

const char *study_value(const struct study *study, size_t factor, uint64_t point)
{
    return study->factors[factor].values[study_level(study, factor, point)];
}

void study_point_text(const struct study *study, uint64_t point, struct text_buffer *text)
{
    const struct study_factor *last = NULL;
    text->size = 0;
    text_add_string(text, "");
    for (size_t n = 0; n < study->n_factors; n++) { /* factors are few */
        const struct study_factor *next = NULL;
        for (const struct study_factor *f = study->factors; f < study->factors + study->n_factors; f++)
            if ((!last || strcmp(f->pointer, last->pointer) > 0) && (!next || strcmp(f->pointer, next->pointer) < 0))
                next = f;
        text_add_format(text, "%s%s=%s", n ? ";" : "", next->pointer,
                        study_value(study, (size_t)(next - study->factors), point));
        last = next;
    }
}

uint64_t study_point_key(const char *text)
{
    return random_hash_text(text);
}

uint64_t study_seed(const struct study *study, int64_t replication)
{
    return random_hash_mix(study->seed, (uint64_t)replication) >> 11;
}

/* ---- scenarios ---- */

/* Where a problem of a value stands: "--set POINTER: what" of the scenario's loader becomes "study.json:3:14: POINTER:
   what". */
static bool tell_at_value(const struct study *study, uint64_t point, const char *line, FILE *errors)
{
    static const char set[] = "--set ";
    if (strncmp(line, set, strlen(set))) return false;
    const char *pointer = line + strlen(set);
    size_t level = 0;
    for (size_t i = 0; point != STUDY_NO_POINT && i < study->n_factors; i++) {
        size_t length = strlen(study->factors[i].pointer);
        if (!strncmp(pointer, study->factors[i].pointer, length) && pointer[length] == ':')
            level = study_level(study, i, point);
    }
    char name[512];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(pointer, ":"), pointer);
    struct json_position place = study_place(study, name, level);
    fprintf(errors, "%s:%zu:%zu: %s", study->path, place.line, place.column, pointer);
    return true;
}

/* line by line; each ends with its newline. */
static void tell_problems(const struct study *study, uint64_t point, char *problems, FILE *errors)
{
    bool is_placed = true;
    for (char *line = problems; *line;) {
        char *end = strchr(line, '\n') + 1, kept = *end;
        *end = '\0';
        if (!tell_at_value(study, point, line, errors)) {
            if (*line != ' ') is_placed = false;
            fputs(line, errors);
        }
        *end = kept;
        line = end;
    }
    if (is_placed || point == STUDY_NO_POINT) return;
    struct text_buffer text = {0};
    study_point_text(study, point, &text);
    fprintf(errors, tr("%s: that is what the scenario says with %s\n"), study->path, text.text);
    mem_free(text.text);
}

struct scenario *study_point_scenario(const struct study *study, uint64_t point, FILE *errors)
{
    size_t n = study->n_fixed + (point == STUDY_NO_POINT ? 0 : study->n_factors), length = 0;
    struct scenario_override *overrides = mem_calloc(n, sizeof *overrides);
    char *problems = NULL;
    FILE *memory = open_memstream(&problems, &length);
    if (study->n_fixed) memcpy(overrides, study->fixed, study->n_fixed * sizeof *overrides);
    for (size_t i = 0; study->n_fixed + i < n; i++)
        overrides[study->n_fixed + i] =
            (struct scenario_override){study->factors[i].pointer, study_value(study, i, point)};
    struct scenario *scenario =
        scenario_parse(study->scenario_path, study->scenario_text, study->scenario_size, overrides, n, memory);
    fclose(memory);
    if (!scenario) tell_problems(study, point, problems, errors);
    mem_free(problems);
    mem_free(overrides);
    return scenario;
}
