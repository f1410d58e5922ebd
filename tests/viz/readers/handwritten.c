/* See handwritten.h. */
#include "tests/viz/readers/handwritten.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "viz/readers/laws.h"

enum { LINE_BYTES = 8192 };

struct writing {
    struct journal *journal;
    struct event_field fields[EVENT_MAX_FIELDS];
    size_t n;
    uint64_t cause, line;
};

/* "1.5" in nanoseconds, exactly. */
static int64_t ns_of(const char *text)
{
    char *end;
    int64_t ns = strtoll(text, &end, 10) * 1000000000, unit = 100000000;
    for (end += *end == '.'; *end >= '0' && *end <= '9'; end++, unit /= 10)
        ns += (*end - '0') * unit;
    return ns;
}

static enum field_id field_of(enum event_kind kind, const char *name)
{
    const enum field_id *fields;
    size_t n = event_kind_fields(kind, &fields);
    for (size_t i = 0; i < n; i++)
        if (strcmp(field_name(fields[i]), name) == 0) return fields[i];
    return FIELD_NONE;
}

/* In the place of its digits. */
static int64_t bytes_of(char *digits)
{
    size_t n = strlen(digits) / 2;
    for (size_t i = 0; i < n; i++) {
        char two[3] = {digits[2 * i], digits[2 * i + 1], '\0'};
        digits[i] = (char)strtol(two, NULL, 16);
    }
    return (int64_t)n;
}

static struct event_field value_of(enum field_id field, char *value)
{
    enum field_type type = field_type(field);
    if (type == TYPE_TEXT) return (struct event_field){field, -1, value};
    if (type == TYPE_BLOB) {
        int64_t size = bytes_of(value);
        return (struct event_field){field, size, value};
    }
    bool is_time = type == TYPE_TIME || type == TYPE_DURATION;
    return (struct event_field){field, is_time ? ns_of(value) : strtoll(value, NULL, 0), NULL};
}

/* Ends name and value with zeros where they stand; NULL: there are no more. */
static char *next_field(char **line, char **value)
{
    char *name = *line + strspn(*line, " ");
    if (*name == '\0') return NULL;
    char *equals = strchr(name, '=');
    cr_assert(equals, "no value: %s", name);
    *equals = '\0';
    bool is_quoted = equals[1] == '\'';
    *value = equals + 1 + is_quoted;
    char *end = *value + strcspn(*value, is_quoted ? "'" : " ");
    *line = *end ? end + 1 : end;
    *end = '\0';
    return name;
}

static void write_line(struct writing *w, char *line)
{
    char *value, *name, *kind_name = line + strcspn(line, " ");
    kind_name += strspn(kind_name, " ");
    char *rest = kind_name + strcspn(kind_name, " ");
    if (*rest) *rest++ = '\0';
    enum event_kind kind = event_kind_by_name(kind_name);
    cr_assert(kind, "no such kind: %s", kind_name);
    w->n = 0;
    w->cause = w->line++;
    journal_set_now(w->journal, ns_of(line));
    while ((name = next_field(&rest, &value)) != NULL) {
        if (strcmp(name, "cause") == 0) {
            w->cause = strtoull(value, NULL, 10);
            continue;
        }
        enum field_id field = field_of(kind, name);
        cr_assert(field, "%s has no field %s", kind_name, name);
        w->fields[w->n++] = value_of(field, value);
    }
    journal_set_cause(w->journal, w->cause);
    journal_emit(w->journal, kind, w->fields, w->n);
}

static void write_all(struct journal *journal, const char *text)
{
    struct writing w = {.journal = journal};
    char line[LINE_BYTES];
    while (*text) {
        size_t length = strcspn(text, "\n");
        cr_assert(length < sizeof line);
        snprintf(line, sizeof line, "%.*s", (int)length, text + strspn(text, " "));
        line[strcspn(line, "#\n")] = '\0';
        if (line[strspn(line, " ")] != '\0') write_line(&w, line);
        text += length + (text[length] == '\n');
    }
}

struct journal_memory *handwritten(const char *text)
{
    struct journal_memory *memory = journal_memory_new();
    struct journal *journal = journal_new();
    journal_add_reader(journal, journal_memory_reader(memory, event_mask_all()));
    write_all(journal, text);
    journal_free(journal);
    return memory;
}

/* The first breach of this law, or the first of all; "" when none is broken. */
static void judge(const char *text, const char *law, char *first, size_t size)
{
    struct laws *laws = laws_new();
    struct journal *journal = journal_new();
    size_t length = strlen(law);
    journal_add_reader(journal, laws_reader(laws, true));
    write_all(journal, text);
    laws_finish(laws);
    snprintf(first, size, "%s", laws_breaches(laws) ? laws_breach(laws, 0) : "");
    for (size_t i = laws_breaches(laws); i-- > 0;)
        if (strncmp(laws_breach(laws, i), law, length) == 0 && laws_breach(laws, i)[length] == ' ')
            snprintf(first, size, "%s", laws_breach(laws, i));
    journal_free(journal);
    laws_free(laws);
}

void handwritten_is_legal(const char *text)
{
    char first[300];
    judge(text, "", first, sizeof first);
    cr_expect_str_empty(first, "legal, but: %s", first);
}

void handwritten_breaks(const char *law, const char *text)
{
    char first[300], word[16] = "";
    judge(text, law, first, sizeof first);
    snprintf(word, sizeof word, "%.*s", (int)strcspn(first, " "), first);
    cr_expect_str_eq(word, law, "should break %s: %s", law, first);
}

void handwritten_keeps(const char *law, const char *text)
{
    char first[300];
    judge(text, law, first, sizeof first);
    size_t length = strlen(law);
    cr_expect(strncmp(first, law, length) != 0 || first[length] != ' ', "should keep %s: %s", law, first);
}

const char *handwritten_join(size_t n, const char *const *parts)
{
    static char joined[8][1 << 16];
    static size_t turn;
    char *text = joined[turn++ % 8];
    size_t used = 0;
    for (size_t i = 0; i < n; i++)
        used += (size_t)snprintf(text + used, sizeof *joined - used, "%s\n", parts[i]);
    cr_assert(used < sizeof *joined);
    return text;
}
