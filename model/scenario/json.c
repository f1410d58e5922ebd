/* See json.h. cJSON keeps no positions, but its tree and the places found by json_scan.c have the same shape and order,
   so that walking both side by side by the names of a pointer finds the place. */
#include "model/scenario/json.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/json_scan.h"
#include "model/scenario/text_buffer.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

struct json_document {
    char *text;
    size_t size;
    struct json_scan scan;
    cJSON *root;
};

/* ---- names used twice ---- */

struct named {
    const char *name;
    size_t place;
};

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->place > y->place) - (x->place < y->place);
}

struct reporter {
    json_problem_fn problem;
    void *context;
};

static void report_at(const struct json_document *d, const struct reporter *to, size_t at, const char *what,
                      const char *hint)
{
    size_t line, column;
    json_scan_line(d->text, at, &line, &column);
    to->problem(to->context, line, column, what, hint);
}

static void report_twice(const struct json_document *d, const struct reporter *to, size_t place, const char *name)
{
    char what[160];
    snprintf(what, sizeof what, tr("the name \"%.80s\" is used twice in one object"), name);
    report_at(d, to, d->scan.places[place].key, what, tr("rename one of the two, or delete it"));
}

/* Tells of names used twice in this object and all below it; returns how many. */
static size_t find_twins(const struct json_document *d, const struct reporter *to, const cJSON *value, size_t place)
{
    size_t twins = 0, n = 0;
    bool object = cJSON_IsObject(value);
    for (const cJSON *c = value->child; c; c = c->next)
        n++;
    struct named *names = object && n > 1 ? mem_calloc(n, sizeof *names) : NULL;
    size_t i = 0, at = place + 1;
    for (const cJSON *c = value->child; c; c = c->next, i++) {
        if (names) names[i] = (struct named){c->string, at};
        twins += find_twins(d, to, c, at);
        at = d->scan.places[at].end;
    }
    if (names) {
        qsort(names, n, sizeof *names, compare_named);
        for (i = 1; i < n; i++) {
            if (strcmp(names[i].name, names[i - 1].name) != 0) continue;
            report_twice(d, to, names[i].place, names[i].name);
            twins++;
        }
    }
    mem_free(names);
    return twins;
}

/* ---- reading ---- */

struct json_document *json_parse(const char *text, size_t size, json_problem_fn problem, void *context)
{
    struct json_document *d = mem_calloc(1, sizeof *d);
    struct reporter to = {problem, context};
    d->text = mem_alloc(size + 1);
    if (size) memcpy(d->text, text, size);
    d->text[size] = '\0';
    d->size = size;
    bool ok = json_scan_text(d->text, size, &d->scan);
    if (!ok) report_at(d, &to, d->scan.wrong_at, d->scan.wrong, d->scan.hint);
    if (ok) {
        d->root = cJSON_ParseWithLengthOpts(d->text, size + 1, NULL, 1);
        /* What the strict reading lets pass cJSON takes too; its only other failure is want of memory. */
        assert(d->root);
        ok = find_twins(d, &to, d->root, 0) == 0;
    }
    if (ok) return d;
    json_free(d);
    return NULL;
}

void json_free(struct json_document *document)
{
    if (!document) return;
    cJSON_Delete(document->root);
    json_scan_clear(&document->scan);
    mem_free(document->text);
    mem_free(document);
}

const cJSON *json_root(const struct json_document *document)
{
    return document->root;
}

/* ---- pointers ---- */

bool json_pointer_is_valid(const char *pointer)
{
    if (*pointer && *pointer != '/') return false;
    for (const char *p = pointer; *p; p++)
        if (*p == '~' && p[1] != '0' && p[1] != '1') return false;
    return true;
}

char *json_pointer_next(const char **pointer)
{
    const char *p = *pointer;
    if (*p != '/') return NULL;
    size_t length = strcspn(p + 1, "/"), n = 0;
    char *name = mem_alloc(length + 1);
    for (const char *q = p + 1; q < p + 1 + length; q++) {
        if (*q == '~' && q + 1 < p + 1 + length)
            name[n++] = *++q == '1' ? '/' : '~';
        else
            name[n++] = *q;
    }
    name[n] = '\0';
    *pointer = p + 1 + length;
    return name;
}

char *json_pointer_join(const char *pointer, const char *name)
{
    size_t length = strlen(pointer);
    char *joined = mem_alloc(length + 2 * strlen(name) + 2), *out = joined + length;
    memcpy(joined, pointer, length);
    *out++ = '/';
    for (; *name; name++) {
        if (*name == '~' || *name == '/') {
            *out++ = '~';
            *out++ = *name == '~' ? '0' : '1';
        } else {
            *out++ = *name;
        }
    }
    *out = '\0';
    return joined;
}

/* RFC 6901 4: digits without a leading zero. */
static bool array_index(const char *name, size_t *index)
{
    size_t length = strlen(name);
    if (length == 0 || length > 9 || strspn(name, "0123456789") != length || (name[0] == '0' && length > 1))
        return false;
    *index = (size_t)strtoul(name, NULL, 10);
    return true;
}

