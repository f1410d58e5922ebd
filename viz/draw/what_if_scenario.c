/* A scenario with acts: what is set, merged, added to its faults, or taken away with whatever speaks of it. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "sim/journal/memory.h"
#include "viz/draw/what_if.h"

/* RFC 7396, but that nothing is ever removed here. */
static void merge(cJSON *into, const cJSON *patch)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, patch)
    {
        cJSON *there = cJSON_GetObjectItemCaseSensitive(into, item->string);
        if (cJSON_IsObject(there) && cJSON_IsObject(item))
            merge(there, item);
        else if (there)
            cJSON_ReplaceItemInObjectCaseSensitive(into, item->string, cJSON_Duplicate(item, 1));
        else
            cJSON_AddItemToObject(into, item->string, cJSON_Duplicate(item, 1));
    }
}

/* ---- Taking away ---- */

/* Under which keys of faults and expectations the names of hosts, links and mails stand. */
static bool is_key_of(const char *part, const char *key)
{
    static const char *const of_hosts[] = {"host", "server", "client", "peer", "toward", NULL};
    static const char *const of_links[] = {"link", NULL}, *const of_mails[] = {"mail", "message", "parent", NULL};
    const char *const *keys = !strcmp(part, "hosts") ? of_hosts : !strcmp(part, "links") ? of_links : of_mails;
    for (; *keys; keys++)
        if (!strcmp(*keys, key)) return true;
    return false;
}

/* By a value, or by a pointer such as "/links/a-mail/loss". */
static bool speaks_of(const cJSON *value, const char *part, const char *name)
{
    char beginning[ACT_WORDS_BYTES];
    const cJSON *item;
    int n = snprintf(beginning, sizeof beginning, "/%s/%s/", part, name);
    cJSON_ArrayForEach(item, value)
    {
        const char *key = item->string ? item->string : "";
        if (cJSON_IsString(item) && is_key_of(part, key) && !strcmp(item->valuestring, name)) return true;
        if (!strncmp(key, beginning, (size_t)n) || speaks_of(item, part, name)) return true;
    }
    return false;
}

static bool is_linked_to(const cJSON *link, const char *host)
{
    const cJSON *end;
    cJSON_ArrayForEach(end, cJSON_GetObjectItemCaseSensitive(link, "between"))
    {
        if (cJSON_IsString(end) && !strcmp(end->valuestring, host)) return true;
    }
    return false;
}

static bool is_from(const cJSON *mail, const cJSON *user)
{
    const cJSON *from = cJSON_GetObjectItemCaseSensitive(mail, "from");
    return cJSON_IsString(user) && cJSON_IsString(from) && !strcmp(from->valuestring, user->valuestring);
}

static void take_away(cJSON *root, const char *part, const char *name);

/* The links of a host go with it, and the mails that its user writes there. */
static void take_away_what_hangs_on(cJSON *root, const char *name, const cJSON *host)
{
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(cJSON_GetObjectItemCaseSensitive(host, "client"), "user");
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "links"), *next;
    for (item = item ? item->child : NULL; item; item = next) {
        next = item->next;
        if (is_linked_to(item, name)) take_away(root, "links", item->string);
    }
    item = cJSON_GetObjectItemCaseSensitive(root, "mail");
    for (item = item ? item->child : NULL; item; item = next) {
        next = item->next;
        if (is_from(item, user)) take_away(root, "mail", item->string);
    }
}

/* With the faults and expectations that speak of it: without it they would make no sense. */
static void take_away(cJSON *root, const char *part, const char *name)
{
    static const char *const lists[] = {"faults", "expect"};
    cJSON *gone = cJSON_DetachItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(root, part), name), *next;
    if (!gone) return;
    const char *key = gone->string; /* `name` may be the one that was just detached */
    for (int i = 0; i < 2; i++) {
        cJSON *list = cJSON_GetObjectItemCaseSensitive(root, lists[i]);
        for (cJSON *item = list ? list->child : NULL; item; item = next) {
            next = item->next;
            if (speaks_of(item, part, key)) cJSON_Delete(cJSON_DetachItemViaPointer(list, item));
        }
    }
    if (!strcmp(part, "hosts")) take_away_what_hangs_on(root, key, gone);
    cJSON_Delete(gone);
}

