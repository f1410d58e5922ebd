/* A strict reading of JSON text (RFC 8259) that keeps no values, only where each one stands, and refuses what cJSON
   lets pass: numbers such as 01, raw control characters, text that is not UTF-8, \u0000, junk after the end, integers
   beyond 2^53 (I-JSON, RFC 7493 2.2), and nesting deeper than JSON_SCAN_MAX_DEPTH. Names used twice are json.c's
   business. */
#ifndef POSTROAD_MODEL_SCENARIO_JSON_SCAN_H
#define POSTROAD_MODEL_SCENARIO_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

enum { JSON_SCAN_MAX_DEPTH = 64 };

/* One value, in the order of the text, which is the order of a tree walked parents first. */
struct json_place {
    size_t key;   /* byte at which its name begins; JSON_NO_KEY in arrays and for the whole text */
    size_t value; /* byte at which it begins */
    size_t stop;  /* byte behind it */
    size_t end;   /* index after its last descendant */
};
#define JSON_NO_KEY ((size_t)-1)

struct json_scan {
    struct json_place *places;
    size_t n_places;
    /* When it was refused: where, why, and what to do about it, already translated; NULL: nobody knows. */
    size_t wrong_at;
    const char *wrong, *hint;
    char hint_text[160]; /* a hint that is not always the same */
};

/* False when the text is refused; scan must be cleared by json_scan_clear either way. */
bool json_scan_text(const char *text, size_t size, struct json_scan *scan);
void json_scan_clear(struct json_scan *scan);

/* Line and column of a byte, both from 1; columns count characters, not bytes. */
void json_scan_line(const char *text, size_t at, size_t *line, size_t *column);

#endif
