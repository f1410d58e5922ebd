/* The text is copied from its beginning to its end, container by container: what is the same in both trees byte for
 * byte. */
#include "model/scenario/json_edit.h"

#include <stdbool.h>
#include <string.h>

#include "model/scenario/json.h"
#include "model/scenario/json_layout.h"
#include "model/scenario/json_scan.h"
#include "sim/journal/memory.h"

struct editor {
    const char *text;
    const struct json_place *places;
    struct json_layout layout;
    struct text_buffer out;
};

/* A value of the text: its tree, and where it stands. */
struct written {
    const cJSON *value;
    size_t place;
    int depth;
};

/* One item of a container as it is to be: kept from the text, where it is number `from`, or new. */
struct item {
    const cJSON *wanted;
    size_t from; /* NEW */
};
#define NEW ((size_t)-1)

/* A container of the text and its items. */
struct list {
    struct written itself;
    size_t n;
    struct written *items;
};

static bool means_the_same(const cJSON *a, const cJSON *b);

static bool have_the_same_items(const cJSON *a, const cJSON *b)
{
    for (a = a->child, b = b->child; a && b; a = a->next, b = b->next) {
        if (a->string && b->string && strcmp(a->string, b->string) != 0) return false;
        if (!means_the_same(a, b)) return false;
    }
    return !a && !b;
}

/* In the same order, too. */
static bool means_the_same(const cJSON *a, const cJSON *b)
{
    if ((a->type & 0xFF) != (b->type & 0xFF)) return false;
    if (cJSON_IsNumber(a)) return !(a->valuedouble < b->valuedouble) && !(a->valuedouble > b->valuedouble);
    if (cJSON_IsString(a)) return !strcmp(a->valuestring, b->valuestring);
    return have_the_same_items(a, b);
}

static void copy(struct editor *e, size_t from, size_t to)
{
    text_add_format(&e->out, "%.*s", (int)(to - from), e->text + from);
}

/* ---- Where things stand ---- */

static size_t begin_of(const struct editor *e, struct written item)
{
    const struct json_place *place = &e->places[item.place];
    return place->key != JSON_NO_KEY ? place->key : place->value;
}

static size_t stop_of(const struct editor *e, struct written item)
{
    return e->places[item.place].stop;
}

static bool has_lines(const struct editor *e, size_t from, size_t to)
{
    return memchr(e->text + from, '\n', to - from) != NULL;
}

static size_t line_of(const struct editor *e, size_t at)
{
    while (at > 0 && e->text[at - 1] != '\n')
        at--;
    return at;
}

/* What the line begins with on which this byte stands; allocated. */
static char *margin_of(const struct editor *e, size_t at)
{
    size_t line = line_of(e, at), n = strspn(e->text + line, " \t");
    struct text_buffer margin = {0};
    text_add_format(&margin, "%.*s", (int)n, e->text + line);
    return margin.text;
}

static struct list list_of(const struct editor *e, struct written container)
{
    struct list list = {container, 0, NULL};
    size_t place = container.place + 1;
    list.items = mem_calloc((size_t)cJSON_GetArraySize(container.value) + 1, sizeof *list.items);
    for (const cJSON *value = container.value->child; value; value = value->next) {
        list.items[list.n++] = (struct written){value, place, container.depth + 1};
        place = e->places[place].end;
    }
    return list;
}

/* ---- What becomes of the items ---- */

static bool is_the_one(const cJSON *is, const cJSON *wanted)
{
    return is->string && wanted->string ? !strcmp(is->string, wanted->string) : means_the_same(is, wanted);
}

static size_t find_written(const struct list *list, size_t from, const cJSON *wanted)
{
    for (; from < list->n; from++)
        if (is_the_one(list->items[from].value, wanted)) return from;
    return NEW;
}

static bool is_wanted_later(const cJSON *is, const cJSON *wanted)
{
    for (wanted = wanted->next; wanted; wanted = wanted->next)
        if (is_the_one(is, wanted)) return true;
    return false;
}

/* One after the other: what comes later in the text was behind something that is gone; an element that is found nowhere
   is the one that stands here, changed. */
static size_t match(const struct list *list, const cJSON *wanted, struct item *items)
{
    size_t n = 0, at = 0;
    bool are_elements = cJSON_IsArray(wanted);
    for (const cJSON *value = wanted->child; value; value = value->next) {
        size_t found = find_written(list, at, value);
        if (found == NEW && are_elements && at < list->n && !is_wanted_later(list->items[at].value, value)) found = at;
        if (found != NEW) at = found + 1;
        items[n++] = (struct item){value, found};
    }
    return n;
}

/* ---- Writing ---- */

static void edit(struct editor *e, struct written is, const cJSON *wanted);

