/* Checking a JSON tree against rules, one line a rule, with all that is wrong told at once:

       file:line:column: /json/pointer: what is wrong with the value found
         hint: what to type instead

   A spot is a place in the tree, present or missing, linked to the spot above it; spots live on the stack of whoever
   checks. Each want_ function leaves *out alone when the key is missing (put the default there first) and returns true
   only when it was there and good. */
#ifndef POSTROAD_MODEL_SCENARIO_CHECKS_H
#define POSTROAD_MODEL_SCENARIO_CHECKS_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include "model/scenario/json.h"
#include "model/scenario/units.h"

/* ---- what was found wrong ---- */

struct checks;

struct checks *checks_new(const char *file_name);
void checks_free(struct checks *checks);
/* From now on pointers are looked up in this text. */
void checks_set_document(struct checks *checks, const struct json_document *document);
/* The value at this pointer came from the command line: problems at and below it say "--set POINTER". */
void checks_add_override(struct checks *checks, const char *pointer);
/* At a line and column of the file, for text that is not JSON; hint may be NULL. */
void checks_report_line(struct checks *checks, size_t line, size_t column, const char *what, const char *hint);
/* At an override, before it is part of the tree. */
void checks_report_override(struct checks *checks, const char *pointer, const char *what, const char *hint);
/* How much is wrong; warnings are not. */
size_t checks_count(const struct checks *checks);
/* Prints all that is wrong in the order of the file, that of overrides first. */
void checks_print(const struct checks *checks, FILE *out);
/* All warnings, one text in the same order; "" when there is none. Freed by the caller. */
char *checks_warnings(const struct checks *checks);

/* ---- places ---- */

struct spot {
    struct checks *checks;
    const struct spot *up;
    const cJSON *json; /* NULL: missing */
    const char *key;   /* NULL: item of an array, or the root */
    size_t index;
};

struct spot spot_root(struct checks *checks, const cJSON *root);
struct spot spot_key(const struct spot *up, const char *key);
struct spot spot_child(const struct spot *up, const cJSON *child, size_t index); /* of an object or an array */
/* Walks a whole object or array: for (struct spot s = spot_first(&up); s.json; s = spot_next(&s)) */
struct spot spot_first(const struct spot *up);
struct spot spot_next(const struct spot *spot);

/* Tells what is wrong: at the value, or where it is missing at the nearest value above. hint: NULL, or made by
   checks_hint. */
void spot_refuse(const struct spot *spot, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same of what is valid, and hardly meant. */
void spot_warn(const struct spot *spot, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* As spot_refuse, at the name of the value, with the pointer of the object it is in: for names that are wrong
 * themselves. */
void spot_refuse_key(const struct spot *spot, const char *hint, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Text that lives as long as the checks. */
const char *checks_hint(struct checks *checks, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A value as it would be written in the file, cut when it is long. */
const char *checks_value(struct checks *checks, const cJSON *json);

/* ---- rules ---- */

/* A key of an object. later: NULL, or what to do instead of a key that this version lacks. */
struct key_rule {
    const char *key, *later;
};
/* Refuses what is not in the list, and what is marked as later. "description" is always allowed. */
void check_keys(const struct spot *object, const struct key_rule *rules, size_t n);
#define CHECK_KEYS(object, rules) check_keys((object), (rules), sizeof(rules) / sizeof *(rules))
/* Whether a key of the object is nearly one of these words: then what seems to be missing was misspelt, and is told. */
bool check_slip(const struct spot *object, const char *const *words, size_t n);
/* Refuses a missing key; `example` is what could be written: "\"at\": \"1 s\"". */
bool check_present(const struct spot *up, const char *key, const char *example);

/* Whether the spot, which is there, is an object, an array, a text; refuses what is not. */
bool check_object(const struct spot *spot);
bool check_array(const struct spot *spot, const char *example);
bool check_text(const struct spot *spot, const char *example);
/* A value with a unit. min and max belong to what is allowed. */
bool check_unit(const struct spot *spot, enum unit_kind kind, int64_t min, int64_t max, int64_t *out);

bool want_object(const struct spot *up, const char *key, struct spot *out);
bool want_array(const struct spot *up, const char *key, const char *example, struct spot *out);
bool want_text(const struct spot *up, const char *key, const char *example, const char **out);
bool want_flag(const struct spot *up, const char *key, bool *out);
bool want_integer(const struct spot *up, const char *key, int64_t min, int64_t max, int64_t *out);
bool want_duration(const struct spot *up, const char *key, int64_t min_ns, int64_t max_ns, int64_t *out);
bool want_rate(const struct spot *up, const char *key, int64_t min_bps, int64_t max_bps, int64_t *out);
bool want_size(const struct spot *up, const char *key, int64_t min_bytes, int64_t max_bytes, int64_t *out);
bool want_chance(const struct spot *up, const char *key, uint64_t *out_of_2_32);

/* One of several words. later: NULL, or what to do instead of a word that this version lacks. */
struct choice {
    const char *word, *later;
};
bool check_choice(const struct spot *spot, const struct choice *choices, size_t n, size_t *out);
bool want_choice(const struct spot *up, const char *key, const struct choice *choices, size_t n, size_t *out);

#endif
