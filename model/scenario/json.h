/* JSON as scenarios need it: cJSON's tree, made only from text that was read strictly (json_scan.h), with the line and
   column of every value, JSON Pointer (RFC 6901) to get and set, and numbers printed so that they read back the same.
 */
#ifndef POSTROAD_MODEL_SCENARIO_JSON_H
#define POSTROAD_MODEL_SCENARIO_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Called for each thing that is wrong with the text. Line and column from 1; hint may be NULL. */
typedef void (*json_problem_fn)(void *context, size_t line, size_t column, const char *what, const char *hint);

struct json_document;

/* NULL when anything is wrong; each problem has then been told. The text is copied. */
struct json_document *json_parse(const char *text, size_t size, json_problem_fn problem, void *context);
void json_free(struct json_document *document);
/* The tree as it was read. Belongs to the document; to change it, take a copy (cJSON_Duplicate). */
const cJSON *json_root(const struct json_document *document);

struct json_position {
    size_t line, column;         /* of the value */
    size_t key_line, key_column; /* of its name; the value's where it has none */
};
/* Where the value at this pointer stands in the text; false if it is not there. */
bool json_locate(const struct json_document *document, const char *pointer, struct json_position *position);

/* JSON Pointer. The value, or NULL. */
cJSON *json_get(const cJSON *root, const char *pointer);

enum json_set_result { JSON_SET, JSON_SET_BAD_POINTER, JSON_SET_NO_PARENT, JSON_SET_NO_INDEX };
/* Puts the value, which then belongs to the tree, in the place of what is there, or adds it to the object; "-" adds to
   an array. On failure the value still belongs to the caller. The root itself cannot be set. */
enum json_set_result json_set(cJSON *root, const char *pointer, cJSON *value);

/* The next name of a pointer, unescaped and allocated, after which *pointer is moved behind it; NULL at the end. */
char *json_pointer_next(const char **pointer);
/* Whether it is a pointer: "" or "/..." with ~ only in ~0 and ~1. */
bool json_pointer_is_valid(const char *pointer);
/* Appends /name, escaped, to a pointer; the result is allocated. */
char *json_pointer_join(const char *pointer, const char *name);

/* Compact text, allocated. Whole numbers print as such, others with %.17g. */
char *json_print(const cJSON *value);

#endif
