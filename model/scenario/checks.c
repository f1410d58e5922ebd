/* What was found wrong, where, and how it is told; the rules themselves are in check_rules.c. */
#include "model/scenario/checks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "model/scenario/text_buffer.h"
#include "sim/journal/memory.h"
#include "sim/journal/tr.h"

struct problem {
    size_t line, column; /* 0: of an override */
    size_t order;
    char *text;
    bool is_warning;
};

struct checks {
    char *file_name;
    const struct json_document *document;
    struct problem *problems;
    size_t n_problems, problems_room, n_warnings;
    char **texts; /* hints, and pointers of overrides */
    size_t n_texts, texts_room;
    const char **overrides;
    size_t n_overrides;
};

struct checks *checks_new(const char *file_name)
{
    struct checks *checks = mem_calloc(1, sizeof *checks);
    checks->file_name = mem_strdup(file_name);
    return checks;
}

void checks_free(struct checks *checks)
{
    for (size_t i = 0; i < checks->n_problems; i++)
        mem_free(checks->problems[i].text);
    for (size_t i = 0; i < checks->n_texts; i++)
        mem_free(checks->texts[i]);
    mem_free(checks->problems);
    mem_free(checks->texts);
    mem_free(checks->overrides);
    mem_free(checks->file_name);
    mem_free(checks);
}

void checks_set_document(struct checks *checks, const struct json_document *document)
{
    checks->document = document;
}

static const char *keep_text(struct checks *checks, char *text)
{
    if (checks->n_texts == checks->texts_room) {
        checks->texts_room = checks->texts_room ? 2 * checks->texts_room : 16;
        checks->texts = mem_realloc(checks->texts, checks->texts_room * sizeof *checks->texts);
    }
    return checks->texts[checks->n_texts++] = text;
}

void checks_add_override(struct checks *checks, const char *pointer)
{
    checks->overrides = mem_realloc(checks->overrides, (checks->n_overrides + 1) * sizeof *checks->overrides);
    checks->overrides[checks->n_overrides++] = keep_text(checks, mem_strdup(pointer));
}

const char *checks_hint(struct checks *checks, const char *format, ...)
{
    struct text_buffer buffer = {0};
    va_list list;
    va_start(list, format);
    text_add_format_list(&buffer, format, list);
    va_end(list);
    return keep_text(checks, buffer.text);
}

const char *checks_value(struct checks *checks, const cJSON *json)
{
    enum { SHOWN = 60 };
    char *text = json_print(json);
    size_t length = strlen(text);
    if (length > SHOWN) {
        size_t cut = SHOWN;
        while (((unsigned char)text[cut] & 0xC0) == 0x80)
            cut--;
        memcpy(text + cut, "...", 4);
    }
    return keep_text(checks, text);
}

/* ---- reports ---- */

static void add_problem(struct checks *checks, size_t line, size_t column, char *text)
{
    if (checks->n_problems == checks->problems_room) {
        checks->problems_room = checks->problems_room ? 2 * checks->problems_room : 16;
        checks->problems = mem_realloc(checks->problems, checks->problems_room * sizeof *checks->problems);
    }
    checks->problems[checks->n_problems] = (struct problem){line, column, checks->n_problems, text, false};
    checks->n_problems++;
}

/* Bytes of the control character that begins here, of ASCII or of Latin-1 (U+0080 to U+009F); 0: there is none. */
static size_t control_length(const char *at)
{
    const unsigned char *c = (const unsigned char *)at;
    if (c[0] < 0x20 || c[0] == 0x7F) return 1;
    return c[0] == 0xC2 && c[1] >= 0x80 && c[1] <= 0x9F ? 2 : 0;
}

/* As JSON would write it, so that a terminal does not obey it and it can be typed in. */
static void add_control(struct text_buffer *message, const char *at, size_t length)
{
    unsigned code = (unsigned char)at[length - 1];
    if (code == '\n' || code == '\t')
        text_add_string(message, code == '\n' ? "\\n" : "\\t");
    else
        text_add_format(message, "\\u%04x", code);
}

/* A part of a message in which names of the file may stand, and these can be anything: one line, and the middle of
   what is too long to read left out. */
static void add_readable(struct text_buffer *message, const char *text)
{
    enum { BEGINNING = 360, END = 120 };
    size_t length = strlen(text), cut_from = length, cut_to = length;
    if (length > BEGINNING + END) {
        for (cut_from = BEGINNING; ((unsigned char)text[cut_from] & 0xC0) == 0x80;)
            cut_from--;
        for (cut_to = length - END; ((unsigned char)text[cut_to] & 0xC0) == 0x80;)
            cut_to++;
    }
    for (size_t i = 0; i < length; i++) {
        if (i == cut_from) text_add_string(message, "..."), i = cut_to;
        size_t control = control_length(text + i);
        if (control)
            add_control(message, text + i, control), i += control - 1;
        else
            text_add_char(message, text[i]);
    }
}

static void finish_message(struct text_buffer *message, const char *what, const char *hint)
{
    add_readable(message, what);
    text_add_char(message, '\n');
    if (!hint || !*hint) return;
    text_add_string(message, tr("  hint: "));
    add_readable(message, hint);
    text_add_char(message, '\n');
}

static void add_pointer(struct text_buffer *message, const char *pointer)
{
    add_readable(message, pointer);
    text_add_string(message, ": ");
}