/* Between two items that follow each other in the text what stands there; before others what stands before the last. */
static void put_separator(struct editor *e, const struct list *list, size_t from)
{
    if (from != NEW && from > 0) {
        copy(e, stop_of(e, list->items[from - 1]), begin_of(e, list->items[from]));
    } else if (list->n > 1) {
        copy(e, stop_of(e, list->items[list->n - 2]), begin_of(e, list->items[list->n - 1]));
    } else {
        size_t first = e->places[list->itself.place].value + 1, item = begin_of(e, list->items[0]);
        text_add_char(&e->out, ',');
        if (has_lines(e, first, item))
            copy(e, first, item);
        else if (e->layout.spaced)
            text_add_char(&e->out, ' ');
    }
}

/* Bytes from the beginning of the line to the value. */
static size_t column_of(const struct editor *e, struct written item)
{
    size_t value = e->places[item.place].value;
    return value - line_of(e, value);
}

/* Where the values of lines below each other stand in a column, those of new ones do. */
static void align(struct editor *e, const struct list *list, const char *key)
{
    if (list->n < 2) return;
    struct written a = list->items[list->n - 2], b = list->items[list->n - 1];
    bool are_lines = has_lines(e, stop_of(e, a), begin_of(e, b));
    if (!are_lines || column_of(e, a) != column_of(e, b) || strlen(a.value->string) == strlen(b.value->string)) return;
    size_t column = column_of(e, b), key_column = begin_of(e, b) - line_of(e, begin_of(e, b));
    for (size_t at = key_column + strlen(key) + strlen("\"\": "); at < column; at++)
        text_add_char(&e->out, ' ');
}

/* On as many lines as the last neighbour that has parts, too. */
static enum json_lines lines_of_neighbours(const struct editor *e, const struct list *list)
{
    for (size_t i = list->n; i-- > 0;)
        if (list->items[i].value->child)
            return has_lines(e, e->places[list->items[i].place].value, stop_of(e, list->items[i])) ? JSON_LINES_MANY
                                                                                                   : JSON_LINES_ONE;
    return JSON_LINES_BY_LENGTH;
}

static void put_new(struct editor *e, const struct list *list, const cJSON *wanted)
{
    struct written last = list->items[list->n - 1];
    char *margin = margin_of(e, begin_of(e, last));
    enum json_lines lines = last.depth > 1 ? lines_of_neighbours(e, list) : JSON_LINES_BY_LENGTH;
    if (wanted->string) {
        json_put_key(&e->out, &e->layout, wanted->string);
        align(e, list, wanted->string);
    }
    json_put(&e->out, &e->layout, (struct json_spot){margin, last.depth, lines}, wanted);
    mem_free(margin);
}

static void put_item(struct editor *e, const struct list *list, struct item item)
{
    if (item.from == NEW) {
        put_new(e, list, item.wanted);
        return;
    }
    struct written is = list->items[item.from];
    copy(e, begin_of(e, is), e->places[is.place].value);
    edit(e, is, item.wanted);
}

static void replace(struct editor *e, struct written is, const cJSON *wanted)
{
    char *margin = margin_of(e, e->places[is.place].value);
    json_put(&e->out, &e->layout, (struct json_spot){margin, is.depth, JSON_LINES_BY_LENGTH}, wanted);
    mem_free(margin);
}

static void edit_items(struct editor *e, const struct list *list, const cJSON *wanted)
{
    const struct json_place *place = &e->places[list->itself.place];
    struct item *items = mem_calloc((size_t)cJSON_GetArraySize(wanted) + 1, sizeof *items);
    size_t n = match(list, wanted, items);
    copy(e, place->value, begin_of(e, list->items[0]));
    for (size_t i = 0; i < n; i++) {
        if (i > 0) put_separator(e, list, items[i].from);
        put_item(e, list, items[i]);
    }
    copy(e, stop_of(e, list->items[list->n - 1]), place->stop);
    mem_free(items);
}

static void edit(struct editor *e, struct written is, const cJSON *wanted)
{
    bool both_hold = is.value->child && wanted->child && (is.value->type & 0xFF) == (wanted->type & 0xFF);
    if (means_the_same(is.value, wanted)) {
        copy(e, e->places[is.place].value, stop_of(e, is));
    } else if (both_hold) {
        struct list list = list_of(e, is);
        edit_items(e, &list, wanted);
        mem_free(list.items);
    } else {
        replace(e, is, wanted);
    }
}

static void pass_over(void *context, size_t line, size_t column, const char *what, const char *hint)
{
    (void)context, (void)line, (void)column, (void)what, (void)hint;
}

char *json_edited(const char *text, size_t size, const cJSON *wanted)
{
    struct json_scan scan;
    struct json_document *document = json_parse(text, size, pass_over, NULL);
    if (!document) return NULL;
    json_scan_text(text, size, &scan);
    struct editor e = {text, scan.places, json_layout_of(text, size), {0}};
    copy(&e, 0, scan.places[0].value);
    edit(&e, (struct written){json_root(document), 0, 0}, wanted);
    copy(&e, scan.places[0].stop, size);
    json_scan_clear(&scan);
    json_free(document);
    return e.out.text;
}
