/* Every value of the scenario is left out once, from the largest parts to the smallest; what is not needed stays out,
   and it goes on until nothing more can go, or the time is up. A scenario that cannot be without the part does not
   load. */
#include "tests/hunt/shrink.h"

#include <string.h>
#include <time.h>

#include "tests/hunt/pair.h"

enum { LONGEST_S = 20 };
static time_t ends;
static const uint32_t nowhere[RANDOM_KINDS];

static bool still_breaks(const cJSON *json, const char *law)
{
    if (time(NULL) >= ends) return false;
    struct hunted hunted = {.loaded = true};
    if (strncmp(law, "M17 ", 4) == 0)
        hunt_pair(json, &hunted);
    else
        hunted = hunt_world_apart(json, nowhere, true, 1);
    return hunted.loaded && hunted.n_broken && strncmp(hunted.first, law, strcspn(law, " ")) == 0;
}

/* The list without those from FROM on; the rest of its order is kept. */
static cJSON *without(const cJSON *list, int from, int size)
{
    cJSON *rest = cJSON_Duplicate(list, true);
    for (int i = 0; i < size; i++)
        cJSON_DeleteItemFromArray(rest, from);
    return rest;
}

/* Of a list of faults first the halves. */
static void shrink_faults(cJSON *json, const char *law)
{
    int all = cJSON_GetArraySize(cJSON_GetObjectItem(json, "faults"));
    for (int size = all / 2; size > 1; size /= 2)
        for (int from = 0; from + size <= all;) {
            cJSON *whole = cJSON_DetachItemFromObject(json, "faults"), *rest = without(whole, from, size);
            cJSON_AddItemToObject(json, "faults", rest);
            bool is_needed = !still_breaks(json, law);
            if (is_needed) {
                cJSON_ReplaceItemInObject(json, "faults", whole);
                from += size;
            } else {
                cJSON_Delete(whole);
                all -= size;
            }
        }
}

static void take_out(cJSON *parent, cJSON *before, cJSON *child)
{
    if (before)
        before->next = child->next;
    else
        parent->child = child->next;
}

static void put_back(cJSON *parent, cJSON *before, cJSON *child)
{
    if (before)
        before->next = child;
    else
        parent->child = child;
}

/* Under a fault without an end no queue need empty: that would break M9 whatever else is there. */
static bool is_end_of_fault(const cJSON *value)
{
    return value->string && strcmp(value->string, "for") == 0;
}

static bool shrink_at(cJSON *json, cJSON *parent, const char *law)
{
    bool any = false;
    cJSON *before = NULL;
    for (cJSON *child = parent->child, *next; child && time(NULL) < ends; child = next) {
        next = child->next;
        if (is_end_of_fault(child)) {
            before = child;
            continue;
        }
        take_out(parent, before, child);
        if (still_breaks(json, law)) {
            if (next) next->prev = before ? before : child->prev;
            if (!next && parent->child) parent->child->prev = before;
            child->next = NULL;
            cJSON_Delete(child);
            any = true;
            continue;
        }
        put_back(parent, before, child);
        any |= shrink_at(json, child, law);
        before = child;
    }
    return any;
}

void shrink_world(cJSON *json, const char *law)
{
    ends = time(NULL) + LONGEST_S;
    shrink_faults(json, law);
    for (int round = 0; round < 3 && shrink_at(json, json, law); round++) {
    }
}
