/* What varies in a study: its factors, the axes on which they lie, and what is compared. */
#include <stdlib.h>
#include <string.h>

#include "app/study/study_loader.h"
#include "model/scenario/loader.h"
#include "model/scenario/suggest.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

/* ---- pointers ---- */

static bool covers(const char *pointer, const char *other)
{
    size_t length = strlen(pointer);
    return strncmp(pointer, other, length) == 0 && (other[length] == '\0' || other[length] == '/');
}

/* The pointer of another that sets the same value, or a part of it; NULL: there is none. */
static const char *rival_of(const struct study *study, const char *pointer)
{
    for (size_t i = 0; i < study->n_fixed; i++)
        if (covers(study->fixed[i].pointer, pointer) || covers(pointer, study->fixed[i].pointer))
            return study->fixed[i].pointer;
    for (size_t i = 0; i < study->n_factors; i++)
        if (covers(study->factors[i].pointer, pointer) || covers(pointer, study->factors[i].pointer))
            return study->factors[i].pointer;
    return NULL;
}

static bool check_pointer(const struct study_loader *l, const struct spot *spot)
{
    if (!json_pointer_is_valid(spot->key) || !*spot->key) {
        const char *hint = *spot->key && *spot->key != '/'
                               ? checks_hint(l->checks, tr("did you mean \"/%s\"?"), spot->key)
                               : tr("write it like \"/links/a-mail/loss\"");
        spot_refuse_key(spot, hint, tr("\"%s\" is not a JSON Pointer to a value"), spot->key);
        return false;
    }
    if (!strcmp(spot->key, "/seed") || covers("/postroad", spot->key)) {
        spot_refuse_key(spot, tr("a study has a \"seed\" of its own, and \"replications\""),
                        tr("\"%s\" cannot be set by a study"), spot->key);
        return false;
    }
    const char *rival = rival_of(l->study, spot->key);
    if (!rival) return true;
    spot_refuse_key(spot, tr("leave one of the two out"), tr("\"%s\" already sets the same value, or a part of it"),
                    rival);
    return false;
}

static void load_set(struct study_loader *l)
{
    struct study *study = l->study;
    struct spot set;
    if (!want_object(&l->root, "set", &set)) return;
    study->fixed = scenario_alloc(study->memory, (size_t)cJSON_GetArraySize(set.json), sizeof *study->fixed);
    for (struct spot s = spot_first(&set); s.json; s = spot_next(&s)) {
        if (!check_pointer(l, &s)) continue;
        char *value = json_print(s.json);
        study->fixed[study->n_fixed++] =
            (struct scenario_override){scenario_text(study->memory, s.key), scenario_text(study->memory, value)};
        mem_free(value);
    }
}

/* ---- factors ---- */

static void load_design(struct study_loader *l)
{
    static const struct key_rule keys[] = {{"latin_hypercube", NULL}};
    struct spot design = spot_key(&l->root, "design");
    int64_t points = 0;
    if (!design.json || (cJSON_IsString(design.json) && !strcmp(design.json->valuestring, "grid"))) return;
    if (!cJSON_IsObject(design.json)) {
        spot_refuse(&design, tr("write \"grid\" or {\"latin_hypercube\": 100}"), tr("%s is not known here"),
                    checks_value(l->checks, design.json));
        return;
    }
    CHECK_KEYS(&design, keys);
    if (!check_present(&design, "latin_hypercube", "{\"latin_hypercube\": 100}")) return;
    if (want_integer(&design, "latin_hypercube", 1, STUDY_MOST_LEVELS, &points)) l->sampled = (size_t)points;
}

static const struct study_factor *find_factor(const struct study *study, const char *pointer)
{
    for (size_t i = 0; i < study->n_factors; i++)
        if (!strcmp(study->factors[i].pointer, pointer)) return &study->factors[i];
    return NULL;
}

