#include "model/scenario/json_layout.h"

#include <stdio.h>
#include <string.h>

#include "model/scenario/json.h"
#include "sim/journal/memory.h"

enum { LONGEST_LINE = 127 };

struct json_layout json_layout_default(void)
{
    return (struct json_layout){"  ", "\n", true, true};
}

/* The first that says so decides: how the first line is indented, whether a colon has a space behind it, and a bracket.
 */
struct json_layout json_layout_of(const char *text, size_t size)
{
    struct json_layout layout = json_layout_default();
    const char *end = text + size, *open = memchr(text, '{', size), *colon = memchr(text, ':', size);
    const char *line = open ? open + 1 + strspn(open + 1, " \t\r") : end;
    if (line >= end || *line != '\n') layout.newline = NULL;
    if (layout.newline && line[-1] == '\r') layout.newline = "\r\n";
    if (layout.newline) {
        size_t n = strspn(line + 1, " \t");
        snprintf(layout.indent, sizeof layout.indent, "%.*s", (int)(n < 8 ? n : 8), line + 1);
    }
    layout.spaced = !colon || colon + 1 >= end || colon[1] == ' ';
    layout.airy = layout.spaced;
    for (const char *c = layout.newline ? line : text; c && c + 1 < end; c = memchr(c + 1, '{', (size_t)(end - c - 1)))
        if (*c == '{' && strchr(" \"", c[1])) {
            layout.airy = c[1] == ' ';
            break;
        }
    return layout;
}

static bool is_container(const cJSON *value)
{
    return cJSON_IsObject(value) || cJSON_IsArray(value);
}

static bool holds_containers(const cJSON *value)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, value)
    {
        if (is_container(item) && item->child) return true;
    }
    return false;
}

void json_put_key(struct text_buffer *out, const struct json_layout *layout, const char *key)
{
    const cJSON name = {.type = cJSON_String, .valuestring = (char *)key};
    char *printed = json_print(&name);
    text_add_format(out, "%s:%s", printed, layout->spaced ? " " : "");
    mem_free(printed);
}

/* Short lists of words stand close: ["bob@b.example"]. */
static const char *edge_of(const struct json_layout *layout, const cJSON *value)
{
    return layout->airy && (cJSON_IsObject(value) || holds_containers(value)) ? " " : "";
}

static void put_on_one_line(struct text_buffer *out, const struct json_layout *layout, const cJSON *value)
{
    if (!is_container(value) || !value->child) {
        char *printed = json_print(value);
        text_add_string(out, printed);
        mem_free(printed);
        return;
    }
    text_add_format(out, "%c%s", cJSON_IsObject(value) ? '{' : '[', edge_of(layout, value));
    for (const cJSON *item = value->child; item; item = item->next) {
        if (cJSON_IsObject(value)) json_put_key(out, layout, item->string);
        put_on_one_line(out, layout, item);
        if (item->next) text_add_string(out, layout->spaced ? ", " : ",");
    }
    text_add_format(out, "%s%c", edge_of(layout, value), cJSON_IsObject(value) ? '}' : ']');
}

/* Bytes since the last newline. */
static size_t column_of(const struct text_buffer *out)
{
    size_t n = 0;
    while (n < out->size && out->text[out->size - n - 1] != '\n')
        n++;
    return n;
}

/* Of a list of plain values as many stand on a line as have room. */
static bool goes_on(const struct text_buffer *out, const cJSON *list, const cJSON *item)
{
    if (!cJSON_IsArray(list) || holds_containers(list) || item == list->child) return false;
    char *printed = json_print(item);
    bool fits = column_of(out) + strlen(printed) + 2 <= LONGEST_LINE;
    mem_free(printed);
    return fits;
}

static void put_on_many_lines(struct text_buffer *out, const struct json_layout *layout, struct json_spot spot,
                              const cJSON *value)
{
    struct text_buffer margin = {0};
    text_add_format(&margin, "%s%s", spot.margin, layout->indent);
    text_add_char(out, cJSON_IsObject(value) ? '{' : '[');
    for (const cJSON *item = value->child; item; item = item->next) {
        if (goes_on(out, value, item))
            text_add_string(out, layout->spaced ? " " : "");
        else
            text_add_format(out, "%s%s", layout->newline, margin.text);
        if (cJSON_IsObject(value)) json_put_key(out, layout, item->string);
        json_put(out, layout, (struct json_spot){margin.text, spot.depth + 1, JSON_LINES_BY_LENGTH}, item);
        if (item->next) text_add_char(out, ',');
    }
    text_add_format(out, "%s%s%c", layout->newline, spot.margin, cJSON_IsObject(value) ? '}' : ']');
    mem_free(margin.text);
}

static bool wants_many_lines(const struct text_buffer *out, const struct json_layout *layout, struct json_spot spot,
                             const cJSON *value)
{
    if (!layout->newline || !is_container(value) || !value->child || spot.lines == JSON_LINES_ONE) return false;
    if (spot.lines == JSON_LINES_MANY || spot.depth == 0 || (spot.depth == 1 && holds_containers(value))) return true;
    struct text_buffer line = {0};
    put_on_one_line(&line, layout, value);
    bool fits = column_of(out) + line.size + 1 <= LONGEST_LINE;
    mem_free(line.text);
    return !fits;
}

void json_put(struct text_buffer *out, const struct json_layout *layout, struct json_spot spot, const cJSON *value)
{
    if (wants_many_lines(out, layout, spot, value))
        put_on_many_lines(out, layout, spot, value);
    else
        put_on_one_line(out, layout, value);
}

char *json_laid_out(const cJSON *value)
{
    const struct json_layout layout = json_layout_default();
    struct text_buffer out = {0};
    json_put(&out, &layout, (struct json_spot){"", 0, JSON_LINES_BY_LENGTH}, value);
    text_add_char(&out, '\n');
    return out.text;
}