/* ---- Setting ---- */

/* Sets the value that a pointer names; on the way only what is there is gone through. */
static void set_value(cJSON *root, const char *pointer, cJSON *value)
{
    char path[ACT_WORDS_BYTES], *rest = path;
    cJSON *object = root;
    snprintf(path, sizeof path, "%s", pointer + 1);
    for (char *slash; object && (slash = strchr(rest, '/')) != NULL; rest = slash + 1) {
        *slash = 0;
        object = cJSON_GetObjectItemCaseSensitive(object, rest);
    }
    if (!cJSON_IsObject(object)) {
        cJSON_Delete(value);
    } else if (cJSON_IsNull(value)) {
        cJSON_Delete(value);
        if (object == cJSON_GetObjectItemCaseSensitive(root, path))
            take_away(root, path, rest);
        else
            cJSON_DeleteItemFromObjectCaseSensitive(object, rest); /* as if it had not been said */
    } else if (cJSON_HasObjectItem(object, rest)) {
        cJSON_ReplaceItemInObjectCaseSensitive(object, rest, value);
    } else {
        cJSON_AddItemToObject(object, rest, value);
    }
}

static char *printed_and_freed(cJSON *root)
{
    char *printed = cJSON_PrintUnformatted(root);
    char *text = printed ? mem_strdup(printed) : NULL;
    cJSON_free(printed);
    cJSON_Delete(root);
    return text;
}

char *what_if_scenario(const struct story *story, const struct act_line *acts, size_t n)
{
    cJSON *root = cJSON_Parse(story_scenario(story));
    if (!root) return NULL;
    for (size_t i = 0; i < n; i++) {
        cJSON *faults = cJSON_GetObjectItemCaseSensitive(root, "faults"), *value = cJSON_Parse(acts[i].line);
        if (!strcmp(acts[i].pointer, "/")) {
            merge(root, value);
            cJSON_Delete(value);
            continue;
        }
        if (*acts[i].pointer) {
            set_value(root, acts[i].pointer, value);
            continue;
        }
        if (!faults) faults = cJSON_AddArrayToObject(root, "faults");
        cJSON_AddItemToArray(faults, value);
    }
    return printed_and_freed(root);
}

/* ---- For a file ---- */

/* Expectations are judged at the end, in the order of the scenario; whether the n-th was met. */
static bool was_met(const struct journal_memory *run, size_t n)
{
    size_t count = run ? journal_memory_count(run) : 0;
    for (size_t i = 0; i < count; i++) {
        const struct event *e = journal_memory_at(run, i);
        if (e->kind == EVENT_EXPECTATION && n-- == 0) return event_int(e, FIELD_HELD) != 0;
    }
    return false;
}

static size_t leave_out_what_failed(cJSON *root, const struct journal_memory *run)
{
    cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "expect"), *item = list ? list->child : NULL, *next;
    size_t n_left_out = 0;
    for (size_t i = 0; item; item = next, i++) {
        next = item->next;
        if (was_met(run, i)) continue;
        cJSON_Delete(cJSON_DetachItemViaPointer(list, item));
        n_left_out++;
    }
    if (list && !list->child) cJSON_DeleteItemFromObjectCaseSensitive(root, "expect");
    return n_left_out;
}

/* Packets have the numbers that the acts name, and luck is as it was, with this seed only. */
static void keep_seed(cJSON *root, const char *seed)
{
    const cJSON *written = cJSON_GetObjectItemCaseSensitive(root, "seed");
    char *text = cJSON_IsNumber(written) ? cJSON_PrintUnformatted(written) : NULL;
    const char *own = text ? text : cJSON_IsString(written) ? written->valuestring : "1";
    bool is_other = strcmp(own, seed) != 0;
    cJSON_free(text);
    if (!is_other) return;
    cJSON_DeleteItemFromObjectCaseSensitive(root, "seed");
    cJSON_AddStringToObject(root, "seed", seed);
}

char *what_if_to_save(const char *scenario, const char *seed, const struct journal_memory *run, size_t *left_out)
{
    cJSON *root = cJSON_Parse(scenario);
    *left_out = 0;
    if (!root) return NULL;
    *left_out = leave_out_what_failed(root, run);
    keep_seed(root, seed);
    return printed_and_freed(root);
}