/* The factor that stands before, by its pointer; NULL after an error. */
static const struct study_factor *want_factor(const struct study_loader *l, const struct spot *spot)
{
    if (!check_text(spot, "/links/a-mail/loss")) return NULL;
    const struct study_factor *factor = find_factor(l->study, spot->json->valuestring);
    if (factor) return factor;
    struct suggest near = suggest_for(spot->json->valuestring);
    for (size_t i = 0; i < l->study->n_factors; i++)
        suggest_offer(&near, l->study->factors[i].pointer);
    spot_refuse(spot,
                near.best ? checks_hint(l->checks, tr("did you mean \"%s\"?"), near.best)
                          : tr("name a pointer that stands before it in \"vary\""),
                tr("%s is not varied"), checks_value(l->checks, spot->json));
    return NULL;
}

static size_t new_axis(struct study_loader *l, size_t levels)
{
    l->study->levels[l->study->n_axes] = levels;
    return l->study->n_axes++;
}

/* Whether all that there is, is "with": then it has the other's values. */
static bool is_the_same(const struct spot *spot)
{
    return cJSON_IsObject(spot->json) && cJSON_GetArraySize(spot->json) == 1 && spot_key(spot, "with").json;
}

static void load_factor(struct study_loader *l, const struct spot *spot)
{
    struct study *study = l->study;
    struct spot with = spot_key(spot, "with");
    const struct study_factor *other = NULL;
    struct study_values values = {0};
    struct study_factor *factor = &study->factors[study->n_factors];
    if (!check_pointer(l, spot)) return;
    if (with.json && !(other = want_factor(l, &with))) return;
    *factor = (struct study_factor){.pointer = scenario_text(study->memory, spot->key)};
    if (other && is_the_same(spot)) {
        factor->axis = other->axis;
        factor->values = other->values;
        study->n_factors++;
        return;
    }
    if (!study_read_values(l, spot, factor->pointer, other ? study->levels[other->axis] : 0, &values)) return;
    factor->values = values.texts;
    factor->is_listed = values.is_listed;
    if (other)
        factor->axis = other->axis;
    else if (values.is_sampled && l->sampled_axis != STUDY_NO_AXIS)
        factor->axis = (size_t)l->sampled_axis;
    else
        factor->axis = new_axis(l, values.n);
    if (values.is_sampled && l->sampled_axis == STUDY_NO_AXIS) l->sampled_axis = (int)factor->axis;
    l->axis_draws[factor->axis] |= values.is_drawn;
    study->n_factors++;
}

/* ---- no level twice ---- */

struct level {
    const struct study *study;
    size_t axis, index;
};

static int compare_levels(const void *a, const void *b)
{
    const struct level *x = a, *y = b;
    for (size_t i = 0; i < x->study->n_factors; i++) {
        const struct study_factor *f = &x->study->factors[i];
        int order = f->axis == x->axis ? strcmp(f->values[x->index], f->values[y->index]) : 0;
        if (order) return order;
    }
    return 0;
}