/* The child of this name or index, and its number among the children. */
static cJSON *child_of(const cJSON *value, const char *name, size_t *number)
{
    size_t index = 0, i = 0;
    bool array = cJSON_IsArray(value);
    if (array && !array_index(name, &index)) return NULL;
    for (cJSON *c = value->child; c; c = c->next, i++) {
        if (array ? i != index : strcmp(c->string, name) != 0) continue;
        if (number) *number = i;
        return c;
    }
    return NULL;
}

cJSON *json_get(const cJSON *root, const char *pointer)
{
    cJSON *value = json_pointer_is_valid(pointer) ? (cJSON *)(uintptr_t)root : NULL;
    for (char *name; value && (name = json_pointer_next(&pointer)); mem_free(name))
        value = child_of(value, name, NULL);
    return *pointer ? NULL : value;
}

bool json_locate(const struct json_document *document, const char *pointer, struct json_position *position)
{
    const cJSON *value = document->root;
    size_t place = 0, number = 0;
    if (!json_pointer_is_valid(pointer)) return false;
    for (char *name; value && (name = json_pointer_next(&pointer)); mem_free(name)) {
        value = child_of(value, name, &number);
        if (!value) continue;
        for (place++; number; number--)
            place = document->scan.places[place].end;
    }
    if (!value || *pointer) return false;
    struct json_place at = document->scan.places[place];
    json_scan_line(document->text, at.value, &position->line, &position->column);
    json_scan_line(document->text, at.key == JSON_NO_KEY ? at.value : at.key, &position->key_line,
                   &position->key_column);
    return true;
}

static enum json_set_result set_in_array(cJSON *array, const char *name, cJSON *value)
{
    size_t index, n = (size_t)cJSON_GetArraySize(array);
    if (strcmp(name, "-") == 0)
        index = n;
    else if (!array_index(name, &index) || index > n)
        return JSON_SET_NO_INDEX;
    if (index == n)
        cJSON_AddItemToArray(array, value);
    else
        cJSON_ReplaceItemInArray(array, (int)index, value);
    return JSON_SET;
}

enum json_set_result json_set(cJSON *root, const char *pointer, cJSON *value)
{
    if (!json_pointer_is_valid(pointer) || !*pointer) return JSON_SET_BAD_POINTER;
    const char *last = strrchr(pointer, '/');
    char *up = mem_strdup(pointer);
    up[last - pointer] = '\0';
    cJSON *parent = json_get(root, up);
    mem_free(up);
    char *name = json_pointer_next(&last);
    enum json_set_result result = JSON_SET_NO_PARENT;
    if (cJSON_IsArray(parent)) {
        result = set_in_array(parent, name, value);
    } else if (cJSON_IsObject(parent)) {
        result = JSON_SET;
        if (!cJSON_ReplaceItemInObjectCaseSensitive(parent, name, value)) cJSON_AddItemToObject(parent, name, value);
    }
    mem_free(name);
    return result;
}

/* ---- printing ---- */

static void print_text(struct text_buffer *out, const char *text)
{
    text_add_char(out, '"');
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '"' || c == '\\') text_add_char(out, '\\');
        if (c == '\n')
            text_add_string(out, "\\n");
        else if (c == '\t')
            text_add_string(out, "\\t");
        else if (c < 0x20)
            text_add_format(out, "\\u%04x", c);
        else
            text_add_char(out, *p);
    }
    text_add_char(out, '"');
}

static void print_number(struct text_buffer *out, double number)
{
    bool whole = fabs(number) <= 9007199254740992.0 && floor(number) == number;
    char text[32];
    int digits = 15;
    do /* no more digits than it takes to mean this number */
        snprintf(text, sizeof text, "%.*g", digits, number);
    while (digits++ < 17 && strtod(text, NULL) != number);
    if (whole)
        text_add_format(out, "%.0f", number);
    else
        text_add_string(out, text);
}

static void print_value(struct text_buffer *out, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        print_text(out, value->valuestring);
    } else if (cJSON_IsNumber(value)) {
        print_number(out, value->valuedouble);
    } else if (cJSON_IsObject(value) || cJSON_IsArray(value)) {
        bool object = cJSON_IsObject(value);
        text_add_char(out, object ? '{' : '[');
        for (const cJSON *c = value->child; c; c = c->next) {
            if (c != value->child) text_add_char(out, ',');
            if (object) print_text(out, c->string);
            if (object) text_add_char(out, ':');
            print_value(out, c);
        }
        text_add_char(out, object ? '}' : ']');
    } else {
        text_add_string(out, cJSON_IsTrue(value) ? "true" : cJSON_IsFalse(value) ? "false" : "null");
    }
}

char *json_print(const cJSON *value)
{
    struct text_buffer out = {0};
    print_value(&out, value);
    return out.text;
}