void checks_report_line(struct checks *checks, size_t line, size_t column, const char *what, const char *hint)
{
    struct text_buffer message = {0};
    text_add_format(&message, "%s:%zu:%zu: ", checks->file_name, line, column);
    finish_message(&message, what, hint);
    add_problem(checks, line, column, message.text);
}

void checks_report_override(struct checks *checks, const char *pointer, const char *what, const char *hint)
{
    struct text_buffer message = {0};
    text_add_string(&message, "--set ");
    add_pointer(&message, pointer);
    finish_message(&message, what, hint);
    add_problem(checks, 0, 0, message.text);
}

size_t checks_count(const struct checks *checks)
{
    return checks->n_problems - checks->n_warnings;
}

static int compare_problems(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static void sort_problems(const struct checks *checks)
{
    if (checks->n_problems) qsort(checks->problems, checks->n_problems, sizeof *checks->problems, compare_problems);
}

void checks_print(const struct checks *checks, FILE *out)
{
    sort_problems(checks);
    for (size_t i = 0; i < checks->n_problems; i++)
        if (!checks->problems[i].is_warning) fputs(checks->problems[i].text, out);
}

char *checks_warnings(const struct checks *checks)
{
    struct text_buffer all = {0};
    sort_problems(checks);
    text_add_string(&all, "");
    for (size_t i = 0; i < checks->n_problems; i++)
        if (checks->problems[i].is_warning) text_add_string(&all, checks->problems[i].text);
    return all.text;
}

/* ---- places ---- */

struct spot spot_root(struct checks *checks, const cJSON *root)
{
    return (struct spot){.checks = checks, .json = root};
}

struct spot spot_key(const struct spot *up, const char *key)
{
    const cJSON *json = cJSON_IsObject(up->json) ? cJSON_GetObjectItemCaseSensitive(up->json, key) : NULL;
    return (struct spot){up->checks, up, json, key, 0};
}

struct spot spot_child(const struct spot *up, const cJSON *child, size_t index)
{
    return (struct spot){up->checks, up, child, child ? child->string : NULL, index};
}

struct spot spot_first(const struct spot *up)
{
    bool inside = up->json && (cJSON_IsObject(up->json) || cJSON_IsArray(up->json));
    return spot_child(up, inside ? up->json->child : NULL, 0);
}

struct spot spot_next(const struct spot *spot)
{
    return spot_child(spot->up, spot->json->next, spot->index + 1);
}

static char *spot_pointer(const struct spot *spot)
{
    if (!spot->up) return mem_strdup("");
    char number[32], *up = spot_pointer(spot->up);
    snprintf(number, sizeof number, "%zu", spot->index);
    char *pointer = json_pointer_join(up, spot->key ? spot->key : number);
    mem_free(up);
    return pointer;
}

static bool is_prefix(const char *prefix, const char *pointer)
{
    size_t length = strlen(prefix);
    return strncmp(prefix, pointer, length) == 0 && (pointer[length] == '\0' || pointer[length] == '/');
}

/* The override that put this value there, or the nearest to a place that the file itself lacks. */
static const char *override_for(const struct checks *checks, const char *pointer, bool in_file)
{
    for (size_t i = checks->n_overrides; i-- > 0;)
        if (is_prefix(checks->overrides[i], pointer) || (!in_file && is_prefix(pointer, checks->overrides[i])))
            return checks->overrides[i];
    return NULL;
}

static void report(const struct spot *value, const char *pointer, bool at_key, const char *what, const char *hint)
{
    struct checks *checks = value->checks;
    char *place = spot_pointer(value);
    struct json_position position = {1, 1, 1, 1};
    struct text_buffer message = {0};
    size_t line = 0, column = 0;
    bool in_file = json_locate(checks->document, place, &position);
    const char *override = override_for(checks, place, in_file);
    if (override) {
        text_add_string(&message, "--set ");
        add_pointer(&message, override);
        if (strcmp(override, pointer) == 0) pointer = "";
    } else {
        line = at_key ? position.key_line : position.line;
        column = at_key ? position.key_column : position.column;
        text_add_format(&message, "%s:%zu:%zu: ", checks->file_name, line, column);
    }
    if (*pointer) add_pointer(&message, pointer);
    finish_message(&message, what, hint);
    add_problem(checks, line, column, message.text);
    mem_free(place);
}

__attribute__((format(printf, 3, 0))) static void tell(const struct spot *spot, const char *hint, const char *format,
                                                       va_list list)
{
    struct text_buffer what = {0};
    text_add_format_list(&what, format, list);
    char *pointer = spot_pointer(spot);
    const struct spot *value = spot;
    while (!value->json && value->up)
        value = value->up;
    report(value, pointer, false, what.text, hint);
    mem_free(pointer);
    mem_free(what.text);
}

void spot_refuse(const struct spot *spot, const char *hint, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    tell(spot, hint, format, list);
    va_end(list);
}

void spot_warn(const struct spot *spot, const char *hint, const char *format, ...)
{
    struct checks *checks = spot->checks;
    va_list list;
    va_start(list, format);
    tell(spot, hint, format, list);
    va_end(list);
    checks->problems[checks->n_problems - 1].is_warning = true;
    checks->n_warnings++;
}

void spot_refuse_key(const struct spot *spot, const char *hint, const char *format, ...)
{
    struct text_buffer what = {0};
    va_list list;
    va_start(list, format);
    text_add_format_list(&what, format, list);
    va_end(list);
    assert(spot->up);
    char *pointer = spot_pointer(spot->up);
    report(spot, pointer, true, what.text, hint);
    mem_free(pointer);
    mem_free(what.text);
}
