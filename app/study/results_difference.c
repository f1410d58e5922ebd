/* What two studies do not have in common: see results_difference.h. */
#include "app/study/results_difference.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "app/study/cut_short.h"
#include "sim/journal/tr.h"

static void put_value(char *into, size_t room, const cJSON *value)
{
    char *text = value ? cJSON_PrintUnformatted(value) : NULL;
    cut_short(into, room, text ? text : tr("nothing"));
    cJSON_free(text);
}

/* One step deeper; names of keys keep their ~0 and ~1 (RFC 6901). */
static size_t enter(char *where, size_t room, const char *key)
{
    size_t n = strlen(where), began = n;
    if (n + 1 < room) where[n++] = '/';
    for (; *key && n + 3 < room; key++) {
        bool is_special = *key == '~' || *key == '/';
        where[n++] = is_special ? '~' : *key;
        if (is_special) where[n++] = *key == '~' ? '0' : '1';
    }
    where[n] = '\0';
    return began;
}

static bool find(const cJSON *there, const cJSON *here, struct results_difference *d);

/* What one of the two lacks, or has otherwise. */
static bool find_in(const cJSON *there, const cJSON *here, const char *key, struct results_difference *d)
{
    size_t began = enter(d->where, sizeof d->where, key);
    if (find(there, here, d)) return true;
    d->where[began] = '\0';
    return false;
}

static bool find_in_object(const cJSON *there, const cJSON *here, struct results_difference *d)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, there)
    {
        if (find_in(item, cJSON_GetObjectItemCaseSensitive(here, item->string), item->string, d)) return true;
    }
    cJSON_ArrayForEach(item, here)
    {
        bool is_new = !cJSON_GetObjectItemCaseSensitive(there, item->string);
        if (is_new && find_in(NULL, item, item->string, d)) return true;
    }
    return false;
}

static bool find_in_list(const cJSON *there, const cJSON *here, struct results_difference *d)
{
    char place[24];
    const cJSON *a = there->child, *b = here->child;
    for (size_t i = 0; a || b; i++) {
        snprintf(place, sizeof place, "%zu", i);
        if (find_in(a, b, place, d)) return true;
        a = a ? a->next : NULL;
        b = b ? b->next : NULL;
    }
    return false;
}

static bool find(const cJSON *there, const cJSON *here, struct results_difference *d)
{
    if (cJSON_Compare(there, here, true) || (!there && !here)) return false;
    if (cJSON_IsObject(there) && cJSON_IsObject(here) && find_in_object(there, here, d)) return true;
    if (cJSON_IsArray(there) && cJSON_IsArray(here) && find_in_list(there, here, d)) return true;
    put_value(d->there, sizeof d->there, there);
    put_value(d->here, sizeof d->here, here);
    return true;
}

/* The pointers that vary, without their values: these may grow. */
static cJSON *names_of(const cJSON *object)
{
    cJSON *names = cJSON_CreateArray();
    const cJSON *item;
    cJSON_ArrayForEach(item, object) cJSON_AddItemToArray(names, cJSON_CreateString(item->string));
    return names;
}

static bool find_in_vary(const cJSON *there, const cJSON *here, struct results_difference *d)
{
    cJSON *a = names_of(cJSON_GetObjectItemCaseSensitive(there, "vary")),
          *b = names_of(cJSON_GetObjectItemCaseSensitive(here, "vary"));
    bool found = !cJSON_Compare(a, b, true);
    if (found) {
        snprintf(d->where, sizeof d->where, "/vary");
        put_value(d->there, sizeof d->there, a);
        put_value(d->here, sizeof d->here, b);
    }
    cJSON_Delete(a);
    cJSON_Delete(b);
    return found;
}

/* What of a study decides how its runs come out; all else may change (print_essence in study_file.c). */
static void find_in_study(const cJSON *there, const cJSON *here, struct results_difference *d)
{
    static const char *const keys[] = {"set", "seed", "measure", "design"};
    bool found = find_in_vary(there, here, d);
    for (size_t i = 0; i < sizeof keys / sizeof *keys && !found; i++)
        found = find_in(cJSON_GetObjectItemCaseSensitive(there, keys[i]),
                        cJSON_GetObjectItemCaseSensitive(here, keys[i]), keys[i], d);
}

typedef void finder(const cJSON *there, const cJSON *here, struct results_difference *d);

static void find_in_scenario(const cJSON *there, const cJSON *here, struct results_difference *d)
{
    find(there, here, d);
}

/* Whether two texts differ in more than how they are written; what is no JSON does. */
static bool is_other(const char *there, const char *here, finder *find_first, struct results_difference *d)
{
    if (strcmp(there, here) == 0) return false;
    cJSON *a = cJSON_Parse(there), *b = cJSON_Parse(here);
    bool is_json = a && b;
    if (is_json) find_first(a, b, d);
    cJSON_Delete(a);
    cJSON_Delete(b);
    return !is_json || *d->where;
}

struct results_difference results_difference(struct results_side there, struct results_side here)
{
    struct results_difference d = {.what = RESULTS_OTHER_SCENARIO};
    if (is_other(there.scenario_text, here.scenario_text, find_in_scenario, &d)) return d;
    d.what = RESULTS_OTHER_VERSION;
    if (strcmp(there.version, here.version) != 0) return d;
    d.what = RESULTS_OTHER_STUDY;
    if (is_other(there.study_text, here.study_text, find_in_study, &d)) return d;
    d.is_only_writing = true;
    if (strcmp(there.scenario_text, here.scenario_text) != 0) d.what = RESULTS_OTHER_SCENARIO;
    return d;
}

const char *results_difference_text(const struct results_difference *d, char text[RESULTS_DIFFERENCE_BYTES])
{
    text[0] = '\0';
    if (*d->where)
        snprintf(text, RESULTS_DIFFERENCE_BYTES, tr("\n  first difference: %s is %s there, and %s in this"), d->where,
                 d->there, d->here);
    else if (d->is_only_writing)
        snprintf(text, RESULTS_DIFFERENCE_BYTES, "%s",
                 tr("\n  they differ in how they are written: in blanks, or the order of keys"));
    return text;
}
