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

struct results_difference results_difference(struct results_side there, struct results_side here)
{
    struct results_difference d = {.what = RESULTS_OTHER_STUDY};
    if (strcmp(there.scenario_text, here.scenario_text) != 0)
        d.what = RESULTS_OTHER_SCENARIO;
    else if (strcmp(there.version, here.version) != 0)
        d.what = RESULTS_OTHER_VERSION;
    bool of_scenario = d.what == RESULTS_OTHER_SCENARIO;
    cJSON *a = cJSON_Parse(of_scenario ? there.scenario_text : there.study_text),
          *b = cJSON_Parse(of_scenario ? here.scenario_text : here.study_text);
    if (of_scenario && a && b)
        find(a, b, &d);
    else if (d.what == RESULTS_OTHER_STUDY && a && b)
        find_in_study(a, b, &d);
    d.is_only_writing = a && b && !*d.where && d.what != RESULTS_OTHER_VERSION;
    cJSON_Delete(a);
    cJSON_Delete(b);
    return d;
}