static int compare_places(const void *a, const void *b)
{
    int order = compare_levels(a, b);
    const struct level *x = a, *y = b;
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static void refuse_repetition(struct study_loader *l, size_t axis, size_t index)
{
    const struct study_factor *f = l->study->factors;
    while (f->axis != axis)
        f++;
    struct spot vary = spot_key(&l->root, "vary"), spot = spot_key(&vary, f->pointer), item = spot;
    struct spot list = cJSON_IsObject(spot.json) ? spot_key(&spot, "values") : spot;
    if (f->is_listed) item = spot_child(&list, cJSON_GetArrayItem(list.json, (int)index), index);
    spot_refuse(&item, f->is_listed ? tr("delete one of the two") : tr("ask for fewer points, or a larger step"),
                tr("%s stands here twice"), f->values[index]);
}

/* Keeps the levels that are marked, in their order. */
static void keep_levels(struct study *study, size_t axis, const bool *is_kept)
{
    size_t n = study->levels[axis], kept = 0;
    for (size_t i = 0; i < study->n_factors; i++) {
        struct study_factor *f = &study->factors[i];
        if (f->axis != axis) continue;
        const char **values = scenario_alloc(study->memory, n, sizeof *values);
        kept = 0;
        for (size_t k = 0; k < n; k++)
            if (is_kept[k]) values[kept++] = f->values[k];
        f->values = values;
    }
    study->levels[axis] = kept;
}

static void check_repetitions(struct study_loader *l, size_t axis)
{
    struct study *study = l->study;
    size_t n = study->levels[axis];
    struct level *levels = mem_calloc(n, sizeof *levels);
    bool *is_kept = mem_calloc(n, sizeof *is_kept), repeated = false;
    for (size_t i = 0; i < n; i++)
        levels[i] = (struct level){study, axis, i};
    qsort(levels, n, sizeof *levels, compare_places);
    for (size_t i = 0; i < n; i++) {
        bool again = i > 0 && compare_levels(&levels[i - 1], &levels[i]) == 0;
        is_kept[levels[i].index] = !again;
        if (again && !repeated && !l->axis_draws[axis]) refuse_repetition(l, axis, levels[i].index);
        repeated |= again;
    }
    if (repeated && l->axis_draws[axis]) keep_levels(study, axis, is_kept);
    mem_free(levels);
    mem_free(is_kept);
}

/* ---- what is compared ---- */

/* What has a name and no size: a policy, a flavour, yes or no, a whole object. */
static bool is_name(const char *json)
{
    return *json == '{' || *json == 't' || *json == 'f' || (*json == '"' && strchr("0123456789-.", json[1]) == NULL);
}

static bool are_names(const struct study *study, const struct study_factor *factor)
{
    if (!factor->is_listed || study->levels[factor->axis] < 2) return false;
    for (size_t i = 0; i < study->levels[factor->axis]; i++)
        if (!is_name(factor->values[i])) return false;
    return true;
}

static void load_compare(struct study_loader *l)
{
    struct study *study = l->study;
    struct spot compare = spot_key(&l->root, "compare");
    const struct study_factor *last = study->n_factors ? &study->factors[study->n_factors - 1] : NULL;
    study->compared_axis = STUDY_NO_AXIS;
    if (compare.json) {
        if (cJSON_IsString(compare.json) && !strcmp(compare.json->valuestring, "none")) return;
        const struct study_factor *factor = want_factor(l, &compare);
        if (factor) study->compared_axis = (int)factor->axis;
    } else if (last && are_names(study, last)) {
        study->compared_axis = (int)last->axis;
    }
}

/* ---- all of it ---- */

static void check_number_of_points(struct study_loader *l, const struct spot *vary)
{
    double points = 1;
    for (size_t i = 0; i < l->study->n_axes; i++)
        points *= (double)l->study->levels[i];
    if (points > (double)STUDY_MOST_RUNS)
        spot_refuse(vary, tr("vary fewer values, let some go \"with\" others, or take a Latin hypercube"),
                    tr("this makes %.3g points"), points);
}

void study_load_vary(struct study_loader *l)
{
    struct study *study = l->study;
    struct spot vary;
    load_design(l);
    load_set(l);
    if (!want_object(&l->root, "vary", &vary)) vary.json = NULL;
    size_t n = vary.json ? (size_t)cJSON_GetArraySize(vary.json) : 0;
    if (n > STUDY_MOST_FACTORS) {
        spot_refuse(&vary, tr("vary what you mean to compare"), tr("this varies more than %d values"),
                    STUDY_MOST_FACTORS);
        return;
    }
    study->factors = scenario_alloc(study->memory, n, sizeof *study->factors);
    study->levels = scenario_alloc(study->memory, n, sizeof *study->levels);
    l->axis_draws = scenario_alloc(study->memory, n, sizeof *l->axis_draws);
    for (struct spot s = spot_first(&vary); s.json; s = spot_next(&s))
        load_factor(l, &s);
    for (size_t axis = 0; axis < study->n_axes; axis++)
        check_repetitions(l, axis);
    if (l->sampled && l->sampled_axis == STUDY_NO_AXIS && !checks_count(l->checks)) {
        struct spot design = spot_key(&l->root, "design");
        spot_refuse(&design, tr("write a value to vary as {\"from\": ..., \"to\": ...} and no more"),
                    tr("nothing is sampled: no range leaves its values open"));
    }
    load_compare(l);
    check_number_of_points(l, &vary);
}
